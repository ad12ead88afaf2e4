import Crypto
import Foundation
import NIOCore

/// The SHA-256 of a block, or of blocks' digests.
package struct BlockDigest: Hashable, Sendable {
    /// 32 bytes.
    package let bytes: [UInt8]

    package init(of buffer: ByteBuffer) {
        var hash = SHA256()
        buffer.withUnsafeReadableBytes { hash.update(bufferPointer: $0) }
        bytes = Array(hash.finalize())
    }

    /// Reads what stands in `x-amz-checksum`; nil unless it is 32 bytes.
    package init?(base64 text: String) {
        guard let data = Data(base64Encoded: text), data.count == 32 else { return nil }
        bytes = Array(data)
    }

    fileprivate init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// The form in headers.
    package var base64: String { Data(bytes).base64EncodedString() }
}

/// The checksum of a whole snapshot: SHA-256 over its blocks' digests in the order of their indexes, which EBS calls `LINEAR`.
package struct LinearChecksum: Sendable {
    private var hash = SHA256()
    package private(set) var blockCount = 0

    package init() {}

    /// Takes the digest of the next block; blocks come by ascending index.
    package mutating func append(_ digest: BlockDigest) {
        hash.update(data: digest.bytes)
        blockCount += 1
    }

    /// Nil when there was no block, because then there is nothing to vouch for.
    package var value: BlockDigest? {
        blockCount == 0 ? nil : BlockDigest(bytes: Array(hash.finalize()))
    }
}
