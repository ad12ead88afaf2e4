import Domain
import HTTPTypes
import Services
import Wire

extension S3Service {
    /// Copies an object, within the Region or from another one.
    static func copyObject(_ call: S3Call) async throws -> Reply {
        let source = try CopySource(header: call.header("x-amz-copy-source") ?? "")
        let put = try await objectPut(call)
        let directive = call.header("x-amz-metadata-directive") ?? "COPY"
        let tagging = call.header("x-amz-tagging-directive") ?? "COPY"
        guard ["COPY", "REPLACE"].contains(directive), ["COPY", "REPLACE"].contains(tagging) else {
            throw S3Error.invalidArgument("x-amz-metadata-directive", directive, "Unknown metadata directive.")
        }
        let isSame = source.bucket == call.bucket && source.key == call.key && source.versionID == nil
        let isChanged = directive == "REPLACE" || put.encryption != nil || call.header("x-amz-storage-class") != nil
        guard !isSame || isChanged else {
            throw S3Error(
                .invalidRequest,
                "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, "
                    + "storage class, website redirect location or encryption attributes."
            )
        }
        let origin = try await call.objects.copyOrigin(source.key, in: source.bucket, version: source.versionID)
        let found = origin.object
        try copyConditions(call).require(found)
        var attributes = directive == "REPLACE" ? put.attributes : found.attributes
        attributes.tags = tagging == "REPLACE" ? put.attributes.tags : found.attributes.tags
        attributes.acl = put.attributes.acl
        let copy: StoredObject
        if let algorithm = try call.checksumAlgorithm(), found.checksum?.algorithm != algorithm.rawValue {
            var body = try await RehashedBody(origin, algorithm)
            copy = try await call.objects.copy(origin, to: put, attributes: attributes, through: &body)
        } else {
            copy = try await call.objects.copy(origin, to: put, attributes: attributes)
        }
        var reply = Reply.s3("CopyObjectResult") { xml in
            xml.element("LastModified", copy.modifiedAt)
            xml.element("ETag", "\"\(copy.etag)\"")
            xml.checksum(copy.checksum)
        }
        reply.setIdentity(of: copy, inBucketWith: try await call.buckets.require(call.bucket).versioning, showsChecksum: false)
        if found.version != StoredObject.nullVersion { reply.headers[.copySourceVersionID] = found.version }
        return reply
    }

    static func copyConditions(_ call: S3Call) -> ObjectConditions {
        ObjectConditions(prefix: "x-amz-copy-source-", now: call.call.now) { call.header($0) }
    }
}

extension ObjectConditions {
    /// A copy answers 412 for both outcomes.
    func require(_ object: StoredObject) throws {
        let outcome = evaluate(tag: EntityTag(value: object.etag), lastModified: object.modifiedAt)
        guard let cause = cause(of: outcome) else { return }
        throw S3Error(.preconditionFailed, details: [.init(.condition, "x-amz-copy-source-\(cause)")])
    }
}

extension XMLWriter {
    mutating func checksum(_ checksum: ObjectChecksum?) {
        guard let checksum, let algorithm = ChecksumAlgorithm(name: checksum.algorithm) else { return }
        element(algorithm.elementName, checksum.value)
        element("ChecksumType", checksum.type)
    }
}
