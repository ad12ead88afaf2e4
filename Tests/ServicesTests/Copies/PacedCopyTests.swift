import Blocks
import Domain
import Foundation
import Metadata
import Services
import TestSupport
import Testing
import Transfer

/// Copies that wait at a link whose clock stands still: they will not move a block by themselves.
@Suite(.againstHangs) struct PacedCopyTests {
    private static let narrow: LinkLimits = {
        var limits = LinkLimits()
        limits.bandwidth = PairLimits(Throughput(bytesPerSecond: 1024))
        return limits
    }()

    /// A copy of six blocks of which one has passed, beside reconcilers whose links wait for `clock`.
    private func withWaitingCopy(_ body: (World, ManualClock, ImageID) async throws -> Void) async throws {
        try await World.run(limits: Self.narrow) { world in
            let clock = ManualClock()
            try await world.reconciling(engine: CopyEngine(reportInterval: .zero), linkClock: clock.steadyClock) {
                let source = try await world.register("web", over: [try await world.snapshot([0: 1, 1: 2, 2: 3, 3: 4, 4: 5, 1024: 6])])
                let id = try await world.images(World.away).copy(.of(source, name: "copy"))
                await clock.untilSomebodySleeps()
                try await body(world, clock, id)
            }
        }
    }

    @Test(arguments: [true, false])
    func deregisteringEndsACopyThatWaits(deletesSnapshots: Bool) async throws {
        try await withWaitingCopy { world, _, id in
            let copied = try #require(try await world.describe(id)?.snapshotIDs.first)
            _ = try await world.images(World.away).deregister(id.rawValue, deletesSnapshots: deletesSnapshots)
            // The clock does not move: nothing but being told can end it.
            try await until("the pump has stopped") { world.log.count("Stopped copying a snapshot") == 1 }
            if !deletesSnapshots { #expect(try await world.state(of: copied, in: World.away) == .error) }
        }
    }

    @Test func deletingItsSnapshotEndsACopyThatWaits() async throws {
        try await World.run(limits: Self.narrow) { world in
            let clock = ManualClock()
            try await world.reconciling(linkClock: clock.steadyClock) {
                let source = try await world.snapshot([0: 1, 1: 2])
                let id = try await world.snapshots(World.away).copy(.of(source))
                await clock.untilSomebodySleeps()
                try await world.snapshots(World.away).delete(id.rawValue)
                try await until("the pump has stopped") { world.log.count("Stopped copying a snapshot") == 1 }
            }
        }
    }

    @Test func aCopyThatWaitsKeepsItsLease() async throws {
        try await withWaitingCopy { world, clock, id in
            for _ in 0..<5 {
                world.clock.advance(seconds: 31)
                world.store(World.away).copiesWakeup()
                let now = world.clock.now
                try await until("the lease is renewed") {
                    try await world.store(World.away).database.read {
                        try CopyTable($0).waitingSources(at: now.addingTimeInterval(29.9)).isEmpty
                    }
                }
            }
            let time = clock.now
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { while !Task.isCancelled { await clock.advanceToSleeper() } }
                #expect(try await world.end(of: id).state == .available)
                group.cancelAll()
                try await group.waitForAll()
            }
            #expect(world.log.count("Copying a snapshot") == 1)
            // Five blocks of 512 seconds each.
            #expect(clock.now - time >= .seconds(4 * 512))
        }
    }

    /// A stopped server does not wait for blocks whose turn comes in hours.
    @Test func stoppingTheServerEndsACopyThatWaits() async throws {
        var made: (World, ImageID)?
        try await withWaitingCopy { world, _, id in made = (world, id) }
        let (world, _) = try #require(made)
        #expect(world.log.count("Copied a snapshot") == 0)
        #expect(world.log.count("Saving a copy failed") == 0)
    }

    /// All places are taken by one account; when one is free, it is the other's turn.
    @Test func anotherAccountsFirstCopyComesBeforeTheRest() async throws {
        try await World.run(limits: Self.narrow) { world in
            var made: ImageID?
            try await world.reconciling(linkClock: ManualClock().steadyClock) {
                made = try await world.register("web", over: [try await world.snapshot([0: 1, 1: 2])])
            }
            let source = try #require(made)
            var copies: [ImageID] = []
            for number in 0..<40 {
                copies.append(try await world.images(World.away).copy(.of(source, name: "copy \(number)")))
                world.clock.advance(seconds: 0.001)
            }
            // The last that was asked for is another account's.
            let other = try #require(try await world.describe(copies[39])?.snapshotIDs.first)
            _ = try await world.store(World.away).database.write {
                try $0.execute("UPDATE copies SET account = '999999999999' WHERE snapshot_id = ?", [.text(other.rawValue)])
            }
            try await world.reconciling(linkClock: ManualClock().steadyClock) {
                try await until("as many run as may") { world.log.count("Copying a snapshot") == CopyReconciler.runningPerSourceMax }
                #expect(world.log.count("Copying a snapshot", snapshot: other.rawValue) == 1)
            }
        }
    }
}
