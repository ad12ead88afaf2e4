import Domain
import Services
import Wire

struct GetBucketTagging: S3Action {
    static let permissions = [Permission<Self>.onBucket("s3:GetBucketTagging")]

    let request: S3Request

    func run(_ call: S3Call) async throws -> Reply {
        let tags = try await call.settings().tags
        guard !tags.isEmpty else { throw S3Error(.noSuchTagSet) }
        return .s3("Tagging") { $0.tags(tags) }
    }
}
