import Blocks
import Domain
import Metadata
import Services
import TestSupport
import Testing

/// Rows are written many at a time; each caller is told about its own.
@Suite(.againstHangs) struct UploadRecorderTests {
    private func rows(of id: SnapshotID, in world: World) async throws -> Set<Int64> {
        try await world.store(World.home).database.read {
            Set(try UploadTable($0).blocks(of: id, from: 0, limit: 10_000).map(\.index))
        }
    }

    /// Puts that meet the sealing of their snapshot: what was acknowledged is there, what was refused is not.
    @Test(arguments: [1, 40, 90, 150])
    func sealedMidway(afterPuts count: Int) async throws {
        try await World.run { world in
            let (sealed, open) = (try await world.start(sizeGiB: 2).id, try await world.start(sizeGiB: 2).id)
            let database = world.store(World.home).database
            let done = Counter()
            let results = await together(200) { number in
                let id = number % 2 == 0 ? sealed : open
                // Blocks of zeros: only the row is written.
                try await world.put(0, at: Int64(number), into: id)
                if done.add() == count { try await database.write { try UploadTable($0).seal(sealed) } }
                return Int64(number)
            }
            var acknowledged: Set<Int64> = []
            for result in results {
                switch result {
                case .success(let index): acknowledged.insert(index)
                case .failure(let error): #expect((error as? Fault)?.reason == "INVALID_SNAPSHOT_ID", "\(error)")
                }
            }
            #expect(try await rows(of: sealed, in: world) == acknowledged.filter { $0 % 2 == 0 })
            #expect(try await rows(of: open, in: world) == Set((0..<200).filter { $0 % 2 == 1 }))
            #expect(acknowledged.isSuperset(of: try await rows(of: open, in: world)))
        }
    }

    /// The database is busy while the puts gather, and the snapshot is sealed before any of their rows is written.
    @Test func sealedWhileTheyWait() async throws {
        try await World.run { world in
            let (sealed, open) = (try await world.start().id, try await world.start().id)
            let database = world.store(World.home).database
            for index: Int64 in 0..<10 { try await world.put(0, at: index, into: sealed) }
            let holders = Counter()
            let gate = ThreadGate()
            async let sealing: Void = database.write { transaction in
                holders.add()
                gate.pass()
                try UploadTable(transaction).seal(sealed)
            }
            // After what it holds up, because a scope is left in reverse order.
            defer { gate.open() }
            try await until("the database is held") { holders.value == 1 }
            let started = Counter()
            async let results = together(190) { number in
                started.add()
                try await world.put(0, at: Int64(10 + number), into: number < 95 ? sealed : open)
            }
            defer { gate.open() }
            try await until("all have begun") { started.value == 190 }
            gate.open()
            try await sealing
            #expect(await results.count { (try? $0.get()) != nil } == 95)
            #expect(try await rows(of: sealed, in: world) == Set(0..<10))
            #expect(try await rows(of: open, in: world) == Set(105..<200))
        }
    }

    /// A caller that hangs up takes nobody with it.
    @Test func cancelledCallersDoNotHarmTheOthers() async throws {
        try await World.run { world in
            let id = try await world.start().id
            let results = await together(120) { number in
                guard number % 3 == 0 else { return try await world.put(0, at: Int64(number), into: id) }
                await withTaskGroup(of: Void.self) { group in
                    group.addTask { try? await world.put(0, at: Int64(number), into: id) }
                    await Task.yield()
                    group.cancelAll()
                }
            }
            for result in results { _ = try result.get() }
            #expect(try await rows(of: id, in: world).isSuperset(of: (0..<120).filter { $0 % 3 != 0 }.map(Int64.init)))
        }
    }

    /// Concurrent puts share commits of the index and of the rows.
    @Test func putsAtOnceShareSyncs() async throws {
        try await World.run { world in
            let id = try await world.start().id
            let before = world.store(World.home).blocks.statistics.counts
            for result in await together(100, { try await world.put(UInt64($0 % 20 + 1), at: Int64($0), into: id) }) { try result.get() }
            let after = world.store(World.home).blocks.statistics.counts
            #expect(after.framesAppended - before.framesAppended == 20)
            #expect(after.indexCommits - before.indexCommits <= 21)
            try await world.reconciling {
                try await world.complete(id, blocks: 100)
                try await until("it is completed") { try await world.state(of: id) == .completed }
                var expected: [Int64: UInt64] = [:]
                for index: Int64 in 0..<100 { expected[index] = UInt64(index % 20 + 1) }
                try await world.expect(id, in: World.home, holds: expected)
            }
        }
    }
}
