"""Keys between accounts: what services seal under another account's key, who retires a grant, and what conditions ask when a ciphertext changes its key."""

from __future__ import annotations

import uuid

import disks
import pytest
from ferry_server import HOME
from refusals import refused
from snapshots import upload
from test_authorization import User, allow, document

SEALING = ["kms:DescribeKey", "kms:CreateGrant", "kms:GenerateDataKeyWithoutPlaintext", "kms:GenerateDataKey", "kms:Decrypt"]


@pytest.fixture
def key(server):
    """A key of the root account."""
    return server.kms().create_key()["KeyMetadata"]["Arn"]


def let_in(server, key: str, account: str | None, actions=SEALING) -> None:
    own = allow("kms:*", Principal={"AWS": f"arn:aws:iam::{server.account}:root"})
    use = [] if account is None else [allow(actions, Principal={"AWS": f"arn:aws:iam::{account}:root"})]
    server.kms().put_key_policy(KeyId=key, Policy=document(own, *use))


def copied(view, snapshot: str, key: str) -> str:
    copy = view.ec2().copy_snapshot(SourceRegion=HOME, SourceSnapshotId=snapshot, Encrypted=True, KmsKeyId=key)["SnapshotId"]
    view.ec2().get_waiter("snapshot_completed").wait(SnapshotIds=[copy], WaiterConfig={"Delay": 1, "MaxAttempts": 60})
    return copy


def test_a_copy_is_sealed_under_the_key_of_an_account_that_lets_the_caller(server, other_account, key):
    source = upload(other_account, disks.Disk.made("keys-of-others", 1))
    ec2, ebs = other_account.ec2(), other_account.ebs()
    request = {"SourceRegion": HOME, "SourceSnapshotId": source, "Encrypted": True}
    # Neither whether it is there nor how it is is told to who is not let in.
    missing = key.rsplit("/", 1)[0] + f"/{uuid.uuid4()}"
    texts = set()
    for name in (key, missing):
        with refused("InvalidParameterValue", "not authorized to perform: kms:DescribeKey") as caught:
            ec2.copy_snapshot(**request, KmsKeyId=name)
        texts.add(caught.value.response["Error"]["Message"].replace(name, "KEY"))
    assert len(texts) == 1, texts
    let_in(server, key, other_account.account)
    copy = copied(other_account, source, key)
    told = ec2.describe_snapshots(SnapshotIds=[copy])["Snapshots"][0]
    assert (told["Encrypted"], told["KmsKeyId"], told["OwnerId"]) == (True, key, other_account.account)
    blocks = ebs.list_snapshot_blocks(SnapshotId=copy)["Blocks"]
    ebs.get_snapshot_block(SnapshotId=copy, BlockIndex=blocks[0]["BlockIndex"], BlockToken=blocks[0]["BlockToken"])
    # Its id alone names a key of the caller's own.
    with refused("InvalidParameterValue", "does not exist"):
        ec2.copy_snapshot(**request, KmsKeyId=key.rsplit("/", 1)[1])
    # What the account takes back counts from the next call on: the copy is there, and is not read.
    let_in(server, key, None)
    with pytest.raises(ebs.exceptions.ClientError):
        ebs.list_snapshot_blocks(SnapshotId=copy)
    assert ec2.describe_snapshots(SnapshotIds=[copy])["Snapshots"][0]["State"] == "completed"
    let_in(server, key, other_account.account)
    assert len(ebs.list_snapshot_blocks(SnapshotId=copy)["Blocks"]) == len(blocks)
    # A disabled key stops everybody.
    server.kms().disable_key(KeyId=key)
    with pytest.raises(ebs.exceptions.ClientError):
        ebs.list_snapshot_blocks(SnapshotId=copy)


def test_a_default_key_can_be_another_accounts(server, other_account, key):
    ec2 = other_account.ec2()
    with refused("InvalidParameterValue", "not authorized to perform: kms:DescribeKey"):
        ec2.modify_ebs_default_kms_key_id(KmsKeyId=key)
    let_in(server, key, other_account.account)
    assert ec2.modify_ebs_default_kms_key_id(KmsKeyId=key)["KmsKeyId"] == key
    try:
        assert ec2.get_ebs_default_kms_key_id()["KmsKeyId"] == key
        source = upload(other_account, disks.Disk.made("keys-of-others", 1))
        copy = ec2.copy_snapshot(SourceRegion=HOME, SourceSnapshotId=source, Encrypted=True)["SnapshotId"]
        assert ec2.describe_snapshots(SnapshotIds=[copy])["Snapshots"][0]["KmsKeyId"] == key
    finally:
        ec2.reset_ebs_default_kms_key_id()


def test_an_object_is_sealed_under_the_key_of_an_account_that_lets_the_caller(server, other_account, key):
    s3, bucket = other_account.s3(), f"keys-of-others-{uuid.uuid4().hex[:12]}"
    s3.create_bucket(Bucket=bucket)
    sealed = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": key}
    with refused("AccessDenied", "kms:GenerateDataKey", status=403):
        s3.put_object(Bucket=bucket, Key="a", Body=b"bytes", **sealed)
    let_in(server, key, other_account.account)
    assert s3.put_object(Bucket=bucket, Key="a", Body=b"bytes", **sealed)["SSEKMSKeyId"] == key
    assert s3.get_object(Bucket=bucket, Key="a")["Body"].read() == b"bytes"
    let_in(server, key, None)
    with refused("AccessDenied", "kms:Decrypt", status=403):
        s3.get_object(Bucket=bucket, Key="a")


def test_a_dry_run_asks_the_key_too(server, user_of_images, key):
    source = upload(server, disks.Disk.made("keys-of-others", 1))
    request = {"SourceRegion": HOME, "SourceSnapshotId": source, "Encrypted": True, "KmsKeyId": key, "DryRun": True}
    with pytest.raises(user_of_images.ec2().exceptions.ClientError) as caught:
        user_of_images.ec2().copy_snapshot(**request)
    assert caught.value.response["Error"]["Code"] != "DryRunOperation", "the call itself would be refused"
    with refused("DryRunOperation", status=412):
        server.ec2().copy_snapshot(**request)


@pytest.fixture
def user_of_images(server):
    user = User(server, server.client("iam"))
    user.may(allow("ec2:*"))
    return user.server


def test_a_grant_says_who_retires_it(server, other_account, key):
    kms, iam = server.kms(), server.client("iam")
    retiring, grantee, admin = (User(server, iam) for _ in range(3))
    admin.may(allow("kms:*"))

    def grant(**more):
        return kms.create_grant(KeyId=key, GranteePrincipal=grantee.arn, Operations=["Decrypt", "RetireGrant"], **more)

    one, two = grant(RetiringPrincipal=retiring.arn), kms.create_grant(KeyId=key, GranteePrincipal=grantee.arn, Operations=["Decrypt"])
    # Policies cannot give it.
    for stranger in (admin.server, other_account):
        for request in ({"GrantToken": one["GrantToken"]}, {"KeyId": key, "GrantId": one["GrantId"]}):
            with refused("AccessDeniedException"):
                stranger.kms().retire_grant(**request)
    # A grant that lets its grantee retire is no leave to retire another.
    with refused("AccessDeniedException"):
        grantee.server.kms().retire_grant(KeyId=key, GrantId=two["GrantId"])
    # But they can take it.
    retiring.may({"Effect": "Deny", "Action": "kms:RetireGrant", "Resource": "*"})
    with refused("AccessDeniedException", "explicit deny"):
        retiring.server.kms().retire_grant(GrantToken=one["GrantToken"])
    iam.delete_user_policy(UserName=retiring.name, PolicyName="own")
    retiring.server.kms().retire_grant(GrantToken=one["GrantToken"])
    three = grant()
    grantee.server.kms().retire_grant(KeyId=key, GrantId=three["GrantId"])
    kms.retire_grant(KeyId=key, GrantId=two["GrantId"])
    assert kms.list_grants(KeyId=key)["Grants"] == []
    # Somebody of another account, whom the grant names.
    four = grant(RetiringPrincipal=f"arn:aws:iam::{other_account.account}:root")
    other_account.kms().retire_grant(GrantToken=four["GrantToken"])


def test_each_half_of_a_reencryption_is_asked_for_by_its_own_context(server, key):
    kms, user = server.kms(), User(server, server.client("iam"))
    other = kms.create_key()["KeyMetadata"]["Arn"]
    sealed = kms.encrypt(KeyId=key, Plaintext=b"secret", EncryptionContext={"of": "a"})["CiphertextBlob"]
    request = {
        "CiphertextBlob": sealed, "SourceEncryptionContext": {"of": "a"}, "DestinationKeyId": other, "DestinationEncryptionContext": {"of": "b"},
    }

    def conditions(source: str, destination: str, same: str = "false"):
        def where(value: str) -> dict:
            return {"StringEquals": {"kms:EncryptionContext:of": value}, "Bool": {"kms:ReEncryptOnSameKey": same}}

        return allow("kms:ReEncryptFrom", key, Condition=where(source)), allow("kms:ReEncryptTo", "*", Condition=where(destination))

    theirs = user.server.kms()
    for wrong in [("b", "b"), ("a", "a"), ("a", "b", "true")]:
        user.may(*conditions(*wrong))
        with refused("AccessDeniedException"):
            theirs.re_encrypt(**request)
    user.may(*conditions("a", "b"))
    blob = theirs.re_encrypt(**request)["CiphertextBlob"]
    assert kms.decrypt(CiphertextBlob=blob, EncryptionContext={"of": "b"})["Plaintext"] == b"secret"
    user.may(*conditions("a", "b", "true"))
    theirs.re_encrypt(**{**request, "DestinationKeyId": key})


def test_what_a_request_leaves_out_is_asked_for_all_the_same(server):
    user = User(server, server.client("iam"))
    user.may(allow("kms:CreateKey", Condition={"StringEquals": {"kms:KeySpec": "SYMMETRIC_DEFAULT", "kms:KeyUsage": "ENCRYPT_DECRYPT"}}))
    theirs = user.server.kms()
    assert theirs.create_key()["KeyMetadata"]["KeySpec"] == "SYMMETRIC_DEFAULT"
    with refused("AccessDeniedException"):
        theirs.create_key(KeySpec="RSA_2048", KeyUsage="SIGN_VERIFY")


def test_the_boundary_that_a_user_has_can_be_asked_for(server):
    """Whoever may make users with a boundary alone may give policies to those alone that have it."""
    iam, delegate = server.client("iam"), User(server, server.client("iam"))
    boundary = "arn:aws:iam::aws:policy/ReadOnlyAccess"
    delegate.may(allow(["iam:CreateUser", "iam:PutUserPolicy"], Condition={"ArnEquals": {"iam:PermissionsBoundary": boundary}}))
    theirs, name, free = delegate.server.client("iam"), f"user-{uuid.uuid4().hex[:12]}", User(server, iam)
    with refused("AccessDenied", status=403):
        theirs.create_user(UserName=name)
    theirs.create_user(UserName=name, PermissionsBoundary=boundary)
    policy = {"PolicyName": "own", "PolicyDocument": document(allow("ec2:*"))}
    theirs.put_user_policy(UserName=name, **policy)
    with refused("AccessDenied", status=403):
        theirs.put_user_policy(UserName=free.name, **policy)
