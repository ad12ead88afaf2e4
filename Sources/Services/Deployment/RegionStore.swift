import Blocks
import Domain
import Logging
import Metadata
import Sealing
import Synchronization

/// A Region as this process holds it: its rows, its bytes, and what wakes its reconcilers.
package final class RegionStore: Sendable {
    package let region: Region
    package let database: Database
    /// What proves that the rows belong to the bytes; nil in tests whose bytes stand elsewhere.
    let rows: RegionRows?
    package let keys: RegionKeys
    package let blocks: BlockStore
    package let uploads: UploadRecorder
    /// What guests write.
    package let disks: VolumeDisks
    /// What was asked of the Region's databases: of its rows and of the index over its packs.
    package let sql: SQLStatistics
    package let copiesWakeup = Wakeup()
    package let uploadsWakeup = Wakeup()
    package let jobsWakeup = Wakeup()
    package let instancesWakeup = Wakeup()

    /// How many damaged ranges a start names.
    private static let damagesTold = 10

    private let index: Database?
    private let views = Mutex<any MachineViews>(NoMachines())

    /// What can be seen of the guests. Whoever runs them sets it.
    package var machines: any MachineViews {
        get { views.withLock { $0 } }
        set { views.withLock { $0 = newValue } }
    }

    package init(
        region: Region,
        database: Database,
        rows: RegionRows? = nil,
        keys: RegionKeys,
        blocks: BlockStore,
        index: Database? = nil,
        volumes: VolumeDisks.Place? = nil,
        logger: Logger = Logger(label: "ferry")
    ) {
        self.index = index
        self.region = region
        self.database = database
        self.rows = rows
        self.keys = keys
        self.blocks = blocks
        sql = database.statistics
        uploads = UploadRecorder(database: database)
        disks = VolumeDisks(database: database, blocks: blocks, place: volumes, logger: logger)
    }

    /// Opens a Region's folder. What is missing is made, unless it is missed: then it throws `RowsAmiss`. An index that is damaged is made
    /// anew.
    package static func open(
        region: Region,
        folder: DataFolder,
        expecting expectation: RegionRows.Expectation? = nil,
        pool: DiskPool,
        vault: Vault,
        clock: WallClock,
        logger: Logger = Logger(label: "ferry")
    ) async throws -> RegionStore {
        let sql = SQLStatistics()
        let rows = try await pool.run { try RegionRows.open(region, in: folder, expecting: expectation, statistics: sql) }
        let keys = RegionKeys(region: region, database: rows.database, vault: vault, clock: clock)
        try await keys.unlock()
        var regional = logger
        regional[metadataKey: "region"] = "\(region)"
        let logger = regional
        let index = try await pool.run {
            try FrameIndexFile(path: folder.frameIndex(region)).openOrSetAside(statistics: sql, logger: logger)
        }
        let path = folder.regionFolder(region)
        // The index is a cache: one of another Region, of before packs were rewritten, or that is new beside packs, is made from those.
        if try await pool.run({ try index.isOfOthers(than: rows.identity) || index.isNew }) {
            let report = try await RebuildIndex(folder: path, index: index, pool: pool, domains: keys.seals).run()
            tell(report, logger)
            if report.packs > 0 { try await rows.database.write { try ReleaseTable($0).insert(root: nil, at: clock.now) } }
        }
        let blocks = try await pool.run {
            try index.belong(to: rows.identity)
            return try BlockStore(folder: path, index: index, pool: pool, domains: keys.seals)
        }
        for lost in blocks.recovery.lost {
            logger.error(
                "A pack is missing or cut: `ferry scrub` names what it hurts, `ferry scrub --repair` brings back what another Region has",
                metadata: ["pack": "\(lost.pack)", "frames": "\(lost.frames)", "cause": "\(lost.damage)"]
            )
        }
        return RegionStore(
            region: region,
            database: rows.database,
            rows: rows,
            keys: keys,
            blocks: blocks,
            index: index.database,
            volumes: VolumeDisks.Place(volumes: folder.volumes(region), sockets: folder.volumeSockets(region), pool: pool),
            logger: logger
        )
    }

    /// Says what a rebuild met that nobody asked for.
    private static func tell(_ report: RecoveryReport, _ logger: Logger) {
        for damage in report.damaged.prefix(damagesTold) {
            logger.error(
                """
                A pack is damaged, as was found while its index was made anew: `ferry scrub` names what it hurts, `ferry scrub --repair` \
                brings back what another Region has
                """,
                metadata: ["pack": "\(damage.pack)", "bytes": "\(damage.bytes)", "cause": "\(damage.damage)"]
            )
        }
        if report.damaged.count > damagesTold {
            logger.error("More of the packs is damaged: run `ferry scrub`", metadata: ["ranges": "\(report.damaged.count)"])
        }
    }

    package func close() async throws {
        await disks.closeAll()
        try await blocks.close()
        try index?.close()
        try database.close()
    }
}
