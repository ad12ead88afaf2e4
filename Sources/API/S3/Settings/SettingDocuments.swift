import Wire

/// Settings written anew once they have been read, because S3 tells also the members that the client left to their defaults; or because
/// they came in another document.
extension PublicAccessBlockConfiguration {
    var document: [UInt8] {
        Self.written { xml in
            xml.element("BlockPublicAcls", blockPublicACLs)
            xml.element("IgnorePublicAcls", ignorePublicACLs)
            xml.element("BlockPublicPolicy", blockPublicPolicy)
            xml.element("RestrictPublicBuckets", restrictPublicBuckets)
        }
    }
}

extension OwnershipControls {
    var document: [UInt8] {
        Self.written { xml in xml.element("Rule") { $0.element("ObjectOwnership", objectOwnership.rawValue) } }
    }
}

extension ServerSideEncryptionConfiguration {
    var document: [UInt8] {
        Self.written { xml in
            xml.element("Rule") { xml in
                xml.element("ApplyServerSideEncryptionByDefault") { xml in
                    xml.element("SSEAlgorithm", algorithm.rawValue)
                    xml.element("KMSMasterKeyID", kmsKeyID)
                }
                xml.element("BucketKeyEnabled", isBucketKeyEnabled)
                if let blockedTypes { xml.list("BlockedEncryptionTypes", blockedTypes, item: "EncryptionType") }
            }
        }
    }
}

extension Tagging {
    /// The tag set that CreateBucket brings, as PutBucketTagging would have sent it.
    static func document(of tags: [S3Tag]) -> [UInt8] {
        written { xml in
            xml.list("TagSet", tags, item: "Tag") { xml, tag in
                xml.element("Key", tag.key)
                xml.element("Value", tag.value)
            }
        }
    }
}

extension S3Body {
    fileprivate static func written(_ content: (inout XMLWriter) -> Void) -> [UInt8] {
        var xml = XMLWriter()
        xml.element(rootName, attributes: [("xmlns", S3Call.namespace)], content)
        return xml.bytes
    }
}
