"""The command line on real files: what goes in comes out byte for byte, and every command says truly how it ended."""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import signal
import subprocess
from pathlib import Path

import images
import pytest
import snapshots
from disk_files import are_equal, disk_file
from disks import BLOCK, noise, text
from ferry_command import FAILED, MISUSED, PARTLY, push
from ferry_server import AWAY, HOME, MEMORY_LIMIT, REGIONS, ROOT, THIRD, binary
from kms_keys import make_key, unused_alias
from patience import HANG, eventually

DIFFERENT, INTERRUPTED = 3, 130
GIB = 2**30


def allocated(path: Path) -> int:
    return path.stat().st_blocks * 512


SHAPES = {
    "one byte": (1, {0: b"x"}),
    "one sector": (512, {0: b"sector" * 85}),
    "one byte less than a block": (BLOCK - 1, {0: noise("cli", 0)[:-1]}),
    "one block": (BLOCK, {0: noise("cli", 1)}),
    "one byte more than a block": (BLOCK + 1, {0: noise("cli", 2), BLOCK: b"!"}),
    "no multiple of anything": (7_654_321, {0: noise("cli", 3), 3_000_000: text("cli", 4), 7_654_000: b"the end"}),
    "a hole at the end": (50_000_000, {0: noise("cli", 5)}),
    "holes between": (300 * 2**20 + 4096, {100 * 2**20 + 17: noise("cli", 6), 200 * 2**20: text("cli", 7), 300 * 2**20: b"tail"}),
    "nothing but a hole": (20_000_000, {}),
    "one GiB and one byte": (GIB + 1, {GIB - 5: b"across", 5: b"start"}),
    "trailing zeros that were written": (3 * BLOCK, {0: noise("cli", 8), BLOCK: bytes(2 * BLOCK)}),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_disk_goes_in_and_comes_out_byte_for_byte(ferry, tmp_path, shape):
    size, pieces = SHAPES[shape]
    disk = disk_file(tmp_path / "disk.raw", size, pieces)
    pushed = push(ferry, disk)
    assert pushed["diskBytes"] == size
    assert pushed["volumeSizeGiB"] == -(-size // GIB)
    result = json.loads(ferry("copy", pushed["imageId"], "--from", HOME, "--to", AWAY, "--json").stdout)
    [copy] = result
    assert (copy["region"], copy["state"], copy["bytes"]) == (AWAY, "available", pushed["sentBytes"])
    for region, image, name in ((HOME, pushed["imageId"], "same.raw"), (AWAY, copy["imageId"], "copy.raw")):
        ferry("pull", image, name, "--region", region)
        assert are_equal(disk, tmp_path / name), f"{name} differs"
        assert allocated(tmp_path / name) <= allocated(disk) + 2 * BLOCK * (len(pieces) + 1), "the pulled file is not sparse"


def test_length_of_the_disk_is_kept_as_a_tag(server, ferry, tmp_path):
    pushed = push(ferry, disk_file(tmp_path / "disk.raw", 1_000_001, {0: b"x"}), "--tag", "stage=test", "--description", "from a file")
    image = images.describe(server, HOME, pushed["imageId"])
    assert {tag["Key"]: tag["Value"] for tag in image["Tags"]} == {"ferry:disk-bytes": "1000001", "stage": "test"}
    assert image["Description"] == "from a file"
    assert images.snapshots_of(image) == [pushed["snapshotId"]]
    assert {tag["Key"] for tag in snapshots.describe(server, HOME, pushed["snapshotId"])["Tags"]} == {"ferry:disk-bytes", "stage"}


@pytest.mark.skipif(shutil.which("qemu-img") is None, reason="qemu-img is not installed")
@pytest.mark.parametrize("format", ["qcow2", "vmdk", "vpc"])
def test_disk_in_another_format(ferry, tmp_path, format):
    raw = disk_file(tmp_path / "disk.raw", 64 * 2**20, {0: noise("cli", 9), 33 * 2**20: text("cli", 10)})
    options = ["-o", "subformat=fixed,force_size"] if format == "vpc" else []
    subprocess.run(["qemu-img", "convert", "-O", format, *options, raw, tmp_path / f"disk.{format}"], check=True)
    pushed = push(ferry, tmp_path / f"disk.{format}", *(["--format", "vpc"] if format == "vpc" else []))
    ferry("pull", pushed["imageId"], "back.raw")
    assert are_equal(raw, tmp_path / "back.raw")


@pytest.mark.skipif(shutil.which("qemu-img") is None, reason="qemu-img is not installed")
def test_disk_in_an_ova(ferry, tmp_path):
    raw = disk_file(tmp_path / "disk.raw", 9 * 2**20, {0: noise("cli", 11), 5 * 2**20: text("cli", 12)})
    subprocess.run(["qemu-img", "convert", "-O", "vmdk", "-o", "subformat=streamOptimized", raw, tmp_path / "disk.vmdk"], check=True)
    envelope = '<Envelope><References><File id="f" href="disk.vmdk"/></References><DiskSection>{}</DiskSection></Envelope>'
    (tmp_path / "box.ovf").write_text(envelope.format('<Disk diskId="a" fileRef="f"/>'))
    archive = ["tar", "-C", tmp_path, "-cf", tmp_path / "box.ova", "box.ovf", "disk.vmdk"]
    subprocess.run(archive, check=True)
    pushed = push(ferry, tmp_path / "box.ova")
    ferry("pull", pushed["imageId"], "back.raw")
    assert are_equal(raw, tmp_path / "back.raw")
    (tmp_path / "disk.vmdk").write_bytes((tmp_path / "disk.vmdk").read_bytes()[: -200 * 512])
    subprocess.run(archive, check=True)
    result = ferry("push", "box.ova", "--name", images.unused_name("cli"), expect=FAILED)
    assert "cut short" in result.stderr


@pytest.mark.skipif(shutil.which("qemu-img") is None, reason="qemu-img is not installed")
def test_disk_that_refers_to_another_file_is_not_followed_unasked(ferry, tmp_path):
    """Who uploads a stranger's qcow2 must not upload a file of their own with it."""
    base = disk_file(tmp_path / "base.raw", 2**20, {0: b"private"})
    subprocess.run(["qemu-img", "create", "-q", "-f", "qcow2", "-F", "raw", "-b", base, tmp_path / "over.qcow2"], check=True)
    result = ferry("push", "over.qcow2", "--name", images.unused_name("cli"), expect=FAILED)
    assert "backing file" in result.stderr and "--follow-references" in result.stderr
    pushed = push(ferry, tmp_path / "over.qcow2", "--follow-references")
    ferry("pull", pushed["imageId"], "back.raw")
    assert are_equal(base, tmp_path / "back.raw")


# Copies --------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def pushed(server, tmp_path_factory):
    disk = disk_file(tmp_path_factory.mktemp("cli") / "shared.raw", 9_000_000, {0: noise("cli", 20), 5_000_000: noise("cli", 21)})
    command = [binary(), "push", disk, "--name", images.unused_name("cli"), "--json"]
    return json.loads(subprocess.run(command, env=server.shell_environment(), capture_output=True, check=True).stdout)


def test_copy_to_several_regions_at_once(ferry, pushed):
    result = ferry("copy", pushed["imageId"], "--from", HOME, "--to", f"{AWAY},{THIRD}", "--name", images.unused_name("cli"), "--json")
    copies = json.loads(result.stdout)
    assert [copy["region"] for copy in copies] == [AWAY, THIRD]
    assert all(copy["state"] == "available" and copy["imageId"].startswith("ami-") for copy in copies)
    for copy in copies:
        ferry("verify", pushed["imageId"], copy["imageId"], "--to-region", copy["region"])


def test_destination_that_fails_does_not_stop_the_others(ferry, pushed):
    name = images.unused_name("cli")
    destinations = f"{AWAY},mars-north-1,{THIRD}"
    result = ferry("copy", pushed["imageId"], "--from", HOME, "--to", destinations, "--name", name, "--json", expect=PARTLY)
    copies = {copy["region"]: copy for copy in json.loads(result.stdout)}
    assert copies["mars-north-1"].get("imageId") is None and copies["mars-north-1"]["error"]
    assert all(copies[region]["state"] == "available" for region in (AWAY, THIRD))
    assert "mars-north-1" in result.stderr
    ferry("copy", pushed["imageId"], "--from", HOME, "--to", "mars-north-1", "--name", name, expect=FAILED)


def test_images_stand_under_their_sources(ferry, tmp_path):
    disk_file(tmp_path / "tree.raw", BLOCK, {0: noise("tree", 0)})
    source = push(ferry, "tree.raw")["imageId"]
    [copied] = json.loads(ferry("copy", source, "--from", HOME, "--to", AWAY, "--json").stdout)
    [again] = json.loads(ferry("copy", copied["imageId"], "--from", AWAY, "--to", THIRD, "--json").stdout)

    def below(first):
        lines = ferry("images", "--tree").stdout.splitlines()
        start = next(number for number, line in enumerate(lines) if line.startswith(first))
        return lines[start : start + 3]

    root, copy, copy_of_copy = below(source)
    assert root.endswith(f"available  {HOME}")
    assert copy.startswith(f"└─ {copied['imageId']}  ") and copy.endswith(f"available  {AWAY}")
    assert copy_of_copy.startswith(f"   └─ {again['imageId']}  ") and copy_of_copy.endswith(f"available  {THIRD}")
    ferry("rm", source)
    assert below(source)[0] == f"{source}  not there  {HOME}"
    ferry("images", "--tree", "--json", expect=MISUSED)


def test_copy_says_what_it_moved(ferry, tmp_path):
    disk = push(ferry, disk_file(tmp_path / "disk.raw", 4 * BLOCK, {n * BLOCK: noise("cli moved", n) for n in range(4)}))
    [first] = json.loads(ferry("copy", disk["imageId"], "--from", HOME, "--to", AWAY, "--json").stdout)
    assert (first["bytes"], first["movedBytes"]) == (4 * BLOCK, 4 * BLOCK)
    again = ["copy", disk["imageId"], "--from", HOME, "--to", AWAY, "--name", images.unused_name("cli"), "--json"]
    [second] = json.loads(ferry(*again).stdout)
    assert (second["bytes"], second["movedBytes"]) == (4 * BLOCK, 0)


def test_progress_is_plain_lines_where_there_is_no_terminal(ferry, pushed):
    result = ferry("copy", pushed["imageId"], "--from", HOME, "--to", AWAY, "--name", images.unused_name("cli"))
    assert "\x1b" not in result.stdout + result.stderr and "\r" not in result.stdout + result.stderr
    assert re.search(rf"^{AWAY}  ami-[0-9a-f]{{17}}  available", result.stdout, re.MULTILINE)


def test_copy_without_waiting(server, ferry, pushed):
    result = ferry("copy", pushed["imageId"], "--from", HOME, "--to", AWAY, "--name", images.unused_name("cli"), "--no-wait", "--json")
    [copy] = json.loads(result.stdout)
    assert copy["state"] == "pending"
    images.wait_available(server, AWAY, copy["imageId"])


@pytest.mark.parametrize(
    "options",
    [
        ["--kms-key", "alias/mine"],
        ["--encrypt", "--kms-key", f"{THIRD}=alias/mine"],
        ["--encrypt", "--kms-key", "alias/mine", "--kms-key", "alias/yours"],
        ["--encrypt", "--kms-key", f"{AWAY}="],
    ],
    ids=["key without encrypt", "key for no destination", "two keys", "no key"],
)
def test_copy_encryption_that_makes_no_sense(ferry, pushed, options):
    result = ferry("copy", pushed["imageId"], "--from", HOME, "--to", AWAY, *options, expect=MISUSED)
    assert "--kms-key" in result.stderr


def test_copy_under_a_key_that_cannot_be_used_says_so(ferry, pushed):
    result = ferry("copy", pushed["imageId"], "--from", HOME, "--to", AWAY, "--encrypt", "--kms-key", "alias/none", expect=FAILED)
    assert re.search("key ID is not accessible|Encrypted snapshots are not supported", result.stderr)


def test_keys_are_listed_with_their_aliases(server, ferry):
    key = make_key(server, AWAY, Description="for a list")
    alias = unused_alias()
    server.kms(AWAY).create_alias(AliasName=alias, TargetKeyId=key["KeyId"])
    listed = {entry["keyId"]: entry for entry in json.loads(ferry("keys", "--all-regions", "--json").stdout)}
    assert listed[key["KeyId"]] == {
        "keyId": key["KeyId"], "arn": key["Arn"], "aliases": [alias], "description": "for a list", "manager": "CUSTOMER",
        "spec": "SYMMETRIC_DEFAULT", "state": "Enabled", "region": AWAY, "snapshotIds": [], "imageIds": [],
    }
    assert key["KeyId"] not in ferry("keys", "--region", HOME, "--quiet").stdout
    server.kms(AWAY).disable_key(KeyId=key["KeyId"])
    assert re.search(rf"^{key['KeyId']}  {alias} +Disabled", ferry("keys", "--region", AWAY).stdout, re.MULTILINE)


# Comparing -----------------------------------------------------------------------------------------------------------


def test_verify_finds_the_first_difference(ferry, tmp_path, pushed):
    ferry("verify", pushed["imageId"], pushed["imageId"])
    ferry("verify", pushed["snapshotId"], pushed["imageId"])
    pieces = {0: noise("cli", 20), 5_000_000: noise("cli", 21)}
    other = disk_file(tmp_path / "other.raw", 9_000_000, pieces)
    with other.open("r+b") as file:
        file.seek(5_100_000)
        byte = file.read(1)[0]
        file.seek(5_100_000)
        file.write(bytes([byte ^ 1]))
    different = push(ferry, other)
    [verdict] = json.loads(ferry("verify", pushed["imageId"], different["imageId"], "--json", expect=DIFFERENT).stdout)
    assert (verdict["equal"], verdict["byteOffset"], verdict["blockIndex"]) == (False, 5_100_000, 5_100_000 // BLOCK)


def test_diff_tells_what_a_copy_would_move(ferry, tmp_path, pushed):
    [same] = json.loads(ferry("diff", pushed["imageId"], pushed["imageId"], "--json").stdout)
    assert (same["changedBlocks"], same["changedBytes"]) == (0, 0)
    pieces = {0: noise("cli", 20), 5_000_000: noise("cli", 21), 8_000_000: b"more"}
    more = push(ferry, disk_file(tmp_path / "more.raw", 9_000_000, pieces))
    [change] = json.loads(ferry("diff", pushed["imageId"], more["imageId"], "--json").stdout)
    assert (change["changedBlocks"], change["changedBytes"]) == (1, BLOCK)


# Listing and removing ------------------------------------------------------------------------------------------------


def test_images_are_listed(ferry, pushed):
    listed = {image["imageId"]: image for image in json.loads(ferry("images", "--json").stdout)}
    assert listed[pushed["imageId"]]["name"] == pushed["name"]
    assert listed[pushed["imageId"]]["snapshotIds"] == [pushed["snapshotId"]]
    everywhere = {image["region"] for image in json.loads(ferry("images", "--all-regions", "--json").stdout)}
    assert everywhere <= set(REGIONS) and HOME in everywhere
    table = ferry("images").stdout.splitlines()
    assert table[0].split()[:3] == ["IMAGE", "NAME", "STATE"]
    assert any(line.startswith(pushed["imageId"]) for line in table)
    assert pushed["imageId"] in ferry("images", "--quiet").stdout.splitlines()


def test_removing(server, ferry, tmp_path):
    disk = push(ferry, disk_file(tmp_path / "disk.raw", BLOCK, {0: noise("cli rm", 0)}))
    result = json.loads(ferry("rm", disk["imageId"], "ami-0123456789abcdef0", "--json", expect=PARTLY).stdout)
    assert [removal.get("error") is None for removal in result] == [True, False]
    assert server.ec2(HOME).describe_images(ImageIds=[disk["imageId"]])["Images"] == []
    ferry("verify", disk["snapshotId"], disk["snapshotId"], expect=FAILED)
    ferry("rm", "ami-0123456789abcdef0", expect=FAILED)


def test_removing_wherever_it_is(server, ferry, tmp_path):
    disk = push(ferry, disk_file(tmp_path / "disk.raw", BLOCK, {0: noise("cli rm everywhere", 0)}))
    copy = server.ec2(AWAY).copy_image(SourceImageId=disk["imageId"], SourceRegion=HOME, Name="rm everywhere")["ImageId"]
    alone = server.ec2(AWAY).copy_snapshot(SourceSnapshotId=disk["snapshotId"], SourceRegion=HOME)["SnapshotId"]
    ids = [disk["imageId"], copy, alone, "ami-0123456789abcdef0"]
    result = json.loads(ferry("rm", *ids, "--all-regions", "--json", expect=PARTLY).stdout)
    assert [(removal["id"], removal["region"]) for removal in result[:3]] == [(ids[0], HOME), (copy, AWAY), (alone, AWAY)]
    assert [removal.get("error") is None for removal in result] == [True, True, True, False]
    assert "in none of the Regions" in result[3]["error"]
    assert server.ec2(AWAY).describe_images(ImageIds=[copy])["Images"] == []
    ferry("rm", copy, "--all-regions", "--region", AWAY, expect=MISUSED)


def test_removing_and_keeping_the_snapshots(ferry, tmp_path):
    disk = push(ferry, disk_file(tmp_path / "disk.raw", BLOCK, {0: noise("cli rm", 1)}))
    ferry("rm", disk["imageId"], "--keep-snapshots")
    ferry("verify", disk["snapshotId"], disk["snapshotId"])
    ferry("rm", disk["snapshotId"])


# What goes wrong -----------------------------------------------------------------------------------------------------


def test_errors_say_what_was_done_and_leave_nothing_behind(server, ferry, tmp_path, pushed):
    def state():
        ec2 = server.ec2(HOME)
        return (
            {image["ImageId"] for image in ec2.describe_images(Owners=["self"])["Images"]},
            {snapshot["SnapshotId"] for snapshot in ec2.describe_snapshots(OwnerIds=["self"])["Snapshots"]},
        )

    before = state()
    disk = disk_file(tmp_path / "disk.raw", BLOCK, {0: b"x"})
    for arguments, words in [
        (["push", tmp_path / "absent.raw"], "absent.raw"),
        (["push", disk, "--name", pushed["name"]], pushed["name"]),
        (["push", disk, "--name", "a*b"], "--name"),
        (["push", disk, "--region", "mars-north-1"], "does not have the Region mars-north-1"),
        (["pull", "ami-0123456789abcdef0", "new.raw"], "ami-0123456789abcdef0"),
        (["pull", pushed["imageId"], disk], "disk.raw"),
        (["copy", "ami-0123456789abcdef0", "--from", HOME, "--to", AWAY], "ami-0123456789abcdef0"),
    ]:
        result = ferry(*arguments, expect=FAILED)
        assert words in result.stderr, result.stderr
        assert result.stdout == ""
    assert state() == before
    assert not (tmp_path / "new.raw").exists()
    assert disk.read_bytes()[:1] == b"x", "a file that was in the way is untouched"


@pytest.mark.parametrize("arguments", [["push"], ["copy", "ami-1"], ["pull", "a"], ["nonsense"], ["push", "x", "--parallel", "0"], ["--nonsense"]], ids=" ".join)
def test_command_lines_that_make_no_sense(ferry, arguments):
    assert "Usage" in ferry(*arguments, expect=MISUSED).stderr


def test_server_that_is_not_there(server, tmp_path):
    environment = {**server.shell_environment(), "AWS_ENDPOINT_URL": "http://127.0.0.1:1"}
    result = subprocess.run([binary(), "images"], env=environment, cwd=tmp_path, capture_output=True, text=True, timeout=HANG)
    assert result.returncode == FAILED
    assert "ferry serve" in result.stderr


def test_interrupted_push_takes_its_snapshot_away(server, tmp_path):
    """Ctrl-C in the middle of an upload: nothing stays behind in the server."""
    pieces = {index * BLOCK: noise("interrupted", index) for index in range(400)}
    disk = disk_file(tmp_path / "disk.raw", 400 * BLOCK, pieces)
    ec2 = server.ec2(HOME)

    def pending():
        listed = ec2.describe_snapshots(Filters=[{"Name": "tag:ferry:disk-bytes", "Values": [str(400 * BLOCK)]}])
        return {snapshot["SnapshotId"] for snapshot in listed["Snapshots"]}

    command = [binary(), "push", disk, "--name", images.unused_name("cli"), "--parallel", "1"]
    process = subprocess.Popen(command, env=server.shell_environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    eventually(pending, "the upload has begun", pause=0.002)
    process.send_signal(signal.SIGINT)
    _, error = process.communicate(timeout=HANG)
    assert process.returncode == INTERRUPTED, error
    assert pending() == set()


# The shell -----------------------------------------------------------------------------------------------------------


def test_env_points_unmodified_tools_at_the_server(server, tmp_path):
    script = 'eval "$("$0" env --data "$1")" && "$2" -m awscli sts get-caller-identity --query Account --output text'
    bare = {"PATH": os.environ["PATH"], "HOME": str(tmp_path)}
    python = ROOT / ".venv" / "bin" / "python"
    result = subprocess.run(["bash", "-c", script, binary(), server.data, python], env=bare, capture_output=True, text=True, timeout=HANG)
    assert result.stdout.strip() == server.account, result.stderr


def test_env_takes_what_is_set_for_single_services_out_of_the_way(server, tmp_path):
    script = 'eval "$("$0" env --data "$1")" && "$2" -m awscli iam list-roles --query "length(Roles)"'
    strange = {"AWS_ENDPOINT_URL_IAM": "http://127.0.0.1:1", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true", "AWS_PROFILE": "nope"}
    bare = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), **strange}
    python = ROOT / ".venv" / "bin" / "python"
    result = subprocess.run(["bash", "-c", script, binary(), server.data, python], env=bare, capture_output=True, text=True, timeout=HANG)
    assert result.stdout.strip().isdigit(), result.stderr


@pytest.mark.parametrize("half", ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"])
def test_half_a_key_is_told(server, tmp_path, half):
    bare = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "AWS_ENDPOINT_URL": server.endpoint, half: "x"}
    result = subprocess.run([binary(), "images"], env=bare, capture_output=True, text=True, timeout=HANG)
    assert result.returncode == FAILED
    assert f"{half} is set and" in result.stderr


@pytest.mark.parametrize("command", ["scrub", "du", "gc", "certificate", "backup"])
def test_a_folder_that_is_not_there_is_no_loss(tmp_path, command):
    arguments = [str(tmp_path / "to")] if command == "backup" else []
    result = subprocess.run([binary(), command, "--data", str(tmp_path / "none"), *arguments], capture_output=True, text=True, timeout=HANG)
    assert result.returncode == FAILED
    assert f"there is no data folder of ferry at {tmp_path / 'none'}" in result.stderr


def test_env_can_be_taken_back(server, tmp_path):
    script = 'eval "$("$0" env --data "$1")" && eval "$("$0" env --unset)" && env | grep -c ^AWS_'
    bare = {"PATH": os.environ["PATH"], "HOME": str(tmp_path)}
    result = subprocess.run(["bash", "-c", script, binary(), server.data], env=bare, capture_output=True, text=True, timeout=HANG)
    assert result.stdout.strip() == "0", result.stdout + result.stderr


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completions(ferry, shell):
    script = ferry("--generate-completion-script", shell).stdout
    assert all(name in script for name in ("push", "pull", "copy", "images", "verify", "serve"))


def test_help_names_every_command(ferry):
    shown = ferry("--help").stdout
    for command in ("serve", "env", "push", "pull", "images", "copy", "diff", "verify", "rm", "scrub", "rebuild-index"):
        assert re.search(rf"^  {command}\b", shown, re.MULTILINE), command
        assert ferry(command, "--help").stdout


# A large disk --------------------------------------------------------------------------------------------------------


@pytest.mark.large
def test_four_gib_half_full_of_real_files(start_server, ferry, tmp_path):
    """An ext4 file system with the files of this machine: uploaded, copied twice, pulled, compared; memory watched."""
    running = start_server()
    disk = tmp_path / "real.raw"
    subprocess.run([ROOT / "script" / "make-filled-disk", disk, "--size-mib", "4096", "--fill-mib", "2048"], check=True)
    assert disk.stat().st_size == 4 * GIB
    pushed = json.loads(ferry("push", disk, "--name", "real", "--json", on=running, timeout=HANG).stdout)
    assert pushed["sentBytes"] > GIB
    [first] = json.loads(ferry("copy", pushed["imageId"], "--from", HOME, "--to", AWAY, "--json", on=running, timeout=HANG).stdout)
    assert first["movedBytes"] <= first["bytes"] == pushed["sentBytes"]
    [second] = json.loads(ferry("copy", first["imageId"], "--from", AWAY, "--to", HOME, "--name", "back", "--json", on=running).stdout)
    assert second["movedBytes"] == 0
    ferry("rm", pushed["imageId"], on=running)
    ferry("pull", first["imageId"], "back.raw", "--region", AWAY, on=running, timeout=HANG)
    assert are_equal(disk, tmp_path / "back.raw")
    assert running.memory().peak < MEMORY_LIMIT, f"{running.memory().peak / 2**20:.0f} MiB"


def test_random_edits_of_one_disk_move_only_what_they_touch(ferry, tmp_path, seed):
    dice = random.Random(f"{seed}/edits")
    size = 60 * BLOCK + 12_345
    disk = disk_file(tmp_path / "disk.raw", size, {0: b"".join(noise(f"edits {seed}", n) for n in range(60))})
    first = push(ferry, disk)
    ferry("copy", first["imageId"], "--from", HOME, "--to", AWAY)
    touched = set()
    with disk.open("r+b") as file:
        for _ in range(dice.randint(1, 12)):
            offset = dice.randrange(size - 100)
            file.seek(offset)
            file.write(dice.randbytes(dice.randint(1, 100)))
            touched |= {offset // BLOCK, (file.tell() - 1) // BLOCK}
    second = push(ferry, disk)
    [copy] = json.loads(ferry("copy", second["imageId"], "--from", HOME, "--to", AWAY, "--json").stdout)
    assert copy["movedBytes"] <= len(touched) * BLOCK
    ferry("pull", copy["imageId"], "back.raw", "--region", AWAY)
    assert are_equal(disk, tmp_path / "back.raw")


@pytest.mark.parametrize("arguments", [("push", "a\udcff"), ("pull", "snap-0123456789abcdef0", "b\udcff"), ("scrub", "--data", "\udcff")])
def test_a_name_that_is_no_utf_8_is_refused(tmp_path, arguments):
    """Read as text it would be another name, and another file."""
    done = subprocess.run([binary(), *arguments], cwd=tmp_path, capture_output=True, text=True, timeout=HANG)
    assert done.returncode == 64 and "is not valid UTF-8" in done.stderr, done
    assert not list(tmp_path.iterdir())


def test_errors_of_files_are_told_in_plain_words(tmp_path):
    file = tmp_path / "file"
    file.write_text("not a folder")
    done = subprocess.run([binary(), "serve", "--data", file, "--listen", "127.0.0.1:0"], capture_output=True, text=True, timeout=HANG)
    assert done.returncode == 1 and str(file) in done.stderr, done
    assert "Domain=" not in done.stderr and "UserInfo" not in done.stderr, done.stderr
