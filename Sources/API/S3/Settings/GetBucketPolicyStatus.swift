import Domain
import Services
import Wire

/// Whether the policy lets everybody in, by S3's meaning of public.
struct GetBucketPolicyStatus: S3Action {
    static let permissions = [Permission<Self>.onBucket("s3:GetBucketPolicyStatus")]

    let request: S3Request

    func run(_ call: S3Call) async throws -> Reply {
        guard let policy = try await call.settings().policy else { throw S3Error(.noSuchBucketPolicy) }
        return .s3("PolicyStatus") { $0.element("IsPublic", policy.isPublic) }
    }
}
