import Domain
import Metadata
import Testing

@Suite struct ImageNameHolderTests {
    @Test func aNameIsTakenOncePerOwner() throws {
        let temporary = try TemporaryDatabase()
        try temporary.write { try ImageTable($0).insert(.sample(1, name: "web")) }
        let failure = #expect(throws: (any Error).self) { try temporary.write { try ImageTable($0).insert(.sample(2, name: "web")) } }
        #expect(failure.map(DatabaseFailure.isDuplicate) == true)
        try temporary.write { try ImageTable($0).insert(.sample(3, owner: .bob, name: "web")) }
        try temporary.write { try ImageTable($0).insert(.sample(4, name: "Web")) }

        try temporary.read { transaction throws in
            let table = ImageTable(transaction)
            #expect(try table.holder(ofName: "web", owner: .alice) == numbered(1))
            #expect(try table.holder(ofName: "web", owner: .bob) == numbered(3))
            #expect(try table.holder(ofName: "Web", owner: .alice) == numbered(4))
            #expect(try table.holder(ofName: "db", owner: .alice) == nil)
        }
    }

    @Test(arguments: [ImageState.pending, .available, .failed])
    func onlyDeregisteringFreesAName(_ state: ImageState) throws {
        let temporary = try TemporaryDatabase()
        try temporary.write { try ImageTable($0).insert(.sample(1, name: "web")) }
        try temporary.write { try ImageTable($0).setState(state, reason: nil, of: numbered(1)) }
        #expect(throws: (any Error).self) { try temporary.write { try ImageTable($0).insert(.sample(2, name: "web")) } }
        #expect(try temporary.read { try ImageTable($0).holder(ofName: "web", owner: .alice) } == numbered(1))

        try temporary.write { try ImageTable($0).setState(.deregistered, reason: nil, of: numbered(1)) }
        #expect(try temporary.read { try ImageTable($0).holder(ofName: "web", owner: .alice) } == nil)
        try temporary.write { try ImageTable($0).insert(.sample(2, name: "web")) }
        #expect(try temporary.read { try ImageTable($0).holder(ofName: "web", owner: .alice) } == numbered(2))

        // And again: any number of deregistered images may have borne the name.
        try temporary.write { try ImageTable($0).setState(.deregistered, reason: nil, of: numbered(2)) }
        try temporary.write { try ImageTable($0).insert(.sample(3, name: "web")) }
        #expect(try temporary.read { try ImageTable($0).images(ids: [numbered(1), numbered(2), numbered(3)]) }.count == 3)
    }

    @Test func counts() throws {
        let temporary = try TemporaryDatabase()
        try temporary.write { transaction throws in
            for number in 0..<7 { try ImageTable(transaction).insert(.sample(number, state: number < 3 ? .pending : .available)) }
            try ImageTable(transaction).insert(.sample(9, owner: .bob, state: .pending))
        }
        #expect(try temporary.read { try ImageTable($0).count(owner: .alice, state: .pending) } == 3)
        #expect(try temporary.read { try ImageTable($0).count(owner: .alice, state: .available) } == 4)
        #expect(try temporary.read { try ImageTable($0).count(owner: .bob, state: .failed) } == 0)
    }
}
