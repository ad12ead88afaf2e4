/// Those that are about one service.
extension AWSManagedPolicy {
    private static let linkedRoles = [
        "autoscaling.amazonaws.com", "ec2scheduled.amazonaws.com", "elasticloadbalancing.amazonaws.com", "spot.amazonaws.com",
        "spotfleet.amazonaws.com", "transitgateway.amazonaws.com",
    ]

    private static func condition(_ key: String, _ values: [String]) -> String {
        "{\"StringEquals\": {\"\(key)\": [\(values.map { "\"\($0)\"" }.joined(separator: ", "))]}}"
    }

    static let services: [AWSManagedPolicy] = compute + objects + identities + keys

    private static let compute: [AWSManagedPolicy] = [
        AWSManagedPolicy(
            "AmazonEC2FullAccess",
            "Full access to EC2 and what stands beside it.",
            [
                .allow("ec2:*", "elasticloadbalancing:*", "cloudwatch:*", "autoscaling:*"),
                .allow("iam:CreateServiceLinkedRole", if: condition("iam:AWSServiceName", linkedRoles)),
            ]
        ),
        AWSManagedPolicy(
            "AmazonEC2ReadOnlyAccess",
            "Reads EC2 and what stands beside it.",
            [
                .allow(
                    "ec2:Describe*",
                    "ec2:GetSecurityGroupsForVpc",
                    "elasticloadbalancing:Describe*",
                    "cloudwatch:ListMetrics",
                    "cloudwatch:GetMetricStatistics",
                    "cloudwatch:Describe*",
                    "autoscaling:Describe*"
                )
            ]
        ),
        AWSManagedPolicy(
            "ServiceQuotasFullAccess",
            "Full access to Service Quotas.",
            [.allow("servicequotas:*", "organizations:DescribeAccount", "organizations:DescribeOrganization", "tag:GetResources")]
        ),
        AWSManagedPolicy(
            "ServiceQuotasReadOnlyAccess",
            "Reads Service Quotas.",
            [.allow("servicequotas:Get*", "servicequotas:List*", "organizations:DescribeAccount", "organizations:DescribeOrganization")]
        ),
        AWSManagedPolicy(
            "VMImportExportRoleForAWSConnector",
            path: "/service-role/",
            "What the import of disks needs: the objects that it reads, and the snapshots and images that it makes.",
            [
                .allow("s3:ListBucket", "s3:GetBucketLocation", "s3:GetObject", on: ["arn:aws:s3:::import-to-ec2-*"]),
                .allow("ec2:ModifySnapshotAttribute", "ec2:CopySnapshot", "ec2:RegisterImage", "ec2:Describe*"),
            ]
        ),
    ]

    private static let objects: [AWSManagedPolicy] = [
        AWSManagedPolicy("AmazonS3FullAccess", "Full access to all buckets.", [.allow("s3:*", "s3-object-lambda:*")]),
        AWSManagedPolicy(
            "AmazonS3ReadOnlyAccess",
            "Reads all buckets.",
            [.allow("s3:Get*", "s3:List*", "s3:Describe*", "s3-object-lambda:Get*", "s3-object-lambda:List*")]
        ),
    ]

    private static let identities: [AWSManagedPolicy] = [
        AWSManagedPolicy(
            "IAMFullAccess",
            "Full access to IAM.",
            [
                .allow(
                    "iam:*",
                    "organizations:DescribeAccount",
                    "organizations:DescribeOrganization",
                    "organizations:DescribeOrganizationalUnit",
                    "organizations:DescribePolicy",
                    "organizations:ListChildren",
                    "organizations:ListParents",
                    "organizations:ListPoliciesForTarget",
                    "organizations:ListRoots",
                    "organizations:ListPolicies",
                    "organizations:ListTargetsForPolicy"
                )
            ]
        ),
        AWSManagedPolicy(
            "IAMReadOnlyAccess",
            "Reads IAM.",
            [
                .allow(
                    "iam:GenerateCredentialReport",
                    "iam:GenerateServiceLastAccessedDetails",
                    "iam:Get*",
                    "iam:List*",
                    "iam:SimulateCustomPolicy",
                    "iam:SimulatePrincipalPolicy"
                )
            ]
        ),
        AWSManagedPolicy(
            "IAMUserChangePassword",
            "Lets a user change the own password.",
            [
                .allow("iam:ChangePassword", on: ["arn:aws:iam::*:user/${aws:username}"]),
                .allow("iam:GetAccountPasswordPolicy"),
            ]
        ),
        AWSManagedPolicy(
            "IAMSelfManageServiceSpecificCredentials",
            "Lets a user keep the own credentials for single services.",
            [
                .allow(
                    "iam:CreateServiceSpecificCredential",
                    "iam:ListServiceSpecificCredentials",
                    "iam:UpdateServiceSpecificCredential",
                    "iam:DeleteServiceSpecificCredential",
                    "iam:ResetServiceSpecificCredential",
                    on: ["arn:aws:iam::*:user/${aws:username}"]
                )
            ]
        ),
        AWSManagedPolicy(
            "AWSOrganizationsFullAccess",
            "Full access to Organizations.",
            [
                .allow("organizations:*"),
                .allow(
                    "account:PutAlternateContact",
                    "account:DeleteAlternateContact",
                    "account:GetAlternateContact",
                    "account:GetContactInformation",
                    "account:PutContactInformation",
                    "account:ListRegions",
                    "account:EnableRegion",
                    "account:DisableRegion"
                ),
                .allow("iam:CreateServiceLinkedRole", if: condition("iam:AWSServiceName", ["organizations.amazonaws.com"])),
            ]
        ),
        AWSManagedPolicy(
            "AWSOrganizationsReadOnlyAccess",
            "Reads Organizations.",
            [
                .allow("organizations:Describe*", "organizations:List*"),
                .allow("account:GetAlternateContact", "account:GetContactInformation", "account:ListRegions", "account:GetRegionOptStatus"),
            ]
        ),
    ]

    private static let keys: [AWSManagedPolicy] = [
        AWSManagedPolicy(
            "AWSKeyManagementServicePowerUser",
            "Makes keys and describes them; who uses and manages one is for its policy to say.",
            [
                .allow(
                    "kms:CreateAlias",
                    "kms:CreateKey",
                    "kms:DeleteAlias",
                    "kms:Describe*",
                    "kms:GenerateRandom",
                    "kms:Get*",
                    "kms:List*",
                    "kms:TagResource",
                    "kms:UntagResource",
                    "iam:ListGroups",
                    "iam:ListRoles",
                    "iam:ListUsers"
                )
            ]
        )
    ]
}
