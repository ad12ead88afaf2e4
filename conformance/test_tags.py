"""CreateTags, DeleteTags and DescribeTags on images and snapshots."""

from __future__ import annotations

import images
import pytest
import snapshots
from disks import Disk
from ferry_server import AWAY, HOME
from refusals import refused
from signed_request import assert_ec2_error, ec2_call


@pytest.fixture
def pair(server):
    """An image and its snapshot, neither tagged."""
    snapshot = snapshots.upload(server, Disk.made("tags", 1))
    return images.register(server, snapshot), snapshot


def tags_of(server, resource) -> dict[str, str]:
    answer = server.ec2(HOME).describe_tags(Filters=[{"Name": "resource-id", "Values": [resource]}])
    return {tag["Key"]: tag["Value"] for tag in answer["Tags"]}


def pairs(**tags: str) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def test_several_tags_on_several_resources(server, pair):
    ec2 = server.ec2(HOME)
    # What has no tags is described without an empty list of them.
    assert "Tags" not in images.describe(server, HOME, pair[0]) and "Tags" not in snapshots.describe(server, HOME, pair[1])
    ec2.create_tags(Resources=list(pair), Tags=pairs(a="1", b=""))
    for resource in pair:
        assert tags_of(server, resource) == {"a": "1", "b": ""}
    ec2.create_tags(Resources=[pair[0]], Tags=pairs(a="2", c="3"))
    assert tags_of(server, pair[0]) == {"a": "2", "b": "", "c": "3"}
    assert tags_of(server, pair[1]) == {"a": "1", "b": ""}
    shown = images.describe(server, HOME, pair[0])["Tags"]
    assert {tag["Key"]: tag["Value"] for tag in shown} == {"a": "2", "b": "", "c": "3"}


def test_deleting(server, pair):
    ec2 = server.ec2(HOME)
    ec2.create_tags(Resources=[pair[0]], Tags=pairs(a="1", b="2", c="3", d=""))
    ec2.delete_tags(Resources=[pair[0]], Tags=[{"Key": "a"}])
    assert tags_of(server, pair[0]) == {"b": "2", "c": "3", "d": ""}
    ec2.delete_tags(Resources=[pair[0]], Tags=pairs(b="another value"))
    assert tags_of(server, pair[0]) == {"b": "2", "c": "3", "d": ""}, "a value that does not match deletes nothing"
    ec2.delete_tags(Resources=[pair[0]], Tags=pairs(b="2"))
    ec2.delete_tags(Resources=[pair[0]], Tags=[{"Key": "never there"}])
    assert tags_of(server, pair[0]) == {"c": "3", "d": ""}
    ec2.delete_tags(Resources=[pair[0]])
    assert tags_of(server, pair[0]) == {}


def test_tags_go_with_their_resource(server, pair):
    image, snapshot = pair
    ec2 = server.ec2(HOME)
    ec2.create_tags(Resources=list(pair), Tags=pairs(a="1"))
    ec2.deregister_image(ImageId=image)
    ec2.delete_snapshot(SnapshotId=snapshot)
    assert tags_of(server, image) == {} and tags_of(server, snapshot) == {}


def test_filters(server, pair):
    image, snapshot = pair
    ec2 = server.ec2(HOME)
    ec2.create_tags(Resources=list(pair), Tags=pairs(**{"filter-tag": "wild card"}))

    def found(*filters):
        asked = [{"Name": name, "Values": values} for name, values in filters]
        return {(tag["ResourceId"], tag["ResourceType"]) for tag in ec2.describe_tags(Filters=asked)["Tags"]}

    both = {(image, "image"), (snapshot, "snapshot")}
    assert found(("key", ["filter-tag"]), ("resource-id", list(pair))) == both
    assert found(("key", ["filter-*"]), ("resource-id", list(pair))) == both
    assert found(("value", ["wild ?ard"]), ("resource-id", list(pair))) == both
    assert found(("tag:filter-tag", ["wild card"]), ("resource-id", list(pair))) == both
    assert found(("resource-type", ["snapshot"]), ("resource-id", list(pair))) == {(snapshot, "snapshot")}
    assert found(("resource-type", ["instance"]), ("resource-id", list(pair))) == set()
    assert found(("key", ["Filter-tag"])) == set()
    with refused("InvalidParameterValue", "^The filter 'colour' is invalid$"):
        found(("colour", ["red"]))


@pytest.mark.parametrize(
    ("tags", "code"),
    [
        ([("aws:mine", "x")], "InvalidParameterValue"),
        ([("k" * 129, "x")], "InvalidParameterValue"),
        ([("k", "v" * 257)], "InvalidParameterValue"),
        ([("twice", "1"), ("twice", "2")], "InvalidParameterValue"),
        ([(f"k{n}", "") for n in range(51)], "TagLimitExceeded"),
    ],
    ids=["reserved", "long key", "long value", "key twice", "51 tags"],
)
def test_tags_that_break_the_rules(server, pair, tags, code):
    ec2 = server.ec2(HOME)
    ec2.create_tags(Resources=[pair[0]], Tags=pairs(before="1"))
    with refused(code):
        ec2.create_tags(Resources=[pair[0]], Tags=[{"Key": key, "Value": value} for key, value in tags])
    assert tags_of(server, pair[0]) == {"before": "1"}


def test_limit_counts_what_is_there_already(server, pair):
    ec2 = server.ec2(HOME)
    ec2.create_tags(Resources=[pair[0]], Tags=[{"Key": f"k{n}", "Value": ""} for n in range(49)])
    with refused("TagLimitExceeded"):
        ec2.create_tags(Resources=[pair[0]], Tags=pairs(x="1", y="2"))
    ec2.create_tags(Resources=[pair[0]], Tags=pairs(k0="overwritten", x="1"))
    assert len(tags_of(server, pair[0])) == 50


def test_resources_that_are_not_there(server, pair):
    ec2 = server.ec2(HOME)
    for resource, code in [
        ("ami-0123456789abcdef0", "InvalidAMIID.NotFound"),
        ("snap-0123456789abcdef0", "InvalidSnapshot.NotFound"),
        ("nothing", ("InvalidID", "InvalidParameterValue", "InvalidID.Malformed")),
    ]:
        with refused(code):
            ec2.create_tags(Resources=[pair[0], resource], Tags=pairs(a="1"))
    assert tags_of(server, pair[0]) == {}, "all resources or none"
    with refused("InvalidAMIID.NotFound"):
        server.ec2(AWAY).create_tags(Resources=[pair[0]], Tags=pairs(a="1"))


def test_unicode_and_markup(server, pair):
    tags = {"ключ 🔑": "значение <&>\"'", "a+b c%20": "x=y&z;#", "tab": "a\tb"}
    server.ec2(HOME).create_tags(Resources=[pair[0]], Tags=pairs(**tags))
    assert tags_of(server, pair[0]) == tags
    assert images.describe(server, HOME, pair[0])["ImageId"] == pair[0]


def test_resources_are_missing_by_the_name_that_ec2_has_for_them(server):
    for call in ("CreateTags", "DeleteTags"):
        answer = ec2_call(server, call, {"Tag.1.Key": "a", "Tag.1.Value": "b"})
        assert_ec2_error(answer, "MissingParameter", 400, "^The request must contain the parameter resourceIdSet$")


ODD_SPECIFICATIONS = {
    "no kind": ({"TagSpecification.1.Tag.1.Key": "a"}, "InvalidParameterValue", "must have a value"),
    "no tag": ({"TagSpecification.1.ResourceType": "volume"}, "InvalidTagKey.Malformed", "at least one tag"),
    "a kind twice": (
        {f"TagSpecification.{n}.ResourceType": "volume" for n in (1, 2)} | {f"TagSpecification.{n}.Tag.1.Key": f"k{n}" for n in (1, 2)},
        "InvalidParameterValue", "more than once",
    ),
    "another kind": ({"TagSpecification.1.ResourceType": "image", "TagSpecification.1.Tag.1.Key": "a"}, "InvalidParameterValue", "'image'"),
}


@pytest.mark.parametrize("name", ODD_SPECIFICATIONS)
def test_tags_that_a_call_cannot_give(server, name):
    specification, code, text = ODD_SPECIFICATIONS[name]
    answer = ec2_call(server, "CreateVolume", {"AvailabilityZone": f"{HOME}a", "Size": "1", **specification})
    assert_ec2_error(answer, code, message=text)
