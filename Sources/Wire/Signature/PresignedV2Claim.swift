import Foundation

/// The Signature Version 2 of a presigned S3 request, not yet verified: `AWSAccessKeyId`, `Signature` and `Expires` in its query.
///
/// Clients still make these by default for servers that are not AWS's own. Only GET, HEAD and PUT, and only what the signature covers:
/// it leaves out most of the query, so a sub-resource that came after Version 2 could be added to a request by anyone and is refused.
package struct PresignedV2Claim: Sendable {
    package let accessKeyID: String
    /// When it ends.
    package let expires: Date
    package let sessionToken: String?
    /// `x-amz-…`, `content-type` and `content-md5` that stand in the query in the place of headers; names in lower case.
    package let hoistedHeaders: [(name: String, value: String)]
    let signature: String

    private static let latest: Int64 = 253_402_300_799

    /// Reads the signature of a request; nil when it carries no `AWSAccessKeyId`.
    package init?(request: SignableRequest) throws(SignatureError) {
        let parameters = try Self.parameters(of: request.query)
        func value(_ name: String) throws(SignatureError) -> String? {
            let values = parameters.filter { $0.name == name }.map(\.value)
            guard values.count <= 1 else { throw .malformed("\(name) is given more than once") }
            return values.first
        }
        func required(_ name: String) throws(SignatureError) -> String {
            guard let value = try value(name), !value.isEmpty else { throw .incomplete(name) }
            return value
        }
        guard parameters.contains(where: { $0.name == "AWSAccessKeyId" }) else { return nil }
        guard ["GET", "HEAD", "PUT"].contains(request.method) else {
            throw .malformed("a request presigned with Signature Version 2 must be a GET, HEAD or PUT")
        }
        guard request.values(of: "authorization").isEmpty, !parameters.contains(where: { $0.name == PresignedParameter.signature }) else {
            throw .malformed("two signatures")
        }
        accessKeyID = try required("AWSAccessKeyId")
        signature = try required("Signature")
        guard accessKeyID.utf8.count <= 128, signature.utf8.count == 28 else { throw .malformed("not a signature of Version 2") }
        guard let seconds = Int64(try required("Expires")), (0...Self.latest).contains(seconds) else {
            throw .malformed("Expires is not a time in seconds since 1970")
        }
        expires = Date(timeIntervalSince1970: Double(seconds))
        let names = CanonicalRequestV2.unsignedSubresources
        // A condition that anybody can take out protects nothing.
        if let open = parameters.first(where: { names.contains($0.name) || SignatureClaim.conditions.contains($0.name.lowercased()) }) {
            throw .malformed("Signature Version 2 does not cover ?\(open.name): sign the request with Version 4")
        }
        var hoisted: [(name: String, value: String)] = []
        for parameter in parameters where CanonicalRequestV2.isHeader(parameter.name) {
            guard let value = try value(parameter.name) else { continue }
            hoisted.append((parameter.name, value))
        }
        hoistedHeaders = hoisted
        let header = try SignatureClaim.single("x-amz-security-token", in: request)
        sessionToken = header ?? hoisted.first { $0.name == "x-amz-security-token" }?.value
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

    /// A bucket is signed with a slash behind it, also by clients that leave it out of the path.
    private static func paths(of request: SignableRequest, _ bucketInHost: String?) -> [String] {
        let isBucket = bucketInHost == nil && request.path.utf8.count > 1 && !request.path.dropFirst().contains("/")
        return isBucket ? [request.path, request.path + "/"] : [request.path]
    }

    private static func parameters(of query: String) throws(SignatureError) -> [(name: String, value: String)] {
        do {
            return try FormEncoding.decode(Array(query.utf8))
        } catch {
            throw .malformed(error.message)
        }
    }
}
