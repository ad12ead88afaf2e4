/// The unique ids of the users and roles that a policy or a grant names, by their ARNs, as of when it was taken in: whoever is made under the same name
/// later is somebody else.
///
/// A user's id is `AIDA…`, a role's `AROA…`, and that of a role's session `AROA…:NAME`: what `aws:userid` says of it.
package struct PrincipalIDs: Hashable, Codable, Sendable {
    /// By the ARN as it is written. One without an id was of nobody.
    package let byARN: [String: String]

    package static let none = PrincipalIDs([:])

    package init(_ byARN: [String: String]) { self.byARN = byARN }

    package init(from decoder: any Decoder) throws { byARN = try decoder.singleValueContainer().decode([String: String].self) }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(byARN)
    }
}

/// The user or the role that an ARN names, itself or by a session of the role.
package struct NamedIdentity: Hashable, Sendable {
    package let arn: ARN
    package let account: AccountID
    package let kind: IAMIdentity.Kind
    package let name: String
    /// Nil for the identity itself.
    package let session: String?

    /// Nil for what is neither: the account itself, everybody, a service, somebody who is federated.
    package init?(_ text: String) {
        guard let arn = ARN(visible: text), ARN.partitions.contains(arn.partition), arn.region.isEmpty,
            let account = AccountID(rawValue: arn.account)
        else { return nil }
        let path = arn.resource.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard path.count > 1, path.allSatisfy({ !$0.isEmpty }) else { return nil }
        (self.arn, self.account) = (arn, account)
        switch (arn.service, path[0]) {
        case ("iam", "user"): (kind, name, session) = (.user, path[path.count - 1], nil)
        case ("iam", "role"): (kind, name, session) = (.role, path[path.count - 1], nil)
        case ("sts", "assumed-role") where path.count == 3: (kind, name, session) = (.role, path[1], path[2])
        default: return nil
        }
    }

    /// The id of it, where an identity of the name is the one that is named.
    package func id(of identity: IAMIdentity) -> String? {
        guard let session else { return identity.arn(in: arn.partition) == arn ? identity.id : nil }
        return identity.name == name ? "\(identity.id):\(session)" : nil
    }

    /// What it is called now that the identity may have another name.
    package func name(now identity: IAMIdentity) -> String {
        guard let session else { return identity.arn(in: arn.partition).description }
        return "arn:\(arn.partition):sts::\(account):assumed-role/\(identity.name)/\(session)"
    }
}

extension Policy {
    /// All that its statements name of the kind `AWS`.
    package var principalNames: Set<String> { Set(statements.flatMap { $0.principals?.names(of: .aws) ?? [] }) }
}
