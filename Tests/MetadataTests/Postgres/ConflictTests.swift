import Domain
import Metadata
import Synchronization
import TestSupport
import Testing

/// What several writers of one schema do to each other. On SQLite they wait for each other; on PostgreSQL one runs once more.
@Suite struct ConflictTests {
    /// Counts how often a closure ran.
    private final class Runs: Sendable {
        let count = Atomic<Int>(0)

        func add() -> Int { count.add(1, ordering: .relaxed).newValue }
    }

    @Test func whatTwoProcessesCountIsAllThere() async throws {
        let temporary = try TemporaryDatabase()
        let other = try temporary.openAgain()
        let image = TaggableResource.image(numbered(1))
        try temporary.write { try TagTable($0).set([Tag(key: "count", value: "0")], on: image) }
        try await withThrowingTaskGroup { group in
            for number in 0..<40 {
                let database = number.isMultiple(of: 2) ? temporary.database : other
                group.addTask {
                    try await database.write { transaction in
                        let count = Int(try TagTable(transaction).tags(of: image).first?.value ?? "") ?? 0
                        try TagTable(transaction).set([Tag(key: "count", value: String(count + 1))], on: image)
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(try temporary.read { try TagTable($0).tags(of: image) } == [Tag(key: "count", value: "40")])
        try other.close()
    }

    /// Each sees the other's copy run, and both are wrong by the time they commit: an image would be pending for ever.
    @Test func aDecisionHoldsWhenItIsCommitted() async throws {
        let temporary = try TemporaryDatabase()
        let other = try temporary.openAgain()
        for round in 0..<10 {
            let (one, two) = (TaggableResource.image(numbered(round * 2)), TaggableResource.image(numbered(round * 2 + 1)))
            @Sendable func leave(_ own: TaggableResource, _ others: TaggableResource, _ transaction: Transaction) throws {
                let tags = TagTable(transaction)
                try tags.set([Tag(key: "done", value: try tags.tags(of: others).isEmpty ? "first" : "last")], on: own)
            }
            async let first: Void = temporary.database.write { try leave(one, two, $0) }
            async let second: Void = other.write { try leave(two, one, $0) }
            _ = try await (first, second)
            let values = try temporary.read { try (TagTable($0).tags(of: one) + TagTable($0).tags(of: two)).map(\.value) }
            #expect(Set(values) == ["first", "last"])
        }
        try other.close()
    }

    @Test(.enabled(if: !TestRows.areInFiles), arguments: ["40001", "40P01"])
    func aTransactionThatWasInTheWayRunsOnceMore(_ state: String) throws {
        let (temporary, runs) = (try TemporaryDatabase(), Runs())
        try temporary.write { transaction in
            try TagTable(transaction).set([Tag(key: "run", value: String(runs.add()))], on: .image(numbered(1)))
            // Whatever a closure makes of the error.
            if runs.count.load(ordering: .relaxed) < 4 { try? transaction.fail(with: state) }
        }
        #expect(runs.count.load(ordering: .relaxed) == 4)
        #expect(try temporary.read { try TagTable($0).tags(of: .image(numbered(1))).map(\.value) } == ["4"])
    }

    @Test(.enabled(if: !TestRows.areInFiles)) func oneThatIsAlwaysInTheWayIsGivenUp() async throws {
        let (temporary, runs) = (try TemporaryDatabase(), Runs())
        let failure = await #expect(throws: DatabaseUnavailable.self) {
            try await temporary.database.write { transaction in
                _ = runs.add()
                try transaction.fail(with: "40001")
            }
        }
        #expect(failure?.isUnchanged == true)
        // Once, and twelve times more.
        #expect(runs.count.load(ordering: .relaxed) == 13)
        #expect(failure.map(DatabaseFailure.isPassing) == true)
    }

    /// A row that is there may be the trace of a conflict: once is looked again, and no more.
    @Test(.enabled(if: !TestRows.areInFiles)) func aDuplicateIsLookedAtTwice() throws {
        let (temporary, runs) = (try TemporaryDatabase(), Runs())
        try temporary.write { try SnapshotTable($0).insert(.sample(1)) }
        let failure = #expect(throws: (any Error).self) {
            try temporary.write {
                _ = runs.add()
                try SnapshotTable($0).insert(.sample(1))
            }
        }
        #expect(failure.map(DatabaseFailure.isDuplicate) == true)
        #expect(runs.count.load(ordering: .relaxed) == 2)
    }

    @Test func aRehearsalChangesNothing() async throws {
        let temporary = try TemporaryDatabase()
        let found = try await temporary.database.rehearse { transaction in
            try SnapshotTable(transaction).insert(.sample(1))
            return try SnapshotTable(transaction).snapshot(numbered(1)) != nil
        }
        #expect(found)
        #expect(try temporary.read { try SnapshotTable($0).snapshot(numbered(1)) } == nil)
    }
}

extension Transaction {
    /// Has PostgreSQL answer with an error.
    func fail(with state: String) throws {
        try execute("DO $$ BEGIN RAISE EXCEPTION 'told to' USING ERRCODE = '\(state)'; END $$")
    }
}
