/// The body of CreateBucket; without a body the bucket stands in the Region of the request.
package struct CreateBucketConfiguration: S3Body, Equatable {
    package static let rootName = "CreateBucketConfiguration"
    package let locationConstraint: String?
    package let tags: [S3Tag]

    package init(_ fields: S3Fields) throws(S3Error) {
        try fields.allow(["LocationConstraint", "Tags"])
        locationConstraint = try fields.text("LocationConstraint").flatMap { $0.isEmpty ? nil : $0 }
        tags =
            try fields.child("Tags").map(Tagging.tags(in:)).map { tags throws(S3Error) in
                try S3Tag.checked(tags, max: S3Limits.bucketTagsMax)
            } ?? []
    }
}
