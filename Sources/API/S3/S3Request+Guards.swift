import Domain
import Services
import Wire

/// What a request of S3 asks for and would be silently left out, and what it says must hold: refused before anything is done.
extension S3Request {
    /// - Throws: `S3Error`; `NotImplemented` names the header.
    func checkGuards() throws {
        if let name = input.headers.lazy.map({ $0.name.lowercased() }).first(where: Self.isRefused) {
            throw S3Error(
                .notImplemented,
                "A header you provided implies functionality that is not implemented: \(name.prefix(128))",
                details: [.init(.header, String(name.prefix(128)))]
            )
        }
        for name in ChunkedTrailer.names(announcedBy: header("x-amz-trailer"))
        where name.hasPrefix("x-amz-checksum-") && ChecksumAlgorithm(headerName: name) == nil {
            throw S3Error(.notImplemented, "A trailer you announced implies functionality that is not implemented: \(name.prefix(128))")
        }
        if query["versionId"]?.isEmpty == true {
            throw S3Error.invalidArgument("versionId", "", "Version id cannot be the empty string")
        }
    }

    /// Whether there is a header of the name, be it an empty one.
    func isSent(_ header: String) -> Bool { input.headers.contains { $0.name.lowercased() == header } }

    /// Refuses a bucket that is another's than the request expects.
    ///
    /// - Parameter account: whose the bucket is; the caller for one that is yet to be made.
    func require(owner header: String, toBe account: AccountID) throws {
        // An empty one is one: it comes from a variable that was not set.
        guard let expected = input.headers.first(where: { $0.name.lowercased() == header })?.value else { return }
        guard AccountID(rawValue: expected) != nil else {
            throw S3Error(
                .invalidBucketOwner,
                "The value of the expected bucket owner parameter must be an AWS Account ID... [\(expected.prefix(128))]"
            )
        }
        guard expected == account.rawValue else { throw S3Error(.accessDenied) }
    }

    /// Whether S3 has something for a header that is not here. What S3 does not know either is passed over as there: clients send back headers
    /// that they were answered, and some of their own.
    private static func isRefused(_ name: String) -> Bool {
        if name.hasPrefix("x-amz-checksum-") { return !checksumHeaders.contains(name) }
        return refusedHeaders.contains(name) || refusedPrefixes.contains(where: name.hasPrefix)
    }

    private static let checksumHeaders = Set(ChecksumAlgorithm.allCases.map(\.headerName))
        .union(["x-amz-checksum-algorithm", "x-amz-checksum-mode", "x-amz-checksum-type"])

    private static let refusedHeaders: Set<String> = [
        "x-amz-bucket-namespace", "x-amz-bucket-object-lock-token", "x-amz-website-redirect-location", "x-amz-write-offset-bytes",
    ]

    private static let refusedPrefixes = ["x-amz-copy-source-server-side-encryption-", "x-amz-if-", "x-amz-object-lock-"]
}
