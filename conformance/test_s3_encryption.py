"""Objects under S3's own key (SSE-S3) and under KMS keys, by boto3: as asked, by a bucket's default, copied, and on the disk."""

from __future__ import annotations

import hashlib
import subprocess

import pytest
from buckets import BLOCK, PART, content, keys, make_bucket, read, upload_parts
from ferry_server import AWAY, HOME, binary
from packs import frames, readable_digests
from patience import HANG
from refusals import refused
from s3_request import S3Request

OWN = {"ServerSideEncryption": "AES256"}


@pytest.fixture
def bucket(server):
    return make_bucket(server)


def encryption(answer: dict) -> tuple:
    return tuple(answer.get(name) for name in ("ServerSideEncryption", "SSEKMSKeyId", "BucketKeyEnabled"))


def head(server, bucket, key, region=HOME):
    return server.s3(region).head_object(Bucket=bucket, Key=key)


def managed(server, region=HOME) -> str:
    return server.kms(region).describe_key(KeyId="alias/aws/s3")["KeyMetadata"]["Arn"]


def set_default(server, bucket, algorithm, *, bucket_key=None, **rule):
    rules = [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": algorithm, **rule}}]
    if bucket_key is not None:
        rules[0]["BucketKeyEnabled"] = bucket_key
    server.s3().put_bucket_encryption(Bucket=bucket, ServerSideEncryptionConfiguration={"Rules": rules})
    assert server.s3().get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"] == [
        {"BucketKeyEnabled": False, **rules[0]}
    ]


def in_parts(server, bucket, key, parts, **options):
    s3 = server.s3()
    upload = s3.create_multipart_upload(Bucket=bucket, Key=key, **options)
    done = upload_parts(server, bucket, key, upload["UploadId"], parts)
    answer = s3.complete_multipart_upload(Bucket=bucket, Key=key, UploadId=upload["UploadId"], MultipartUpload={"Parts": done})
    return upload, answer


def test_an_object_under_the_key_of_s3(server, bucket):
    s3, data = server.s3(), content("own", BLOCK + 99)
    assert encryption(s3.put_object(Bucket=bucket, Key="key", Body=data, **OWN)) == ("AES256", None, None)
    got = s3.get_object(Bucket=bucket, Key="key")
    assert (got["Body"].read(), encryption(got)) == (data, ("AES256", None, None))
    assert encryption(head(server, bucket, "key")) == ("AES256", None, None)
    parts = [content("own 1", PART), content("own 2", 77)]
    upload, answer = in_parts(server, bucket, "parts", parts, **OWN)
    assert encryption(upload) == encryption(answer) == encryption(head(server, bucket, "parts")) == ("AES256", None, None)
    assert read(server, bucket, "parts") == b"".join(parts)


def test_nothing_is_readable_on_the_disk(start_server):
    """With packs and databases alone; it opens again with the root key, after kill -9 and after that key is replaced."""
    server = start_server()
    bucket, data = make_bucket(server), content("sealed", 3 * BLOCK)
    server.s3().put_object(Bucket=bucket, Key="key", Body=data, **OWN)
    # The key is nobody's: KMS has none.
    assert server.kms().list_keys()["Keys"] == []
    server.kill()
    blocks = [data[at : at + BLOCK] for at in range(0, len(data), BLOCK)]
    found = frames(server, HOME)
    assert found and not readable_digests(found) & {hashlib.sha256(block).digest() for block in blocks}
    stored = b"".join(path.read_bytes() for path in server.data.rglob("*") if path.is_file())
    for block in blocks:
        assert block[:64] not in stored and hashlib.sha256(block).digest() not in stored
    server.start()
    assert read(server, bucket, "key") == data
    server.stop()
    subprocess.run([binary(), "rotate-root-key", "--data", server.data], check=True, capture_output=True, timeout=HANG)
    for command in ("scrub", "gc", "rebuild-index"):
        subprocess.run([binary(), command, "--data", server.data], check=True, capture_output=True, timeout=HANG)
    server.start()
    assert read(server, bucket, "key") == data
    server.s3().put_object(Bucket=bucket, Key="new", Body=data, **OWN)
    assert read(server, bucket, "new") == data


def test_kms_without_a_key_is_under_the_key_that_is_managed_for_s3(server, bucket):
    s3 = server.s3()
    assert encryption(s3.put_object(Bucket=bucket, Key="key", Body=b"managed", ServerSideEncryption="aws:kms")) == ("aws:kms", managed(server), None)
    described = server.kms().describe_key(KeyId="alias/aws/s3")["KeyMetadata"]
    assert (described["KeyManager"], described["KeyState"]) == ("AWS", "Enabled")
    assert described["Arn"] != server.kms().describe_key(KeyId="alias/aws/ebs")["KeyMetadata"]["Arn"]
    assert f's3.{HOME}.amazonaws.com' in server.kms().get_key_policy(KeyId=described["KeyId"])["Policy"]
    assert read(server, bucket, "key") == b"managed"
    s3.put_object(Bucket=bucket, Key="named", Body=b"named", ServerSideEncryption="aws:kms", SSEKMSKeyId="alias/aws/s3")
    assert encryption(head(server, bucket, "named")) == ("aws:kms", managed(server), None)
    # Each service has its own.
    with refused("AccessDenied", status=403):
        s3.put_object(Bucket=bucket, Key="other", Body=b"x", ServerSideEncryption="aws:kms", SSEKMSKeyId="alias/aws/ebs")
    with refused("InvalidParameterValue"):
        server.ec2().modify_ebs_default_kms_key_id(KmsKeyId="alias/aws/s3")
    assert keys(server, bucket) == ["key", "named"]


def test_bucket_keys_are_accepted_and_told(server, bucket):
    s3, arn = server.s3(), managed(server)
    s3.put_object(Bucket=bucket, Key="asked", Body=b"x", ServerSideEncryption="aws:kms", BucketKeyEnabled=True)
    assert encryption(head(server, bucket, "asked")) == ("aws:kms", arn, True)
    set_default(server, bucket, "aws:kms", bucket_key=True)
    s3.put_object(Bucket=bucket, Key="default", Body=b"x")
    s3.put_object(Bucket=bucket, Key="declined", Body=b"x", ServerSideEncryption="aws:kms", BucketKeyEnabled=False)
    s3.put_object(Bucket=bucket, Key="not said", Body=b"x", ServerSideEncryption="aws:kms")
    s3.put_object(Bucket=bucket, Key="own", Body=b"x", **OWN)
    found = {key: encryption(head(server, bucket, key)) for key in keys(server, bucket)}
    assert found == {
        "asked": ("aws:kms", arn, True), "declined": ("aws:kms", arn, None), "default": ("aws:kms", arn, True),
        "not said": ("aws:kms", arn, True), "own": ("AES256", None, None),
    }
    in_parts(server, bucket, "parts", [b"x"])
    assert encryption(head(server, bucket, "parts")) == ("aws:kms", arn, True)


def test_the_default_of_a_bucket_without_a_key(server, bucket):
    s3, expected = server.s3(), "aws:kms"
    s3.put_object(Bucket=bucket, Key="before", Body=b"before")
    set_default(server, bucket, expected)
    s3.put_object(Bucket=bucket, Key="after", Body=b"after")
    s3.copy_object(Bucket=bucket, Key="copy", CopySource={"Bucket": bucket, "Key": "before"})
    in_parts(server, bucket, "parts", [b"parts"])
    for name in ("after", "copy", "parts"):
        assert encryption(head(server, bucket, name)) == (expected, managed(server), None), name
    assert encryption(head(server, bucket, "before")) == ("AES256", None, None)
    assert [read(server, bucket, name) for name in keys(server, bucket)] == [b"after", b"before", b"before", b"parts"]


def test_what_is_sealed_stays_sealed_in_copies(server, bucket):
    away, data = make_bucket(server, AWAY), content("copied", BLOCK + 5)
    server.s3().put_object(Bucket=bucket, Key="own", Body=data, **OWN)
    server.s3().put_object(Bucket=bucket, Key="kms", Body=data, ServerSideEncryption="aws:kms")
    for target, region in ((bucket, HOME), (away, AWAY)):
        s3, source = server.s3(region), {"Bucket": bucket, "Key": "own"}
        assert encryption(s3.copy_object(Bucket=target, Key="copy", CopySource=source)) == ("AES256", None, None)
        s3.copy_object(Bucket=target, Key="under kms", CopySource=source, ServerSideEncryption="aws:kms")
        s3.copy_object(Bucket=target, Key="under s3", CopySource={"Bucket": bucket, "Key": "kms"}, **OWN)
        assert encryption(head(server, target, "under kms", region)) == ("aws:kms", managed(server, region), None)
        assert encryption(head(server, target, "under s3", region)) == ("AES256", None, None)
        for key in ("copy", "under kms", "under s3"):
            assert read(server, target, key, region) == data
    server.s3().delete_object(Bucket=bucket, Key="own")
    assert read(server, bucket, "copy") == data


def test_a_copy_that_asks_for_nothing_is_kept_as_its_bucket_says(server, bucket):
    """As S3 has it: also where the source is under a KMS key, and in another Region."""
    away = make_bucket(server, AWAY)
    server.s3().put_object(Bucket=bucket, Key="kms", Body=b"kms", ServerSideEncryption="aws:kms")
    for target, region in ((bucket, HOME), (away, AWAY)):
        server.s3(region).copy_object(Bucket=target, Key="copy", CopySource={"Bucket": bucket, "Key": "kms"})
        assert encryption(head(server, target, "copy", region)) == ("AES256", None, None)
        assert read(server, target, "copy", region) == b"kms"


def test_a_copy_onto_itself_changes_the_key_or_is_none(server, bucket):
    s3, where = server.s3(), {"Bucket": bucket, "Key": "key"}
    s3.put_object(**where, Body=b"x", ServerSideEncryption="aws:kms")
    s3.copy_object(**where, CopySource=where)
    assert encryption(head(server, bucket, "key")) == ("AES256", None, None)
    with refused("InvalidRequest", "trying to copy an object to itself"):
        s3.copy_object(**where, CopySource=where)
    s3.copy_object(**where, CopySource=where, **OWN)
    set_default(server, bucket, "aws:kms")
    s3.copy_object(**where, CopySource=where)
    assert encryption(head(server, bucket, "key")) == ("aws:kms", managed(server), None)
    assert read(server, bucket, "key") == b"x"


def test_a_part_is_kept_as_its_upload(server, bucket):
    s3, data = server.s3(), content("part of a sealed one", 9_999)
    s3.put_object(Bucket=bucket, Key="sealed", Body=data, **OWN)
    source = {"CopySource": {"Bucket": bucket, "Key": "sealed"}, "Bucket": bucket, "Key": "parts", "PartNumber": 1}
    upload = s3.create_multipart_upload(Bucket=bucket, Key="parts")["UploadId"]
    tag = s3.upload_part_copy(**source, UploadId=upload)["CopyPartResult"]["ETag"]
    s3.complete_multipart_upload(Bucket=bucket, Key="parts", UploadId=upload, MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": tag}]})
    assert read(server, bucket, "parts") == data


@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [
        ({"": "AES128"}, 400, "InvalidEncryptionAlgorithmError"), ({"": "aws:kms:dsse"}, 501, "NotImplemented"),
        ({"": "AES256", "-aws-kms-key-id": "alias/aws/s3"}, 400, "InvalidArgument"), ({"-aws-kms-key-id": "alias/aws/s3"}, 400, "InvalidArgument"),
        ({"": "aws:kms", "-bucket-key-enabled": "perhaps"}, 400, "InvalidArgument"), ({"-customer-algorithm": "AES256"}, 501, "NotImplemented"),
        ({"-customer-key": "x"}, 501, "NotImplemented"), ({"": "aws:kms", "-context": "e30="}, 501, "NotImplemented"),
    ],
)
def test_what_cannot_be_asked_for(server, bucket, headers, status, code):
    headers = {f"x-amz-server-side-encryption{name}": value for name, value in headers.items()}
    answer = S3Request("PUT", f"/{bucket}/key", headers=headers, body=b"x").signed(server).send(server)
    assert (answer.status, answer.code) == (status, code), str(answer)
    assert keys(server, bucket) == []
