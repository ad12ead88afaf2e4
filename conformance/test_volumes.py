"""Volumes through boto3: made, described, grown, snapshotted and deleted. What the clock drives for long is tested with a clock that can be set, in Swift."""

from __future__ import annotations

import datetime
import uuid

import pytest
import snapshots
from disks import BLOCK, Disk
from ferry_server import HOME
from patience import eventually
from refusals import dry_run, refused

ZONE = f"{HOME}a"
UNKNOWN = "vol-0123456789abcdef0"
INSTANCE = "i-0123456789abcdef0"


@pytest.fixture
def ec2(server):
    return server.ec2(HOME)


@pytest.fixture
def disk():
    return Disk.made("volumes", 1)


@pytest.fixture
def source(server, disk):
    return snapshots.upload(server, disk)


def described(ec2, volume):
    [told] = ec2.describe_volumes(VolumeIds=[volume])["Volumes"]
    return told


def taken(server, volume, **parameters):
    """A completed snapshot of a volume."""
    made = server.ec2(HOME).create_snapshot(VolumeId=volume, **parameters)
    assert made["State"] == "pending" and made["VolumeId"] == volume
    snapshots.wait_completed(server, HOME, made["SnapshotId"])
    return made["SnapshotId"]


def waited(ec2, waiter, volume):
    ec2.get_waiter(waiter).wait(VolumeIds=[volume], WaiterConfig={"Delay": 1, "MaxAttempts": 60})


def test_life_of_an_empty_volume(server, ec2):
    tags = [{"Key": "Name", "Value": "data"}]
    asked = {
        "AvailabilityZone": ZONE, "Size": 10, "VolumeType": "gp3", "Iops": 4000, "Throughput": 250,
        "TagSpecifications": [{"ResourceType": "volume", "Tags": tags}],
    }
    with dry_run():
        ec2.create_volume(**asked, DryRun=True)
    made = ec2.create_volume(**asked)
    volume = made["VolumeId"]
    assert made["State"] == "creating" and made["Tags"] == tags and isinstance(made["CreateTime"], datetime.datetime)
    waited(ec2, "volume_available", volume)
    told = described(ec2, volume)
    expected = {
        "AvailabilityZone": ZONE, "Size": 10, "VolumeType": "gp3", "Iops": 4000, "Throughput": 250, "State": "available", "Encrypted": False,
        "MultiAttachEnabled": False, "Attachments": [], "SnapshotId": "", "Tags": tags, "CreateTime": made["CreateTime"],
    }
    assert {name: told[name] for name in expected} == expected
    assert [one["ResourceType"] for one in ec2.describe_tags(Filters=[{"Name": "resource-id", "Values": [volume]}])["Tags"]] == ["volume"]
    ec2.create_tags(Resources=[volume], Tags=[{"Key": "stage", "Value": "test"}])
    assert len(described(ec2, volume)["Tags"]) == 2
    with dry_run():
        ec2.delete_volume(VolumeId=volume, DryRun=True)
    ec2.delete_volume(VolumeId=volume)
    waited(ec2, "volume_deleted", volume)
    assert ec2.describe_volumes(Filters=[{"Name": "volume-id", "Values": [volume]}])["Volumes"] == []
    assert ec2.describe_tags(Filters=[{"Name": "resource-id", "Values": [volume]}])["Tags"] == []
    for call in (lambda: described(ec2, volume), lambda: ec2.delete_volume(VolumeId=volume)):
        with refused("InvalidVolume.NotFound", volume):
            call()


def test_bytes_of_a_volume_are_those_of_its_snapshot(server, ec2, disk, source):
    volume = ec2.create_volume(AvailabilityZone=ZONE, SnapshotId=source)["VolumeId"]
    ec2.delete_snapshot(SnapshotId=source)
    tags = [{"Key": "a", "Value": "b"}]
    snapshot = taken(server, volume, Description="of a volume", TagSpecifications=[{"ResourceType": "snapshot", "Tags": tags}])
    snapshots.assert_holds(server, HOME, snapshot, disk)
    [told] = ec2.describe_snapshots(SnapshotIds=[snapshot])["Snapshots"]
    assert (told["VolumeId"], told["VolumeSize"], told["Description"], told["Tags"]) == (volume, disk.size, "of a volume", tags)
    assert told["FullSnapshotSizeInBytes"] == len(disk.blocks) * BLOCK
    ec2.delete_volume(VolumeId=volume)
    snapshots.assert_holds(server, HOME, snapshot, disk)


def test_a_large_volume_costs_nothing(server, ec2, disk, source):
    volume = ec2.create_volume(AvailabilityZone=ZONE, SnapshotId=source, Size=16384)["VolumeId"]
    assert described(ec2, volume)["State"] == "available"
    snapshot = taken(server, volume)
    [told] = ec2.describe_snapshots(SnapshotIds=[snapshot])["Snapshots"]
    assert told["VolumeSize"] == 16384 and told["FullSnapshotSizeInBytes"] == len(disk.blocks) * BLOCK
    listed = server.ebs(HOME).list_snapshot_blocks(SnapshotId=snapshot, MaxResults=1000)
    assert [one["BlockIndex"] for one in listed["Blocks"]] == sorted(disk.blocks)[:1000]


def test_changed_blocks(server, ec2, source):
    volume = ec2.create_volume(AvailabilityZone=ZONE, SnapshotId=source)["VolumeId"]
    first, second = taken(server, volume), taken(server, volume)
    for older, newer in ((source, first), (first, second)):
        assert server.ebs(HOME).list_changed_blocks(FirstSnapshotId=older, SecondSnapshotId=newer)["ChangedBlocks"] == []
    empty = ec2.create_volume(AvailabilityZone=ZONE, Size=1)["VolumeId"]
    stranger = taken(server, empty)
    assert server.ebs(HOME).list_snapshot_blocks(SnapshotId=stranger)["Blocks"] == []
    with refused("ValidationException", "do not come from the same volume"):
        server.ebs(HOME).list_changed_blocks(FirstSnapshotId=first, SecondSnapshotId=stranger)


def test_encryption(server, ec2, disk, source):
    volume = ec2.create_volume(AvailabilityZone=ZONE, SnapshotId=source, Encrypted=True)
    assert volume["Encrypted"] is True and ":key/" in volume["KmsKeyId"]
    snapshot = taken(server, volume["VolumeId"])
    [told] = ec2.describe_snapshots(SnapshotIds=[snapshot])["Snapshots"]
    assert told["Encrypted"] is True and told["KmsKeyId"] == volume["KmsKeyId"]
    snapshots.assert_holds(server, HOME, snapshot, disk)
    # What is encrypted stays so, also where a client always says no.
    inherited = ec2.create_volume(AvailabilityZone=ZONE, SnapshotId=snapshot, Encrypted=False)
    assert inherited["Encrypted"] is True and inherited["KmsKeyId"] == volume["KmsKeyId"]
    with refused("InvalidParameterDependency"):
        ec2.create_volume(AvailabilityZone=ZONE, Size=1, KmsKeyId=volume["KmsKeyId"])


def test_repeated_calls(ec2):
    token = uuid.uuid4().hex
    made = [ec2.create_volume(AvailabilityZone=ZONE, Size=1, ClientToken=token) for _ in range(2)]
    assert made[0]["VolumeId"] == made[1]["VolumeId"] and [one["State"] for one in made] == ["creating", "available"]
    with refused("IdempotentParameterMismatch"):
        ec2.create_volume(AvailabilityZone=ZONE, Size=2, ClientToken=token)


def test_growing(ec2):
    volume = ec2.create_volume(AvailabilityZone=ZONE, Size=10, VolumeType="gp2")["VolumeId"]
    with refused("InvalidVolumeModification.NotFound"):
        ec2.describe_volumes_modifications(VolumeIds=[volume])
    begun = ec2.modify_volume(VolumeId=volume, Size=20, VolumeType="gp3")["VolumeModification"]
    assert begun["ModificationState"] == "modifying" and begun["Progress"] == 0
    assert (begun["OriginalSize"], begun["OriginalIops"], begun["OriginalVolumeType"]) == (10, 100, "gp2")
    assert (begun["TargetSize"], begun["TargetIops"], begun["TargetVolumeType"], begun["TargetThroughput"]) == (20, 3000, "gp3", 125)

    def done():
        [told] = ec2.describe_volumes_modifications(VolumeIds=[volume])["VolumesModifications"]
        return told if told["ModificationState"] == "completed" else None

    assert eventually(done, f"{volume} is modified")["Progress"] == 100
    told = described(ec2, volume)
    assert (told["Size"], told["VolumeType"], told["Iops"], told["Throughput"]) == (20, "gp3", 3000, 125)
    with refused("InvalidParameterValue", "New size cannot be smaller than existing size"):
        ec2.modify_volume(VolumeId=volume, Size=10)
    found = ec2.describe_volumes_modifications(Filters=[{"Name": "volume-id", "Values": [volume]}, {"Name": "target-size", "Values": ["20"]}])
    assert len(found["VolumesModifications"]) == 1


def test_status_and_attributes(ec2):
    volume = ec2.create_volume(AvailabilityZone=ZONE, Size=1)["VolumeId"]
    [status] = ec2.describe_volume_status(VolumeIds=[volume])["VolumeStatuses"]
    assert status["VolumeStatus"]["Status"] == "ok" and status["Events"] == [] and status["AvailabilityZone"] == ZONE
    assert ec2.describe_volume_attribute(VolumeId=volume, Attribute="autoEnableIO")["AutoEnableIO"] == {"Value": False}
    ec2.modify_volume_attribute(VolumeId=volume, AutoEnableIO={"Value": True})
    assert ec2.describe_volume_attribute(VolumeId=volume, Attribute="autoEnableIO")["AutoEnableIO"] == {"Value": True}
    assert ec2.describe_volume_attribute(VolumeId=volume, Attribute="productCodes")["ProductCodes"] == []
    ec2.enable_volume_io(VolumeId=volume)


def test_pages(ec2):
    mark = uuid.uuid4().hex
    tags = [{"ResourceType": "volume", "Tags": [{"Key": "mark", "Value": mark}]}]
    made = {ec2.create_volume(AvailabilityZone=ZONE, Size=1, TagSpecifications=tags)["VolumeId"] for _ in range(7)}
    pages = list(ec2.get_paginator("describe_volumes").paginate(Filters=[{"Name": "tag:mark", "Values": [mark]}], PaginationConfig={"PageSize": 5}))
    assert [len(page["Volumes"]) for page in pages] == [5, 2]
    assert {one["VolumeId"] for page in pages for one in page["Volumes"]} == made


def test_what_is_refused(server, ec2, source):
    raw = server.ec2(HOME, validate=False)
    volume = ec2.create_volume(AvailabilityZone=ZONE, Size=1)["VolumeId"]
    before = {one["VolumeId"] for one in ec2.describe_volumes()["Volumes"]}
    zone = {"AvailabilityZone": ZONE}
    for code, call in (
        ("MissingParameter", lambda: raw.create_volume(**zone)),
        ("MissingParameter", lambda: raw.create_volume(Size=1)),
        ("InvalidZone.NotFound", lambda: raw.create_volume(AvailabilityZone="eu-west-1a", Size=1)),
        ("InvalidParameterValue", lambda: raw.create_volume(**zone, Size=16385)),
        ("InvalidParameterValue", lambda: raw.create_volume(**zone, Size=0)),
        ("InvalidParameterValue", lambda: raw.create_volume(**zone, Size=20, VolumeType="gp3", Iops=15000)),
        ("InvalidParameterCombination", lambda: raw.create_volume(**zone, Size=1, Iops=3000)),
        ("MissingParameter", lambda: raw.create_volume(**zone, Size=8, VolumeType="io1")),
        ("InvalidParameterValue", lambda: raw.create_volume(**zone, Size=8, VolumeType="tape")),
        ("InvalidParameterCombination", lambda: raw.create_volume(**zone, Size=8, MultiAttachEnabled=True)),
        ("InvalidSnapshot.NotFound", lambda: raw.create_volume(**zone, SnapshotId="snap-0123456789abcdef0")),
        ("UnsupportedOperation", lambda: raw.create_volume(**zone, Size=1, OutpostArn="arn:aws:outposts:us-east-1:1:outpost/op-1")),
        ("UnsupportedOperation", lambda: raw.create_volume(**zone, Size=1, Operator={"Principal": "service.amazonaws.com"})),
        ("InvalidVolume.NotFound", lambda: raw.describe_volumes(VolumeIds=[UNKNOWN])),
        ("InvalidVolumeID.Malformed", lambda: raw.describe_volumes(VolumeIds=["volume"])),
        ("InvalidParameterValue", lambda: raw.describe_volumes(Filters=[{"Name": "colour", "Values": ["red"]}])),
        ("InvalidVolume.NotFound", lambda: raw.create_snapshot(VolumeId=UNKNOWN)),
        ("UnsupportedOperation", lambda: raw.create_snapshot(VolumeId=volume, Location="local")),
        ("InvalidVolume.NotFound", lambda: raw.modify_volume(VolumeId=UNKNOWN, Size=2)),
        ("MissingParameter", lambda: raw.modify_volume(VolumeId=volume)),
        ("InvalidInstanceID.NotFound", lambda: raw.attach_volume(VolumeId=volume, InstanceId=INSTANCE, Device="/dev/sdf")),
        ("InvalidParameterValue", lambda: raw.attach_volume(VolumeId=volume, InstanceId=INSTANCE, Device="sofa")),
        ("IncorrectState", lambda: raw.detach_volume(VolumeId=volume)),
        ("InvalidInstanceID.NotFound", lambda: raw.create_snapshots(InstanceSpecification={"InstanceId": INSTANCE})),
        ("InvalidParameterValue", lambda: raw.describe_volume_attribute(VolumeId=volume, Attribute="colour")),
    ):
        with refused(code):
            call()
    assert {one["VolumeId"] for one in ec2.describe_volumes()["Volumes"]} == before


def test_volumes_of_others(server, ec2, other_account, source):
    volume = ec2.create_volume(AvailabilityZone=ZONE, SnapshotId=source)["VolumeId"]
    other = other_account.ec2(HOME)
    for call in (
        lambda: other.describe_volumes(VolumeIds=[volume]),
        lambda: other.delete_volume(VolumeId=volume),
        lambda: other.create_snapshot(VolumeId=volume),
        lambda: other.modify_volume(VolumeId=volume, Size=2),
        lambda: other.create_tags(Resources=[volume], Tags=[{"Key": "a", "Value": "b"}]),
    ):
        with refused("InvalidVolume.NotFound"):
            call()
    with refused("InvalidSnapshot.NotFound"):
        other.create_volume(AvailabilityZone=ZONE, SnapshotId=source)
    ec2.modify_snapshot_attribute(SnapshotId=source, CreateVolumePermission={"Add": [{"UserId": other_account.account}]})
    assert other.create_volume(AvailabilityZone=ZONE, SnapshotId=source)["SnapshotId"] == source
