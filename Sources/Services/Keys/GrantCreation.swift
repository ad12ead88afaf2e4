import Domain

/// A grant to be made.
package struct GrantCreation: Sendable {
    package let grantee: String
    package let retiringPrincipal: String?
    package let operations: [GrantOperation]
    package let constraint: GrantConstraint?
    package let name: String?

    package init(
        grantee: String,
        retiringPrincipal: String?,
        operations: [GrantOperation],
        constraint: GrantConstraint?,
        name: String?
    ) {
        self.grantee = grantee
        self.retiringPrincipal = retiringPrincipal
        self.operations = operations
        self.constraint = constraint
        self.name = name
    }
}
