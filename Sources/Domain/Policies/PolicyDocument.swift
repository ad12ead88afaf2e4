import Foundation

/// A policy document as JSON has it, as far as its shape matters here.
struct PolicyDocument: Decodable {
    let version: String?
    let statements: OneOrMany<PolicyStatement>

    private enum CodingKeys: String, CodingKey {
        case version = "Version"
        case statements = "Statement"
    }
}

struct PolicyStatement: Decodable {
    private let effect: Effect
    private let principal: Principals?
    private let notPrincipal: Principals?
    private let actions: OneOrMany<String>?
    private let notActions: OneOrMany<String>?
    private let resources: OneOrMany<String>?
    private let notResources: OneOrMany<String>?
    private let conditions: PolicyConditions?

    private enum Effect: String, Decodable {
        case allow = "Allow"
        case deny = "Deny"
    }

    private enum CodingKeys: String, CodingKey {
        case effect = "Effect"
        case principal = "Principal"
        case notPrincipal = "NotPrincipal"
        case actions = "Action"
        case notActions = "NotAction"
        case resources = "Resource"
        case notResources = "NotResource"
        case conditions = "Condition"
    }

    var isWellFormed: Bool {
        (principal == nil) != (notPrincipal == nil) && (actions == nil) != (notActions == nil)
            && (resources == nil) != (notResources == nil)
    }

    /// Whether the statement allows an action to somebody of those, whatever its conditions are: as KMS's lockout check looks at it.
    func allows(_ action: String, byAnyOf names: Set<String>) -> Bool {
        guard effect == .allow, let principal, !names.isDisjoint(with: principal.names) else { return false }
        guard let actions else { return false }
        return actions.values.contains { PolicyPattern($0.lowercased()).matches(action.lowercased()) }
    }

    /// Whether the statement lets in everybody, or whoever meets conditions that tell nobody in particular.
    var isPublic: Bool {
        guard effect == .allow, conditions?.narrowToSomebody != true else { return false }
        // All but those who are named are everybody else.
        return principal?.names.contains { $0.contains("*") } ?? true
    }
}

/// `"*"`, or kinds of principals each with one name or several.
private struct Principals: Decodable {
    let names: Set<String>

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let text = try? container.decode(String.self) {
            guard text == "*" else {
                throw DecodingError.dataCorruptedError(in: container, debugDescription: "a principal is * or an object")
            }
            names = [text]
        } else {
            let kinds = try container.decode([String: OneOrMany<String>].self)
            guard !kinds.isEmpty, kinds.keys.allSatisfy(["AWS", "Service", "Federated", "CanonicalUser"].contains) else {
                throw DecodingError.dataCorruptedError(in: container, debugDescription: "an unknown kind of principal")
            }
            names = Set(kinds.filter { $0.key == "AWS" }.flatMap(\.value.values))
        }
    }
}

/// A list, or its only element.
struct OneOrMany<Element: Decodable>: Decodable {
    let values: [Element]

    init(from decoder: any Decoder) throws {
        if let list = try? decoder.singleValueContainer().decode([Element].self) {
            values = list
        } else {
            values = [try decoder.singleValueContainer().decode(Element.self)]
        }
    }
}
