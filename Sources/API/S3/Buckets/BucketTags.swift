import Wire

extension S3Tag {
    /// The tag set that CreateBucket brings, as PutBucketTagging would have sent it.
    static func document(of tags: [S3Tag]) -> [UInt8] {
        var xml = XMLWriter()
        xml.element(Tagging.rootName, attributes: [("xmlns", S3Call.namespace)]) { xml in
            xml.list("TagSet", tags, item: "Tag") { xml, tag in
                xml.element("Key", tag.key)
                xml.element("Value", tag.value)
            }
        }
        return xml.bytes
    }
}
