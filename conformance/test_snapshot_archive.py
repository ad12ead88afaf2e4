"""The archive tier through boto3. What takes days and what fails on the way is tested with a clock that can be set, in Swift."""

from __future__ import annotations

import datetime

import images
import pytest
import snapshots
from disks import Disk
from ferry_server import AWAY, HOME
from patience import eventually
from refusals import dry_run, refused


def status(server, snapshot):
    """How far a snapshot is, as DescribeSnapshotTierStatus tells it; None when it never changed its tier."""
    filters = [{"Name": "snapshot-id", "Values": [snapshot]}]
    told = server.ec2(HOME).describe_snapshot_tier_status(Filters=filters)["SnapshotTierStatuses"]
    return told[0] if told else None


def wait_for(server, snapshot, operation):
    def ended():
        told = status(server, snapshot)
        assert not told["LastTieringOperationStatus"].endswith("-failed"), told
        return told if told["LastTieringOperationStatus"] == operation else None

    return eventually(ended, f"{snapshot} is {operation}")


def tier(server, snapshot):
    [told] = server.ec2(HOME).describe_snapshots(SnapshotIds=[snapshot])["Snapshots"]
    return told["StorageTier"], told.get("RestoreExpiryTime")


@pytest.fixture
def disk():
    return Disk.made("archived", 1)


@pytest.fixture
def archived(server, disk):
    snapshot = snapshots.upload(server, disk)
    server.ec2(HOME).modify_snapshot_tier(SnapshotId=snapshot, StorageTier="archive")
    wait_for(server, snapshot, "archival-completed")
    return snapshot


def test_there_and_back(server, disk):
    ec2 = server.ec2(HOME)
    snapshot = snapshots.upload(server, disk)
    with dry_run():
        ec2.modify_snapshot_tier(SnapshotId=snapshot, StorageTier="archive", DryRun=True)
    assert status(server, snapshot) is None
    ec2.modify_snapshot_attribute(SnapshotId=snapshot, CreateVolumePermission={"Add": [{"Group": "all"}]})
    begun = ec2.modify_snapshot_tier(SnapshotId=snapshot, StorageTier="archive")
    assert begun["SnapshotId"] == snapshot and isinstance(begun["TieringStartTime"], datetime.datetime)
    told = wait_for(server, snapshot, "archival-completed")
    assert told["StorageTier"] == "archive" and told["LastTieringProgress"] == 100 and told["Status"] == "completed"
    assert told["OwnerId"] == server.account and told["ArchivalCompleteTime"] >= told["LastTieringStartTime"]
    assert tier(server, snapshot) == ("archive", None)
    permissions = ec2.describe_snapshot_attribute(SnapshotId=snapshot, Attribute="createVolumePermission")["CreateVolumePermissions"]
    assert permissions == []

    restored = ec2.restore_snapshot_tier(SnapshotId=snapshot, TemporaryRestoreDays=2)
    assert restored["RestoreDuration"] == 2 and restored["IsPermanentRestore"] is False
    wait_for(server, snapshot, "temporary-restore-completed")
    kind, expiry = tier(server, snapshot)
    assert kind == "standard"
    snapshots.assert_holds(server, HOME, snapshot, disk)
    longer = ec2.restore_snapshot_tier(SnapshotId=snapshot, TemporaryRestoreDays=5)
    assert longer["RestoreDuration"] == 5
    assert tier(server, snapshot)[1] - expiry >= datetime.timedelta(days=2, hours=23)
    assert ec2.restore_snapshot_tier(SnapshotId=snapshot, PermanentRestore=True)["IsPermanentRestore"] is True
    wait_for(server, snapshot, "permanent-restore-completed")
    assert tier(server, snapshot) == ("standard", None)
    snapshots.assert_holds(server, HOME, snapshot, disk)


def test_what_an_archived_snapshot_is_not_used_for(server, archived):
    ec2, ebs = server.ec2(HOME), server.ebs(HOME)
    for call in (
        lambda: server.ec2(AWAY).copy_snapshot(SourceRegion=HOME, SourceSnapshotId=archived),
        lambda: images.register(server, archived),
        lambda: ec2.modify_snapshot_attribute(SnapshotId=archived, CreateVolumePermission={"Add": [{"Group": "all"}]}),
        lambda: ec2.modify_snapshot_tier(SnapshotId=archived, StorageTier="archive"),
    ):
        with refused("IncorrectState", "archive"):
            call()
    for call in (
        lambda: ebs.list_snapshot_blocks(SnapshotId=archived),
        lambda: ebs.start_snapshot(VolumeSize=1, ParentSnapshotId=archived),
    ):
        with refused("ValidationException", "archive"):
            call()
    ec2.delete_snapshot(SnapshotId=archived)
    assert status(server, archived) is None


def test_what_is_refused(server, disk):
    ec2 = server.ec2(HOME, validate=False)
    snapshot = snapshots.upload(server, disk)
    image = images.register(server, snapshot)
    with refused("InvalidSnapshot.InUse", image):
        ec2.modify_snapshot_tier(SnapshotId=snapshot, StorageTier="archive")
    with refused("IncorrectState", "not archived"):
        ec2.restore_snapshot_tier(SnapshotId=snapshot, PermanentRestore=True)
    unknown = "snap-0123456789abcdef0"
    for code, call in (
        ("InvalidParameterValue", lambda: ec2.modify_snapshot_tier(SnapshotId=snapshot, StorageTier="standard")),
        ("MissingParameter", lambda: ec2.modify_snapshot_tier(SnapshotId=snapshot)),
        ("InvalidSnapshot.NotFound", lambda: ec2.modify_snapshot_tier(SnapshotId=unknown, StorageTier="archive")),
        ("InvalidSnapshot.NotFound", lambda: ec2.restore_snapshot_tier(SnapshotId=unknown, PermanentRestore=True)),
        ("InvalidParameterValue", lambda: ec2.restore_snapshot_tier(SnapshotId=snapshot, TemporaryRestoreDays=181)),
        (
            "InvalidParameterCombination",
            lambda: ec2.restore_snapshot_tier(SnapshotId=snapshot, TemporaryRestoreDays=3, PermanentRestore=True),
        ),
        ("InvalidParameterValue", lambda: ec2.describe_snapshot_tier_status(Filters=[{"Name": "colour", "Values": ["red"]}])),
    ):
        with refused(code):
            call()


def test_filters(server, archived):
    ec2 = server.ec2(HOME)
    for name, hit, miss in (
        ("last-tiering-operation", "archival-completed", "archival-failed"),
        ("volume-id", "vol-ffffffff", "vol-0123456789abcdef0"),
    ):
        for value, is_there in ((hit, True), (miss, False)):
            filters = [{"Name": name, "Values": [value]}]
            found = {each["SnapshotId"] for each in ec2.describe_snapshot_tier_status(Filters=filters)["SnapshotTierStatuses"]}
            assert (archived in found) is is_there
    filters = [{"Name": "storage-tier", "Values": ["archive"]}]
    assert archived in {each["SnapshotId"] for each in ec2.describe_snapshots(Filters=filters)["Snapshots"]}
