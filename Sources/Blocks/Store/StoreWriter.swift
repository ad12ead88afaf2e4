import NIOCore
import Synchronization

/// A session of appends to a store. Many calls may run at once.
///
/// What `put` and `copyFrame` return for is in the store and can be read; it is durable after the next `flush`. Blocks go before the page
/// that lists them, pages before their root, all through one writer: when its epoch ends, because a flush failed, all its calls
/// fail with `StoreError.lostWrites`, and the work since the last flush is to be done again with a new writer.
package final class StoreWriter: Sendable {
    let store: BlockStore
    /// In which this writer stores. Digests are of plain bytes, whatever the domain.
    package let domain: SealDomain
    private let isHandedOver: Bool
    private let sessions: Mutex<WriterSessions>
    /// Everything that this writer needs durable has a lower sequence.
    private let target = Mutex<UInt64>(0)

    /// - Parameter isHandedOver: whether a collection that waits for the session has it handed over: see `handOver`.
    init(store: BlockStore, domain: SealDomain, session: WriteSession, isHandedOver: Bool) {
        self.store = store
        self.domain = domain
        self.isHandedOver = isHandedOver
        sessions = Mutex(WriterSessions(session))
    }

    deinit { end() }

    /// Ends the session: what it stored or found is left to what refers to it by now.
    package func end() {
        for session in finish() { store.end(session) }
        if isHandedOver { store.forget(self) }
    }

    /// Goes over from a session that a collection waits for to one of its own time, and marks all that this writer has stored or found: so nobody
    /// has to wait for whoever sends slowly what is stored here. Calls of the writer may go on meanwhile.
    func handOver(before generation: UInt64) async {
        let next = store.beginSession()
        guard let old = turn(to: next, before: generation) else { return store.end(next) }
        await withCheckedContinuation { if !waitForCalls(of: old, $0) { $0.resume() } }
        do {
            // Before the flush, which then covers it: calls of the new session go on and hold more.
            let held = held()
            try await store.flush(epoch: old.epoch, target: covered())
            guard try await store.contains(held, for: next).count == held.count else {
                throw StoreError(.notFound, "what a writer has stored is not in the store")
            }
            store.end(old)
        } catch {
            // As without handing over: the collection waits for the writer's end, and sweeps nothing of what could not be marked.
            if !keep(old) { store.end(old) }
        }
    }

    /// Those of the contents that are in the store durably, and stay there until the session ends.
    package func contains(_ digests: [Digest]) async throws -> Set<Digest> {
        let session = enter()
        defer { leave(session) }
        if domain.id == .open, !isHandedOver { return try await store.contains(digests, for: session) }
        let addresses = Dictionary(digests.map { (domain.address(of: $0), $0) }) { first, _ in first }
        let found = try await store.contains(Array(addresses.keys), for: session)
        if isHandedOver { hold(found) }
        return Set(found.compactMap { addresses[$0] })
    }

    /// Hashes a block of exactly 524,288 bytes that are not all zeros, and stores it unless it is there.
    ///
    /// Throws `digestMismatch` when the digest is not the expected one, `noSpace` or `io` when the write fails; the writer stays
    /// usable after these. One pool hop for everything.
    @discardableResult
    package func put(_ block: ByteBuffer, expecting expected: Digest? = nil) async throws -> Digest {
        guard block.readableBytes == BlockSize.bytes else {
            throw StoreError(.invalidBlock, "a block has \(BlockSize.bytes) bytes, not \(block.readableBytes)")
        }
        let (store, domain) = (store, domain)
        return try await append { session, refused in
            let digest = Digest(sha256: block.readableBytesSpan)
            store.statistics.hashed(block.readableBytes)
            if let expected, expected != digest {
                throw StoreError(.digestMismatch, "the block has the digest \(digest), expected was \(expected)", address: expected)
            }
            guard digest != .zeroBlock else { throw StoreError(.invalidBlock, "a block of zeros is never stored", address: digest) }
            let outcome = try store.append(domain.address(of: digest), by: session, refusing: refused) {
                AppendContent(
                    payload: FramePayload(kind: .block, plain: block, level: store.options.compressionLevel),
                    domain: domain,
                    children: []
                )
            }
            return (digest, outcome)
        }.0
    }

    /// Proves that a payload from outside is a block, hashes it and stores it, compressed as it came, unless it is there.
    ///
    /// Throws `invalidBlock` when it is no block of 524,288 bytes that are not all zeros; the writer stays usable.
    @discardableResult
    package func put(compressed payload: FramePayload) async throws -> Digest {
        let (store, domain) = (store, domain)
        return try await append { session, refused in
            guard let block = try? payload.plain(), payload.kind == .block, block.readableBytes == BlockSize.bytes else {
                throw StoreError(.invalidBlock, "it does not decompress to \(BlockSize.bytes) bytes")
            }
            let digest = Digest(sha256: block.readableBytesSpan)
            store.statistics.hashed(block.readableBytes)
            guard digest != .zeroBlock else { throw StoreError(.invalidBlock, "a block of zeros is never stored", address: digest) }
            let outcome = try store.append(domain.address(of: digest), by: session, refusing: refused) {
                // What nobody compressed may be worth it here.
                let raw = payload.codec == .raw ? FramePayload(kind: .block, plain: block, level: store.options.compressionLevel) : nil
                return AppendContent(payload: raw ?? payload, domain: domain, children: [])
            }
            return (digest, outcome)
        }.0
    }

    /// Stores a page. Throws `incomplete` unless all its blocks are in the store.
    ///
    /// `present` is what `contains` of this writer named: that is not looked for again.
    @discardableResult
    package func put(page: BlockMapPage, over present: Set<Digest> = []) async throws -> Digest {
        try await put(.page, over: page.allDigests, besides: present) { page.encoded }
    }

    /// Stores a root. Throws `incomplete` unless all its pages are in the store.
    @discardableResult
    package func put(root: BlockMapRoot) async throws -> Digest {
        try await put(.root, over: root.entries.map(\.digest)) { root.encoded }
    }

    private func put(
        _ kind: FrameKind,
        over children: [Digest],
        besides present: Set<Digest> = [],
        encoded: @escaping @Sendable () -> [UInt8]
    ) async throws -> Digest {
        let (store, domain) = (store, domain)
        let missing = children.filter { !present.contains($0) }
        return try await append(over: children) { session, refused in
            let plain = ByteBuffer(bytes: encoded())
            let digest = Digest(sha256: plain.readableBytesSpan)
            store.statistics.hashed(plain.readableBytes)
            let outcome = try store.append(domain.address(of: digest), by: session, refusing: refused) {
                AppendContent(
                    payload: FramePayload(kind: kind, plain: plain, level: store.options.compressionLevel),
                    domain: domain,
                    children: domain.addresses(of: missing)
                )
            }
            return (digest, outcome)
        }.0
    }

    /// Returns when everything that this writer stored, or found written by another and not yet durable, is durable and indexed.
    ///
    /// Covers the calls that have returned. Concurrent flushes share one fdatasync and one index commit.
    package func flush() async throws {
        let session = enter()
        defer { leave(session) }
        try await store.flush(epoch: session.epoch, target: covered())
    }

    /// Brings content of a domain of `source` here: opened, which proves it, and sealed anew, without being decompressed or hashed.
    func copy(_ digest: Digest, from source: BlockStore, in origin: SealDomain) async throws -> (moved: Bool, storedBytes: Int) {
        let (store, domain) = (store, domain)
        let storedBytes = try await append(unlocking: { _ = try await source.packs.domains.require(origin.id) }) { session, refused in
            let outcome = try store.append(domain.address(of: digest), by: session, refusing: refused) {
                let payload = try source.payload(origin.address(of: digest))
                return AppendContent(
                    payload: payload,
                    domain: domain,
                    children: domain.addresses(of: try payload.children(of: digest))
                )
            }
            return (digest, outcome)
        }.1
        return (storedBytes != nil, storedBytes ?? 0)
    }

    /// Runs an append on the pool until it is decided. Returns the bytes stored by it, nil when the content was there.
    ///
    /// `body` gets the addresses that cannot be relied on, though the index knows them.
    ///
    /// - Parameter children: what is kept by the content from then on.
    private func append(
        over children: [Digest] = [],
        unlocking unlock: () async throws -> Void = {},
        _ body: @escaping @Sendable (WriteSession, Set<Digest>) throws -> (Digest, AppendOutcome)
    ) async throws -> (Digest, Int?) {
        let session = enter()
        defer { leave(session) }
        let (digest, bytes) = try await append(in: session, unlocking: unlock) { try body(session, $0) }
        if isHandedOver { hold([domain.address(of: digest)], over: domain.addresses(of: children)) }
        return (digest, bytes)
    }

    private func append(
        in session: WriteSession,
        unlocking unlock: () async throws -> Void,
        _ body: @escaping @Sendable (Set<Digest>) throws -> (Digest, AppendOutcome)
    ) async throws -> (Digest, Int?) {
        var refused: Set<Digest> = []
        while true {
            let known = refused
            let (digest, outcome) = try await store.packs.domains.keepingOpen([domain.id]) {
                try await unlock()
                return try await store.pool.run { try body(known) }
            }
            switch outcome {
            case .stored(let bytes, let target):
                cover(target)
                return (digest, bytes)
            case .present(let target):
                cover(target)
                return (digest, nil)
            case .joined(let ticket):
                switch await ticket.outcome() {
                case .stored where session.touches:
                    // It may have been found or stored by one that does not touch.
                    break
                case .stored(let target):
                    store.statistics.present()
                    cover(target)
                    return (digest, nil)
                case .failed(let error): throw error
                case .retry: break
                }
            case .mustFlush:
                try await store.flush(epoch: session.epoch, target: store.nextSequence())
            case .stale(let addresses):
                refused.formUnion(Set(addresses).subtracting(try await store.touch(addresses, for: session)))
            }
        }
    }

    // Locks are taken in functions that are not inlined: around an `await` a task may go on on another thread, and an inlined lock has been
    // seen to be left by the wrong one.
    @inline(never) private func cover(_ sequence: UInt64) {
        target.withLock { $0 = max($0, sequence) }
    }

    @inline(never) private func covered() -> UInt64 { target.withLock { $0 } }

    @inline(never) private func enter() -> WriteSession { sessions.withLock { $0.enter() } }

    @inline(never) private func leave(_ session: WriteSession) { sessions.withLock { $0.leave(session) }?.resume() }

    @inline(never) private func hold(_ addresses: some Collection<Digest>, over children: [Digest] = []) {
        sessions.withLock { $0.hold(addresses, over: children) }
    }

    @inline(never) private func held() -> [Digest] { sessions.withLock { $0.held } }

    @inline(never) private func finish() -> [WriteSession] { sessions.withLock { $0.finish() } }

    @inline(never) private func turn(to next: WriteSession, before generation: UInt64) -> WriteSession? {
        sessions.withLock { $0.turn(to: next, before: generation) }
    }

    @inline(never) private func waitForCalls(of session: WriteSession, _ continuation: CheckedContinuation<Void, Never>) -> Bool {
        sessions.withLock { $0.wait(for: session, continuation) }
    }

    @inline(never) private func keep(_ session: WriteSession) -> Bool { sessions.withLock { $0.keep(session) } }
}

extension BlockStore {
    @inline(never) fileprivate func nextSequence() -> UInt64 { state.withLock { $0.nextSequence } }

    /// Copies the frame of the content with `digest` into another store, or does nothing when that has it. One pool hop, on the destination's pool.
    ///
    /// `storedBytes` is what the frame takes in the destination, 0 when it was not moved.
    package func copyFrame(
        _ digest: Digest,
        in domain: SealDomain = .open,
        to writer: StoreWriter
    ) async throws -> (moved: Bool, storedBytes: Int) {
        try await writer.copy(digest, from: self, in: domain)
    }
}

extension FramePayload {
    /// What a page or root lists.
    func children(of address: Digest) throws -> [Digest] {
        if kind == .block { return [] }
        do {
            let plain = try plain()
            if kind == .page { return try BlockMapPage(decoding: plain.readableBytesSpan).allDigests }
            return try BlockMapRoot(decoding: plain.readableBytesSpan).entries.map(\.digest)
        } catch {
            throw StoreError(.damaged, "not a block map: \(error)", address: address, cause: error)
        }
    }
}
