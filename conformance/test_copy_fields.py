"""What a copy looks like: each field carried, each field not carried, and the snapshots beneath."""

from __future__ import annotations

import base64
import datetime
import re

import images
import pytest
import snapshots
from disks import BLOCK, Disk
from ferry_server import AWAY, HOME
from patience import eventually
from refusals import refused

UEFI_DATA = base64.b64encode(b"AMZNUEFI" + bytes(range(64))).decode()


@pytest.fixture(scope="module")
def disks_of_image():
    return Disk.made("root disk", 10, size=2), Disk.made("data disk", 6, size=1)


@pytest.fixture(scope="module")
def source(server, disks_of_image):
    """An image with everything set that RegisterImage lets one set."""
    root, data = (snapshots.upload(server, disk) for disk in disks_of_image)
    image = images.register(
        server,
        root,
        Description="all of it",
        BootMode="uefi",
        TpmSupport="v2.0",
        ImdsSupport="v2.0",
        UefiData=UEFI_DATA,
        EnaSupport=True,
        SriovNetSupport="simple",
        BlockDeviceMappings=[
            {
                "DeviceName": "/dev/xvda",
                "Ebs": {"SnapshotId": root, "VolumeSize": 5, "VolumeType": "gp3", "Iops": 4000, "Throughput": 250,
                        "DeleteOnTermination": True},
            },
            {"DeviceName": "/dev/sdf", "Ebs": {"SnapshotId": data, "VolumeType": "gp2", "DeleteOnTermination": False}},
            {"DeviceName": "/dev/sdb", "VirtualName": "ephemeral0"},
        ],
        TagSpecifications=[{"ResourceType": "image", "Tags": [{"Key": "origin", "Value": "here"}]}],
    )
    return images.describe(server, HOME, image)


@pytest.fixture(scope="module")
def copy(server, source):
    return images.copied(server, source["ImageId"], Name="all-of-it-copied")


def test_registered_image_echoes_what_was_registered(source):
    assert source["BootMode"] == "uefi"
    assert source["TpmSupport"] == "v2.0"
    assert source["ImdsSupport"] == "v2.0"
    root, data, ephemeral = source["BlockDeviceMappings"]
    assert root["Ebs"] | {"SnapshotId": ""} == {
        "SnapshotId": "", "VolumeSize": 5, "VolumeType": "gp3", "Iops": 4000, "Throughput": 250,
        "DeleteOnTermination": True, "Encrypted": False,
    }
    assert data["Ebs"] | {"SnapshotId": ""} == {
        "SnapshotId": "", "VolumeSize": 1, "VolumeType": "gp2", "DeleteOnTermination": False, "Encrypted": False,
    }
    assert ephemeral == {"DeviceName": "/dev/sdb", "VirtualName": "ephemeral0"}
    assert "SourceImageId" not in source


@pytest.mark.parametrize(
    "member",
    [
        "Architecture", "VirtualizationType", "Hypervisor", "PlatformDetails", "UsageOperation", "RootDeviceType",
        "RootDeviceName", "ImageType", "EnaSupport", "SriovNetSupport", "BootMode", "TpmSupport", "ImdsSupport",
    ],
)
def test_member_is_carried(source, copy, member):
    assert source[member] == copy[member]


def test_platform_is_absent_for_linux_on_both(source, copy):
    assert "Platform" not in source and "Platform" not in copy


def test_uefi_variables_are_carried(server, source, copy):
    for region, image in ((HOME, source), (AWAY, copy)):
        answer = server.ec2(region).describe_image_attribute(ImageId=image["ImageId"], Attribute="uefiData")
        assert answer["UefiData"]["Value"] == UEFI_DATA


def test_devices_are_carried_in_order_with_snapshots_of_their_own(source, copy):
    def without_snapshot(mapping):
        return {**mapping, "Ebs": {**mapping["Ebs"], "SnapshotId": ""}} if "Ebs" in mapping else mapping

    assert [without_snapshot(m) for m in copy["BlockDeviceMappings"]] == [without_snapshot(m) for m in source["BlockDeviceMappings"]]
    assert set(images.snapshots_of(copy)).isdisjoint(images.snapshots_of(source))
    assert len(set(images.snapshots_of(copy))) == 2


def test_copy_is_its_own_image(server, source, copy):
    assert re.fullmatch(r"ami-[0-9a-f]{17}", copy["ImageId"])
    assert copy["ImageId"] != source["ImageId"]
    assert copy["OwnerId"] == server.account
    assert copy["Name"] == "all-of-it-copied"
    assert copy["ImageLocation"] == f"{server.account}/all-of-it-copied"
    assert copy["SourceImageId"] == source["ImageId"]
    assert copy["SourceImageRegion"] == HOME
    assert copy["Public"] is False
    assert copy.get("Tags", []) == []
    assert "SourceInstanceId" not in copy
    assert "DeprecationTime" not in copy
    assert copy.get("DeregistrationProtection", "disabled") == "disabled"
    assert "StateReason" not in copy


def test_copy_carries_no_description_unless_given_one(server, source, copy):
    assert copy.get("Description", "") == ""
    assert source["Description"] == "all of it"
    named = images.copied(server, source["ImageId"], Description="Kopie für später & <bald>")
    assert named["Description"] == "Kopie für später & <bald>"


def test_copy_is_created_when_it_was_asked_for(server, image):
    before = datetime.datetime.now(datetime.UTC) - datetime.timedelta(seconds=2)
    copy = images.copied(server, image)
    created = datetime.datetime.fromisoformat(copy["CreationDate"])
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", copy["CreationDate"])
    assert before <= created <= datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=2)


def test_copied_snapshots_say_what_they_are_copies_of(server, source, copy, disks_of_image):
    for disk, origin, name in zip(disks_of_image, images.snapshots_of(source), images.snapshots_of(copy)):
        found = snapshots.describe(server, AWAY, name)
        pattern = (
            rf"Copied for DestinationAmi {copy['ImageId']} from SourceAmi {source['ImageId']} "
            rf"for SourceSnapshot {origin}\. Task created on (\d{{1,3}}(?:,\d{{3}})+)\."
        )
        match = re.fullmatch(pattern, found["Description"])
        assert match, found["Description"]
        created = datetime.datetime.fromtimestamp(int(match.group(1).replace(",", "")) / 1000, datetime.UTC)
        assert abs(datetime.datetime.now(datetime.UTC) - created) < datetime.timedelta(minutes=30)
        assert found["VolumeId"] == "vol-ffffffff"
        assert found["OwnerId"] == server.account
        assert found["Encrypted"] is False
        assert found["State"] == "completed"
        assert found["Progress"] == "100%"
        assert found["VolumeSize"] == disk.size
        assert found["StorageTier"] == "standard"
        assert found["FullSnapshotSizeInBytes"] == disk.data_bytes
        assert found["TransferType"] == "standard"
        assert found.get("Tags", []) == []
        assert re.fullmatch(r"snap-[0-9a-f]{17}", name)


def test_both_disks_of_a_copied_image_are_equal_block_by_block(server, copy, disks_of_image):
    for disk, snapshot in zip(disks_of_image, images.snapshots_of(copy)):
        snapshots.assert_holds(server, AWAY, snapshot, disk)


def test_snapshots_of_a_pending_copy_are_shown_with_their_progress(fresh_server):
    """Users must be able to find the snapshot of a pending image to read how far it is."""
    disk = Disk.made("progress", 600, size=1)
    image = images.register(fresh_server, snapshots.upload(fresh_server, disk))
    copy = images.copy(fresh_server, image)
    [snapshot] = images.snapshots_of(images.describe(fresh_server, AWAY, copy))
    total, seen = disk.data_bytes, []

    def done():
        found = snapshots.describe(fresh_server, AWAY, snapshot)
        assert re.fullmatch(r"\d{1,3}%", found["Progress"]), found["Progress"]
        seen.append((found["State"], int(found["Progress"][:-1]), found.get("StateMessage", "")))
        return found["State"] == "completed"

    eventually(done, "the copy completed", pause=0)
    percents = [percent for _, percent, _ in seen]
    assert percents == sorted(percents), "progress went backwards"
    assert percents[-1] == 100 and all(0 <= percent <= 100 for percent in percents)
    for state, percent, message in seen:
        if state == "pending" and message:
            copied = re.fullmatch(rf"Copied (\d+) of {total} bytes", message)
            assert copied, message
            assert int(copied.group(1)) % BLOCK == 0 and int(copied.group(1)) <= total
    assert seen[-1][2] == f"Copied {total} bytes, moved {total}"


def test_changes_after_the_copy_stay_on_their_side(server, snapshot):
    source = images.register(server, snapshot, Description="before")
    copy = images.copied(server, source, Description="the copy's")["ImageId"]
    server.ec2(HOME).modify_image_attribute(ImageId=source, Description={"Value": "after"})
    server.ec2(HOME).create_tags(Resources=[source], Tags=[{"Key": "side", "Value": "source"}])
    server.ec2(AWAY).modify_image_attribute(ImageId=copy, Description={"Value": "the copy's own"})
    assert images.describe(server, HOME, source)["Description"] == "after"
    assert images.describe(server, AWAY, copy)["Description"] == "the copy's own"
    assert images.describe(server, AWAY, copy).get("Tags", []) == []


def test_copy_within_a_region(server, image, disk):
    copy = images.copied(server, image, HOME, HOME)
    assert copy["SourceImageId"] == image and copy["SourceImageRegion"] == HOME
    [snapshot] = images.snapshots_of(copy)
    assert snapshot not in images.snapshots_of(images.describe(server, HOME, image))
    snapshots.assert_holds(server, HOME, snapshot, disk)


def test_id_of_a_copy_is_unknown_in_the_region_of_its_source(server, image):
    copy = images.copied(server, image)["ImageId"]
    with refused("InvalidAMIID.NotFound", rf"^The image id '\[{copy}\]' does not exist$"):
        server.ec2(HOME).describe_images(ImageIds=[copy])
