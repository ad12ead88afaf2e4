"""Launch permissions, volume permissions and what blocks them, as clients ask for them. What other accounts see stands in test_sharing_accounts.py."""

from __future__ import annotations

import json

import images
import pytest
import snapshots
from disks import Disk
from ferry_server import HOME
from kms_keys import make_key
from refusals import refused
from signed_request import ec2_call

BOB, CAROL = "444455556666", "777788889999"
ORGANIZATION = "arn:aws:organizations::111122223333:organization/o-exampleorgid"
UNIT = "arn:aws:organizations::111122223333:ou/o-exampleorgid/ou-ab12-11111111"


def launch_permissions(server, image):
    return server.ec2(HOME).describe_image_attribute(ImageId=image, Attribute="launchPermission")["LaunchPermissions"]


def volume_permissions(server, snapshot):
    attribute = server.ec2(HOME).describe_snapshot_attribute(SnapshotId=snapshot, Attribute="createVolumePermission")
    return attribute["CreateVolumePermissions"]


@pytest.fixture
def own_snapshot(server, disk):
    return snapshots.upload(server, disk)


ENCODINGS = {
    "structure": ({"LaunchPermission.Add.1.UserId": BOB}, [{"UserId": BOB}]),
    "structure with attribute": ({"Attribute": "LaunchPermission", "LaunchPermission.Add.1.UserId": BOB}, [{"UserId": BOB}]),
    "lists": (
        {"Attribute": "launchPermission", "OperationType": "add", "UserId.1": BOB, "UserId.2": CAROL, "OrganizationArn.1": ORGANIZATION},
        [{"UserId": BOB}, {"UserId": CAROL}, {"OrganizationArn": ORGANIZATION}],
    ),
    "Packer's": ({"LaunchPermission.Add.1.UserId": BOB, "UserId.1": BOB}, [{"UserId": BOB}]),
    "several in one element": (
        {"LaunchPermission.Add.1.UserId": BOB, "LaunchPermission.Add.1.OrganizationalUnitArn": UNIT},
        [{"UserId": BOB}, {"OrganizationalUnitArn": UNIT}],
    ),
    "twice the same": ({"LaunchPermission.Add.1.UserId": BOB, "LaunchPermission.Add.2.UserId": BOB}, [{"UserId": BOB}]),
}


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_encodings(server, own_image, encoding):
    """Each encoding adds, and once more changes nothing; the same with `remove` takes away."""
    parameters, expected = ENCODINGS[encoding]
    for _ in range(2):
        answer = ec2_call(server, "ModifyImageAttribute", {"ImageId": own_image, **parameters})
        assert answer.status == 200 and answer.texts("return") == ["true"], str(answer)
        assert launch_permissions(server, own_image) == expected
    removing = {
        name.replace(".Add.", ".Remove."): "remove" if name == "OperationType" else value for name, value in parameters.items()
    }
    for _ in range(2):
        assert ec2_call(server, "ModifyImageAttribute", {"ImageId": own_image, **removing}).status == 200
        assert launch_permissions(server, own_image) == []


def test_both_at_once_and_reset(server, own_image):
    ec2 = server.ec2(HOME)
    ec2.modify_image_attribute(ImageId=own_image, LaunchPermission={"Add": [{"UserId": BOB}, {"Group": "all"}]})
    assert images.describe(server, HOME, own_image)["Public"] is True
    ec2.modify_image_attribute(ImageId=own_image, LaunchPermission={"Add": [{"UserId": CAROL}], "Remove": [{"Group": "all"}]})
    assert launch_permissions(server, own_image) == [{"UserId": BOB}, {"UserId": CAROL}]
    assert images.describe(server, HOME, own_image)["Public"] is False
    found = ec2.describe_images(ExecutableUsers=[BOB])["Images"]
    assert own_image in {image["ImageId"] for image in found}
    ec2.reset_image_attribute(ImageId=own_image, Attribute="launchPermission")
    assert launch_permissions(server, own_image) == []


REFUSED = {
    "user": ({"LaunchPermission.Add.1.UserId": "1234"}, "InvalidAMIAttributeItemValue"),
    "group": ({"LaunchPermission.Add.1.Group": "friends"}, "InvalidAMIAttributeItemValue"),
    "organization": ({"LaunchPermission.Add.1.OrganizationArn": "o-exampleorgid"}, "InvalidAMIAttributeItemValue"),
    "unit": ({"LaunchPermission.Add.1.OrganizationalUnitArn": ORGANIZATION}, "InvalidAMIAttributeItemValue"),
    "no operation": ({"Attribute": "launchPermission", "UserId.1": BOB}, "MissingParameter"),
    "odd operation": ({"Attribute": "launchPermission", "OperationType": "multiply", "UserId.1": BOB}, "InvalidParameterValue"),
    "nobody": ({"Attribute": "launchPermission", "OperationType": "add"}, "InvalidParameterCombination"),
    "nothing": ({"Attribute": "launchPermission"}, "InvalidParameterCombination"),
    "both": ({"LaunchPermission.Add.1.UserId": BOB, "LaunchPermission.Remove.1.UserId": BOB}, "InvalidParameterCombination"),
    "two attributes": ({"LaunchPermission.Add.1.UserId": BOB, "Description.Value": "x"}, "InvalidParameterCombination"),
    "another attribute": ({"Attribute": "description", "LaunchPermission.Add.1.UserId": BOB}, "InvalidParameterCombination"),
    "product codes": ({"ProductCode.1": "abc"}, "UnsupportedOperation"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_refused_shares_nothing(server, own_image, case):
    parameters, code = REFUSED[case]
    answer = ec2_call(server, "ModifyImageAttribute", {"ImageId": own_image, **parameters})
    assert answer.status == 400 and answer.texts("Code") == [code], str(answer)
    assert launch_permissions(server, own_image) == []
    assert images.describe(server, HOME, own_image)["Description"] == ""


def test_snapshots(server, own_snapshot):
    ec2 = server.ec2(HOME)
    change = {"SnapshotId": own_snapshot, "Attribute": "createVolumePermission"}
    assert volume_permissions(server, own_snapshot) == []
    ec2.modify_snapshot_attribute(**change, OperationType="add", UserIds=[BOB], GroupNames=["all"])
    assert volume_permissions(server, own_snapshot) == [{"UserId": BOB}, {"Group": "all"}]
    ec2.modify_snapshot_attribute(SnapshotId=own_snapshot, CreateVolumePermission={"Remove": [{"Group": "all"}]})
    assert volume_permissions(server, own_snapshot) == [{"UserId": BOB}]
    with refused("InvalidParameterCombination"):
        ec2.modify_snapshot_attribute(
            SnapshotId=own_snapshot, CreateVolumePermission={"Add": [{"Group": "all"}], "Remove": [{"UserId": BOB}]}
        )
    answer = ec2_call(
        server, "ModifySnapshotAttribute", {"SnapshotId": own_snapshot, "CreateVolumePermission.Add.1.OrganizationArn": ORGANIZATION}
    )
    assert answer.status == 400 and volume_permissions(server, own_snapshot) == [{"UserId": BOB}], str(answer)
    ec2.reset_snapshot_attribute(**change)
    assert volume_permissions(server, own_snapshot) == []
    with refused("UnsupportedOperation"):
        ec2.modify_snapshot_attribute(SnapshotId=own_snapshot, Attribute="productCodes", OperationType="add", UserIds=[BOB])


def test_block_public_access(fresh_server, disk):
    """Of images and of snapshots; what is public when it is turned on stays so, but for snapshots whose sharing is blocked as a whole."""
    ec2 = fresh_server.ec2(HOME)
    snapshot = snapshots.upload(fresh_server, disk)
    image = images.register(fresh_server, snapshot)
    assert ec2.get_image_block_public_access_state()["ImageBlockPublicAccessState"] == "unblocked"
    ec2.enable_image_block_public_access(ImageBlockPublicAccessState="block-new-sharing")
    state = ec2.get_image_block_public_access_state()
    assert (state["ImageBlockPublicAccessState"], state["ManagedBy"]) == ("block-new-sharing", "account")
    with refused("OperationNotPermitted", "block public access for AMIs is enabled"):
        ec2.modify_image_attribute(ImageId=image, LaunchPermission={"Add": [{"Group": "all"}]})
    assert ec2.disable_image_block_public_access()["ImageBlockPublicAccessState"] == "unblocked"
    ec2.modify_image_attribute(ImageId=image, LaunchPermission={"Add": [{"Group": "all"}]})

    assert ec2.get_snapshot_block_public_access_state()["State"] == "unblocked"
    for state in ("block-new-sharing", "block-all-sharing"):
        assert ec2.enable_snapshot_block_public_access(State=state)["State"] == state
        assert ec2.get_snapshot_block_public_access_state() | {"ResponseMetadata": None} == {
            "State": state,
            "ManagedBy": "account",
            "ResponseMetadata": None,
        }
        with refused("OperationNotPermitted"):
            ec2.modify_snapshot_attribute(SnapshotId=snapshot, CreateVolumePermission={"Add": [{"Group": "all"}]})
    assert ec2.disable_snapshot_block_public_access()["State"] == "unblocked"
    with refused("InvalidParameterValue"):
        ec2.enable_snapshot_block_public_access(State="unblocked")


def test_allowed_images(fresh_server, disk):
    ec2 = fresh_server.ec2(HOME)
    settings = ec2.get_allowed_images_settings()
    assert (settings["State"], settings["ImageCriteria"], settings["ManagedBy"]) == ("disabled", [], "account")
    criteria = [
        {"ImageProviders": ["amazon", BOB], "ImageNames": ["web-*"]},
        {"CreationDateCondition": {"MaximumDaysSinceCreated": 90}, "DeprecationTimeCondition": {"MaximumDaysSinceDeprecated": 0}},
        {"MarketplaceProductCodes": ["abcdefg1234567890"]},
    ]
    assert ec2.replace_image_criteria_in_allowed_images_settings(ImageCriteria=criteria)["ReturnValue"] is True
    for state in ("audit-mode", "enabled"):
        assert ec2.enable_allowed_images_settings(AllowedImagesSettingsState=state)["AllowedImagesSettingsState"] == state
        settings = ec2.get_allowed_images_settings()
        assert (settings["State"], settings["ImageCriteria"]) == (state, criteria)
    # One's own are always there.
    image = images.register(fresh_server, snapshots.upload(fresh_server, disk))
    assert images.describe(fresh_server, HOME, image)["ImageAllowed"] is True
    with refused("InvalidParameterValue"):
        ec2.replace_image_criteria_in_allowed_images_settings(ImageCriteria=[{"ImageProviders": ["none", "amazon"]}])
    assert ec2.disable_allowed_images_settings()["AllowedImagesSettingsState"] == "disabled"
    assert ec2.get_allowed_images_settings()["ImageCriteria"] == criteria


def test_share_command(ferry, server, other_account, own_snapshot):
    image, other = images.register(server, own_snapshot), other_account.account
    told = ferry("share", image, "--with", other)
    assert f"{image}  shared with {other}" in told.stdout and "--storage" in told.stderr
    assert (launch_permissions(server, image), volume_permissions(server, own_snapshot)) == ([{"UserId": other}], [])
    result = json.loads(ferry("share", image, "--with", "all", "--storage", "--json").stdout)
    assert (result["snapshots"], result["missing"]) == ([own_snapshot], [])
    assert volume_permissions(server, own_snapshot) == [{"Group": "all"}]
    ferry("share", image, "--with", "all", "--storage", "--remove")
    assert (launch_permissions(server, image), volume_permissions(server, own_snapshot)) == ([{"UserId": other}], [])
    ferry("share", image, "--with", ORGANIZATION)
    assert launch_permissions(server, image) == [{"UserId": other}, {"OrganizationArn": ORGANIZATION}]
    ferry("share", image, "--with", "friends", expect=64)
    # Nobody knows who is in another organization.
    told = ferry("share", image, "--with", ORGANIZATION, "--storage", expect=1)
    assert f"{ORGANIZATION} is not of the organization arn:aws:organizations::" in told.stderr and told.stdout == ""
    assert volume_permissions(server, own_snapshot) == []


def test_share_command_shares_the_storage_with_an_organizations_accounts(ferry, server, new_account, disk):
    """One command for both halves: the image with the unit or the organization, its snapshots with each account that is in it."""
    organizations = server.client("organizations")
    root = organizations.list_roots()["Roots"][0]["Id"]
    organization = organizations.describe_organization()["Organization"]["Arn"]
    outer = organizations.create_organizational_unit(ParentId=root, Name=images.unused_name("outer"))["OrganizationalUnit"]
    inner = organizations.create_organizational_unit(ParentId=outer["Id"], Name=images.unused_name("inner"))["OrganizationalUnit"]
    ann, bob, carol, dan = (new_account() for _ in range(4))
    for account, unit in ((ann, outer), (bob, inner), (carol, inner)):
        organizations.move_account(AccountId=account.account, SourceParentId=root, DestinationParentId=unit["Id"])
    organizations.close_account(AccountId=carol.account)
    first, second = (snapshots.upload(server, disk) for _ in range(2))
    devices = [{"DeviceName": name, "Ebs": {"SnapshotId": one}} for name, one in (("/dev/xvda", first), ("/dev/xvdb", second))]
    image = images.register(server, first, BlockDeviceMappings=devices)
    told = ferry("share", image, "--with", outer["Arn"], "--storage")
    assert f"{first}  shared with 2 accounts" in told.stdout and "share them again with --storage when others join" in told.stderr
    there = [{"UserId": account} for account in sorted((ann.account, bob.account))]
    assert launch_permissions(server, image) == [{"OrganizationalUnitArn": outer["Arn"]}]
    assert volume_permissions(server, first) == volume_permissions(server, second) == there
    images.wait_available(bob, HOME, images.copy(bob, image, region=HOME))
    # Who is not below the unit has neither; who is in the organization has both.
    result = json.loads(ferry("share", image, "--with", organization, "--storage", "--json").stdout)
    assert dan.account in result["accounts"] and server.account not in result["accounts"] and carol.account not in result["accounts"]
    assert {"UserId": dan.account} in volume_permissions(server, second)
    images.wait_available(dan, HOME, images.copy(dan, image, region=HOME))
    ferry("share", image, "--with", organization, "--storage", "--remove")
    assert (launch_permissions(server, image), volume_permissions(server, first)) == ([{"OrganizationalUnitArn": outer["Arn"]}], [])
    # Who may not ask for the accounts shares nothing.
    theirs = images.register(ann, snapshots.upload(ann, Disk.made("unit", 1)))
    assert "AccessDenied" in ferry("share", theirs, "--with", organization, "--storage", on=ann, expect=1).stderr
    assert launch_permissions(ann, theirs) == []


def test_share_command_knows_the_accounts(ferry, server, other_account, own_snapshot):
    """A slip in the number is told, and nothing is shared; who may not ask is told to look."""
    image = images.register(server, own_snapshot)
    told = ferry("share", image, "--with", BOB, "--storage", expect=1)
    assert told.stdout == "" and told.stderr.startswith(f"ferry: there is no account {BOB} on this server\n")
    assert "`ferry accounts` lists the accounts" in told.stderr
    assert (launch_permissions(server, image), volume_permissions(server, own_snapshot)) == ([], [])
    # What was shared by other means is taken back without asking.
    server.ec2().modify_image_attribute(ImageId=image, LaunchPermission={"Add": [{"UserId": BOB}]})
    ferry("share", image, "--with", BOB, "--remove")
    assert launch_permissions(server, image) == []
    theirs = images.register(other_account, snapshots.upload(other_account, Disk.made("shares", 1)))
    told = ferry("share", theirs, "--with", server.account, on=other_account)
    assert f"shared with {server.account}" in told.stdout
    assert f"this key may not ask whether there is an account {server.account}: make sure of its number" in told.stderr


def test_share_command_says_which_key_is_missing(ferry, server, other_account, disk):
    key = make_key(server)["Arn"]
    snapshot = snapshots.upload(server, disk, Encrypted=True, KmsKeyArn=key)
    image = images.register(server, snapshot)
    result = json.loads(ferry("share", image, "--with", other_account.account, "--storage", "--json").stdout)
    [missing] = result["missing"]
    assert key in missing and "kms:Decrypt" in missing
    managed = images.register(server, snapshots.upload(server, disk, Encrypted=True))
    told = ferry("share", managed, "--with", other_account.account, "--storage", expect=1)
    assert "Encrypted snapshots with EBS default key cannot be shared" in told.stderr
    assert launch_permissions(server, managed) == []
