import Crypto
import FoundationEssentials
import NIOCore

/// Seals and opens the frames of one pack in one domain: AES-256-GCM, the header as associated data.
///
/// The key is derived for the pack: from its random key and its id in the open domain, from the domain's data key and the pack's id in a
/// sealed one. The nonce is the frame's offset, and a pack is only ever
/// appended to by the one process that made it: no key and nonce ever meet twice.
///
/// The only file that knows `Data`, because that is what the AEAD gives back.
package struct FrameSeal: Sendable {
    private let key: SymmetricKey

    init(key: SymmetricKey) { self.key = key }

    package init(of header: PackHeader, in domain: SealDomain = .open) {
        key =
            domain.key(in: header.id)
            ?? HKDF<SHA256>.deriveKey(
                inputKeyMaterial: SymmetricKey(data: header.openKey),
                salt: header.id.bytes,
                info: Array("ferry pack 1 open".utf8),
                outputByteCount: 32
            )
    }

    /// The whole frame: header, ciphertext, tag.
    package func seal(_ payload: FramePayload, header: FrameHeader) throws -> ByteBuffer {
        let head = header.encoded
        let nonce = try Self.nonce(header.offset)
        let box = try payload.bytes.withUnsafeReadableBytes { plain in
            try AES.GCM.seal(plain, using: key, nonce: nonce, authenticating: head)
        }
        var frame = ByteBuffer()
        frame.reserveCapacity(head.count + Int(header.storedLength))
        frame.writeBytes(head)
        box.ciphertext.withUnsafeBytes { _ = frame.writeBytes($0) }
        box.tag.withUnsafeBytes { _ = frame.writeBytes($0) }
        return frame
    }

    /// Opens what stands behind the header. Success proves that header and payload are as they were written.
    package func open(_ sealed: ByteBuffer, header: FrameHeader) throws(FrameDamage) -> FramePayload {
        let opened: Data
        do {
            let nonce = try Self.nonce(header.offset)
            opened = try sealed.withUnsafeReadableBytes { bytes in
                let box = try AES.GCM.SealedBox(
                    nonce: nonce,
                    ciphertext: UnsafeRawBufferPointer(rebasing: bytes.dropLast(FrameHeader.tagBytes)),
                    tag: UnsafeRawBufferPointer(rebasing: bytes.suffix(FrameHeader.tagBytes))
                )
                return try AES.GCM.open(box, using: key, authenticating: header.encoded)
            }
        } catch {
            throw .seal
        }
        var bytes = ByteBuffer()
        bytes.reserveCapacity(opened.count)
        opened.withUnsafeBytes { _ = bytes.writeBytes($0) }
        return FramePayload(kind: header.kind, codec: header.codec, plainLength: header.plainLength, bytes: bytes)
    }

    /// Four zero bytes and the offset, little-endian.
    private static func nonce(_ offset: UInt64) throws -> AES.GCM.Nonce {
        var bytes: [UInt8] = [0, 0, 0, 0]
        bytes.appendLittleEndian(offset)
        return try AES.GCM.Nonce(data: bytes)
    }
}
