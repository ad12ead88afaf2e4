/// What a call says about the encryption of what it makes: `Encrypted` and `KmsKeyId`.
package struct EncryptionRequest: Hashable, Sendable {
    package let isEncrypted: Bool?
    /// Key id, key ARN, alias name or alias ARN.
    package let key: String?

    package init(isEncrypted: Bool? = nil, key: String? = nil) {
        self.isEncrypted = isEncrypted
        self.key = key
    }

    /// A key goes with `Encrypted=true` alone (docs/behaviour/encryption.md, "Copies").
    func checkKey() throws {
        guard key == nil || isEncrypted == true else {
            throw Fault(.invalidParameterDependency, "The parameter KmsKeyId requires the parameter Encrypted to be set.")
        }
    }
}
