import Domain
import Services
import Wire

/// Tells how much the account has of what IAM keeps, and how much it may have.
struct GetAccountSummary: IAMAction {
    static let permissions = [Permission<Self>("iam:GetAccountSummary")]

    init(from query: QueryReader) {}

    func run(in call: Call) async throws -> Answer { Answer(counts: try await AccountSettings(call).counts()) }

    struct Answer: XMLEncodable {
        let counts: IAMCounts

        func write(to xml: inout XMLWriter) {
            xml.list("SummaryMap", entries, item: "entry") { xml, entry in
                xml.element("key", entry.key)
                xml.element("value", entry.value)
            }
        }

        /// In the order of their names.
        private var entries: [(key: String, value: Int)] { (present + quotas).sorted { $0.key < $1.key } }

        private var present: [(key: String, value: Int)] {
            func count(_ kind: IAMIdentity.Kind) -> Int { counts.identities[kind] ?? 0 }
            return [
                ("Users", count(.user)), ("Groups", count(.group)), ("Roles", count(.role)), ("InstanceProfiles", count(.instanceProfile)),
                ("Policies", counts.policies), ("PolicyVersionsInUse", counts.policyVersions), ("Providers", counts.providers),
                ("AccountAccessKeysPresent", min(counts.rootKeys, 1)),
                ("AccountSigningCertificatesPresent", min(counts.rootCertificates, 1)),
                // What Ferry has not.
                ("AccountMFAEnabled", 0), ("AccountPasswordPresent", 0), ("MFADevices", 0), ("MFADevicesInUse", 0),
                ("ServerCertificates", 0),
            ]
        }

        /// IAM and STS quotas.
        private var quotas: [(key: String, value: Int)] {
            [
                ("UsersQuota", IAMIdentity.Kind.user.perAccountMax), ("GroupsQuota", IAMIdentity.Kind.group.perAccountMax),
                ("RolesQuota", IAMIdentity.Kind.role.perAccountMax),
                ("InstanceProfilesQuota", IAMIdentity.Kind.instanceProfile.perAccountMax), ("GroupsPerUserQuota", Users.groupsMax),
                ("AccessKeysPerUserQuota", AccessKey.perUserMax), ("SigningCertificatesPerUserQuota", SigningCertificate.perUserMax),
                ("PoliciesQuota", 1500), ("PolicySizeQuota", 6144), ("PolicyVersionsInUseQuota", 10_000), ("VersionsPerPolicyQuota", 5),
                ("AttachedPoliciesPerUserQuota", 10), ("AttachedPoliciesPerGroupQuota", 10), ("AttachedPoliciesPerRoleQuota", 10),
                ("UserPolicySizeQuota", 2048), ("GroupPolicySizeQuota", 5120), ("RolePolicySizeQuota", 10_240),
                ("AssumeRolePolicySizeQuota", 2048), ("ServerCertificatesQuota", 0),
            ]
        }
    }
}
