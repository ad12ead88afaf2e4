import Domain
import HTTPTypes
import NIOCore
import Wire

/// Settings of buckets between the documents of the wire and the values that are kept.
extension PublicAccessBlock {
    init(_ configuration: PublicAccessBlockConfiguration) {
        self.init(
            blocksACLs: configuration.blockPublicACLs,
            ignoresACLs: configuration.ignorePublicACLs,
            blocksPolicy: configuration.blockPublicPolicy,
            restrictsBuckets: configuration.restrictPublicBuckets
        )
    }

    var document: [UInt8] {
        PublicAccessBlockConfiguration.written { xml in
            xml.element("BlockPublicAcls", blocksACLs)
            xml.element("IgnorePublicAcls", ignoresACLs)
            xml.element("BlockPublicPolicy", blocksPolicy)
            xml.element("RestrictPublicBuckets", restrictsBuckets)
        }
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

extension Domain.ObjectOwnership {
    var document: [UInt8] { OwnershipControls.written { xml in xml.element("Rule") { $0.element("ObjectOwnership", rawValue) } } }
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

    var document: [UInt8] {
        ServerSideEncryptionConfiguration.written { xml in
            xml.element("Rule") { xml in
                xml.element("ApplyServerSideEncryptionByDefault") { xml in
                    switch request {
                    case .s3: xml.element("SSEAlgorithm", "AES256")
                    case .kms(let key, _):
                        xml.element("SSEAlgorithm", "aws:kms")
                        xml.element("KMSMasterKeyID", key)
                    }
                }
                xml.element("BucketKeyEnabled", isBucketKeyEnabled)
                if let blockedTypes { xml.list("BlockedEncryptionTypes", blockedTypes, item: "EncryptionType") }
            }
        }
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

extension Reply {
    static func xml(document: [UInt8]) -> Reply {
        Reply(status: .ok, headers: [.contentType: "application/xml"], body: ByteBuffer(bytes: document))
    }
}

extension S3Body {
    fileprivate static func written(_ content: (inout XMLWriter) -> Void) -> [UInt8] {
        var xml = XMLWriter()
        xml.element(rootName, attributes: [("xmlns", S3Call.namespace)], content)
        return xml.bytes
    }
}
