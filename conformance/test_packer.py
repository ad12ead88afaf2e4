"""Packer as Debian has it, unmodified: images are built in real guests, over real SSH, and copied to other Regions."""

from __future__ import annotations

import json
import shutil
import subprocess
import uuid

import guests
import images
import pytest
from ferry_server import AWAY, HOME
from patience import HANG

pytestmark = pytest.mark.skipif(shutil.which("packer") is None, reason="packer is not installed")


@pytest.fixture(scope="module")
def image(server):
    """What builds begin with."""
    return guests.push(server, images.unused_name("packer source"))


@pytest.fixture
def build(server, tmp_path):
    """Builds with one builder, and gives the images by their Regions."""

    def run(kind, **options):
        builder = {
            "type": kind, "region": HOME, "access_key": server.credentials.access_key, "secret_key": server.credentials.secret_key, "custom_endpoint_ec2": server.endpoint,
            "instance_type": "t3.nano", "ssh_username": "root", "skip_metadata_api_check": True, "skip_credential_validation": True, **options,
        }
        template = {
            "builders": [builder],
            "provisioners": [{"type": "shell", "inline": ["echo provisioned by packer > /provisioned", "sync"]}],
            "post-processors": [{"type": "manifest", "output": "manifest.json"}],
        }
        (tmp_path / "template.json").write_text(json.dumps(template))
        environment = {**server.shell_environment(), "CHECKPOINT_DISABLE": "1", "PACKER_NO_COLOR": "1", "HOME": str(tmp_path), "AWS_POLL_DELAY_SECONDS": "1"}
        result = subprocess.run(["packer", "build", "-machine-readable", "template.json"], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=HANG)
        assert result.returncode == 0, result.stdout + result.stderr + server.log_tail()
        [made] = json.loads((tmp_path / "manifest.json").read_text())["builds"]
        return dict(part.split(":") for part in made["artifact_id"].split(",") if ":" in part)

    return run


def test_a_build_goes_to_two_regions_and_boots_there(server, image, build, tmp_path):
    name = images.unused_name("packer")
    made = build(
        "amazon-ebs", ami_name=name, source_ami=image, ami_regions=[AWAY], encrypt_boot=True, ami_description="built by packer", tags={"made-by": "packer"},
        snapshot_tags={"made-by": "packer"},
    )
    assert set(made) == {HOME, AWAY}
    for region, built in made.items():
        found = images.describe(server, region, built)
        assert (found["Name"], found["State"]) == (name, "available")
        assert {tag["Key"]: tag["Value"] for tag in found["Tags"]}["made-by"] == "packer"
        assert all(mapping["Ebs"]["Encrypted"] for mapping in found["BlockDeviceMappings"] if "Ebs" in mapping)

    ec2 = server.ec2(AWAY)
    pair = uuid.uuid4().hex
    key = guests.key_pair(server, tmp_path, AWAY, pair, kind="rsa")
    group = guests.ssh_group(server, AWAY)
    instance = guests.launch(server, made[AWAY], AWAY, KeyName=pair, SecurityGroupIds=[group])
    try:
        guests.await_console(server, instance, guests.UP, AWAY)
        assert guests.ssh(server, instance, key, "cat /provisioned", AWAY) == "provisioned by packer\n"
    finally:
        ec2.terminate_instances(InstanceIds=[instance])
        guests.wait(server, "instance_terminated", instance, AWAY)
    # What the build made for itself is gone.
    home = server.ec2(HOME)
    assert [pair for pair in home.describe_key_pairs()["KeyPairs"] if pair["KeyName"].startswith("packer")] == []
    assert [group for group in home.describe_security_groups()["SecurityGroups"] if group["GroupName"].startswith("packer")] == []


def test_a_surrogate_volume_becomes_an_image(server, image, build):
    device = {"device_name": "/dev/xvdf", "volume_size": 1, "volume_type": "gp2", "delete_on_termination": True}
    name = images.unused_name("surrogate")
    made = build(
        "amazon-ebssurrogate", ami_name=name, source_ami=image, launch_block_device_mappings=[device], ami_virtualization_type="hvm",
        ami_root_device={"source_device_name": "/dev/xvdf", "device_name": "/dev/xvda", "delete_on_termination": True, "volume_size": 1, "volume_type": "gp2"},
    )
    found = images.describe(server, HOME, made[HOME])
    assert (found["Name"], found["RootDeviceName"], found["State"]) == (name, "/dev/xvda", "available")


def test_volumes_are_made_and_kept(server, image, build):
    tag = uuid.uuid4().hex
    device = {"device_name": "/dev/xvdf", "volume_size": 1, "volume_type": "gp2", "delete_on_termination": False, "tags": {"made-by": tag}}
    build("amazon-ebsvolume", source_ami=image, ebs_volumes=[device])
    [volume] = server.ec2(HOME).describe_volumes(Filters=[{"Name": "tag:made-by", "Values": [tag]}])["Volumes"]
    assert (volume["State"], volume["Size"], volume["Attachments"]) == ("available", 1, [])
    server.ec2(HOME).delete_volume(VolumeId=volume["VolumeId"])
