import Domain
import Metadata
import Services
import TestSupport
import Testing

@Suite(.againstHangs) struct CopyLimitTests {
    private func withImage(faultyDisks: Bool = false, _ body: (World, ImageID) async throws -> Void) async throws {
        try await World.run(faultyDisks: faultyDisks) { world in
            var made: ImageID?
            try await world.reconciling { made = try await world.register("web", over: [try await world.snapshot([0: 1])]) }
            try await body(world, try #require(made))
        }
    }

    @Test func threeHundredImagesAtATime() async throws {
        try await withImage { world, source in
            let images = world.images(World.away)
            let token = ClientToken(text: "token", fingerprint: [1])
            let first = try await images.copy(.of(source, name: "first", token: token))
            let results = await together(320) { try await images.copy(.of(source, name: "copy \($0)")) }
            #expect(results.count { (try? $0.get()) != nil } == 299)
            for case .failure(let error) in results { #expect((error as? Fault)?.code == .resourceLimitExceeded, "\(error)") }
            // A repeated call asks for nothing new, and another Region has a limit of its own.
            #expect(try await images.copy(.of(source, name: "first", token: token)) == first)
            _ = try await world.images(World.home).copy(.of(source, name: "elsewhere"))
            await expectFault(.resourceLimitExceeded) { _ = try await images.copy(.of(source, name: "more")) }
            _ = try await images.deregister(first.rawValue, deletesSnapshots: true)
            _ = try await images.copy(.of(source, name: "more"))
        }
    }

    /// So many bytes move from one Region at once; the rest wait, in the order in which they were asked for.
    @Test func thirtyTwoRunAtOnceFromOneRegion() async throws {
        try await withImage(faultyDisks: true) { world, source in
            let gate = ThreadGate()
            let disk = try #require(world.disks[World.away])
            var copies: [ImageID] = []
            for number in 0..<40 {
                copies.append(try await world.images(World.away).copy(.of(source, name: "copy \(number)")))
                world.clock.advance(seconds: 0.001)
            }
            disk.setFaults { event in
                if event.call == .write { gate.pass() }
                return nil
            }
            let max = CopyReconciler.runningPerSourceMax
            try await world.reconciling {
                defer { gate.open() }
                try await until("as many run as may") { world.log.count("Copying a snapshot") == max }
                // From another Region there is room: once this one runs, the reconciler has looked again.
                let database = world.store(World.away).database
                let other = try #require(try await world.describe(copies[39])?.snapshotIDs.first)
                try await database.write { transaction in
                    let table = CopyTable(transaction)
                    guard let copy = try table.copy(of: other) else { throw NotReached(description: "no copy") }
                    try table.delete(of: other)
                    try table.insert(
                        SnapshotCopy(
                            id: .random(),
                            snapshotID: copy.snapshotID,
                            account: copy.account,
                            imageID: copy.imageID,
                            sourceRegion: World.away,
                            sourceSnapshotID: copy.sourceSnapshotID,
                            sourceRoot: copy.sourceRoot,
                            createdAt: copy.createdAt
                        )
                    )
                }
                world.store(World.away).copiesWakeup()
                try await until("the other one runs") { world.log.count("Copying a snapshot", snapshot: other.rawValue) == 1 }
                #expect(world.log.count("Copying a snapshot") == max + 1)
                for id in copies.prefix(max) {
                    let snapshot = try #require(try await world.describe(id)?.snapshotIDs.first)
                    #expect(world.log.count("Copying a snapshot", snapshot: snapshot.rawValue) == 1)
                }
                gate.open()
                for id in copies.dropLast() { #expect(try await world.end(of: id).state == .available) }
            }
        }
    }
}
