import Foundation

/// What a token of an OpenID Connect provider says of its bearer (OpenID Connect Core 1.0, section 2).
package struct WebIdentityClaims: Sendable {
    package let issuer: String
    package let subject: String
    /// For whom the token was made.
    package let audiences: [String]
    /// To whom it was given, where it says so.
    package let authorizedParty: String?
    package let issuedAt: Date
    package let notBefore: Date?
    package let expiresAt: Date
    /// How the bearer has proven who it is.
    package let methods: [String]
    /// For the session, as STS takes them of providers.
    package let tags: [Tag]
    package let transitiveTagKeys: [String]
    package let sourceIdentity: String?

    package init(
        issuer: String,
        subject: String,
        audiences: [String],
        authorizedParty: String? = nil,
        issuedAt: Date,
        notBefore: Date? = nil,
        expiresAt: Date,
        methods: [String] = [],
        tags: [Tag] = [],
        transitiveTagKeys: [String] = [],
        sourceIdentity: String? = nil
    ) {
        self.issuer = issuer
        self.subject = subject
        self.audiences = audiences
        self.authorizedParty = authorizedParty
        self.issuedAt = issuedAt
        self.notBefore = notBefore
        self.expiresAt = expiresAt
        self.methods = methods
        self.tags = tags
        self.transitiveTagKeys = transitiveTagKeys
        self.sourceIdentity = sourceIdentity
    }
}

/// Whom a provider of an account vouches for: by a token that has been verified.
package struct WebIdentity: Sendable {
    /// The ARN of the provider.
    package let provider: String
    /// Of the provider, without its scheme, as condition keys begin.
    package let url: String
    /// The one of the provider's client ids that the token was made for.
    package let audience: String
    package let claims: WebIdentityClaims

    package init(provider: String, url: String, audience: String, claims: WebIdentityClaims) {
        self.provider = provider
        self.url = url
        self.audience = audience
        self.claims = claims
    }

    /// What conditions can ask of it, by keys in small letters; also in the session that begins with it (IAM's reference of condition keys, "AWS OIDC
    /// federation").
    package var facts: [String: [String]] {
        let prefix = url.lowercased()
        var facts = ["\(prefix):aud": [audience], "\(prefix):sub": [claims.subject]]
        if !claims.methods.isEmpty { facts["\(prefix):amr"] = claims.methods }
        return facts
    }

    /// What conditions can ask of the session that it asks for.
    package var requestFacts: [String: [String]] {
        var facts: [String: [String]] = [:]
        for tag in claims.tags { facts["aws:requesttag/\(tag.key.lowercased())"] = [tag.value] }
        facts["aws:tagkeys"] = claims.tags.map(\.key)
        facts["sts:transitivetagkeys"] = claims.transitiveTagKeys
        facts["sts:sourceidentity"] = claims.sourceIdentity.map { [$0] }
        return facts
    }
}
