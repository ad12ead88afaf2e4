import Domain
import Testing

@Suite struct AWSManagedPolicyTests {
    @Test(arguments: AWSManagedPolicy.all)
    func eachIsAPolicyThatIAMTakes(_ policy: AWSManagedPolicy) throws {
        // AWS keeps its own to the limit that customers have, but for the two that list every service.
        let limit = PolicyDocument.SizeLimit(quota: "PolicySize", characters: 6_144)
        _ = try PolicyDocument.identity(parsing: policy.document, limit: limit, needsVariables: true)
        #expect(AWSManagedPolicy.find(policy.arn) == policy)
        #expect(AWSManagedPolicy.find(policy.arn(in: "aws-cn")) == policy)
        #expect(policy.id.wholeMatch(of: /ANPA[A-Z2-7]{17}/) != nil)
    }

    @Test func theyAreToldApart() {
        #expect(Set(AWSManagedPolicy.all.map(\.id)).count == AWSManagedPolicy.all.count)
        #expect(AWSManagedPolicy.find("arn:aws:iam::aws:policy/AdministratorAccess")?.name == "AdministratorAccess")
        #expect(AWSManagedPolicy.find("arn:aws:iam::aws:policy/job-function/ViewOnlyAccess")?.name == "ViewOnlyAccess")
        for arn in ["arn:aws:iam::aws:policy/Nothing", "arn:aws:iam::111122223333:policy/AdministratorAccess", "AdministratorAccess"] {
            #expect(AWSManagedPolicy.find(arn) == nil)
        }
    }

    /// What people attach them for.
    @Test(arguments: [
        ("AdministratorAccess", "organizations:CreateAccount", true), ("PowerUserAccess", "ec2:CopyImage", true),
        ("PowerUserAccess", "iam:CreateUser", false), ("PowerUserAccess", "organizations:DescribeOrganization", true),
        ("PowerUserAccess", "organizations:CreateAccount", false), ("ReadOnlyAccess", "s3:GetObject", true),
        ("ReadOnlyAccess", "ec2:DescribeImages", true), ("ReadOnlyAccess", "ebs:GetSnapshotBlock", true),
        ("ReadOnlyAccess", "ec2:CopyImage", false),
        ("ReadOnlyAccess", "kms:Decrypt", false), ("ViewOnlyAccess", "s3:GetObject", false), ("ViewOnlyAccess", "ec2:DescribeImages", true),
        ("AmazonEC2FullAccess", "ec2:CopyImage", true), ("AmazonEC2FullAccess", "ebs:GetSnapshotBlock", false),
        ("AmazonEC2FullAccess", "s3:GetObject", false), ("AmazonEC2ReadOnlyAccess", "ec2:DescribeSnapshots", true),
        ("AmazonEC2ReadOnlyAccess", "ec2:DeregisterImage", false), ("AmazonS3FullAccess", "s3:DeleteBucket", true),
        ("AmazonS3ReadOnlyAccess", "s3:ListBucket", true), ("AmazonS3ReadOnlyAccess", "s3:PutObject", false),
        ("IAMFullAccess", "iam:CreateUser", true), ("IAMFullAccess", "organizations:CreateAccount", false),
        ("IAMReadOnlyAccess", "iam:GetUser", true), ("IAMReadOnlyAccess", "iam:CreateUser", false),
        ("AWSOrganizationsFullAccess", "organizations:CreateAccount", true),
        ("AWSOrganizationsReadOnlyAccess", "organizations:ListRoots", true),
        ("AWSOrganizationsReadOnlyAccess", "organizations:CreateAccount", false),
        ("AWSKeyManagementServicePowerUser", "kms:CreateKey", true),
        ("AWSKeyManagementServicePowerUser", "kms:Decrypt", false), ("SecurityAudit", "iam:GetAccountAuthorizationDetails", true),
        ("SecurityAudit", "s3:GetObject", false), ("SecurityAudit", "ebs:GetSnapshotBlock", false),
        ("IAMUserChangePassword", "iam:ChangePassword", true),
        ("IAMUserChangePassword", "iam:DeleteUser", false),
    ])
    func whatItAllows(_ name: String, _ action: String, _ isAllowed: Bool) throws {
        let policy = try #require(AWSManagedPolicy.all.first { $0.name == name })
        var policies = ApplicablePolicies()
        policies.identity = [NamedPolicy(name: policy.arn, policy: try PolicyDocument.identity(parsing: policy.document).policy)]
        let request = PolicySamples.request(PolicySamples.alice, action, on: "arn:aws:iam::111122223333:user/alice")
        #expect(policies.decide(request).isAllowed == isAllowed)
    }
}
