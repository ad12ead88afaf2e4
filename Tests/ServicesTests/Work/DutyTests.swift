import Domain
import Foundation
import Metadata
import Services
import TestSupport
import Testing

/// What one process at a time does for a Region: collecting garbage.
@Suite(.againstHangs) struct DutyTests {
    /// A Region with something to collect.
    private func withGarbage(_ body: (World, Collector) async throws -> Void) async throws {
        try await World.run { world in
            try await world.reconciling {
                let id = try await world.snapshot([0: 1, 9: 2])
                try await world.snapshots(World.home).delete(id.rawValue)
            }
            world.clock.advance(seconds: 3600)
            try await body(world, collector(world.deployment))
        }
    }

    private func collector(_ deployment: Deployment) throws -> Collector {
        Collector(store: try deployment.store(of: World.home), deployment: deployment, schedule: .init(pause: 0, grace: 60))
    }

    @Test func whileAnotherProcessHasItNothingIsDone() async throws {
        try await withGarbage { world, collector in
            let (database, now) = (world.store(World.home).database, world.clock.now)
            try await database.write { transaction throws in
                #expect(try LeaseTable(.duties, transaction).take("collection", Lease(of: "another", at: now), at: now))
            }
            await collector.step()
            #expect(world.log.count("Collected garbage") == 0)
            world.clock.advance(seconds: 30.001)
            await collector.step()
            #expect(world.log.count("Collected garbage") == 1)
        }
    }

    /// It is given up with each round.
    @Test func anotherProcessMayDoItNext() async throws {
        try await withGarbage { world, collector in
            await collector.step()
            #expect(world.log.count("Collected garbage") == 1)
            let (database, now) = (world.store(World.home).database, world.clock.now)
            try await database.write { transaction throws in
                #expect(try LeaseTable(.duties, transaction).take("collection", Lease(of: "another", at: now), at: now))
            }
        }
    }
}
