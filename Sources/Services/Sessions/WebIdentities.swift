import Domain
import Foundation
import Metadata
import Sealing

/// A token as its bearer has sent it: what it says, and who signed it.
package struct WebIdentityToken: Sendable {
    package let claims: WebIdentityClaims
    package let algorithm: String
    package let keyID: String?
    package let signed: [UInt8]
    package let signature: [UInt8]

    package init(claims: WebIdentityClaims, algorithm: String, keyID: String?, signed: [UInt8], signature: [UInt8]) {
        self.claims = claims
        self.algorithm = algorithm
        self.keyID = keyID
        self.signed = signed
        self.signature = signature
    }
}

/// Finds out whom the OpenID Connect providers of accounts vouch for.
package struct WebIdentities: Sendable {
    /// By how much the clocks of an issuer and of this server may differ.
    package static let skew: TimeInterval = 60

    private let deployment: Deployment

    package init(_ deployment: Deployment) { self.deployment = deployment }

    /// Verifies a token, and that the account takes tokens of its issuer that are made for this audience.
    ///
    /// What the account has is looked at last, so that whoever has no good token learns nothing of it.
    ///
    /// - Throws: `Fault` `InvalidIdentityToken`, `ExpiredTokenException`, `IDPCommunicationError`.
    package func identity(by token: WebIdentityToken, in account: AccountID, partition: String) async throws -> WebIdentity {
        let claims = token.claims
        guard let url = OpenIDProvider.url(of: claims.issuer), let keys = deployment.issuerKeys?.keys(of: claims.issuer) else {
            throw Fault(
                .idpCommunicationError,
                "The keys of the identity provider \(claims.issuer.prefix(256)) are not known to this server. Its operator gives them with --oidc-keys."
            )
        }
        try Self.verify(token, keys)
        try checkTimes(of: claims)
        let provider = try await deployment.directory.read { transaction -> OpenIDProvider? in
            guard try OrganizationTable(transaction).isActive(account) else { return nil }
            return try IAMProviderTable(transaction).provider(url, of: account)
        }
        guard let provider else {
            throw Fault(.invalidIdentityToken, "No OpenIDConnect provider found in your account for \(claims.issuer)")
        }
        let audiences = claims.authorizedParty.map { [$0] } ?? claims.audiences
        guard let audience = audiences.first(where: provider.clientIDs.contains) else {
            throw Fault(.invalidIdentityToken, "Incorrect token audience")
        }
        return WebIdentity(provider: provider.arn(in: partition), url: url, audience: audience, claims: claims)
    }

    private static func verify(_ token: WebIdentityToken, _ keys: [WebKey]) throws {
        // Nothing but what is listed: `none` is no algorithm here, and no secret is shared with an issuer.
        guard let algorithm = WebKey.Algorithm(rawValue: token.algorithm) else {
            throw Fault(.invalidIdentityToken, "The algorithm \(token.algorithm.prefix(32)) of the token is not supported")
        }
        let fitting = keys.filter { $0.fits(algorithm) && (token.keyID == nil || $0.id == token.keyID) }
        // A token that does not name its key is from an issuer that has one. While keys change, two files may give the same.
        guard !fitting.isEmpty, fitting.count == 1 || token.keyID != nil else {
            throw Fault(
                .invalidIdentityToken,
                "Couldn't retrieve verification key from your identity provider: none fits the header of the token"
            )
        }
        guard fitting.prefix(4).contains(where: { $0.isValid(token.signature, of: token.signed, algorithm) }) else {
            throw Fault(.invalidIdentityToken, "The signature of the token is not valid")
        }
    }

    private func checkTimes(of claims: WebIdentityClaims) throws {
        let now = deployment.clock.now
        guard now < claims.expiresAt.addingTimeInterval(Self.skew) else {
            let (now, expiry) = (Int(now.timeIntervalSince1970), Int(claims.expiresAt.timeIntervalSince1970))
            throw Fault(
                .expiredIdentityToken,
                "Token expired: current date/time \(now) must be before the expiration date/time \(expiry)"
            )
        }
        let begin = max(claims.issuedAt, claims.notBefore ?? .distantPast)
        guard begin <= now.addingTimeInterval(Self.skew) else {
            throw Fault(.invalidIdentityToken, "The token is not valid yet: it begins at \(Int(begin.timeIntervalSince1970))")
        }
    }
}
