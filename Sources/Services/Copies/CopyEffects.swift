import Domain
import Foundation
import Metadata

/// Carries out, inside the transaction that saves a copy, what its state machine asks for.
struct CopyEffects {
    let transaction: Transaction
    let now: Date
    /// Whether the copy is the management account's: who runs the server is told what copies had to move.
    var isManagement = false

    func apply(_ effects: [SnapshotCopy.Effect], of copy: SnapshotCopy) throws {
        var copy = copy
        copy.settle(at: now)
        try CopyTable(transaction).update(copy)
        let snapshots = SnapshotTable(transaction)
        for effect in effects {
            switch effect {
            case .showProgress(let progress):
                try snapshots.setProgress(percent: progress.percent, message: copy.runningMessage(at: now), of: copy.snapshotID)
            case .completeSnapshot(let root, let progress):
                // What is sealed is the account's own, and meets nobody else's.
                let isOwn = try snapshots.snapshot(copy.snapshotID)?.encryption != nil
                let message = copy.completedMessage(at: now, tellsMoved: isOwn || isManagement)
                try snapshots.complete(copy.snapshotID, root: root, dataBytes: progress.bytesTotal, message: message, at: now)
            case .failSnapshot(let message):
                try snapshots.fail(copy.snapshotID, message: message)
                // What it has brought so far is of no use any more.
                try ReleaseTable(transaction).insert(root: nil, at: now)
            case .settleImage(let image):
                try settle(image)
            }
        }
    }

    /// An image is available when all its copies are completed, and failed as soon as one has failed.
    private func settle(_ id: ImageID) throws {
        let images = ImageTable(transaction)
        guard let image = try images.image(id), image.state == .pending else { return }
        let copies = try CopyTable(transaction).copies(of: id)
        if let failed = copies.first(where: { $0.state == .failed }), let reason = failed.reason {
            let message =
                "Snapshot \(failed.snapshotID), copied from \(failed.sourceSnapshotID) in \(failed.sourceRegion): \(reason.message)"
            try images.setState(.failed, reason: StateReason(code: reason.code, message: message), of: id)
        } else if copies.allSatisfy({ $0.state == .completed }) {
            try images.setState(.available, reason: nil, of: id)
        }
    }
}
