"""Pack files as docs/formats/pack.md has them, read by somebody who has the data folder and no key.

AES-GCM is counter mode under a tag, so openssl's counter mode opens what a frame holds, the first block at counter 2.
"""

from __future__ import annotations

import hashlib
import hmac
import struct
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from ferry_server import FerryServer

HEADER, FRAME, FIRST, TAG = 76, 80, 8192, 16
BLOCK_KIND, RAW = 1, 0
OPEN = bytes(16)


@dataclass(frozen=True)
class Frame:
    kind: int
    codec: int
    offset: int
    domain: bytes
    address: bytes
    sealed: bytes = field(repr=False)
    pack_key: bytes = field(repr=False)

    def opened(self) -> bytes:
        """What the key that stands in the pack makes of the payload: in the open domain what was stored, elsewhere nothing of use."""
        counter = bytes(4) + struct.pack("<Q", self.offset) + struct.pack(">I", 2)
        command = ["openssl", "enc", "-d", "-aes-256-ctr", "-K", self.pack_key.hex(), "-iv", counter.hex()]
        return subprocess.run(command, input=self.sealed, capture_output=True, check=True).stdout


def packs(server: FerryServer, region: str) -> list[Path]:
    return sorted((server.data / "regions" / region / "packs").glob("*.pack"))


def packed_bytes(server: FerryServer, region: str) -> int:
    """What the packs of a Region take together. A collection may delete one while they are counted."""
    total = 0
    for pack in packs(server, region):
        try:
            total += pack.stat().st_size
        except FileNotFoundError:
            continue
    return total


def frames(server: FerryServer, region: str) -> list[Frame]:
    return [frame for pack in packs(server, region) for frame in _frames(pack.read_bytes())]


def _frames(pack: bytes) -> Iterator[Frame]:
    assert pack[:8] == b"FERRYPK\0"
    pack_id, key = pack[16:32], pack[32:64]
    secret = hmac.digest(pack_id, key, "sha256")
    open_key = hmac.digest(secret, b"ferry pack 1 open\x01", "sha256")
    at = FIRST
    while at + FRAME <= len(pack):
        magic, _, kind, codec, _, stored, offset, domain, address = struct.unpack_from("<8sHBBIIQ16s32s", pack, at)
        if magic != b"FERRYFR\0":
            at += 8
            continue
        assert offset == at
        sealed = pack[at + FRAME : at + FRAME + stored - TAG]
        yield Frame(kind, codec, offset, domain, address, sealed, open_key)
        at += -(-(FRAME + stored) // 8) * 8


def readable_digests(found: list[Frame]) -> set[bytes]:
    """The SHA-256 of every raw payload that opens without a KMS key."""
    return {hashlib.sha256(frame.opened()).digest() for frame in found if frame.codec == RAW}
