import Domain
import Foundation
import Metadata
import Testing

@Suite struct CopyLeaseTests {
    private let start = date()

    private func withCopies(_ count: Int) throws -> TemporaryDatabase {
        let temporary = try TemporaryDatabase()
        try temporary.write { transaction throws in
            // The later the number, the older the copy.
            for number in 0..<count {
                try CopyTable(transaction).insert(.sample(number, createdAt: start.addingTimeInterval(-Double(number))))
            }
        }
        return temporary
    }

    private func lease(
        _ limit: Int,
        from source: Region = known("us-west-2"),
        by owner: String,
        at seconds: Double,
        in temporary: TemporaryDatabase
    ) throws -> [CopyID] {
        let now = start.addingTimeInterval(seconds)
        return try temporary.write { try CopyTable.lease(limit, from: source, by: owner, at: now, in: $0) }
    }

    private func renew(_ id: CopyID, by owner: String, until seconds: Double, in temporary: TemporaryDatabase) throws -> Bool {
        let lease = Lease(of: owner, at: start.addingTimeInterval(seconds - Lease.seconds))
        return try temporary.write { try LeaseTable(.copies, $0).renew(id.rawValue, lease) }
    }

    @Test func theOldestComeFirst() throws {
        let temporary = try withCopies(5)
        #expect(try lease(2, by: "a", at: 0, in: temporary) == [numbered(4), numbered(3)])
        #expect(try lease(2, by: "b", at: 0, in: temporary) == [numbered(2), numbered(1)])
        #expect(try lease(2, by: "b", at: 0, in: temporary) == [numbered(0)])
        #expect(try lease(2, by: "a", at: 0, in: temporary).isEmpty)
    }

    @Test func eachSourceHasItsOwnQueue() throws {
        let temporary = try withCopies(2)
        let (west, ireland): (Region, Region) = (known("us-west-2"), known("eu-west-1"))
        try temporary.write { transaction in
            for number in 10...11 { try CopyTable(transaction).insert(.sample(number, from: ireland)) }
            try CopyTable(transaction).insert(.sample(12, from: known("eu-north-1"), state: .completed))
        }
        func waiting(at seconds: Double) throws -> [Region] {
            try temporary.read { try CopyTable($0).waitingSources(at: start.addingTimeInterval(seconds)) }
        }
        #expect(try waiting(at: 0) == [ireland, west])
        #expect(try lease(10, from: ireland, by: "a", at: 0, in: temporary) == [numbered(10), numbered(11)])
        #expect(try waiting(at: 0) == [west])
        #expect(try lease(1, from: west, by: "a", at: 0, in: temporary) == [numbered(1)])
        #expect(try waiting(at: 0) == [west])
        #expect(try lease(1, from: west, by: "b", at: 0, in: temporary) == [numbered(0)])
        #expect(try waiting(at: 0).isEmpty)
        #expect(try waiting(at: 31) == [ireland, west])
        #expect(try lease(1, from: known("eu-north-1"), by: "a", at: 31, in: temporary).isEmpty)
        // A worker that is full asks for less than nothing.
        #expect(try lease(-1, from: west, by: "a", at: 31, in: temporary).isEmpty)
    }

    @Test func anExpiredLeaseCanBeTakenAndIsThenLost() throws {
        let temporary = try withCopies(1)
        #expect(try lease(1, by: "a", at: 0, in: temporary) == [numbered(0)])
        #expect(try lease(1, by: "b", at: 29.999, in: temporary).isEmpty)
        #expect(try lease(1, by: "b", at: 30, in: temporary).isEmpty)
        #expect(try lease(1, by: "b", at: 30.001, in: temporary) == [numbered(0)])

        #expect(try !renew(numbered(0), by: "a", until: 500, in: temporary))
        #expect(try lease(1, by: "a", at: 60, in: temporary).isEmpty)
        #expect(try renew(numbered(0), by: "b", until: 100, in: temporary))
        #expect(try lease(1, by: "a", at: 99, in: temporary).isEmpty)
        #expect(try lease(1, by: "a", at: 101, in: temporary) == [numbered(0)])
    }

    /// What an owner drives, as far as the rows know: also after the lease has run out, until somebody else takes it.
    @Test func anOwnerFindsWhatItLeased() throws {
        let temporary = try withCopies(3)
        func leased(by owner: String) throws -> Set<CopyID> { try temporary.read { Set(try CopyTable($0).leased(by: owner)) } }
        #expect(try leased(by: "a").isEmpty)
        #expect(try lease(3, by: "a", at: 0, in: temporary).count == 3)
        #expect(try leased(by: "a") == [numbered(0), numbered(1), numbered(2)])
        #expect(try lease(1, by: "b", at: 31, in: temporary) == [numbered(2)])
        #expect(try leased(by: "a") == [numbered(0), numbered(1)])
        try temporary.write { transaction throws in
            let table = CopyTable(transaction)
            var copy = try #require(try table.copy(numbered(0)))
            _ = copy.handle(.cancelled(by: nil))
            try table.update(copy)
            try table.delete(of: numbered(1))
        }
        #expect(try leased(by: "a").isEmpty)
        #expect(try leased(by: "b") == [numbered(2)])
    }

    @Test func aLeaseCanBeGivenBack() throws {
        let temporary = try withCopies(1)
        #expect(try lease(1, by: "a", at: 0, in: temporary) == [numbered(0)])
        let id: CopyID = numbered(0)
        #expect(try temporary.write { try LeaseTable(.copies, $0).release(id.rawValue, of: "a") })
        #expect(try lease(1, by: "b", at: 1, in: temporary) == [numbered(0)])
    }

    @Test func whatWasNeverLeasedCannotBeRenewed() throws {
        let temporary = try withCopies(1)
        #expect(try !renew(numbered(0), by: "a", until: 100, in: temporary))
        #expect(try !renew(numbered(7), by: "a", until: 100, in: temporary))
        #expect(try lease(1, by: "b", at: 0, in: temporary) == [numbered(0)])
    }

    @Test func onlyRunningCopiesAreLeased() throws {
        let temporary = try TemporaryDatabase()
        try temporary.write { transaction throws in
            for (number, state) in [(1, SnapshotCopy.State.completed), (2, .failed), (3, .cancelled), (4, .running)] {
                try CopyTable(transaction).insert(.sample(number, state: state))
            }
        }
        #expect(try lease(10, by: "a", at: 0, in: temporary) == [numbered(4)])
    }

    @Test func whatHasFailedWaitsUntilItIsDue() throws {
        let temporary = try withCopies(1)
        try temporary.write { transaction throws in
            let table = CopyTable(transaction)
            var copy = try #require(try table.copy(numbered(0)))
            _ = copy.handle(.failed(StateReason(code: "Server.InternalError", message: "It broke"), isTemporary: true, at: start))
            try table.update(copy)
        }
        #expect(try lease(1, by: "a", at: 1.999, in: temporary).isEmpty)
        #expect(try lease(1, by: "a", at: 2, in: temporary) == [numbered(0)])
    }

    /// Two servers' connections to one file, and several workers on each.
    @Test func noTwoOwnersGetTheSameCopy() async throws {
        let temporary = try withCopies(200)
        let other = try temporary.openAgain()
        let now = start
        let leases = try await withThrowingTaskGroup(of: [(owner: String, id: CopyID)].self) { group in
            for worker in 0..<8 {
                let database = worker.isMultiple(of: 2) ? temporary.database : other
                group.addTask {
                    var leases: [(owner: String, id: CopyID)] = []
                    for _ in 0...200 {
                        let copies = try await database.write {
                            try CopyTable.lease(3, from: known("us-west-2"), by: "worker \(worker)", at: now, in: $0)
                        }
                        if copies.isEmpty { return leases }
                        leases += copies.map { ("worker \(worker)", $0) }
                    }
                    return leases
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        try other.close()
        #expect(leases.count == 200)
        #expect(Set(leases.map { $0.id }).count == 200)
        for lease in leases { #expect(try renew(lease.id, by: lease.owner, until: 60, in: temporary), "\(lease)") }
    }
}
