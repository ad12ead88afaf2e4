"""RegisterImage: what it answers, what it makes of the parameters, what it refuses."""

from __future__ import annotations

import images
import pytest
import snapshots
from disks import Disk
from ferry_server import AWAY, HOME
from refusals import refused

ROOT = "/dev/xvda"


@pytest.fixture(scope="module")
def two_gib(server):
    return snapshots.upload(server, Disk.made("two GiB", 2, size=2))


@pytest.fixture
def ask(server, two_gib):
    """Sends a RegisterImage that is right but for what is given; None takes a parameter away."""

    def send(region=HOME, ebs=None, **changed):
        request = {
            "Name": images.unused_name("registered"),
            "RootDeviceName": ROOT,
            "BlockDeviceMappings": [{"DeviceName": ROOT, "Ebs": {"SnapshotId": two_gib, **(ebs or {})}}],
            **changed,
        }
        request = {name: value for name, value in request.items() if value is not None}
        return server.ec2(region, validate=False).register_image(**request)["ImageId"]

    return send


def test_image_is_available_at_once(server, ask, two_gib):
    image = images.describe(server, HOME, ask())
    assert image["State"] == "available"
    assert images.snapshots_of(image) == [two_gib], "the snapshot that was given, not another"
    assert image["OwnerId"] == server.account
    assert image["ImageLocation"] == f"{server.account}/{image['Name']}"
    assert "SourceImageId" not in image and "SourceImageRegion" not in image


def test_defaults(server, ask):
    image = images.describe(server, HOME, ask())
    assert image["Architecture"] == "i386"
    assert image["VirtualizationType"] == "paravirtual"
    assert image["RootDeviceType"] == "ebs"
    assert image["RootDeviceName"] == ROOT
    assert image["EnaSupport"] is False
    assert image["Public"] is False
    [mapping] = image["BlockDeviceMappings"]
    assert mapping["Ebs"]["VolumeSize"] == 2
    assert mapping["Ebs"]["DeleteOnTermination"] is True
    assert mapping["Ebs"]["Encrypted"] is False
    assert "Iops" not in mapping["Ebs"]


def test_what_terraform_sends_empty_is_absent(server, ask):
    image = images.describe(server, HOME, ask(Description="", ImageLocation="", SriovNetSupport="simple", Architecture="x86_64"))
    assert image.get("Description", "") == ""
    assert image["SriovNetSupport"] == "simple"


def test_tags(server, ask):
    tags = [{"Key": "from", "Value": "register"}]
    image = ask(TagSpecifications=[{"ResourceType": "image", "Tags": tags}])
    assert images.describe(server, HOME, image)["Tags"] == tags
    with refused("InvalidParameterValue"):
        ask(TagSpecifications=[{"ResourceType": "snapshot", "Tags": tags}])


def test_names(server, ask):
    name = images.unused_name("taken")
    first = ask(Name=name)
    with refused("InvalidAMIName.Duplicate", f"^AMI name {name} is already in use by AMI {first}$"):
        ask(Name=name)
    with refused("InvalidAMIName.Malformed"):
        ask(Name="a*b")
    with refused("MissingParameter", "The request must contain the parameter Name"):
        ask(Name=None)


def test_snapshots_that_will_not_do(server, ask, two_gib):
    with refused("InvalidSnapshot.NotFound"):
        ask(ebs={"SnapshotId": "snap-0123456789abcdef0"})
    with refused("InvalidSnapshot.NotFound"):
        ask(region=AWAY)
    with refused("InvalidSnapshotID.Malformed"):
        ask(ebs={"SnapshotId": "snap-xyz"})
    pending = server.ebs(HOME).start_snapshot(VolumeSize=1)["SnapshotId"]
    with refused(("IncorrectState", "InvalidSnapshot.NotFound", "InvalidParameterValue")):
        ask(ebs={"SnapshotId": pending})


def test_root_device_has_to_be_mapped_to_a_snapshot(ask, two_gib):
    for mappings in (
        None,
        [{"DeviceName": "/dev/sdz", "Ebs": {"SnapshotId": two_gib}}],
        [{"DeviceName": ROOT, "Ebs": {"VolumeSize": 8}}],
        [{"DeviceName": ROOT, "VirtualName": "ephemeral0"}],
    ):
        with refused(("InvalidBlockDeviceMapping", "MissingParameter"), "(?i)root"):
            ask(BlockDeviceMappings=mappings)


def test_one_device_twice(ask, two_gib):
    with refused("InvalidBlockDeviceMapping"):
        ask(BlockDeviceMappings=[{"DeviceName": ROOT, "Ebs": {"SnapshotId": two_gib}}] * 2)


def test_volume_smaller_than_its_snapshot(ask, two_gib):
    with refused("InvalidBlockDeviceMapping", f"snapshot '{two_gib}', expect size >= 2GB"):
        ask(ebs={"VolumeSize": 1})


@pytest.mark.parametrize("member", ["AvailabilityZone", "AvailabilityZoneId", "OutpostArn", "VolumeInitializationRate"])
def test_what_an_image_has_no_place_for(ask, member):
    with refused("UnsupportedOperation", member):
        ask(ebs={member: 200 if member == "VolumeInitializationRate" else "use1-az1"})


def test_encrypted_beside_a_snapshot(ask):
    with refused(("InvalidParameterCombination", "InvalidBlockDeviceMapping", "UnsupportedOperation")):
        ask(ebs={"Encrypted": True})


@pytest.mark.parametrize(
    "options",
    [
        {"Architecture": "z80"},
        {"VirtualizationType": "none"},
        {"BootMode": "openfirmware"},
        {"TpmSupport": "v1.2", "BootMode": "uefi"},
        {"ImdsSupport": "v1.0"},
        {"SriovNetSupport": "double"},
        {"ebs": {"VolumeType": "floppy"}},
        {"Description": "d" * 256},
    ],
    ids=lambda options: next(iter(options)),
)
def test_values_outside_the_model(ask, options):
    with refused("InvalidParameterValue"):
        ask(**options)


def test_tpm_needs_uefi(ask):
    with refused(("InvalidParameterCombination", "InvalidParameterValue")):
        ask(TpmSupport="v2.0", BootMode="legacy-bios")


@pytest.mark.parametrize("ebs", [{"VolumeType": "gp2", "Iops": 3000}, {"VolumeType": "gp2", "Throughput": 125}, {"VolumeType": "io1"}], ids=str)
def test_iops_and_throughput_belong_to_some_volume_types(ask, ebs):
    with refused(("InvalidParameterCombination", "InvalidParameterValue", "InvalidBlockDeviceMapping", "MissingParameter")):
        ask(ebs=ebs)


def test_ephemeral_devices_and_suppressed_ones_are_kept_as_given(server, ask, two_gib):
    image = images.describe(server, HOME, ask(BlockDeviceMappings=[
        {"DeviceName": ROOT, "Ebs": {"SnapshotId": two_gib}},
        {"DeviceName": "/dev/sdb", "VirtualName": "ephemeral0"},
        {"DeviceName": "/dev/sdc", "VirtualName": "ephemeral1"},
    ]))
    assert image["BlockDeviceMappings"][1:] == [
        {"DeviceName": "/dev/sdb", "VirtualName": "ephemeral0"},
        {"DeviceName": "/dev/sdc", "VirtualName": "ephemeral1"},
    ]
