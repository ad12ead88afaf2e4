import Domain
import Sealing
import Services

extension Call {
    /// An alias, the key that it is to have and the one that it has. Of the names that AWS keeps for itself KMS says nothing, whoever asks: the action refuses them.
    func alias(_ alias: String, of key: String, isMoved: Bool = false) async throws -> [PolicyResource] {
        guard AliasName(rawValue: alias)?.isReserved != true else { return [] }
        let keys = [try await self.key(key)] + (isMoved ? [try await self.key(alias)] : [])
        return [kms(alias)] + keys
    }

    /// The key that a ciphertext was made with: the blob tells it, or the request where the blob does not.
    func key(of ciphertext: Ciphertext) async throws -> PolicyResource {
        if ciphertext.algorithm == .symmetric, let blob = CiphertextBlob(ciphertext.bytes) {
            guard let key = try await keyRing.key(blob.key) else { return kms("key/\(blob.key)") }
            return try await self.key(key.arn)
        }
        guard let reference = ciphertext.key else { return .all }
        return try await key(reference)
    }
}
