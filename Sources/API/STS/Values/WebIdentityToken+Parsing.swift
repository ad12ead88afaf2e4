import Domain
import Foundation
import Services
import Wire

extension WebIdentityToken {
    /// - Throws: `Fault` `InvalidIdentityToken` for a text that is no token, or one without what it must say.
    init(parsing text: String) throws(Fault) {
        let token: JSONWebToken
        do throws(RequestError) {
            token = try JSONWebToken(text)
        } catch {
            throw Fault(
                .invalidIdentityToken,
                "The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)"
            )
        }
        self.init(
            claims: try WebIdentityClaims(reading: token.claims),
            algorithm: token.algorithm,
            keyID: token.keyID,
            signed: token.signed,
            signature: token.signature
        )
    }
}

extension WebIdentityClaims {
    private static let methodsMax = 10
    /// OpenID Connect Core 1.0, section 2: no `sub` is longer; IAM takes no longer client ids, nor a URL of a provider.
    private static let textMax = 255

    /// Claims that nobody asks for are left alone.
    fileprivate init(reading claims: JSONReader) throws(Fault) {
        guard let issuedAt = try claims.time("iat") else { throw .missingClaim("iat") }
        guard let expiresAt = try claims.time("exp") else { throw .missingClaim("exp") }
        let audiences = try claims.claims("aud")
        guard !audiences.isEmpty else { throw .missingClaim("aud") }
        let methods = try claims.claims("amr")
        guard methods.count <= Self.methodsMax else { throw .invalidClaim("amr") }
        self.init(
            issuer: try claims.requiredClaim("iss"),
            subject: try claims.requiredClaim("sub"),
            audiences: audiences,
            authorizedParty: try claims.claim("azp"),
            issuedAt: issuedAt,
            notBefore: try claims.time("nbf"),
            expiresAt: expiresAt,
            methods: methods,
            tags: try claims.sessionTags(),
            transitiveTagKeys: try claims.transitiveTagKeys(),
            sourceIdentity: try claims.sourceIdentity()
        )
    }

    fileprivate static func isText(_ text: String) -> Bool {
        (1...textMax).contains(text.unicodeScalars.count) && text.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F }
    }
}

extension JSONReader {
    fileprivate func requiredClaim(_ name: String) throws(Fault) -> String {
        guard let text = try claim(name) else { throw .missingClaim(name) }
        return text
    }

    fileprivate func claim(_ name: String) throws(Fault) -> String? {
        guard !value(name).isNull else { return nil }
        guard let text = rawText(name), WebIdentityClaims.isText(text) else { throw .invalidClaim(name) }
        return text
    }

    /// One text, or several.
    fileprivate func claims(_ name: String) throws(Fault) -> [String] {
        let value = value(name)
        guard !value.isNull else { return [] }
        if let text = value.unreadText {
            guard WebIdentityClaims.isText(text) else { throw .invalidClaim(name) }
            return [text]
        }
        let elements = value.unreadElements
        let texts = elements.compactMap(\.unreadText)
        guard !texts.isEmpty, texts.count == elements.count, texts.allSatisfy(WebIdentityClaims.isText) else { throw .invalidClaim(name) }
        return texts
    }

    /// Seconds since 1970.
    fileprivate func time(_ name: String) throws(Fault) -> Date? {
        let value = value(name)
        guard !value.isNull else { return nil }
        guard let seconds = value.unreadNumber.flatMap(Double.init), (0...1e11).contains(seconds) else { throw .invalidClaim(name) }
        return Date(timeIntervalSince1970: seconds)
    }

    // What STS takes of providers for a session (IAM, "Pass session tags" and "Monitor and control actions taken with assumed roles").

    private static var tagsClaim: String { "https://aws.amazon.com/tags" }
    private static var sourceClaim: String { "https://aws.amazon.com/source_identity" }

    fileprivate func sessionTags() throws(Fault) -> [Tag] {
        guard let members = try tagMembers("principal_tags") else { return [] }
        guard members.memberNames.count <= SessionLimits.tags else { throw .invalidClaim(Self.tagsClaim) }
        var tags: [Tag] = []
        for key in members.memberNames {
            // A tag has one value, alone or as a list of one.
            let values = members.value(key).unreadText.map { [$0] } ?? members.value(key).unreadElements.compactMap(\.unreadText)
            guard values.count == 1, TextConstraint.tagKey.allows(key), TextConstraint.tagValue.allows(values[0]) else {
                throw .invalidClaim(Self.tagsClaim)
            }
            tags.append(Tag(key: key, value: values[0]))
        }
        return tags
    }

    fileprivate func transitiveTagKeys() throws(Fault) -> [String] {
        guard !value(Self.tagsClaim).isNull else { return [] }
        guard let tags = value(Self.tagsClaim).unreadReader else { throw .invalidClaim(Self.tagsClaim) }
        let elements = tags.value("transitive_tag_keys").unreadElements
        let keys = elements.compactMap(\.unreadText)
        guard keys.count == elements.count, keys.count <= SessionLimits.tags else { throw .invalidClaim(Self.tagsClaim) }
        return keys
    }

    private func tagMembers(_ name: String) throws(Fault) -> JSONReader? {
        guard !value(Self.tagsClaim).isNull else { return nil }
        guard let tags = value(Self.tagsClaim).unreadReader else { throw .invalidClaim(Self.tagsClaim) }
        guard !tags.value(name).isNull else { return nil }
        guard let members = tags.value(name).unreadReader else { throw .invalidClaim(Self.tagsClaim) }
        return members
    }

    fileprivate func sourceIdentity() throws(Fault) -> String? {
        guard let text = try claim(Self.sourceClaim) else { return nil }
        guard TextConstraint.sourceIdentity.allows(text) else { throw .invalidClaim(Self.sourceClaim) }
        return text
    }
}

extension Fault {
    fileprivate static func missingClaim(_ name: String) -> Fault { Fault(.invalidIdentityToken, "Missing a required claim: \(name)") }

    fileprivate static func invalidClaim(_ name: String) -> Fault {
        Fault(.invalidIdentityToken, "The claim \(name) of the token is not valid")
    }
}
