"""What the tests share: one server for everything that leaves others alone, a fresh one for those that break things."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import accounts
import disks
import guests
import images
import neighbours
import pytest
import snapshots
from ferry_server import FerryServer, binary
from patience import HANG

# Processes that run a part of the suite each have it from the one that started them.
SEED = os.environ.setdefault("FERRY_TEST_SEED", str(random.SystemRandom().randrange(10**9)))

# A shell has what it starts in the background ignore these, and Ferry goes on ignoring what it finds ignored.
for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGHUP):
    if signal.getsignal(number) is signal.SIG_IGN:
        signal.signal(number, signal.SIG_DFL)

# The longest files, so that none of them is left for the end, when the other process has nothing to do any more.
FIRST = (
    "test_debian_guest.py", "test_terraform.py", "test_kill.py", "test_faulty_link.py", "test_command_line.py", "test_scripts.py", "test_bundle_buckets.py",
)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-coverage", action="store_true", help="write docs/coverage.md instead of comparing with it")


def pytest_sessionstart(session: pytest.Session) -> None:
    """Says what this run depends on; pytest's own header is not shown with -q."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter is not None and not session.config.option.collectonly:
        reporter.write_line(f"seed: {SEED} (FERRY_TEST_SEED={SEED} repeats this run); server: {binary()}")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: FIRST.index(item.path.name) if item.path.name in FIRST else len(FIRST))


@pytest.fixture(scope="session")
def seed() -> str:
    return SEED


def stop_well(running: FerryServer) -> None:
    """What every server has to show at the end: still there, never too large, and a graceful stop."""
    assert running.alive, f"the server died:\n{running.log_tail()}"
    peak = running.memory().peak
    running.stop()
    assert peak < running.memory_limit, f"the server held {peak / 2**20:.0f} MiB"


@pytest.fixture(scope="session")
def empty_server() -> Iterator[FerryServer]:
    """The server that most tests share, before anybody has anything on it."""
    with tempfile.TemporaryDirectory(prefix="ferry-", dir="/tmp") as folder:
        running = FerryServer(Path(folder) / "data").start()
        yield running
        stop_well(running)


@pytest.fixture(scope="session")
def server(empty_server: FerryServer) -> FerryServer:
    """The server that most tests share. It is stopped also where its neighbours cannot move in."""
    neighbours.move_in(empty_server)
    return empty_server


def servers_in(folder: Path, started: list[FerryServer]) -> Callable[..., FerryServer]:
    """What starts servers on data folders there."""

    def start(data: str = "data", **options: object) -> FerryServer:
        running = FerryServer(folder / data, **options)  # type: ignore[arg-type]
        started.append(running)
        return running.start()

    return start


@pytest.fixture
def start_server(tmp_path: Path) -> Iterator[Callable[..., FerryServer]]:
    """Starts servers of this test alone, by default each on a data folder of its own."""
    started: list[FerryServer] = []
    yield servers_in(tmp_path, started)
    for running in started:
        stop_well(running)


@pytest.fixture
def start_machines() -> Iterator[Callable[..., FerryServer]]:
    """The same, whose guests end with the test, whatever happens."""
    started: list[FerryServer] = []
    with tempfile.TemporaryDirectory(prefix="ferry-", dir="/tmp", ignore_cleanup_errors=True) as folder:
        yield servers_in(Path(folder), started)
        left = [process for running in started for process in guests.processes(running.data)]
        for running in started:
            stop_well(running)
        for process in left:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
    assert not left, f"{len(left)} processes of guests were left"


@pytest.fixture
def fresh_server(start_server: Callable[..., FerryServer]) -> FerryServer:
    return start_server()


@pytest.fixture(scope="session")
def disk() -> disks.Disk:
    """The disk of the read-mostly tests: 24 blocks of data scattered over 1 GiB."""
    return disks.Disk.made("a disk", 24, spread=disks.BLOCKS_PER_GIB)


@pytest.fixture(scope="session")
def snapshot(server: FerryServer, disk: disks.Disk) -> str:
    return snapshots.upload(server, disk, Description="the disk of the read-mostly tests")


@pytest.fixture(scope="session")
def image(server: FerryServer, snapshot: str) -> str:
    return images.register(server, snapshot, name="read-mostly", Description="the image of the read-mostly tests")


@pytest.fixture(scope="session")
def other_account(server: FerryServer) -> FerryServer:
    """The shared server, as the root user of a second account sees it."""
    return accounts.seen_by(server, accounts.created(server, "the second account"))


@pytest.fixture
def new_account(server: FerryServer) -> Callable[[], FerryServer]:
    """Makes an account of this test alone; the server, as its root user sees it."""
    return lambda: accounts.seen_by(server, accounts.created(server))


@pytest.fixture
def own_image(server: FerryServer, snapshot: str) -> str:
    """An image that the test may change and deregister."""
    return images.register(server, snapshot)


@pytest.fixture
def aws(server: FerryServer) -> Callable[..., subprocess.CompletedProcess[str]]:
    """The AWS command line, unmodified, pointed at the server by environment variables alone."""

    def run(*arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "awscli", *arguments]
        result = subprocess.run(command, env=server.shell_environment(), capture_output=True, text=True, timeout=HANG)
        if check:
            assert result.returncode == 0, f"{' '.join(arguments)}: exit {result.returncode}\n{result.stdout}{result.stderr}"
        return result

    return run


@pytest.fixture
def ferry(server, tmp_path):
    """Runs a command against the shared server; with `expect` an exit code other than 0 is the right one."""

    def run(*arguments, expect=0, on=server, **options):
        command = [str(binary()), *map(str, arguments)]
        result = subprocess.run(
            command, env=on.shell_environment(), cwd=tmp_path, capture_output=True, text=True, stdin=subprocess.DEVNULL,
            **{"timeout": HANG, **options},
        )
        told = f"{' '.join(command)}\nexit {result.returncode}\n{result.stdout}\n{result.stderr}"
        assert result.returncode == expect, told
        assert "Fatal error" not in result.stderr and "?  " not in result.stderr, told
        return result

    return run
