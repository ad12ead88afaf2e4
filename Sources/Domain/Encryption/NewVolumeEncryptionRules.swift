/// What becomes of the encryption of a volume that CreateVolume or a launch makes (docs/behaviour/encryption.md, "Volumes"). Nothing that is
/// encrypted becomes open.
package enum NewVolumeEncryptionRules {
    /// What counts of the snapshot.
    package struct Source: Sendable {
        /// The ARN of its KMS key; nil when it is not encrypted.
        package let keyARN: String?
        /// Whether it belongs to the caller.
        package let isOwn: Bool

        package init(keyARN: String?, isOwn: Bool) {
            self.keyARN = keyARN
            self.isOwn = isOwn
        }
    }

    package static func outcome(_ request: EncryptionRequest, source: Source?, isOnByDefault: Bool) throws -> EncryptionOutcome {
        try request.checkKey()
        if let key = request.key { return .encrypted(under: .named(key)) }
        if let source, let keyARN = source.keyARN { return .encrypted(under: source.isOwn ? .inherited(keyARN) : .accountDefault) }
        return request.isEncrypted == true || isOnByDefault ? .encrypted(under: .accountDefault) : .open
    }
}
