import Domain
import HTTPTypes
import Services
import Wire

struct HeadBucket: S3Action {
    static let permissions = [Permission<Self>.onBucket("s3:ListBucket")]

    let request: S3Request

    /// Where a bucket is no secret, and clients ask so that they find it.
    static func refusal(_ error: any Error, in call: Call) -> any Error {
        guard error is AccessDenied || (error as? Fault)?.code == .accessDenied else { return error }
        return BucketClosed(region: call.region, cause: error)
    }

    func run(_ call: S3Call) async throws -> Reply {
        var reply = Reply.empty(.ok)
        reply.headers[.bucketRegion] = call.call.region.rawValue
        return reply
    }
}

/// A bucket of a Region does not let the caller in.
struct BucketClosed: Error, CustomStringConvertible {
    let region: Region
    let cause: any Error

    var description: String { "\(cause)" }
}
