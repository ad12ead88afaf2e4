"""DryRun on each action that has it: 412 with EC2's words, and nothing happens."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import botocore.session
import images
import pytest
import snapshots
from botocore import xform_name
from botocore.exceptions import ClientError
from ferry_server import AWAY, HOME
from refusals import dry_run, refused
from signed_request import assert_ec2_error, ec2_call
from test_coverage import EXPECTED
from test_snapshot_archive import wait_for

NEXT_YEAR = datetime.now(timezone.utc) + timedelta(days=365)
UNKNOWN_IMAGE, UNKNOWN_SNAPSHOT = "ami-0123456789abcdef0", "snap-0123456789abcdef0"


def everything(server):
    """All that a dry run could have changed."""
    ec2 = server.ec2(HOME)
    return (
        sorted(ec2.describe_images(Owners=["self"])["Images"], key=lambda image: image["ImageId"]),
        sorted(ec2.describe_snapshots(OwnerIds=["self"])["Snapshots"], key=lambda snapshot: snapshot["SnapshotId"]),
        sorted((tag["ResourceId"], tag["Key"], tag["Value"]) for tag in ec2.describe_tags()["Tags"]),
        (ec2.get_ebs_encryption_by_default()["EbsEncryptionByDefault"], ec2.get_ebs_default_kms_key_id()["KmsKeyId"]),
        sorted(task["ImportTaskId"] for task in ec2.describe_import_snapshot_tasks()["ImportSnapshotTasks"]),
        sorted(task["ImportTaskId"] for task in ec2.describe_import_image_tasks()["ImportImageTasks"]),
        sorted(task["ExportImageTaskId"] for task in ec2.describe_export_image_tasks()["ExportImageTasks"]),
        sorted(task["AmiId"] for task in ec2.describe_store_image_tasks()["StoreImageTaskResults"]),
        (ec2.get_image_block_public_access_state()["ImageBlockPublicAccessState"], ec2.get_snapshot_block_public_access_state()["State"]),
        (ec2.get_allowed_images_settings()["State"], ec2.get_allowed_images_settings()["ImageCriteria"]),
        sorted(report["ReportId"] for report in ec2.describe_image_usage_reports()["ImageUsageReports"]),
        sorted((lock["SnapshotId"], lock["LockState"]) for lock in ec2.describe_locked_snapshots()["Snapshots"]),
        sorted(
            (each["SnapshotId"], each["LastTieringOperationStatus"]) for each in ec2.describe_snapshot_tier_status()["SnapshotTierStatuses"]
        ),
        sorted((volume["VolumeId"], volume["State"], volume["Size"]) for volume in ec2.describe_volumes()["Volumes"]),
        sorted((change["VolumeId"], change["TargetSize"]) for change in ec2.describe_volumes_modifications()["VolumesModifications"]),
        sorted(pair["KeyName"] for pair in ec2.describe_key_pairs()["KeyPairs"]),
        sorted(ec2.describe_security_groups()["SecurityGroups"], key=lambda group: group["GroupId"]),
        sorted(image["ImageId"] for image in ec2.list_images_in_recycle_bin()["Images"]),
        sorted(snapshot["SnapshotId"] for snapshot in ec2.list_snapshots_in_recycle_bin()["Snapshots"]),
        sorted(alias["AliasName"] for alias in server.kms(HOME).list_aliases()["Aliases"] if "TargetKeyId" in alias),
    )


def mapping(snapshot):
    return [{"DeviceName": "/dev/xvda", "Ebs": {"SnapshotId": snapshot}}]


CALLS = {
    "describe_regions": lambda image, snapshot: {},
    "describe_availability_zones": lambda image, snapshot: {},
    "describe_instance_types": lambda image, snapshot: {},
    "describe_instance_type_offerings": lambda image, snapshot: {},
    "describe_images": lambda image, snapshot: {"ImageIds": [image]},
    "describe_image_attribute": lambda image, snapshot: {"ImageId": image, "Attribute": "description"},
    "modify_image_attribute": lambda image, snapshot: {"ImageId": image, "Description": {"Value": "changed"}},
    "register_image": lambda image, snapshot: {
        "Name": images.unused_name("dry"), "RootDeviceName": "/dev/xvda", "BlockDeviceMappings": mapping(snapshot),
    },
    "deregister_image": lambda image, snapshot: {"ImageId": image, "DeleteAssociatedSnapshots": True},
    "copy_image": lambda image, snapshot: {"Name": images.unused_name("dry"), "SourceImageId": image, "SourceRegion": HOME},
    "copy_snapshot": lambda image, snapshot: {"SourceSnapshotId": snapshot, "SourceRegion": HOME},
    "describe_snapshots": lambda image, snapshot: {"SnapshotIds": [snapshot]},
    "describe_snapshot_attribute": lambda image, snapshot: {"SnapshotId": snapshot, "Attribute": "createVolumePermission"},
    "reset_image_attribute": lambda image, snapshot: {"ImageId": image, "Attribute": "launchPermission"},
    "modify_snapshot_attribute": lambda image, snapshot: {"SnapshotId": snapshot, "CreateVolumePermission": {"Add": [{"Group": "all"}]}},
    "reset_snapshot_attribute": lambda image, snapshot: {"SnapshotId": snapshot, "Attribute": "createVolumePermission"},
    "enable_image_block_public_access": lambda image, snapshot: {"ImageBlockPublicAccessState": "block-new-sharing"},
    "disable_image_block_public_access": lambda image, snapshot: {},
    "get_image_block_public_access_state": lambda image, snapshot: {},
    "enable_snapshot_block_public_access": lambda image, snapshot: {"State": "block-all-sharing"},
    "disable_snapshot_block_public_access": lambda image, snapshot: {},
    "get_snapshot_block_public_access_state": lambda image, snapshot: {},
    "enable_allowed_images_settings": lambda image, snapshot: {"AllowedImagesSettingsState": "enabled"},
    "disable_allowed_images_settings": lambda image, snapshot: {},
    "get_allowed_images_settings": lambda image, snapshot: {},
    "replace_image_criteria_in_allowed_images_settings": lambda image, snapshot: {"ImageCriteria": [{"ImageProviders": ["amazon"]}]},
    "delete_snapshot": lambda image, snapshot: {"SnapshotId": snapshot},
    "create_tags": lambda image, snapshot: {"Resources": [image], "Tags": [{"Key": "dry", "Value": "run"}]},
    "delete_tags": lambda image, snapshot: {"Resources": [image], "Tags": [{"Key": "kept"}]},
    "describe_tags": lambda image, snapshot: {},
    "enable_ebs_encryption_by_default": lambda image, snapshot: {},
    "disable_ebs_encryption_by_default": lambda image, snapshot: {},
    "get_ebs_encryption_by_default": lambda image, snapshot: {},
    "get_ebs_default_kms_key_id": lambda image, snapshot: {},
    "modify_ebs_default_kms_key_id": lambda image, snapshot: {"KmsKeyId": "alias/aws/ebs"},
    "reset_ebs_default_kms_key_id": lambda image, snapshot: {},
    "import_snapshot": lambda image, snapshot: {"DiskContainer": {"Format": "RAW", "UserBucket": OBJECT}},
    "import_image": lambda image, snapshot: {"DiskContainers": [{"Format": "RAW", "UserBucket": OBJECT}]},
    "export_image": lambda image, snapshot: {"ImageId": image, "DiskImageFormat": "RAW", "S3ExportLocation": {"S3Bucket": BUCKET}},
    "create_store_image_task": lambda image, snapshot: {"ImageId": image, "Bucket": BUCKET},
    "create_restore_image_task": lambda image, snapshot: {"Bucket": BUCKET, "ObjectKey": "stored.bin", "Name": images.unused_name("dry")},
    "describe_import_snapshot_tasks": lambda image, snapshot: {},
    "describe_import_image_tasks": lambda image, snapshot: {},
    "describe_export_image_tasks": lambda image, snapshot: {},
    "describe_store_image_tasks": lambda image, snapshot: {},
    "create_image_usage_report": lambda image, snapshot: {"ImageId": image, "ResourceTypes": [{"ResourceType": "ec2:Instance"}]},
    "delete_image_usage_report": lambda image, snapshot: {"ReportId": _made["report"]},
    "describe_image_references": lambda image, snapshot: {"ImageIds": [image], "IncludeAllResourceTypes": True},
    "describe_image_usage_reports": lambda image, snapshot: {},
    "describe_image_usage_report_entries": lambda image, snapshot: {"ReportIds": [_made["read report"]]},
    "get_image_ancestry": lambda image, snapshot: {"ImageId": image},
    "disable_image": lambda image, snapshot: {"ImageId": image},
    "enable_image": lambda image, snapshot: {"ImageId": _made["disabled"]},
    "enable_image_deprecation": lambda image, snapshot: {"ImageId": image, "DeprecateAt": NEXT_YEAR},
    "disable_image_deprecation": lambda image, snapshot: {"ImageId": image},
    "enable_image_deregistration_protection": lambda image, snapshot: {"ImageId": image},
    "disable_image_deregistration_protection": lambda image, snapshot: {"ImageId": image},
    "lock_snapshot": lambda image, snapshot: {"SnapshotId": snapshot, "LockMode": "governance", "LockDuration": 1},
    "unlock_snapshot": lambda image, snapshot: {"SnapshotId": _made["locked"]},
    "describe_locked_snapshots": lambda image, snapshot: {},
    "modify_snapshot_tier": lambda image, snapshot: {"SnapshotId": snapshot, "StorageTier": "archive"},
    "restore_snapshot_tier": lambda image, snapshot: {"SnapshotId": _made["archived"], "TemporaryRestoreDays": 2},
    "describe_snapshot_tier_status": lambda image, snapshot: {},
    "list_images_in_recycle_bin": lambda image, snapshot: {},
    "list_snapshots_in_recycle_bin": lambda image, snapshot: {},
    "restore_image_from_recycle_bin": lambda image, snapshot: {"ImageId": _made["recycled image"]},
    "restore_snapshot_from_recycle_bin": lambda image, snapshot: {"SnapshotId": _made["recycled snapshot"]},
}

# What is said of the default group, by its name: the one group that every account has.
DEFAULT = {"GroupName": "default"}
TO_ITSELF = {"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupName": "default"}]}
SSH = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "10.0.0.0/8"}]}
PUBLIC_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGu6lgZR3wCmzdo//VgBsoBfB9m9h1FHyNDYyQDNs8zg"
NO_GROUP, NO_RULE, NOT_THERE = {"GroupId": "sg-0ffffffffffffffff"}, "sgr-0ffffffffffffffff", [{"Name": "colour", "Values": ["red"]}]

CALLS |= {
    "authorize_security_group_ingress": lambda image, snapshot: {**DEFAULT, "IpPermissions": [SSH]},
    "create_key_pair": lambda image, snapshot: {"KeyName": "dry", "KeyType": "ed25519"},
    "create_security_group": lambda image, snapshot: {"GroupName": "dry", "Description": "text"},
    "delete_key_pair": lambda image, snapshot: {"KeyName": "dry"},
    "import_key_pair": lambda image, snapshot: {"KeyName": "dry", "PublicKeyMaterial": PUBLIC_KEY},
    "update_security_group_rule_descriptions_egress": lambda image, snapshot: {
        **DEFAULT, "IpPermissions": [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0", "Description": "out"}]}],
    },
    "update_security_group_rule_descriptions_ingress": lambda image, snapshot: {**DEFAULT, "IpPermissions": [TO_ITSELF]},
    # After what is done with the rule.
    "revoke_security_group_ingress": lambda image, snapshot: {**DEFAULT, "IpPermissions": [TO_ITSELF]},
    **{
        name: lambda image, snapshot: {}
        for name in (
            "describe_account_attributes", "describe_addresses", "describe_dhcp_options", "describe_internet_gateways", "describe_key_pairs",
            "describe_network_acls", "describe_network_interfaces", "describe_route_tables", "describe_security_group_rules",
            "describe_security_groups", "describe_subnets", "describe_vpcs",
        )
    },
}

# They need ids that no other test knows: test_security_groups.py and test_default_network.py try them.
WITH_IDS = {
    "authorize_security_group_egress", "delete_security_group", "describe_vpc_attribute", "modify_security_group_rules",
    "revoke_security_group_egress",
}

CALLS |= {
    "create_volume": lambda image, snapshot: {"AvailabilityZone": f"{HOME}a", "Size": 1},
    "create_snapshot": lambda image, snapshot: {"VolumeId": _made["volume"]},
    "describe_volumes": lambda image, snapshot: {},
    "describe_volume_attribute": lambda image, snapshot: {"VolumeId": _made["volume"], "Attribute": "autoEnableIO"},
    "describe_volume_status": lambda image, snapshot: {},
    "describe_volumes_modifications": lambda image, snapshot: {},
    "enable_volume_io": lambda image, snapshot: {"VolumeId": _made["volume"]},
    "modify_volume": lambda image, snapshot: {"VolumeId": _made["volume"], "Size": 2},
    "modify_volume_attribute": lambda image, snapshot: {"VolumeId": _made["volume"], "AutoEnableIO": {"Value": True}},
    # After what is done with the volume.
    "delete_volume": lambda image, snapshot: {"VolumeId": _made["volume"]},
}

# They need an instance: test_instances.py tries them.
WITH_INSTANCES = {
    "attach_volume", "create_image", "create_snapshots", "describe_instance_attribute", "detach_volume", "get_console_output",
    "get_console_screenshot", "get_password_data", "modify_instance_attribute", "modify_instance_credit_specification",
    "modify_instance_metadata_options", "monitor_instances", "reboot_instances", "reset_instance_attribute",
    "run_instances", "start_instances", "stop_instances", "terminate_instances", "unmonitor_instances",
}
NO_INSTANCE, NO_VOLUME = "i-0123456789abcdef0", {"VolumeId": "vol-0123456789abcdef0"}

BUCKET = "dry-runs-of-tasks"
OBJECT = {"S3Bucket": BUCKET, "S3Key": "disk.raw"}
RESERVED = [{"Key": "aws:reserved", "Value": ""}]
# What each action refuses: with and without DryRun it must be the same words.
REFUSALS = {
    "describe_images": lambda image, snapshot: [{"ImageIds": [UNKNOWN_IMAGE]}, {"Filters": [{"Name": "name", "Values": ["\\d"]}]}, {"NextToken": "x"}],
    "describe_image_attribute": lambda image, snapshot: [
        {"ImageId": UNKNOWN_IMAGE, "Attribute": "description"}, {"ImageId": image, "Attribute": "blockDeviceMapping"},
    ],
    "modify_image_attribute": lambda image, snapshot: [{"ImageId": UNKNOWN_IMAGE, "Description": {"Value": "x"}}, {"ImageId": image}],
    "reset_image_attribute": lambda image, snapshot: [
        {"ImageId": UNKNOWN_IMAGE, "Attribute": "launchPermission"}, {"ImageId": image, "Attribute": "description"},
    ],
    "cancel_image_launch_permission": lambda image, snapshot: [{"ImageId": UNKNOWN_IMAGE}, {"ImageId": image}],
    "modify_snapshot_attribute": lambda image, snapshot: [
        {"SnapshotId": UNKNOWN_SNAPSHOT, "CreateVolumePermission": {"Add": [{"Group": "all"}]}}, {"SnapshotId": snapshot},
        {"SnapshotId": snapshot, "CreateVolumePermission": {"Add": [{"UserId": "nobody"}]}},
    ],
    "reset_snapshot_attribute": lambda image, snapshot: [{"SnapshotId": UNKNOWN_SNAPSHOT, "Attribute": "createVolumePermission"}],
    "enable_image_block_public_access": lambda image, snapshot: [{"ImageBlockPublicAccessState": "unblocked"}],
    "enable_snapshot_block_public_access": lambda image, snapshot: [{"State": "unblocked"}],
    "enable_allowed_images_settings": lambda image, snapshot: [{"AllowedImagesSettingsState": "disabled"}],
    "replace_image_criteria_in_allowed_images_settings": lambda image, snapshot: [{"ImageCriteria": [{"ImageProviders": ["nobody"]}]}],
    "register_image": lambda image, snapshot: [
        {"Name": "dry-taken", "RootDeviceName": "/dev/xvda", "BlockDeviceMappings": mapping(snapshot)},
        {"Name": "dry-none", "RootDeviceName": "/dev/xvda", "BlockDeviceMappings": mapping(UNKNOWN_SNAPSHOT)},
        {"Name": "dry-root", "RootDeviceName": "/dev/sdb", "BlockDeviceMappings": mapping(snapshot)},
        {
            "Name": "dry-tags", "RootDeviceName": "/dev/xvda", "BlockDeviceMappings": mapping(snapshot),
            "TagSpecifications": [{"ResourceType": "image", "Tags": RESERVED}],
        },
        {"Name": "dry-bundle", "ImageLocation": f"{BUCKET}/none/image.manifest.xml"},
    ],
    "deregister_image": lambda image, snapshot: [{"ImageId": UNKNOWN_IMAGE}],
    "copy_image": lambda image, snapshot: [
        {"Name": "dry-taken", "SourceImageId": image, "SourceRegion": HOME},
        {"Name": "a", "SourceImageId": image, "SourceRegion": HOME}, {"Name": "dry-none", "SourceImageId": UNKNOWN_IMAGE, "SourceRegion": HOME},
        {"Name": "dry-mars", "SourceImageId": image, "SourceRegion": "mars-north-1"},
        *({
            "Name": "dry-tags", "SourceImageId": image, "SourceRegion": HOME, "TagSpecifications": [{"ResourceType": kind, "Tags": RESERVED}],
        } for kind in ("image", "snapshot", "volume")),
        {"Name": "dry-key", "SourceImageId": image, "SourceRegion": HOME, "Encrypted": True, "KmsKeyId": "alias/nowhere"},
        {"Name": "dry-late", "SourceImageId": image, "SourceRegion": HOME, "SnapshotCopyCompletionDurationMinutes": 17},
    ],
    "copy_snapshot": lambda image, snapshot: [
        {"SourceSnapshotId": UNKNOWN_SNAPSHOT, "SourceRegion": HOME},
        {"SourceSnapshotId": snapshot, "SourceRegion": HOME, "TagSpecifications": [{"ResourceType": "snapshot", "Tags": RESERVED}]},
        {"SourceSnapshotId": snapshot, "SourceRegion": HOME, "Encrypted": True, "KmsKeyId": "alias/nowhere"},
        {"SourceSnapshotId": snapshot, "SourceRegion": HOME, "CompletionDurationMinutes": 17},
    ],
    "describe_snapshots": lambda image, snapshot: [{"SnapshotIds": [UNKNOWN_SNAPSHOT]}],
    "describe_snapshot_attribute": lambda image, snapshot: [{"SnapshotId": UNKNOWN_SNAPSHOT, "Attribute": "createVolumePermission"}],
    "delete_snapshot": lambda image, snapshot: [{"SnapshotId": UNKNOWN_SNAPSHOT}, {"SnapshotId": used(image)}],
    "create_tags": lambda image, snapshot: [
        {"Resources": [image], "Tags": RESERVED}, {"Resources": [image, UNKNOWN_IMAGE], "Tags": [{"Key": "a", "Value": ""}]},
        {"Resources": [image], "Tags": [{"Key": str(number), "Value": ""} for number in range(50)]},
    ],
    "delete_tags": lambda image, snapshot: [{"Resources": [image], "Tags": RESERVED}, {"Resources": [UNKNOWN_SNAPSHOT]}],
    "describe_tags": lambda image, snapshot: [{"Filters": [{"Name": "colour", "Values": ["red"]}]}],
    "modify_ebs_default_kms_key_id": lambda image, snapshot: [{"KmsKeyId": "alias/nowhere"}, {"KmsKeyId": "alias/aws/s3"}],
    "import_snapshot": lambda image, snapshot: [
        {"DiskContainer": {"UserBucket": {**OBJECT, "S3Key": "gone"}}}, {"DiskContainer": {"UserBucket": OBJECT, "Format": "OVA"}},
        {"DiskContainer": {"UserBucket": OBJECT}, "TagSpecifications": [{"ResourceType": "import-snapshot-task", "Tags": RESERVED}]},
        {"DiskContainer": {"UserBucket": OBJECT}, "Encrypted": True, "KmsKeyId": "alias/nowhere"},
    ],
    "import_image": lambda image, snapshot: [
        {"DiskContainers": []}, {"DiskContainers": [{"UserBucket": {**OBJECT, "S3Key": "gone"}}]},
        {"DiskContainers": [{"UserBucket": OBJECT}], "TagSpecifications": [{"ResourceType": "import-image-task", "Tags": RESERVED}]},
        {"DiskContainers": [{"UserBucket": OBJECT}], "Encrypted": True, "KmsKeyId": "alias/nowhere"},
    ],
    "export_image": lambda image, snapshot: [
        {"ImageId": image, "DiskImageFormat": "RAW", "S3ExportLocation": {"S3Bucket": "no-such-bucket-at-all"}},
        {"ImageId": UNKNOWN_IMAGE, "DiskImageFormat": "RAW", "S3ExportLocation": {"S3Bucket": BUCKET}},
        {
            "ImageId": image, "DiskImageFormat": "RAW", "S3ExportLocation": {"S3Bucket": BUCKET},
            "TagSpecifications": [{"ResourceType": "export-image-task", "Tags": RESERVED}],
        },
    ],
    "create_store_image_task": lambda image, snapshot: [
        {"ImageId": UNKNOWN_IMAGE, "Bucket": BUCKET}, {"ImageId": image, "Bucket": "no-such-bucket-at-all"},
        {"ImageId": image, "Bucket": BUCKET, "S3ObjectTags": RESERVED},
    ],
    "create_restore_image_task": lambda image, snapshot: [
        {"Bucket": BUCKET, "ObjectKey": "gone"}, {"Bucket": BUCKET, "ObjectKey": "disk.raw"},
        {"Bucket": BUCKET, "ObjectKey": "stored.bin", "Name": "dry-taken"},
        {"Bucket": BUCKET, "ObjectKey": "stored.bin", "Name": "dry-tags", "TagSpecifications": [{"ResourceType": "image", "Tags": RESERVED}]},
    ],
    "cancel_import_task": lambda image, snapshot: [{"ImportTaskId": "import-ami-0123456789abcdef0"}, {"ImportTaskId": "what"}],
    "describe_import_snapshot_tasks": lambda image, snapshot: [{"ImportTaskIds": ["import-snap-0123456789abcdef0"]}],
    "describe_import_image_tasks": lambda image, snapshot: [{"ImportTaskIds": ["import-ami-0123456789abcdef0"]}],
    "describe_export_image_tasks": lambda image, snapshot: [{"ExportImageTaskIds": ["export-ami-0123456789abcdef0"]}],
    "describe_store_image_tasks": lambda image, snapshot: [{"ImageIds": ["what"]}],
    "describe_regions": lambda image, snapshot: [{"RegionNames": ["mars-north-1"]}],
    "describe_availability_zones": lambda image, snapshot: [{"ZoneNames": ["mars-north-1a"]}],
    "describe_instance_types": lambda image, snapshot: [{"InstanceTypes": ["t9.giant"]}],
    "describe_instance_type_offerings": lambda image, snapshot: [{"LocationType": "moon"}],
    "create_image_usage_report": lambda image, snapshot: [
        {"ImageId": UNKNOWN_IMAGE, "ResourceTypes": [{"ResourceType": "ec2:Instance"}]}, {"ImageId": image, "ResourceTypes": [{"ResourceType": "ec2:Moon"}]},
    ],
    "delete_image_usage_report": lambda image, snapshot: [{"ReportId": "amiur-0123456789abcdef0"}],
    "describe_image_references": lambda image, snapshot: [{"ImageIds": ["what"], "IncludeAllResourceTypes": True}, {"ImageIds": [image]}],
    "describe_image_usage_reports": lambda image, snapshot: [{"ReportIds": ["what"]}],
    "describe_image_usage_report_entries": lambda image, snapshot: [{"ReportIds": ["what"]}],
    "get_image_ancestry": lambda image, snapshot: [{"ImageId": UNKNOWN_IMAGE}],
    "disable_image": lambda image, snapshot: [{"ImageId": UNKNOWN_IMAGE}],
    "enable_image": lambda image, snapshot: [{"ImageId": UNKNOWN_IMAGE}],
    "enable_image_deprecation": lambda image, snapshot: [
        {"ImageId": UNKNOWN_IMAGE, "DeprecateAt": NEXT_YEAR}, {"ImageId": image, "DeprecateAt": "2001-01-01T00:00:00Z"},
    ],
    "disable_image_deprecation": lambda image, snapshot: [{"ImageId": UNKNOWN_IMAGE}],
    "enable_image_deregistration_protection": lambda image, snapshot: [{"ImageId": UNKNOWN_IMAGE}],
    "disable_image_deregistration_protection": lambda image, snapshot: [{"ImageId": UNKNOWN_IMAGE}],
    "lock_snapshot": lambda image, snapshot: [
        {"SnapshotId": UNKNOWN_SNAPSHOT, "LockMode": "governance", "LockDuration": 1}, {"SnapshotId": snapshot, "LockMode": "governance"},
    ],
    "unlock_snapshot": lambda image, snapshot: [{"SnapshotId": UNKNOWN_SNAPSHOT}, {"SnapshotId": snapshot}],
    "describe_locked_snapshots": lambda image, snapshot: [{"SnapshotIds": [UNKNOWN_SNAPSHOT]}],
    "modify_snapshot_tier": lambda image, snapshot: [
        {"SnapshotId": UNKNOWN_SNAPSHOT, "StorageTier": "archive"}, {"SnapshotId": used(image), "StorageTier": "archive"},
        {"SnapshotId": _made["archived"], "StorageTier": "archive"},
    ],
    "restore_snapshot_tier": lambda image, snapshot: [
        {"SnapshotId": UNKNOWN_SNAPSHOT}, {"SnapshotId": snapshot, "PermanentRestore": True},
        {"SnapshotId": _made["archived"], "TemporaryRestoreDays": 181},
    ],
    "describe_snapshot_tier_status": lambda image, snapshot: [{"Filters": [{"Name": "colour", "Values": ["red"]}]}],
    "list_images_in_recycle_bin": lambda image, snapshot: [{"ImageIds": ["what"]}],
    "list_snapshots_in_recycle_bin": lambda image, snapshot: [{"SnapshotIds": ["what"]}],
    "restore_image_from_recycle_bin": lambda image, snapshot: [{"ImageId": UNKNOWN_IMAGE}, {"ImageId": image}],
    "restore_snapshot_from_recycle_bin": lambda image, snapshot: [{"SnapshotId": UNKNOWN_SNAPSHOT}, {"SnapshotId": snapshot}],
}
# There is nothing that these refuse of their own.
REFUSALS |= {
    "authorize_security_group_egress": lambda image, snapshot: [{**NO_GROUP, "IpPermissions": [SSH]}],
    "authorize_security_group_ingress": lambda image, snapshot: [
        {**NO_GROUP, "IpPermissions": [SSH]}, {**DEFAULT, "IpPermissions": [TO_ITSELF]}, {**DEFAULT, "IpPermissions": [SSH, SSH]},
    ],
    "create_key_pair": lambda image, snapshot: [{"KeyName": " "}, {"KeyName": "dry", "KeyFormat": "ppk"}],
    "create_security_group": lambda image, snapshot: [
        {"GroupName": "default", "Description": "text"}, {"GroupName": "dry", "Description": "text", "VpcId": "vpc-0ffffffffffffffff"},
    ],
    "delete_key_pair": lambda image, snapshot: [{"KeyPairId": "nonsense"}],
    "delete_security_group": lambda image, snapshot: [DEFAULT, NO_GROUP],
    "describe_account_attributes": lambda image, snapshot: [{"AttributeNames": ["colour"]}],
    "describe_key_pairs": lambda image, snapshot: [{"KeyNames": ["none of these"]}],
    "describe_vpc_attribute": lambda image, snapshot: [{"VpcId": "vpc-0ffffffffffffffff", "Attribute": "enableDnsSupport"}],
    "import_key_pair": lambda image, snapshot: [{"KeyName": "dry", "PublicKeyMaterial": "nonsense"}],
    "modify_security_group_rules": lambda image, snapshot: [
        {**NO_GROUP, "SecurityGroupRules": [{"SecurityGroupRuleId": NO_RULE, "SecurityGroupRule": {"IpProtocol": "-1", "CidrIpv4": "0.0.0.0/0"}}]},
    ],
    "revoke_security_group_egress": lambda image, snapshot: [{**NO_GROUP, "IpPermissions": [SSH]}],
    "revoke_security_group_ingress": lambda image, snapshot: [{**DEFAULT, "SecurityGroupRuleIds": [NO_RULE]}],
    "update_security_group_rule_descriptions_egress": lambda image, snapshot: [{**DEFAULT, "IpPermissions": [SSH]}],
    "update_security_group_rule_descriptions_ingress": lambda image, snapshot: [{**DEFAULT, "IpPermissions": [SSH]}],
    **{
        name: lambda image, snapshot: [{"Filters": NOT_THERE}]
        for name in (
            "describe_addresses", "describe_dhcp_options", "describe_internet_gateways", "describe_network_acls", "describe_network_interfaces",
            "describe_route_tables", "describe_security_group_rules", "describe_security_groups", "describe_subnets", "describe_vpcs",
        )
    },
}

OF_NO_INSTANCE = {"InstanceId": NO_INSTANCE}
CALLS |= {
    name: lambda image, snapshot: {} for name in ("describe_instances", "describe_instance_credit_specifications", "describe_instance_status")
}
REFUSALS |= {
    "describe_instance_attribute": lambda image, snapshot: [{**OF_NO_INSTANCE, "Attribute": "userData"}],
    "create_image": lambda image, snapshot: [{**OF_NO_INSTANCE, "Name": "of nothing"}],
    "get_console_output": lambda image, snapshot: [OF_NO_INSTANCE],
    "get_console_screenshot": lambda image, snapshot: [OF_NO_INSTANCE],
    "get_password_data": lambda image, snapshot: [OF_NO_INSTANCE],
    "modify_instance_credit_specification": lambda image, snapshot: [
        {"InstanceCreditSpecifications": [{**OF_NO_INSTANCE, "CpuCredits": "some"}]}
    ],
    "modify_instance_attribute": lambda image, snapshot: [{**OF_NO_INSTANCE, "DisableApiStop": {"Value": True}}, OF_NO_INSTANCE],
    "modify_instance_metadata_options": lambda image, snapshot: [{**OF_NO_INSTANCE, "HttpTokens": "required"}],
    "reset_instance_attribute": lambda image, snapshot: [{**OF_NO_INSTANCE, "Attribute": name} for name in ("sourceDestCheck", "kernel")],
    "run_instances": lambda image, snapshot: [
        {"ImageId": UNKNOWN_IMAGE, "MinCount": 1, "MaxCount": 1}, {"ImageId": image, "MinCount": 1, "MaxCount": 1, "InstanceType": "t9.nano"},
        {"ImageId": image, "MinCount": 1, "MaxCount": 1, "InstanceType": "t2.nano", "KeyName": "none of these"},
    ],
    **{
        name: lambda image, snapshot: [{"InstanceIds": [NO_INSTANCE]}]
        for name in (
            "describe_instance_credit_specifications", "describe_instance_status", "describe_instances", "monitor_instances", "reboot_instances",
            "start_instances", "stop_instances", "terminate_instances", "unmonitor_instances",
        )
    },
}

REFUSALS |= {
    "attach_volume": lambda image, snapshot: [{"VolumeId": _made["kept volume"], "InstanceId": NO_INSTANCE, "Device": "/dev/sdf"}],
    "create_snapshot": lambda image, snapshot: [NO_VOLUME],
    "create_snapshots": lambda image, snapshot: [{"InstanceSpecification": {"InstanceId": NO_INSTANCE}}],
    "create_volume": lambda image, snapshot: [
        {"AvailabilityZone": f"{HOME}a"}, {"AvailabilityZone": "nowhere-1a", "Size": 1},
        {"AvailabilityZone": f"{HOME}a", "SnapshotId": UNKNOWN_SNAPSHOT}, {"AvailabilityZone": f"{HOME}a", "Size": 1, "VolumeType": "gp9"},
    ],
    "delete_volume": lambda image, snapshot: [NO_VOLUME],
    "describe_volumes": lambda image, snapshot: [{"Filters": NOT_THERE}],
    "describe_volume_attribute": lambda image, snapshot: [{**NO_VOLUME, "Attribute": "autoEnableIO"}],
    "describe_volume_status": lambda image, snapshot: [{"Filters": NOT_THERE}],
    "describe_volumes_modifications": lambda image, snapshot: [{"Filters": NOT_THERE}],
    "detach_volume": lambda image, snapshot: [NO_VOLUME],
    "enable_volume_io": lambda image, snapshot: [NO_VOLUME],
    "modify_volume": lambda image, snapshot: [{**NO_VOLUME, "Size": 2}],
    "modify_volume_attribute": lambda image, snapshot: [{**NO_VOLUME, "AutoEnableIO": {"Value": True}}],
}

NEVER_REFUSED = {
    "enable_ebs_encryption_by_default", "disable_ebs_encryption_by_default", "get_ebs_encryption_by_default", "get_ebs_default_kms_key_id",
    "reset_ebs_default_kms_key_id", "disable_image_block_public_access", "get_image_block_public_access_state",
    "disable_snapshot_block_public_access", "get_snapshot_block_public_access_state", "disable_allowed_images_settings",
    "get_allowed_images_settings",
}


OF_THE_WHOLE_REGION = {
    "enable_ebs_encryption_by_default", "enable_image_block_public_access", "enable_snapshot_block_public_access",
    "enable_allowed_images_settings",
}


_used: dict[str, str] = {}
# What stands in a state that the target does not have.
_made: dict[str, str] = {}


def used(image):
    """The snapshot that an image stands on."""
    return _used[image]


@pytest.fixture(scope="module")
def target(server, disk):
    under = snapshots.upload(server, disk)
    image = images.register(server, under, Description="before")
    _used[image] = under
    images.register(server, under, Name="dry-taken")
    server.ec2(HOME).create_tags(Resources=[image], Tags=[{"Key": "kept", "Value": "yes"}])
    free = snapshots.upload(server, disk)
    s3 = server.s3(HOME)
    s3.create_bucket(Bucket=BUCKET)
    s3.put_object(Bucket=BUCKET, Key="disk.raw", Body=bytes(1 << 20))
    stored = server.ec2(HOME).create_store_image_task(ImageId=image, Bucket=f"{BUCKET}/first")["ObjectKey"]
    server.ec2(HOME).get_waiter("store_image_task_complete").wait(ImageIds=[image], WaiterConfig={"Delay": 1, "MaxAttempts": 60})
    s3.copy_object(Bucket=BUCKET, Key="stored.bin", CopySource={"Bucket": BUCKET, "Key": stored})
    make_states(server, image, disk)
    return image, free


def make_states(server, image, disk):
    ec2, rbin = server.ec2(HOME), server.client("rbin", HOME)
    for name in ("report", "read report"):
        _made[name] = ec2.create_image_usage_report(ImageId=image, ResourceTypes=[{"ResourceType": "ec2:Instance"}])["ReportId"]
    for name in ("volume", "kept volume"):
        _made[name] = ec2.create_volume(AvailabilityZone=f"{HOME}a", Size=1)["VolumeId"]
    _made["disabled"] = images.register(server, snapshots.upload(server, disk))
    ec2.disable_image(ImageId=_made["disabled"])
    _made["locked"] = snapshots.upload(server, disk)
    ec2.lock_snapshot(SnapshotId=_made["locked"], LockMode="governance", LockDuration=1)
    _made["archived"] = snapshots.upload(server, disk)
    ec2.modify_snapshot_tier(SnapshotId=_made["archived"], StorageTier="archive")
    wait_for(server, _made["archived"], "archival-completed")
    rules = [
        rbin.create_rule(
            ResourceType=kind, RetentionPeriod={"RetentionPeriodValue": 1, "RetentionPeriodUnit": "DAYS"},
            ResourceTags=[{"ResourceTagKey": "dry", "ResourceTagValue": "bin"}],
        )["Identifier"]
        for kind in ("EC2_IMAGE", "EBS_SNAPSHOT")
    ]
    under = snapshots.upload(server, disk)
    _made["recycled image"], _made["recycled snapshot"] = images.register(server, under), snapshots.upload(server, disk)
    ec2.create_tags(
        Resources=[_made["recycled image"], _made["recycled snapshot"]], Tags=[{"Key": "dry", "Value": "bin"}],
    )
    ec2.deregister_image(ImageId=_made["recycled image"])
    ec2.delete_snapshot(SnapshotId=_made["recycled snapshot"])
    for rule in rules:
        rbin.delete_rule(Identifier=rule)


def test_no_action_is_forgotten():
    """Each action of Ferry's that EC2 gives a DryRun is tried here, in a way that passes and in ways that do not."""
    model = botocore.session.get_session().get_service_model("ec2")
    actions = {xform_name(name) for name in EXPECTED["EC2"] if "DryRun" in model.operation_model(name).input_shape.members}
    # What is cancelled must be running, or another's: how that passes is not for a test that lasts and has one account.
    assert actions == set(CALLS) | WITH_IDS | WITH_INSTANCES | {"cancel_import_task", "cancel_image_launch_permission"}
    assert actions == set(REFUSALS) | NEVER_REFUSED


@pytest.mark.parametrize("name", CALLS)
def test_dry_run_says_that_it_would_have_worked_and_does_nothing(server, target, name):
    before = everything(server)
    with dry_run():
        getattr(server.ec2(HOME), name)(**CALLS[name](*target), DryRun=True)
    assert everything(server) == before


@pytest.mark.parametrize("name", REFUSALS)
def test_what_the_call_refuses_its_dry_run_refuses_in_the_same_words(server, target, name):
    before = everything(server)
    for parameters in REFUSALS[name](*target):
        answers = []
        for options in ({"DryRun": True}, {}):
            with pytest.raises(ClientError) as caught:
                getattr(server.ec2(HOME, validate=False), name)(**parameters, **options)
            answers.append(caught.value.response["Error"])
        assert answers[0] == answers[1], parameters
        assert answers[0]["Code"] != "DryRunOperation"
    assert everything(server) == before


# What changes the whole Region is not done beside other tests.
@pytest.mark.parametrize("name", [name for name in CALLS if name not in OF_THE_WHOLE_REGION])
def test_dry_run_false_is_the_same_as_none(server, disk, target, name):
    image, free = images.register(server, snapshots.upload(server, disk)), snapshots.upload(server, disk)
    getattr(server.ec2(HOME), name)(**CALLS[name](image, free), DryRun=False)


def test_dry_run_of_what_would_fail_says_so(server, image):
    ec2 = server.ec2(AWAY)
    with refused("MissingParameter"):
        server.ec2(AWAY, validate=False).copy_image(SourceImageId=image, SourceRegion=HOME, DryRun=True)
    with refused("InvalidAMIID.NotFound"):
        ec2.copy_image(Name="dry-unknown", SourceImageId=UNKNOWN_IMAGE, SourceRegion=HOME, DryRun=True)


def test_dry_run_does_not_use_up_a_client_token(server, image):
    ec2 = server.ec2(AWAY)
    request = {"Name": images.unused_name("dry"), "SourceImageId": image, "SourceRegion": HOME, "ClientToken": images.unused_name("t")}
    with dry_run():
        ec2.copy_image(**request, DryRun=True)
    assert ec2.copy_image(**{**request, "Description": "another request"})["ImageId"]


def test_shape_of_the_answer(server):
    answer = ec2_call(server, "DescribeRegions", {"DryRun": "true"})
    assert_ec2_error(answer, "DryRunOperation", 412, "^Request would have succeeded, but DryRun flag is set.$")
