"""Images through EC2: register a snapshot, copy, wait for a state."""

from __future__ import annotations

import itertools
from typing import Any

from ferry_server import AWAY, HOME, FerryServer
from patience import eventually

_NUMBERS = itertools.count(1)


def unused_name(prefix: str = "image") -> str:
    """An image name that no other test of this run uses."""
    return f"{prefix}-{next(_NUMBERS):04d}"


def register(server: FerryServer, snapshot: str, region: str = HOME, *, name: str | None = None, **options: Any) -> str:
    """An image of one disk, with the settings that today's images have."""
    settings: dict[str, Any] = {
        "Name": name or unused_name(),
        "Architecture": "x86_64",
        "VirtualizationType": "hvm",
        "RootDeviceName": "/dev/xvda",
        "BlockDeviceMappings": [{"DeviceName": "/dev/xvda", "Ebs": {"SnapshotId": snapshot}}],
    }
    return server.ec2(region).register_image(**{**settings, **options})["ImageId"]


def describe(server: FerryServer, region: str, image: str) -> dict[str, Any]:
    [found] = server.ec2(region).describe_images(ImageIds=[image])["Images"]
    return found


def snapshots_of(image: dict[str, Any]) -> list[str]:
    return [mapping["Ebs"]["SnapshotId"] for mapping in image["BlockDeviceMappings"] if "Ebs" in mapping]


def copy(server: FerryServer, image: str, source: str = HOME, region: str = AWAY, **options: Any) -> str:
    """Asks for a copy in `region` and returns its id, most likely still pending."""
    settings = {"Name": unused_name("copy"), "SourceImageId": image, "SourceRegion": source}
    return server.ec2(region).copy_image(**{**settings, **options})["ImageId"]


def wait_available(server: FerryServer, region: str, image: str) -> dict[str, Any]:
    def available() -> dict[str, Any] | None:
        found = describe(server, region, image)
        assert found["State"] in ("pending", "available"), f"{image} is {found['State']}: {found.get('StateReason')}"
        return found if found["State"] == "available" else None

    return eventually(available, f"{image} available")


def copied(server: FerryServer, image: str, source: str = HOME, region: str = AWAY, **options: Any) -> dict[str, Any]:
    """A finished copy, as DescribeImages shows it."""
    return wait_available(server, region, copy(server, image, source, region, **options))
