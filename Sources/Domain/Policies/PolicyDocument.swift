/// A policy that IAM keeps, read by IAM's rules and refused in IAM's words: of an identity, or of a role as to who may assume it.
package struct PolicyDocument: Sendable {
    package let text: String
    package let policy: CompiledPolicy
    /// Those that it names of the kind `AWS`.
    package let principalNames: Set<String>

    /// How much of a quota a document may use. White space is not counted.
    package struct SizeLimit: Sendable {
        /// As IAM calls it: `PolicySize`.
        package let quota: String
        package let characters: Int

        package init(quota: String, characters: Int) {
            self.quota = quota
            self.characters = characters
        }
    }

    /// Reads the policy of an identity, a boundary, a session's or a service control policy.
    ///
    /// - Parameter needsVariables: refuses the language's older versions, as IAM does for managed policies.
    /// - Throws: `Fault` `MalformedPolicyDocument` or `LimitExceeded`.
    package static func identity(parsing text: String, limit: SizeLimit? = nil, needsVariables: Bool = false) throws(Fault)
        -> PolicyDocument
    {
        try PolicyDocument(text, of: .identity, limit, needsVariables: needsVariables)
    }

    /// Reads one that was taken in.
    ///
    /// - Throws: `Fault` `MalformedPolicyDocument`, which none that was taken in is.
    package static func kept(_ text: String, of kind: Policy.Kind, ids: PrincipalIDs? = nil) throws(Fault) -> PolicyDocument {
        try PolicyDocument(text, of: kind, isKept: true, ids: ids)
    }

    /// Reads who may assume a role.
    ///
    /// - Throws: `Fault` `MalformedPolicyDocument` or `LimitExceeded`.
    package static func trust(parsing text: String, limit: SizeLimit? = nil) throws(Fault) -> PolicyDocument {
        try PolicyDocument(text, of: .trust, limit)
    }

    private init(
        _ text: String,
        of kind: Policy.Kind,
        _ limit: SizeLimit? = nil,
        needsVariables: Bool = false,
        isKept: Bool = false,
        ids: PrincipalIDs? = nil
    ) throws(Fault) {
        if let limit, Self.size(of: text) > limit.characters {
            throw Fault(.limitExceeded, "Cannot exceed quota for \(limit.quota): \(limit.characters)")
        }
        let policy: Policy
        do throws(PolicyError) {
            policy = try Policy(parsing: Array(text.utf8), of: kind, isKept: isKept)
        } catch {
            throw Self.malformed(IAMPolicyRules.text(of: error, in: kind), error.statement, error.description)
        }
        if needsVariables, !policy.hasVariables { throw Self.malformed("Policy document must be version 2012-10-17 or greater.") }
        for (number, statement) in policy.statements.enumerated() {
            if let text = IAMPolicyRules.fault(in: statement, of: kind) { throw Self.malformed(text, number) }
        }
        self.text = text
        principalNames = policy.principalNames
        self.policy = CompiledPolicy(policy, ids: ids)
    }

    /// The characters of a document that count against a quota.
    package static func size(of text: String) -> Int { text.unicodeScalars.count { !$0.properties.isWhitespace } }

    /// IAM's own text, and then which statement is meant and what it has wrong.
    private static func malformed(_ text: String, _ statement: Int? = nil, _ detail: String? = nil) -> Fault {
        let detail = detail.flatMap { $0 == text ? nil : $0 }
        let place = [statement.map { "statement \($0 + 1)" }, detail].compactMap(\.self).joined(separator: ": ")
        return Fault(.malformedIAMPolicy, place.isEmpty ? text : "\(text) (\(place))")
    }
}
