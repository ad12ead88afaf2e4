/// Where the bytes of a snapshot are kept (docs/behaviour/snapshot-archive.md).
package enum StorageTier: String, Sendable {
    /// Ready for use.
    case standard
    /// To be restored before it can be used.
    case archive
}

extension Snapshot {
    /// Whether it stands in the archive, restored for a time or not.
    package var isArchived: Bool { tier == .archive || restoreExpiresAt != nil }

    /// Whoever uses the bytes of a snapshot asks this first.
    ///
    /// - Throws: `Fault` `IncorrectState` of one that is archived.
    package func requireStandardTier() throws {
        guard tier == .standard else { throw Fault(.incorrectState, archivedMessage) }
    }

    /// Why one that is archived is not used.
    package var archivedMessage: String {
        "The snapshot '\(id)' is in the archive tier: restore it with RestoreSnapshotTier to use it"
    }
}
