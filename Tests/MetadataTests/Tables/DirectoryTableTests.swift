import Domain
import Metadata
import Testing

@Suite struct DirectoryTableTests {
    @Test func accountsAreKeptInTheOrderOfTheirMaking() throws {
        let temporary = try TemporaryDatabase(.directory)
        try temporary.write { transaction throws in
            let table = DirectoryTable(transaction)
            #expect(try table.accounts(atMost: 9).isEmpty)
            try table.insertAccount(.bob, at: date(milliseconds: 1000))
            try table.insertAccount(.alice, at: date(milliseconds: 2000))
            // An account that is there stays as it is.
            try table.insertAccount(.bob, at: date(milliseconds: 3000))
            #expect(try table.accounts(atMost: 9) == [.bob, .alice])
            #expect(try table.accounts(atMost: 1) == [.bob])
        }
    }

    @Test func keysLeadToTheirAccountAndSecret() throws {
        let temporary = try TemporaryDatabase(.directory)
        try temporary.write { transaction throws in
            let table = DirectoryTable(transaction)
            for account in [AccountID.alice, .bob] { try table.insertAccount(account, at: date()) }
            try table.setAccessKey("AKIB", sealed: [1], account: .alice, at: date(milliseconds: 2000))
            try table.setAccessKey("AKIA", sealed: [2], account: .alice, at: date(milliseconds: 3000))
            try table.setAccessKey("AKIC", sealed: [3], account: .bob, at: date())
        }
        try temporary.read { transaction throws in
            let table = DirectoryTable(transaction)
            let key = try #require(try AccessKeyTable(transaction).signer("AKIA").key)
            #expect(key.principal == Principal(account: .alice, accessKeyID: "AKIA"))
            #expect(key.sealed == [2])
            #expect(try AccessKeyTable(transaction).signer("akia").key == nil)
            #expect(try table.rootAccessKeys(of: .alice).map(\.id) == ["AKIB", "AKIA"])
            #expect(try table.rootAccessKeys(of: .alice).map(\.sealed) == [[1], [2]])
        }

        try temporary.write { try DirectoryTable($0).setAccessKey("AKIA", sealed: [9], account: .bob, at: date()) }
        let moved = try #require(try temporary.read { try AccessKeyTable($0).signer("AKIA").key })
        #expect(moved.sealed == [9])
        #expect(moved.principal.account == .bob)
        #expect(try temporary.read { try DirectoryTable($0).rootAccessKeys(of: .alice).map(\.id) } == ["AKIB"])
    }

    @Test func aKeyNeedsAnAccount() throws {
        let temporary = try TemporaryDatabase(.directory)
        #expect(throws: (any Error).self) {
            try temporary.write { try DirectoryTable($0).setAccessKey("AKIA", sealed: [0], account: .alice, at: date()) }
        }
    }

    @Test func aSecretIsSetOnce() throws {
        let temporary = try TemporaryDatabase(.directory)
        let bytes = (0...255).map { UInt8($0) }
        try temporary.write { try DirectoryTable($0).setSecret("tokens", bytes) }
        #expect(try temporary.read { try DirectoryTable($0).secret("tokens") } == bytes)
        #expect(try temporary.read { try DirectoryTable($0).secret("Tokens") } == nil)
        let failure = #expect(throws: (any Error).self) { try temporary.write { try DirectoryTable($0).setSecret("tokens", [1]) } }
        #expect(failure.map(DatabaseFailure.isDuplicate) == true)
        #expect(try temporary.read { try DirectoryTable($0).secret("tokens") } == bytes)
    }
}
