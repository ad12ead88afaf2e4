"""Making KMS keys for a test, and naming them in every way that there is."""

from __future__ import annotations

import itertools
import uuid
from typing import Any

from ferry_server import HOME, FerryServer

_numbers = itertools.count()


def make_key(server: FerryServer, region: str = HOME, **parameters: Any) -> dict[str, Any]:
    """A new key's metadata."""
    return server.kms(region).create_key(**parameters)["KeyMetadata"]


def unused_alias() -> str:
    return f"alias/test-{next(_numbers)}-{uuid.uuid4().hex[:8]}"


def named(server: FerryServer, key: dict[str, Any], region: str = HOME) -> dict[str, str]:
    """The four ways to name a key; makes an alias for two of them."""
    alias = unused_alias()
    server.kms(region).create_alias(AliasName=alias, TargetKeyId=key["KeyId"])
    return {
        "id": key["KeyId"],
        "arn": key["Arn"],
        "alias": alias,
        "alias arn": f"arn:aws:kms:{region}:{server.account}:{alias}",
    }
