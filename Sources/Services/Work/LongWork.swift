import Domain
import Foundation
import Metadata

/// A kind of rows that a reconciler drives: copies of snapshots, jobs. A kind says where its rows are and how one is driven; the loop, the
/// leases and the waiting are the reconciler's.
///
/// Rows need not end. One with a desired state is looked for while it is not there, and its drive may last for as long as it is.
package protocol LongWork: Sendable {
    associatedtype Row: Identifiable & Sendable where Row.ID: Comparable & Sendable

    /// As the log names the rows: "copies".
    var name: String { get }
    /// Where the rows are, with their leases.
    var rows: LeasedRows { get }

    /// Called once, when the process starts.
    func start() async

    /// What belongs to each round beside driving rows.
    func prepare(for running: [Row], at now: Date) async throws

    /// Whether any row is to be driven, by whomever. Mostly there is none, so this is cheap.
    func hasAny(in transaction: Transaction) throws -> Bool

    /// The rows that are due and whose lease is free, those first whose turn it is, as many as have a place beside those that run.
    func waiting(beside running: [Row], at now: Date, in transaction: Transaction) throws -> [Row]

    /// The rows that an owner has leased and that are still to get where it drives them. The drives of others are told to stop.
    func wanted(of owner: String, in transaction: Transaction) throws -> Set<Row.ID>

    /// Brings a row further. What happens is saved through the lease; what fails is saved too, with the time of the next attempt.
    ///
    /// - Parameter stop: ends when the row is not wanted any more, or another process has its lease.
    /// - Throws: `NoLongerWanted`, `CancellationError`, or why something could not be saved. In the last case the lease runs out by itself.
    func drive(_ row: Row, under lease: HeldLease, until stop: AsyncStream<Never>) async throws
}

extension LongWork {
    package func start() async {}
    package func prepare(for running: [Row], at now: Date) async throws {}
}

/// A row is not wanted any more where it was being driven to: it was cancelled or deleted, or another process has its lease.
package struct NoLongerWanted: Error, CustomStringConvertible {
    package init() {}

    package var description: String { "the work is no longer wanted, or another process does it" }
}
