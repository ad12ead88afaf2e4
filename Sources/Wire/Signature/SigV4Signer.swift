import Foundation

/// Signs requests with Signature Version 4 for one Region and service.
package struct SigV4Signer: Sendable {
    package let credential: Credential
    package let region: String
    package let service: String

    package init(credential: Credential, region: String, service: String) {
        self.credential = credential
        self.region = region
        self.service = service
    }

    /// The headers to add to a request: `x-amz-date`, `authorization`, the session token, and `x-amz-content-sha256` where the
    /// body is unsigned or the service is S3.
    ///
    /// The request must carry `host`. Signed are `host`, `content-type` and every `x-amz-` header; others may be changed on the way.
    package func headers(
        for request: SignableRequest,
        payload: PayloadHash,
        at date: Date
    ) -> [(name: String, value: String)] {
        var added: [(name: String, value: String)] = [("x-amz-date", Timestamp.compact(date))]
        if let token = credential.sessionToken { added.append(("x-amz-security-token", token)) }
        if payload == .unsigned || service == "s3" { added.append(("x-amz-content-sha256", payload.text)) }

        var signed = request
        signed.headers.removeAll { header in added.contains { $0.name == header.name.lowercased() } }
        signed.headers += added
        let names = Self.namesToSign(signed.headers)
        let signature = signature(of: signed, signedHeaders: names, payload: payload, at: date)
        let parts = [
            "\(SigningKey.algorithm) Credential=\(credential.accessKeyID)/\(scope(at: date).text)",
            "SignedHeaders=\(names.joined(separator: ";"))",
            "Signature=\(signature)",
        ]
        return added + [("authorization", parts.joined(separator: ", "))]
    }

    /// The whole query of a presigned request: the request's own parameters, then those of the signature.
    ///
    /// - Parameter expiresSeconds: 1 to 604,800; the verifier refuses others.
    package func presignedQuery(
        for request: SignableRequest,
        payload: PayloadHash,
        at date: Date,
        expiresSeconds: Int
    ) -> String {
        let names = Self.namesToSign(request.headers)
        var parameters = [
            (PresignedParameter.algorithm, SigningKey.algorithm),
            (PresignedParameter.credential, "\(credential.accessKeyID)/\(scope(at: date).text)"),
            (PresignedParameter.date, Timestamp.compact(date)),
            (PresignedParameter.expires, String(expiresSeconds)),
            (PresignedParameter.signedHeaders, names.joined(separator: ";")),
        ]
        if let token = credential.sessionToken { parameters.append((PresignedParameter.securityToken, token)) }
        // S3 presigned requests never cover the body; for the other services the verifier has to be told.
        if payload == .unsigned, service != "s3" {
            parameters.append((PresignedParameter.contentSHA256, PayloadHash.unsignedMarker))
        }
        var signed = request
        signed.target.query.append(parameters)
        let covered = service == "s3" ? PayloadHash.unsigned : payload
        let signature = signature(of: signed, signedHeaders: names, payload: covered, at: date)
        return "\(signed.target.query.encoded)&\(PresignedParameter.signature)=\(signature)"
    }

    private func scope(at date: Date) -> CredentialScope {
        CredentialScope(date: Timestamp.compactDay(date), region: region, service: service)
    }

    private func signature(of request: SignableRequest, signedHeaders: [String], payload: PayloadHash, at date: Date) -> String {
        let canonical = CanonicalRequest(request: request, signedHeaders: signedHeaders, service: service, payload: payload.text)
        let key = SigningKey(secretAccessKey: credential.secretAccessKey, scope: scope(at: date))
        // The names are taken from the request itself, so none can be missing.
        return canonical.map { key.signature(of: $0, at: date) } ?? ""
    }

    private static func namesToSign(_ headers: [(name: String, value: String)]) -> [String] {
        let names = headers.map { $0.name.lowercased() }
        return Set(names.filter { $0 == "host" || $0 == "content-type" || $0.hasPrefix("x-amz-") }).sorted()
    }
}
