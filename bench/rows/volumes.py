"""A volume as its guest has it over NBD, beside qemu-nbd on a raw file of the same disk, with one client for both; and its snapshots."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.calls import BLOCK
from bench.context import Bench
from bench.report import Row
from bench.server import BINARY, HOME, Server, environment

MIB = 2**20
# 4 KiB all over the disk: an odd number of sectors, so that each place is another one.
STRIDE = (17 * MIB // 4096 + 1) * 4096


class Disk:
    """What a client of NBD is told, by QEMU's own."""

    def __init__(self, socket: Path) -> None:
        self.uri = f"nbd+unix:///?socket={socket}"

    def run(self, count: int, size: int, *, step: int = 0, writes: bool = False, flush: int = 0, depth: int = 16) -> float:
        """Seconds for so many requests."""
        command = ["qemu-img", "bench", "-f", "raw", "-t", "writeback", "-c", str(count), "-s", str(size), "-d", str(depth)]
        command += ["-S", str(step or size)] + (["-w", "--pattern=85", f"--flush-interval={flush}"] if writes else [])
        found = subprocess.run([*command, self.uri], capture_output=True, text=True)
        seconds = re.search(r"completed in ([\d.]+) seconds", found.stdout)
        if seconds is None:
            sys.exit(f"bench: {' '.join(command)}: {found.stdout}{found.stderr}")
        return float(seconds[1])


class Volume(Disk):
    """A volume that is served without a server, by `ferry measure-volume`."""

    def __init__(self, server: Server, volume: str) -> None:
        command = [BINARY, "measure-volume", volume, "--data", server.data, "--region", HOME]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment())
        super().__init__(Path(self.answer()["socket"]))

    def answer(self) -> dict:
        line = self.process.stdout.readline()
        if not line:
            sys.exit(f"bench: ferry measure-volume ended with {self.process.wait()}")
        return json.loads(line)

    def snapshot(self) -> dict:
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return self.answer()


@contextmanager
def volume(server: Server, made: str) -> Iterator[Volume]:
    ours = Volume(server, made)
    try:
        yield ours
    finally:
        ours.process.stdin.close()
        ours.process.wait(60)


@contextmanager
def raw(folder: Path, size: int) -> Iterator[Disk]:
    """qemu-nbd on a raw file."""
    file, socket = folder / "raw", folder / "raw.sock"
    with file.open("wb") as made:
        made.truncate(size)
    command = ["qemu-nbd", "-f", "raw", "-k", socket, "--cache=writeback", "--discard=unmap", "--persistent", "--shared=4", file]
    process = subprocess.Popen(command)
    try:
        while not socket.exists():
            time.sleep(0.01)
        yield Disk(socket)
    finally:
        process.terminate()
        process.wait()
        file.unlink()


def rows(bench: Bench) -> list[Row]:
    gib = 1 if bench.quick else 4
    size = gib * 2**30
    place = bench.folder / "volumes"
    place.mkdir()
    try:
        with Server(place) as server:
            calls = server.connection()
            made = calls.ec2("CreateVolume", HOME, Size=gib, AvailabilityZone=f"{HOME}a", VolumeType="gp3").findtext("volumeId") or ""
        with raw(bench.folder, size) as peer, volume(server, made) as ours:
            return [*streams(bench, ours, peer, size), *snapshots(bench, ours, size)]
    finally:
        shutil.rmtree(place)


def streams(bench: Bench, ours: Disk, peer: Disk, size: int) -> list[Row]:
    writes = Row("sequential write to a volume", "MiB/s", note="1 MiB at once, 16 under way, a flush every 64 MiB")
    reads = Row("sequential read of a volume", "MiB/s", note="1 MiB at once, 16 under way, what the row above has written")
    small = Row("4 KiB writes all over a volume", "a second", note="a flush every 32, 16 under way")
    theirs: dict[str, list[float]] = {row.name: [] for row in (writes, reads, small)}
    count = 2_048 if bench.quick else 16_384
    steps: list[tuple[Row, float, Callable[[Disk], float]]] = [
        (writes, size / MIB, lambda disk: disk.run(size // MIB, MIB, writes=True, flush=64)),
        (reads, size / MIB, lambda disk: disk.run(size // MIB, MIB)),
        (small, count, lambda disk: disk.run(count, 4096, step=STRIDE, writes=True, flush=32)),
    ]
    for _ in range(max(3, bench.rounds)):
        for disk in (ours, peer):
            for row, amount, step in steps:
                bench.quiet.before()
                (row.samples if disk is ours else theirs[row.name]).append(amount / step(disk))
    for row in (writes, reads, small):
        row.beside("qemu-nbd on a raw file", theirs[row.name], at_least=0.7)
    return [writes, reads, small]


def snapshots(bench: Bench, ours: Volume, size: int) -> list[Row]:
    held = Row("writes wait for a snapshot", "ms", note="a guest writes 4 KiB all over the volume meanwhile")
    hashed = Row("bytes hashed for a snapshot", "MiB", note="one sector of each hundredth block is dirty")
    ours.snapshot()
    dirty = size // BLOCK // 100
    for _ in range(max(3, bench.rounds)):
        ours.run(dirty, 4096, step=100 * BLOCK, writes=True, flush=dirty)
        hashed.samples.append(ours.snapshot()["bytesHashed"] / MIB)
    hashed.judge("dirty blocks", (hashed.value or 0) * MIB / (dirty * BLOCK), at_most=1.02, theirs=dirty * BLOCK / MIB)
    for _ in range(max(3, bench.rounds)):
        command = ["qemu-img", "bench", "-f", "raw", "-t", "writeback", "-c", "100000", "-s", "4096", "-S", str(STRIDE), "-d", "16", "-w"]
        guest = subprocess.Popen([*command, "--pattern=86", "--flush-interval=32", ours.uri], stdout=subprocess.DEVNULL)
        time.sleep(0.5)
        held.samples.append(ours.snapshot()["held"] * 1_000)
        guest.kill()
        guest.wait()
    held.judge("20 ms", max(held.samples) / 20, at_most=1)
    return [hashed, held]
