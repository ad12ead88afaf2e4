import Blocks
import Domain
import Logging
import Metadata

/// What an operator does to a data folder itself.
package struct Maintenance: Sendable {
    let folder: DataFolder

    package init(folder: DataFolder) { self.folder = folder }

    /// A snapshot, a volume or an object that damage hurts, and how.
    package struct Hurt: Sendable {
        package enum Holder: Hashable, Sendable, CustomStringConvertible {
            case snapshot(SnapshotID)
            case volume(VolumeID)
            case object(BucketName, ObjectKey)
            /// Of an upload that is not complete.
            case part(Int64, BucketName, ObjectKey)

            package var description: String {
                switch self {
                case .snapshot(let id): "snapshot \(id)"
                case .volume(let id): "volume \(id)"
                case .object(let bucket, let key): "object s3://\(bucket)/\(key)"
                case .part(let number, let bucket, let key): "part \(number) of an upload to s3://\(bucket)/\(key)"
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
        /// Frames that maps list and that are not there.
        package let missing: Int
        /// Frames that could not be checked, because their keys cannot be used.
        package let lockedFrames: Int
        /// How many of the damages were mended.
        package let mended: Int
        /// How many missing frames were brought from another Region.
        package let brought: Int
        /// Hurt by what was not mended.
        package let hurt: [Hurt]

        package var isSound: Bool { damages.count == mended && missing == 0 && hurt.isEmpty }
    }

    package struct Rebuilt: Sendable {
        package let packs: Int
        package let frames: Int
        package let damages: [String]
        /// Where the index is that was replaced, when it was damaged.
        package let setAside: String?
    }

    /// The Regions of the folder. One that has been set up and is lost is missed, and so is a directory.
    ///
    /// - Throws: `RowsAmiss`, `NoDataFolder`.
    package func regions() throws -> [Region] {
        let there = try requireData()
        let directory = try DirectoryRows.read(in: folder)
        defer { try? directory.close() }
        for region in try directory.blockingRead({ try RegionTable($0).regions() }) where !there.contains(region) {
            throw RowsAmiss(region: region, path: folder.regionFolder(region), problem: .folderMissing)
        }
        return there
    }

    /// The Regions that have a folder.
    ///
    /// - Throws: `NoDataFolder`
    @discardableResult
    func requireData() throws -> [Region] {
        let there = try folder.regions()
        guard FileIdentity(folder.directoryDatabase) != nil || !there.isEmpty else { throw NoDataFolder(path: folder.path) }
        return there
    }

    /// The certificate that bundles for a Region are made with, in PEM; nil before a server has served the Region. It needs no root key,
    /// and may run beside the server.
    package func certificate(of region: Region) async throws -> String? {
        let database = try RegionRows.read(region, in: folder)
        defer { try? database.close() }
        return try await database.read { try CertificateTable($0).certificate()?.pem }
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
        let keys = RegionKeys(region: region, database: database, vault: try await loader.openKnown(rootKey), clock: .system)
        try await keys.unlock()
        return keys.seals
    }

    /// The rows of a Region, proven to be the ones of its packs. The caller holds the folder's lock.
    func writableRows(of region: Region) throws -> RegionRows {
        let directory = try DirectoryRows.open(in: folder)
        defer { try? directory.database.close() }
        return try RegionRows.open(region, in: folder, expecting: directory.expectation(of: region))
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
