"""What one account has, seen by another that it is not shared with: no answer tells it from what was never there, and none holds a name, a tag or an
id of it. The other tries what it may know: ids, client tokens, page tokens, block tokens, task ids, messages, addresses."""

from __future__ import annotations

import json
import re
import uuid

import accounts
import images
import pytest
import snapshots
from botocore.exceptions import ClientError
from buckets import make_bucket
from disks import Disk
from ferry_server import AWAY, HOME
from kms_keys import make_key

SECRET = "vault-" + uuid.uuid4().hex


class Victim:
    """An account with one of everything, each named after the secret."""

    def __init__(self, server):
        self.server, tags = server, [{"Key": SECRET, "Value": SECRET}]
        self.disk = Disk.made(SECRET, 4)
        ec2, kms, s3, iam = server.ec2(), server.kms(), server.s3(), server.client("iam")
        self.key = make_key(server, Description=SECRET, Tags=[{"TagKey": SECRET, "TagValue": SECRET}])
        self.alias = f"alias/{SECRET}"
        kms.create_alias(AliasName=self.alias, TargetKeyId=self.key["KeyId"])
        self.ciphertext = kms.encrypt(KeyId=self.key["KeyId"], Plaintext=b"secret")["CiphertextBlob"]
        self.grant = kms.create_grant(KeyId=self.key["KeyId"], GranteePrincipal=f"arn:aws:iam::{server.account}:root", Operations=["Decrypt"])
        self.snapshot = snapshots.upload(server, self.disk, Description=SECRET, Tags=tags)
        self.encrypted = snapshots.upload(server, self.disk, Encrypted=True, KmsKeyArn=self.key["Arn"])
        self.pending = server.ebs().start_snapshot(VolumeSize=1, ClientToken=SECRET, Description=SECRET)["SnapshotId"]
        self.block = server.ebs().list_snapshot_blocks(SnapshotId=self.snapshot)["Blocks"][0]
        self.name = f"image {SECRET}"
        self.image = images.register(server, self.snapshot, name=self.name, Description=SECRET)
        self.copy = server.ec2(AWAY).copy_image(Name=SECRET, SourceImageId=self.image, SourceRegion=HOME, ClientToken=SECRET)["ImageId"]
        images.wait_available(server, AWAY, self.copy)
        self.bucket = make_bucket(server)
        s3.put_object(Bucket=self.bucket, Key=SECRET, Body=b"secret", Tagging=f"{SECRET}={SECRET}")
        self.upload = s3.create_multipart_upload(Bucket=self.bucket, Key=SECRET)["UploadId"]
        container = {"Format": "raw", "UserBucket": {"S3Bucket": self.bucket, "S3Key": SECRET}}
        self.import_task = ec2.import_snapshot(DiskContainer=container, ClientToken=SECRET, Description=SECRET)["ImportTaskId"]
        self.stored = ec2.create_store_image_task(ImageId=self.image, Bucket=self.bucket)["ObjectKey"]
        self.report = ec2.create_image_usage_report(ImageId=self.image, ResourceTypes=[{"ResourceType": "ec2:Instance"}])["ReportId"]
        rule = server.client("rbin").create_rule(
            ResourceType="EBS_SNAPSHOT", RetentionPeriod={"RetentionPeriodValue": 1, "RetentionPeriodUnit": "DAYS"}, Description=SECRET,
            ResourceTags=[{"ResourceTagKey": SECRET}],
        )
        self.rule, self.rule_arn = rule["Identifier"], rule["RuleArn"]
        self.user = iam.create_user(UserName=SECRET)["User"]
        self.access_key = iam.create_access_key(UserName=SECRET)["AccessKey"]
        trust = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": self.user["Arn"]}, "Action": "sts:AssumeRole"}]}
        self.role = iam.create_role(RoleName=f"role-{SECRET[:30]}", AssumeRolePolicyDocument=json.dumps(trust), Tags=tags)["Role"]
        document = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}
        self.policy = iam.create_policy(PolicyName=SECRET, PolicyDocument=json.dumps(document))["Policy"]
        for number in range(5):
            images.register(server, self.snapshot, name=f"{number} {SECRET}")
        self.page = ec2.describe_images(Owners=["self"], MaxResults=5)["NextToken"]
        user = accounts.seen_by(server, accounts.Credentials(self.access_key["AccessKeyId"], self.access_key["SecretAccessKey"], server.account))
        with pytest.raises(ClientError) as refused:
            user.ec2().describe_images()
        self.message = refused.value.response["Error"]["Message"].rsplit(" ", 1)[1]


@pytest.fixture(scope="module")
def victim(server):
    return Victim(accounts.seen_by(server, accounts.created(server)))


@pytest.fixture(scope="module")
def thief(server):
    return accounts.seen_by(server, accounts.created(server))


def outcome(call, *ids):
    """What a call was answered, without the ids that it named."""
    try:
        answer = call()
    except ClientError as error:
        answer = {name: value for name, value in error.response.items() if name != "ResponseMetadata"}
        answer["status"] = error.response["ResponseMetadata"]["HTTPStatusCode"]
    else:
        answer.pop("ResponseMetadata", None)
    text = json.dumps(answer, default=lambda value: value.read().decode("latin-1") if hasattr(value, "read") else str(value), sort_keys=True)
    for one in ids:
        text = text.replace(one, "ID")
    return re.sub(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}|[A-Za-z0-9_-]{200,}|\d{4}-\d\d-\d\d[T ][\d:.]+(Z|\+00:00)?", "…", text)


def unlike(text):
    """An id of the same form that nothing has."""
    return re.sub(r"[0-9a-f]{8,}$", lambda found: uuid.uuid4().hex[: len(found[0])], text)


def by_id(victim, thief):
    """Calls about one thing that is named: each with what it names."""
    ec2, away, ebs, kms, s3 = thief.ec2(), thief.ec2(AWAY), thief.ebs(), thief.kms(), thief.s3()
    rbin, iam, sts, own = thief.client("rbin"), thief.client("iam"), thief.client("sts"), make_bucket(thief)
    devices = lambda id: [{"DeviceName": "/dev/sda1", "Ebs": {"SnapshotId": id}}]  # noqa: E731
    owned = lambda id: [{"Resources": [id], "Tags": [{"Key": "a", "Value": "b"}]}][0]  # noqa: E731
    image = {
        "describe": lambda id: ec2.describe_images(ImageIds=[id]), "attribute": lambda id: ec2.describe_image_attribute(ImageId=id, Attribute="description"),
        "permissions": lambda id: ec2.describe_image_attribute(ImageId=id, Attribute="launchPermission"),
        "modify": lambda id: ec2.modify_image_attribute(ImageId=id, Description={"Value": "x"}),
        "share": lambda id: ec2.modify_image_attribute(ImageId=id, LaunchPermission={"Add": [{"UserId": thief.account}]}),
        "reset": lambda id: ec2.reset_image_attribute(ImageId=id, Attribute="launchPermission"), "cancel": lambda id: ec2.cancel_image_launch_permission(ImageId=id),
        "copy": lambda id: away.copy_image(Name=SECRET, SourceImageId=id, SourceRegion=HOME, ClientToken=SECRET), "deregister": lambda id: ec2.deregister_image(ImageId=id),
        "with disks": lambda id: ec2.deregister_image(ImageId=id, DeleteAssociatedSnapshots=True), "tag": lambda id: ec2.create_tags(**owned(id)),
        "untag": lambda id: ec2.delete_tags(**owned(id)), "ancestry": lambda id: ec2.get_image_ancestry(ImageId=id),
        "references": lambda id: ec2.describe_image_references(ImageIds=[id], IncludeAllResourceTypes=True),
        "report": lambda id: ec2.create_image_usage_report(ImageId=id, ResourceTypes=[{"ResourceType": "ec2:Instance"}]),
        "deprecate": lambda id: ec2.enable_image_deprecation(ImageId=id, DeprecateAt="2040-01-01T00:00:00Z"), "disable": lambda id: ec2.disable_image(ImageId=id),
        "protect": lambda id: ec2.enable_image_deregistration_protection(ImageId=id), "store": lambda id: ec2.create_store_image_task(ImageId=id, Bucket=own),
        "export": lambda id: ec2.export_image(ImageId=id, DiskImageFormat="RAW", S3ExportLocation={"S3Bucket": own}),
        "bring back": lambda id: ec2.restore_image_from_recycle_bin(ImageId=id), "in the bin": lambda id: ec2.list_images_in_recycle_bin(ImageIds=[id]),
        "filtered": lambda id: ec2.describe_images(Filters=[{"Name": "image-id", "Values": [id]}]),
        "tags": lambda id: ec2.describe_tags(Filters=[{"Name": "resource-id", "Values": [id]}]), "stored": lambda id: ec2.describe_store_image_tasks(ImageIds=[id]),
    }
    snapshot = {
        "describe": lambda id: ec2.describe_snapshots(SnapshotIds=[id]), "delete": lambda id: ec2.delete_snapshot(SnapshotId=id),
        "attribute": lambda id: ec2.describe_snapshot_attribute(SnapshotId=id, Attribute="createVolumePermission"),
        "share": lambda id: ec2.modify_snapshot_attribute(SnapshotId=id, Attribute="createVolumePermission", OperationType="add", UserIds=[thief.account]),
        "reset": lambda id: ec2.reset_snapshot_attribute(SnapshotId=id, Attribute="createVolumePermission"),
        "copy": lambda id: away.copy_snapshot(SourceSnapshotId=id, SourceRegion=HOME), "copy here": lambda id: ec2.copy_snapshot(SourceSnapshotId=id, SourceRegion=HOME),
        "register": lambda id: ec2.register_image(Name=f"x{uuid.uuid4().hex}"[:20], RootDeviceName="/dev/sda1", BlockDeviceMappings=devices(id)),
        "tag": lambda id: ec2.create_tags(**owned(id)), "lock": lambda id: ec2.lock_snapshot(SnapshotId=id, LockMode="governance", LockDuration=1),
        "unlock": lambda id: ec2.unlock_snapshot(SnapshotId=id), "locks": lambda id: ec2.describe_locked_snapshots(SnapshotIds=[id]),
        "blocks": lambda id: ebs.list_snapshot_blocks(SnapshotId=id), "changed": lambda id: ebs.list_changed_blocks(SecondSnapshotId=id),
        "block": lambda id: ebs.get_snapshot_block(SnapshotId=id, BlockIndex=victim.block["BlockIndex"], BlockToken=victim.block["BlockToken"]),
        "put": lambda id: snapshots.put_block(ebs, id, 0, bytes(524_288)), "complete": lambda id: ebs.complete_snapshot(SnapshotId=id, ChangedBlocksCount=0),
        "parent": lambda id: ebs.start_snapshot(VolumeSize=1, ParentSnapshotId=id), "bring back": lambda id: ec2.restore_snapshot_from_recycle_bin(SnapshotId=id),
        "in the bin": lambda id: ec2.list_snapshots_in_recycle_bin(SnapshotIds=[id]),
        "of images": lambda id: ec2.describe_images(Filters=[{"Name": "block-device-mapping.snapshot-id", "Values": [id]}]),
    }
    key = {
        "describe": lambda id: kms.describe_key(KeyId=id), "encrypt": lambda id: kms.encrypt(KeyId=id, Plaintext=b"x"), "policy": lambda id: kms.get_key_policy(KeyId=id),
        "grants": lambda id: kms.list_grants(KeyId=id), "aliases": lambda id: kms.list_aliases(KeyId=id), "tags": lambda id: kms.list_resource_tags(KeyId=id),
        "disable": lambda id: kms.disable_key(KeyId=id), "delete": lambda id: kms.schedule_key_deletion(KeyId=id), "alias": lambda id: kms.create_alias(AliasName="alias/mine", TargetKeyId=id),
        "upload": lambda id: ebs.start_snapshot(VolumeSize=1, Encrypted=True, KmsKeyArn=id), "default": lambda id: ec2.modify_ebs_default_kms_key_id(KmsKeyId=id),
        "object": lambda id: s3.put_object(Bucket=own, Key="k", Body=b"", ServerSideEncryption="aws:kms", SSEKMSKeyId=id),
        "grant": lambda id: kms.create_grant(KeyId=id, GranteePrincipal=f"arn:aws:iam::{thief.account}:root", Operations=["Decrypt"]),
        "rotation": lambda id: kms.get_key_rotation_status(KeyId=id), "to": lambda id: kms.re_encrypt(CiphertextBlob=victim.ciphertext, DestinationKeyId=id),
    }
    return [
        *((f"image, {name}", call, victim.image) for name, call in image.items()),
        *((f"{kind}, {name}", call, id) for kind, id in (("snapshot", victim.snapshot), ("encrypted", victim.encrypted), ("pending", victim.pending)) for name, call in snapshot.items()),
        *((f"key, {name}", call, victim.key["Arn"]) for name, call in key.items()), *((f"key id, {name}", call, victim.key["KeyId"]) for name, call in key.items()),
        ("alias", lambda id: kms.describe_key(KeyId=id), f"arn:aws:kms:{HOME}:{victim.server.account}:{victim.alias}"),
        ("import task", lambda id: ec2.describe_import_snapshot_tasks(ImportTaskIds=[id]), victim.import_task),
        ("cancelled", lambda id: ec2.cancel_import_task(ImportTaskId=id), victim.import_task),
        ("report", lambda id: ec2.describe_image_usage_reports(ReportIds=[id]), victim.report), ("entries", lambda id: ec2.describe_image_usage_report_entries(ReportIds=[id]), victim.report),
        ("report deleted", lambda id: ec2.delete_image_usage_report(ReportId=id), victim.report), ("rule", lambda id: rbin.get_rule(Identifier=id), victim.rule),
        ("rule deleted", lambda id: rbin.delete_rule(Identifier=id), victim.rule), ("rule tags", lambda id: rbin.list_tags_for_resource(ResourceArn=id), victim.rule_arn),
        ("role", lambda id: sts.assume_role(RoleArn=id, RoleSessionName="thief"), victim.role["Arn"]), ("policy", lambda id: iam.get_policy(PolicyArn=id), victim.policy["Arn"]),
        ("attached", lambda id: iam.attach_user_policy(UserName="nobody", PolicyArn=id), victim.policy["Arn"]),
        ("simulated", lambda id: iam.simulate_principal_policy(PolicySourceArn=id, ActionNames=["s3:GetObject"]), victim.user["Arn"]),
        ("key's use", lambda id: iam.get_access_key_last_used(AccessKeyId=id), victim.access_key["AccessKeyId"]),
    ]


def test_what_is_not_shared_is_as_if_it_were_not(victim, thief):
    told = []
    for name, call, real in by_id(victim, thief):
        never = unlike(real) if not real.startswith(("AKIA", "arn:aws:iam", f"arn:aws:kms:{HOME}:{victim.server.account}:alias")) else real[:-6] + "ABCDEF"
        # EC2 leaves the snapshots of others out, and refuses an id that nothing has: so its reference says.
        if name in ("snapshot, describe", "encrypted, describe", "pending, describe"):
            assert outcome(lambda call=call, real=real: call(real)) == '{"Snapshots": []}'
            continue
        if len(real) == 11:
            never = uuid.uuid4().hex[:11]
        found, missing = outcome(lambda call=call, real=real: call(real), real), outcome(lambda call=call, never=never: call(never), never)
        if found != missing or SECRET in found.replace(f'"{real}"', ""):
            told.append(f"{name}:\n  theirs: {found}\n  none's: {missing}")
    assert not told, "\n".join(told)
    # And nothing was done to it.
    snapshots.assert_holds(victim.server, HOME, victim.snapshot, victim.disk)
    assert images.describe(victim.server, HOME, victim.image)["Description"] == SECRET


def test_policies_do_not_ask_about_it(victim, thief):
    """Whoever writes conditions about tags, owners or sizes learns nothing of what it does not see; nor from the kind or the message of the refusal."""
    iam, name = thief.client("iam"), f"asker-{uuid.uuid4().hex[:8]}"
    iam.create_user(UserName=name)
    key = iam.create_access_key(UserName=name)["AccessKey"]
    asker = accounts.seen_by(thief, accounts.Credentials(key["AccessKeyId"], key["SecretAccessKey"], thief.account))
    for condition in (
        {"StringLike": {f"aws:ResourceTag/{SECRET}": "*"}}, {"StringEquals": {"ec2:Owner": victim.server.account}}, {"NumericEquals": {"ec2:VolumeSize": "1"}},
        {"StringEquals": {"aws:ResourceAccount": victim.server.account}}, {"StringLike": {"kms:ResourceAliases": "*"}},
        {"StringLike": {f"iam:ResourceTag/{SECRET}": "*"}}, {"StringLike": {f"s3:ExistingObjectTag/{SECRET}": "*"}},
    ):
        statements = [{"Effect": "Allow", "Action": "*", "Resource": "*"}, {"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": condition}]
        iam.put_user_policy(UserName=name, PolicyName="asks", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": statements}))
        ec2, ebs = asker.ec2(), asker.ebs()
        for real, call in (
            (victim.image, lambda id: ec2.describe_image_attribute(ImageId=id, Attribute="description")),
            (victim.image, lambda id: ec2.copy_image(Name=SECRET, SourceImageId=id, SourceRegion=HOME)),
            (victim.snapshot, lambda id: ec2.describe_snapshot_attribute(SnapshotId=id, Attribute="createVolumePermission")),
            (victim.snapshot, lambda id: ebs.list_snapshot_blocks(SnapshotId=id)), (victim.encrypted, lambda id: ec2.copy_snapshot(SourceSnapshotId=id, SourceRegion=HOME)),
        ):
            never = unlike(real)
            assert outcome(lambda call=call, real=real: call(real), real) == outcome(lambda call=call, never=never: call(never), never), condition
    # What lets nobody of another account in refuses with the same words whether it has what a condition asks about or not.
    asked = (("aws:ResourceTag", SECRET), ("iam:ResourceTag", SECRET), ("s3:ExistingObjectTag", SECRET))
    conditions = [{"StringLike": {f"{key}/{tag}": "*"}} for key, name in asked for tag in (name, "never")]
    conditions += [{"StringLike": {"kms:ResourceAliases": alias}} for alias in (f"alias/{SECRET}", "alias/never")]
    conditions += [{"StringEquals": {"s3:ResourceAccount": account}} for account in (victim.server.account, "999999999999")]
    sts, kms, s3 = asker.client("sts"), asker.kms(), asker.s3()
    for effect in ("Allow", "Deny"):
        told = {}
        for condition in conditions:
            statements = [{"Effect": effect, "Action": "*", "Resource": "*", "Condition": condition}]
            statements += [{"Effect": "Allow", "Action": "*", "Resource": "*"}] if effect == "Deny" else []
            iam.put_user_policy(UserName=name, PolicyName="asks", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": statements}))
            for what, call in (
                ("role", lambda: sts.assume_role(RoleArn=victim.role["Arn"], RoleSessionName="asker")),
                ("key", lambda: kms.describe_key(KeyId=victim.key["Arn"])), ("ciphertext", lambda: kms.decrypt(CiphertextBlob=victim.ciphertext)),
                ("object", lambda: s3.get_object(Bucket=victim.bucket, Key=SECRET)), ("bucket", lambda: s3.list_objects_v2(Bucket=victim.bucket)),
            ):
                told.setdefault(what, set()).add(outcome(call))
        assert {what: len(texts) for what, texts in told.items()} == dict.fromkeys(told, 1), f"{effect}: {told}"


def test_no_listing_holds_anything_of_it(victim, thief):
    ec2, kms, iam = thief.ec2(), thief.kms(), thief.client("iam")
    tags = [{"Name": "tag-key", "Values": [SECRET]}]
    for call in (
        lambda: ec2.describe_images(), lambda: ec2.describe_images(Owners=[victim.server.account]), lambda: ec2.describe_images(ExecutableUsers=["self"]),
        lambda: ec2.describe_images(Filters=[{"Name": "name", "Values": [victim.name]}]), lambda: ec2.describe_images(Filters=tags),
        lambda: ec2.describe_snapshots(), lambda: ec2.describe_snapshots(OwnerIds=[victim.server.account]), lambda: ec2.describe_snapshots(Filters=tags),
        lambda: ec2.describe_snapshots(RestorableByUserIds=["self"]), lambda: ec2.describe_tags(), lambda: ec2.describe_import_snapshot_tasks(),
        lambda: ec2.describe_store_image_tasks(), lambda: ec2.describe_export_image_tasks(), lambda: ec2.describe_image_usage_reports(),
        lambda: ec2.describe_locked_snapshots(), lambda: ec2.list_images_in_recycle_bin(), lambda: kms.list_keys(), lambda: kms.list_aliases(),
        lambda: kms.list_retirable_grants(RetiringPrincipal=f"arn:aws:iam::{victim.server.account}:root"), lambda: thief.s3().list_buckets(),
        lambda: thief.client("rbin").list_rules(ResourceType="EBS_SNAPSHOT"), lambda: iam.list_users(), lambda: iam.list_roles(),
        lambda: iam.list_policies(Scope="Local"), lambda: iam.get_account_authorization_details(),
    ):
        text = outcome(call)
        held = [one for one in (SECRET, victim.image, victim.snapshot, victim.pending, victim.key["KeyId"], victim.bucket) if one in text]
        assert not held, f"{held} in {text[:2000]}"


def test_tokens_of_another_are_worth_nothing(victim, thief):
    ec2, ebs, kms, s3 = thief.ec2(), thief.ebs(), thief.kms(), thief.s3()
    own = snapshots.upload(thief, Disk.made("the thief's", 2))
    refusals = {
        "page": lambda: ec2.describe_images(Owners=["self"], MaxResults=5, NextToken=victim.page),
        "block": lambda: ebs.get_snapshot_block(SnapshotId=own, BlockIndex=victim.block["BlockIndex"], BlockToken=victim.block["BlockToken"]),
        "message": lambda: thief.client("sts").decode_authorization_message(EncodedMessage=victim.message),
        "ciphertext": lambda: kms.decrypt(CiphertextBlob=victim.ciphertext),
        "grant": lambda: kms.retire_grant(GrantToken=victim.grant["GrantToken"]),
        "grant as a token": lambda: kms.decrypt(CiphertextBlob=victim.ciphertext, GrantTokens=[victim.grant["GrantToken"]]),
        "upload": lambda: s3.upload_part(Bucket=victim.bucket, Key=SECRET, UploadId=victim.upload, PartNumber=1, Body=b"x"),
        "parts": lambda: s3.list_parts(Bucket=victim.bucket, Key=SECRET, UploadId=victim.upload),
        "object": lambda: s3.get_object(Bucket=victim.bucket, Key=SECRET), "listing": lambda: s3.list_objects_v2(Bucket=victim.bucket),
        "source": lambda: s3.copy_object(Bucket=make_bucket(thief), Key="k", CopySource={"Bucket": victim.bucket, "Key": SECRET}),
        "disk": lambda: ec2.import_snapshot(DiskContainer={"Format": "raw", "UserBucket": {"S3Bucket": victim.bucket, "S3Key": SECRET}}),
        "address": lambda: ec2.import_snapshot(DiskContainer={"Format": "raw", "Url": f"s3://{victim.bucket}/{SECRET}"}),
        "stored": lambda: ec2.create_restore_image_task(Bucket=victim.bucket, ObjectKey=victim.stored),
        "place": lambda: ec2.create_store_image_task(ImageId=images.register(thief, own), Bucket=victim.bucket),
        "bundle": lambda: ec2.register_image(Name=f"bundle {uuid.uuid4().hex}", ImageLocation=f"{victim.bucket}/{SECRET}"),
    }
    for name, call in refusals.items():
        with pytest.raises(ClientError) as caught:
            call()
        # What was sent may come back.
        text = json.dumps(caught.value.response["Error"]).replace(victim.stored, "")
        assert victim.server.account not in text and victim.image not in text and victim.key["KeyId"] not in text, f"{name}: {text}"
        assert SECRET not in text.replace(f"{victim.bucket}/{SECRET}", ""), f"{name}: {text}"
    # A key that is not there is told no better than one that is.
    for real, never in ((SECRET, "never"),):
        assert outcome(lambda: s3.get_object(Bucket=victim.bucket, Key=real), real) == outcome(lambda: s3.get_object(Bucket=victim.bucket, Key=never), never)
    disk = lambda key: ec2.import_snapshot(DiskContainer={"Format": "raw", "UserBucket": {"S3Bucket": victim.bucket, "S3Key": key}})  # noqa: E731
    assert outcome(lambda: disk(SECRET), SECRET) == outcome(lambda: disk("never"), "never")


def test_a_client_token_is_each_accounts_own(victim, thief):
    """What one account has asked for, another gets anew and of its own."""
    started = thief.ebs().start_snapshot(VolumeSize=1, ClientToken=SECRET, Description="another")
    assert started["SnapshotId"] != victim.pending and started["OwnerId"] == thief.account
    own = images.register(thief, snapshots.upload(thief, Disk.made("the thief's own", 1)))
    copied = thief.ec2(AWAY).copy_image(Name=SECRET, SourceImageId=own, SourceRegion=HOME, ClientToken=SECRET)["ImageId"]
    assert copied != victim.copy
