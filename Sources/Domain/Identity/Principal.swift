/// Who calls: the root user of an account, a user, the session of a role, a federated user, or nobody whom a signature tells.
package struct Principal: Hashable, Sendable, Codable {
    package enum Kind: Hashable, Sendable, Codable {
        case rootUser
        case user(UserName)
        case role(RoleSession)
        /// With the permissions of a user, and those of its session's policies.
        case federatedUser(name: String, of: UserName?)
        /// Without a signature: what S3 lets everybody do.
        case anonymous
    }

    /// An IAM user, by its unique id and by what it is called.
    package struct UserName: Hashable, Sendable, Codable {
        package let id: String
        /// With a slash at both ends.
        package let path: String
        package let name: String

        package init(id: String, path: String, name: String) {
            self.id = id
            self.path = path
            self.name = name
        }
    }

    /// A session of a role that somebody has assumed.
    package struct RoleSession: Hashable, Sendable, Codable {
        package let id: String
        package let path: String
        package let name: String
        /// As the one who assumed the role has named it.
        package let session: String

        package init(id: String, path: String, name: String, session: String) {
            self.id = id
            self.path = path
            self.name = name
            self.session = session
        }
    }

    /// Who calls without a signature.
    package static let nobody = Principal(account: .nobody, accessKeyID: "", kind: .anonymous)

    package let account: AccountID
    /// Empty for whoever does not sign: long work, and nobody.
    package let accessKeyID: String
    package let kind: Kind

    package init(account: AccountID, accessKeyID: String, kind: Kind = .rootUser) {
        self.account = account
        self.accessKeyID = accessKeyID
        self.kind = kind
    }

    package var isNobody: Bool { kind == .anonymous }

    /// As GetCallerIdentity tells it, and as refusals name it.
    package func arn(in partition: String) -> String {
        switch kind {
        case .rootUser: "arn:\(partition):iam::\(account):root"
        case .user(let user): "arn:\(partition):iam::\(account):user\(user.path)\(user.name)"
        case .role(let role): "arn:\(partition):sts::\(account):assumed-role/\(role.name)/\(role.session)"
        case .federatedUser(let name, _): "arn:\(partition):sts::\(account):federated-user/\(name)"
        case .anonymous: "anonymous"
        }
    }

    /// `aws:PrincipalArn`: for the session of a role it is the role's.
    package func principalARN(in partition: String) -> String? {
        switch kind {
        case .role(let role): "arn:\(partition):iam::\(account):role\(role.path)\(role.name)"
        case .anonymous: nil
        case .rootUser, .user, .federatedUser: arn(in: partition)
        }
    }

    /// `aws:userid`.
    package var userID: String {
        switch kind {
        case .rootUser: account.rawValue
        case .user(let user): user.id
        case .role(let role): "\(role.id):\(role.session)"
        case .federatedUser(let name, _): "\(account):\(name)"
        case .anonymous: "anonymous"
        }
    }

    /// `aws:username`, which only users have.
    package var userName: String? {
        guard case .user(let user) = kind else { return nil }
        return user.name
    }

    /// `aws:PrincipalType`.
    package var typeName: String {
        switch kind {
        case .rootUser: "Account"
        case .user: "User"
        case .role: "AssumedRole"
        case .federatedUser: "FederatedUser"
        case .anonymous: "Anonymous"
        }
    }

    /// The identity of IAM whose policies apply: a user, or a role. The root user has none.
    package var identityID: String? {
        switch kind {
        case .user(let user): user.id
        case .role(let role): role.id
        case .federatedUser(_, let user): user?.id
        case .rootUser, .anonymous: nil
        }
    }
}
