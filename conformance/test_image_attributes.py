"""DescribeImageAttribute for each attribute, and ModifyImageAttribute for the description in both of its encodings."""

from __future__ import annotations

import base64
import re

import images
import pytest
from ferry_server import HOME
from refusals import refused
from signed_request import ec2_call

UEFI_DATA = base64.b64encode(b"AMZNUEFI" + bytes(32)).decode()


@pytest.fixture(scope="module")
def full(server, snapshot):
    return images.register(
        server, snapshot, Description="seen by attribute", SriovNetSupport="simple", BootMode="uefi", TpmSupport="v2.0",
        ImdsSupport="v2.0", UefiData=UEFI_DATA,
    )


@pytest.fixture
def ask(server):
    def send(image, attribute):
        answer = server.ec2(HOME, validate=False).describe_image_attribute(ImageId=image, Attribute=attribute)
        assert answer["ImageId"] == image
        return answer

    return send


@pytest.mark.parametrize(
    ("attribute", "member", "value"),
    [
        ("description", "Description", "seen by attribute"),
        ("sriovNetSupport", "SriovNetSupport", "simple"),
        ("bootMode", "BootMode", "uefi"),
        ("tpmSupport", "TpmSupport", "v2.0"),
        ("imdsSupport", "ImdsSupport", "v2.0"),
        ("uefiData", "UefiData", UEFI_DATA),
        ("deregistrationProtection", "DeregistrationProtection", "disabled"),
    ],
)
def test_attribute_with_a_value(ask, full, attribute, member, value):
    assert ask(full, attribute)[member] == {"Value": value}


@pytest.mark.parametrize("attribute", ["kernel", "ramdisk", "lastLaunchedTime"])
def test_attribute_without_a_value(ask, full, attribute):
    ask(full, attribute)


@pytest.mark.parametrize(("attribute", "member"), [("launchPermission", "LaunchPermissions"), ("productCodes", "ProductCodes")])
def test_lists_are_there_even_when_empty(server, ask, full, attribute, member):
    assert ask(full, attribute)[member] == []
    assert len(ec2_call(server, "DescribeImageAttribute", {"ImageId": full, "Attribute": attribute}).texts(attribute)) == 1


@pytest.mark.parametrize("wrong", ["%%%", "A", "====", "AAAA AAAA", "A" * 64_004], ids=["signs", "short", "padding", "blank", "long"])
def test_uefi_data_is_base64(server, snapshot, wrong):
    shown = wrong if len(wrong) < 33 else wrong[:32] + "…"
    with refused("InvalidParameterValue", rf"^Value \({re.escape(shown)}\) for parameter UefiData is invalid\."):
        images.register(server, snapshot, BootMode="uefi", UefiData=wrong)


@pytest.mark.parametrize("attribute", ["description", "sriovNetSupport", "bootMode", "tpmSupport", "imdsSupport", "uefiData", "kernel"])
def test_attribute_of_an_image_that_has_none(server, ask, snapshot, attribute):
    """Asked for and not set: the element is there, empty."""
    bare = images.register(server, snapshot)
    answer = ec2_call(server, "DescribeImageAttribute", {"ImageId": bare, "Attribute": attribute})
    assert answer.status == 200, str(answer)
    assert len(answer.texts(attribute)) == 1
    assert answer.texts("value") in ([], [""])


def test_block_device_mapping_is_refused_as_ec2_does(ask, full):
    with refused("AuthFailure", "^Unauthorized attempt to access restricted resource$"):
        ask(full, "blockDeviceMapping")


@pytest.mark.parametrize("attribute", ["colour", "Description!"])
def test_attribute_that_does_not_exist(ask, full, attribute):
    with refused("InvalidRequest", "^The request received was invalid$"):
        ask(full, attribute)


def test_attribute_is_required(ask, full):
    with refused("MissingParameter", "The request must contain the parameter Attribute"):
        ask(full, "")


def test_image_ids_are_checked(ask, own_image, server):
    with refused("InvalidAMIID.Malformed"):
        ask("ami-xyz", "description")
    with refused("InvalidAMIID.NotFound"):
        ask("ami-0123456789abcdef0", "description")
    server.ec2(HOME).deregister_image(ImageId=own_image)
    with refused("InvalidAMIID.Unavailable"):
        ask(own_image, "description")


# Changing ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "encoding",
    [
        {"Description.Value": "new & <improved> — ü"},
        {"Attribute": "description", "Value": "new & <improved> — ü"},
        {"Attribute": "description", "Description.Value": "new & <improved> — ü"},
    ],
    ids=["Description.Value", "Attribute and Value", "Attribute and Description.Value"],
)
def test_description_can_be_changed(server, ask, own_image, encoding):
    answer = ec2_call(server, "ModifyImageAttribute", {"ImageId": own_image, **encoding})
    assert answer.status == 200 and answer.texts("return") == ["true"], str(answer)
    assert images.describe(server, HOME, own_image)["Description"] == "new & <improved> — ü"
    assert ask(own_image, "description")["Description"] == {"Value": "new & <improved> — ü"}


def test_changes_that_are_refused_change_nothing(server, own_image):
    ec2 = server.ec2(HOME, validate=False)
    ec2.modify_image_attribute(ImageId=own_image, Description={"Value": "stays"})
    with refused("InvalidParameterValue"):
        ec2.modify_image_attribute(ImageId=own_image, Description={"Value": "d" * 256})
    with refused("InvalidAMIID.NotFound"):
        ec2.modify_image_attribute(ImageId="ami-0123456789abcdef0", Description={"Value": "x"})
    with refused("InvalidAMIID.Malformed"):
        ec2.modify_image_attribute(ImageId="ami-xyz", Description={"Value": "x"})
    assert images.describe(server, HOME, own_image)["Description"] == "stays"


def test_deregistered_image_cannot_be_changed(server, own_image):
    ec2 = server.ec2(HOME)
    ec2.deregister_image(ImageId=own_image)
    with refused("InvalidAMIID.Unavailable"):
        ec2.modify_image_attribute(ImageId=own_image, Description={"Value": "x"})
