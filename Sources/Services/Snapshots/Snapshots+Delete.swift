import Domain
import Metadata

extension Snapshots {
    /// Deletes a snapshot that no image uses and no lock holds; where a rule says so, into the Recycle Bin. One that is still being uploaded or
    /// copied stops being so.
    package func delete(_ id: String) async throws {
        let id = try Self.id(id)
        let call = call
        let viewer = try await call.viewer()
        try await call.commit { transaction in
            let snapshot = try Self.own(id, of: viewer, in: transaction)
            // Images of others keep nobody's snapshot alive.
            if let user = try ImageTable(transaction).users(of: id, owner: snapshot.owner).first {
                throw Fault(.invalidSnapshotInUse, "The snapshot \(id) is currently in use by \(user)")
            }
            guard try !Self.isLocked(snapshot, at: call.now, in: transaction) else {
                throw Fault(.operationNotPermitted, "The snapshot '\(id)' is locked, so it cannot be deleted")
            }
            try Self.discard(snapshot, at: call.now, in: transaction)
        }
        call.store.copiesWakeup()
    }
}
