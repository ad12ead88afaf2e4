import Foundation

/// The Signature Version 2 of a presigned S3 request, not yet verified: `AWSAccessKeyId`, `Signature` and `Expires` in its query.
///
/// Clients still make these by default for servers that are not AWS's own. Only GET, HEAD and PUT, and only what the signature covers:
/// it leaves out most of the query, so whoever has a link could add to it what the signer did not mean. That is refused, but for what selects
/// from a listing: a link to a bucket's listing opens all of it.
package struct PresignedV2Claim: Sendable {
    package let accessKeyID: String
    /// When it ends.
    package let expires: Date
    package let sessionToken: String?
    /// `x-amz-…`, `content-type` and `content-md5` that stand in the query in the place of headers; names in lower case.
    let hoistedHeaders: [(name: String, value: String)]
    package let signature: String

    private static let latest: Int64 = 253_402_300_799
    private static let ownNames: Set<String> = ["AWSAccessKeyId", "Signature", "Expires"]
    /// The name of the operation, which SDKs add and nobody reads.
    private static let ignoredName = "x-id"

    /// What selects from the listing of a bucket, in requests that name no more than a bucket. S3's Version 2 never signs it.
    package static let listingParameters: Set<String> = [
        "continuation-token", "delimiter", "encoding-type", "fetch-owner", "key-marker", "list-type", "marker", "max-keys", "prefix",
        "start-after",
        "version-id-marker",
    ]

    /// Reads the signature of a request; nil when it carries no `AWSAccessKeyId`.
    package init?(request: SignableRequest) throws(SignatureError) {
        let query = request.target.query
        guard query.contains("AWSAccessKeyId") else { return nil }
        guard ["GET", "HEAD", "PUT"].contains(request.method) else {
            throw .malformed("a request presigned with Signature Version 2 must be a GET, HEAD or PUT")
        }
        guard request.values(of: "authorization").isEmpty, !query.contains(PresignedParameter.signature) else {
            throw .malformed("two signatures")
        }
        if let name = query.repeatedName { throw .malformed("\(name.prefix(64)) is given more than once") }
        let mayList = request.target.path.segments.count == 1 && request.method != "PUT"
        var own: [String: String] = [:]
        var hoisted: [(name: String, value: String)] = []
        for parameter in query.parameters {
            let (name, value) = (parameter.name, parameter.value)
            if Self.ownNames.contains(name) {
                own[name] = value
            } else if CanonicalRequestV2.isHeader(name) {
                try SignableRequest.checkHoisted(name, value)
                hoisted.append((name, value.trimmingCharacters(in: .init(charactersIn: " "))))
            } else if name != Self.ignoredName, !(mayList && Self.listingParameters.contains(name)) {
                guard CanonicalRequestV2.covers(name) else {
                    throw .malformed("Signature Version 2 does not cover ?\(name.prefix(64)): sign the request with Version 4")
                }
                guard !CanonicalRequestV2.isAmbiguous(value) else {
                    throw .malformed("Signature Version 2 cannot tell the value of \(name) from other parameters: sign with Version 4")
                }
            }
        }
        func required(_ name: String) throws(SignatureError) -> String {
            guard let value = own[name], !value.isEmpty else { throw .incomplete(name) }
            return value
        }
        accessKeyID = try required("AWSAccessKeyId")
        signature = try required("Signature")
        guard accessKeyID.utf8.count <= 128, signature.utf8.count == 28 else { throw .malformed("not a signature of Version 2") }
        guard let seconds = Int64(try required("Expires")), (0...Self.latest).contains(seconds) else {
            throw .malformed("Expires is not a time in seconds since 1970")
        }
        expires = Date(timeIntervalSince1970: Double(seconds))
        hoistedHeaders = hoisted
        let header = try SignatureClaim.single("x-amz-security-token", in: request)
        sessionToken = header ?? hoisted.first { $0.name == "x-amz-security-token" }?.value
    }

    /// The headers that a request is obeyed in: those that are sent, which must be what was signed, and those that its query carries.
    package func obeyedHeaders(of request: SignableRequest) -> [(name: String, value: String)] {
        let sent = Set(request.headers.map { $0.name.lowercased() })
        return request.headers + hoistedHeaders.filter { !sent.contains($0.name) }
    }

    /// Verifies the signature of the same request under the secret of its access key.
    ///
    /// - Parameters:
    ///   - bucketInHost: the bucket, where it stands in `Host` and not in the path.
    ///   - now: the server's time.
    package func verify(
        request: SignableRequest,
        secretAccessKey: String,
        bucketInHost: String?,
        now: Date
    ) throws(SignatureError) {
        guard now <= expires else { throw .expired(server: now, client: expires) }
        let isVerified = Self.paths(of: request, bucketInHost).contains { path in
            let canonical = CanonicalRequestV2(request: request, path: path, claim: self, bucketInHost: bucketInHost)
            return SignatureClaim.isEqual(canonical.signature(secretAccessKey: secretAccessKey), signature)
        }
        guard isVerified else { throw .mismatch }
    }

    /// What the server signs of a request whose signature is another.
    package func signedTexts(of request: SignableRequest, bucketInHost: String?) -> SignedTexts {
        let canonical = CanonicalRequestV2(request: request, path: request.target.path.encoded, claim: self, bucketInHost: bucketInHost)
        return SignedTexts(stringToSign: canonical.text, canonicalRequest: nil)
    }

    /// A bucket is signed with a slash behind it, also by clients that leave it out of the path.
    private static func paths(of request: SignableRequest, _ bucketInHost: String?) -> [String] {
        let path = request.target.path
        let isBucket = bucketInHost == nil && path.segments.count == 1 && path.segments != [""]
        return isBucket ? [path.encoded, path.encoded + "/"] : [path.encoded]
    }
}
