/// One comparison of a statement's `Condition`: a key of the request with one value or several.
package struct PolicyCondition: Hashable, Sendable {
    package let comparison: PolicyOperator
    /// As it is written; capital letters are not told from small ones.
    package let key: String
    package let values: [String]

    /// What tells who calls, or from where: the list of S3's meaning of public.
    private static let narrowingKeys: Set<String> = [
        "aws:principalarn", "aws:principalaccount", "aws:principalorgid", "aws:principalorgpaths", "aws:sourceip", "aws:sourcearn",
        "aws:sourcevpc", "aws:sourcevpce", "aws:sourceowner", "aws:sourceaccount", "aws:userid", "s3:dataaccesspointarn",
        "s3:dataaccesspointaccount", "s3:x-amz-server-side-encryption-aws-kms-key-id",
    ]
    private static let narrowingOperators: Set<String> = [
        "stringequals", "stringequalsignorecase", "stringlike", "arnequals", "arnlike", "ipaddress",
    ]

    /// Reads all of a `Condition`, which is by operator and key.
    static func read(_ value: PolicyValue) throws(PolicyError) -> [PolicyCondition] {
        guard case .object(let operators) = value else { throw PolicyFields.invalid }
        var read: [PolicyCondition] = []
        for (name, conditions) in operators.sorted(by: { $0.key < $1.key }) {
            guard let comparison = PolicyOperator(name) else { throw PolicyError("Invalid Condition type : \(name.prefix(64))", .syntax) }
            guard case .object(let keys) = conditions else { throw PolicyFields.invalid }
            for (key, value) in keys.sorted(by: { $0.key < $1.key }) {
                guard isKey(key) else { throw PolicyError("Policy has an invalid condition key", .condition) }
                let values = value.elements.compactMap(\.scalar)
                guard values.count == value.elements.count, values.allSatisfy(comparison.takes) else {
                    throw PolicyError("Invalid value in Condition \(name.prefix(64)) of \(key.prefix(64))", .syntax)
                }
                read.append(PolicyCondition(comparison: comparison, key: key, values: values))
            }
        }
        return read
    }

    /// A service or a provider, and a name of its own: `aws:SourceIp`, `accounts.google.com:aud`.
    private static func isKey(_ text: String) -> Bool {
        guard let colon = text.firstIndex(of: ":") else { return false }
        return colon != text.startIndex && text.index(after: colon) != text.endIndex
    }

    /// Whether it holds for fixed callers or places alone.
    var narrowsToSomebody: Bool {
        let key = key.lowercased()
        guard comparison.isPlain, Self.narrowingOperators.contains(comparison.name), Self.narrowingKeys.contains(key) else { return false }
        return !values.isEmpty && values.allSatisfy { key == "aws:sourceip" ? IPNetwork($0)?.isNarrow ?? false : Self.isFixed($0) }
    }

    /// Without wildcards and policy variables.
    private static func isFixed(_ text: String) -> Bool { !text.contains("*") && !text.contains("?") && !text.contains("${") }
}
