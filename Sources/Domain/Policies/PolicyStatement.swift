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

    private static func prohibited(in kind: Policy.Kind) -> Set<String> {
        switch kind {
        case .identity: ["Principal", "NotPrincipal"]
        case .resource: []
        case .trust: ["Resource", "NotResource"]
        }
    }

    package let id: String?
    package let effect: Effect
    /// Nil in what is attached to those whom it is about.
    package let principals: PolicyPrincipals?
    /// Whether the statement is about all but the principals.
    package let excludesPrincipals: Bool
    package let actions: Clause
    /// Nil in what is attached to a role, which is what it is about.
    package let resources: Clause?
    package let conditions: [PolicyCondition]

    init(_ value: PolicyValue, of kind: Policy.Kind) throws(PolicyError) {
        let fields = try PolicyFields(value, allowing: Self.members, prohibiting: Self.prohibited(in: kind))
        id = try fields.text("Sid")
        let effect = try fields.required("Effect").text ?? ""
        guard let effect = Effect(rawValue: effect) else { throw PolicyError("Invalid effect: \(effect.prefix(64))", .syntax) }
        self.effect = effect
        if kind == .identity {
            (principals, excludesPrincipals) = (nil, false)
        } else {
            let (principals, excludesPrincipals) = try fields.either("Principal")
            self.principals = try PolicyPrincipals(principals)
            self.excludesPrincipals = excludesPrincipals
        }
        actions = try Self.clause("Action", in: fields, else: "Policy has invalid action")
        resources = kind == .trust ? nil : try Self.clause("Resource", in: fields, else: "Policy has invalid resource")
        conditions = try fields["Condition"].map { value throws(PolicyError) in try PolicyCondition.read(value) } ?? []
    }

    private static func clause(_ name: String, in fields: PolicyFields, else fault: String) throws(PolicyError) -> Clause {
        let (value, isExcluding) = try fields.either(name)
        guard let texts = value.texts else { throw PolicyError(fault, value.elements.isEmpty ? .missing(name) : .syntax) }
        return Clause(texts: texts, isExcluding: isExcluding)
    }

    /// Whether the statement allows an action to somebody of those, whatever its conditions are: as KMS's lockout check looks at it.
    func allows(_ action: String, toAnyOf names: Set<String>) -> Bool {
        guard effect == .allow, !excludesPrincipals, !actions.isExcluding else { return false }
        guard let principals, !names.isDisjoint(with: principals.names(of: .aws)) else { return false }
        return actions.texts.contains { PolicyPattern($0.lowercased()).matches(action.lowercased()) }
    }

    /// Whether the statement allows any action of a service, whatever its resources and conditions are.
    ///
    /// - Parameter service: its namespace in policies: `s3`.
    func allowsAny(ofService service: String) -> Bool {
        guard effect == .allow else { return false }
        let names = actions.texts.map { $0.lowercased().split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false) }
        let own = names.filter { PolicyPattern(String($0[0])).matches(service.lowercased()) }
        guard actions.isExcluding else { return !own.isEmpty }
        return !own.contains { $0.count == 1 || $0[1] == "*" }
    }

    /// Whether the statement lets in everybody, or whoever meets conditions that tell nobody in particular.
    var isPublic: Bool {
        guard effect == .allow, !conditions.contains(where: \.narrowsToSomebody) else { return false }
        // All but those who are named are everybody else.
        return excludesPrincipals || principals.map { $0.names(of: .aws).contains { $0.contains("*") } } ?? false
    }
}
