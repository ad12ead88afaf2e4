/// The members of an object in a policy, read strictly: what the policy language does not have is an error.
struct PolicyFields {
    private let members: [String: PolicyValue]

    init(_ value: PolicyValue, allowing names: Set<String>, prohibiting prohibited: Set<String> = []) throws(PolicyError) {
        guard case .object(let members) = value else { throw Self.invalid }
        if let unknown = members.keys.filter({ !names.contains($0) && !prohibited.contains($0) }).min() {
            throw PolicyError("Unknown field \(unknown.prefix(64))", .syntax)
        }
        if let name = members.keys.filter(prohibited.contains).min() {
            throw PolicyError("Has prohibited field \(name)", .prohibited(name))
        }
        self.members = members
    }

    subscript(_ name: String) -> PolicyValue? { members[name] }

    func text(_ name: String) throws(PolicyError) -> String? {
        guard let value = members[name] else { return nil }
        guard let text = value.text else { throw Self.invalid }
        return text
    }

    func required(_ name: String) throws(PolicyError) -> PolicyValue {
        guard let value = members[name] else { throw Self.missing(name) }
        return value
    }

    /// The member or its opposite, such as `Action` or `NotAction`, of which an object must have one and not both.
    func either(_ name: String) throws(PolicyError) -> (value: PolicyValue, isOpposite: Bool) {
        switch (members[name], members["Not\(name)"]) {
        case (let value?, nil): return (value, false)
        case (nil, let value?): return (value, true)
        case (nil, nil): throw Self.missing(name)
        default: throw PolicyError("A statement cannot have both \(name) and Not\(name)", .syntax)
        }
    }

    static let invalid = PolicyError("Invalid policy syntax.", .syntax)

    private static func missing(_ name: String) -> PolicyError { PolicyError("Missing required field \(name)", .missing(name)) }
}
