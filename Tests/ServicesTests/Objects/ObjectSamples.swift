import Blocks
import Domain
import Foundation
import NIOCore
import Services
import TestSupport

/// Bytes that come in pieces, cut anywhere.
struct SampleBody: ObjectBody {
    let bytes: Int64
    var pieces: ArraySlice<ByteBuffer>
    let identity: ObjectIdentity

    /// - Parameter declared: how many are announced, when that is not how many come.
    init(_ content: ByteBuffer, pieceBytes: Int = 100_000, declared: Int64? = nil, md5: UInt8 = 1) {
        var (content, pieces) = (content, [ByteBuffer]())
        bytes = declared ?? Int64(content.readableBytes)
        while let piece = content.readSlice(length: min(pieceBytes, content.readableBytes)), piece.readableBytes > 0 {
            pieces.append(piece)
        }
        self.pieces = pieces[...]
        identity = ObjectIdentity(md5: [UInt8](repeating: md5, count: 16), checksum: nil)
    }

    mutating func next() async throws -> ByteBuffer? { pieces.popFirst() }
}

extension SampleBody {
    /// Content of any length: data, and runs of zeros that fill blocks.
    static func content(_ length: Int, seed: UInt64) -> ByteBuffer {
        var buffer = ByteBuffer()
        var generator = SeededGenerator(seed: seed)
        while buffer.readableBytes < length {
            let room = length - buffer.readableBytes
            if generator.oneIn(3) {
                buffer.writeRepeatingByte(0, count: min(room, BlockSize.bytes + Int.random(in: 0...9_000, using: &generator)))
            } else {
                for _ in 0..<min(room, Int.random(in: 1...200_000, using: &generator)) {
                    buffer.writeInteger(UInt8.random(in: 0...255, using: &generator))
                }
            }
        }
        return buffer
    }
}

extension World {
    func buckets(_ region: Region = World.home, by account: AccountID = World.account) -> Buckets { Buckets(call(region, by: account)) }
    func objects(_ region: Region = World.home, by account: AccountID = World.account) -> Objects { Objects(call(region, by: account)) }

    /// All bytes of an object, or a range of them.
    func read(_ object: StoredObject, _ range: Range<Int64>? = nil) async throws -> ByteBuffer {
        var reader = try await objects().read(object, range: range ?? 0..<object.bytes)
        var bytes = ByteBuffer()
        while var piece = try await reader.next() { bytes.writeBuffer(&piece) }
        return bytes
    }

    @discardableResult
    func put(_ key: String, _ content: ByteBuffer, in bucket: String = "depot", condition: WriteCondition? = nil, kmsKey: String? = nil)
        async throws -> StoredObject
    {
        try await put(key, content, in: bucket, condition: condition, under: kmsKey.map { .kms($0) })
    }

    @discardableResult
    func put(
        _ key: String,
        _ content: ByteBuffer,
        in bucket: String = "depot",
        condition: WriteCondition? = nil,
        under encryption: ObjectEncryptionRequest?
    ) async throws -> StoredObject {
        var body = SampleBody(content)
        let put = ObjectPut(bucket: bucket, key: key, attributes: .init(), encryption: encryption, condition: condition)
        return try await objects().put(put, &body)
    }
}
