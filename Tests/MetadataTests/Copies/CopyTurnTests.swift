import Domain
import Foundation
import Metadata
import Testing

/// In which order waiting copies are taken: the accounts in turn, time-based ones apart.
@Suite struct CopyTurnTests {
    private let source: Region = known("us-west-2")
    private let start = date()

    private func insert(_ numbers: ClosedRange<Int>, by account: AccountID, at seconds: Double = 0, in temporary: TemporaryDatabase) throws
    {
        try temporary.write { transaction throws in
            for number in numbers {
                let createdAt = start.addingTimeInterval(seconds + Double(number) / 1000)
                try CopyTable(transaction).insert(.sample(number, by: account, createdAt: createdAt))
            }
        }
    }

    private func lease(_ limit: Int, of type: TransferType = .standard, at seconds: Double = 1000, in temporary: TemporaryDatabase) throws
        -> [CopyID]
    {
        let now = start.addingTimeInterval(seconds)
        return try temporary.write { try CopyTable.lease(limit, of: type, from: source, by: "a", at: now, in: $0) }
    }

    @Test func threeHundredOfOneDoNotKeepTheOtherWaiting() throws {
        let temporary = try TemporaryDatabase()
        try insert(1...300, by: .alice, in: temporary)
        try insert(301...303, by: .bob, at: 100, in: temporary)
        #expect(try lease(5, in: temporary) == [1, 301, 2, 302, 3].map { numbered($0) })
        #expect(try lease(3, in: temporary) == [303, 4, 5].map { numbered($0) })
    }

    /// Whoever has all places does not get the next one too.
    @Test func whatRunsCountsAsATurn() throws {
        let temporary = try TemporaryDatabase()
        try insert(1...100, by: .alice, in: temporary)
        #expect(try lease(32, in: temporary).count == 32)
        try insert(201...210, by: .bob, at: 100, in: temporary)
        #expect(try lease(4, in: temporary) == [201, 202, 203, 204].map { numbered($0) })
        // Once the leases have run out, nobody has anything running.
        #expect(try lease(2, at: 2000, in: temporary) == [numbered(1), numbered(201)])
    }

    @Test func anAccountsOwnComeInTheirOrder() throws {
        let temporary = try TemporaryDatabase()
        for number in [5, 3, 9, 1] { try insert(number...number, by: number % 3 == 0 ? .alice : .bob, in: temporary) }
        #expect(try lease(10, in: temporary) == [numbered(1), numbered(3), numbered(5), numbered(9)])
    }

    @Test func timeBasedCopiesHaveAQueueOfTheirOwn() throws {
        let temporary = try TemporaryDatabase()
        try insert(1...2, by: .alice, in: temporary)
        try temporary.write { transaction throws in
            let table = CopyTable(transaction)
            try table.insert(.sample(10, target: CompletionTarget(minutes: 15, setAside: .mebibytes(1), startedAt: start)))
            // Its minutes have not begun to run.
            try table.insert(.sample(11, target: CompletionTarget(minutes: 15)))
        }
        #expect(try lease(10, of: .timeBased, in: temporary) == [numbered(10)])
        #expect(try lease(10, of: .standard, in: temporary) == [numbered(1), numbered(2)])
        #expect(try lease(10, of: .timeBased, in: temporary).isEmpty)
    }
}
