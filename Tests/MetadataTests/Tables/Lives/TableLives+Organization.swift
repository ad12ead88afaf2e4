import Domain
import Foundation
import Metadata

/// What Organizations keeps.
extension TableLife {
    static let organization: [TableLife] = [organizations, units, accountRequests, policies, attachments, tags]

    private static let founded = Organization(id: "o-1", root: "r-1", managementAccount: .alice, hasPolicies: true)
    private static let ungoverned = Organization(id: "o-1", root: "r-1", managementAccount: .alice, hasPolicies: false)

    private static let organizations = TableLife(
        "organizations",
        of: .directory,
        given: { try $0.insertAlice() },
        read: { try OrganizationTable($0).organization() },
        [
            .then(founded) { try OrganizationTable($0).insert(founded, at: date()) },
            .then(ungoverned) { try OrganizationTable($0).setPolicies(enabled: false) },
        ]
    )

    private static func unit(_ name: String) -> OrganizationalUnit { OrganizationalUnit(id: "ou-1", parent: "r-1", name: name) }

    private static let units = TableLife(
        "organizational_units",
        of: .directory,
        read: { try OrganizationalUnitTable($0).units(under: "r-1", after: nil, limit: 9) },
        [
            .then([unit("dev")]) { try OrganizationalUnitTable($0).insert(unit("dev"), at: date()) },
            .then([unit("test")]) { try OrganizationalUnitTable($0).setName("test", of: "ou-1") },
            .then([]) { try OrganizationalUnitTable($0).delete("ou-1") },
        ]
    )

    private static let request = changed(AccountRequest(id: "car-1", name: "dev", requestedAt: date())) {
        ($0.state, $0.failure, $0.completedAt) = (.failed, .emailAlreadyExists, date())
    }

    private static let accountRequests = TableLife(
        "account_requests",
        of: .directory,
        read: { try AccountRequestTable($0).request("car-1") },
        [.then(request) { try AccountRequestTable($0).insert(request) }]
    )

    private static let policy = OrganizationPolicy(id: "p-1", name: "none", description: "d", content: "{}")
    private static let renamed = changed(policy) { ($0.name, $0.description, $0.content) = ("some", "", "[]") }

    private static let policies = TableLife(
        "organization_policies",
        of: .directory,
        read: { try OrganizationPolicyTable($0).policy("p-1") },
        [
            .then(policy) { try OrganizationPolicyTable($0).insert(policy, at: date()) },
            .then(renamed) { try OrganizationPolicyTable($0).update(renamed) },
            .then(nil) { try OrganizationPolicyTable($0).delete("p-1") },
        ]
    )

    private static let attachments = TableLife(
        "organization_attachments",
        of: .directory,
        read: { try OrganizationPolicyTable($0).targets(of: "p-1", after: nil, limit: 9) },
        [
            .then(["r-1"]) { try OrganizationPolicyTable($0).attach("p-1", to: "r-1") },
            .then([]) { try OrganizationPolicyTable($0).detach("p-1", from: "r-1") },
        ]
    )

    private static let tags = TableLife(
        "organization_tags",
        of: .directory,
        read: { try OrganizationTagTable($0).tags(of: "r-1") },
        [
            .then([Tag(key: "a", value: "1")]) { try OrganizationTagTable($0).set([Tag(key: "a", value: "1")], of: "r-1") },
            .then([Tag(key: "a", value: "2")]) { try OrganizationTagTable($0).set([Tag(key: "a", value: "2")], of: "r-1") },
            .then([]) { try OrganizationTagTable($0).remove(["a"], of: "r-1") },
        ]
    )
}
