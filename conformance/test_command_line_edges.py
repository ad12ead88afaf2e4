"""The command line where shells, signals and people are rough: odd names, full devices, closed streams, any signal, any arguments."""

from __future__ import annotations

import json
import os
import random
import resource
import signal
import subprocess

import images
import pytest
from disk_files import disk_file
from disks import BLOCK, noise
from ferry_command import FAILED
from ferry_server import HOME, binary
from patience import HANG, eventually

INTERRUPTED = 130


@pytest.fixture(scope="module")
def pushed(server, tmp_path_factory):
    disk = disk_file(tmp_path_factory.mktemp("edges") / "disk.raw", BLOCK, {0: noise("edges", 0)})
    command = [binary(), "push", disk, "--name", images.unused_name("edges"), "--json"]
    return json.loads(subprocess.run(command, env=server.shell_environment(), capture_output=True, check=True, timeout=HANG).stdout)


@pytest.mark.parametrize("name", ["x", "./y", "-", ".z", "ü", "a b", "x" * 247, "\u0301"])
def test_a_disk_is_pulled_into_a_file_of_any_name(ferry, tmp_path, pushed, name):
    ferry("pull", pushed["snapshotId"], name)
    assert (tmp_path / name).read_bytes() == noise("edges", 0)
    again = json.loads(ferry("push", name if name != "-" else "./-", "--name", images.unused_name("edges"), "--json").stdout)
    assert again["diskBytes"] == BLOCK


def test_a_bundle_has_files_of_any_name(tmp_path):
    (tmp_path / "d").write_bytes(noise("edges", 1))
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=u", "-keyout", "k", "-out", "c"]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    (tmp_path / "b").mkdir()

    def ferry(*arguments):
        subprocess.run([binary(), *arguments], cwd=tmp_path, check=True, capture_output=True, timeout=HANG)

    ferry("bundle", "d", "--cert", "c", "--key", "k", "--ec2-cert", "c", "--account", "123456789012", "--to", "b", "--prefix", "p")
    ferry("unbundle", "b/p.manifest.xml", "x", "--key", "k")
    (tmp_path / "b" / "p.manifest.xml").rename(tmp_path / "b" / "m")
    subprocess.run(["sh", "-c", "mv b/* ."], cwd=tmp_path, check=True)
    ferry("unbundle", "m", "y", "--key", "k", "--cert", "c")
    assert (tmp_path / "x").read_bytes() == (tmp_path / "y").read_bytes() == noise("edges", 1)


# Output --------------------------------------------------------------------------------------------------------------

PRINTING = [
    ["--help"], ["--version"], ["push", "--help"], ["--generate-completion-script", "bash"], ["images"], ["images", "--json"], ["env", "--data", "{data}"],
    ["keys"], ["pull", "{snapshot}", "pulled"], ["pull", "{snapshot}", "again", "--json"], ["verify", "{image}", "{image}"],
    ["diff", "{image}", "{image}"], ["diff", "{image}", "{image}", "--json"], ["certificate", "--data", "{data}", "--region", HOME], ["du", "--data", "{data}"],
    ["scrub", "--data", "{data}"], ["push", "pulled.raw", "--name", "{name}"], ["copy", "{image}", "--from", HOME, "--to", HOME, "--name", "{name}"],
    ["rm", "{gone}", "--dry-run"],
]


@pytest.mark.parametrize("arguments", PRINTING, ids=" ".join)
def test_output_that_is_lost_is_a_failure(server, tmp_path, pushed, arguments):
    (tmp_path / "pulled.raw").write_bytes(b"x")
    values = {
        "image": pushed["imageId"], "snapshot": pushed["snapshotId"], "data": server.data, "name": images.unused_name("edges"), "gone": "ami-1",
    }
    command = [binary(), *(argument.format(**values) for argument in arguments)]

    def run(output):
        with open(output, "w") as file:
            return subprocess.run(command, cwd=tmp_path, env=server.shell_environment(), stdout=file, stderr=subprocess.PIPE, text=True, timeout=HANG)

    full = run("/dev/full")
    assert full.returncode > 0, full.stderr
    if arguments[0] != "rm":
        assert "cannot write the output: No space left on device" in full.stderr


def test_a_reader_that_goes_away_is_no_failure(server):
    script = f'set -o pipefail; "{binary()}" --generate-completion-script bash | head -c 1 > /dev/null'
    done = subprocess.run(["bash", "-c", script], env=server.shell_environment(), capture_output=True, timeout=HANG)
    assert done.returncode in (0, 128 + signal.SIGPIPE) and b"cannot write" not in done.stderr


def test_output_never_goes_into_a_file_that_is_worked_with(server, tmp_path, pushed):
    """Without a standard output, the first file that is opened would get its number."""
    script = f'exec "{binary()}" pull {pushed["snapshotId"]} x --json <&- >&- 2>&-'
    done = subprocess.run(["sh", "-c", script], cwd=tmp_path, env=server.shell_environment(), timeout=HANG)
    assert done.returncode == FAILED
    assert (tmp_path / "x").read_bytes() == noise("edges", 0)


def test_a_file_that_may_not_grow_is_an_error(server, tmp_path, pushed):
    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))

    command = [binary(), "pull", pushed["snapshotId"], "x"]
    done = subprocess.run(command, cwd=tmp_path, env=server.shell_environment(), capture_output=True, text=True, timeout=HANG, preexec_fn=limit)
    assert done.returncode == FAILED and "File too large" in done.stderr, done.stderr
    assert not list(tmp_path.iterdir())


# Signals -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", ["SIGHUP", "SIGQUIT", "SIGTERM", "SIGUSR1", "SIGALRM"])
def test_every_signal_takes_the_snapshot_away(server, tmp_path, number):
    size = 300 * BLOCK + 512 * (1 + getattr(signal, number))
    disk = disk_file(tmp_path / "disk.raw", size, {index * BLOCK: noise("signals", index) for index in range(300)})
    ec2 = server.ec2(HOME)

    def pending():
        listed = ec2.describe_snapshots(Filters=[{"Name": "tag:ferry:disk-bytes", "Values": [str(size)]}])
        return {snapshot["SnapshotId"] for snapshot in listed["Snapshots"]}

    command = [binary(), "push", disk, "--name", images.unused_name("edges"), "--parallel", "1"]
    process = subprocess.Popen(command, env=server.shell_environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    eventually(pending, "the upload has begun", pause=0.002)
    process.send_signal(getattr(signal, number))
    _, error = process.communicate(timeout=HANG)
    assert process.returncode == INTERRUPTED, error
    assert pending() == set()


def test_a_signal_that_was_ignored_stays_so(server, tmp_path):
    """As nohup starts a command."""
    disk = disk_file(tmp_path / "disk.raw", 40 * BLOCK, {index * BLOCK: noise("nohup", index) for index in range(40)})
    command = [binary(), "push", disk, "--name", images.unused_name("edges"), "--json", "--parallel", "1"]
    process = subprocess.Popen(
        command, env=server.shell_environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN),
    )
    for _ in range(20):
        process.send_signal(signal.SIGHUP)
    output, error = process.communicate(timeout=HANG)
    assert process.returncode == 0, error
    assert images.describe(server, HOME, json.loads(output)["imageId"])["State"] == "available"


# Arguments -----------------------------------------------------------------------------------------------------------

COMMANDS = ["push", "pull", "images", "copy", "keys", "diff", "verify", "rm", "bundle", "unbundle", "certificate", "env", "du", "scrub"]
WORDS = [
    "", "x", "/", "//", ".", "..", "-", "--", "-x", "~", "é", "\u0301", "\u0301/\u0301", "a" * 300, "\n", "\x7f", "%s", "s3://", "s3:///", "s3://b", "s3://b//", "ami-", "ami-x",
    "snap-", "0", "-1", "99999999999999999999", "=", "k=", "=v", "k=v", "us-east-1", "us-east-1,", ",", "/dev/null", "/proc/self/mem", "x/", "./x", "é.é", ".x.", "nbd://x",
]
OPTIONS = [
    "--name", "--tag", "--format", "--device", "--force", "--parallel", "--region", "--endpoint-url", "--data", "--json", "--quiet", "--to", "--from", "--key", "--cert",
    "--ec2-cert", "--account", "--prefix", "--kms-key", "--encrypt", "--description", "--boot-mode", "--root-device-name", "--follow-references",
]


@pytest.mark.parametrize("round", range(2))
def test_any_arguments_end_in_order(tmp_path, seed, round):
    """No trap, no hang, no trace of the language that it is written in."""
    chance = random.Random(f"arguments {seed} {round}")
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "AWS_ENDPOINT_URL": "http://127.0.0.1:9", "AWS_ACCESS_KEY_ID": "k",
                   "AWS_SECRET_ACCESS_KEY": "s", "AWS_REGION": "us-east-1"}
    folder = tmp_path / "work"
    folder.mkdir()
    (folder / "x").write_bytes(b"x" * 512)
    for _ in range(40):
        arguments = [chance.choice(COMMANDS), *(chance.choice(WORDS + OPTIONS) for _ in range(chance.randrange(6)))]
        done = subprocess.run(
            [binary(), *arguments], cwd=folder, env=environment, stdin=subprocess.DEVNULL, capture_output=True, timeout=HANG,
        )
        told = f"{arguments!r}\nexit {done.returncode}\n{done.stderr.decode(errors='replace')}"
        assert done.returncode >= 0, told
        assert done.returncode in (0, 1, 2, 3, 64), told
        assert b"Fatal error" not in done.stderr and b"NSCocoaError" not in done.stderr and b"Optional(" not in done.stderr, told
        assert done.returncode == 0 or done.stderr or done.stdout, told


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("push",), 64), (("no-such-command",), 64), (("copy", "ami-1", "--to", ""), 64), (("images", "--no-such-option"), 64),
        (("images", "--region", "mars-north-1"), 1), (("rm", "ami-0123456789abcdef0"), 1), (("serve", "--listen", "127.0.0.1:0", "--data", "/proc/x"), 1),
        (("scrub", "--data", "/nowhere"), 1), (("certificate", "--data", "/nowhere"), 1),
    ],
)
def test_every_error_begins_with_the_programs_name(ferry, arguments, code):
    told = ferry(*arguments, expect=code)
    lines = [line for line in told.stderr.splitlines() if line and not line.startswith("20")]
    assert lines[0].startswith("ferry: ") and not any(line.startswith("Error: ") for line in lines), told.stderr


@pytest.mark.parametrize(
    ("arguments", "advice"),
    [
        (("run", "ami-0123456789abcdef0"), "ferry images --all-regions"), (("rm", "snap-0123456789abcdef0"), "name that Region with --region"),
        (("ssh", "i-0123456789abcdef0"), "--region"), (("share", "ami-0123456789abcdef0", "--with", "all"), "ferry images --all-regions"),
    ],
)
def test_errors_say_what_to_do(ferry, arguments, advice):
    told = ferry(*arguments, expect=1)
    assert advice in told.stderr, told.stderr
