import Blocks
import Domain
import Metadata
import Transfer

/// What an error of the copy engine means for the copy: the reason that users are shown, and whether trying again can help.
package struct CopyFailure: Sendable {
    package let reason: StateReason
    package let isTemporary: Bool

    package init(_ error: any Error, of copy: SnapshotCopy, into region: Region) {
        if let error = error as? StoreError {
            switch error.code {
            case .noSpace:
                self.init(
                    "Client.VolumeLimitExceeded",
                    "No space left on the device that holds \(region): free some and copy again",
                    isTemporary: false
                )
            case .damaged, .missingPack, .notFound:
                self.init(
                    "Server.InternalError",
                    "Snapshot \(copy.sourceSnapshotID) in \(copy.sourceRegion) cannot be read: \(error.textForUsers)",
                    isTemporary: false
                )
            default:
                self.init("Server.InternalError", "The copy failed: \(error.textForUsers)", isTemporary: true)
            }
        } else if let error = error as? NoRoomForCopy {
            self.init(
                "Client.VolumeLimitExceeded",
                "No space left on the device that holds \(region): \(error), free some and copy again",
                isTemporary: false
            )
        } else if DatabaseFailure.isNoSpace(error) {
            self.init(
                "Client.VolumeLimitExceeded",
                "No space left on the device that holds \(region): free some and copy again",
                isTemporary: false
            )
        } else if let error = error as? KeyUnusable {
            // The key was usable when the copy was asked for. Whoever makes it usable again copies again.
            let refusal = KeyRefusal(error)
            self.init(refusal.stateReason.code, refusal.message, isTemporary: false)
        } else if error is CopyMismatch {
            self.init("Server.InternalError", "The copy does not equal its source: \(error)", isTemporary: false)
        } else {
            self.init("Server.InternalError", "The copy failed: the server's log has the cause", isTemporary: true)
        }
    }

    private init(_ code: String, _ message: String, isTemporary: Bool) {
        reason = StateReason(code: code, message: message)
        self.isTemporary = isTemporary
    }
}
