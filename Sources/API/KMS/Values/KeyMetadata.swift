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
            writeAlgorithms(of: key, to: &json)
            json.member("MultiRegion", false)
            json.member("CurrentKeyMaterialId", described.materialID)
        }
    }

    private func writeAlgorithms(of key: KMSKey, to json: inout JSONWriter) {
        let encryption = key.spec.encryptionAlgorithms(for: key.usage).map(\.rawValue)
        let signing = key.spec.signingAlgorithms(for: key.usage).map(\.rawValue)
        let macs = key.spec.macAlgorithms.map(\.rawValue)
        if !encryption.isEmpty { json.list("EncryptionAlgorithms", encryption) }
        if !signing.isEmpty { json.list("SigningAlgorithms", signing) }
        if !macs.isEmpty { json.list("MacAlgorithms", macs) }
    }
}
