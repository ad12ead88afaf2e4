"""Buckets by boto3: where they are, who may name them how, and what is set of them."""

from __future__ import annotations

import json

import botocore.exceptions
import pytest
from buckets import make_bucket, make_open_bucket, placed_in, unused_bucket
from ferry_server import AWAY, HOME, REGIONS, THIRD
from refusals import refused
from s3_request import S3Request
from signed_request import Request


@pytest.mark.parametrize("region", REGIONS)
def test_a_bucket_is_in_the_region_where_it_was_made(server, region):
    bucket = unused_bucket()
    made = server.s3(region).create_bucket(Bucket=bucket, **placed_in(region))
    assert made["Location"] == f"/{bucket}"
    head = server.s3(region).head_bucket(Bucket=bucket)
    assert head["BucketRegion"] == region
    assert head["ResponseMetadata"]["HTTPHeaders"]["x-amz-bucket-region"] == region
    location = server.s3(region).get_bucket_location(Bucket=bucket)["LocationConstraint"]
    assert location == (None if region == "us-east-1" else region)
    listed = {found["Name"]: found for found in server.s3(region).list_buckets()["Buckets"]}
    assert listed[bucket]["BucketRegion"] == region
    server.s3(region).delete_bucket(Bucket=bucket)
    with refused("404", status=404):
        server.s3(region).head_bucket(Bucket=bucket)
    with refused("NoSuchBucket", status=404):
        server.s3(region).list_objects_v2(Bucket=bucket)


def test_waiters(server):
    s3, bucket = server.s3(), unused_bucket()
    s3.create_bucket(Bucket=bucket)
    s3.get_waiter("bucket_exists").wait(Bucket=bucket, WaiterConfig={"MaxAttempts": 1})
    s3.delete_bucket(Bucket=bucket)
    s3.get_waiter("bucket_not_exists").wait(Bucket=bucket, WaiterConfig={"MaxAttempts": 1})


@pytest.mark.parametrize(
    "name",
    ["ab", "a" * 64, "Upper", "under_score", "-dash", "dash-", ".dot", "dot.", "two..dots", "192.168.5.4", "xn--name", "name-s3alias", "name--ol-s3"],
)
def test_a_name_against_the_rules_is_refused(server, name):
    answer = S3Request("PUT", f"/{name}").signed(server).send(server)
    assert (answer.status, answer.code) == (400, "InvalidBucketName"), str(answer)


def test_making_a_bucket_again(server):
    bucket = make_bucket(server, AWAY)
    with refused("BucketAlreadyOwnedByYou", status=409):
        server.s3(AWAY).create_bucket(Bucket=bucket, **placed_in(AWAY))
    # us-east-1 takes it as done, but for a bucket that is elsewhere.
    home = make_bucket(server, HOME)
    server.s3(HOME).put_object(Bucket=home, Key="key", Body=b"kept")
    server.s3(HOME).create_bucket(Bucket=home)
    assert server.s3(HOME).get_object(Bucket=home, Key="key")["Body"].read() == b"kept"
    with refused("BucketAlreadyOwnedByYou", status=409):
        server.s3(HOME).create_bucket(Bucket=bucket)
    assert server.s3(AWAY).head_bucket(Bucket=bucket)["BucketRegion"] == AWAY


def test_making_a_bucket_again_sets_its_acl_anew(server):
    s3, bucket = server.s3(), unused_bucket()
    s3.create_bucket(Bucket=bucket, ObjectOwnership="ObjectWriter", ACL="log-delivery-write")
    assert len(s3.get_bucket_acl(Bucket=bucket)["Grants"]) > 1
    s3.create_bucket(Bucket=bucket)
    [grant] = s3.get_bucket_acl(Bucket=bucket)["Grants"]
    assert grant["Permission"] == "FULL_CONTROL"


def test_a_bucket_goes_only_when_it_is_empty(server):
    s3, bucket = server.s3(), make_bucket(server)
    s3.put_object(Bucket=bucket, Key="key", Body=b"bytes")
    with refused("BucketNotEmpty", status=409):
        s3.delete_bucket(Bucket=bucket)
    s3.delete_object(Bucket=bucket, Key="key")
    upload = s3.create_multipart_upload(Bucket=bucket, Key="unfinished")["UploadId"]
    s3.upload_part(Bucket=bucket, Key="unfinished", UploadId=upload, PartNumber=1, Body=b"part")
    s3.delete_bucket(Bucket=bucket)
    s3.create_bucket(Bucket=bucket)
    assert s3.list_multipart_uploads(Bucket=bucket).get("Uploads", []) == []
    with refused("NoSuchUpload", status=404):
        s3.list_parts(Bucket=bucket, Key="unfinished", UploadId=upload)


def test_a_version_or_a_marker_keeps_its_bucket(server):
    s3, bucket = server.s3(), make_bucket(server)
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    version = s3.put_object(Bucket=bucket, Key="key", Body=b"bytes")["VersionId"]
    marker = s3.delete_object(Bucket=bucket, Key="key")["VersionId"]
    with refused("BucketNotEmpty", status=409):
        s3.delete_bucket(Bucket=bucket)
    s3.delete_object(Bucket=bucket, Key="key", VersionId=version)
    with refused("BucketNotEmpty", status=409):
        s3.delete_bucket(Bucket=bucket)
    s3.delete_object(Bucket=bucket, Key="key", VersionId=marker)
    s3.delete_bucket(Bucket=bucket)


NOT_SET = [
    ("get_bucket_policy", "NoSuchBucketPolicy"),
    ("get_bucket_tagging", "NoSuchTagSet"),
    ("get_bucket_lifecycle_configuration", "NoSuchLifecycleConfiguration"),
    ("get_bucket_cors", "NoSuchCORSConfiguration"),
    ("get_bucket_website", "NoSuchWebsiteConfiguration"),
    ("get_bucket_replication", "ReplicationConfigurationNotFoundError"),
    ("get_object_lock_configuration", "ObjectLockConfigurationNotFoundError"),
    ("get_bucket_policy_status", "NoSuchBucketPolicy"),
]


@pytest.mark.parametrize(("call", "code"), NOT_SET)
def test_what_is_not_set_has_a_code_of_its_own(server, call, code):
    with refused(code, status=404):
        getattr(server.s3(), call)(Bucket=make_bucket(server))
    with refused("NoSuchBucket", status=404):
        getattr(server.s3(), call)(Bucket=unused_bucket())


def described(server, bucket, region=HOME):
    """What tools read of a bucket that may be there by default."""
    s3 = server.s3(region)
    return (
        s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"],
        s3.get_bucket_ownership_controls(Bucket=bucket)["OwnershipControls"]["Rules"],
        s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"],
    )


OWN_KEY = [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}, "BucketKeyEnabled": False}]
ALL_BLOCKED = {"BlockPublicAcls": True, "IgnorePublicAcls": True, "BlockPublicPolicy": True, "RestrictPublicBuckets": True}


@pytest.mark.parametrize("region", [HOME, AWAY])
def test_a_new_bucket_has_the_defaults_of_aws(server, region):
    s3, bucket = server.s3(region), make_bucket(server, region)
    assert described(server, bucket, region) == (OWN_KEY, [{"ObjectOwnership": "BucketOwnerEnforced"}], ALL_BLOCKED)
    [grant] = s3.get_bucket_acl(Bucket=bucket)["Grants"]
    assert grant["Permission"] == "FULL_CONTROL"
    with refused("AccessControlListNotSupported"):
        s3.put_object(Bucket=bucket, Key="key", Body=b"x", ACL="public-read")
    with refused("AccessDenied", status=403):
        s3.put_bucket_policy(Bucket=bucket, Policy=policy(bucket))
    answers = [s3.put_object(Bucket=bucket, Key="key", Body=b"bytes"), s3.get_object(Bucket=bucket, Key="key"), s3.head_object(Bucket=bucket, Key="key")]
    upload = s3.create_multipart_upload(Bucket=bucket, Key="parts")
    named = {"Bucket": bucket, "Key": "parts", "UploadId": upload["UploadId"]}
    part = s3.upload_part(**named, PartNumber=1, Body=b"part")
    copied = s3.upload_part_copy(**named, PartNumber=1, CopySource={"Bucket": bucket, "Key": "key"})
    done = {"Parts": [{"PartNumber": 1, "ETag": copied["CopyPartResult"]["ETag"]}]}
    answers += [upload, part, copied, s3.complete_multipart_upload(**named, MultipartUpload=done)]
    answers.append(s3.copy_object(Bucket=bucket, Key="copy", CopySource={"Bucket": bucket, "Key": "key"}))
    assert [answer["ServerSideEncryption"] for answer in answers] == ["AES256"] * len(answers)


def test_a_bucket_that_is_made_with_an_acl_takes_acls(server):
    """rclone sends the ACL `private` with every bucket and object, and nothing about their owner."""
    s3, bucket = server.s3(), unused_bucket("acls")
    s3.create_bucket(Bucket=bucket, ACL="private")
    assert described(server, bucket) == (OWN_KEY, [{"ObjectOwnership": "BucketOwnerPreferred"}], ALL_BLOCKED)
    s3.put_object(Bucket=bucket, Key="key", Body=b"1", ACL="private")


def test_what_is_taken_back_of_the_defaults(server):
    s3, bucket = server.s3(), make_bucket(server)
    rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms"}, "BlockedEncryptionTypes": {"EncryptionType": ["SSE-C"]}}
    s3.put_bucket_encryption(Bucket=bucket, ServerSideEncryptionConfiguration={"Rules": [rule]})
    assert described(server, bucket)[0] == [{**rule, "BucketKeyEnabled": False}]
    s3.put_object(Bucket=bucket, Key="kms", Body=b"x")
    # There is no bucket that does not encrypt; the other two can be gone.
    for _ in range(2):
        s3.delete_bucket_encryption(Bucket=bucket)
        assert s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"] == OWN_KEY
        s3.delete_public_access_block(Bucket=bucket)
        with refused("NoSuchPublicAccessBlockConfiguration", "^The public access block configuration was not found$", status=404):
            s3.get_public_access_block(Bucket=bucket)
        s3.delete_bucket_ownership_controls(Bucket=bucket)
        with refused("OwnershipControlsNotFoundError", "^The bucket ownership controls were not found$", status=404):
            s3.get_bucket_ownership_controls(Bucket=bucket)
    assert s3.put_object(Bucket=bucket, Key="own", Body=b"x", ACL="public-read")["ServerSideEncryption"] == "AES256"
    assert s3.head_object(Bucket=bucket, Key="kms")["ServerSideEncryption"] == "aws:kms"
    with refused("NoSuchBucket", status=404):
        s3.delete_bucket_encryption(Bucket=unused_bucket())
    with refused("NoSuchBucket", status=404):
        s3.put_bucket_encryption(Bucket=unused_bucket(), ServerSideEncryptionConfiguration={"Rules": []})


def test_what_is_off_is_an_empty_document(server):
    s3, bucket = server.s3(), make_bucket(server)
    assert "Status" not in s3.get_bucket_versioning(Bucket=bucket)
    assert "LoggingEnabled" not in s3.get_bucket_logging(Bucket=bucket)
    assert "Status" not in s3.get_bucket_accelerate_configuration(Bucket=bucket)
    assert s3.get_bucket_request_payment(Bucket=bucket)["Payer"] == "BucketOwner"
    notifications = s3.get_bucket_notification_configuration(Bucket=bucket)
    assert not any(name.endswith("Configurations") for name in notifications)


def policy(bucket):
    statement = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{bucket}/*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def test_settings_come_back_as_they_were_given(server):
    s3, bucket = server.s3(), make_open_bucket(server)
    key = server.kms().create_key()["KeyMetadata"]["Arn"]
    tags = [{"Key": "made-by", "Value": "a test"}, {"Key": "empty", "Value": ""}]
    rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}, "BucketKeyEnabled": True}
    block = {"BlockPublicAcls": True, "IgnorePublicAcls": False, "BlockPublicPolicy": True, "RestrictPublicBuckets": False}
    controls = {"Rules": [{"ObjectOwnership": "BucketOwnerPreferred"}]}
    s3.put_bucket_tagging(Bucket=bucket, Tagging={"TagSet": tags})
    s3.put_bucket_policy(Bucket=bucket, Policy=policy(bucket))
    s3.put_bucket_encryption(Bucket=bucket, ServerSideEncryptionConfiguration={"Rules": [rule]})
    s3.put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration=block)
    s3.put_bucket_ownership_controls(Bucket=bucket, OwnershipControls=controls)
    assert s3.get_bucket_tagging(Bucket=bucket)["TagSet"] == tags
    assert json.loads(s3.get_bucket_policy(Bucket=bucket)["Policy"]) == json.loads(policy(bucket))
    assert s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"] == [rule]
    assert s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"] == block
    assert s3.get_bucket_ownership_controls(Bucket=bucket)["OwnershipControls"] == controls
    for name in ("bucket_tagging", "bucket_policy"):
        getattr(s3, f"delete_{name}")(Bucket=bucket)
        with refused(tuple(code for call, code in NOT_SET if call == f"get_{name}"), status=404):
            getattr(s3, f"get_{name}")(Bucket=bucket)


def test_whether_a_policy_is_public(server):
    s3, bucket = server.s3(), make_open_bucket(server)
    narrow = json.loads(policy(bucket))
    narrow["Statement"][0]["Condition"] = {"StringEquals": {"aws:SourceVpc": "vpc-1"}}
    for document, expected in ((policy(bucket), True), (json.dumps(narrow), False)):
        s3.put_bucket_policy(Bucket=bucket, Policy=document)
        assert s3.get_bucket_policy_status(Bucket=bucket)["PolicyStatus"] == {"IsPublic": expected}


def test_settings_given_with_the_bucket(server):
    s3, bucket = server.s3(), unused_bucket()
    s3.create_bucket(Bucket=bucket, ACL="aws-exec-read", ObjectOwnership="ObjectWriter")
    assert described(server, bucket) == (OWN_KEY, [{"ObjectOwnership": "ObjectWriter"}], ALL_BLOCKED)
    assert [grant["Permission"] for grant in s3.get_bucket_acl(Bucket=bucket)["Grants"]] == ["FULL_CONTROL", "READ"]
    other = unused_bucket()
    for options, code in [
        ({"ACL": "public-read", "ObjectOwnership": "ObjectWriter"}, "InvalidBucketAclWithBlockPublicAccessError"),
        ({"ACL": "aws-exec-read"}, "InvalidBucketAclWithObjectOwnership"),
        ({"ObjectOwnership": "Nobody"}, "InvalidArgument"),
    ]:
        with refused(code):
            server.s3(validate=False).create_bucket(Bucket=other, **options)
    with refused("404", status=404):
        s3.head_bucket(Bucket=other)


def test_wrong_settings_are_refused_and_change_nothing(server):
    s3, bucket = server.s3(validate=False), make_bucket(server)
    with refused("MalformedPolicy"):
        s3.put_bucket_policy(Bucket=bucket, Policy="no policy")
    with refused("MalformedXML"):
        s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Perhaps"})
    with refused("MalformedXML"):
        s3.put_bucket_ownership_controls(Bucket=bucket, OwnershipControls={"Rules": [{"ObjectOwnership": "Nobody"}]})
    with refused("InvalidTag"):
        s3.put_bucket_tagging(Bucket=bucket, Tagging={"TagSet": [{"Key": "aws:own", "Value": ""}]})
    with refused("InvalidTag"):
        s3.put_bucket_tagging(Bucket=bucket, Tagging={"TagSet": [{"Key": "k", "Value": "1"}, {"Key": "k", "Value": "2"}]})
    with refused("BadRequest", "^Bucket tag count cannot be greater than 50$"):
        s3.put_bucket_tagging(Bucket=bucket, Tagging={"TagSet": [{"Key": str(n), "Value": ""} for n in range(51)]})
    with refused("IllegalVersioningConfigurationException"):
        s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={})
    assert described(server, bucket) == (OWN_KEY, [{"ObjectOwnership": "BucketOwnerEnforced"}], ALL_BLOCKED)
    for call, code in NOT_SET[:2]:
        with refused(code, status=404):
            getattr(s3, call)(Bucket=bucket)
    assert "Status" not in s3.get_bucket_versioning(Bucket=bucket)


def test_a_set_without_tags_is_none(server):
    s3, bucket = server.s3(), make_bucket(server)
    s3.put_bucket_tagging(Bucket=bucket, Tagging={"TagSet": [{"Key": "k", "Value": "1"}]})
    s3.put_bucket_tagging(Bucket=bucket, Tagging={"TagSet": []})
    with refused("NoSuchTagSet", "^The TagSet does not exist$", status=404):
        s3.get_bucket_tagging(Bucket=bucket)


def test_acl_of_a_bucket(server):
    s3, bucket = server.s3(), make_open_bucket(server)
    acl = s3.get_bucket_acl(Bucket=bucket)
    [grant] = acl["Grants"]
    assert (grant["Permission"], grant["Grantee"]["ID"], grant["Grantee"]["Type"]) == ("FULL_CONTROL", acl["Owner"]["ID"], "CanonicalUser")
    s3.put_bucket_acl(Bucket=bucket, ACL="public-read")
    [_, grant] = s3.get_bucket_acl(Bucket=bucket)["Grants"]
    assert grant["Grantee"] == {"Type": "Group", "URI": "http://acs.amazonaws.com/groups/global/AllUsers"}
    s3.put_bucket_acl(Bucket=bucket, AccessControlPolicy={"Owner": acl["Owner"], "Grants": acl["Grants"]})
    assert s3.get_bucket_acl(Bucket=bucket)["Grants"] == acl["Grants"]
    with refused("InvalidArgument"):
        server.s3(validate=False).put_bucket_acl(Bucket=bucket, ACL="everybody")


@pytest.mark.parametrize("page", [1, 2, 1000])
def test_buckets_are_listed_in_pages(server, page):
    made = sorted(make_bucket(server, region) for region in REGIONS)
    s3 = server.s3()
    found = [bucket["Name"] for answer in s3.get_paginator("list_buckets").paginate(PaginationConfig={"PageSize": page}) for bucket in answer["Buckets"]]
    assert found == sorted(set(found)) and set(made) <= set(found)
    there = [bucket["Name"] for answer in s3.get_paginator("list_buckets").paginate(BucketRegion=AWAY) for bucket in answer["Buckets"]]
    assert set(there) & set(made) == {made[REGIONS.index(AWAY)]} and set(there) < set(found)


def test_virtual_host_style(server):
    bucket, port = make_bucket(server), server.endpoint.rpartition(":")[2]
    for host in (f"{bucket}.localhost:{port}", f"{bucket}.s3.{HOME}.amazonaws.com"):
        put = S3Request("PUT", "/a%20key", headers={"Host": host}, body=b"by host")
        put.signed(server)
        assert put.send(server).status == 200
    assert server.s3().get_object(Bucket=bucket, Key="a key")["Body"].read() == b"by host"
    listed = S3Request("GET", "/", "list-type=2", headers={"Host": f"{bucket}.localhost:{port}"}).signed(server).send(server)
    assert listed.texts("Key") == ["a key"]


@pytest.mark.parametrize(("method", "tail"), [("GET", ""), ("GET", "/key"), ("PUT", "/key"), ("DELETE", "/key"), ("POST", "?delete"), ("PUT", "")])
def test_anonymous_requests_are_refused_in_the_dialect_of_s3(server, method, tail):
    bucket = make_bucket(server)
    server.s3().put_object(Bucket=bucket, Key="key", Body=b"kept")
    path, _, query = f"/{bucket}{tail}".partition("?")
    answer = Request(method, path, query, body=b"").send(server)
    assert answer.status == 403 and answer.xml.tag == "Error", str(answer)
    assert [child.tag for child in answer.xml] == ["Code", "Message", "RequestId", "HostId"] and answer.code == "AccessDenied"
    assert answer.xml.findtext("RequestId") == answer.headers["x-amz-request-id"]
    assert server.s3().get_object(Bucket=bucket, Key="key")["Body"].read() == b"kept"
    unreadable = Request(method, path, query, headers={"Authorization": "AWS4-HMAC-SHA256 nonsense"}).send(server)
    assert unreadable.status == 400 and unreadable.code == "AuthorizationHeaderMalformed", str(unreadable)


@pytest.mark.parametrize(
    ("method", "path", "is_ebs"),
    [
        ("GET", "/snapshots", False), ("PUT", "/snapshots/a", False), ("GET", "/snapshots/a/b", False), ("POST", "/snapshots?delete", False),
        ("GET", "/snapshots-of-mine/blocks", False), ("POST", "/snapshots", True), ("GET", "/snapshots/snap-1/blocks", True),
        ("GET", "/snapshots/snap-1/changedblocks?firstSnapshotId=snap-2", True), ("PUT", "/snapshots/snap-1/blocks/0", True),
        ("POST", "/snapshots/completion/snap-1", True),
    ],
)
def test_a_bucket_of_snapshots_is_told_from_ebs(server, method, path, is_ebs):
    path, _, query = path.partition("?")
    answer = Request(method, path, query, body=b"").send(server)
    assert 400 <= answer.status < 500
    assert ("x-amz-request-id" in answer.headers) != is_ebs and (b"<Error>" in answer.body) != is_ebs, str(answer)


def test_an_anonymous_head_has_no_body(server):
    answer = Request("HEAD", f"/{make_bucket(server)}").send(server)
    assert (answer.status, answer.body) == (403, b"")


@pytest.mark.parametrize(("method", "query"), [("PUT", "lifecycle"), ("PUT", "website"), ("PUT", "cors"), ("GET", "inventory")])
def test_what_is_not_implemented_says_so(server, method, query):
    answer = S3Request(method, f"/{make_bucket(server)}", query).signed(server).send(server)
    assert (answer.status, answer.code) == (501, "NotImplemented"), str(answer)


def test_wrong_signatures(server):
    bucket = make_bucket(server)
    request = S3Request("PUT", f"/{bucket}/key", body=b"bytes").signed(server)
    request.body = b"other"
    answer = request.send(server)
    assert (answer.status, answer.code) == (400, "XAmzContentSHA256Mismatch"), str(answer)
    request = S3Request("PUT", f"/{bucket}/key", body=b"bytes").signed(server)
    request.path = f"/{bucket}/another"
    answer = request.send(server)
    assert (answer.status, answer.code) == (403, "SignatureDoesNotMatch"), str(answer)
    request = S3Request("PUT", f"/{bucket}/key", body=b"bytes").signed(server)
    request.headers["Authorization"] = request.headers["Authorization"].replace(server.credentials.access_key, "AKIA" + "Z" * 16)
    answer = request.send(server)
    assert (answer.status, answer.code) == (403, "InvalidAccessKeyId"), str(answer)
    answer = S3Request("GET", f"/{bucket}").signed(server, "eu-nowhere-9").send(server)
    assert (answer.status, answer.code) == (400, "AuthorizationHeaderMalformed"), str(answer)
    with pytest.raises(botocore.exceptions.ClientError):
        server.s3().head_object(Bucket=bucket, Key="key")
    assert server.s3().list_objects_v2(Bucket=bucket)["KeyCount"] == 0
