import Domain
import Foundation
import Metadata
import Testing

@Suite struct QuotaTableTests {
    private let home: Region = known("us-east-1")
    private let away: Region = known("eu-west-1")

    @Test func whatWasGrantedIsOfOneAccountAndRegion() throws {
        let temporary = try TemporaryDatabase(.directory)
        try temporary.write { transaction throws in
            let table = QuotaTable(transaction)
            try table.set(7, of: .images, for: .alice, in: home)
            try table.set(9, of: .images, for: .alice, in: home)
            try table.set(600, of: .roles, for: .alice, in: home)
        }
        try temporary.read { transaction throws in
            let table = QuotaTable(transaction)
            #expect(try table.value(of: .images, for: .alice, in: home) == 9)
            #expect(try table.value(of: .images, for: .alice, in: away) == 50_000)
            #expect(try table.value(of: .images, for: .bob, in: home) == 50_000)
            // Of the account as a whole.
            #expect(try table.value(of: .roles, for: .alice, in: away) == 600)
            #expect(try table.value(of: .roles, for: .alice) == 600)
            #expect(try table.granted(to: .alice, in: away) == [Quota.roles.path: 600])
            #expect(try table.granted(to: .alice, in: home) == [Quota.roles.path: 600, Quota.images.path: 9])
        }
    }

    private func usage(_ temporary: TemporaryDatabase, _ kind: CountedKind, _ account: AccountID = .alice) throws -> Int {
        try temporary.read { try QuotaUsageTable($0).count(kind, of: account) }
    }

    @Test func imagesAreCountedInEachStateThatCounts() throws {
        let temporary = try TemporaryDatabase()
        try temporary.write { transaction throws in
            for (number, state) in [ImageState.pending, .available, .disabled, .failed, .deregistered].enumerated() {
                try ImageTable(transaction).insert(.sample(number, state: state))
            }
            try ImageTable(transaction).insert(.sample(9, owner: .bob))
        }
        #expect(try usage(temporary, .image) == 3)
        #expect(try usage(temporary, .image, .bob) == 1)
        func set(_ state: ImageState, _ number: Int, expecting count: Int) throws {
            try temporary.write { try ImageTable($0).setState(state, reason: nil, of: numbered(number)) }
            #expect(try usage(temporary, .image) == count)
        }
        try set(.available, 0, expecting: 3)
        try set(.disabled, 0, expecting: 3)
        try set(.failed, 0, expecting: 2)
        try set(.deregistered, 0, expecting: 2)
        try set(.deregistered, 1, expecting: 1)
        try set(.deregistered, 1, expecting: 1)
        // Into the bin and back, and into the bin and out of it for good.
        let resource = RecycledResource(
            id: "\(numbered(2) as ImageID)",
            kind: .image,
            account: .alice,
            imageState: .disabled,
            tags: [],
            enteredAt: date(),
            exitsAt: date()
        )
        for isRestored in [true, false] {
            try temporary.write { transaction throws in
                try RecycleBinTable(transaction).insert(resource)
                try ImageTable(transaction).setState(.deregistered, reason: nil, of: numbered(2))
            }
            #expect(try usage(temporary, .image) == 1)
            try temporary.write { transaction throws in
                if isRestored { try ImageTable(transaction).setState(.disabled, reason: nil, of: numbered(2)) }
                try RecycleBinTable(transaction).delete(resource.id)
                try RecycleBinTable(transaction).delete(resource.id)
            }
            #expect(try usage(temporary, .image) == (isRestored ? 1 : 0))
        }
        #expect(try usage(temporary, .image, .bob) == 1)
    }

    @Test func snapshotsAreCountedUntilTheyAreDeleted() throws {
        let temporary = try TemporaryDatabase()
        try temporary.write { transaction throws in
            for number in 1...3 { try SnapshotTable(transaction).insert(.sample(number, state: .completed)) }
            try SnapshotTable(transaction).setRecycled(true, numbered(1))
            try SnapshotTable(transaction).delete(numbered(2))
            try SnapshotTable(transaction).delete(numbered(2))
        }
        #expect(try usage(temporary, .snapshot) == 2)
    }

    /// What a folder of before has is counted when it is opened.
    @Test func whatWasThereBeforeIsCounted() throws {
        let temporary = try TemporaryDatabase()
        try temporary.write { transaction throws in
            for (number, state) in [ImageState.available, .failed, .deregistered].enumerated() {
                try ImageTable(transaction).insert(.sample(number, state: state))
            }
            try RecycleBinTable(transaction).insert(
                RecycledResource(
                    id: "\(numbered(2) as ImageID)",
                    kind: .image,
                    account: .alice,
                    imageState: .available,
                    tags: [],
                    enteredAt: date(),
                    exitsAt: date()
                )
            )
            for number in 1...3 { try SnapshotTable(transaction).insert(.sample(number)) }
            try transaction.execute("DROP TABLE quota_usage")
            try transaction.undoArchive()
            try transaction.undoCallers()
            let step = try transaction.firstRow("SELECT MAX(number) AS number FROM schema_steps")?.integer("number")
            #expect(step == Int64(Schema.region.stepCount))
            try transaction.execute("DELETE FROM schema_steps WHERE number >= ?", [.integer(Self.usageStep)])
        }
        try temporary.database.close()
        let again = try temporary.openAgain()
        #expect(try again.blockingRead { try QuotaUsageTable($0).count(.image, of: AccountID.alice) } == 2)
        #expect(try again.blockingRead { try QuotaUsageTable($0).count(.snapshot, of: AccountID.alice) } == 3)
        try again.close()
    }

    /// The step of the Region's schema that made the table.
    private static let usageStep = 16

    @Test func requestsAreListedTheLatestFirst() throws {
        let temporary = try TemporaryDatabase(.directory)
        func request(_ number: Int, _ account: AccountID, _ quota: Quota, in region: Region?) -> QuotaRequest {
            QuotaRequest(
                id: "r\(number)",
                account: account,
                region: region,
                quota: quota,
                desired: number,
                requester: "arn:aws:iam::123456789012:root",
                createdAt: date(),
                updatedAt: date()
            )
        }
        var requests = [
            request(1, .alice, .images, in: home), request(2, .alice, .roles, in: nil), request(3, .alice, .images, in: away),
            request(4, .bob, .images, in: home),
        ]
        try temporary.write { transaction throws in
            for request in requests { try QuotaRequestTable(transaction).insert(request) }
        }
        requests[0].status = .approved
        requests[0].updatedAt = date(milliseconds: 1_795_376_072_999)
        try temporary.write { [requests] in try QuotaRequestTable($0).update(requests[0]) }
        try temporary.read { transaction throws in
            let table = QuotaRequestTable(transaction)
            #expect(try table.requests(of: .alice, in: home, before: nil, limit: 9) == [requests[1], requests[0]])
            #expect(try table.requests(of: .alice, in: home, before: "r2", limit: 9) == [requests[0]])
            #expect(try table.requests(before: nil, limit: 2) == [requests[3], requests[2]])
            #expect(try table.pending(of: .alice) == [requests[1], requests[2]])
        }
    }
}
