/// What becomes of the encryption of a snapshot that StartSnapshot makes (docs/behaviour/encryption.md, "Uploads").
package struct UploadEncryptionRules: Sendable {
    /// What counts of the parent.
    package struct Parent: Sendable {
        package let id: SnapshotID
        /// The ARN of its KMS key; nil when it is not encrypted.
        package let keyARN: String?

        package init(id: SnapshotID, keyARN: String?) {
            self.id = id
            self.keyARN = keyARN
        }
    }

    private let request: EncryptionRequest
    private let isOnByDefault: Bool

    package init(_ request: EncryptionRequest, isOnByDefault: Bool) {
        self.request = request
        self.isOnByDefault = isOnByDefault
    }

    /// With a parent, the snapshot is under its parent's key, or open as it is. A key needs `Encrypted`, or encryption by default, which
    /// means the same.
    package func outcome(parent: Parent?) throws -> EncryptionOutcome {
        guard let parent else { return try outcome() }
        try checkBesideParent()
        guard let keyARN = parent.keyARN else {
            guard !isOnByDefault else {
                throw invalid(
                    "The parent snapshot '\(parent.id)' is not encrypted, and encryption by default is on: copy it and take the copy as parent"
                )
            }
            guard request.key == nil else {
                throw invalid("The parent snapshot '\(parent.id)' is not encrypted, so KmsKeyArn cannot be given")
            }
            return .open
        }
        guard request.key == nil || request.key == keyARN else {
            throw invalid("The parent snapshot '\(parent.id)' is encrypted under \(keyARN): KmsKeyArn cannot name another key")
        }
        return .encrypted(under: .inherited(keyARN))
    }

    /// What contradicts itself is refused whether the parent is there or not.
    package func checkBesideParent() throws {
        guard request.isEncrypted == nil else { throw invalid("ParentSnapshotId and Encrypted cannot be given together") }
    }

    private func outcome() throws -> EncryptionOutcome {
        let isEncrypted = request.isEncrypted == true || isOnByDefault
        guard let key = request.key else { return isEncrypted ? .encrypted(under: .accountDefault) : .open }
        guard isEncrypted, request.isEncrypted != false else { throw invalid("KmsKeyArn requires Encrypted to be true") }
        guard KeyARN(key) != nil else {
            throw Fault(.validationException, "KmsKeyArn must be the ARN of a KMS key", reason: "INVALID_CUSTOMER_KEY")
        }
        return .encrypted(under: .named(key))
    }

    private func invalid(_ message: String) -> Fault { Fault(.validationException, message, reason: "INVALID_PARAMETER_VALUE") }
}
