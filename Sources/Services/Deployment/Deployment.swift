import Blocks
import Domain
import Logging
import Metadata
import Sealing

/// All that a server process serves: the directory, its Regions, the clock and the server's secrets.
package final class Deployment: Sendable {
    package let directory: Database
    package let regions: [Region: RegionStore]
    package let tokens: TokenSealer
    /// What seals the material of KMS keys.
    package let vault: Vault
    package let clock: WallClock
    /// What may pass between Regions.
    package let limits: LinkLimits
    package let encryption: EncryptionOptions
    /// The names of this server behind which a bucket may stand in `Host`, in lower case; `localhost` needs not be one of them.
    package let hostNames: [String]
    package let logger: Logger
    /// How many requests may hold the manifest of a bundle at once.
    let manifests = Gate(places: 8)

    package init(
        directory: Database,
        regions: [RegionStore],
        tokens: TokenSealer,
        vault: Vault,
        clock: WallClock = .system,
        limits: LinkLimits = LinkLimits(),
        encryption: EncryptionOptions = EncryptionOptions(),
        hostNames: [String] = [],
        logger: Logger
    ) {
        self.vault = vault
        self.directory = directory
        self.regions = Dictionary(uniqueKeysWithValues: regions.map { ($0.region, $0) })
        self.tokens = tokens
        self.clock = clock
        self.limits = limits
        self.encryption = encryption
        self.hostNames = hostNames
        self.logger = logger
    }

    /// Opens a data folder, whose lock the caller holds.
    package static func open(
        _ folder: DataFolder,
        regions: [Region],
        pool: DiskPool,
        rootKey: RootKeySource = .dataFolder,
        clock: WallClock = .system,
        limits: LinkLimits = LinkLimits(),
        encryption: EncryptionOptions = EncryptionOptions(),
        hostNames: [String] = [],
        logger: Logger
    ) async throws -> Deployment {
        try folder.make(regions)
        let directory = try Database(path: folder.directoryDatabase, schema: .directory)
        let vault = try await VaultLoader(folder: folder, directory: directory, clock: clock, logger: logger).open(rootKey)
        var stores: [RegionStore] = []
        for region in regions {
            stores.append(try await RegionStore.open(region: region, folder: folder, pool: pool, vault: vault, clock: clock))
        }
        // Whoever had these leases is dead, or this process would not have the lock: its copies need not wait for them to run out.
        for store in stores { try await store.database.write { try CopyTable($0).endAllLeases() } }
        try await makeCertificates(of: stores)
        return Deployment(
            directory: directory,
            regions: stores,
            tokens: try await TokenSealer.load(from: directory),
            vault: vault,
            clock: clock,
            limits: limits,
            encryption: encryption,
            hostNames: hostNames,
            logger: logger
        )
    }

    /// Makes the certificates of Regions that have none: at their first start, so that they can be had from then on.
    private static func makeCertificates(of stores: [RegionStore]) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for store in stores { group.addTask { try await store.keys.certificates.require() } }
            try await group.waitForAll()
        }
    }

    /// The Region of a call: the edge has checked that it exists here.
    package func store(of region: Region) throws -> RegionStore {
        guard let store = regions[region] else {
            throw Fault(.authFailure, "Credential should be scoped to a valid Region, not '\(region)'")
        }
        return store
    }

    /// A logger whose lines name the Region.
    func logger(of store: RegionStore) -> Logger {
        var logger = logger
        logger[metadataKey: "region"] = "\(store.region)"
        return logger
    }

    /// The KMS keys of a Region that is served here.
    package func keyRing(of store: RegionStore) -> KeyRing { store.keys.ring }

    /// What the encrypted snapshots of a Region that is served here are sealed in.
    package func domains(of store: RegionStore) -> SnapshotDomains { store.keys.domains }

    /// The Region that a copy names as its source.
    func sourceStore(named name: String) throws -> RegionStore {
        guard let region = Region(rawValue: name), let store = regions[region] else {
            let known = regions.keys.sorted().map(\.rawValue).joined(separator: ", ")
            throw Fault(.invalidParameterValue, "Invalid value '\(name)' for sourceRegion. The Regions of this Ferry are \(known)")
        }
        return store
    }
}
