"""Whom policies and grants name: the user or the role that had the name when they were made, whoever has it later."""

from __future__ import annotations

import json
import uuid

import accounts
import pytest
from refusals import refused
from test_authorization import User, allow, document


@pytest.fixture(scope="module")
def iam(server):
    return server.client("iam")


class Role:
    """A role that the server's root account can assume, which can be made again under its name."""

    def __init__(self, server, iam):
        self.server, self.iam, self.name = server, iam, f"role-{uuid.uuid4().hex[:12]}"
        # Roles are not assumed by the root user in AWS.
        self.user = User(server, iam)
        self.make()

    def make(self):
        trust = document({"Effect": "Allow", "Principal": {"AWS": self.user.arn}, "Action": "sts:AssumeRole"})
        made = self.iam.create_role(RoleName=self.name, AssumeRolePolicyDocument=trust)["Role"]
        self.arn, self.id = made["Arn"], made["RoleId"]
        self.user.may(allow("sts:AssumeRole", self.arn))

    def remake(self):
        self.iam.delete_role(RoleName=self.name)
        self.make()

    def session(self):
        answer = self.user.server.client("sts").assume_role(RoleArn=self.arn, RoleSessionName="one")
        return accounts.seen_by_session(self.server, answer["Credentials"])


@pytest.fixture
def role(server, iam):
    return Role(server, iam)


@pytest.fixture
def bucket(server):
    name = f"ids-{uuid.uuid4().hex[:12]}"
    server.s3().create_bucket(Bucket=name)
    server.s3().put_object(Bucket=name, Key="a", Body=b"bytes")
    return name


def test_a_bucket_lets_in_who_had_the_name(server, role, bucket):
    s3, former = server.s3(), role.id
    sent = document(allow("s3:GetObject", f"arn:aws:s3:::{bucket}/*", Principal={"AWS": role.arn}, Condition={"ArnLike": {"aws:PrincipalArn": role.arn}}))
    s3.put_bucket_policy(Bucket=bucket, Policy=sent)
    role.session().s3().get_object(Bucket=bucket, Key="a")
    assert s3.get_bucket_policy(Bucket=bucket)["Policy"] == sent
    role.remake()
    with refused("AccessDenied", status=403):
        role.session().s3().get_object(Bucket=bucket, Key="a")
    told = json.loads(s3.get_bucket_policy(Bucket=bucket)["Policy"])["Statement"][0]
    assert told["Principal"] == {"AWS": former} and told["Condition"]["ArnLike"] == {"aws:PrincipalArn": role.arn}
    # What is told is no name of anybody.
    with refused("MalformedPolicy", "^Invalid principal in policy$"):
        s3.put_bucket_policy(Bucket=bucket, Policy=s3.get_bucket_policy(Bucket=bucket)["Policy"])
    s3.put_bucket_policy(Bucket=bucket, Policy=sent)
    role.session().s3().get_object(Bucket=bucket, Key="a")


def test_a_key_lets_in_who_had_the_name(server, role):
    kms, former = server.kms(), role.id
    own = allow("kms:*", Principal={"AWS": f"arn:aws:iam::{server.account}:root"})
    policy = document(own, allow("kms:Encrypt", Principal={"AWS": [role.arn, server.account]}))
    key = kms.create_key(Policy=policy)["KeyMetadata"]["Arn"]
    role.session().kms().encrypt(KeyId=key, Plaintext=b"x")
    assert kms.get_key_policy(KeyId=key)["Policy"] == policy
    role.remake()
    with refused("AccessDeniedException"):
        role.session().kms().encrypt(KeyId=key, Plaintext=b"x")
    told = json.loads(kms.get_key_policy(KeyId=key)["Policy"])["Statement"][1]
    assert told["Principal"] == {"AWS": [former, server.account]}
    kms.put_key_policy(KeyId=key, Policy=policy)
    role.session().kms().encrypt(KeyId=key, Plaintext=b"x")


def test_a_grant_is_of_who_had_the_name(server, iam, role):
    kms, former = server.kms(), role.id
    key = kms.create_key()["KeyMetadata"]["Arn"]
    grant = {"KeyId": key, "GranteePrincipal": role.arn, "RetiringPrincipal": role.arn, "Operations": ["Encrypt", "RetireGrant"], "Name": "one"}
    first = kms.create_grant(**grant)["GrantId"]
    assert kms.create_grant(**grant)["GrantId"] == first
    role.session().kms().encrypt(KeyId=key, Plaintext=b"x")
    role.remake()
    session = role.session().kms()
    with refused("AccessDeniedException"):
        session.encrypt(KeyId=key, Plaintext=b"x")
    with refused("AccessDeniedException"):
        session.retire_grant(KeyId=key, GrantId=first)
    [told] = kms.list_grants(KeyId=key)["Grants"]
    assert (told["GranteePrincipal"], told["RetiringPrincipal"]) == (former, former)
    second = kms.create_grant(**grant)["GrantId"]
    assert second != first
    session.encrypt(KeyId=key, Plaintext=b"x")
    session.retire_grant(KeyId=key, GrantId=second)
    # Who is called otherwise keeps what was granted.
    user = User(server, iam)
    kms.create_grant(KeyId=key, GranteePrincipal=user.arn, Operations=["Encrypt"])
    iam.update_user(UserName=user.name, NewUserName=f"{user.name}-new", NewPath="/moved/")
    user.server.kms().encrypt(KeyId=key, Plaintext=b"x")
    assert user.arn.replace("user/", "user/moved/") + "-new" in [found["GranteePrincipal"] for found in kms.list_grants(KeyId=key)["Grants"]]


def test_a_role_trusts_who_had_the_name(server, iam, role):
    trust = document({"Effect": "Allow", "Principal": {"AWS": role.arn}, "Action": "sts:AssumeRole"})
    other = f"role-{uuid.uuid4().hex[:12]}"
    arn = iam.create_role(RoleName=other, AssumeRolePolicyDocument=trust)["Role"]["Arn"]

    def may_assume():
        iam.put_role_policy(RoleName=role.name, PolicyName="own", PolicyDocument=document(allow("sts:AssumeRole", arn)))

    may_assume()
    role.session().client("sts").assume_role(RoleArn=arn, RoleSessionName="two")
    former = role.id
    iam.delete_role_policy(RoleName=role.name, PolicyName="own")
    role.remake()
    may_assume()
    with refused("AccessDenied", status=403):
        role.session().client("sts").assume_role(RoleArn=arn, RoleSessionName="two")
    for told in (iam.get_role(RoleName=other)["Role"], *[found for found in iam.list_roles()["Roles"] if found["RoleName"] == other]):
        assert told["AssumeRolePolicyDocument"]["Statement"][0]["Principal"] == {"AWS": former}
    iam.update_assume_role_policy(RoleName=other, PolicyDocument=trust)
    role.session().client("sts").assume_role(RoleArn=arn, RoleSessionName="two")
    iam.delete_role_policy(RoleName=role.name, PolicyName="own")


def test_who_is_not_there_is_not_let_in(server, iam, bucket):
    absent = [f"arn:aws:iam::{server.account}:user/nobody-{uuid.uuid4().hex[:8]}", f"arn:aws:sts::{server.account}:assumed-role/nobody/one"]
    kms = server.kms()
    key = kms.create_key()["KeyMetadata"]["Arn"]
    own = allow("kms:*", Principal={"AWS": f"arn:aws:iam::{server.account}:root"})
    for arn in absent:
        with refused("MalformedPolicy", "^Invalid principal in policy$"):
            server.s3().put_bucket_policy(Bucket=bucket, Policy=document(allow("s3:GetObject", f"arn:aws:s3:::{bucket}/*", Principal={"AWS": arn})))
        with refused("MalformedPolicyDocumentException", "one or more invalid principals"):
            kms.put_key_policy(KeyId=key, Policy=document(own, allow("kms:Encrypt", Principal={"AWS": arn})))
        with refused("InvalidArnException", "does not refer to a valid principal"):
            kms.create_grant(KeyId=key, GranteePrincipal=arn, Operations=["Encrypt"])
        with refused("MalformedPolicyDocument", f'^Invalid principal in policy: "AWS":"{arn}"$'):
            iam.create_role(RoleName=f"role-{uuid.uuid4().hex[:8]}", AssumeRolePolicyDocument=document(
                {"Effect": "Allow", "Principal": {"AWS": arn}, "Action": "sts:AssumeRole"}
            ))
    with refused("NoSuchBucketPolicy", status=404):
        server.s3().get_bucket_policy(Bucket=bucket)
