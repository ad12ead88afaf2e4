"""Who gets at buckets and objects that are another account's: by their policies and ACLs, with a signature and without one."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
import uuid

import accounts
import botocore
import pytest
from buckets import content, make_bucket, make_open_bucket, read
from ferry_server import AWAY, HOME, Credentials
from refusals import refused
from s3_request import S3Request
from signed_request import Request

SECRET = b"only for its owner"


def document(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(principal, actions, bucket, *tails, **members):
    tails = tails or ("", "/*")
    return {
        "Effect": "Allow", "Principal": principal, "Action": [f"s3:{action}" for action in actions],
        "Resource": [f"arn:aws:s3:::{bucket}{tail}" for tail in tails], **members,
    }


@pytest.fixture
def bucket(server):
    """A bucket that is shut, with an object."""
    name = make_open_bucket(server)
    server.s3().put_object(Bucket=name, Key="secret", Body=SECRET)
    return name


@pytest.fixture
def nobody(server):
    return server.s3(signature_version=botocore.UNSIGNED)


def fetched(url, method="GET", **headers):
    """By a client that knows nothing of S3."""
    try:
        with urllib.request.urlopen(urllib.request.Request(url, method=method, headers=headers)) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


# Nobody --------------------------------------------------------------------------------------------------------------


def test_a_public_bucket_is_read_by_any_client(server, bucket, nobody):
    body = content("public", 3 << 20)
    server.s3().put_object(Bucket=bucket, Key="open/a b", Body=body)
    server.s3().put_bucket_policy(Bucket=bucket, Policy=document(
        allow("*", ["GetObject"], bucket, "/open/*"),
        allow({"AWS": "*"}, ["ListBucket"], bucket, "", Condition={"StringLike": {"s3:prefix": "open/*"}}),
    ))
    assert fetched(f"{server.endpoint}/{bucket}/open/a%20b") == (200, body)
    assert fetched(f"{server.endpoint}/{bucket}/open/a%20b", Range="bytes=5-9") == (206, body[5:10])
    assert nobody.get_object(Bucket=bucket, Key="open/a b")["Body"].read() == body
    assert nobody.head_object(Bucket=bucket, Key="open/a b")["ContentLength"] == len(body)
    assert [found["Key"] for found in nobody.list_objects_v2(Bucket=bucket, Prefix="open/")["Contents"]] == ["open/a b"]
    for call in (
        lambda: nobody.get_object(Bucket=bucket, Key="secret"), lambda: nobody.list_objects_v2(Bucket=bucket),
        lambda: nobody.put_object(Bucket=bucket, Key="open/x", Body=b"x"), lambda: nobody.delete_object(Bucket=bucket, Key="open/a b"),
        lambda: nobody.get_bucket_policy(Bucket=bucket), lambda: nobody.create_bucket(Bucket="nobodys-bucket"),
    ):
        with refused("AccessDenied", "^Access Denied$", status=403):
            call()


def test_what_nobody_puts_is_the_owners(server, bucket, nobody):
    server.s3().put_bucket_policy(Bucket=bucket, Policy=document(allow("*", ["PutObject"], bucket, "/drop/*")))
    for size in (0, 5, 6 << 20):
        body = content(f"dropped {size}", size)
        nobody.put_object(Bucket=bucket, Key=f"drop/{size}", Body=body)
        assert read(server, bucket, f"drop/{size}") == body
    listed = server.s3().list_objects_v2(Bucket=bucket, FetchOwner=True)["Contents"]
    assert {found["Owner"]["DisplayName"] for found in listed} == {server.account}
    # In chunks, as clients send what they do not sign over TLS.
    chunked = f"5;\r\nbytes\r\n0\r\nx-amz-checksum-crc32:{'AAAAAA=='}\r\n\r\n".encode()
    headers = {"Content-Encoding": "aws-chunked", "X-Amz-Decoded-Content-Length": "5", "X-Amz-Trailer": "x-amz-checksum-crc32"}
    answer = Request("PUT", f"/{bucket}/drop/chunked", headers=headers, body=chunked).send(server)
    assert answer.status == 400, answer
    headers.pop("X-Amz-Trailer")
    answer = Request("PUT", f"/{bucket}/drop/chunked", headers=headers, body=b"5\r\nbytes\r\n0\r\n\r\n").send(server)
    assert answer.status == 200 and read(server, bucket, "drop/chunked") == b"bytes", answer
    signed = dict(headers, **{"x-amz-content-sha256": "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"})
    assert Request("PUT", f"/{bucket}/drop/signed", headers=signed, body=b"0\r\n\r\n").send(server).status == 400
    wrong = {"x-amz-content-sha256": "0" * 64}
    assert Request("PUT", f"/{bucket}/drop/wrong", headers=wrong, body=b"x").send(server).code == "XAmzContentSHA256Mismatch"


def test_the_region_of_a_request_by_nobody_is_that_of_the_bucket(server):
    bucket = make_open_bucket(server, AWAY)
    server.s3(AWAY).put_object(Bucket=bucket, Key="key", Body=b"away", ACL="public-read")
    assert fetched(f"{server.endpoint}/{bucket}/key") == (200, b"away")


def test_the_address_decides(server, bucket):
    for network, status in (("127.0.0.0/8", 200), ("192.0.2.0/24", 403)):
        condition = {"IpAddress": {"aws:SourceIp": network}}
        server.s3().put_bucket_policy(Bucket=bucket, Policy=document(allow("*", ["GetObject"], bucket, Condition=condition)))
        assert fetched(f"{server.endpoint}/{bucket}/secret")[0] == status


@pytest.mark.parametrize("query", [
    "X-Amz-Signature=" + "0" * 64, "X-Amz-Algorithm=AWS4-HMAC-SHA256", "X-Amz-Credential=a", "AWSAccessKeyId=a", "Signature=a",
])
def test_a_part_of_a_signature_is_not_none(server, bucket, query):
    server.s3().put_bucket_policy(Bucket=bucket, Policy=document(allow("*", ["GetObject"], bucket)))
    answer = Request("GET", f"/{bucket}/secret", query).send(server)
    assert 400 <= answer.status < 500 and SECRET not in answer.body, answer
    answer = Request("GET", f"/{bucket}/secret", headers={"Authorization": "Basic YTpi"}).send(server)
    assert 400 <= answer.status < 500 and SECRET not in answer.body, answer


def test_no_other_service_answers_nobody(server):
    for service, code in (("ec2", "MissingAuthenticationToken"), ("iam", "MissingAuthenticationToken"), ("kms", "MissingAuthenticationTokenException")):
        client = server.client(service, signature_version=botocore.UNSIGNED)
        call = {"ec2": lambda: client.describe_images(), "iam": lambda: client.list_users(), "kms": lambda: client.list_keys()}[service]
        with refused(code, status=None):
            call()
    # Whatever the server is called.
    port = server.endpoint.rpartition(":")[2]
    form = {"Host": f"ec2.localhost:{port}", "Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}
    answer = Request("POST", headers=form, body=b"Action=DescribeImages&Version=2016-11-15").send(server)
    assert (answer.status, answer.code) == (403, "MissingAuthenticationToken"), answer
    target = {"Host": f"kms.localhost:{port}", "X-Amz-Target": "TrentService.ListKeys", "Content-Type": "application/x-amz-json-1.1"}
    answer = Request("POST", headers=target, body=b"{}").send(server)
    assert answer.json["__type"] == "MissingAuthenticationTokenException"


# Other accounts ------------------------------------------------------------------------------------------------------


def test_a_canonical_id_names_an_account(server, other_account, bucket):
    theirs = other_account.s3()
    canonical = theirs.list_buckets()["Owner"]["ID"]
    assert canonical != server.s3().list_buckets()["Owner"]["ID"]
    server.s3().put_bucket_policy(Bucket=bucket, Policy=document(allow({"CanonicalUser": canonical}, ["GetObject"], bucket)))
    assert theirs.get_object(Bucket=bucket, Key="secret")["Body"].read() == SECRET
    with refused("AccessDenied", status=403):
        theirs.list_objects_v2(Bucket=bucket)


def test_the_owner_is_whose_the_bucket_is(server, other_account, bucket):
    everything = ["ListBucket", "ListBucketVersions", "GetBucketAcl", "GetObjectAcl", "GetObject", "PutObject", "GetBucketLocation", "DeleteBucket"]
    server.s3().put_bucket_policy(Bucket=bucket, Policy=document(allow({"AWS": other_account.account}, everything, bucket)))
    theirs, owner = other_account.s3(), server.s3().list_buckets()["Owner"]
    assert theirs.list_buckets()["Owner"] != owner
    assert theirs.list_objects_v2(Bucket=bucket, FetchOwner=True)["Contents"][0]["Owner"] == owner
    upload = theirs.create_multipart_upload(Bucket=bucket, Key="parts")["UploadId"]
    begun = server.s3().list_multipart_uploads(Bucket=bucket)["Uploads"][0]
    told = server.s3().list_parts(Bucket=bucket, Key="parts", UploadId=upload)
    for found in (begun, told):
        assert (found["Owner"]["ID"], found["Initiator"]["ID"]) == (owner["ID"], theirs.list_buckets()["Owner"]["ID"])
    assert theirs.list_object_versions(Bucket=bucket)["Versions"][0]["Owner"] == owner
    for acl in (theirs.get_bucket_acl(Bucket=bucket), theirs.get_object_acl(Bucket=bucket, Key="secret")):
        assert acl["Owner"] == owner and acl["Grants"][0]["Grantee"]["ID"] == owner["ID"]
    # Also of actions that find their bucket for themselves.
    for call in (theirs.head_bucket, theirs.get_bucket_location, theirs.list_objects_v2, theirs.delete_bucket):
        with refused(("AccessDenied", "403"), status=403):
            call(Bucket=bucket, ExpectedBucketOwner=other_account.account)
    theirs.get_bucket_location(Bucket=bucket, ExpectedBucketOwner=server.account)
    with refused("BucketNotEmpty", status=409):
        theirs.delete_bucket(Bucket=bucket, ExpectedBucketOwner=server.account)


def test_the_policy_is_a_matter_of_the_buckets_account(server, other_account, bucket):
    rights = ["GetBucketPolicy", "PutBucketPolicy", "DeleteBucketPolicy"]
    kept = document(allow({"AWS": other_account.account}, rights, bucket, ""))
    server.s3().put_bucket_policy(Bucket=bucket, Policy=kept)
    theirs = other_account.s3()
    for call in (
        lambda: theirs.get_bucket_policy(Bucket=bucket), lambda: theirs.delete_bucket_policy(Bucket=bucket),
        lambda: theirs.put_bucket_policy(Bucket=bucket, Policy=document(allow("*", ["*"], bucket))),
    ):
        with refused("MethodNotAllowed", status=405):
            call()
    assert server.s3().get_bucket_policy(Bucket=bucket)["Policy"] == kept


def test_absence_is_told_to_who_may_list(server, other_account, bucket):
    theirs, mine = other_account.s3(), make_bucket(other_account)
    principal = {"AWS": other_account.account}
    reading = allow(principal, ["GetObject", "PutObject", "DeleteObject"], bucket, "/*")
    server.s3().put_bucket_policy(Bucket=bucket, Policy=document(reading))
    calls = [
        lambda: theirs.get_object(Bucket=bucket, Key="missing"), lambda: theirs.head_object(Bucket=bucket, Key="missing"),
        lambda: theirs.copy_object(Bucket=mine, Key="copy", CopySource=f"{bucket}/missing"),
        lambda: theirs.put_object(Bucket=bucket, Key="missing", Body=b"x", IfMatch='"00"'),
        lambda: theirs.delete_object(Bucket=bucket, Key="missing", IfMatch='"00"'),
    ]
    for call in calls:
        with refused(("AccessDenied", "403"), status=403):
            call()
    server.s3().put_bucket_policy(Bucket=bucket, Policy=document(reading, allow(principal, ["ListBucket"], bucket, "")))
    for call in calls:
        with refused(("NoSuchKey", "404"), status=404):
            call()
    # In the own account the refusal names what is missing.
    name = f"reader-{uuid.uuid4().hex[:12]}"
    iam = server.client("iam")
    iam.create_user(UserName=name)
    iam.put_user_policy(UserName=name, PolicyName="own", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}
    ]}))
    key = iam.create_access_key(UserName=name)["AccessKey"]
    user = accounts.seen_by(server, Credentials(key["AccessKeyId"], key["SecretAccessKey"], server.account)).s3()
    text = (
        f'^User: arn:aws:iam::{server.account}:user/{name} is not authorized to perform: s3:ListBucket on resource: "arn:aws:s3:::{bucket}"'
        " because no identity-based policy allows the s3:ListBucket action$"
    )
    with refused("AccessDenied", text, status=403):
        user.get_object(Bucket=bucket, Key="missing")
    with refused("AccessDenied", "is not authorized to perform: s3:ListAllMyBuckets because no identity-based policy allows", status=403):
        user.list_buckets()


def test_each_key_is_decided_on(server, other_account, bucket):
    s3 = server.s3()
    for key in ("open/a", "open/b"):
        s3.put_object(Bucket=bucket, Key=key, Body=b"x")
    s3.put_bucket_policy(Bucket=bucket, Policy=document(allow({"AWS": other_account.account}, ["DeleteObject"], bucket, "/open/*")))
    wanted = [{"Key": "open/a"}, {"Key": "secret"}, {"Key": "open/b"}, {"Key": "open/a", "VersionId": "null"}]
    told = other_account.s3().delete_objects(Bucket=bucket, Delete={"Objects": wanted})
    assert [found["Key"] for found in told["Deleted"]] == ["open/a", "open/b"]
    assert [(found["Key"], found.get("VersionId"), found["Code"]) for found in told["Errors"]] == [
        ("secret", None, "AccessDenied"), ("open/a", "null", "AccessDenied")
    ]
    assert [found["Key"] for found in s3.list_objects_v2(Bucket=bucket)["Contents"]] == ["secret"]
    told = other_account.s3().delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": "secret"}], "Quiet": True})
    assert [found["Code"] for found in told["Errors"]] == ["AccessDenied"] and read(server, bucket, "secret") == SECRET


def test_conditions_ask_about_copies_and_places(server, other_account, bucket):
    """A denial cannot be dodged by another spelling of the source."""
    s3, principal = server.s3(), {"AWS": other_account.account}
    rights = allow(principal, ["GetObject", "PutObject"], bucket, "/*")
    denial = allow("*", ["PutObject"], bucket, "/*", Effect="Deny", Condition={"StringLike": {"s3:x-amz-copy-source": f"{bucket}/sec*"}})
    s3.put_bucket_policy(Bucket=bucket, Policy=document(rights, denial))
    for source in (f"{bucket}/secret", f"/{bucket}/secret", f"/{bucket}/%73ecret", f"{bucket}%2Fsecret", f"%2F{bucket}/s%65cret"):
        answer = S3Request("PUT", f"/{bucket}/copy", headers={"x-amz-copy-source": source}).signed(other_account).send(server)
        assert (answer.status, answer.code) == (403, "AccessDenied"), (source, str(answer))
    s3.put_bucket_policy(Bucket=bucket, Policy=document(rights))
    assert S3Request("PUT", f"/{bucket}/copy", headers={"x-amz-copy-source": f"{bucket}/secret"}).signed(other_account).send(server).status == 200


# Attacks -------------------------------------------------------------------------------------------------------------


def test_no_spelling_of_a_request_reads_what_is_shut(server, other_account, bucket):
    """A prefix of the bucket is open to everybody, and nothing else of it gets out."""
    s3, theirs, mine = server.s3(), other_account.s3(), make_bucket(other_account)
    s3.put_object(Bucket=bucket, Key="open/key", Body=b"open")
    s3.put_bucket_policy(Bucket=bucket, Policy=document(allow("*", ["GetObject", "PutObject"], bucket, "/open/*")))
    port = server.endpoint.rpartition(":")[2]
    tails = [
        "/secret", "//secret", "/open/../secret", "/open/%2e%2e/secret", "/open/..%2fsecret", "/./secret", "/%2e/secret", "/open%2f..%2fsecret",
        "/secret%00", "/SECRET", "/secret?prefix=open/", "/secret?versionId=null", "/secret?partNumber=1", "/secret?attributes", "/secret?acl",
        "/secret?tagging", "/secret?torrent", "/%73ecret", "/open/key/../../secret", "/secret?uploadId=x", "/secret?list-type=2",
    ]
    places = [(f"//{bucket}", {}), ("", {"Host": f"{bucket}.s3.{HOME}.amazonaws.com"}), (f"/{bucket}%2fopen", {}), (f"/open/../{bucket}", {})]
    host = {"Host": f"{bucket}.localhost:{port}"}
    for start, headers, tails in [*((f"/{bucket}" if not host else "", host, tails) for host in ({}, host)), *((*place, tails[:3]) for place in places)]:
        for tail in tails:
            path, _, query = f"{start}{tail}".partition("?")
            answer = Request("GET", path, query, headers=dict(headers)).send(server)
            assert answer.status >= 400 and SECRET not in answer.body, (path, query, headers, str(answer))
    for attributes in ({}, {"x-amz-object-attributes": "ETag,Checksum,ObjectSize"}):
        for sign in (lambda request: request.signed(other_account), lambda request: request.presigned(other_account)):
            for tail in ("secret", "open/../secret"):
                answer = sign(S3Request("GET", f"/{bucket}/{tail}", headers=dict(attributes))).send(server)
                assert answer.status >= 400 and SECRET not in answer.body, str(answer)
    # By copies: to the open prefix, to a bucket of one's own, by parts.
    upload = theirs.create_multipart_upload(Bucket=mine, Key="copy")["UploadId"]
    calls = [
        lambda: theirs.copy_object(Bucket=bucket, Key="open/copy", CopySource=f"{bucket}/secret"),
        lambda: theirs.copy_object(Bucket=mine, Key="copy", CopySource=f"{bucket}/secret"),
        lambda: theirs.copy_object(Bucket=mine, Key="copy", CopySource={"Bucket": bucket, "Key": "secret", "VersionId": "null"}),
        lambda: theirs.upload_part_copy(Bucket=mine, Key="copy", UploadId=upload, PartNumber=1, CopySource=f"{bucket}/secret"),
        lambda: other_account.s3(AWAY).copy_object(Bucket=mine, Key="copy", CopySource=f"{bucket}/secret"),
    ]
    for call in calls:
        with refused(("AccessDenied", "PermanentRedirect"), status=None):
            call()
    for source in (f"{bucket}/open/../secret", f"{bucket}//secret", f"{bucket}/open%2f..%2fsecret"):
        answer = S3Request("PUT", f"/{mine}/copy", headers={"x-amz-copy-source": source}).signed(other_account).send(server)
        assert answer.status in (403, 404), (source, str(answer))
    # By forms, which there are none of.
    form = b"--b\r\nContent-Disposition: form-data; name=\"key\"\r\n\r\nopen/form\r\n--b--\r\n"
    answer = Request("POST", f"/{bucket}", headers={"Content-Type": "multipart/form-data; boundary=b"}, body=form).send(server)
    assert (answer.status, answer.code) == (501, "NotImplemented"), answer
    # By a service that reads buckets.
    disk = {"Format": "RAW", "UserBucket": {"S3Bucket": bucket, "S3Key": "secret"}}
    with refused(("UnauthorizedOperation", "InvalidParameterValue", "InvalidParameter"), status=None):
        other_account.ec2().import_snapshot(DiskContainer=disk)
    assert [found["Key"] for found in s3.list_objects_v2(Bucket=bucket)["Contents"]] == ["open/key", "secret"]


def test_a_link_gives_no_more_than_its_maker_has(server, other_account, bucket):
    theirs = other_account.s3()
    link = theirs.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": "secret"})
    assert fetched(link)[0] == 403
    server.s3().put_bucket_policy(Bucket=bucket, Policy=document(allow({"AWS": other_account.account}, ["GetObject"], bucket)))
    assert fetched(link) == (200, SECRET)
    server.s3().put_bucket_policy(Bucket=bucket, Policy=document(
        allow({"AWS": other_account.account}, ["GetObject"], bucket, Condition={"StringEquals": {"s3:authType": "REST-HEADER"}})
    ))
    assert fetched(link)[0] == 403 and theirs.get_object(Bucket=bucket, Key="secret")["Body"].read() == SECRET
    assert fetched(server.s3().generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": "secret"})) == (200, SECRET)


def test_a_copy_asks_the_key_of_its_source(server):
    """Also where no byte moves: both objects are under one key, which the copier may write under and not read."""
    bucket, s3, key = make_bucket(server), server.s3(), server.kms().create_key()["KeyMetadata"]["Arn"]
    s3.put_object(Bucket=bucket, Key="secret", Body=SECRET, ServerSideEncryption="aws:kms", SSEKMSKeyId=key)
    name, iam = f"writer-{uuid.uuid4().hex[:12]}", server.client("iam")
    iam.create_user(UserName=name)
    rights = [{"Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObject", "kms:GenerateDataKey"], "Resource": "*"}]
    iam.put_user_policy(UserName=name, PolicyName="own", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": rights}))
    made = iam.create_access_key(UserName=name)["AccessKey"]
    user = accounts.seen_by(server, Credentials(made["AccessKeyId"], made["SecretAccessKey"], server.account)).s3()
    with refused("AccessDenied", "kms:Decrypt", status=403):
        user.copy_object(Bucket=bucket, Key="copy", CopySource=f"{bucket}/secret", ServerSideEncryption="aws:kms", SSEKMSKeyId=key)


def test_a_stranger_is_told_the_region_of_a_bucket_and_no_more(server, bucket, other_account):
    with refused("403", status=403) as caught:
        other_account.s3().head_bucket(Bucket=bucket)
    assert caught.value.response["ResponseMetadata"]["HTTPHeaders"]["x-amz-bucket-region"] == HOME


def test_a_bucket_that_everybody_writes_into_keeps_what_is_there(server, bucket, other_account):
    server.s3().put_bucket_acl(Bucket=bucket, ACL="public-read-write")
    theirs = other_account.s3()
    theirs.put_object(Bucket=bucket, Key="new", Body=b"new")
    for key in ("secret", "new"):
        with refused("AccessDenied", status=403):
            theirs.put_object(Bucket=bucket, Key=key, Body=b"forged")
        with refused("AccessDenied", status=403):
            theirs.copy_object(Bucket=bucket, Key=key, CopySource={"Bucket": bucket, "Key": "new"})
        with refused("AccessDenied", status=403):
            theirs.create_multipart_upload(Bucket=bucket, Key=key)
        with refused("AccessDenied", status=403):
            theirs.delete_object(Bucket=bucket, Key=key)
    upload = theirs.create_multipart_upload(Bucket=bucket, Key="parts")["UploadId"]
    part = theirs.upload_part(Bucket=bucket, Key="parts", UploadId=upload, PartNumber=1, Body=b"part")
    server.s3().put_object(Bucket=bucket, Key="parts", Body=b"came first")
    parts = {"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]}
    with refused("AccessDenied", status=403):
        theirs.complete_multipart_upload(Bucket=bucket, Key="parts", UploadId=upload, MultipartUpload=parts)
    assert [read(server, bucket, key) for key in ("secret", "new", "parts")] == [SECRET, b"new", b"came first"]
