import Crypto
import CryptoExtras
import Foundation
import NIOCore

/// AES-128-CBC with PKCS #7 padding, piece by piece.
package struct CBCEncryptor {
    private let key: SymmetricKey
    private var iv: AES._CBC.IV
    /// Plain bytes that fill no block yet.
    private var held = Data()

    package init(_ bundleKey: BundleKey) {
        key = bundleKey.key
        iv = bundleKey.iv
    }

    package mutating func take(_ bytes: ByteBuffer) throws -> ByteBuffer {
        held.append(contentsOf: bytes.readableBytesView)
        let count = held.count / 16 * 16
        guard count > 0 else { return ByteBuffer() }
        let ciphertext = try AES._CBC.encrypt(held.prefix(count), using: key, iv: iv, noPadding: true)
        iv = try AES._CBC.IV(ivBytes: ciphertext.suffix(16))
        held = Data(held.dropFirst(count))
        return ByteBuffer(bytes: ciphertext)
    }

    package mutating func finish() throws -> ByteBuffer {
        ByteBuffer(bytes: try AES._CBC.encrypt(held, using: key, iv: iv))
    }
}
