import Domain
import Foundation
import Metadata
import TestSupport
import Testing

@Suite struct KeyTableTests {
    private func region() throws -> Region { try #require(Region(rawValue: "us-east-1")) }
    private func account(_ digit: Int = 1) throws -> AccountID {
        try #require(AccountID(rawValue: String(repeating: "\(digit)", count: 12)))
    }
    private func day(_ number: Double) -> Date { Date(timeIntervalSince1970: 1_800_000_000 + number * 86_400) }

    private func key(state: KeyState = .enabled, deletion: Date? = nil, rotation: KeyRotation? = nil, account digit: Int = 1) throws
        -> KMSKey
    {
        KMSKey(
            account: try account(digit),
            region: try region(),
            description: "for \"backups\" ☃",
            createdAt: day(0),
            state: state,
            deletionAt: deletion,
            rotation: rotation,
            policy: "{}"
        )
    }

    private func material(_ key: KMSKey, number: Int = 1, sealed: [UInt8] = [1, 2, 3]) -> KeyMaterial {
        KeyMaterial(key: key.id, number: number, id: KeyGrant.randomID(), sealed: sealed, createdAt: day(0), cause: .creation)
    }

    @Test func aKeyComesBackAsItWas() throws {
        let temporary = try TemporaryDatabase()
        let region = try region()
        var key = try key(state: .pendingDeletion, deletion: day(7), rotation: KeyRotation(days: 90, next: day(90)))
        try temporary.write { try KeyTable($0, in: region).insert(key) }
        #expect(try temporary.read { try KeyTable($0, in: region).key(key.id) } == key)
        key.state = .enabled
        key.deletionAt = nil
        key.rotation = nil
        key.description = ""
        key.materialNumber = 7
        key.policy = "{\"Version\": 1}"
        try temporary.write { try KeyTable($0, in: region).update(key) }
        #expect(try temporary.read { try KeyTable($0, in: region).key(key.id) } == key)
        #expect(try temporary.read { try KeyTable($0, in: region).key(.random()) } == nil)
    }

    @Test func keysAreListedByAccount() throws {
        let temporary = try TemporaryDatabase()
        let region = try region()
        let mine = try (0..<5).map { _ in try key() }
        let theirs = try key(account: 2)
        try temporary.write { transaction throws in
            for key in mine + [theirs] { try KeyTable(transaction, in: region).insert(key) }
        }
        let sorted = mine.map(\.id).sorted()
        let (first, second) = (try account(), try account(2))
        #expect(try temporary.read { try KeyTable($0, in: region).ids(of: first, after: nil, limit: 3) } == Array(sorted.prefix(3)))
        #expect(
            try temporary.read { try KeyTable($0, in: region).ids(of: first, after: sorted[2].rawValue, limit: 3) }
                == Array(sorted.suffix(2))
        )
        #expect(try temporary.read { try KeyTable($0, in: region).ids(of: second, after: nil, limit: 3) } == [theirs.id])
        #expect(try temporary.read { try QuotaUsageTable($0).count(.key, of: first) } == 5)
    }

    @Test func whatIsDueIsFoundInOrder() throws {
        let temporary = try TemporaryDatabase()
        let region = try region()
        let doomed = try [8, 7, 9].map { try key(state: .pendingDeletion, deletion: day($0)) }
        let rotating = try [8, 7, 9].map { try key(rotation: KeyRotation(days: 90, next: day($0))) }
        let resting = try key(state: .disabled, rotation: KeyRotation(days: 90, next: day(1)))
        try temporary.write { transaction throws in
            for key in doomed + rotating + [resting] { try KeyTable(transaction, in: region).insert(key) }
        }
        let (deletions, rotations) = try temporary.read { transaction throws in
            let table = KeyTable(transaction, in: region)
            return (try table.due(forDeletionAt: day(8), limit: 10).map(\.id), try table.due(forRotationAt: day(8), limit: 10).map(\.id))
        }
        #expect(deletions == [doomed[1].id, doomed[0].id])
        #expect(rotations == [rotating[1].id, rotating[0].id])
    }

    /// Neither a row nor a free page of the file keeps what a deleted key's material was.
    @Test(.enabled(if: TestRows.areInFiles)) func aDeletedKeyLeavesNoMaterial() throws {
        let temporary = try TemporaryDatabase()
        let path = temporary.folder.appending(path: "keys.sqlite").path()
        let region = try region()
        let (doomed, kept) = (try key(), try key())
        let secrets = (0..<20).map { _ in (0..<77).map { _ in UInt8.random(in: 0...255) } }
        let before = try file(path) { transaction throws in
            for key in [doomed, kept] { try KeyTable(transaction, in: region).insert(key) }
            for (index, secret) in secrets.enumerated() {
                try MaterialTable(transaction).insert(material(index < 10 ? doomed : kept, number: index + 1, sealed: secret))
            }
            try AliasTable(transaction).insert(
                KeyAlias(name: .ebs, account: doomed.account, target: doomed.id, createdAt: day(0), updatedAt: day(0))
            )
            try KeyTagTable(transaction).set([Tag(key: "k", value: "v")], on: doomed.id)
        }
        #expect(secrets.allSatisfy { before.range(of: Data($0)) != nil })
        let after = try file(path) { try KeyTable($0, in: region).delete(doomed.id) }
        for (index, secret) in secrets.enumerated() { #expect((after.range(of: Data(secret)) == nil) == (index < 10)) }
        let database = try Database(path: path, schema: .region)
        for (table, column) in [("kms_materials", "key_id"), ("kms_aliases", "key_id"), ("kms_tags", "key_id"), ("kms_keys", "id")] {
            let rows = try database.blockingRead { try $0.rows("SELECT 1 FROM \(table) WHERE \(column) = ?", [.text(doomed.id)]) }
            #expect(rows.isEmpty)
        }
        #expect(try database.blockingRead { try KeyTable($0, in: region).key(kept.id) } == kept)
        try database.close()
    }

    /// Writes, and returns the bytes of the database's file: the last connection to go puts the log into it.
    private func file(_ path: String, _ write: (Transaction) throws -> Void) throws -> Data {
        let database = try Database(path: path, schema: .region)
        try database.blockingWrite(write)
        try database.close()
        return try Data(contentsOf: URL(filePath: path))
    }

    @Test func grantsComeBackAsTheyWere() throws {
        let temporary = try TemporaryDatabase()
        let (region, key) = (try region(), try key())
        let context = try EncryptionContext([(key: "a", value: "1"), (key: "ä", value: "")])
        let constraints: [GrantConstraint?] = [nil, .contextEquals(context), .contextContains(context), .contextEquals(.empty)]
        let grants = constraints.enumerated().map { index, constraint in
            KeyGrant(
                key: key.id,
                name: index == 0 ? nil : "name",
                grantee: "arn:aws:iam::1:user/a",
                retiringPrincipal: index == 0 ? nil : "arn:aws:iam::1:user/b",
                issuer: key.account,
                operations: [.decrypt, .generateDataKeyWithoutPlaintext],
                constraint: constraint,
                createdAt: day(Double(index)),
                principalIDs: index == 0 ? nil : PrincipalIDs(["arn:aws:iam::1:user/a": "AIDA\(index)"])
            )
        }
        try temporary.write { transaction throws in
            try KeyTable(transaction, in: region).insert(key)
            for grant in grants { try GrantTable(transaction).insert(grant) }
        }
        for grant in grants { #expect(try temporary.read { try GrantTable($0).grant(grant.id) } == grant) }
        let sorted = grants.sorted { $0.id < $1.id }
        #expect(try temporary.read { try GrantTable($0).grants(on: key.id, after: sorted[0].id, limit: 2) } == Array(sorted[1...2]))
        let found = try temporary.read { try GrantTable($0).grants(on: key.id, to: [], ids: ["AIDA1", "AIDA3"]) }
        #expect(found == sorted.filter { [grants[1], grants[3]].contains($0) })
        #expect(try temporary.read { try GrantTable($0).unbound(limit: 9) } == [grants[0]])
        let retirable = try temporary.read {
            try GrantTable($0).grants(retirableBy: "arn:aws:iam::1:user/b", issuer: key.account, after: nil, limit: 10)
        }
        #expect(retirable == sorted.filter { $0.name != nil })
        try temporary.write { try GrantTable($0).delete(grants[0].id) }
        #expect(try temporary.read { try QuotaUsageTable($0).count(.grant, of: key.id) } == 3)
    }
}
