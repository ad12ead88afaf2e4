import Domain
import Foundation
import Metadata
import Sealing
import Services
import TestSupport
import Testing
import Transfer

/// Who drives a copy, and who goes on when that process is gone.
@Suite(.againstHangs) struct CopyLeaseTests {
    private func withImage(faultyDisks: Bool = false, _ body: (World, ImageID) async throws -> Void) async throws {
        try await World.run(faultyDisks: faultyDisks) { world in
            var made: ImageID?
            try await world.reconciling { made = try await world.register("web", over: [try await world.snapshot([0: 1, 9: 2])]) }
            try await body(world, try #require(made))
        }
    }

    private func copiedSnapshot(of id: ImageID, in world: World) async throws -> SnapshotID {
        try #require(try await world.describe(id)?.snapshotIDs.first)
    }

    @Test func aDeadOwnersCopyIsTakenOverWhenItsLeaseHasRunOut() async throws {
        try await withImage { world, source in
            let images = world.images(World.away)
            let orphan = try await images.copy(.of(source, name: "orphan"))
            let now = world.clock.now
            try await world.store(World.away).database.write { transaction in
                let copy = try #require(try CopyTable(transaction).waiting(1, from: World.home, at: now).first)
                #expect(copy.imageID == orphan)
                #expect(try LeaseTable(.copies, transaction).take(copy.id.rawValue, Lease(of: "the dead", at: now), at: now))
            }
            let free = try await images.copy(.of(source, name: "free"))
            let snapshot = try await copiedSnapshot(of: orphan, in: world).rawValue
            try await world.reconciling {
                // Asked for later and done, so the other was left to its owner.
                let copy = try await world.end(of: free)
                #expect(copy.state == .available)
                #expect(try await world.describe(orphan)?.state == .pending)
                #expect(world.log.count("Copying a snapshot", snapshot: snapshot) == 0)
                world.clock.advance(seconds: 30.001)
                world.store(World.away).copiesWakeup()
                #expect(try await world.end(of: orphan).state == .available)
                #expect(world.log.count("Copying a snapshot", snapshot: snapshot) == 1)
            }
        }
    }

    /// A server that stops gives its leases back: the next one need not wait for them.
    @Test func aStoppedServersCopyGoesOnAtOnce() async throws {
        try await withImage(faultyDisks: true) { world, source in
            let gate = ThreadGate()
            let disk = try #require(world.disks[World.away])
            disk.setFaults { event in
                if event.call == .write, event.ordinal == 2 { gate.pass() }
                return nil
            }
            let id = try await world.images(World.away).copy(.of(source, name: "copy"))
            await #expect(throws: CancellationError.self) {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask {
                        try await world.reconciling(engine: CopyEngine(window: 1, reportInterval: .zero)) {
                            while true { try await Task.sleep(for: .seconds(3600)) }
                        }
                    }
                    defer { gate.open() }
                    try await until("the copy stands at the gate") { gate.isReached }
                    group.cancelAll()
                    gate.open()
                    try await group.waitForAll()
                }
            }
            #expect(world.log.count("Copied a snapshot") == 0)
            let now = world.clock.now
            let waiting = try await world.store(World.away).database.read { try CopyTable($0).waitingSources(at: now) }
            #expect(waiting == [World.home])
            // The clock has not moved.
            try await world.reconciling {
                let image = try await world.end(of: id)
                #expect(image.state == .available)
            }
            try await world.expect(try await copiedSnapshot(of: id, in: world), in: World.away, holds: [0: 1, 9: 2])
        }
    }

    /// An owner that was held up for longer than its lease finds it gone, and its late events change nothing.
    @Test func aLateOwnerChangesNothing() async throws {
        try await withImage(faultyDisks: true) { world, source in
            let gate = ThreadGate()
            let disk = try #require(world.disks[World.home])
            let first = disk.count(of: .read) + 1
            disk.setFaults { event in
                if event.call == .read, event.ordinal == first { gate.pass() }
                return nil
            }
            let engine = CopyEngine(window: 1, reportInterval: .zero)
            try await world.reconciling(engine: engine) {
                defer { gate.open() }
                let id = try await world.images(World.away).copy(.of(source, name: "copy"))
                try await until("the first owner stands at the gate") { gate.isReached }
                // The second sees the lease run out; by the clock of the first nothing has happened.
                let second = world.anotherProcess(ahead: 31)
                try await withThrowingTaskGroup(of: Void.self) { group in
                    let reconciler = CopyReconciler(store: try second.store(of: World.away), deployment: second, engine: engine)
                    group.addTask { try await reconciler.run() }
                    let image = try await world.end(of: id)
                    #expect(image.state == .available)
                    try await until("the copy is told") { world.log.count("Copied a snapshot") == 1 }
                    group.cancelAll()
                    try await group.waitForAll()
                }
                let snapshot = try await world.snapshots(World.away).snapshot(try await copiedSnapshot(of: id, in: world).rawValue)
                gate.open()
                try await until("the first has stopped") { world.log.count("Stopped copying a snapshot") == 1 }
                #expect(try await world.snapshots(World.away).snapshot(snapshot.id.rawValue) == snapshot)
                #expect(world.log.count("Copied a snapshot") == 1)
                try await world.expect(snapshot.id, in: World.away, holds: [0: 1, 9: 2])
            }
        }
    }

    /// A pump that stands still for hours has nothing to report, and yet nobody takes its copy away.
    @Test(arguments: [25.0, 31.0, 7200.0])
    func aSlowPumpKeepsItsLease(seconds: Double) async throws {
        try await withImage(faultyDisks: true) { world, source in
            let gate = ThreadGate()
            let disk = try #require(world.disks[World.away])
            disk.setFaults { event in
                if event.call == .write, event.ordinal == 2 { gate.pass() }
                return nil
            }
            try await world.reconciling(engine: CopyEngine(window: 1, reportInterval: .zero)) {
                defer { gate.open() }
                let id = try await world.images(World.away).copy(.of(source, name: "copy"))
                try await until("the copy stands at the gate") { gate.isReached }
                world.clock.advance(seconds: seconds)
                let now = world.clock.now
                func waiting(at date: Date) async throws -> [Region] {
                    try await world.store(World.away).database.read { try CopyTable($0).waitingSources(at: date) }
                }
                #expect(try await !waiting(at: now.addingTimeInterval(6)).isEmpty)
                world.store(World.away).copiesWakeup()
                try await until("the lease is renewed") { try await waiting(at: now.addingTimeInterval(29.9)).isEmpty }
                gate.open()
                #expect(try await world.end(of: id).state == .available)
                // It is told after the commit, which a test may see first.
                try await until("the copy is told") { world.log.count("Copied a snapshot") > 0 }
            }
            #expect(world.log.count("Copying a snapshot") == 1)
            #expect(world.log.count("Copied a snapshot") == 1)
        }
    }

    @Test func twoProcessesShareTheWork() async throws {
        try await withImage { world, source in
            var copies: [ImageID] = []
            for number in 0..<12 { copies.append(try await world.images(World.away).copy(.of(source, name: "copy \(number)"))) }
            try await world.reconciling {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    let second = world.anotherProcess()
                    let reconciler = CopyReconciler(store: try second.store(of: World.away), deployment: second)
                    group.addTask { try await reconciler.run() }
                    for id in copies { #expect(try await world.end(of: id).state == .available) }
                    try await until("all copies are told") { world.log.count("Copied a snapshot") == copies.count }
                    group.cancelAll()
                    try await group.waitForAll()
                }
            }
            for id in copies {
                let snapshot = try await copiedSnapshot(of: id, in: world).rawValue
                #expect(world.log.count("Copying a snapshot", snapshot: snapshot) == 1)
                #expect(world.log.count("Copied a snapshot", snapshot: snapshot) == 1)
                #expect(world.log.count("Stopped copying a snapshot", snapshot: snapshot) == 0)
            }
        }
    }

    /// A restart with fewer Regions: the copy says what it waits for, and is finished when the Region is served again.
    @Test func aCopyWaitsForASourceRegionThatIsNotServed() async throws {
        try await withImage { world, source in
            let id = try await world.images(World.away).copy(.of(source, name: "copy"))
            let snapshot = try await copiedSnapshot(of: id, in: world)
            let alone = Deployment(
                directory: world.deployment.directory,
                regions: [world.store(World.away)],
                tokens: world.deployment.tokens,
                vault: Vault(current: .random()),
                clock: world.clock.wallClock,
                logger: world.log.logger
            )
            // Nothing else moves the row, so a second copy into the Region shows that the reconciler has been at it.
            try await withThrowingTaskGroup(of: Void.self) { group in
                let reconciler = CopyReconciler(store: world.store(World.away), deployment: alone)
                group.addTask { try await reconciler.run() }
                let own = try await world.register("own", over: [try await snapshotOfAway(world)], in: World.away)
                let within = try await world.images(World.away).copy(.of(own, in: World.away, name: "within"))
                #expect(try await world.end(of: within).state == .available)
                group.cancelAll()
                try await group.waitForAll()
            }
            let waiting = try await world.snapshots(World.away).snapshot(snapshot.rawValue)
            #expect(waiting.state == .pending)
            #expect(waiting.statusMessage?.contains("waiting for the Region us-east-1") == true)
            #expect(try await world.describe(id)?.state == .pending)
            try await world.reconciling {
                let image = try await world.end(of: id)
                #expect(image.state == .available)
            }
        }
    }

    private func snapshotOfAway(_ world: World) async throws -> SnapshotID {
        var made: SnapshotID?
        try await withThrowingTaskGroup(of: Void.self) { group in
            let uploads = UploadReconciler(store: world.store(World.away), deployment: world.deployment)
            group.addTask { try await uploads.run() }
            made = try await world.snapshot([3: 7], in: World.away)
            group.cancelAll()
            try await group.waitForAll()
        }
        return try #require(made)
    }
}
