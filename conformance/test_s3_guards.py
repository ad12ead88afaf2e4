"""What a request of S3 says must hold is held against it, and what would be left out silently is refused."""

from __future__ import annotations

import base64
import re
import socket
import urllib.parse
import urllib.request
from urllib.error import HTTPError

import boto3
import botocore.session
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from buckets import make_bucket, read
from ferry_server import AWAY, HOME, ROOT
from patience import HANG
from refusals import refused
from s3_request import UNSIGNED_TRAILER, S3Request

STRANGER = "000000000001"


@pytest.fixture(scope="module")
def bucket(server):
    return make_bucket(server)


# Conditions of a deletion --------------------------------------------------------------------------------------------


def test_a_deletion_holds_its_condition(server, bucket):
    s3 = server.s3()
    tag = s3.put_object(Bucket=bucket, Key="kept", Body=b"hello")["ETag"]
    with refused("PreconditionFailed", status=412):
        s3.delete_object(Bucket=bucket, Key="kept", IfMatch='"deadbeef"')
    with refused("NoSuchKey", status=404):
        s3.delete_object(Bucket=bucket, Key="absent", IfMatch="*")
    # Conditions of directory buckets.
    for options in ({"IfMatchSize": 77}, {"IfMatchLastModifiedTime": "2030-01-01T00:00:00Z"}):
        with refused("NotImplemented", status=501):
            s3.delete_object(Bucket=bucket, Key="kept", **options)
    told = s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": "kept", "ETag": '"deadbeef"'}]})
    assert [error["Code"] for error in told["Errors"]] == ["PreconditionFailed"] and "Deleted" not in told
    assert read(server, bucket, "kept") == b"hello"
    s3.delete_object(Bucket=bucket, Key="kept", IfMatch=tag)
    s3.put_object(Bucket=bucket, Key="kept", Body=b"hello")
    told = s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": "kept", "ETag": tag}]})
    assert [deleted["Key"] for deleted in told["Deleted"]] == ["kept"]
    s3.put_object(Bucket=bucket, Key="kept", Body=b"hello")
    s3.delete_object(Bucket=bucket, Key="kept", IfMatch="*")
    with refused("404", status=404):
        s3.head_object(Bucket=bucket, Key="kept")


def test_a_marker_is_made_under_the_condition_too(server):
    s3, bucket = server.s3(), make_bucket(server)
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    old = s3.put_object(Bucket=bucket, Key="k", Body=b"1")["ETag"]
    s3.put_object(Bucket=bucket, Key="k", Body=b"2")
    with refused("PreconditionFailed", status=412):
        s3.delete_object(Bucket=bucket, Key="k", IfMatch=old)
    assert read(server, bucket, "k") == b"2"
    assert "DeleteMarkers" not in s3.list_object_versions(Bucket=bucket)


# Whose bucket it is expected to be ------------------------------------------------------------------------------------


def test_the_owner_that_is_expected(server, bucket):
    s3 = server.s3()
    s3.put_object(Bucket=bucket, Key="mine", Body=b"1", ExpectedBucketOwner=server.account)
    calls = [
        lambda owner: s3.put_object(Bucket=bucket, Key="mine", Body=b"2", ExpectedBucketOwner=owner),
        lambda owner: s3.get_object(Bucket=bucket, Key="mine", ExpectedBucketOwner=owner),
        lambda owner: s3.delete_object(Bucket=bucket, Key="mine", ExpectedBucketOwner=owner),
        lambda owner: s3.put_bucket_tagging(Bucket=bucket, Tagging={"TagSet": []}, ExpectedBucketOwner=owner),
        lambda owner: s3.list_objects_v2(Bucket=bucket, ExpectedBucketOwner=owner),
        lambda owner: s3.create_multipart_upload(Bucket=bucket, Key="mine", ExpectedBucketOwner=owner),
        lambda owner: s3.copy_object(Bucket=bucket, Key="other", CopySource=f"{bucket}/mine", ExpectedSourceBucketOwner=owner),
        lambda owner: s3.delete_bucket(Bucket=bucket, ExpectedBucketOwner=owner),
    ]
    for call in calls:
        with refused("AccessDenied", status=403):
            call(STRANGER)
        with refused("InvalidBucketOwnerAWSAccountID", r"must be an AWS Account ID\.\.\. \[abc\]$"):
            call("abc")
    with pytest.raises(ClientError, match="403"):
        s3.head_bucket(Bucket=bucket, ExpectedBucketOwner=STRANGER)
    assert read(server, bucket, "mine", ExpectedBucketOwner=server.account) == b"1"
    assert "Uploads" not in s3.list_multipart_uploads(Bucket=bucket)


# Headers that nobody reads --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("options", [
    {"ObjectLockLegalHoldStatus": "ON"},
    {"ObjectLockMode": "GOVERNANCE"},
    {"ObjectLockRetainUntilDate": "2040-01-01T00:00:00Z"},
    {"WriteOffsetBytes": 1},
    {"WebsiteRedirectLocation": "/elsewhere"},
    {"ChecksumSHA512": base64.b64encode(bytes(64)).decode()},
    {"ChecksumXXHASH64": base64.b64encode(bytes(8)).decode()},
], ids=lambda options: next(iter(options)))
def test_what_is_not_implemented_is_refused_by_its_name(server, bucket, options):
    s3 = server.s3()
    s3.put_object(Bucket=bucket, Key="old", Body=b"old")
    with refused("NotImplemented", "x-amz-", status=501):
        s3.put_object(Bucket=bucket, Key="old", Body=b"new", **options)
    assert read(server, bucket, "old") == b"old"


@pytest.mark.parametrize("name", [
    # Of AWS's SDKs for C++, Java and JavaScript, and of whoever pays.
    "x-amz-api-version", "x-amz-te", "x-amz-user-agent", "x-amz-request-payer",
    # What s3cmd, fog and others were answered and send back, and what CloudFront adds.
    "x-amz-request-id", "x-amz-id-2", "x-amz-tagging-count", "x-amz-version-id", "x-amz-mp-parts-count", "x-amz-cf-id", "x-amz-restore",
])
def test_what_s3_does_not_ask_for_is_passed_over(server, bucket, name):
    put = S3Request("PUT", f"/{bucket}/passed", headers={name: "1"}, body=name.encode()).signed(server).send(server)
    got = S3Request("GET", f"/{bucket}/passed", headers={name: "1"}).signed(server).send(server)
    assert (put.status, got.status, got.body) == (200, 200, name.encode())


def test_every_header_of_s3_is_read_or_refused(server, bucket):
    """By botocore's model of the operations that are answered: a newer one brings what is to be looked at."""
    answered = re.search(r"^\| answered \| (.*) \|$", (ROOT / "docs" / "coverage.md").read_text(), re.MULTILINE).group(1)
    sources = "".join(path.read_text() for path in (ROOT / "Sources").rglob("*.swift"))
    model = botocore.session.get_session().get_service_model("s3")
    # No effect is asked for: who pays, consents of the owner, and what only the owner of a locked bucket or of MFA has to say.
    harmless = {
        "x-amz-request-payer", "x-amz-confirm-remove-self-bucket-access", "x-amz-bypass-governance-retention", "x-amz-mfa",
        "x-amz-optional-object-attributes",
    }
    names = {
        member.serialization["name"].lower()
        for operation in re.findall(r"`(\w+)`", answered)
        for member in model.operation_model(operation).input_shape.members.values()
        if member.serialization.get("location") == "header"
    }
    refused_names = set()
    for name in sorted(name for name in names if name.startswith("x-amz-") and name not in harmless):
        answer = S3Request("PUT", f"/{bucket}/probed", headers={name: "1"}, body=b"1").signed(server).send(server)
        if (answer.status, answer.code) == (501, "NotImplemented"):
            refused_names.add(name)
        else:
            stem = name if not name.startswith("x-amz-checksum-") else "x-amz-checksum-"
            assert stem in sources or name.removeprefix("x-amz-copy-source-") in sources, f"{name} is neither read nor refused: {answer}"
    assert "x-amz-object-lock-mode" in refused_names and "x-amz-tagging" not in refused_names


def test_a_trailer_that_nobody_reads(server, bucket):
    request = S3Request("PUT", f"/{bucket}/trailed")
    answer = request.chunked(server, UNSIGNED_TRAILER, [b"data"], {"x-amz-checksum-sha512": "AAAA"}).send(server)
    assert (answer.status, answer.code) == (501, "NotImplemented")
    with refused("404", status=404):
        server.s3().head_object(Bucket=bucket, Key="trailed")


def test_an_empty_version_is_none(server, bucket):
    server.s3().put_object(Bucket=bucket, Key="versioned", Body=b"1")
    for method in ("GET", "DELETE"):
        answer = S3Request(method, f"/{bucket}/versioned", "versionId=").signed(server).send(server)
        assert (answer.status, answer.code) == (400, "InvalidArgument")
    assert read(server, bucket, "versioned") == b"1"


# Copies ---------------------------------------------------------------------------------------------------------------


def test_a_copy_needs_its_key(server, bucket):
    s3, kms = server.s3(), server.kms()
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    s3.put_object(Bucket=bucket, Key="sealed", Body=b"secret", ServerSideEncryption="aws:kms", SSEKMSKeyId=key)
    kms.disable_key(KeyId=key)
    for options in ({"Key": "sealed-copy"}, {"Key": "sealed", "MetadataDirective": "REPLACE"}, {"Key": "open", "ServerSideEncryption": "AES256"}):
        with refused("KMS.DisabledException", status=None):
            s3.copy_object(Bucket=bucket, CopySource=f"{bucket}/sealed", **options)
    kms.enable_key(KeyId=key)
    s3.copy_object(Bucket=bucket, Key="sealed-copy", CopySource=f"{bucket}/sealed")
    assert read(server, bucket, "sealed-copy") == b"secret"


def test_a_named_storage_class_is_a_change(server, bucket):
    s3 = server.s3()
    s3.put_object(Bucket=bucket, Key="touched", Body=b"1")
    with refused("InvalidRequest"):
        s3.copy_object(Bucket=bucket, Key="touched", CopySource=f"{bucket}/touched")
    s3.copy_object(Bucket=bucket, Key="touched", CopySource=f"{bucket}/touched", StorageClass="STANDARD")
    assert read(server, bucket, "touched") == b"1"


def test_a_copy_gets_the_checksum_that_is_asked_for(server, bucket):
    s3 = server.s3()
    s3.put_object(Bucket=bucket, Key="plain", Body=b"hello world", ChecksumAlgorithm="CRC32")
    expected = s3.put_object(Bucket=bucket, Key="again", Body=b"hello world", ChecksumAlgorithm="SHA256")["ChecksumSHA256"]
    copied = s3.copy_object(Bucket=bucket, Key="copied", CopySource=f"{bucket}/plain", ChecksumAlgorithm="SHA256")
    assert copied["CopyObjectResult"]["ChecksumSHA256"] == expected
    assert s3.head_object(Bucket=bucket, Key="copied", ChecksumMode="ENABLED")["ChecksumSHA256"] == expected
    with refused("InvalidRequest"):
        s3.copy_object(Bucket=bucket, Key="copied", CopySource=f"{bucket}/plain", ChecksumAlgorithm="MD4")
    # One of several parts becomes an object of one: it has the MD5 of all its bytes then.
    upload = s3.create_multipart_upload(Bucket=bucket, Key="parts")["UploadId"]
    part = s3.upload_part(Bucket=bucket, Key="parts", UploadId=upload, PartNumber=1, Body=b"hello world")
    s3.complete_multipart_upload(
        Bucket=bucket, Key="parts", UploadId=upload, MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]}
    )
    whole = s3.copy_object(Bucket=bucket, Key="whole", CopySource=f"{bucket}/parts", ChecksumAlgorithm="SHA256")
    assert whole["CopyObjectResult"]["ChecksumSHA256"] == expected
    assert whole["CopyObjectResult"]["ETag"] == s3.head_object(Bucket=bucket, Key="plain")["ETag"]


# Bodies that wait ------------------------------------------------------------------------------------------------------


def test_a_body_that_is_not_wanted_is_not_sent(server, bucket):
    address = urllib.parse.urlsplit(server.endpoint)

    def head(request):
        lines = [f"{request.method} {request.target} HTTP/1.1", f"Host: {address.netloc}", *(f"{name}: {value}" for name, value in request.headers.items())]
        return "\r\n".join([*lines, "Content-Length: 5", "Expect: 100-continue", "", ""]).encode()

    def answer(stream):
        status = stream.readline().decode().strip()
        headers = {}
        while line := stream.readline().strip():
            name, _, value = line.decode().partition(":")
            headers[name.lower()] = value.strip()
        stream.read(int(headers.get("content-length", 0)))
        return status, headers

    refusals = {
        "403": S3Request("PUT", f"/{bucket}/waits"),
        "404": S3Request("PUT", "/no-such-bucket-here/waits", body=b"hello").signed(server),
        "412": S3Request("PUT", f"/{bucket}/there", headers={"If-None-Match": "*"}, body=b"hello").signed(server),
    }
    server.s3().put_object(Bucket=bucket, Key="there", Body=b"old")
    for status, request in refusals.items():
        with socket.create_connection((address.hostname, address.port), 60) as connection, connection.makefile("rb") as stream:
            connection.sendall(head(request))
            told, headers = answer(stream)
            assert told.split()[1] == status and headers["connection"] == "close", told
    with socket.create_connection((address.hostname, address.port), 60) as connection, connection.makefile("rb") as stream:
        for _ in range(2):
            connection.sendall(head(S3Request("PUT", f"/{bucket}/waits", body=b"hello").signed(server)))
            assert answer(stream)[0].split()[1] == "100"
            connection.sendall(b"hello")
            told, headers = answer(stream)
            assert told.split()[1] == "200" and headers.get("connection") != "close"
    assert read(server, bucket, "waits") == b"hello"


# Links of Signature Version 2, and names of the server -----------------------------------------------------------------


def test_links_to_buckets_by_version_2(server, bucket):
    server.s3().put_object(Bucket=bucket, Key="listed", Body=b"1")
    session = boto3.Session(server.credentials.access_key, server.credentials.secret_key, region_name=HOME)
    old = session.client("s3", endpoint_url=server.endpoint, config=Config(signature_version="s3", s3={"addressing_style": "path"}))
    for operation, parameters, word in [
        ("list_objects", {"Bucket": bucket}, b"<Key>listed</Key>"),
        ("list_objects_v2", {"Bucket": bucket, "Prefix": "list"}, b"<Key>listed</Key>"),
        ("get_bucket_acl", {"Bucket": bucket}, b"AccessControlPolicy"),
        ("list_buckets", {}, bucket.encode()),
    ]:
        url = old.generate_presigned_url(operation, Params=parameters)
        assert word in urllib.request.urlopen(url, timeout=HANG).read(), operation
        with pytest.raises(HTTPError, match="403"):
            urllib.request.urlopen(url.replace("Expires=", "Expires=1"), timeout=HANG)


def test_a_bucket_stands_in_front_of_the_names_of_the_server(start_server):
    server = start_server(arguments=("--host-name", "Images.Example.org", "--host-name", "ferry.lan"))
    port = server.endpoint.rsplit(":", 1)[1]
    server.s3().create_bucket(Bucket="depot-in-front")
    for host in ("images.example.org", "ferry.lan", "s3.ferry.lan", f"s3.{HOME}.ferry.lan"):
        put = S3Request("PUT", "/key", headers={"Host": f"depot-in-front.{host}:{port}"}, body=host.encode()).signed(server).send(server)
        assert put.status == 200, put
        assert read(server, "depot-in-front", "key") == host.encode()
    assert [each["Name"] for each in server.s3().list_buckets()["Buckets"]] == ["depot-in-front"]
    listed = S3Request("GET", "/", headers={"Host": f"ferry.lan:{port}"}).signed(server).send(server)
    assert b"depot-in-front" in listed.body


def test_away_is_another_region(server, bucket):
    """A guard holds also where the bucket is asked for in the wrong Region."""
    with refused(("AccessDenied", "InvalidArgument"), status=None):
        server.s3(AWAY).list_objects_v2(Bucket=bucket, ExpectedBucketOwner=STRANGER)
