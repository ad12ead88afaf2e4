import Domain
import Foundation
import Metadata
import NIOCore

extension Objects {
    /// Copies an object within the Region. Without another key for its bytes none are moved: both rows have the same block maps.
    ///
    /// - Parameter attributes: those of the copy; nil takes the source's.
    package func copy(
        _ source: (bucket: String, key: String, version: String?),
        to put: ObjectPut,
        attributes: ObjectAttributes?,
        where condition: @escaping @Sendable (StoredObject) throws -> Void
    ) async throws -> StoredObject {
        let found = try await head(source.key, in: source.bucket, version: source.version)
        try condition(found)
        guard found.bytes <= Self.putBytesMax else {
            throw Fault(
                .invalidRequest,
                "The specified copy source is larger than the maximum allowable size for a copy source: \(Self.putBytesMax)"
            )
        }
        let bucket = try await Buckets(call).require(put.bucket)
        let key = try Self.key(put.key)
        let encryption = try await encryption(put.kmsKey)
        guard encryption == nil || encryption == found.encryption else {
            return try await rewrite(found, to: put, attributes ?? found.attributes)
        }
        let (version, now) = (Self.newVersion(in: bucket), call.now)
        return try await call.store.database.write { transaction in
            let table = ObjectTable(transaction)
            guard try BucketTable(transaction).bucket(bucket.name) != nil else { throw Buckets.missing(bucket.name.rawValue) }
            // In one transaction with the look at the source: its maps are referred to all the time.
            guard let row = try table.version(found.version, of: found.key, in: found.bucket), try table.object(row) == found else {
                throw Fault(.objectPreconditionFailed, "The source of the copy changed while it was copied: try again")
            }
            try Self.check(put.condition, try table.latest(key, in: bucket.name))
            let copy = StoredObject(
                bucket: bucket.name,
                key: key,
                version: version,
                modifiedAt: now,
                segments: found.segments,
                etag: found.etag,
                checksum: found.checksum,
                attributes: attributes ?? found.attributes,
                encryption: found.encryption
            )
            try Self.insert(copy, at: now, in: transaction)
            return copy
        }
    }

    /// Stores the bytes anew, under another key.
    private func rewrite(_ source: StoredObject, to put: ObjectPut, _ attributes: ObjectAttributes) async throws -> StoredObject {
        var body = RereadBody(bytes: source.bytes, reader: try await read(source, range: 0..<source.bytes))
        let target = ObjectPut(bucket: put.bucket, key: put.key, attributes: attributes, kmsKey: put.kmsKey, condition: put.condition)
        return try await self.put(target, &body, as: source)
    }
}

/// Bytes that are read here and stored again: what they are stands in the row of their source.
private struct RereadBody: ObjectBody {
    let bytes: Int64
    var reader: ObjectReader
    let identity = ObjectIdentity(md5: [], checksum: nil)

    mutating func next() async throws -> ByteBuffer? { try await reader.next() }
}
