import Foundation

/// What IAM keeps in an account under a name: a user, a group, a role or an instance profile.
package struct IAMIdentity: Hashable, Sendable {
    package enum Kind: String, Sendable, CaseIterable {
        case user, group, role
        case instanceProfile = "instance-profile"

        /// What ids of the kind begin with (IAM, "Unique identifiers").
        package var idPrefix: String {
            switch self {
            case .user: "AIDA"
            case .group: "AGPA"
            case .role: "AROA"
            case .instanceProfile: "AIPA"
            }
        }

        /// What errors call the quota of how many an account may have.
        package var quotaName: String {
            switch self {
            case .user: "UsersPerAccount"
            case .group: "GroupsPerAccount"
            case .role: "RolesPerAccount"
            case .instanceProfile: "InstanceProfilesPerAccount"
            }
        }
    }

    /// Never given twice, whatever becomes of the name.
    package let id: String
    package let account: AccountID
    package let kind: Kind
    package var name: String
    /// With a slash at both ends.
    package var path: String
    /// The ARN of the policy that bounds what a user or a role may be allowed.
    package var boundary: String?
    /// Of roles.
    package var description: String
    /// Who may assume a role.
    package var trust: String?
    /// Whom that names; nil where nobody has looked.
    package var trustIDs: PrincipalIDs?
    /// How long a session of a role may be at most.
    package var sessionSeconds: Int?
    /// When a role was last used, and where.
    package var usedAt: Date?
    package var usedRegion: String?
    package let createdAt: Date

    package init(
        id: String,
        account: AccountID,
        kind: Kind,
        name: String,
        path: String,
        boundary: String? = nil,
        description: String = "",
        trust: String? = nil,
        trustIDs: PrincipalIDs? = nil,
        sessionSeconds: Int? = nil,
        usedAt: Date? = nil,
        usedRegion: String? = nil,
        createdAt: Date
    ) {
        self.id = id
        self.account = account
        self.kind = kind
        self.name = name
        self.path = path
        self.boundary = boundary
        self.description = description
        self.trust = trust
        self.trustIDs = trustIDs
        self.sessionSeconds = sessionSeconds
        self.usedAt = usedAt
        self.usedRegion = usedRegion
        self.createdAt = createdAt
    }

    package static func randomID(of kind: Kind) -> String { IAMID.random(prefix: kind.idPrefix) }

    package func arn(in partition: String) -> ARN {
        Self.arn(kind, path + name, of: account, in: partition)
    }

    /// - Parameter pathAndName: as `/team/ann`.
    package static func arn(_ kind: Kind, _ pathAndName: String, of account: AccountID, in partition: String) -> ARN {
        ARN(partition: partition, service: "iam", region: "", account: account.rawValue, resource: kind.rawValue + pathAndName)
    }
}

/// The unique ids of IAM: four letters that say of what, and 17 characters. Those of managed policies begin with ANPA.
package enum IAMID {
    package static func random(prefix: String) -> String { prefix + RandomLetters.make(17) }
}
