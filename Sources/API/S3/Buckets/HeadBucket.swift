import Domain
import HTTPTypes
import Services
import Wire

struct HeadBucket: S3Action {
    static let permissions = [Permission<Self>.onBucket("s3:ListBucket")]

    let request: S3Request

    func run(_ call: S3Call) async throws -> Reply {
        var reply = Reply.empty(.ok)
        reply.headers[.bucketRegion] = call.call.region.rawValue
        return reply
    }
}
