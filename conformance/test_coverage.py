"""docs/coverage.md says what the server reads of each action, and says it truly."""

from __future__ import annotations

import difflib

import pytest
from ferry_server import ROOT
from service_coverage import (
    Values, cover_ebs, cover_ec2, cover_iam, cover_kms, cover_organizations, cover_rbin, cover_s3, cover_service_quotas,
    cover_sts, write_table,
)

PAGE = ROOT / "docs" / "coverage.md"

# The actions that the image story stands on; the table must never lose one.
EXPECTED = {
    "EC2": {
        "CopyImage", "CopySnapshot", "CreateImage", "CreateTags", "DeleteSnapshot", "DeleteTags", "DeregisterImage", "DescribeAvailabilityZones",
        "DescribeInstanceTypeOfferings", "DescribeInstanceTypes", "DescribeImageAttribute", "DescribeImages", "DescribeRegions", "DescribeSnapshotAttribute", "DescribeSnapshots",
        "DescribeTags", "DisableEbsEncryptionByDefault", "EnableEbsEncryptionByDefault", "GetEbsDefaultKmsKeyId",
        "GetEbsEncryptionByDefault", "ModifyEbsDefaultKmsKeyId", "ModifyImageAttribute", "RegisterImage", "ResetEbsDefaultKmsKeyId",
        "CancelExportTask", "CancelImportTask", "CreateRestoreImageTask", "CreateStoreImageTask", "DescribeExportImageTasks",
        "DescribeImportImageTasks", "DescribeImportSnapshotTasks", "DescribeStoreImageTasks", "ExportImage", "ImportImage",
        "ImportSnapshot",
        "CreateImageUsageReport", "DeleteImageUsageReport", "DescribeImageReferences", "DescribeImageUsageReportEntries",
        "DescribeImageUsageReports", "DescribeLockedSnapshots", "DisableImage", "DisableImageDeprecation",
        "DisableImageDeregistrationProtection", "EnableImage", "EnableImageDeprecation", "EnableImageDeregistrationProtection",
        "GetImageAncestry", "ListImagesInRecycleBin", "ListSnapshotsInRecycleBin", "LockSnapshot", "RestoreImageFromRecycleBin",
        "RestoreSnapshotFromRecycleBin", "UnlockSnapshot",
        "DescribeSnapshotTierStatus", "ModifySnapshotTier", "RestoreSnapshotTier",
        "AuthorizeSecurityGroupEgress", "AuthorizeSecurityGroupIngress", "CreateKeyPair", "CreateSecurityGroup", "DeleteKeyPair",
        "DeleteSecurityGroup", "DescribeAccountAttributes", "DescribeAddresses", "DescribeDhcpOptions", "DescribeInternetGateways",
        "DescribeKeyPairs", "DescribeNetworkAcls", "DescribeNetworkInterfaces", "DescribeRouteTables", "DescribeSecurityGroupRules",
        "DescribeSecurityGroups", "DescribeSubnets", "DescribeVpcAttribute", "DescribeVpcs", "ImportKeyPair", "ModifySecurityGroupRules",
        "RevokeSecurityGroupEgress", "RevokeSecurityGroupIngress", "UpdateSecurityGroupRuleDescriptionsEgress",
        "UpdateSecurityGroupRuleDescriptionsIngress",
        "DescribeInstanceAttribute", "DescribeInstanceCreditSpecifications", "DescribeInstanceStatus", "DescribeInstances", "GetConsoleOutput",
        "GetConsoleScreenshot", "ModifyInstanceAttribute", "ModifyInstanceMetadataOptions",
        "AssociateIamInstanceProfile", "DescribeIamInstanceProfileAssociations", "DisassociateIamInstanceProfile", "GetPasswordData",
        "ModifyInstanceCreditSpecification", "ReplaceIamInstanceProfileAssociation", "MonitorInstances", "RebootInstances",
        "ResetInstanceAttribute", "RunInstances", "StartInstances", "StopInstances", "TerminateInstances", "UnmonitorInstances",
        "AttachVolume", "CreateSnapshot", "CreateSnapshots", "CreateVolume", "DeleteVolume", "DescribeVolumeAttribute", "DescribeVolumeStatus",
        "DescribeVolumes", "DescribeVolumesModifications", "DetachVolume", "EnableVolumeIO", "ModifyVolume", "ModifyVolumeAttribute",
        "CancelImageLaunchPermission", "DisableAllowedImagesSettings", "DisableImageBlockPublicAccess", "DisableSnapshotBlockPublicAccess",
        "EnableAllowedImagesSettings", "EnableImageBlockPublicAccess", "EnableSnapshotBlockPublicAccess", "GetAllowedImagesSettings",
        "GetImageBlockPublicAccessState", "GetSnapshotBlockPublicAccessState", "ModifySnapshotAttribute",
        "ReplaceImageCriteriaInAllowedImagesSettings", "ResetImageAttribute", "ResetSnapshotAttribute",
    },
    "EBS direct": {
        "CompleteSnapshot", "GetSnapshotBlock", "ListChangedBlocks", "ListSnapshotBlocks", "PutSnapshotBlock", "StartSnapshot",
    },
    "IAM": {"DeleteSigningCertificate", "ListSigningCertificates", "UpdateSigningCertificate", "UploadSigningCertificate"},
    "KMS": {
        "CancelKeyDeletion", "CreateAlias", "CreateGrant", "CreateKey", "Decrypt", "DeleteAlias", "DeriveSharedSecret", "DescribeKey", "DisableKey",
        "DisableKeyRotation", "EnableKey", "EnableKeyRotation", "Encrypt", "GenerateDataKey", "GenerateDataKeyPair",
        "GenerateDataKeyPairWithoutPlaintext", "GenerateDataKeyWithoutPlaintext", "GenerateMac", "GenerateRandom", "GetKeyPolicy",
        "GetKeyRotationStatus", "GetPublicKey", "ListAliases", "ListGrants", "ListKeyPolicies", "ListKeyRotations", "ListKeys",
        "ListResourceTags", "ListRetirableGrants", "PutKeyPolicy", "ReEncrypt", "RetireGrant", "RevokeGrant", "RotateKeyOnDemand",
        "ScheduleKeyDeletion", "Sign", "TagResource", "UntagResource", "UpdateAlias", "UpdateKeyDescription", "Verify", "VerifyMac",
    },
    "Organizations": {
        "AttachPolicy", "CloseAccount", "CreateAccount", "CreateOrganization", "CreateOrganizationalUnit", "CreatePolicy",
        "DeleteOrganizationalUnit", "DeletePolicy", "DescribeAccount", "DescribeCreateAccountStatus", "DescribeOrganization",
        "DescribeOrganizationalUnit", "DescribePolicy", "DetachPolicy", "DisablePolicyType", "EnablePolicyType", "ListAccounts",
        "ListAccountsForParent", "ListAWSServiceAccessForOrganization", "ListChildren", "ListCreateAccountStatus",
        "ListDelegatedAdministrators", "ListOrganizationalUnitsForParent", "ListParents", "ListPolicies", "ListPoliciesForTarget",
        "ListRoots", "ListTagsForResource", "ListTargetsForPolicy", "MoveAccount", "TagResource", "UntagResource",
        "UpdateOrganizationalUnit", "UpdatePolicy",
    },
    "rbin": {
        "CreateRule", "DeleteRule", "GetRule", "ListRules", "ListTagsForResource", "LockRule", "TagResource", "UnlockRule", "UntagResource",
        "UpdateRule",
    },
    "S3": {
        "AbortMultipartUpload", "CompleteMultipartUpload", "CopyObject", "CreateBucket", "CreateMultipartUpload", "DeleteBucket",
        "DeleteBucketPolicy", "DeleteObject", "DeleteObjects", "DeleteObjectTagging", "GetBucketAcl", "GetBucketEncryption",
        "GetBucketLocation", "GetBucketOwnershipControls", "GetBucketPolicy", "GetBucketPolicyStatus", "GetBucketTagging",
        "GetBucketVersioning", "GetObject", "GetObjectAcl", "GetObjectAttributes", "GetObjectTagging", "GetPublicAccessBlock", "HeadBucket", "HeadObject", "ListBuckets", "ListMultipartUploads",
        "ListObjects", "ListObjectsV2", "ListObjectVersions", "ListParts", "PutBucketAcl", "PutBucketEncryption",
        "PutBucketOwnershipControls", "PutBucketPolicy", "PutBucketTagging", "PutBucketVersioning", "PutObject", "PutObjectAcl",
        "PutObjectTagging", "PutPublicAccessBlock", "UploadPart", "UploadPartCopy",
    },
    "ServiceQuotas": {
        "GetAWSDefaultServiceQuota", "GetRequestedServiceQuotaChange", "GetServiceQuota", "ListAWSDefaultServiceQuotas",
        "ListRequestedServiceQuotaChangeHistory", "ListRequestedServiceQuotaChangeHistoryByQuota", "ListServiceQuotas", "ListServices",
        "RequestServiceQuotaIncrease",
    },
    "STS": {
        "AssumeRole", "DecodeAuthorizationMessage", "GetAccessKeyInfo", "GetCallerIdentity", "GetFederationToken", "GetSessionToken",
    },
}


@pytest.fixture(scope="module")
def services(server):
    values = Values(server)
    return [
        cover_ec2(server, values), cover_ebs(server), cover_kms(server), cover_s3(server), cover_iam(server), cover_organizations(server),
        cover_sts(server), cover_rbin(server), cover_service_quotas(server),
    ]


def test_expected_actions_exist(services):
    for service in services:
        missing = EXPECTED[service.title] - {operation.name for operation in service.operations}
        assert missing == set(), f"{service.title} lacks {sorted(missing)}"


WHOLE = [
    "CopyImage", "CopySnapshot", "DescribeSnapshots", "DeregisterImage", "ModifySnapshotAttribute", "CancelImageLaunchPermission",
    "ReplaceImageCriteriaInAllowedImagesSettings", "EnableSnapshotBlockPublicAccess", "EnableImageBlockPublicAccess",
    "EnableAllowedImagesSettings", "ResetImageAttribute", "ResetSnapshotAttribute",
]


@pytest.mark.parametrize(("title", "action"), [("EC2", action) for action in WHOLE])
def test_actions_that_are_meant_to_be_whole_are_whole(services, title, action):
    [service] = [service for service in services if service.title == title]
    [operation] = [operation for operation in service.operations if operation.name == action]
    assert operation.unread == []


def test_ebs_reads_every_parameter(services):
    [service] = [service for service in services if service.title == "EBS direct"]
    assert {operation.name: operation.unread for operation in service.operations if operation.unread} == {}


def test_the_recycle_bin_reads_every_parameter(services):
    [service] = [service for service in services if service.title == "rbin"]
    assert {operation.name: operation.unread for operation in service.operations if operation.unread} == {}
    assert len(service.operations) == service.known


@pytest.mark.parametrize("title", ["Organizations", "ServiceQuotas", "STS"])
def test_every_parameter_is_read_of(services, title):
    [service] = [service for service in services if service.title == title]
    assert {operation.name: operation.unread for operation in service.operations if operation.unread} == {}


def test_s3_answers_or_refuses_every_operation_by_its_name(services):
    """An operation that S3 has is never taken for another one."""
    [service] = [service for service in services if service.title == "S3"]
    assert len(service.operations) + len(service.refused) == service.known
    assert {"RenameObject", "UpdateObjectEncryption", "PutBucketAbac", "PutBucketWebsite", "RestoreObject"} <= set(service.refused)


def test_page_is_true(services, pytestconfig):
    table = write_table(services)
    if pytestconfig.getoption("--update-coverage"):
        PAGE.parent.mkdir(exist_ok=True)
        PAGE.write_text(table)
    committed = PAGE.read_text() if PAGE.exists() else ""
    difference = "\n".join(difflib.unified_diff(committed.splitlines(), table.splitlines(), "docs/coverage.md", "this server", lineterm=""))
    assert committed == table, f"run script/coverage\n{difference}"
