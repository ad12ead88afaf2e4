import Blocks
import Domain
import Foundation
import Hexadecimal
import Metadata

/// What an object is put as.
package struct ObjectPut: Sendable {
    package let bucket: String
    package let key: String
    package let attributes: ObjectAttributes
    /// Nil for an object in the open.
    package let encryption: ObjectEncryptionRequest?
    package let condition: WriteCondition?

    package init(
        bucket: String,
        key: String,
        attributes: ObjectAttributes,
        encryption: ObjectEncryptionRequest? = nil,
        condition: WriteCondition? = nil
    ) {
        self.bucket = bucket
        self.key = key
        self.attributes = attributes
        self.encryption = encryption
        self.condition = condition
    }
}

/// What must hold of the object that a write replaces: `If-None-Match: *` and `If-Match: ETAG`.
package enum WriteCondition: Hashable, Sendable {
    case isAbsent
    /// The same, for whoever may replace nothing.
    case isNew
    case isPresent
    /// Without quotation marks.
    case hasTag(String)
}

extension Objects {
    static let putBytesMax: Int64 = 5 << 30

    /// Stores an object; the answer means that it is on the disk. Until then the old one is there.
    package func put(_ put: ObjectPut, _ body: inout some ObjectBody) async throws -> StoredObject {
        try await self.put(put, &body, as: nil, under: nil)
    }

    /// Stores an object of a stream whose length shows at its end, such as an image archive.
    package func put(_ put: ObjectPut, stream: inout some ObjectStream) async throws -> StoredObject {
        try await self.put(put, &stream, bytes: nil, as: nil, under: nil)
    }

    /// - Parameters:
    ///   - source: an object that the bytes are known from, with its tag and checksum.
    ///   - settled: how they are sealed, where that is known and not to be asked of `put`.
    func put(
        _ put: ObjectPut,
        _ body: inout some ObjectBody,
        as source: StoredObject?,
        under settled: ObjectEncryption?
    ) async throws -> StoredObject {
        let bytes = body.bytes
        guard bytes <= Self.putBytesMax else {
            throw Self.tooLarge(bytes, max: Self.putBytesMax)
        }
        return try await self.put(put, &body, bytes: bytes, as: source, under: settled)
    }

    private func put(
        _ put: ObjectPut,
        _ body: inout some ObjectStream,
        bytes: Int64?,
        as source: StoredObject?,
        under settled: ObjectEncryption?
    ) async throws -> StoredObject {
        let bucket = try await Buckets(call).require(put.bucket)
        try await requireWritable(put.attributes.acl, in: bucket)
        let key = try Self.key(put.key)
        // Before the body: nobody sends gigabytes to be told.
        try await check(put.condition, of: key, in: bucket)
        let encryption = if let settled { settled } else { try await encryption(put.encryption, of: key, in: bucket) }
        let seal = try await call.store.seal(encryption?.domain)
        let (store, now) = (call.store, call.now)
        let writer = store.blocks.writer(in: seal, isHandedOver: true)
        // The session lasts until the row is there: no collection takes the bytes before that.
        defer { writer.end() }
        let (segment, identity) = try await self.store(&body, bytes: bytes, with: writer)
        let object = StoredObject(
            bucket: bucket.name,
            key: key,
            version: Self.newVersion(of: key, in: bucket),
            modifiedAt: now,
            segments: [segment].compactMap { $0 },
            etag: source?.etag ?? Hex.encode(identity.md5),
            checksum: source.map(\.checksum) ?? identity.checksum.map(ObjectChecksum.init),
            attributes: put.attributes,
            encryption: encryption
        )
        try await save(object, put.condition)
        return object
    }

    /// The condition of a write into a bucket, by whom the caller is there.
    func condition(_ condition: WriteCondition?, in bucket: BucketName) -> WriteCondition? {
        call.makesOnlyNewObjects(in: bucket) ? .isNew : condition
    }

    /// - Throws: `Fault` `AccessControlListNotSupported`, `AccessDenied` where the bucket does not take the ACL of an object.
    func requireWritable(_ acl: CannedACL?, in bucket: Bucket) async throws {
        guard let acl else { return }
        try await call.store.database.read { try BucketTable($0).settings(of: bucket.name).requireWritable(acl) }
    }

    /// Stores all of a body and compares its hashes. What is left of one that fails is noted, so that a collection looks for it.
    func store(
        _ body: inout some ObjectStream,
        bytes: Int64?,
        with writer: StoreWriter
    ) async throws -> (StoredObject.Segment?, ObjectIdentity) {
        do {
            let segment = try await ObjectWriter(writer: writer).write(&body, bytes: bytes)
            return (segment, try body.identity)
        } catch {
            let (database, now) = (call.store.database, call.now)
            // In a task of its own, because one that is cancelled may not write to the database.
            await Task { try? await database.write { try ReleaseTable($0).insert(root: nil, at: now) } }.value
            throw error
        }
    }

    /// Makes an object the latest version of its key, unless the condition no longer holds.
    func save(_ object: StoredObject, _ condition: WriteCondition?) async throws {
        let (now, condition) = (call.now, self.condition(condition, in: object.bucket))
        try await call.store.database.write { try Self.save(object, condition, at: now, in: $0) }
    }

    static func save(_ object: StoredObject, _ condition: WriteCondition?, at now: Date, in transaction: Transaction) throws {
        // The bucket may be gone by now, and its versioning another.
        guard try BucketTable(transaction).bucket(object.bucket) != nil else { throw Buckets.missing(object.bucket.rawValue) }
        try check(condition, of: object.key, in: object.bucket, transaction)
        try insert(object, at: now, in: transaction)
    }

    static func insert(_ object: StoredObject, at now: Date, in transaction: Transaction) throws {
        let table = ObjectTable(transaction)
        if let old = try table.version(object.version, of: object.key, in: object.bucket) {
            let segments = try table.object(old).segments
            try table.remove(old)
            try release(segments, old.encryption, at: now, in: transaction)
        }
        try table.insert(object)
    }

    func check(_ condition: WriteCondition?, of key: ObjectKey, in bucket: Bucket) async throws {
        guard condition != nil else { return }
        try await call.store.database.read { try Self.check(condition, of: key, in: bucket.name, $0) }
    }

    static func check(_ condition: WriteCondition?, of key: ObjectKey, in bucket: BucketName, _ transaction: Transaction) throws {
        guard condition != nil else { return }
        let current = try ObjectTable(transaction).latest(key, in: bucket).flatMap { $0.isMarker ? nil : $0 }
        switch condition {
        case nil: return
        case .isAbsent where current == nil, .isNew where current == nil: return
        case .isPresent where current != nil: return
        case .hasTag(let tag) where current?.etag == tag: return
        case .isPresent where current == nil, .hasTag where current == nil: throw missing(key, in: bucket)
        case .isAbsent: throw preconditionFailed("If-None-Match")
        case .isNew: throw Buckets.denied
        default: throw preconditionFailed("If-Match")
        }
    }

    private static func preconditionFailed(_ condition: String) -> Fault {
        Fault(
            .objectPreconditionFailed,
            "At least one of the pre-conditions you specified did not hold",
            details: ["Condition": condition]
        )
    }

    /// - Parameter bytes: nil when they have not been counted to their end.
    static func tooLarge(_ bytes: Int64?, max: Int64) -> Fault {
        var details = ["MaxSizeAllowed": String(max)]
        details["ProposedSize"] = bytes.map { String($0) }
        return Fault(.entityTooLarge, "Your proposed upload exceeds the maximum allowed size", details: details)
    }

    /// What is put into a bucket is sealed with a key of its owner's, or under the KMS key that the caller names.
    ///
    /// - Throws: `KeyUnusable` when the KMS key that is asked for cannot be used.
    func encryption(_ request: ObjectEncryptionRequest?, of key: ObjectKey, in bucket: Bucket) async throws -> ObjectEncryption? {
        switch request {
        case nil: return nil
        case .s3: return ObjectEncryption(domain: try await call.domains.s3Domain(of: bucket.owner), key: .s3)
        case .kms(let reference, let hasBucketKey):
            try requireSigned()
            let sealed = SealedObject(bucket: bucket.name, key: key, hasBucketKey: hasBucketKey)
            guard let key = try await call.sealingKey(reference, for: .s3, of: sealed) else { return nil }
            let domain = try await call.domains.domain(for: key, account: call.account)
            return ObjectEncryption(domain: domain, key: .kms(arn: key.arn, hasBucketKey: hasBucketKey))
        }
    }

    /// A KMS key is asked in the name of who calls: nobody has none.
    ///
    /// - Throws: `Fault` `InvalidArgument`, as S3 says it.
    func requireSigned() throws(Fault) {
        guard call.principal.isNobody else { return }
        throw Fault(
            .invalidArgument,
            "Requests specifying Server Side Encryption with AWS KMS managed keys require AWS Signature Version 4.",
            details: ["ArgumentName": "Authorization", "ArgumentValue": "null"]
        )
    }

    static func newVersion(of key: ObjectKey, in bucket: Bucket) -> String {
        bucket.versioning == .enabled ? VersionID.random(of: key, in: bucket.name) : StoredObject.nullVersion
    }

}

extension ObjectChecksum {
    init(_ checksum: ObjectIdentity.Checksum) {
        self.init(algorithm: checksum.algorithm, value: Data(checksum.bytes).base64EncodedString())
    }
}
