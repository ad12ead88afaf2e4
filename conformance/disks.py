"""Disks as the suite makes them: a size and the blocks that hold data, the same bytes from the same seed."""

from __future__ import annotations

import base64
import hashlib
import random
from dataclasses import dataclass, field

BLOCK = 524_288
BLOCKS_PER_GIB = 2048
ZEROS = bytes(BLOCK)


def noise(seed: str, index: int) -> bytes:
    """A block that compresses to nothing less."""
    return random.Random(f"{seed}/{index}").randbytes(BLOCK)


def text(seed: str, index: int) -> bytes:
    """A block that compresses well: quick to make, cheap to store, different for each seed and index."""
    line = f"{seed}/{index}/{hashlib.sha256(f'{seed}/{index}'.encode()).hexdigest()}\n".encode()
    return (line * (BLOCK // len(line) + 1))[:BLOCK]


def checksum(data: bytes) -> str:
    return base64.b64encode(hashlib.sha256(data).digest()).decode()


def linear_checksum(blocks: dict[int, bytes]) -> str:
    """SHA-256 over the binary block digests in index order."""
    digests = b"".join(hashlib.sha256(blocks[index]).digest() for index in sorted(blocks))
    return base64.b64encode(hashlib.sha256(digests).digest()).decode()


@dataclass(frozen=True)
class Disk:
    """`size` in GiB; only blocks that hold data have an entry."""

    size: int
    blocks: dict[int, bytes] = field(repr=False)

    @classmethod
    def made(cls, seed: str, count: int, size: int = 1, spread: int | None = None, fill=text) -> Disk:
        """`count` blocks, the first `count` indexes or, with `spread`, scattered over the first `spread` indexes."""
        indexes = range(count) if spread is None else sorted(random.Random(seed).sample(range(spread), count))
        return cls(size, {index: fill(seed, index) for index in indexes})

    def changed(self, seed: str, indexes: list[int]) -> Disk:
        """The same disk after the blocks at `indexes` have been written anew."""
        return Disk(self.size, {**self.blocks, **{index: text(seed, index) for index in indexes}})

    @property
    def data_bytes(self) -> int:
        return len(self.blocks) * BLOCK

    def digests(self) -> dict[int, str]:
        return {index: checksum(data) for index, data in self.blocks.items()}
