import Blocks
import Domain

/// Copies a snapshot's tree of blocks into a store: what is there already is not moved.
///
/// The plan is the tree itself. A root that the store has ends the copy; a page that it has is skipped, because a page is only ever
/// stored after its blocks; of the pages that are left, the blocks that the store lacks are moved, `window` at a time. A page that is
/// on the disk is a checkpoint: after a kill the same call goes on behind it. Memory holds a few pages and a window of blocks, whatever
/// the size of the disk.
package struct CopyEngine: Sendable {
    package var window: Int
    /// The shortest time between two reports of progress inside a page.
    package var reportInterval: Duration
    /// How much is moved between two flushes, in plain bytes. Pages of which more is missing are flushed one by one.
    package var bytesPerFlush: Int64

    package init(window: Int = 8, reportInterval: Duration = .milliseconds(250), bytesPerFlush: Int64 = 64 << 20) {
        self.window = window
        self.reportInterval = reportInterval
        self.bytesPerFlush = bytesPerFlush
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
            var stretch = CopyStretch(from: source, writer: store.writer(), engine: self, meter: meter)
            for batch in root.entries.chunks(of: 1024) {
                let present = try await stretch.writer.contains(batch.map(\.digest))
                for entry in batch where present.contains(entry.digest) {
                    meter.add(done: Int64(entry.blockCount) * Int64(BlockSize.bytes), moved: 0)
                }
                var missing = batch.filter { !present.contains($0.digest) }[...]
                while !missing.isEmpty {
                    let pages = missing.prefix(stretch.pagesAhead)
                    missing = missing.dropFirst(pages.count)
                    try await stretch.copy(pages.map(\.digest))
                    try await meter.reportIfDue()
                    guard stretch.isLong else { continue }
                    // What was moved is flushed while the next stretch is being moved.
                    try await flushes.next()
                    flushes.addTask { [writer = stretch.writer] in
                        defer { writer.end() }
                        try await writer.flush()
                    }
                    stretch = stretch.next(store.writer())
                }
                try await meter.reportIfDue()
            }
            try await flushes.waitForAll()
            defer { stretch.writer.end() }
            try await stretch.writer.put(root: root)
            try await stretch.writer.flush()
        }
        return meter.progress
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
