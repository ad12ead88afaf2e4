extension ActionSamples {
    static let kms = [
        "AliasName": "DeleteAlias", "AliasName TargetKeyId": "CreateAlias UpdateAlias",
        "CiphertextBlob DestinationKeyId": "ReEncrypt", "CiphertextBlob": "Decrypt",
        "KeyId":
            "CancelKeyDeletion DescribeKey DisableKey DisableKeyRotation EnableKey EnableKeyRotation GetKeyPolicy GetKeyRotationStatus"
            + " GetPublicKey ListGrants ListKeyPolicies ListKeyRotations ListResourceTags RotateKeyOnDemand ScheduleKeyDeletion",
        "KeyId KeySpec": "GenerateDataKey GenerateDataKeyWithoutPlaintext", "NumberOfBytes": "GenerateRandom",
        "KeyId Description": "UpdateKeyDescription", "KeyId GrantId": "RevokeGrant RetireGrant",
        "KeyId GranteePrincipal Operations": "CreateGrant", "KeyId KeyAgreementAlgorithm PublicKey": "DeriveSharedSecret",
        "KeyId KeyPairSpec": "GenerateDataKeyPair GenerateDataKeyPairWithoutPlaintext",
        "KeyId Message Signature SigningAlgorithm": "Verify", "KeyId Message SigningAlgorithm": "Sign", "KeyId Plaintext": "Encrypt",
        "KeyId Policy": "PutKeyPolicy", "KeyId TagKeys": "UntagResource", #"KeyId Tags=[{"TagKey":"team","TagValue":"a"}]"#: "TagResource",
        #"Tags=[{"TagKey":"team","TagValue":"a"}]"#: "CreateKey", "Message KeyId MacAlgorithm": "GenerateMac",
        "Message KeyId MacAlgorithm Mac": "VerifyMac", "RetiringPrincipal": "ListRetirableGrants",
    ]

    static let organizations = [
        "AccountId": "CloseAccount DescribeAccount ListDelegatedServicesForAccount",
        "AccountId SourceParentId DestinationParentId": "MoveAccount",
        "ChildId": "ListParents", "Content Description Name Type Tags": "CreatePolicy",
        "CreateAccountRequestId": "DescribeCreateAccountStatus", "Email AccountName Tags": "CreateAccount", "Filter": "ListPolicies",
        "OrganizationalUnitId": "DeleteOrganizationalUnit DescribeOrganizationalUnit UpdateOrganizationalUnit",
        "ParentId": "ListAccountsForParent ListOrganizationalUnitsForParent", "ParentId ChildType": "ListChildren",
        "ParentId Name Tags": "CreateOrganizationalUnit", "PolicyId": "DeletePolicy DescribePolicy ListTargetsForPolicy UpdatePolicy",
        "PolicyId TargetId": "AttachPolicy DetachPolicy", "ResourceId": "ListTagsForResource", "ResourceId TagKeys": "UntagResource",
        "ResourceId Tags": "TagResource", "RootId PolicyType": "DisablePolicyType EnablePolicyType",
        "TargetId Filter": "ListPoliciesForTarget", "FeatureSet": "CreateOrganization",
    ]

    /// What members of JSON have for a value.
    static let jsonValues = [
        "AccountId": #""111122223333""#, "AccountName": #""an account""#, "AliasName": #""alias/two""#,
        "ChildId": #""111122223333""#, "ChildType": #""ACCOUNT""#, "CiphertextBlob": #""{ciphertext}""#,
        "Content": #""{\"Version\":\"2012-10-17\",\"Statement\":[]}""#,
        "CreateAccountRequestId": #""car-0123456789abcdef0123456789abcdef""#,
        "Description": #""text""#, "DestinationKeyId": #""{key}""#, "DestinationParentId": #""{root}""#, "Email": #""a@example.com""#,
        "DesiredValue": "60000", "Quota": #""ec2/L-B665C33B""#, "QuotaCode": #""L-B665C33B""#, "RequestId": #""a-request""#,
        "ServiceCode": #""ec2""#, "Value": "60000", "ImageIds": #"["{image}"]"#, "SourceImageId": #""{image}""#,
        "SourceRegion": #""us-east-1""#, "TagSpecifications": #"[{"ResourceType":"image","Tags":[{"Key":"team","Value":"a"}]}]"#,
        "FeatureSet": #""ALL""#, "Filter": #""SERVICE_CONTROL_POLICY""#, "GrantId": #""a-grant""#,
        "GranteePrincipal": #""arn:aws:iam::{account}:root""#, "KeyAgreementAlgorithm": #""ECDH""#, "KeyId": #""{key}""#,
        "KeyPairSpec": #""ECC_NIST_P256""#, "KeySpec": #""AES_256""#, "Mac": #""AAAA""#, "MacAlgorithm": #""HMAC_SHA_256""#,
        "Message": #""AAAA""#, "Name": #""a name""#, "NumberOfBytes": "32", "Operations": #"["Decrypt"]"#,
        "OrganizationalUnitId": #""ou-ab12-abcdefgh""#, "ParentId": #""{root}""#, "Plaintext": #""AAAA""#,
        "Policy": #""{\"Version\":\"2012-10-17\",\"Statement\":[]}""#, "PolicyId": #""p-FullAWSAccess""#,
        "PolicyType": #""SERVICE_CONTROL_POLICY""#, "Profile": #""off""#, "PublicKey": #""AAAA""#, "ResourceId": #""{root}""#,
        "RetiringPrincipal": #""arn:aws:iam::{account}:root""#, "RootId": #""{root}""#, "Signature": #""AAAA""#,
        "SigningAlgorithm": #""ECDSA_SHA_256""#, "SnapshotId": #""{snapshot}""#, "SourceParentId": #""{root}""#, "TagKeys": #"["team"]"#,
        "Tags": #"[{"Key":"team","Value":"a"}]"#, "TargetId": #""{root}""#, "TargetKeyId": #""{key}""#,
        "Type": #""SERVICE_CONTROL_POLICY""#,
    ]
}
