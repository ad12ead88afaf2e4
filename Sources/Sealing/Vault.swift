import Crypto
import Domain

/// The vault keys as a running server holds them: seals the materials of KMS keys, and what else is kept without one, for their rows and
/// opens them again.
///
/// An envelope names its vault key, so that one can be replaced while rows of the one before are still about. docs/formats/kms.md has
/// the bytes.
package struct Vault: Sendable {
    private static let version: UInt8 = 1

    private let keys: [[UInt8]: VaultKey]
    private let current: VaultKey

    /// - Parameters:
    ///   - current: what new envelopes are sealed under.
    ///   - former: what only opens.
    package init(current: VaultKey, former: [VaultKey] = []) {
        self.current = current
        keys = Dictionary((former + [current]).map { ($0.id, $0) }, uniquingKeysWith: { $1 })
    }

    package func seal(_ material: SecretBytes, of place: MaterialPlace) throws -> [UInt8] {
        let head = [Self.version] + current.id
        return try head + Envelope.seal(material, under: current.secret.symmetricKey, binding: head + place.bytes)
    }

    package func open(_ sealed: [UInt8], of place: MaterialPlace) throws(SealingError) -> SecretBytes {
        let head = Array(sealed.prefix(1 + VaultKey.idBytes))
        guard head.count == 1 + VaultKey.idBytes, head[0] == Self.version else { throw .notAnEnvelope }
        guard let key = keys[Array(head.dropFirst())] else { throw .unknownVaultKey }
        return try Envelope.open(sealed.dropFirst(head.count), under: key.secret.symmetricKey, binding: head + place.bytes)
    }

    /// Whether an envelope is sealed under the current vault key.
    package func isCurrent(_ sealed: [UInt8]) -> Bool { Array(sealed.dropFirst().prefix(VaultKey.idBytes)) == current.id }

    /// The vault key that new envelopes are sealed under.
    package var currentID: [UInt8] { current.id }
}

/// Whose material an envelope holds: sealed with it, so that a row cannot take another's place.
package struct MaterialPlace: Hashable, Sendable {
    let bytes: [UInt8]

    /// A material of a KMS key.
    package init(region: Region, key: KeyID, number: Int) {
        var bytes = Array("ferry key material 1".utf8) + key.bytes
        withUnsafeBytes(of: UInt32(truncatingIfNeeded: number).bigEndian) { bytes += $0 }
        self.bytes = bytes + Array(region.rawValue.utf8)
    }

    /// The data key of a domain of S3's own.
    package init(dataKeyOf domain: DomainID, in region: Region) {
        bytes = Array("ferry domain key 1".utf8) + domain.bytes + Array(region.rawValue.utf8)
    }

    /// The secret of an access key.
    package init(secretOfAccessKey id: String) { bytes = Array("ferry access key 1".utf8) + Array(id.utf8) }

    /// The key that tokens are made with.
    package static let tokenKey = MaterialPlace(bytes: Array("ferry token key 1".utf8))

    private init(bytes: [UInt8]) { self.bytes = bytes }

    /// The private key of the certificate that bundles for a Region are made with.
    package init(certificateKeyOf region: Region) { bytes = Array("ferry certificate key 1".utf8) + Array(region.rawValue.utf8) }
}
