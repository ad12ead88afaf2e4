"""Which tags a copy carries: none, the source's, those of the request, and which requests are refused for their tags."""

from __future__ import annotations

import images
import pytest
import snapshots
from ferry_server import AWAY, HOME
from refusals import refused


def tag_map(found: dict) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in found.get("Tags", [])}


def specification(kind: str, **tags: str) -> dict:
    return {"ResourceType": kind, "Tags": [{"Key": key, "Value": value} for key, value in tags.items()]}


@pytest.fixture(scope="module")
def tagged(server, snapshot):
    """A source with tags on the image and on its snapshot."""
    image = images.register(server, snapshot)
    server.ec2(HOME).create_tags(Resources=[image], Tags=[{"Key": "team", "Value": "boats"}, {"Key": "stage", "Value": "test"}])
    server.ec2(HOME).create_tags(Resources=[snapshot], Tags=[{"Key": "snapshot-tag", "Value": "stays"}])
    return image


@pytest.mark.parametrize("options", [{}, {"CopyImageTags": False}])
def test_tags_stay_behind_unless_asked_for(server, tagged, options):
    copy = images.copied(server, tagged, **options)
    assert tag_map(copy) == {}


def test_image_tags_come_along_when_asked_for_and_snapshot_tags_never(server, tagged):
    copy = images.copied(server, tagged, CopyImageTags=True)
    assert tag_map(copy) == {"team": "boats", "stage": "test"}
    assert tag_map(snapshots.describe(server, AWAY, *images.snapshots_of(copy))) == {}


def test_specified_tags_go_on_image_and_snapshots(server, tagged):
    copy = images.copied(server, tagged, TagSpecifications=[specification("image", a="1"), specification("snapshot", b="2", c="")])
    assert tag_map(copy) == {"a": "1"}
    assert tag_map(snapshots.describe(server, AWAY, *images.snapshots_of(copy))) == {"b": "2", "c": ""}


def test_specified_tag_wins_over_a_copied_one(server, tagged):
    copy = images.copied(server, tagged, CopyImageTags=True, TagSpecifications=[specification("image", stage="live", new="yes")])
    assert tag_map(copy) == {"team": "boats", "stage": "live", "new": "yes"}


def test_tags_are_there_while_the_copy_is_pending(server, tagged):
    copy = images.copy(server, tagged, TagSpecifications=[specification("image", a="1"), specification("snapshot", b="2")])
    described = images.describe(server, AWAY, copy)
    assert tag_map(described) == {"a": "1"}
    assert tag_map(snapshots.describe(server, AWAY, *images.snapshots_of(described))) == {"b": "2"}
    images.wait_available(server, AWAY, copy)


@pytest.mark.parametrize("kind", ["instance", "volume", "import-image-task", "no-such-thing"])
def test_other_resource_types_fail_the_request(server, tagged, kind):
    assert_refused_without_trace(server, tagged, "InvalidParameterValue", TagSpecifications=[specification(kind, a="1")])


@pytest.mark.parametrize(
    ("tags", "code", "message"),
    [
        ([("aws:mine", "x")], "InvalidParameterValue", "Tag keys starting with 'aws:' are reserved for internal use"),
        ([("AWS:mine", "x")], "InvalidParameterValue", "reserved for internal use"),
        ([("k" * 129, "x")], "InvalidParameterValue", "^Tag key exceeds the maximum length of 128 characters$"),
        ([("k", "v" * 257)], "InvalidParameterValue", "^Tag value exceeds the maximum length of 256 characters$"),
        ([("twice", "1"), ("twice", "2")], "InvalidParameterValue", None),
        ([(f"k{n}", "") for n in range(51)], "TagLimitExceeded", None),
    ],
    ids=["reserved", "reserved in capitals", "long key", "long value", "key twice", "51 tags"],
)
def test_tags_that_break_the_rules_fail_the_request(server, tagged, tags, code, message):
    pairs = [{"Key": key, "Value": value} for key, value in tags]
    assert_refused_without_trace(
        server, tagged, code, message, TagSpecifications=[{"ResourceType": "image", "Tags": pairs}]
    )


def test_longest_tags_and_fifty_of_them_are_fine(server, tagged):
    tags = {"k" * 128: "v" * 256, "awspub:source:filename": "not reserved", "schlüssel 鍵 🔑": "wert 値 💾"}
    tags |= {f"n{n}": "" for n in range(50 - len(tags))}
    copy = images.copied(server, tagged, TagSpecifications=[specification("image", **tags)])
    assert tag_map(copy) == tags


def assert_refused_without_trace(server, source, code, message=None, **options):
    """The request is refused, and neither an image nor a snapshot came of it."""
    name = images.unused_name("refused")
    away = server.ec2(AWAY)
    before = {found["SnapshotId"] for found in away.describe_snapshots(OwnerIds=["self"])["Snapshots"]}
    with refused(code, message):
        images.copy(server, source, Name=name, **options)
    assert away.describe_images(Filters=[{"Name": "name", "Values": [name]}])["Images"] == []
    assert {found["SnapshotId"] for found in away.describe_snapshots(OwnerIds=["self"])["Snapshots"]} == before
