import Domain
import Foundation
import Metadata

extension Volumes {
    /// Deletes a volume that no instance has. Its snapshots stay, also those that are pending.
    package func delete(_ id: String) async throws {
        let (id, account, now) = (try Self.id(id), call.account, call.now)
        try await call.commit { transaction in
            let volume = try Self.own(id, of: account, in: transaction)
            try volume.requireDeletable()
            try Self.remove(volume, at: now, in: transaction)
        }
        await call.store.disks.settle(id)
    }

    /// Deletes a volume's rows, such as that of an instance that is terminated. Its blocks stay until they are collected: others may share
    /// them. What was written to it goes when its disk is settled (``VolumeDisks/settle(_:)``), or within the hour.
    package static func remove(_ volume: Volume, at now: Date, in transaction: Transaction) throws {
        try ReleaseTable(transaction).insert(root: volume.base?.root, in: volume.base?.domain, at: now)
        try TagTable(transaction).removeAll(from: .volume(volume.id))
        try VolumeTable(transaction).delete(volume)
    }
}
