"""What a copy would move and what stands in its way, told before it is asked for; and how copies went."""

from __future__ import annotations

import json
import uuid

import accounts
import images
import pytest
import snapshots
from disks import BLOCK, BLOCKS_PER_GIB, Disk, noise
from ferry_command import FAILED, PARTLY
from ferry_server import AWAY, HOME, THIRD, Credentials
from kms_keys import make_key
from patience import eventually
from signed_request import json_request


def call(server, action, members, region=AWAY):
    answer = json_request(f"Ferry.{action}", members).signed(server, "ferry", region).send(server)
    return answer


def estimate(server, image, region=AWAY, source=HOME, **members):
    request = {"SourceImageId": image, "SourceRegion": source, "Name": images.unused_name("estimate"), **members}
    answer = call(server, "EstimateImageCopy", request, region)
    assert answer.status == 200, str(answer)
    return answer.json


def copies(server, *ids, region=AWAY, **members):
    answer = call(server, "DescribeImageCopies", {**({"ImageIds": list(ids)} if ids else {}), **members}, region)
    assert answer.status == 200, str(answer)
    return answer.json["Copies"]


def codes(found):
    return [obstacle["Code"] for obstacle in found["Obstacles"]]


def rows(server, region):
    """What there is in a Region, as far as calls tell."""
    ec2, kms = server.ec2(region), server.kms(region)
    return (
        ec2.describe_images(Owners=["self"])["Images"],
        ec2.describe_snapshots(OwnerIds=["self"])["Snapshots"],
        kms.list_keys()["Keys"],
        kms.list_aliases()["Aliases"],
        server.client("s3", HOME).list_buckets()["Buckets"],
    )


def assert_moves_as_estimated(server, image, region=AWAY, source=HOME, **options):
    """Estimates, which changes nothing, copies and compares. Returns what moved."""
    before = rows(server, region)
    found = estimate(server, image, region, source, **options)
    assert rows(server, region) == before
    assert found["Obstacles"] == [] and found["IsUpperBound"] is False
    copy = images.copied(server, image, source, region, **options)
    [went] = copies(server, copy["ImageId"], region=region)
    assert (went["BytesTotal"], went["BytesMoved"]) == (found["BytesTotal"], found["BytesToMove"])
    assert sum(disk["BytesToMove"] for disk in found["Snapshots"]) == found["BytesToMove"]
    return went["BytesMoved"]


# How much would move -------------------------------------------------------------------------------------------------


def test_first_unchanged_and_incremental_copy(server):
    disk = Disk.made("estimated", 48, spread=BLOCKS_PER_GIB)
    first = snapshots.upload(server, disk)
    image = images.register(server, first)
    assert assert_moves_as_estimated(server, image) == disk.data_bytes
    assert assert_moves_as_estimated(server, image) == 0
    assert assert_moves_as_estimated(server, image, HOME) == 0, "within the Region"
    assert assert_moves_as_estimated(server, image, THIRD) == disk.data_bytes, "a Region has blocks of its own"

    rewritten = sorted(disk.blocks)[5:10]
    new = [index for index in range(BLOCKS_PER_GIB) if index not in disk.blocks][:3]
    changed = disk.changed("estimated, later", rewritten + new)
    second = snapshots.upload_child(server, first, changed, {index: changed.blocks[index] for index in rewritten + new})
    assert assert_moves_as_estimated(server, images.register(server, second)) == len(rewritten + new) * BLOCK


def test_unrelated_image_that_shares_blocks_and_blocks_that_repeat(server):
    disk = Disk.made("shares blocks", 16)
    images.copied(server, images.register(server, snapshots.upload(server, disk)))
    repeated = noise("estimated, repeated", 0)
    other = Disk(2, {**{index + 100: data for index, data in disk.blocks.items()}, **{index: repeated for index in range(0, 50, 10)}})
    assert assert_moves_as_estimated(server, images.register(server, snapshots.upload(server, other))) == BLOCK


def test_two_disks_share_what_they_have_in_common(server):
    disk = Disk.made("first of two", 10)
    other = Disk(1, {**{index + 20: data for index, data in disk.blocks.items()}, 0: noise("second of two", 0)})
    devices = [
        {"DeviceName": name, "Ebs": {"SnapshotId": snapshots.upload(server, content)}} for name, content in (("/dev/xvda", disk), ("/dev/xvdb", other))
    ]
    image = images.register(server, "", BlockDeviceMappings=devices)
    assert assert_moves_as_estimated(server, image) == disk.data_bytes + BLOCK


def test_another_key_moves_everything_and_the_same_key_nothing(server):
    disk = Disk.made("under keys", 12)
    image = images.register(server, snapshots.upload(server, disk))
    assert assert_moves_as_estimated(server, image) == disk.data_bytes
    one, other = make_key(server, AWAY), make_key(server, AWAY)
    for key in (one, other):
        options = {"Encrypted": True, "KmsKeyId": key["Arn"]}
        assert assert_moves_as_estimated(server, image, **options) == disk.data_bytes
        assert assert_moves_as_estimated(server, image, **options) == 0
    sealed = images.copied(server, image, Encrypted=True, KmsKeyId=one["Arn"])["ImageId"]
    assert assert_moves_as_estimated(server, sealed, HOME, AWAY, Encrypted=True) == disk.data_bytes, "sealed at home for the first time"


def test_seconds_follow_from_the_rate_of_copies(fresh_server):
    disk = Disk.made("timed", 20, fill=noise)
    image = images.register(fresh_server, snapshots.upload(fresh_server, disk))
    found = estimate(fresh_server, image)
    assert found["BytesToMove"] == disk.data_bytes
    assert "BytesPerSecond" not in found and "Seconds" not in found, "nothing has come from there"
    copy = images.copied(fresh_server, image)
    [went] = copies(fresh_server, copy["ImageId"])
    [snapshot] = went["Snapshots"]
    assert (snapshot["State"], snapshot["BytesTotal"], snapshot["BytesDone"], snapshot["BytesMoved"]) == ("completed", *[disk.data_bytes] * 3)
    assert snapshot["CreatedAt"] <= snapshot["StartedAt"] <= snapshot["EndedAt"]
    assert snapshot["SnapshotId"] == images.snapshots_of(copy)[0] and snapshot["SourceSnapshotId"].startswith("snap-")
    assert (went["State"], went["SourceImageId"], went["SourceRegion"]) == ("available", image, HOME)
    assert went["BytesPerSecond"] == snapshot["BytesPerSecond"] > 0 and "SecondsLeft" not in went
    again = images.register(fresh_server, snapshots.upload(fresh_server, Disk.made("timed again", 30)))
    found = estimate(fresh_server, again)
    assert found["BytesPerSecond"] == went["BytesPerSecond"]
    assert found["Seconds"] == -(-found["BytesToMove"] // found["BytesPerSecond"])
    assert estimate(fresh_server, image)["Seconds"] == 0, "nothing to move"


def test_large_sparse_image(server):
    disk = Disk(16384, {index: noise("sparse", index) for index in (0, 1 << 20, 16384 * BLOCKS_PER_GIB - 1)})
    found = estimate(server, images.register(server, snapshots.upload(server, disk)))
    assert (found["BytesToMove"], found["IsUpperBound"]) == (disk.data_bytes, False)
    assert [(entry["VolumeSize"], entry["BytesTotal"]) for entry in found["Snapshots"]] == [(16384, disk.data_bytes)]


# What stands in the way ----------------------------------------------------------------------------------------------


def test_obstacles_are_told_together_in_the_words_of_the_copy(server, image):
    taken = images.copied(server, image)
    key = make_key(server, AWAY)
    server.kms(AWAY).disable_key(KeyId=key["KeyId"])
    before = rows(server, AWAY)
    options = {"Name": taken["Name"], "Encrypted": True, "KmsKeyId": key["Arn"]}
    found = estimate(server, image, **options)
    assert codes(found) == ["InvalidAMIName.Duplicate", "InvalidKMSKey.InvalidState"]
    assert "BytesToMove" not in found and "Seconds" not in found
    assert found["BytesTotal"] == found["Snapshots"][0]["BytesTotal"] > 0
    for obstacle in found["Obstacles"]:
        assert_copy_is_refused(server, image, obstacle, **(options if "KMS" in obstacle["Code"] else {"Name": taken["Name"]}))
    assert rows(server, AWAY) == before
    # The name alone keeps nothing from being counted.
    found = estimate(server, image, Name=taken["Name"])
    assert codes(found) == ["InvalidAMIName.Duplicate"] and found["BytesToMove"] == 0


def assert_copy_is_refused(server, image, obstacle, **options):
    request = {"Name": images.unused_name("refused"), "SourceImageId": image, "SourceRegion": HOME, **options}
    if "KMS" in obstacle["Code"]:
        request["Name"] = images.unused_name("refused")
    client = server.ec2(AWAY, validate=False)
    with pytest.raises(client.exceptions.ClientError) as caught:
        client.copy_image(**request)
    assert caught.value.response["Error"] == {"Code": obstacle["Code"], "Message": obstacle["Message"]}


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"SourceImageId": "ami-0123456789abcdef0"}, "InvalidAMIID.NotFound"),
        ({"SourceImageId": "ami-zz"}, "InvalidAMIID.Malformed"),
        ({"SourceRegion": "mars-north-1"}, "InvalidParameterValue"),
        ({"Name": "no#name"}, "InvalidAMIName.Malformed"),
        ({"KmsKeyId": "alias/mine"}, "InvalidParameterDependency"),
        ({"Encrypted": True, "KmsKeyId": "alias/nobody-has-this"}, "InvalidParameterValue"),
        ({"TagSpecifications": [{"ResourceType": "image", "Tags": [{"Key": "aws:mine", "Value": ""}]}]}, "InvalidParameterValue"),
    ],
    ids=["unknown", "malformed", "Region", "name", "key without encryption", "unknown key", "tag"],
)
def test_each_obstacle_is_that_of_the_copy(server, image, options, code):
    found = estimate(server, image, **options)
    assert codes(found) == [code]
    request = {key: value for key, value in options.items()}
    [obstacle] = found["Obstacles"]
    assert_copy_is_refused(server, image, obstacle, **request)


def test_source_that_has_gone_or_is_disabled(server, own_image):
    server.ec2(HOME).disable_image(ImageId=own_image)
    assert codes(estimate(server, own_image)) == ["InvalidAMIID.Unavailable"]
    server.ec2(HOME).deregister_image(ImageId=own_image)
    found = estimate(server, own_image)
    assert codes(found) == ["InvalidAMIID.Unavailable"] and found["Snapshots"] == [] and "BytesTotal" not in found


def test_what_is_no_request_is_refused(server, image):
    complete = {"SourceImageId": image, "SourceRegion": HOME, "Name": "a-name"}
    for name in complete:
        answer = call(server, "EstimateImageCopy", {key: value for key, value in complete.items() if key != name})
        assert answer.status == 400 and name in answer.message, str(answer)
    for wrong in ({"SnapshotCopyCompletionDurationMinutes": 16}, {"Encrypted": "yes"}, {"Surprise": 1}, {"TagSpecifications": [{"Tags": []}]}):
        answer = call(server, "EstimateImageCopy", {**complete, **wrong})
        assert answer.status == 400, str(answer)


def test_quotas_and_a_copy_that_fills_them(server, new_account, ferry):
    member = new_account()
    image = images.register(member, snapshots.upload(member, Disk.made("quotas", 2)))
    for quota in ("L-B665C33B", "L-309BACF6"):
        ferry("quotas", "set", member.account, quota, "0", "--region", AWAY)
    found = estimate(member, image)
    assert codes(found) == ["ResourceLimitExceeded", "SnapshotLimitExceeded"]
    assert_copy_is_refused(member, image, found["Obstacles"][0])


# Who asks ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def user(server):
    """A user of the root account without policies, and what gives it one."""
    iam, name = server.client("iam"), f"user-{uuid.uuid4().hex[:12]}"
    iam.create_user(UserName=name)
    key = iam.create_access_key(UserName=name)["AccessKey"]
    view = accounts.seen_by(server, Credentials(key["AccessKeyId"], key["SecretAccessKey"], server.account))

    def may(*actions):
        statement = {"Effect": "Allow", "Action": list(actions), "Resource": "*"}
        document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        iam.put_user_policy(UserName=name, PolicyName="own", PolicyDocument=document)
        return view

    view.may = may
    return view


def test_user_without_permission_is_told_so(server, user, image):
    request = {"SourceImageId": image, "SourceRegion": HOME, "Name": images.unused_name("estimate")}
    for action, members in (("EstimateImageCopy", request), ("DescribeImageCopies", {})):
        answer = call(user, action, members)
        assert (answer.status, answer.code) == (400, "AccessDeniedException"), str(answer)
    viewer = user.may("ec2:DescribeImages", "ec2:DescribeSnapshots")
    found = estimate(viewer, image)
    assert codes(found) == ["UnauthorizedOperation"] and "ec2:CopyImage" in found["Obstacles"][0]["Message"]
    assert found["BytesTotal"] > 0 and "BytesToMove" not in found
    tags = [{"ResourceType": "image", "Tags": [{"Key": "a", "Value": "b"}]}]
    found = estimate(viewer, image, TagSpecifications=tags)
    assert codes(found) == ["UnauthorizedOperation"] * 2 and "ec2:CreateTags" in found["Obstacles"][1]["Message"]
    copier = user.may("ec2:DescribeImages", "ec2:DescribeSnapshots", "ec2:CopyImage")
    assert codes(estimate(copier, image)) == []
    key = make_key(server, AWAY)["Arn"]
    [sealed] = estimate(copier, image, Encrypted=True, KmsKeyId=key)["Obstacles"]
    assert key in sealed["Message"] and "kms:" in sealed["Message"], sealed


def test_another_account_is_not_told_what_the_region_holds_of_others(server, new_account):
    disk = Disk.made("secret of others", 8)
    images.copied(server, images.register(server, snapshots.upload(server, disk)))
    member = new_account()
    first = snapshots.upload(member, disk)
    image = images.register(member, first)
    found = estimate(member, image)
    assert (found["BytesToMove"], found["IsUpperBound"], found["Obstacles"]) == (disk.data_bytes, True, [])
    copy = images.copied(member, image)
    [went] = copies(member, copy["ImageId"])
    assert went["BytesDone"] == disk.data_bytes and "BytesMoved" not in went and "BytesPerSecond" not in went
    # What it has there itself it may know.
    found = estimate(member, image)
    assert (found["BytesToMove"], found["IsUpperBound"]) == (0, False) and "BytesPerSecond" not in found
    changed = disk.changed("secret, later", [3])
    second = images.register(member, snapshots.upload_child(member, first, changed, {3: changed.blocks[3]}))
    found = estimate(member, second)
    assert (found["BytesToMove"], found["IsUpperBound"]) == (BLOCK, True)
    # What its own keys seal meets nobody else's.
    assert assert_moves_as_estimated(member, image, Encrypted=True) == disk.data_bytes
    assert "BytesPerSecond" in estimate(member, second)


def test_storage_of_others_that_is_not_shared(server, new_account, own_image):
    member = new_account()
    assert codes(estimate(member, own_image)) == ["InvalidAMIID.NotFound"]
    server.ec2(HOME).modify_image_attribute(ImageId=own_image, LaunchPermission={"Add": [{"UserId": member.account}]})
    found = estimate(member, own_image)
    assert codes(found) == ["InvalidRequest"] and "permission to access the storage" in found["Obstacles"][0]["Message"]


# How copies go -------------------------------------------------------------------------------------------------------


def test_copies_are_listed_in_pages_and_by_state(fresh_server):
    image = images.register(fresh_server, snapshots.upload(fresh_server, Disk.made("listed", 2)))
    made = sorted(images.copied(fresh_server, image)["ImageId"] for _ in range(5))
    listed, token = [], {}
    while True:
        answer = call(fresh_server, "DescribeImageCopies", {"MaxResults": 2, **token}).json
        assert len(answer["Copies"]) <= 2
        listed += [copy["ImageId"] for copy in answer["Copies"]]
        if "NextToken" not in answer:
            break
        token = {"NextToken": answer["NextToken"]}
    assert listed == made
    assert copies(fresh_server, region=HOME) == [], "an image that was not copied is none"
    assert copies(fresh_server, image, region=HOME) == []
    assert copies(fresh_server, States=["pending"]) == []
    assert len(copies(fresh_server, States=["available", "failed"])) == 5
    for wrong in ({"MaxResults": 0}, {"MaxResults": 1001}, {"NextToken": "nonsense"}, {"ImageIds": ["ami-zz"]}, {"ImageIds": made, "MaxResults": 5}):
        assert call(fresh_server, "DescribeImageCopies", wrong).status == 400


def test_pending_and_failed_copies_tell_how_far_they_are_and_why(start_server):
    server = start_server(arguments=("--bandwidth", "1MiB/s"))
    disk = Disk.made("slow", 40, fill=noise)
    image = images.register(server, snapshots.upload(server, disk))
    key = make_key(server, AWAY)
    copy = images.copy(server, image, Encrypted=True, KmsKeyId=key["Arn"])

    def moving():
        [found] = copies(server, copy)
        return found if found["BytesDone"] > 0 else None

    found = eventually(moving, "some bytes have come")
    assert (found["State"], found["BytesTotal"]) == ("pending", disk.data_bytes)
    assert 0 < found["BytesMoved"] <= found["BytesDone"] < disk.data_bytes
    assert found["StartedAt"] >= found["CreatedAt"] and "EndedAt" not in found
    assert found["BytesPerSecond"] > 0 and found["SecondsLeft"] > 0
    assert found["Snapshots"][0]["State"] == "running"
    assert copies(server, States=["pending"])[0]["ImageId"] == copy
    server.kms(AWAY).disable_key(KeyId=key["KeyId"])

    def failed():
        [found] = copies(server, copy)
        return found if found["State"] == "failed" else None

    found = eventually(failed, "the copy has failed")
    [snapshot] = found["Snapshots"]
    assert snapshot["State"] == "failed" and snapshot["EndedAt"] >= snapshot["StartedAt"]
    assert snapshot["Reason"]["Code"] in found["StateReason"]["Code"] and key["Arn"] in found["StateReason"]["Message"]


# The command line ----------------------------------------------------------------------------------------------------


def test_command_line_tells_each_region(server, ferry, image):
    taken = images.copied(server, image)["Name"]
    before = rows(server, AWAY), rows(server, THIRD)
    arguments = ["copy", image, "--from", HOME, "--name", taken, "--estimate"]
    result = ferry(*arguments, "--to", f"{AWAY},{THIRD}", expect=PARTLY)
    lines = result.stdout.splitlines()
    assert lines[0].startswith(f"{AWAY}  nothing of ") and lines[0].endswith("to move")
    assert lines[1].startswith(f"{AWAY}  in the way: AMI name {taken} is already in use") and lines[1].endswith("(InvalidAMIName.Duplicate)")
    assert lines[2].startswith(f"{THIRD}  ") and " to move, " in lines[2] and len(lines) == 3
    ferry(*arguments, "--to", AWAY, expect=FAILED)
    ferry(*arguments, "--to", THIRD)
    [away, third] = json.loads(ferry(*arguments, "--to", f"{AWAY},{THIRD}", "--json", expect=PARTLY).stdout)
    assert (away["region"], away["bytesToMove"], away["obstacles"][0]["code"]) == (AWAY, 0, "InvalidAMIName.Duplicate")
    assert (third["bytes"], third["obstacles"], third["isUpperBound"]) == (third["bytesToMove"], [], False)
    assert [entry["bytes"] for entry in third["snapshots"]] == [third["bytes"]]
    assert "mars-north-1" in ferry(*arguments, "--to", "mars-north-1", expect=FAILED).stderr
    assert (rows(server, AWAY), rows(server, THIRD)) == before
