"""What rows in PostgreSQL cost beside rows in SQLite: a first copy, images made one by one, and DescribeImages by id."""

from __future__ import annotations

import random
import shutil
import sys
from pathlib import Path

from bench import load
from bench.calls import BLOCK
from bench.context import Bench
from bench.report import Row
from bench.server import AWAY, HOME, ROOT, Server

sys.path.insert(0, str(ROOT / "conformance"))

from postgres import Postgres  # noqa: E402

FORM = {"content-type": "application/x-www-form-urlencoded"}


class Engine:
    """What was measured with the rows in one engine."""

    def __init__(self, name: str, images: int) -> None:
        self.copy = Row(f"first copy, rows in {name}")
        self.register = Row(f"RegisterImage, {images:,} one after the other, rows in {name}")
        self.describe = Row(f"DescribeImages by id, {images:,} images, rows in {name}", unit="calls/s")

    def round(self, bench: Bench, place: Path, images: int, seconds: float, database: str | None) -> None:
        place.mkdir()
        try:
            with Server(place, database) as server:
                calls = server.connection()
                image = server.ferry("push", bench.disk, "--name", "bench", "--region", HOME)["imageId"]
                bench.quiet.before()
                self.copy.samples.append(bench.quiet.clock(lambda: calls.copy(image, HOME, AWAY[0], "first"))[0])
                snapshot = calls.put_disk(1, {0: b"\x01" * BLOCK}, HOME)
                bench.quiet.before()
                made, ids = bench.quiet.clock(lambda: [calls.register(snapshot, f"image {number}", HOME) for number in range(images)])
                self.register.samples.append(made)
                body = calls.form("DescribeImages", {"ImageId_1": random.Random(3).choice(ids)})
                found = load.replay(server.endpoint, calls.signed("POST", "/", HOME, "ec2", FORM, body), body, seconds, bench.folder)
                if found is None:
                    self.describe.note = "wrk is missing"
                else:
                    self.describe.samples.append(found.rate)
                for row in (self.copy, self.register, self.describe):
                    row.used(server.peak_memory())
        finally:
            shutil.rmtree(place)


def rows(bench: Bench) -> list[Row]:
    images, seconds = (500, 2) if bench.quick else (2_000, 5)
    sqlite, postgres = Engine("SQLite", images), Engine("PostgreSQL", images)
    server = Postgres()
    try:
        for number in range(bench.rounds):
            sqlite.round(bench, bench.folder / "sqlite", images, seconds, None)
            postgres.round(bench, bench.folder / "postgres", images, seconds, server.create(f"bench{number}"))
    finally:
        server.stop()
    postgres.copy.beside("rows in SQLite", sqlite.copy.samples, at_most=1.15)
    postgres.register.beside("rows in SQLite", sqlite.register.samples)
    postgres.describe.beside("rows in SQLite", sqlite.describe.samples, at_least=0.5)
    return [postgres.copy, postgres.register, postgres.describe]
