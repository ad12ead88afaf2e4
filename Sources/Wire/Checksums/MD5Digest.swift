import Crypto
import Foundation

/// MD5 over bytes that come piece by piece: for ETags and `Content-MD5`, which prove that bytes arrived and nothing else.
package struct MD5Digest: Sendable {
    private var hash = Insecure.MD5()

    package init() {}

    package mutating func update(_ bytes: RawSpan) {
        hash.update(bytes)
    }

    package mutating func update(_ bytes: [UInt8]) {
        update(bytes.span.bytes)
    }

    package mutating func update(_ bytes: ArraySlice<UInt8>) {
        update(bytes.span.bytes)
    }

    /// The 16 bytes over all that came so far.
    package func finish() -> [UInt8] {
        Array(hash.finalize())
    }

    package static func of(_ bytes: [UInt8]) -> [UInt8] {
        var digest = MD5Digest()
        digest.update(bytes)
        return digest.finish()
    }

    /// The 16 bytes of a `Content-MD5` header; nil when it is not base64 of so many.
    package static func contentMD5(_ text: String) -> [UInt8]? {
        guard text.utf8.count == 24, let data = Data(base64Encoded: text), data.count == Insecure.MD5.byteCount else { return nil }
        return Array(data)
    }
}
