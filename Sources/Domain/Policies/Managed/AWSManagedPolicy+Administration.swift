/// Those that are about whole accounts.
extension AWSManagedPolicy {
    /// What is asked without changing anything, of the services that Ferry has and of those that its users attach policies for.
    private static let readers: Statement = .allow(
        "ebs:Get*",
        "ebs:List*",
        "ec2:Describe*",
        "ec2:Get*",
        "ec2:List*",
        "ec2:Search*",
        "iam:Generate*",
        "iam:Get*",
        "iam:List*",
        "iam:Simulate*",
        "kms:Describe*",
        "kms:Get*",
        "kms:List*",
        "organizations:Describe*",
        "organizations:List*",
        "rbin:Get*",
        "rbin:List*",
        "s3:DescribeJob",
        "s3:Get*",
        "s3:List*",
        "servicequotas:Get*",
        "servicequotas:List*",
        "sts:GetAccessKeyInfo",
        "sts:GetCallerIdentity",
        "sts:GetSessionToken",
        "tag:Get*",
        "ferry:Describe*",
        "ferry:Get*",
        "ferry:List*"
    )

    static let administration: [AWSManagedPolicy] = [
        AWSManagedPolicy("AdministratorAccess", "Full access to all services and resources.", [.allow("*")]),
        AWSManagedPolicy(
            "PowerUserAccess",
            "Full access to services and resources, without the management of users, groups and accounts.",
            [
                .allow(allBut: "iam:*", "organizations:*", "account:*"),
                .allow(
                    "account:GetAccountInformation",
                    "account:ListRegions",
                    "iam:CreateServiceLinkedRole",
                    "iam:DeleteServiceLinkedRole",
                    "iam:ListRoles",
                    "organizations:DescribeOrganization"
                ),
            ]
        ),
        AWSManagedPolicy("ReadOnlyAccess", "Reads all services and resources, their contents too.", [readers]),
        AWSManagedPolicy(
            "ViewOnlyAccess",
            path: "/job-function/",
            "Sees what resources there are and how they are set up, without their contents.",
            [
                .allow(
                    "ec2:Describe*",
                    "ec2:GetTransitGatewayRouteTableAssociations",
                    "ec2:SearchTransitGatewayRoutes",
                    "iam:GetAccountSummary",
                    "iam:GetLoginProfile",
                    "iam:List*",
                    "kms:ListAliases",
                    "kms:ListKeys",
                    "organizations:List*",
                    "rbin:GetRule",
                    "rbin:ListRules",
                    "rbin:ListTagsForResource",
                    "s3:ListAllMyBuckets",
                    "s3:ListBucket",
                    "servicequotas:Get*",
                    "servicequotas:List*",
                    "tag:Get*"
                )
            ]
        ),
        AWSManagedPolicy(
            "SecurityAudit",
            "Reads how resources are set up, for those who audit their security.",
            [
                .allow(
                    "ebs:ListChangedBlocks",
                    "ebs:ListSnapshotBlocks",
                    "ec2:Describe*",
                    "ec2:GetAllowedImagesSettings",
                    "ec2:GetEbsDefaultKmsKeyId",
                    "ec2:GetEbsEncryptionByDefault",
                    "ec2:GetImageBlockPublicAccessState",
                    "ec2:GetInstanceMetadataDefaults",
                    "ec2:GetManagedPrefixListEntries",
                    "ec2:GetSnapshotBlockPublicAccessState",
                    "iam:GenerateCredentialReport",
                    "iam:GenerateServiceLastAccessedDetails",
                    "iam:Get*",
                    "iam:List*",
                    "iam:SimulateCustomPolicy",
                    "iam:SimulatePrincipalPolicy",
                    "kms:Describe*",
                    "kms:Get*",
                    "kms:List*",
                    "organizations:Describe*",
                    "organizations:List*",
                    "rbin:GetRule",
                    "rbin:ListRules",
                    "rbin:ListTagsForResource",
                    "s3:GetAccelerateConfiguration",
                    "s3:GetAccessPoint*",
                    "s3:GetAccountPublicAccessBlock",
                    "s3:GetAnalyticsConfiguration",
                    "s3:GetBucket*",
                    "s3:GetEncryptionConfiguration",
                    "s3:GetInventoryConfiguration",
                    "s3:GetLifecycleConfiguration",
                    "s3:GetMetricsConfiguration",
                    "s3:GetObjectAcl",
                    "s3:GetObjectTagging",
                    "s3:GetObjectVersionAcl",
                    "s3:GetReplicationConfiguration",
                    "s3:ListAllMyBuckets",
                    "s3:ListBucket*",
                    "s3:ListAccessPoints*",
                    "servicequotas:Get*",
                    "servicequotas:List*",
                    "sts:GetAccessKeyInfo",
                    "tag:Get*"
                )
            ]
        ),
        AWSManagedPolicy(
            "SystemAdministrator",
            path: "/job-function/",
            "Sets up and looks after images, disks, buckets and keys.",
            [
                .allow(
                    "ebs:*",
                    "ec2:*",
                    "iam:GetAccountSummary",
                    "iam:GetPolicy*",
                    "iam:GetRole*",
                    "iam:List*",
                    "kms:CreateAlias",
                    "kms:CreateKey",
                    "kms:DeleteAlias",
                    "kms:Describe*",
                    "kms:Get*",
                    "kms:List*",
                    "rbin:*",
                    "s3:*",
                    "servicequotas:*",
                    "tag:*"
                )
            ]
        ),
        AWSManagedPolicy(
            "Billing",
            path: "/job-function/",
            "Reads what an account is charged for.",
            [.allow("account:GetAccountInformation", "billing:*", "budgets:*", "ce:*", "cur:*", "tax:*")]
        ),
    ]
}
