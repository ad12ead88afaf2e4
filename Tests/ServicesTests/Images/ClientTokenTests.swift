import Domain
import Metadata
import Services
import TestSupport
import Testing

@Suite struct ClientTokenTests {
    private let token = ClientToken(text: "token", fingerprint: [1, 2, 3])

    private func withImage(_ body: (World, ImageID) async throws -> Void) async throws {
        try await World.run { world in
            try await world.reconciling {
                try await body(world, try await world.register("web", over: [try await world.snapshot([0: 1])]))
            }
        }
    }

    @Test func callsAtOnceWithOneTokenMakeOneImage() async throws {
        try await withImage { world, source in
            let token = token
            let results = await together(8) { _ in
                try await world.images(World.away).copy(.of(source, name: "copy", token: token))
            }
            let ids = Set(try results.map { try $0.get() })
            #expect(ids.count == 1)
            let listing = try await world.listing(of: World.away)
            #expect(listing.map(\.id) == Array(ids))
            #expect(try await world.snapshots(World.away).describe(SnapshotQuery()).elements.count == 1)
            #expect(try await world.end(of: listing[0].id).state == .available)
            // The answer stays the same, however long after, and whatever became of the image or its source.
            world.clock.advance(seconds: 1_000_000)
            #expect(try await world.images(World.away).copy(.of(source, name: "copy", token: token)) == listing[0].id)
            _ = try await world.images(World.home).deregister(source.rawValue, deletesSnapshots: false)
            #expect(try await world.images(World.away).copy(.of(source, name: "copy", token: token)) == listing[0].id)
            _ = try await world.images(World.away).deregister(listing[0].id.rawValue, deletesSnapshots: false)
            #expect(try await world.images(World.away).copy(.of(source, name: "copy", token: token)) == listing[0].id)
            #expect(try await world.listing(of: World.away).isEmpty)
        }
    }

    @Test func otherParametersUnderTheSameTokenAreRefused() async throws {
        try await withImage { world, source in
            let images = world.images(World.away)
            let first = try await images.copy(.of(source, name: "copy", token: token))
            let other = ClientToken(text: "token", fingerprint: [1, 2, 4])
            await expectFault(.idempotentParameterMismatch) { _ = try await images.copy(.of(source, name: "other", token: other)) }
            #expect(try await world.listing(of: World.away).map(\.id) == [first])
        }
    }

    /// Of calls that differ and share a token, one wins, and the others are told.
    @Test func aRaceOfDifferentCallsHasOneWinner() async throws {
        try await withImage { world, source in
            let results = await together(8) { number in
                let token = ClientToken(text: "token", fingerprint: [UInt8(number)])
                return try await world.images(World.away).copy(.of(source, name: "copy \(number)", token: token))
            }
            let listing = try await world.listing(of: World.away)
            #expect(listing.count == 1)
            #expect(results.count { (try? $0.get()) != nil } == 1)
            for case .failure(let error) in results { #expect((error as? Fault)?.code == .idempotentParameterMismatch, "\(error)") }
        }
    }

    @Test func aTokenBelongsToARegionAnAccountAndAnAction() async throws {
        try await withImage { world, source in
            let first = try await world.images(World.away).copy(.of(source, name: "copy", token: token))
            let second = try await world.images(World.home).copy(.of(source, name: "copy", token: token))
            #expect(first != second)
            let started = try await world.start(in: World.away, token: token)
            #expect(try await world.state(of: started.id, in: World.away) == .pending)
            await expectFault(.invalidImageIDNotFound) {
                _ = try await Images(world.call(World.away, by: known("999999999999"))).copy(.of(source, name: "copy", token: token))
            }
        }
    }

    /// A call that failed leaves its token free: the client mends what was wrong and repeats it.
    @Test func aFailedCallUsesNoToken() async throws {
        try await withImage { world, source in
            let images = world.images(World.away)
            let holder = try await images.copy(.of(source, name: "copy"))
            let token = token
            await expectFault(.invalidImageNameDuplicate) { _ = try await images.copy(.of(source, name: "copy", token: token)) }
            _ = try await images.deregister(holder.rawValue, deletesSnapshots: true)
            let id = try await images.copy(.of(source, name: "copy", token: token))
            #expect(try await world.end(of: id).state == .available)
        }
    }

    @Test func startSnapshotIsRepeatableToo() async throws {
        try await World.run { world in
            let token = token
            let results = await together(8) { _ in try await world.start(token: token).id }
            let ids = Set(try results.map { try $0.get() })
            #expect(ids.count == 1)
            #expect(try await world.snapshots(World.home).describe(SnapshotQuery()).elements.count == 1)
            await expectFault(.conflictException) { _ = try await world.start(token: ClientToken(text: "token", fingerprint: [9])) }
            let id = try #require(ids.first)
            try await world.snapshots(World.home).delete(id.rawValue)
            await expectFault(.resourceNotFoundException) { _ = try await world.start(token: token) }
        }
    }
}
