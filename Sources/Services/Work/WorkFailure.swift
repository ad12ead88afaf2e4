import Blocks
import Domain
import Metadata
import Transfer

/// What an error of the stores, keys and databases means for work that moves bytes: the reason that users are shown, and whether trying
/// again can help.
package struct WorkFailure: Sendable {
    package let reason: StateReason
    package let isTemporary: Bool

    /// - Parameter tellsNeed: whether it is said how many bytes are missing: as with what was moved, that tells what others hold.
    package init(_ error: any Error, of copy: SnapshotCopy, into region: Region, tellsNeed: Bool = false) {
        let source = "Snapshot \(copy.sourceSnapshotID) in \(copy.sourceRegion)"
        self.init(error, "The copy", reading: source, into: region, remedy: "copy again", tellsNeed: tellsNeed)
    }

    /// - Parameters:
    ///   - subject: what failed, as "The copy".
    ///   - source: what was read.
    ///   - remedy: what is to be done when there is room, as "copy again".
    init(_ error: any Error, _ subject: String, reading source: String, into region: Region, remedy: String, tellsNeed: Bool = false) {
        if case .noSpace = StorageFailure(error) {
            self.init(
                "Client.VolumeLimitExceeded",
                "No space left on the device that holds \(region): free some and \(remedy)",
                isTemporary: false
            )
        } else if let error = error as? StoreError {
            switch error.code {
            case .damaged, .missingPack, .notFound:
                self.init(
                    "Server.InternalError",
                    "\(source) cannot be read: \(error.textForUsers)",
                    isTemporary: false
                )
            default:
                self.init("Server.InternalError", "\(subject) failed: \(error.textForUsers)", isTemporary: true)
            }
        } else if let error = error as? NoRoomForCopy {
            self.init(
                "Client.VolumeLimitExceeded",
                "No space left on the device that holds \(region): \(tellsNeed ? "\(error), " : "")free some and \(remedy)",
                isTemporary: false
            )
        } else if let error = error as? KeyUnusable {
            // The key was usable when the copy was asked for. Whoever makes it usable again copies again.
            let refusal = KeyRefusal(error)
            self.init(refusal.stateReason.code, refusal.message, isTemporary: false)
        } else if error is CopyMismatch {
            self.init("Server.InternalError", "\(subject) does not equal its source: \(error)", isTemporary: false)
        } else {
            self.init("Server.InternalError", "\(subject) failed: the server's log has the cause", isTemporary: true)
        }
    }

    private init(_ code: String, _ message: String, isTemporary: Bool) {
        reason = StateReason(code: code, message: message)
        self.isTemporary = isTemporary
    }
}
