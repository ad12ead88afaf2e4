import Blocks
import Metadata

/// What the disk and the databases under a call can have against it that its caller is told; what else they say is a fault of ours.
package enum StorageFailure: Sendable {
    case noSpace
    /// The database cannot be reached now: to be tried again.
    case unavailable
    /// A text in the request holds a NUL character.
    case unstorableText

    /// - Parameter error: whatever a use case has thrown; nil for anything else.
    package init?(_ error: any Error) {
        switch error {
        case is UnstorableText: self = .unstorableText
        case let error as StoreError where error.isNoSpace: self = .noSpace
        case let error as VolumeError where error.code == .noSpace: self = .noSpace
        case _ where DatabaseFailure.isNoSpace(error): self = .noSpace
        case _ where DatabaseFailure.isPassing(error): self = .unavailable
        default: return nil
        }
    }

    package var description: String {
        switch self {
        case .noSpace: "No space left on the device that holds the Region"
        case .unavailable: "The database of the server cannot be reached. Try again later."
        case .unstorableText: "A text in the request holds a NUL character, which cannot be stored"
        }
    }
}
