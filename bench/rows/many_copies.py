"""Sixteen copies of sixteen different images: at once, and one after another."""

from __future__ import annotations

import time

from bench import disks
from bench.context import Bench
from bench.calls import Connection
from bench.report import Row
from bench.server import AWAY, HOME

COUNT = 16


def rows(bench: Bench) -> list[Row]:
    row = Row("16 copies of 16 images at once")
    one_by_one: list[float] = []
    slowest: list[float] = []
    size = min(bench.disk.stat().st_blocks * 512, 2**30 if bench.quick else 2**32)
    slices = disks.slices(bench.disk, bench.folder, COUNT, size)
    for number in range(bench.rounds):
        with bench.server(f"many-{number}") as server:
            images = [server.ferry("push", disk, "--name", disk.stem, "--region", HOME)["imageId"] for disk in slices]
            calls = server.connection()
            bench.quiet.before()
            begun = time.perf_counter()
            for image in images:
                calls.copy(image, HOME, AWAY[0], f"copy-of-{image}")
            one_by_one.append(time.perf_counter() - begun)
            bench.quiet.before()
            server.forget_peak()
            total, started = at_once(calls, images)
            row.samples.append(total)
            slowest.append(started)
            row.used(server.peak_memory())
    for disk in slices:
        disk.unlink()
    row.beside("one after another", one_by_one, at_most=1.1)
    row.judge("last to begin moving, s", max(slowest), at_most=1)
    row.facts = {"lastBeganMoving": slowest}
    return [row]


def at_once(calls: Connection, images: list[str]) -> tuple[float, float]:
    """Seconds until all copies are available, and until the last of them had moved its first bytes, seen by polling."""
    begun = time.perf_counter()
    copies = [calls.begin_copy(image, HOME, AWAY[1], f"copy-of-{image}") for image in images]
    moving: dict[str, float] = {}
    filters = {f"Filter_1_Value_{position}": image for position, image in enumerate(copies, 1)}
    while True:
        seconds = time.perf_counter() - begun
        for item in calls.ec2("DescribeSnapshots", AWAY[1]).iterfind("snapshotSet/item"):
            if item.findtext("status") == "completed" or has_moved(item.findtext("statusMessage") or ""):
                moving.setdefault(item.findtext("snapshotId") or "", seconds)
        described = calls.ec2("DescribeImages", AWAY[1], Filter_1_Name="image-id", **filters)
        states = [item.text for item in described.iterfind("imagesSet/item/imageState")]
        if states.count("available") == len(copies):
            return time.perf_counter() - begun, max(moving.values())
        if "failed" in states:
            raise RuntimeError("bench: one of the copies failed")
        time.sleep(0.02)


def has_moved(message: str) -> bool:
    """`Copied 1048576 of 2097152 bytes`: the progress that a pending copy shows (docs/decisions/0005)."""
    words = message.split()
    return len(words) > 1 and words[0] == "Copied" and words[1].isdigit() and int(words[1]) > 0
