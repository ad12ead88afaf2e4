import Domain
import Foundation
import Metadata
import Testing

/// Leases are the same for all rows that have them.
@Suite struct LeaseTableTests {
    private let start = date()

    private func withRow(_ rows: LeasedRows, _ body: (TemporaryDatabase, _ id: String) throws -> Void) throws {
        let temporary = try TemporaryDatabase()
        let copy = SnapshotCopy.sample(1)
        let upload: SnapshotID = numbered(2)
        let job = Job(id: "import-snap-1", account: .alice, work: .bundleCheck, createdAt: date())
        try temporary.write { transaction throws in
            try CopyTable(transaction).insert(copy)
            try JobTable(transaction).insert(job)
            try SnapshotTable(transaction).insert(.sample(2))
            try UploadTable(transaction).insert(Upload(snapshotID: upload, parentRoot: nil, timeoutMinutes: 60, lastPutAt: date()))
        }
        let ids = ["copies": copy.id.rawValue, "jobs": job.id, "uploads": upload.rawValue, "duties": "collection"]
        try body(temporary, try #require(ids[rows.table]))
    }

    private func take(
        _ rows: LeasedRows,
        _ id: String,
        by owner: String,
        at seconds: Double,
        in temporary: TemporaryDatabase
    ) throws -> Bool {
        let now = start.addingTimeInterval(seconds)
        return try temporary.write { try LeaseTable(rows, $0).take(id, Lease(of: owner, at: now), at: now) }
    }

    private func renew(
        _ rows: LeasedRows,
        _ id: String,
        by owner: String,
        at seconds: Double,
        in temporary: TemporaryDatabase
    ) throws -> Bool {
        try temporary.write { try LeaseTable(rows, $0).renew(id, Lease(of: owner, at: start.addingTimeInterval(seconds))) }
    }

    @Test(arguments: LeasedRows.all) func aLeaseIsTakenOnceUntilItHasRunOut(rows: LeasedRows) throws {
        try withRow(rows) { temporary, id throws in
            #expect(try take(rows, id, by: "a", at: 0, in: temporary))
            // Neither by another nor by the one who has it.
            for owner in ["a", "b"] { #expect(try !take(rows, id, by: owner, at: 30, in: temporary)) }
            #expect(try take(rows, id, by: "b", at: 30.001, in: temporary))
            #expect(try !renew(rows, id, by: "a", at: 31, in: temporary))
            #expect(try renew(rows, id, by: "b", at: 31, in: temporary))
            #expect(try !take(rows, id, by: "a", at: 61, in: temporary))
            #expect(try take(rows, id, by: "a", at: 61.001, in: temporary))
        }
    }

    /// A renewal that was on its way does not bring back a lease that was given up.
    @Test(arguments: LeasedRows.all) func whatWasReleasedIsFreeForGood(rows: LeasedRows) throws {
        try withRow(rows) { temporary, id throws in
            #expect(try take(rows, id, by: "a", at: 0, in: temporary))
            #expect(try !temporary.write { try LeaseTable(rows, $0).release(id, of: "b") })
            #expect(try temporary.write { try LeaseTable(rows, $0).release(id, of: "a") })
            #expect(try !temporary.write { try LeaseTable(rows, $0).release(id, of: "a") })
            #expect(try !renew(rows, id, by: "a", at: 1, in: temporary))
            #expect(try take(rows, id, by: "b", at: 1, in: temporary))
        }
    }

    @Test(arguments: LeasedRows.all) func whatIsNotThereCannotBeLeased(rows: LeasedRows) throws {
        try withRow(rows) { temporary, _ throws in
            #expect(try !take(rows, "another", by: "a", at: 0, in: temporary))
            #expect(try !renew(rows, "another", by: "a", at: 0, in: temporary))
        }
    }

    @Test func aProcessThatIsAloneEndsAllLeases() throws {
        for rows in LeasedRows.all {
            try withRow(rows) { temporary, id throws in
                #expect(try take(rows, id, by: "a", at: 0, in: temporary))
                try temporary.write { try LeaseTable.endAll(in: $0) }
                #expect(try take(rows, id, by: "b", at: 1, in: temporary))
            }
        }
    }

    /// What is saved of a row leaves its lease alone.
    @Test func aSavedRowKeepsItsLease() throws {
        for rows in LeasedRows.all {
            try withRow(rows) { temporary, id throws in
                #expect(try take(rows, id, by: "a", at: 0, in: temporary))
                try temporary.write { transaction throws in
                    if let copy = try CopyTable(transaction).copy(numbered(1)) { try CopyTable(transaction).update(copy) }
                    if let job = try JobTable(transaction).job("import-snap-1") { try JobTable(transaction).update(job) }
                    try UploadTable(transaction).seal(numbered(2))
                    try UploadTable(transaction).postpone(numbered(2), to: start)
                }
                #expect(try !take(rows, id, by: "b", at: 1, in: temporary))
                #expect(try renew(rows, id, by: "a", at: 1, in: temporary))
            }
        }
    }
}
