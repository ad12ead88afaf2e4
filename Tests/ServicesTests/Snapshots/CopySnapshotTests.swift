import Blocks
import Domain
import Services
import TestSupport
import Testing

extension SnapshotCopyRequest {
    static func of(
        _ snapshot: SnapshotID,
        in region: Region = World.home,
        tags: [Tag] = [],
        minutes: Int? = nil,
        encryption: EncryptionRequest = EncryptionRequest(),
        proof: SourceProof = .missing
    ) -> SnapshotCopyRequest {
        SnapshotCopyRequest(
            sourceRegion: region.rawValue,
            sourceSnapshotID: snapshot.rawValue,
            description: "a copy",
            tags: tags,
            completionMinutes: minutes,
            encryption: encryption,
            proof: proof
        )
    }
}

@Suite struct CopySnapshotTests {
    @Test func aCopyIsASnapshotOfItsOwn() async throws {
        try await World.run { world in
            try await world.reconciling {
                let source = try await world.snapshot([0: 1, 2047: 2])
                let id = try await world.snapshots(World.away).copy(.of(source, tags: [Tag(key: "a", value: "b")]))
                try await until("the copy is completed") { try await world.state(of: id, in: World.away) == .completed }
                let copy = try await world.snapshots(World.away).snapshot(id.rawValue)
                #expect(copy.description == "a copy")
                #expect(copy.tags == [Tag(key: "a", value: "b")])
                #expect(copy.lineage == source)
                #expect(copy.statusMessage == "Copied \(2 * BlockSize.bytes) bytes, moved \(2 * BlockSize.bytes)")
                try await world.snapshots(World.home).delete(source.rawValue)
                try await world.expect(id, in: World.away, holds: [0: 1, 2047: 2])
                // An image can be made over it.
                _ = try await world.register("web", over: [id], in: World.away)
            }
        }
    }

    @Test func whatCannotBeCopiedIsRefused() async throws {
        try await World.run { world in
            let pending = try await world.start().id
            let snapshots = world.snapshots(World.away)
            await expectFault(.incorrectState) { _ = try await snapshots.copy(.of(pending)) }
            await expectFault(.invalidSnapshotNotFound) { _ = try await snapshots.copy(.of(pending, in: World.away)) }
            await expectFault(.invalidSnapshotNotFound) {
                _ = try await Snapshots(world.call(World.away, by: known("999999999999"))).copy(.of(pending))
            }
            await expectFault(.invalidParameterValue) { _ = try await snapshots.copy(.of(pending, in: known("sa-east-1"))) }
            await expectFault(.incorrectState) {
                try await world.call(World.away).rehearse { _ = try await Snapshots($0).copy(.of(pending)) }
            }
            #expect(try await snapshots.describe(SnapshotQuery()).elements.isEmpty)
        }
    }

    @Test func twentyAtATime() async throws {
        try await World.run { world in
            var made: SnapshotID?
            try await world.reconciling { made = try await world.snapshot([0: 1]) }
            let source = try #require(made)
            let results = await together(24) { _ in try await world.snapshots(World.away).copy(.of(source)) }
            #expect(results.count { (try? $0.get()) != nil } == 20)
            for case .failure(let error) in results { #expect((error as? Fault)?.code == .resourceLimitExceeded, "\(error)") }
            try await world.reconciling {
                try await until("all are completed") {
                    try await world.snapshots(World.away).describe(SnapshotQuery()).elements.allSatisfy { $0.state == .completed }
                }
                _ = try await world.snapshots(World.away).copy(.of(source))
            }
        }
    }
}
