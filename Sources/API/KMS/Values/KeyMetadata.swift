import Domain
import Services
import Wire

/// What KMS tells of a key.
struct KeyMetadata: JSONEncodable {
    let described: DescribedKey

    func write(to json: inout JSONWriter) {
        json.object("KeyMetadata") { json in
            let key = described.key
            json.member("AWSAccountId", key.account.rawValue)
            json.member("KeyId", key.id.rawValue)
            json.member("Arn", key.arn)
            json.member("CreationDate", key.createdAt)
            json.member("Enabled", key.state == .enabled)
            json.member("Description", key.description)
            json.member("KeyUsage", key.usage.rawValue)
            json.member("KeyState", key.state.rawValue)
            json.member("DeletionDate", key.deletionAt)
            json.member("Origin", "AWS_KMS")
            json.member("KeyManager", key.manager.rawValue)
            json.member("CustomerMasterKeySpec", key.spec.rawValue)
            json.member("KeySpec", key.spec.rawValue)
            key.spec.writeAlgorithms(for: key.usage, to: &json)
            json.member("MultiRegion", false)
            json.member("CurrentKeyMaterialId", described.materialID)
        }
    }
}

extension KeySpec {
    /// What a key of this kind can be used with, in the lists that are not empty.
    func writeAlgorithms(for usage: KeyUsage, to json: inout JSONWriter) {
        let lists = [
            ("EncryptionAlgorithms", encryptionAlgorithms(for: usage).map(\.rawValue)),
            ("SigningAlgorithms", signingAlgorithms(for: usage).map(\.rawValue)),
            ("KeyAgreementAlgorithms", agreementAlgorithms(for: usage).map(\.rawValue)),
            ("MacAlgorithms", macAlgorithms.map(\.rawValue)),
        ]
        for (name, algorithms) in lists where !algorithms.isEmpty { json.list(name, algorithms) }
    }
}
