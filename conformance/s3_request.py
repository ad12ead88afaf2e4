"""Requests of S3 signed by botocore and sent byte by byte: bodies in chunks, and what no client library would send."""

from __future__ import annotations

import base64
import hashlib
import hmac
import urllib.parse
import zlib
from dataclasses import dataclass, field

import botocore.auth
from botocore.awsrequest import AWSRequest
from ferry_server import HOME, FerryServer
from patience import HANG
from signed_request import Answer, _Keys, clock_set_to, exchange

UNSIGNED = "UNSIGNED-PAYLOAD"
UNSIGNED_TRAILER = "STREAMING-UNSIGNED-PAYLOAD-TRAILER"
SIGNED = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"
SIGNED_TRAILER = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER"
MODES = (UNSIGNED_TRAILER, SIGNED, SIGNED_TRAILER)
EMPTY = hashlib.sha256(b"").hexdigest()


class _Signer(botocore.auth.S3SigV4Auth):
    """S3's way of signing, with what is to stand for the body given."""

    def __init__(self, *arguments, payload: str) -> None:
        super().__init__(*arguments)
        self._payload = payload

    def payload(self, request):
        return self._payload


@dataclass
class S3Request:
    """A request as it goes over the wire; the path percent-encoded."""

    method: str
    path: str
    query: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def target(self) -> str:
        return self.path + (f"?{self.query}" if self.query else "")

    def signed(self, server: FerryServer, region: str = HOME, *, payload: str | None = None, when=None) -> S3Request:
        """Signs with headers. `payload` is what stands for the body; by default its SHA-256."""
        self._sign(server, region, payload or hashlib.sha256(self.body).hexdigest(), when)
        return self

    def presigned(self, server: FerryServer, region: str = HOME, *, expires: int = 60, when=None) -> S3Request:
        """Signs with the query."""
        carrier = AWSRequest(method=self.method, url=server.endpoint + self.target, headers=dict(self.headers))
        with clock_set_to(when):
            botocore.auth.S3SigV4QueryAuth(_Keys(server.credentials), "s3", region, expires=expires).add_auth(carrier)
        self.headers = dict(carrier.headers.items())
        self.query = urllib.parse.urlsplit(carrier.url).query
        return self

    def chunked(self, server: FerryServer, mode: str, chunks: list[bytes], trailer: dict[str, str] | None = None, *, spoil: str = "") -> S3Request:
        """The same with an aws-chunked body. `spoil` names what is wrong with it: `chunk`, `last chunk`, `trailer`, `trailer signature`,
        `length` or `end`."""
        self.headers |= {
            "Content-Encoding": "aws-chunked",
            "X-Amz-Decoded-Content-Length": str(sum(map(len, chunks)) + (1 if spoil == "length" else 0)),
        }
        if trailer:
            self.headers["X-Amz-Trailer"] = ",".join(trailer)
        chain = self._sign(server, HOME, mode, None)
        body = b""
        for index, data in enumerate([*chunks, b""]):
            signature = chain.of_chunk(data)
            if spoil == ("last chunk" if not data else "chunk") and (not data or index == len(chunks) - 1):
                signature = flipped(signature)
            extension = f";chunk-signature={signature}" if mode != UNSIGNED_TRAILER else ""
            body += f"{len(data):x}{extension}\r\n".encode() + data + (b"\r\n" if data else b"")
        if mode != SIGNED:
            lines = "".join(f"{name}:{value}\n" for name, value in (trailer or {}).items())
            signature = chain.of_trailer(lines)
            if spoil == "trailer":
                lines = lines.replace(":", ":AA", 1)
            body += lines.replace("\n", "\r\n").encode()
            if mode == SIGNED_TRAILER:
                body += f"x-amz-trailer-signature:{flipped(signature) if spoil == 'trailer signature' else signature}\r\n".encode()
        self.body = body if spoil == "end" else body + b"\r\n"
        return self

    def _sign(self, server: FerryServer, region: str, payload: str, when) -> Chain:
        carrier = AWSRequest(method=self.method, url=server.endpoint + self.target, headers=dict(self.headers))
        signer = _Signer(_Keys(server.credentials), "s3", region, payload=payload)
        with clock_set_to(when):
            signer.add_auth(carrier)
        self.headers = dict(carrier.headers.items())
        return Chain(signer, carrier, self.headers["Authorization"].rpartition("Signature=")[2])

    def send(self, server: FerryServer, timeout: float = HANG) -> Answer:
        return exchange(server, self.method, self.target, self.headers, self.body, timeout)


class Chain:
    """The signatures of chunks, each over the one before it (S3 API reference, "Signature calculations: transferring payload in chunks")."""

    def __init__(self, signer: _Signer, request: AWSRequest, seed: str) -> None:
        self._signer, self._request, self._last = signer, request, seed

    def of_chunk(self, data: bytes) -> str:
        return self._next("AWS4-HMAC-SHA256-PAYLOAD", EMPTY, hashlib.sha256(data).hexdigest())

    def of_trailer(self, lines: str) -> str:
        return self._next("AWS4-HMAC-SHA256-TRAILER", hashlib.sha256(lines.encode()).hexdigest())

    def _next(self, kind: str, *hashes: str) -> str:
        stamp, scope = self._request.context["timestamp"], self._signer.credential_scope(self._request)
        self._last = self._signer.signature("\n".join([kind, stamp, scope, self._last, *hashes]), self._request)
        return self._last


def flipped(signature: str) -> str:
    """Another signature of the same form."""
    return ("0" if signature[0] != "0" else "1") + signature[1:]


def crc32(data: bytes) -> str:
    return base64.b64encode(zlib.crc32(data).to_bytes(4, "big")).decode()


def _reflected(data: bytes, polynomial: int, bits: int) -> str:
    table, ones = [], (1 << bits) - 1
    for byte in range(256):
        for _ in range(8):
            byte = (byte >> 1) ^ (polynomial if byte & 1 else 0)
        table.append(byte)
    value = ones
    for byte in data:
        value = (value >> 8) ^ table[(value ^ byte) & 255]
    return base64.b64encode((value ^ ones).to_bytes(bits // 8, "big")).decode()


def crc32c(data: bytes) -> str:
    return _reflected(data, 0x82F63B78, 32)


def crc64nvme(data: bytes) -> str:
    return _reflected(data, 0x9A6C9329AC4BC9B5, 64)


def sha1(data: bytes) -> str:
    return base64.b64encode(hashlib.sha1(data).digest()).decode()


def sha256(data: bytes) -> str:
    return base64.b64encode(hashlib.sha256(data).digest()).decode()


CHECKSUMS = {"CRC32": crc32, "CRC32C": crc32c, "CRC64NVME": crc64nvme, "SHA1": sha1, "SHA256": sha256}


def presigned_v2(server: FerryServer, method: str, path: str, expires: int, *, headers: str = "") -> str:
    """The query of a link in Signature Version 2; `headers` are the canonical lines of those that it covers."""
    text = f"{method}\n\n\n{expires}\n{headers}{path}"
    digest = hmac.new(server.credentials.secret_key.encode(), text.encode(), hashlib.sha1).digest()
    query = {"AWSAccessKeyId": server.credentials.access_key, "Expires": str(expires), "Signature": base64.b64encode(digest).decode()}
    return urllib.parse.urlencode(query)
