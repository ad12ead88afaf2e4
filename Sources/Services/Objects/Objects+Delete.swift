import Domain
import Foundation
import Metadata

/// What a deletion did.
package struct ObjectDeletion: Hashable, Sendable {
    /// The version that was removed, or that of the marker that was made.
    package let version: String?
    /// Whether that is a marker.
    package let isMarker: Bool
}

extension Objects {
    /// Deletes an object, or one version of it for good. That there is none is no error, nor that there is the version no longer.
    ///
    /// Without a version, a bucket that keeps versions gets a marker.
    ///
    /// - Parameter condition: must hold of the latest version, in the same transaction.
    /// - Throws: `Fault` `NoSuchVersion` for a version that there never was; `InvalidArgument` in a bucket that keeps none.
    package func delete(
        _ key: String,
        in bucket: String,
        version: String? = nil,
        condition: WriteCondition? = nil
    ) async throws -> ObjectDeletion {
        let bucket = try await Buckets(call).require(bucket)
        let key = try Self.key(key)
        try Self.require(version, in: bucket)
        let now = call.now
        return try await call.store.database.write { transaction in
            try Self.check(condition, of: key, in: bucket.name, transaction)
            return try Self.delete(key, in: bucket, version: version, at: now, transaction)
        }
    }

    private static func delete(_ key: ObjectKey, in bucket: Bucket, version: String?, at now: Date, _ transaction: Transaction) throws
        -> ObjectDeletion
    {
        let table = ObjectTable(transaction)
        let doomed = version ?? (bucket.versioning == .enabled ? nil : StoredObject.nullVersion)
        if let doomed, let row = try table.version(doomed, of: key, in: bucket.name) {
            let segments = try table.object(row).segments
            try table.remove(row)
            try release(segments, row.encryption, at: now, in: transaction)
            if version != nil || bucket.versioning == .off { return ObjectDeletion(version: version, isMarker: row.isMarker) }
        } else if let version, version != StoredObject.nullVersion, !VersionID.isGiven(version, of: key, in: bucket.name) {
            throw missingVersion(version, of: key, in: bucket.name)
        }
        guard version == nil, bucket.versioning != .off else { return ObjectDeletion(version: version, isMarker: false) }
        let marker = StoredObject(bucket: bucket.name, key: key, version: newVersion(of: key, in: bucket), isMarker: true, modifiedAt: now)
        try table.insert(marker)
        return ObjectDeletion(version: marker.version, isMarker: true)
    }
}
