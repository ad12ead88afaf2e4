/// What may stand in a policy for whom a statement is about. Whether they exist is not asked: they may be of any account.
enum PolicyPrincipalName {
    static func isName(_ name: String, of kind: PolicyPrincipals.Kind) -> Bool {
        switch kind {
        case .aws: return name == "*" || AccountID(rawValue: name) != nil || ARN(inPolicy: name).map(isIdentity) ?? false
        case .service: return isHost(name) && serviceSuffixes.contains { name.hasSuffix($0) }
        case .federated: return isHost(name) || ARN(inPolicy: name).map(isProvider) ?? false
        case .canonicalUser: return name.utf8.count == 64 && name.utf8.allSatisfy { isDigit($0) || (0x61...0x66).contains($0) }
        }
    }

    private static let serviceSuffixes = [".amazonaws.com", ".amazonaws.com.cn"]
    /// What stands before the id of an identity of CloudFront, which belongs to no account.
    private static let originAccess = "user/CloudFront Origin Access Identity "

    /// The account itself, a user or a role of it, or a session. Wildcards are for conditions.
    private static func isIdentity(_ arn: ARN) -> Bool {
        guard arn.region.isEmpty, !arn.resource.contains(where: { $0 == "*" || $0 == "?" }) else { return false }
        if arn.service == "iam", arn.account == "cloudfront" { return arn.resource.hasPrefix(originAccess) }
        guard AccountID(rawValue: arn.account) != nil, arn.resource.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else { return false }
        let path = arn.resource.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard path.allSatisfy({ !$0.isEmpty }) else { return false }
        switch (arn.service, path[0]) {
        case ("iam", "root"): return path.count == 1
        case ("iam", "user"), ("iam", "role"): return path.count > 1
        case ("sts", "assumed-role"): return path.count == 3
        case ("sts", "federated-user"): return path.count == 2
        default: return false
        }
    }

    private static func isProvider(_ arn: ARN) -> Bool {
        guard arn.service == "iam", arn.region.isEmpty, AccountID(rawValue: arn.account) != nil else { return false }
        return ["saml-provider/", "oidc-provider/"].contains { arn.resource.hasPrefix($0) && arn.resource.count > $0.count }
    }

    /// Labels of letters, digits and dashes with dots between them.
    private static func isHost(_ name: String) -> Bool {
        let labels = name.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        return labels.count > 1
            && labels.allSatisfy { label in
                !label.isEmpty && label.allSatisfy { isDigit($0) || (0x61...0x7A).contains($0 | 0x20) || $0 == UInt8(ascii: "-") }
            }
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
}
