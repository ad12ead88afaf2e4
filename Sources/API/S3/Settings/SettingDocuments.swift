import Domain
import Wire

/// Settings of buckets out of the documents of the wire.
extension PublicAccessBlock {
    init(_ configuration: PublicAccessBlockConfiguration) {
        self.init(
            blocksACLs: configuration.blockPublicACLs,
            ignoresACLs: configuration.ignorePublicACLs,
            blocksPolicy: configuration.blockPublicPolicy,
            restrictsBuckets: configuration.restrictPublicBuckets
        )
    }
}

extension OwnershipControls {
    var ownership: Domain.ObjectOwnership {
        switch objectOwnership {
        case .bucketOwnerEnforced: .bucketOwnerEnforced
        case .bucketOwnerPreferred: .bucketOwnerPreferred
        case .objectWriter: .objectWriter
        }
    }
}

extension BucketEncryption {
    /// - Throws: `S3Error` `NotImplemented` for what no object could be put under.
    init(_ configuration: ServerSideEncryptionConfiguration) throws {
        self.init(
            try S3Encryption.request(of: configuration),
            isBucketKeyEnabled: configuration.isBucketKeyEnabled,
            blockedTypes: configuration.blockedTypes
        )
    }
}

extension S3Tag {
    var tag: Tag { Tag(key: key, value: value) }
}

extension XMLWriter {
    mutating func tags(_ tags: [Tag]) {
        list("TagSet", tags, item: "Tag") { xml, tag in
            xml.element("Key", tag.key)
            xml.element("Value", tag.value)
        }
    }
}
