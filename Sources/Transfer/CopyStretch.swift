import Blocks
import Synchronization

/// What a copy moves between two flushes, through one session of the store.
///
/// A sync costs what moving a megabyte costs, so pages of which little is missing share one; and a collection waits for sessions, so none
/// lasts as long as a copy may.
struct CopyStretch<Source: SnapshotSource> {
    private static var pagesPerFlush: Int { 256 }

    let writer: StoreWriter
    private let source: Source
    private let engine: CopyEngine
    private let meter: ProgressMeter
    private var bytes: Int64 = 0
    private var pages = 0
    /// How many pages to copy together: several while little of each is missing, so that the way to one is not waited for behind the
    /// blocks of another.
    private(set) var pagesAhead = 1

    init(from source: Source, writer: StoreWriter, engine: CopyEngine, meter: ProgressMeter) {
        self.source = source
        self.writer = writer
        self.engine = engine
        self.meter = meter
    }

    /// It is time to flush, and to go on in a session of its own.
    var isLong: Bool { bytes >= engine.bytesPerFlush || pages >= Self.pagesPerFlush }

    func next(_ writer: StoreWriter) -> CopyStretch {
        var next = CopyStretch(from: source, writer: writer, engine: engine, meter: meter)
        next.pagesAhead = pagesAhead
        return next
    }

    /// Brings pages and the blocks under them that the store lacks.
    mutating func copy(_ digests: [Digest]) async throws {
        let copies = try await plan(digests)
        let moves = copies.flatMap { copy in copy.missing.map { (copy, $0) } }
        let (source, writer, meter) = (source, writer, meter)
        for copy in copies where copy.missing.isEmpty { try await writer.put(page: copy.page) }
        try await forEach(moves, limit: engine.window) { copy, block in
            let isMoved = try await source.move(block, to: writer)
            let bytes = Int64(BlockSize.bytes)
            meter.add(done: copy.counts[block, default: 0] * bytes, moved: isMoved ? bytes : 0)
            if copy.isLastToArrive() { try await writer.put(page: copy.page) }
            try await meter.reportIfDue()
        }
        let moved = Int64(moves.count) * Int64(BlockSize.bytes)
        bytes += moved
        pages += copies.count
        pagesAhead = moved < engine.bytesPerFlush ? 8 : 1
    }

    private func plan(_ digests: [Digest]) async throws -> [PageCopy] {
        // A disk may have equal pages.
        let repeats = digests.reduce(into: [Digest: Int64]()) { $0[$1, default: 0] += 1 }
        let planned = Mutex<[Digest: PageCopy]>([:])
        let (source, writer, meter) = (source, writer, meter)
        try await forEach(repeats, limit: digests.count) { digest, repeats in
            let page = try await source.page(digest)
            guard page.digest == digest else { throw CopyMismatch(expected: digest, found: page.digest) }
            let copy = PageCopy(page, times: repeats, present: try await writer.contains(Array(Set(page.allDigests))))
            meter.add(done: copy.presentBlocks * Int64(BlockSize.bytes), moved: 0)
            planned.withLock { $0[digest] = copy }
        }
        return planned.withLock { planned in digests.compactMap { planned.removeValue(forKey: $0) } }
    }
}

/// A page on its way, and how many of its blocks have not arrived.
private final class PageCopy: Sendable {
    let page: BlockMapPage
    /// How often each block stands in the pages that are equal to this one.
    let counts: [Digest: Int64]
    /// In the order of the disk, so that blocks that are read together stand together.
    let missing: [Digest]
    let presentBlocks: Int64
    private let arriving: Atomic<Int>

    init(_ page: BlockMapPage, times repeats: Int64, present: Set<Digest>) {
        self.page = page
        counts = page.allDigests.reduce(into: [:]) { $0[$1, default: 0] += repeats }
        var seen = present
        missing = page.allDigests.filter { seen.insert($0).inserted }
        presentBlocks = present.reduce(0) { [counts] in $0 + counts[$1, default: 0] }
        arriving = Atomic(missing.count)
    }

    func isLastToArrive() -> Bool { arriving.subtract(1, ordering: .acquiringAndReleasing).newValue == 0 }
}
