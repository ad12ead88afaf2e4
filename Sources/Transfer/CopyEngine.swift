import Blocks
import Concurrency
import Domain

/// Copies a snapshot's tree of blocks into a store: what is there already is not moved.
///
/// The plan is the tree itself. A root that the store has ends the copy; a page that it has is skipped, because a page is only ever
/// stored after its blocks; of the pages that are left, the blocks that the store lacks are moved, `window` at a time. A page that is
/// on the disk is a checkpoint: after a kill the same call goes on behind it. Memory holds a few pages and a window of blocks, whatever
/// the size of the disk.
package struct CopyEngine: Sendable {
    /// How many pages are planned together at most.
    private static let pagesAhead = 8

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

    /// Copies the tree whose root stands under `address` in the source into a domain of the store. `report` is called with what has been
    /// done so far; an error that it throws ends the copy.
    ///
    /// `commit` is called when all of the tree is durable, with what was done and the address of the root in the store, and no collection
    /// frees anything of the tree before it returns: it is to save the row that refers to it.
    ///
    /// `space` is what the copies into the store share. Throws `NoRoomForCopy`, before anything is moved, when the disk has no room.
    package func copy(
        _ address: Digest,
        from source: some SnapshotSource,
        into store: BlockStore,
        in domain: SealDomain = .open,
        space: SpaceLedger = SpaceLedger(),
        report: @escaping @Sendable (SnapshotCopy.Progress) async throws -> Void,
        commit: @escaping @Sendable (SnapshotCopy.Progress, _ root: Digest) async throws -> Void = { _, _ in }
    ) async throws -> SnapshotCopy.Progress {
        // Where content stands under its digest, the source need not even be asked.
        if source.isOpen, domain.id == .open, let there = try await present(address, in: domain, of: store, commit: commit) { return there }
        let root = try await source.root(address)
        // Before anything is moved: a map that nobody asked for must not come into the store.
        guard source.address(of: root.digest) == address else { throw CopyMismatch(expected: address, found: root.digest) }
        if let there = try await present(root.digest, in: domain, of: store, commit: commit) { return there }
        let claim = try await space.claim(root, from: source, in: store, domain)
        defer { claim.end() }
        let meter = ProgressMeter(bytesTotal: Int64(root.dataBytes), interval: reportInterval, report: report)
        let writer = try await withThrowingTaskGroup(of: Void.self) { flushes in
            var planner = PagePlanner(root, from: source, meter: meter, claim: claim)
            var writer = store.writer(in: domain)
            // A session lasts until what it moved is on the disk: a collection waits for that, and not for a copy that takes hours.
            var stretch = Stretch()
            var pages = try await planner.next(1, for: writer)
            while !pages.isEmpty {
                let bytes = pages.reduce(0) { $0 + Int64($1.missing.count) } * Int64(BlockSize.bytes)
                stretch.add(pages: pages.count, bytes: bytes)
                let isEnd = stretch.isLong(bytesPerFlush)
                let upcoming = isEnd ? store.writer(in: domain) : writer
                // Several pages while little of each is missing, so that the way to one is not waited for behind the blocks of another.
                let limit = bytes < bytesPerFlush ? Self.pagesAhead : 1
                let current = planner
                async let planned = Self.plan(limit, behind: current, for: upcoming)
                try await move(pages, from: source, to: writer, meter: meter)
                for page in pages { claim.passed(page.entries) }
                try await meter.reportIfDue()
                if isEnd {
                    // What was moved is flushed while the next stretch is being moved.
                    try await flushes.next()
                    flushes.addTask { [writer] in
                        defer { writer.end() }
                        try await writer.flush()
                    }
                    stretch = Stretch()
                }
                (pages, planner) = try await planned
                writer = upcoming
            }
            try await flushes.waitForAll()
            return writer
        }
        defer { writer.end() }
        try await writer.put(root: root)
        try await writer.flush()
        let progress = meter.progress
        try await commit(progress, domain.address(of: root.digest))
        return progress
    }

    /// Commits a copy of a tree that the store has; nil when it has not.
    private func present(
        _ root: Digest,
        in domain: SealDomain,
        of store: BlockStore,
        commit: (SnapshotCopy.Progress, Digest) async throws -> Void
    ) async throws -> SnapshotCopy.Progress? {
        try await store.withWriter(in: domain) { writer in
            guard try await writer.contains([root]).contains(root) else { return nil }
            let address = domain.address(of: root)
            let bytes = Int64(try await store.readRoot(address).dataBytes)
            let progress = SnapshotCopy.Progress(bytesTotal: bytes, bytesDone: bytes, bytesMoved: 0)
            try await commit(progress, address)
            return progress
        }
    }

    private static func plan<Source>(
        _ limit: Int,
        behind planner: PagePlanner<Source>,
        for writer: StoreWriter
    ) async throws -> ([PageCopy], PagePlanner<Source>) {
        var planner = planner
        return (try await planner.next(limit, for: writer), planner)
    }

    /// Moves the blocks that are missing, and then each page when its last block has arrived.
    private func move(_ pages: [PageCopy], from source: some SnapshotSource, to writer: StoreWriter, meter: ProgressMeter) async throws {
        for page in pages where page.missing.isEmpty { try await writer.put(page: page.page, over: page.present) }
        let moves = pages.flatMap { page in page.missing.map { (page, $0) } }
        try await forEach(moves, limit: window) { page, block in
            let isMoved = try await source.move(block, to: writer)
            let bytes = Int64(BlockSize.bytes)
            meter.add(done: page.counts[block, default: 0] * bytes, moved: isMoved ? bytes : 0)
            if page.hasArrived() { try await writer.put(page: page.page, over: page.present) }
            try await meter.reportIfDue()
        }
    }
}

/// What a copy moves between two flushes. A sync costs what moving a megabyte costs, so pages of which little is missing share one.
private struct Stretch {
    private static let pagesMax = 256

    private var pages = 0
    private var bytes: Int64 = 0

    mutating func add(pages: Int, bytes: Int64) {
        self.pages += pages
        self.bytes += bytes
    }

    func isLong(_ bytesPerFlush: Int64) -> Bool { bytes >= bytesPerFlush || pages >= Self.pagesMax }
}

/// What the source answered is not what it was asked for.
package struct CopyMismatch: Error, CustomStringConvertible {
    package let expected: Digest
    package let found: Digest

    package var description: String { "expected the block map \(expected), found \(found)" }
}

extension Array {
    func chunks(of size: Int) -> [ArraySlice<Element>] {
        stride(from: 0, to: count, by: size).map { self[$0..<Swift.min($0 + size, count)] }
    }
}
