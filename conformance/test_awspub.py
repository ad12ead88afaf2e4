"""awspub, Canonical's publisher: uploads a disk, imports it as a snapshot, copies that into each Region and registers an image there."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import disks
import images
import snapshots
from buckets import make_bucket
from ferry_server import AWAY, HOME, THIRD
from patience import HANG

PACKAGES = Path(sys.prefix) / "awspub"

CONFIGURATION = """
awspub:
  s3:
    bucket_name: "{bucket}"
  source:
    path: "disk.vmdk"
    architecture: "x86_64"
  images:
    "published-by-awspub":
      description: "published by awspub"
      boot_mode: "uefi-preferred"
      root_device_volume_size: 2
      regions:
        - {regions[0]}
        - {regions[1]}
        - {regions[2]}
  tags:
    stage: "test"
"""


def awspub(server, folder, command):
    environment = {**server.shell_environment(), "PYTHONPATH": str(PACKAGES)}
    program = [sys.executable, "-c", "from awspub.cli import main; main()", command, "config.yaml"]
    return subprocess.run(program, cwd=folder, env=environment, capture_output=True, text=True, timeout=HANG)


def test_publishes_in_every_region(server, tmp_path):
    disk = disks.Disk.made("published", 12, spread=2_000)
    with (tmp_path / "disk.raw").open("wb") as file:
        for index, data in disk.blocks.items():
            file.seek(index * disks.BLOCK)
            file.write(data)
        file.truncate(1 << 30)
    subprocess.run(
        ["qemu-img", "convert", "-f", "raw", "-O", "vmdk", "-o", "subformat=streamOptimized", "disk.raw", "disk.vmdk"],
        cwd=tmp_path, check=True,
    )
    bucket = make_bucket(server)
    (tmp_path / "config.yaml").write_text(CONFIGURATION.format(bucket=bucket, regions=(HOME, AWAY, THIRD)))
    done = awspub(server, tmp_path, "create")
    assert done.returncode == 0, done.stdout + done.stderr
    made = json.loads(done.stdout)["images"]["published-by-awspub"]
    assert set(made) == {HOME, AWAY, THIRD}
    for region, image in made.items():
        found = images.describe(server, region, image)
        assert (found["State"], found["Name"], found["BootMode"]) == ("available", "published-by-awspub", "uefi-preferred")
        assert {"Key": "stage", "Value": "test"} in found["Tags"]
        [snapshot] = images.snapshots_of(found)
        snapshots.assert_holds(server, region, snapshot, disk)
    # Everything is there already, and found again.
    again = awspub(server, tmp_path, "create")
    assert again.returncode == 0, again.stdout + again.stderr
    assert json.loads(again.stdout)["images"]["published-by-awspub"] == made
