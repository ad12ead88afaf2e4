import Domain
import HTTPTypes
import Services
import Wire

/// A set without tags is none.
struct PutBucketTagging: S3Action {
    static let permissions = [Permission<Self>.onBucket("s3:PutBucketTagging")]

    let request: S3Request

    func run(_ call: S3Call) async throws -> Reply {
        let document = try await call.document()
        let tags = try S3Tag.checked(try Tagging(parsing: document).tags, of: .bucket)
        try await call.buckets.set(.tagging, of: call.bucket, to: tags.isEmpty ? nil : document)
        return .empty(.noContent)
    }
}
