"""The archive tier through boto3. What takes days and what fails on the way is tested with a clock that can be set, in Swift."""

from __future__ import annotations

import datetime

import images
import pytest
import snapshots
from disks import Disk
from ferry_server import AWAY, HOME, FerryServer
from patience import eventually
from refusals import dry_run, refused
from test_backup import ferry


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


def test_an_archived_snapshot_comes_back_archived_from_the_recycle_bin(server, archived):
    ec2, rbin = server.ec2(HOME), server.client("rbin", HOME)
    ec2.create_tags(Resources=[archived], Tags=[{"Key": "archive", "Value": "bin"}])
    rule = rbin.create_rule(
        ResourceType="EBS_SNAPSHOT", RetentionPeriod={"RetentionPeriodValue": 1, "RetentionPeriodUnit": "DAYS"},
        ResourceTags=[{"ResourceTagKey": "archive", "ResourceTagValue": "bin"}],
    )["Identifier"]
    ec2.delete_snapshot(SnapshotId=archived)
    rbin.delete_rule(Identifier=rule)
    assert status(server, archived) is None
    with refused("InvalidSnapshot.NotFound"):
        ec2.restore_snapshot_tier(SnapshotId=archived, PermanentRestore=True)
    ec2.restore_snapshot_from_recycle_bin(SnapshotId=archived)
    assert tier(server, archived) == ("archive", None)
    told = status(server, archived)
    assert told["LastTieringOperationStatus"] == "archival-completed" and told["Tags"] == [{"Key": "archive", "Value": "bin"}]


def test_images_need_their_snapshots(server, disk):
    """An image that is in use has no archived snapshot, whichever way it came to be in use."""
    ec2, rbin = server.ec2(HOME), server.client("rbin", HOME)
    snapshot = snapshots.upload(server, disk)
    disabled, deleted = images.register(server, snapshot), images.register(server, snapshot)
    ec2.disable_image(ImageId=disabled)
    ec2.create_tags(Resources=[deleted], Tags=[{"Key": "archive", "Value": "image"}])
    rule = rbin.create_rule(
        ResourceType="EC2_IMAGE", RetentionPeriod={"RetentionPeriodValue": 1, "RetentionPeriodUnit": "DAYS"},
        ResourceTags=[{"ResourceTagKey": "archive", "ResourceTagValue": "image"}],
    )["Identifier"]
    ec2.deregister_image(ImageId=deleted)
    rbin.delete_rule(Identifier=rule)
    ec2.modify_snapshot_tier(SnapshotId=snapshot, StorageTier="archive")
    wait_for(server, snapshot, "archival-completed")
    for call in (
        lambda: ec2.enable_image(ImageId=disabled),
        lambda: ec2.restore_image_from_recycle_bin(ImageId=deleted),
        lambda: ec2.import_image(DiskContainers=[{"SnapshotId": snapshot}]),
    ):
        with refused("IncorrectState", snapshot):
            call()
    ec2.restore_snapshot_tier(SnapshotId=snapshot)
    wait_for(server, snapshot, "temporary-restore-completed")
    ec2.enable_image(ImageId=disabled)
    ec2.restore_image_from_recycle_bin(ImageId=deleted)


def test_locks_hold_in_the_archive(server, archived):
    ec2 = server.ec2(HOME)
    ec2.lock_snapshot(SnapshotId=archived, LockMode="governance", LockDuration=1)
    with refused("OperationNotPermitted", "locked"):
        ec2.delete_snapshot(SnapshotId=archived)
    ec2.unlock_snapshot(SnapshotId=archived)


def test_a_restore_waits_as_long_as_the_server_says_also_when_it_is_killed(start_server, disk):
    server = start_server(arguments=("--archive-restore-hours", "24"))
    snapshot = snapshots.upload(server, disk)
    server.ec2(HOME).modify_snapshot_tier(SnapshotId=snapshot, StorageTier="archive")
    wait_for(server, snapshot, "archival-completed")
    server.ec2(HOME).restore_snapshot_tier(SnapshotId=snapshot, TemporaryRestoreDays=2)
    before = status(server, snapshot)
    assert before["LastTieringOperationStatus"] == "temporary-restore-in-progress" and before["LastTieringProgress"] == 0
    server.kill()
    server.start()
    assert status(server, snapshot) == before
    with refused("IncorrectState", "already"):
        server.ec2(HOME).restore_snapshot_tier(SnapshotId=snapshot, PermanentRestore=True)


def test_a_server_that_is_killed_goes_on_archiving(start_server):
    """Some of the blocks are in another snapshot too."""
    server = start_server()
    disk = Disk.made("killed", 300)
    snapshot = snapshots.upload(server, disk)
    other = snapshots.upload(server, Disk(disk.size, dict(list(disk.blocks.items())[:10])))
    server.ec2(HOME).modify_snapshot_tier(SnapshotId=snapshot, StorageTier="archive")
    eventually(lambda: status(server, snapshot)["LastTieringProgress"] > 5, "archiving is under way")
    server.kill()
    server.start()
    wait_for(server, snapshot, "archival-completed")
    server.ec2(HOME).restore_snapshot_tier(SnapshotId=snapshot, PermanentRestore=True)
    wait_for(server, snapshot, "permanent-restore-completed")
    snapshots.assert_holds(server, HOME, snapshot, disk)
    snapshots.assert_holds(server, HOME, other, Disk(disk.size, dict(list(disk.blocks.items())[:10])))


def test_maintenance_knows_archived_snapshots(start_server, disk, tmp_path):
    """Collections, scrubs, a backup and the index made anew: the archive is as it was, and comes back."""
    server = start_server()
    snapshot, other = snapshots.upload(server, disk), snapshots.upload(server, Disk.made("other", 3))
    server.ec2(HOME).modify_snapshot_tier(SnapshotId=snapshot, StorageTier="archive")
    archived = wait_for(server, snapshot, "archival-completed")
    assert snapshot in ferry("du", "--data", server.data, "--region", HOME, snapshot)
    ferry("backup", tmp_path / "backup", "--data", server.data)
    server.kill()
    for data in (server.data, tmp_path / "restored"):
        if data != server.data:
            ferry("restore", tmp_path / "backup", "--data", data)
            (data / "root.key").touch(mode=0o600)
            (data / "root.key").write_text((server.data / "root.key").read_text())
        for command in ("gc", "scrub", "rebuild-index", "gc"):
            told = ferry(command, "--data", data)
            assert command != "scrub" or "0 damaged" in told
        again = FerryServer(data, regions=server.regions).start()
        try:
            assert status(again, snapshot) == archived
            again.ec2(HOME).restore_snapshot_tier(SnapshotId=snapshot, PermanentRestore=True)
            wait_for(again, snapshot, "permanent-restore-completed")
            snapshots.assert_holds(again, HOME, snapshot, disk)
            snapshots.assert_holds(again, HOME, other, Disk.made("other", 3))
        finally:
            again.stop()
        assert "0 damaged" in ferry("scrub", "--data", data)
    # As every server has to be at the end of its test.
    server.start()
