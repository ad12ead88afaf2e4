import Domain
import Foundation
import Metadata
import Testing

@Suite struct TimeBasedCopyTests {
    private let start = date()
    private let source: Region = known("us-west-2")

    private func target(_ mebibytes: Int64?) -> CompletionTarget {
        mebibytes.map { CompletionTarget(minutes: 15, setAside: .mebibytes($0), startedAt: start) } ?? CompletionTarget(minutes: 15)
    }

    @Test func whatIsSetAsideAddsUpByAccountAndRegion() throws {
        let temporary = try TemporaryDatabase()
        try temporary.write { transaction throws in
            let table = CopyTable(transaction)
            #expect(try table.setAside(from: source).isEmpty)
            try table.insert(.sample(1, target: target(3)))
            try table.insert(.sample(2, target: target(4)))
            try table.insert(.sample(3, by: .bob, target: target(5)))
            try table.insert(.sample(4, target: target(nil)))
            try table.insert(.sample(5))
            try table.insert(.sample(6, from: known("eu-west-1"), target: target(100)))
            try table.insert(.sample(7, target: target(100), state: .completed))
            #expect(try table.setAside(from: source) == [.alice: .mebibytes(7), .bob: .mebibytes(5)])
            try table.delete(of: numbered(1))
            #expect(try table.setAside(from: source) == [.alice: .mebibytes(4), .bob: .mebibytes(5)])
        }
    }

    @Test func timeBasedCopiesAreNotCountedAmongTheStandardOnes() throws {
        let temporary = try TemporaryDatabase()
        try temporary.write { transaction throws in
            try CopyTable(transaction).insert(.sample(1))
            try CopyTable(transaction).insert(.sample(2, target: target(1)))
            #expect(try CopyTable(transaction).runningSnapshotCount(of: .alice) == 1)
        }
    }

    /// Of each snapshot one at a time, in the order in which they were asked for.
    @Test func theNextOneStartsWhenTheOneBeforeHasEnded() throws {
        let temporary = try TemporaryDatabase()
        let snapshot: SnapshotID = numbered(77)
        func ready() throws -> [CopyID] { try temporary.read { try CopyTable($0).readyForClock().map(\.id) } }
        func end(_ id: CopyID) throws {
            try temporary.write { transaction throws in
                var copy = try #require(try CopyTable(transaction).copy(id))
                _ = copy.handle(.cancelled(by: nil))
                try CopyTable(transaction).update(copy)
            }
        }
        try temporary.write { transaction throws in
            let table = CopyTable(transaction)
            #expect(try !table.hasTimeBased(of: snapshot, in: source))
            try table.insert(.sample(1, of: snapshot, createdAt: start))
            #expect(try !table.hasTimeBased(of: snapshot, in: source))
            try table.insert(.sample(4, of: snapshot, createdAt: start, target: target(1)))
            try table.insert(.sample(3, of: snapshot, createdAt: start.addingTimeInterval(2), target: target(nil)))
            try table.insert(.sample(2, of: snapshot, createdAt: start.addingTimeInterval(1), target: target(nil)))
            // The same snapshot's id in another Region is another snapshot.
            try table.insert(.sample(5, from: known("eu-west-1"), of: snapshot, target: target(nil)))
            #expect(try table.hasTimeBased(of: snapshot, in: source))
        }
        #expect(try ready() == [numbered(5)])
        try end(numbered(4))
        #expect(try ready() == [numbered(5), numbered(2)])
        try temporary.write { transaction throws in
            let table = CopyTable(transaction)
            var copy = try #require(try table.copy(numbered(2)))
            copy.startClock(at: start.addingTimeInterval(9), setAside: .mebibytes(6))
            try table.saveTarget(of: copy)
            #expect(try table.copy(numbered(2)) == copy)
        }
        #expect(try ready() == [numbered(5)])
        try end(numbered(2))
        #expect(try ready() == [numbered(5), numbered(3)])
    }
}
