import Blocks
import Domain
import Foundation
import Metadata
import Services
import TestSupport
import Testing
import Transfer

/// Copies that are to be done in a given time (docs/behaviour/time-based-copies.md).
@Suite(.againstHangs) struct TimeBasedCopyTests {
    /// Two blocks in a quarter of an hour need so many bytes a second.
    private static let needed: Int64 = 1166

    /// A source of two blocks, in a world whose quota is a multiple of what a copy of it in 15 minutes needs.
    private func withSource(quota: Int64, _ body: (World, SnapshotID) async throws -> Void) async throws {
        var limits = LinkLimits()
        limits.timeBasedQuota = PairLimits(Throughput(bytesPerSecond: quota))
        try await World.run(limits: limits) { world in
            var made: SnapshotID?
            try await world.reconciling { made = try await world.snapshot([0: 1, 9: 2]) }
            try await body(world, try #require(made))
        }
    }

    private func another(in world: World) async throws -> SnapshotID {
        var made: SnapshotID?
        try await world.reconciling { made = try await world.snapshot([0: 3, 9: 4]) }
        return try #require(made)
    }

    private func target(of id: SnapshotID, in world: World) async throws -> CompletionTarget? {
        try await world.store(World.away).database.read { try CopyTable($0).copy(of: id)?.target }
    }

    private let short = "A time-based copy may be late: there is less throughput to set aside than it needs"

    @Test func aCopyInTimeSaysWhatItWas() async throws {
        try await withSource(quota: 1 << 30) { world, source in
            let id = try await world.snapshots(World.away).copy(.of(source, minutes: 15))
            #expect(try await target(of: id, in: world)?.setAside.bytesPerSecond == Self.needed)
            try await world.reconciling {
                try await until("it is completed") { try await world.state(of: id, in: World.away) == .completed }
            }
            let copy = try await world.snapshots(World.away).snapshot(id.rawValue)
            #expect(copy.transferType == .timeBased)
            #expect(copy.completionMinutes == 15)
            #expect(copy.completedAt == world.clock.now)
            #expect(copy.statusMessage == "Copied \(2 * BlockSize.bytes) bytes, moved \(2 * BlockSize.bytes)")
            #expect(world.log.count(short) == 0)
            #expect(world.log.count("A time-based copy is late") == 0)
        }
    }

    @Test func whereLittleIsLeftACopyIsTakenOnAndSaysThatItMayBeLate() async throws {
        try await withSource(quota: Self.needed + 100) { world, source in
            let snapshots = world.snapshots(World.away)
            let other = try await another(in: world)
            _ = try await snapshots.copy(.of(source, minutes: 15))
            let second = try await snapshots.copy(.of(other, minutes: 15))
            #expect(try await target(of: second, in: world)?.setAside.bytesPerSecond == 100)
            #expect(world.log.count(short, snapshot: second.rawValue) == 1)
            #expect(world.log.count(short) == 1)
            let message = try await snapshots.snapshot(second.rawValue).statusMessage
            #expect(message == "Copied 0 of \(2 * BlockSize.bytes) bytes; may be late, it needs 1.14 KiB/s and has 100 bytes/s")
            // The link has more than was set aside, so it is there in time, and the remark is gone.
            try await world.reconciling { try await until("completed") { try await world.state(of: second, in: World.away) == .completed } }
            #expect(
                try await snapshots.snapshot(second.rawValue).statusMessage
                    == "Copied \(2 * BlockSize.bytes) bytes, moved \(2 * BlockSize.bytes)"
            )
        }
    }

    @Test func whereNothingIsLeftACopyIsRefusedUntilAnotherHasEnded() async throws {
        try await withSource(quota: Self.needed) { world, source in
            let other = try await another(in: world)
            let snapshots = world.snapshots(World.away)
            let first = try await snapshots.copy(.of(source, minutes: 15))
            await expectFault(.resourceLimitExceeded) { _ = try await snapshots.copy(.of(other, minutes: 2880)) }
            let image = try await world.register("web", over: [other])
            await expectFault(.resourceLimitExceeded) { _ = try await world.images(World.away).copy(.of(image, name: "copy", minutes: 15)) }
            #expect(try await world.listing(of: World.away).isEmpty)
            // A standard copy needs nothing of it, and another account has a quota of its own.
            _ = try await snapshots.copy(.of(other))
            try await world.reconciling { try await until("completed") { try await world.state(of: first, in: World.away) == .completed } }
            _ = try await snapshots.copy(.of(other, minutes: 15))
        }
    }

    /// In the Region that is copied into, for copies that begin and for those that have waited.
    @Test func anOperatorGrantsAnAccountMore() async throws {
        try await withSource(quota: Self.needed) { world, source in
            let other = try await another(in: world)
            let snapshots = world.snapshots(World.away)
            try await world.grant(1, of: .timeBasedThroughput, in: World.home)
            _ = try await snapshots.copy(.of(source, minutes: 15))
            await expectFault(.resourceLimitExceeded) { _ = try await snapshots.copy(.of(other, minutes: 15)) }
            try await world.grant(3000, of: .timeBasedThroughput, in: World.away)
            let second = try await snapshots.copy(.of(other, minutes: 15))
            #expect(try await target(of: second, in: world)?.setAside.bytesPerSecond == Self.needed)
            let waiting = try await snapshots.copy(.of(other, minutes: 30))
            #expect(try await target(of: waiting, in: world) == CompletionTarget(minutes: 30))
            try await world.reconciling {
                try await until("its clock runs") { try await target(of: waiting, in: world)?.setAside.bytesPerSecond == 583 }
            }
            // Standard copies stay as they were, and so does what Service Quotas tells of the other Region.
            let told = Quotas(world.call(World.away))
            #expect(try await told.quota("L-E137849C", of: "ebs").value == 3000)
        }
    }

    @Test func eachSnapshotOfAnImageHasItsOwn() async throws {
        try await withSource(quota: 1 << 30) { world, source in
            let image = try await world.register("web", over: [source, try await another(in: world)])
            let id = try await world.images(World.away).copy(.of(image, name: "copy", minutes: 30))
            for snapshot in try #require(try await world.describe(id)).snapshotIDs {
                #expect(try await target(of: snapshot, in: world)?.setAside.bytesPerSecond == 583)
            }
        }
    }

    /// The twentieth standard copy is the last; time-based ones are limited by their quota alone.
    @Test func timeBasedCopiesAreNotAmongTheTwenty() async throws {
        try await withSource(quota: 1 << 30) { world, source in
            let snapshots = world.snapshots(World.away)
            for _ in 0..<20 { _ = try await snapshots.copy(.of(source)) }
            await expectFault(.resourceLimitExceeded) { _ = try await snapshots.copy(.of(source)) }
            for _ in 0..<3 { _ = try await snapshots.copy(.of(source, minutes: 15)) }
            await expectFault(.resourceLimitExceeded) { _ = try await snapshots.copy(.of(source)) }
        }
    }

    @Test func aSecondCopyOfASnapshotStartsItsClockWhenTheFirstHasEnded() async throws {
        try await withSource(quota: 2000) { world, source in
            let snapshots = world.snapshots(World.away)
            let other = try await another(in: world)
            let asked = world.clock.now
            let first = try await snapshots.copy(.of(source, minutes: 15))
            let second = try await snapshots.copy(.of(source, minutes: 45))
            #expect(try await target(of: first, in: world)?.startedAt == asked)
            #expect(try await target(of: second, in: world) == CompletionTarget(minutes: 45))
            world.clock.advance(seconds: 600)
            // What waits has set nothing aside.
            let third = try await snapshots.copy(.of(other, minutes: 15))
            #expect(try await target(of: third, in: world)?.setAside.bytesPerSecond == 2000 - Self.needed)
            // The first ends by being deleted.
            try await snapshots.delete(first.rawValue)
            world.clock.advance(seconds: 60)
            let now = world.clock.now
            try await world.reconciling { try await until("completed") { try await world.state(of: second, in: World.away) == .completed } }
            let started = try await target(of: second, in: world)
            #expect(started?.startedAt == now)
            #expect(started?.setAside.bytesPerSecond == 389)
            #expect(try await snapshots.snapshot(second.rawValue).completionMinutes == 45)
        }
    }

    /// The link's clock stands still while the time of day goes past the copy's.
    @Test func aCopyThatIsLateSaysSo() async throws {
        var limits = LinkLimits()
        limits.bandwidth = PairLimits(Throughput(bytesPerSecond: 2048))
        try await World.run(limits: limits) { world in
            let clock = ManualClock()
            try await world.reconciling(linkClock: clock.steadyClock) {
                let source = try await world.snapshot([0: 1, 1: 2, 2: 3])
                let asked = world.clock.now
                let id = try await world.snapshots(World.away).copy(.of(source, minutes: 15))
                await clock.untilSomebodySleeps()
                world.clock.advance(seconds: 900)
                world.store(World.away).copiesWakeup()
                // On its due time it is not late yet.
                let other = try await world.snapshots(World.away).copy(.of(source))
                try await until("the other runs") { world.log.count("Copying a snapshot", snapshot: other.rawValue) == 1 }
                #expect(world.log.count("A time-based copy is late") == 0)
                world.clock.advance(seconds: 1)
                world.store(World.away).copiesWakeup()
                try await until("it is told") { world.log.count("A time-based copy is late", snapshot: id.rawValue) == 1 }
                let remark = "; late, it was due at \(ISO8601.text(asked.addingTimeInterval(900)))"
                let snapshots = world.snapshots(World.away)
                try await until("it is shown") { try await snapshots.snapshot(id.rawValue).statusMessage?.hasSuffix(remark) == true }
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask { while !Task.isCancelled { await clock.advanceToSleeper() } }
                    try await until("completed") { try await world.state(of: id, in: World.away) == .completed }
                    group.cancelAll()
                    try await group.waitForAll()
                }
                let bytes = 3 * BlockSize.bytes
                let message = try #require(try await snapshots.snapshot(id.rawValue).statusMessage)
                #expect(message.hasPrefix("Copied \(bytes) bytes, moved ") && message.hasSuffix(remark), "\(message)")
                #expect(world.log.count("A time-based copy is late") == 1)
            }
        }
    }

    @Test func withinARegionNothingIsSetAside() async throws {
        try await withSource(quota: Self.needed) { world, source in
            let snapshots = world.snapshots(World.home)
            for _ in 0..<2 {
                let id = try await snapshots.copy(.of(source, minutes: 15))
                try await world.reconciling { try await until("completed") { try await world.state(of: id) == .completed } }
                #expect(try await snapshots.snapshot(id.rawValue).statusMessage == "Copied \(2 * BlockSize.bytes) bytes, moved 0")
            }
            #expect(world.log.count(short) == 0)
        }
    }
}
