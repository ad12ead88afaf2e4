import Foundation

extension SignatureClaim {
    /// Verifies the signature of the same request under the secret of its access key.
    ///
    /// - Parameters:
    ///   - payload: the hash that the caller computed from the body; `unsigned` is accepted only where the request declares it.
    ///   - now: the server's time.
    package func verify(
        request: SignableRequest,
        secretAccessKey: String,
        payload: PayloadHash,
        now: Date
    ) throws(SignatureError) {
        try verify(request, secretAccessKey: secretAccessKey, covering: try coveredPayload(payload), now: now)
        try checkDeclaredHash(payload)
    }

    /// Verifies the signature before the body has come, where the request declares what stands for the body.
    ///
    /// - Returns: whether it is verified; false where the body has to be hashed first. A declared hash is then still to be compared.
    package func verifyHead(of request: SignableRequest, secretAccessKey: String, now: Date) throws(SignatureError) -> Bool {
        guard let covered = declaredPayload else {
            // What the body cannot mend is refused before it comes.
            try checkTime(now: now)
            guard canonicalRequest(of: request, payload: "") != nil else { throw .mismatch }
            try checkCoverage(of: request)
            return false
        }
        try verify(request, secretAccessKey: secretAccessKey, covering: covered, now: now)
        return true
    }

    private func verify(
        _ request: SignableRequest,
        secretAccessKey: String,
        covering payload: String,
        now: Date
    ) throws(SignatureError) {
        try checkTime(now: now)
        guard let canonical = canonicalRequest(of: request, payload: payload) else { throw .mismatch }
        let expected = SigningKey(secretAccessKey: secretAccessKey, scope: scope).signature(of: canonical, at: date)
        guard Self.isEqual(expected, signature) else { throw .mismatch }
        try checkCoverage(of: request)
    }

    /// Nil when a header that is said to be signed is not there.
    private func canonicalRequest(of request: SignableRequest, payload: String) -> CanonicalRequest? {
        CanonicalRequest(request: request, signedHeaders: signedHeaders, service: scope.service, payload: payload)
    }

    /// Every `x-amz-…` header is obeyed by some service, so the signature must cover each, to the letter.
    private func checkCoverage(of request: SignableRequest) throws(SignatureError) {
        for header in request.headers {
            let name = header.name.lowercased()
            // What `x-amz-content-sha256` says stands in the canonical request by itself.
            guard name.hasPrefix("x-amz-"), name != "x-amz-content-sha256" else { continue }
            guard signedHeaders.contains(name) else { throw .unsignedHeader(name) }
            // A signature takes several blanks for one. Metadata is text of the user's, in which they may stand.
            guard name.hasPrefix("x-amz-meta-") || CanonicalRequest.isCollapsed(header.value) else {
                throw .malformed("the header \(name) has several blanks in a row, which a signature does not cover")
            }
        }
    }

    /// What the server signs of a request whose signature is another; nil when a header that is said to be signed is not there, or the body
    /// would have to be hashed.
    package func signedTexts(of request: SignableRequest) -> SignedTexts? {
        guard let covered = try? coveredPayload(.unsigned) else { return nil }
        return canonicalRequest(of: request, payload: covered).map { canonical in
            SignedTexts(
                stringToSign: SigningKey.stringToSign(canonical, at: date, scope: scope),
                canonicalRequest: canonical.text
            )
        }
    }

    private func checkTime(now: Date) throws(SignatureError) {
        let age = now.timeIntervalSince(date)
        if age < -Self.allowedSkewSeconds { throw .notYetValid(server: now, client: date) }
        let life = expiresSeconds.map(Double.init) ?? Self.allowedSkewSeconds
        if age > life { throw .expired(server: now, client: date) }
    }

    /// What the client put into its canonical request in the place of the body.
    private func coveredPayload(_ payload: PayloadHash) throws(SignatureError) -> String {
        if let declaredPayload { return declaredPayload }
        guard case .bytes(let hash) = payload else { throw .payloadMismatch }
        return hash
    }

    private var declaredPayload: String? {
        switch payloadDeclaration {
        case .hash(let declared): declared
        case .unsigned: PayloadHash.unsignedMarker
        case .streaming(let marker): marker
        case .absent: nil
        }
    }

    /// After the signature: a stranger must not learn from the kind of error whether a body matches.
    package func checkDeclaredHash(_ payload: PayloadHash) throws(SignatureError) {
        guard case .hash(let declared) = payloadDeclaration else { return }
        guard case .bytes(let hash) = payload, hash == declared.lowercased() else { throw .payloadMismatch }
    }

    /// Takes the same time wherever the texts differ.
    static func isEqual(_ left: String, _ right: String) -> Bool {
        guard left.utf8.count == right.utf8.count else { return false }
        return zip(left.utf8, right.utf8).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
    }
}
