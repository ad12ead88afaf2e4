import Domain
import Foundation
import Metadata
import Services
import TestSupport
import Testing

/// Who drives a job, and who goes on when that process is gone: as with copies.
@Suite(.againstHangs) struct JobLeaseTests {
    private static let disk: [Int64: UInt64] = [0: 1, 2: 2]

    /// A job that reads the disk of a Region, and writes there.
    enum Work: CaseIterable, Sendable { case snapshotImport, imageStore }

    private func withJob(_ work: Work, _ body: (World, Job, _ disk: FaultyDisk) async throws -> Void) async throws {
        try await World.run(faultyDisks: true) { world in
            try await world.buckets().create("depot")
            let call = world.call(World.home)
            switch work {
            case .snapshotImport:
                try await world.put("disk.raw", SagaDisk.file)
                let source = ImportSource(bucket: "depot", key: "disk.raw", format: "RAW")
                let request = SnapshotImportRequest(source: source, encryption: EncryptionRequest(), options: SagaDisk.options)
                _ = try await Imports(call).importSnapshot(request)
            case .imageStore:
                var image: ImageID?
                try await world.reconciling { image = try await world.register("web", over: [try await world.snapshot(SagaDisk.blocks)]) }
                _ = try await ImageStores(call).store(try #require(image).rawValue, in: "depot", tags: [])
            }
            let tasks = try await world.tasks(work == .snapshotImport ? .snapshotImport : .imageStore)
            try await body(world, try #require(tasks.first), try #require(world.disks[World.home]))
        }
    }

    private func now(_ job: Job, in world: World) async throws -> Job? {
        try await world.store(World.home).database.read { try JobTable($0).job(job.id) }
    }

    private func isFree(at date: Date, in world: World) async throws -> Bool {
        try await world.store(World.home).database.read { transaction in
            try JobWork.Kind.allCases.contains { try !JobTable(transaction).waiting(1, of: $0, at: date).isEmpty }
        }
    }

    /// Lets the next read of a job stand at a gate; of one that writes an object, when it has begun with that.
    private func held(_ work: Work, in world: World, _ disk: FaultyDisk) -> ThreadGate {
        let (gate, reads, database) = (ThreadGate(), Counter(), world.store(World.home).database)
        let depot: BucketName = known("depot")
        disk.setFaults { event in
            guard event.call == .read else { return nil }
            let hasBegun = work == .snapshotImport || (try? database.blockingRead { try MultipartTable($0).hasAny(in: depot) }) == true
            if hasBegun, reads.add() == 1 { gate.pass() }
            return nil
        }
        return gate
    }

    @Test func aDeadOwnersJobIsTakenOverWhenItsLeaseHasRunOut() async throws {
        try await withJob(.snapshotImport) { world, job, _ in
            let now = world.clock.now
            try await world.store(World.home).database.write { transaction throws in
                #expect(try LeaseTable(.jobs, transaction).take(job.id, Lease(of: "the dead", at: now), at: now))
            }
            try await world.reconciling {
                // Asked for later and done, so the other was left to its owner.
                try await world.put("other.raw", SagaDisk.file)
                let request = SnapshotImportRequest(
                    source: ImportSource(bucket: "depot", key: "other.raw", format: "RAW"),
                    encryption: EncryptionRequest(),
                    options: TaskOptions(description: "", role: nil, tags: [], clientToken: nil)
                )
                let free = try await Imports(world.call(World.home)).importSnapshot(request)
                try await until("the other is done") { try await self.now(free, in: world)?.state == .completed }
                #expect(try await self.now(job, in: world)?.state == .active)
                world.clock.advance(seconds: 30.001)
                world.store(World.home).jobsWakeup()
                try await until("it is taken over") { try await self.now(job, in: world)?.state == .completed }
            }
        }
    }

    /// A job that stands still for hours has nothing to report, and yet nobody takes it away.
    @Test(arguments: Work.allCases) func aSlowJobKeepsItsLease(work: Work) async throws {
        try await withJob(work) { world, job, disk in
            let gate = held(work, in: world, disk)
            try await world.reconciling {
                defer { gate.open() }
                try await until("the job stands at the gate") { gate.isReached }
                world.clock.advance(seconds: 7200)
                let later = world.clock.now
                #expect(try await isFree(at: later, in: world))
                world.store(World.home).jobsWakeup()
                try await until("the lease is renewed") { try await !isFree(at: later.addingTimeInterval(29), in: world) }
                gate.open()
                try await until("it is done") { try await now(job, in: world)?.state == .completed }
            }
            #expect(world.log.count("Finished a job") == 1)
            #expect(world.log.count("Stopped a job") == 0)
        }
    }

    /// An owner that was held up for longer than its lease finds it gone: what it reports, ends, fails or has half written changes nothing.
    @Test(arguments: Work.allCases) func aLateOwnerChangesNothing(work: Work) async throws {
        try await withJob(work) { world, job, disk in
            let gate = held(work, in: world, disk)
            try await world.reconciling {
                defer { gate.open() }
                try await until("the first owner stands at the gate") { gate.isReached }
                // The second sees the lease run out; by the clock of the first nothing has happened.
                let second = world.anotherProcess(ahead: 31)
                let store = try second.store(of: World.home)
                let reconciler = JobReconciler(
                    store: store,
                    deployment: second,
                    inbound: CopyReconciler(store: store, deployment: second).inbound,
                    scratch: world.scratch(World.home)
                )
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask { try await reconciler.run() }
                    try await until("the second has done it") { try await now(job, in: world)?.state == .completed }
                    group.cancelAll()
                    try await group.waitForAll()
                }
                let done = try await now(job, in: world)
                gate.open()
                try await until("the first has stopped") { world.log.count("Stopped a job") == 1 }
                #expect(try await now(job, in: world) == done)
            }
            #expect(world.log.count("Finished a job") == 1)
            #expect(world.log.count("A job failed") == 0)
            try await expect(work, isDoneIn: world)
        }
    }

    private func expect(_ work: Work, isDoneIn world: World) async throws {
        switch work {
        case .snapshotImport: #expect(try await world.differences(ofSnapshotsIn: World.home, to: SagaDisk.blocks).isEmpty)
        case .imageStore:
            #expect(try await world.objects().list(ObjectListing(), in: "depot").elements.count == 1)
            let depot: BucketName = known("depot")
            #expect(try await !world.store(World.home).database.read { try MultipartTable($0).hasAny(in: depot) })
        }
    }
}
