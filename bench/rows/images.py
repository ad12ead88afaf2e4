"""A Region of 100,000 images: DescribeImages by id beside moto's server, and the time from start to the first answered call."""

from __future__ import annotations

import random
import statistics
import subprocess
import time
from pathlib import Path

from bench import emulator, load, maps, populate
from bench.calls import BLOCK
from bench.context import Bench
from bench.report import Row
from bench.server import BINARY, HOME, Server

TIB = 1024


def rows(bench: Bench) -> list[Row]:
    count = 10_000 if bench.quick else 100_000
    seconds = 2 if bench.quick else 5
    place = bench.folder / "images"
    place.mkdir()
    ids = filled(place, count)
    described = Row(f"DescribeImages by id, {count:,} images", unit="calls/s")
    first = Row(f"start with {count:,} images, 1 TiB of maps", note="from the start of the process to the answer of the first signed call")
    for _ in range(max(3, bench.rounds)):
        started(bench, place, ids, first)
    with Server(place) as server:
        calls = server.connection()
        image = random.Random(3).choice(ids)
        body = calls.form("DescribeImages", {"ImageId_1": image})
        latencies: list[load.Load] = []
        for _ in range(bench.rounds):
            headers = calls.signed("POST", "/", HOME, "ec2", {"content-type": "application/x-www-form-urlencoded"}, body)
            found = load.replay(server.endpoint, headers, body, seconds, bench.folder)
            if found is None:
                described.note = "wrk is missing"
                break
            latencies.append(found)
        described.used(server.peak_memory())
    described.samples = [found.rate for found in latencies]
    if latencies:
        middle, tail = (statistics.median(getattr(found, name) for found in latencies) for name in ("p50", "p99"))
        described.judge("p99 / p50", tail / middle, at_most=5)
        described.facts = {"p50": middle, "p99": tail}
        described.beside("moto's server", emulator.rates(bench.folder, count, bench.rounds, seconds), at_least=20)
    first.judge("1 s", (first.value or 0) / 1, at_most=1)
    return [described, first]


def filled(place: Path, count: int) -> list[str]:
    """A stopped server's folder: clones of one image, the last of them with a disk of 1 TiB."""
    with Server(place) as server:
        calls = server.connection()
        like = calls.register(calls.put_disk(1, {0: b"\x01" * BLOCK}, HOME), "many", HOME)
    ids = populate.images(server.data, HOME, count, like=like)
    disk = maps.write(server.data / "regions" / HOME / "packs", TIB)
    snapshot = populate.made_id("snap", count - 1)
    populate.set_root(server.data, HOME, snapshot, root=disk.root, gib=disk.gib, data_bytes=disk.data_bytes)
    for command in ("rebuild-index", "scrub"):
        subprocess.run([BINARY, command, "--data", server.data], check=True, capture_output=True)
    return ids


def started(bench: Bench, place: Path, ids: list[str], row: Row) -> None:
    bench.quiet.before()
    with Server(place) as server:
        calls = server.connection()
        if calls.state(ids[len(ids) // 2], HOME) != "available":
            raise RuntimeError("bench: the first call did not find its image")
        row.samples.append(time.perf_counter() - server.begun)
        row.used(server.peak_memory())
