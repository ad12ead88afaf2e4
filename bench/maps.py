"""Writes a pack that holds the block map of a large disk, as docs/formats says: real frames of blocks, pages and a root.

A disk of 1 TiB has 2,048 pages. Its blocks are a few that repeat, in an order that differs from page to page: so no page equals
another, each page's blocks are there, and the whole takes 68 MB instead of a tebibyte. `ferry rebuild-index` indexes the pack and
`ferry scrub` has nothing to say against it.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import hashlib
import hmac
import random
import struct
import time
from dataclasses import dataclass
from pathlib import Path

from bench.calls import BLOCK

BLOCKS_PER_PAGE = 1024
FIRST_FRAME = 8192
KIND_BLOCK, KIND_PAGE, KIND_ROOT = 1, 2, 3
DISTINCT_BLOCKS = 16


@dataclass
class Disk:
    root: bytes
    gib: int
    data_bytes: int


def write(packs: Path, gib: int) -> Disk:
    """A full disk of that size, in a pack of its own in the folder."""
    generator = random.Random(gib)
    pack = Pack(packs, generator.randbytes(16), generator.randbytes(32))
    digests = [pack.append(KIND_BLOCK, generator.randbytes(BLOCK)) for _ in range(DISTINCT_BLOCKS)]
    pages = []
    for number in range(gib * 2**30 // BLOCK // BLOCKS_PER_PAGE):
        slots = b"".join(generator.choices(digests, k=BLOCKS_PER_PAGE))
        digest = pack.append(KIND_PAGE, b"FERRYMP\x01" + b"\xff" * (BLOCKS_PER_PAGE // 8) + slots)
        pages.append(struct.pack("<IH", number, BLOCKS_PER_PAGE) + digest)
    root = pack.append(KIND_ROOT, b"FERRYMR\x01" + struct.pack("<QI", gib * 2**30, len(pages)) + b"".join(pages))
    pack.close()
    return Disk(root, gib, len(pages) * BLOCKS_PER_PAGE * BLOCK)


class Pack:
    def __init__(self, folder: Path, identity: bytes, key: bytes) -> None:
        header = b"FERRYPK\x00" + struct.pack("<HHI", 1, 0, FIRST_FRAME) + identity + key + struct.pack("<Q", int(time.time() * 1000))
        header += struct.pack("<I", crc32c(header))
        self.file = (folder / f"{identity.hex()}.pack").open("wb")
        for place in (0, 4096):
            self.file.seek(place)
            self.file.write(header)
        self.place = FIRST_FRAME
        # HKDF-SHA256 for one block of output.
        self.key = hmac.digest(hmac.digest(identity, key, "sha256"), b"ferry pack 1 open\x01", "sha256")

    def append(self, kind: int, plain: bytes) -> bytes:
        """Writes a frame, uncompressed, and gives its address."""
        address = hashlib.sha256(plain).digest()
        header = b"FERRYFR\x00" + struct.pack("<HBBIIQ", 1, kind, 0, len(plain), len(plain) + 16, self.place) + bytes(16) + address
        header += struct.pack("<I", crc32c(header))
        nonce = bytes(4) + struct.pack("<Q", self.place)
        self.file.seek(self.place)
        self.file.write(header + sealed(self.key, nonce, header, plain))
        self.place = (self.file.tell() + 7) // 8 * 8
        return address

    def close(self) -> None:
        self.file.truncate(self.place)
        self.file.close()


def sealed(key: bytes, nonce: bytes, header: bytes, plain: bytes) -> bytes:
    """AES-256-GCM by OpenSSL's library, which Python itself needs: ciphertext and tag."""
    crypto = openssl()
    context = ctypes.c_void_p(crypto.EVP_CIPHER_CTX_new())
    length, output, tag = ctypes.c_int(), ctypes.create_string_buffer(len(plain)), ctypes.create_string_buffer(16)
    steps = [
        crypto.EVP_EncryptInit_ex(context, ctypes.c_void_p(crypto.EVP_aes_256_gcm()), None, key, nonce),
        crypto.EVP_EncryptUpdate(context, None, ctypes.byref(length), header, len(header)),
        crypto.EVP_EncryptUpdate(context, output, ctypes.byref(length), plain, len(plain)),
        crypto.EVP_EncryptFinal_ex(context, None, ctypes.byref(length)),
        crypto.EVP_CIPHER_CTX_ctrl(context, 16, 16, tag),
    ]
    crypto.EVP_CIPHER_CTX_free(context)
    if steps != [1] * len(steps):
        raise RuntimeError("OpenSSL could not seal a frame")
    return output.raw + tag.raw


def openssl() -> ctypes.CDLL:
    crypto = ctypes.CDLL(ctypes.util.find_library("crypto"))
    crypto.EVP_CIPHER_CTX_new.restype = ctypes.c_void_p
    crypto.EVP_aes_256_gcm.restype = ctypes.c_void_p
    return crypto


def crc32c(data: bytes) -> int:
    value = 0xFFFFFFFF
    for byte in data:
        value = (value >> 8) ^ CRC_TABLE[(value ^ byte) & 0xFF]
    return value ^ 0xFFFFFFFF


def crc_entry(byte: int) -> int:
    for _ in range(8):
        byte = (byte >> 1) ^ (0x82F63B78 if byte & 1 else 0)
    return byte


CRC_TABLE = [crc_entry(byte) for byte in range(256)]
