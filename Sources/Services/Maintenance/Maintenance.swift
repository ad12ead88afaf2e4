import Blocks
import Domain
import Logging
import Metadata

/// What an operator does to a data folder itself.
package struct Maintenance: Sendable {
    let folder: DataFolder

    package init(folder: DataFolder) { self.folder = folder }

    /// A snapshot or an object that damage hurts, and how.
    package struct Hurt: Sendable {
        package enum Holder: Hashable, Sendable, CustomStringConvertible {
            case snapshot(SnapshotID)
            case object(BucketName, ObjectKey)

            package var description: String {
                switch self {
                case .snapshot(let id): "snapshot \(id)"
                case .object(let bucket, let key): "object s3://\(bucket)/\(key)"
                }
            }
        }

        package let holder: Holder
        package let detail: String
    }

    package struct Scrubbed: Sendable {
        package let packs: Int
        package let frames: Int
        package let damages: [String]
        /// Frames that could not be checked, because their keys cannot be used.
        package let lockedFrames: Int
        /// How many of the damages were mended.
        package let mended: Int
        /// Hurt by what was not mended.
        package let hurt: [Hurt]

        package var isSound: Bool { damages.count == mended && hurt.isEmpty }
    }

    package struct Rebuilt: Sendable {
        package let packs: Int
        package let frames: Int
        package let damages: [String]
    }

    /// The Regions of the folder. One that has been set up and is lost is missed, and so is a directory.
    ///
    /// - Throws: `RowsAmiss`, `NoDataFolder`.
    package func regions() throws -> [Region] {
        let there = try folder.regions()
        guard FileIdentity(folder.directoryDatabase) != nil || !there.isEmpty else { throw NoDataFolder(path: folder.path) }
        let directory = try DirectoryRows.read(in: folder)
        defer { try? directory.close() }
        for region in try directory.blockingRead({ try RegionTable($0).regions() }) where !there.contains(region) {
            throw RowsAmiss(region: region, path: folder.regionFolder(region), problem: .folderMissing)
        }
        return there
    }

    /// The certificate that bundles for a Region are made with, in PEM; nil before a server has served the Region. It needs no root key,
    /// and may run beside the server.
    package func certificate(of region: Region) async throws -> String? {
        let database = try RegionRows.read(region, in: folder)
        defer { try? database.close() }
        return try await database.read { try CertificateTable($0).certificate()?.pem }
    }

    /// Makes a Region's index anew from its packs. The caller holds the folder's lock.
    package func rebuildIndex(of region: Region, rootKey: RootKeySource = .dataFolder) async throws -> Rebuilt {
        try await withPool { pool in
            let rows = try writableRows(of: region)
            let index = try writableIndex(of: region)
            let path = folder.regionFolder(region)
            let seals = try await seals(of: region, rootKey: rootKey)
            let report = try await RebuildIndex(folder: path, index: index, pool: pool, domains: seals).run()
            let ranges = report.damaged.map { "pack \($0.pack), bytes \($0.bytes): \($0.damage)" }
            // Maps whose blocks are gone are mostly those of deleted snapshots, collected in part: only what a snapshot needs is damage.
            let walk = MapWalk(folder: path, index: index, pool: pool, domains: seals, damaged: [])
            let hurt = report.incomplete.isEmpty ? [] : try await hurt(of: region, walk)
            // What was collected and still stands in packs is in the index again.
            try await rows.database.write { try ReleaseTable($0).insert(root: nil, at: WallClock.system.now) }
            try index.belong(to: rows.identity)
            return Rebuilt(
                packs: report.packs,
                frames: report.framesIndexed,
                damages: ranges + hurt.map { "\($0.holder) is hurt: \($0.detail)" }
            )
        }
    }

    /// Frees what nothing in a Region refers to. The caller holds the folder's lock.
    package func collect(_ region: Region, rootKey: RootKeySource = .dataFolder, logger: Logger) async throws -> CollectionReport {
        try await withPool { pool in
            // All Regions, because copies between them keep blocks alive on both sides.
            let deployment = try await Deployment.open(
                folder,
                regions: regions(),
                pool: pool,
                rootKey: rootKey,
                logger: logger
            )
            let store = try deployment.store(of: region)
            // Nobody reads while no server runs, so nothing is kept for those who do.
            let schedule = Collector.Schedule(pause: 0, grace: 0)
            let report = try await Collector(store: store, deployment: deployment, schedule: schedule).collect()
            try await deployment.close()
            return report
        }
    }

    /// The domains of a Region whose keys can be used; none, and no root key is asked for, where nothing is encrypted.
    func seals(of region: Region, rootKey: RootKeySource) async throws -> SealDomains {
        let database = try RegionRows.read(region, in: folder)
        if try await database.read({ try DomainTable($0).ids() }).isEmpty { return SealDomains() }
        let directory = try DirectoryRows.read(in: folder)
        var logger = Logger(label: "ferry")
        // That all is well goes without saying: a command opens the keys once for each Region.
        logger.logLevel = .notice
        let loader = VaultLoader(folder: folder, directory: directory, clock: .system, logger: logger)
        let keys = RegionKeys(region: region, database: database, vault: try await loader.open(rootKey), clock: .system)
        try await keys.unlock()
        return keys.seals
    }

    /// The rows of a Region, proven to be the ones of its packs. The caller holds the folder's lock.
    func writableRows(of region: Region) throws -> RegionRows {
        let directory = try DirectoryRows.open(in: folder)
        defer { try? directory.database.close() }
        return try RegionRows.open(region, in: folder, expecting: directory.expectation(of: region))
    }

    func writableIndex(of region: Region) throws -> SQLFrameIndex {
        SQLFrameIndex(try Database(path: folder.frameIndex(region), schema: .frameIndex))
    }

    func withPool<Value: Sendable>(_ body: (DiskPool) async throws -> Value) async throws -> Value {
        let pool = DiskPool()
        do {
            let value = try await body(pool)
            try await pool.shutdown()
            return value
        } catch {
            try? await pool.shutdown()
            throw error
        }
    }
}

/// There is no data folder where one was named.
package struct NoDataFolder: Error, CustomStringConvertible {
    package let path: String

    package init(path: String) { self.path = path }

    package var description: String { "there is no data folder of ferry at \(path): name it with --data" }
}
