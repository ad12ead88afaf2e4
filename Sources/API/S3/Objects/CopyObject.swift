import Domain
import HTTPTypes
import Services
import Wire

/// Copies an object, within the Region or from another one.
struct CopyObject: S3Action {
    static let movesData = true
    static let permissions: [Permission<Self>] =
        Permission.onCopySource + [
            .onObject("s3:PutObject"), .onObject("s3:PutObjectAcl", ifSent: "x-amz-acl"),
            copied("s3:GetObjectTagging") { source, call in source.versionID == nil ? source.resource(in: call) : nil },
            copied("s3:GetObjectVersionTagging") { source, call in source.versionID == nil ? nil : source.resource(in: call) },
            Permission("s3:PutObjectTagging") { action, call in
                let carried = try await action.copiedTags(in: call)
                guard action.request.header("x-amz-tagging") != nil || !carried.isEmpty else { return [] }
                return [call.object(action.request.key, in: action.request.bucket)]
            }.adding { action, call in
                var facts: ConditionFacts = [:]
                for (key, value) in try await action.copiedTags(in: call) { facts.addObjectTag(S3Tag(key: key, value: value)) }
                return facts
            },
        ]

    /// What is needed only where the source has tags, which the copy takes along.
    private static func copied(
        _ name: String,
        _ resource: @escaping @Sendable (CopySource, Call) -> PolicyResource?
    ) -> Permission<Self> {
        Permission(name) { action, call in
            guard try await !action.copiedTags(in: call).isEmpty else { return [] }
            return try [resource(action.copySource, call)].compactMap { $0 }
        }
    }

    let request: S3Request

    /// The tags of the source, unless the request replaces them. Whoever may not see them may not have them copied.
    private func copiedTags(in call: Call) async throws -> [String: String] {
        guard request.header("x-amz-tagging-directive") ?? "COPY" == "COPY" else { return [:] }
        let source = try copySource
        return try await Objects(call).keptTags(of: source.key, in: source.bucket, version: source.versionID)
    }

    func run(_ call: S3Call) async throws -> Reply {
        let source = try copySource
        let put = try await call.objectPut()
        let directive = call.header("x-amz-metadata-directive") ?? "COPY"
        let tagging = call.header("x-amz-tagging-directive") ?? "COPY"
        guard ["COPY", "REPLACE"].contains(directive), ["COPY", "REPLACE"].contains(tagging) else {
            throw S3Error.invalidArgument("x-amz-metadata-directive", directive, "Unknown metadata directive.")
        }
        let origin = try await call.copyOrigin(source)
        let found = origin.object
        let isSame = source.bucket == call.bucket && source.key == call.key && source.versionID == nil
        let isChanged =
            directive == "REPLACE" || S3Encryption.isAsked(by: call) || found.isRekeyed(by: put.encryption)
            || call.header("x-amz-storage-class") != nil
        guard !isSame || isChanged else {
            throw S3Error(
                .invalidRequest,
                "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, "
                    + "storage class, website redirect location or encryption attributes."
            )
        }
        try call.copyConditions.require(found)
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
            xml.time("LastModified", copy.modifiedAt)
            xml.element("ETag", "\"\(copy.etag)\"")
            xml.checksum(copy.checksum)
        }
        reply.setWritten(version: copy.version, copy.encryption)
        if found.version != StoredObject.nullVersion { reply.headers[.copySourceVersionID] = found.version }
        return reply
    }
}

extension CopySource {
    fileprivate func resource(in call: Call) -> PolicyResource { call.object(key, in: bucket, version: versionID) }
}

extension S3Call {
    /// The source of a copy; a marker is none.
    func copyOrigin(_ source: CopySource) async throws -> Objects.CopyOrigin {
        do {
            return try await objects.copyOrigin(source.key, in: source.bucket, version: source.versionID)
        } catch let marker as MarkerFound {
            guard marker.isNamed else { throw Objects.missing(marker.key, in: marker.bucket) }
            throw S3Error(.invalidRequest, "The source of a copy request may not specifically refer to a delete marker by version id.")
        }
    }

    var copyConditions: ObjectConditions {
        ObjectConditions(prefix: "x-amz-copy-source-", now: call.now) { header($0) }
    }
}

extension StoredObject {
    /// Whether a copy without a word of its own would be kept otherwise. A bucket whose default is a KMS key gives it to each copy anew.
    fileprivate func isRekeyed(by standard: ObjectEncryptionRequest?) -> Bool {
        switch standard {
        case nil: false
        case .s3: encryption?.key != .s3
        case .kms: true
        }
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
