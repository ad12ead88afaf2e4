"""Lets moto's own tests run against a Ferry server: each test has an account of its own, and the images that moto has from the start are there.

What moto says of itself (its account id, its reset, made-up images) is replaced; what it expects of EC2 is left as it is.
"""

from __future__ import annotations

import inspect
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.awsrequest import AWSResponse

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import accounts  # noqa: E402
import images  # noqa: E402
import snapshots  # noqa: E402
from disks import Disk  # noqa: E402
from ferry_server import FerryServer  # noqa: E402
from patience import HANG, eventually  # noqa: E402

# Every Region that the tests name.
REGIONS = (
    "us-east-1", "us-east-2", "us-west-1", "us-west-2", "eu-west-1", "eu-west-2", "eu-central-1", "eu-north-1", "ap-northeast-1", "ap-northeast-2",
    "ap-southeast-1", "ap-southeast-2", "ap-south-1", "ca-central-1", "sa-east-1",
)
# The ids of moto's images that its tests name, and what is registered for each: in the test's own account, for moto's tests change images as if they
# were theirs, but for one that has to be somebody else's.
EXAMPLE, OF_ANOTHER = "ami-12c6146b", "ami-03cf127a"
MADE_UP = {
    EXAMPLE: {"VirtualizationType": "hvm", "EnaSupport": True},
    OF_ANOTHER: {"VirtualizationType": "hvm", "EnaSupport": True},
    "ami-fa7cdd89": {"VirtualizationType": "paravirtual"},
}

# Moto does all of these at once. Here a call of theirs goes on until it is so: what is waited for, and where its answer names it.
SETTLED = {
    "RunInstances": ("instance_running", "InstanceIds", lambda answer: [one["InstanceId"] for one in answer["Instances"]]),
    "StartInstances": ("instance_running", "InstanceIds", lambda answer: [one["InstanceId"] for one in answer["StartingInstances"]]),
    "StopInstances": ("instance_stopped", "InstanceIds", lambda answer: [one["InstanceId"] for one in answer["StoppingInstances"]]),
    "TerminateInstances": ("instance_terminated", "InstanceIds", lambda answer: [one["InstanceId"] for one in answer["TerminatingInstances"]]),
    "CopyImage": ("image_available", "ImageIds", lambda answer: [answer["ImageId"]]),
    "CreateImage": ("image_available", "ImageIds", lambda answer: [answer["ImageId"]]),
    "CopySnapshot": ("snapshot_completed", "SnapshotIds", lambda answer: [answer["SnapshotId"]]),
    "CreateSnapshot": ("snapshot_completed", "SnapshotIds", lambda answer: [answer["SnapshotId"]]),
    "CreateSnapshots": ("snapshot_completed", "SnapshotIds", lambda answer: [one["SnapshotId"] for one in answer["Snapshots"]]),
    "AttachVolume": ("volume_in_use", "VolumeIds", lambda answer: [answer["VolumeId"]]),
    "DetachVolume": ("volume_available", "VolumeIds", lambda answer: [answer["VolumeId"]]),
}


class Stage:
    """The server, and what stands for moto's images in the account of the test that runs."""

    def __init__(self, folder: Path) -> None:
        # What runs nothing touches little of its memory, and heeds no button.
        arguments = ("--throttling", "off", "--shutdown-timeout", "1", "--machine-memory", str(128 << 10))
        self.server = FerryServer(folder / "data", regions=REGIONS, arguments=arguments, memory_limit=2**40).start()
        self.seen = self.server
        self.images: dict[tuple[str, str], str] = {}
        self.regions: set[str] = set()

    def begin(self) -> FerryServer:
        """An account for a test, with nothing in it."""
        self.images.clear()
        self.regions.clear()
        self.seen = accounts.seen_by(self.server, accounts.created(self.server))
        return self.seen

    def image(self, region: str, made_up: str) -> str:
        """An image of a disk that boots nothing."""
        if (region, made_up) not in self.images:
            owner = self.server if made_up == OF_ANOTHER else self.seen
            snapshot = snapshots.upload(owner, Disk.made("nothing that boots", 1, size=8), region)
            root = {"RootDeviceName": "/dev/sda1", "BlockDeviceMappings": [{"DeviceName": "/dev/sda1", "Ebs": {"SnapshotId": snapshot}}]}
            name = f"moto's {made_up} for {self.seen.account}"
            image = images.register(owner, snapshot, region, name=name, **root, **MADE_UP[made_up])
            if made_up == OF_ANOTHER:
                test = {"Add": [{"UserId": self.seen.account}]}
                owner.ec2(region).modify_image_attribute(ImageId=image, LaunchPermission=test)
                owner.ec2(region).modify_snapshot_attribute(SnapshotId=snapshot, CreateVolumePermission=test)
            self.images[region, made_up] = image
        return self.images[region, made_up]

    def replace(self, value: Any, region: str) -> Any:
        """A value of a call's parameters, with an image for each id that moto made up."""
        if isinstance(value, dict):
            return {name: self.replace(part, region) for name, part in value.items()}
        if isinstance(value, list):
            return [self.replace(part, region) for part in value]
        return self.image(region, value) if isinstance(value, str) and value in MADE_UP else value

    def restore(self, value: Any, region: str) -> Any:
        """A value of a call's answer, with moto's ids again."""
        if isinstance(value, dict):
            return {name: self.restore(part, region) for name, part in value.items()}
        if isinstance(value, list):
            return [self.restore(part, region) for part in value]
        return next((made_up for (place, made_up), image in self.images.items() if (place, image) == (region, value)), value)

    def given(self, action: str, parameters: dict, region: str) -> dict:
        """What a call of a test asks of Ferry."""
        self.regions.add(region)
        # A guest in which nothing runs gives no disk back when it is asked.
        forced = {"Force": True} if action == "DetachVolume" else {}
        return {**self.replace(parameters, region), **forced}

    def answered(self, action: str, answer: dict, region: str) -> None:
        """Comes back to a test when what it asked for is done, and shows it what it knows."""
        seen = self.seen
        if action in SETTLED and "Error" not in answer:
            waiter, name, ids = SETTLED[action]
            patience = {"Delay": 1, "MaxAttempts": HANG}
            seen.ec2(region).get_waiter(waiter).wait(**{name: ids(answer), "WaiterConfig": patience})
        if action == "AttachVolume" and "Error" not in answer:
            attachments = lambda: seen.ec2(region).describe_volumes(VolumeIds=[answer["VolumeId"]])["Volumes"][0]["Attachments"]  # noqa: E731
            eventually(lambda: [one["State"] for one in attachments()] == ["attached"], "the volume is attached")
        if action in ("ModifySnapshotTier", "RestoreSnapshotTier") and "Error" not in answer:
            chosen = [{"Name": "snapshot-id", "Values": [answer["SnapshotId"]]}]
            tiers = lambda: seen.ec2(region).describe_snapshot_tier_status(Filters=chosen)["SnapshotTierStatuses"]  # noqa: E731
            eventually(lambda: all(one["LastTieringOperationStatus"].endswith("completed") for one in tiers()), "the snapshot is in its tier")
        answer.update(self.restore(answer, region))

    def parameters(self, action: str, request: dict) -> tuple[AWSResponse, dict]:
        """Systems Manager, which Ferry has not, is asked for the newest image: another of moto's."""
        newest = {"Value": EXAMPLE}
        parsed = {"Parameter": newest} if action == "GetParameter" else {"Parameters": [newest]}
        return AWSResponse(request["url"], 200, {}, None), parsed

    def end(self) -> None:
        """Takes away what the next test would feel: machines, for their memory, and images that everybody sees."""
        for ec2 in map(self.seen.ec2, self.regions):
            found = [one for page in ec2.describe_instances()["Reservations"] for one in page["Instances"] if one["State"]["Name"] != "terminated"]
            for one in found:
                for attribute in ("DisableApiTermination", "DisableApiStop"):
                    ec2.modify_instance_attribute(InstanceId=one["InstanceId"], **{attribute: {"Value": False}})
                ec2.terminate_instances(InstanceIds=[one["InstanceId"]])
            for public in ec2.describe_images(Owners=["self"], Filters=[{"Name": "is-public", "Values": ["true"]}])["Images"]:
                ec2.deregister_image(ImageId=public["ImageId"])


STAGE = pytest.StashKey[Stage]()


@pytest.fixture(autouse=True)
def account_of_its_own(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    from moto import settings

    stage = request.config.stash[STAGE]
    credentials = stage.begin().credentials
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", credentials.access_key)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", credentials.secret_key)
    session = boto3.Session()
    session.events.register(
        "provide-client-params.ec2",
        lambda params, model, context, **_: stage.given(model.name, params, context["client_region"]),
    )
    session.events.register(
        "after-call.ec2",
        lambda parsed, model, context, **_: stage.answered(model.name, parsed, context["client_region"]),
    )
    session.events.register("before-call.ssm", lambda model, params, **_: stage.parameters(model.name, params))
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", session)
    for module in list(sys.modules.values()):
        for name in ("ACCOUNT_ID", "OWNER_ID"):
            if getattr(module, "__name__", "").startswith("tests.") and hasattr(module, name):
                monkeypatch.setattr(module, name, credentials.account)
    if "SkipTest" in inspect.getsource(request.function):
        # Moto's server would have to be told in its environment; here the images are there, and what is wrong is refused.
        monkeypatch.setattr(settings, "TEST_SERVER_MODE", False)
        stage.image("us-east-1", EXAMPLE)
    yield
    stage.end()


def pytest_configure(config: pytest.Config) -> None:
    """The server is there before the tests are read: moto's decorators take its address then."""
    folder = tempfile.TemporaryDirectory(prefix="ferry-", dir="/tmp")
    config.add_cleanup(folder.cleanup)
    stage = config.stash[STAGE] = Stage(Path(folder.name))
    config.add_cleanup(stage.server.stop)
    os.environ["TEST_SERVER_MODE_ENDPOINT"] = os.environ["AWS_ENDPOINT_URL"] = stage.server.endpoint
    import freezegun
    from moto.core.config import default_user_config

    # What is signed with a clock that stands still has expired.
    freezegun.freeze_time = lambda *_, **__: lambda test: test
    default_user_config["core"]["mock_credentials"] = False
