import Blocks
import Domain
import Foundation
import Hexadecimal
import Metadata

extension Objects {
    static let partsMax = 10_000
    static let partBytesMin: Int64 = 5 << 20
    static let objectBytesMax: Int64 = 5 << 40

    /// Begins an object that comes in parts.
    ///
    /// - Parameter id: 48 hexadecimal digits that no other upload has; nil for random ones.
    package func createUpload(
        _ put: ObjectPut,
        checksumAlgorithm: String? = nil,
        checksumType: String? = nil,
        id: String? = nil
    ) async throws -> MultipartUpload {
        let bucket = try await Buckets(call).require(put.bucket)
        try await requireWritable(put.attributes.acl, in: bucket)
        let key = try Self.key(put.key)
        let upload = MultipartUpload(
            id: id ?? Hex.encode((0..<24).map { _ in UInt8.random(in: .min ... .max) }),
            bucket: bucket.name,
            key: key,
            createdAt: call.now,
            attributes: put.attributes,
            checksumAlgorithm: checksumAlgorithm,
            checksumType: checksumType,
            encryption: try await encryption(put.encryption, of: key, in: bucket),
            initiator: call.principal.arn(in: call.region.partition)
        )
        try await call.store.database.write { try MultipartTable($0).insert(upload) }
        return upload
    }

    /// The upload of this key.
    ///
    /// - Throws: `Fault` `NoSuchUpload`.
    package func upload(_ id: String, of key: String, in bucket: String) async throws -> MultipartUpload {
        let bucket = try await Buckets(call).require(bucket)
        let upload = try await call.store.database.read { try MultipartTable($0).upload(id) }
        guard let upload, upload.bucket == bucket.name, upload.key == ObjectKey(key) else { throw Self.missingUpload(id) }
        return upload
    }

    static func missingUpload(_ id: String) -> Fault {
        Fault(
            .noSuchUpload,
            "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed."
        )
    }

    /// Stores a part; one of the same number is replaced. The answer means that it is on the disk.
    package func putPart(_ number: Int, of upload: MultipartUpload, _ body: inout some ObjectBody) async throws -> MultipartUpload.Part {
        let bytes = body.bytes
        return try await putPart(number, of: upload, &body, bytes: bytes)
    }

    /// - Parameter bytes: how many there are; nil when that shows at the end.
    func putPart(
        _ number: Int,
        of upload: MultipartUpload,
        _ body: inout some ObjectStream,
        bytes: Int64?
    ) async throws -> MultipartUpload.Part {
        guard (1...Self.partsMax).contains(number) else {
            throw Fault(.invalidArgument, "Part number must be an integer between 1 and \(Self.partsMax), inclusive")
        }
        if let bytes, bytes > Self.putBytesMax {
            throw Self.tooLarge(bytes, max: Self.putBytesMax)
        }
        try await requireKey(of: upload, for: "GenerateDataKey")
        let (store, now) = (call.store, call.now)
        let writer = store.blocks.writer(in: try await store.seal(upload.encryption?.domain), isHandedOver: true)
        defer { writer.end() }
        let (segment, identity) = try await self.store(&body, bytes: bytes, with: writer)
        let part = MultipartUpload.Part(
            number: number,
            segment: segment ?? .init(root: [], bytes: 0),
            md5: identity.md5,
            checksum: identity.checksum.flatMap { $0.algorithm == upload.keptAlgorithm ? $0.bytes : nil },
            modifiedAt: now
        )
        try await store.database.write { transaction in
            let table = MultipartTable(transaction)
            guard try table.upload(upload.id) != nil else { throw Self.missingUpload(upload.id) }
            if let old = try table.put(part, of: upload.id), !old.isEmpty {
                try ReleaseTable(transaction).insert(root: old, in: upload.encryption?.domain, at: now)
            }
        }
        return part
    }

    /// Whoever brings a part, or makes the object of them, must be let in by the key itself, whoever has begun the upload.
    private func requireKey(of upload: MultipartUpload, for operation: String) async throws {
        guard case .kms(let arn, let hasBucketKey) = upload.encryption?.key else { return }
        try requireSigned()
        let sealed = SealedObject(bucket: upload.bucket, key: upload.key, hasBucketKey: hasBucketKey)
        try await call.requireKey(arn, for: [operation], via: .s3, in: .object(sealed))
    }

    package func parts(of upload: MultipartUpload, after number: Int, limit: Int) async throws -> [MultipartUpload.Part] {
        try await call.store.database.read { try MultipartTable($0).parts(of: upload.id, after: number, limit: limit) }
    }

    package func abort(_ upload: MultipartUpload) async throws {
        let now = call.now
        try await call.store.database.write { transaction in
            guard try MultipartTable(transaction).upload(upload.id) != nil else { throw Self.missingUpload(upload.id) }
            try Self.abort(upload, at: now, in: transaction)
        }
    }

    /// Removes an upload that is there.
    static func abort(_ upload: MultipartUpload, at now: Date, in transaction: Transaction) throws {
        try release(upload, at: now, in: transaction)
        try EndedUploadTable(transaction).insert(EndedUpload(upload, at: now, .aborted))
    }

    /// Makes the object of the parts that are named, in their order: rows move, no bytes do.
    ///
    /// - Parameters:
    ///   - chosen: ascending numbers and, without quotation marks, the tags that the client was told.
    ///   - seal: the object's tag and checksum from its parts; may refuse them.
    package func complete(
        _ upload: MultipartUpload,
        parts chosen: [(number: Int, etag: String)],
        condition: WriteCondition?,
        seal: @Sendable ([MultipartUpload.Part]) throws -> (etag: String, checksum: ObjectChecksum?)
    ) async throws -> EndedUpload.Completion {
        try await requireKey(of: upload, for: "Decrypt")
        let completion = try await completion(of: upload, parts: chosen, condition: condition, seal: seal)
        let (object, now) = (completion.object, call.now)
        let made = EndedUpload.Completion(
            version: object.version,
            etag: object.etag,
            checksum: object.checksum,
            encryption: object.encryption
        )
        let ended = EndedUpload(upload, at: now, .completed(made, parts: EndedUpload.fingerprint(of: chosen)))
        try await call.store.database.write { transaction in
            let isContested = try MultipartTable(transaction).isContested(upload.id)
            try completion.commit(in: transaction, at: now)
            // The condition holds, but perhaps of another object than the one that the client has seen.
            if condition != nil, isContested {
                throw Fault(
                    .conditionalRequestConflict,
                    "The conditional request cannot succeed due to a conflicting operation against this resource."
                )
            }
            try EndedUploadTable(transaction).insert(ended)
        }
        return made
    }

    /// The same up to the transaction, which is the caller's.
    func completion(
        of upload: MultipartUpload,
        parts chosen: [(number: Int, etag: String)],
        condition: WriteCondition?,
        seal: @Sendable ([MultipartUpload.Part]) throws -> (etag: String, checksum: ObjectChecksum?)
    ) async throws -> UploadCompletion {
        guard zip(chosen, chosen.dropFirst()).allSatisfy({ $0.number < $1.number }) else {
            throw Fault(
                .invalidPartOrder,
                "The list of parts was not in ascending order. Parts must be ordered by part number."
            )
        }
        let bucket = try await Buckets(call).require(upload.bucket.rawValue)
        let all = try await call.store.database.read { transaction in
            let multipart = MultipartTable(transaction)
            guard try multipart.upload(upload.id) != nil else { throw Self.missingUpload(upload.id) }
            return try multipart.parts(of: upload.id, limit: .max)
        }
        let known = Dictionary(uniqueKeysWithValues: all.map { ($0.number, $0) })
        let parts = try chosen.map { choice in
            guard let part = known[choice.number], Hex.encode(part.md5) == choice.etag.lowercased() else {
                let details = ["UploadId": upload.id, "PartNumber": String(choice.number), "ETag": choice.etag]
                throw Fault(.invalidPart, "Part \(choice.number) was not uploaded, or with another tag", details: details)
            }
            return part
        }
        if let small = parts.dropLast().first(where: { $0.segment.bytes < Self.partBytesMin }) {
            throw Fault(
                .entityTooSmall,
                "Your proposed upload is smaller than the minimum allowed size",
                details: [
                    "ProposedSize": String(small.segment.bytes), "MinSizeAllowed": String(Self.partBytesMin),
                    "PartNumber": String(small.number), "ETag": Hex.encode(small.md5),
                ]
            )
        }
        let bytes = parts.reduce(Int64(0)) { $0 + $1.segment.bytes }
        guard bytes <= Self.objectBytesMax else {
            throw Self.tooLarge(bytes, max: Self.objectBytesMax)
        }
        let identity = try seal(parts)
        let object = StoredObject(
            bucket: bucket.name,
            key: upload.key,
            version: Self.newVersion(of: upload.key, in: bucket),
            modifiedAt: call.now,
            segments: parts.filter { $0.segment.bytes > 0 }.map {
                .init(root: $0.segment.root, bytes: $0.segment.bytes, checksum: $0.checksum)
            },
            etag: identity.etag,
            checksum: identity.checksum,
            attributes: upload.attributes,
            encryption: upload.encryption
        )
        let kept = Set(parts.map(\.segment.root))
        let left = all.map(\.segment).filter { !kept.contains($0.root) && $0.bytes > 0 }
        let condition = self.condition(condition, in: bucket.name)
        return UploadCompletion(object: object, condition: condition, upload: upload, parts: all, left: left)
    }
}
