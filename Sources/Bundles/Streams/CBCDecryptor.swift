import Crypto
import CryptoExtras
import Foundation
import NIOCore

/// AES-128-CBC with PKCS #7 padding, piece by piece. The last block is held back, since it may be the one with the padding.
struct CBCDecryptor {
    private let key: SymmetricKey
    private var iv: AES._CBC.IV
    /// Ciphertext that is not decrypted yet: 16 bytes at most, between two calls.
    private var held = Data()

    init(_ bundleKey: BundleKey) {
        key = bundleKey.key
        iv = bundleKey.iv
    }

    mutating func take(_ bytes: ByteBuffer) throws -> ByteBuffer {
        held.append(contentsOf: bytes.readableBytesView)
        let count = max(0, held.count - 1) / 16 * 16
        guard count > 0 else { return ByteBuffer() }
        let ciphertext = held.prefix(count)
        let plain = try AES._CBC.decrypt(ciphertext, using: key, iv: iv, noPadding: true)
        iv = try AES._CBC.IV(ivBytes: ciphertext.suffix(16))
        held = Data(held.dropFirst(count))
        return ByteBuffer(bytes: plain)
    }

    /// What the last block holds before its padding.
    mutating func finish() throws(BundleError) -> ByteBuffer {
        guard held.count == 16, let plain = try? AES._CBC.decrypt(held, using: key, iv: iv) else { throw .undecipherable }
        held = Data()
        return ByteBuffer(bytes: plain)
    }
}
