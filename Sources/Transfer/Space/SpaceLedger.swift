import Blocks
import Synchronization

/// What the copies into a store still need of its disk, so that no byte is promised to two of them.
///
/// A copy is refused only when the disk has no room for what it alone would store. When it has, and others were promised too much of
/// it, the copy waits until one of them ends: they may be bringing the same blocks. In memory, because a process that died has no copies.
package final class SpaceLedger: Sendable {
    /// Bytes that a running copy has not stored yet.
    private struct Promise {
        var atMost: UInt64
        /// What was counted last; it may be less by now.
        var counted: UInt64?
        /// Counts anew, `nil` when the source cannot tell.
        let count: @Sendable () async throws -> UInt64?

        var bytes: UInt64 { min(atMost, counted ?? .max) }
    }

    private struct State {
        var promises: [Int: Promise] = [:]
        var lastID = 0
        var isCounting = false
    }

    private let state = Mutex(State())
    /// Somebody has finished counting.
    private let turns = Changes()
    /// A copy has ended.
    private let ends = Changes()

    private let blocksPerPass: Int

    /// - Parameter blocksPerPass: digests in memory while a copy is counted, 40 bytes each.
    package init(blocksPerPass: Int = 1 << 17) { self.blocksPerPass = blocksPerPass }

    /// Takes what a copy needs, to be given back by `SpaceClaim.end`. Waits for others when there is enough but for what they were promised.
    ///
    /// Throws `NoRoomForCopy` when there is not enough.
    func claim(_ root: BlockMapRoot, from source: some SnapshotSource, in store: BlockStore, _ domain: SealDomain = .open)
        async throws -> SpaceClaim
    {
        let need = CopyNeed(root: root, source: source, store: store, domain: domain, blocksPerPass: blocksPerPass)
        let promise = Promise(atMost: root.entries.spaceAtMost) { try await need.bytes(of: try await need.missingPages()) }
        while true {
            let seen = ends.count
            // Most of the time there is room for many times the disk, and nothing has to be counted.
            if let claim = enter(promise, within: try await store.room()) { return claim }
            if let claim = try await counting({ try await claim(need, promise) }) { return claim }
            if !promises().isEmpty { try await ends.wait(since: seen) }
        }
    }

    /// What a copy would store, of which nothing is promised to it. `nil` when that cannot be told by reading so many pages.
    package func need(
        of root: BlockMapRoot,
        from source: some SnapshotSource,
        in store: BlockStore,
        _ domain: SealDomain,
        pagesMax: Int
    ) async throws -> UInt64? {
        let need = CopyNeed(root: root, source: source, store: store, domain: domain, blocksPerPass: blocksPerPass)
        let pages = try await need.missingPages()
        return pages.count > pagesMax ? nil : try await need.bytes(of: pages)
    }

    /// `nil` when others have to end first.
    private func claim(_ need: CopyNeed<some SnapshotSource>, _ promise: Promise) async throws -> SpaceClaim? {
        var promise = promise
        // Before anything is counted: what others store meanwhile is missing less, so it must not be missing in the room.
        let room = try await need.store.room()
        let pages = try await need.missingPages()
        promise.counted = pages.spaceAtMost
        if let claim = enter(promise, within: room) { return claim }
        // Of a source that cannot tell, nobody knows how well it compresses.
        guard let bytes = try await need.bytes(of: pages) else { return enter(promise, within: .max) }
        guard bytes <= room else { throw NoRoomForCopy(needed: bytes, free: room) }
        promise.counted = bytes
        for (id, other) in promises() {
            if let claim = enter(promise, within: try await need.store.room()) { return claim }
            // One that cannot be counted keeps what it was promised; its own copy will tell why.
            guard let rest = try? await other.count() else { continue }
            note(rest, of: id)
        }
        try Task.checkCancellation()
        return enter(promise, within: try await need.store.room())
    }

    @inline(never) private func enter(_ promise: Promise, within room: UInt64) -> SpaceClaim? {
        state.withLock { state in
            let promised = state.promises.values.reduce(0) { $0 + $1.bytes }
            guard promise.bytes <= room, promised <= room - promise.bytes else { return nil }
            state.lastID += 1
            state.promises[state.lastID] = promise
            return SpaceClaim(ledger: self, id: state.lastID)
        }
    }

    /// Runs `body` when nobody else counts, so that what is remembered for it is remembered once.
    private func counting<Value>(_ body: () async throws -> Value) async throws -> Value {
        while true {
            let seen = turns.count
            if beginCounting() { break }
            try await turns.wait(since: seen)
        }
        defer { endCounting() }
        return try await body()
    }

    // Locks are taken in functions that are not inlined: around an `await` a task may go on on another thread, and an inlined lock has been
    // seen to be left by the wrong one.
    @inline(never) private func beginCounting() -> Bool {
        state.withLock { state in
            defer { state.isCounting = true }
            return !state.isCounting
        }
    }

    @inline(never) private func endCounting() {
        state.withLock { $0.isCounting = false }
        turns.signal()
    }

    @inline(never) private func promises() -> [Int: Promise] { state.withLock { $0.promises } }
    @inline(never) private func note(_ counted: UInt64, of id: Int) { state.withLock { $0.promises[id]?.counted = counted } }

    @inline(never) fileprivate func take(_ bytes: UInt64, from id: Int) {
        state.withLock { state in
            guard let atMost = state.promises[id]?.atMost else { return }
            state.promises[id]?.atMost = atMost - min(atMost, bytes)
        }
    }

    @inline(never) fileprivate func end(_ id: Int) {
        state.withLock { _ = $0.promises.removeValue(forKey: id) }
        ends.signal()
    }
}

/// What a copy was promised of the disk.
struct SpaceClaim: Sendable {
    fileprivate let ledger: SpaceLedger
    fileprivate let id: Int

    /// Pages are done: what of them had to be stored is stored.
    func passed(_ pages: [BlockMapRoot.Entry]) { ledger.take(pages.spaceAtMost, from: id) }

    /// The copy has ended, one way or the other.
    func end() { ledger.end(id) }
}
