"""Instances of instance-store images: real guests boot from what a bundle holds, keep it through reboots and kills of the server, and leave nothing."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import bundles
import guests
import images
import pytest
from ferry_server import HOME, FerryServer
from patience import eventually
from refusals import refused

OPENED = "Opened the bundle of an image for an instance"


@pytest.fixture
def machines(start_machines: Callable[..., FerryServer]) -> FerryServer:
    return start_machines()


@pytest.fixture
def bundle(machines: FerryServer, tmp_path: Path) -> bundles.Bundle:
    """The disk that boots, for the home Region."""
    user, region = bundles.identity(tmp_path, "user"), bundles.certificate(machines, tmp_path)
    return bundles.make(guests.boot_disk(), user, region, tmp_path / "bundle")


@pytest.fixture
def location(machines: FerryServer, bundle: bundles.Bundle) -> str:
    return bundle.upload(machines)


@pytest.fixture
def image(machines: FerryServer, location: str) -> str:
    image = bundles.register(machines, location, EnaSupport=True)
    images.wait_available(machines, HOME, image)
    return image


def launched(server: FerryServer, image: str, **options: Any) -> str:
    """Launches one instance, and does not wait for it."""
    instance: str = server.ec2().run_instances(ImageId=image, InstanceType="t3.nano", MinCount=1, MaxCount=1, **options)["Instances"][0]["InstanceId"]
    return instance


def leftovers(server: FerryServer) -> list[str]:
    return sorted(path.name for path in (server.data / "regions" / HOME / "volumes").glob("vol-*"))


def test_it_boots_reboots_and_goes(machines: FerryServer, location: str, image: str, tmp_path: Path) -> None:
    ec2 = machines.ec2()
    key = guests.key_pair(machines, tmp_path)
    guests.open_ssh(machines)
    first, second = (guests.launch(machines, image, KeyName="key") for _ in range(2))
    for instance in (first, second):
        guests.await_console(machines, instance, guests.UP)
    assert machines.log_text().count(OPENED) == 1, "the second has the first one's blocks"

    about = guests.described(machines, first)
    assert (about["RootDeviceType"], about["RootDeviceName"], about["BlockDeviceMappings"]) == ("instance-store", "/dev/sda1", [])
    assert ec2.describe_volumes()["Volumes"] == []
    assert guests.metadata(machines, first, "meta-data/ami-manifest-path") == location
    with refused("UnsupportedOperation", f"The instance '{first}' does not have an 'ebs' root device type and cannot be stopped."):
        ec2.stop_instances(InstanceIds=[first])
    with refused("UnsupportedOperation", "'ebs' root device type"):
        ec2.create_image(InstanceId=first, Name="of a machine's own disk")

    # What it writes is its own, and stays as long as it runs.
    guests.ssh(machines, first, key, "echo kept >/kept && sync")
    ec2.reboot_instances(InstanceIds=[first])
    guests.await_console(machines, first, guests.UP, times=2)
    assert guests.ssh(machines, first, key, "cat /kept") == "kept\n"
    process = guests.qemu(machines, first)
    machines.kill()
    machines.start()
    assert guests.ssh(machines, first, key, "cat /kept && dd if=/bin/busybox of=/more bs=64k conv=fsync 2>/dev/null && echo written") == "kept\nwritten\n"
    assert guests.qemu(machines, first) == process
    assert guests.ssh(machines, second, key, "ls /kept 2>/dev/null || echo none") == "none\n"

    assert len(leftovers(machines)) == 2
    ec2 = machines.ec2()
    ec2.terminate_instances(InstanceIds=[first, second])
    for instance in (first, second):
        guests.wait(machines, "instance_terminated", instance)
    assert guests.processes(machines.data) == [] and leftovers(machines) == []


def test_kill_9_while_the_bundle_is_opened(machines: FerryServer, image: str) -> None:
    """Whenever the server is killed behind the answer, the guest runs in the end."""
    instance = launched(machines, image)
    for _ in range(3):
        machines.kill()
        machines.start()
        assert guests.described(machines, instance)["State"]["Name"] in ("pending", "running")
    guests.wait(machines, "instance_running", instance)
    guests.await_console(machines, instance, guests.UP)
    # Deregistering the image takes nothing from it.
    machines.ec2().deregister_image(ImageId=image)
    assert guests.described(machines, instance)["State"]["Name"] == "running"
    machines.ec2().terminate_instances(InstanceIds=[instance])
    guests.wait(machines, "instance_terminated", instance)
    assert leftovers(machines) == []


def test_a_bundle_that_is_not_good_any_more(machines: FerryServer, bundle: bundles.Bundle, location: str, image: str) -> None:
    """It was verified once: what became of it since is the reason why the instance goes."""
    bucket = location.split("/")[0]
    s3 = machines.client("s3")

    def reason() -> str:
        instance = launched(machines, image)
        # The waiter of clients takes one that is pending for one that will not end.
        eventually(lambda: guests.described(machines, instance)["State"]["Name"] == "terminated", f"{instance} is terminated")
        told = guests.described(machines, instance)
        assert told["StateReason"]["Code"] == "Client.InternalError"
        assert told["StateTransitionReason"] == told["StateReason"]["Message"]
        return str(told["StateReason"]["Message"])

    deny = {"Effect": "Deny", "Principal": "*", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{bucket}/*"}
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps({"Version": "2012-10-17", "Statement": [deny]}))
    assert "HTTP 403 (Forbidden) response for s3://" in reason()
    s3.delete_bucket_policy(Bucket=bucket)
    part = sorted(bundle.parts)[0]
    s3.put_object(Bucket=bucket, Key=f"web/{part}", Body=bundle.parts[part][:-1] + b"x")
    assert "is damaged" in reason()
    s3.delete_object(Bucket=bucket, Key=f"web/{part}")
    assert f"HTTP 404 (Not Found) response for s3://{bucket}/web/{part}" in reason()
    assert leftovers(machines) == [] and guests.processes(machines.data) == []
    s3.put_object(Bucket=bucket, Key=f"web/{part}", Body=bundle.parts[part])
    instance = launched(machines, image)
    guests.wait(machines, "instance_running", instance)
    machines.ec2().terminate_instances(InstanceIds=[instance])
    guests.wait(machines, "instance_terminated", instance)
