import Domain
import Services
import Wire

/// Tells how much the account has of what IAM keeps, and how much it may have.
struct GetAccountSummary: IAMAction {
    static let permissions = [Permission<Self>("iam:GetAccountSummary")]

    init(from query: QueryReader) {}

    func run(in call: Call) async throws -> Answer {
        Answer(counts: try await AccountSettings(call).counts(), inForce: try await Quotas(call).values(of: Quota.of(.iam)))
    }

    struct Answer: XMLEncodable {
        let counts: IAMCounts
        let inForce: [Quota: Int]

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
            let granted: [(String, Quota)] = [
                ("UsersQuota", .users), ("GroupsQuota", .groups), ("RolesQuota", .roles), ("InstanceProfilesQuota", .instanceProfiles),
                ("PoliciesQuota", .managedPolicies), ("GroupsPerUserQuota", .groupsOfUser), ("AccessKeysPerUserQuota", .accessKeysOfUser),
                ("SigningCertificatesPerUserQuota", .certificatesOfUser), ("VersionsPerPolicyQuota", .versionsOfPolicy),
                ("AttachedPoliciesPerUserQuota", .policiesOfUser), ("AttachedPoliciesPerGroupQuota", .policiesOfGroup),
                ("AttachedPoliciesPerRoleQuota", .policiesOfRole),
            ]
            return granted.map { ($0, inForce[$1] ?? $1.standard) } + [
                ("PolicySizeQuota", 6144), ("PolicyVersionsInUseQuota", 10_000), ("UserPolicySizeQuota", 2048),
                ("GroupPolicySizeQuota", 5120), ("RolePolicySizeQuota", 10_240), ("AssumeRolePolicySizeQuota", 2048),
                ("ServerCertificatesQuota", 0),
            ]
        }
    }
}
