import Domain
import Metadata
import Testing

@Suite struct AtomicityTests {
    struct Interrupted: Error {}

    @Test func aWriteThatThrowsChangesNothing() throws {
        let temporary = try TemporaryDatabase()
        try temporary.write { try ImageTable($0).insert(.sample(1)) }
        #expect(throws: Interrupted.self) {
            try temporary.write { transaction throws in
                try ImageTable(transaction).insert(.sample(2))
                try ImageTable(transaction).setDescription("changed", of: numbered(1))
                try TagTable(transaction).set([Tag(key: "k", value: "v")], on: .image(numbered(1)))
                throw Interrupted()
            }
        }
        #expect(try temporary.read { try ImageTable($0).images(ids: [numbered(1), numbered(2)]) } == [.sample(1)])
    }

    @Test func aStatementThatFailsTakesTheWholeWriteWithIt() async throws {
        let temporary = try TemporaryDatabase()
        let failure = await #expect(throws: (any Error).self) {
            try await temporary.database.write { transaction in
                try ImageTable(transaction).insert(.sample(1, snapshots: [numbered(1)]))
                try ImageTable(transaction).insert(.sample(1))
            }
        }
        #expect(failure.map(DatabaseFailure.isDuplicate) == true)
        let image = try await temporary.database.read { try ImageTable($0).image(numbered(1)) }
        #expect(image == nil)
        #expect(try temporary.read { try $0.rows("SELECT * FROM image_devices").count } == 0)
    }

    @Test func aReadCannotWrite() throws {
        let temporary = try TemporaryDatabase()
        #expect(throws: (any Error).self) { try temporary.read { try ImageTable($0).insert(.sample(1)) } }
        #expect(try temporary.read { try ImageTable($0).image(numbered(1)) } == nil)
    }

    /// What a read sees does not change under it.
    @Test func aReadSeesOneMoment() throws {
        let temporary = try TemporaryDatabase()
        try temporary.read { reader throws in
            #expect(try ImageTable(reader).image(numbered(1)) == nil)
            try temporary.write { try ImageTable($0).insert(.sample(1)) }
            #expect(try ImageTable(reader).image(numbered(1)) == nil)
        }
        #expect(try temporary.read { try ImageTable($0).image(numbered(1)) } != nil)
    }

    @Test func concurrentWritesAllCount() async throws {
        let temporary = try TemporaryDatabase()
        try temporary.write { try TagTable($0).set([Tag(key: "count", value: "0")], on: .image(numbered(1))) }
        try await withThrowingTaskGroup { group in
            for _ in 0..<50 {
                group.addTask {
                    try await temporary.database.write { transaction in
                        let tags = TagTable(transaction)
                        let count = Int(try tags.tags(of: .image(numbered(1))).first?.value ?? "") ?? 0
                        try tags.set([Tag(key: "count", value: String(count + 1))], on: .image(numbered(1)))
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(try temporary.read { try TagTable($0).tags(of: .image(numbered(1))) } == [Tag(key: "count", value: "50")])
    }
}
