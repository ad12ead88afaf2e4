/// The organization that a Ferry's accounts form: one tree, under the account that Ferry was started with.
package struct Organization: Hashable, Sendable {
    package let id: String
    /// The id of the root of the tree.
    package let root: String
    package let managementAccount: AccountID
    /// Whether service control policies have a say.
    package var hasPolicies: Bool

    package init(id: String, root: String, managementAccount: AccountID, hasPolicies: Bool) {
        self.id = id
        self.root = root
        self.managementAccount = managementAccount
        self.hasPolicies = hasPolicies
    }

    /// A new one. Service control policies are on from the beginning, as CreateOrganization documents it.
    package init(managedBy account: AccountID) {
        self.init(
            id: "o-" + OrganizationLetters.make(10),
            root: "r-" + OrganizationLetters.make(4),
            managementAccount: account,
            hasPolicies: true
        )
    }

    /// What all the names of its things have in common.
    package func arn(_ resource: String, in partition: String) -> ARN {
        ARN(partition: partition, service: "organizations", region: "", account: managementAccount.rawValue, resource: resource)
    }

    package func arn(in partition: String) -> ARN { arn("organization/\(id)", in: partition) }

    package func arn(ofAccount account: String, in partition: String) -> ARN { arn("account/\(id)/\(account)", in: partition) }

    package func arn(ofUnit unit: String, in partition: String) -> ARN { arn("ou/\(id)/\(unit)", in: partition) }

    package func rootARN(in partition: String) -> ARN { arn("root/\(id)/\(root)", in: partition) }

    /// Of the root, a unit or an account, as its id tells.
    package func arn(ofTarget target: String, in partition: String) -> ARN {
        if target == root { return rootARN(in: partition) }
        return target.hasPrefix("ou-") ? arn(ofUnit: target, in: partition) : arn(ofAccount: target, in: partition)
    }

    package func arn(ofPolicy policy: String, in partition: String) -> ARN {
        guard policy != OrganizationPolicy.fullAccess.id else {
            return ARN(
                partition: partition,
                service: "organizations",
                region: "",
                account: "aws",
                resource: "policy/service_control_policy/\(policy)"
            )
        }
        return arn("policy/\(id)/service_control_policy/\(policy)", in: partition)
    }

    /// The id of a new unit: it tells the root that it is under.
    package func newUnitID() -> String { "ou-\(root.dropFirst(2))-\(OrganizationLetters.make(8))" }
}

/// The characters of Organizations' ids.
package enum OrganizationLetters {
    private static let letters = Array("abcdefghijklmnopqrstuvwxyz0123456789")

    package static func make(_ count: Int) -> String { String((0..<count).map { _ in letters[Int.random(in: 0..<letters.count)] }) }
}

/// What Organizations publishes as its limits.
package enum OrganizationLimits {
    /// The most that AWS grants.
    package static let accounts = 50_000
    package static let units = 2_000
    /// Units below each other, under the root.
    package static let depth = 5
    package static let policies = 10_000
    package static let policyBytes = 5_120
    package static let policiesOfTarget = 5
    package static let tags = 50
    package static let page = 20
}
