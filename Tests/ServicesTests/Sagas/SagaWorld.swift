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
    let clock: SettableClock
    private let log = LogMemory()
    private let vault: Vault
    private let folder: DataFolder
    private let pool: DiskPool
    private let disks: [Region: FaultyDisk]
    private let indexes: [Region: MemoryFrameIndex]
    /// Where guests run, which outlive the processes.
    let host: FakeHost
    /// Where guests have their folders. Its name is short, as those of their sockets have to be.
    private let machines = "/tmp/ferry-\(UUID().uuidString.prefix(13))"

    /// Prepares a world, and runs `body`, which lives in clones of it (`cloned`).
    static func prepared<Facts>(
        _ prepare: (World) async throws -> Facts,
        _ body: (SagaWorld, Facts) async throws -> Void
    ) async throws {
        let pool = DiskPool()
        do {
            try await with(pool, prepare, body)
        } catch {
            try await pool.shutdown()
            throw error
        }
        try await pool.shutdown()
    }

    private static func with<Facts>(
        _ pool: DiskPool,
        _ prepare: (World) async throws -> Facts,
        _ body: (SagaWorld, Facts) async throws -> Void
    ) async throws {
        let world = SagaWorld(
            clock: SettableClock(),
            vault: Vault(current: .random()),
            folder: try newFolder(),
            pool: pool,
            disks: Dictionary(uniqueKeysWithValues: regions.map { ($0, FaultyDisk()) }),
            indexes: Dictionary(uniqueKeysWithValues: regions.map { ($0, MemoryFrameIndex()) }),
            host: FakeHost()
        )
        defer { world.remove() }
        try world.folder.make(regions)
        var facts: Facts?
        try await world.process(closing: true) { facts = try await prepare($0) }
        try await body(world, try #require(facts))
    }

    private static func newFolder() throws -> DataFolder {
        DataFolder(path: NSTemporaryDirectory() + "ferry-saga-\(UUID().uuidString)", postgres: try TestRows.server())
    }

    private init(
        clock: SettableClock,
        vault: Vault,
        folder: DataFolder,
        pool: DiskPool,
        disks: [Region: FaultyDisk],
        indexes: [Region: MemoryFrameIndex],
        host: FakeHost
    ) {
        self.clock = clock
        self.vault = vault
        self.folder = folder
        self.pool = pool
        self.disks = disks
        self.indexes = indexes
        self.host = host
    }

    private func remove() {
        try? folder.postgres?.erase()
        try? FileManager.default.removeItem(atPath: folder.path)
        try? FileManager.default.removeItem(atPath: machines)
    }

    /// Runs `body` in a world that is like this one. No process may run here.
    ///
    /// Files are copied. Rows that a server keeps are not: there the world is prepared anew.
    func cloned<Facts>(
        _ facts: Facts,
        _ prepare: (World) async throws -> Facts,
        _ body: (SagaWorld, Facts) async throws -> Void
    ) async throws {
        guard folder.postgres == nil else { return try await Self.with(pool, prepare, body) }
        let clone = SagaWorld(
            clock: SettableClock(at: clock.now),
            vault: vault,
            folder: try Self.newFolder(),
            pool: pool,
            disks: disks.mapValues { $0.cloned() },
            indexes: indexes.mapValues { index in
                let clone = MemoryFrameIndex()
                clone.restore(index.backup())
                return clone
            },
            host: host.cloned()
        )
        defer { clone.remove() }
        try FileManager.default.copyItem(atPath: folder.path, toPath: clone.folder.path)
        try await body(clone, facts)
    }

    /// Lives the life of one process: opens everything, runs the reconcilers beside `body`, and ends.
    ///
    /// - Parameter closing: whether it ends as a server that is told to.
    func process(closing: Bool = false, _ body: (World) async throws -> Void) async throws {
        let directory = try folder.openDirectory()
        var stores: [RegionStore] = []
        for region in Self.regions { stores.append(try await open(region)) }
        let deployment = Deployment(
            directory: directory,
            regions: stores,
            tokens: try await TokenSealer.load(from: DirectorySecrets(directory: directory, vault: vault)),
            vault: vault,
            clock: clock.wallClock,
            logger: log.logger
        )
        // As a server does at its start: whoever had these leases is dead.
        for store in stores { try await store.database.write { try LeaseTable.endAll(in: $0) } }
        for store in stores {
            store.database.beforeEachCommit { [steps] in try steps.step("rows") }
            if let disk = disks[store.region], let index = indexes[store.region] { steps.watch(disk, index) }
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for store in stores { reconcile(store, of: deployment, in: &group) }
            try await body(World(deployment, folder: folder, clock: clock, log: log, pool: pool))
            group.cancelAll()
            try await group.waitForAll()
        }
        for disk in disks.values { disk.setFaults(nil) }
        for index in indexes.values { index.failCommits(nil) }
        // What holds a volume open is gone with its process.
        if closing { try await deployment.close() } else { for store in stores { await store.disks.closeAll() } }
    }

    /// Everything is saved at once, and nothing is looked for that nobody was woken for: time makes no steps.
    private func reconcile(_ store: RegionStore, of deployment: Deployment, in group: inout ThrowingTaskGroup<Void, any Error>) {
        let never: Duration = .seconds(100_000)
        let engine = CopyEngine(window: 1, reportInterval: .zero, bytesPerFlush: 1)
        let copies = CopyReconciler(store: store, deployment: deployment, engine: engine, interval: never)
        let uploads = UploadReconciler(store: store, deployment: deployment, interval: never)
        let jobs = JobReconciler(
            store: store,
            deployment: deployment,
            inbound: copies.inbound,
            scratch: ScratchFolder(folder.scratch(store.region), pool: pool),
            reportInterval: .zero,
            interval: never
        )
        let memory = GuestMemory(limitMiB: 4_096)
        let instances = InstanceReconciler(
            store: store,
            deployment: deployment,
            host: host,
            disks: store.disks,
            memory: memory,
            machines: RegionMachines(folder: "\(machines)/\(store.region)", host: host, memory: memory),
            interval: never
        )
        group.addTask { try await instances.run() }
        group.addTask { try await copies.run() }
        group.addTask { try await uploads.run() }
        group.addTask { try await jobs.run() }
    }

    private func open(_ region: Region) async throws -> RegionStore {
        guard let disk = disks[region], let index = indexes[region] else { throw NotReached(description: "\(region) is none of ours") }
        let (folder, mount, pool) = (folder, disk.mount(), pool)
        let database = try await pool.run { try folder.openRows(of: region) }
        let keys = RegionKeys(region: region, database: database, vault: vault, clock: clock.wallClock)
        // As at each start: what a crash left of sealed frames is told from whole ones with their keys.
        try await keys.unlock()
        let blocks = try await pool.run { try BlockStore(storage: mount, index: index, pool: pool, domains: keys.seals) }
        return RegionStore(
            region: region,
            database: database,
            keys: keys,
            blocks: blocks,
            volumes: VolumeDisks.Place(volumes: folder.volumes(region), sockets: folder.volumeSockets(region), pool: pool),
            logger: log.logger
        )
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

    /// Waits until long work has ended, or the process is dead.
    ///
    /// Time passes when nobody drives a row: it waits for its next attempt, or for its lease to run out because it could not be saved.
    ///
    /// - Parameter table: where the work is.
    func untilEnded(_ table: String, of store: RegionStore, _ hasEnded: () async throws -> Bool) async throws {
        var failures = 0
        try await until("the work has ended, after \(steps.names)") {
            if steps.isDead { return true }
            if try await hasEnded() { return true }
            let told = log.entries.count { entry in
                ["Saving one of", "Looking for"].contains { entry.message.hasPrefix($0) }
            }
            let isDriven = try await store.database.read { transaction in
                try transaction.firstRow("SELECT 1 AS found FROM \(table) WHERE lease_owner IS NOT NULL LIMIT 1") != nil
            }
            if !isDriven || told > failures {
                failures = told
                clock.advance(seconds: 31)
                store.copiesWakeup()
                store.jobsWakeup()
                store.uploadsWakeup()
                store.instancesWakeup()
            }
            return false
        }
    }

    /// Nothing that is stored is damaged, in any Region.
    func expectSound() async throws {
        for region in Self.regions {
            guard let disk = disks[region], let index = indexes[region] else { continue }
            #expect(try await Scrub(storage: disk, index: index, pool: pool).run().damages.isEmpty, "\(region)")
        }
    }

    /// What lies in the scratch folders.
    func scratch() -> [String] {
        Self.regions.flatMap { (try? FileManager.default.contentsOfDirectory(atPath: folder.scratch($0))) ?? [] }
    }
}
