/// The grants that have a name.
package enum CannedACL: String, Codable, Sendable, CaseIterable {
    case `private` = "private"
    case publicRead = "public-read"
    case publicReadWrite = "public-read-write"
    case awsExecRead = "aws-exec-read"
    case authenticatedRead = "authenticated-read"
    case bucketOwnerRead = "bucket-owner-read"
    case bucketOwnerFullControl = "bucket-owner-full-control"
    case logDeliveryWrite = "log-delivery-write"

    /// Everybody, or everybody with an account: what a public access block keeps out.
    package var isPublic: Bool { [.publicRead, .publicReadWrite, .authenticatedRead].contains(self) }

    /// Whether it lets in anybody but an account that owns both the bucket and its objects.
    package var isOpenToOthers: Bool { ![.private, .bucketOwnerRead, .bucketOwnerFullControl].contains(self) }
}
