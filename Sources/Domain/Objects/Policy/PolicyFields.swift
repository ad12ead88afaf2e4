/// The members of an object in a policy, read strictly: what the policy language does not have is an error.
struct PolicyFields {
    private let members: [String: PolicyValue]

    init(_ value: PolicyValue, allowing names: Set<String>) throws(Fault) {
        guard case .object(let members) = value else { throw .malformedPolicy("Invalid policy syntax.") }
        if let unknown = members.keys.filter({ !names.contains($0) }).min() {
            throw .malformedPolicy("Unknown field \(unknown.prefix(64))")
        }
        self.members = members
    }

    subscript(_ name: String) -> PolicyValue? { members[name] }

    func text(_ name: String) throws(Fault) -> String? {
        guard let value = members[name] else { return nil }
        guard let text = value.text else { throw .malformedPolicy("Invalid policy syntax.") }
        return text
    }

    func required(_ name: String) throws(Fault) -> PolicyValue {
        guard let value = members[name] else { throw .malformedPolicy("Missing required field \(name)") }
        return value
    }

    /// The member or its opposite, such as `Action` or `NotAction`, of which an object must have one and not both.
    func either(_ name: String) throws(Fault) -> (value: PolicyValue, isOpposite: Bool) {
        switch (members[name], members["Not\(name)"]) {
        case (let value?, nil): return (value, false)
        case (nil, let value?): return (value, true)
        case (nil, nil): throw .malformedPolicy("Missing required field \(name)")
        default: throw .malformedPolicy("A statement cannot have both \(name) and Not\(name)")
        }
    }
}
