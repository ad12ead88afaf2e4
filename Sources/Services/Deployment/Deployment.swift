import Blocks
import Domain
import Logging
import Metadata
import Sealing

/// All that a server process serves: the directory, its Regions, the clock and the server's secrets.
package final class Deployment: Sendable {
    /// Nil in tests that hold no folder.
    package let folder: DataFolder?
    package let directory: Database
    package let regions: [Region: RegionStore]
    package let tokens: TokenSealer
    /// Who signs.
    package let accessKeys: AccessKeys
    /// What users, roles and accounts may do.
    package let identityPolicies: IdentityPolicies
    /// What seals the material of KMS keys.
    package let vault: Vault
    package let clock: WallClock
    /// What may pass between Regions.
    package let limits: LinkLimits
    package let encryption: EncryptionOptions
    /// How long it takes at least to bring a snapshot out of the archive.
    package let archiveRestoreHours: Int
    /// For how long a volume is optimized after it was modified.
    package let volumeOptimizationMinutes: Int
    /// How often accounts may call.
    package let throttle: Throttle
    /// By which tokens of identity providers are known; nil where the operator gives none.
    package let issuerKeys: IssuerKeys?
    /// The names of this server behind which a bucket may stand in `Host`, in lower case; `localhost` need not be included.
    package let hostNames: [String]
    package let logger: Logger
    /// Where accounts stand in the organization, by partition and account.
    let memberships = IdentityCache<String, Membership>()
    let closedAccounts = IdentityCache<SoleKey, ClosedAccounts>(countMax: 1)
    /// Those of keys, read once.
    let policies = CompiledPolicies()
    let bucketRules = BucketRulesCache()
    /// How many requests may hold the manifest of a bundle at once.
    let manifests = AsyncSemaphore<AccountID>(places: 8)
    /// How many copies are estimated at once: each remembers what it has counted.
    let estimates = AsyncSemaphore<AccountID>(places: 2)
    /// How many passwords may be hashed at once: each takes 32 MiB.
    let passwords = AsyncSemaphore<AccountID>(places: 2)
    /// How often one may try to sign in to the console.
    let signIns = SignInLimit()

    package init(
        folder: DataFolder? = nil,
        directory: Database,
        regions: [RegionStore],
        tokens: TokenSealer,
        vault: Vault,
        clock: WallClock = .system,
        limits: LinkLimits = LinkLimits(),
        encryption: EncryptionOptions = EncryptionOptions(),
        archiveRestoreHours: Int = 0,
        volumeOptimizationMinutes: Int = 0,
        throttle: Throttle = Throttle(.off),
        issuerKeys: IssuerKeys? = nil,
        hostNames: [String] = [],
        logger: Logger
    ) {
        self.folder = folder
        self.vault = vault
        self.directory = directory
        self.regions = Dictionary(uniqueKeysWithValues: regions.map { ($0.region, $0) })
        self.tokens = tokens
        self.clock = clock
        self.limits = limits
        self.encryption = encryption
        self.archiveRestoreHours = archiveRestoreHours
        self.volumeOptimizationMinutes = volumeOptimizationMinutes
        self.throttle = throttle
        self.issuerKeys = issuerKeys
        self.hostNames = hostNames
        self.logger = logger
        identityPolicies = IdentityPolicies(directory: directory)
        accessKeys = AccessKeys(DirectorySecrets(directory: directory, vault: vault), clock: clock, logger: logger)
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
        archiveRestoreHours: Int = 0,
        volumeOptimizationMinutes: Int = 0,
        throttle: Throttle = Throttle(.off),
        issuerKeys: IssuerKeys? = nil,
        hostNames: [String] = [],
        logger: Logger
    ) async throws -> Deployment {
        try folder.make([])
        try folder.settlePlaceOfRows()
        Ballast(folder: folder, logger: logger).settle()
        let rows = try await pool.run { try DirectoryRows.open(in: folder) }
        let directory = rows.database
        let vault = try await VaultLoader(folder: folder, directory: directory, clock: clock, logger: logger).open(rootKey)
        let secrets = DirectorySecrets(directory: directory, vault: vault)
        try await secrets.sealClearText()
        let stores = try await open(regions, of: rows, in: folder, pool: pool, vault: vault, clock: clock, logger: logger)
        try await PrincipalBinding(directory: directory).run(in: stores)
        return Deployment(
            folder: folder,
            directory: directory,
            regions: stores,
            tokens: try await TokenSealer.load(from: secrets),
            vault: vault,
            clock: clock,
            limits: limits,
            encryption: encryption,
            archiveRestoreHours: archiveRestoreHours,
            volumeOptimizationMinutes: volumeOptimizationMinutes,
            throttle: throttle,
            issuerKeys: issuerKeys,
            hostNames: hostNames,
            logger: logger
        )
    }

    /// Opens the Regions side by side. Each is noted when all of its files are there.
    private static func open(
        _ regions: [Region],
        of directory: DirectoryRows,
        in folder: DataFolder,
        pool: DiskPool,
        vault: Vault,
        clock: WallClock,
        logger: Logger
    ) async throws -> [RegionStore] {
        try await withThrowingTaskGroup(of: RegionStore.self) { group in
            for region in regions {
                group.addTask {
                    let expectation = try directory.expectation(of: region)
                    let store = try await RegionStore.open(
                        region: region,
                        folder: folder,
                        expecting: expectation,
                        pool: pool,
                        vault: vault,
                        clock: clock,
                        logger: logger
                    )
                    if let identity = store.rows?.identity { try directory.note(region, identity) }
                    // Whoever had these leases is dead, or this process would not have the lock: its copies and jobs need not wait for
                    // them to run out.
                    try await store.database.write { try LeaseTable.endAll(in: $0) }
                    return store
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
    }

    /// Makes everything durable and lets go of the files. Nothing may use the deployment any more.
    package func close() async throws {
        for store in regions.values { try await store.close() }
        try directory.close()
    }

    /// The Region of a call: the edge has checked that it exists here.
    package func store(of region: Region) throws -> RegionStore {
        guard let store = regions[region] else {
            throw Fault(.authFailure, "Credential should be scoped to a valid Region, not '\(region)'. \(servedRegions)")
        }
        return store
    }

    /// Which Regions are served, as errors say it: a sentence without its full stop.
    package var servedRegions: String {
        "The Regions of this Ferry are \(regions.keys.sorted().map(\.rawValue).joined(separator: ", "))"
    }

    /// What the directory keeps sealed.
    package var secrets: DirectorySecrets { DirectorySecrets(directory: directory, vault: vault) }

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
            throw Fault(.invalidParameterValue, "Invalid value '\(name)' for sourceRegion. \(servedRegions)")
        }
        return store
    }
}
