/// What becomes of the encryption of a snapshot that is copied: the table of docs/behaviour/encryption.md, "Copies".
///
/// The parameters hold for every snapshot of an image alike; without any, each snapshot keeps its own state. Nothing that is encrypted
/// becomes open.
package struct CopyEncryptionRules: Sendable {
    package enum Action: Sendable {
        case copyImage
        case copySnapshot
    }

    /// What counts of the source.
    package struct Source: Sendable {
        package let id: SnapshotID
        /// The ARN of its KMS key; nil when it is not encrypted.
        package let keyARN: String?
        /// Whether it belongs to the caller.
        package let isOwn: Bool
        /// Whether it lies in the Region that it is copied into.
        package let isInRegion: Bool

        package init(id: SnapshotID, keyARN: String?, isOwn: Bool, isInRegion: Bool) {
            self.id = id
            self.keyARN = keyARN
            self.isOwn = isOwn
            self.isInRegion = isInRegion
        }
    }

    private let request: EncryptionRequest
    private let isOnByDefault: Bool

    /// Throws when the parameters contradict one another, whatever the source is.
    package init(_ request: EncryptionRequest, of action: Action, isOnByDefault: Bool) throws {
        try request.checkKey()
        guard action == .copyImage || request.isEncrypted != false else {
            throw Fault(
                .invalidParameterValue,
                "The parameter Encrypted cannot be set to false: leave it out to keep the snapshot as it is"
            )
        }
        self.request = request
        self.isOnByDefault = isOnByDefault
    }

    package func outcome(of source: Source) throws -> EncryptionOutcome {
        if let key = request.key { return .encrypted(under: .named(key)) }
        guard let sourceKey = source.keyARN else {
            return request.isEncrypted == true || isOnByDefault ? .encrypted(under: .accountDefault) : .open
        }
        guard request.isEncrypted != false else {
            throw Fault(
                .invalidRequest,
                "Snapshot \(source.id) is encrypted. Creating unencrypted copy from an encrypted snapshot is not supported."
            )
        }
        guard source.isOwn else { return .encrypted(under: .accountDefault) }
        if request.isEncrypted == nil, isOnByDefault { return .encrypted(under: .accountDefault) }
        // Another Region does not have the source's key.
        if source.isInRegion { return .encrypted(under: .inherited(sourceKey)) }
        return .encrypted(under: request.isEncrypted == true ? .accountDefault : .managedByAWS)
    }
}
