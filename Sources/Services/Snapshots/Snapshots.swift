import Domain
import Foundation
import Metadata

/// What can be done with snapshots, on behalf of one caller in one Region. Each use case is an extension in a file of its own.
package struct Snapshots: Sendable {
    let call: Call

    package init(_ call: Call) { self.call = call }
}

extension Snapshots {
    static func notFound(_ id: String) -> Fault { Fault(.invalidSnapshotNotFound, "The snapshot '\(id)' does not exist.") }

    static func id(_ text: String) throws -> SnapshotID { try SnapshotID(given: text, orThrow: .invalidSnapshotIDMalformed) }

    /// Deletes a snapshot of an account that no image uses, where nothing holds it.
    ///
    /// - Returns: whether it was deleted.
    static func discard(_ id: SnapshotID, of account: AccountID, at now: Date, in transaction: Transaction) throws -> Bool {
        guard let snapshot = try SnapshotTable(transaction).snapshot(id), snapshot.owner == account else { return true }
        guard try !isLocked(snapshot, at: now, in: transaction) else { return false }
        try discard(snapshot, at: now, in: transaction)
        return true
    }

    /// Deletes a snapshot as its owner wants it: it can be brought back where a rule of the Recycle Bin says so.
    static func discard(_ snapshot: Snapshot, at now: Date, in transaction: Transaction) throws {
        if try RecycleBin.keep(snapshot, at: now, in: transaction) { return }
        try remove(snapshot.id, at: now, in: transaction)
    }

    /// Deletes a snapshot's rows. Its blocks stay until they are collected: others may share them.
    static func remove(_ id: SnapshotID, at now: Date, in transaction: Transaction) throws {
        let snapshot = try SnapshotTable(transaction).stored(id)
        try ReleaseTable(transaction).insert(root: snapshot?.root, in: snapshot?.encryption?.domain, at: now)
        try UploadTable(transaction).delete(id)
        try VolumeSnapshotTable(transaction).delete(id)
        try CopyTable(transaction).delete(of: id)
        try TagTable(transaction).removeAll(from: .snapshot(id))
        try SnapshotLockTable(transaction).delete(id)
        // Whoever fills it, or moves it into the archive or back, learns of it by the row that is gone.
        try JobTable(transaction).delete(id.rawValue)
        try SnapshotTieringTable(transaction).delete(id)
        try ShareTable(transaction, of: .snapshot).removeAll(of: id.rawValue)
        try SnapshotTable(transaction).delete(id)
    }
}
