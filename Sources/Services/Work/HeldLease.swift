import Domain
import Foundation
import Metadata

/// The lease on a row, in the hands of whoever drives it. What is saved through it is saved only while it is held: who has lost it changes
/// nothing.
package struct HeldLease: Sendable {
    let id: String
    let owner: String
    let rows: LeasedRows
    let database: Database
    let clock: WallClock
    /// Told when the lease was prolonged.
    let renewed: @Sendable (Date) -> Void

    /// Changes rows in one transaction and prolongs the lease.
    ///
    /// - Throws: `NoLongerWanted` when the lease is gone.
    package func save<Value: Sendable>(_ body: @escaping @Sendable (Transaction) throws -> Value) async throws -> Value {
        let lease = Lease(of: owner, at: clock.now)
        let value = try await database.write { transaction in
            guard try LeaseTable(rows, transaction).renew(id, lease) else { throw NoLongerWanted() }
            return try body(transaction)
        }
        renewed(lease.until)
        return value
    }

    /// Changes rows in one transaction and gives the lease up: the row says what is to be done next, and when.
    ///
    /// - Throws: `NoLongerWanted` when the lease is gone.
    package func finish<Value: Sendable>(_ body: @escaping @Sendable (Transaction) throws -> Value) async throws -> Value {
        try await database.write { transaction in
            guard try LeaseTable(rows, transaction).release(id, of: owner) else { throw NoLongerWanted() }
            return try body(transaction)
        }
    }

    /// Gives the lease up, if it is held: whoever looks next goes on.
    func giveBack() async throws {
        // A cancelled task may not write to the database, so this runs in one of its own.
        _ = try await Task { try await database.write { try LeaseTable(rows, $0).release(id, of: owner) } }.value
    }
}
