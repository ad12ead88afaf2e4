"""What it takes to launch a machine, to boot it and to make an image of it; and what the server holds for each that runs."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from bench.calls import BLOCK, Connection
from bench.context import Bench
from bench.report import Row
from bench.server import HOME, ROOT, Server

sys.path.insert(0, str(ROOT / "conformance"))

from patience import eventually  # noqa: E402

MIB = 2**20
# What the disk of script/make-image says once its root file system is there, and once it answers.
UP, ANSWERS = b"FERRY-DISK-IS-UP", b"FERRY-SSH-IS-UP"


class Guest:
    """An instance of the server under measurement."""

    def __init__(self, server: Server, calls: Connection, image: str) -> None:
        self.calls = calls
        asked = calls.ec2("RunInstances", HOME, ImageId=image, InstanceType="t3.nano", MinCount=1, MaxCount=1)
        self.answered = time.perf_counter()
        self.id = asked.findtext("instancesSet/item/instanceId") or ""
        self.folder = server.data / "regions" / HOME / "machines" / self.id

    def await_state(self, state: str) -> None:
        eventually(lambda: self.state == state, f"{self.id} is {state}", pause=0.005)

    @property
    def state(self) -> str | None:
        described = self.calls.ec2("DescribeInstances", HOME, InstanceId_1=self.id)
        return described.findtext("reservationSet/item/instancesSet/item/instanceState/name")

    def await_console(self, text: bytes, times: int = 1) -> None:
        console = self.folder / "console"
        eventually(lambda: console.exists() and console.read_bytes().count(text) >= times, f"{self.id} says {text.decode()}")

    def process(self, name: str = "qemu") -> int:
        return int((self.folder / f"{name}.pid").read_text().split()[0])

    def change(self, action: str, state: str) -> float:
        """Seconds until the instance has the state that the action is to give it."""
        begun = time.perf_counter()
        self.calls.ec2(action, HOME, InstanceId_1=self.id)
        self.await_state(state)
        return time.perf_counter() - begun

    def image(self, name: str, **options: str) -> float:
        """Seconds until an image of it is available."""
        begun = time.perf_counter()
        made = self.calls.ec2("CreateImage", HOME, InstanceId=self.id, Name=name, **options).findtext("imageId") or ""
        eventually(lambda: self.calls.state(made, HOME) != "pending", f"{made} is available", pause=0.005)
        seconds = time.perf_counter() - begun
        if (state := self.calls.state(made, HOME)) != "available":
            sys.exit(f"bench: the image {made} of {self.id} ended as {state}")
        return seconds


@contextmanager
def guest(server: Server, calls: Connection, image: str) -> Iterator[Guest]:
    made = Guest(server, calls, image)
    try:
        yield made
    finally:
        made.change("TerminateInstances", "terminated")


def age(process: int) -> float:
    """Seconds since a process was started."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return time.clock_gettime(time.CLOCK_BOOTTIME) - int(fields[19]) / os.sysconf("SC_CLK_TCK")


def private_memory(process: int) -> int:
    """Bytes that a process has for itself, and its share of what it has with others."""
    lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))


def rows(bench: Bench) -> list[Row]:
    disk = bench.folder / "boots.raw"
    subprocess.run([ROOT / "script" / "make-image", disk, "1024"], check=True, stdout=sys.stderr)
    with bench.server("machines") as server:
        calls = server.connection()
        image = server.ferry("push", disk, "--name", "boots", "--region", HOME)["imageId"]
        return [*launches(bench, server, calls), boots(bench, server, calls, image, disk), *images(bench, server, calls, image)]


def launches(bench: Bench, server: Server, calls: Connection) -> list[Row]:
    """Of disks that boot nothing, so that what is timed is all that happens before the guest's first instruction."""
    account = calls.query("sts", "2011-06-15", "GetCallerIdentity").findtext("GetCallerIdentityResult/Account")
    server.ferry("quotas", "set", account, "ebs/L-7A658B76", 1_000, "--region", HOME)
    options = {"VirtualizationType": "hvm", "EnaSupport": "true", "BlockDeviceMapping_1_Ebs_VolumeType": "gp3"}
    small, large = (
        calls.register(calls.put_disk(gib, {0: b"\x01" * BLOCK}, HOME), f"{gib} GiB", HOME, **options) for gib in (1, 65_536)
    )
    row = Row("RunInstances answered → running, a 64 TiB image")
    beside: list[float] = []
    for _ in range(max(5, bench.rounds)):
        for image, samples in ((small, beside), (large, row.samples)):
            bench.quiet.before()
            with guest(server, calls, image) as launched:
                launched.await_state("running")
                samples.append(time.perf_counter() - launched.answered)
    row.judge("500 ms", (row.value or 0) / 0.5, at_most=1)
    row.beside("a 1 GiB image", beside, at_most=1.25)
    return [row]


def boots(bench: Bench, server: Server, calls: Connection, image: str, disk: Path) -> Row:
    row = Row("power-on → root file system, 1 GiB disk", note="emulated where there is no KVM; both with an empty page cache")
    theirs: list[float] = []
    for _ in range(max(3, bench.rounds)):
        bench.quiet.before()
        with guest(server, calls, image) as ours:
            ours.await_state("running")
            ours.await_console(UP)
            row.samples.append(age(ours.process()))
            command = Path(f"/proc/{ours.process()}/cmdline").read_bytes().decode().split("\0")[:-1]
        theirs.append(alone(bench, command, disk))
    row.beside("QEMU on the raw file", theirs, at_most=1.15)
    return row


def alone(bench: Bench, ours: list[str], disk: Path) -> float:
    """Seconds from power-on of the same machine, which QEMU runs on a raw file, without Ferry."""
    copy, console = bench.folder / "alone.raw", bench.folder / "alone.console"
    subprocess.run(["cp", "--sparse=always", disk, copy], check=True)
    console.unlink(missing_ok=True)
    replaced = {
        "-blockdev": lambda old: f"driver=raw,node-name={node(old)},file.driver=file,file.filename={copy},discard=unmap",
        "-qmp": lambda _: "unix:alone.qmp,server=on,wait=off",
        "-chardev": lambda _: f"file,id=console,path={console}",
        "-netdev": lambda _: "user,id=network,restrict=on",
    }
    command = [ours[0]]
    for part in ours[1:]:
        command.append(replaced[command[-1]](part) if command[-1] in replaced else part)
    command = [part for part in command if part != "-S"]
    bench.quiet.before()
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, cwd=bench.folder)
    try:

        def is_up() -> bool:
            if process.poll() is not None:
                sys.exit(f"bench: {shlex.join(command)} ended with {process.returncode}")
            return console.exists() and UP in console.read_bytes()

        eventually(is_up, "QEMU on the raw file is up")
        return age(process.pid)
    finally:
        process.kill()
        process.wait()
        copy.unlink()


def node(blockdev: str) -> str:
    """The name of a node, out of its description in JSON."""
    return str(json.loads(blockdev)["node-name"])


def images(bench: Bench, server: Server, calls: Connection, image: str) -> list[Row]:
    running = Row("CreateImage without a reboot → available, 1 GiB", note="of a guest that has booted and answers")
    rebooted = Row("CreateImage → available, beyond the guest's own shutdown, 1 GiB")
    memory = Row("memory for each machine that runs", unit="MiB", note="of the server and of the machine's network")
    with guest(server, calls, image) as first:
        first.await_console(ANSWERS)
        shutdown = first.change("StopInstances", "stopped")
        first.change("StartInstances", "running")
        first.await_console(ANSWERS, times=2)
        rounds = max(3, bench.rounds)
        for number in range(rounds):
            bench.quiet.before()
            running.samples.append(first.image(f"running {number}", NoReboot="true"))
        for number in range(rounds):
            bench.quiet.before()
            rebooted.samples.append(max(0, first.image(f"rebooted {number}") - shutdown))
            first.await_console(ANSWERS, times=3 + number)
        before = private_memory(server.process.pid)
        count = 2 if bench.quick else 4
        with ExitStack() as all_of_them:
            guests = [all_of_them.enter_context(guest(server, calls, image)) for _ in range(count)]
            for one in guests:
                one.await_console(ANSWERS)
            used = private_memory(server.process.pid) - before + sum(private_memory(one.process("network")) for one in guests)
            memory.samples.append(used / count / MIB)
    running.judge("3 s", (running.value or 0) / 3, at_most=1)
    rebooted.judge("3 s", (rebooted.value or 0) / 3, at_most=1)
    memory.judge("8 MB", used / count / 8e6, at_most=1)
    return [running, rebooted, memory]
