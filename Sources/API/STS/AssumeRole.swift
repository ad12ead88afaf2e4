import Domain
import Services
import Wire

/// Temporary keys of a role that trusts the caller.
struct AssumeRole: QueryAction {
    static let namespace = STSService.namespace
    static let permissions = [
        Permission<Self>("sts:AssumeRole") { [$1.role($0.request.role)] },
        Permission<Self>("sts:SetSourceIdentity") { $0.request.sourceIdentity == nil ? [] : [$1.role($0.request.role)] },
        Permission<Self>("sts:TagSession") { $0.request.content.tags.isEmpty ? [] : [$1.role($0.request.role)] },
    ]

    private let request: RoleAssumption

    init(from query: QueryReader) throws(RequestError) { request = try RoleAssumption(from: query) }

    static func read(_ query: QueryReader, in call: Call) throws -> ReadAction<Self> {
        try query.refuseCodes()
        // Only services of AWS's own make contexts that a role can trust.
        guard !query.contains("ProvidedContexts") else {
            throw Fault(.validationError, "ProvidedContexts: this Ferry trusts no provider of contexts")
        }
        let action = try Self(from: query)
        try query.requireAllRead()
        // Before anybody is asked whether the session may have them.
        try action.request.content.checkTags()
        return ReadAction(action: action)
    }

    func run(in call: Call) async throws -> Answer {
        let sourceIdentity = call.session?.sourceIdentity ?? request.sourceIdentity
        return Answer(
            keys: try await SecurityTokens(call).assume(request),
            partition: call.region.partition,
            sourceIdentity: sourceIdentity
        )
    }

    struct Answer: XMLEncodable {
        let keys: TemporaryKeys
        let partition: String
        let sourceIdentity: String?

        func write(to xml: inout XMLWriter) {
            keys.write(to: &xml)
            xml.element("AssumedRoleUser") { xml in
                xml.element("AssumedRoleId", keys.principal.userID)
                xml.element("Arn", keys.principal.arn(in: partition))
            }
            if let sourceIdentity { xml.element("SourceIdentity", sourceIdentity) }
        }
    }
}

extension RoleAssumption {
    fileprivate init(from query: QueryReader) throws(RequestError) {
        let text = try query.text("RoleArn", .roleARN)
        guard let role = RoleARN(text) else { throw .constraints(["\(text.prefix(256)) is invalid"]) }
        self.init(
            role: role,
            sessionName: try query.text("RoleSessionName", .sessionName),
            seconds: try query.optionalInteger("DurationSeconds", SessionLimits.shortest...SessionLimits.longestOfRole),
            externalID: try query.optionalText("ExternalId", .externalID),
            sourceIdentity: try query.optionalText("SourceIdentity", .sourceIdentity),
            content: try query.sessionContent(hasTransitiveTags: true)
        )
    }
}
