"""A guest that floods its disk is told that it cannot go on; the store and the other guests keep their space."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import guests
import pytest
import snapshots
from disks import Disk, noise
from ferry_server import HOME, FerryServer
from patience import eventually

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount a small tmpfs for the data folder")

SMALL, LARGE = "640m", "1g"
RESERVE = 64 << 20


@pytest.fixture
def small_folder(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "small"
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SMALL}", "tmpfs", folder], check=True)
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


def free_bytes(folder: Path) -> int:
    found = os.statvfs(folder)
    return found.f_bavail * found.f_frsize


def test_a_guest_that_floods_its_disk(small_folder: Path, start_machines: Callable[..., FerryServer], tmp_path: Path) -> None:
    server = start_machines(str(small_folder / "data"))
    ec2 = server.ec2()
    key = guests.key_pair(server, tmp_path)
    guests.open_ssh(server)
    image = guests.push(server)
    disks = [
        {"DeviceName": "/dev/xvda", "Ebs": {"VolumeSize": 1}},
        {"DeviceName": "/dev/sdb", "Ebs": {"VolumeSize": 4, "DeleteOnTermination": True}},
    ]
    flooder = guests.launch(server, image, KeyName="key", BlockDeviceMappings=disks)
    neighbour = guests.launch(server, image, KeyName="key")
    for instance in (flooder, neighbour):
        guests.await_answer(server, instance, key)

    # What it writes ends with an error, and it runs on.
    flood = "(yes flood | dd of=/dev/vdb bs=1M count=1200 iflag=fullblock conv=fsync) 2>&1; dmesg | grep -c 'I/O error, dev vdb'; echo over"
    told = guests.ssh(server, flooder, key, flood)
    assert told.rstrip().endswith("over") and "error" in told, told
    assert int(told.splitlines()[-2]) > 0, told
    left = free_bytes(small_folder)
    assert left > RESERVE, "what it has taken is at most eight of nine parts"
    assert "There is no room for what a guest writes" in server.log_text()

    # The neighbour and the store go on, and what the flooder trims is room again.
    guests.ssh(server, neighbour, key, "dd if=/dev/urandom of=/kept bs=1M count=8 2>/dev/null && sync && ! dmesg | grep -q 'I/O error'")
    kept = Disk.made("beside a flood", 8, fill=noise)
    snapshots.assert_holds(server, HOME, snapshots.upload(server, kept), kept)
    guests.ssh(server, flooder, key, "echo mine >/mine && sync && cat /mine")

    # There is room again: its writes work, without a restart.
    subprocess.run(["mount", "-o", f"remount,size={LARGE}", small_folder], check=True)
    guests.ssh(server, flooder, key, "yes again | dd of=/dev/vdb bs=1M count=16 seek=3000 iflag=fullblock conv=fsync 2>/dev/null")
    assert "There is room again" in server.log_text()
    ec2.terminate_instances(InstanceIds=[flooder, neighbour])
    for instance in (flooder, neighbour):
        guests.wait(server, "instance_terminated", instance)
    eventually(lambda: free_bytes(small_folder) > left + (100 << 20), "the space came back")
