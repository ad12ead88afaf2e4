import Domain
import Foundation
import Metadata
import Testing

/// Leases are the same for all rows that have them.
@Suite struct LeaseTableTests {
    /// One row, and the seconds since the start of the test.
    private struct Leased {
        let temporary: TemporaryDatabase
        let rows: LeasedRows
        var id: String

        func take(by owner: String, at seconds: Double) throws -> Bool {
            let now = date().addingTimeInterval(seconds)
            return try temporary.write { try LeaseTable(rows, $0).take(id, Lease(of: owner, at: now), at: now) }
        }

        func renew(by owner: String, at seconds: Double) throws -> Bool {
            try temporary.write { try LeaseTable(rows, $0).renew(id, Lease(of: owner, at: date().addingTimeInterval(seconds))) }
        }

        func release(by owner: String) throws -> Bool { try temporary.write { try LeaseTable(rows, $0).release(id, of: owner) } }
    }

    private func leased(_ rows: LeasedRows) throws -> Leased {
        let temporary = try TemporaryDatabase()
        let copy = SnapshotCopy.sample(1)
        let upload: SnapshotID = numbered(2)
        let job = Job(id: "import-snap-1", account: .alice, work: .bundleCheck, createdAt: date())
        try temporary.write { transaction throws in
            try CopyTable(transaction).insert(copy)
            try JobTable(transaction).insert(job)
            try InstanceTable(transaction).insert(.sample(3))
            try SnapshotTable(transaction).insert(.sample(2))
            try UploadTable(transaction).insert(Upload(snapshotID: upload, parentRoot: nil, timeoutMinutes: 60, lastPutAt: date()))
        }
        let ids = [
            "copies": copy.id.rawValue, "jobs": job.id, "uploads": upload.rawValue, "duties": "collection",
            "instances": Instance.sample(3).id.rawValue,
        ]
        return Leased(temporary: temporary, rows: rows, id: try #require(ids[rows.table]))
    }

    @Test(arguments: LeasedRows.all) func aLeaseIsTakenOnceUntilItHasRunOut(rows: LeasedRows) throws {
        let row = try leased(rows)
        #expect(try row.take(by: "a", at: 0))
        // Neither by another nor by the one who has it.
        for owner in ["a", "b"] { #expect(try !row.take(by: owner, at: 30)) }
        #expect(try row.take(by: "b", at: 30.001))
        #expect(try !row.renew(by: "a", at: 31))
        #expect(try row.renew(by: "b", at: 31))
        #expect(try !row.take(by: "a", at: 61))
        #expect(try row.take(by: "a", at: 61.001))
    }

    /// A renewal that was on its way does not bring back a lease that was given up.
    @Test(arguments: LeasedRows.all) func whatWasReleasedIsFreeForGood(rows: LeasedRows) throws {
        let row = try leased(rows)
        #expect(try row.take(by: "a", at: 0))
        #expect(try !row.release(by: "b"))
        #expect(try row.release(by: "a"))
        #expect(try !row.release(by: "a"))
        #expect(try !row.renew(by: "a", at: 1))
        #expect(try row.take(by: "b", at: 1))
    }

    @Test(arguments: LeasedRows.all) func whatIsNotThereCannotBeLeased(rows: LeasedRows) throws {
        var row = try leased(rows)
        row.id = "another"
        #expect(try !row.take(by: "a", at: 0))
        #expect(try !row.renew(by: "a", at: 0))
    }

    @Test func aProcessThatIsAloneEndsAllLeases() throws {
        for rows in LeasedRows.all {
            let row = try leased(rows)
            #expect(try row.take(by: "a", at: 0))
            try row.temporary.write { try LeaseTable.endAll(in: $0) }
            #expect(try row.take(by: "b", at: 1))
        }
    }

    /// What is saved of a row leaves its lease alone.
    @Test func aSavedRowKeepsItsLease() throws {
        for rows in LeasedRows.all {
            let row = try leased(rows)
            #expect(try row.take(by: "a", at: 0))
            try row.temporary.write { transaction throws in
                if let copy = try CopyTable(transaction).copy(numbered(1)) { try CopyTable(transaction).update(copy) }
                if let job = try JobTable(transaction).job("import-snap-1") { try JobTable(transaction).update(job) }
                try UploadTable(transaction).seal(numbered(2))
                try UploadTable(transaction).postpone(numbered(2), to: date())
                try InstanceTable(transaction).update(.sample(3))
            }
            #expect(try !row.take(by: "b", at: 1))
            #expect(try row.renew(by: "a", at: 1))
        }
    }
}
