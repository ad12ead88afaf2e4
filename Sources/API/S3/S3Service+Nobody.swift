import Domain
import Services
import Wire

/// What S3 does for whoever does not sign, where a bucket says so (docs/behaviour/s3.md, "Without a signature").
extension S3Service {
    /// What it may be opened for: objects, and what is told of a bucket. Whatever changes a bucket, or belongs to no bucket, is for accounts.
    private static let actionsForNobody: Set<String> = [
        "DeleteObject", "DeleteObjectTagging", "DeleteObjects", "GetBucketAcl", "GetBucketLocation", "GetBucketTagging",
        "GetBucketVersioning",
        "GetObject", "GetObjectAcl", "GetObjectAttributes", "GetObjectTagging", "HeadBucket", "HeadObject", "ListMultipartUploads",
        "ListObjectVersions", "ListObjects", "ListObjectsV2", "PutObject", "PutObjectAcl", "PutObjectTagging",
    ]

    /// Why S3 does not do something for nobody at all, where it says so.
    private static let reasons = [
        "CopyObject": "Anonymous users cannot copy objects.  Please authenticate.",
        "CreateMultipartUpload": "Anonymous users cannot initiate multipart uploads.  Please authenticate.",
    ]

    /// - Throws: `S3Error` `AccessDenied`.
    static func requireSigner(of action: String, in call: Call) throws(S3Error) {
        guard call.principal.isNobody, !actionsForNobody.contains(action) else { return }
        throw S3Error(.accessDenied, reasons[action])
    }
}

extension S3Call {
    /// Refuses headers of an answer that are chosen by a link, unless somebody has signed it: else a stranger could have a page shown in the
    /// name of the server.
    func requireSigner(ofOverrides names: [String]) throws(S3Error) {
        guard call.principal.isNobody, names.contains(where: { query.contains("response-\($0)") }) else { return }
        throw S3Error(.invalidRequest, "Request specific response headers cannot be used for anonymous GET requests.")
    }
}
