"""Bandwidth limits between Regions and copies that are to be done in a given time. Times are checked from below only."""

from __future__ import annotations

import subprocess
import time

import images
import pytest
import snapshots
from disks import BLOCK, Disk
from ferry_server import AWAY, HOME, THIRD, binary
from patience import HANG, eventually
from refusals import refused

MEBIBYTE = 2**20


@pytest.fixture(scope="module")
def limited_disk():
    """6 MiB in 12 blocks."""
    return Disk.made("a disk over a narrow link", 12)


def limited(*limits: str) -> tuple[str, ...]:
    return tuple(part for limit in limits for part in ("--bandwidth", limit))


def test_copy_takes_the_time_that_the_limit_sets(start_server, limited_disk):
    server = start_server(arguments=limited(f"{HOME}:{AWAY}=2MiB/s"))
    source = snapshots.upload(server, limited_disk)
    begun = time.monotonic()
    copy = server.ec2(AWAY).copy_snapshot(SourceRegion=HOME, SourceSnapshotId=source)["SnapshotId"]
    snapshots.wait_completed(server, AWAY, copy)
    # A tenth of a second's worth and a block pass at once.
    assert time.monotonic() - begun >= (limited_disk.data_bytes - BLOCK) / (2 * MEBIBYTE) - 0.1
    snapshots.assert_holds(server, AWAY, copy, limited_disk)
    # What is there does not move again, and another pair is not held back.
    again = server.ec2(AWAY).copy_snapshot(SourceRegion=HOME, SourceSnapshotId=source)["SnapshotId"]
    assert snapshots.wait_completed(server, AWAY, again)["StateMessage"].endswith("moved 0")
    other = server.ec2(THIRD).copy_snapshot(SourceRegion=HOME, SourceSnapshotId=source)["SnapshotId"]
    snapshots.wait_completed(server, THIRD, other)


def test_deregistering_ends_a_copy_that_waits(start_server, limited_disk):
    server = start_server(arguments=limited("1KiB/s"))
    image = images.register(server, snapshots.upload(server, limited_disk))
    copy = images.copy(server, image)
    [snapshot] = images.snapshots_of(images.describe(server, AWAY, copy))
    eventually(lambda: "Copying a snapshot" in server.log_text(), "the copy runs")
    server.ec2(AWAY).deregister_image(ImageId=copy)
    eventually(lambda: "Stopped copying a snapshot" in server.log_text(), "the copy stopped, hours before its next block")
    assert snapshots.describe(server, AWAY, snapshot)["State"] == "error"


def test_time_based_copy_shows_its_fields(server, snapshot):
    copy = server.ec2(AWAY).copy_snapshot(SourceRegion=HOME, SourceSnapshotId=snapshot, CompletionDurationMinutes=45)["SnapshotId"]
    found = snapshots.wait_completed(server, AWAY, copy)
    assert found["TransferType"] == "time-based"
    assert found["CompletionDurationMinutes"] == 45
    assert found["CompletionTime"] >= found["StartTime"]


def test_time_based_copies_beyond_the_quota(start_server, limited_disk):
    """The link is so slow that the first copy holds what it has set aside for as long as the test runs."""
    arguments = (*limited(f"{HOME}:{AWAY}=8KiB/s"), "--time-based-quota", "7KiB/s")
    server = start_server(arguments=arguments)
    first, second, third = (
        snapshots.upload(server, disk) for disk in (limited_disk, Disk.made("second", 2), Disk.made("third", 2))
    )
    ec2 = server.ec2(AWAY)

    def copy(source, minutes):
        return ec2.copy_snapshot(SourceRegion=HOME, SourceSnapshotId=source, CompletionDurationMinutes=minutes)["SnapshotId"]

    # 6 MiB in a quarter of an hour: 6.83 KiB/s.
    copy(first, 15)
    late = copy(second, 15)
    assert "may be late" in snapshots.describe(server, AWAY, late)["StateMessage"]
    assert "may be late" in server.log_text()
    with refused("ResourceLimitExceeded", f"{HOME} to {AWAY}"):
        copy(third, 2880)
    with refused("ResourceLimitExceeded"):
        images.copy(server, images.register(server, third), SnapshotCopyCompletionDurationMinutes=2880)
    # Another pair has a quota of its own, and a standard copy needs none.
    other = server.ec2(THIRD).copy_snapshot(SourceRegion=HOME, SourceSnapshotId=third, CompletionDurationMinutes=15)["SnapshotId"]
    snapshots.wait_completed(server, THIRD, other)
    assert ec2.copy_snapshot(SourceRegion=HOME, SourceSnapshotId=third)["SnapshotId"]


@pytest.mark.parametrize(
    ("option", "value", "says"),
    [
        ("--bandwidth", "fast", "has no throughput"),
        ("--bandwidth", "0MiB/s", "has no throughput"),
        ("--bandwidth", f"{HOME}=1MiB/s", "names no Region pair"),
        ("--bandwidth", f"{HOME}:mars-north-1=1MiB/s", "not one of the Regions"),
        ("--time-based-quota", f"{HOME}:{HOME}=1MiB/s", "within a Region"),
    ],
)
def test_limit_that_is_none(tmp_path, option, value, says):
    command = [binary(), "serve", "--data", tmp_path / "data", "--listen", "127.0.0.1:0", option, value]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=HANG)
    assert ended.returncode == 64
    assert option in ended.stderr and value in ended.stderr and says in ended.stderr
    assert not (tmp_path / "data").exists()
