"""DescribeSnapshots and its filters, DescribeSnapshotAttribute, DeleteSnapshot and CopySnapshot."""

from __future__ import annotations

import datetime
import re

import images
import pytest
import snapshots
from disks import BLOCK, Disk
from ferry_server import AWAY, HOME
from refusals import refused
from signed_request import Answer, ec2_call

UNKNOWN = "snap-0123456789abcdef0"


@pytest.fixture(scope="module")
def first(server):
    disk = Disk.made("described", 3, size=2)
    name = snapshots.upload(server, disk, Description="a described one", Tags=[{"Key": "Rank", "Value": "first"}])
    return snapshots.describe(server, HOME, name)


@pytest.fixture(scope="module")
def second(server, first):
    """A copy of the first within its Region."""
    name = server.ec2(HOME).copy_snapshot(SourceRegion=HOME, SourceSnapshotId=first["SnapshotId"])["SnapshotId"]
    return snapshots.wait_completed(server, HOME, name)


def found(server, *filters: tuple[str, list[str]], **options) -> set[str]:
    asked = [{"Name": name, "Values": values} for name, values in filters]
    return {item["SnapshotId"] for item in server.ec2(HOME).describe_snapshots(Filters=asked, **options)["Snapshots"]}


def test_fields_of_an_uploaded_snapshot(server, first):
    assert re.fullmatch(r"snap-[0-9a-f]{17}", first["SnapshotId"])
    assert first["State"] == "completed"
    assert first["Progress"] == "100%"
    assert first["OwnerId"] == server.account
    assert first["Description"] == "a described one"
    assert first["VolumeSize"] == 2
    assert first["Encrypted"] is False
    assert first["StorageTier"] == "standard"
    assert first["FullSnapshotSizeInBytes"] == 3 * BLOCK
    assert first["Tags"] == [{"Key": "Rank", "Value": "first"}]
    assert abs(datetime.datetime.now(datetime.UTC) - first["StartTime"]) < datetime.timedelta(minutes=30)
    assert re.fullmatch(r"vol-[0-9a-f]{8,17}", first["VolumeId"])


FILTERS = [
    ("description", "a described one", "A described one"),
    ("encrypted", "false", "true"),
    ("progress", "100%", "37%"),
    ("start-time", "20*", "19*"),
    ("status", "completed", "pending"),
    ("storage-tier", "standard", "archive"),
    ("tag:Rank", "first", "second"),
    ("tag-key", "Rank", "rank"),
    ("volume-size", "2", "3"),
]


@pytest.mark.parametrize(("name", "hit", "miss"), FILTERS, ids=[row[0] for row in FILTERS])
def test_filter(server, first, name, hit, miss):
    assert first["SnapshotId"] in found(server, (name, [hit]))
    assert first["SnapshotId"] not in found(server, (name, [miss]))


def test_filters_by_ids(server, first, second):
    both = {first["SnapshotId"], second["SnapshotId"]}
    assert found(server, ("snapshot-id", [first["SnapshotId"]])) == {first["SnapshotId"]}
    assert found(server, ("owner-id", [server.account])) >= both
    assert found(server, ("owner-id", ["999999999999"])) == set()
    assert found(server, ("owner-alias", ["amazon"])) == set()
    assert second["SnapshotId"] in found(server, ("volume-id", ["vol-ffffffff"]))
    assert first["SnapshotId"] in found(server, ("volume-id", [first["VolumeId"]]))
    assert found(server, ("volume-id", ["vol-00000000000000000"])) == set()
    assert found(server, ("transfer-type", ["standard"])) & both == {second["SnapshotId"]}
    assert found(server, ("transfer-type", ["time-based"])) & both == set()


def test_wildcards_alternatives_and_conditions(server, first, second):
    both = {first["SnapshotId"], second["SnapshotId"]}
    assert found(server, ("description", ["a desc* one"])) & both == {first["SnapshotId"]}
    assert found(server, ("snapshot-id", sorted(both))) == both
    assert found(server, ("snapshot-id", sorted(both)), ("tag:Rank", ["f????"])) == {first["SnapshotId"]}
    assert found(server, ("status", ["pending", "completed"])) >= both


def test_unknown_filter(server):
    with refused("InvalidParameterValue", "^The filter 'no-such-filter' is invalid$"):
        found(server, ("no-such-filter", ["x"]))


def test_owners_and_restorable_users(server, first):
    assert first["SnapshotId"] in found(server, OwnerIds=["self"])
    assert first["SnapshotId"] in found(server, OwnerIds=[server.account])
    assert found(server, OwnerIds=["amazon"]) == set()
    assert first["SnapshotId"] in found(server, RestorableByUserIds=["self"])
    assert first["SnapshotId"] not in found(server, RestorableByUserIds=["all"])


def test_ids_that_are_wrong(server, first):
    ec2 = server.ec2(HOME)
    with refused("InvalidSnapshot.NotFound", UNKNOWN):
        ec2.describe_snapshots(SnapshotIds=[first["SnapshotId"], UNKNOWN])
    for text in ("snap-", "snap-xyz", "ami-0123456789abcdef0"):
        with refused("InvalidSnapshotID.Malformed"):
            ec2.describe_snapshots(SnapshotIds=[text])


def test_snapshot_is_unknown_in_other_regions(server, first):
    with refused("InvalidSnapshot.NotFound"):
        server.ec2(AWAY).describe_snapshots(SnapshotIds=[first["SnapshotId"]])
    with refused("InvalidSnapshot.NotFound"):
        server.ec2(AWAY).delete_snapshot(SnapshotId=first["SnapshotId"])


def test_pending_upload_is_listed_as_pending(server):
    name = server.ebs(HOME).start_snapshot(VolumeSize=1, Description="pending one")["SnapshotId"]
    listed = snapshots.describe(server, HOME, name)
    assert listed["State"] == "pending"
    assert re.fullmatch(r"\d{1,2}%|", listed["Progress"])
    assert name in found(server, ("status", ["pending"]))


# Attributes ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("attribute", "element"), [("createVolumePermission", "createVolumePermission"), ("productCodes", "productCodes")])
def test_attribute_asked_for_is_there_even_when_empty(server, first, attribute, element):
    answer: Answer = ec2_call(server, "DescribeSnapshotAttribute", {"SnapshotId": first["SnapshotId"], "Attribute": attribute})
    assert answer.status == 200, str(answer)
    assert answer.texts("snapshotId") == [first["SnapshotId"]]
    assert len(answer.texts(element)) == 1


def test_attribute_that_does_not_exist(server, first):
    with refused("InvalidParameterValue"):
        server.ec2(HOME).describe_snapshot_attribute(SnapshotId=first["SnapshotId"], Attribute="colour")


# Deleting ------------------------------------------------------------------------------------------------------------


def test_deleting(server, disk):
    ec2 = server.ec2(HOME)
    name = snapshots.upload(server, disk)
    ec2.delete_snapshot(SnapshotId=name)
    assert name not in found(server)
    with refused("InvalidSnapshot.NotFound"):
        ec2.delete_snapshot(SnapshotId=name)
    with refused("InvalidSnapshot.NotFound"):
        ec2.delete_snapshot(SnapshotId=UNKNOWN)
    with refused("InvalidSnapshotID.Malformed"):
        ec2.delete_snapshot(SnapshotId="snap-xyz")


# Copying -------------------------------------------------------------------------------------------------------------


@pytest.fixture
def copy_snapshot(server, first):
    def send(region=AWAY, **changed):
        request = {"SourceRegion": HOME, "SourceSnapshotId": first["SnapshotId"], **changed}
        return server.ec2(region, validate=False).copy_snapshot(**request)

    return send


@pytest.fixture(scope="module")
def described_disk():
    return Disk.made("described", 3, size=2)


def test_copy_of_a_snapshot_holds_the_same(server, copy_snapshot, described_disk):
    """botocore adds PresignedUrl and DestinationRegion to each of these calls."""
    name = copy_snapshot(Description="taken along")["SnapshotId"]
    copy = snapshots.wait_completed(server, AWAY, name)
    assert copy["VolumeId"] == "vol-ffffffff"
    assert copy["Description"] == "taken along"
    assert copy["VolumeSize"] == 2
    assert copy["TransferType"] == "standard"
    assert copy.get("Tags", []) == [], "CopySnapshot carries no tags"
    snapshots.assert_holds(server, AWAY, name, described_disk)


def test_copy_of_a_snapshot_with_tags_of_its_own(server, copy_snapshot):
    tags = [{"Key": "new", "Value": "yes"}]
    answer = copy_snapshot(TagSpecifications=[{"ResourceType": "snapshot", "Tags": tags}])
    assert answer["Tags"] == tags
    assert snapshots.describe(server, AWAY, answer["SnapshotId"])["Tags"] == tags
    with refused("InvalidParameterValue"):
        copy_snapshot(TagSpecifications=[{"ResourceType": "image", "Tags": tags}])


@pytest.mark.parametrize(
    "url",
    ["garbage", "http://192.0.2.1/never-fetched?X-Amz-Signature=0", "https://ec2.us-east-1.amazonaws.com/?Action=CopySnapshot", "file:///etc/passwd"],
)
def test_presigned_url_is_never_fetched(server, copy_snapshot, described_disk, url):
    """The addresses above answer nobody: had the server asked there, the copy would hang or fail."""
    name = copy_snapshot(PresignedUrl=url)["SnapshotId"]
    snapshots.wait_completed(server, AWAY, name)
    snapshots.assert_holds(server, AWAY, name, described_disk)


def test_copy_of_a_snapshot_is_refused(server, copy_snapshot, own_image):
    with refused("InvalidSnapshot.NotFound"):
        copy_snapshot(SourceSnapshotId=UNKNOWN)
    with refused("InvalidSnapshotID.Malformed"):
        copy_snapshot(SourceSnapshotId="snap-xyz")
    with refused("InvalidParameterValue", "sourceRegion|SourceRegion|mars-north-1"):
        copy_snapshot(SourceRegion="mars-north-1")
    with refused("InvalidParameterValue", "^Given key ID is not accessible: "):
        copy_snapshot(Encrypted=True, KmsKeyId="alias/mine")
    with refused("InvalidParameterValue"):
        copy_snapshot(Encrypted=False)
    with refused("UnsupportedOperation"):
        copy_snapshot(DestinationOutpostArn="arn:aws:outposts:eu-west-1:123456789012:outpost/op-0123456789abcdef0")
    for minutes in (0, -1, 2881):
        with refused("InvalidParameterValue"):
            copy_snapshot(CompletionDurationMinutes=minutes)


def test_copy_of_a_snapshot_that_is_still_being_written(server, copy_snapshot):
    pending = server.ebs(HOME).start_snapshot(VolumeSize=1)["SnapshotId"]
    with refused("IncorrectState"):
        copy_snapshot(SourceSnapshotId=pending)


@pytest.mark.parametrize("missing", ["SourceRegion", "SourceSnapshotId"])
def test_copy_of_a_snapshot_needs_its_source(server, copy_snapshot, missing):
    with refused("MissingParameter", f"The request must contain the parameter {missing}"):
        copy_snapshot(**{missing: ""})


def test_copied_snapshot_can_become_an_image(server, copy_snapshot):
    name = copy_snapshot()["SnapshotId"]
    snapshots.wait_completed(server, AWAY, name)
    image = images.register(server, name, AWAY)
    assert images.snapshots_of(images.describe(server, AWAY, image)) == [name]
