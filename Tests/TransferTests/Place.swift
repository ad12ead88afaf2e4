import Blocks
import TestSupport

/// A store on a faulty disk: what outlives the process that opened it.
struct Place {
    let disk = FaultyDisk()
    let index = MemoryFrameIndex()
    let pool: DiskPool
    var options = BlockStoreOptions()
    var keys = KeyBox()

    /// Opens the store again, as a new process would.
    func open() async throws -> BlockStore {
        let (disk, index, pool, options, domains) = (disk, index, pool, options, keys.domains())
        return try await pool.run { try BlockStore(storage: disk, index: index, pool: pool, options: options, domains: domains) }
    }

    /// What is wrong with the stored frames and with the maps under these roots, in words.
    func damages(under roots: [Digest]) async throws -> [String] {
        let report = try await Scrub(storage: disk, index: index, pool: pool).run()
        let walk = MapWalk(storage: disk, index: index, pool: pool, damaged: report.damagedAddresses)
        let findings = try await walk.run(roots.map { MapWalk.Root(digest: $0, name: $0.short) })
        return report.damages.map { "\($0)" } + findings.map { "\($0)" }
    }

    /// Runs a test with a pool that is shut down at its end.
    static func withPool(_ body: (DiskPool) async throws -> Void) async throws {
        let pool = DiskPool()
        do {
            try await body(pool)
        } catch {
            try await pool.shutdown()
            throw error
        }
        try await pool.shutdown()
    }
}
