import Domain
import Sealing
import Services

extension Call {
    /// An alias and its key. Of the names that AWS keeps for itself KMS says nothing, whoever asks: the action refuses them.
    func alias(_ alias: String, of key: String) async throws -> [PolicyResource] {
        guard AliasName(rawValue: alias)?.isReserved != true else { return [] }
        return [kms(alias), try await self.key(key)]
    }

    /// The key that a ciphertext was made with: the blob tells it, or the request where the blob does not.
    func key(of ciphertext: Ciphertext) async throws -> PolicyResource {
        if let blob = CiphertextBlob(ciphertext.bytes) {
            guard let key = try await keyRing.key(blob.key) else { return kms("key/\(blob.key)") }
            return try await self.key(key.arn)
        }
        guard let reference = ciphertext.key else { return .all }
        return try await key(reference)
    }
}
