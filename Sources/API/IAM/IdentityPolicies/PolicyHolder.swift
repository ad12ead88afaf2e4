import Domain
import Services
import Wire

/// What has policies: users, groups and roles. IAM has the same actions for each, which differ in names alone.
protocol PolicyHolder: Sendable {
    static var kind: IAMIdentity.Kind { get }
    /// Of its name.
    static var nameConstraint: TextConstraint { get }
}

enum UserHolder: PolicyHolder {
    static let kind = IAMIdentity.Kind.user
    static let nameConstraint = TextConstraint.existingUserName
}

enum GroupHolder: PolicyHolder {
    static let kind = IAMIdentity.Kind.group
    static let nameConstraint = TextConstraint.groupName
}

enum RoleHolder: PolicyHolder {
    static let kind = IAMIdentity.Kind.role
    static let nameConstraint = TextConstraint.roleName
}

extension PolicyHolder {
    /// As in the names of actions and parameters: `User`.
    static var title: String { kind.title }

    static func name(in query: QueryReader) throws(RequestError) -> String { try query.text("\(title)Name", nameConstraint) }
}

extension IAMService {
    static let identityPolicies: [any Action<QueryReader>.Type] =
        policies(of: UserHolder.self) + policies(of: GroupHolder.self) + policies(of: RoleHolder.self) + [
            DeletePermissionsBoundary<RoleHolder>.self, DeletePermissionsBoundary<UserHolder>.self, PutPermissionsBoundary<RoleHolder>.self,
            PutPermissionsBoundary<UserHolder>.self,
        ]

    private static func policies<Holder: PolicyHolder>(of _: Holder.Type) -> [any Action<QueryReader>.Type] {
        [
            AttachHolderPolicy<Holder>.self, DeleteInlinePolicy<Holder>.self, DetachHolderPolicy<Holder>.self, GetInlinePolicy<Holder>.self,
            ListAttachedPolicies<Holder>.self, ListInlinePolicies<Holder>.self, PutInlinePolicy<Holder>.self,
        ]
    }
}
