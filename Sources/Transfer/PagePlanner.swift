import Blocks
import Synchronization

/// Walks a root and finds, a few pages at a time, what the destination lacks.
struct PagePlanner<Source: SnapshotSource>: Sendable {
    private static var pagesPerLook: Int { 1024 }

    private let source: Source
    private let meter: ProgressMeter
    private var ahead: ArraySlice<BlockMapRoot.Entry>
    private var missing: ArraySlice<Digest> = []

    init(_ root: BlockMapRoot, from source: Source, meter: ProgressMeter) {
        self.source = source
        self.meter = meter
        ahead = root.entries[...]
    }

    /// The next pages that the writer's store lacks, at most `limit`; none at the end.
    mutating func next(_ limit: Int, for writer: StoreWriter) async throws -> [PageCopy] {
        while missing.isEmpty, !ahead.isEmpty {
            let look = ahead.prefix(Self.pagesPerLook)
            let present = try await writer.contains(look.map(\.digest))
            for entry in look where present.contains(entry.digest) {
                meter.add(done: Int64(entry.blockCount) * Int64(BlockSize.bytes), moved: 0)
            }
            missing = look.map(\.digest).filter { !present.contains($0) }[...]
            ahead = ahead.dropFirst(look.count)
            if missing.isEmpty { try await meter.reportIfDue() }
        }
        defer { missing = missing.dropFirst(limit) }
        return try await plan(missing.prefix(limit), for: writer)
    }

    private func plan(_ digests: ArraySlice<Digest>, for writer: StoreWriter) async throws -> [PageCopy] {
        // A disk may have equal pages.
        let repeats = digests.reduce(into: [Digest: Int64]()) { $0[$1, default: 0] += 1 }
        let planned = Mutex<[Digest: PageCopy]>([:])
        let (source, meter) = (source, meter)
        try await forEach(repeats, limit: max(repeats.count, 1)) { digest, times in
            let page = try await source.page(digest)
            guard page.digest == digest else { throw CopyMismatch(expected: digest, found: page.digest) }
            let copy = PageCopy(page, times: times, present: try await writer.contains(Array(Set(page.allDigests))))
            meter.add(done: copy.presentBlocks * Int64(BlockSize.bytes), moved: 0)
            planned.withLock { $0[digest] = copy }
        }
        return planned.withLock { planned in digests.compactMap { planned.removeValue(forKey: $0) } }
    }
}
