"""A Ferry server as a process: start it, find it, kill it, stop it, and look at what it left behind."""

from __future__ import annotations

import configparser
import os
import re
import signal
import subprocess
import time
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
import botocore.config
import botocore.loaders
import botocore.session
import postgres
from patience import HANG

ROOT = Path(__file__).resolve().parent.parent
REGIONS = ("us-east-1", "us-west-2", "eu-west-1")
HOME, AWAY, THIRD = REGIONS

# The most that a server may hold in memory at any time, whatever the size of the disks that it copies.
MEMORY_LIMIT = 300 * 2**20

# What a Swift process prints when it dies of a trap, and what no log of a healthy server holds.
CRASH = re.compile(r"Fatal error|Precondition failed|\*\*\* Program crashed|\*\*\* Signal|Segmentation fault|AddressSanitizer")

# One loader for all clients: parsing EC2's service model takes longer than most tests.
_LOADER = botocore.loaders.create_loader()


def binary() -> Path:
    return Path(os.environ.get("FERRY_BINARY", ROOT / ".build" / "release" / "ferry"))


@dataclass(frozen=True)
class Credentials:
    access_key: str
    secret_key: str
    account: str
    token: str | None = None


@dataclass
class Memory:
    """Resident bytes of the process, now and at its highest."""

    now: int
    peak: int


@dataclass(repr=False)
class FerryServer:
    data: Path
    regions: tuple[str, ...] = REGIONS
    environment: dict[str, str] = field(default_factory=dict)
    arguments: tuple[str, ...] = ()
    log_file: Path | None = None
    certificate: Path | None = None
    """What clients trust, where the server has been told to speak TLS."""
    memory_limit: int = MEMORY_LIMIT
    """What it may hold at most in its life."""
    program: tuple[str, ...] = ()
    """The whole command that starts it, where it is not the binary under test with a data folder and Regions."""
    endpoint: str = ""
    credentials: Credentials | None = None
    process: subprocess.Popen[bytes] | None = None
    _clients: dict[Any, Any] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"<server at {self.endpoint or 'no address'}>"

    @property
    def log(self) -> Path:
        return self.log_file or self.data.with_name(self.data.name + ".log")

    def start(self) -> FerryServer:
        """Starts the process and returns once it says where it listens."""
        announced = self.data / "endpoint"
        announced.unlink(missing_ok=True)
        self.data.parent.mkdir(parents=True, exist_ok=True)
        command = [str(binary()), "serve", "--data", str(self.data), "--listen", "127.0.0.1:0"]
        command += ["--regions", ",".join(self.regions), *self.arguments]
        if "--database" not in self.arguments and (url := rows_url(self.data)) is not None:
            command += ["--database", url]
        command = list(self.program) or command
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "FERRY_ROOT_"))}
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env={**environment, **self.environment}
            )
        deadline = time.monotonic() + HANG
        while not (announced.exists() and announced.read_text().endswith("\n")):
            if self.process.poll() is not None:
                raise AssertionError(f"the server ended at once with {self.process.returncode}:\n{self.log_tail()}")
            if time.monotonic() > deadline:
                self.process.kill()
                raise AssertionError(f"the server did not announce itself within {HANG} s:\n{self.log_tail()}")
            time.sleep(0.005)
        self.endpoint = announced.read_text().strip()
        self.credentials = read_credentials(self.data / "credentials")
        self._clients.clear()
        return self

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    @property
    def alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    @property
    def account(self) -> str:
        assert self.credentials is not None
        return self.credentials.account

    def kill(self) -> None:
        """SIGKILL: the process gets no chance to finish anything."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def stop(self) -> None:
        """SIGTERM, and the promises of a graceful stop: exit code 0, no endpoint file, no crash in the log."""
        assert self.process is not None
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            status = self.process.wait(HANG)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"the server did not stop within {HANG} s of SIGTERM:\n{self.log_tail()}") from None
        crash = CRASH.search(self.log_text())
        assert crash is None, f"the log tells of a crash:\n{self.log_text()[max(0, crash.start() - 500):crash.start() + 3000]}"
        assert status == 0, f"exit code {status} after SIGTERM:\n{self.log_tail()}"
        assert not (self.data / "endpoint").exists(), "a stopped server still announces an endpoint"

    def memory(self) -> Memory:
        status = Path(f"/proc/{self.pid}/status").read_text()
        kibibytes = {name: int(value) for name, value in re.findall(r"^(VmRSS|VmHWM):\s+(\d+) kB", status, re.MULTILINE)}
        return Memory(now=kibibytes["VmRSS"] * 1024, peak=kibibytes["VmHWM"] * 1024)

    def log_text(self) -> str:
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    def log_tail(self, lines: int = 40) -> str:
        return "\n".join(self.log_text().splitlines()[-lines:])

    # Clients ---------------------------------------------------------------------------------------------------------

    def client(self, service: str, region: str = HOME, *, validate: bool = True, attempts: int = 1, **config: Any) -> Any:
        """A boto3 client. One attempt by default, so that no retry hides an error; `validate=False` lets through what
        the client library itself would refuse."""
        key = (service, region, validate, attempts, tuple(sorted(config.items())))
        if key not in self._clients:
            assert self.credentials is not None
            core = botocore.session.Session()
            core.register_component("data_loader", _LOADER)
            core.set_config_variable("config_file", os.devnull)
            core.set_config_variable("credentials_file", os.devnull)
            session = boto3.Session(
                aws_access_key_id=self.credentials.access_key,
                aws_secret_access_key=self.credentials.secret_key,
                aws_session_token=self.credentials.token,
                botocore_session=core,
            )
            self._clients[key] = session.client(
                service,
                region_name=region,
                endpoint_url=self.endpoint,
                verify=str(self.certificate) if self.certificate else None,
                config=botocore.config.Config(
                    retries={"mode": "standard", "total_max_attempts": attempts},
                    parameter_validation=validate,
                    connect_timeout=HANG,
                    read_timeout=HANG,
                    max_pool_connections=32,
                    **config,
                ),
            )
        return self._clients[key]

    def ec2(self, region: str = HOME, **options: Any) -> Any:
        return self.client("ec2", region, **options)

    def ebs(self, region: str = HOME, **options: Any) -> Any:
        return self.client("ebs", region, **options)

    def kms(self, region: str = HOME, **options: Any) -> Any:
        return self.client("kms", region, **options)

    def s3(self, region: str = HOME, **options: Any) -> Any:
        return self.client("s3", region, **options)

    def shell_environment(self) -> dict[str, str]:
        """What a user exports to point unmodified AWS tools at this server."""
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "FERRY_"))}
        assert self.credentials is not None
        return {
            **inherited,
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": self.credentials.access_key,
            "AWS_SECRET_ACCESS_KEY": self.credentials.secret_key,
            **({"AWS_SESSION_TOKEN": self.credentials.token} if self.credentials.token else {}),
            "AWS_REGION": HOME,
            "AWS_DEFAULT_REGION": HOME,
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_PAGER": "",
        }


def rows_url(data: Path) -> str | None:
    """A database for the rows of a data folder, where FERRY_TEST_POSTGRES names a PostgreSQL to keep them in."""
    place = os.environ.get("FERRY_TEST_POSTGRES")
    if place is None:
        return None
    # Noted beside the folder, and not made of its name: another test may get a folder of the same name later.
    noted = data.with_name(data.name + ".database")
    if not noted.exists():
        noted.write_text("ferry_" + uuid.uuid4().hex[:16])
        postgres.query(place, f"CREATE DATABASE {noted.read_text()}")
    name = noted.read_text()
    return place.replace("///postgres?", f"///{name}?")


def read_credentials(path: Path) -> Credentials:
    """The root account's key pair as the server wrote it: an AWS shared-credentials file with the account in a comment."""
    parser = configparser.ConfigParser()
    parser.read_string(path.read_text())
    account = re.search(r"^#.*\b(\d{12})\b", path.read_text(), re.MULTILINE)
    assert account is not None, f"{path} names no account"
    default = parser["default"]
    return Credentials(default["aws_access_key_id"], default["aws_secret_access_key"], account.group(1))
