import Domain
import HTTPTypes
import Services
import Wire

struct AbortMultipartUpload: S3Action {
    static let permissions = [Permission<Self>.onObject("s3:AbortMultipartUpload")]

    let request: S3Request

    func run(_ call: S3Call) async throws -> Reply {
        do {
            try await call.objects.abort(try await call.upload())
        } catch let fault as Fault where fault.code == .noSuchUpload {
            // Asked again, after the answer was lost.
            guard try await call.objects.hasEnded(call.query["uploadId"] ?? "", of: call.key, in: call.bucket) else { throw fault }
        }
        return .empty(.noContent)
    }
}
