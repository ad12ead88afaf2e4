"""Snapshots through the EBS direct APIs: put a disk in, get its blocks back, wait for a state."""

from __future__ import annotations

import base64
import hashlib
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from disks import BLOCK, Disk, checksum, linear_checksum
from ferry_server import HOME, FerryServer
from patience import eventually

WORKERS = 8


def put_block(ebs: Any, snapshot: str, index: int, data: bytes, **changed: Any) -> dict[str, Any]:
    arguments = {
        "SnapshotId": snapshot,
        "BlockIndex": index,
        "BlockData": data,
        "DataLength": len(data),
        "Checksum": checksum(data),
        "ChecksumAlgorithm": "SHA256",
    }
    return ebs.put_snapshot_block(**{**arguments, **changed})


def put_blocks(server: FerryServer, region: str, snapshot: str, blocks: dict[int, bytes]) -> None:
    ebs = server.ebs(region)
    with ThreadPoolExecutor(WORKERS) as pool:
        list(pool.map(lambda entry: put_block(ebs, snapshot, *entry), blocks.items()))


def complete(server: FerryServer, region: str, snapshot: str, blocks: dict[int, bytes]) -> dict[str, Any]:
    return server.ebs(region).complete_snapshot(
        SnapshotId=snapshot,
        ChangedBlocksCount=len(blocks),
        Checksum=linear_checksum(blocks),
        ChecksumAlgorithm="SHA256",
        ChecksumAggregationMethod="LINEAR",
    )


def upload(server: FerryServer, disk: Disk, region: str = HOME, **start: Any) -> str:
    """A completed snapshot that holds the disk."""
    snapshot = server.ebs(region).start_snapshot(VolumeSize=disk.size, **start)["SnapshotId"]
    put_blocks(server, region, snapshot, disk.blocks)
    complete(server, region, snapshot, disk.blocks)
    wait_completed(server, region, snapshot)
    return snapshot


def upload_child(server: FerryServer, parent: str, disk: Disk, written: dict[int, bytes], region: str = HOME) -> str:
    """A completed snapshot of `disk` whose parent holds all but the `written` blocks."""
    snapshot = server.ebs(region).start_snapshot(VolumeSize=disk.size, ParentSnapshotId=parent)["SnapshotId"]
    put_blocks(server, region, snapshot, written)
    complete(server, region, snapshot, written)
    wait_completed(server, region, snapshot)
    return snapshot


def describe(server: FerryServer, region: str, snapshot: str) -> dict[str, Any]:
    [found] = server.ec2(region).describe_snapshots(SnapshotIds=[snapshot])["Snapshots"]
    return found


def wait_completed(server: FerryServer, region: str, snapshot: str) -> dict[str, Any]:
    def finished() -> dict[str, Any] | None:
        found = describe(server, region, snapshot)
        assert found["State"] in ("pending", "completed"), f"{snapshot} is {found['State']}: {found.get('StateMessage')}"
        return found if found["State"] == "completed" else None

    return eventually(finished, f"{snapshot} completed")


def list_blocks(server: FerryServer, region: str, snapshot: str, **options: Any) -> list[dict[str, Any]]:
    """Every listed block of a snapshot, page after page."""
    ebs = server.ebs(region)
    found: list[dict[str, Any]] = []
    page = ebs.list_snapshot_blocks(SnapshotId=snapshot, **options)
    found += page["Blocks"]
    while "NextToken" in page:
        page = ebs.list_snapshot_blocks(SnapshotId=snapshot, **{**options, "NextToken": page["NextToken"]})
        found += page["Blocks"]
    return found


def get_block(ebs: Any, snapshot: str, block: dict[str, Any]) -> bytes:
    """One block, checked against the checksum that came with it."""
    answer = ebs.get_snapshot_block(SnapshotId=snapshot, BlockIndex=block["BlockIndex"], BlockToken=block["BlockToken"])
    data = answer["BlockData"].read()
    assert answer["DataLength"] == len(data) == BLOCK
    assert answer["ChecksumAlgorithm"] == "SHA256"
    assert answer["Checksum"] == base64.b64encode(hashlib.sha256(data).digest()).decode()
    return data


def read_back(server: FerryServer, region: str, snapshot: str) -> dict[int, bytes]:
    """What the snapshot holds, block by block."""
    ebs = server.ebs(region)
    listed = list_blocks(server, region, snapshot)
    indexes = [block["BlockIndex"] for block in listed]
    assert indexes == sorted(set(indexes)), "listed blocks are not in ascending order, each once"
    with ThreadPoolExecutor(WORKERS) as pool:
        data = list(pool.map(lambda block: get_block(ebs, snapshot, block), listed))
    return dict(zip(indexes, data))


def assert_holds(server: FerryServer, region: str, snapshot: str, disk: Disk) -> None:
    """The snapshot holds the disk: no block missing, none too many, each byte equal."""
    assert describe(server, region, snapshot)["VolumeSize"] == disk.size
    found = read_back(server, region, snapshot)
    assert sorted(found) == sorted(disk.blocks)
    different = [index for index, data in disk.blocks.items() if found[index] != data]
    assert different == [], f"blocks differ at {different[:10]}"
