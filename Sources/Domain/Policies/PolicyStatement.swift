/// A statement of a policy: who may, or may not, do what to which resources, and when.
package struct PolicyStatement: Hashable, Sendable {
    package enum Effect: String, Sendable {
        case allow = "Allow"
        case deny = "Deny"
    }

    /// What a member names, or all but that: `Action` and `NotAction`.
    package struct Clause: Hashable, Sendable {
        package let texts: [String]
        package let isExcluding: Bool
    }

    private static let members: Set<String> = [
        "Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition",
    ]

    package let id: String?
    package let effect: Effect
    package let principals: PolicyPrincipals
    /// Whether the statement is about all but the principals.
    package let excludesPrincipals: Bool
    package let actions: Clause
    package let resources: Clause
    package let conditions: [PolicyCondition]

    init(_ value: PolicyValue) throws(PolicyError) {
        let fields = try PolicyFields(value, allowing: Self.members)
        id = try fields.text("Sid")
        let effect = try fields.required("Effect").text ?? ""
        guard let effect = Effect(rawValue: effect) else { throw PolicyError("Invalid effect: \(effect.prefix(64))") }
        self.effect = effect
        let (principals, excludesPrincipals) = try fields.either("Principal")
        self.principals = try PolicyPrincipals(principals)
        self.excludesPrincipals = excludesPrincipals
        actions = try Self.clause("Action", in: fields, else: "Policy has invalid action")
        resources = try Self.clause("Resource", in: fields, else: "Policy has invalid resource")
        conditions = try fields["Condition"].map { value throws(PolicyError) in try PolicyCondition.read(value) } ?? []
    }

    private static func clause(_ name: String, in fields: PolicyFields, else fault: String) throws(PolicyError) -> Clause {
        let (value, isExcluding) = try fields.either(name)
        guard let texts = value.texts else { throw PolicyError(fault) }
        return Clause(texts: texts, isExcluding: isExcluding)
    }

    /// Whether the statement allows an action to somebody of those, whatever its conditions are: as KMS's lockout check looks at it.
    func allows(_ action: String, toAnyOf names: Set<String>) -> Bool {
        guard effect == .allow, !excludesPrincipals, !actions.isExcluding else { return false }
        guard !names.isDisjoint(with: principals.names(of: .aws)) else { return false }
        return actions.texts.contains { PolicyPattern($0.lowercased()).matches(action.lowercased()) }
    }

    /// Whether the statement lets in everybody, or whoever meets conditions that tell nobody in particular.
    var isPublic: Bool {
        guard effect == .allow, !conditions.contains(where: \.narrowsToSomebody) else { return false }
        // All but those who are named are everybody else.
        return excludesPrincipals || principals.names(of: .aws).contains { $0.contains("*") }
    }
}
