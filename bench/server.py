"""A server under measurement, and the command line that talks to it."""

from __future__ import annotations

import configparser
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

from bench.calls import Connection

ROOT = Path(__file__).resolve().parent.parent
BINARY = Path(os.environ.get("FERRY_BINARY", ROOT / ".build" / "release" / "ferry"))
HOME = "us-east-1"
AWAY = ("us-west-2", "eu-west-1", "eu-central-1")
REGIONS = (HOME, *AWAY)
FRAME_HEADER = 80


class Server:
    """A server on a data folder, for as long as the `with` block lasts."""

    def __init__(self, folder: Path, database: str | None = None) -> None:
        """`database`: the PostgreSQL that holds the rows, if not SQLite."""
        self.database = database
        self.data = folder / "data"
        self.log = folder / "server.log"

    def __enter__(self) -> Server:
        announced = self.data / "endpoint"
        announced.unlink(missing_ok=True)
        command = [BINARY, "serve", "--data", self.data, "--listen", "127.0.0.1:0", "--regions", ",".join(REGIONS)]
        # What the server can do is measured, and not what it lets one account have.
        command += ["--throttling", "off"]
        if self.database:
            command += ["--database", self.database]
        self.begun = time.perf_counter()
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=environment())
        deadline = time.monotonic() + 60
        while not (announced.exists() and announced.read_text().endswith("\n")):
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.process.kill()
                sys.exit(f"bench: the server did not start:\n{self.log.read_text()}")
            time.sleep(0.001)
        self.endpoint = announced.read_text().strip()
        return self

    def __exit__(self, *error: object) -> None:
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def connection(self) -> Connection:
        keys = configparser.ConfigParser()
        keys.read_string((self.data / "credentials").read_text())
        default = keys["default"]
        return Connection(self.endpoint, default["aws_access_key_id"], default["aws_secret_access_key"])

    def ferry(self, *arguments: object) -> dict | list:
        """Runs a command and gives its JSON."""
        command = [str(part) for part in (BINARY, *arguments, "--data", self.data, "--json")]
        result = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL, env=environment())
        if result.returncode != 0:
            sys.exit(f"bench: {' '.join(command)} ended with {result.returncode}\n{result.stdout}{result.stderr}")
        return json.loads(result.stdout)

    def forget_peak(self) -> None:
        """The largest resident size is counted from here on."""
        Path(f"/proc/{self.process.pid}/clear_refs").write_text("5")

    def peak_memory(self) -> int:
        for line in Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("VmHWM"):
                return int(line.split()[1]) * 1024
        return 0

    def cpu_seconds(self) -> float:
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def stored(self, region: str) -> int:
        """Bytes of the frames in a Region's packs, headers included: what moved into it, when taken before and after."""
        index = self.data / "regions" / region / "index.sqlite"
        rows = sqlite3.connect(f"file:{index}?mode=ro", uri=True)
        try:
            [found] = rows.execute(f"SELECT COALESCE(SUM(stored_length + {FRAME_HEADER}), 0) FROM frames")
            return found[0]
        finally:
            rows.close()


def environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "FERRY_ROOT_"))}
