import Domain
import HTTPTypes
import Services
import Wire

struct CompleteMultipartUpload: S3Action {
    static let movesData = true
    static let permissions = [Permission<Self>.onObject("s3:PutObject"), .onComparedObject]

    let request: S3Request

    func run(_ call: S3Call) async throws -> Reply {
        let document = try await call.document(describesObject: true)
        guard !document.isEmpty else { throw S3Error(.invalidRequest, "You must specify at least one part") }
        let named = try CompletedUpload(parsing: document)
        let made = try await completion(of: call, named)
        var reply = Reply.s3("CompleteMultipartUploadResult") { xml in
            xml.element("Location", "/\(call.bucket)/\(call.key)")
            xml.element("Bucket", call.bucket)
            xml.element("Key", call.key)
            xml.element("ETag", "\"\(made.etag)\"")
            xml.checksum(made.checksum)
        }
        reply.setWritten(version: made.version, made.encryption)
        return reply
    }

    /// What the upload becomes, or has become already: clients that lost the answer ask again by themselves.
    private func completion(of call: S3Call, _ named: CompletedUpload) async throws -> EndedUpload.Completion {
        let parts = named.parts.map { (number: $0.number, etag: $0.tag.value) }
        do {
            return try await complete(try await call.upload(), named, parts, call)
        } catch let fault as Fault where fault.code == .conditionalRequestConflict {
            let condition = call.header("if-match") == nil ? "If-None-Match" : "If-Match"
            throw S3Error(.conditionalRequestConflict, details: [.init(.condition, condition), .init(.key, call.key)])
        } catch let fault as Fault where fault.code == .noSuchUpload {
            let id = call.query["uploadId"] ?? ""
            guard let made = try await call.objects.completion(ofEnded: id, of: call.key, in: call.bucket, parts: parts) else {
                throw fault
            }
            return made
        }
    }

    private func complete(
        _ upload: MultipartUpload,
        _ named: CompletedUpload,
        _ parts: [(number: Int, etag: String)],
        _ call: S3Call
    ) async throws -> EndedUpload.Completion {
        let expected = try expectedChecksum(call, upload)
        try checkChecksumType(call, upload)
        let size = call.header("x-amz-mp-object-size")
        return try await call.objects.complete(upload, parts: parts, condition: try call.writeCondition()) { parts in
            try check(named, parts, upload)
            try check(size, parts)
            let checksum = try joined(parts, upload)
            // A composite checksum may come without its number of parts.
            if let expected, expected.bytes != checksum?.bytes || expected.partCount != nil && expected != checksum {
                throw S3Error(.badDigest, "The \(expected.algorithm.rawValue) you specified did not match the calculated checksum.")
            }
            return (
                EntityTag(partMD5s: parts.map(\.md5)).value,
                checksum.map { ObjectChecksum(algorithm: $0.algorithm.rawValue, value: $0.text, type: $0.type.rawValue) }
            )
        }
    }

    /// The type that the client says must be the one that the upload was created with.
    private func checkChecksumType(_ call: S3Call, _ upload: MultipartUpload) throws {
        guard let name = call.header("x-amz-checksum-type"), name != upload.keptType else { return }
        throw S3Error(
            ChecksumType(rawValue: name) == nil ? .invalidRequest : .badDigest,
            "The upload was created using the \(upload.keptType) checksum type, and the complete request names \(name.prefix(32))"
        )
    }

    private func check(_ size: String?, _ parts: [MultipartUpload.Part]) throws {
        guard let size else { return }
        let bytes = parts.reduce(Int64(0)) { $0 + $1.segment.bytes }
        guard Int64(size) == bytes else {
            throw S3Error(
                .invalidRequest,
                "The provided 'x-amz-mp-object-size' header value \(size.prefix(32)) does not match what was computed"
            )
        }
    }

    /// A part is named by its checksum as well where the client says one. An upload without an algorithm keeps S3's own of its parts alone:
    /// others were proven when they came.
    private func check(_ named: CompletedUpload, _ parts: [MultipartUpload.Part], _ upload: MultipartUpload) throws {
        for (listed, part) in zip(named.parts, parts) {
            let counting = listed.checksums.filter { upload.checksumAlgorithm != nil || $0.algorithm.rawValue == upload.keptAlgorithm }
            for checksum in counting where checksum != part.checksumValue(of: upload) {
                throw S3Error(
                    .invalidPart,
                    "One or more of the specified parts could not be found: part \(part.number) has another checksum"
                )
            }
        }
    }

    /// The checksum of the object from those of its parts. A part has none when an earlier Ferry took it: then an upload without an
    /// algorithm makes an object without a checksum.
    private func joined(_ parts: [MultipartUpload.Part], _ upload: MultipartUpload) throws -> ChecksumValue? {
        guard let algorithm = ChecksumAlgorithm(name: upload.keptAlgorithm), let type = ChecksumType(rawValue: upload.keptType),
            var joined = PartChecksums(algorithm, type: type)
        else { return nil }
        for part in parts {
            guard let value = part.checksumValue(of: upload) else {
                guard upload.checksumAlgorithm != nil else { return nil }
                throw S3Error(
                    .invalidRequest,
                    "The upload was created using a \(algorithm.rawValue) checksum. The complete request must include the checksum for each "
                        + "part. It was missing for part \(part.number) in the request."
                )
            }
            guard joined.append(value, length: UInt64(part.segment.bytes)) else { return nil }
        }
        return joined.finish()
    }

    /// What the client says of the whole object.
    private func expectedChecksum(_ call: S3Call, _ upload: MultipartUpload) throws -> ChecksumValue? {
        guard let algorithm = ChecksumAlgorithm.allCases.first(where: { call.header($0.headerName) != nil }),
            let text = call.header(algorithm.headerName)
        else { return nil }
        guard algorithm.rawValue == upload.keptAlgorithm else { throw upload.mismatch(with: algorithm) }
        guard let value = ChecksumValue(algorithm, text: text) else {
            throw S3Error(.invalidRequest, "Value for \(algorithm.headerName) header is invalid.")
        }
        return value
    }
}
