import Foundation

/// A version of an object, as its row has it. Its bytes are those of its segments, one behind the other.
package struct StoredObject: Hashable, Sendable {
    /// A run of bytes under one block map; the last block is filled up with zeros.
    package struct Segment: Hashable, Sendable {
        /// The address of the root.
        package let root: [UInt8]
        package let bytes: Int64
        /// Of what came as a part, in the algorithm of the object's; nil when it has none.
        package let checksum: [UInt8]?

        package init(root: [UInt8], bytes: Int64, checksum: [UInt8]? = nil) {
            self.root = root
            self.bytes = bytes
            self.checksum = checksum
        }
    }

    /// The version of an object that was put while its bucket kept none.
    package static let nullVersion = "null"

    package let bucket: BucketName
    package let key: ObjectKey
    package let version: String
    /// A delete marker: a version that says that there is no object.
    package let isMarker: Bool
    package let modifiedAt: Date
    package let segments: [Segment]
    /// Without quotation marks; empty for a marker.
    package let etag: String
    package let checksum: ObjectChecksum?
    package var attributes: ObjectAttributes
    package let encryption: ObjectEncryption?

    package init(
        bucket: BucketName,
        key: ObjectKey,
        version: String = StoredObject.nullVersion,
        isMarker: Bool = false,
        modifiedAt: Date,
        segments: [Segment] = [],
        etag: String = "",
        checksum: ObjectChecksum? = nil,
        attributes: ObjectAttributes = ObjectAttributes(),
        encryption: ObjectEncryption? = nil
    ) {
        self.bucket = bucket
        self.key = key
        self.version = version
        self.isMarker = isMarker
        self.modifiedAt = modifiedAt
        self.segments = segments
        self.etag = etag
        self.checksum = checksum
        self.attributes = attributes
        self.encryption = encryption
    }

    package var bytes: Int64 { segments.reduce(0) { $0 + $1.bytes } }
}

/// A checksum that was sent with an object and proven, or computed when none was sent.
package struct ObjectChecksum: Hashable, Sendable {
    /// As `CRC32`.
    package let algorithm: String
    /// base64; for a composite one with the number of parts behind it, as `AAAAAA==-2`.
    package let value: String
    /// `FULL_OBJECT` or `COMPOSITE`.
    package let type: String

    package init(algorithm: String, value: String, type: String = "FULL_OBJECT") {
        self.algorithm = algorithm
        self.value = value
        self.type = type
    }
}

/// What the client says of an object, given back as it came.
package struct ObjectAttributes: Hashable, Sendable, Codable {
    /// HTTP headers such as `content-type`, in lower case.
    package var headers: [String: String]
    /// `x-amz-meta-…`, without the prefix, in lower case.
    package var metadata: [String: String]
    package var tags: [String: String]
    package var acl: CannedACL?

    package init(headers: [String: String] = [:], metadata: [String: String] = [:], tags: [String: String] = [:], acl: CannedACL? = nil) {
        self.headers = headers
        self.metadata = metadata
        self.tags = tags
        self.acl = acl
    }
}
