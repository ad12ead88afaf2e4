import Domain
import Foundation
import Metadata
import Testing

/// Leases are the same for copies and for jobs.
@Suite struct LeaseTableTests {
    private static let tables = ["copies", "jobs"]
    private let start = date()

    private func withRow(_ table: String, _ body: (TemporaryDatabase, _ id: String) throws -> Void) throws {
        let temporary = try TemporaryDatabase()
        let copy = SnapshotCopy.sample(1)
        let job = Job(id: "import-snap-1", account: .alice, work: .bundleCheck, createdAt: date())
        try temporary.write { transaction throws in
            try CopyTable(transaction).insert(copy)
            try JobTable(transaction).insert(job)
        }
        try body(temporary, table == "copies" ? copy.id.rawValue : job.id)
    }

    private func take(_ table: String, _ id: String, by owner: String, at seconds: Double, in temporary: TemporaryDatabase) throws -> Bool {
        let now = start.addingTimeInterval(seconds)
        return try temporary.write { try LeaseTable(table, $0).take(id, Lease(of: owner, at: now), at: now) }
    }

    private func renew(_ table: String, _ id: String, by owner: String, at seconds: Double, in temporary: TemporaryDatabase) throws -> Bool
    {
        try temporary.write { try LeaseTable(table, $0).renew(id, Lease(of: owner, at: start.addingTimeInterval(seconds))) }
    }

    @Test(arguments: tables) func aLeaseIsTakenOnceUntilItHasRunOut(table: String) throws {
        try withRow(table) { temporary, id throws in
            #expect(try take(table, id, by: "a", at: 0, in: temporary))
            // Neither by another nor by the one who has it.
            for owner in ["a", "b"] { #expect(try !take(table, id, by: owner, at: 30, in: temporary)) }
            #expect(try take(table, id, by: "b", at: 30.001, in: temporary))
            #expect(try !renew(table, id, by: "a", at: 31, in: temporary))
            #expect(try renew(table, id, by: "b", at: 31, in: temporary))
            #expect(try !take(table, id, by: "a", at: 61, in: temporary))
            #expect(try take(table, id, by: "a", at: 61.001, in: temporary))
        }
    }

    /// A renewal that was on its way does not bring back a lease that was given up.
    @Test(arguments: tables) func whatWasReleasedIsFreeForGood(table: String) throws {
        try withRow(table) { temporary, id throws in
            #expect(try take(table, id, by: "a", at: 0, in: temporary))
            #expect(try !temporary.write { try LeaseTable(table, $0).release(id, of: "b") })
            #expect(try temporary.write { try LeaseTable(table, $0).release(id, of: "a") })
            #expect(try !temporary.write { try LeaseTable(table, $0).release(id, of: "a") })
            #expect(try !renew(table, id, by: "a", at: 1, in: temporary))
            #expect(try take(table, id, by: "b", at: 1, in: temporary))
        }
    }

    @Test(arguments: tables) func whatIsNotThereCannotBeLeased(table: String) throws {
        try withRow(table) { temporary, _ throws in
            #expect(try !take(table, "another", by: "a", at: 0, in: temporary))
            #expect(try !renew(table, "another", by: "a", at: 0, in: temporary))
        }
    }

    @Test func aProcessThatIsAloneEndsAllLeases() throws {
        for table in Self.tables {
            try withRow(table) { temporary, id throws in
                #expect(try take(table, id, by: "a", at: 0, in: temporary))
                try temporary.write { try LeaseTable.endAll(in: $0) }
                #expect(try take(table, id, by: "b", at: 1, in: temporary))
            }
        }
    }

    /// What is saved of a row leaves its lease alone.
    @Test func aSavedRowKeepsItsLease() throws {
        for table in Self.tables {
            try withRow(table) { temporary, id throws in
                #expect(try take(table, id, by: "a", at: 0, in: temporary))
                try temporary.write { transaction throws in
                    if let copy = try CopyTable(transaction).copy(numbered(1)) { try CopyTable(transaction).update(copy) }
                    if let job = try JobTable(transaction).job("import-snap-1") { try JobTable(transaction).update(job) }
                }
                #expect(try !take(table, id, by: "b", at: 1, in: temporary))
                #expect(try renew(table, id, by: "a", at: 1, in: temporary))
            }
        }
    }
}
