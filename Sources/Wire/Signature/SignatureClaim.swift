import Foundation
import Hexadecimal

/// The signature that a request carries, in its `Authorization` header or its query, not yet verified.
///
/// Two steps, so that the caller can look up the secret of ``accessKeyID`` in between, and hash the body only when
/// ``payloadDeclaration`` asks for it.
package struct SignatureClaim: Sendable {
    package let accessKeyID: String
    package let scope: CredentialScope
    /// Lower-case names in increasing order.
    package let signedHeaders: [String]
    /// 64 lower-case hexadecimal digits.
    package let signature: String
    package let date: Date
    /// Nil for a signature in a header.
    package let expiresSeconds: Int?
    package let sessionToken: String?
    package let payloadDeclaration: PayloadDeclaration

    package var isPresigned: Bool { expiresSeconds != nil }

    /// How far a client's clock may be from the server's.
    package static let allowedSkewSeconds = 900.0
    package static let longestExpirySeconds = 604_800

    /// Reads the signature of a request; nil when the request carries none at all.
    ///
    /// - Parameter presignedExpiryDefault: the life of a presigned request that does not say one, in seconds; nil refuses it.
    package init?(request: SignableRequest, presignedExpiryDefault: Int? = nil) throws(SignatureError) {
        let parameters = try PresignedParameter.read(from: request.target.query)
        let authorization = request.values(of: "authorization")
        let isPresigned = parameters[PresignedParameter.algorithm] != nil || parameters[PresignedParameter.signature] != nil
        switch (authorization.first, isPresigned) {
        case (nil, false): return nil
        case (_?, true): throw .malformed("a signature in the header and another in the query")
        case (nil, true):
            self = try Self(presigned: parameters, request: request, expiryDefault: presignedExpiryDefault)
        case (let header?, false):
            guard authorization.count == 1 else { throw .malformed("more than one Authorization header") }
            self = try Self(header: AuthorizationHeader(header), request: request)
        }
    }

    private init(header: AuthorizationHeader, request: SignableRequest) throws(SignatureError) {
        let (accessKeyID, scope) = try Self.credential(header.credential)
        let signedHeaders = try Self.signedHeaders(header.signedHeaders)
        let (date, dateHeader) = try Self.date(of: request)
        guard signedHeaders.contains(dateHeader) else { throw .malformed("the header \(dateHeader) is not signed") }
        try self.init(
            accessKeyID: accessKeyID,
            scope: scope,
            signedHeaders: signedHeaders,
            signature: header.signature,
            date: date,
            expiresSeconds: nil,
            sessionToken: try Self.single("x-amz-security-token", in: request),
            payloadDeclaration: try Self.declaration(try Self.single("x-amz-content-sha256", in: request))
        )
    }

    private init(presigned: [String: String], request: SignableRequest, expiryDefault: Int?) throws(SignatureError) {
        func required(_ name: String) throws(SignatureError) -> String {
            guard let value = presigned[name], !value.isEmpty else { throw .incomplete(name) }
            return value
        }
        guard try required(PresignedParameter.algorithm) == SigningKey.algorithm else { throw .malformed("unknown algorithm") }
        let (accessKeyID, scope) = try Self.credential(try required(PresignedParameter.credential))
        guard let date = Timestamp.parseCompact(try required(PresignedParameter.date)) else {
            throw .malformed("\(PresignedParameter.date) is not a time such as 20261122T193432Z")
        }
        guard let expires = presigned[PresignedParameter.expires].map({ Int($0, radix: 10) }) ?? expiryDefault else {
            throw presigned[PresignedParameter.expires] == nil
                ? .incomplete(PresignedParameter.expires) : .malformed("\(PresignedParameter.expires) is not an integer")
        }
        guard (1...Self.longestExpirySeconds).contains(expires) else {
            throw .malformed("\(PresignedParameter.expires) must be from 1 to \(Self.longestExpirySeconds)")
        }
        // S3 presigned requests never cover the body unless they say so.
        let header = try Self.single("x-amz-content-sha256", in: request)
        let implied = scope.service == "s3" ? PayloadHash.unsignedMarker : nil
        let declared = presigned[PresignedParameter.contentSHA256] ?? header ?? implied
        try self.init(
            accessKeyID: accessKeyID,
            scope: scope,
            signedHeaders: try Self.signedHeaders(try required(PresignedParameter.signedHeaders)),
            signature: try required(PresignedParameter.signature),
            date: date,
            expiresSeconds: expires,
            sessionToken: presigned[PresignedParameter.securityToken],
            payloadDeclaration: try Self.declaration(declared)
        )
    }

    private init(
        accessKeyID: String,
        scope: CredentialScope,
        signedHeaders: [String],
        signature: String,
        date: Date,
        expiresSeconds: Int?,
        sessionToken: String?,
        payloadDeclaration: PayloadDeclaration
    ) throws(SignatureError) {
        guard Hex.isSHA256(signature) else { throw .malformed("the signature is not 64 lower-case hexadecimal digits") }
        guard scope.date == Timestamp.compactDay(date) else {
            throw .malformed("the date in the credential scope is not the day of the request")
        }
        guard signedHeaders.contains("host") else { throw .malformed("the header host is not signed") }
        if case .streaming = payloadDeclaration, scope.service != "s3" {
            throw .malformed("streaming bodies are for s3 only")
        }
        self.accessKeyID = accessKeyID
        self.scope = scope
        self.signedHeaders = signedHeaders
        self.signature = signature
        self.date = date
        self.expiresSeconds = expiresSeconds
        self.sessionToken = sessionToken
        self.payloadDeclaration = payloadDeclaration
    }
}
