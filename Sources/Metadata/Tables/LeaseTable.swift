import Domain
import Foundation

/// A table whose rows can be leased, by its columns `lease_owner` and `lease_until`. No name of it comes from outside.
package struct LeasedRows: Sendable {
    package let table: String
    let key: String

    package init(_ table: String, key: String = "id") {
        self.table = table
        self.key = key
    }

    package static let copies = LeasedRows("copies")
    package static let jobs = LeasedRows("jobs")
    package static let uploads = LeasedRows("uploads", key: "snapshot_id")
    package static let duties = LeasedRows("duties")
    package static let instances = LeasedRows("instances")

    /// Those of a Region.
    package static let all = [copies, jobs, uploads, duties, instances]
}

/// The leases on the rows of a table.
///
/// Each statement is right by itself: of two that take a lease at once, one gets it, on every engine.
package struct LeaseTable {
    private let rows: LeasedRows
    private let transaction: Transaction

    package init(_ rows: LeasedRows, _ transaction: Transaction) {
        self.rows = rows
        self.transaction = transaction
    }

    /// Takes a lease that is free. False when another was quicker.
    package func take(_ id: String, _ lease: Lease, at now: Date) throws -> Bool {
        try transaction.execute(
            "UPDATE \(rows.table) SET lease_owner = ?, lease_until = ? WHERE \(rows.key) = ? AND lease_until < ?",
            [.text(lease.owner), .date(lease.until), .text(id), .date(now)]
        ) == 1
    }

    /// Prolongs a lease. False when it has gone to another owner, or the row is gone.
    package func renew(_ id: String, _ lease: Lease) throws -> Bool {
        try transaction.execute(
            "UPDATE \(rows.table) SET lease_until = ? WHERE \(rows.key) = ? AND lease_owner = ?",
            [.date(lease.until), .text(id), .text(lease.owner)]
        ) == 1
    }

    /// Gives a lease up, for good: a renewal that was on its way does not bring it back. False as for `renew`.
    package func release(_ id: String, of owner: String) throws -> Bool {
        try transaction.execute(
            "UPDATE \(rows.table) SET lease_owner = NULL, lease_until = 0 WHERE \(rows.key) = ? AND lease_owner = ?",
            [.text(id), .text(owner)]
        ) == 1
    }

    /// Ends all leases of a Region: only for a process that knows that no other drives its rows.
    package static func endAll(in transaction: Transaction) throws {
        for rows in LeasedRows.all {
            try transaction.execute("UPDATE \(rows.table) SET lease_owner = NULL, lease_until = 0 WHERE lease_owner IS NOT NULL")
        }
    }
}
