import Domain
import Metadata
import Testing

@Suite struct EncryptionTableTests {
    @Test func aDomainIsFoundByItsIDAndByItsKey() throws {
        let temporary = try TemporaryDatabase()
        let key = DomainKey.kms(.random())
        let row = DomainTable.Row(id: .random(), account: .alice, key: key, wrapped: [1, 2, 3], createdAt: date())
        try temporary.write { try DomainTable($0).insert(row) }
        #expect(try temporary.read { try DomainTable($0).domain(row.id) } == row)
        #expect(try temporary.read { try DomainTable($0).domain(of: .alice, key: key) } == row)
        #expect(try temporary.read { try DomainTable($0).domain(of: .bob, key: key) } == nil)
        #expect(try temporary.read { try DomainTable($0).domain(of: .alice, key: .kms(.random())) } == nil)
        #expect(try temporary.read { try DomainTable($0).domain(.random()) } == nil)
    }

    @Test func anAccountHasOneDomainForAKey() throws {
        let temporary = try TemporaryDatabase()
        let key = DomainKey.kms(.random())
        func insert(_ account: AccountID) throws {
            try temporary.write {
                try DomainTable($0).insert(.init(id: .random(), account: account, key: key, wrapped: [1], createdAt: date()))
            }
        }
        try insert(.alice)
        try insert(.bob)
        #expect(throws: (any Error).self) { try insert(.alice) }
    }

    @Test func whatTheVaultWrapsIsFoundAndSealedAnew() throws {
        let temporary = try TemporaryDatabase()
        let rows = [AccountID.alice, .bob].flatMap { account in
            [DomainKey.kms(.random()), .s3].map {
                DomainTable.Row(id: .random(), account: account, key: $0, wrapped: [1], createdAt: date())
            }
        }
        try temporary.write { transaction in for row in rows { try DomainTable(transaction).insert(row) } }
        let own = rows.filter { $0.key == .s3 }
        #expect(Set(try temporary.read { try DomainTable($0).wrappedByVault() }) == Set(own))
        try temporary.write { try DomainTable($0).setWrapped([2], of: own[0].id) }
        #expect(try temporary.read { try DomainTable($0).domain(of: .alice, key: .s3)?.wrapped } == [2])
        #expect(try temporary.read { try DomainTable($0).domain(of: .bob, key: .s3) } == own[1])
    }

    @Test func whatAnAccountSetsIsItsOwn() throws {
        let temporary = try TemporaryDatabase()
        for defaults in [
            EncryptionDefaults(isOn: true, keyARN: "arn"), EncryptionDefaults(isOn: false, keyARN: "arn"), EncryptionDefaults(),
        ] {
            try temporary.write { try EncryptionDefaultsTable($0).set(defaults, of: .alice) }
            #expect(try temporary.read { try EncryptionDefaultsTable($0).defaults(of: .alice) } == defaults)
            #expect(try temporary.read { try EncryptionDefaultsTable($0).defaults(of: .bob) } == EncryptionDefaults())
        }
    }
}
