"""kill -9 of the server, of QEMU and of both while a guest writes: what the guest was told is durable is there, and snapshots hold one moment."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import guests
import pytest
import snapshots
from disks import BLOCK
from ferry_server import HOME, FerryServer
from patience import HANG

ROUNDS = int(os.environ.get("FERRY_SOAK_ROUNDS", "3"))
SECTOR = 4096

# Each line that it prints, tells of a sector that is on the disk: it begins where the round before ended.
WRITER = """
n={first}; while :; do printf '%-{sector}s' "{word} $n" | dd of={device} bs={sector} seek=$n conv=fsync,notrunc 2>/dev/null || exit 1; echo $n; n=$((n + 1)); done
"""


class Writer:
    """A guest that writes one sector after the other, and syncs each."""

    def __init__(self, server: FerryServer, instance: str, key: Path, first: int, word: str) -> None:
        command = WRITER.format(first=first, sector=SECTOR, device="/dev/vdb", word=word)
        line = guests.ssh_command(server, instance, key, command)
        self.process = subprocess.Popen(line, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True)
        self.told = first - 1
        self.more = threading.Condition()
        self.reader = threading.Thread(target=self.read)
        self.reader.start()

    def read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            # A line that a kill cut off tells nothing.
            if line.endswith("\n") and line.strip().isdigit():
                with self.more:
                    self.told = int(line)
                    self.more.notify_all()

    def wait_for(self, sector: int) -> None:
        with self.more:
            assert self.more.wait_for(lambda: self.told >= sector or self.process.poll() is not None, timeout=HANG)

    def stop(self) -> int:
        self.process.kill()
        self.process.wait()
        self.reader.join()
        return self.told


def sectors(server: FerryServer, snapshot: str, word: str) -> Iterator[int]:
    """Which sectors a snapshot has of what was written."""
    for index, data in snapshots.read_back(server, HOME, snapshot).items():
        for place in range(0, BLOCK, SECTOR):
            sector = (index * BLOCK + place) // SECTOR
            if data[place : place + SECTOR] == f"{word} {sector}".ljust(SECTOR).encode():
                yield sector


def taken(server: FerryServer, volume: str) -> str:
    return server.ec2(HOME).create_snapshot(VolumeId=volume)["SnapshotId"]


@pytest.mark.timeout(max(1200, 120 * ROUNDS))
def test_kills(start_machines, tmp_path, seed):
    dice = random.Random(f"machine kills {seed}")
    server, word = start_machines(), f"round {seed}"
    ec2 = server.ec2(HOME)
    image = guests.push(server)
    key = guests.key_pair(server, tmp_path, kind="rsa")
    guests.open_ssh(server)
    devices = [{"DeviceName": "/dev/sdf", "Ebs": {"VolumeSize": 1, "VolumeType": "gp3"}}]
    instance = guests.launch(server, image, KeyName="key", BlockDeviceMappings=devices)
    guests.await_console(server, instance, guests.UP)
    [volume] = ec2.describe_volumes(Filters=[{"Name": "attachment.device", "Values": ["/dev/sdf"]}])["Volumes"]
    first, points = 0, []
    for _ in range(ROUNDS):
        writer = Writer(server, instance, key, first, word)
        writer.wait_for(first + dice.randrange(8, 64))
        before = writer.told
        points.append((before, taken(server, volume["VolumeId"])))
        writer.wait_for(writer.told + dice.randrange(4, 32))
        victims = dice.choice(["server", "machine", "both"])
        if victims != "server":
            os.kill(guests.qemu(server, instance), signal.SIGKILL)
        if victims != "machine":
            server.kill()
            server.start()
            ec2 = server.ec2(HOME)
        if victims == "server":
            # The guest has waited, and goes on.
            writer.wait_for(writer.told + 4)
        first = writer.stop() + 1
        if victims != "server":
            guests.wait(server, "instance_stopped", instance)
            ec2.start_instances(InstanceIds=[instance])
            guests.wait(server, "instance_running", instance)
            guests.await_answer(server, instance, key)
        point = taken(server, volume["VolumeId"])
        snapshots.wait_completed(server, HOME, point)
        held = set(sectors(server, point, word))
        assert held >= set(range(first)), f"after {victims}: {sorted(set(range(first)) - held)[:5]} of {first} are lost"
    for least, point in points:
        snapshots.wait_completed(server, HOME, point)
        held = sorted(sectors(server, point, word))
        # One moment: all that was written until it, and nothing that came later without what came before.
        assert held == list(range(len(held))) and len(held) > least
    ec2.terminate_instances(InstanceIds=[instance])
    guests.wait(server, "instance_terminated", instance)
