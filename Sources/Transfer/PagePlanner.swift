import Blocks
import Concurrency
import Synchronization

/// Walks a root and finds, a few pages at a time, what the destination lacks.
struct PagePlanner<Source: SnapshotSource>: Sendable {
    private static var pagesPerLook: Int { 1024 }

    private let source: Source
    private let meter: ProgressMeter
    private let claim: SpaceClaim
    private var ahead: ArraySlice<BlockMapRoot.Entry>
    private var missing: ArraySlice<BlockMapRoot.Entry> = []

    init(_ root: BlockMapRoot, from source: Source, meter: ProgressMeter, claim: SpaceClaim) {
        self.source = source
        self.meter = meter
        self.claim = claim
        ahead = root.entries[...]
    }

    /// The next pages that the writer's store lacks, at most `limit`; none at the end.
    mutating func next(_ limit: Int, for writer: StoreWriter) async throws -> [PageCopy] {
        while missing.isEmpty, !ahead.isEmpty {
            let look = ahead.prefix(Self.pagesPerLook)
            let present = try await writer.contains(look.map(\.digest))
            let held = look.filter { present.contains($0.digest) }
            meter.add(done: held.reduce(0) { $0 + Int64($1.blockCount) } * Int64(BlockSize.bytes), moved: 0)
            claim.passed(held)
            missing = look.filter { !present.contains($0.digest) }[...]
            ahead = ahead.dropFirst(look.count)
            if missing.isEmpty { try await meter.reportIfDue() }
        }
        defer { missing = missing.dropFirst(limit) }
        return try await plan(missing.prefix(limit), for: writer)
    }

    private func plan(_ entries: ArraySlice<BlockMapRoot.Entry>, for writer: StoreWriter) async throws -> [PageCopy] {
        // A disk may have equal pages.
        let equals = Dictionary(grouping: entries, by: \.digest)
        let planned = Mutex<[Digest: PageCopy]>([:])
        let (source, meter) = (source, meter)
        try await forEach(equals, limit: max(equals.count, 1)) { digest, entries in
            let page = try await source.page(digest)
            guard page.digest == digest else { throw CopyMismatch(expected: digest, found: page.digest) }
            let copy = PageCopy(page, entries: entries, present: try await writer.contains(Array(Set(page.allDigests))))
            meter.add(done: copy.presentBlocks * Int64(BlockSize.bytes), moved: 0)
            planned.withLock { $0[digest] = copy }
        }
        return planned.withLock { planned in entries.compactMap { planned.removeValue(forKey: $0.digest) } }
    }
}
