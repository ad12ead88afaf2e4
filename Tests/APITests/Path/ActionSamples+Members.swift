extension ActionSamples {
    private static let newTags = "Tags.member.1.Key Tags.member.1.Value"
    private static let imageTags = "TagSpecification.1.ResourceType=image TagSpecification.1.Tag.1.Key TagSpecification.1.Tag.1.Value"

    private static func tags(of type: String) -> String { imageTags.replacing("=image", with: "=\(type)") }

    /// By service: what requests hold, and the actions that are asked for so. An action that is not named here needs nothing.
    static let members: [String: [String: String]] = [
        "ec2": ec2, "iam": iam, "kms": kms, "organizations": organizations,
        "ferry": [
            "AccountId": "CreateRootAccessKey ListQuotas", "AccountId Quota Value": "SetQuota", "Profile": "ModifyThrottling",
            "RequestId": "DenyQuotaRequest GrantQuotaRequest", "ImageIds": "DescribeImageCopies", "SnapshotId": "ListUploadedBlocks",
            "SourceImageId SourceRegion Name TagSpecifications": "EstimateImageCopy",
            #"UserName="ann""#: "ListConsoleSessions EndConsoleSessions",
        ],
        "servicequotas": [
            "ServiceCode": "ListAWSDefaultServiceQuotas ListServiceQuotas",
            "ServiceCode QuotaCode": "GetAWSDefaultServiceQuota GetServiceQuota ListRequestedServiceQuotaChangeHistoryByQuota",
            "ServiceCode QuotaCode DesiredValue": "RequestServiceQuotaIncrease", "RequestId": "GetRequestedServiceQuotaChange",
        ],
        "sts": [
            "AccessKeyId": "GetAccessKeyInfo", "EncodedMessage": "DecodeAuthorizationMessage", "Name=ann \(newTags)": "GetFederationToken",
            "RoleArn RoleSessionName SourceIdentity \(newTags)": "AssumeRole",
        ],
    ]

    private static let blocks = "GroupId IpPermissions.1.IpProtocol=-1 IpPermissions.1.IpRanges.1.CidrIp=10.0.0.0/8"
    private static let changedRule = "SecurityGroupRule.1.SecurityGroupRule"

    static let ec2 = [
        "ImageId MinCount=1 MaxCount=1 KeyName BlockDeviceMapping.1.DeviceName=/dev/sdf BlockDeviceMapping.1.Ebs.SnapshotId"
            + " IamInstanceProfile.Name=launching \(tags(of: "instance"))": "RunInstances",
        "InstanceId.1": "MonitorInstances RebootInstances StartInstances StopInstances TerminateInstances UnmonitorInstances",
        "InstanceId": "GetConsoleOutput GetConsoleScreenshot GetPasswordData ModifyInstanceMetadataOptions",
        "InstanceId IamInstanceProfile.Name=launching": "AssociateIamInstanceProfile",
        "AssociationId=iip-assoc-0123456789abcdef0 IamInstanceProfile.Name=launching": "ReplaceIamInstanceProfileAssociation",
        "AssociationId=iip-assoc-0123456789abcdef0": "DisassociateIamInstanceProfile",
        "InstanceCreditSpecification.1.InstanceId=i-0123456789abcdef0 InstanceCreditSpecification.1.CpuCredits=standard":
            "ModifyInstanceCreditSpecification",
        "InstanceId Attribute=sourceDestCheck": "DescribeInstanceAttribute ResetInstanceAttribute",
        "InstanceId DisableApiStop.Value=true": "ModifyInstanceAttribute",
        "KeyName": "DeleteKeyPair", "KeyName \(tags(of: "key-pair"))": "CreateKeyPair",
        "KeyName PublicKeyMaterial \(tags(of: "key-pair"))": "ImportKeyPair",
        "GroupName GroupDescription \(tags(of: "security-group"))": "CreateSecurityGroup", "GroupId": "DeleteSecurityGroup",
        blocks:
            "RevokeSecurityGroupEgress RevokeSecurityGroupIngress UpdateSecurityGroupRuleDescriptionsEgress"
            + " UpdateSecurityGroupRuleDescriptionsIngress",
        "\(blocks) \(tags(of: "security-group-rule"))": "AuthorizeSecurityGroupEgress AuthorizeSecurityGroupIngress",
        "GroupId \(changedRule)Id \(changedRule).IpProtocol=-1 \(changedRule).CidrIpv4=10.0.0.0/8": "ModifySecurityGroupRules",
        "Attribute=enableDnsSupport VpcId": "DescribeVpcAttribute",
        "AllowedImagesSettingsState": "EnableAllowedImagesSettings", "Attribute=description ImageId": "DescribeImageAttribute",
        "Attribute=launchPermission ImageId": "ResetImageAttribute",
        "Attribute=createVolumePermission SnapshotId": "DescribeSnapshotAttribute ResetSnapshotAttribute",
        "Bucket ObjectKey \(imageTags)": "CreateRestoreImageTask",
        "DiskImageFormat ImageId S3ExportLocation.S3Bucket \(tags(of: "export-image-task"))": "ExportImage",
        "ExportTaskId": "CancelExportTask", "ImportTaskId": "CancelImportTask",
        "ImageBlockPublicAccessState": "EnableImageBlockPublicAccess",
        "ImageId":
            "CancelImageLaunchPermission DisableImage DisableImageDeprecation DisableImageDeregistrationProtection EnableImage"
            + " EnableImageDeregistrationProtection GetImageAncestry RestoreImageFromRecycleBin",
        "ImageId Description.Value": "ModifyImageAttribute",
        "ImageId DeleteAssociatedSnapshots": "DeregisterImage",
        "ImageId ResourceType.1.ResourceType \(tags(of: "image-usage-report"))": "CreateImageUsageReport",
        "ImageId Bucket S3ObjectTag.1.Key S3ObjectTag.1.Value": "CreateStoreImageTask", "ImageId DeprecateAt": "EnableImageDeprecation",
        "ImageId.1 IncludeAllResourceTypes": "DescribeImageReferences", "KmsKeyId": "ModifyEbsDefaultKmsKeyId",
        "Name RootDeviceName BlockDeviceMapping.1.DeviceName BlockDeviceMapping.1.Ebs.SnapshotId \(imageTags)": "RegisterImage",
        "InstanceId=i-0123456789abcdef0 Name \(imageTags)": "CreateImage",
        "Name SourceImageId SourceRegion \(imageTags)": "CopyImage", "ReportId": "DeleteImageUsageReport",
        "ResourceId.1 Tag.1.Key Tag.1.Value": "CreateTags DeleteTags",
        "SnapshotId": "DeleteSnapshot RestoreSnapshotFromRecycleBin UnlockSnapshot",
        "SnapshotId Attribute=createVolumePermission OperationType UserId.1": "ModifySnapshotAttribute",
        "SnapshotId LockMode LockDuration": "LockSnapshot", "SnapshotId StorageTier=archive": "ModifySnapshotTier",
        "SnapshotId TemporaryRestoreDays=3": "RestoreSnapshotTier", "SourceRegion SourceSnapshotId \(tags(of: "snapshot"))": "CopySnapshot",
        "State": "EnableSnapshotBlockPublicAccess",
        "AvailabilityZone=us-east-1a SnapshotId \(tags(of: "volume"))": "CreateVolume",
        "InstanceSpecification.InstanceId=i-0123456789abcdef0 \(tags(of: "snapshot"))": "CreateSnapshots",
        "VolumeId": "DeleteVolume DetachVolume EnableVolumeIO", "VolumeId \(tags(of: "snapshot"))": "CreateSnapshot",
        "VolumeId Attribute=autoEnableIO": "DescribeVolumeAttribute", "VolumeId AutoEnableIO.Value=true": "ModifyVolumeAttribute",
        "VolumeId InstanceId=i-0123456789abcdef0 Device=/dev/sdf": "AttachVolume", "VolumeId Size=9": "ModifyVolume",
        "DiskContainer.Format DiskContainer.UserBucket.S3Bucket DiskContainer.UserBucket.S3Key \(tags(of: "import-snapshot-task"))":
            "ImportSnapshot",
        "DiskContainer.1.Format DiskContainer.1.UserBucket.S3Bucket DiskContainer.1.UserBucket.S3Key \(tags(of: "import-image-task"))":
            "ImportImage",
    ]

    static let iam = [
        "AccessKeyId": "DeleteAccessKey GetAccessKeyLastUsed", "AccessKeyId Status": "UpdateAccessKey",
        "AWSServiceName=spot.amazonaws.com": "CreateServiceLinkedRole", "AccountAlias": "CreateAccountAlias DeleteAccountAlias",
        "Arn=arn:aws:iam::{account}:user/ann ServiceNamespaces.member.1=s3": "ListPoliciesGrantingServiceAccess",
        "CertificateBody": "UploadSigningCertificate",
        "CertificateId": "DeleteSigningCertificate", "CertificateId Status": "UpdateSigningCertificate",
        "GroupName": "CreateGroup DeleteGroup GetGroup ListAttachedGroupPolicies ListGroupPolicies UpdateGroup",
        "GroupName PolicyArn": "AttachGroupPolicy DetachGroupPolicy", "GroupName PolicyName": "DeleteGroupPolicy GetGroupPolicy",
        "GroupName PolicyName PolicyDocument": "PutGroupPolicy", "GroupName UserName": "AddUserToGroup RemoveUserFromGroup",
        "InstanceProfileName": "DeleteInstanceProfile GetInstanceProfile ListInstanceProfileTags",
        "InstanceProfileName RoleName": "AddRoleToInstanceProfile RemoveRoleFromInstanceProfile",
        "InstanceProfileName TagKeys.member.1": "UntagInstanceProfile",
        "InstanceProfileName \(newTags)": "CreateInstanceProfile TagInstanceProfile", "OldPassword NewPassword": "ChangePassword",
        "OpenIDConnectProviderArn": "DeleteOpenIDConnectProvider GetOpenIDConnectProvider ListOpenIDConnectProviderTags",
        "OpenIDConnectProviderArn ClientID": "AddClientIDToOpenIDConnectProvider RemoveClientIDFromOpenIDConnectProvider",
        "OpenIDConnectProviderArn TagKeys.member.1": "UntagOpenIDConnectProvider",
        "OpenIDConnectProviderArn \(newTags)": "TagOpenIDConnectProvider",
        "OpenIDConnectProviderArn ThumbprintList.member.1": "UpdateOpenIDConnectProviderThumbprint",
        "PolicyArn": "DeletePolicy GetPolicy ListEntitiesForPolicy ListPolicyTags ListPolicyVersions",
        "PolicyArn PolicyDocument": "CreatePolicyVersion", "PolicyArn TagKeys.member.1": "UntagPolicy", "PolicyArn \(newTags)": "TagPolicy",
        "PolicyArn VersionId": "DeletePolicyVersion GetPolicyVersion SetDefaultPolicyVersion",
        "PolicyInputList.member.1": "GetContextKeysForCustomPolicy",
        "PolicyInputList.member.1 ActionNames.member.1": "SimulateCustomPolicy", "PolicyName PolicyDocument \(newTags)": "CreatePolicy",
        "PublicKeyMaterial": aKey, "PolicySourceArn": "GetContextKeysForPrincipalPolicy",
        "PolicySourceArn ActionNames.member.1": "SimulatePrincipalPolicy",
        "RoleName":
            "DeleteRole DeleteRolePermissionsBoundary GetRole ListAttachedRolePolicies ListInstanceProfilesForRole ListRolePolicies"
            + " ListRoleTags UpdateRole",
        "RoleName AssumeRolePolicyDocument \(newTags)": "CreateRole", "RoleName Description": "UpdateRoleDescription",
        "RoleName PermissionsBoundary": "PutRolePermissionsBoundary", "RoleName PolicyArn": "AttachRolePolicy DetachRolePolicy",
        "RoleName PolicyDocument": "UpdateAssumeRolePolicy", "RoleName PolicyName": "DeleteRolePolicy GetRolePolicy",
        "RoleName PolicyName PolicyDocument": "PutRolePolicy", "RoleName TagKeys.member.1": "UntagRole", "RoleName \(newTags)": "TagRole",
        "Url \(newTags)": "CreateOpenIDConnectProvider",
        "UserName":
            "DeleteUser DeleteUserPermissionsBoundary ListAttachedUserPolicies ListGroupsForUser ListUserPolicies ListUserTags UpdateUser"
            + " DeleteLoginProfile GetLoginProfile",
        "UserName Password": "CreateLoginProfile UpdateLoginProfile", "UserName PermissionsBoundary": "PutUserPermissionsBoundary",
        "UserName PolicyArn": "AttachUserPolicy DetachUserPolicy", "UserName PolicyName": "DeleteUserPolicy GetUserPolicy",
        "UserName PolicyName PolicyDocument": "PutUserPolicy", "UserName TagKeys.member.1": "UntagUser",
        "UserName \(newTags)": "CreateUser TagUser",
    ]

    private static let aDocument = #"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}]}"#
    private static let trust =
        #"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"sts:AssumeRole"}]}"#

    /// What members of forms have for a value.
    /// `ssh-ed25519 …`, as base64.
    private static let aKey =
        "c3NoLWVkMjU1MTkgQUFBQUMzTnphQzFsWkRJMU5URTVBQUFBSUd1NmxnWlIzd0NtemRvLy9WZ0Jzb0JmQjltOWgxRkh5TkRZeVFETnM4emc="

    static let formValues = [
        "AccessKeyId": "AKIAAAAAAAAAAAAAAAAA", "AccountAlias": "an-alias", "ActionNames.member.1": "s3:GetObject",
        "AllowedImagesSettingsState": "enabled", "AssumeRolePolicyDocument": trust, "BlockDeviceMapping.1.DeviceName": "/dev/sda1",
        "BlockDeviceMapping.1.Ebs.SnapshotId": "{snapshot}", "Bucket": "a-bucket", "CertificateBody": "a certificate",
        "CertificateId": "AAAAAAAAAAAAAAAAAAAAAAAA", "ClientID": "sts.amazonaws.com", "DeleteAssociatedSnapshots": "true",
        "DeprecateAt": "2040-01-01T00:00:00Z", "Description": "text", "Description.Value": "text", "DiskContainer.1.Format": "raw",
        "DiskContainer.1.UserBucket.S3Bucket": "a-bucket", "DiskContainer.1.UserBucket.S3Key": "a", "DiskContainer.Format": "raw",
        "DiskContainer.UserBucket.S3Bucket": "a-bucket", "DiskContainer.UserBucket.S3Key": "a", "DiskImageFormat": "RAW",
        "EncodedMessage": "a-message", "ExportTaskId": "export-ami-0123456789abcdef0", "GroupDescription": "text",
        "GroupId": "sg-0123456789abcdef0", "GroupName": "a-group",
        "ImageBlockPublicAccessState": "block-new-sharing", "ImageId": "{image}", "ImageId.1": "{image}",
        "ImportTaskId": "import-snap-0123456789abcdef0", "IncludeAllResourceTypes": "true", "InstanceProfileName": "a-profile",
        "InstanceId": "i-0123456789abcdef0", "InstanceId.1": "i-0123456789abcdef0",
        "KeyName": "a-key", "KmsKeyId": "alias/one",
        "LockDuration": "1", "LockMode": "governance", "Name": "a name", "NewPassword": "a Longer-passw0rd", "ObjectKey": "a.bin",
        "OldPassword": "a Long-passw0rd", "OpenIDConnectProviderArn": "arn:aws:iam::{account}:oidc-provider/ci.example.com",
        "OperationType": "add", "Password": "a Long-passw0rd", "PermissionsBoundary": "arn:aws:iam::{account}:policy/a-policy",
        "PolicyArn": "arn:aws:iam::{account}:policy/a-policy", "PolicyDocument": aDocument, "PolicyInputList.member.1": aDocument,
        "PolicyName": "a-policy", "PublicKeyMaterial": aKey, "PolicySourceArn": "arn:aws:iam::{account}:user/ann",
        "ReportId": "amiur-0123456789abcdef0",
        "ResourceId.1": "{image}", "ResourceType.1.ResourceType": "ec2:Instance", "RoleArn": "arn:aws:iam::{account}:role/trusting",
        "RoleName": "a-role", "RoleSessionName": "session", "RootDeviceName": "/dev/sda1", "S3ExportLocation.S3Bucket": "a-bucket",
        "S3ObjectTag.1.Key": "team", "S3ObjectTag.1.Value": "a", "SnapshotId": "{snapshot}", "SourceIdentity": "ann",
        "SecurityGroupRule.1.SecurityGroupRuleId": "sgr-0123456789abcdef0", "SourceImageId": "{image}", "SourceRegion": "us-east-1",
        "SourceSnapshotId": "{snapshot}", "State": "block-all-sharing",
        "Status": "Inactive", "Tag.1.Key": "team", "Tag.1.Value": "a", "TagKeys.member.1": "team", "TagSpecification.1.Tag.1.Key": "team",
        "TagSpecification.1.Tag.1.Value": "a", "Tags.member.1.Key": "team", "Tags.member.1.Value": "a",
        "ThumbprintList.member.1": "0123456789abcdef0123456789abcdef01234567", "Url": "https://ci.example.com", "UserId.1": "111122223333",
        "UserName": "ann", "VersionId": "v2", "VolumeId": "vol-0123456789abcdef0",
        "VpcId": "vpc-0123456789abcdef0",
    ]
}
