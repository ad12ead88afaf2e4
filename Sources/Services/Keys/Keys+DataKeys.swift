import Domain
import Sealing

/// A key pair whose private half is also wrapped under a KMS key.
package struct DataKeyPair: Sendable {
    package let key: KMSKey
    package let plain: SecretBytes
    package let wrapped: [UInt8]
    package let publicKey: [UInt8]
    package let materialID: String
}

extension Keys {
    /// How long a data key of a call is, in bytes.
    package enum DataKeyLength: Sendable {
        case aes128
        case aes256
        case bytes(Int)

        var count: Int {
            switch self {
            case .aes128: 16
            case .aes256: 32
            case .bytes(let count): count
            }
        }
    }

    package func generateDataKey(
        _ length: DataKeyLength,
        under reference: String,
        context: EncryptionContext,
        as operation: String
    ) async throws -> DataKey {
        let key = try await dataKeyParent(reference, for: operation)
        return try await ring.generateDataKey(bytes: length.count, under: key, context: context)
    }

    package func generateDataKeyPair(
        _ spec: KeySpec,
        under reference: String,
        context: EncryptionContext,
        as operation: String
    ) async throws -> DataKeyPair {
        let parent = try await dataKeyParent(reference, for: operation)
        try call.endRehearsal()
        let plain = try await KeyMaking.material(for: spec)
        // The key's state counts when the pair is wrapped: making one takes its time.
        let open = try await ring.current(parent)
        return DataKeyPair(
            key: open.key,
            plain: plain,
            wrapped: try ring.seal(plain, under: open, context: context),
            publicKey: try PrivateKey(plain, spec: spec).publicDER(),
            materialID: open.materialID
        )
    }

    private func dataKeyParent(_ reference: String, for operation: String) async throws -> KMSKey {
        let key = try await find(reference, for: operation, aliases: true)
        try key.requireUsable()
        try key.require(.encryptDecrypt, for: operation)
        guard key.spec == .symmetric else {
            throw Fault(.invalidKeyUsage, "\(key.arn) has the key spec \(key.spec.rawValue), which is not valid for \(operation).")
        }
        return key
    }
}
