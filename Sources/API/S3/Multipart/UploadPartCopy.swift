import Crypto
import Domain
import HTTPTypes
import NIOCore
import Services
import Wire

/// A part made of another object's bytes, read and stored again: a part begins where no block begins.
struct UploadPartCopy: S3Action {
    static let movesData = true
    static let permissions: [Permission<Self>] = Permission.onCopySource + [.onObject("s3:PutObject")]

    let request: S3Request

    func run(_ call: S3Call) async throws -> Reply {
        let upload = try await call.upload()
        guard let number = try call.query.partNumber() else { throw S3Error.invalidArgument("partNumber", "", "A part needs its number") }
        let source = try copySource
        let origin = try await call.copyOrigin(source)
        let object = origin.object
        try origin.requireSealing(in: upload)
        try call.copyConditions.require(object)
        let range =
            try call.header("x-amz-copy-source-range").map { try ByteRange.copySource($0, length: object.bytes) } ?? 0..<object.bytes
        let algorithm = ChecksumAlgorithm(name: upload.keptAlgorithm)
        var body = CopiedBytes(
            bytes: Int64(range.count),
            reader: try await origin.read(range),
            checksum: algorithm.map(Checksum.init)
        )
        let part = try await call.objects.putPart(number, of: upload, &body)
        var reply = Reply.s3("CopyPartResult") { xml in
            xml.time("LastModified", part.modifiedAt)
            xml.element("ETag", EntityTag(md5: part.md5).quoted)
            if let value = part.shownChecksum(of: upload) { xml.element(value.algorithm.elementName, value.text) }
        }
        reply.setEncryption(upload.encryption)
        return reply
    }
}

/// Bytes of an object that are here, hashed on their way into a part.
private struct CopiedBytes: ObjectBody {
    let bytes: Int64
    var reader: ObjectReader
    var checksum: Checksum?
    private var md5 = MD5Digest()

    init(bytes: Int64, reader: ObjectReader, checksum: Checksum?) {
        self.bytes = bytes
        self.reader = reader
        self.checksum = checksum
    }

    mutating func next() async throws -> ByteBuffer? {
        guard let piece = try await reader.next() else { return nil }
        md5.update(piece.readableBytesSpan)
        checksum?.update(piece.readableBytesSpan)
        return piece
    }

    var identity: ObjectIdentity {
        ObjectIdentity(
            md5: md5.finish(),
            checksum: checksum.map { .init(algorithm: $0.algorithm.rawValue, bytes: $0.finish().bytes) }
        )
    }
}
