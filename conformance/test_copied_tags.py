"""Tags that a call takes along from elsewhere, without naming them, need ec2:CreateTags as those that it names: of a copied image and of a stored one that
is restored. (Those of volumes are in test_machine_permissions.py, which has an instance.)"""

from __future__ import annotations

import json

import accounts
import images
import pytest
import snapshots
from buckets import make_bucket
from disks import Disk
from ferry_server import AWAY, HOME, Credentials
from refusals import dry_run, refused


def statement(effect, action, resource="*", **condition):
    made = {"Effect": effect, "Action": action, "Resource": resource}
    return {**made, "Condition": condition} if condition else made


class Tagger:
    """A tagged image, the same stored in a bucket, and a user whose policy each test sets."""

    def __init__(self, server):
        self.server, self.iam = server, server.client("iam")
        snapshot = snapshots.upload(server, Disk.made("copied tags", 2), Tags=[{"Key": "disk", "Value": "first"}])
        tags = [{"Key": "team", "Value": "boats"}, {"Key": "stage", "Value": "test"}]
        self.image = images.register(server, snapshot, TagSpecifications=[{"ResourceType": "image", "Tags": tags}])
        self.bare = images.register(server, snapshot)
        self.bucket = make_bucket(server)
        self.key = self.stored(self.image)
        self.iam.create_user(UserName="tagger")
        key = self.iam.create_access_key(UserName="tagger")["AccessKey"]
        self.user = accounts.seen_by(server, Credentials(key["AccessKeyId"], key["SecretAccessKey"], server.account))

    def stored(self, image):
        key = self.server.ec2().create_store_image_task(ImageId=image, Bucket=self.bucket)["ObjectKey"]
        self.server.ec2().get_waiter("store_image_task_complete").wait(ImageIds=[image], WaiterConfig={"Delay": 1, "MaxAttempts": 60})
        return key

    def allow(self, *statements):
        document = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
        self.iam.put_user_policy(UserName="tagger", PolicyName="own", PolicyDocument=document)

    def copy(self, image=None, **options):
        settings = {"Name": images.unused_name("tags"), "SourceImageId": image or self.image, "SourceRegion": HOME, "CopyImageTags": True}
        return self.user.ec2(AWAY).copy_image(**{**settings, **options})["ImageId"]

    def restore(self, **options):
        asked = {"Bucket": self.bucket, "ObjectKey": self.key, "Name": images.unused_name("tags"), **options}
        return self.user.ec2(AWAY).create_restore_image_task(**asked)["ImageId"]


@pytest.fixture(scope="module")
def mine(server):
    tagger = Tagger(accounts.seen_by(server, accounts.created(server)))
    # A bucket of the Region that an image is restored in.
    away = make_bucket(tagger.server, AWAY)
    body = tagger.server.s3().get_object(Bucket=tagger.bucket, Key=tagger.key)["Body"].read()
    tagger.server.s3(AWAY).put_object(Bucket=away, Key=tagger.key, Body=body)
    tagger.bucket = away
    return tagger


ALL = statement("Allow", "*")
WORK = statement("Allow", ["ec2:CopyImage", "ec2:CreateRestoreImageTask", "s3:GetObject"])
CALLS = {"CopyImage": Tagger.copy, "CreateRestoreImageTask": Tagger.restore}


def untagged(kind="image"):
    return refused("UnauthorizedOperation", rf"not authorized to perform: ec2:CreateTags on resource: arn:aws:ec2:{AWAY}::{kind}/\*", status=403)


@pytest.mark.parametrize("action", CALLS)
def test_tags_that_come_along_need_create_tags(mine, action):
    call = CALLS[action]
    listed = mine.server.ec2(AWAY).describe_images(Owners=["self"])["Images"]
    # Denied, and missing.
    for policy in ([ALL, statement("Deny", "ec2:CreateTags")], [WORK]):
        mine.allow(*policy)
        with untagged():
            call(mine)
        with untagged():
            call(mine, DryRun=True)
    # Each of the tags counts, and where they come from.
    for condition in (
        {"StringEquals": {"aws:RequestTag/team": "trains"}}, {"ForAllValues:StringEquals": {"aws:TagKeys": ["team"]}},
        {"StringEquals": {"ec2:CreateAction": "RegisterImage"}}, {"Null": {"aws:RequestTag/stage": "true"}},
    ):
        mine.allow(WORK, statement("Allow", "ec2:CreateTags", f"arn:aws:ec2:{AWAY}::image/*", **condition))
        with untagged():
            call(mine)
    assert mine.server.ec2(AWAY).describe_images(Owners=["self"])["Images"] == listed
    # Allowed.
    asked = {"StringEquals": {"aws:RequestTag/team": "boats", "ec2:CreateAction": action}, "ForAllValues:StringEquals": {"aws:TagKeys": ["team", "stage"]}}
    mine.allow(
        WORK, statement("Allow", "ec2:CreateTags", f"arn:aws:ec2:{AWAY}::image/*", **asked),
        statement("Allow", "ec2:CreateTags", f"arn:aws:ec2:{AWAY}::snapshot/*", StringEquals={"aws:RequestTag/disk": "first"}),
    )
    with dry_run():
        call(mine, DryRun=True)
    made = images.wait_available(mine.server, AWAY, call(mine))
    assert {tag["Key"]: tag["Value"] for tag in made["Tags"]} == {"team": "boats", "stage": "test"}


def test_a_copy_without_tags_needs_no_permission_to_tag(mine):
    mine.allow(ALL, statement("Deny", "ec2:CreateTags"))
    for options in ({"CopyImageTags": False}, {"image": mine.bare}):
        images.wait_available(mine.server, AWAY, mine.copy(**options))


def test_a_tag_of_the_request_wins_before_it_is_asked_about(mine):
    given = {"TagSpecifications": [{"ResourceType": "image", "Tags": [{"Key": "stage", "Value": "live"}]}]}
    tagged = statement("Allow", "ec2:CreateTags", StringEquals={"aws:RequestTag/stage": "live", "aws:RequestTag/team": "boats"})
    mine.allow(WORK, tagged)
    with dry_run():
        mine.copy(DryRun=True, **given)
    with untagged():
        mine.copy(DryRun=True)
    # Tags of something else are no tags of the image.
    mine.allow(
        WORK, statement("Allow", "ec2:CreateTags", f"arn:aws:ec2:{AWAY}::image/*", **{"ForAllValues:StringEquals": {"aws:TagKeys": ["team", "stage"]}}),
        statement("Allow", "ec2:CreateTags", f"arn:aws:ec2:{AWAY}::snapshot/*"),
    )
    with dry_run():
        mine.copy(DryRun=True, TagSpecifications=[{"ResourceType": "snapshot", "Tags": [{"Key": "other", "Value": "1"}]}])


def test_tags_of_restored_snapshots_need_it_too(mine):
    mine.allow(WORK, statement("Allow", "ec2:CreateTags", f"arn:aws:ec2:{AWAY}::image/*"))
    with untagged("snapshot"):
        mine.restore()
    mine.allow(
        WORK, statement("Allow", "ec2:CreateTags", f"arn:aws:ec2:{AWAY}::image/*"),
        statement("Allow", "ec2:CreateTags", f"arn:aws:ec2:{AWAY}::snapshot/*", StringEquals={"aws:RequestTag/disk": "first"}),
    )
    with dry_run():
        mine.restore(DryRun=True)
