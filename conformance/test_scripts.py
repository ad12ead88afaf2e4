"""The scripts that a newcomer runs first: the demo from end to end, the bootable image, and the benchmark's machine-readable output."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess

import pytest
from ferry_server import ROOT, binary
from patience import HANG


def run(*command, **options):
    environment = {**os.environ, "FERRY_BINARY": str(binary())}
    result = subprocess.run(
        [str(part) for part in command], env=environment, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=HANG, **options
    )
    assert result.returncode == 0, f"{command}: exit {result.returncode}\n{result.stdout}\n{result.stderr}"
    return result.stdout + result.stderr


def test_demo(tmp_path):
    output = run(ROOT / "script" / "demo", cwd=tmp_path)
    assert "byte for byte" in output
    assert re.search(r"moved", output) and re.search(r"stored", output)
    assert list(tmp_path.iterdir()) == [], "the demo leaves nothing behind"


@pytest.mark.skipif(shutil.which("sfdisk", path="/sbin:/usr/sbin:" + os.environ["PATH"]) is None, reason="fdisk is not installed")
def test_made_image_is_a_disk_with_a_boot_sector_and_two_file_systems(tmp_path):
    disk = tmp_path / "disk.raw"
    run(ROOT / "script" / "make-image", disk)
    data = disk.read_bytes()[:512]
    assert data[510:] == b"\x55\xaa"
    assert data[:3] != b"\0\0\0", "no boot code"
    table = json.loads(subprocess.run(["sfdisk", "--json", disk], capture_output=True, text=True, env={"PATH": "/sbin:/usr/sbin:/usr/bin:/bin"}).stdout)
    partitions = table["partitiontable"]["partitions"]
    assert len(partitions) == 2 and partitions[0]["bootable"] is True


def test_bench_tells_machines_what_it_tells_people(tmp_path):
    report = tmp_path / "bench.json"
    sizes = ("--size-mib", "256", "--fill-mib", "96")
    output = run(
        ROOT / "script" / "bench", "--quick", "--no-install", "--only", "transfers,sparse", *sizes, "--json", report, cwd=tmp_path
    )
    found = json.loads(report.read_text())
    rows = {row["name"]: row for row in found["rows"]}
    assert {"first copy", "second copy, unchanged", "copy, 1 % of blocks changed", "push", "pull"} < set(rows)
    assert all(row["value"] > 0 for row in rows.values() if row["samples"])
    assert found["machine"]["cores"] == os.cpu_count()
    for name in rows:
        assert name in output
