import Foundation
import Wire

/// A request as it stands on the wire. Each call below reads it as a server does.
struct SentRequest: Sendable {
    var method: String
    /// Percent-encoded.
    var path: String
    /// Without the question mark.
    var query: String
    var headers: [(name: String, value: String)]

    func read() throws -> SignableRequest {
        SignableRequest(method: method, target: try RequestTarget(path + (query.isEmpty ? "" : "?\(query)")), headers: headers)
    }
}

extension SignatureClaim {
    init?(request: SentRequest, presignedExpiryDefault: Int? = nil) throws {
        try self.init(request: request.read(), presignedExpiryDefault: presignedExpiryDefault)
    }

    func verify(request: SentRequest, secretAccessKey: String, payload: PayloadHash, now: Date) throws {
        try verify(request: request.read(), secretAccessKey: secretAccessKey, payload: payload, now: now)
    }

    func hoistedHeaders(of request: SentRequest) throws -> [(name: String, value: String)] {
        try hoistedHeaders(of: request.read())
    }
}

extension PresignedV2Claim {
    init?(request: SentRequest) throws {
        try self.init(request: request.read())
    }

    func verify(request: SentRequest, secretAccessKey: String, bucketInHost: String?, now: Date) throws {
        try verify(request: request.read(), secretAccessKey: secretAccessKey, bucketInHost: bucketInHost, now: now)
    }
}

extension SigV4Signer {
    func headers(for request: SentRequest, payload: PayloadHash, at date: Date) throws -> [(name: String, value: String)] {
        headers(for: try request.read(), payload: payload, at: date)
    }

    func presignedQuery(for request: SentRequest, payload: PayloadHash, at date: Date, expiresSeconds: Int) throws -> String {
        presignedQuery(for: try request.read(), payload: payload, at: date, expiresSeconds: expiresSeconds)
    }
}
