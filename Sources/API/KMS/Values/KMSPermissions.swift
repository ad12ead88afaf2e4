import Sealing
import Services

extension Call {
    /// The key that a ciphertext was made with: the blob tells it, or the request where the blob does not.
    func key(of ciphertext: Ciphertext) async throws -> PolicyResource {
        if let blob = CiphertextBlob(ciphertext.bytes) { return kms("key/\(blob.key)") }
        guard let reference = ciphertext.key else { return .all }
        return try await key(reference)
    }
}
