import Blocks
import Domain
import Metadata

/// A Region as this process holds it: its rows, its bytes, and what wakes its reconcilers.
package final class RegionStore: Sendable {
    package let region: Region
    package let database: Database
    package let blocks: BlockStore
    package let uploads: UploadRecorder
    package let copiesPoke = Poke()
    package let uploadsPoke = Poke()

    package init(region: Region, database: Database, blocks: BlockStore) {
        self.region = region
        self.database = database
        self.blocks = blocks
        uploads = UploadRecorder(database: database)
    }

    /// Opens a Region's folder, making what is missing.
    package convenience init(region: Region, folder: DataFolder, pool: DiskPool) throws {
        let index = SQLFrameIndex(try Database(path: folder.frameIndex(region), schema: .frameIndex))
        self.init(
            region: region,
            database: try Database(path: folder.regionDatabase(region), schema: .region),
            blocks: try BlockStore(folder: folder.regionFolder(region), index: index, pool: pool)
        )
    }
}
