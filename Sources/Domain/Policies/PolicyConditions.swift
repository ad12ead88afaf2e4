/// The conditions of a policy's statement: by operator and key, the values that are compared with.
struct PolicyConditions: Decodable {
    /// What tells who calls, or from where: the list of S3's meaning of public.
    private static let narrowingKeys: Set<String> = [
        "aws:principalarn", "aws:principalaccount", "aws:principalorgid", "aws:principalorgpaths", "aws:sourceip", "aws:sourcearn",
        "aws:sourcevpc", "aws:sourcevpce", "aws:sourceowner", "aws:sourceaccount", "aws:userid", "s3:dataaccesspointarn",
        "s3:dataaccesspointaccount", "s3:x-amz-server-side-encryption-aws-kms-key-id",
    ]
    private static let narrowingOperators: Set<String> = [
        "stringequals", "stringequalsignorecase", "stringlike", "arnequals", "arnlike", "ipaddress",
    ]

    private let operators: [String: [String: OneOrMany<Value>]]

    init(from decoder: any Decoder) throws {
        operators = try decoder.singleValueContainer().decode([String: [String: OneOrMany<Value>]].self)
    }

    /// Whether one of the conditions holds for fixed callers or places alone.
    var narrowToSomebody: Bool {
        operators.contains { name, keys in
            Self.narrowingOperators.contains(name.lowercased())
                && keys.contains { key, values in
                    Self.narrowingKeys.contains(key.lowercased()) && !values.values.isEmpty
                        && values.values.allSatisfy { key.lowercased() == "aws:sourceip" ? $0.isNarrowNetwork : $0.isFixed }
                }
        }
    }

    /// A text, a number or a truth value.
    private struct Value: Decodable {
        let text: String

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let flag = try? container.decode(Bool.self) {
                text = String(flag)
            } else if let number = try? container.decode(Double.self) {
                text = String(number)
            } else {
                text = try container.decode(String.self)
            }
        }

        /// Without wildcards and policy variables.
        var isFixed: Bool { !text.contains("*") && !text.contains("?") && !text.contains("${") }

        /// A network of at most 2^24 addresses of IPv4, or of a prefix of 32 bits of IPv6.
        var isNarrowNetwork: Bool {
            let parts = text.split(separator: "/", omittingEmptySubsequences: false)
            guard isFixed, parts.count > 1 else { return isFixed }
            guard parts.count == 2, let prefix = Int(parts[1]) else { return false }
            return prefix >= (text.contains(":") ? 32 : 8)
        }
    }
}
