/// Why something sealed could not be opened. Nothing of what it holds, nor of the key, is in it.
package enum SealingError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The bytes are no envelope of a version that this Ferry knows.
    case notAnEnvelope
    /// Sealed under a vault key that this data folder does not have.
    case unknownVaultKey
    /// Another key, another place or context than it was sealed for, or changed bytes: the seal does not say which.
    case doesNotOpen

    package var description: String {
        switch self {
        case .notAnEnvelope: "these bytes are no envelope that this Ferry knows"
        case .unknownVaultKey: "it is sealed under a vault key that is not in directory.sqlite: was that file restored from another folder?"
        case .doesNotOpen: "the seal does not open: the bytes were changed, or stand where they were not sealed for"
        }
    }
}
