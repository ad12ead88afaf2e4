/// The body of CreateBucket; without a body the bucket stands in the Region of the request.
package struct CreateBucketConfiguration: S3Body, Equatable {
    package static let rootName = "CreateBucketConfiguration"
    package let locationConstraint: String?
    package let tags: [S3Tag]

    /// What makes a directory bucket of it.
    private static let directory = ["Location", "Bucket"]

    package init(_ fields: S3Fields) throws(S3Error) {
        try fields.allow(["LocationConstraint", "Tags"] + Self.directory)
        for name in Self.directory where fields.child(name) != nil {
            throw S3Error(.notImplemented, "Directory buckets are not implemented: \(name) of \(Self.rootName)")
        }
        locationConstraint = try fields.text("LocationConstraint").flatMap { $0.isEmpty ? nil : $0 }
        tags =
            try fields.child("Tags").map(Tagging.tags(in:)).map { tags throws(S3Error) in
                try S3Tag.checked(tags, of: .bucket)
            } ?? []
    }
}
