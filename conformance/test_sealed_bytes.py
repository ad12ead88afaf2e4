"""The bytes of encrypted snapshots: right with their key, and unreadable without it, in the packs too."""

from __future__ import annotations

import hashlib

import images
import packs
import pytest
import snapshots
from botocore.exceptions import ClientError
from disks import BLOCK, Disk, noise
from ferry_server import AWAY, HOME, FerryServer
from kms_keys import make_key
from patience import eventually


def made(seed, count=24) -> Disk:
    return Disk(1, {index * 3: noise(seed, index) for index in range(count)})


def digests(disk) -> set[bytes]:
    return {hashlib.sha256(data).digest() for data in disk.blocks.values()}


def assert_sealed(server, region, disk) -> None:
    """Whoever has the packs and no key opens no block of the disk. An open disk is put beside it and is found, block for block, so
    that a search which finds nothing shows."""
    control = made(f"open, beside what is sealed in {region}", 4)
    snapshots.upload(server, control, region)
    readable = packs.readable_digests(packs.frames(server, region))
    assert digests(control) <= readable
    assert readable.isdisjoint(digests(disk))


def copied(server, snapshot, source, to, **options) -> str:
    copy = server.ec2(to).copy_snapshot(SourceRegion=source, SourceSnapshotId=snapshot, **options)["SnapshotId"]
    return snapshots.wait_completed(server, to, copy)["SnapshotId"]


def test_an_upload_is_sealed_and_reads_back(start_server):
    server = start_server()
    disk = made("sealed upload")
    key = make_key(server, HOME)["Arn"]
    snapshot = snapshots.upload(server, disk, Encrypted=True, KmsKeyArn=key)
    assert_sealed(server, HOME, disk)
    snapshots.assert_holds(server, HOME, snapshot, disk)
    server.kill()
    server.start()
    snapshots.assert_holds(server, HOME, snapshot, disk)


def test_every_way_between_keys(start_server):
    """Open to sealed, sealed to another key, to another Region, and there again: the same bytes, and none that opens without a key."""
    server = start_server()
    disk = made("ways")
    image = images.register(server, snapshots.upload(server, disk))
    keys = [make_key(server, AWAY)["Arn"] for _ in range(2)]
    [first] = images.snapshots_of(images.copied(server, image, Encrypted=True, KmsKeyId=keys[0]))
    [second] = images.snapshots_of(images.copied(server, image, Encrypted=True, KmsKeyId=keys[1]))
    third = copied(server, first, AWAY, AWAY, Encrypted=True, KmsKeyId=keys[1])
    assert_sealed(server, AWAY, disk)
    for snapshot in (first, second, third):
        snapshots.assert_holds(server, AWAY, snapshot, disk)
    home = make_key(server, HOME)["Arn"]
    back = copied(server, third, AWAY, HOME, Encrypted=True, KmsKeyId=home)
    snapshots.assert_holds(server, HOME, back, disk)
    server.ec2(AWAY).delete_snapshot(SnapshotId=third)
    snapshots.assert_holds(server, HOME, back, disk)


def test_what_is_there_under_the_key_is_not_moved_again(start_server):
    server = start_server()
    disk = made("incremental", 40)
    key = make_key(server, AWAY)["Arn"]
    source = snapshots.upload(server, disk)
    copied(server, source, HOME, AWAY, Encrypted=True, KmsKeyId=key)
    before = packs.packed_bytes(server, AWAY)
    changed = Disk(1, {**disk.blocks, 7: noise("incremental, changed", 7)})
    second = copied(server, snapshots.upload(server, changed), HOME, AWAY, Encrypted=True, KmsKeyId=key)
    assert packs.packed_bytes(server, AWAY) - before < 2 * BLOCK
    snapshots.assert_holds(server, AWAY, second, changed)


def test_a_disabled_key_makes_its_snapshots_unreadable_at_once(start_server):
    server = start_server()
    disk = made("disabled")
    key = make_key(server, HOME)
    snapshot = snapshots.upload(server, disk, Encrypted=True, KmsKeyArn=key["Arn"])
    block = server.ebs(HOME).list_snapshot_blocks(SnapshotId=snapshot)["Blocks"][0]
    server.kms(HOME).disable_key(KeyId=key["KeyId"])
    for ask in (
        lambda: server.ebs(HOME).list_snapshot_blocks(SnapshotId=snapshot),
        lambda: server.ebs(HOME).get_snapshot_block(SnapshotId=snapshot, **block),
        lambda: server.ec2(AWAY).copy_snapshot(SourceRegion=HOME, SourceSnapshotId=snapshot, Encrypted=True),
    ):
        with pytest.raises(ClientError) as refusal:
            ask()
        assert key["Arn"] in str(refusal.value) and refusal.value.response["ResponseMetadata"]["HTTPStatusCode"] < 500
    server.kill()
    server.start()
    with pytest.raises(ClientError):
        server.ebs(HOME).list_snapshot_blocks(SnapshotId=snapshot)
    server.kms(HOME).enable_key(KeyId=key["KeyId"])
    snapshots.assert_holds(server, HOME, snapshot, disk)


def test_the_space_of_a_locked_domain_is_left_alone(start_server):
    """A collection that cannot open a domain frees nothing of it."""
    server: FerryServer = start_server(arguments=("--collect-every", "1"))
    kept, gone = made("kept"), made("gone")
    key = make_key(server, HOME)
    snapshot = snapshots.upload(server, kept, Encrypted=True, KmsKeyArn=key["Arn"])
    server.kms(HOME).disable_key(KeyId=key["KeyId"])
    # A process appends to packs of its own: what is open does not stand among what is locked, which could not be moved.
    server.stop()
    server.start()
    open_one = snapshots.upload(server, gone)
    server.ec2(HOME).delete_snapshot(SnapshotId=open_one)
    eventually(lambda: packs.packed_bytes(server, HOME) < 40 * BLOCK, "the open one is freed")
    server.kms(HOME).enable_key(KeyId=key["KeyId"])
    snapshots.assert_holds(server, HOME, snapshot, kept)
