import Domain
import Foundation
import Metadata

/// The lease on a row, in the hands of whoever drives it. What is saved through it is saved only while it is held: who has lost it changes
/// nothing.
package struct HeldLease: Sendable {
    /// What whoever watches over the drive has to know of its lease.
    package enum Change: Sendable {
        case renewed(until: Date)
        /// It is being given up with what is saved last. Nobody needs to stop the drive from here on: it has what it wants, or is refused.
        case ending
        /// It could not be given up: nothing was saved.
        case kept
    }

    let id: String
    let owner: String
    let rows: LeasedRows
    let database: Database
    let clock: WallClock
    let changed: @Sendable (Change) -> Void

    /// Changes rows in one transaction and prolongs the lease.
    ///
    /// - Throws: `NoLongerWanted` when the lease is gone.
    package func save<Value: Sendable>(_ body: @escaping @Sendable (Transaction) throws -> Value) async throws -> Value {
        let lease = Lease(of: owner, at: clock.now)
        let value = try await database.write { transaction in
            guard try LeaseTable(rows, transaction).renew(id, lease) else { throw NoLongerWanted() }
            return try body(transaction)
        }
        changed(.renewed(until: lease.until))
        return value
    }

    /// Changes rows in one transaction and gives the lease up: the row says what is to be done next, and when.
    ///
    /// - Throws: `NoLongerWanted` when the lease is gone.
    package func finish<Value: Sendable>(_ body: @escaping @Sendable (Transaction) throws -> Value) async throws -> Value {
        changed(.ending)
        do {
            return try await database.write { transaction in
                guard try LeaseTable(rows, transaction).release(id, of: owner) else { throw NoLongerWanted() }
                return try body(transaction)
            }
        } catch {
            changed(.kept)
            throw error
        }
    }

    /// Gives the lease up, if it is held: whoever looks next goes on.
    func giveBack() async throws {
        // A cancelled task may not write to the database, so this runs in one of its own.
        _ = try await Task { try await database.write { try LeaseTable(rows, $0).release(id, of: owner) } }.value
    }
}
