import Domain
import Foundation

/// The leases on the rows of a table of long work: its columns `lease_owner` and `lease_until`.
///
/// Each statement is right by itself: of two that take a lease at once, one gets it, on every engine.
package struct LeaseTable {
    /// Those of a Region.
    private static let tables = ["copies", "jobs"]

    private let table: String
    private let transaction: Transaction

    /// - Parameter table: one with an `id`, never from outside.
    package init(_ table: String, _ transaction: Transaction) {
        self.table = table
        self.transaction = transaction
    }

    /// Takes a lease that is free. False when another was quicker.
    package func take(_ id: String, _ lease: Lease, at now: Date) throws -> Bool {
        try transaction.execute(
            "UPDATE \(table) SET lease_owner = ?, lease_until = ? WHERE id = ? AND lease_until < ?",
            [.text(lease.owner), .date(lease.until), .text(id), .date(now)]
        ) == 1
    }

    /// Prolongs a lease. False when it has gone to another owner, or the row is gone.
    package func renew(_ id: String, _ lease: Lease) throws -> Bool {
        try transaction.execute(
            "UPDATE \(table) SET lease_until = ? WHERE id = ? AND lease_owner = ?",
            [.date(lease.until), .text(id), .text(lease.owner)]
        ) == 1
    }

    /// Gives a lease up, for good: a renewal that was on its way does not bring it back. False as for `renew`.
    package func release(_ id: String, of owner: String) throws -> Bool {
        try transaction.execute(
            "UPDATE \(table) SET lease_owner = NULL, lease_until = 0 WHERE id = ? AND lease_owner = ?",
            [.text(id), .text(owner)]
        ) == 1
    }

    /// Ends all leases of a Region: only for a process that knows that no other drives its rows.
    package static func endAll(in transaction: Transaction) throws {
        for table in tables {
            try transaction.execute("UPDATE \(table) SET lease_owner = NULL, lease_until = 0 WHERE lease_owner IS NOT NULL")
        }
    }
}
