"""The space of what is deleted comes back, and what is not deleted stays, whatever happens meanwhile."""

from __future__ import annotations

import json
import random
import subprocess

import images
import packs
import pytest
import snapshots
from disks import BLOCK, Disk, noise
from ferry_server import AWAY, HOME, THIRD, FerryServer, binary
from patience import HANG, eventually

SOON = ("--collect-every", "1")


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(binary()), *arguments], capture_output=True, text=True, timeout=HANG)


def delete(server: FerryServer, region: str, image: str) -> None:
    server.ec2(region).deregister_image(ImageId=image, DeleteAssociatedSnapshots=True)


def test_space_comes_back_and_the_rest_stays(start_server):
    server = start_server(arguments=SOON)
    base = Disk.made("kept", 24, fill=noise)
    kept = snapshots.upload(server, base)
    changed = {**base.blocks, **{index: noise("goes", index) for index in range(24, 120)}}
    gone = images.register(server, snapshots.upload(server, Disk(1, changed)))
    copy = images.copied(server, gone)["ImageId"]
    kept_copy = images.copied(server, images.register(server, kept))
    assert packs.packed_bytes(server, HOME) > 120 * BLOCK and packs.packed_bytes(server, AWAY) > 120 * BLOCK
    delete(server, HOME, gone)
    delete(server, AWAY, copy)
    for region in (HOME, AWAY):
        eventually(lambda: packs.packed_bytes(server, region) < 50 * BLOCK, f"the space in {region} came back")
    snapshots.assert_holds(server, HOME, kept, base)
    snapshots.assert_holds(server, AWAY, *images.snapshots_of(kept_copy), base)
    # What was freed can be pushed and copied again.
    again = images.register(server, snapshots.upload(server, Disk(1, changed)))
    snapshots.assert_holds(server, AWAY, *images.snapshots_of(images.copied(server, again)), Disk(1, changed))


def test_a_cancelled_upload_and_a_failed_copy_leave_nothing(start_server):
    server = start_server(arguments=SOON)
    pending = server.ebs(HOME).start_snapshot(VolumeSize=1)["SnapshotId"]
    snapshots.put_blocks(server, HOME, pending, {index: noise("pending", index) for index in range(40)})
    server.ec2(HOME).delete_snapshot(SnapshotId=pending)
    eventually(lambda: packs.packed_bytes(server, HOME) == 0, "the blocks of the upload are gone")


def test_kill_while_it_collects(tmp_path, seed):
    """Killed after the k-th look at the packs of a folder in which much is deleted."""
    dice = random.Random(seed)
    server = FerryServer(tmp_path / "data", arguments=SOON).start()
    base = Disk.made("survives kills", 16, fill=noise)
    kept = snapshots.upload(server, base)
    for round in range(8):
        written = {index: noise(f"round {round}", index) for index in range(16, 64)}
        gone = snapshots.upload(server, Disk(1, {**base.blocks, **written}))
        full = packs.packed_bytes(server, HOME)
        server.ec2(HOME).delete_snapshot(SnapshotId=gone)
        looks = dice.randint(1, 400)

        def seen() -> bool:
            nonlocal looks
            looks -= 1
            return looks <= 0 or packs.packed_bytes(server, HOME) < full

        eventually(seen, "the collection began", pause=0.005)
        server.kill()
        server.start()
        snapshots.assert_holds(server, HOME, kept, base)
    eventually(lambda: packs.packed_bytes(server, HOME) < 40 * BLOCK, "the space came back in the end")
    snapshots.assert_holds(server, HOME, kept, base)
    server.stop()
    scrubbed = run("scrub", "--data", str(server.data))
    assert scrubbed.returncode == 0, scrubbed.stdout + scrubbed.stderr


def test_gc_on_a_stopped_folder(tmp_path):
    server = FerryServer(tmp_path / "data").start()
    disk = Disk.made("stays", 12, fill=noise)
    kept = snapshots.upload(server, disk)
    gone = snapshots.upload(server, Disk.made("goes", 48, fill=noise))
    refused = run("gc", "--data", str(server.data))
    assert refused.returncode == 1
    assert "collects by itself" in refused.stderr
    server.ec2(HOME).delete_snapshot(SnapshotId=gone)
    server.stop()

    collected = run("gc", "--data", str(server.data), "--region", HOME)
    assert collected.returncode == 0, collected.stdout + collected.stderr
    assert collected.stdout.startswith(f"{HOME}: 50 frames of 24 MiB freed"), collected.stdout
    assert packs.packed_bytes(server, HOME) < 14 * BLOCK
    assert run("gc", "--data", str(server.data), "--region", "mars-north-1").returncode == 64
    # Dead frames that still stand in packs are no damage to an index made anew.
    rebuilt = run("rebuild-index", "--data", str(server.data))
    assert rebuilt.returncode == 0, rebuilt.stdout + rebuilt.stderr
    server.start()
    snapshots.assert_holds(server, HOME, kept, disk)
    server.stop()


@pytest.mark.parametrize("seconds", ["0", "-1", "often"])
def test_a_schedule_that_is_none_is_refused(tmp_path, seconds):
    assert run("serve", "--data", str(tmp_path / "data"), f"--collect-every={seconds}").returncode == 64


def du(server: FerryServer, *arguments: str) -> dict[str, dict]:
    """What `ferry du` tells, by id, and by the names of Regions."""
    told = run("du", "--json", "--data", str(server.data), *arguments)
    assert told.returncode == 0, told.stdout + told.stderr
    return {entry.get("id", entry["region"]): entry for entry in json.loads(told.stdout)}


def test_du_says_what_a_deletion_frees(tmp_path):
    server = FerryServer(tmp_path / "data").start()
    base = Disk.made("base of du", 12, fill=noise)
    kept = snapshots.upload(server, base)
    changed = {**base.blocks, **{index: noise("only here", index) for index in range(100, 130)}}
    gone = snapshots.upload_child(server, kept, Disk(1, changed), {index: changed[index] for index in range(100, 130)})
    image = images.register(server, gone, name="disk-usage")
    told = du(server)
    assert told[image] == {**told[gone], "id": image, "type": "image", "name": "disk-usage", "snapshotIds": [gone]}
    assert told[gone]["sizeBytes"] == 2**30 and told[gone]["dataBytes"] == 42 * BLOCK
    assert 30 * BLOCK < told[gone]["aloneBytes"] < 31 * BLOCK
    assert 12 * BLOCK < told[gone]["sharedBytes"] < 13 * BLOCK
    assert told[HOME]["garbageBytes"] == 0 and told[AWAY]["storedBytes"] == 0
    assert list(du(server, gone)) == [gone]

    delete(server, HOME, image)
    after = du(server, "--region", HOME)
    assert set(after) == {kept, HOME}
    assert after[HOME]["garbageBytes"] == told[gone]["aloneBytes"]
    assert after[kept]["sharedBytes"] == 0
    server.stop()
    assert run("gc", "--data", str(server.data)).returncode == 0
    last = du(server)
    assert last[HOME]["storedBytes"] == last[kept]["aloneBytes"] == told[HOME]["storedBytes"] - told[gone]["aloneBytes"]
    assert last[HOME]["garbageBytes"] == 0

    lines = run("du", "--data", str(server.data)).stdout.splitlines()
    assert [line.split()[0] for line in lines] == [f"{THIRD}:", HOME, "SNAPSHOT", kept, f"{HOME}:", f"{AWAY}:"]
    assert "6 MiB" in lines[3] and "0 bytes garbage" in lines[4]
    unknown = run("du", "--data", str(server.data), "snap-0123456789abcdef0")
    assert unknown.returncode == 1 and "snap-0123456789abcdef0" in unknown.stderr


def test_du_beside_a_running_server(start_server):
    """While pushes, deletions and collections go on, every answer is whole."""
    server = start_server(arguments=SOON)
    kept = snapshots.upload(server, Disk.made("stays beside du", 8, fill=noise))
    for round in range(4):
        gone = snapshots.upload(server, Disk.made(f"goes beside du {round}", 8, fill=noise))
        pending = server.ebs(HOME).start_snapshot(VolumeSize=1)["SnapshotId"]
        snapshots.put_blocks(server, HOME, pending, {0: noise("pending beside du", round)})
        told = du(server)
        assert told[kept]["dataBytes"] == 8 * BLOCK and told[kept]["aloneBytes"] > 8 * BLOCK
        assert told[HOME]["unfinishedBytes"] > BLOCK
        assert told[HOME]["unreadableMaps"] == 0
        server.ec2(HOME).delete_snapshot(SnapshotId=gone)
        server.ec2(HOME).delete_snapshot(SnapshotId=pending)
