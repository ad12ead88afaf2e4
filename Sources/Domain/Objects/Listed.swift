import Foundation

/// A version of an object as listings show it.
package struct ListedObject: Hashable, Sendable {
    package let key: ObjectKey
    package let version: String
    package let isLatest: Bool
    package let isMarker: Bool
    package let bytes: Int64
    /// Without quotation marks.
    package let etag: String
    package let modifiedAt: Date
    package let checksum: ObjectChecksum?

    package init(
        key: ObjectKey,
        version: String,
        isLatest: Bool,
        isMarker: Bool,
        bytes: Int64,
        etag: String,
        modifiedAt: Date,
        checksum: ObjectChecksum?
    ) {
        self.key = key
        self.version = version
        self.isLatest = isLatest
        self.isMarker = isMarker
        self.bytes = bytes
        self.etag = etag
        self.modifiedAt = modifiedAt
        self.checksum = checksum
    }
}

/// A bucket as listings show it.
package struct ListedBucket: Hashable, Sendable {
    package let name: BucketName
    package let region: Region
    package let createdAt: Date

    package init(name: BucketName, region: Region, createdAt: Date) {
        self.name = name
        self.region = region
        self.createdAt = createdAt
    }
}
