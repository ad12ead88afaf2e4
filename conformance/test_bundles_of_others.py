"""Bundles are read and copied as who asks: a user of the account with its own rights, another account where the bucket lets it in."""

from __future__ import annotations

import json
import uuid

import accounts
import bundles
import images
import pytest
from ferry_server import AWAY, HOME, Credentials, FerryServer
from refusals import refused

COPYING = [
    "ec2:*", "s3:ListAllMyBuckets", "s3:CreateBucket", "s3:PutBucketOwnershipControls", "s3:GetBucketAcl", "s3:PutObject", "s3:PutObjectAcl",
    "s3:GetObject",
]


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    running = FerryServer(tmp_path_factory.mktemp("bundles-of-others") / "data").start()
    yield running
    running.stop()


@pytest.fixture(scope="module")
def bundle(server, tmp_path_factory, seed):
    folder = tmp_path_factory.mktemp("bundle")
    user = bundles.identity(folder, "user")
    return bundles.make(bundles.disk(folder / "disk", seed), user, bundles.certificate(server, folder), folder / "bundle", "--kernel", "aki-919dcaf8")


@pytest.fixture(scope="module")
def location(server, bundle):
    return bundle.upload(server)


@pytest.fixture(scope="module")
def source(server, location):
    image = bundles.register(server, location)
    images.wait_available(server, HOME, image)
    return image


@pytest.fixture
def user(server):
    """A user, and what gives it rights in the place of those before."""
    iam, name = server.client("iam"), f"bundler-{uuid.uuid4().hex[:12]}"
    iam.create_user(UserName=name)
    made = iam.create_access_key(UserName=name)["AccessKey"]

    def may(*actions):
        statement = {"Effect": "Allow", "Action": list(actions), "Resource": "*"}
        iam.put_user_policy(UserName=name, PolicyName="own", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [statement]}))

    return accounts.seen_by(server, Credentials(made["AccessKeyId"], made["SecretAccessKey"], server.account)), may


def test_a_user_registers_what_it_may_read(server, location, user):
    view, may = user
    may("ec2:*")
    with refused("InvalidManifest", r"HTTP 403 \(Forbidden\)"):
        bundles.register(view, location)
    may("ec2:*", "s3:GetObject")
    images.wait_available(server, HOME, bundles.register(view, location))


def test_a_copy_takes_rights_on_both_sides(server, source, user):
    view, may = user
    for missing in (
        "s3:ListAllMyBuckets", "s3:CreateBucket", "s3:PutBucketOwnershipControls", "s3:GetBucketAcl", "s3:PutObject", "s3:PutObjectAcl",
    ):
        may(*(action for action in COPYING if action != missing))
        with refused("UnauthorizedOperation", missing, status=403):
            images.copy(view, source)
    assert not [found for found in server.s3().list_buckets()["Buckets"] if found["Name"].startswith("amis-for-")]
    may(*COPYING)
    images.wait_available(server, AWAY, images.copy(view, source))


def test_another_account_copies_what_the_bucket_opens(server, source, location):
    other = accounts.seen_by(server, accounts.created(server))
    server.ec2(HOME).modify_image_attribute(ImageId=source, LaunchPermission={"Add": [{"UserId": other.account}]})
    with refused("InvalidRequest", "You do not have permission to access the storage of this ami"):
        images.copy(other, source)
    bucket = location.split("/")[0]
    statement = {
        "Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{other.account}:root"}, "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{bucket}/*"
    }
    server.s3().put_bucket_policy(Bucket=bucket, Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]}))
    copy = images.copy(other, source)
    images.wait_available(other, AWAY, copy)
    assert other.ec2(AWAY).describe_images(ImageIds=[copy])["Images"][0]["ImageLocation"].startswith(f"amis-for-{other.account}-in-{AWAY}-")
