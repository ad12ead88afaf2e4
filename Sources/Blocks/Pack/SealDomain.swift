import Crypto

/// A domain whose key is at hand: says under which addresses its content stands and seals its frames.
///
/// In the open domain the address is the digest and the key is in the pack. In a sealed one both come from the domain's data key, each
/// derived for its purpose, so equal content stands under another address in each domain (docs/formats/pack.md).
package struct SealDomain: Sendable {
    private struct Keys: Sendable {
        let address: SymmetricKey
        let seal: SymmetricKey
        let row: SymmetricKey
        let volume: SymmetricKey
    }

    package let id: SealDomainID
    private let keys: Keys?

    package static let open = SealDomain(id: .open, keys: nil)

    private init(id: SealDomainID, keys: Keys?) {
        self.id = id
        self.keys = keys
    }

    /// A sealed domain. `dataKey` has 32 bytes, which are not kept.
    package init(_ id: SealDomainID, dataKey: UnsafeRawBufferPointer) {
        precondition(id != .open && dataKey.count == 32)
        let key = SymmetricKey(data: dataKey)
        let derive = { (purpose: String) in
            HKDF<SHA256>.deriveKey(inputKeyMaterial: key, salt: id.bytes, info: Array(purpose.utf8), outputByteCount: 32)
        }
        self.init(
            id: id,
            keys: Keys(
                address: derive("ferry domain 1 address"),
                seal: derive("ferry domain 1 seal"),
                row: derive("ferry domain 1 row"),
                volume: derive("ferry domain 1 volume")
            )
        )
    }

    /// Where content with this digest stands.
    package func address(of digest: Digest) -> Digest {
        guard let keys else { return digest }
        return Digest(HMAC<SHA256>.authenticationCode(for: digest.bytes, using: keys.address))
    }

    package func addresses(of digests: some Sequence<Digest>) -> [Digest] { digests.map(address) }

    var rowKey: SymmetricKey? { keys?.row }

    /// The key for the frames of one pack; nil for that of the pack itself.
    func key(in pack: PackID) -> SymmetricKey? {
        guard let keys else { return nil }
        return HKDF<SHA256>.deriveKey(
            inputKeyMaterial: keys.seal,
            salt: pack.bytes,
            info: Array("ferry pack 1 sealed".utf8),
            outputByteCount: 32
        )
    }

    /// What seals the sectors of one layer of a volume; nil where they are plain.
    func sectorSeal(layer: [UInt8]) -> SectorSeal? {
        guard let keys else { return nil }
        return SectorSeal(
            key: HKDF<SHA256>.deriveKey(
                inputKeyMaterial: keys.volume,
                salt: layer,
                info: Array("ferry volume 1 sectors".utf8),
                outputByteCount: SectorSeal.keyBytes
            )
        )
    }
}
