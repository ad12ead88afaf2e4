"""A whole Debian 12 with cloud-init: it finds out by itself where it runs, takes what Ferry tells it, and complains about nothing.

One guest is booted for the file, since that takes an emulated machine a minute.
"""

from __future__ import annotations

import json
import subprocess
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from pathlib import Path
from typing import Any

import guests
import images
import pytest
from ferry_server import AWAY, HOME, ROOT, FerryServer
from patience import HANG

# Each of its boots is a minute of a core.
pytestmark = pytest.mark.large

# What cloud-init writes on the console when it has done everything.
FINISHED = "finished at"
VOLUME_GIB = 3

CONFIG = """#cloud-config
runcmd:
  - echo "the configuration ran" >>/var/ran
"""
SCRIPT = """#!/bin/sh
echo "the script ran on $(hostname)" >>/var/ran
"""

# Run in the guest: reads every name that a list shows, and says with which status.
WALK = """
import json, urllib.error, urllib.request
place = "http://169.254.169.254/latest/"
def ask(path, method="GET", **headers):
    request = urllib.request.Request(place + path, method=method, headers={name.replace("_", "-"): text for name, text in headers.items()})
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, ""
_, token = ask("api/token", "PUT", X_aws_ec2_metadata_token_ttl_seconds="600")
told = {"without a token": ask("meta-data/instance-id")[0]}
def walk(path):
    told[path] = (answer := ask(path, X_aws_ec2_metadata_token=token))[0]
    if path.endswith("/"):
        for name in answer[1].splitlines():
            walk(path + (name.split("=")[0] + "/" if "=" in name else name))
for top in ("meta-data/", "dynamic/", "user-data"):
    walk(top)
print(json.dumps(told))
"""


@dataclass
class Debian:
    server: FerryServer
    instance: str
    key: Path
    region: str = HOME

    def run(self, command: str) -> str:
        return guests.ssh(self.server, self.instance, self.key, command, self.region, user="debian").strip()

    def await_boot(self, times: int = 1) -> None:
        guests.await_console(self.server, self.instance, FINISHED, self.region, times)
        guests.await_answer(self.server, self.instance, self.key, self.region, user="debian")

    @property
    def host(self) -> str:
        return "ip-" + guests.described(self.server, self.instance, self.region)["PrivateIpAddress"].replace(".", "-")

    def terminate(self) -> None:
        self.server.ec2(self.region).terminate_instances(InstanceIds=[self.instance])
        guests.wait(self.server, "instance_terminated", self.instance, self.region)


def launched(server: FerryServer, image: str, folder: Path, region: str = HOME, **options: Any) -> Debian:
    """A guest that nothing but SSH reaches, with a key of its own, which must have a token for its metadata."""
    name = uuid.uuid4().hex
    key = guests.key_pair(server, folder, region, name)
    group = guests.ssh_group(server, region)
    instance = guests.launch(
        server, image, region, KeyName=name, SecurityGroupIds=[group],
        MetadataOptions={"HttpTokens": "required", "InstanceMetadataTags": "enabled"},
        TagSpecifications=[{"ResourceType": "instance", "Tags": [{"Key": "Name", "Value": "debian"}]}], **options,
    )
    return Debian(server, instance, key, region)


@pytest.fixture(scope="module")
def debian(server: FerryServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Debian]:
    folder = tmp_path_factory.mktemp("debian")
    disk = folder / "debian.raw"
    subprocess.run([str(ROOT / "script" / "make-debian-image"), str(disk)], check=True, capture_output=True, timeout=HANG)
    image = guests.push(server, images.unused_name("debian"), disk=disk)
    disk.unlink()
    parts = MIMEMultipart()
    parts.attach(MIMEText(CONFIG, "cloud-config"))
    parts.attach(MIMEText(SCRIPT, "x-shellscript"))
    guest = launched(
        server, image, folder, UserData=parts.as_string(),
        BlockDeviceMappings=[{"DeviceName": "/dev/xvda", "Ebs": {"VolumeSize": VOLUME_GIB, "DeleteOnTermination": True}}],
    )
    try:
        guest.await_boot()
        yield guest
    finally:
        guest.terminate()


def check_contented(guest: Debian) -> None:
    """cloud-init found EC2 and has no complaint."""
    result = json.loads(guest.run("cat /run/cloud-init/result.json"))["v1"]
    assert result == {"datasource": "DataSourceEc2Local", "errors": []}
    assert "status: done" in guest.run("cloud-init status --long")
    assert guest.run("sudo grep -E ' - [a-zA-Z_.]+\\[(WARNING|ERROR|CRITICAL)\\]' /var/log/cloud-init.log; true") == ""
    known = json.loads(guest.run("sudo cloud-init query --all"))["v1"]
    about = guests.described(guest.server, guest.instance, guest.region)
    assert (known["cloud_name"], known["platform"], known["region"]) == ("aws", "ec2", guest.region)
    assert known["instance_id"] == guest.instance
    assert known["availability_zone"] == about["Placement"]["AvailabilityZone"]
    assert guest.run("hostname") == guest.host
    assert guest.run("hostname --fqdn") == about["PrivateDnsName"]


def test_it_takes_what_it_is_told(debian: Debian) -> None:
    check_contented(debian)
    ran = ["the configuration ran", f"the script ran on {debian.host}"]
    assert sorted(debian.run("cat /var/ran").splitlines()) == ran


def test_its_root_file_system_grows_to_the_volume(debian: Debian) -> None:
    size, device = debian.run("df --block-size=1 --output=size,source / | tail -n 1").split()
    assert int(size) > (VOLUME_GIB - 0.2) * 2**30
    sectors = int(debian.run(f"cat /sys/class/block/{Path(device).name[:-1]}/size"))
    assert sectors * 512 == VOLUME_GIB * 2**30


def test_only_the_key_lets_in(debian: Debian) -> None:
    public = subprocess.run(["ssh-keygen", "-y", "-f", str(debian.key)], check=True, capture_output=True, text=True).stdout.split()
    assert debian.run("cat ~/.ssh/authorized_keys").split()[:2] == public[:2]
    assert debian.run("sudo passwd --status debian").split()[:2] == ["debian", "L"]
    assert "passwordauthentication no" in debian.run("sudo sshd -T").splitlines()
    root = subprocess.run(
        guests.ssh_command(debian.server, debian.instance, debian.key, "true"),
        capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=HANG,
    )
    assert root.returncode != 0 and 'login as the user "debian"' in root.stdout


def test_everything_that_its_metadata_lists_is_there(debian: Debian) -> None:
    told = json.loads(debian.run(f"python3 -c '{WALK}'"))
    assert told.pop("without a token") == 401
    assert {path: status for path, status in told.items() if status != 200} == {}
    assert len(told) > 60
    assert {"meta-data/tags/instance/Name", "meta-data/public-keys/0/openssh-key", "dynamic/instance-identity/document"} <= told.keys()


def test_a_stop_and_a_start_run_nothing_again(debian: Debian) -> None:
    ran, machine = debian.run("cat /var/ran"), debian.run("cat /etc/machine-id")
    ec2 = debian.server.ec2()
    ec2.stop_instances(InstanceIds=[debian.instance])
    guests.wait(debian.server, "instance_stopped", debian.instance)
    ec2.start_instances(InstanceIds=[debian.instance])
    guests.wait(debian.server, "instance_running", debian.instance)
    debian.await_boot(times=2)
    check_contented(debian)
    assert debian.run("cat /var/ran") == ran
    assert debian.run("cat /etc/machine-id") == machine


def test_an_image_of_it_boots_anew_in_the_other_region(debian: Debian, tmp_path: Path) -> None:
    """There it is another instance: it has another name and key, and runs user data of its own."""
    debian.run("echo kept | sudo tee /var/kept && sync")
    server = debian.server
    image = server.ec2().create_image(InstanceId=debian.instance, Name=images.unused_name("debian"), NoReboot=True)["ImageId"]
    images.wait_available(server, HOME, image)
    copy = launched(server, images.copied(server, image)["ImageId"], tmp_path, AWAY, UserData=SCRIPT)
    try:
        copy.await_boot()
        check_contented(copy)
        assert copy.host != debian.host and copy.instance != debian.instance
        assert copy.run("cat /var/kept") == "kept"
        assert copy.run("cat /var/ran").splitlines()[2:] == [f"the script ran on {copy.host}"]
    finally:
        copy.terminate()
