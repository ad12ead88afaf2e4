/// The conditions of a bucket's policy: by operator and key, one value or several.
enum BucketPolicyCondition {
    static func check(_ value: PolicyValue) throws(Fault) {
        guard case .object(let operators) = value else { throw .malformedPolicy("Invalid policy syntax.") }
        for (name, conditions) in operators {
            guard let comparison = PolicyOperator(name) else { throw .malformedPolicy("Invalid Condition type : \(name.prefix(64))") }
            guard case .object(let keys) = conditions else { throw .malformedPolicy("Invalid policy syntax.") }
            for (key, value) in keys {
                guard isKey(key) else { throw .malformedPolicy("Policy has an invalid condition key") }
                let isTaken = value.elements.allSatisfy { $0.scalar.map { comparison.takes($0) } ?? false }
                guard isTaken else { throw .malformedPolicy("Invalid value in Condition \(name.prefix(64)) of \(key.prefix(64))") }
            }
        }
    }

    /// A service or a provider, and a name of its own: `aws:SourceIp`, `accounts.google.com:aud`.
    private static func isKey(_ text: String) -> Bool {
        guard let colon = text.firstIndex(of: ":") else { return false }
        return colon != text.startIndex && text.index(after: colon) != text.endIndex
    }
}
