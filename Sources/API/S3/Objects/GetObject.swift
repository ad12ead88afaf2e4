import Connections
import Domain
import HTTPTypes
import NIOCore
import Services
import Wire

/// The bytes of an object.
struct GetObject: S3Action {
    static let permissions = Permission<Self>.onObject("s3:GetObject", version: "s3:GetObjectVersion")

    let request: S3Request

    func run(_ call: S3Call) async throws -> Reply { try await call.object(isHead: false) }
}

/// The headers of GetObject without the bytes.
struct HeadObject: S3Action {
    static let permissions = Permission<Self>.onObject("s3:GetObject", version: "s3:GetObjectVersion")

    let request: S3Request

    func run(_ call: S3Call) async throws -> Reply { try await call.object(isHead: true) }
}

extension S3Call {
    fileprivate func object(isHead: Bool) async throws -> Reply {
        try requireSigner(ofOverrides: Self.keptHeaders)
        let object = try await objects.head(key, in: bucket, version: versionID)
        var reply = described(object)
        let conditions = self.conditions
        let outcome = conditions.evaluate(tag: EntityTag(value: object.etag), lastModified: object.modifiedAt)
        switch outcome {
        case .proceed: break
        case .notModified:
            reply.status = .notModified
            return reply
        case .preconditionFailed: throw S3Error(.preconditionFailed, details: [.init(.condition, conditions.cause(of: outcome) ?? "")])
        }
        let part = try self.part(of: object)
        let range = try part?.range ?? self.range(of: object)
        if let range, object.bytes > 0 {
            reply.status = .partialContent
            // A part without bytes has no place that the header could tell.
            if !range.isEmpty { reply.headers[.contentRange] = ByteRange.contentRange(range, of: object.bytes) }
        }
        if header("x-amz-checksum-mode")?.uppercased() == "ENABLED" {
            if let part {
                reply.setChecksum(of: part, type: object.checksum?.type)
            } else if range == nil {
                reply.setChecksum(of: object)
            }
        }
        reply.headers[.contentLength] = String(range.map { Int64($0.count) } ?? object.bytes)
        // Before the answer begins: a key that cannot be used must be an error, not half an answer.
        let reader = try await objects.read(object, range: range ?? 0..<object.bytes)
        if isHead { return reply }
        // And so must be a map or a first block that cannot be read.
        var parts = ObjectParts(reader: reader, answer: request.answers.open())
        if try await parts.prepare() { reply.parts = parts }
        return reply
    }

    /// The part that `partNumber` asks for.
    private func part(of object: StoredObject) throws -> StoredObject.Part? {
        guard let number = try query.partNumber() else { return nil }
        guard header("range") == nil else {
            throw S3Error(.invalidRequest, "Cannot specify both Range header and partNumber query parameter")
        }
        let parts = object.parts
        guard number <= parts.count else {
            throw S3Error(
                .invalidPartNumber,
                details: [.init(.partNumberRequested, String(number)), .init(.actualPartCount, String(parts.count))]
            )
        }
        return parts[number - 1]
    }

    /// The bytes that `Range` asks for; nil for the whole.
    private func range(of object: StoredObject) throws -> Range<Int64>? {
        guard let header = header("range"), let asked = ByteRange(header: header) else { return nil }
        guard let range = asked.resolve(length: object.bytes) else {
            throw S3Error(
                .invalidRange,
                details: [.init(.rangeRequested, header), .init(.actualObjectSize, String(object.bytes))]
            )
        }
        return range
    }

    private func described(_ object: StoredObject) -> Reply {
        var reply = Reply.empty(.ok)
        for (name, value) in object.attributes.headers { reply.headers[.named(name)] = value }
        for (name, value) in object.attributes.metadata {
            guard let field = HTTPField.Name(UserMetadata.prefix + name) else { continue }
            reply.headers[field] = value
        }
        if reply.headers[.contentType] == nil { reply.headers[.contentType] = "binary/octet-stream" }
        for name in Self.keptHeaders {
            if let override = query["response-\(name)"] { reply.headers[.named(name)] = override }
        }
        reply.headers[.eTag] = "\"\(object.etag)\""
        reply.headers[.lastModified] = Timestamp.http(object.modifiedAt)
        reply.headers[.acceptRanges] = "bytes"
        if !object.attributes.tags.isEmpty { reply.headers[.taggingCount] = String(object.attributes.tags.count) }
        if query["partNumber"] != nil, object.isMultipart { reply.headers[.partsCount] = String(object.parts.count) }
        if keepsVersions { reply.headers[.versionID] = object.version }
        reply.setEncryption(object.encryption)
        return reply
    }
}

extension Reply {
    /// A part's own checksum; its type is that of the object, as the checksum of the whole is made.
    fileprivate mutating func setChecksum(of part: StoredObject.Part, type: String?) {
        guard let value = part.checksum else { return }
        headers[.named(value.algorithm.headerName)] = value.text
        headers[.checksumType] = type
    }
}

/// The bytes of an object, read as the client takes them: what was read of a block and not taken is read again when others need the room.
private struct ObjectParts: ReplyParts {
    var reader: ObjectReader
    let answer: AnswerBudget.Answer
    var waitsForRoom: Bool { answer.isAmongMany }

    /// - Returns: whether there are bytes.
    mutating func prepare() async throws -> Bool {
        guard let bytes = try await reader.here() else { return false }
        answer.keep(bytes)
        return true
    }

    mutating func next() async throws -> ByteBuffer? {
        var piece = answer.next()
        while piece == nil {
            guard try await prepare() else { return nil }
            piece = answer.next()
        }
        reader.pass(piece?.readableBytes ?? 0)
        return piece
    }
}
