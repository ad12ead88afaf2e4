import Foundation

/// Images of instances. Unless it may run on, the guest shuts down first: the wish stands in the instance's row until whoever drives it finds the
/// guest off, for whatever reason.
extension Instance {
    /// Whether an image of it waits until the guest is off.
    ///
    /// - Parameter reboots: whether a guest that runs is shut down for it.
    /// - Throws: `Fault` where it can have no image.
    package func imageWaits(reboots: Bool) throws -> Bool {
        guard rootDeviceType == .ebs else {
            throw Fault(.unsupportedOperation, "The instance '\(id)' does not have an 'ebs' root device type and cannot be imaged.")
        }
        switch state {
        case .running, .stopping: break
        case .stopped: return false
        case .pending, .shuttingDown, .terminated:
            throw invalid("Instance is not in state 'running' or 'stopping' or 'stopped'")
        }
        guard reboots else { return false }
        guard pendingImage == nil else {
            throw Fault(
                .incorrectInstanceState,
                "The instance '\(id)' is being shut down for the image '\(pendingImage?.rawValue ?? "")': try again when it runs, or without a reboot."
            )
        }
        return true
    }

    /// Wishes that an image be begun when the guest is off.
    package mutating func wish(for image: ImageID) { pendingImage = image }

    /// The image has been begun, or cannot be. A guest that was shut down for it goes on; one that did not heed is reset.
    package mutating func imaged(at now: Date) {
        guard pendingImage != nil else { return }
        pendingImage = nil
        if state == .running { rebootRequestedAt = rebootRequestedAt ?? now }
    }

    /// Whether a guest that switches itself off now is to be started again.
    package var comesBack: Bool { state == .running && (rebootRequestedAt != nil || pendingImage != nil) }

    /// In the words of EC2 for one that cannot be what it is to be.
    package func invalid(_ cause: String) -> Fault { Fault(.invalidParameterValue, "Invalid value '\(id)' for instanceId. \(cause)") }
}
