import Blocks
import Domain
import Metadata

/// A Region as this process holds it: its rows, its bytes, and what wakes its reconcilers.
package final class RegionStore: Sendable {
    package let region: Region
    package let database: Database
    package let blocks: BlockStore
    package let uploads: UploadRecorder
    /// What was asked of the Region's databases: of its rows and of the index over its packs.
    package let sql: SQLStatistics
    package let copiesPoke = Poke()
    package let uploadsPoke = Poke()

    package init(region: Region, database: Database, blocks: BlockStore) {
        self.region = region
        self.database = database
        self.blocks = blocks
        sql = database.statistics
        uploads = UploadRecorder(database: database)
    }

    /// Opens a Region's folder, making what is missing.
    package convenience init(region: Region, folder: DataFolder, pool: DiskPool) throws {
        let sql = SQLStatistics()
        let index = SQLFrameIndex(try Database(path: folder.frameIndex(region), schema: .frameIndex, statistics: sql))
        self.init(
            region: region,
            database: try Database(path: folder.regionDatabase(region), schema: .region, statistics: sql),
            blocks: try BlockStore(folder: folder.regionFolder(region), index: index, pool: pool)
        )
    }
}
