"""What a request of S3 carries along beside the bytes that it names, and who has to be asked for that: tags of a copy, keys of an upload that another
has begun, names that look the same."""

from __future__ import annotations

import json
import uuid

import accounts
import pytest
from buckets import content, make_bucket
from ferry_server import Credentials
from refusals import refused

OBJECTS = ["s3:GetObject", "s3:GetObjectVersion", "s3:PutObject"]


@pytest.fixture
def bucket(server):
    return make_bucket(server)


@pytest.fixture
def user(server):
    """A user, and what gives it rights in the place of those before."""
    iam, name = server.client("iam"), f"carrier-{uuid.uuid4().hex[:12]}"
    iam.create_user(UserName=name)
    made = iam.create_access_key(UserName=name)["AccessKey"]

    def may(*actions, denied=()):
        statements = [{"Effect": "Allow", "Action": list(actions), "Resource": "*"}] if actions else []
        statements += list(denied)
        iam.put_user_policy(UserName=name, PolicyName="own", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": statements}))

    return accounts.seen_by(server, Credentials(made["AccessKeyId"], made["SecretAccessKey"], server.account)).s3(), may


def tags(server, bucket, key, **which):
    return server.s3().get_object_tagging(Bucket=bucket, Key=key, **which)["TagSet"]


def test_tags_of_a_copy_are_read_and_written(server, bucket, user):
    """S3's user guide: an object with tags is copied by who may read them, and put them."""
    (s3, may), source = user, f"{bucket}/tagged"
    server.s3().put_object(Bucket=bucket, Key="tagged", Body=b"x", Tagging="stage=secret")
    server.s3().put_object(Bucket=bucket, Key="plain", Body=b"x")
    may(*OBJECTS)
    with refused("AccessDenied", "s3:GetObjectTagging", status=403):
        s3.copy_object(Bucket=bucket, Key="copy", CopySource=source)
    may(*OBJECTS, "s3:GetObjectTagging")
    with refused("AccessDenied", "s3:PutObjectTagging", status=403):
        s3.copy_object(Bucket=bucket, Key="copy", CopySource=source)
    # What takes none along needs neither.
    may(*OBJECTS)
    s3.copy_object(Bucket=bucket, Key="bare", CopySource=source, TaggingDirective="REPLACE")
    assert tags(server, bucket, "bare") == []
    s3.copy_object(Bucket=bucket, Key="copy", CopySource=f"{bucket}/plain")
    may(*OBJECTS, "s3:GetObjectTagging", "s3:PutObjectTagging")
    s3.copy_object(Bucket=bucket, Key="copy", CopySource=source)
    assert tags(server, bucket, "copy") == [{"Key": "stage", "Value": "secret"}]


def test_tags_of_a_version_are_its_own(server, bucket, user):
    (s3, may), own = user, server.s3()
    own.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    old = own.put_object(Bucket=bucket, Key="key", Body=b"x", Tagging="stage=secret")["VersionId"]
    own.put_object(Bucket=bucket, Key="key", Body=b"y")
    source = {"Bucket": bucket, "Key": "key", "VersionId": old}
    may(*OBJECTS, "s3:GetObjectTagging", "s3:PutObjectTagging")
    with refused("AccessDenied", "s3:GetObjectVersionTagging", status=403):
        s3.copy_object(Bucket=bucket, Key="copy", CopySource=source)
    may(*OBJECTS, "s3:GetObjectVersionTagging", "s3:PutObjectTagging")
    s3.copy_object(Bucket=bucket, Key="copy", CopySource=source)
    may(*OBJECTS)
    s3.copy_object(Bucket=bucket, Key="latest", CopySource=f"{bucket}/key")


def test_conditions_ask_about_tags_that_a_copy_carries(server, bucket, user):
    """Who may give no object a tag cannot give it one by a copy of an object that has it."""
    s3, may = user
    server.s3().put_object(Bucket=bucket, Key="tagged", Body=b"x", Tagging="stage=live")
    condition = {"StringEquals": {"s3:RequestObjectTag/stage": "live"}}
    may("s3:*", denied=[{"Effect": "Deny", "Action": "s3:PutObjectTagging", "Resource": "*", "Condition": condition}])
    with refused("AccessDenied", status=403):
        s3.copy_object(Bucket=bucket, Key="copy", CopySource=f"{bucket}/tagged")


def test_the_key_of_an_upload_is_asked_for_each_part(server, bucket, user):
    """Whoever has begun it: S3's guide has GenerateDataKey and Decrypt for a multipart upload under a KMS key."""
    (s3, may), own = user, server.s3()
    key = server.kms().create_key()["KeyMetadata"]["Arn"]
    upload = {"Bucket": bucket, "Key": "large"}
    upload["UploadId"] = own.create_multipart_upload(**upload, ServerSideEncryption="aws:kms", SSEKMSKeyId=key)["UploadId"]
    own.put_object(Bucket=bucket, Key="plain", Body=content("plain", 1000))
    may(*OBJECTS)
    with refused("AccessDenied", "kms:GenerateDataKey", status=403):
        s3.upload_part(**upload, PartNumber=1, Body=b"x")
    with refused("AccessDenied", "kms:GenerateDataKey", status=403):
        s3.upload_part_copy(**upload, PartNumber=1, CopySource=f"{bucket}/plain")
    may(*OBJECTS, "kms:GenerateDataKey")
    part = {"PartNumber": 1, "ETag": s3.upload_part(**upload, PartNumber=1, Body=b"x")["ETag"]}
    with refused("AccessDenied", "kms:Decrypt", status=403):
        s3.complete_multipart_upload(**upload, MultipartUpload={"Parts": [part]})
    may(*OBJECTS, "kms:Decrypt")
    s3.complete_multipart_upload(**upload, MultipartUpload={"Parts": [part]})


@pytest.mark.parametrize("order", [("caf\u00e9", "cafe\u0301"), ("cafe\u0301", "caf\u00e9")])
def test_names_that_look_the_same_are_decided_on_apart(server, bucket, user, order):
    """One key is composed and the other decomposed: what is allowed for one is not done to the other."""
    (s3, may), own = user, server.s3()
    kept, freed = "caf\u00e9", "cafe\u0301"
    for key in (kept, freed):
        own.put_object(Bucket=bucket, Key=key, Body=key.encode())
    may("s3:DeleteObject", denied=[{"Effect": "Deny", "Action": "s3:DeleteObject", "Resource": f"arn:aws:s3:::{bucket}/{kept}"}])
    told = s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": key} for key in order]})
    assert kept in [found["Key"] for found in told["Errors"]]
    assert own.get_object(Bucket=bucket, Key=kept)["Body"].read() == kept.encode()
