"""Packer as Debian has it, unmodified: images are built in a real guest, over real SSH."""

from __future__ import annotations

import json
import shutil
import subprocess

import guests
import images
import pytest
from ferry_server import HOME
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


def test_a_surrogate_volume_becomes_an_image(server, image, build):
    device = {"device_name": "/dev/xvdf", "volume_size": 1, "volume_type": "gp2", "delete_on_termination": True}
    name = images.unused_name("surrogate")
    made = build(
        "amazon-ebssurrogate", ami_name=name, source_ami=image, launch_block_device_mappings=[device], ami_virtualization_type="hvm",
        ami_root_device={"source_device_name": "/dev/xvdf", "device_name": "/dev/xvda", "delete_on_termination": True, "volume_size": 1, "volume_type": "gp2"},
    )
    found = images.describe(server, HOME, made[HOME])
    assert (found["Name"], found["RootDeviceName"], found["State"]) == (name, "/dev/xvda", "available")
