"""What the log tells, at its standard level, of security and of data; and that no line of it is a dump of the program's values."""

from __future__ import annotations

import dataclasses
import json
import re
import socket
import urllib.parse

import buckets
import images
import pytest
import snapshots
from botocore.exceptions import ClientError
from disks import Disk
from ferry_server import AWAY, HOME
from identities import TRUST
from kms_keys import make_key, unused_alias
from patience import HANG, eventually
from s3_request import S3Request
from signed_request import Request, ec2_call, kms_request

DELETED, KEYS, ACCESS = "Deleted something as asked", "Changed keys as asked", "Changed a bucket's access or protection as asked"
PROTECTION = "Changed what protects images and snapshots as asked"
IDENTITIES = "Changed identities or policies as asked"


def line_of(server, request_id: str, message: str) -> str:
    """The line that tells of a request; there is one."""
    def found():
        return [line for line in server.log_text().splitlines() if request_id in line and message in line]

    [line] = eventually(found, f"the log tells of {request_id}")
    return line


def test_what_was_deleted_and_changed_is_told(server):
    snapshot = snapshots.upload(server, Disk.made("told", 1))
    image, free = images.register(server, snapshot), snapshots.upload(server, Disk.made("told", 1))
    bucket, key, alias = buckets.make_bucket(server), make_key(server)["KeyId"], unused_alias()
    ec2, kms, s3 = server.ec2(), server.kms(), server.s3()
    s3.put_object(Bucket=bucket, Key="a folder/disk.img", Body=b"x")
    policy = kms.get_key_policy(KeyId=key)["Policy"]
    rules = {"Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]}
    block = {"BlockPublicAcls": True, "IgnorePublicAcls": True, "BlockPublicPolicy": True, "RestrictPublicBuckets": True}
    statement = f'{{"Statement": [{{"Effect": "Deny", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::{bucket}/x"}}]}}'
    told = [
        (lambda: ec2.deregister_image(ImageId=image), DELETED, image), (lambda: ec2.delete_snapshot(SnapshotId=free), DELETED, free),
        (lambda: s3.put_bucket_encryption(Bucket=bucket, ServerSideEncryptionConfiguration=rules), ACCESS, bucket),
        (lambda: s3.put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration=block), ACCESS, bucket),
        (lambda: s3.put_bucket_policy(Bucket=bucket, Policy=statement), ACCESS, bucket),
        (lambda: s3.delete_bucket_policy(Bucket=bucket), ACCESS, bucket),
        (lambda: s3.delete_object(Bucket=bucket, Key="a folder/disk.img"), DELETED, f"{bucket}/a%20folder/disk.img"),
        (lambda: s3.delete_bucket(Bucket=bucket), DELETED, bucket), (lambda: kms.create_alias(AliasName=alias, TargetKeyId=key), KEYS, alias),
        (lambda: kms.put_key_policy(KeyId=key, Policy=policy), KEYS, key), (lambda: kms.disable_key(KeyId=key), KEYS, key),
        (lambda: kms.enable_key(KeyId=key), KEYS, key), (lambda: kms.delete_alias(AliasName=alias), DELETED, alias),
        (lambda: kms.schedule_key_deletion(KeyId=key), DELETED, key),
    ]
    iam, role = server.client("iam"), f"told-{snapshot}"
    told += [
        (lambda: iam.create_role(RoleName=role, AssumeRolePolicyDocument=json.dumps(TRUST)), IDENTITIES, role),
        (lambda: iam.attach_role_policy(RoleName=role, PolicyArn="arn:aws:iam::aws:policy/ReadOnlyAccess"), IDENTITIES, role),
    ]
    for call, message, resource in told:
        answer = call()
        line = line_of(server, answer["ResponseMetadata"]["RequestId"], message)
        assert " info " in line and f"account={server.account}" in line and "address=127.0.0.1" in line and resource in line, line


def test_what_protects_images_and_snapshots_is_told(server, own_image):
    snapshot, ec2, rbin = snapshots.upload(server, Disk.made("told", 1)), server.ec2(), server.client("rbin")
    tags = [{"ResourceTagKey": "told", "ResourceTagValue": "yes"}]
    made = rbin.create_rule(
        ResourceType="EC2_IMAGE", RetentionPeriod={"RetentionPeriodValue": 1, "RetentionPeriodUnit": "DAYS"}, ResourceTags=tags
    )
    rule = made["Identifier"]
    told = [
        (lambda: made, PROTECTION, "/rules"), (lambda: rbin.delete_rule(Identifier=rule), DELETED, rule),
        (lambda: ec2.enable_image_deregistration_protection(ImageId=own_image), PROTECTION, own_image),
        (lambda: ec2.disable_image_deregistration_protection(ImageId=own_image), PROTECTION, own_image),
        (lambda: ec2.disable_image(ImageId=own_image), PROTECTION, own_image),
        (lambda: ec2.lock_snapshot(SnapshotId=snapshot, LockMode="governance", LockDuration=1), PROTECTION, snapshot),
        (lambda: ec2.unlock_snapshot(SnapshotId=snapshot), PROTECTION, snapshot),
    ]
    for call, message, resource in told:
        line = line_of(server, call()["ResponseMetadata"]["RequestId"], message)
        assert f"account={server.account}" in line and resource in line, line


def test_what_a_batch_deleted_is_told(server):
    bucket, keys = buckets.make_bucket(server), [f"key-{number}" for number in range(9)]
    answer = server.s3().delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": key} for key in [*keys, "line\nbreak"]]})
    line = line_of(server, answer["ResponseMetadata"]["RequestId"], DELETED)
    assert f"/{bucket} (10 of 10 keys: /key-0, /key-1, /key-2, /key-3, /key-4, …)" in line, line
    answer = server.s3().delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": "forged\nline"}]})
    assert "forged" in line_of(server, answer["ResponseMetadata"]["RequestId"], DELETED)


def test_a_client_that_goes_away_is_no_refused_signature(fresh_server):
    server, request = fresh_server, kms_request("ListKeys", {}).signed(fresh_server, "kms")
    headers = {name: value for name, value in request.headers.items() if name.lower() != "x-amz-content-sha256"}
    address = urllib.parse.urlsplit(server.endpoint)
    fields = {"Host": address.netloc, **headers, "Content-Length": "1000", "Expect": "100-continue"}
    lines = [f"POST {request.target} HTTP/1.1", *(f"{name}: {value}" for name, value in fields.items()), "", ""]
    with socket.create_connection((address.hostname, address.port), timeout=HANG) as connection:
        connection.sendall("\r\n".join(lines).encode())
        assert connection.recv(100).startswith(b"HTTP/1.1 100")
        connection.shutdown(socket.SHUT_WR)
        assert b"HTTP/1.1 400" in connection.recv(65536)
    stranger = dataclasses.replace(server.credentials, access_key="AKIAIOSFODNN7EXAMPLE")
    refused = kms_request("ListKeys", {}).signed(server, "kms", credentials=stranger).send(server)
    line_of(server, refused.headers["x-amzn-requestid"], "Refused a signature")
    assert server.log_text().count("Refused a signature") == 1


def test_what_was_refused_or_rehearsed_is_not_told_as_done(server):
    snapshot = snapshots.upload(server, Disk.made("told", 1))
    for options in ({"SnapshotId": snapshot, "DryRun": True}, {"SnapshotId": "snap-0123456789abcdef0"}):
        with pytest.raises(ClientError) as caught:
            server.ec2().delete_snapshot(**options)
        identity = caught.value.response["ResponseMetadata"]["RequestId"]
        done = server.ec2().delete_snapshot(SnapshotId=snapshots.upload(server, Disk.made("told", 1)))
        line_of(server, done["ResponseMetadata"]["RequestId"], DELETED)
        assert identity not in server.log_text()


def test_refused_signatures_are_told_and_cannot_flood_the_log(fresh_server):
    server = fresh_server
    wrong = dataclasses.replace(server.credentials, secret_key="wrong-secret-of-forty-characters-in-allxx")
    stranger = dataclasses.replace(server.credentials, access_key="AKIAIOSFODNN7EXAMPLE")
    first = kms_request("ListKeys", {}).signed(server, "kms", credentials=wrong).send(server)
    assert first.status == 400
    line = line_of(server, first.headers["x-amzn-requestid"], "Refused a signature")
    assert " info " in line and "address=127.0.0.1" in line and "code=InvalidSignatureException" in line and "account=" not in line
    for number in range(150):
        keys = wrong if number % 2 else stranger
        request = kms_request("ListKeys", {}) if number % 3 else Request("GET", "/some-bucket/x")
        assert 400 <= request.signed(server, "kms" if number % 3 else "s3", credentials=keys).send(server).status < 500
    lines = server.log_text().splitlines()
    told = [line for line in lines if "Refused a signature" in line]
    # A minute may have ended between.
    assert 10 <= len(told) <= 30
    assert 1 <= len([line for line in lines if "only counting them for the next minute" in line]) <= 3
    assert "wrong-secret" not in server.log_text()


# What Swift prints of a value that has no text of its own.
DUMP = re.compile(r"\bOptional\(|\b(?:Domain|Wire|Blocks|Metadata|Sealing|Services|Transfer|API|ferry|Client|Files|Bundles|DiskImages)\.[A-Z]\w*|\b[A-Z]\w+\([a-z]\w*: |Error Domain=")


def test_no_line_is_a_dump_of_values(start_server):
    """At the level that tells the most, of calls that succeed and that fail in every service, from the start to the stop."""
    server = start_server(arguments=("--log-level", "trace"))
    snapshot = snapshots.upload(server, Disk.made("dumps", 1))
    image = images.register(server, snapshot)
    images.wait_available(server, AWAY, images.copy(server, image))
    bucket = buckets.make_bucket(server)
    s3, key = server.s3(), make_key(server)["KeyId"]
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    s3.put_object(Bucket=bucket, Key="k", Body=b"x", ServerSideEncryption="aws:kms", SSEKMSKeyId=key)
    marker = s3.delete_object(Bucket=bucket, Key="k")["VersionId"]
    server.kms().disable_key(KeyId=key)
    for call in (
        lambda: s3.get_object(Bucket=bucket, Key="k"), lambda: s3.get_object(Bucket=bucket, Key="k", VersionId=marker), lambda: s3.head_object(Bucket=bucket, Key="gone"),
        lambda: s3.get_object(Bucket="no-such-bucket-at-all", Key="k"),
        lambda: s3.complete_multipart_upload(Bucket=bucket, Key="k", UploadId="none", MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": "x"}]}),
        lambda: server.ec2().describe_images(ImageIds=["ami-0123456789abcdef0"]), lambda: server.ec2().delete_snapshot(SnapshotId=snapshot),
        lambda: server.ec2().copy_snapshot(SourceRegion=HOME, SourceSnapshotId=snapshot, Encrypted=True, KmsKeyId=key),
        lambda: server.kms().encrypt(KeyId=key, Plaintext=b"x"), lambda: server.kms().describe_key(KeyId="none"),
        lambda: server.ebs().list_snapshot_blocks(SnapshotId="snap-0123456789abcdef0"), lambda: server.client("iam", HOME).delete_signing_certificate(CertificateId="A" * 24),
    ):
        with pytest.raises(ClientError):
            call()
    S3Request("GET", f"/{bucket}").signed(server, AWAY).send(server)
    ec2_call(server, "NoSuchAction", {})
    kms_request("Encrypt", b"{").signed(server, "kms").send(server)
    server.stop()
    dumps = [line for line in server.log_text().splitlines() if DUMP.search(line)]
    assert dumps == []
    server.start()
