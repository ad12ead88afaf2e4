import Blocks
import Domain
import Foundation
import Metadata

/// What becomes of an image of an instance, each in a transaction of whoever has news of it.
extension Images {
    /// The snapshots of an image that are planned and not begun.
    private static func planned(of id: ImageID, in transaction: Transaction) throws -> [(snapshot: Snapshot, volume: VolumeID)] {
        guard let image = try ImageTable(transaction).image(id) else { return [] }
        let sources = VolumeSnapshotTable(transaction)
        return try SnapshotTable(transaction).snapshots(ids: image.snapshotIDs).compactMap { snapshot in
            guard snapshot.state == .pending, let volume = VolumeID(rawValue: snapshot.volumeID), try sources.row(of: snapshot.id) == nil
            else { return nil }
            return (snapshot, volume)
        }
    }

    /// The volumes that an image is to be begun of.
    static func volumes(awaitedBy id: ImageID, in transaction: Transaction) throws -> [VolumeID] {
        try planned(of: id, in: transaction).map(\.volume)
    }

    /// Begins what is planned of an image. One that was deregistered meanwhile has its snapshots all the same: they are resources of their own.
    static func begin(_ id: ImageID, at points: [VolumeID: VolumePoint], at now: Date, in transaction: Transaction) throws {
        for (snapshot, volume) in try planned(of: id, in: transaction) {
            guard let row = try VolumeTable(transaction).volume(volume) else { throw Volumes.notFound(volume.rawValue) }
            try Volumes.begin(snapshot, of: row, at: points[volume], at: now, in: transaction)
        }
    }

    /// Gives up what is planned of an image.
    static func giveUp(_ id: ImageID, for reason: StateReason, in transaction: Transaction) throws {
        for (snapshot, _) in try planned(of: id, in: transaction) {
            try SnapshotTable(transaction).fail(snapshot.id, message: reason.message)
        }
        try settle(id, .failed, reason, in: transaction)
    }

    /// Looks whether an image is at its end with a snapshot that is: it is available when all of them are completed, and failed as soon as one is.
    ///
    /// - Parameter reason: why the snapshot failed.
    static func settle(with snapshot: SnapshotID, failedFor reason: StateReason? = nil, in transaction: Transaction) throws {
        for id in try ImageTable(transaction).users(of: snapshot) {
            guard let image = try ImageTable(transaction).image(id), image.sourceInstance != nil else { continue }
            if let reason {
                try settle(id, .failed, StateReason(code: reason.code, message: "Snapshot \(snapshot): \(reason.message)"), in: transaction)
            } else if try SnapshotTable(transaction).snapshots(ids: image.snapshotIDs).allSatisfy({ $0.state == .completed }) {
                try settle(id, .available, nil, in: transaction)
            }
        }
    }

    private static func settle(_ id: ImageID, _ state: ImageState, _ reason: StateReason?, in transaction: Transaction) throws {
        let images = ImageTable(transaction)
        guard try images.image(id)?.state == .pending else { return }
        try images.setState(state, reason: reason, of: id)
    }
}
