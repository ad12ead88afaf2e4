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

/// What can be set of a bucket and is kept as the document that the client sent, once it has been read.
package enum BucketSetting: String, Sendable, CaseIterable {
    case acl
    case encryption
    /// What `encryption` asks for, as JSON: for the objects that Ferry itself makes.
    case encryptionRequest
    /// The place that the bucket was made with, where that is another name of its Region: `EU`.
    case location
    case ownership
    case policy
    case publicAccessBlock
    case tagging
}
