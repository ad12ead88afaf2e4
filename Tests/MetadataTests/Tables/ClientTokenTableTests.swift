import Domain
import Metadata
import Testing

@Suite struct ClientTokenTableTests {
    private func insert(_ account: AccountID, _ action: String, _ token: String, _ resource: String, into temporary: TemporaryDatabase)
        throws
    {
        try temporary.write {
            try ClientTokenTable($0)
                .insert(account: account, action: action, token: token, fingerprint: [1, 2, 3], resourceID: resource, at: date())
        }
    }

    @Test func aTokenBelongsToAnAccountAndAnAction() throws {
        let temporary = try TemporaryDatabase()
        try insert(.alice, "CopyImage", "t", "ami-1", into: temporary)
        try insert(.bob, "CopyImage", "t", "ami-2", into: temporary)
        try insert(.alice, "StartSnapshot", "t", "snap-3", into: temporary)
        try insert(.alice, "CopyImage", "T", "ami-4", into: temporary)
        try temporary.read { transaction throws in
            let table = ClientTokenTable(transaction)
            let found = try #require(try table.find(account: .alice, action: "CopyImage", token: "t"))
            #expect(found.fingerprint == [1, 2, 3])
            #expect(found.resourceID == "ami-1")
            #expect(try table.find(account: .bob, action: "CopyImage", token: "t")?.resourceID == "ami-2")
            #expect(try table.find(account: .alice, action: "StartSnapshot", token: "t")?.resourceID == "snap-3")
            #expect(try table.find(account: .alice, action: "CopyImage", token: "T")?.resourceID == "ami-4")
            #expect(try table.find(account: .bob, action: "StartSnapshot", token: "t") == nil)
        }
    }

    @Test func aTokenStandsForOneThing() throws {
        let temporary = try TemporaryDatabase()
        try insert(.alice, "CopyImage", "t", "ami-1", into: temporary)
        let failure = #expect(throws: (any Error).self) { try insert(.alice, "CopyImage", "t", "ami-2", into: temporary) }
        #expect(failure.map(DatabaseFailure.isDuplicate) == true)
        #expect(
            try temporary.read { try ClientTokenTable($0).find(account: .alice, action: "CopyImage", token: "t") }?.resourceID == "ami-1"
        )
    }
}
