"""The disks that are measured with."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from bench.calls import BLOCK
from bench.server import ROOT


def make(disk: Path, size_mib: int, fill_mib: int) -> None:
    command = [ROOT / "script" / "make-filled-disk", disk, "--size-mib", str(size_mib), "--fill-mib", str(fill_mib)]
    subprocess.run(command, check=True, stdout=sys.stderr)


def data_blocks(disk: Path) -> Iterator[int]:
    """The indexes of the blocks that are not all zeros."""
    zeros = bytes(BLOCK)
    size = disk.stat().st_size
    with disk.open("rb", buffering=0) as file:
        descriptor, place = file.fileno(), 0
        while place < size:
            try:
                place = os.lseek(descriptor, place, os.SEEK_DATA) // BLOCK * BLOCK
            except OSError:  # no data behind this place
                return
            block = os.pread(descriptor, BLOCK, place)
            if block != zeros[: len(block)]:
                yield place // BLOCK
            place += BLOCK


def changed(disk: Path, target: Path, share: float) -> int:
    """A copy of a disk in which a share of the blocks that hold data has new contents, and how many those are.

    Random bytes: what a copy moves can then be compared with the changed bytes without asking how well they compress.
    """
    subprocess.run(["cp", "--sparse=always", disk, target], check=True)
    held = list(data_blocks(disk))
    generator = random.Random(1)
    chosen = generator.sample(held, max(1, round(len(held) * share)))
    size = disk.stat().st_size
    with target.open("r+b") as file:
        for index in chosen:
            file.seek(index * BLOCK)
            file.write(generator.randbytes(min(BLOCK, size - index * BLOCK)))
    return len(chosen)


def slices(disk: Path, folder: Path, count: int, size: int) -> list[Path]:
    """`count` disks of different contents, together as large as `size`: the data of a disk, dealt out block by block."""
    share = size // count // BLOCK
    made = []
    source = disk.open("rb")
    held = data_blocks(disk)
    for number in range(count):
        path = folder / f"slice-{number:02d}.raw"
        with path.open("wb") as file:
            # The first block tells the disks apart, so that each has something of its own even when the data runs out.
            file.write(random.Random(number).randbytes(BLOCK))
            for _ in range(share - 1):
                index = next(held, None)
                if index is None:
                    break
                source.seek(index * BLOCK)
                file.write(source.read(BLOCK))
            file.truncate(share * BLOCK)
        made.append(path)
    source.close()
    return made
