"""Disks at the edges: empty, one block, as large as a volume may be; and what the server holds in memory meanwhile."""

from __future__ import annotations

import pytest
import snapshots
from disks import BLOCK, BLOCKS_PER_GIB, Disk, noise, text
from ferry_server import AWAY, HOME, MEMORY_LIMIT, THIRD
from images import copied, register, snapshots_of

LARGEST = 65_536


def journey(server, disk):
    """Uploads, copies to another Region and back into the first, and compares at each station."""
    first = snapshots.upload(server, disk)
    snapshots.assert_holds(server, HOME, first, disk)
    away = copied(server, register(server, first), HOME, AWAY)
    snapshots.assert_holds(server, AWAY, *snapshots_of(away), disk)
    back = copied(server, away["ImageId"], AWAY, HOME)
    snapshots.assert_holds(server, HOME, *snapshots_of(back), disk)


@pytest.mark.parametrize(
    "disk",
    [
        Disk(1, {}),
        Disk(1, {0: text("first block", 0)}),
        Disk(1, {BLOCKS_PER_GIB - 1: text("last block", 0)}),
        Disk(1, {index: noise("page edge", index) for index in (1023, 1024)}),
        Disk(3, {index: noise("holes", index) for index in (0, 700, 1024, 2047, 2048, 4095, 6143)}),
        Disk(2, {index: bytes([index % 255 + 1]) * BLOCK for index in range(0, 300)}),
        Disk(1, {5: bytes(BLOCK - 1) + b"\x01", 6: b"\x01" + bytes(BLOCK - 1)}),
        Disk(LARGEST, {}),
    ],
    ids=["empty", "first block", "last block", "edge of a page", "holes", "monotonous", "nearly zero", "64 TiB, empty"],
)
def test_disk_survives_the_journey(server, disk):
    journey(server, disk)


def test_64_tib_of_which_three_blocks_exist(fresh_server):
    last = LARGEST * BLOCKS_PER_GIB - 1
    disk = Disk(LARGEST, {index: noise("64 TiB", index) for index in (0, 77_000_001, last)})
    journey(fresh_server, disk)
    assert fresh_server.memory().peak < MEMORY_LIMIT


def test_64_tib_with_blocks_all_over(fresh_server):
    """Each block lies in a page of its own: the number of pages is what could cost memory."""
    disk = Disk.made("all over", 200, size=LARGEST, spread=LARGEST * BLOCKS_PER_GIB)
    journey(fresh_server, disk)
    assert fresh_server.memory().peak < MEMORY_LIMIT


def test_memory_does_not_grow_with_the_disk(fresh_server):
    """The same server copies disks of 32 MiB and of 768 MiB of data; the larger one must not show."""

    def peak_after(count):
        disk = Disk.made(f"memory {count}", count, size=1)
        image = register(fresh_server, snapshots.upload(fresh_server, disk))
        for region in (AWAY, THIRD):
            found = copied(fresh_server, image, region=region)
            snapshots.assert_holds(fresh_server, region, *snapshots_of(found), disk)
        return fresh_server.memory().peak

    small, large = peak_after(64), peak_after(1536)
    assert large < MEMORY_LIMIT, f"{large / 2**20:.0f} MiB"
    assert large - small < 128 * 2**20, f"from {small / 2**20:.0f} to {large / 2**20:.0f} MiB"
