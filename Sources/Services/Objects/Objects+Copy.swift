import Domain
import Foundation
import Metadata
import NIOCore

extension Objects {
    /// What a copy is made of, in whichever Region its bucket is.
    package struct CopyOrigin: Sendable {
        package let object: StoredObject
        fileprivate let objects: Objects
        fileprivate let region: Region
        /// Whose the bucket is.
        fileprivate let owner: AccountID

        /// Reads a range of the bytes.
        package func read(_ range: Range<Int64>) async throws -> ObjectReader { try await objects.read(object, range: range) }

        /// A part is kept as its upload is: what is sealed is refused where that would open it.
        package func requireSealing(in upload: MultipartUpload) throws {
            guard object.encryption == nil || upload.encryption != nil else {
                throw Fault(
                    .invalidRequest,
                    "The source of the part, \(object.key), is encrypted and the upload is not: create the upload with server-side encryption"
                )
            }
        }
    }

    package func copyOrigin(_ key: String, in bucket: String, version: String?) async throws -> CopyOrigin {
        do {
            return try await origin(key, in: bucket, version: version)
        } catch let elsewhere as BucketElsewhere {
            guard let store = call.deployment.regions[elsewhere.region] else { throw elsewhere }
            return try await Objects(call.at(store)).origin(key, in: bucket, version: version)
        }
    }

    /// The tags that an object has, in whichever Region it is and whoever may see them: so that a copy that takes them along is decided on by them.
    /// None where there is no object.
    package func keptTags(of key: String, in bucket: String, version: String?) async throws -> [String: String] {
        guard let name = BucketName(rawValue: bucket), let key = ObjectKey(key), let place = try await Buckets(call).found(name)?.place
        else { return [:] }
        return try await place.store.database.read { try ObjectTable($0).row(key, version: version, in: name)?.attributes.tags ?? [:] }
    }

    private func origin(_ key: String, in name: String, version: String?) async throws -> CopyOrigin {
        let owner = try await Buckets(call).require(name).owner
        return CopyOrigin(object: try await head(key, in: name, version: version), objects: self, region: call.region, owner: owner)
    }

    /// Copies an object. Within the Region and under the same key no bytes are moved: both rows have the same block maps. Otherwise they
    /// are read and stored anew, as far as the Region has not got them.
    package func copy(_ origin: CopyOrigin, to put: ObjectPut, attributes: ObjectAttributes) async throws -> StoredObject {
        let found = origin.object
        guard found.bytes <= Self.putBytesMax else {
            throw Fault(
                .invalidRequest,
                "The specified copy source is larger than the maximum allowable size for a copy source: \(Self.putBytesMax)"
            )
        }
        let bucket = try await Buckets(call).require(put.bucket)
        try await requireWritable(attributes.acl, in: bucket)
        let key = try Self.key(put.key)
        let encryption = try await encryption(of: origin, asked: put.encryption, as: key, in: bucket)
        guard origin.region == call.region, encryption?.domain == found.encryption?.domain else {
            // What the bytes are stands in the row of their source.
            var body = RereadBody(bytes: found.bytes, reader: try await origin.read(0..<found.bytes))
            return try await rewrite(&body, as: found, to: put, attributes, under: encryption)
        }
        // No byte passes through the seal, but whoever copies must be able to read: the key is asked all the same.
        _ = try await origin.read(0..<0)
        let (version, now) = (Self.newVersion(of: key, in: bucket), call.now)
        let condition = self.condition(put.condition, in: bucket.name)
        return try await call.store.database.write { transaction in
            let table = ObjectTable(transaction)
            guard try BucketTable(transaction).bucket(bucket.name) != nil else { throw Buckets.missing(bucket.name.rawValue) }
            // In one transaction with the look at the source: its maps are referred to all the time.
            guard let row = try table.version(found.version, of: found.key, in: found.bucket), try table.object(row) == found else {
                throw Fault(.objectPreconditionFailed, "The source of the copy changed while it was copied: try again")
            }
            try Self.check(condition, of: key, in: bucket.name, transaction)
            let copy = StoredObject(
                bucket: bucket.name,
                key: key,
                version: version,
                modifiedAt: now,
                segments: found.segments,
                etag: found.etag,
                checksum: found.checksum,
                attributes: attributes,
                encryption: encryption
            )
            try Self.insert(copy, at: now, in: transaction)
            return copy
        }
    }

    /// Copies an object by bytes that are read and hashed again.
    package func copy(
        _ origin: CopyOrigin,
        to put: ObjectPut,
        attributes: ObjectAttributes,
        through body: inout some ObjectBody
    ) async throws -> StoredObject {
        let bucket = try await Buckets(call).require(put.bucket)
        let encryption = try await encryption(of: origin, asked: put.encryption, as: try Self.key(put.key), in: bucket)
        return try await rewrite(&body, as: nil, to: put, attributes, under: encryption)
    }

    /// How a copy is kept: as it is asked for; otherwise as its source is, so that nothing that is sealed becomes open.
    private func encryption(
        of origin: CopyOrigin,
        asked request: ObjectEncryptionRequest?,
        as key: ObjectKey,
        in bucket: Bucket
    ) async throws -> ObjectEncryption? {
        if let request { return try await encryption(request, of: key, in: bucket) }
        guard let sealed = origin.object.encryption, origin.region != call.region || origin.owner != bucket.owner else {
            return origin.object.encryption
        }
        switch sealed.key {
        case .s3: return try await encryption(.s3, of: key, in: bucket)
        case .kms:
            throw Fault(
                .invalidRequest,
                "The source is encrypted under a KMS key of \(origin.owner) in \(origin.region): name a key in \(call.region) for the copy"
            )
        }
    }

    /// Stores the bytes anew: under another key, in another Region, or with another checksum.
    private func rewrite(
        _ body: inout some ObjectBody,
        as source: StoredObject?,
        to put: ObjectPut,
        _ attributes: ObjectAttributes,
        under encryption: ObjectEncryption?
    ) async throws -> StoredObject {
        let target = ObjectPut(bucket: put.bucket, key: put.key, attributes: attributes, condition: put.condition)
        return try await self.put(target, &body, as: source, under: encryption)
    }
}

/// Bytes that are read here and stored again: what they are stands in the row of their source.
private struct RereadBody: ObjectBody {
    let bytes: Int64
    var reader: ObjectReader
    let identity = ObjectIdentity(md5: [], checksum: nil)

    mutating func next() async throws -> ByteBuffer? { try await reader.next() }
}
