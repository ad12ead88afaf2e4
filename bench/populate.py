"""Fills the databases of a stopped server with many images, for measurements and tests of what many cost.

Through the API 100,000 images take minutes, so rows are written into SQLite. They are clones: an image that the API made, its
devices, its snapshots and its tags are taken as they are, with other ids and names. So every clone is one that the API could
have made, every snapshot can be read, and a column that a later schema adds is cloned along.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterable
from pathlib import Path


def database(data: Path, region: str) -> sqlite3.Connection:
    rows = sqlite3.connect(data / "regions" / region / "region.sqlite")
    rows.row_factory = sqlite3.Row
    return rows


def made_id(kind: str, number: int) -> str:
    """As random as the server's own ids, and the same each time."""
    return f"{kind}-0{hashlib.sha256(f'{kind} {number}'.encode()).hexdigest()[:16]}"


def images(data: Path, region: str, count: int, *, like: str, first: int = 0, owners: list[str] | None = None) -> list[str]:
    """Clones the image `like` and gives the ids of the clones, which the owners have in turn. The server must not run."""
    rows = database(data, region)
    try:
        with rows:
            return clone(rows, like, range(first, first + count), owners)
    finally:
        rows.close()


def share(data: Path, region: str, targets: dict[str, list[str]]) -> None:
    """Shares images with each target: an account, or `all`. The server must not run."""
    rows = database(data, region)
    try:
        with rows:
            for target, ids in targets.items():
                rows.executemany(
                    "INSERT INTO image_shares (target, resource_id, owner) SELECT ?, id, owner FROM images WHERE id = ?",
                    ((target, image) for image in ids),
                )
    finally:
        rows.close()


def clone(rows: sqlite3.Connection, like: str, numbers: range, owners: list[str] | None = None) -> list[str]:
    [image] = found(rows, "images", "id = ?", like)
    devices = found(rows, "image_devices", "image_id = ?", like)
    tags = found(rows, "tags", "resource_id = ?", like)
    snapshots = {device["snapshot_id"]: found(rows, "snapshots", "id = ?", device["snapshot_id"]) for device in devices}
    names = {n: made_id("ami", n) for n in numbers}
    owner = {n: owners[n % len(owners)] if owners else image["owner"] for n in numbers}
    insert(rows, "images", ({**image, "id": names[n], "name": f"{image['name']}-{n:06d}", "owner": owner[n]} for n in numbers))
    insert(rows, "tags", ({**tag, "resource_id": names[n]} for n in numbers for tag in tags))
    for position, device in enumerate(devices):
        ids = {n: made_id("snap", n * len(devices) + position) for n in numbers}
        insert(rows, "image_devices", ({**device, "image_id": names[n], "snapshot_id": ids[n]} for n in numbers))
        for snapshot in snapshots[device["snapshot_id"]]:
            insert(rows, "snapshots", ({**snapshot, "id": ids[n], "owner": owner[n]} for n in numbers))
    return list(names.values())


def set_root(data: Path, region: str, snapshot: str, *, root: bytes, gib: int, data_bytes: int) -> None:
    """Makes a snapshot one of another disk, whose map stands in the Region's packs."""
    rows = database(data, region)
    try:
        with rows:
            values = (root, gib, data_bytes, snapshot)
            rows.execute("UPDATE snapshots SET root = ?, size_gib = ?, data_bytes = ? WHERE id = ?", values)
    finally:
        rows.close()


def found(rows: sqlite3.Connection, table: str, condition: str, value: str) -> list[dict]:
    return [dict(row) for row in rows.execute(f"SELECT * FROM {table} WHERE {condition}", (value,))]


def insert(rows: sqlite3.Connection, table: str, values: Iterable[dict]) -> None:
    columns = [row["name"] for row in rows.execute(f"PRAGMA table_info({table})")]
    statement = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"
    rows.executemany(statement, ([row[column] for column in columns] for row in values))
