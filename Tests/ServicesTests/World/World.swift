import Blocks
import Domain
import Foundation
import Logging
import Metadata
import Sealing
import Services
import TestSupport

/// Testing has a `Tag` of its own.
typealias Tag = Domain.Tag

/// A value of a text that a test knows to be well formed.
func known<Value: RawRepresentable<String>>(_ text: String) -> Value {
    guard let value = Value(rawValue: text) else { preconditionFailure("'\(text)' is no \(Value.self)") }
    return value
}

/// A deployment of two Regions in a temporary folder, with a clock that stands still until a test moves it.
struct World: Sendable {
    static let home: Region = known("us-east-1")
    static let away: Region = known("eu-west-1")
    static let account: AccountID = known("123456789012")

    let folder: DataFolder
    let deployment: Deployment
    let clock: SettableClock
    let log: LogMemory
    /// The disks under the packs of the Regions, when they are faulty ones.
    let disks: [Region: FaultyDisk]
    let scratchPool: DiskPool

    /// Runs a test in a world of its own, which is gone afterwards.
    static func run(
        faultyDisks: Bool = false,
        limits: LinkLimits = LinkLimits(),
        encryption: EncryptionOptions = EncryptionOptions(),
        archiveRestoreHours: Int = 0,
        volumeOptimizationMinutes: Int = 0,
        _ body: (World) async throws -> Void
    ) async throws {
        let path = NSTemporaryDirectory() + "ferry-services-\(UUID().uuidString)"
        let folder = DataFolder(path: path, postgres: try TestRows.server())
        defer {
            try? folder.postgres?.erase()
            try? FileManager.default.removeItem(atPath: path)
        }
        // A pool for each Region, so that one whose threads are held up does not hold up the other.
        let pools = [home: DiskPool(threads: 3), away: DiskPool(threads: 3)]
        do {
            let world = try await World(
                folder: folder,
                pools: pools,
                faultyDisks: faultyDisks,
                limits: limits,
                encryption: encryption,
                archiveRestoreHours: archiveRestoreHours,
                volumeOptimizationMinutes: volumeOptimizationMinutes
            )
            let result: Result<Void, any Error>
            do { result = .success(try await body(world)) } catch { result = .failure(error) }
            // Their guests would go on.
            for store in world.deployment.regions.values { await store.disks.closeAll() }
            try result.get()
        } catch {
            for pool in pools.values { try await pool.shutdown() }
            throw error
        }
        for pool in pools.values { try await pool.shutdown() }
    }

    private init(
        folder: DataFolder,
        pools: [Region: DiskPool],
        faultyDisks: Bool,
        limits: LinkLimits,
        encryption: EncryptionOptions,
        archiveRestoreHours: Int,
        volumeOptimizationMinutes: Int
    ) async throws {
        self.folder = folder
        scratchPool = pools[Self.home] ?? DiskPool()
        clock = SettableClock()
        log = LogMemory()
        let disks: [Region: FaultyDisk] = faultyDisks ? pools.mapValues { _ in FaultyDisk() } : [:]
        self.disks = disks
        try folder.make(Array(pools.keys))
        let directory = try folder.openDirectory()
        let wallClock = clock.wallClock
        let loader = VaultLoader(folder: folder, directory: directory, clock: wallClock, logger: LogMemory().logger)
        let vault = try await loader.open(.dataFolder)
        var stores: [RegionStore] = []
        for (region, pool) in pools {
            guard let disk = disks[region] else {
                stores.append(try await RegionStore.open(region: region, folder: folder, pool: pool, vault: vault, clock: wallClock))
                continue
            }
            stores.append(
                try await pool.run {
                    let database = try folder.openRows(of: region)
                    let keys = RegionKeys(region: region, database: database, vault: vault, clock: wallClock)
                    let blocks = try BlockStore(storage: disk, index: MemoryFrameIndex(), pool: pool, domains: keys.seals)
                    return RegionStore(region: region, database: database, keys: keys, blocks: blocks)
                }
            )
        }
        deployment = Deployment(
            directory: directory,
            regions: stores,
            tokens: try await TokenSealer.load(from: DirectorySecrets(directory: directory, vault: vault)),
            vault: vault,
            clock: clock.wallClock,
            limits: limits,
            encryption: encryption,
            archiveRestoreHours: archiveRestoreHours,
            volumeOptimizationMinutes: volumeOptimizationMinutes,
            logger: log.logger
        )
    }

    /// A world over what a server has opened.
    init(_ deployment: Deployment, folder: DataFolder, clock: SettableClock, log: LogMemory, pool: DiskPool) {
        self.folder = folder
        self.deployment = deployment
        self.clock = clock
        self.log = log
        disks = [:]
        scratchPool = pool
    }

    /// The same folder as a server that starts anew has it, while `body` runs.
    func reopened(_ body: (World) async throws -> Void) async throws {
        let pool = DiskPool(threads: 3)
        do {
            var stores: [RegionStore] = []
            for region in deployment.regions.keys.sorted() {
                stores.append(
                    try await RegionStore.open(
                        region: region,
                        folder: folder,
                        pool: pool,
                        vault: deployment.vault,
                        clock: clock.wallClock,
                        logger: log.logger
                    )
                )
            }
            let again = Deployment(
                directory: deployment.directory,
                regions: stores,
                tokens: deployment.tokens,
                vault: deployment.vault,
                clock: clock.wallClock,
                logger: log.logger
            )
            try await body(World(again, folder: folder, clock: clock, log: log, pool: pool))
            for store in stores { try await store.close() }
        } catch {
            try await pool.shutdown()
            throw error
        }
        try await pool.shutdown()
    }

    func store(_ region: Region) -> RegionStore {
        guard let store = deployment.regions[region] else { preconditionFailure("no Region \(region)") }
        return store
    }

    /// What a second process would hold: the same rows and bytes, its own reconcilers to wake, and a clock that may go differently.
    func anotherProcess(ahead seconds: Double = 0) -> Deployment {
        let clock = clock
        return Deployment(
            directory: deployment.directory,
            regions: deployment.regions.values.map { Self.again($0, deployment.vault, clock.wallClock) },
            tokens: deployment.tokens,
            vault: deployment.vault,
            clock: WallClock { clock.now.addingTimeInterval(seconds) },
            logger: log.logger
        )
    }

    /// The same rows and bytes, with what another process knows of keys.
    private static func again(_ store: RegionStore, _ vault: Vault, _ clock: WallClock) -> RegionStore {
        let keys = RegionKeys(region: store.region, database: store.database, vault: vault, clock: clock)
        return RegionStore(region: store.region, database: store.database, keys: keys, blocks: store.blocks)
    }

    func call(_ region: Region, by account: AccountID = World.account) -> Call {
        let principal = Principal(account: account, accessKeyID: "AKIAIOSFODNN7EXAMPLE")
        return Call(principal: principal, store: store(region), deployment: deployment, host: "localhost")
    }

    /// Access keys as a server has them that has seen none yet.
    func accessKeys() -> AccessKeys { AccessKeys(deployment.secrets, clock: clock.wallClock, logger: log.logger) }

    func images(_ region: Region) -> Images { Images(call(region)) }
    func snapshots(_ region: Region) -> Snapshots { Snapshots(call(region)) }
    func uploads(_ region: Region) -> Uploads { Uploads(call(region)) }
    func reads(_ region: Region) -> BlockReads { BlockReads(call(region)) }
    func tags(_ region: Region) -> Tags { Tags(call(region)) }
    func volumes(_ region: Region = World.home) -> Volumes { Volumes(call(region)) }
}
