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
        try checkTime(now: now)
        let covered = try coveredPayload(payload)
        let canonical = CanonicalRequest(request: request, signedHeaders: signedHeaders, service: scope.service, payload: covered)
        guard let canonical else { throw .mismatch }
        let expected = SigningKey(secretAccessKey: secretAccessKey, scope: scope).signature(of: canonical, at: date)
        guard Self.isEqual(expected, signature) else { throw .mismatch }
        try checkDeclaredHash(payload)
    }

    private func checkTime(now: Date) throws(SignatureError) {
        let age = now.timeIntervalSince(date)
        if age < -Self.allowedSkewSeconds { throw .notYetValid(server: now, client: date) }
        let life = expiresSeconds.map(Double.init) ?? Self.allowedSkewSeconds
        if age > life { throw .expired(server: now, client: date) }
    }

    /// What the client put into its canonical request in the place of the body.
    private func coveredPayload(_ payload: PayloadHash) throws(SignatureError) -> String {
        switch payloadDeclaration {
        case .hash(let declared): return declared
        case .unsigned: return PayloadHash.unsignedMarker
        case .streaming(let marker): return marker
        case .absent:
            guard case .bytes(let hash) = payload else { throw .payloadMismatch }
            return hash
        }
    }

    /// After the signature: a stranger must not learn from the kind of error whether a body matches.
    private func checkDeclaredHash(_ payload: PayloadHash) throws(SignatureError) {
        guard case .hash(let declared) = payloadDeclaration else { return }
        guard case .bytes(let hash) = payload, hash == declared.lowercased() else { throw .payloadMismatch }
    }

    /// Takes the same time wherever the texts differ.
    static func isEqual(_ left: String, _ right: String) -> Bool {
        guard left.utf8.count == right.utf8.count else { return false }
        return zip(left.utf8, right.utf8).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
    }
}
