import Domain
import Foundation
import Metadata

extension Organization {
    /// Makes the organization when there is none, and takes in the accounts that belong to none: those of a folder of before, and those that
    /// the rows of the Regions told of when the directory was lost.
    static func found(managedBy account: AccountID, in transaction: Transaction, at now: Date) throws {
        let table = OrganizationTable(transaction)
        if try table.organization() == nil { try table.insert(Organization(managedBy: account), at: now) }
        guard let organization = try table.organization() else { return }
        let accounts = MemberAccountTable(transaction)
        let strays = try accounts.withoutOrganization()
        guard !strays.isEmpty else { return }
        let policies = OrganizationPolicyTable(transaction)
        let fullAccess = OrganizationPolicy.fullAccess.id
        if organization.hasPolicies, try policies.attached(to: organization.root).isEmpty {
            try policies.attach(fullAccess, to: organization.root)
        }
        for stray in strays {
            try accounts.set(
                MemberAccount(
                    id: stray.id,
                    name: stray.id == organization.managementAccount ? managementAccountName : MemberAccount.standardName(stray.id),
                    email: MemberAccount.standardEmail(stray.id),
                    joinedBy: stray.id == organization.managementAccount ? .invitation : .creation,
                    joinedAt: stray.createdAt,
                    parent: organization.root
                )
            )
            if organization.hasPolicies { try policies.attach(fullAccess, to: stray.id.rawValue) }
        }
        try IAMVersionTable(transaction).bump()
    }

    private static let managementAccountName = "Management account"
}
