import Domain
import HTTPTypes
import Services
import Wire

/// What a request says of an object that is to be written.
extension S3Call {
    /// What the headers say of an object that is to be made.
    func objectPut() async throws -> ObjectPut {
        ObjectPut(
            bucket: bucket,
            key: key,
            attributes: try attributes(),
            encryption: try await S3Encryption.request(of: self),
            condition: try writeCondition()
        )
    }

    /// Headers that are given back as they came.
    static let keptHeaders = ["cache-control", "content-disposition", "content-encoding", "content-language", "content-type", "expires"]

    private func attributes() throws -> ObjectAttributes {
        if let storage = header("x-amz-storage-class"), storage != "STANDARD" {
            throw S3Error(.notImplemented, "The storage class \(storage.prefix(64)) is not implemented: there is only STANDARD")
        }
        try refuseGrants()
        var headers: [String: String] = [:]
        for name in Self.keptHeaders {
            guard var value = header(name) else { continue }
            if name == "content-encoding" { value = ContentEncoding.ofObject(value) }
            if !value.isEmpty { headers[name] = value }
        }
        let metadata = try UserMetadata.read(request.input.headers)
        let tags = try header("x-amz-tagging").map { try S3Tag.read(header: $0) } ?? []
        return ObjectAttributes(
            headers: headers,
            metadata: Dictionary(uniqueKeysWithValues: metadata.map { ($0.name, $0.value) }),
            tags: Dictionary(uniqueKeysWithValues: tags.map { ($0.key, $0.value) }),
            acl: try header("x-amz-acl").map { try CannedACL(header: $0) }
        )
    }

    func writeCondition() throws -> WriteCondition? {
        switch (header("if-none-match"), header("if-match")) {
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
