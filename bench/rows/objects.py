"""Objects: one that is put and read, beside moto's server and cp; a list of many keys; a bundle made and opened, beside tar, gzip and openssl."""

from __future__ import annotations

import hashlib
import shutil
import sqlite3
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from bench import emulator
from bench.calls import Connection
from bench.context import Bench
from bench.report import MIB, Row
from bench.server import BINARY, HOME, Server, environment

KEYS_PER_PAGE = 1000
COPY_BUFFER = 1 << 20


def rows(bench: Bench) -> list[Row]:
    place = bench.folder / "objects"
    place.mkdir()
    size = (256 if bench.quick else 1024) * MIB
    content = place / "content"
    with bench.disk.open("rb") as disk, content.open("wb") as file:
        file.write(disk.read(size))
    try:
        return [*transfers(bench, place, content), listing(bench, place), *bundles(bench, place)]
    finally:
        shutil.rmtree(place)


def transfers(bench: Bench, place: Path, content: Path) -> list[Row]:
    mib = content.stat().st_size // MIB
    put, read = Row(f"PutObject, {mib} MiB"), Row(f"GetObject, {mib} MiB")
    again = Row(f"PutObject of the same, {mib} MiB", note="nothing of it is stored again")
    theirs: dict[str, list[float]] = {"put": [], "get": [], "cp": []}
    with Server(place) as server, emulator.server("objects", "0", HOME) as peer:
        calls = server.connection()
        calls.s3("PUT", "/depot", HOME).read()
        for number in range(bench.rounds):
            put.samples.append(upload(calls, f"/depot/{number}", with_number(content, number)))
            read.samples.append(download(calls, f"/depot/{number}"))
            again.samples.append(upload(calls, f"/depot/{number}-again", content))
            if peer is not None:
                theirs["put"].append(upload(peer, "/depot/one", content))
                theirs["get"].append(download(peer, "/depot/one"))
            theirs["cp"].append(seconds(lambda: subprocess.run(["cp", content, place / "copy"], check=True) and sync(place / "copy")))
        for row in (put, read, again):
            row.used(server.peak_memory())
    put.beside("moto's server, in memory", theirs["put"])
    put.beside("cp and sync", theirs["cp"])
    read.beside("moto's server, from memory", theirs["get"])
    again.beside("cp and sync", theirs["cp"])
    return [put, read, again]


def with_number(content: Path, number: int) -> Path:
    """Makes each round's content another one, block by block."""
    with content.open("r+b") as file:
        for place in range(0, content.stat().st_size, 512 * 1024):
            file.seek(place)
            file.write(number.to_bytes(8, "little"))
    return content


def upload(calls: Connection, path: str, content: Path) -> float:
    with content.open("rb") as file:
        return seconds(lambda: calls.s3("PUT", path, HOME, file).read())


def download(calls: Connection, path: str) -> float:
    def drain() -> None:
        answer = calls.s3("GET", path, HOME)
        while answer.read(COPY_BUFFER):
            pass

    return seconds(drain)


def listing(bench: Bench, place: Path) -> Row:
    count = 10_000 if bench.quick else 100_000
    row = Row(f"ListObjectsV2 of {count:,} keys", note=f"in pages of {KEYS_PER_PAGE}")
    with Server(place) as server:
        calls = server.connection()
        calls.s3("PUT", "/many", HOME).read()
        calls.s3("PUT", "/many/like", HOME, b"x").read()
    clone_object(server.data, count)
    with Server(place) as server:
        calls = server.connection()
        for _ in range(bench.rounds):
            row.samples.append(seconds(lambda: listed(calls, count + 1)))
        row.used(server.peak_memory())
    with emulator.server("objects", str(count), HOME) as peer:
        theirs = [] if peer is None else [seconds(lambda: listed(peer, count)) for _ in range(bench.rounds)]
    row.beside("moto's server", theirs)
    return row


def clone_object(data: Path, count: int) -> None:
    """Through the API 100,000 objects take minutes, so rows are written into SQLite: clones of one that the API made."""
    rows = sqlite3.connect(data / "regions" / HOME / "region.sqlite")
    with rows:
        rows.row_factory = sqlite3.Row
        [like] = rows.execute("SELECT * FROM objects WHERE bucket = 'many'").fetchall()
        [segment] = rows.execute("SELECT * FROM segments WHERE object = ?", (like["number"],)).fetchall()
        for number in range(count):
            key = f"folder-{number // 1000:03d}/{number:06d}".encode()
            insert(rows, "objects", {**dict(like), "number": like["number"] + 1 + number, "key": key})
            insert(rows, "segments", {**dict(segment), "object": like["number"] + 1 + number})
    rows.close()


def insert(rows: sqlite3.Connection, table: str, values: dict) -> None:
    marks = ", ".join("?" for _ in values)
    rows.execute(f"INSERT INTO {table} ({', '.join(values)}) VALUES ({marks})", list(values.values()))


def listed(calls: Connection, expected: int) -> None:
    """Walks all pages by `start-after`."""
    found, last = 0, b""
    while True:
        after = "" if not last else "&start-after=" + "".join(f"%{byte:02X}" if byte == 0x2F else chr(byte) for byte in last)
        answer = calls.s3("GET", "/many", HOME, query=f"list-type=2{after}").read()
        keys = answer.split(b"<Key>")[1:]
        found += len(keys)
        if b"<IsTruncated>true" not in answer:
            break
        last = keys[-1].split(b"</Key>")[0]
    if found != expected:
        raise RuntimeError(f"bench: {found} keys were listed in place of {expected}")


def bundles(bench: Bench, place: Path) -> list[Row]:
    made, opened = Row("ferry bundle"), Row("ferry unbundle")
    certificate, key = place / "certificate.pem", place / "key.pem"
    request = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=bench", "-keyout", key, "-out", certificate]
    subprocess.run(request, check=True, capture_output=True)
    theirs: dict[str, list[float]] = {"bundle": [], "unbundle": []}
    for number in range(bench.rounds):
        folder = place / f"bundle-{number}"
        folder.mkdir()
        options = ["--cert", certificate, "--key", key, "--ec2-cert", certificate, "--to", folder, "--account", "123456789012"]
        options += ["--prefix", "disk", "--quiet"]
        made.samples.append(seconds(lambda: run([BINARY, "bundle", bench.disk, *options])))
        [manifest] = folder.glob("*.manifest.xml")
        disk = place / "unbundled"
        opened.samples.append(seconds(lambda: run([BINARY, "unbundle", manifest, "--key", key, "--to", disk, "--quiet"])))
        if digest(disk) != digest(bench.disk):
            raise RuntimeError("bench: what was unbundled is not what was bundled")
        disk.unlink()
        shutil.rmtree(folder)
        secret = f"-K {'0' * 31}1 -iv {'0' * 31}2"
        archive = place / "archive"
        tar = f"tar --create --sparse -C {bench.disk.parent} {bench.disk.name}"
        line = f"{tar} | tee >(sha1sum >&2) | gzip -6 | openssl enc -e -aes-128-cbc {secret} > {archive}"
        theirs["bundle"].append(seconds(lambda: shell(line)))
        line = f"openssl enc -d -aes-128-cbc {secret} < {archive} | gzip -d | tee >(sha1sum >&2) | tar -xf - -C {place}"
        theirs["unbundle"].append(seconds(lambda: shell(line)))
        archive.unlink()
        (place / bench.disk.name).unlink()
    made.beside("tar, gzip -6, openssl and sha1sum", theirs["bundle"])
    opened.beside("openssl, gzip, sha1sum and tar", theirs["unbundle"])
    return [made, opened]


def shell(line: str) -> None:
    subprocess.run(["bash", "-o", "pipefail", "-c", line], check=True, capture_output=True)


def run(command: list) -> None:
    subprocess.run(command, check=True, capture_output=True, env=environment())


def digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sync(path: Path) -> None:
    subprocess.run(["sync", path], check=True)


def seconds(action: Callable[[], object]) -> float:
    begun = time.perf_counter()
    action()
    return time.perf_counter() - begun
