import Blocks
import Domain
import Foundation
import Glibc
import Metadata
import Services
import TestSupport
import Testing

/// Failures that may pass are tried again, later each time, and not for ever.
@Suite struct CopyRetryTests {
    private func withCopy(failing: @escaping @Sendable (World, FaultyDisk.Event) -> Int32?, _ body: (World, ImageID) async throws -> Void)
        async throws
    {
        try await World.run(faultyDisks: true) { world in
            try await world.reconciling {
                let source = try await world.register("web", over: [try await world.snapshot([0: 1, 1: 2])])
                let disk = try #require(world.disks[World.away])
                disk.setFaults { event in event.call == .write ? failing(world, event).map { .error($0) } : nil }
                try await body(world, try await world.images(World.away).copy(.of(source, name: "copy")))
            }
        }
    }

    /// Lets time pass until the image is no longer pending.
    private func end(of id: ImageID, in world: World) async throws -> Image {
        try await until("\(id) is no longer pending") {
            world.clock.advance(seconds: 31)
            world.store(World.away).copiesWakeup()
            return try await world.describe(id)?.state != .pending
        }
        return try #require(try await world.describe(id))
    }

    @Test func afterTheFifthAttemptTheImageFails() async throws {
        try await withCopy(failing: { _, _ in EIO }) { world, id in
            let image = try await end(of: id, in: world)
            #expect(image.state == .failed)
            #expect(image.stateReason?.code == "Server.InternalError")
            #expect(image.stateReason?.message.contains("The copy failed") == true)
            #expect(world.log.count("Copying a snapshot") == 5)
            #expect(world.log.count("Copying a snapshot failed") == 5)
            #expect(try await world.state(of: image.snapshotIDs[0], in: World.away) == .error)
        }
    }

    @Test func aFaultThatPassesLeavesNoTrace() async throws {
        try await withCopy(failing: { world, _ in world.log.count("Copying a snapshot") < 5 ? EIO : nil }) { world, id in
            let image = try await end(of: id, in: world)
            #expect(image.state == .available)
            #expect(image.stateReason == nil)
            #expect(world.log.count("Copying a snapshot") == 5)
            try await world.expect(image.snapshotIDs[0], in: World.away, holds: [0: 1, 1: 2])
        }
    }

    @Test func theFirstRetryWaitsTwoSeconds() async throws {
        try await withCopy(failing: { _, _ in EIO }) { world, id in
            let database = world.store(World.away).database
            try await until("the first attempt has failed") {
                try await database.read { try CopyTable($0).copies(of: id).first?.retries.attempts } == 1
            }
            let now = world.clock.wallClock.now
            func waiting(after seconds: Double) async throws -> [Region] {
                try await database.read { try CopyTable($0).waitingSources(at: now.addingTimeInterval(seconds)) }
            }
            #expect(try await waiting(after: 1.999).isEmpty)
            #expect(try await waiting(after: 2) == [World.home])
            #expect(try await world.describe(id)?.state == .pending)
        }
    }

    @Test func aFullDiskIsToldAtOnce() async throws {
        try await withCopy(failing: { _, _ in ENOSPC }) { world, id in
            let image = try await world.end(of: id)
            #expect(image.state == .failed)
            #expect(image.stateReason?.code == "Client.VolumeLimitExceeded")
            #expect(image.stateReason?.message.contains("eu-west-1") == true)
            #expect(world.log.count("Copying a snapshot") == 1)
            // With space again, a new copy gets through, under the name that the failed one gives back.
            try #require(world.disks[World.away]).setFaults(nil)
            _ = try await world.images(World.away).deregister(id.rawValue, deletesSnapshots: true)
            let source = try #require(try await world.listing(of: World.home).first)
            let again = try await world.end(of: try await world.images(World.away).copy(.of(source.id, name: "copy")))
            #expect(again.state == .available)
        }
    }

    /// What a copy would take is known before its first block moves.
    @Test func aCopyThatDoesNotFitIsRefusedBeforeItMoves() async throws {
        try await World.run(faultyDisks: true) { world in
            try await world.reconciling {
                let source = try await world.register("web", over: [try await world.snapshot([0: 1, 1: 2])])
                let disk = try #require(world.disks[World.away])
                // Of what is free, 32 MiB are kept for the databases.
                disk.setCapacity((32 << 20) + 100)
                let image = try await world.end(of: try await world.images(World.away).copy(.of(source, name: "copy")))
                #expect(image.state == .failed)
                #expect(image.stateReason?.code == "Client.VolumeLimitExceeded")
                let message = try #require(image.stateReason?.message)
                #expect(message.contains("No space left on the device that holds eu-west-1: the copy needs "))
                #expect(message.contains(" bytes and 100 are free"))
                #expect(disk.usedBytes == 0)
                #expect(world.log.count("Copying a snapshot") == 1)

                disk.setCapacity(nil)
                _ = try await world.images(World.away).deregister(image.id.rawValue, deletesSnapshots: true)
                let again = try await world.end(of: try await world.images(World.away).copy(.of(source, name: "copy")))
                #expect(again.state == .available)
            }
        }
    }
}
