"""One changed block in a disk of 64 TiB: what a copy has to look at must not grow with the disk."""

from __future__ import annotations

import random

from bench.context import Bench
from bench.calls import BLOCK
from bench.report import Row
from bench.server import AWAY, HOME

GIB = 65_536
BLOCKS = 2_000
PLACES = GIB * 2**30 // BLOCK


def rows(bench: Bench) -> list[Row]:
    row = Row("one block of a 64 TiB disk changed", note=f"{BLOCKS} blocks all over the disk, nearly each in a page of its own")
    if bench.quick:
        row.note = "200 blocks all over the disk, each in a page of its own"
    generator = random.Random(2)
    with bench.server("sparse") as server:
        calls = server.connection()
        places = generator.sample(range(PLACES), 200 if bench.quick else BLOCKS)
        # Short contents: it is the map that is measured.
        blocks = {place: generator.randbytes(256) + bytes(BLOCK - 256) for place in places}
        parent = calls.put_disk(GIB, blocks, HOME)
        calls.copy(calls.register(parent, "whole", HOME), HOME, AWAY[0], "whole")
        for number in range(max(3, bench.rounds)):
            changed = {generator.choice(places): generator.randbytes(BLOCK)}
            parent = calls.put_disk(GIB, changed, HOME, parent)
            image = calls.register(parent, f"changed-{number}", HOME)
            bench.quiet.before(cold=False)
            server.forget_peak()
            row.samples.append(calls.copy(image, HOME, AWAY[0], f"changed-{number}")[0])
            row.used(server.peak_memory())
    row.judge("50 ms", (row.value or 0) / 0.05, at_most=1)
    return [row]
