import Blocks
import NIOCore
import TestSupport
import Testing

/// A store on a faulty disk, with a pool of its own that is shut down at the end.
struct StoreFixture {
    let disk: FaultyDisk
    let index: MemoryFrameIndex
    let pool: DiskPool
    let options: BlockStoreOptions

    /// Opens the store again, as a new process would.
    func open() async throws -> BlockStore {
        let (disk, index, pool, options) = (disk, index, pool, options)
        return try await pool.run { try BlockStore(storage: disk, index: index, pool: pool, options: options) }
    }

    static func run(
        packBytes: UInt64 = 512 << 20,
        threads: Int = 4,
        _ body: (StoreFixture) async throws -> Void
    ) async throws {
        let pool = DiskPool(threads: threads)
        let fixture = StoreFixture(
            disk: FaultyDisk(),
            index: MemoryFrameIndex(),
            pool: pool,
            options: BlockStoreOptions(packBytes: packBytes)
        )
        do {
            try await body(fixture)
        } catch {
            try await pool.shutdown()
            throw error
        }
        try await pool.shutdown()
    }

    func scrub() async throws -> ScrubReport {
        try await Scrub(storage: disk, index: index, pool: pool).run()
    }
}

/// Runs `body` and expects a store error with a code.
func expectStoreError(
    _ code: StoreError.Code,
    sourceLocation: SourceLocation = #_sourceLocation,
    _ body: () async throws -> Void
) async {
    do {
        try await body()
        Issue.record("no error, expected \(code)", sourceLocation: sourceLocation)
    } catch let error as StoreError {
        #expect(error.code == code, "\(error)", sourceLocation: sourceLocation)
    } catch {
        Issue.record("\(error), expected \(code)", sourceLocation: sourceLocation)
    }
}

extension StoreWriter {
    /// Puts a page of blocks: the blocks, then the page.
    func putPage(of numbers: [UInt64]) async throws -> BlockMapPage {
        var entries: [(slot: Int, digest: Digest)] = []
        for number in numbers { entries.append((entries.count * 3, try await put(TestBlock.compressible(number)))) }
        let page = try BlockMapPage(entries)
        try await put(page: page)
        return page
    }
}
