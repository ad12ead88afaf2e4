import Domain
import Metadata
import Testing

@Suite struct SnapshotTableTests {
    private let root = (0..<32).map { UInt8($0) }

    @Test func aSnapshotInWhichEverythingIsSet() throws {
        let snapshot = Snapshot(
            id: numbered(1),
            owner: .bob,
            volumeID: "vol-0123456789abcdef0",
            description: "it's 👍",
            state: .completed,
            statusMessage: "Copied 1 bytes, moved 0",
            progressPercent: 100,
            startedAt: date(),
            completedAt: date(milliseconds: 1_795_376_099_999),
            sizeGiB: 65_536,
            parentID: numbered(2),
            lineage: numbered(3),
            root: root,
            dataBytes: 65_536 << 30,
            transferType: .timeBased,
            completionMinutes: 15,
            encryption: SnapshotEncryption(domain: .random(), keyARN: "arn:aws:kms:us-east-1:210987654321:key/1"),
            tags: [Tag(key: "Name", value: "root")]
        )
        let temporary = try TemporaryDatabase()
        try temporary.write { transaction throws in
            try SnapshotTable(transaction).insert(snapshot)
            try TagTable(transaction).set(snapshot.tags, on: .snapshot(snapshot.id), by: snapshot.owner)
        }
        #expect(try temporary.read { try SnapshotTable($0).snapshot(numbered(1)) } == snapshot)
    }

    @Test func aSnapshotInWhichNothingIsSet() throws {
        let temporary = try TemporaryDatabase()
        try temporary.write { try SnapshotTable($0).insert(.sample(1)) }
        #expect(try temporary.read { try SnapshotTable($0).snapshot(numbered(1)) } == .sample(1))
        #expect(try temporary.read { try SnapshotTable($0).snapshot(numbered(2)) } == nil)
    }

    @Test func progressKeepsTheLastMessage() throws {
        let temporary = try TemporaryDatabase()
        try temporary.write { transaction throws in
            try SnapshotTable(transaction).insert(.sample(1))
            try SnapshotTable(transaction).setProgress(percent: 10, message: "Copied 1 of 10 bytes", of: numbered(1))
            try SnapshotTable(transaction).setProgress(percent: 20, message: nil, of: numbered(1))
        }
        let snapshot = try #require(try temporary.read { try SnapshotTable($0).snapshot(numbered(1)) })
        #expect(snapshot.progressPercent == 20)
        #expect(snapshot.statusMessage == "Copied 1 of 10 bytes")
        #expect(snapshot.state == .pending)
    }

    @Test func completingSetsAllThatACompletedSnapshotHas() throws {
        let temporary = try TemporaryDatabase()
        try temporary.write { transaction throws in
            for number in 1...2 { try SnapshotTable(transaction).insert(.sample(number)) }
            try SnapshotTable(transaction).complete(numbered(1), root: root, dataBytes: 524_288, message: nil, at: date())
        }
        let snapshots = try temporary.read { try SnapshotTable($0).snapshots(ids: [numbered(1), numbered(2)]) }
        var expected = Snapshot.sample(1)
        expected.state = .completed
        expected.progressPercent = 100
        expected.root = root
        expected.dataBytes = 524_288
        expected.completedAt = date()
        #expect(snapshots == [expected, .sample(2)])
    }

    /// What comes late from a pump changes nothing.
    @Test(arguments: [SnapshotState.completed, .error])
    func whatHasEndedStaysAsItIs(_ state: SnapshotState) throws {
        let temporary = try TemporaryDatabase()
        try temporary.write { try SnapshotTable($0).insert(.sample(1, state: state)) }
        try temporary.write { transaction throws in
            let table = SnapshotTable(transaction)
            try table.setProgress(percent: 50, message: "late", of: numbered(1))
            try table.fail(numbered(1), message: "late")
            try table.complete(numbered(1), root: root, dataBytes: 1, message: "late", at: date())
        }
        #expect(try temporary.read { try SnapshotTable($0).snapshot(numbered(1)) } == .sample(1, state: state))
    }

    @Test func failingSaysWhy() throws {
        let temporary = try TemporaryDatabase()
        try temporary.write { transaction throws in
            try SnapshotTable(transaction).insert(.sample(1))
            try SnapshotTable(transaction).fail(numbered(1), message: "The source is gone")
        }
        let snapshot = try temporary.read { try SnapshotTable($0).snapshot(numbered(1)) }
        #expect(snapshot?.state == .error)
        #expect(snapshot?.statusMessage == "The source is gone")
        #expect(snapshot?.root == nil)
    }

    @Test func deletingTakesOneAway() throws {
        let temporary = try TemporaryDatabase()
        try temporary.write { transaction throws in
            for number in 1...2 { try SnapshotTable(transaction).insert(.sample(number)) }
            try SnapshotTable(transaction).delete(numbered(1))
        }
        #expect(try temporary.read { try SnapshotTable($0).snapshots(ids: [numbered(1), numbered(2)]) } == [.sample(2)])
    }
}
