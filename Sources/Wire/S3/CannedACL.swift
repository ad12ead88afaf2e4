/// The grants that have a name, for `x-amz-acl`.
package enum CannedACL: String, Sendable, Hashable, CaseIterable {
    case `private` = "private"
    case publicRead = "public-read"
    case publicReadWrite = "public-read-write"
    case awsExecRead = "aws-exec-read"
    case authenticatedRead = "authenticated-read"
    case bucketOwnerRead = "bucket-owner-read"
    case bucketOwnerFullControl = "bucket-owner-full-control"
    case logDeliveryWrite = "log-delivery-write"

    package init(header: String) throws(S3Error) {
        guard let acl = CannedACL(rawValue: header) else { throw .invalidArgument("x-amz-acl", header, "This is not a canned ACL") }
        self = acl
    }
}
