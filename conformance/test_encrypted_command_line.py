"""The command line and KMS keys: copies under a key, what a key protects, and what is said when a key is in the way."""

from __future__ import annotations

import json
import re
import subprocess

import images
import pytest
import snapshots
from disk_files import are_equal, disk_file
from disks import BLOCK, noise
from ferry_command import FAILED, PARTLY, push
from ferry_server import AWAY, HOME, THIRD, binary
from kms_keys import make_key, named, unused_alias
from patience import HANG, eventually

SIZE = 3 * BLOCK + 1234


@pytest.fixture
def disk(tmp_path):
    """A disk that no test shares: what a copy moves depends on nobody else."""
    name = images.unused_name("encrypted cli")
    return disk_file(tmp_path / "disk.raw", SIZE, {0: noise(name, 0), 2 * BLOCK: noise(name, 1)})


@pytest.fixture
def copy(ferry):
    def run(image, *destinations, source=HOME, expect=0, **calling):
        """The results by Region. `destinations` are Regions and options."""
        regions = ",".join(word for word in destinations if word in (HOME, AWAY, THIRD))
        options = [word for word in destinations if word not in (HOME, AWAY, THIRD)]
        arguments = ("--from", source, "--to", regions, "--name", images.unused_name("cli"), *options, "--json")
        return {result["region"]: result for result in json.loads(ferry("copy", image, *arguments, expect=expect, **calling).stdout)}

    return run


def aliased(server, alias, region):
    """A new key of the Region that this alias leads to."""
    key = make_key(server, region)
    server.kms(region).create_alias(AliasName=alias, TargetKeyId=key["KeyId"])
    return key


def key_of(server, region, image):
    [snapshot] = images.snapshots_of(images.describe(server, region, image))
    return snapshots.describe(server, region, snapshot).get("KmsKeyId")


def listed(ferry, key, *options, region=AWAY):
    """One key as `ferry keys` shows it."""
    keys = json.loads(ferry("keys", "--region", region, *options, "--json").stdout)
    [found] = [entry for entry in keys if entry["arn"] == key["Arn"]]
    return found


# Copies --------------------------------------------------------------------------------------------------------------


def test_encrypted_copies_from_end_to_end(server, ferry, copy, disk, tmp_path):
    """One alias for all destinations and another key for one of them; on from there under a third key, and back as a file."""
    alias, pushed = unused_alias(), push(ferry, disk)
    away, third = aliased(server, alias, AWAY), make_key(server, THIRD)
    aliased(server, alias, THIRD)
    copies = copy(pushed["imageId"], AWAY, THIRD, "--encrypt", "--kms-key", alias, "--kms-key", f"{THIRD}={third['Arn']}")
    for region, key in ((AWAY, away), (THIRD, third)):
        assert (copies[region]["state"], copies[region]["movedBytes"]) == ("available", pushed["sentBytes"])
        assert key_of(server, region, copies[region]["imageId"]) == key["Arn"]
        ferry("verify", pushed["imageId"], copies[region]["imageId"], "--to-region", region)
    home = aliased(server, unused_alias(), HOME)
    back = copy(copies[AWAY]["imageId"], HOME, "--encrypt", "--kms-key", home["KeyId"], source=AWAY)[HOME]
    assert key_of(server, HOME, back["imageId"]) == home["Arn"]
    for region, image in ((AWAY, copies[AWAY]["imageId"]), (THIRD, copies[THIRD]["imageId"]), (HOME, back["imageId"])):
        ferry("pull", image, f"{image}.raw", "--region", region)
        assert are_equal(disk, tmp_path / f"{image}.raw")


def test_key_by_each_of_its_names(server, ferry, copy, disk):
    pushed, key = push(ferry, disk), make_key(server, AWAY)
    moved = []
    for name in named(server, key, AWAY).values():
        found = copy(pushed["imageId"], AWAY, "--encrypt", "--kms-key", name)[AWAY]
        assert key_of(server, AWAY, found["imageId"]) == key["Arn"]
        moved.append(found["movedBytes"])
    assert moved == [pushed["sentBytes"], 0, 0, 0], "what is there under the key is not moved again"
    under_another = copy(pushed["imageId"], AWAY, "--encrypt", "--kms-key", make_key(server, AWAY)["KeyId"])[AWAY]
    assert under_another["movedBytes"] == pushed["sentBytes"]


def test_without_a_key_it_is_the_default_one_and_nothing_encrypted_becomes_open(server, ferry, copy, disk):
    pushed = push(ferry, disk)
    first = copy(pushed["imageId"], AWAY, "--encrypt")[AWAY]
    assert key_of(server, AWAY, first["imageId"]) == server.kms(AWAY).describe_key(KeyId="alias/aws/ebs")["KeyMetadata"]["Arn"]
    second = copy(first["imageId"], HOME, source=AWAY)[HOME]
    assert key_of(server, HOME, second["imageId"]) == server.kms(HOME).describe_key(KeyId="alias/aws/ebs")["KeyMetadata"]["Arn"]
    assert key_of(server, AWAY, copy(pushed["imageId"], AWAY)[AWAY]["imageId"]) is None


# What a key protects -------------------------------------------------------------------------------------------------


def test_keys_lists_the_snapshots_and_images_of_each_key(server, ferry, copy, disk):
    pushed, alias = push(ferry, disk), unused_alias()
    key, other = aliased(server, alias, AWAY), make_key(server, AWAY)
    [first, second] = [copy(pushed["imageId"], AWAY, "--encrypt", "--kms-key", alias)[AWAY]["imageId"] for _ in range(2)]
    elsewhere = copy(pushed["imageId"], AWAY, "--encrypt", "--kms-key", other["KeyId"])[AWAY]["imageId"]
    copy(pushed["imageId"], AWAY)
    [one, two, three] = [images.snapshots_of(images.describe(server, AWAY, image))[0] for image in (first, second, elsewhere)]
    both = images.register(server, one, AWAY, BlockDeviceMappings=[
        {"DeviceName": f"/dev/xvd{letter}", "Ebs": {"SnapshotId": snapshot}} for letter, snapshot in (("a", one), ("b", three))
    ])
    found = listed(ferry, key)
    assert (found["snapshotIds"], found["imageIds"]) == (sorted([one, two]), sorted([first, second, both]))
    assert (found["state"], found["aliases"]) == ("Enabled", [alias])
    found = listed(ferry, other)
    assert (found["snapshotIds"], found["imageIds"]) == ([three], sorted([elsewhere, both]))
    row = rf"^{key['KeyId']}  {alias} +Enabled +{AWAY} +2 +{' '.join(sorted([first, second, both]))}$"
    assert re.search(row, ferry("keys", "--region", AWAY).stdout, re.MULTILINE)
    ferry("rm", second, "--region", AWAY)
    found = listed(ferry, key)
    assert (found["snapshotIds"], found["imageIds"]) == ([one], sorted([first, both]))


# A key that is in the way --------------------------------------------------------------------------------------------


STATES = {"disabled": "is disabled", "to be deleted": "is pending deletion"}


def take_away(server, region, key, state):
    if state == "disabled":
        server.kms(region).disable_key(KeyId=key["KeyId"])
    else:
        server.kms(region).schedule_key_deletion(KeyId=key["KeyId"], PendingWindowInDays=7)


def give_back(server, region, key, state):
    if state == "to be deleted":
        server.kms(region).cancel_key_deletion(KeyId=key["KeyId"])
    server.kms(region).enable_key(KeyId=key["KeyId"])


@pytest.mark.parametrize("state", STATES)
def test_every_command_names_the_key_and_its_state(server, ferry, copy, disk, tmp_path, state):
    """The key of a copy that stands already: whatever reads it fails, says why and what to do, and leaves nothing behind."""
    pushed, alias = push(ferry, disk), unused_alias()
    key = aliased(server, alias, AWAY)
    image = copy(pushed["imageId"], AWAY, "--encrypt", "--kms-key", alias)[AWAY]["imageId"]
    take_away(server, AWAY, key, state)
    assert listed(ferry, key)["state"] == {"disabled": "Disabled", "to be deleted": "PendingDeletion"}[state]
    before = [server.ec2(region).describe_snapshots(OwnerIds=["self"])["Snapshots"] for region in (HOME, AWAY)]
    name = images.unused_name("cli")
    for arguments in (
        ("pull", image, "back.raw", "--region", AWAY),
        ("verify", pushed["imageId"], image, "--to-region", AWAY),
        ("diff", image, image, "--region", AWAY),
        ("copy", image, "--from", AWAY, "--to", HOME, "--name", name),
        ("copy", pushed["imageId"], "--from", HOME, "--to", AWAY, "--encrypt", "--kms-key", alias, "--name", name),
    ):
        told = ferry(*arguments, expect=FAILED)
        assert f"{key['Arn']} {STATES[state]}" in told.stderr
        assert "ferry keys" in told.stderr and "access key" not in told.stderr
        assert told.stdout == ""
    assert not list(tmp_path.glob("back.raw*"))
    assert [server.ec2(region).describe_snapshots(OwnerIds=["self"])["Snapshots"] for region in (HOME, AWAY)] == before
    give_back(server, AWAY, key, state)
    ferry("pull", image, "back.raw", "--region", AWAY)
    assert are_equal(disk, tmp_path / "back.raw")


def test_key_of_one_destination_does_not_stop_the_others(server, ferry, copy, disk):
    pushed, alias = push(ferry, disk), unused_alias()
    gone, third = aliased(server, alias, AWAY), aliased(server, alias, THIRD)
    take_away(server, AWAY, gone, "disabled")
    copies = copy(pushed["imageId"], AWAY, THIRD, "--encrypt", "--kms-key", alias, expect=PARTLY)
    assert f"{gone['Arn']} is disabled" in copies[AWAY]["error"] and "imageId" not in copies[AWAY]
    assert key_of(server, THIRD, copies[THIRD]["imageId"]) == third["Arn"]


def test_key_that_does_not_exist_or_lies_elsewhere(server, ferry, copy, disk):
    pushed, home = push(ferry, disk), make_key(server, HOME)
    told = copy(pushed["imageId"], AWAY, "--encrypt", "--kms-key", "alias/none", expect=FAILED)[AWAY]["error"]
    assert "alias/none is not found" in told
    told = copy(pushed["imageId"], AWAY, "--encrypt", "--kms-key", home["Arn"], expect=FAILED)[AWAY]["error"]
    assert home["Arn"] in told and f"It lies in {HOME}" in told


def test_disk_cannot_be_pushed_under_a_disabled_default_key(start_server, ferry, disk):
    server = start_server()
    key = make_key(server, HOME)
    server.ec2(HOME).enable_ebs_encryption_by_default()
    server.ec2(HOME).modify_ebs_default_kms_key_id(KmsKeyId=key["Arn"])
    take_away(server, HOME, key, "disabled")
    told = ferry("push", disk, "--name", "refused", on=server, expect=FAILED)
    assert f"{key['Arn']} is disabled" in told.stderr and "ferry keys" in told.stderr
    assert server.ec2(HOME).describe_snapshots(OwnerIds=["self"])["Snapshots"] == []
    give_back(server, HOME, key, "disabled")
    pushed = json.loads(ferry("push", disk, "--name", "taken", "--json", on=server).stdout)
    assert key_of(server, HOME, pushed["imageId"]) == key["Arn"]
    assert listed(lambda *arguments: ferry(*arguments, on=server), key, region=HOME)["imageIds"] == [pushed["imageId"]]


@pytest.mark.parametrize("state", STATES)
def test_key_that_goes_while_a_copy_is_watched(start_server, ferry, tmp_path, state):
    """The link would take half a minute: the command ends when its copy does, with the reason."""
    server = start_server(arguments=("--bandwidth", f"{HOME}:{AWAY}=512KiB/s"))
    disk = disk_file(tmp_path / "disk.raw", 30 * BLOCK, {n * BLOCK: noise("cli watched", n) for n in range(30)})
    pushed = json.loads(ferry("push", disk, "--name", "watched", "--json", on=server).stdout)
    key = aliased(server, "alias/watched", AWAY)
    command = [binary(), "copy", pushed["imageId"], "--from", HOME, "--to", AWAY, "--encrypt", "--kms-key", "alias/watched", "--json"]
    watching = subprocess.Popen(command, env=server.shell_environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def begun():
        found = server.ec2(AWAY).describe_snapshots(OwnerIds=["self"])["Snapshots"]
        return found and found[0]["SnapshotId"]

    snapshot = eventually(begun, "the copy has begun")
    take_away(server, AWAY, key, state)
    output, error = watching.communicate(timeout=HANG)
    assert watching.returncode == FAILED, output + error
    [result] = json.loads(output)
    assert result["state"] == "failed" and key["Arn"] in result["error"] and snapshot in result["error"]
    assert key["Arn"] in error and STATES[state] in error
