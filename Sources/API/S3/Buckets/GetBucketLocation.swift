import Domain
import HTTPTypes
import Services
import Wire

/// us-east-1 is the empty text. Whoever does not know the Region asks in another: that is no reason to lead him there.
struct GetBucketLocation: S3Action {
    static let permissions = [Permission<Self>.onBucket("s3:GetBucketLocation")]
    static let needsBucket = false

    let request: S3Request

    func run(_ call: S3Call) async throws -> Reply {
        let location = try await call.buckets.location(of: call.bucket)
        return .s3("LocationConstraint") { $0.text(location == "us-east-1" ? "" : location) }
    }
}
