/// The body of PutBucketTagging and PutObjectTagging; the caller checks the tags with ``S3Tag/checked(_:of:)``.
package struct Tagging: S3Body, Equatable {
    package static let rootName = "Tagging"
    package let tags: [S3Tag]

    package init(_ fields: S3Fields) throws(S3Error) {
        try fields.allow(["TagSet"])
        tags = try Self.tags(in: try fields.required("TagSet"))
    }

    static func tags(in fields: S3Fields) throws(S3Error) -> [S3Tag] {
        try fields.allow(many: ["Tag"])
        var tags: [S3Tag] = []
        for child in fields.children("Tag") {
            try child.allow(["Key", "Value"])
            tags.append(S3Tag(key: try child.requiredText("Key"), value: try child.requiredText("Value")))
        }
        return tags
    }
}
