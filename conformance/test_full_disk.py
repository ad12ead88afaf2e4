"""A data folder without space: clear failures, nothing damaged, and work goes on once there is space again."""

from __future__ import annotations

import contextlib
import os
import re
import subprocess

import images
import pytest
import snapshots
from botocore.exceptions import ClientError
from disks import BLOCK, Disk, noise
from ferry_server import AWAY, HOME, FerryServer, binary
from patience import HANG, eventually

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount a small tmpfs for the data folder")

SMALL, LARGE = "96m", "512m"
TELLS_OF_SPACE = r"(?i)space|full"


@pytest.fixture
def small_folder(tmp_path):
    folder = tmp_path / "small"
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SMALL}", "tmpfs", folder], capture_output=True, text=True)
    if mounted.returncode != 0:
        pytest.skip(f"no tmpfs can be mounted here: {mounted.stderr.strip()}")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


@pytest.fixture
def server(small_folder, tmp_path):
    running = FerryServer(small_folder / "data", log_file=tmp_path / "server.log").start()
    yield running
    if running.alive:
        running.stop()


def enlarge(folder) -> None:
    subprocess.run(["mount", "-o", f"remount,size={LARGE}", folder], check=True)


def push_until_refused(server, snapshot, limit=400) -> tuple[dict[int, bytes], ClientError]:
    """Incompressible blocks until one is refused. Returns those that were acknowledged."""
    ebs, acknowledged = server.ebs(HOME), {}
    for index in range(limit):
        data = noise("fills the disk", index)
        try:
            snapshots.put_block(ebs, snapshot, index, data)
        except ClientError as error:
            return acknowledged, error
        acknowledged[index] = data
    raise AssertionError(f"{limit} blocks went into a folder of {SMALL}")


def test_push_into_a_full_folder(server, small_folder):
    earlier = Disk.made("earlier", 20, fill=noise)
    kept = snapshots.upload(server, earlier)

    pending = server.ebs(HOME).start_snapshot(VolumeSize=1)["SnapshotId"]
    acknowledged, error = push_until_refused(server, pending)
    status = error.response["ResponseMetadata"]["HTTPStatusCode"]
    assert 400 <= status < 500, error
    assert error.response["Error"]["Code"] in ("ServiceQuotaExceededException", "ValidationException"), error
    assert acknowledged, "nothing fitted"

    assert server.alive
    snapshots.assert_holds(server, HOME, kept, earlier)
    assert server.ec2(HOME).describe_regions()["Regions"]

    enlarge(small_folder)
    rest = {index: noise("fills the disk", index) for index in range(len(acknowledged), len(acknowledged) + 5)}
    snapshots.put_blocks(server, HOME, pending, rest)
    whole = {**acknowledged, **rest}
    snapshots.complete(server, HOME, pending, whole)
    snapshots.wait_completed(server, HOME, pending)
    snapshots.assert_holds(server, HOME, pending, Disk(1, whole))
    snapshots.assert_holds(server, HOME, kept, earlier)


def test_copy_into_a_full_folder(server, small_folder):
    disk = Disk.made("too large to copy", 80, fill=noise)
    snapshot = snapshots.upload(server, disk)
    image = images.register(server, snapshot)
    copy = images.copy(server, image)

    def failed():
        found = images.describe(server, AWAY, copy)
        assert found["State"] in ("pending", "failed"), found["State"]
        return found if found["State"] == "failed" else None

    found = eventually(failed, "the copy failed")
    reason = found["StateReason"]
    assert reason["Code"].startswith(("Server.", "Client.")), reason
    [half] = images.snapshots_of(found)
    assert half in reason["Message"], "the reason names the snapshot"
    assert re.search(TELLS_OF_SPACE, reason["Message"]), reason
    needed, free = map(int, re.search(r"needs (\d+) bytes and (\d+) are free", reason["Message"]).groups())
    assert needed > 80 * BLOCK > free
    assert not list((server.data / "regions" / AWAY / "packs").glob("*.pack")), "something was moved before the copy was refused"
    shown = snapshots.describe(server, AWAY, half)
    assert shown["State"] == "error"
    assert re.search(TELLS_OF_SPACE, shown["StateMessage"]), shown

    ec2 = server.ec2(AWAY)
    by_code = ec2.describe_images(Filters=[{"Name": "state-reason-code", "Values": [reason["Code"]]}])["Images"]
    by_text = ec2.describe_images(Filters=[{"Name": "state-reason-message", "Values": ["*" + half + "*"]}, {"Name": "state", "Values": ["failed"]}])
    assert [image["ImageId"] for image in by_code] == [image["ImageId"] for image in by_text["Images"]] == [copy]

    with pytest.raises(Exception, match="(?i)failed|terminal"):
        ec2.get_waiter("image_available").wait(ImageIds=[copy], WaiterConfig={"Delay": 1, "MaxAttempts": 2})
    snapshots.assert_holds(server, HOME, snapshot, disk)

    enlarge(small_folder)
    ec2.deregister_image(ImageId=copy, DeleteAssociatedSnapshots=True)
    again = images.copied(server, image)
    snapshots.assert_holds(server, AWAY, *images.snapshots_of(again), disk)
    snapshots.assert_holds(server, HOME, snapshot, disk)


def fill(folder, leaving: int = 0) -> None:
    """Takes what is free, but for some bytes."""
    with (folder / "filler").open("ab", buffering=0) as file:
        while (free := os.statvfs(folder).f_bavail * os.statvfs(folder).f_frsize) > leaving:
            try:
                file.write(os.urandom(min(1 << 20, free - leaving)))
            except OSError:
                return


def free_bytes(folder) -> int:
    found = os.statvfs(folder)
    return found.f_bavail * found.f_frsize


@pytest.mark.parametrize("running", [True, False], ids=["while it runs", "before it starts"])
def test_a_full_disk_comes_free_by_deleting(server, small_folder, running):
    """Not a byte is free: the server starts and reads, and what is deleted comes back, though all of it is in one pack."""
    server.stop()
    server.arguments = ("--collect-every", "1")
    server.start()
    made = {}
    for number in range(8):
        disk = Disk(1, {index: noise(f"disk {number}", index) for index in range(8)})
        made[snapshots.upload(server, disk)] = disk
    assert len(list((server.data / "regions" / HOME / "packs").glob("*.pack"))) == 1
    if not running:
        server.stop()
    fill(small_folder)
    if not running:
        assert free_bytes(small_folder) == 0
        server.start()
    for snapshot, disk in made.items():
        snapshots.assert_holds(server, HOME, snapshot, disk)
    kept = list(made)[::7]
    for snapshot in made:
        if snapshot not in kept:
            eventually(lambda: deleted(server, snapshot), f"{snapshot} is deleted")
    gone = (len(made) - len(kept)) * 8 * BLOCK
    eventually(lambda: free_bytes(small_folder) > gone * 9 // 10, "the space came back")
    for snapshot in kept:
        snapshots.assert_holds(server, HOME, snapshot, made[snapshot])
    server.stop()
    scrubbed = subprocess.run([binary(), "scrub", "--data", server.data], capture_output=True, text=True, timeout=120)
    assert scrubbed.returncode == 0, scrubbed.stdout + scrubbed.stderr


def test_a_disk_that_is_full_to_the_last_byte_is_told_as_such(server, small_folder):
    """SQLite calls it an error of reading or writing: nobody must be led to replace what is whole."""
    disk = Disk.made("before it was full", 10, fill=noise)
    snapshot = snapshots.upload(server, disk)
    server.stop()
    (server.data / "ballast").unlink()
    fill(small_folder)
    assert free_bytes(small_folder) == 0
    for command in ("recover", "scrub", "du", "gc", "rebuild-index"):
        done = subprocess.run([binary(), command, "--data", server.data], capture_output=True, text=True, timeout=HANG)
        told = done.stdout + done.stderr
        assert "put it back from a backup" not in told, (command, told)
        assert done.returncode == 0 or re.search(TELLS_OF_SPACE, told), (command, told)
    refused = subprocess.run(
        [binary(), "serve", "--data", server.data, "--listen", "127.0.0.1:0", "--regions", HOME], capture_output=True, text=True, timeout=HANG
    )
    assert refused.returncode != 0 and re.search(TELLS_OF_SPACE, refused.stderr), refused.stderr
    (small_folder / "filler").unlink()
    server.start()
    snapshots.assert_holds(server, HOME, snapshot, disk)


def test_a_server_starts_on_a_full_disk_again_and_again(server, small_folder):
    disk = Disk.made("before it was full", 10, fill=noise)
    snapshot = snapshots.upload(server, disk)
    for _ in range(3):
        fill(small_folder)
        server.kill()
        server.start()
        snapshots.assert_holds(server, HOME, snapshot, disk)


def deleted(server, snapshot) -> bool:
    """There is room to write it down a moment after the disk has become full."""
    try:
        server.ec2(HOME).delete_snapshot(SnapshotId=snapshot)
    except ClientError as error:
        if error.response["Error"]["Code"] == "InvalidSnapshot.NotFound":
            return True
        assert "space" in error.response["Error"]["Message"].lower(), error
        return False
    return True


def test_restart_on_a_full_folder(server, small_folder):
    """The server may start and serve what is there, or say why it does not; once there is space again nothing is missing."""
    disk = Disk.made("before it was full", 10, fill=noise)
    snapshot = snapshots.upload(server, disk)
    server.stop()
    filler = small_folder / "filler"
    with contextlib.suppress(OSError), filler.open("wb", buffering=0) as file:
        while True:
            file.write(os.urandom(1 << 20))
    with contextlib.suppress(AssertionError):
        server.start()
    if server.alive:
        snapshots.assert_holds(server, HOME, snapshot, disk)
        server.kill()
    filler.unlink()
    server.start()
    snapshots.assert_holds(server, HOME, snapshot, disk)
