"""A PostgreSQL of the tests' own: its data in a temporary folder, listening on a socket in that folder alone."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

from patience import HANG

USER = "ferry"


def programs() -> Path:
    """The folder of the newest PostgreSQL that is installed; Debian keeps several side by side and none of them on PATH."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parent.parent.name))
    if found:
        return found[-1].parent
    initdb = shutil.which("initdb")
    assert initdb is not None, "no PostgreSQL: script/setup installs it"
    return Path(initdb).parent


class Postgres:
    """Started when it is made; `stop` takes everything away.

    `settings` are given to the server beside those that all tests have: `fsync=off`.
    """

    def __init__(self, *settings: str) -> None:
        self.settings = settings
        # The path of a socket may have 107 bytes, so not below a folder of pytest's.
        self.folder = Path(tempfile.mkdtemp(prefix="ferry-pg-", dir="/tmp"))
        self.data = self.folder / "data"
        self.log = self.folder / "log"
        self._prefix: list[str] = []
        if os.geteuid() == 0:
            # PostgreSQL does not run as root. Debian makes a user for it.
            pwd.getpwnam("postgres")
            self._prefix = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
            shutil.chown(self.folder, "postgres", "postgres")
        self._run("initdb", "-D", str(self.data), "-U", USER, "-A", "trust", "--no-sync", "-E", "UTF8", "--locale=C.UTF-8")
        self.start()

    def _run(self, program: str, *arguments: str) -> None:
        command = [*self._prefix, str(programs() / program), *arguments]
        # pg_ctl leaves a server behind that would hold on to a pipe.
        with (self.folder / "commands.log").open("ab") as log:
            status = subprocess.run(command, cwd=self.folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log, timeout=HANG).returncode
        told = self.log.read_text(errors="replace")[-3000:] if self.log.exists() else ""
        assert status == 0, f"{' '.join(command)}: exit {status}\n{told}"

    def start(self) -> None:
        options = (
            f"-c listen_addresses='' -k {self.folder} -c shared_buffers=64MB -c max_connections=600 -c wal_level=minimal"
            " -c max_wal_senders=0 -c max_locks_per_transaction=256"
        ) + "".join(f" -c {setting}" for setting in self.settings)
        # What is left of one that was killed.
        for left in (self.data / "postmaster.pid", *self.folder.glob(".s.PGSQL.*")):
            left.unlink(missing_ok=True)
        self._run("pg_ctl", "-D", str(self.data), "-w", "-l", str(self.log), "-o", options, "start")

    def pause(self) -> None:
        """Stops it in order; `start` starts it again."""
        self._run("pg_ctl", "-D", str(self.data), "-w", "-m", "fast", "stop")

    def kill(self) -> None:
        """SIGKILL, of the postmaster: what it had not synced is gone, and its children end by themselves."""
        pid = int((self.data / "postmaster.pid").read_text().splitlines()[0])
        children = self._children(pid)
        os.kill(pid, signal.SIGKILL)
        deadline = time.monotonic() + HANG
        while any(Path(f"/proc/{child}/fd").exists() and self._is_ours(child) for child in [pid, *children]):
            assert time.monotonic() < deadline, "the processes of PostgreSQL do not end"
            time.sleep(0.01)

    @staticmethod
    def _children(pid: int) -> list[int]:
        listed = Path(f"/proc/{pid}/task/{pid}/children").read_text()
        return [int(child) for child in listed.split()]

    @staticmethod
    def _is_ours(pid: int) -> bool:
        try:
            status = Path(f"/proc/{pid}/stat").read_text()
        except OSError:
            return False
        return "(postgres)" in status and status.rsplit(")", 1)[1].split()[0] != "Z"

    def stop(self) -> None:
        try:
            if (self.data / "postmaster.pid").exists():
                self._run("pg_ctl", "-D", str(self.data), "-w", "-m", "immediate", "stop")
        finally:
            shutil.rmtree(self.folder, ignore_errors=True)

    def url(self, database: str = "postgres") -> str:
        return f"postgresql:///{database}?host={self.folder}&user={USER}"

    def create(self, database: str) -> str:
        """Makes a database unless it is there, and returns its URL."""
        if self.query("SELECT 1 FROM pg_database WHERE datname = '" + database + "'") == "":
            self.query(f'CREATE DATABASE "{database}"')
        return self.url(database)

    def query(self, sql: str, database: str = "postgres") -> str:
        return query(self.url(database), sql)


def query(url: str, sql: str) -> str:
    command = [str(programs() / "psql"), "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", url, "-c", sql]
    result = subprocess.run(command, capture_output=True, text=True, timeout=HANG)
    assert result.returncode == 0, f"{sql}: {result.stderr}"
    return result.stdout.strip()
