"""The story that everything stands on: a disk goes in, its image is copied to another Region by unmodified clients, the
source goes away, and the copy still holds every byte."""

from __future__ import annotations

import json

import images
import pytest
import snapshots
from disks import BLOCKS_PER_GIB, Disk, noise
from ferry_server import AWAY, HOME, THIRD
from refusals import refused


@pytest.fixture(scope="module")
def journey_disk():
    return Disk.made("journey", 64, size=3, spread=3 * BLOCKS_PER_GIB, fill=noise)


def test_image_goes_from_one_region_to_another_and_outlives_its_source(server, aws, journey_disk):
    ec2, away = server.ec2(HOME), server.ec2(AWAY)
    source_snapshot = snapshots.upload(server, journey_disk)
    source = images.register(server, source_snapshot, name="journey", Description="a long one")
    server.ec2(HOME).get_waiter("image_available").wait(ImageIds=[source], WaiterConfig={"Delay": 1, "MaxAttempts": 60})

    answer = json.loads(
        aws(
            *("ec2", "copy-image", "--region", AWAY, "--name", "journey-copy"),
            *("--source-region", HOME, "--source-image-id", source, "--output", "json"),
        ).stdout
    )
    assert list(answer) == ["ImageId"]
    copy = answer["ImageId"]
    assert copy != source

    # Visible at once: the waiters of all clients treat NotFound as final.
    assert images.describe(server, AWAY, copy)["State"] in ("pending", "available")
    away.get_waiter("image_available").wait(ImageIds=[copy], WaiterConfig={"Delay": 1, "MaxAttempts": 60})
    [copied_snapshot] = images.snapshots_of(images.describe(server, AWAY, copy))
    assert copied_snapshot != source_snapshot
    away.get_waiter("snapshot_completed").wait(SnapshotIds=[copied_snapshot], WaiterConfig={"Delay": 1, "MaxAttempts": 60})
    aws("ec2", "wait", "image-available", "--region", AWAY, "--image-ids", copy)
    aws("ec2", "wait", "snapshot-completed", "--region", AWAY, "--snapshot-ids", copied_snapshot)
    snapshots.assert_holds(server, AWAY, copied_snapshot, journey_disk)

    ec2.deregister_image(ImageId=source)
    ec2.delete_snapshot(SnapshotId=source_snapshot)
    with refused("InvalidSnapshot.NotFound"):
        ec2.describe_snapshots(SnapshotIds=[source_snapshot])

    snapshots.assert_holds(server, AWAY, copied_snapshot, journey_disk)
    described = images.describe(server, AWAY, copy)
    assert (described["SourceImageId"], described["SourceImageRegion"]) == (source, HOME)


def test_copy_of_a_copy_names_the_copy_as_its_source(server, image, disk):
    first = images.copied(server, image, HOME, AWAY)
    second = images.copied(server, first["ImageId"], AWAY, THIRD)
    assert (second["SourceImageId"], second["SourceImageRegion"]) == (first["ImageId"], AWAY)
    snapshots.assert_holds(server, THIRD, *images.snapshots_of(second), disk)


def test_snapshot_of_a_copied_image_cannot_be_deleted_while_the_image_stands(server, image, disk):
    copy = images.copied(server, image)
    [snapshot] = images.snapshots_of(copy)
    away = server.ec2(AWAY)
    text = f"^The snapshot {snapshot} is currently in use by {copy['ImageId']}$"
    with refused("InvalidSnapshot.InUse", text):
        away.delete_snapshot(SnapshotId=snapshot)
    snapshots.assert_holds(server, AWAY, snapshot, disk)

    away.deregister_image(ImageId=copy["ImageId"])
    away.delete_snapshot(SnapshotId=snapshot)
    with refused("InvalidSnapshot.NotFound"):
        away.describe_snapshots(SnapshotIds=[snapshot])


def test_source_snapshot_in_use_is_named_with_its_own_image(server, own_image):
    [snapshot] = images.snapshots_of(images.describe(server, HOME, own_image))
    with refused("InvalidSnapshot.InUse", f"^The snapshot {snapshot} is currently in use by ami-[0-9a-f]+"):
        server.ec2(HOME).delete_snapshot(SnapshotId=snapshot)


def test_deregister_deletes_the_snapshots_when_asked_and_says_which(server, disk):
    snapshot = snapshots.upload(server, disk)
    source = images.register(server, snapshot)
    copy = images.copied(server, source)
    [copied_snapshot] = images.snapshots_of(copy)
    answer = server.ec2(AWAY).deregister_image(ImageId=copy["ImageId"], DeleteAssociatedSnapshots=True)
    assert answer["Return"] is True
    assert answer["DeleteSnapshotResults"] == [{"SnapshotId": copied_snapshot, "ReturnCode": "success"}]
    with refused("InvalidSnapshot.NotFound"):
        server.ec2(AWAY).describe_snapshots(SnapshotIds=[copied_snapshot])
    snapshots.assert_holds(server, HOME, snapshot, disk)


def test_deregister_skips_a_snapshot_that_another_image_uses(server, disk):
    snapshot = snapshots.upload(server, disk)
    first, second = images.register(server, snapshot), images.register(server, snapshot)
    ec2 = server.ec2(HOME)
    answer = ec2.deregister_image(ImageId=first, DeleteAssociatedSnapshots=True)
    assert answer["DeleteSnapshotResults"] == [{"SnapshotId": snapshot, "ReturnCode": "skipped"}]
    snapshots.assert_holds(server, HOME, snapshot, disk)
    answer = ec2.deregister_image(ImageId=second, DeleteAssociatedSnapshots=True)
    assert answer["DeleteSnapshotResults"] == [{"SnapshotId": snapshot, "ReturnCode": "success"}]


def test_deregister_keeps_the_snapshots_by_default(server, disk):
    snapshot = snapshots.upload(server, disk)
    answer = server.ec2(HOME).deregister_image(ImageId=images.register(server, snapshot))
    assert answer["Return"] is True
    assert answer.get("DeleteSnapshotResults", []) == []
    snapshots.assert_holds(server, HOME, snapshot, disk)


def test_deleting_one_snapshot_leaves_those_that_hold_the_same_blocks(server, disk):
    """Equal blocks are stored once; deleting one of their snapshots must not take them from the other."""
    first, second = snapshots.upload(server, disk), snapshots.upload(server, disk)
    server.ec2(HOME).delete_snapshot(SnapshotId=first)
    snapshots.assert_holds(server, HOME, second, disk)
