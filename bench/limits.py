"""What this machine can do at most, one core at a time: the limits that docs/performance.md holds each path against.

  python3 -m bench.limits             from the root of the project
"""

from __future__ import annotations

import hashlib
import http.client
import http.server
import os
import re
import shutil
import sqlite3
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

from bench.calls import BLOCK
from bench.machine import MIB, Quiet, can_drop_caches, touch
from bench.peers import install

SIZE = 1024 * MIB


def rate(action: Callable[[], int], seconds: float = 1.0) -> float:
    """Bytes per second of an action that says how many bytes it handled."""
    done, begun = 0, time.perf_counter()
    while (passed := time.perf_counter() - begun) < seconds:
        done += action()
    return done / passed


def hashing() -> float:
    block = os.urandom(BLOCK)
    return rate(lambda: hashlib.sha256(block).digest_size and BLOCK)


def memory_copy() -> float:
    source, target = bytearray(64 * MIB), bytearray(64 * MIB)

    def copy() -> int:
        target[:] = source
        return len(target)

    return rate(copy)


def sealing() -> float | None:
    """AES-256-GCM by OpenSSL's own measurement, in blocks of 16 KiB."""
    if shutil.which("openssl") is None:
        return None
    command = ["openssl", "speed", "-seconds", "1", "-bytes", "16384", "-evp", "aes-256-gcm"]
    output = subprocess.run(command, capture_output=True, text=True).stdout
    found = re.findall(r"([\d.]+)k", output)
    return float(found[-1]) * 1000 if found else None


def compression(sample: Path, command: str, level: str) -> tuple[float, float, float] | None:
    """Bytes per second in and out, and the ratio, of a level by the tool's own benchmark in blocks of 512 KiB."""
    if shutil.which(command) is None:
        return None
    number = level.lstrip("-").replace("fast=", "")
    flags = [f"--fast={number}", "-b"] if "fast" in level else [f"-b{number}"]
    block = ["-B512KB"] if command == "zstd" else ["-B5"]
    result = subprocess.run([command, *flags, "-i2", *block, sample], capture_output=True, text=True)
    text = (result.stdout + result.stderr).replace("\r", "\n")
    found = re.findall(r"\(x?([\d.]+)\)\s*,?\s*([\d.]+) MB/s\s*,?\s*([\d.]+) MB/s", text)
    if not found:
        return None
    ratio, packed, unpacked = (float(value) for value in found[-1])
    return packed * 1e6, unpacked * 1e6, ratio


def disk(folder: Path) -> tuple[float, float]:
    """Write with one sync at the end, and a cold read: bytes per second."""
    file = folder / "limit.bin"
    block = os.urandom(4 * MIB)
    quiet = Quiet(2 * SIZE)

    def write() -> None:
        with file.open("wb", buffering=0) as target:
            for _ in range(SIZE // len(block)):
                target.write(block)
            os.fsync(target.fileno())

    written, _ = quiet.timed(write)
    into = bytearray(4 * MIB)

    def read() -> None:
        with file.open("rb", buffering=0) as source:
            while source.readinto(into):
                pass

    taken, _ = quiet.timed(read)
    file.unlink()
    return SIZE / written, SIZE / taken


def syncs(folder: Path) -> float:
    """fdatasync of 4 KiB appended, a second."""
    with (folder / "sync.bin").open("wb", buffering=0) as file:

        def once() -> int:
            file.write(bytes(4096))
            os.fdatasync(file.fileno())
            return 1

        return rate(once)


def commits(folder: Path) -> float:
    """SQLite transactions of one row a second, in WAL mode, each synced."""
    rows = sqlite3.connect(folder / "commits.sqlite", isolation_level=None)
    rows.execute("PRAGMA journal_mode = WAL")
    rows.execute("PRAGMA synchronous = FULL")
    rows.execute("CREATE TABLE rows (id INTEGER PRIMARY KEY, value TEXT)")
    found = rate(lambda: rows.execute("INSERT INTO rows (value) VALUES ('value')").rowcount)
    rows.close()
    return found


def loopback() -> float:
    """Bytes per second of bodies of 512 KiB over one TCP connection on the loopback interface, both ends on this machine."""
    body = bytes(BLOCK)

    class Answer(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *arguments: object) -> None: ...

    server = http.server.HTTPServer(("127.0.0.1", 0), Answer)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    connection = http.client.HTTPConnection("127.0.0.1", server.server_port)

    def get() -> int:
        connection.request("GET", "/")
        return len(connection.getresponse().read())

    try:
        return rate(get)
    finally:
        connection.close()
        server.shutdown()
        server.server_close()


def sample(folder: Path) -> Path:
    """64 MiB of what lies in /usr/lib: programs and data, as on a disk."""
    file = folder / "sample.bin"
    with file.open("wb") as target:
        for source in sorted(Path("/usr/lib").rglob("*.so*")):
            if source.is_file() and not source.is_symlink():
                target.write(source.read_bytes()[: 4 * MIB])
            if target.tell() >= 64 * MIB:
                break
    return file


def main() -> None:
    install({"zstd": "zstd", "lz4": "lz4", "openssl": "openssl"})
    found: list[tuple[str, float | None, str]] = []
    with tempfile.TemporaryDirectory(prefix="ferry-limits-") as place:
        folder = Path(place)
        found += [("SHA-256", hashing(), "B/s"), ("AES-256-GCM", sealing(), "B/s"), ("memory copy", memory_copy(), "B/s")]
        data = sample(folder)
        levels = [("zstd", level) for level in ("--fast=5", "--fast=1", "-1", "-3", "-9")] + [("lz4", "-1")]
        for command, level in levels:
            measured = compression(data, command, level)
            packed, unpacked, ratio = measured or (None, None, None)
            found += [(f"{command} {level}, in (ratio {ratio})", packed, "B/s"), (f"{command} {level}, out", unpacked, "B/s")]
        write, read = disk(folder)
        found += [("write and sync", write, "B/s"), (f"read, {'cold' if can_drop_caches() else 'warm'}", read, "B/s")]
        found += [("fdatasync of 4 KiB", syncs(folder), "/s"), ("SQLite commits of one row", commits(folder), "/s")]
        found += [("HTTP over loopback, Python at both ends", loopback(), "B/s")]
        touched = time.perf_counter()
        touch(SIZE)
        found += [("first touch of memory", SIZE / (time.perf_counter() - touched), "B/s")]
    for name, value, unit in found:
        shown = "missing" if value is None else f"{value / 1e6:10,.0f} MB/s" if unit == "B/s" else f"{value:10,.0f} a second"
        print(f"{name:44}{shown}")


if __name__ == "__main__":
    main()
