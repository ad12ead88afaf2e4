import Domain
import Services
import TestSupport
import Testing

@Suite struct UploadTimeoutTests {
    /// Runs reconcilers until they have looked once more: a sealed upload that is finished shows it.
    private func look(_ world: World) async throws {
        try await world.reconciling { _ = try await world.snapshot([:]) }
    }

    @Test func anUploadEndsWhenNoBlockComesForItsTimeout() async throws {
        try await World.run { world in
            let short = try await world.start(timeoutMinutes: 10).id
            let long = try await world.start(timeoutMinutes: 4320).id
            world.clock.advance(seconds: 600)
            try await look(world)
            #expect(try await world.state(of: short) == .pending)
            // A block sets it back to the beginning.
            try await world.put(1, at: 0, into: short)
            world.clock.advance(seconds: 600)
            try await look(world)
            #expect(try await world.state(of: short) == .pending)
            world.clock.advance(seconds: 0.001)
            try await look(world)
            let ended = try await world.snapshots(World.home).snapshot(short.rawValue)
            #expect(ended.state == .error)
            #expect(ended.statusMessage == "No block was written for 10 minutes")
            #expect(try await world.state(of: long) == .pending)
            await expectFault(.validationException, reason: "INVALID_SNAPSHOT_ID") { try await world.put(1, at: 1, into: short) }
            await expectFault(.validationException, reason: "INVALID_SNAPSHOT_ID") { try await world.complete(short, blocks: 1) }
            try await world.snapshots(World.home).delete(short.rawValue)
            world.clock.advance(seconds: 4320 * 60)
            try await look(world)
            #expect(try await world.state(of: long) == .error)
        }
    }

    /// Sealed, it waits for the server and no longer for its client.
    @Test func aSealedUploadDoesNotEnd() async throws {
        try await World.run { world in
            let id = try await world.start(timeoutMinutes: 10).id
            try await world.put(1, at: 0, into: id)
            try await world.complete(id, blocks: 1)
            world.clock.advance(seconds: 10_000)
            try await world.reconciling {
                try await until("it is completed") { try await world.state(of: id) == .completed }
            }
        }
    }

    @Test func aHundredAtATime() async throws {
        try await World.run { world in
            let results = await together(103) { _ in try await world.start(timeoutMinutes: 10).id }
            #expect(results.count { (try? $0.get()) != nil } == 100)
            for case .failure(let error) in results { #expect((error as? Fault)?.code == .concurrentLimitExceededException, "\(error)") }
            let first = try #require(results.lazy.compactMap { try? $0.get() }.first)
            try await world.snapshots(World.home).delete(first.rawValue)
            _ = try await world.start()
            // All that are forgotten end together, though a step takes only so many.
            world.clock.advance(seconds: 10_000)
            try await world.reconciling {
                try await until("none is pending") {
                    world.store(World.home).uploadsWakeup()
                    return try await world.snapshots(World.home).describe(SnapshotQuery()).elements.allSatisfy { $0.state == .error }
                }
            }
        }
    }
}
