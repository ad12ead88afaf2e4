"""kill -9 in the middle of puts and multipart completions: what was acknowledged is there and equal, the rest is whole or absent."""

from __future__ import annotations

import random
import subprocess
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from botocore.exceptions import BotoCoreError, ClientError
from buckets import BLOCK, PART, content, keys, make_bucket, read, upload_parts
from ferry_server import FerryServer, binary
from patience import HANG
from refusals import refused

ROUNDS = 4


class Wreck:
    """A bucket, a server that dies on it, and what each of its keys may hold."""

    def __init__(self, server: FerryServer) -> None:
        self.server, self.bucket = server, make_bucket(server)
        self.held: dict[str, set[bytes | None]] = {}
        """By key the contents that are right; None is no object."""
        self.killed = threading.Event()
        self._lock = threading.Lock()

    def attempt(self, key: str, data: bytes | None, call: Callable[[], object], kill_after: list[int]) -> None:
        """Makes a call that leaves `data` under the key, and kills the server when it is the last of `kill_after` acknowledgements."""
        if self.killed.is_set():
            return
        with self._lock:
            self.held[key] = self.held.get(key, {None}) | {data}
        try:
            call()
        except (BotoCoreError, ClientError):
            assert self.killed.is_set(), "a call failed before the server was killed"
            return
        with self._lock:
            self.held[key] = {data}
            kill_after[0] -= 1
            if kill_after[0] == 0:
                self.killed.set()
                self.server.kill()

    def restart(self) -> None:
        if self.server.alive:
            self.server.kill()
        self.killed.clear()
        self.server.start()

    def check(self) -> None:
        listed = keys(self.server, self.bucket)
        for key, allowed in self.held.items():
            found = read(self.server, self.bucket, key) if key in listed else None
            assert found in allowed, f"{key} holds {'nothing' if found is None else f'{len(found)} other bytes'}"
            self.held[key] = {found}
        assert set(listed) <= set(self.held)


@pytest.fixture(scope="module")
def wreck(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Wreck]:
    running = FerryServer(tmp_path_factory.mktemp("s3kill") / "data").start()
    yield Wreck(running)
    if running.alive:
        running.stop()


@pytest.mark.parametrize("round", range(ROUNDS))
def test_kill_during_puts_and_deletions(wreck: Wreck, seed: str, round: int) -> None:
    dice, s3 = random.Random(f"puts {seed} {round}"), wreck.server.s3()
    left = [dice.randint(1, 40)]

    def act(number: int) -> None:
        # Each worker has keys of its own, so that the order of writes to a key is known.
        mine = random.Random(f"{seed}/{round}/{number}")
        for step in range(12):
            key = f"{number}/{mine.randrange(4)}"
            if mine.random() < 0.2:
                wreck.attempt(key, None, lambda key=key: s3.delete_object(Bucket=wreck.bucket, Key=key), left)
            else:
                data = content(f"{seed}/{round}/{number}/{step}", mine.choice([0, 9, BLOCK, BLOCK + 1, 3 * BLOCK + 7]))
                wreck.attempt(key, data, lambda key=key, data=data: s3.put_object(Bucket=wreck.bucket, Key=key, Body=data), left)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(act, range(4)))
    wreck.restart()
    wreck.check()


@pytest.mark.parametrize("round", range(ROUNDS))
def test_kill_during_multipart_completions(wreck: Wreck, seed: str, round: int) -> None:
    dice, s3 = random.Random(f"parts {seed} {round}"), wreck.server.s3()
    uploads: dict[str, tuple[str, list[bytes], list[dict]]] = {}
    for number in range(3):
        key, parts = f"parts/{number}", [content(f"{seed}/{round}/{number}/{part}", PART + part) for part in range(2)]
        upload = s3.create_multipart_upload(Bucket=wreck.bucket, Key=key)["UploadId"]
        uploads[key] = (upload, parts, upload_parts(wreck.server, wreck.bucket, key, upload, parts))
    left = [dice.randint(1, 3)]

    def complete(key: str) -> None:
        upload, parts, done = uploads[key]
        end = {"Bucket": wreck.bucket, "Key": key, "UploadId": upload, "MultipartUpload": {"Parts": done}}
        wreck.attempt(key, b"".join(parts), lambda: s3.complete_multipart_upload(**end), left)

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(complete, uploads))
    wreck.restart()
    wreck.check()
    for key, (upload, parts, done) in uploads.items():
        # An upload has ended with its object or is there with all its parts: it is never lost, and never both.
        if wreck.held[key] == {b"".join(parts)}:
            with refused("NoSuchUpload", status=404):
                wreck.server.s3().list_parts(Bucket=wreck.bucket, Key=key, UploadId=upload)
            continue
        end = {"Bucket": wreck.bucket, "Key": key, "UploadId": upload, "MultipartUpload": {"Parts": done}}
        wreck.server.s3().complete_multipart_upload(**end)
        wreck.held[key] = {b"".join(parts)}
    wreck.check()


def test_after_all_rounds_the_scrub_finds_nothing(wreck: Wreck) -> None:
    wreck.restart()
    wreck.check()
    wreck.server.stop()
    result = subprocess.run([binary(), "scrub", "--data", wreck.server.data], capture_output=True, text=True, timeout=HANG)
    assert result.returncode == 0, result.stdout + result.stderr
