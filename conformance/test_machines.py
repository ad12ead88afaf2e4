"""Instances as real guests: what an image holds boots in its Region, is told who it is, outlives the server, and leaves nothing behind."""

from __future__ import annotations

import dataclasses
import json
import os
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import guests
import images
import pytest
import snapshots
from disks import Disk
from ferry_server import AWAY, HOME, Credentials, FerryServer, binary
from patience import HANG, eventually
from refusals import refused


@pytest.fixture
def machines(start_machines: Callable[..., FerryServer]) -> FerryServer:
    return start_machines()


@pytest.fixture
def key(machines: FerryServer, tmp_path: Path) -> Path:
    """A key pair `key` in the home Region."""
    return guests.key_pair(machines, tmp_path)


def test_the_life_of_an_instance(machines: FerryServer, key: Path, tmp_path: Path) -> None:
    image = guests.push(machines)
    guests.open_ssh(machines)
    instance = guests.launch(machines, image, KeyName="key", UserData="#!/bin/sh\necho USER-DATA-RAN on $(hostname)\n")

    # It knows who it is, and the console says so.
    about = guests.described(machines, instance)
    host = "ip-" + about["PrivateIpAddress"].replace(".", "-")
    told = guests.await_console(machines, instance, "FERRY-SSH-IS-UP")
    assert f"FERRY-INSTANCE {instance} " in told and f"is {host}" in told and f"USER-DATA-RAN on {host}" in told
    assert guests.ssh(machines, instance, key, "hostname").strip() == host
    guests.ssh(machines, instance, key, "echo kept >/kept && sync")

    check_identity(machines, instance, tmp_path)
    check_volumes(machines, instance, key)
    check_killed_server(machines, instance, key)
    check_killed_network(machines, instance, key)

    # Stopped and started it is the same disk, booted anew.
    ec2 = machines.ec2()
    process = guests.qemu(machines, instance)
    before = guests.uptime(machines, instance, key)
    ec2.stop_instances(InstanceIds=[instance])
    guests.wait(machines, "instance_stopped", instance)
    assert not guests.is_alive(process)
    ec2.start_instances(InstanceIds=[instance])
    guests.wait(machines, "instance_running", instance)
    assert "FERRY-POWER-BUTTON" in guests.await_console(machines, instance, "FERRY-SSH-IS-UP", times=2)
    assert guests.ssh(machines, instance, key, "cat /kept").strip() == "kept"
    assert guests.uptime(machines, instance, key) < before + 60

    # Nothing is left of it.
    ec2.terminate_instances(InstanceIds=[instance])
    guests.wait(machines, "instance_terminated", instance)
    assert guests.processes(machines.data) == []
    assert not guests.folder(machines, instance).exists()
    assert ec2.describe_volumes()["Volumes"] == []
    eventually(lambda: list((machines.data / "regions" / HOME / "volumes").glob("vol-*")) == [], "their files are gone too")


def check_identity(server: FerryServer, instance: str, tmp_path: Path) -> None:
    """The identity document is signed by the Region's key, whose certificate anybody can have."""
    document = guests.metadata(server, instance, "dynamic/instance-identity/document")
    assert guests.metadata_json(server, instance, "dynamic/instance-identity/document")["instanceId"] == instance
    signed = guests.metadata(server, instance, "dynamic/instance-identity/pkcs7")
    message = tmp_path / "identity.pem"
    message.write_text(f"-----BEGIN PKCS7-----\n{signed.strip()}\n-----END PKCS7-----\n")
    verify = ["openssl", "smime", "-verify", "-in", str(message), "-inform", "PEM", "-noverify"]
    done = subprocess.run(verify, capture_output=True, text=True, timeout=HANG)
    assert done.returncode == 0, done.stderr
    assert done.stdout == document
    assert guests.metadata(server, instance, "meta-data/block-device-mapping/root") == "/dev/xvda"


def check_volumes(server: FerryServer, instance: str, key: Path) -> None:
    """A volume comes while the guest runs, holds what it writes, and goes."""
    ec2 = server.ec2()
    zone = guests.described(server, instance)["Placement"]["AvailabilityZone"]
    volume = ec2.create_volume(AvailabilityZone=zone, Size=1)["VolumeId"]
    ec2.get_waiter("volume_available").wait(VolumeIds=[volume], WaiterConfig={"Delay": 1, "MaxAttempts": HANG})
    ec2.attach_volume(VolumeId=volume, InstanceId=instance, Device="/dev/sdf")
    ec2.get_waiter("volume_in_use").wait(VolumeIds=[volume], WaiterConfig={"Delay": 1, "MaxAttempts": HANG})
    seen = "for i in $(seq 300); do [ -e /sys/class/block/vdb ] && break; usleep 100000; done; cat /sys/class/block/vdb/serial"
    assert guests.ssh(server, instance, key, seen).strip() == volume.replace("-", "")
    guests.ssh(server, instance, key, "dd if=/dev/zero of=/dev/vdb bs=4k count=16 conv=fsync 2>/dev/null")
    ec2.detach_volume(VolumeId=volume)
    ec2.get_waiter("volume_available").wait(VolumeIds=[volume], WaiterConfig={"Delay": 1, "MaxAttempts": HANG})
    assert "vdb" not in guests.ssh(server, instance, key, "ls /sys/class/block")
    ec2.delete_volume(VolumeId=volume)


def check_killed_server(server: FerryServer, instance: str, key: Path) -> None:
    """The guest runs on without the server, and the next one finds it; what it writes meanwhile waits for its disk, and is no error."""
    process, before = guests.qemu(server, instance), guests.uptime(server, instance, key)
    server.kill()
    assert guests.is_alive(process)
    server.start()
    assert guests.described(server, instance)["State"]["Name"] == "running"
    guests.ssh(server, instance, key, "echo more >/more && sync && ! dmesg | grep -q 'I/O error'")
    assert guests.qemu(server, instance) == process
    assert guests.uptime(server, instance, key) > before
    assert guests.metadata(server, instance, "meta-data/instance-id") == instance


def check_killed_network(server: FerryServer, instance: str, key: Path) -> None:
    """The process that is the guest's network is killed: another takes its place, and the guest goes on with its address and its console."""
    record = guests.folder(server, instance) / "network.pid"
    process, killed, before = guests.qemu(server, instance), int(record.read_text().split()[0]), guests.uptime(server, instance, key)
    os.kill(killed, signal.SIGKILL)
    guests.await_answer(server, instance, key)
    assert int(record.read_text().split()[0]) != killed
    assert guests.qemu(server, instance) == process and guests.uptime(server, instance, key) > before
    about = "wget -q -O - http://169.254.169.254/latest/meta-data/instance-id"
    assert guests.ssh(server, instance, key, about) == instance
    guests.ssh(server, instance, key, "echo AFTER-THE-NETWORK >/dev/console")
    guests.await_console(server, instance, "AFTER-THE-NETWORK")


def test_a_copy_boots_in_the_other_region(machines: FerryServer) -> None:
    image = guests.push(machines)
    copied = machines.ec2(AWAY).copy_image(Name="guest", SourceImageId=image, SourceRegion=HOME)["ImageId"]
    machines.ec2(AWAY).get_waiter("image_available").wait(ImageIds=[copied], WaiterConfig={"Delay": 1, "MaxAttempts": HANG})
    with refused("InvalidAMIID.NotFound"):
        machines.ec2(AWAY).run_instances(ImageId=image, MinCount=1, MaxCount=1)
    instance = guests.launch(machines, copied, AWAY)
    assert f"FERRY-INSTANCE {instance} " in guests.await_console(machines, instance, "FERRY-INSTANCE", AWAY)
    machines.ec2(AWAY).terminate_instances(InstanceIds=[instance])
    guests.wait(machines, "instance_terminated", instance, AWAY)


def test_guests_that_end_by_themselves(machines: FerryServer) -> None:
    image = guests.push(machines)
    ec2 = machines.ec2()
    # One switches itself off, and goes.
    off = guests.launch(
        machines, image, UserData="#!/bin/sh\npoweroff\n", InstanceInitiatedShutdownBehavior="terminate"
    )
    guests.wait(machines, "instance_terminated", off)
    assert guests.described(machines, off)["StateReason"]["Code"] == "Client.InstanceInitiatedShutdown"
    # One is killed, and stops with the reason; it can be started again.
    killed = guests.launch(machines, image)
    os.kill(guests.qemu(machines, killed), signal.SIGKILL)
    guests.wait(machines, "instance_stopped", killed)
    assert guests.described(machines, killed)["StateReason"]["Code"] == "Server.InternalError"
    ec2.start_instances(InstanceIds=[killed])
    guests.wait(machines, "instance_running", killed)
    # One is killed with the server: the next server tells.
    machines.kill()
    os.kill(guests.qemu(machines, killed), signal.SIGKILL)
    machines.start()
    guests.wait(machines, "instance_stopped", killed)
    machines.ec2().terminate_instances(InstanceIds=[killed])
    guests.wait(machines, "instance_terminated", killed)


def test_what_a_guest_is_told_follows_the_rows(machines: FerryServer) -> None:
    """Keys of the profile's role name the instance, and are for roles alone that trust EC2; tags and options are those of now."""
    iam, ec2 = machines.client("iam"), machines.ec2()

    def trust(service: str) -> str:
        allow = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
        return json.dumps({"Version": "2012-10-17", "Statement": [allow]})

    iam.create_role(RoleName="builder", AssumeRolePolicyDocument=trust("ec2.amazonaws.com"))
    iam.create_instance_profile(InstanceProfileName="builders")
    iam.add_role_to_instance_profile(InstanceProfileName="builders", RoleName="builder")
    image = guests.push(machines)
    instance = guests.launch(
        machines, image, IamInstanceProfile={"Name": "builders"}, MetadataOptions={"InstanceMetadataTags": "enabled", "HttpTokens": "required"}
    )
    assert guests.metadata(machines, instance, "meta-data/iam/security-credentials/").strip() == "builder"
    keys = guests.metadata_json(machines, instance, "meta-data/iam/security-credentials/builder")
    seen = dataclasses.replace(
        machines, credentials=Credentials(keys["AccessKeyId"], keys["SecretAccessKey"], machines.account, keys["Token"]), _clients={}
    )
    assert seen.client("sts").get_caller_identity()["Arn"].endswith(f":assumed-role/builder/{instance}")
    assert guests.metadata_json(machines, instance, "meta-data/iam/security-credentials/builder") == keys, "they are kept"

    ec2.create_tags(Resources=[instance], Tags=[{"Key": "team", "Value": "blue"}])
    assert guests.metadata(machines, instance, "meta-data/tags/instance/team") == "blue"
    iam.update_assume_role_policy(RoleName="builder", PolicyDocument=trust("lambda.amazonaws.com"))
    with pytest.raises(AssertionError, match="404"):
        guests.metadata(machines, instance, "meta-data/iam/security-credentials/builder")
    ec2.modify_instance_metadata_options(InstanceId=instance, HttpEndpoint="disabled")
    with pytest.raises(AssertionError, match="403"):
        guests.metadata(machines, instance, "meta-data/instance-id")
    ec2.terminate_instances(InstanceIds=[instance])
    guests.wait(machines, "instance_terminated", instance)


def test_the_command_line(machines: FerryServer, key: Path, tmp_path: Path) -> None:
    """An image is run, logged in to, stopped, started and ended by commands alone."""

    def ferry(*arguments: object) -> str:
        command = [str(binary()), *map(str, arguments)]
        done = subprocess.run(
            command, env=machines.shell_environment(), cwd=tmp_path, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=HANG
        )
        assert done.returncode == 0, f"{command}: exit {done.returncode}\n{done.stdout}{done.stderr}"
        return done.stdout

    image = guests.push(machines)
    guests.open_ssh(machines)
    ran = json.loads(ferry("run", image, "--type", "t3.nano", "--key", "key", "--name", "one", "--json"))
    instance = ran["instanceId"]
    assert ran["state"] == "running" and ran["publicAddress"].startswith("127.") and ran["tags"]["Name"] == "one"
    assert instance in ferry("instances") and ferry("instances", "--quiet").split() == [instance]
    guests.await_console(machines, instance, "FERRY-SSH-IS-UP")
    assert ferry("ssh", instance, "--identity", key, "echo", "logged", "in").strip() == "logged in"
    assert ferry("stop", instance) == f"{instance}  running -> stopped\n"
    assert ferry("start", instance) == f"{instance}  stopped -> running\n"
    assert ferry("terminate", instance, "--quiet") == f"{instance}\n"
    assert guests.processes(machines.data) == []
    # The console of one that switches itself off is followed to its end.
    off = tmp_path / "off"
    off.write_text("#!/bin/sh\necho SWITCHED-OFF\npoweroff\n")
    told = ferry("run", image, "--type", "t3.nano", "--user-data", off, "--console")
    assert told.count("FERRY-DISK-IS-UP") == 1 and told.count("SWITCHED-OFF") == 1
    ferry("terminate", told.split()[0])


def test_volumes_of_a_guest_that_holds_on(start_machines: Callable[..., FerryServer]) -> None:
    """A guest that does not give a volume back, since it has no system that could, makes it busy; by force it is taken, and comes back after a reboot."""
    server = start_machines(arguments=("--shutdown-timeout", "1"))
    ec2 = server.ec2()
    blank = images.register(server, snapshots.upload(server, Disk.made("nothing that boots", 1)), EnaSupport=True)
    instance = guests.launch(server, blank)
    process = guests.qemu(server, instance)
    zone = guests.described(server, instance)["Placement"]["AvailabilityZone"]
    volume = ec2.create_volume(AvailabilityZone=zone, Size=1)["VolumeId"]
    ec2.attach_volume(VolumeId=volume, InstanceId=instance, Device="/dev/sdf")
    eventually(lambda: attachment(ec2, volume) == "attached", "the guest has it")
    devices = {mapping["DeviceName"]: mapping["Ebs"]["VolumeId"] for mapping in guests.described(server, instance)["BlockDeviceMappings"]}
    for force in (False, True):
        with refused("OperationNotPermitted", "Unable to detach root volume"):
            ec2.detach_volume(VolumeId=devices["/dev/xvda"], Force=force)

    assert ec2.detach_volume(VolumeId=volume)["State"] == "detaching"
    eventually(lambda: attachment(ec2, volume) == "busy", "the guest holds it")
    assert ec2.detach_volume(VolumeId=volume, Force=True)["State"] == "detaching"
    eventually(lambda: attachment(ec2, volume) is None, "it is taken")
    assert ec2.describe_volumes(VolumeIds=[volume])["Volumes"][0]["State"] == "available"
    assert guests.described(server, instance)["State"]["Name"] == "running"

    # What is left of it has to go first.
    ec2.attach_volume(VolumeId=volume, InstanceId=instance, Device="/dev/sdf")
    eventually(lambda: "which was taken from it" in server.log_text(), "it is said why it does not come back")
    assert attachment(ec2, volume) == "attaching"
    ec2.reboot_instances(InstanceIds=[instance])
    eventually(lambda: attachment(ec2, volume) == "attached", "it is back")
    assert guests.qemu(server, instance) == process
    ec2.terminate_instances(InstanceIds=[instance])
    guests.wait(server, "instance_terminated", instance)


def test_a_data_folder_with_a_long_path(start_machines: Callable[..., FerryServer]) -> None:
    """The kernel takes 107 bytes of a socket's path; the guest has its disks, its metadata and a way in all the same, also from the next server."""
    server = start_machines("/".join(["a-folder-with-a-long-name"] * 6))
    assert len(str(server.data)) > 150
    guests.open_ssh(server)
    instance = guests.launch(server, guests.push(server))
    assert f"FERRY-INSTANCE {instance} " in guests.await_console(server, instance, guests.UP)
    server.kill()
    server.start()
    ec2 = server.ec2()
    zone = guests.described(server, instance)["Placement"]["AvailabilityZone"]
    volume = ec2.create_volume(AvailabilityZone=zone, Size=1)["VolumeId"]
    ec2.attach_volume(VolumeId=volume, InstanceId=instance, Device="/dev/sdf")
    ec2.get_waiter("volume_in_use").wait(VolumeIds=[volume], WaiterConfig={"Delay": 1, "MaxAttempts": HANG})
    eventually(lambda: attachment(ec2, volume) == "attached", "the guest has it")
    ec2.terminate_instances(InstanceIds=[instance])
    guests.wait(server, "instance_terminated", instance)


def attachment(ec2: Any, volume: str) -> str | None:
    """The state of a volume's attachment; none when there is none."""
    found = ec2.describe_volumes(VolumeIds=[volume])["Volumes"][0]["Attachments"]
    return found[0]["State"] if found else None


def test_machines_that_boot_by_uefi(machines: FerryServer, key: Path) -> None:
    """Guests of x86-64 with a TPM, and of arm64, boot by their firmware, answer, and heed the power button. The TPM's state outlives a stop."""
    ec2 = machines.ec2()
    guests.open_ssh(machines)
    [disk] = images.snapshots_of(images.describe(machines, HOME, guests.push(machines, images.unused_name("uefi"))))
    with_tpm = images.register(machines, disk, EnaSupport=True, BootMode="uefi", TpmSupport="v2.0")
    x86 = guests.launch(machines, with_tpm, KeyName="key")
    arm = guests.launch(machines, guests.push(machines, images.unused_name("arm"), "arm64"), KeyName="key", InstanceType="t4g.nano")
    for instance, processor in ((x86, "x86_64"), (arm, "aarch64")):
        assert f"FERRY-INSTANCE {instance} " in guests.await_console(machines, instance, guests.UP)
        guests.await_answer(machines, instance, key)
        assert guests.ssh(machines, instance, key, "uname -m; [ -d /sys/firmware/efi ] && echo by UEFI").split("\n")[:2] == [processor, "by UEFI"]

    state = guests.folder(machines, x86) / "tpm"
    tpm = int((guests.folder(machines, x86) / "tpm.pid").read_text().split()[0])
    assert guests.is_alive(tpm) and (state / "tpm2-00.permall").stat().st_size > 0
    ec2.stop_instances(InstanceIds=[x86, arm])
    for instance in (x86, arm):
        guests.wait(machines, "instance_stopped", instance)
        assert "FERRY-POWER-BUTTON" in guests.console(machines, instance)
    assert not guests.is_alive(tpm)
    ec2.start_instances(InstanceIds=[x86])
    guests.wait(machines, "instance_running", x86)
    assert (state / "tpm2-00.permall").stat().st_size > 0
    ec2.terminate_instances(InstanceIds=[x86, arm])
    for instance in (x86, arm):
        guests.wait(machines, "instance_terminated", instance)
    assert guests.processes(machines.data) == []


def test_what_cannot_run_is_refused(start_machines: Callable[..., FerryServer]) -> None:
    for arguments, told in [
        (("--qemu-path", "/nowhere"), "qemu-system-x86"),
        (("--no-machines",), "runs no guests"),
    ]:
        server = start_machines(arguments[0].strip("-"), arguments=arguments)
        image = guests.push(server)
        ec2 = server.ec2()
        with refused("Unsupported", told):
            ec2.run_instances(ImageId=image, InstanceType="t3.nano", MinCount=1, MaxCount=1)
        assert ec2.describe_instances()["Reservations"] == [] and ec2.describe_volumes()["Volumes"] == []
    server = start_machines("small", arguments=("--machine-memory", "600"))
    image = guests.push(server)
    with refused("InsufficientInstanceCapacity", "600 MiB"):
        server.ec2().run_instances(ImageId=image, InstanceType="t3.nano", MinCount=2, MaxCount=2)
    assert server.ec2().describe_instances()["Reservations"] == []
