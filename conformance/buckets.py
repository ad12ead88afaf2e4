"""Buckets and objects through S3, for the tests that need one to work in."""

from __future__ import annotations

import itertools
import random
from typing import Any

from ferry_server import HOME, FerryServer

_NUMBERS = itertools.count(1)

# A block of the store: an object's bytes are cut at its multiples, so the sizes around it are those that go wrong.
BLOCK = 524_288
SIZES = (0, 1, 4096, BLOCK - 1, BLOCK, BLOCK + 1, 2 * BLOCK - 1, 2 * BLOCK, 3 * BLOCK + 77, 5 * BLOCK + BLOCK // 2)

# The least that a part may have which is not the last.
PART = 5 << 20


def unused_bucket(prefix: str = "depot") -> str:
    """A bucket name that no other test of this run uses."""
    return f"{prefix}-{next(_NUMBERS):04d}"


def make_bucket(server: FerryServer, region: str = HOME, **options: Any) -> str:
    name = unused_bucket()
    server.s3(region).create_bucket(Bucket=name, **placed_in(region), **options)
    return name


def make_open_bucket(server: FerryServer, region: str = HOME) -> str:
    """A bucket that takes ACLs and lets the public in, as buckets were before 2023."""
    name = make_bucket(server, region, ObjectOwnership="ObjectWriter")
    server.s3(region).delete_public_access_block(Bucket=name)
    return name


def placed_in(region: str) -> dict[str, Any]:
    """What a client has to say to make a bucket in a Region: nothing in us-east-1."""
    return {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}


def content(seed: str, size: int) -> bytes:
    """Bytes that do not compress, the same from the same seed."""
    return random.Random(seed).randbytes(size)


def read(server: FerryServer, bucket: str, key: str, region: str = HOME, **options: Any) -> bytes:
    return server.s3(region).get_object(Bucket=bucket, Key=key, **options)["Body"].read()


def keys(server: FerryServer, bucket: str, region: str = HOME) -> list[str]:
    """All keys of a bucket, over as many pages as there are."""
    pages = server.s3(region).get_paginator("list_objects_v2").paginate(Bucket=bucket)
    return [entry["Key"] for page in pages for entry in page.get("Contents", [])]


def upload_parts(server: FerryServer, bucket: str, key: str, upload: str, parts: list[bytes], **options: Any) -> list[dict[str, Any]]:
    """Uploads parts numbered from 1 and returns what CompleteMultipartUpload wants to hear of them."""
    done = []
    for number, data in enumerate(parts, 1):
        answer = server.s3().upload_part(Bucket=bucket, Key=key, UploadId=upload, PartNumber=number, Body=data, **options)
        checksums = {name: value for name, value in answer.items() if name.startswith("Checksum") and name != "ChecksumType"}
        done.append({"PartNumber": number, "ETag": answer["ETag"], **checksums})
    return done
