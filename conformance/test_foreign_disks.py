"""Disks in other formats that are not as they should be: refused in words that help, and nothing of them stays in the server."""

from __future__ import annotations

import json
import os
import subprocess
import tarfile

import images
import pytest
import snapshots
from buckets import make_bucket
from bundles import identity
from disks import noise
from ferry_command import FAILED, push
from ferry_server import HOME, binary
from patience import HANG
from test_import_export import ended, image_task, put

MIB = 1 << 20

FORMS = {
    "qcow2": ("qcow2", (), ()), "qcow2 compressed": ("qcow2", ("-c",), ()), "vdi": ("vdi", (), ()), "qed": ("qed", (), ()),
    "vmdk": ("vmdk", (), ()), "vmdk stream": ("vmdk", ("-o", "subformat=streamOptimized"), ()), "vhdx": ("vhdx", (), ()),
    "vhd": ("vpc", (), ()), "vhd fixed": ("vpc", ("-o", "subformat=fixed"), ()),
    "vmdk flat": ("vmdk", ("-o", "subformat=monolithicFlat"), ("--follow-references",)),
    "vmdk split": ("vmdk", ("-o", "subformat=twoGbMaxExtentSparse"), ("--follow-references",)),
}


@pytest.fixture
def raw(tmp_path):
    path = tmp_path / "disk.raw"
    path.write_bytes(noise("foreign", 0) * 4)
    return path


def snapshots_now(server):
    return {snapshot["SnapshotId"] for snapshot in server.ec2().describe_snapshots(OwnerIds=["self"])["Snapshots"]}


def refused_push(server, ferry, *arguments, **options):
    """The words of a push that leaves nothing behind."""
    before = snapshots_now(server)
    name = images.unused_name("foreign")
    result = ferry("push", *arguments, "--name", name, expect=FAILED, **options)
    assert snapshots_now(server) == before
    assert not server.ec2().describe_images(Owners=["self"], Filters=[{"Name": "name", "Values": [name]}])["Images"]
    return result.stderr


@pytest.mark.parametrize("form", FORMS)
def test_a_disk_that_was_cut_short_is_refused(server, ferry, tmp_path, raw, form):
    driver, options, follow = FORMS[form]
    disk = tmp_path / f"disk.{'vhd' if driver == 'vpc' else driver}"
    subprocess.run(["qemu-img", "convert", "-f", "raw", "-O", driver, *options, raw, disk], check=True)
    [part] = tmp_path.glob("disk-*") if follow else [disk]
    os.truncate(part, part.stat().st_size // 2)
    told = refused_push(server, ferry, disk, *follow)
    assert "cut short" in told or "is larger than" in told, told


def test_a_layer_that_was_cut_short_is_refused(server, ferry, tmp_path, raw):
    subprocess.run(["qemu-img", "convert", "-f", "raw", "-O", "qcow2", raw, tmp_path / "base.qcow2"], check=True)
    subprocess.run(["qemu-img", "create", "-q", "-f", "qcow2", "-F", "qcow2", "-b", "base.qcow2", "top.qcow2"], cwd=tmp_path, check=True)
    pushed = push(ferry, tmp_path / "top.qcow2", "--follow-references")
    ferry("pull", pushed["imageId"], "back")
    assert (tmp_path / "back").read_bytes() == raw.read_bytes()
    os.truncate(tmp_path / "base.qcow2", (tmp_path / "base.qcow2").stat().st_size - MIB)
    assert "base.qcow2" in refused_push(server, ferry, tmp_path / "top.qcow2", "--follow-references")


def test_advice_helps_when_it_is_followed(server, ferry, tmp_path, raw):
    def convert(*arguments):
        subprocess.run(["qemu-img", *arguments], cwd=tmp_path, check=True)

    # References are followed where that is the advice, and only there.
    convert("convert", "-f", "raw", "-O", "vmdk", "-o", "subformat=monolithicFlat", "disk.raw", "flat.vmdk")
    assert "--follow-references" in refused_push(server, ferry, "flat.vmdk")
    push(ferry, "flat.vmdk", "--follow-references")
    convert("convert", "-f", "raw", "-O", "vdi", "disk.raw", "disk.vdi")
    with (tmp_path / "disk.vdi").open("r+b") as file:
        file.seek(76)
        file.write(b"\4")
    assert "--follow-references" not in refused_push(server, ferry, "disk.vdi")
    # One extent of a split disk; its descriptor is the disk.
    convert("convert", "-f", "raw", "-O", "vmdk", "-o", "subformat=twoGbMaxExtentSparse", "disk.raw", "split.vmdk")
    for options in ([], ["--follow-references"]):
        assert "give the descriptor" in refused_push(server, ferry, "split-s001.vmdk", *options)
    push(ferry, "split.vmdk", "--follow-references")
    # A raw disk that begins with an archive, or ends as a VHD that was cut.
    (tmp_path / "file").write_bytes(b"x" * 5000)
    with tarfile.open(tmp_path / "disk.bin", "w", format=tarfile.USTAR_FORMAT) as archive:
        archive.add(tmp_path / "file", "file")
    told = refused_push(server, ferry, "disk.bin")
    assert "tar archive" in told and "--format raw" in told
    (tmp_path / "disk.bin").rename(tmp_path / "disk.img")
    for name, options in (("disk.img", []), ("disk.img", ["--format", "raw"])):
        pushed = push(ferry, name, *options)
        ferry("pull", pushed["imageId"], "back", "--force")
        assert (tmp_path / "back").read_bytes() == (tmp_path / name).read_bytes()
    (tmp_path / "disk.vhd").write_bytes(raw.read_bytes())
    assert "--format raw" in refused_push(server, ferry, "disk.vhd")
    push(ferry, "disk.vhd", "--format", "raw")


def test_what_is_no_disk_is_refused_at_once(server, ferry, tmp_path):
    os.mkfifo(tmp_path / "pipe")
    assert "it is a pipe" in refused_push(server, ferry, "pipe")
    assert "write the disk to a file first" in refused_push(server, ferry, "/dev/stdin")
    assert "it is a folder" in refused_push(server, ferry, ".")
    assert "Standard input is not read" in refused_push(server, ferry, "-")
    script = f'cat /dev/zero | head -c 1000 | "{binary()}" push /dev/stdin --name piped'
    piped = subprocess.run(["sh", "-c", script], env=server.shell_environment(), capture_output=True, text=True, timeout=HANG)
    assert piped.returncode == FAILED and "write it to a file first" in piped.stderr, piped.stderr
    identity(tmp_path, "user")
    options = ["--cert", "user.pem", "--key", "user.key", "--ec2-cert", "user.pem", "--account", "123456789012", "--to", "."]
    for arguments in (["bundle", "pipe", *options], ["unbundle", "pipe", "x", "--key", "user.key"]):
        assert "it is a pipe" in ferry(*arguments, expect=FAILED).stderr


# OVAs ----------------------------------------------------------------------------------------------------------------

ENVELOPE = """<Envelope xmlns="http://schemas.dmtf.org/ovf/envelope/1" xmlns:ovf="http://schemas.dmtf.org/ovf/envelope/1">
<References>{}</References><DiskSection>{}</DiskSection></Envelope>"""


def make_ova(tmp_path, files, disks, cut=None):
    references = "".join(f'<File ovf:id="{name}" ovf:href="{name}"/>' for name in files)
    (tmp_path / "box.ovf").write_text(ENVELOPE.format(references, "".join(disks)))
    for number, name in enumerate(files):
        (tmp_path / "part.raw").write_bytes(noise("ova", number) * 4)
        subprocess.run(
            ["qemu-img", "convert", "-f", "raw", "-O", "vmdk", "-o", "subformat=monolithicSparse", tmp_path / "part.raw", tmp_path / name],
            check=True,
        )
        if name == cut:
            os.truncate(tmp_path / name, (tmp_path / name).stat().st_size - MIB)
    with tarfile.open(tmp_path / "box.ova", "w", format=tarfile.USTAR_FORMAT) as archive:
        for name in ("box.ovf", *files):
            archive.add(tmp_path / name, f"box/{name}")
    return tmp_path / "box.ova"


def imported(server, path):
    """How an import of an OVA ends."""
    place = put(server, make_bucket(server), path)
    return ended(server, server.ec2().import_image(DiskContainers=[{"Format": "OVA", "UserBucket": place}])["ImportTaskId"], image_task)


def test_an_empty_disk_of_an_ova_is_a_volume(server, ferry, tmp_path):
    file = '<Disk ovf:diskId="root" ovf:fileRef="root.vmdk" ovf:capacity="1"/>'
    empty = '<Disk ovf:diskId="data" ovf:capacity="5" ovf:capacityAllocationUnits="byte * 2^30"/>'
    box = make_ova(tmp_path, ["root.vmdk"], [file, empty])
    task = imported(server, box)
    assert task["Status"] == "completed", task
    image = images.describe(server, HOME, task["ImageId"])
    sizes = [snapshots.describe(server, HOME, snapshot)["VolumeSize"] for snapshot in images.snapshots_of(image)]
    assert sizes == [1, 5]
    pushed = json.loads(ferry("push", box, "--name", images.unused_name("foreign"), "--json").stdout)
    assert pushed["diskBytes"] == 4 * len(noise("ova", 0))
    two = make_ova(tmp_path, ["root.vmdk", "other.vmdk"], [file, file.replace("root", "other")])
    assert "push them one by one" in refused_push(server, ferry, two)


def test_nothing_of_an_ova_is_stored_when_one_disk_is_cut(server, tmp_path):
    disks = [f'<Disk ovf:diskId="{name}" ovf:fileRef="{name}" ovf:capacity="1"/>' for name in ("a.vmdk", "b.vmdk")]
    before = snapshots_now(server)
    task = imported(server, make_ova(tmp_path, ["a.vmdk", "b.vmdk"], disks, cut="b.vmdk"))
    assert task["Status"] == "deleted" and "cut short" in task["StatusMessage"], task
    assert snapshots_now(server) == before
