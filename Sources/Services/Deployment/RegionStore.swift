import Blocks
import Domain
import Metadata
import Sealing

/// A Region as this process holds it: its rows, its bytes, and what wakes its reconcilers.
package final class RegionStore: Sendable {
    package let region: Region
    package let database: Database
    package let keys: RegionKeys
    package let blocks: BlockStore
    package let uploads: UploadRecorder
    /// What was asked of the Region's databases: of its rows and of the index over its packs.
    package let sql: SQLStatistics
    package let copiesPoke = Poke()
    package let uploadsPoke = Poke()
    package let jobsPoke = Poke()

    package init(region: Region, database: Database, keys: RegionKeys, blocks: BlockStore) {
        self.region = region
        self.database = database
        self.keys = keys
        self.blocks = blocks
        sql = database.statistics
        uploads = UploadRecorder(database: database)
    }

    /// Opens a Region's folder, making what is missing.
    package static func open(region: Region, folder: DataFolder, pool: DiskPool, vault: Vault, clock: WallClock) async throws -> RegionStore
    {
        let sql = SQLStatistics()
        let database = try Database(path: folder.regionDatabase(region), schema: .region, statistics: sql)
        let keys = RegionKeys(region: region, database: database, vault: vault, clock: clock)
        try await keys.unlock()
        let blocks = try await pool.run {
            let index = SQLFrameIndex(try Database(path: folder.frameIndex(region), schema: .frameIndex, statistics: sql))
            return try BlockStore(folder: folder.regionFolder(region), index: index, pool: pool, domains: keys.seals)
        }
        return RegionStore(region: region, database: database, keys: keys, blocks: blocks)
    }
}
