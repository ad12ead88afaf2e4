import Domain
import Sealing

extension KeyRing {
    /// A new data key of 32 bytes under a KMS key, plain and wrapped. Only the wrapped one may be stored.
    ///
    /// - Throws: `KeyUnusable` when the key is disabled, to be deleted or gone.
    package func generateDataKey(under key: KMSKey, context: EncryptionContext) async throws -> DataKey {
        try await generateDataKey(bytes: 32, under: key, context: context)
    }

    /// Opens a wrapped data key.
    ///
    /// - Parameter account: whose key it is under, to say so when the key is gone.
    /// - Throws: `KeyUnusable` with the ARN and state of its KMS key when that cannot be used, `DataKeyDamaged` when it does not open.
    package func unwrap(_ wrapped: [UInt8], context: EncryptionContext, account: AccountID) async throws -> SecretBytes {
        guard let blob = CiphertextBlob(wrapped) else { throw DataKeyDamaged(key: nil) }
        guard let open = try await opener(of: blob) else {
            throw KeyUnusable(KeyARN(region: region, account: account, resource: .key(blob.key)).description, .notFound)
        }
        do {
            return try blob.open(material: open.material, context: context)
        } catch {
            throw DataKeyDamaged(key: open.key.arn)
        }
    }

    /// The KMS key that a wrapped data key is under; nil for what is no data key.
    package static func keyID(of wrapped: [UInt8]) -> KeyID? { CiphertextBlob(wrapped)?.key }

    func generateDataKey(bytes: Int, under key: KMSKey, context: EncryptionContext) async throws -> DataKey {
        let open = try await current(key)
        let plain = SecretBytes.random(count: bytes)
        return DataKey(plain: plain, wrapped: try seal(plain, under: open, context: context), key: open.key, materialID: open.materialID)
    }

    func seal(_ plain: SecretBytes, under open: OpenKey, context: EncryptionContext) throws -> [UInt8] {
        try CiphertextBlob.seal(plain, key: open.key.id, materialNumber: open.number, material: open.material, context: context)
    }
}

/// A data key under a KMS key.
package struct DataKey: Sendable {
    package let plain: SecretBytes
    /// What may be stored: it names its KMS key and opens with the encryption context that it was made with.
    package let wrapped: [UInt8]
    package let key: KMSKey
    /// Which material of the KMS key wrapped it: 64 hexadecimal digits.
    package let materialID: String
}

/// A wrapped data key does not open: changed bytes, or another encryption context.
package struct DataKeyDamaged: Error, Hashable, CustomStringConvertible {
    /// The ARN of the key that it names, or the vault; nil when it names none.
    package let key: String?

    package var description: String {
        key.map { "the wrapped data key does not open under \($0): it was changed, or belongs elsewhere" } ?? "this is no wrapped data key"
    }
}
