"""A thousand clients that send, or read, a byte a second, on every kind of request: they are gone in bounded time, leave nothing, and keep
nobody from working."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
import os
import re
import resource
import selectors
import socket
import threading
import urllib.parse
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from buckets import BLOCK, content, keys, make_bucket, read
from ferry_server import HOME, FerryServer
from patience import HANG
from s3_request import SIGNED, UNSIGNED, UNSIGNED_TRAILER, S3Request
from signed_request import FORM, IAM_VERSION, Request, ec2_call, ec2_request, form, json_request, kms_request, sts_request

CLIENTS = 1000
LONG = b" " * 4096
"""What makes a body too long to have come by a byte a second."""


@dataclass
class Client:
    kind: str
    # What is sent at once, and what by the byte.
    first: bytes
    rest: bytes
    # Whether it is the answer that goes by the byte.
    reads_slowly: bool = False
    answer: bytes = b""


@dataclass
class Kinds:
    """The requests of every service, each cut where its bytes begin to trickle."""

    server: FerryServer
    bucket: str
    upload: str
    snapshot: str
    all: list[tuple[str, bytes, bytes, bool]] = field(default_factory=list)

    def add(self, kind: str, request: Request | S3Request, *, reads_slowly: bool = False, declared: bool = True, **more: str) -> None:
        host = urllib.parse.urlsplit(self.server.endpoint).netloc
        headers = {"Host": host, **request.headers, **more}
        if declared and "Content-Length" not in headers:
            headers["Content-Length"] = str(len(request.body))
        lines = [f"{request.method} {request.target} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items()), "", ""]
        head = "\r\n".join(lines).encode()
        self.all.append((kind, head, request.body, reads_slowly))

    def s3(self, method: str, path: str, query: str = "", body: bytes = b"", **headers: str) -> S3Request:
        return S3Request(method, f"/{self.bucket}{path}", query, dict(headers), body)

    def fill(self) -> Kinds:
        server = self.server
        # Heads, of which nobody can know who sends them.
        whole = ec2_request("DescribeRegions").signed(server)
        head = f"POST / HTTP/1.1\r\nAuthorization: {whole.headers['Authorization']}\r\n".encode()
        self.all.append(("nothing", b"", b"", False))
        self.all.append(("a request line", b"", b"POST / HTTP/1.1\r\n" + head, False))
        self.all.append(("a head", head, b"X-More: " + LONG, False))
        # Forms and documents, which are read whole.
        self.add("EC2", ec2_request("DescribeImages", {"Filter.1.Name": LONG.decode()}).signed(server))
        self.add("KMS", kms_request("Encrypt", {"KeyId": "alias/x", "Plaintext": base64.b64encode(LONG).decode()}).signed(server, "kms"))
        self.add("STS", _padded(sts_request()).signed(server, "sts"))
        iam = form({"Action": "GetUser", "Version": IAM_VERSION, "UserName": LONG.decode()})
        self.add("IAM", Request(headers={"Content-Type": FORM}, body=iam).signed(server, "iam", "us-east-1"))
        # Nobody signs the next two: their bodies tell who sends them.
        token = form({"Action": "AssumeRoleWithWebIdentity", "Version": "2011-06-15", "WebIdentityToken": LONG.decode()})
        self.add("STS, by a token", Request(headers={"Content-Type": FORM}, body=token))
        self.add("the console", Request("POST", "/_ferry/console/sign-in", "", {"Content-Type": FORM}, form({"user": LONG.decode()})))
        for name, service, target in (
            ("Organizations", "organizations", "AWSOrganizationsV20161128.ListRoots"),
            ("Service Quotas", "servicequotas", "ServiceQuotasV20190624.ListServices"), ("Ferry", "ferry", "Ferry.DescribeThrottling"),
        ):
            request = json_request(target, {})
            request.body += LONG
            self.add(name, request.signed(server, service))
        self.add("the Recycle Bin", Request("POST", "/rules", "", {"Content-Type": "application/json"}, b"{}" + LONG).signed(server, "rbin"))
        self.add("EBS, a start", Request("POST", "/snapshots", "", {"Content-Type": "application/json"}, b'{"VolumeSize": 1}' + LONG).signed(server, "ebs"))
        block = content("trickling", BLOCK)
        digest = base64.b64encode(hashlib.sha256(block).digest()).decode()
        told = {"x-amz-Checksum": digest, "x-amz-Checksum-Algorithm": "SHA256", "x-amz-Data-Length": str(len(block))}
        self.add("EBS, a block", Request("PUT", f"/snapshots/{self.snapshot}/blocks/0", "", told, block).signed(server, "ebs"))
        unsigned = kms_request("ListKeys", {"Marker": LONG.decode()}).signed(server, "kms")
        unsigned.headers["Authorization"] = unsigned.headers["Authorization"][:-4] + "0000"
        self.add("a wrong signature", unsigned)
        # Bodies of S3.
        data = content("trickling", 1 << 20)
        self.add("S3, a put", self.s3("PUT", "/slow", body=data).signed(server))
        self.add("S3, an unsigned body", self.s3("PUT", "/slow", body=data).signed(server, payload=UNSIGNED))
        self.add("S3, a link", self.s3("PUT", "/slow", body=data).presigned(server))
        self.add("S3, signed chunks", self.s3("PUT", "/slow").chunked(server, SIGNED, [data]))
        trailed = self.s3("PUT", "/slow").chunked(server, UNSIGNED_TRAILER, [data], {"x-amz-checksum-crc32": "AAAAAA=="})
        self.add("S3, chunks with a trailer", trailed)
        self.add("S3, chunks of HTTP", self.s3("PUT", "/slow").chunked(server, SIGNED, [data]), declared=False, **{"Transfer-Encoding": "chunked"})
        self.add("S3, a part", self.s3("PUT", "/parts", f"partNumber=1&uploadId={self.upload}", data).signed(server))
        completion = b"<CompleteMultipartUpload>" + LONG + b"</CompleteMultipartUpload>"
        self.add("S3, a completion", self.s3("POST", "/parts", f"uploadId={self.upload}", completion).signed(server))
        self.add("S3, a deletion of many", self.s3("POST", "", "delete", b"<Delete>" + LONG + b"</Delete>").signed(server))
        self.add("S3, a policy", self.s3("PUT", "", "policy", LONG).signed(server))
        self.add("S3, tags", self.s3("PUT", "/large", "tagging", b"<Tagging>" + LONG + b"</Tagging>").signed(server))
        self.add("S3, an answer to nobody", self.s3("GET", "/open/large"), reads_slowly=True)
        self.add("S3, an answer", self.s3("GET", "/large").signed(server), reads_slowly=True)
        self.add("S3, a range", self.s3("GET", "/large", Range="bytes=1000-30000000").signed(server), reads_slowly=True)
        return self

    def clients(self, count: int) -> list[Client]:
        return [Client(*self.all[number % len(self.all)]) for number in range(count)]


def _padded(request: Request) -> Request:
    request.body += b"&Padding=" + LONG.replace(b" ", b"x")
    return request


class Trickle:
    """Sends a byte of each client a second, until the server has left them all."""

    def __init__(self, server: FerryServer, clients: list[Client]) -> None:
        self._server, self.clients = server, clients
        self._selector = selectors.DefaultSelector()
        self._pace = threading.Event()
        self.has_ended = False

    def run(self) -> None:
        before = self._places()
        with contextlib.ExitStack() as stack:
            stack.enter_context(self._selector)
            for client in self.clients:
                stack.enter_context(self._open(client))
            # Who reads a byte a second does not see for hours that the server has gone.
            while self._selector.get_map() and self._places() > before:
                for key in list(self._selector.get_map().values()):
                    self._tick(key.fileobj, key.data)
                self._pace.wait(1)
        self.has_ended = True

    def _places(self) -> int:
        """The sockets that the server has open."""
        count = 0
        for file in Path(f"/proc/{self._server.pid}/fd").iterdir():
            with contextlib.suppress(FileNotFoundError):
                count += os.readlink(file).startswith("socket:")
        return count

    def _open(self, client: Client) -> socket.socket:
        address = urllib.parse.urlsplit(self._server.endpoint)
        connection = socket.socket()
        # Little is on its way to who reads slowly.
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.settimeout(HANG)
        connection.connect((address.hostname, address.port))
        connection.setblocking(False)
        with contextlib.suppress(ConnectionError, BlockingIOError):
            connection.send(client.first)
        self._selector.register(connection, selectors.EVENT_READ, client)
        return connection

    def _tick(self, connection: socket.socket, client: Client) -> None:
        try:
            if client.rest:
                connection.send(client.rest[:1])
                client.rest = client.rest[1:]
            piece = connection.recv(1 if client.reads_slowly else 65536)
            client.answer += piece
            if piece:
                return
        except BlockingIOError:
            return
        except ConnectionError:
            # What came before the end can still be read.
            with contextlib.suppress(OSError):
                client.answer += connection.recv(65536)
        self._selector.unregister(connection)


@pytest.fixture
def many_files():
    """As many sockets as a thousand clients take."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(hard, 4 * CLIENTS)), hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_a_thousand_clients_of_a_byte_a_second(start_server, many_files):
    limits = ("--head-timeout", "3", "--stall-timeout", "3", "--max-connections", str(2 * CLIENTS))
    # A thousand connections in the middle of something, most of them with a piece of a body or of an answer in memory.
    server = start_server(arguments=limits, memory_limit=400 << 20)
    bucket = make_bucket(server)
    large = content("large", 32 << 20)
    for key in ("large", "open/large"):
        server.s3().put_object(Bucket=bucket, Key=key, Body=large)
    opened = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{bucket}/open/*"}
    server.s3().delete_public_access_block(Bucket=bucket)
    server.s3().put_bucket_policy(Bucket=bucket, Policy=json.dumps({"Version": "2012-10-17", "Statement": [opened]}))
    upload = server.s3().create_multipart_upload(Bucket=bucket, Key="parts")["UploadId"]
    snapshot = server.ebs(HOME).start_snapshot(VolumeSize=1)["SnapshotId"]
    kinds = Kinds(server, bucket, upload, snapshot).fill()
    trickle = Trickle(server, kinds.clients(CLIENTS))
    slow = threading.Thread(target=trickle.run, daemon=True)
    slow.start()
    worked = 0
    while slow.is_alive():
        assert ec2_call(server, "DescribeRegions").status == 200
        data = content(f"small {worked}", 10_000)
        server.s3().put_object(Bucket=bucket, Key="small", Body=data)
        assert read(server, bucket, "small") == data
        worked += 1
    assert worked and trickle.has_ended
    answers = {kind: Counter() for kind, *_ in kinds.all}
    for client in trickle.clients:
        status = re.match(rb"(?:HTTP/1\.1 100 Continue\r\n\r\n)?HTTP/1\.1 (\d{3})", client.answer)
        answers[client.kind][status[1].decode() if status else "none"] += 1
    for kind, head, _, reads_slowly in kinds.all:
        # A head that does not come has no answer, and the answer to a body that does not come may be lost on a connection that ends:
        # test_slow_clients.py tells of each service by itself.
        told = {"200", "206"} if reads_slowly else {"400" if kind.startswith("S3") else "408"} if head.endswith(b"\r\n\r\n") else set()
        assert set(answers[kind]) <= {*told, "none"}, answers
    # Each was cut while it was sending, by the limits that the server was given, and not when it had come to its end.
    assert all(client.rest for client in trickle.clients if not client.reads_slowly and client.kind != "nothing")
    assert keys(server, bucket) == ["large", "open/large", "small"]
    assert "Parts" not in server.s3().list_parts(Bucket=bucket, Key="parts", UploadId=upload)
    assert read(server, bucket, "large") == large
