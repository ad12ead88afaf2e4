/// What becomes of the encryption of disks that are imported or restored (docs/behaviour/encryption.md, "Imports and restores"): as the
/// call says, and never open while encryption by default is on.
package enum ImportEncryptionRules {
    package static func outcome(_ request: EncryptionRequest, isOnByDefault: Bool) throws -> EncryptionOutcome {
        try request.checkKey()
        guard request.isEncrypted == true || isOnByDefault else { return .open }
        return .encrypted(under: request.key.map { .named($0) } ?? .accountDefault)
    }
}
