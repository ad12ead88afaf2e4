"""The command line and boto3 over a link that cuts, truncates, corrupts, stalls and delays: an end that is right, or an error that
says what happened, and never a disk that differs."""

from __future__ import annotations

import json
import subprocess

import boto3
import images
import pytest
import snapshots
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from disks import BLOCK, Disk, noise, text
from faulty_link import FaultyLink
from ferry_server import AWAY, HOME, binary
from patience import HANG

# A stalled connection is given up by the command line after minutes: it is tested apart, with boto3, whose patience can be set.
QUICK = ("cut", "truncate", "corrupt", "delay")
ROUNDS = 6


def ferry(server, link, folder, *arguments):
    environment = {**server.shell_environment(), "AWS_ENDPOINT_URL": link.endpoint}
    command = [str(binary()), *map(str, arguments)]
    return subprocess.run(command, env=environment, cwd=folder, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=HANG)


def expect_told(result) -> None:
    """It failed, and says so in words that a user can use."""
    told = f"exit {result.returncode}\n{result.stdout}\n{result.stderr}"
    assert result.returncode == 1, told
    assert result.stdout == "", told
    assert len(result.stderr.strip()) > 20, told
    assert "Fatal error" not in result.stderr and "Swift" not in result.stderr, told


def made_disk(seed: str) -> Disk:
    blocks = {index: (noise if index % 3 == 0 else text)(seed, index) for index in range(0, 90, 3)}
    return Disk(1, blocks)


def write(disk: Disk, path):
    with path.open("wb") as file:
        file.truncate(100 * BLOCK)
        for index, data in disk.blocks.items():
            file.seek(index * BLOCK)
            file.write(data)
    return path


@pytest.mark.parametrize("round", range(ROUNDS))
@pytest.mark.parametrize("one_in", [400, 40, 8])
def test_push_over_a_bad_link(server, tmp_path, seed, round, one_in):
    disk = made_disk(f"push {seed} {round}")
    file = write(disk, tmp_path / "disk.raw")
    name = images.unused_name("bad-link")
    with FaultyLink(server.endpoint, f"push {seed} {round} {one_in}", one_in, QUICK) as link:
        result = ferry(server, link, tmp_path, "push", file, "--name", name, "--json")
    ec2 = server.ec2(HOME)
    found = ec2.describe_images(Filters=[{"Name": "name", "Values": [name]}])["Images"]
    if result.returncode == 0:
        pushed = json.loads(result.stdout)
        assert [image["ImageId"] for image in found] == [pushed["imageId"]]
        snapshots.assert_holds(server, HOME, pushed["snapshotId"], disk)
    else:
        expect_told(result)
        # It may have failed after the image was made, but never with a disk that differs.
        for image in found:
            for snapshot in images.snapshots_of(image):
                snapshots.assert_holds(server, HOME, snapshot, disk)


@pytest.mark.parametrize("round", range(ROUNDS))
@pytest.mark.parametrize("one_in", [400, 40, 8])
def test_pull_over_a_bad_link(server, tmp_path, seed, round, one_in):
    disk = made_disk(f"pull {seed}")
    file = write(disk, tmp_path / "disk.raw")
    whole = subprocess.run(
        [binary(), "push", file, "--name", images.unused_name("bad-link"), "--json"],
        env=server.shell_environment(), capture_output=True, text=True, check=True,
    )
    image = json.loads(whole.stdout)["imageId"]
    with FaultyLink(server.endpoint, f"pull {seed} {round} {one_in}", one_in, QUICK) as link:
        result = ferry(server, link, tmp_path, "pull", image, "back.raw", "--json")
    back = tmp_path / "back.raw"
    if result.returncode == 0:
        assert subprocess.run(["cmp", file, back]).returncode == 0, link.faults
    else:
        expect_told(result)
        assert not back.exists(), "half a disk under the name that was asked for"


def test_one_bad_chunk_in_many_is_got_over(server, tmp_path, seed):
    """With cuts and corruption that are rare, everything succeeds: a call is repeated, not the disk."""
    disk = made_disk(f"rare {seed}")
    file = write(disk, tmp_path / "disk.raw")
    with FaultyLink(server.endpoint, f"rare {seed}", 60, ("cut", "delay")) as link:
        pushed = ferry(server, link, tmp_path, "push", file, "--name", images.unused_name("rare"), "--json")
        assert pushed.returncode == 0, pushed.stderr
        pulled = ferry(server, link, tmp_path, "pull", json.loads(pushed.stdout)["imageId"], "back.raw")
        assert pulled.returncode == 0, pulled.stderr
    assert link.faults["cut"] > 0, "nothing was cut: the test shows nothing"
    assert subprocess.run(["cmp", file, tmp_path / "back.raw"]).returncode == 0


@pytest.mark.parametrize("round", range(3))
def test_boto3_over_a_link_that_also_stalls(server, seed, round):
    """A client that gives up and calls again: what the server acknowledged is there."""
    disk = Disk.made(f"boto3 {seed} {round}", 24, spread=2048)
    acknowledged: dict[int, bytes] = {}
    snapshot = server.ebs(HOME).start_snapshot(VolumeSize=1)["SnapshotId"]
    with FaultyLink(server.endpoint, f"boto3 {seed} {round}", 40) as link:
        session = boto3.Session(server.credentials.access_key, server.credentials.secret_key, region_name=HOME)
        patience = Config(read_timeout=2, connect_timeout=5, retries={"mode": "standard", "total_max_attempts": 1})
        ebs = session.client("ebs", endpoint_url=link.endpoint, config=patience)
        for index, data in disk.blocks.items():
            try:
                snapshots.put_block(ebs, snapshot, index, data)
                acknowledged[index] = data
            except (BotoCoreError, ClientError):
                pass  # Told that it failed: it may or may not be there.
    assert link.faults, "nothing happened to the link: the test shows nothing"
    snapshots.put_blocks(server, HOME, snapshot, {index: data for index, data in disk.blocks.items() if index not in acknowledged})
    snapshots.complete(server, HOME, snapshot, disk.blocks)
    snapshots.wait_completed(server, HOME, snapshot)
    snapshots.assert_holds(server, HOME, snapshot, disk)
    assert server.alive
    [copy] = images.snapshots_of(images.copied(server, images.register(server, snapshot)))
    snapshots.assert_holds(server, AWAY, copy, disk)
