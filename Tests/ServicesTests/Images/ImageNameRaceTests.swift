import Domain
import Services
import Testing

@Suite struct ImageNameRaceTests {
    enum Contest: CaseIterable, Sendable {
        case register, copy, both
    }

    @Test(arguments: Contest.allCases)
    func aNameHasOneOwner(contest: Contest) async throws {
        try await World.run { world in
            try await world.reconciling {
                let snapshot = try await world.snapshot([0: 1])
                let source = try await world.register("source", over: [snapshot])
                let copied = try await world.snapshot([0: 1], in: World.away)
                let results = await together(8) { number in
                    if contest == .register || (contest == .both && number % 2 == 0) {
                        return try await world.register("web", over: [copied], in: World.away)
                    }
                    let token = ClientToken(text: "token \(number)", fingerprint: [UInt8(number)])
                    return try await world.images(World.away).copy(.of(source, name: "web", token: token))
                }
                let winners = results.compactMap { try? $0.get() }
                #expect(winners.count == 1)
                for case .failure(let error) in results {
                    let fault = error as? Fault
                    #expect(fault?.code == .invalidImageNameDuplicate, "\(error)")
                    #expect(fault?.message == "AMI name web is already in use by AMI \(winners.first?.rawValue ?? "")")
                }
                #expect(try await world.listing(of: World.away).map(\.id) == winners)
                // What the losers would have made is not there.
                let snapshots = try await world.snapshots(World.away).describe(SnapshotQuery()).elements
                #expect(Set(snapshots.map(\.id)) == Set(try await world.listing(of: World.away).flatMap(\.snapshotIDs) + [copied]))
                // Names belong to an account and a Region.
                _ = try await world.register("web", over: [snapshot])
            }
        }
    }
}
