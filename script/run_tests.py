"""Runs the test runners, the one on PostgreSQL beside the others, and closes with one line that sums their counts.

Each runner writes a JUnit file; the counts come from there, never from text meant for people. A runner that crashed,
wrote no file, or ran nothing counts as one failure.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import threading
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "conformance"))

from postgres import Postgres  # noqa: E402

RESULTS = ROOT / ".build" / "test-results"
SWIFT_TESTING_CLOSED = re.compile(r"Test run with (\d+) tests? .*(passed|failed) after")
# Against a hang alone; the suites take minutes, and many times that under the sanitizer.
SWIFT_TESTING_SECONDS = 60 * 60
SANITIZED_SECONDS = 4 * SWIFT_TESTING_SECONDS
# A failure is told once more at the end, where it is found without a search through everything that passed.
FAILURE_CHARACTERS = 2000


@dataclass
class Counts:
    passed: int = 0
    skipped: int = 0
    # What did not pass, a text for people each: the name of the test and what it said.
    failures: tuple[str, ...] = ()

    @property
    def failed(self) -> int:
        return len(self.failures)

    def __add__(self, other: Counts) -> Counts:
        return Counts(self.passed + other.passed, self.skipped + other.skipped, self.failures + other.failures)

    def __str__(self) -> str:
        return f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped"


def count(report: Path) -> Counts:
    """The test cases of a JUnit file. Raises when there is no such file or it is cut short."""
    counts = Counts()
    for case in ElementTree.parse(report).getroot().iter("testcase"):
        faults = [*case.iter("failure"), *case.iter("error")]
        if faults:
            name = f"{case.get('classname', '')}/{case.get('name', '')}"
            counts.failures += (f"{name}: {faults[0].get('message') or faults[0].text or ''}"[:FAILURE_CHARACTERS],)
        elif case.find("skipped") is not None:
            counts.skipped += 1
        else:
            counts.passed += 1
    return counts


def judge(name: str, report: Path, status: int, complaint: str | None = None, out: TextIO = sys.stdout) -> Counts:
    """Counts a finished runner, and turns everything that is not a plain result into a failure that is named."""
    counts = Counts()
    try:
        counts = count(report)
    except (OSError, ElementTree.ParseError) as error:
        complaint = complaint or f"left no readable report: {error}"
    if complaint is None and counts.passed + counts.failed == 0:
        complaint = "ran no test"
    if complaint is None and status != 0 and counts.failed == 0:
        complaint = f"exited with {status} although no test failed"
    if complaint is not None:
        print(f"{name}: {complaint}", file=out, flush=True)
        counts.failures += (f"{name}: {complaint}",)
    print(f"{name}: {counts}", file=out, flush=True)
    return counts


def fresh_report(name: str) -> Path:
    RESULTS.mkdir(parents=True, exist_ok=True)
    report = RESULTS / f"{name}.xml"
    report.unlink(missing_ok=True)
    return report


def run_swift(
    arguments: list[str],
    name: str = "swift",
    environment: dict[str, str] | None = None,
    build: tuple[str, ...] = ("-c", "release"),
    seconds: int = SWIFT_TESTING_SECONDS,
    out: TextIO = sys.stdout,
) -> Counts:
    report = fresh_report(name)
    # Nothing is built, so another may run at the same time.
    command = ["swift", "test", *build, "--skip-build", "--ignore-lock", "--disable-xctest", "--xunit-output", str(report)]
    # One after another: side by side, tests that wait starve behind those that compute, and every time limit counts what others take.
    command += ["--no-parallel", *arguments]
    closed = None
    process = subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace",
        env={**os.environ, **(environment or {})},
    )
    assert process.stdout is not None
    deadline = threading.Timer(seconds, process.kill)
    deadline.start()
    for line in process.stdout:
        print(line, end="", file=out, flush=True)
        closed = SWIFT_TESTING_CLOSED.search(line) or closed
    status = process.wait()
    deadline.cancel()
    return judge(name, report, status, None if closed else f"did not reach its end (exit {status})", out)


def run_pytest(
    name: str, paths: list[str], arguments: list[str], environment: dict[str, str] | None = None, out: TextIO = sys.stdout
) -> Counts:
    report = fresh_report(name)
    command = [sys.executable, "-m", "pytest", *paths, f"--junit-xml={report}", *arguments]
    status = subprocess.run(command, cwd=ROOT / "conformance", env={**os.environ, **(environment or {})}, stdout=out).returncode
    # pytest: 0 passed, 1 some failed, 5 nothing collected; the rest is the runner's own trouble.
    return judge(name, report, status, None if status in (0, 1, 5) else f"pytest ended with {status}", out)


# Two at a time: a test waits for its server and for processes more than it computes. A file stays with one, since its tests share a server.
SIDE_BY_SIDE = ["--numprocesses=2", "--dist=loadfile", "--no-loadscope-reorder"]

# All that is about rows, but for what works on the files of a folder, as commands do that are not there for PostgreSQL.
ROWS_SUITES = "MetadataTests|ServicesTests"
FILES_SUITES = (
    "BackupDamageTests|BackupTests|CollectionGuardTests|DamagedIndexTests|DamagedPackTests|DataFolderTests|DirectorySecretsTests"
    "|MaintenanceTests|RecoverTests|RootKeyRotationTests|RowsAmissTests|SQLFrameIndexTests|UsageTests|VaultLoaderTests"
)
# A world is prepared anew for each step of a saga, since rows of a server are not copied as files are: half an hour.
LONG_ROWS_SUITES = "SagaTests"
ROWS_FILES = [
    "test_journey.py", "test_copy_incremental.py", "test_copy_tokens.py", "test_tags.py", "test_paging.py", "test_s3_buckets.py",
    "test_dry_run.py", "test_iam_users.py", "test_organizations.py", "test_quotas.py",
]

# And more by a server, when the whole is asked for.
ALL_ROWS_FILES = [
    *ROWS_FILES, "test_ebs_write.py", "test_kms_keys.py", "test_encryption.py", "test_s3_objects.py", "test_s3_multipart.py",
    "test_store_restore.py",
    # It looks into the files of the rows.
    "--deselect=test_store_restore.py::test_the_object_is_there_when_the_task_has_ended_and_not_before",
]


def run_on_postgres(suites: list[str], files: list[str], arguments: list[str], out: TextIO = sys.stdout) -> Counts:
    """What is about rows, once more with the rows in a PostgreSQL that is started for it."""
    postgres = Postgres()
    try:
        environment = {"FERRY_TEST_POSTGRES": postgres.url()}
        counts = run_swift(suites, "swift-postgres", environment, out=out)
        return counts + run_pytest("conformance-postgres", files, [*SIDE_BY_SIDE, *arguments], environment, out)
    finally:
        postgres.stop()


RUNNERS = {
    "tidy": lambda arguments: run_pytest("tidy", ["tidy"], arguments),
    "swift": run_swift,
    "postgres": lambda arguments, out=sys.stdout: run_on_postgres(
        ["--filter", ROWS_SUITES, "--skip", f"{FILES_SUITES}|{LONG_ROWS_SUITES}"], ROWS_FILES, arguments, out
    ),
    "conformance": lambda arguments: run_pytest("conformance", ["--ignore=tidy", "."], [*SIDE_BY_SIDE, *arguments]),
}

# What counts bytes, statements and system calls, or repeats a life at each of its steps, takes hours under the sanitizer and tells it nothing new.
# A real guest needs ferry-network, whose filter of system calls the sanitizer cannot live with.
UNSANITIZED_SUITES = "CostTests|SoakTests|SagaTests|RealGuestTests"


def run_sanitized(arguments: list[str]) -> Counts:
    """A race is written to the output as it is seen, and ends the runner with a status that is no success."""
    library = ROOT / ".build-thread" / "swift_runtime.so"
    clang = Path(shutil.which("swift") or "swift").resolve().parent / "clang"
    flags = ["-Wall", "-Wextra", "-Werror", "-O1", "-fPIC", "-shared", "-ldl"]
    subprocess.run([clang, ROOT / "script" / "thread-sanitizer" / "swift_runtime.c", *flags, "-o", library], check=True)
    environment = {"LD_PRELOAD": str(library), "TSAN_OPTIONS": "history_size=4"}
    build = ("--sanitize", "thread", "--scratch-path", ".build-thread")
    counts = run_swift([*arguments, "--skip", UNSANITIZED_SUITES], "swift-sanitized", environment, build, SANITIZED_SECONDS)
    if arguments:
        return counts
    # The threads that talk to PostgreSQL are our own.
    postgres = Postgres()
    try:
        environment["FERRY_TEST_POSTGRES"] = postgres.url()
        on_postgres = ["--filter", "MetadataTests"]
        return counts + run_swift(on_postgres, "swift-sanitized-postgres", environment, build, SANITIZED_SECONDS)
    finally:
        postgres.stop()


# Only when it is named.
LONG_RUNNERS = {
    "sanitized": run_sanitized,
    "postgres-whole": lambda arguments: run_on_postgres(
        ["--filter", ROWS_SUITES, "--skip", FILES_SUITES], ALL_ROWS_FILES, arguments
    ),
}


class Beside:
    """A runner that runs beside the others, and is told of when they have ended: it waits for its database more than it computes."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.counts = Counts(failures=(f"{name}: ended without counts",))
        RESULTS.mkdir(parents=True, exist_ok=True)
        self.out = (RESULTS / f"{name}.txt").open("w+")
        self.thread = threading.Thread(target=self._run)
        self.thread.start()

    def _run(self) -> None:
        self.counts = RUNNERS[self.name]([], self.out)

    def end(self) -> Counts:
        self.thread.join()
        print(f"--- {self.name}", flush=True)
        self.out.seek(0)
        shutil.copyfileobj(self.out, sys.stdout)
        self.out.close()
        return self.counts


def main() -> int:
    arguments = sys.argv[1:]
    runners = {**RUNNERS, **LONG_RUNNERS}
    if arguments and arguments[0] not in runners:
        print(f"usage: script/test [{'|'.join(runners)} [ARGUMENT…]]", file=sys.stderr)
        return 64
    total = Counts()
    beside = None
    for name in arguments[:1] or [name for name in RUNNERS if name != "postgres"]:
        if name == "swift" and not arguments:
            beside = Beside("postgres")
        print(f"--- {name}", flush=True)
        total += runners[name](arguments[1:])
    if beside is not None:
        total += beside.end()
    for failure in total.failures:
        print(f"failed: {failure}", flush=True)
    print(total, flush=True)
    return 0 if total.failed == 0 else 1


if __name__ == "__main__":
    sys.exit(main())
