"""A key that is disabled: in the middle of a copy, as the source's key and as the copy's, and under what stands already."""

from __future__ import annotations

import images
import pytest
import snapshots
from disks import Disk
from ferry_server import AWAY, HOME
from kms_keys import make_key
from patience import eventually
from refusals import refused, refused_by_ebs


def ended(server, image):
    def found():
        described = images.describe(server, AWAY, image)
        return described if described["State"] != "pending" else None

    return eventually(found, f"{image} ended")


def moved(server, snapshot):
    """The progress of a copy that has moved some but not all."""
    found = snapshots.describe(server, AWAY, snapshot)
    assert found["State"] == "pending", found
    return 0 < int(found["Progress"].rstrip("%") or 0) < 100


@pytest.mark.parametrize("side", ["source", "copy"])
@pytest.mark.parametrize("gone", ["disabled", "to be deleted"])
def test_key_that_goes_in_the_middle_of_a_copy(start_server, side, gone):
    """The link is so slow that the copy would take half a minute: the key goes when some of it has arrived."""
    server = start_server(arguments=("--bandwidth", f"{HOME}:{AWAY}=512KiB/s"))
    disk = Disk.made("a key goes", 30)
    keys = {"source": make_key(server, HOME), "copy": make_key(server, AWAY)}
    region, key = (HOME if side == "source" else AWAY), keys[side]
    source = snapshots.upload(server, disk, Encrypted=True, KmsKeyArn=keys["source"]["Arn"])
    image = images.register(server, source)
    copy = images.copy(server, image, Encrypted=True, KmsKeyId=keys["copy"]["Arn"])
    [snapshot] = images.snapshots_of(images.describe(server, AWAY, copy))
    eventually(lambda: moved(server, snapshot), "some of it has arrived")
    kms = server.kms(region)
    if gone == "disabled":
        kms.disable_key(KeyId=key["KeyId"])
    else:
        kms.schedule_key_deletion(KeyId=key["KeyId"], PendingWindowInDays=7)
    failed = ended(server, copy)
    assert failed["State"] == "failed"
    assert failed["StateReason"]["Code"] == "Client.InvalidKMSKey.InvalidState"
    message = failed["StateReason"]["Message"]
    assert key["Arn"] in message and snapshot in message and source in message
    found = snapshots.describe(server, AWAY, snapshot)
    assert found["State"] == "error" and key["Arn"] in found["StateMessage"]
    if gone == "to be deleted":
        kms.cancel_key_deletion(KeyId=key["KeyId"])
    kms.enable_key(KeyId=key["KeyId"])
    snapshots.assert_holds(server, HOME, source, disk)


def test_other_keys_that_go_leave_a_copy_alone(start_server):
    server = start_server(arguments=("--bandwidth", f"{HOME}:{AWAY}=1MiB/s"))
    disk = Disk.made("others go", 24)
    others = {region: make_key(server, region)["KeyId"] for region in (HOME, AWAY)}
    source = snapshots.upload(server, disk, Encrypted=True)
    copy = images.copy(server, images.register(server, source))
    [snapshot] = images.snapshots_of(images.describe(server, AWAY, copy))
    eventually(lambda: moved(server, snapshot), "some of it has arrived")
    for region, key in others.items():
        server.kms(region).disable_key(KeyId=key)
    assert ended(server, copy)["State"] == "available"
    snapshots.assert_holds(server, AWAY, snapshot, disk)


def test_disabled_key_is_in_the_way_of_everything_and_enabled_of_nothing(server):
    disk = Disk.made("in the way", 3)
    key = make_key(server, HOME)
    source = snapshots.upload(server, disk, Encrypted=True, KmsKeyArn=key["Arn"])
    image = images.register(server, source)
    ebs = server.ebs(HOME)
    listed = snapshots.list_blocks(server, HOME, source)
    for _ in range(2):
        server.kms(HOME).disable_key(KeyId=key["KeyId"])
        for ask in (
            lambda: ebs.list_snapshot_blocks(SnapshotId=source),
            lambda: ebs.list_changed_blocks(SecondSnapshotId=source),
            lambda: snapshots.get_block(ebs, source, listed[0]),
        ):
            with refused_by_ebs("AccessDeniedException", "DEPENDENCY_ACCESS_DENIED", status=403):
                ask()
        with refused_by_ebs("ValidationException", "INVALID_CUSTOMER_KEY"):
            ebs.start_snapshot(VolumeSize=1, ParentSnapshotId=source)
        for region in (HOME, AWAY):
            with refused("InvalidKMSKey.InvalidState", f"{key['Arn']} is disabled"):
                server.ec2(region).copy_snapshot(SourceRegion=HOME, SourceSnapshotId=source, Encrypted=True)
            with refused("InvalidKMSKey.InvalidState", f"{key['Arn']} is disabled"):
                images.copy(server, image, region=region)
        server.kms(HOME).enable_key(KeyId=key["KeyId"])
        snapshots.assert_holds(server, HOME, source, disk)
        [copied] = images.snapshots_of(images.copied(server, image))
        snapshots.assert_holds(server, AWAY, copied, disk)
