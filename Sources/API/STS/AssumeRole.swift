import Domain
import Services
import Wire

/// Temporary keys of a role that trusts the caller.
struct AssumeRole: QueryAction {
    static let namespace = STSService.namespace
    static let permissions = [
        Permission<Self>("sts:AssumeRole") { [$1.role($0.request.role)] },
        // What goes on from the caller's session is given to the new one as what the request brings is.
        Permission<Self>("sts:SetSourceIdentity") { $0.sourceIdentity(in: $1) == nil ? [] : [$1.role($0.request.role)] }
            .adding { ["sts:sourceidentity": [$0.sourceIdentity(in: $1)].compactMap(\.self)] },
        Permission<Self>("sts:TagSession") { $0.tags(in: $1).isEmpty ? [] : [$1.role($0.request.role)] }
            .adding { action, call in
                var facts: ConditionFacts = [:]
                for tag in action.tags(in: call) { facts.addTag(tag.key, tag.value) }
                let transitive = action.request.content.transitiveTagKeys + (call.session?.transitiveTags ?? []).map(\.key)
                for key in transitive { facts.add("sts:transitivetagkeys", key) }
                return facts
            },
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
        Answer(
            keys: try await SecurityTokens(call).assume(request),
            partition: call.region.partition,
            sourceIdentity: call.session?.sourceIdentity ?? request.sourceIdentity
        )
    }

    /// The one that is asked for; what else the session would have goes on to it.
    private func sourceIdentity(in call: Call) -> String? { request.sourceIdentity ?? call.session?.sourceIdentity }

    private func tags(in call: Call) -> [Tag] { request.content.tags + (call.session?.transitiveTags ?? []) }

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
