import Domain
import Foundation
import Metadata

/// What can be done with snapshots, on behalf of one caller in one Region. Each use case is an extension in a file of its own.
package struct Snapshots: Sendable {
    let call: Call

    package init(_ call: Call) { self.call = call }
}

extension Snapshots {
    static func malformed(_ id: String) -> Fault {
        Fault(.invalidSnapshotIDMalformed, "Invalid id: \"\(id)\" (expecting \"snap-...\")")
    }

    static func notFound(_ id: String) -> Fault { Fault(.invalidSnapshotNotFound, "The snapshot '\(id)' does not exist.") }

    static func id(_ text: String) throws -> SnapshotID {
        guard let id = SnapshotID(rawValue: text) else { throw malformed(text) }
        return id
    }

    /// A snapshot of the caller's own.
    static func own(_ id: SnapshotID, of account: AccountID, in transaction: Transaction) throws -> Snapshot {
        guard let snapshot = try SnapshotTable(transaction).snapshot(id), snapshot.owner == account else { throw notFound(id.rawValue) }
        return snapshot
    }

    /// Deletes a snapshot's rows. Its blocks stay until they are collected: others may share them.
    static func remove(_ id: SnapshotID, at now: Date, in transaction: Transaction) throws {
        let snapshot = try SnapshotTable(transaction).snapshot(id)
        try ReleaseTable(transaction).insert(root: snapshot?.root, in: snapshot?.encryption?.domain, at: now)
        try UploadTable(transaction).delete(id)
        try CopyTable(transaction).delete(of: id)
        try TagTable(transaction).removeAll(from: .snapshot(id))
        try SnapshotTable(transaction).delete(id)
    }
}
