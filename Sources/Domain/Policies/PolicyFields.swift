/// The members of an object in a policy, read strictly: what the policy language does not have is an error.
struct PolicyFields {
    private let members: [String: PolicyValue]

    init(_ value: PolicyValue, allowing names: Set<String>) throws(PolicyError) {
        guard case .object(let members) = value else { throw PolicyError("Invalid policy syntax.") }
        if let unknown = members.keys.filter({ !names.contains($0) }).min() {
            throw PolicyError("Unknown field \(unknown.prefix(64))")
        }
        self.members = members
    }

    subscript(_ name: String) -> PolicyValue? { members[name] }

    func text(_ name: String) throws(PolicyError) -> String? {
        guard let value = members[name] else { return nil }
        guard let text = value.text else { throw PolicyError("Invalid policy syntax.") }
        return text
    }

    func required(_ name: String) throws(PolicyError) -> PolicyValue {
        guard let value = members[name] else { throw PolicyError("Missing required field \(name)") }
        return value
    }

    /// The member or its opposite, such as `Action` or `NotAction`, of which an object must have one and not both.
    func either(_ name: String) throws(PolicyError) -> (value: PolicyValue, isOpposite: Bool) {
        switch (members[name], members["Not\(name)"]) {
        case (let value?, nil): return (value, false)
        case (nil, let value?): return (value, true)
        case (nil, nil): throw PolicyError("Missing required field \(name)")
        default: throw PolicyError("A statement cannot have both \(name) and Not\(name)")
        }
    }
}
