"""kill -9 in the middle of things, fifty times on one data folder: what was acknowledged is there afterwards, whole.

Moments are counted events, not times: after the k-th acknowledged block, after the k-th look at a copy, right after a request
has gone out. Which, and which k, comes from the seed that the run prints.
"""

from __future__ import annotations

import hashlib
import http.client
import os
import random
import subprocess
import threading
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import images
import packs
import pytest
import snapshots
from botocore.exceptions import BotoCoreError, ClientError
from disks import BLOCKS_PER_GIB, Disk, noise, text
from ferry_server import AWAY, HOME, REGIONS, THIRD, FerryServer, binary
from kms_keys import make_key
from patience import HANG, eventually
from signed_request import ec2_request

ROUNDS = 50


class Wreck:
    """One data folder, a server that dies on it again and again, and what has been acknowledged so far."""

    def __init__(self, server: FerryServer) -> None:
        self.server = server
        self.kept: list[tuple[str, str, Disk]] = []
        self.gone: list[tuple[str, str]] = []
        self.interrupted: list[int] = []
        self.killed = threading.Event()

    def kill(self) -> None:
        self.killed.set()
        self.server.kill()

    def restart(self) -> None:
        if self.server.alive:
            self.kill()
        self.killed.clear()
        self.server.start()

    def keep(self, region: str, snapshot: str, disk: Disk) -> None:
        """From now on this snapshot has to hold this disk whatever happens."""
        snapshots.wait_completed(self.server, region, snapshot)
        snapshots.assert_holds(self.server, region, snapshot, disk)
        self.kept.append((region, snapshot, disk))

    def source(self, dice: random.Random) -> tuple[str, Disk]:
        """An image in the home Region made of some disk that was kept."""
        _, snapshot, disk = dice.choice([entry for entry in self.kept if entry[0] == HOME])
        return images.register(self.server, snapshot), disk


@pytest.fixture(scope="module")
def wreck(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Wreck]:
    running = FerryServer(tmp_path_factory.mktemp("kill") / "data").start()
    wreck = Wreck(running)
    for n in range(2):
        disk = Disk.made(f"kill, from the start {n}", 64, spread=BLOCKS_PER_GIB, fill=noise)
        wreck.keep(HOME, snapshots.upload(running, disk), disk)
    yield wreck
    if running.alive:
        running.stop()


def small_disk(dice: random.Random, seed: str) -> Disk:
    return Disk.made(seed, dice.randint(16, 64), spread=BLOCKS_PER_GIB, fill=dice.choice([noise, text]))


def put_until_killed(wreck: Wreck, snapshot: str, blocks: dict[int, bytes], kill_after: int) -> set[int]:
    """Puts blocks from four connections and kills the server at the `kill_after`-th acknowledgement. Returns what was acknowledged."""
    ebs, acknowledged, lock = wreck.server.ebs(HOME), set(), threading.Lock()

    def put(entry: tuple[int, bytes]) -> None:
        if wreck.killed.is_set():
            return
        try:
            snapshots.put_block(ebs, snapshot, *entry)
        except (BotoCoreError, ClientError):
            assert wreck.killed.is_set(), "a put failed before the server was killed"
            return
        with lock:
            acknowledged.add(entry[0])
            if len(acknowledged) == kill_after:
                wreck.kill()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(put, blocks.items()))
    return acknowledged


def push_with_a_kill(wreck: Wreck, dice: random.Random, snapshot: str, disk: Disk) -> None:
    """Puts blocks until the server is killed, and after its restart what it has not acknowledged."""
    acknowledged = put_until_killed(wreck, snapshot, disk.blocks, dice.randint(1, len(disk.blocks)))
    wreck.restart()
    missing = {index: data for index, data in disk.blocks.items() if index not in acknowledged}
    snapshots.put_blocks(wreck.server, HOME, snapshot, missing)
    snapshots.complete(wreck.server, HOME, snapshot, disk.blocks)
    wreck.keep(HOME, snapshot, disk)


def during_a_push(wreck: Wreck, dice: random.Random, seed: str) -> None:
    """Acknowledged blocks are durable, those written twice with their last content, and the upload can go on."""
    disk = small_disk(dice, seed)
    snapshot = wreck.server.ebs(HOME).start_snapshot(VolumeSize=disk.size)["SnapshotId"]
    overwritten = dict(dice.sample(sorted(disk.blocks.items()), 3))
    for index in overwritten:
        snapshots.put_block(wreck.server.ebs(HOME), snapshot, index, text(f"{seed}, overwritten", index))
    push_with_a_kill(wreck, dice, snapshot, disk)


def right_after_completion(wreck: Wreck, dice: random.Random, seed: str) -> None:
    """An acknowledged CompleteSnapshot needs no second call."""
    disk = small_disk(dice, seed)
    snapshot = wreck.server.ebs(HOME).start_snapshot(VolumeSize=disk.size)["SnapshotId"]
    snapshots.put_blocks(wreck.server, HOME, snapshot, disk.blocks)
    snapshots.complete(wreck.server, HOME, snapshot, disk.blocks)
    wreck.restart()
    wreck.keep(HOME, snapshot, disk)


def during_completion(wreck: Wreck, dice: random.Random, seed: str) -> None:
    """Killed while CompleteSnapshot is on its way: calling it once more ends well whether or not it had arrived."""
    disk = small_disk(dice, seed)
    snapshot = wreck.server.ebs(HOME).start_snapshot(VolumeSize=disk.size)["SnapshotId"]
    snapshots.put_blocks(wreck.server, HOME, snapshot, disk.blocks)

    def complete() -> None:
        try:
            snapshots.complete(wreck.server, HOME, snapshot, disk.blocks)
        except (BotoCoreError, ClientError):
            assert wreck.killed.is_set()

    calling = threading.Thread(target=complete)
    calling.start()
    for _ in range(dice.randint(0, 3)):
        wreck.server.ebs(HOME).start_snapshot(VolumeSize=1)
    wreck.kill()
    calling.join()
    wreck.restart()
    snapshots.complete(wreck.server, HOME, snapshot, disk.blocks)
    wreck.keep(HOME, snapshot, disk)


def during_copies(wreck: Wreck, dice: random.Random, seed: str) -> None:
    """Copies that were acknowledged end available and equal, however far they were."""
    source, disk = wreck.source(dice)
    regions = dice.sample(REGIONS, dice.randint(1, 3))
    copies = [(region, images.copy(wreck.server, source, region=region, Name=images.unused_name(f"kill-{seed[-3:]}"))) for region in regions]
    for _ in range(dice.randint(0, 12)):
        images.describe(wreck.server, *copies[-1])
    wreck.restart()
    for region, copy in copies:
        found = images.wait_available(wreck.server, region, copy)
        wreck.keep(region, *images.snapshots_of(found), disk)


def during_the_copy_call(wreck: Wreck, dice: random.Random, seed: str) -> None:
    """Killed before the answer: the same request with the same token gives one image, and only one."""
    source, disk = wreck.source(dice)
    name, token = images.unused_name("kill-call"), str(uuid.uuid4())
    request = ec2_request("CopyImage", {"Name": name, "SourceImageId": source, "SourceRegion": HOME, "ClientToken": token})
    request.signed(wreck.server, region=AWAY)
    sent = threading.Thread(target=_send_and_forget, args=(wreck, request))
    sent.start()
    for _ in range(dice.randint(0, 3)):
        wreck.server.ec2(HOME).describe_regions()
    wreck.kill()
    sent.join()
    wreck.restart()
    copy = wreck.server.ec2(AWAY).copy_image(Name=name, SourceImageId=source, SourceRegion=HOME, ClientToken=token)["ImageId"]
    found = images.wait_available(wreck.server, AWAY, copy)
    named = wreck.server.ec2(AWAY).describe_images(Filters=[{"Name": "name", "Values": [name]}])["Images"]
    assert [image["ImageId"] for image in named] == [copy]
    wreck.keep(AWAY, *images.snapshots_of(found), disk)


def _send_and_forget(wreck: Wreck, request) -> None:
    try:
        request.send(wreck.server, timeout=HANG)
    except (OSError, http.client.HTTPException):
        assert wreck.killed.is_set()


def during_a_push_and_copies(wreck: Wreck, dice: random.Random, seed: str) -> None:
    """Both at once, from several sides."""
    source, copied_disk = wreck.source(dice)
    disk = small_disk(dice, seed)
    snapshot = wreck.server.ebs(HOME).start_snapshot(VolumeSize=disk.size)["SnapshotId"]
    copies = [(region, images.copy(wreck.server, source, region=region)) for region in (AWAY, THIRD)]
    push_with_a_kill(wreck, dice, snapshot, disk)
    for region, copy in copies:
        wreck.keep(region, *images.snapshots_of(images.wait_available(wreck.server, region, copy)), copied_disk)


def after_a_deletion(wreck: Wreck, dice: random.Random, seed: str) -> None:
    """What was deleted stays deleted, and what shares its blocks stays whole."""
    source, disk = wreck.source(dice)
    copy = images.copied(wreck.server, source, region=THIRD)
    [snapshot] = images.snapshots_of(copy)
    wreck.server.ec2(THIRD).deregister_image(ImageId=copy["ImageId"], DeleteAssociatedSnapshots=True)
    wreck.restart()
    assert wreck.server.ec2(THIRD).describe_images(ImageIds=[copy["ImageId"]])["Images"] == []
    wreck.gone.append((THIRD, snapshot))


KINDS = [
    during_a_push,
    during_copies,
    during_a_push_and_copies,
    during_the_copy_call,
    right_after_completion,
    during_completion,
    after_a_deletion,
]


@pytest.mark.parametrize("round", range(ROUNDS))
def test_kill(wreck: Wreck, seed: str, round: int) -> None:
    dice = random.Random(f"{seed}/{round}")
    kind = KINDS[round % len(KINDS)]
    if not wreck.server.alive:
        wreck.restart()
    kind(wreck, dice, f"kill {seed} {round:03d}")
    region, snapshot, disk = dice.choice(wreck.kept)
    snapshots.assert_holds(wreck.server, region, snapshot, disk)


def test_after_all_rounds_everything_kept_is_whole_and_everything_deleted_is_gone(wreck: Wreck) -> None:
    wreck.restart()
    for region, snapshot, disk in wreck.kept:
        snapshots.assert_holds(wreck.server, region, snapshot, disk)
    for region in REGIONS:
        ec2 = wreck.server.ec2(region)
        listed = {snapshot["SnapshotId"]: snapshot["State"] for snapshot in ec2.describe_snapshots(OwnerIds=["self"])["Snapshots"]}
        assert set(listed.values()) <= {"completed", "pending"}
        assert {snapshot for place, snapshot, _ in wreck.kept if place == region} <= set(listed)
        assert {snapshot for place, snapshot in wreck.gone if place == region}.isdisjoint(listed)
        eventually(
            lambda: all(image["State"] == "available" for image in ec2.describe_images(Owners=["self"])["Images"]),
            f"every image of {region} available",
        )


def test_after_all_rounds_the_scrub_finds_nothing(wreck: Wreck) -> None:
    wreck.server.stop()
    result = subprocess.run([binary(), "scrub", "--data", wreck.server.data], capture_output=True, text=True, timeout=HANG)
    assert result.returncode == 0, result.stdout + result.stderr


# Copies under other keys ---------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def slow_wreck(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Wreck]:
    """A Wreck whose link takes four seconds for the two disks of a round, so that a kill finds copies half done."""
    data = tmp_path_factory.mktemp("kill-keys") / "data"
    running = FerryServer(data, arguments=("--bandwidth", f"{HOME}:{AWAY}=4MiB/s")).start()
    yield Wreck(running)
    if running.alive:
        running.stop()


def progress(server: FerryServer, region: str, snapshot: str) -> int:
    """In percent."""
    found = snapshots.describe(server, region, snapshot)
    assert found["State"] in ("pending", "completed"), found
    return 100 if found["State"] == "completed" else int(found["Progress"].rstrip("%") or 0)


@pytest.mark.parametrize("round", range(4))
def test_kill_during_copies_under_other_keys(slow_wreck: Wreck, seed: str, round: int) -> None:
    """Open to sealed, sealed to sealed under another key, the latter also within the Region; killed twice on the way."""
    dice, wreck, server = random.Random(f"{seed}/keys {round}"), slow_wreck, slow_wreck.server
    disk = Disk.made(f"kill, keys {seed} {round}", 16, spread=BLOCKS_PER_GIB, fill=noise)
    sealed = snapshots.upload(server, disk, Encrypted=True, KmsKeyArn=make_key(server, HOME)["Arn"])
    copies = []
    for source, region in ((snapshots.upload(server, disk), AWAY), (sealed, AWAY), (sealed, HOME)):
        key = make_key(server, region)["Arn"]
        image = images.copy(server, images.register(server, source), region=region, Encrypted=True, KmsKeyId=key)
        copies.append((region, image, *images.snapshots_of(images.describe(server, region, image)), key))
    region, _, watched, _ = copies[dice.randrange(2)]
    for at_least in sorted(dice.sample([0, 5, 30, 60], 2)):
        eventually(lambda: progress(server, region, watched) >= at_least, f"{watched} at {at_least} %", pause=0)
        wreck.interrupted.append(progress(server, region, watched))
        wreck.restart()
    for region, image, snapshot, key in copies:
        images.wait_available(server, region, image)
        wreck.keep(region, snapshot, disk)
        assert snapshots.describe(server, region, snapshot)["KmsKeyId"] == key


def test_after_the_kills_under_other_keys_everything_is_whole_and_sealed(slow_wreck: Wreck) -> None:
    wreck, server = slow_wreck, slow_wreck.server
    assert any(0 < percent < 100 for percent in wreck.interrupted), wreck.interrupted
    wreck.restart()
    for region, snapshot, disk in wreck.kept:
        snapshots.assert_holds(server, region, snapshot, disk)
    server.stop()
    result = subprocess.run([binary(), "scrub", "--data", server.data], capture_output=True, text=True, timeout=HANG)
    assert result.returncode == 0, result.stdout + result.stderr
    blocks = {hashlib.sha256(data).digest() for _, _, disk in wreck.kept for data in disk.blocks.values()}
    assert blocks <= packs.readable_digests(packs.frames(server, HOME)), "the open sources are not found: the search finds nothing"
    assert blocks.isdisjoint(packs.readable_digests(packs.frames(server, AWAY)))


# The start -----------------------------------------------------------------------------------------------------------


def count_files(folder: Path) -> int:
    """How many there are in a folder that changes meanwhile."""
    return sum(len(names) for _, _, names in os.walk(folder))


@pytest.mark.parametrize("files", range(6))
def test_kill_during_the_very_first_start(tmp_path, files) -> None:
    """A data folder that was only half made is finished by the next start."""
    running = FerryServer(tmp_path / "data")
    command = [binary(), "serve", "--data", running.data, "--listen", "127.0.0.1:0", "--regions", ",".join(REGIONS)]
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    ready = running.data / "endpoint"
    eventually(lambda: process.poll() is not None or ready.exists() or count_files(running.data) >= files, f"{files} files", pause=0)
    process.kill()
    process.wait()
    running.start()
    disk = Disk.made("first start", 4)
    snapshots.assert_holds(running, HOME, snapshots.upload(running, disk), disk)
    running.stop()


def test_credentials_and_account_stay_the_same(tmp_path) -> None:
    running = FerryServer(tmp_path / "data").start()
    before = running.credentials
    running.kill()
    running.start()
    assert running.credentials == before
    running.stop()
