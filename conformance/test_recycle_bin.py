"""The Recycle Bin through boto3: its rules, and images and snapshots that go there and come back."""

from __future__ import annotations

import datetime

import images
import pytest
import snapshots
from disks import Disk
from ferry_server import HOME, THIRD
from refusals import dry_run, refused, refused_by_ebs

TAG = {"Key": "bin", "Value": "yes"}
RULE_TAG = {"ResourceTagKey": "bin", "ResourceTagValue": "yes"}


@pytest.fixture
def rbin(server):
    """A client, and no rules afterwards: rules for all resources would change what other tests see."""
    client = server.client("rbin", HOME, validate=False)
    yield client
    for kind in ("EC2_IMAGE", "EBS_SNAPSHOT"):
        for rule in client.list_rules(ResourceType=kind)["Rules"]:
            client.delete_rule(Identifier=rule["Identifier"])


def days(count):
    return {"RetentionPeriodValue": count, "RetentionPeriodUnit": "DAYS"}


def keep(rbin, kind, **options):
    settings = {"ResourceType": kind, "RetentionPeriod": days(7), "ResourceTags": [RULE_TAG]}
    return rbin.create_rule(**{**settings, **options})


def test_rule_is_made_read_changed_listed_and_deleted(server, rbin):
    made = keep(rbin, "EC2_IMAGE", Description="of a test", Tags=[{"Key": "owner", "Value": "me"}])
    identifier = made["Identifier"]
    assert len(identifier) == 11
    assert made["RuleArn"] == f"arn:aws:rbin:{HOME}:{server.account}:rule/{identifier}"
    assert made["Status"] == "available" and made["LockState"] == "unlocked" and made["ResourceTags"] == [RULE_TAG]
    assert made["Tags"] == [{"Key": "owner", "Value": "me"}]
    read = rbin.get_rule(Identifier=identifier)
    assert read["Description"] == "of a test" and read["RetentionPeriod"] == days(7) and read["ResourceType"] == "EC2_IMAGE"
    assert rbin.update_rule(Identifier=identifier, RetentionPeriod=days(9))["RetentionPeriod"] == days(9)
    assert rbin.get_rule(Identifier=identifier)["Description"] == "of a test"
    [listed] = rbin.list_rules(ResourceType="EC2_IMAGE", ResourceTags=[RULE_TAG])["Rules"]
    assert listed["Identifier"] == identifier
    assert rbin.list_rules(ResourceType="EBS_SNAPSHOT")["Rules"] == []
    assert rbin.list_rules(ResourceType="EC2_IMAGE", LockState="locked")["Rules"] == []
    rbin.delete_rule(Identifier=identifier)
    with refused_by_ebs("ResourceNotFoundException", "RULE_NOT_FOUND", status=404):
        rbin.get_rule(Identifier=identifier)


def test_rule_tags(rbin):
    arn = keep(rbin, "EC2_IMAGE")["RuleArn"]
    rbin.tag_resource(ResourceArn=arn, Tags=[{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}, {"Key": "c", "Value": ""}])
    rbin.tag_resource(ResourceArn=arn, Tags=[{"Key": "a", "Value": "3"}])
    rbin.untag_resource(ResourceArn=arn, TagKeys=["b", "c"])
    assert rbin.list_tags_for_resource(ResourceArn=arn)["Tags"] == [{"Key": "a", "Value": "3"}]
    with refused_by_ebs("ResourceNotFoundException", "RULE_NOT_FOUND", status=404):
        rbin.list_tags_for_resource(ResourceArn=arn.replace(HOME, THIRD))
    with refused_by_ebs("ValidationException"):
        rbin.list_tags_for_resource(ResourceArn="arn:aws:s3:::bucket")


@pytest.mark.parametrize(
    "wrong",
    [
        {"RetentionPeriod": days(0)}, {"RetentionPeriod": days(366)}, {"RetentionPeriod": {"RetentionPeriodValue": 1}},
        {"RetentionPeriod": {"RetentionPeriodValue": 1, "RetentionPeriodUnit": "WEEKS"}}, {"ResourceType": "EBS_VOLUME"},
        {"ResourceType": "MOON"}, {"Description": "d" * 256}, {"ExcludeResourceTags": [RULE_TAG]}, {"ResourceTags": [RULE_TAG] * 51},
        {"LockConfiguration": {"UnlockDelay": {"UnlockDelayValue": 7, "UnlockDelayUnit": "DAYS"}}},
        {"Tags": [{"Key": "aws:x", "Value": ""}]},
    ],
    ids=str,
)
def test_what_no_rule_can_be(rbin, wrong):
    with refused_by_ebs("ValidationException"):
        keep(rbin, "EC2_IMAGE", **wrong)
    assert rbin.list_rules(ResourceType="EC2_IMAGE")["Rules"] == []


def test_locked_rule(fresh_server):
    rbin = fresh_server.client("rbin", HOME)
    delay = {"UnlockDelay": {"UnlockDelayValue": 7, "UnlockDelayUnit": "DAYS"}}
    made = rbin.create_rule(ResourceType="EBS_SNAPSHOT", RetentionPeriod=days(1), LockConfiguration=delay)
    identifier = made["Identifier"]
    assert made["LockState"] == "locked" and made["LockConfiguration"] == delay
    with refused_by_ebs("ConflictException", "INVALID_RULE_STATE", status=409):
        rbin.delete_rule(Identifier=identifier)
    with refused_by_ebs("ConflictException", "INVALID_RULE_STATE", status=409):
        rbin.update_rule(Identifier=identifier, RetentionPeriod=days(2))
    unlocking = rbin.unlock_rule(Identifier=identifier)
    assert unlocking["LockState"] == "pending_unlock"
    left = unlocking["LockEndTime"] - datetime.datetime.now(datetime.UTC)
    assert datetime.timedelta(days=6, hours=23) < left < datetime.timedelta(days=7, hours=1)
    with refused_by_ebs("ConflictException", "INVALID_RULE_STATE", status=409):
        rbin.delete_rule(Identifier=identifier)
    assert rbin.lock_rule(Identifier=identifier, LockConfiguration=delay)["LockState"] == "locked"
    assert [rule["Identifier"] for rule in rbin.list_rules(ResourceType="EBS_SNAPSHOT", LockState="locked")["Rules"]] == [identifier]


def test_snapshot_goes_into_the_bin_and_comes_back(server, rbin):
    ec2, disk = server.ec2(HOME), Disk.made("recycled", 3)
    keep(rbin, "EBS_SNAPSHOT")
    snapshot = snapshots.upload(server, disk, Description="recycled", Tags=[TAG])
    ec2.delete_snapshot(SnapshotId=snapshot)
    with refused("InvalidSnapshot.NotFound"):
        ec2.describe_snapshots(SnapshotIds=[snapshot])
    with refused_by_ebs("ResourceNotFoundException", "SNAPSHOT_NOT_FOUND", status=404):
        server.ebs(HOME).list_snapshot_blocks(SnapshotId=snapshot)
    [kept] = ec2.list_snapshots_in_recycle_bin(SnapshotIds=[snapshot])["Snapshots"]
    assert kept["Description"] == "recycled" and kept["VolumeId"] == "vol-ffffffff"
    assert kept["RecycleBinExitTime"] - kept["RecycleBinEnterTime"] == datetime.timedelta(days=7)
    with dry_run():
        ec2.restore_snapshot_from_recycle_bin(SnapshotId=snapshot, DryRun=True)
    restored = ec2.restore_snapshot_from_recycle_bin(SnapshotId=snapshot)
    assert restored["SnapshotId"] == snapshot and restored["State"] == "completed" and restored["Progress"] == "100%"
    [described] = ec2.describe_snapshots(SnapshotIds=[snapshot])["Snapshots"]
    assert described["Tags"] == [TAG]
    snapshots.assert_holds(server, HOME, snapshot, disk)
    with refused("InvalidSnapshot.NotFound"):
        ec2.restore_snapshot_from_recycle_bin(SnapshotId=snapshot)
    with refused("InvalidSnapshot.NotFound"):
        ec2.list_snapshots_in_recycle_bin(SnapshotIds=[snapshot])


def test_image_goes_into_the_bin_and_comes_back(server, rbin):
    ec2 = server.ec2(HOME)
    keep(rbin, "EC2_IMAGE")
    snapshot = snapshots.upload(server, Disk.made("recycled image", 1))
    tags = [{"ResourceType": "image", "Tags": [TAG]}]
    image = images.register(server, snapshot, TagSpecifications=tags, Description="recycled")
    before = images.describe(server, HOME, image)
    ec2.deregister_image(ImageId=image)
    assert ec2.describe_images(ImageIds=[image])["Images"] == []
    assert image in [kept["ImageId"] for kept in ec2.list_images_in_recycle_bin()["Images"]]
    [kept] = ec2.list_images_in_recycle_bin(ImageIds=[image])["Images"]
    assert kept["Name"] == before["Name"] and kept["Description"] == "recycled"
    with refused("InvalidAMIID.Unavailable"):
        images.copy(server, image)
    assert ec2.restore_image_from_recycle_bin(ImageId=image)["Return"] is True
    assert images.describe(server, HOME, image) == before
    # Without its snapshot, which has gone for good, it stays in the bin.
    ec2.deregister_image(ImageId=image, DeleteAssociatedSnapshots=True)
    with refused("IncorrectState", snapshot):
        ec2.restore_image_from_recycle_bin(ImageId=image)


def test_bin_lists_in_pages(server, rbin, snapshot):
    ec2 = server.ec2(HOME)
    keep(rbin, "EC2_IMAGE")
    made = {images.register(server, snapshot, TagSpecifications=[{"ResourceType": "image", "Tags": [TAG]}]) for _ in range(3)}
    for image in made:
        ec2.deregister_image(ImageId=image)
    pages = list(ec2.get_paginator("list_images_in_recycle_bin").paginate(PaginationConfig={"PageSize": 1}))
    assert all(len(page["Images"]) <= 1 for page in pages)
    assert made <= {image["ImageId"] for page in pages for image in page["Images"]}
    with refused("InvalidParameterCombination"):
        ec2.list_images_in_recycle_bin(ImageIds=list(made), MaxResults=5)


def test_what_no_rule_matches_is_gone(server, rbin, own_image):
    keep(rbin, "EC2_IMAGE")
    ec2 = server.ec2(HOME)
    ec2.deregister_image(ImageId=own_image)
    with refused("InvalidAMIID.NotFound"):
        ec2.restore_image_from_recycle_bin(ImageId=own_image)
