import Blocks
import Domain
import Foundation
import Metadata

/// The objects of buckets, on behalf of one caller in one Region.
package struct Objects: Sendable {
    let call: Call

    package init(_ call: Call) { self.call = call }

    /// A version of an object: the latest, or the one that is named.
    ///
    /// - Throws: `Fault` `NoSuchKey`, `NoSuchVersion`; `MarkerFound` for a delete marker.
    package func head(_ key: String, in bucket: String, version: String? = nil) async throws -> StoredObject {
        let bucket = try await Buckets(call).require(bucket)
        let key = try Self.key(key)
        try Self.require(version, in: bucket)
        return try await call.store.database.read { transaction in
            let table = ObjectTable(transaction)
            let row = try Self.present(try table.row(key, version: version, in: bucket.name), key, version: version, in: bucket)
            return try table.object(row)
        }
    }

    /// The latest versions of many keys, in their order; nil where there is none or a delete marker.
    package func latest(_ keys: [ObjectKey], in bucket: String) async throws -> [ObjectRow?] {
        let bucket = try await Buckets(call).require(bucket)
        return try await call.store.database.read { transaction in
            let table = ObjectTable(transaction)
            return try keys.map { key in
                let row = try table.latest(key, in: bucket.name)
                return row?.isMarker == true ? nil : row
            }
        }
    }

    /// Sets or takes back the tags of an object's version.
    package func setTags(_ tags: [String: String], of key: String, in bucket: String, version: String? = nil) async throws -> String {
        let bucket = try await Buckets(call).require(bucket)
        let key = try Self.key(key)
        return try await change(key, in: bucket, version: version) { $0.tags = tags }
    }

    /// Sets the ACL of an object's version.
    ///
    /// - Throws: `Fault` `AccessControlListNotSupported`, `AccessDenied` where the bucket does not take it.
    package func setACL(_ acl: CannedACL, of key: String, in bucket: String, version: String? = nil) async throws -> String {
        let bucket = try await Buckets(call).require(bucket)
        let key = try Self.key(key)
        try await call.store.database.read { try BucketTable($0).settings(of: bucket.name).requireSettable(acl) }
        return try await change(key, in: bucket, version: version) { $0.acl = acl }
    }

    private func change(
        _ key: ObjectKey,
        in bucket: Bucket,
        version: String?,
        _ body: @escaping @Sendable (inout ObjectAttributes) -> Void
    ) async throws -> String {
        try Self.require(version, in: bucket)
        return try await call.store.database.write { transaction in
            let table = ObjectTable(transaction)
            let row = try Self.present(try table.row(key, version: version, in: bucket.name), key, version: version, in: bucket)
            var attributes = try row.attributes
            body(&attributes)
            try table.setAttributes(attributes, of: row)
            return row.version
        }
    }

    static func key(_ text: String) throws -> ObjectKey {
        guard let key = ObjectKey(text) else {
            let details = ["Size": String(text.utf8.count), "MaxSizeAllowed": String(ObjectKey.bytesMax)]
            throw Fault(.keyTooLong, "Your key is too long", details: details)
        }
        return key
    }

    /// Refuses a version of a bucket that keeps none.
    static func require(_ version: String?, in bucket: Bucket) throws {
        guard let version, version != StoredObject.nullVersion, bucket.versioning == .off else { return }
        throw Fault(
            .invalidArgument,
            "Invalid version id specified",
            details: ["ArgumentName": "versionId", "ArgumentValue": String(version.prefix(256))]
        )
    }

    /// The row of an object that is asked for, unless there is none.
    private static func present(_ row: ObjectRow?, _ key: ObjectKey, version: String?, in bucket: Bucket) throws -> ObjectRow {
        guard let row else {
            if let version { throw missingVersion(version, of: key, in: bucket.name) }
            throw missing(key, in: bucket.name)
        }
        guard row.isMarker else { return row }
        throw MarkerFound(key: key, bucket: bucket.name, version: row.version, modifiedAt: row.modifiedAt, isNamed: version != nil)
    }

    package static func missing(_ key: ObjectKey, in bucket: BucketName) -> Fault {
        Fault(.noSuchKey, "The specified key does not exist.", details: ["Key": key.text, "BucketName": bucket.rawValue])
    }

    static func missingVersion(_ version: String, of key: ObjectKey, in bucket: BucketName) -> Fault {
        let details = ["Key": key.text, "VersionId": version, "BucketName": bucket.rawValue]
        return Fault(.noSuchObjectVersion, "The specified version does not exist.", details: details)
    }

    /// What was under an object or a part may be collected.
    static func release(_ segments: [StoredObject.Segment], _ encryption: ObjectEncryption?, at now: Date, in transaction: Transaction)
        throws
    {
        let table = ReleaseTable(transaction)
        for segment in segments { try table.insert(root: segment.root, in: encryption?.domain, at: now) }
    }

    /// Removes an upload that is not to be finished, and releases its parts.
    static func release(_ upload: MultipartUpload, at now: Date, in transaction: Transaction) throws {
        let table = MultipartTable(transaction)
        try release(try table.parts(of: upload.id, limit: .max).map(\.segment), upload.encryption, at: now, in: transaction)
        try table.delete(upload.id)
    }
}

/// The version that was asked for is a delete marker.
package struct MarkerFound: Error, CustomStringConvertible {
    package let key: ObjectKey
    package let bucket: BucketName
    package let version: String
    package let modifiedAt: Date
    /// Whether the marker was asked for by its version.
    package let isNamed: Bool

    /// The same for what is asked of the marker itself.
    package var named: MarkerFound {
        MarkerFound(key: key, bucket: bucket, version: version, modifiedAt: modifiedAt, isNamed: true)
    }

    package var description: String { "the version \(version) is a delete marker" }
}
