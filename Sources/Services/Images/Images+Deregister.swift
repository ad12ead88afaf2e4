import Domain
import Foundation
import Metadata

/// What became of a snapshot when its image was deregistered (docs/behaviour/images.md, "Deregistering").
package struct SnapshotDeletion: Sendable {
    package enum Outcome: String, Sendable {
        case success
        /// The caller may not delete it, or it is another account's.
        case missingPermissions = "missing-permissions"
        /// Another image uses the snapshot.
        case skipped
        /// It may not be deleted: it is locked.
        case refused = "client-error"
    }

    package let snapshotID: SnapshotID
    package let outcome: Outcome
}

extension Images {
    /// Takes an image off the list, and into the Recycle Bin where a rule says so. One that is still being copied is cancelled.
    ///
    /// The snapshots stay unless `deletesSnapshots`. Those of a cancelled copy that stay become `error`: they will never be whole.
    package func deregister(_ id: String, deletesSnapshots: Bool) async throws -> [SnapshotDeletion] {
        let id = try Self.id(id)
        let call = call
        let viewer = try await call.viewer()
        let kept = deletesSnapshots ? try await undeletable(of: id) : []
        let results = try await call.commit { transaction in
            let images = ImageTable(transaction)
            let image = try Self.own(id, of: viewer, at: call.now, in: transaction)
            guard image.protection.settled(at: call.now) == .disabled else { throw Self.protected(image) }
            try RecycleBin.keep(image, at: call.now, in: transaction)
            try images.setState(.deregistered, reason: nil, of: id)
            try TagTable(transaction).removeAll(from: .image(id))
            // What comes back from the bin is shared as before.
            if try RecycleBinTable(transaction).resource(id.rawValue) == nil {
                try ShareTable(transaction, of: .image).removeAll(of: id.rawValue)
            }
            // What fills it stops, and takes away what it has made. A bundle that was registered stays where it is.
            if let job = try JobTable(transaction).job(id.rawValue) { try Jobs.cancel(job, at: call.now, in: transaction) }
            for var copy in try CopyTable(transaction).copies(of: id) {
                try CopyEffects(transaction: transaction, now: call.now).apply(copy.handle(.cancelled(by: id)), of: copy)
            }
            guard deletesSnapshots else { return [SnapshotDeletion]() }
            return try image.snapshotIDs.map {
                let outcome: SnapshotDeletion.Outcome =
                    try kept.contains($0) ? .missingPermissions : Self.delete($0, of: image.owner, at: call.now, in: transaction)
                return SnapshotDeletion(snapshotID: $0, outcome: outcome)
            }
        }
        // The reconciler stops the pumps of copies that are no longer wanted.
        call.store.copiesWakeup()
        call.store.jobsWakeup()
        return results
    }

    /// The snapshots of an image that the caller may not delete.
    private func undeletable(of image: ImageID) async throws -> Set<SnapshotID> {
        let ids = try await snapshots(of: image.rawValue, in: nil)
        let refusals = try await Authorizer(call).refusals("ec2:DeleteSnapshot", on: ids.map { call.snapshot($0.rawValue) })
        return Set(zip(ids, refusals).filter { $1 != nil }.map(\.0))
    }

    private static func protected(_ image: Image) -> Fault {
        let remedy: String =
            if case .cooling(let end) = image.protection {
                "Deregistration protection was disabled and holds until \(ISO8601.text(end))"
            } else {
                "Deregistration protection is enabled for it: disable it first, with DisableImageDeregistrationProtection"
            }
        return Fault(.operationNotPermitted, "The image '\(image.id)' cannot be deregistered. \(remedy).")
    }

    private static func delete(
        _ id: SnapshotID,
        of owner: AccountID,
        at now: Date,
        in transaction: Transaction
    ) throws -> SnapshotDeletion.Outcome {
        let snapshot = try SnapshotTable(transaction).snapshot(id)
        guard snapshot?.owner ?? owner == owner else { return .missingPermissions }
        guard try ImageTable(transaction).users(of: id, owner: owner).isEmpty else { return .skipped }
        return try Snapshots.discard(id, of: owner, at: now, in: transaction) ? .success : .refused
    }
}
