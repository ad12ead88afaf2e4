"""Images of instances as real guests: what a guest had written is in them, and boots from them in both Regions."""

from __future__ import annotations

import functools
import subprocess
from collections.abc import Callable
from pathlib import Path

import guests
import images
import pytest
import snapshots
from ferry_server import AWAY, HOME, FerryServer, binary
from patience import HANG, eventually
from refusals import dry_run, refused


@pytest.fixture
def machines(start_machines: Callable[..., FerryServer]) -> FerryServer:
    return start_machines()


@pytest.fixture
def keys(machines: FerryServer, tmp_path: Path) -> dict[str, Path]:
    """A key pair `key` in each Region, whose default group lets SSH in."""
    for region in (HOME, AWAY):
        guests.open_ssh(machines, region)
    return {region: guests.key_pair(machines, tmp_path, region) for region in (HOME, AWAY)}


def check_refusals(server: FerryServer, instance: str, image: str) -> None:
    """What is refused changes nothing, and shuts nobody down."""
    ec2 = server.ec2()
    with dry_run():
        ec2.create_image(InstanceId=instance, Name="made", DryRun=True)
    with refused("InvalidAMIName.Malformed"):
        ec2.create_image(InstanceId=instance, Name="what?")
    with refused("InvalidAMIName.Duplicate", image):
        ec2.create_image(InstanceId=instance, Name="guest")
    with refused("InvalidInstanceID.Malformed"):
        ec2.create_image(InstanceId="i-x", Name="made")
    with refused("InvalidInstanceID.NotFound"):
        ec2.create_image(InstanceId="i-0123456789abcdef0", Name="made")
    with refused("InvalidInstanceID.NotFound"):
        server.ec2(AWAY).create_image(InstanceId=instance, Name="made")
    with refused("UnsupportedOperation"):
        ec2.create_image(InstanceId=instance, Name="made", SnapshotLocation="local")
    with refused("InvalidParameterValue"):
        tags = [{"ResourceType": "volume", "Tags": [{"Key": "a", "Value": "b"}]}]
        ec2.create_image(InstanceId=instance, Name="made", TagSpecifications=tags)
    for ebs in ({"VolumeSize": 9}, {"VolumeType": "io2", "Iops": 100}, {"Encrypted": True}, {"SnapshotId": "snap-0123456789abcdef0"}):
        with refused("InvalidBlockDeviceMapping"):
            ec2.create_image(InstanceId=instance, Name="made", BlockDeviceMappings=[{"DeviceName": "/dev/xvda", "Ebs": ebs}])
    with refused("InvalidBlockDeviceMapping"):
        ec2.create_image(InstanceId=instance, Name="made", BlockDeviceMappings=[{"DeviceName": "/dev/xvda", "NoDevice": ""}])
    assert ec2.describe_images(Owners=["self"], Filters=[{"Name": "source-instance-id", "Values": [instance]}])["Images"] == []


def test_an_image_of_a_running_instance(machines: FerryServer, keys: dict[str, Path]) -> None:
    ec2, key = machines.ec2(), keys[HOME]
    image = guests.push(machines)
    instance = guests.launch(machines, image, KeyName="key", InstanceInitiatedShutdownBehavior="terminate")
    guests.await_answer(machines, instance, key)
    check_refusals(machines, instance, image)
    process = guests.qemu(machines, instance)
    # What the guest has not written to its disk yet, it writes when it is shut down.
    guests.ssh(machines, instance, key, "echo first >/first")
    tags = [{"ResourceType": kind, "Tags": [{"Key": "of", "Value": kind}]} for kind in ("image", "snapshot")]
    added = [{"DeviceName": "/dev/sdf", "Ebs": {"VolumeSize": 1, "VolumeType": "gp3"}}, {"DeviceName": "/dev/xvda", "Ebs": {"DeleteOnTermination": False}}]
    made = ec2.create_image(InstanceId=instance, Name="rebooted", Description="with a reboot", TagSpecifications=tags, BlockDeviceMappings=added)["ImageId"]
    pending = images.describe(machines, HOME, made)
    assert pending["State"] == "pending"
    with refused("InvalidAMIID.Unavailable"):
        ec2.run_instances(ImageId=made, MinCount=1, MaxCount=1)
    found = images.wait_available(machines, HOME, made)
    assert guests.described(machines, instance)["State"]["Name"] == "running"
    guests.await_console(machines, instance, guests.UP, times=2)
    assert guests.qemu(machines, instance) == process, "it was reset, not replaced"

    assert (found["SourceInstanceId"], found["SourceImageId"], found["SourceImageRegion"]) == (instance, image, HOME)
    assert (found["Description"], found["Tags"]) == ("with a reboot", [{"Key": "of", "Value": "image"}])
    source = images.describe(machines, HOME, image)
    for trait in ("Architecture", "VirtualizationType", "RootDeviceName", "EnaSupport", "PlatformDetails", "RootDeviceType"):
        assert found[trait] == source[trait]
    root, data = (mapping["Ebs"] for mapping in found["BlockDeviceMappings"])
    assert root["SnapshotId"] == pending["BlockDeviceMappings"][0]["Ebs"]["SnapshotId"] and root["DeleteOnTermination"] is False
    assert (data.get("SnapshotId"), data["VolumeSize"], data["VolumeType"]) == (None, 1, "gp3")
    snapshot = snapshots.describe(machines, HOME, root["SnapshotId"])
    assert (snapshot["Description"], snapshot["Tags"]) == (f"Created by CreateImage({instance}) for {made}", [{"Key": "of", "Value": "snapshot"}])
    ancestry = ec2.get_image_ancestry(ImageId=made)["ImageAncestryEntries"]
    assert [entry["ImageId"] for entry in ancestry] == [made, image]
    command = [str(binary()), "images", "--tree"]
    tree = subprocess.run(command, env=machines.shell_environment(), capture_output=True, text=True, timeout=HANG, check=True).stdout.splitlines()
    assert [line.split()[:2] for line in tree] == [[image, "guest"], ["└─", instance], ["└─", made]]

    # Without a reboot the guest goes on, and what it has synced is there.
    guests.await_answer(machines, instance, key)
    before = guests.uptime(machines, instance, key)
    guests.ssh(machines, instance, key, "echo second >/second && sync")
    kept = ec2.create_image(InstanceId=instance, Name="running on", NoReboot=True)["ImageId"]
    guests.ssh(machines, instance, key, "echo third >/third && sync")
    images.wait_available(machines, HOME, kept)
    assert guests.uptime(machines, instance, key) >= before
    assert guests.ssh(machines, instance, key, "cat /first /second /third") == "first\nsecond\nthird\n"

    # Neither needs the instance.
    ec2.terminate_instances(InstanceIds=[instance])
    guests.wait(machines, "instance_terminated", instance)
    with refused("InvalidParameterValue", "Instance is not in state"):
        ec2.create_image(InstanceId=instance, Name="too late")
    copied = images.copied(machines, kept)
    assert "SourceInstanceId" not in copied
    for region, one, holds in ((HOME, made, "first\n"), (AWAY, copied["ImageId"], "first\nsecond\n")):
        again = guests.launch(machines, one, region, KeyName="key")
        guests.await_answer(machines, again, keys[region], region)
        assert guests.ssh(machines, again, keys[region], "cat /first /second /third 2>/dev/null || true", region) == holds
        machines.ec2(region).terminate_instances(InstanceIds=[again])
        guests.wait(machines, "instance_terminated", again, region)


def test_an_image_of_a_stopped_instance(machines: FerryServer, keys: dict[str, Path]) -> None:
    ec2, key = machines.ec2(), keys[HOME]
    mapping = [{"DeviceName": "/dev/xvda", "Ebs": {"Encrypted": True}}, {"DeviceName": "/dev/sdf", "Ebs": {"VolumeSize": 1}}]
    instance = guests.launch(machines, guests.push(machines), KeyName="key", BlockDeviceMappings=mapping)
    guests.await_answer(machines, instance, key)
    guests.ssh(machines, instance, key, "echo stopped >/kept; echo data >/dev/vdb; sync")
    ec2.stop_instances(InstanceIds=[instance])
    # One that is stopping has its image when it is stopped.
    made = ec2.create_image(InstanceId=instance, Name="made")["ImageId"]
    guests.wait(machines, "instance_stopped", instance)
    found = images.wait_available(machines, HOME, made)
    assert [device["Ebs"]["Encrypted"] for device in found["BlockDeviceMappings"]] == [True, False]
    assert guests.described(machines, instance)["State"]["Name"] == "stopped"
    ec2.terminate_instances(InstanceIds=[instance])
    guests.wait(machines, "instance_terminated", instance)
    again = guests.launch(machines, made, KeyName="key")
    guests.await_answer(machines, again, key)
    assert guests.ssh(machines, again, key, "cat /kept; head -n 1 /dev/vdb") == "stopped\ndata\n"
    ec2.terminate_instances(InstanceIds=[again])
    guests.wait(machines, "instance_terminated", again)


def asked(server: FerryServer, instance: str, image: str) -> bool:
    return "FERRY-POWER-BUTTON" in guests.console(server, instance)


def available(server: FerryServer, instance: str, image: str) -> bool:
    return bool(images.describe(server, HOME, image)["State"] == "available")


def test_kill_9_while_images_are_made(machines: FerryServer, keys: dict[str, Path]) -> None:
    """Whenever the server is killed, the image is whole in the end, and the guest runs."""
    ec2, key = machines.ec2(), keys[HOME]
    instance = guests.launch(machines, guests.push(machines), KeyName="key")
    guests.await_answer(machines, instance, key)
    made = []
    # When the guest shuts down, when it is to, and when it has not come back yet.
    for number, moment in enumerate((asked, None, available)):
        guests.ssh(machines, instance, key, f"echo {number} >/number")
        process = guests.qemu(machines, instance)
        made.append(ec2.create_image(InstanceId=instance, Name=f"made {number}")["ImageId"])
        if moment:
            eventually(functools.partial(moment, machines, instance, made[-1]), f"the moment of round {number}")
        machines.kill()
        machines.start()
        ec2 = machines.ec2()
        images.wait_available(machines, HOME, made[-1])
        guests.await_answer(machines, instance, key)
        assert guests.described(machines, instance)["State"]["Name"] == "running"
        assert guests.qemu(machines, instance) == process
        assert guests.ssh(machines, instance, key, "cat /number") == f"{number}\n"
    ec2.terminate_instances(InstanceIds=[instance])
    guests.wait(machines, "instance_terminated", instance)
    for number, image in enumerate(made):
        again = guests.launch(machines, image, KeyName="key")
        guests.await_answer(machines, again, key)
        assert guests.ssh(machines, again, key, "cat /number") == f"{number}\n"
        ec2.terminate_instances(InstanceIds=[again])
        guests.wait(machines, "instance_terminated", again)
