"""Clients of S3 that nobody here wrote, with their defaults: told an endpoint and a key, and no Region.

Each makes a bucket, fills it, lists it, gets back what it put, and deletes all of it, on a server with us-east-1 and on one without.
Each also works in buckets that others made, in every Region. script/setup installs the clients."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import sys
import urllib.parse
from abc import ABC, abstractmethod
from pathlib import Path

import minio
import pytest
from buckets import PART, content, keys, placed_in, unused_bucket
from conftest import stop_well
from ferry_server import FerryServer
from patience import HANG
from refusals import refused

ELSEWHERE = ("eu-west-1", "us-west-2")

# A file that goes in one piece, and one that clients send in parts where they are told to.
FILES = {"a file": content("a client's file", 100_000), "folder/in parts": content("a client's parts", 2 * PART + 77)}


@pytest.fixture(scope="module", params=["with us-east-1", "without us-east-1"])
def served(request, tmp_path_factory):
    if request.param == "with us-east-1":
        yield request.getfixturevalue("server")
        return
    running = FerryServer(tmp_path_factory.mktemp("clients") / "data", regions=ELSEWHERE).start()
    yield running
    stop_well(running)


class Program:
    """Runs a program as a user would who knows an endpoint and a key. Its files are in `folder`."""

    def __init__(self, server: FerryServer, folder: Path) -> None:
        self.server, self.folder = server, folder
        self.address = urllib.parse.urlsplit(server.endpoint).netloc

    def run(self, program: str, *arguments: object, **environment: str) -> str:
        """What a program says; it must end well."""
        beside = Path(sys.executable).parent / program
        path = str(beside) if beside.exists() else shutil.which(program)
        assert path is not None, f"{program} is not installed: script/setup does"
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "RCLONE_", "RESTIC_", "FERRY_"))}
        keys = {"AWS_ACCESS_KEY_ID": self.server.credentials.access_key, "AWS_SECRET_ACCESS_KEY": self.server.credentials.secret_key}
        result = subprocess.run(
            [path, *map(str, arguments)], env={**inherited, "HOME": str(self.folder), **keys, **environment}, cwd=self.folder,
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=HANG,
        )
        assert result.returncode == 0, f"{program} {arguments}: exit {result.returncode}\n{result.stdout}\n{result.stderr}"
        return result.stdout

    def file(self, key: str) -> Path:
        path = self.folder / "sent" / key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(FILES[key])
        return path


class Client(Program, ABC):
    """A client, and how a user has it do a thing."""

    @abstractmethod
    def make(self, bucket: str) -> None: ...

    @abstractmethod
    def put(self, bucket: str, key: str) -> None: ...

    @abstractmethod
    def list(self, bucket: str) -> set[str]: ...

    @abstractmethod
    def get(self, bucket: str, key: str) -> bytes: ...

    @abstractmethod
    def delete(self, bucket: str, key: str) -> None: ...

    @abstractmethod
    def remove(self, bucket: str) -> None: ...


class Rclone(Client):
    region = ""

    def rclone(self, *arguments: object) -> str:
        settings = {
            "TYPE": "s3", "PROVIDER": "Other", "ENDPOINT": self.server.endpoint, "ENV_AUTH": "true", "REGION": self.region,
            "UPLOAD_CUTOFF": f"{PART}B", "CHUNK_SIZE": f"{PART}B",
        }
        return self.run("rclone", *arguments, **{f"RCLONE_CONFIG_FERRY_{name}": value for name, value in settings.items()})

    def make(self, bucket):
        self.rclone("mkdir", f"ferry:{bucket}")

    def put(self, bucket, key):
        self.rclone("copyto", self.file(key), f"ferry:{bucket}/{key}")

    def list(self, bucket):
        return set(self.rclone("lsf", "-R", "--files-only", f"ferry:{bucket}").splitlines())

    def get(self, bucket, key):
        self.rclone("copyto", f"ferry:{bucket}/{key}", "got")
        return (self.folder / "got").read_bytes()

    def delete(self, bucket, key):
        self.rclone("deletefile", f"ferry:{bucket}/{key}")

    def remove(self, bucket):
        self.rclone("rmdir", f"ferry:{bucket}")


class S3cmd(Client):
    def s3cmd(self, *arguments: object) -> str:
        where = ["--no-ssl", f"--host={self.address}", f"--host-bucket={self.address}", "--multipart-chunk-size-mb=5"]
        (self.folder / "config").write_text("[default]\n")
        return self.run("s3cmd", "-c", "config", *where, *arguments)

    def make(self, bucket):
        self.s3cmd("mb", f"s3://{bucket}")

    def put(self, bucket, key):
        self.s3cmd("put", self.file(key), f"s3://{bucket}/{key}")

    def list(self, bucket):
        return {line.split(f"s3://{bucket}/")[1] for line in self.s3cmd("ls", "-r", f"s3://{bucket}").splitlines()}

    def get(self, bucket, key):
        self.s3cmd("get", "--force", f"s3://{bucket}/{key}", "got")
        return (self.folder / "got").read_bytes()

    def delete(self, bucket, key):
        self.s3cmd("del", f"s3://{bucket}/{key}")

    def remove(self, bucket):
        assert f"s3://{bucket}" in self.s3cmd("ls")
        self.s3cmd("rb", f"s3://{bucket}")


class MinioPy(Client):
    def __init__(self, server, folder):
        super().__init__(server, folder)
        keys = {"access_key": server.credentials.access_key, "secret_key": server.credentials.secret_key}
        self.client = minio.Minio(endpoint=self.address, secure=False, **keys)

    def make(self, bucket):
        self.client.make_bucket(bucket_name=bucket)

    def put(self, bucket, key):
        self.client.put_object(
            bucket_name=bucket, object_name=key, data=io.BytesIO(FILES[key]), length=len(FILES[key]), part_size=PART
        )

    def list(self, bucket):
        return {found.object_name for found in self.client.list_objects(bucket_name=bucket, recursive=True)}

    def get(self, bucket, key):
        answer = self.client.get_object(bucket_name=bucket, object_name=key)
        try:
            return answer.read()
        finally:
            answer.close()

    def delete(self, bucket, key):
        self.client.remove_object(bucket_name=bucket, object_name=key)

    def remove(self, bucket):
        assert bucket in [found.name for found in self.client.list_buckets()]
        self.client.remove_bucket(bucket_name=bucket)


class S5cmd(Client):
    def s5cmd(self, *arguments: object) -> str:
        return self.run("s5cmd", "--endpoint-url", self.server.endpoint, *arguments)

    def make(self, bucket):
        self.s5cmd("mb", f"s3://{bucket}")

    def put(self, bucket, key):
        self.s5cmd("cp", "--part-size", "5", self.file(key), f"s3://{bucket}/{key}")

    def list(self, bucket):
        return {line.split(maxsplit=3)[3] for line in self.s5cmd("ls", f"s3://{bucket}/*").splitlines()}

    def get(self, bucket, key):
        self.s5cmd("cp", f"s3://{bucket}/{key}", "got")
        return (self.folder / "got").read_bytes()

    def delete(self, bucket, key):
        self.s5cmd("rm", f"s3://{bucket}/{key}")

    def remove(self, bucket):
        assert f"s3://{bucket}" in self.s5cmd("ls")
        self.s5cmd("rb", f"s3://{bucket}")


class AWS(Client):
    def aws(self, *arguments: object) -> str:
        return self.run("aws", "--endpoint-url", self.server.endpoint, *arguments, AWS_EC2_METADATA_DISABLED="true", AWS_PAGER="")

    def make(self, bucket):
        self.aws("s3", "mb", f"s3://{bucket}")

    def put(self, bucket, key):
        self.aws("s3", "cp", self.file(key), f"s3://{bucket}/{key}")

    def list(self, bucket):
        return {line.split(maxsplit=3)[3] for line in self.aws("s3", "ls", "--recursive", f"s3://{bucket}").splitlines()}

    def get(self, bucket, key):
        self.aws("s3", "cp", f"s3://{bucket}/{key}", "got")
        return (self.folder / "got").read_bytes()

    def delete(self, bucket, key):
        self.aws("s3", "rm", f"s3://{bucket}/{key}")

    def remove(self, bucket):
        assert bucket in self.aws("s3", "ls")
        self.aws("s3", "rb", f"s3://{bucket}")


@pytest.mark.parametrize("kind", [Rclone, S3cmd, MinioPy, S5cmd, AWS])
def test_from_the_first_bucket_to_the_last_deletion(served, tmp_path, kind):
    client, bucket = kind(served, tmp_path), unused_bucket("client")
    client.make(bucket)
    # us-east-1, and where that is not served the first of those that are.
    home = "us-east-1" if "us-east-1" in served.regions else min(served.regions)
    assert served.s3(home).head_bucket(Bucket=bucket)["BucketRegion"] == home
    use(client, bucket, home)
    client.remove(bucket)
    with refused("404", status=404):
        served.s3(home).head_bucket(Bucket=bucket)


@pytest.mark.parametrize("kind", [Rclone, S3cmd, MinioPy, S5cmd])
def test_buckets_of_others_in_every_region(served, tmp_path, kind):
    for region in served.regions:
        client, bucket = kind(served, tmp_path), unused_bucket("client")
        served.s3(region).create_bucket(Bucket=bucket, **placed_in(region))
        if kind is Rclone and "us-east-1" in served.regions and region != "us-east-1":
            # Told an endpoint, it does not change its Region by itself. It says which one is to be set.
            with pytest.raises(AssertionError, match=f"bucket is in '{region}' region"):
                client.list(bucket)
            client.region = region
        use(client, bucket, region)


def use(client: Client, bucket: str, region: str) -> None:
    for key in FILES:
        client.put(bucket, key)
    assert client.list(bucket) == set(FILES)
    assert keys(client.server, bucket, region) == sorted(FILES)
    for key, data in FILES.items():
        assert client.get(bucket, key) == data
        client.delete(bucket, key)
    assert keys(client.server, bucket, region) == []


class Restic(Program):
    def restic(self, bucket: str, *arguments: object) -> str:
        return self.run("restic", "-q", "-r", f"s3:{self.server.endpoint}/{bucket}", *arguments, RESTIC_PASSWORD="secret")


def test_backups_of_restic(served, tmp_path):
    """It makes its bucket, and also works in one that is there, wherever."""
    client = Restic(served, tmp_path)
    for key in FILES:
        client.file(key)
    own, other = unused_bucket("restic"), unused_bucket("restic")
    served.s3("us-west-2").create_bucket(Bucket=other, **placed_in("us-west-2"))
    for bucket in (own, other):
        client.restic(bucket, "init")
        client.restic(bucket, "backup", "sent")
        client.restic(bucket, "restore", "latest", "--target", f"restored-{bucket}")
        for key, data in FILES.items():
            [found] = (tmp_path / f"restored-{bucket}").rglob(f"sent/{key}")
            assert found.read_bytes() == data
    client.restic(own, "forget", "--keep-tag", "none", "--prune")
    assert client.restic(own, "list", "packs") == ""
