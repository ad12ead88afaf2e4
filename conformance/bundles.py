"""Bundles of instance-store images: made by `ferry bundle`, spoilt in one place where a test wants it, put into a bucket."""

from __future__ import annotations

import hashlib
import itertools
import random
import re
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import images
from ferry_server import HOME, FerryServer, binary
from patience import HANG

_NUMBERS = itertools.count(1)


@dataclass(frozen=True)
class Bundle:
    """A manifest and its parts by name, as they are to stand in a bucket."""

    manifest: str
    parts: dict[str, bytes]

    def having(self, old: str, new: str) -> Bundle:
        """With another text at one place of the manifest."""
        assert self.manifest.count(old) == 1, old
        return replace(self, manifest=self.manifest.replace(old, new))

    def mapping(self, *devices: tuple[str, str]) -> Bundle:
        """With other pairs of a virtual name and a device, or without a mapping."""
        pairs = "".join(f"<mapping><virtual>{virtual}</virtual><device>{device}</device></mapping>" for virtual, device in devices)
        written = f"<block_device_mapping>{pairs}</block_device_mapping>" if devices else ""
        return self.having(element("block_device_mapping", self.manifest), written)

    def without(self, name: str) -> Bundle:
        return replace(self, parts={part: content for part, content in self.parts.items() if part != name})

    def changed(self, name: str, change: Callable[[bytes], bytes], *, listed: bool = False) -> Bundle:
        """With another content of one part; `listed` when the manifest has its digest."""
        content = change(self.parts[name])
        spoilt = replace(self, parts={**self.parts, name: content})
        return spoilt.having(hashlib.sha1(self.parts[name]).hexdigest(), hashlib.sha1(content).hexdigest()) if listed else spoilt

    def upload(self, server: FerryServer, region: str = HOME, bucket: str | None = None) -> str:
        """The location to register."""
        s3 = server.client("s3", region)
        # A bucket takes ACLs only when it is told to.
        acl = {"ACL": "aws-exec-read"} if bucket is None else {}
        if bucket is None:
            bucket = f"bundles-{next(_NUMBERS):04d}"
            s3.create_bucket(Bucket=bucket, ObjectOwnership="BucketOwnerPreferred")
        for name, content in self.parts.items():
            s3.put_object(Bucket=bucket, Key=f"web/{name}", Body=content, **acl)
        s3.put_object(Bucket=bucket, Key="web/image.manifest.xml", Body=self.manifest.encode(), **acl)
        return f"{bucket}/web/image.manifest.xml"


def identity(folder: Path, name: str) -> Path:
    """A certificate with its key beside it."""
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", f"/CN={name}", "-days", "2"]
    subprocess.run([*command, "-keyout", f"{name}.key", "-out", f"{name}.pem"], cwd=folder, check=True, capture_output=True)
    return folder / f"{name}.pem"


def certificate(server: FerryServer, folder: Path, region: str = HOME) -> Path:
    """The certificate of a Region, in a file."""
    printed = subprocess.run(
        [binary(), "certificate", "--data", server.data, "--region", region], capture_output=True, check=True, timeout=HANG
    ).stdout
    (folder / f"{region}.pem").write_bytes(printed)
    return folder / f"{region}.pem"


def disk(path: Path, seed: str) -> Path:
    """24 MiB, half of them holes: two parts."""
    with path.open("wb") as file:
        for place in (0, 9 << 20):
            file.seek(place)
            file.write(random.Random(f"{seed} {place}").randbytes(6 << 20))
        file.truncate(24 << 20)
    return path


def make(disk: Path, user: Path, region: Path, folder: Path, *options: str) -> Bundle:
    """What `ferry bundle` makes of a disk, under the prefix `disk`."""
    folder.mkdir()
    command = [binary(), "bundle", disk, "--cert", user, "--key", user.with_suffix(".key"), "--ec2-cert", region, "--to", folder]
    command += ["--account", "123456789012", "--prefix", "disk", "--level", "1", "--quiet", *options]
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, timeout=HANG)
    assert done.returncode == 0, done.stderr
    parts = {part.name: part.read_bytes() for part in folder.glob("disk.part.*")}
    return Bundle((folder / "disk.manifest.xml").read_text(), parts)


def element(name: str, manifest: str) -> str:
    """An element of a manifest, with its tags."""
    return re.search(rf"<{name}\b.*?</{name}>", manifest).group(0)


def register(server: FerryServer, location: str, region: str = HOME, **options: Any) -> str:
    """The id of an image that is still to be verified."""
    settings = {"Name": images.unused_name("bundled"), "ImageLocation": location, "VirtualizationType": "hvm", **options}
    return server.ec2(region).register_image(**settings)["ImageId"]
