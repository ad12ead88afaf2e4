"""What calls of the command line have in common: how they end, and a disk pushed; the fixture `ferry` calls it."""

from __future__ import annotations

import json

import images

FAILED, PARTLY, MISUSED = 1, 2, 64


def push(ferry, path, *options) -> dict:
    return json.loads(ferry("push", path, "--name", images.unused_name("cli"), "--json", *options).stdout)
