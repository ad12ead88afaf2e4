"""CopyImage requests that must fail, each with EC2's code and text, and none with a trace left."""

from __future__ import annotations

import images
import pytest
from ferry_server import AWAY, HOME, THIRD
from refusals import refused
from signed_request import ec2_call
from snapshots import describe

NAME_RULE = (
    r"AMI names must be between 3 and 128 characters long, and may contain letters, numbers, "
    r"'\(', '\)', '\.', '-', '/' and '_'"
)
UNKNOWN = "ami-0123456789abcdef0"


@pytest.fixture(autouse=True)
def nothing_made(server, request):
    """Whatever is refused leaves no image and no snapshot behind."""

    def known():
        ec2 = server.ec2(AWAY)
        return (
            {found["ImageId"] for found in ec2.describe_images(Owners=["self"])["Images"]},
            {found["SnapshotId"] for found in ec2.describe_snapshots(OwnerIds=["self"])["Snapshots"]},
        )

    if "makes_something" in request.fixturenames:
        yield
        return
    before = known()
    yield
    assert known() == before


@pytest.fixture
def makes_something():
    """Marks the tests of this file that make images on purpose."""


@pytest.fixture
def ask(server, image):
    """Sends a CopyImage that is right but for what is given; None takes a parameter away."""

    def send(**changed):
        request = {"Name": images.unused_name("refused"), "SourceImageId": image, "SourceRegion": HOME, **changed}
        request = {name: value for name, value in request.items() if value is not None}
        return server.ec2(AWAY, validate=False).copy_image(**request)

    return send


@pytest.mark.parametrize("parameter", ["Name", "SourceImageId", "SourceRegion"])
@pytest.mark.parametrize("value", [None, ""], ids=["absent", "empty"])
def test_required_parameter(ask, parameter, value):
    with refused("MissingParameter", f"^The request must contain the parameter {parameter}$"):
        ask(**{parameter: value})


@pytest.mark.parametrize(
    "name", ["ab", "n" * 129, "star*", "hash#", "quote\"", "semi;colon", "ümlaut", "new\nline", "tab\tbed", "back\\slash"]
)
def test_malformed_name(ask, name):
    with refused("InvalidAMIName.Malformed", f"^{NAME_RULE}"):
        ask(Name=name)


@pytest.mark.usefixtures("makes_something")
@pytest.mark.parametrize("name", ["abc", "n" * 128, "All ([of]) these. are/ok-here 'in' @ame_1", "nixos/25.05.20250601-x86_64"])
def test_name_with_every_allowed_character(server, ask, name):
    image = ask(Name=name)["ImageId"]
    assert images.describe(server, AWAY, image)["Name"] == name


@pytest.mark.usefixtures("makes_something")
def test_duplicate_name(server, image, ask):
    name = images.unused_name("duplicate")
    first = images.copied(server, image, Name=name)["ImageId"]
    with refused("InvalidAMIName.Duplicate", f"^AMI name {name} is already in use by AMI {first}$"):
        ask(Name=name)
    assert images.copy(server, image, region=THIRD, Name=name) != first, "a name is taken per Region"
    images.copy(server, image, Name=name.upper())
    server.ec2(AWAY).deregister_image(ImageId=first)
    assert ask(Name=name)["ImageId"] != first, "a name is free again once its image is deregistered"


@pytest.mark.usefixtures("makes_something")
def test_name_of_a_pending_copy_is_taken(server, image, ask):
    name = images.unused_name("pending")
    pending = images.copy(server, image, Name=name)
    with refused("InvalidAMIName.Duplicate", f"{name} is already in use by AMI {pending}"):
        ask(Name=name)


def test_unknown_source(ask):
    with refused("InvalidAMIID.NotFound", rf"^The image id '\[{UNKNOWN}\]' does not exist$"):
        ask(SourceImageId=UNKNOWN)


@pytest.mark.parametrize("text", ["ami-", "ami-xyz", "ami-123", "i-0123456789abcdef0", "nothing", "ami-0123456789abcdef01"])
def test_malformed_source(ask, text):
    with refused("InvalidAMIID.Malformed", f'^Invalid id: "{text}" \\(expecting "ami-\\.\\.\\."\\)$'):
        ask(SourceImageId=text)


def test_source_that_lives_in_another_region(ask, image):
    with refused("InvalidAMIID.NotFound", rf"^The image id '\[{image}\]' does not exist$"):
        ask(SourceRegion=THIRD)


@pytest.mark.parametrize("region", ["mars-north-1", "us-east-9", "US-EAST-1", "../us-east-1"])
def test_unknown_source_region(ask, region):
    with refused("InvalidParameterValue", f"^Invalid value '{region}' for sourceRegion"):
        ask(SourceRegion=region)


def test_deregistered_source(server, ask, own_image):
    server.ec2(HOME).deregister_image(ImageId=own_image)
    with refused("InvalidAMIID.Unavailable", f"^The image ID '{own_image}' is no longer available$"):
        ask(SourceImageId=own_image)


def test_a_key_that_is_not_there(ask):
    with refused("InvalidParameterValue", "^Given key ID is not accessible: "):
        ask(Encrypted=True, KmsKeyId="alias/mine")


@pytest.mark.parametrize("options", [{}, {"Encrypted": False}], ids=["alone", "Encrypted=false"])
def test_key_without_encryption(ask, options):
    with refused("InvalidParameterDependency", "^The parameter KmsKeyId requires the parameter Encrypted to be set"):
        ask(KmsKeyId="alias/mine", **options)


@pytest.mark.usefixtures("makes_something")
@pytest.mark.parametrize(
    "options",
    [{"Encrypted": False}, {"KmsKeyId": ""}, {"Encrypted": False, "KmsKeyId": ""}, {"Description": ""}, {"ClientToken": ""}],
    ids=["Encrypted=false", "KmsKeyId=", "both", "Description=", "ClientToken="],
)
def test_what_clients_send_without_meaning_it_is_fine(server, ask, options):
    copy = images.wait_available(server, AWAY, ask(**options)["ImageId"])
    assert all(mapping["Ebs"]["Encrypted"] is False for mapping in copy["BlockDeviceMappings"])


@pytest.mark.parametrize(
    "options",
    [
        {"DestinationOutpostArn": "arn:aws:outposts:eu-west-1:123456789012:outpost/op-0123456789abcdef0"},
        {"DestinationAvailabilityZone": "us-west-2-lax-1a"},
        {"DestinationAvailabilityZoneId": "usw2-lax1-az1"},
    ],
    ids=lambda options: next(iter(options)),
)
def test_destinations_that_are_no_region(ask, options):
    with refused("UnsupportedOperation"):
        ask(**options)


def test_two_destinations(ask):
    with refused("InvalidParameterCombination"):
        ask(DestinationAvailabilityZone="us-west-2-lax-1a", DestinationAvailabilityZoneId="usw2-lax1-az1")


@pytest.mark.parametrize("minutes", [0, 1, 14, 16, 20, 2881, 2895, -15])
def test_completion_duration_out_of_bounds(ask, minutes):
    with refused("InvalidParameterValue"):
        ask(SnapshotCopyCompletionDurationMinutes=minutes)


@pytest.mark.usefixtures("makes_something")
@pytest.mark.parametrize("minutes", [15, 60, 2880])
def test_completion_duration_shows_on_the_snapshot(server, ask, minutes):
    copy = images.wait_available(server, AWAY, ask(SnapshotCopyCompletionDurationMinutes=minutes)["ImageId"])
    [snapshot] = images.snapshots_of(copy)
    found = describe(server, AWAY, snapshot)
    assert found["TransferType"] == "time-based"
    assert found["CompletionDurationMinutes"] == minutes


def test_description_past_its_bound(ask):
    with refused("InvalidParameterValue"):
        ask(Description="d" * 256)


@pytest.mark.parametrize("value", ["yes", "2", "TRUE!"])
def test_boolean_that_is_none(server, image, value):
    answer = ec2_call(
        server, "CopyImage", {"Name": "boolean", "SourceImageId": image, "SourceRegion": HOME, "CopyImageTags": value}, region=AWAY
    )
    assert answer.status == 400 and answer.code == "InvalidParameterValue", answer
