import Crypto
import Domain
import Foundation

/// What `Encrypt` and `GenerateDataKey` answer under a symmetric key: it names the key and the material inside, so that `Decrypt` needs
/// nothing but the blob and its encryption context. docs/formats/kms.md has the bytes.
///
/// Each blob has a key of its own, derived from the material and 16 random bytes, so no number of blobs wears a material out.
package struct CiphertextBlob: Hashable, Sendable {
    private static let version: UInt8 = 1
    private static let saltBytes = 16
    private static let headBytes = 1 + KeyID.byteCount + 4 + saltBytes
    /// What KMS takes in one piece.
    package static let plainBytesMax = 4096
    package static let bytesMax = 6144

    package let key: KeyID
    package let materialNumber: Int
    private let bytes: [UInt8]

    /// Nil for what cannot have been made here. That it was is only known when it opens.
    package init?(_ bytes: [UInt8]) {
        guard (Self.headBytes + Envelope.overhead...Self.bytesMax).contains(bytes.count), bytes[0] == Self.version,
            let key = KeyID(bytes: bytes[1..<17])
        else { return nil }
        let number = bytes[17..<21].reduce(0) { $0 << 8 | Int($1) }
        guard number > 0 else { return nil }
        self.key = key
        materialNumber = number
        self.bytes = bytes
    }

    package static func seal(
        _ plain: SecretBytes,
        key: KeyID,
        materialNumber: Int,
        material: SecretBytes,
        context: EncryptionContext
    ) throws -> [UInt8] {
        var head = [version] + key.bytes
        withUnsafeBytes(of: UInt32(truncatingIfNeeded: materialNumber).bigEndian) { head += $0 }
        head += SecretBytes.random(count: saltBytes).withUnsafeBytes { Array($0) }
        return try head + Envelope.seal(plain, under: blobKey(material, head), binding: binding(head, context))
    }

    /// Throws `doesNotOpen` for another material, another context, or any changed bit.
    package func open(material: SecretBytes, context: EncryptionContext) throws(SealingError) -> SecretBytes {
        let head = Array(bytes.prefix(Self.headBytes))
        return try Envelope.open(
            bytes.dropFirst(Self.headBytes),
            under: Self.blobKey(material, head),
            binding: Self.binding(head, context)
        )
    }

    private static func blobKey(_ material: SecretBytes, _ head: [UInt8]) -> SymmetricKey {
        HKDF<SHA256>.deriveKey(
            inputKeyMaterial: material.symmetricKey,
            salt: Array(head.suffix(saltBytes)),
            info: Array("ferry kms blob 1".utf8) + head.prefix(headBytes - saltBytes),
            outputByteCount: 32
        )
    }

    private static func binding(_ head: [UInt8], _ context: EncryptionContext) -> [UInt8] { head + context.canonicalBytes }
}
