import Domain
import HTTPTypes
import Services
import Wire

/// A set without tags is none.
struct PutBucketTagging: S3Action {
    static let permissions = [Permission<Self>.onBucket("s3:PutBucketTagging")]

    let request: S3Request

    func run(_ call: S3Call) async throws -> Reply {
        let tags = try S3Tag.checked(try Tagging(parsing: try await call.document()).tags, of: .bucket)
        try await call.buckets.change(call.bucket) { $0.tags = tags.map(\.tag) }
        return .empty(.noContent)
    }
}
