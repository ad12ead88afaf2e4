/// Whom a statement is about: everybody, or names of several kinds. What a name may be is the service's to check.
package struct PolicyPrincipals: Hashable, Sendable {
    package enum Kind: String, Sendable, CaseIterable {
        case aws = "AWS"
        case service = "Service"
        case federated = "Federated"
        case canonicalUser = "CanonicalUser"
    }

    /// Everybody is `*` of the kind `AWS`.
    private let names: [Kind: [String]]

    init(_ value: PolicyValue) throws(PolicyError) {
        if let text = value.text {
            guard text == "*" else { throw Self.invalid }
            names = [.aws: [text]]
            return
        }
        guard case .object(let members) = value, !members.isEmpty else { throw Self.invalid }
        var names: [Kind: [String]] = [:]
        for (name, value) in members {
            guard let kind = Kind(rawValue: name), let texts = value.texts else { throw Self.invalid }
            names[kind] = texts
        }
        self.names = names
    }

    package func names(of kind: Kind) -> [String] { names[kind] ?? [] }

    /// A name that is not what a service takes for one of its kind.
    func first(thatIsNot isName: (String, Kind) -> Bool) -> (name: String, kind: Kind)? {
        for kind in Kind.allCases {
            if let name = names(of: kind).first(where: { !isName($0, kind) }) { return (name, kind) }
        }
        return nil
    }

    /// Whether all names are what a service takes for one of their kind.
    func allSatisfy(_ isName: (String, Kind) -> Bool) -> Bool { names.allSatisfy { kind, names in names.allSatisfy { isName($0, kind) } } }

    static let invalid = PolicyError("Invalid principal in policy", .syntax)
}
