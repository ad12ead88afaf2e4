import Domain
import Foundation
import Metadata
import TestSupport
import Testing

/// What it costs to find an account, or a page of them, does not depend on how many there are. Counted as `ImageCostTests` does.
@Suite(.enabled(if: TestRows.areInFiles)) struct AccountCostTests {
    private static let few = 100
    private static let many = 10_000
    private static let unit = "ou-abcd-12345678"

    private static func account(_ number: Int) -> AccountID { known(String(500_000_000_000 + number)) }

    /// An organization whose accounts stand under its root and, every tenth of them, in a unit.
    private static func filled(_ count: Int) throws -> TemporaryDatabase {
        let temporary = try TemporaryDatabase(.directory)
        let organization = Organization(managedBy: account(0))
        let now = Date(timeIntervalSince1970: 1_800_000_000)
        try temporary.write { transaction in
            let accounts = MemberAccountTable(transaction)
            for number in 0..<count {
                let parent = number % 10 == 5 ? unit : organization.root
                let (name, email) = ("account \(number)", "\(number)@example.com")
                try accounts.set(MemberAccount(id: account(number), name: name, email: email, joinedAt: now, parent: parent))
                var request = AccountRequest(name: name, requestedAt: now)
                request.succeed(with: account(number), at: now)
                try AccountRequestTable(transaction).insert(request)
            }
            try OrganizationTable(transaction).insert(organization, at: now)
            try OrganizationalUnitTable(transaction).insert(
                OrganizationalUnit(id: unit, parent: organization.root, name: "a unit"),
                at: now
            )
            try OrganizationPolicyTable(transaction).attachFullAccess(root: organization.root)
        }
        return temporary
    }

    /// What an operation visits, and how much it finds.
    private func cost(in temporary: TemporaryDatabase, _ body: (Transaction) throws -> Int) throws -> (steps: UInt64, found: Int) {
        let before = temporary.database.statistics.counts.steps
        let found = try temporary.read(body)
        return (temporary.database.statistics.counts.steps - before, found)
    }

    @Test func findingAccountsCostsTheSame() throws {
        let (few, many) = (try Self.filled(Self.few), try Self.filled(Self.many))
        let (one, ofUnit) = (Self.account(42), Self.account(45))
        let operations: [(name: String, body: (Transaction) throws -> Int)] = [
            ("a page", { try MemberAccountTable($0).accounts(after: nil, limit: 20).count }),
            ("a page in the middle", { try MemberAccountTable($0).accounts(after: Self.account(50).rawValue, limit: 20).count }),
            ("a page of a unit", { try MemberAccountTable($0).accounts(under: Self.unit, after: nil, limit: 5).count }),
            ("an account", { try MemberAccountTable($0).account(one) == nil ? 0 : 1 }),
            ("an address", { try MemberAccountTable($0).isTaken(email: "42@example.com") ? 1 : 0 }),
            ("what it may be shared with", { try OrganizationTable($0).memberships(of: ofUnit, in: "aws").count }),
            ("its policies", { try OrganizationTable($0).serviceControlPolicies(of: ofUnit).count }),
            ("a page of requests", { try AccountRequestTable($0).requests(in: [], after: nil, limit: 20).count }),
            ("those that succeeded", { try AccountRequestTable($0).requests(in: [.succeeded], after: nil, limit: 20).count }),
        ]
        for (name, body) in operations {
            let (small, large) = (try cost(in: few, body), try cost(in: many, body))
            #expect(small.found > 0 && small.found == large.found, "\(name): \(small.found) and \(large.found)")
            #expect(large.steps <= small.steps + small.steps / 10, "\(name): \(small.steps) and \(large.steps) steps")
        }
    }
}
