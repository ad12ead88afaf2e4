import Blocks
import Domain
import Foundation
import Metadata
import Sealing
import Services
import TestSupport
import Testing
import Transfer

/// Two Regions that outlive the processes on them, and of whose steps one can fail or be the last.
struct SagaWorld {
    static let regions = [World.home, World.away]

    let steps = SagaSteps()
    let clock = SettableClock()
    private let vault = Vault(current: .random())
    private let folder: DataFolder
    private let pool: DiskPool
    private let disks: [Region: FaultyDisk]
    private let indexes: [Region: MemoryFrameIndex]

    /// Runs a test in a world of its own, which is gone afterwards.
    static func run(_ body: (SagaWorld) async throws -> Void) async throws {
        let folder = DataFolder(path: NSTemporaryDirectory() + "ferry-saga-\(UUID().uuidString)", postgres: try TestRows.server())
        defer {
            try? folder.postgres?.erase()
            try? FileManager.default.removeItem(atPath: folder.path)
        }
        let pool = DiskPool()
        do {
            try folder.make(regions)
            try await body(SagaWorld(folder: folder, pool: pool))
        } catch {
            try await pool.shutdown()
            throw error
        }
        try await pool.shutdown()
    }

    private init(folder: DataFolder, pool: DiskPool) {
        self.folder = folder
        self.pool = pool
        disks = Dictionary(uniqueKeysWithValues: Self.regions.map { ($0, FaultyDisk()) })
        indexes = Dictionary(uniqueKeysWithValues: Self.regions.map { ($0, MemoryFrameIndex()) })
    }

    /// Lives the life of one process: opens everything, runs the reconcilers beside `body`, and ends.
    func process(_ body: (Deployment) async throws -> Void) async throws {
        let directory = try folder.openDirectory()
        var stores: [RegionStore] = []
        for region in Self.regions { stores.append(try await open(region)) }
        let deployment = Deployment(
            directory: directory,
            regions: stores,
            tokens: try await TokenSealer.load(from: DirectorySecrets(directory: directory, vault: vault)),
            vault: vault,
            clock: clock.wallClock,
            logger: LogMemory().logger
        )
        // As a server does at its start: whoever had these leases is dead.
        for store in stores { try await store.database.write { try CopyTable($0).endAllLeases() } }
        for store in stores {
            store.database.beforeEachCommit { [steps] in try steps.step("rows") }
            if let disk = disks[store.region], let index = indexes[store.region] { steps.watch(disk, index) }
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for store in stores {
                let engine = CopyEngine(window: 1, reportInterval: .zero, bytesPerFlush: 1)
                let copies = CopyReconciler(store: store, deployment: deployment, engine: engine)
                let uploads = UploadReconciler(store: store, deployment: deployment)
                group.addTask { try await copies.run() }
                group.addTask { try await uploads.run() }
            }
            try await body(deployment)
            group.cancelAll()
            try await group.waitForAll()
        }
        for disk in disks.values { disk.setFaults(nil) }
        for index in indexes.values { index.failCommits(nil) }
    }

    private func open(_ region: Region) async throws -> RegionStore {
        guard let disk = disks[region], let index = indexes[region] else { throw NotReached(description: "\(region) is none of ours") }
        let (folder, mount, pool, vault, clock) = (folder, disk.mount(), pool, vault, clock.wallClock)
        return try await pool.run {
            let database = try folder.openRows(of: region)
            return RegionStore(
                region: region,
                database: database,
                keys: RegionKeys(region: region, database: database, vault: vault, clock: clock),
                blocks: try BlockStore(storage: mount, index: index, pool: pool)
            )
        }
    }

    /// Lets a step fail, or be the last: no call to a disk of the process works any more then.
    func arm(_ mishap: SagaTests.Mishap, at number: Int) {
        guard mishap != .failure else { return steps.arm(.fails(number)) }
        steps.arm(.diesAfter(number)) { [disks] in
            for region in Self.regions {
                var generator = SeededGenerator(seed: UInt64(number))
                if mishap == .powerCut { disks[region]?.powerCut(using: &generator) } else { disks[region]?.kill() }
            }
        }
    }

    /// Repeats a call until it is answered. False when the process died first.
    func insist(_ body: () async throws -> Void) async throws -> Bool {
        for _ in 0..<50 {
            if steps.isDead { return false }
            do {
                try await body()
                return true
            } catch let fault as Fault where !steps.isMet {
                throw fault
            } catch {
                // An answer that was lost: clients call again.
            }
        }
        if steps.isDead { return false }
        throw NotReached(description: "a call that is answered, after the steps \(steps.names)")
    }

    /// Nothing that is stored is damaged, in any Region.
    func expectSound() async throws {
        for region in Self.regions {
            guard let disk = disks[region], let index = indexes[region] else { continue }
            #expect(try await Scrub(storage: disk, index: index, pool: pool).run().damages.isEmpty, "\(region)")
        }
    }
}

extension Deployment {
    func call(_ region: Region) throws -> Call {
        let principal = Principal(account: World.account, accessKeyID: "AKIAIOSFODNN7EXAMPLE")
        return Call(principal: principal, store: try store(of: region), deployment: self, host: "localhost")
    }
}
