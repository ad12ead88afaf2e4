"""`ferry bundle` and `ferry unbundle`: a disk into a folder and back, without a server."""

from __future__ import annotations

import hashlib
import json
import random
import re
import subprocess
import sys
from pathlib import Path

import pytest
from ferry_command import MISUSED
from ferry_server import ROOT, binary
from patience import HANG

SCRIPTS = ROOT / "Tests" / "BundlesTests" / "Fixtures"
SIZE = 48 << 20


def ferry(folder: Path, *arguments: object, expect: int = 0) -> subprocess.CompletedProcess[str]:
    done = subprocess.run([binary(), *map(str, arguments)], cwd=folder, capture_output=True, text=True, timeout=HANG)
    assert done.returncode == expect, done.stderr
    return done


@pytest.fixture
def folder(tmp_path: Path, seed: str) -> Path:
    """A disk with holes, a user's identity and a Region's."""
    with (tmp_path / "disk").open("wb") as disk:
        for place in (0, 5 << 20, 40 << 20):
            disk.seek(place)
            disk.write(random.Random(f"{seed} {place}").randbytes(6 << 20))
        disk.truncate(SIZE)
    for name in ("user", "region"):
        command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", f"/CN={name}", "-days", "2"]
        subprocess.run([*command, "-keyout", f"{name}.key", "-out", f"{name}.pem"], cwd=tmp_path, check=True, capture_output=True)
    (tmp_path / "bundle").mkdir()
    return tmp_path


def bundle(folder: Path, *options: str, expect: int = 0) -> subprocess.CompletedProcess[str]:
    given = ["--cert", "user.pem", "--key", "user.key", "--ec2-cert", "region.pem", "--account", "123456789012", "--to", "bundle"]
    return ferry(folder, "bundle", "disk", *given, *options, expect=expect)


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_there_and_back(folder):
    made = json.loads(bundle(folder, "--json").stdout)
    assert made["manifest"] == "bundle/disk.manifest.xml"
    assert made["diskBytes"] == SIZE
    assert made["parts"] == 2
    assert made["bundledBytes"] == sum(part.stat().st_size for part in (folder / "bundle").glob("disk.part.*"))
    for key in ("user", "region"):
        ferry(folder, "unbundle", made["manifest"], "--key", f"{key}.key", "--cert", "user.pem", "--to", "back", "--force")
        assert digest(folder / "back") == digest(folder / "disk")
        assert (folder / "back").stat().st_blocks * 512 < SIZE / 2


def test_a_folder_that_is_missing_is_made(folder):
    (folder / "bundle").rmdir()
    bundle(folder, "--to", "new/deeper")
    assert (folder / "new/deeper/disk.manifest.xml").exists()
    (folder / "file").write_text("x")
    told = bundle(folder, "--to", "file/below", expect=1).stderr
    assert "cannot make the folder file/below: " in told and "directory" in told.lower() and "NSCocoa" not in told


def test_openssl_gzip_and_tar_open_it(folder):
    bundle(folder)
    subprocess.run([SCRIPTS / "open-bundle", "bundle/disk.manifest.xml", "user.key", "user.pem", "user", "back"], cwd=folder, check=True)
    assert digest(folder / "back") == digest(folder / "disk")


def test_what_openssl_gzip_and_tar_made_is_opened(folder):
    subprocess.run([SCRIPTS / "make-bundle", "disk", "bundle", "user.pem", "user.key", "region.pem", "--sparse"], cwd=folder, check=True)
    ferry(folder, "unbundle", "bundle/made.manifest.xml", "--key", "region.key", "--cert", "user.pem", "--to", "back")
    assert digest(folder / "back") == digest(folder / "disk")


def test_a_damaged_bundle_leaves_no_file(folder):
    bundle(folder)
    part = folder / "bundle" / "disk.part.01"
    whole = part.read_bytes()

    def refused(cause: str, *options: str) -> None:
        failed = ferry(folder, "unbundle", "bundle/disk.manifest.xml", "--key", "user.key", "--to", "back", *options, expect=1)
        assert cause in failed.stderr
        assert not list(folder.glob("back*"))

    part.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    refused("Part 1")
    part.write_bytes(whole[:1000])
    refused("Part 1")
    part.unlink()
    refused("disk.part.01")
    part.write_bytes(whole)
    refused("signature", "--cert", "region.pem")


def test_what_cannot_be_bundled(folder):
    assert "exists already" in (bundle(folder), bundle(folder, expect=1))[1].stderr
    bundle(folder, "--force")
    assert "not the private key" in bundle(folder, "--prefix", "x", "--cert", "region.pem", expect=1).stderr
    with (folder / "disk").open("r+b") as disk:
        disk.truncate((10 << 30) + 1)
    assert "10 GiB" in bundle(folder, "--prefix", "x", expect=1).stderr
    assert not list((folder / "bundle").glob("x*"))


def test_devices_and_product_codes_stand_in_the_manifest(folder):
    def written(*options: str) -> tuple[list[tuple[str, str]], list[str]]:
        bundle(folder, "--force", *options)
        text = (folder / "bundle" / "disk.manifest.xml").read_text()
        mappings = re.findall("<mapping><virtual>(.*?)</virtual><device>(.*?)</device></mapping>", text)
        return mappings, re.findall("<product_code>(.*?)</product_code>", text)

    assert written() == ([("ami", "sda1"), ("root", "/dev/sda1")], [])
    devices = [("swap", "sda3"), ("ephemeral12", "/dev/sdc"), ("root", "/dev/sda1"), ("ami", "sda1")]
    assert written("-B", ",".join(map("=".join, devices)), "--product-codes", "774F4FF8,9A0B") == (devices, ["774F4FF8", "9A0B"])
    ferry(folder, "unbundle", "bundle/disk.manifest.xml", "--key", "user.key", "--cert", "user.pem", "--to", "back")
    assert digest(folder / "back") == digest(folder / "disk")


def test_devices_that_no_image_can_have(folder):
    wrong = {
        "": "is no mapping", "root": "is no mapping", "ami=sda1,": "is no mapping", "root=": "1 to 255", f"root={'d' * 256}": "1 to 255",
        "ebs1=sdb": "cannot be mapped", "ephemeral100=sdb": "cannot be mapped", "root=a,root=b": "mapped twice",
        "ephemeral0=sdb,swap=/dev/sdb": "mapped twice",
    }
    for mapping, cause in wrong.items():
        assert cause in bundle(folder, "--block-device-mapping", mapping, expect=MISUSED).stderr, mapping
    assert "no product code" in bundle(folder, "--product-codes", "a,,b", expect=MISUSED).stderr
    assert not list((folder / "bundle").iterdir())


# A process counts the memory of the one that started it until it runs a program of its own, so a small one starts ferry.
PEAK = "import resource, subprocess, sys; subprocess.check_call(sys.argv[1:]); print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"


def peak(folder: Path, *arguments: str) -> int:
    """The most memory that the command held, in bytes."""
    command = [sys.executable, "-S", "-c", PEAK, str(binary()), *arguments, "--quiet"]
    return int(subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True).stdout.split()[-1]) * 1024


def test_memory_does_not_grow_with_the_disk(folder):
    """192 MiB of data that do not compress, as 20 parts, in less than half of that."""
    with (folder / "disk").open("wb") as disk:
        for place in range(192):
            disk.write(random.Random(place).randbytes(1 << 20))
    given = ["--cert", "user.pem", "--key", "user.key", "--ec2-cert", "region.pem", "--account", "123456789012", "--to", "bundle"]
    assert peak(folder, "bundle", "disk", "--level", "1", *given) < 96 << 20
    assert len(list((folder / "bundle").glob("disk.part.*"))) == 20
    assert peak(folder, "unbundle", "bundle/disk.manifest.xml", "--key", "user.key", "--to", "back") < 96 << 20
