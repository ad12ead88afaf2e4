import Foundation

/// A multipart upload that is over. It is remembered for a while, because clients that lost the answer ask again.
package struct EndedUpload: Hashable, Sendable {
    package enum Ending: Hashable, Sendable {
        case aborted
        /// - Parameter parts: a fingerprint of the list that the client gave.
        case completed(Completion, parts: [UInt8])
    }

    /// What the answer told of the object.
    package struct Completion: Hashable, Sendable {
        package let version: String
        package let etag: String
        package let checksum: ObjectChecksum?
        package let encryption: ObjectEncryption?

        package init(version: String, etag: String, checksum: ObjectChecksum?, encryption: ObjectEncryption?) {
            self.version = version
            self.etag = etag
            self.checksum = checksum
            self.encryption = encryption
        }
    }

    /// How long one is remembered.
    package static let lifetime: TimeInterval = 86_400
    /// How many of a Region are remembered: those that ended last.
    package static let countMax = 100_000

    package let id: String
    package let bucket: BucketName
    package let key: ObjectKey
    package let endedAt: Date
    package let ending: Ending

    package init(id: String, bucket: BucketName, key: ObjectKey, endedAt: Date, ending: Ending) {
        self.id = id
        self.bucket = bucket
        self.key = key
        self.endedAt = endedAt
        self.ending = ending
    }
}
