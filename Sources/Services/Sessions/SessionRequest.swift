import Domain

/// What may be given to a session when it begins: policies that limit it, and tags.
package struct SessionContent: Sendable {
    package var policy: String?
    package var policyARNs: [String]
    package var tags: [Tag]
    package var transitiveTagKeys: [String]

    package init(policy: String? = nil, policyARNs: [String] = [], tags: [Tag] = [], transitiveTagKeys: [String] = []) {
        self.policy = policy
        self.policyARNs = policyARNs
        self.tags = tags
        self.transitiveTagKeys = transitiveTagKeys
    }

    /// - Parameter account: the one that the session is in: it has the managed policies.
    /// - Throws: `Fault` `MalformedPolicyDocument`, `ValidationError`, `PackedPolicyTooLarge`.
    func check(in account: AccountID) throws {
        if let policy { _ = try PolicyDocument.identity(parsing: policy) }
        let characters = (policy?.unicodeScalars.count ?? 0) + policyARNs.reduce(0) { $0 + $1.unicodeScalars.count }
        guard characters <= SessionLimits.policyCharacters else {
            throw Fault(
                .packedPolicyTooLarge,
                "The session policy and the ARNs of managed policies have \(characters) characters; \(SessionLimits.policyCharacters) are allowed."
            )
        }
        for text in policyARNs { try Self.checkARN(text, in: account) }
        try checkTags()
    }

    private static func checkARN(_ text: String, in account: AccountID) throws {
        guard let arn = ARN(text), arn.service == "iam", arn.region.isEmpty, arn.resource.hasPrefix("policy/") else {
            throw Fault(.validationError, "ARN \(text.prefix(256)) is not valid.")
        }
        let isThere = arn.account == "aws" ? AWSManagedPolicy.find(text) != nil : arn.account == account.rawValue
        guard isThere else { throw Fault(.validationError, "ARN \(text.prefix(256)) names no managed policy of the account \(account).") }
    }

    /// - Throws: `Fault` `ValidationError`
    package func checkTags() throws {
        let keys = tags.map { $0.key.lowercased() }
        guard Set(keys).count == keys.count else {
            throw Fault(.validationError, "Duplicate tag keys found. Please note that Tag keys are case insensitive.")
        }
        guard !keys.contains(where: { $0.hasPrefix("aws:") }) else {
            throw Fault(.validationError, "Tag keys that begin with aws: are reserved.")
        }
        guard Set(transitiveTagKeys.map { $0.lowercased() }).isSubset(of: keys) else {
            throw Fault(.validationError, "The specified transitive tag key must be included in the requested tags.")
        }
    }

    /// The same, with the tags that go on from the session that begins this one.
    ///
    /// - Throws: `Fault` `ValidationError` for a tag that would take the place of one of them.
    func inheriting(from session: CallerSession?) throws -> SessionContent {
        let inherited = session?.transitiveTags ?? []
        guard !inherited.isEmpty else { return self }
        let keys = Set(inherited.map { $0.key.lowercased() })
        if let tag = tags.first(where: { keys.contains($0.key.lowercased()) }) {
            throw Fault(.validationError, "The tag \(tag.key) is inherited from the calling session and cannot be set.")
        }
        var content = self
        content.tags += inherited
        content.transitiveTagKeys += inherited.map(\.key)
        return content
    }
}

/// What AssumeRole asks for.
package struct RoleAssumption: Sendable {
    package let role: RoleARN
    package let sessionName: String
    package var seconds: Int?
    package var externalID: String?
    package var sourceIdentity: String?
    package var content: SessionContent

    package init(
        role: RoleARN,
        sessionName: String,
        seconds: Int? = nil,
        externalID: String? = nil,
        sourceIdentity: String? = nil,
        content: SessionContent = SessionContent()
    ) {
        self.role = role
        self.sessionName = sessionName
        self.seconds = seconds
        self.externalID = externalID
        self.sourceIdentity = sourceIdentity
        self.content = content
    }
}
