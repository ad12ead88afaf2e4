import Foundation

/// A service control policy: what the accounts under its targets may do at most.
package struct OrganizationPolicy: Hashable, Sendable {
    /// The only type of policy that a Ferry has.
    package static let type = "SERVICE_CONTROL_POLICY"

    package let id: String
    package var name: String
    package var description: String
    package var content: String

    package init(id: String = "p-" + OrganizationLetters.make(10), name: String, description: String, content: String) {
        self.id = id
        self.name = name
        self.description = description
        self.content = content
    }

    /// AWS's own, which every root, unit and account begins with: it forbids nothing.
    package static let fullAccess = OrganizationPolicy(
        id: "p-FullAWSAccess",
        name: "FullAWSAccess",
        description: "Allows access to every operation",
        content: #"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#
    )

    package var isManagedByAWS: Bool { id == Self.fullAccess.id }
}

/// The service control policies that are attached to one place between an organization's root and an account.
package struct ServiceControlLevel: Hashable, Sendable {
    /// The id of the root, a unit or the account itself.
    package let target: String
    package let policies: [OrganizationPolicy]

    package init(target: String, policies: [OrganizationPolicy]) {
        self.target = target
        self.policies = policies
    }
}
