import Foundation

/// A bucket of a Region.
package struct Bucket: Hashable, Sendable {
    /// Whether the objects of a bucket keep their versions.
    package enum Versioning: String, Sendable {
        case off
        case enabled
        case suspended
    }

    package let name: BucketName
    package let owner: AccountID
    package let createdAt: Date
    package var versioning: Versioning

    package init(name: BucketName, owner: AccountID, createdAt: Date, versioning: Versioning = .off) {
        self.name = name
        self.owner = owner
        self.createdAt = createdAt
        self.versioning = versioning
    }
}
