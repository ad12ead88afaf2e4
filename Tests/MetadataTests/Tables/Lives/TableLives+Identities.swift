import Domain
import Foundation
import Metadata

/// What IAM keeps.
extension TableLife {
    static let identities: [TableLife] = [
        version, iamIdentities, members, profileRoles, policies, policyVersions, attachments, inlinePolicies, iamTags, loginProfiles,
        formerPasswords, passwordPolicies, aliases, providers,
    ]

    private static func identity(_ kind: IAMIdentity.Kind, _ name: String = "Ann") -> IAMIdentity {
        IAMIdentity(id: kind.idPrefix + "1", account: .alice, kind: kind, name: name, path: "/", createdAt: date())
    }

    private static func insert(_ kinds: IAMIdentity.Kind..., in transaction: Transaction) throws {
        try transaction.insertAlice()
        for kind in kinds { try IAMIdentityTable(transaction).insert(identity(kind)) }
    }

    private static let version = TableLife(
        "iam_version",
        of: .directory,
        read: { try IAMVersionTable($0).version() },
        [.then(2) { try IAMVersionTable($0).bump() }]
    )

    private static let role = changed(identity(.role)) {
        ($0.boundary, $0.description, $0.trust, $0.sessionSeconds) = ("arn:aws:iam::aws:policy/A", "d", "{}", 3_600)
    }
    private static let used = changed(role) {
        ($0.name, $0.path, $0.trustIDs, $0.usedAt, $0.usedRegion) = ("Bea", "/b/", PrincipalIDs(["arn": "AIDA2"]), date(), "us-east-1")
    }

    private static let iamIdentities = TableLife(
        "iam_identities",
        of: .directory,
        given: { try $0.insertAlice() },
        read: { try IAMIdentityTable($0).find(id: role.id) },
        [
            .then(role) { try IAMIdentityTable($0).insert(role) },
            .then(used) { try IAMIdentityTable($0).update(used) },
            .then(nil) { try IAMIdentityTable($0).delete(used) },
        ]
    )

    private static let members = TableLife(
        "iam_group_members",
        of: .directory,
        given: { try insert(.user, .group, in: $0) },
        read: { try IAMMemberTable($0).users(of: "AGPA1", limit: 9) + IAMMemberTable($0).groups(of: "AIDA1", limit: 9) },
        [
            .then([identity(.user), identity(.group)]) { try IAMMemberTable($0).add("AIDA1", to: "AGPA1") },
            .then([]) { _ = try IAMMemberTable($0).remove("AIDA1", from: "AGPA1") },
        ]
    )

    private static let profileRoles = TableLife(
        "iam_profile_roles",
        of: .directory,
        given: { try insert(.role, .instanceProfile, in: $0) },
        read: { try IAMProfileRoleTable($0).role(of: "AIPA1") },
        [
            .then(identity(.role)) { try IAMProfileRoleTable($0).add(role: "AROA1", to: "AIPA1") },
            .then(nil) { _ = try IAMProfileRoleTable($0).remove(role: "AROA1", from: "AIPA1") },
        ]
    )

    private static let policy = ManagedPolicy(
        id: "ANPA1",
        account: .alice,
        path: "/",
        name: "Read",
        description: "d",
        createdAt: date(),
        updatedAt: date()
    )
    private static let second = changed(policy) { ($0.defaultVersion, $0.latestVersion) = (2, 3) }

    private static let policies = TableLife(
        "iam_policies",
        of: .directory,
        given: { try $0.insertAlice() },
        read: { try IAMPolicyTable($0).policy(named: "read", of: .alice) },
        [
            .then(policy) { try IAMPolicyTable($0).insert(policy) },
            .then(second) { try IAMPolicyTable($0).update(second) },
            .then(nil) { try IAMPolicyTable($0).delete(policy) },
        ]
    )

    private static func policyVersion(_ number: Int) -> ManagedPolicyVersion {
        ManagedPolicyVersion(number: number, document: "{\"\(number)\": \"é\"}", createdAt: date())
    }

    private static let policyVersions = TableLife(
        "iam_policy_versions",
        of: .directory,
        read: { try IAMPolicyTable($0).versions(of: "ANPA1") },
        [
            .then([policyVersion(1)]) { try IAMPolicyTable($0).insert(policyVersion(1), of: "ANPA1") },
            .then([policyVersion(2), policyVersion(1)]) { try IAMPolicyTable($0).insert(policyVersion(2), of: "ANPA1") },
            .then([policyVersion(2)]) { try IAMPolicyTable($0).deleteVersion(1, of: "ANPA1") },
        ]
    )

    private static let attachments = TableLife(
        "iam_attachments",
        of: .directory,
        read: { try IAMAttachmentTable($0).policies(of: "AIDA1") },
        [
            .then([policy.arn]) { try IAMAttachmentTable($0).attach(policy.arn, to: "AIDA1", at: date()) },
            .then([]) { _ = try IAMAttachmentTable($0).detach(policy.arn, from: "AIDA1") },
        ]
    )

    private static let inlinePolicies = TableLife(
        "iam_inline_policies",
        of: .directory,
        read: { try IAMInlinePolicyTable($0).document("Read", of: "AIDA1") },
        [
            .then("{}") { try IAMInlinePolicyTable($0).set(InlinePolicy(name: "Read", document: "{}"), of: "AIDA1") },
            .then("[]") { try IAMInlinePolicyTable($0).set(InlinePolicy(name: "Read", document: "[]"), of: "AIDA1") },
            .then(nil) { _ = try IAMInlinePolicyTable($0).delete("Read", of: "AIDA1") },
        ]
    )

    private static let iamTags = TableLife(
        "iam_tags",
        of: .directory,
        read: { try IAMTagTable($0).tags(of: "AIDA1") },
        [
            .then([Tag(key: "Team", value: "a")]) { try IAMTagTable($0).set([Tag(key: "Team", value: "a")], on: "AIDA1") },
            .then([Tag(key: "team", value: "b")]) { try IAMTagTable($0).set([Tag(key: "team", value: "b")], on: "AIDA1") },
            .then([]) { try IAMTagTable($0).remove(keys: ["TEAM"], from: "AIDA1") },
        ]
    )

    private static func profile(_ hash: UInt8, isResetRequired: Bool = false) -> LoginProfileRow {
        LoginProfileRow(
            userID: "AIDA1",
            salt: [1],
            rounds: 2,
            hash: [hash],
            isResetRequired: isResetRequired,
            changedAt: date(milliseconds: Int64(hash)),
            createdAt: date()
        )
    }

    private static let loginProfiles = TableLife(
        "iam_login_profiles",
        of: .directory,
        read: { try IAMPasswordTable($0).profile(of: "AIDA1") },
        [
            .then(profile(1)) { try IAMPasswordTable($0).set(profile(1)) },
            .then(profile(2)) { try IAMPasswordTable($0).set(profile(2)) },
            .then(profile(2, isResetRequired: true)) { try IAMPasswordTable($0).setResetRequired(true, of: "AIDA1") },
            .then(nil) { try IAMPasswordTable($0).deleteProfile(of: "AIDA1") },
        ]
    )

    private static let formerPasswords = TableLife(
        "iam_former_passwords",
        of: .directory,
        read: { try IAMPasswordTable($0).former(of: "AIDA1", limit: 9).map(\.hash) },
        [
            .then([[1]]) { try IAMPasswordTable($0).set(profile(1)) },
            .then([[2], [1]]) { try IAMPasswordTable($0).set(profile(2)) },
            .then([[3], [2]]) { try IAMPasswordTable($0).set(profile(3), keeping: 2) },
            .then([]) { try IAMPasswordTable($0).forget("AIDA1") },
        ]
    )

    private static let lax = PasswordPolicy()
    private static let strict = changed(lax) { ($0.minimumLength, $0.maxAge, $0.isHardExpiry) = (20, 90, true) }

    private static let passwordPolicies = TableLife(
        "iam_password_policies",
        of: .directory,
        read: { try IAMAccountTable($0).passwordPolicy(of: .alice) },
        [
            .then(lax) { try IAMAccountTable($0).setPasswordPolicy(lax, of: .alice) },
            .then(strict) { try IAMAccountTable($0).setPasswordPolicy(strict, of: .alice) },
            .then(nil) { _ = try IAMAccountTable($0).deletePasswordPolicy(of: .alice) },
        ]
    )

    private static let aliases = TableLife(
        "iam_account_aliases",
        of: .directory,
        read: { try IAMAccountTable($0).alias(of: .alice) },
        [
            .then("one") { try IAMAccountTable($0).setAlias("one", of: .alice) },
            .then("two") { try IAMAccountTable($0).setAlias("two", of: .alice) },
            .then(nil) { _ = try IAMAccountTable($0).deleteAlias("two", of: .alice) },
        ]
    )

    private static let provider = OpenIDProvider(
        id: "OIDC1",
        account: .alice,
        url: "ci.example.com",
        clientIDs: ["a", "b"],
        thumbprints: ["ff"],
        createdAt: date()
    )
    private static let other = changed(provider) { ($0.clientIDs, $0.thumbprints) = ([], ["00", "11"]) }

    private static let providers = TableLife(
        "iam_providers",
        of: .directory,
        given: { try $0.insertAlice() },
        read: { try IAMProviderTable($0).providers(of: .alice) },
        [
            .then([provider]) { try IAMProviderTable($0).insert(provider) },
            .then([other]) { try IAMProviderTable($0).update(other) },
            .then([]) { try IAMProviderTable($0).delete(other) },
        ]
    )
}
