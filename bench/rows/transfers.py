"""Push, first copy, second copy, a copy after 1 % of the blocks changed, and pull: one disk's way through two Regions."""

from __future__ import annotations

import subprocess
import sys

from bench import disks
from bench.context import Bench
from bench.calls import BLOCK
from bench.machine import sync_file
from bench.report import Row
from bench.server import AWAY, HOME, Server

SHARE = 0.01


class Transfers:
    """The rounds of the transfers. All samples of a row and of its peers are taken in turns, round by round."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self.push = Row("push")
        self.first = Row("first copy")
        self.sealing = Row("copy, open to sealed")
        self.sealed = Row("copy, sealed to sealed", note="between Regions, so from one data key to another")
        self.second = Row("second copy, unchanged", note="from CopyImage sent to `available` seen")
        self.changed = Row("copy, 1 % of blocks changed")
        self.pull = Row("pull")
        self.theirs = bench.peers.samples

    def rows(self) -> list[Row]:
        for number in range(self.bench.rounds):
            with self.bench.server(f"transfers-{number}") as server:
                self.round(server)
        return self.judged()

    def round(self, server: Server) -> None:
        bench, peers = self.bench, self.bench.peers
        home, away = HOME, AWAY[0]
        bench.peer("cp", peers.cp)
        bench.peer("qemu-img convert", peers.qemu)
        bench.peer("rsync", peers.rsync)
        image = self.sample(self.push, server, lambda: server.ferry("push", bench.disk, "--name", "bench", "--region", home))["imageId"]
        bench.peer("restic backup", peers.restic_backup)
        bench.peer("borg create", peers.borg_create)
        bench.peer("casync make", peers.casync_make)

        calls = server.connection()
        before = server.stored(away)
        copied = self.sample(self.first, server, lambda: calls.copy(image, home, away, "first")[1])
        stored = server.stored(away) - before
        self.first.facts = {"storedBytes": stored}
        source = peers.stored_bytes(stored)
        bench.peer("dd of the stored bytes", lambda: peers.dd(source))
        bench.peer("restic copy", peers.restic_copy)

        sealed = self.sample(self.sealing, server, lambda: calls.copy(image, home, AWAY[1], "sealed", Encrypted="true")[1])
        self.sample(self.sealed, server, lambda: calls.copy(sealed, AWAY[1], AWAY[2], "sealed anew", Encrypted="true"))
        self.sample(self.second, server, lambda: calls.copy(image, home, away, "second"), cold=False)
        self.one_per_cent(server)
        self.pulled(server, copied)

    def one_per_cent(self, server: Server) -> None:
        bench, calls, away = self.bench, server.connection(), AWAY[0]
        disk = bench.folder / "changed.raw"
        count = disks.changed(bench.disk, disk, SHARE)
        image = server.ferry("push", disk, "--name", "changed", "--region", HOME)["imageId"]
        disk.unlink()
        before = server.stored(away)
        self.sample(self.changed, server, lambda: calls.copy(image, HOME, away, "changed"))
        moved = server.stored(away) - before
        self.changed.facts = {"changedBytes": count * BLOCK, "movedBytes": moved}

    def pulled(self, server: Server, image: str) -> None:
        bench, peers = self.bench, self.bench.peers
        target = bench.folder / "pulled.raw"

        def pull() -> None:
            server.ferry("pull", image, target, "--region", AWAY[0])
            sync_file(target)

        self.sample(self.pull, server, pull)
        if subprocess.run(["cmp", "-s", "-n", str(bench.disk.stat().st_size), bench.disk, target]).returncode != 0:
            sys.exit("bench: what was pulled differs from what was pushed")
        target.unlink()
        bench.peer("restic restore", peers.restic_restore)
        bench.peer("borg extract", peers.borg_extract)
        bench.peer("casync extract", peers.casync_extract)

    def sample(self, row: Row, server: Server, step, *, cold: bool = True):
        self.bench.quiet.before(cold=cold)
        server.forget_peak()
        busy = server.cpu_seconds()
        seconds, result = self.bench.quiet.clock(step)
        row.samples.append(seconds)
        row.used(server.peak_memory())
        row.facts["serverCPUSeconds"] = round(server.cpu_seconds() - busy, 2)
        return result

    def judged(self) -> list[Row]:
        theirs = self.theirs
        row = self.first
        row.beside("cp and sync", theirs.get("cp", []), at_most=0.5)
        row.beside("dd of the stored bytes", theirs.get("dd of the stored bytes", []), at_most=1.5)
        row.beside("restic copy", theirs.get("restic copy", []), at_most=0.1)
        for peer in ("qemu-img convert", "rsync"):
            row.beside(peer, theirs.get(peer, []))
        for sealed in (self.sealing, self.sealed):
            sealed.beside("first copy", row.samples, at_most=1.1)
        self.second.judge("50 ms", (self.second.value or 0) / 0.05, at_most=1)
        moved, changed = self.changed.facts["movedBytes"], self.changed.facts["changedBytes"]
        self.changed.judge("bytes moved / bytes changed", moved / changed, at_most=1.02)
        self.changed.beside("first copy", row.samples, at_most=0.05)
        self.push.beside("restic backup", theirs.get("restic backup", []), at_most=0.5)
        for peer in ("borg create", "casync make"):
            self.push.beside(peer, theirs.get(peer, []))
        self.push.beside("cp and sync", theirs.get("cp", []))
        self.pull.beside("cp and sync", theirs.get("cp", []), at_most=1.2)
        for peer in ("restic restore", "borg extract", "casync extract", "qemu-img convert", "rsync"):
            self.pull.beside(peer, theirs.get(peer, []))
        return [self.first, self.sealing, self.sealed, self.second, self.changed, self.push, self.pull]


def rows(bench: Bench) -> list[Row]:
    return Transfers(bench).rows()
