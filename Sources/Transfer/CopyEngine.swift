import Blocks
import Domain
import Synchronization

/// Copies a snapshot's tree of blocks into a store: what is there already is not moved.
///
/// The plan is the tree itself. A root that the store has ends the copy; a page that it has is skipped, because a page is only ever
/// stored after its blocks; of the pages that are left, the blocks that the store lacks are moved, `window` at a time. Each page is
/// a checkpoint: after a kill the same call goes on behind the last one that reached the disk. Memory holds a page and a window of
/// blocks, whatever the size of the disk.
package struct CopyEngine: Sendable {
    package var window: Int
    /// The shortest time between two reports of progress inside a page.
    package var reportInterval: Duration

    package init(window: Int = 8, reportInterval: Duration = .milliseconds(250)) {
        self.window = window
        self.reportInterval = reportInterval
    }

    /// Copies the tree under `digest` and returns when all of it is durable. `report` is called with what has been done so far;
    /// an error that it throws ends the copy.
    package func copy(
        _ digest: Digest,
        from source: some SnapshotSource,
        into store: BlockStore,
        report: @escaping @Sendable (SnapshotCopy.Progress) async throws -> Void
    ) async throws -> SnapshotCopy.Progress {
        if try await store.withWriter({ try await $0.contains([digest]) }).contains(digest) {
            let bytes = Int64(try await store.readRoot(digest).dataBytes)
            return SnapshotCopy.Progress(bytesTotal: bytes, bytesDone: bytes, bytesMoved: 0)
        }
        let root = try await source.root(digest)
        // Before anything is moved: a map that nobody asked for must not come into the store.
        guard root.digest == digest else { throw CopyMismatch(expected: digest, found: root.digest) }
        let meter = ProgressMeter(bytesTotal: Int64(root.dataBytes), interval: reportInterval, report: report)
        try await withThrowingTaskGroup(of: Void.self) { flushes in
            for batch in root.entries.chunks(of: 1024) {
                let present = try await store.withWriter { try await $0.contains(batch.map(\.digest)) }
                for entry in batch {
                    if present.contains(entry.digest) {
                        meter.add(done: Int64(entry.blockCount) * Int64(BlockSize.bytes), moved: 0)
                    } else {
                        // A session a page: a collection waits for them, and not for a copy that takes hours.
                        let writer = store.writer()
                        try await copyPage(entry.digest, from: source, into: store, writer: writer, meter: meter)
                        // The page is flushed while the next one is being moved.
                        try await flushes.next()
                        flushes.addTask {
                            defer { writer.end() }
                            try await writer.flush()
                        }
                    }
                    try await meter.reportIfDue()
                }
            }
            try await flushes.waitForAll()
        }
        try await store.withWriter { writer in
            try await writer.put(root: root)
            try await writer.flush()
        }
        return meter.progress
    }

    private func copyPage(
        _ digest: Digest,
        from source: some SnapshotSource,
        into store: BlockStore,
        writer: StoreWriter,
        meter: ProgressMeter
    ) async throws {
        let page = try await source.page(digest)
        guard page.digest == digest else { throw CopyMismatch(expected: digest, found: page.digest) }
        let counts = page.allDigests.reduce(into: [Digest: Int64]()) { $0[$1, default: 0] += 1 }
        let present = try await writer.contains(Array(counts.keys))
        // In the order of the disk, so that blocks that are read together stand together.
        var seen = present
        let missing = page.allDigests.filter { seen.insert($0).inserted }
        meter.add(done: present.reduce(0) { $0 + counts[$1, default: 0] } * Int64(BlockSize.bytes), moved: 0)
        try await forEach(missing, limit: window) { block in
            let isMoved = try await source.move(block, to: writer)
            let bytes = Int64(BlockSize.bytes)
            meter.add(done: counts[block, default: 0] * bytes, moved: isMoved ? bytes : 0)
            try await meter.reportIfDue()
        }
        try await writer.put(page: page)
    }
}

/// What the source answered is not what it was asked for.
package struct CopyMismatch: Error, CustomStringConvertible {
    package let expected: Digest
    package let found: Digest

    package var description: String { "expected the block map \(expected), found \(found)" }
}

extension Array {
    fileprivate func chunks(of size: Int) -> [ArraySlice<Element>] {
        stride(from: 0, to: count, by: size).map { self[$0..<Swift.min($0 + size, count)] }
    }
}
