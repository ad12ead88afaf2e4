"""Signed calls over one connection that stays open, with nothing but the standard library: cheap enough to poll with."""

from __future__ import annotations

import base64
import datetime
import hashlib
import hmac
import http.client
import json
import os
import time
import urllib.parse
import xml.etree.ElementTree as ElementTree
from typing import BinaryIO

FORM = "application/x-www-form-urlencoded; charset=utf-8"
BLOCK = 512 * 1024


class Refused(Exception):
    """An answer that is not 200."""


class Connection:
    def __init__(self, endpoint: str, access_key: str, secret_key: str) -> None:
        self.host = urllib.parse.urlsplit(endpoint).netloc
        self.access_key, self.secret_key = access_key, secret_key
        self.http = http.client.HTTPConnection(self.host, timeout=120)
        self.keys: dict[tuple[str, str, str], bytes] = {}

    def ec2(self, action: str, region: str, **parameters: object) -> ElementTree.Element:
        """Calls an action; `Name_1` stands for `Name.1`. The answer has no namespaces."""
        body = self.form(action, parameters)
        headers = self.signed("POST", "/", region, "ec2", {"content-type": FORM}, body)
        answer = ElementTree.fromstring(self.send("POST", "/", headers, body))
        for element in answer.iter():
            element.tag = element.tag.rpartition("}")[2]
        return answer

    def ebs(self, method: str, path: str, region: str, headers: dict[str, str] | None = None, body: bytes = b"") -> dict:
        signed = self.signed(method, path, region, "ebs", headers or {}, body)
        return json.loads(self.send(method, path, signed, body) or b"{}")

    def query(self, service: str, version: str, action: str, **parameters: object) -> ElementTree.Element:
        """Calls an action of another service that takes forms."""
        body = urllib.parse.urlencode({"Action": action, "Version": version, **{n.replace("_", "."): v for n, v in parameters.items()}}).encode()
        headers = self.signed("POST", "/", "us-east-1", service, {"content-type": FORM}, body)
        answer = ElementTree.fromstring(self.send("POST", "/", headers, body))
        for element in answer.iter():
            element.tag = element.tag.rpartition("}")[2]
        return answer

    @staticmethod
    def form(action: str, parameters: dict[str, object]) -> bytes:
        named = {name.replace("_", "."): value for name, value in parameters.items()}
        return urllib.parse.urlencode({"Action": action, "Version": "2016-11-15", **named}).encode()

    def s3(self, method: str, path: str, region: str, body: bytes | BinaryIO = b"", query: str = "") -> http.client.HTTPResponse:
        """A call whose body is left out of the signature, and may be a file; its answer is read by the caller."""
        headers = self.signed(method, path, region, "s3", {}, None, query)
        if not isinstance(body, bytes):
            headers["content-length"] = str(os.fstat(body.fileno()).st_size)
        self.http.request(method, path + ("?" + query if query else ""), body, headers)
        answer = self.http.getresponse()
        if answer.status not in (200, 204):
            raise Refused(f"{method} {path}: {answer.status} {answer.read(300).decode(errors='replace')}")
        return answer

    def signed(
        self, method: str, path: str, region: str, service: str, headers: dict[str, str], body: bytes | None, query: str = ""
    ) -> dict[str, str]:
        """The headers of a request with its Signature Version 4; without a body it is left out of the signature. The query is sorted."""
        moment = datetime.datetime.now(datetime.UTC).strftime("%Y%m%dT%H%M%SZ")
        digest = "UNSIGNED-PAYLOAD" if body is None else hashlib.sha256(body).hexdigest()
        headers = {**headers, "host": self.host, "x-amz-date": moment, "x-amz-content-sha256": digest}
        names = sorted(headers)
        canonical = "\n".join([method, path, query, *(f"{name}:{headers[name]}" for name in names), "", ";".join(names), digest])
        scope = f"{moment[:8]}/{region}/{service}/aws4_request"
        text = "\n".join(["AWS4-HMAC-SHA256", moment, scope, hashlib.sha256(canonical.encode()).hexdigest()])
        signature = hmac.digest(self.key(moment[:8], region, service), text.encode(), "sha256").hex()
        credential = f"Credential={self.access_key}/{scope}, SignedHeaders={';'.join(names)}, Signature={signature}"
        return {**headers, "authorization": f"AWS4-HMAC-SHA256 {credential}"}

    def key(self, day: str, region: str, service: str) -> bytes:
        if (day, region, service) not in self.keys:
            key = ("AWS4" + self.secret_key).encode()
            for part in (day, region, service, "aws4_request"):
                key = hmac.digest(key, part.encode(), "sha256")
            self.keys[day, region, service] = key
        return self.keys[day, region, service]

    def send(self, method: str, path: str, headers: dict[str, str], body: bytes) -> bytes:
        self.http.request(method, path, body, headers)
        answer = self.http.getresponse()
        content = answer.read()
        if answer.status not in (200, 201, 202):
            raise Refused(f"{method} {path}: {answer.status} {content[:300].decode(errors='replace')}")
        return content

    # What the rows do with it ----------------------------------------------------------------------------------------

    def begin_copy(self, image: str, source: str, to: str, name: str, **options: str) -> str:
        answer = self.ec2("CopyImage", to, SourceImageId=image, SourceRegion=source, Name=name, **options)
        return answer.findtext("imageId") or ""

    def state(self, image: str, region: str) -> str:
        return self.ec2("DescribeImages", region, ImageId_1=image).findtext("imagesSet/item/imageState") or ""

    def copy(self, image: str, source: str, to: str, name: str, **options: str) -> tuple[float, str]:
        """Copies and waits. Seconds from sending CopyImage to seeing `available`: polled every 2 ms at first, then every fiftieth
        of what has passed, so that the polls take nothing from the copy and the reading is right to 2 %."""
        begun = time.perf_counter()
        copied = self.begin_copy(image, source, to, name, **options)
        while (state := self.state(copied, to)) == "pending":
            time.sleep(max(0.002, (time.perf_counter() - begun) / 50))
        seconds = time.perf_counter() - begun
        if state != "available":
            raise Refused(f"the copy {copied} of {image} ended as '{state}'")
        return seconds, copied

    def put_disk(self, gib: int, blocks: dict[int, bytes], region: str, parent: str | None = None) -> str:
        """Uploads blocks as a snapshot, over its parent if there is one, and waits until it is completed."""
        start: dict[str, object] = {"VolumeSize": gib}
        if parent:
            start["ParentSnapshotId"] = parent
        kind = {"content-type": "application/json"}
        snapshot = self.ebs("POST", "/snapshots", region, kind, json.dumps(start).encode())["SnapshotId"]
        for index, block in blocks.items():
            headers = {
                "content-type": "application/octet-stream",
                "x-amz-data-length": str(len(block)),
                "x-amz-checksum": base64.b64encode(hashlib.sha256(block).digest()).decode(),
                "x-amz-checksum-algorithm": "SHA256",
            }
            self.ebs("PUT", f"/snapshots/{snapshot}/blocks/{index}", region, headers, block)
        self.ebs("POST", f"/snapshots/completion/{snapshot}", region, {"x-amz-changedblockscount": str(len(blocks))})
        while self.ec2("DescribeSnapshots", region, SnapshotId_1=snapshot).findtext("snapshotSet/item/status") == "pending":
            time.sleep(0.002)
        return snapshot

    def register(self, snapshot: str, name: str, region: str, **options: str) -> str:
        device = {"BlockDeviceMapping_1_DeviceName": "/dev/sda1", "BlockDeviceMapping_1_Ebs_SnapshotId": snapshot}
        answer = self.ec2("RegisterImage", region, Name=name, RootDeviceName="/dev/sda1", Architecture="x86_64", **device, **options)
        return answer.findtext("imageId") or ""
