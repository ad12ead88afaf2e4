"""The command line of `script/bench`."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from bench import disks, machine, peers, report
from bench.context import Bench
from bench.report import Row
from bench.rows import accounts, authorization, engines, images, machines, many_copies, objects, sparse, transfers, volumes
from bench.server import BINARY

# What can be chosen with --only, and which rows it stands for.
GROUPS: dict[str, Callable[[Bench], list[Row]]] = {
    "transfers": transfers.rows,
    "sparse": sparse.rows,
    "copies": many_copies.rows,
    "images": images.rows,
    "authorization": authorization.rows,
    "accounts": accounts.rows,
    "objects": objects.rows,
    "engines": engines.rows,
    "volumes": volumes.rows,
    "machines": machines.rows,
}
QUICK_PEERS = {"cp", "dd", "restic"}


def options(description: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="smaller sizes, one round, few peers: about three minutes")
    parser.add_argument("--only", metavar="GROUPS", help=f"of {', '.join(GROUPS)}; with commas between them")
    parser.add_argument("--disk", type=Path, help="a raw disk to use instead of a made one")
    parser.add_argument("--size-mib", type=int, help="size of the made disk")
    parser.add_argument("--fill-mib", type=int, help="how much of it real files fill")
    parser.add_argument("--rounds", type=int, help="how often everything is measured")
    parser.add_argument("--warm", action="store_true", help="leave the page cache as it is")
    parser.add_argument("--no-install", action="store_true", help="install no peer; those that are missing are left out")
    parser.add_argument("--against", metavar="FILE", type=Path, help="what --json wrote of another build on this machine: says how much slower each path is")
    parser.add_argument("--json", metavar="FILE", help="also write the figures as JSON; - for standard output, without the table")
    return parser.parse_args()


def main(description: str) -> None:
    chosen = options(description)
    if not BINARY.exists():
        sys.exit(f"bench: {BINARY} is not there; script/build makes it")
    names = chosen.only.split(",") if chosen.only else list(GROUPS)
    if unknown := [name for name in names if name not in GROUPS]:
        sys.exit(f"bench: no such group: {', '.join(unknown)}; there are {', '.join(GROUPS)}")
    if not chosen.no_install:
        peers.install()
    with tempfile.TemporaryDirectory(prefix="ferry-bench-") as place:
        found = measure(chosen, names, Path(place))
    if chosen.json == "-":
        print(json.dumps(found, indent=2))
    elif chosen.json:
        Path(chosen.json).write_text(json.dumps(found, indent=2) + "\n")


def measure(chosen: argparse.Namespace, names: list[str], folder: Path) -> dict:
    facts = machine.facts(folder)
    if chosen.warm:
        facts["pageCache"] = "warm"
    disk = chosen.disk
    if disk is None:
        size = chosen.size_mib or (1024 if chosen.quick else 4096)
        disk = folder / "disk.raw"
        disks.make(disk, size, chosen.fill_mib or size // 2)
    allocated = disk.stat().st_blocks * 512
    rounds = chosen.rounds or (1 if chosen.quick else 3)
    sizes = {"bytes": disk.stat().st_size, "allocated": allocated, "rounds": rounds}
    # What a copy of the file touches: its pages once read and once written, and what the processes need.
    quiet = machine.Quiet(2 * allocated + 2**29, cold=not chosen.warm)
    tools = peers.Peers(folder / "peers", disk, QUICK_PEERS if chosen.quick else None)
    bench = Bench(folder, disk, quiet, tools, rounds, chosen.quick)
    rows: list[Row] = []
    for name in names:
        print(f"bench: {name}", file=sys.stderr)
        rows += GROUPS[name](bench)
    report.judge_memory(rows)
    if chosen.json != "-":
        print(report.table(rows, facts, sizes))
        if chosen.against:
            print(report.changes(rows, json.loads(chosen.against.read_text())["rows"]))
    return {"machine": facts, "disk": sizes, "rows": [row.machine_readable() for row in rows], "peers": tools.samples}
