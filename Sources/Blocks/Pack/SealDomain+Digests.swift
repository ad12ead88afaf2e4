import Crypto
import FoundationEssentials

/// Digests in the rows of a database, where an upload keeps them until its pages are made.
extension SealDomain {
    /// A digest that only whoever has the domain can read: nonce, ciphertext and tag, 60 bytes. Nil in the open domain, where the address tells
    /// it. `place` is bound to it.
    package func sealed(_ digest: Digest, at place: String) throws -> [UInt8]? {
        guard let key = rowKey else { return nil }
        let box = try AES.GCM.seal(digest.bytes, using: key, authenticating: Array(place.utf8))
        return Array(box.nonce) + box.ciphertext.withUnsafeBytes { Array($0) } + box.tag.withUnsafeBytes { Array($0) }
    }

    /// Opens what `sealed` made. Throws `StoreError.damaged` for anything else.
    package func digest(in sealed: [UInt8], at place: String) throws -> Digest {
        do {
            guard let key = rowKey else { throw FrameDamage.seal }
            let box = try AES.GCM.SealedBox(
                nonce: try AES.GCM.Nonce(data: Array(sealed.prefix(12))),
                ciphertext: Array(sealed.dropFirst(12).dropLast(16)),
                tag: Array(sealed.suffix(16))
            )
            let plain = try AES.GCM.open(box, using: key, authenticating: Array(place.utf8)).withUnsafeBytes { Array($0) }
            guard let digest = Digest(bytes: plain) else { throw FrameDamage.seal }
            return digest
        } catch {
            throw StoreError(.damaged, "a digest of \(place) does not open", cause: error)
        }
    }
}
