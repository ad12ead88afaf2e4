/// What IAM takes of the policy language, and what it says of the rest.
enum IAMPolicyRules {
    private static let syntax = "Syntax errors in policy."

    /// IAM's text for what the parser has found.
    static func text(of error: PolicyError, in kind: Policy.Kind) -> String {
        switch (error.problem, kind) {
        case (.json, .trust), (.missing, .trust), (.prohibited, .trust), (.repeatedID, _): error.description
        case (.missing("Action"), _): "Policy statement must contain actions."
        case (.missing("Resource"), _): "Policy statement must contain resources."
        case (.prohibited, _): "Policy document should not specify a principal."
        case (.condition, _): prefaced
        case (.json, _), (.syntax, _), (.missing, _): syntax
        }
    }

    /// What is wrong with a statement that the language itself takes.
    static func fault(in statement: PolicyStatement, of kind: Policy.Kind) -> String? {
        faultOfID(statement.id)
            ?? statement.actions.texts.firstMapped(faultOfAction)
            ?? statement.resources?.texts.firstMapped(faultOfResource)
            ?? statement.conditions.firstMapped(faultOfDate)
            ?? (kind == .trust ? faultOfTrust(statement) : nil)
    }

    private static func faultOfID(_ id: String?) -> String? {
        let isPlain = (id ?? "").utf8.allSatisfy { isLetterOrDigit($0) }
        return isPlain
            ? nil : "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*"
    }

    private static let prefaced = "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc."

    private static func faultOfAction(_ action: String) -> String? {
        let parts = action.split(separator: ":", omittingEmptySubsequences: false)
        guard action != "*" else { return nil }
        guard parts.count > 1, !parts[1].isEmpty else { return prefaced }
        guard parts.count == 2 else { return "Actions/Condition can contain only one colon." }
        let isVendor =
            !parts[0].isEmpty && parts[0].utf8.allSatisfy { isLetterOrDigit($0) || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: ".") }
        return isVendor ? nil : "Vendor \(parts[0].prefix(64)) is not valid"
    }

    private static let iamPaths = [
        "user/", "federated-user/", "role/", "group/", "instance-profile/", "mfa/", "server-certificate/", "policy/", "sms-mfa/",
        "saml-provider/", "oidc-provider/", "report/", "access-report/",
    ]

    private static func faultOfResource(_ resource: String) -> String? {
        guard resource != "*" else { return nil }
        let shown = resource.prefix(256)
        let parts = resource.split(separator: ":", maxSplits: 5, omittingEmptySubsequences: false).map(String.init)
        guard parts[0] == "arn", parts.count > 2 else { return "Resource \(shown) must be in ARN format or \"*\"." }
        guard ARN.partitions.contains(parts[1]) else {
            return "Partition \"\(parts[1].prefix(64))\" is not valid for resource \"\(shown)\"."
        }
        guard !parts[2].isEmpty, !hasWildcard(parts[2]) else {
            return "Resource vendor must be fully qualified and cannot contain regexes."
        }
        // What ends in a star may stand for the parts that are missing.
        guard parts.count == 6 else { return resource.hasSuffix("*") ? nil : "Resource \(shown) must be in ARN format or \"*\"." }
        switch parts[2] {
        case "iam" where !parts[3].isEmpty: return "IAM resource \(shown) cannot contain region information."
        // Access points and the like have a Region, and an account with it.
        case "s3" where !parts[3].isEmpty && parts[4].isEmpty: return "Resource \(shown) can not contain region information."
        case "iam" where parts[5] != "*" && !iamPaths.contains(where: parts[5].hasPrefix):
            return "IAM resource path must either be \"*\" or start with \(iamPaths.joined(separator: ", "))."
        default: return nil
        }
    }

    private static func faultOfDate(_ condition: PolicyCondition) -> String? {
        guard condition.comparison.name.hasPrefix("date") else { return nil }
        return condition.values.allSatisfy { PolicyDate.seconds(of: $0) != nil } ? nil : "The policy failed legacy parsing"
    }

    /// What can be done with a role by who assumes it.
    private static let trustActions = [
        "sts:assumerole", "sts:assumerolewithsaml", "sts:assumerolewithwebidentity", "sts:setsourceidentity", "sts:tagsession",
        "sts:setcontext",
    ]

    private static func faultOfTrust(_ statement: PolicyStatement) -> String? {
        for action in statement.actions.texts {
            let pattern = PolicyPattern(action.lowercased())
            guard action != "*", trustActions.contains(where: pattern.matches) else {
                return "AssumeRole policy may only specify STS AssumeRole actions."
            }
        }
        let wrong = statement.principals?.first(thatIsNot: { $1 != .canonicalUser && PolicyPrincipalName.isName($0, of: $1) })
        guard let wrong else { return nil }
        guard wrong.kind != .federated else { return "Federated principals must be valid domain names or SAML metadata ARNs" }
        // IAM shouts the kind, however the policy spells it.
        return "Invalid principal in policy: \"\(wrong.kind.rawValue.uppercased())\":\"\(wrong.name.prefix(256))\""
    }

    private static func hasWildcard(_ text: String) -> Bool { text.contains("*") || text.contains("?") }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte | 0x20) }
}

extension Array {
    /// The first answer that a closure has for an element.
    fileprivate func firstMapped<Answer>(_ answer: (Element) -> Answer?) -> Answer? {
        for element in self {
            if let found = answer(element) { return found }
        }
        return nil
    }
}
