"""Checking that a call is refused, with the code, the status and the text that clients match on."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator

import pytest
from botocore.exceptions import ClientError


@contextlib.contextmanager
def refused(code: str | tuple[str, ...], message: str | None = None, status: int | None = 400) -> Iterator[pytest.ExceptionInfo[ClientError]]:
    """The block must end in an error of this code. `message` is a regular expression; `status` None means any 4xx."""
    with pytest.raises(ClientError) as caught:
        yield caught
    response = caught.value.response
    codes = (code,) if isinstance(code, str) else code
    assert response["Error"]["Code"] in codes, response["Error"]
    got = response["ResponseMetadata"]["HTTPStatusCode"]
    assert got == status if status is not None else 400 <= got < 500, f"HTTP {got} with {response['Error']}"
    if message is not None:
        assert re.search(message, response["Error"]["Message"]), response["Error"]["Message"]


@contextlib.contextmanager
def refused_by_ebs(code: str, reason: str | tuple[str, ...] | None = None, status: int = 400) -> Iterator[None]:
    """The same for the EBS direct APIs, whose errors carry a reason beside the code."""
    with refused(code, status=status) as caught:
        yield
    response = caught.value.response
    assert response.get("message") or response.get("Message") or response["Error"]["Message"], response
    if reason is not None:
        reasons = (reason,) if isinstance(reason, str) else reason
        assert response.get("Reason") in reasons, response


DRY_RUN_MESSAGE = "Request would have succeeded, but DryRun flag is set."


@contextlib.contextmanager
def dry_run() -> Iterator[None]:
    """The block must end in EC2's way of saying that a dry run passed."""
    with refused("DryRunOperation", f"^{re.escape(DRY_RUN_MESSAGE)}$", status=412):
        yield
