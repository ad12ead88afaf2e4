"""The rows in PostgreSQL: the server and the database are killed, stopped and replaced, and nothing acknowledged is lost."""

from __future__ import annotations

import os
import random
import subprocess
import threading
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import buckets
import images
import postgres
import pytest
import snapshots
from botocore.exceptions import BotoCoreError, ClientError
from disks import BLOCKS_PER_GIB, Disk, noise
from ferry_server import AWAY, HOME, FerryServer, binary
from patience import HANG, eventually
from postgres import Postgres
from signed_request import json_request, registered_services

# As many as one likes: script/soak --postgres.
ROUNDS = int(os.environ.get("FERRY_SOAK_ROUNDS", 3))


@pytest.fixture(scope="module")
def database() -> Iterator[Postgres]:
    running = Postgres()
    yield running
    running.stop()


@pytest.fixture
def rows(database: Postgres) -> str:
    """The URL of a database of the test's own."""
    return database.create("rows_" + uuid.uuid4().hex[:8])


def a_disk(name: str, blocks: int = 24) -> Disk:
    return Disk.made(f"rows, {name}", blocks, spread=BLOCKS_PER_GIB, fill=noise)


def serve(data: Path, url: str | None) -> str:
    """What a server that does not start says."""
    command = [str(binary()), "serve", "--data", str(data), "--listen", "127.0.0.1:0"]
    command += ["--database", url] if url else []
    result = subprocess.run(command, capture_output=True, text=True, timeout=HANG)
    assert result.returncode == 1, result
    return result.stderr


def test_a_copy_and_a_restart(start_server: Callable[..., FerryServer], rows: str) -> None:
    server = start_server(arguments=("--database", rows))
    disk = a_disk("restart")
    image = images.register(server, snapshots.upload(server, disk))
    copied = images.copy(server, image)
    images.wait_available(server, AWAY, copied)
    bucket = buckets.make_bucket(server)
    server.s3().put_object(Bucket=bucket, Key="key", Body=b"bytes")
    server.stop()
    server.start()
    [snapshot] = images.snapshots_of(images.describe(server, AWAY, copied))
    snapshots.assert_holds(server, AWAY, snapshot, disk)
    assert server.s3().get_object(Bucket=bucket, Key="key")["Body"].read() == b"bytes"
    # What would hold rows on SQLite is not there; the index over the packs is a cache of theirs and stays with them.
    assert not list(server.data.rglob("directory.sqlite")) and not list(server.data.rglob("region.sqlite"))


def test_a_second_server_is_refused(start_server: Callable[..., FerryServer], rows: str, tmp_path: Path) -> None:
    server = start_server(arguments=("--database", rows))
    assert "another ferry serves the PostgreSQL database" in serve(tmp_path / "other", rows)
    images.register(server, snapshots.upload(server, a_disk("alone")))


def test_a_database_that_would_lose_rows_is_refused(database: Postgres, tmp_path: Path) -> None:
    hasty = Postgres("fsync=off")
    try:
        said = serve(tmp_path / "hasty", hasty.url())
        assert "cannot hold rows: the server runs with fsync off: what is committed would not last" in said, said
    finally:
        hasty.stop()
    database.query("CREATE DATABASE latin TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C'")
    said = serve(tmp_path / "latin", database.url("latin"))
    assert "cannot hold rows: its encoding is LATIN1" in said, said


def test_a_folder_has_its_rows_in_one_place(
    start_server: Callable[..., FerryServer], database: Postgres, rows: str, tmp_path: Path
) -> None:
    server = start_server(arguments=("--database", rows))
    snapshots.upload(server, a_disk("one place"))
    server.stop()
    for command in (
        ("gc",), ("scrub",), ("du",), ("rebuild-index",), ("rotate-root-key",), ("backup", str(tmp_path / "backup")),
        ("recover",), ("recover", "--begin-anew", "directory"), ("recover", "--accept", HOME), ("certificate", "--region", HOME),
    ):
        result = subprocess.run(
            [str(binary()), *command, "--data", str(server.data)], capture_output=True, text=True, timeout=HANG, stdin=subprocess.DEVNULL
        )
        said = result.stdout + result.stderr
        assert result.returncode != 0 and "are in the PostgreSQL database" in said, (command, said)
    assert "Serve it with ferry serve --database" in serve(server.data, None)
    server.start()
    # The server that runs is asked for what is no secret.
    told = subprocess.run(
        [str(binary()), "certificate", "--region", HOME, "--data", str(server.data)], capture_output=True, text=True, timeout=HANG
    )
    assert told.returncode == 0 and told.stdout.startswith("-----BEGIN CERTIFICATE-----"), told

    FerryServer(tmp_path / "plain").start().stop()
    assert "are in SQLite files" in serve(tmp_path / "plain", database.create("files_" + uuid.uuid4().hex[:8]))


def test_rows_of_another_folder_are_refused(
    start_server: Callable[..., FerryServer], database: Postgres, rows: str, tmp_path: Path
) -> None:
    server = start_server(arguments=("--database", rows))
    snapshots.upload(server, a_disk("whose"))
    server.stop()
    said = serve(tmp_path / "other", rows)
    assert "nothing proves that" in said, said
    said = serve(server.data, database.create("empty_" + uuid.uuid4().hex[:8]))
    assert "is empty, and there is data that belongs to it" in said, said
    server.start()


def test_rows_of_before_are_refused(start_server: Callable[..., FerryServer], database: Postgres, rows: str) -> None:
    server = start_server(arguments=("--database", rows))
    snapshots.upload(server, a_disk("before"))
    server.stop()
    name = rows.split("///")[1].split("?")[0]
    database.query(f'CREATE DATABASE "{name}_old" TEMPLATE "{name}"')
    server.start()
    snapshots.upload(server, a_disk("after"))
    server.stop()
    said = serve(server.data, database.url(name + "_old"))
    assert "is older than" in said and "--database" in said, said
    server.start()


def test_a_newer_schema_is_refused_with_both_versions(
    start_server: Callable[..., FerryServer], rows: str
) -> None:
    server = start_server(arguments=("--database", rows))
    server.stop()
    known = postgres.query(rows, "SELECT MAX(number) FROM ferry_directory.schema_steps")
    postgres.query(rows, "INSERT INTO ferry_directory.schema_steps (number) VALUES (99)")
    said = serve(server.data, rows)
    assert "99" in said and f"knows {known}" in said, said
    postgres.query(rows, "DELETE FROM ferry_directory.schema_steps WHERE number = 99")
    server.start()


@pytest.fixture
def own() -> Iterator[Postgres]:
    """One that a test may stop and kill."""
    running = Postgres()
    yield running
    running.stop()


def test_a_database_that_is_away_is_unavailable_and_comes_back(own: Postgres, start_server: Callable[..., FerryServer]) -> None:
    server = start_server(arguments=("--database", own.create("away")))
    disk = a_disk("away")
    snapshot = snapshots.upload(server, disk)
    bucket = buckets.make_bucket(server)
    server.s3().put_object(Bucket=bucket, Key="key", Body=b"bytes")
    key = server.kms().create_key()["KeyMetadata"]["KeyId"]
    calls: dict[str, tuple[str, Callable[[], object]]] = {
        "ebs": ("ServiceUnavailable", lambda: server.ebs().list_snapshot_blocks(SnapshotId=snapshot)),
        "ec2": ("Unavailable", lambda: server.ec2().describe_images(Owners=["self"])),
        "iam": ("ServiceUnavailable", lambda: server.client("iam").list_users()),
        "kms": ("DependencyTimeoutException", lambda: server.kms().describe_key(KeyId=key)),
        "organizations": ("ServiceUnavailable", lambda: server.client("organizations").list_roots()),
        "rbin": ("ServiceUnavailable", lambda: server.client("rbin").list_rules(ResourceType="EC2_IMAGE")),
        "s3": ("ServiceUnavailable", lambda: server.s3().get_object(Bucket=bucket, Key="key")),
        "servicequotas": ("ServiceUnavailable", lambda: server.client("service-quotas").list_service_quotas(ServiceCode="ec2")),
        "sts": ("ServiceUnavailable", lambda: server.client("sts").get_caller_identity()),
    }
    # Ferry's own has no client of boto3.
    assert sorted([*calls, "ferry"]) == registered_services()
    for _, call in calls.values():
        call()
    own.pause()
    for code, call in calls.values():
        with pytest.raises(ClientError) as refused:
            call()
        assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 503, (code, refused.value)
        assert refused.value.response["Error"]["Code"] == code
    refusal = json_request("Ferry.DescribeThrottling", {}).signed(server, "ferry").send(server)
    assert (refusal.status, refusal.code) == (503, "ServiceUnavailable"), str(refusal)
    own.start()
    for _, call in calls.values():
        call()
    snapshots.assert_holds(server, HOME, snapshot, disk)
    copied = images.copy(server, images.register(server, snapshot))
    images.wait_available(server, AWAY, copied)


class Wreck:
    """A server and its database, which die in turn, and what has been acknowledged so far."""

    def __init__(self, database: Postgres, server: FerryServer) -> None:
        self.database = database
        self.server = server
        self.names: list[str] = []
        self.keys: list[str] = []
        # By key, once a value has been acknowledged: the last of those, and what was asked for since without an answer.
        self.tags: dict[str, set[str]] = {}
        self.kept: list[tuple[str, Disk]] = []
        self.bucket = buckets.make_bucket(server)

    def write(self, writer: int, seed: str, stop: threading.Event) -> None:
        """Writes until something dies, and notes what was acknowledged. Each writer has tags of its own."""
        number = 0
        while not stop.is_set():
            name, tag = f"{seed}-{writer}-{number}", f"key-{writer}-{number % 10}"
            try:
                self.server.s3().put_object(Bucket=self.bucket, Key=name, Body=name.encode())
                self.keys.append(name)
                if tag in self.tags:
                    self.tags[tag].add(name)
                self.server.ec2().create_tags(Resources=[self.kept[0][0]], Tags=[{"Key": tag, "Value": name}])
                self.tags[tag] = {name}
                self.server.ec2().register_image(
                    Name=name, RootDeviceName="/dev/xvda",
                    BlockDeviceMappings=[{"DeviceName": "/dev/xvda", "Ebs": {"SnapshotId": self.kept[0][0]}}],
                )
                self.names.append(name)
            except (BotoCoreError, ClientError, OSError):
                continue
            number += 1

    def check(self) -> None:
        found = {image["Name"] for image in self.server.ec2().describe_images(Owners=["self"])["Images"]}
        assert found.issuperset(self.names)
        for key in self.keys:
            assert self.server.s3().get_object(Bucket=self.bucket, Key=key)["Body"].read() == key.encode()
        [tagged] = self.server.ec2().describe_snapshots(SnapshotIds=[self.kept[0][0]])["Snapshots"]
        tags = {tag["Key"]: tag["Value"] for tag in tagged.get("Tags", [])}
        for key, possible in self.tags.items():
            assert tags.get(key) in possible, (key, tags.get(key), possible)
        for snapshot, disk in self.kept:
            snapshots.assert_holds(self.server, HOME, snapshot, disk)


@pytest.mark.timeout(max(1200, 120 * ROUNDS))
def test_kill(own: Postgres, tmp_path: Path, seed: str) -> None:
    """kill -9 of the server, of PostgreSQL, and of both, while writes and a copy are under way."""
    dice = random.Random(f"{seed} rows")
    server = FerryServer(tmp_path / "data", arguments=("--database", own.create("kill"))).start()
    try:
        wreck = Wreck(own, server)
        disk = a_disk("kill", 64)
        wreck.kept.append((snapshots.upload(server, disk), disk))
        for number in range(ROUNDS):
            victim = ("server", "database", "both")[number % 3]
            one_round(wreck, f"{number}", victim, dice)
        server.stop()
    finally:
        if server.alive:
            server.kill()


def one_round(wreck: Wreck, seed: str, victim: str, dice: random.Random) -> None:
    server, stop = wreck.server, threading.Event()
    copied = images.copy(server, images.register(server, wreck.kept[-1][0], name=f"source-{seed}"), Name=f"copy-{seed}")
    before, wanted = len(wreck.names), dice.randint(1, 15)
    with ThreadPoolExecutor(4) as pool:
        writers = [pool.submit(wreck.write, writer, seed, stop) for writer in range(4)]
        try:
            eventually(lambda: len(wreck.names) >= before + wanted, "writes that are acknowledged")
            if victim != "server":
                wreck.database.kill()
            if victim != "database":
                server.kill()
        finally:
            stop.set()
        for writer in writers:
            writer.result()
    if victim != "server":
        wreck.database.start()
    if victim != "database":
        server.start()
    wreck.check()
    images.wait_available(server, AWAY, copied)
    [snapshot] = images.snapshots_of(images.describe(server, AWAY, copied))
    snapshots.assert_holds(server, AWAY, snapshot, wreck.kept[-1][1])
    disk = a_disk(f"kill {seed}", 8)
    wreck.kept.append((snapshots.upload(server, disk), disk))

