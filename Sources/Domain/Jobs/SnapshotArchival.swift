import Foundation

/// ModifySnapshotTier: what a snapshot alone needs goes into packs of its own (docs/behaviour/snapshot-archive.md).
package struct SnapshotArchival: Hashable, Sendable, Codable {
    package let snapshot: SnapshotID

    package init(snapshot: SnapshotID) { self.snapshot = snapshot }
}

/// RestoreSnapshotTier: an archived snapshot becomes usable, for a time or for good.
package struct SnapshotRestore: Hashable, Sendable, Codable {
    package let snapshot: SnapshotID
    /// Nil for good.
    package let days: Int?
    /// Until when it was here, when it is only to stay.
    package let expiresAt: Date?

    package init(snapshot: SnapshotID, days: Int?, expiresAt: Date?) {
        self.snapshot = snapshot
        self.days = days
        self.expiresAt = expiresAt
    }
}
