"""A second copy moves what is new and nothing else; how much is told in the snapshot's status message."""

from __future__ import annotations

import re

import images
import snapshots
from disks import BLOCK, BLOCKS_PER_GIB, Disk, ZEROS, noise
from ferry_server import AWAY, HOME, THIRD


def moved(server, region, image) -> int:
    [snapshot] = images.snapshots_of(image)
    message = snapshots.describe(server, region, snapshot)["StateMessage"]
    match = re.fullmatch(r"Copied (\d+) bytes, moved (\d+)", message)
    assert match, message
    return int(match.group(2))


def test_second_copy_of_an_unchanged_disk_moves_nothing(server):
    disk = Disk.made("unchanged", 40, spread=BLOCKS_PER_GIB)
    image = images.register(server, snapshots.upload(server, disk))
    assert moved(server, AWAY, images.copied(server, image)) == disk.data_bytes
    again = images.copied(server, image)
    assert moved(server, AWAY, again) == 0
    snapshots.assert_holds(server, AWAY, *images.snapshots_of(again), disk)
    assert moved(server, THIRD, images.copied(server, image, region=THIRD)) == disk.data_bytes, "a Region has blocks of its own"


def test_copy_within_the_region_moves_nothing(server):
    image = images.register(server, snapshots.upload(server, Disk.made("within", 8)))
    assert moved(server, HOME, images.copied(server, image, HOME, HOME)) == 0


def test_copy_of_a_changed_disk_moves_the_changed_blocks(server):
    disk = Disk.made("changing", 48, spread=BLOCKS_PER_GIB)
    first = snapshots.upload(server, disk)
    images.copied(server, images.register(server, first))

    rewritten = sorted(disk.blocks)[5:10]
    new = [index for index in range(BLOCKS_PER_GIB) if index not in disk.blocks][:3]
    changed = disk.changed("changing, later", rewritten + new)
    second = snapshots.upload_child(server, first, changed, {index: changed.blocks[index] for index in rewritten + new})
    copy = images.copied(server, images.register(server, second))
    assert moved(server, AWAY, copy) == len(rewritten + new) * BLOCK
    snapshots.assert_holds(server, AWAY, *images.snapshots_of(copy), changed)


def test_unrelated_disk_with_the_same_blocks_moves_nothing(server):
    """Blocks are known by what they hold, not by where they came from."""
    disk = Disk.made("same content", 16)
    images.copied(server, images.register(server, snapshots.upload(server, disk)))
    moved_elsewhere = Disk(2, {index + 100: data for index, data in disk.blocks.items()})
    copy = images.copied(server, images.register(server, snapshots.upload(server, moved_elsewhere)))
    assert moved(server, AWAY, copy) == 0
    snapshots.assert_holds(server, AWAY, *images.snapshots_of(copy), moved_elsewhere)


def test_block_that_repeats_on_the_disk_moves_once(server):
    block = noise("repeats", 0)
    disk = Disk(1, {index: block for index in range(0, 200, 10)})
    copy = images.copied(server, images.register(server, snapshots.upload(server, disk)))
    assert moved(server, AWAY, copy) == BLOCK
    snapshots.assert_holds(server, AWAY, *images.snapshots_of(copy), disk)


def test_block_that_became_zero_is_gone_from_the_copy(server):
    disk = Disk.made("zeroed", 12)
    first = snapshots.upload(server, disk)
    images.copied(server, images.register(server, first))
    remaining = Disk(1, {index: data for index, data in disk.blocks.items() if index not in (3, 4)})
    second = snapshots.upload_child(server, first, remaining, {3: ZEROS, 4: ZEROS})
    snapshots.assert_holds(server, HOME, second, remaining)
    copy = images.copied(server, images.register(server, second))
    assert moved(server, AWAY, copy) == 0
    snapshots.assert_holds(server, AWAY, *images.snapshots_of(copy), remaining)


def test_after_the_copy_is_gone_its_blocks_travel_again(server):
    """Once nothing refers to the blocks any more it is the store's choice to keep them; the copy has to be right either way."""
    disk = Disk.made("gone and back", 10)
    image = images.register(server, snapshots.upload(server, disk))
    first = images.copied(server, image)
    server.ec2(AWAY).deregister_image(ImageId=first["ImageId"], DeleteAssociatedSnapshots=True)
    second = images.copied(server, image)
    assert moved(server, AWAY, second) in range(0, disk.data_bytes + 1, BLOCK)
    snapshots.assert_holds(server, AWAY, *images.snapshots_of(second), disk)


def test_many_copies_at_once_all_end_equal(server):
    made = {f"many {n}": Disk.made(f"many {n}", 20, spread=BLOCKS_PER_GIB) for n in range(6)}
    sources = {seed: images.register(server, snapshots.upload(server, disk)) for seed, disk in made.items()}
    copies = [
        (region, made[seed], images.copy(server, source, region=region))
        for seed, source in sources.items()
        for region in (AWAY, THIRD, HOME)
    ]
    for region, disk, copy in copies:
        found = images.wait_available(server, region, copy)
        snapshots.assert_holds(server, region, *images.snapshots_of(found), disk)
