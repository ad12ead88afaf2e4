import Domain
import Foundation
import Metadata

/// The end of an instance, for whoever drives it: each in a transaction of theirs.
extension Instances {
    /// Takes away what goes with an instance whose guest is no more: its interface, its own disk, and the volumes that are to go. The others are let go of.
    /// It is described as `terminated` from then on.
    package static func finishTermination(of id: InstanceID, at now: Date, in transaction: Transaction) throws {
        let table = InstanceTable(transaction)
        guard var instance = try table.instance(id), instance.state == .shuttingDown else { return }
        for var volume in try VolumeTable(transaction).volumes(of: id) {
            let goes = volume.attachments.first { $0.instance == id }?.deletesOnTermination ?? false
            volume.finishDetaching(from: id)
            try VolumeTable(transaction).update(volume)
            // One that others have, too, stays theirs.
            if goes, volume.attachments.isEmpty { try Volumes.remove(volume, at: now, in: transaction) }
        }
        if let disk = try InstanceDiskTable(transaction).disk(of: id) { try InstanceDiskTable(transaction).delete(disk, at: now) }
        instance.removed(at: now)
        try TagTable(transaction).removeAll(from: .networkInterface(instance.place.interface))
        try table.update(instance)
    }

    /// Forgets instances that ended an hour ago, at most `limit`, with their tags.
    ///
    /// - Returns: their ids.
    package static func forgetTerminated(at now: Date, limit: Int, in transaction: Transaction) throws -> [InstanceID] {
        let table = InstanceTable(transaction)
        let gone = try table.ended(before: now.addingTimeInterval(-Instance.describedAfterTermination), limit: limit)
        for instance in gone {
            try TagTable(transaction).removeAll(from: .instance(instance.id))
            try table.delete(instance)
        }
        return gone.map(\.id)
    }
}
