import Foundation

/// An object that comes in parts, in any order, each of which may come again.
package struct MultipartUpload: Hashable, Sendable {
    package struct Part: Hashable, Sendable {
        /// 1 to 10,000.
        package let number: Int
        package let segment: StoredObject.Segment
        /// 16 bytes.
        package let md5: [UInt8]
        /// In the algorithm that the upload keeps.
        package let checksum: [UInt8]?
        package let modifiedAt: Date

        package init(number: Int, segment: StoredObject.Segment, md5: [UInt8], checksum: [UInt8]?, modifiedAt: Date) {
            self.number = number
            self.segment = segment
            self.md5 = md5
            self.checksum = checksum
            self.modifiedAt = modifiedAt
        }
    }

    package let id: String
    package let bucket: BucketName
    package let key: ObjectKey
    package let createdAt: Date
    package let attributes: ObjectAttributes
    /// As `CRC32`; nil when the client named none.
    package let checksumAlgorithm: String?
    /// `FULL_OBJECT` or `COMPOSITE`.
    package let checksumType: String?
    package let encryption: ObjectEncryption?
    /// The ARN of who began it; nil where that was not written down.
    package let initiator: String?

    package init(
        id: String,
        bucket: BucketName,
        key: ObjectKey,
        createdAt: Date,
        attributes: ObjectAttributes,
        checksumAlgorithm: String? = nil,
        checksumType: String? = nil,
        encryption: ObjectEncryption? = nil,
        initiator: String? = nil
    ) {
        self.id = id
        self.bucket = bucket
        self.key = key
        self.createdAt = createdAt
        self.attributes = attributes
        self.checksumAlgorithm = checksumAlgorithm
        self.checksumType = checksumType
        self.encryption = encryption
        self.initiator = initiator
    }

    /// The algorithm that each part has a checksum in: S3's own when the client named none.
    package var keptAlgorithm: String { checksumAlgorithm ?? "CRC64NVME" }
    package var keptType: String { checksumType ?? "FULL_OBJECT" }
}
