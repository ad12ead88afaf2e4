import Crypto
import NIOCore

/// The bytes of an object as they come in, and what was learnt of them on the way.
package protocol ObjectStream {
    /// The next bytes, nil behind the last. Throws when they are not what the client said: fewer, others, or not signed.
    mutating func next() async throws -> ByteBuffer?

    /// What the bytes are; asked behind the last.
    var identity: ObjectIdentity { get throws }
}

/// A stream of which is known beforehand how many bytes it has.
package protocol ObjectBody: ObjectStream {
    var bytes: Int64 { get }
}

/// What the bytes of an object or of a part hash to.
package struct ObjectIdentity: Hashable, Sendable {
    /// 16 bytes.
    package let md5: [UInt8]
    /// One that the client sent, proven, or that was computed in its place: its algorithm, as `CRC32`, and its bytes.
    package let checksum: Checksum?

    package struct Checksum: Hashable, Sendable {
        package let algorithm: String
        package let bytes: [UInt8]

        package init(algorithm: String, bytes: [UInt8]) {
            self.algorithm = algorithm
            self.bytes = bytes
        }
    }

    package init(md5: [UInt8], checksum: Checksum?) {
        self.md5 = md5
        self.checksum = checksum
    }
}

/// Bytes that are at hand.
struct WholeBody: ObjectBody {
    let bytes: Int64
    let identity: ObjectIdentity
    private var rest: ByteBuffer?

    init(_ content: [UInt8]) {
        bytes = Int64(content.count)
        identity = ObjectIdentity(md5: Array(Insecure.MD5.hash(data: content)), checksum: nil)
        rest = ByteBuffer(bytes: content)
    }

    mutating func next() async throws -> ByteBuffer? {
        defer { rest = nil }
        return rest
    }
}
