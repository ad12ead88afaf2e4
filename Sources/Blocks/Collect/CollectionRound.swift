import Synchronization

/// One collection: finds what is alive, forgets the rest, and gives its space back. Writers, copies and readers go on meanwhile.
///
/// 1. A new generation begins. Sessions that begin from now on mark what they rely on.
/// 2. The sessions that began before are handed over to later ones, or waited for, and what they stored is flushed.
/// 3. What the caller's roots reach is marked.
/// 4. What is not marked is forgotten: roots, then pages, then blocks, so that a page that is not suspect always implies its blocks.
/// 5. Packs without a frame are deleted; those that are mostly dead are rewritten. On a disk that is short of space, what is dead in the
///    others becomes holes in their files. While live maps list frames that the index does not have, a pack in which one of them may
///    stand is left as it is.
///
/// A round that ends early has freed less than it could; the next one begins anew. docs/decisions/0006-garbage-collection.md.
package struct CollectionRound: Sendable {
    private static let framesPerStep = 1024

    private let store: BlockStore

    package init(store: BlockStore) { self.store = store }

    /// Runs the round. `markRoots` is called when everything that was stored before is in the index; it marks what has to stay. The rows
    /// that it goes by must be read after it is called.
    ///
    /// Throws `StoreError`, of the code `busy` while another round runs in the store.
    package func run(markRoots: (CollectionMarker) async throws -> Void) async throws -> CollectionReport {
        guard store.sessions.withLock({ $0.claim() }) else {
            throw StoreError(.busy, "a collection runs already", path: store.packs.storage.path)
        }
        defer { store.sessions.withLock { $0.release() } }
        let store = store
        // What a damaged index does not name would be taken for dead.
        try await store.pool.run { try store.indexing { try store.index.verify() } }
        let generation = try await store.pool.run {
            // Before the sessions know of it: who begins in between is waited for.
            let generation = try store.indexing { try store.index.beginGeneration() }
            store.sessions.withLock { $0.enter(generation) }
            return generation
        }
        await store.handOverSessions(before: generation)
        try await store.waitForSessions(before: generation)
        try await store.flushAll()
        let marker = CollectionMarker(store: store, generation: generation)
        try await markRoots(marker)
        var report = CollectionReport()
        report.framesMissing = marker.missing.count
        for kind in [FrameKind.root, .page] { try await sweepMaps(kind, generation, &report) }
        let packs = try await store.pool.run { try store.indexing { try store.index.indexedLengths() } }
        var usages: [PackUsage] = []
        for (pack, length) in packs.sorted(by: { $0.key < $1.key }) {
            usages.append(try await sweepBlocks(of: pack, indexedLength: length, generation, &report))
        }
        try await PackReclaim(store: store, missing: marker.missing).run(usages, &report)
        return report
    }

    private func sweepMaps(_ kind: FrameKind, _ generation: UInt64, _ report: inout CollectionReport) async throws {
        while true {
            let (found, removed) = try await store.pool.run { [store] in
                try store.indexing {
                    let stale = try store.index.staleMaps(kind, before: generation, limit: Self.framesPerStep)
                    return (stale, try store.index.remove(stale.map(\.address), before: generation))
                }
            }
            if found.isEmpty { return }
            report.add(found, removed)
        }
    }

    /// Forgets a pack's dead blocks, and says what is left in it.
    private func sweepBlocks(
        of pack: PackID,
        indexedLength: UInt64,
        _ generation: UInt64,
        _ report: inout CollectionReport
    ) async throws -> PackUsage {
        var usage = PackUsage(pack: pack, indexedLength: indexedLength)
        var last: UInt64 = 0
        while true {
            let after = last
            let (frames, dead, removed) = try await store.pool.run { [store] in
                try store.indexing {
                    let frames = try store.index.frames(in: pack, after: after, limit: Self.framesPerStep)
                    let dead = frames.filter { $0.generation < generation && $0.location.kind == .block }
                    let removed = dead.isEmpty ? [] : try store.index.remove(dead.map(\.address), before: generation)
                    return (frames, dead, removed)
                }
            }
            guard let end = frames.last?.location.offset else { return usage }
            last = end
            report.add(dead, removed)
            for frame in frames where !removed.contains(frame.address) { usage.add(frame) }
        }
    }
}

/// What is alive in a pack.
struct PackUsage: Sendable {
    let pack: PackID
    let indexedLength: UInt64
    private(set) var frames = 0
    private(set) var liveBytes: UInt64 = 0
    /// The most that the file system takes for the live frames, whose ends lie anywhere in its blocks.
    var liveBytesOnDisk: UInt64 { PackHeader.firstFrame + liveBytes + UInt64(frames + 1) * 2 * 4096 }

    init(pack: PackID, indexedLength: UInt64) {
        self.pack = pack
        self.indexedLength = indexedLength
    }

    mutating func add(_ frame: IndexedFrame) {
        frames += 1
        liveBytes += frame.location.frameLength
    }

    /// Less than half of what the pack holds is alive.
    var isMostlyDead: Bool { liveBytes * 2 < indexedLength - min(indexedLength, PackHeader.firstFrame) }
}

extension FrameLocation {
    /// What the frame takes in its pack, before alignment.
    package var frameLength: UInt64 { UInt64(FrameHeader.bytes) + UInt64(storedLength) }
}

extension CollectionReport {
    fileprivate mutating func add(_ frames: [IndexedFrame], _ removed: Set<Digest>) {
        framesRemoved += removed.count
        for frame in frames where removed.contains(frame.address) { bytesRemoved += frame.location.frameLength }
    }
}
