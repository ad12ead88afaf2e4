/// A key that seals the materials of KMS keys in the rows. The root key seals it in turn.
package struct VaultKey: Sendable {
    package static let idBytes = 16

    package let id: [UInt8]
    let secret: SecretBytes

    /// Nil unless the id has 16 bytes and the secret 32.
    init?(id: [UInt8], secret: SecretBytes) {
        guard id.count == Self.idBytes, secret.count == 32 else { return nil }
        self.id = id
        self.secret = secret
    }

    package static func random() -> VaultKey {
        let id = SecretBytes.random(count: idBytes).withUnsafeBytes { Array($0) }
        guard let key = VaultKey(id: id, secret: .random(count: 32)) else { preconditionFailure("these are the lengths of a vault key") }
        return key
    }
}
