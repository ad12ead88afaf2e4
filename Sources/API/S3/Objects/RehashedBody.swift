import Domain
import NIOCore
import Services
import Wire

/// The bytes of an object that is copied under a checksum of another algorithm: they are read and hashed as those that a client sends.
struct RehashedBody: ObjectBody {
    let bytes: Int64
    private var reader: ObjectReader
    private var md5 = MD5Digest()
    private var checksum: Checksum

    init(_ origin: Objects.CopyOrigin, _ algorithm: ChecksumAlgorithm) async throws {
        bytes = origin.object.bytes
        reader = try await origin.read(0..<bytes)
        checksum = Checksum(algorithm)
    }

    mutating func next() async throws -> ByteBuffer? {
        guard let piece = try await reader.next() else { return nil }
        md5.update(piece.readableBytesSpan)
        checksum.update(piece.readableBytesSpan)
        return piece
    }

    var identity: ObjectIdentity {
        ObjectIdentity(
            md5: md5.finish(),
            checksum: .init(algorithm: checksum.algorithm.rawValue, bytes: checksum.finish().bytes)
        )
    }
}
