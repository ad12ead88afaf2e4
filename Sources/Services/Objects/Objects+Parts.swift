import Blocks
import Crypto
import Domain
import Hexadecimal
import NIOCore

extension Objects {
    /// Stores a stream that may take hours, such as an image archive, as the parts of an upload, up to the transaction that makes the object
    /// of them, which is the caller's.
    ///
    /// Each part has a session of its own and then a row, so that a collection waits for a part and not for the stream. When it fails, or
    /// the process ends, the upload is there still: it is stored into again from the beginning, or aborted.
    package func store<Source: ArchiveSource>(
        _ source: Source,
        into upload: MultipartUpload,
        partBytes: Int64 = 1 << 30,
        condition: WriteCondition? = nil
    ) async throws -> UploadCompletion {
        var rest = StreamPart(source, bytes: partBytes)
        var parts: [(number: Int, etag: String)] = []
        var bytes: Int64 = 0
        repeat {
            let part = try await putPart(parts.count + 1, of: upload, &rest, bytes: nil)
            parts.append((part.number, Hex.encode(part.md5)))
            bytes += part.segment.bytes
            // Told by now, and not when all of it is on the disk.
            guard bytes <= Self.objectBytesMax else {
                throw Self.tooLarge(nil, max: Self.objectBytesMax)
            }
        } while rest.beginNext()
        return try await completion(of: upload, parts: parts, condition: condition) { parts in
            let tag = Hex.encode(Array(Insecure.MD5.hash(data: parts.flatMap(\.md5))))
            return ("\(tag)-\(parts.count)", nil)
        }
    }
}

/// A stretch of a longer stream: as many bytes as a part takes, or those that are left.
private struct StreamPart<Source: ArchiveSource>: ObjectStream {
    private let bytes: Int64
    private var source: Source
    /// What came and belongs to a later part.
    private var ahead = ByteBuffer()
    private var left: Int64
    private var hasEnded = false
    private var md5 = Insecure.MD5()

    init(_ source: Source, bytes: Int64) {
        self.source = source
        self.bytes = bytes
        left = bytes
    }

    var identity: ObjectIdentity { ObjectIdentity(md5: Array(md5.finalize()), checksum: nil) }

    mutating func next() async throws -> ByteBuffer? {
        while left > 0, ahead.readableBytes == 0, !hasEnded {
            if let piece = try await source.next() { ahead = piece } else { hasEnded = true }
        }
        let count = Int(min(left, Int64(ahead.readableBytes)))
        guard count > 0, let piece = ahead.readSlice(length: count) else { return nil }
        left -= Int64(count)
        piece.withUnsafeReadableBytes { md5.update(bufferPointer: $0) }
        return piece
    }

    /// False when the stream has come to its end. One that ends with a part is seen to end by an empty one behind it.
    mutating func beginNext() -> Bool {
        left = bytes
        md5 = Insecure.MD5()
        return !hasEnded
    }
}
