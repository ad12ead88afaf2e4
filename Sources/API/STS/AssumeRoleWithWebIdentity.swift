import Domain
import Services
import Wire

/// Temporary keys of a role for whom an OpenID Connect provider vouches. No signature is needed: the token tells who calls.
struct AssumeRoleWithWebIdentity: QueryAction {
    static let namespace = STSService.namespace
    static let permissions = [
        Permission<Self>("sts:AssumeRoleWithWebIdentity") { [$1.role($0.request.role)] },
        Permission<Self>("sts:SetSourceIdentity") { $0.request.sourceIdentity == nil ? [] : [$1.role($0.request.role)] },
        Permission<Self>("sts:TagSession") { $0.request.content.tags.isEmpty ? [] : [$1.role($0.request.role)] },
    ]

    private var request: RoleAssumption
    private let token: String

    init(from query: QueryReader) throws(RequestError) {
        let text = try query.text("RoleArn", .roleARN)
        guard let role = RoleARN(text) else { throw .constraints(["\(text.prefix(256)) is invalid"]) }
        request = RoleAssumption(
            role: role,
            sessionName: try query.text("RoleSessionName", .sessionName),
            seconds: try query.optionalInteger("DurationSeconds", SessionLimits.shortest...SessionLimits.longestOfRole),
            content: try query.sessionContent(hasTags: false)
        )
        token = try query.text("WebIdentityToken", .webIdentityToken)
    }

    static func read(_ query: QueryReader, in call: Call) async throws -> ReadAction<Self> {
        guard !query.contains("ProviderId") else {
            throw Fault(
                .validationError,
                "ProviderId: this is for access tokens of OAuth 2.0; with an OpenID Connect token it must be left out"
            )
        }
        var action = try Self(from: query)
        try query.requireAllRead()
        let token = try WebIdentityToken(parsing: action.token)
        // The token says what the session has of tags, and whose it is.
        action.request.content.tags = token.claims.tags
        action.request.content.transitiveTagKeys = token.claims.transitiveTagKeys
        action.request.sourceIdentity = token.claims.sourceIdentity
        try action.request.content.checkTags()
        let role = action.request.role
        let identity = try await WebIdentities(call.deployment).identity(by: token, in: role.account, partition: call.region.partition)
        return ReadAction(action: action, identity: identity)
    }

    func run(in call: Call) async throws -> Answer {
        guard let identity = call.webIdentity else { throw Fault(.invalidIdentityToken, "The token was not verified") }
        let keys = try await SecurityTokens(call).assume(request, as: identity)
        return Answer(keys: keys, partition: call.region.partition, identity: identity)
    }

    struct Answer: XMLEncodable {
        let keys: TemporaryKeys
        let partition: String
        let identity: WebIdentity

        func write(to xml: inout XMLWriter) {
            keys.write(to: &xml)
            xml.element("SubjectFromWebIdentityToken", identity.claims.subject)
            xml.element("AssumedRoleUser") { xml in
                xml.element("AssumedRoleId", keys.principal.userID)
                xml.element("Arn", keys.principal.arn(in: partition))
            }
            xml.element("Provider", identity.claims.issuer)
            xml.element("Audience", identity.audience)
            if let sourceIdentity = identity.claims.sourceIdentity { xml.element("SourceIdentity", sourceIdentity) }
        }
    }
}
