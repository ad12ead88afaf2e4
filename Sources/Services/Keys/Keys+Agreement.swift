import Domain
import Sealing

extension Keys {
    /// The secret that a key shares with another one.
    ///
    /// - Parameter publicKey: of the other one: SubjectPublicKeyInfo in DER.
    package func deriveSharedSecret(with publicKey: [UInt8], under reference: String) async throws -> (key: KMSKey, secret: SecretBytes) {
        let key = try await find(reference, for: "DeriveSharedSecret", aliases: true)
        try key.requireUsable()
        try key.require(.keyAgreement, for: "DeriveSharedSecret")
        let open = try await ring.current(key)
        guard let secret = try PrivateKey(open.material, spec: key.spec).sharedSecret(with: publicKey) else {
            throw Fault(.validationException, "PublicKey is no public key in DER on the curve of a key of the spec \(key.spec.rawValue)")
        }
        return (open.key, secret)
    }
}
