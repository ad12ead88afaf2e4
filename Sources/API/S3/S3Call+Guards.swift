import Domain
import Services
import Wire

/// What a request of S3 asks for and would be silently left out, and what it says must hold: refused before anything is done.
extension S3Call {
    /// - Throws: `S3Error`; `NotImplemented` names the header.
    func requireWhatIsKnown() throws {
        for (name, _) in input.headers.map({ ($0.name.lowercased(), $0.value) }) where name.hasPrefix("x-amz-") {
            guard Self.knownHeaders.contains(name) || Self.knownPrefixes.contains(where: name.hasPrefix) else {
                throw S3Error(.notImplemented, "A header you provided implies functionality that is not implemented: \(name.prefix(128))")
            }
        }
        for name in ChunkedTrailer.names(announcedBy: header("x-amz-trailer"))
        where name.hasPrefix("x-amz-checksum-") && ChecksumAlgorithm(headerName: name) == nil {
            throw S3Error(.notImplemented, "A trailer you announced implies functionality that is not implemented: \(name.prefix(128))")
        }
        if query["versionId"]?.isEmpty == true {
            throw S3Error.invalidArgument("versionId", "", "Version id cannot be the empty string")
        }
        try require(owner: "x-amz-expected-bucket-owner")
        try require(owner: "x-amz-source-expected-bucket-owner")
    }

    /// A bucket that the caller may use is its account's own, so the owner that is expected can only be that.
    private func require(owner header: String) throws {
        guard let expected = self.header(header) else { return }
        guard AccountID(rawValue: expected) != nil else {
            throw S3Error.invalidArgument(header, expected, "The value specified in the header \(header) must be an AWS account ID")
        }
        guard expected == call.account.rawValue else { throw S3Error(.accessDenied, "Access Denied") }
    }

    /// Metadata; the grants and the sealing that are refused where they are read, with words of their own.
    private static let knownPrefixes = ["x-amz-meta-", "x-amz-grant-", "x-amz-server-side-encryption"]

    /// Read somewhere, or right to pass over: what identifies the client, MFA and governance that no bucket here asks for, who pays, and
    /// the trailing MD5 that Java's SDK offers to take (`x-amz-te`).
    private static let knownHeaders: Set<String> = Set(ChecksumAlgorithm.allCases.map(\.headerName)).union([
        "x-amz-acl", "x-amz-bucket-object-lock-enabled", "x-amz-bypass-governance-retention", "x-amz-checksum-algorithm",
        "x-amz-checksum-mode", "x-amz-checksum-type", "x-amz-confirm-remove-self-bucket-access", "x-amz-content-sha256",
        "x-amz-copy-source", "x-amz-copy-source-if-match", "x-amz-copy-source-if-modified-since", "x-amz-copy-source-if-none-match",
        "x-amz-copy-source-if-unmodified-since", "x-amz-copy-source-range", "x-amz-date", "x-amz-decoded-content-length",
        "x-amz-expected-bucket-owner", "x-amz-max-parts", "x-amz-metadata-directive", "x-amz-mfa",
        "x-amz-mp-object-size", "x-amz-object-attributes", "x-amz-object-ownership", "x-amz-optional-object-attributes",
        "x-amz-part-number-marker", "x-amz-request-payer", "x-amz-sdk-checksum-algorithm", "x-amz-security-token",
        "x-amz-source-expected-bucket-owner", "x-amz-storage-class", "x-amz-tagging", "x-amz-tagging-directive", "x-amz-te",
        "x-amz-trailer", "x-amz-user-agent",
    ])
}
