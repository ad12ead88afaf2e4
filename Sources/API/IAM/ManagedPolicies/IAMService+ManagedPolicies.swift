import Domain
import Services
import Wire

extension IAMService {
    static let managedPolicies: [any Action<QueryReader>.Type] = [
        CreatePolicy.self, CreatePolicyVersion.self, DeletePolicy.self, DeletePolicyVersion.self, GetPolicy.self, GetPolicyVersion.self,
        ListEntitiesForPolicy.self, ListPolicies.self, ListPoliciesGrantingServiceAccess.self, ListPolicyTags.self, ListPolicyVersions.self,
        SetDefaultPolicyVersion.self,
        TagPolicy.self, UntagPolicy.self,
    ]
}

extension Call {
    /// A policy by its ARN. What is no ARN is nothing that a policy could allow: the use case refuses it.
    func policy(_ arn: String) -> PolicyResource { ARN(arn).map(PolicyResource.named) ?? .all }

    /// A policy of the account that is yet to be made.
    func policy(new path: String, _ name: String) -> PolicyResource {
        policy(ManagedPolicyARN(owner: .account(account), path: path, name: name).text(in: region.partition))
    }
}

extension TextConstraint {
    static let policyDescription = TextConstraint(0...1000)
    static let versionID = TextConstraint(1...64, "v[1-9][0-9]*(\\.[A-Za-z0-9-]*)?") {
        $0.wholeMatch(of: /v[1-9][0-9]*(\.[A-Za-z0-9-]*)?/) != nil
    }
}

extension XMLWriter {
    /// The members of IAM's type `Policy` that lists have too.
    mutating func listed(_ policy: DescribedPolicy, in partition: String) {
        element("PolicyName", policy.arn.name)
        element("PolicyId", policy.id)
        element("Arn", policy.arn.text(in: partition))
        element("Path", policy.arn.path)
        element("DefaultVersionId", policy.defaultVersionID)
        element("AttachmentCount", policy.attachments)
        element("PermissionsBoundaryUsageCount", policy.boundaries)
        element("IsAttachable", true)
        element("CreateDate", date: policy.createdAt)
        element("UpdateDate", date: policy.updatedAt)
    }

    /// The members of IAM's type `PolicyVersion`.
    mutating func write(_ version: DescribedVersion, withDocument: Bool) {
        document("Document", withDocument ? version.document : nil)
        element("VersionId", version.id)
        element("IsDefaultVersion", version.isDefault)
        element("CreateDate", date: version.createdAt)
    }
}
