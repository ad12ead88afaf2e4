"""The calls of the program that publishes NixOS images (upload-ami of NixOS/amis), in its order and with its parameters: a disk goes up through EBS
direct, is registered, deprecated, made public and copied to every Region. It is a program of its distribution's alone, so its calls stand here."""

from __future__ import annotations

import base64
import concurrent.futures
import datetime
import hashlib

import images
import snapshots
from disks import BLOCK, Disk
from ferry_server import HOME


def uploaded(server, disk, name):
    """Every block of the disk, zeros too, under a client token made of its name. Given again, the same snapshot comes back."""
    ebs, ec2 = server.ebs(), server.ec2()
    token = hashlib.sha256(name.encode()).hexdigest()
    tags = [{"Key": "Name", "Value": name}]
    filters = [{"Name": "tag:Name", "Values": [name]}, {"Name": "status", "Values": ["pending", "completed"]}]
    if found := ec2.describe_snapshots(OwnerIds=["self"], Filters=filters)["Snapshots"]:
        return found[0]["SnapshotId"]
    started = ebs.start_snapshot(VolumeSize=disk.size, Timeout=60, ClientToken=token, Tags=tags, Description=name)
    assert started["BlockSize"] == BLOCK

    def put(index):
        data = disk.blocks.get(index, bytes(BLOCK))
        checksum = base64.b64encode(hashlib.sha256(data).digest()).decode()
        ebs.put_snapshot_block(
            SnapshotId=started["SnapshotId"], BlockIndex=index, BlockData=data, DataLength=BLOCK, Checksum=checksum, ChecksumAlgorithm="SHA256"
        )

    count = max(disk.blocks) + 5
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        list(pool.map(put, range(count)))
    replayed = ebs.start_snapshot(VolumeSize=disk.size, Timeout=60, ClientToken=token, Tags=tags, Description=name)
    assert (replayed["SnapshotId"], replayed["Status"]) == (started["SnapshotId"], "pending")
    ebs.complete_snapshot(SnapshotId=started["SnapshotId"], ChangedBlocksCount=count)
    snapshots.wait_completed(server, HOME, started["SnapshotId"])
    return started["SnapshotId"]


def registered(server, name, snapshot, deprecates_at):
    ec2 = server.ec2()
    filters = [{"Name": "name", "Values": [name]}]
    if found := ec2.describe_images(Owners=["self"], Filters=filters)["Images"]:
        return found[0]["ImageId"]
    image = ec2.register_image(
        Name=name, Architecture="x86_64", BootMode="uefi", RootDeviceName="/dev/xvda", VirtualizationType="hvm", EnaSupport=True, ImdsSupport="v2.0",
        TpmSupport="v2.0", SriovNetSupport="simple",
        BlockDeviceMappings=[{"DeviceName": "/dev/xvda", "Ebs": {"SnapshotId": snapshot, "VolumeType": "gp3"}}],
        TagSpecifications=[{"ResourceType": "image", "Tags": [{"Key": "Name", "Value": name}]}],
    )["ImageId"]
    ec2.get_waiter("image_available").wait(ImageIds=[image])
    ec2.enable_image_deprecation(ImageId=image, DeprecateAt=deprecates_at)
    ec2.modify_image_attribute(ImageId=image, LaunchPermission={"Add": [{"Group": "all"}]})
    return image


def copied(server, name, image, region, deprecates_at):
    """The image's id is the client token in every Region."""
    ec2, tags = server.ec2(region), [{"Key": "Name", "Value": name}]
    copy = ec2.copy_image(
        Name=name, SourceImageId=image, SourceRegion=HOME, ClientToken=image,
        TagSpecifications=[{"ResourceType": "image", "Tags": tags}, {"ResourceType": "snapshot", "Tags": tags}],
    )["ImageId"]
    images.wait_available(server, region, copy)
    ec2.enable_image_deprecation(ImageId=copy, DeprecateAt=deprecates_at)
    ec2.modify_image_attribute(ImageId=copy, LaunchPermission={"Add": [{"Group": "all"}]})
    return copy


def published(server, disk, name):
    deprecates_at = (datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=90)).replace(microsecond=0)
    image = registered(server, name, uploaded(server, disk, name), deprecates_at)
    regions = [region["RegionName"] for region in server.ec2().describe_regions()["Regions"] if region["RegionName"] != HOME]
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        copies = list(pool.map(lambda region: copied(server, name, image, region, deprecates_at), regions))
    return {HOME: image, **dict(zip(regions, copies, strict=True))}


def test_publishes_in_every_region_and_again_changes_nothing(server, other_account):
    disk = Disk.made("nixos", 6, spread=40)
    name = images.unused_name("nixos/25.05.20260101.abcdef0-x86_64-linux")
    made = published(server, disk, name)
    assert len(made) > 1
    for region, image in made.items():
        seen = images.describe(other_account, region, image)
        assert (seen["Name"], seen["Public"], seen["State"], seen["OwnerId"]) == (name, True, "available", server.account)
        assert seen["DeprecationTime"] and seen["TpmSupport"] == "v2.0" and seen["BootMode"] == "uefi"
        snapshots.assert_holds(server, region, images.snapshots_of(seen)[0], disk)
    assert published(server, disk, name) == made
