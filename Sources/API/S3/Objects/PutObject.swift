import Domain
import HTTPTypes
import Services
import Wire

extension S3Service {
    static func putObject(_ call: S3Call) async throws -> Reply {
        let put = try await objectPut(call)
        var body = try call.body()
        if body.checksumAlgorithm == nil { body.compute(.crc64NVME) }
        let object = try await call.objects.put(put, &body)
        var reply = Reply.empty(.ok)
        reply.headers[.eTag] = "\"\(object.etag)\""
        reply.setWritten(version: object.version, object.encryption)
        reply.setChecksum(of: object)
        return reply
    }

    /// What the headers say of an object that is to be made.
    static func objectPut(_ call: S3Call) async throws -> ObjectPut {
        try await call.requireAllowed(acl: call.header("x-amz-acl"))
        return ObjectPut(
            bucket: call.bucket,
            key: call.key,
            attributes: try attributes(of: call),
            encryption: try await S3Encryption.request(of: call),
            condition: try writeCondition(call)
        )
    }

    /// Headers that are given back as they came.
    static let keptHeaders = ["cache-control", "content-disposition", "content-encoding", "content-language", "content-type", "expires"]

    static func attributes(of call: S3Call) throws -> ObjectAttributes {
        if let storage = call.header("x-amz-storage-class"), storage != "STANDARD" {
            throw S3Error(.notImplemented, "The storage class \(storage.prefix(64)) is not implemented: there is only STANDARD")
        }
        try refuseGrants(call)
        var headers: [String: String] = [:]
        for name in keptHeaders {
            guard var value = call.header(name) else { continue }
            if name == "content-encoding" { value = ContentEncoding.ofObject(value) }
            if !value.isEmpty { headers[name] = value }
        }
        let metadata = try UserMetadata.read(call.input.headers)
        let tags = try call.header("x-amz-tagging").map { try S3Tag.read(header: $0) } ?? []
        return ObjectAttributes(
            headers: headers,
            metadata: Dictionary(uniqueKeysWithValues: metadata.map { ($0.name, $0.value) }),
            tags: Dictionary(uniqueKeysWithValues: tags.map { ($0.key, $0.value) }),
            acl: try call.header("x-amz-acl").map { try CannedACL(header: $0).rawValue }
        )
    }

    static func writeCondition(_ call: S3Call) throws -> WriteCondition? {
        switch (call.header("if-none-match"), call.header("if-match")) {
        case (nil, nil): return nil
        case ("*", nil): return .isAbsent
        case (nil, let tag?): return .hasTag(EntityTag(text: tag).value)
        default: throw S3Error(.notImplemented, "If-None-Match of a write must be *, and If-Match must stand alone")
        }
    }
}

extension Reply {
    /// Version and encryption of an object that was written. One of a bucket whose versioning is suspended has no version to tell of.
    mutating func setWritten(version: String, _ encryption: ObjectEncryption?) {
        if version != StoredObject.nullVersion { headers[.versionID] = version }
        setEncryption(encryption)
    }

    mutating func setChecksum(of object: StoredObject) {
        guard let checksum = object.checksum, let algorithm = ChecksumAlgorithm(name: checksum.algorithm) else { return }
        headers[.named(algorithm.headerName)] = checksum.value
        headers[.checksumType] = checksum.type
    }
}
