/// A key cannot be used for a snapshot, in the words of EC2 (docs/behaviour/encryption.md, "Keys that cannot be used"). It names the key
/// and says what to do.
package struct KeyRefusal: Error, Hashable, Sendable, CustomStringConvertible {
    package let code: FaultCode
    package let message: String

    package init(_ error: KeyUnusable) {
        let advice: String
        switch error.reason {
        case .disabled:
            (code, advice) = (.invalidKMSKeyState, "Enable it, or name another key.")
        case .pendingDeletion, .notPendingDeletion:
            (code, advice) = (.invalidKMSKeyState, "Cancel its deletion and enable it, or name another key.")
        case .otherRegion(let region):
            (code, advice) = (.invalidParameterValue, "It lies in \(region): name a key of the Region that the snapshot is to be in.")
        case .notFound: (code, advice) = (.invalidParameterValue, "Name a key of the Region that the snapshot is to be in.")
        case .wrongUsage: (code, advice) = (.invalidParameterValue, "Name a symmetric key for encryption and decryption.")
        case .denied: (code, advice) = (.invalidParameterValue, "Name a key that you may use.")
        }
        let cause = error.reason.isOtherRegion ? error.arn + "." : error.description
        message = Self.text("\(cause)\(cause.hasSuffix(".") ? "" : ".") \(advice)")
    }

    /// Text that can name no key: `fault` is what KMS says of it.
    package init(_ fault: Fault) {
        code = .invalidParameterValue
        message = Self.text(fault.message)
    }

    package var fault: Fault { Fault(code, message, cause: self) }

    /// Why a snapshot or an image has failed.
    package var stateReason: StateReason { StateReason(code: "Client.\(code.rawValue)", message: message) }

    package var description: String { message }

    /// Clients look for EC2's sentence.
    private static func text(_ cause: String) -> String { "Given key ID is not accessible: \(cause)" }
}

extension KeyUnusable.Reason {
    fileprivate var isOtherRegion: Bool {
        if case .otherRegion = self { true } else { false }
    }
}
