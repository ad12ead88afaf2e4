"""DryRun on each action that has it: 412 with EC2's words, and nothing happens."""

from __future__ import annotations

import images
import pytest
import snapshots
from ferry_server import AWAY, HOME
from refusals import dry_run, refused
from signed_request import assert_ec2_error, ec2_call

UNKNOWN_IMAGE, UNKNOWN_SNAPSHOT = "ami-0123456789abcdef0", "snap-0123456789abcdef0"


def everything(server):
    """All that a dry run could have changed."""
    ec2 = server.ec2(HOME)
    return (
        sorted(ec2.describe_images(Owners=["self"])["Images"], key=lambda image: image["ImageId"]),
        sorted(ec2.describe_snapshots(OwnerIds=["self"])["Snapshots"], key=lambda snapshot: snapshot["SnapshotId"]),
        sorted((tag["ResourceId"], tag["Key"], tag["Value"]) for tag in ec2.describe_tags()["Tags"]),
    )


def mapping(snapshot):
    return [{"DeviceName": "/dev/xvda", "Ebs": {"SnapshotId": snapshot}}]


CALLS = {
    "describe_regions": lambda image, snapshot: {},
    "describe_availability_zones": lambda image, snapshot: {},
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
    "delete_snapshot": lambda image, snapshot: {"SnapshotId": snapshot},
    "create_tags": lambda image, snapshot: {"Resources": [image], "Tags": [{"Key": "dry", "Value": "run"}]},
    "delete_tags": lambda image, snapshot: {"Resources": [image], "Tags": [{"Key": "kept"}]},
    "describe_tags": lambda image, snapshot: {},
}


@pytest.fixture(scope="module")
def target(server, disk):
    image = images.register(server, snapshots.upload(server, disk), Description="before")
    server.ec2(HOME).create_tags(Resources=[image], Tags=[{"Key": "kept", "Value": "yes"}])
    free = snapshots.upload(server, disk)
    return image, free


@pytest.mark.parametrize("name", CALLS)
def test_dry_run_says_that_it_would_have_worked_and_does_nothing(server, target, name):
    before = everything(server)
    with dry_run():
        getattr(server.ec2(HOME), name)(**CALLS[name](*target), DryRun=True)
    assert everything(server) == before


@pytest.mark.parametrize("name", CALLS)
def test_dry_run_false_is_the_same_as_none(server, disk, name):
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
