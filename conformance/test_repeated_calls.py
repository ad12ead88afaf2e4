"""Calls that are made again because their answer was lost: what AWS takes as done is taken as done, the rest has its code.

docs/repeated-calls.md is the list; what takes a client token is in test_copy_tokens.py and test_import_export.py."""

from __future__ import annotations

import bundles
import images
import pytest
import snapshots
from buckets import make_bucket, placed_in, read, unused_bucket, upload_parts
from disks import Disk
from ferry_server import AWAY, HOME
from kms_keys import make_key, unused_alias
from refusals import refused


def twice(call, code: str | None = None, status: int | None = 400) -> None:
    """The first call goes well. The second does too, or is refused with the code."""
    call()
    if code is None:
        call()
    else:
        with refused(code, status=status):
            call()


def test_images_and_snapshots(server):
    ec2, name = server.ec2(), images.unused_name()
    snapshot = snapshots.upload(server, Disk.made("repeated", 1))
    twice(lambda: images.register(server, snapshot, name=name), "InvalidAMIName.Duplicate")
    [image] = [found["ImageId"] for found in ec2.describe_images(Filters=[{"Name": "name", "Values": [name]}])["Images"]]
    for resource in (image, snapshot):
        twice(lambda: ec2.create_tags(Resources=[resource], Tags=[{"Key": "a", "Value": "b"}]))
        twice(lambda: ec2.delete_tags(Resources=[resource], Tags=[{"Key": "a"}]))
    twice(lambda: ec2.modify_image_attribute(ImageId=image, Description={"Value": "again"}))
    twice(lambda: ec2.deregister_image(ImageId=image), "InvalidAMIID.Unavailable")
    twice(lambda: ec2.delete_snapshot(SnapshotId=snapshot), "InvalidSnapshot.NotFound")


def test_ebs_direct(server):
    disk = Disk.made("repeated", 3)
    snapshot = server.ebs().start_snapshot(VolumeSize=disk.size)["SnapshotId"]
    for _ in range(2):
        snapshots.put_blocks(server, HOME, snapshot, disk.blocks)
    twice(lambda: snapshots.complete(server, HOME, snapshot, disk.blocks))
    snapshots.wait_completed(server, HOME, snapshot)
    assert snapshots.complete(server, HOME, snapshot, disk.blocks)["Status"] == "completed"


def test_keys(server):
    kms = server.kms()
    key, other, alias = make_key(server)["KeyId"], make_key(server)["KeyId"], unused_alias()
    twice(lambda: kms.create_alias(AliasName=alias, TargetKeyId=key), "AlreadyExistsException")
    twice(lambda: kms.update_alias(AliasName=alias, TargetKeyId=other))
    twice(lambda: kms.delete_alias(AliasName=alias), "NotFoundException")
    twice(lambda: kms.disable_key(KeyId=key))
    twice(lambda: kms.enable_key(KeyId=key))
    twice(lambda: kms.enable_key_rotation(KeyId=key))
    twice(lambda: kms.disable_key_rotation(KeyId=key))
    twice(lambda: kms.update_key_description(KeyId=key, Description="again"))
    twice(lambda: kms.tag_resource(KeyId=key, Tags=[{"TagKey": "a", "TagValue": "b"}]))
    twice(lambda: kms.untag_resource(KeyId=key, TagKeys=["a"]))
    policy = kms.get_key_policy(KeyId=key)["Policy"]
    twice(lambda: kms.put_key_policy(KeyId=key, Policy=policy))
    principal = f"arn:aws:iam::{server.account}:root"
    made = [kms.create_grant(KeyId=key, GranteePrincipal=principal, Operations=["Encrypt"], Name="once") for _ in range(2)]
    assert made[0]["GrantId"] == made[1]["GrantId"]
    twice(lambda: kms.revoke_grant(KeyId=key, GrantId=made[0]["GrantId"]), "NotFoundException")
    grant = kms.create_grant(KeyId=key, GranteePrincipal=principal, Operations=["Encrypt"])["GrantId"]
    twice(lambda: kms.retire_grant(KeyId=key, GrantId=grant), "NotFoundException")
    twice(lambda: kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=7), "KMSInvalidStateException")
    twice(lambda: kms.cancel_key_deletion(KeyId=key), "KMSInvalidStateException")


def test_buckets_and_objects(server):
    s3, home, away = server.s3(), unused_bucket(), unused_bucket()
    twice(lambda: s3.create_bucket(Bucket=home))
    twice(lambda: server.s3(AWAY).create_bucket(Bucket=away, **placed_in(AWAY)), "BucketAlreadyOwnedByYou", 409)
    tags = {"TagSet": [{"Key": "a", "Value": "b"}]}
    twice(lambda: s3.put_bucket_tagging(Bucket=home, Tagging=tags))
    twice(lambda: s3.delete_bucket_tagging(Bucket=home))
    twice(lambda: s3.delete_bucket_policy(Bucket=home))
    twice(lambda: s3.delete_bucket_encryption(Bucket=home))
    twice(lambda: s3.delete_public_access_block(Bucket=home))
    twice(lambda: s3.delete_bucket_ownership_controls(Bucket=home))
    twice(lambda: s3.put_object(Bucket=home, Key="key", Body=b"bytes"))
    twice(lambda: s3.put_object(Bucket=home, Key="new", Body=b"bytes", IfNoneMatch="*"), "PreconditionFailed", 412)
    twice(lambda: s3.copy_object(Bucket=home, Key="copy", CopySource=f"{home}/key"))
    twice(lambda: s3.put_object_tagging(Bucket=home, Key="key", Tagging=tags))
    twice(lambda: s3.delete_object_tagging(Bucket=home, Key="key"))
    for key in ("key", "new", "copy"):
        twice(lambda: s3.delete_object(Bucket=home, Key=key))
    twice(lambda: s3.delete_bucket(Bucket=home), "NoSuchBucket", 404)


def test_certificates(fresh_server, tmp_path):
    iam, body = fresh_server.client("iam"), bundles.identity(tmp_path, "user").read_text()
    twice(lambda: iam.upload_signing_certificate(CertificateBody=body), "DuplicateCertificate", None)
    [certificate] = iam.list_signing_certificates()["Certificates"]
    twice(lambda: iam.update_signing_certificate(CertificateId=certificate["CertificateId"], Status="Inactive"))
    twice(lambda: iam.delete_signing_certificate(CertificateId=certificate["CertificateId"]), "NoSuchEntity", None)


def test_users_and_groups(fresh_server):
    iam, gone = fresh_server.client("iam"), ("NoSuchEntity", 404)
    twice(lambda: iam.create_user(UserName="a"), "EntityAlreadyExists", 409)
    twice(lambda: iam.create_group(GroupName="g"), "EntityAlreadyExists", 409)
    twice(lambda: iam.create_login_profile(UserName="a", Password="Correct-horse-1"), "EntityAlreadyExists", 409)
    twice(lambda: iam.create_account_alias(AccountAlias="alias"), "EntityAlreadyExists", 409)
    twice(lambda: iam.add_user_to_group(UserName="a", GroupName="g"))
    twice(lambda: iam.update_account_password_policy(MinimumPasswordLength=8))
    twice(lambda: iam.update_user(UserName="a", NewUserName="b"), *gone)
    key = iam.create_access_key(UserName="b")["AccessKey"]["AccessKeyId"]
    twice(lambda: iam.update_access_key(UserName="b", AccessKeyId=key, Status="Inactive"))
    twice(lambda: iam.delete_access_key(UserName="b", AccessKeyId=key), *gone)
    twice(lambda: iam.remove_user_from_group(UserName="b", GroupName="g"), *gone)
    twice(lambda: iam.delete_login_profile(UserName="b"), *gone)
    twice(lambda: iam.delete_user(UserName="b"), *gone)
    twice(lambda: iam.delete_group(GroupName="g"), *gone)
    twice(lambda: iam.delete_account_alias(AccountAlias="alias"), *gone)
    twice(lambda: iam.delete_account_password_policy(), *gone)


def test_what_was_done_is_remembered_over_a_crash(start_server):
    """The answer is lost with the server."""
    server = start_server()
    s3, bucket, disk = server.s3(), make_bucket(server), Disk.made("repeated", 2)
    uploads = {key: s3.create_multipart_upload(Bucket=bucket, Key=key)["UploadId"] for key in ("done", "dropped")}
    parts = {key: upload_parts(server, bucket, key, upload, [key.encode()]) for key, upload in uploads.items()}

    def complete():
        return server.s3().complete_multipart_upload(
            Bucket=bucket, Key="done", UploadId=uploads["done"], MultipartUpload={"Parts": parts["done"]}
        )["ETag"]

    tag = complete()
    s3.abort_multipart_upload(Bucket=bucket, Key="dropped", UploadId=uploads["dropped"])
    snapshot = server.ebs().start_snapshot(VolumeSize=disk.size)["SnapshotId"]
    snapshots.put_blocks(server, HOME, snapshot, disk.blocks)
    snapshots.complete(server, HOME, snapshot, disk.blocks)
    server.kill()
    server.start()
    assert complete() == tag
    server.s3().abort_multipart_upload(Bucket=bucket, Key="dropped", UploadId=uploads["dropped"])
    with refused("NoSuchUpload", status=404):
        server.s3().complete_multipart_upload(
            Bucket=bucket, Key="dropped", UploadId=uploads["dropped"], MultipartUpload={"Parts": parts["dropped"]}
        )
    assert read(server, bucket, "done") == b"done"
    assert snapshots.complete(server, HOME, snapshot, disk.blocks)["Status"] in ("pending", "completed")
    snapshots.wait_completed(server, HOME, snapshot)
