"""Waiting for a condition by asking again. No test depends on how fast the machine is: there is one limit, against hangs alone."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

Value = TypeVar("Value")

# Seconds after which a process, an answer or a state will not come any more, on any machine.
HANG = 600


def eventually(ask: Callable[[], Value | None], what: str, pause: float = 0.02) -> Value:
    """The first answer of `ask` that is true in Python's sense."""
    deadline = time.monotonic() + HANG
    while True:
        answer = ask()
        if answer:
            return answer
        assert time.monotonic() < deadline, f"not within {HANG} s: {what}"
        time.sleep(pause)
