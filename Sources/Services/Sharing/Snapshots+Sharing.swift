import Domain
import Metadata

/// Permissions to create volumes of snapshots, and with them to copy and to read them (docs/behaviour/sharing.md, "Sharing snapshots").
extension Snapshots {
    /// Whom a snapshot of the caller's own is shared with, in the order of their texts.
    package func createVolumePermissions(of id: String) async throws -> [ShareTarget] {
        let (id, viewer) = (try Self.id(id), try await call.viewer())
        return try await call.store.database.read { transaction in
            _ = try Self.own(id, of: viewer, in: transaction)
            return try ShareTable(transaction, of: .snapshot).targets(of: id.rawValue).sorted()
        }
    }

    package func share(_ id: String, _ change: SharingChange) async throws {
        let (id, region, viewer) = (try Self.id(id), call.region, try await call.viewer())
        try await call.commit { transaction in
            let snapshot = try Self.own(id, of: viewer, in: transaction)
            if !change.added.isEmpty { try snapshot.requireStandardTier() }
            let shares = ShareTable(transaction, of: .snapshot)
            let current = try shares.targets(of: id.rawValue)
            try SharingRules.check(
                change,
                of: snapshot,
                isManaged: { try KeyTable(transaction, in: region).isManaged($0) }
            )
            if change.added.contains(.everyone), !current.contains(.everyone) {
                try SharingSettingsTable(transaction).settings(of: snapshot.owner).snapshots.requireSharing()
            }
            try shares.remove(change.removed, from: id.rawValue)
            try shares.add(change.added, to: id.rawValue, of: snapshot.owner)
        }
    }

    /// Makes a snapshot private.
    package func resetCreateVolumePermissions(of id: String) async throws {
        let (id, viewer) = (try Self.id(id), try await call.viewer())
        try await call.commit { transaction in
            _ = try Self.own(id, of: viewer, in: transaction)
            try ShareTable(transaction, of: .snapshot).removeAll(of: id.rawValue)
        }
    }
}
