"""Locks of snapshots through boto3. What the clock does to them is tested with a clock that can be set, in Swift."""

from __future__ import annotations

import datetime

import pytest
import snapshots
from disks import Disk
from ferry_server import HOME
from refusals import dry_run, refused


@pytest.fixture
def own_snapshot(server):
    return snapshots.upload(server, Disk.made("locked", 1))


def test_governance(server, own_snapshot):
    ec2 = server.ec2(HOME)
    with dry_run():
        ec2.lock_snapshot(SnapshotId=own_snapshot, LockMode="governance", LockDuration=3, DryRun=True)
    assert ec2.describe_locked_snapshots(SnapshotIds=[own_snapshot])["Snapshots"] == []
    locked = ec2.lock_snapshot(SnapshotId=own_snapshot, LockMode="governance", LockDuration=3)
    assert locked["SnapshotId"] == own_snapshot and locked["LockState"] == "governance" and locked["LockDuration"] == 3
    assert locked["LockExpiresOn"] - locked["LockDurationStartTime"] == datetime.timedelta(days=3)
    with refused("OperationNotPermitted", "locked"):
        ec2.delete_snapshot(SnapshotId=own_snapshot)
    [told] = ec2.describe_locked_snapshots(SnapshotIds=[own_snapshot])["Snapshots"]
    assert told["OwnerId"] == server.account and told["LockState"] == "governance"
    filters = [{"Name": "lock-state", "Values": ["governance"]}]
    assert own_snapshot in [each["SnapshotId"] for each in ec2.describe_locked_snapshots(Filters=filters)["Snapshots"]]
    filters = [{"Name": "lock-state", "Values": ["expired"]}]
    assert ec2.describe_locked_snapshots(SnapshotIds=[own_snapshot], Filters=filters)["Snapshots"] == []
    assert ec2.unlock_snapshot(SnapshotId=own_snapshot)["SnapshotId"] == own_snapshot
    ec2.delete_snapshot(SnapshotId=own_snapshot)


def test_compliance_cools_off_first(server, own_snapshot):
    ec2 = server.ec2(HOME)
    locked = ec2.lock_snapshot(SnapshotId=own_snapshot, LockMode="compliance", CoolOffPeriod=1, LockDuration=1)
    assert locked["LockState"] == "compliance-cooloff" and locked["CoolOffPeriod"] == 1
    assert locked["CoolOffPeriodExpiresOn"] - locked["LockCreatedOn"] == datetime.timedelta(hours=1)
    with refused("OperationNotPermitted"):
        ec2.delete_snapshot(SnapshotId=own_snapshot)
    ec2.unlock_snapshot(SnapshotId=own_snapshot)
    ec2.delete_snapshot(SnapshotId=own_snapshot)


def test_compliance_cannot_be_undone(server, own_snapshot):
    ec2 = server.ec2(HOME)
    assert ec2.lock_snapshot(SnapshotId=own_snapshot, LockMode="compliance", LockDuration=2)["LockState"] == "compliance"
    for call in (
        lambda: ec2.unlock_snapshot(SnapshotId=own_snapshot),
        lambda: ec2.delete_snapshot(SnapshotId=own_snapshot),
        lambda: ec2.lock_snapshot(SnapshotId=own_snapshot, LockMode="governance", LockDuration=5),
        lambda: ec2.lock_snapshot(SnapshotId=own_snapshot, LockMode="compliance", LockDuration=1),
    ):
        with refused("OperationNotPermitted"):
            call()
    longer = ec2.lock_snapshot(SnapshotId=own_snapshot, LockMode="compliance", LockDuration=5)
    assert longer["LockState"] == "compliance"
    assert longer["LockExpiresOn"] > datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=4)


def test_what_no_lock_can_be(server, own_snapshot):
    ec2 = server.ec2(HOME, validate=False)
    later = datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=5)
    for code, wrong in (
        ("MissingParameter", {"LockMode": "governance"}),
        ("MissingParameter", {"LockDuration": 1}),
        ("InvalidParameterValue", {"LockMode": "moon", "LockDuration": 1}),
        ("InvalidParameterValue", {"LockMode": "governance", "LockDuration": 36501}),
        ("InvalidParameterValue", {"LockMode": "compliance", "LockDuration": 1, "CoolOffPeriod": 73}),
        ("InvalidParameterCombination", {"LockMode": "governance", "LockDuration": 1, "CoolOffPeriod": 1}),
        ("InvalidParameterCombination", {"LockMode": "governance", "LockDuration": 1, "ExpirationDate": later}),
    ):
        with refused(code):
            ec2.lock_snapshot(SnapshotId=own_snapshot, **wrong)
    with refused("InvalidSnapshot.NotFound"):
        ec2.lock_snapshot(SnapshotId="snap-0123456789abcdef0", LockMode="governance", LockDuration=1)
    with refused("IncorrectState", "not locked"):
        ec2.unlock_snapshot(SnapshotId=own_snapshot)
    assert ec2.describe_locked_snapshots(SnapshotIds=[own_snapshot])["Snapshots"] == []
