"""Who may do what: policies of users, groups, roles, buckets, keys and the organization decide, and refusals say which is missing or denies."""

from __future__ import annotations

import json
import uuid

import accounts
import pytest
from ferry_server import AWAY, HOME, Credentials
from refusals import refused

EC2 = "You are not authorized to perform this operation"


def document(*statements, **members):
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements), **members})


def allow(action, resource="*", **members):
    return {"Effect": "Allow", "Action": action, "Resource": resource, **members}


def deny(action, resource="*", **members):
    return {"Effect": "Deny", "Action": action, "Resource": resource, **members}


@pytest.fixture(scope="module")
def iam(server):
    return server.client("iam")


class User:
    """A user of the root account, and the server as it sees it."""

    def __init__(self, server, iam):
        self.iam, self.name = iam, f"user-{uuid.uuid4().hex[:12]}"
        self.arn = iam.create_user(UserName=self.name)["User"]["Arn"]
        key = iam.create_access_key(UserName=self.name)["AccessKey"]
        self.server = accounts.seen_by(server, Credentials(key["AccessKeyId"], key["SecretAccessKey"], server.account))

    def may(self, *statements):
        self.iam.put_user_policy(UserName=self.name, PolicyName="own", PolicyDocument=document(*statements))


@pytest.fixture
def user(server, iam):
    return User(server, iam)


@pytest.fixture
def bucket(server):
    name = f"authorization-{uuid.uuid4().hex[:12]}"
    server.s3().create_bucket(Bucket=name)
    return name


# Policies of users ---------------------------------------------------------------------------------------------------


def test_a_user_without_policies_may_only_say_who_it_is(server, user):
    assert user.server.client("sts").get_caller_identity()["Arn"] == user.arn
    ec2 = user.server.ec2()
    text = (
        f"^{EC2}. User: {user.arn} is not authorized to perform: ec2:DescribeImages on resource: \\* because no identity-based policy allows"
        " the ec2:DescribeImages action. Encoded authorization failure message: "
    )
    with refused("UnauthorizedOperation", text, status=403) as caught:
        ec2.describe_images()
    encoded = caught.value.response["Error"]["Message"].rsplit(" ", 1)[1]
    told = json.loads(server.client("sts").decode_authorization_message(EncodedMessage=encoded)["DecodedMessage"])
    assert (told["allowed"], told["explicitDeny"], told["context"]["action"]) == (False, False, "ec2:DescribeImages")
    assert told["context"]["principal"]["arn"] == user.arn
    for name, call in (
        ("iam", lambda: user.server.client("iam").list_users()), ("s3", lambda: user.server.s3().list_buckets()),
    ):
        with refused("AccessDenied", f"^User: {user.arn} is not authorized to perform: {name}:", status=403):
            call()
    with refused("AccessDeniedException", "because no identity-based policy allows the kms:ListKeys action"):
        user.server.kms().list_keys()


def test_a_managed_policy_lets_read_and_no_more(server, iam, user, image):
    iam.attach_user_policy(UserName=user.name, PolicyArn="arn:aws:iam::aws:policy/AmazonEC2ReadOnlyAccess")
    ec2 = user.server.ec2()
    assert [found["ImageId"] for found in ec2.describe_images(ImageIds=[image])["Images"]] == [image]
    with refused("UnauthorizedOperation", f"ec2:DeregisterImage on resource: arn:aws:ec2:{HOME}::image/{image} because no", status=403):
        ec2.deregister_image(ImageId=image)
    assert server.ec2().describe_images(ImageIds=[image])["Images"]
    iam.detach_user_policy(UserName=user.name, PolicyArn="arn:aws:iam::aws:policy/AmazonEC2ReadOnlyAccess")
    with refused("UnauthorizedOperation", status=403):
        ec2.describe_images(ImageIds=[image])


def test_a_group_gives_and_a_denial_takes(iam, user):
    group = f"group-{uuid.uuid4().hex[:12]}"
    iam.create_group(GroupName=group)
    iam.put_group_policy(GroupName=group, PolicyName="all", PolicyDocument=document(allow("ec2:*")))
    iam.add_user_to_group(GroupName=group, UserName=user.name)
    user.server.ec2().describe_images(Owners=["self"])
    user.may(deny("ec2:DescribeImages"))
    with refused("UnauthorizedOperation", "with an explicit deny in an identity-based policy", status=403):
        user.server.ec2().describe_images(Owners=["self"])
    user.server.ec2().describe_snapshots(OwnerIds=["self"])


def test_a_boundary_limits(server, iam, user):
    policy = iam.create_policy(PolicyName=f"bound-{uuid.uuid4().hex[:8]}", PolicyDocument=document(allow("ec2:DescribeSnapshots")))["Policy"]
    user.may(allow("ec2:*"))
    iam.put_user_permissions_boundary(UserName=user.name, PermissionsBoundary=policy["Arn"])
    user.server.ec2().describe_snapshots(OwnerIds=["self"])
    with refused("UnauthorizedOperation", "because no permissions boundary allows the ec2:DescribeImages action", status=403):
        user.server.ec2().describe_images(Owners=["self"])


def test_tags_decide(server, user, own_image):
    user.may(
        allow("ec2:CreateTags", Condition={"StringEquals": {"aws:RequestTag/team": "a"}, "ForAllValues:StringEquals": {"aws:TagKeys": ["team"]}}),
        allow("ec2:DeregisterImage", Condition={"StringEquals": {"aws:ResourceTag/team": "a"}}),
    )
    ec2 = user.server.ec2()
    with refused("UnauthorizedOperation", status=403):
        ec2.create_tags(Resources=[own_image], Tags=[{"Key": "team", "Value": "b"}])
    with refused("UnauthorizedOperation", status=403):
        ec2.create_tags(Resources=[own_image], Tags=[{"Key": "team", "Value": "a"}, {"Key": "x", "Value": "y"}])
    with refused("UnauthorizedOperation", status=403):
        ec2.deregister_image(ImageId=own_image)
    ec2.create_tags(Resources=[own_image], Tags=[{"Key": "team", "Value": "a"}])
    ec2.deregister_image(ImageId=own_image)


def test_copying_asks_the_source_its_snapshots_and_the_results(server, user, image):
    """The rule of October 2024: each of the four must be allowed."""
    snapshot = server.ec2().describe_images(ImageIds=[image])["Images"][0]["BlockDeviceMappings"][0]["Ebs"]["SnapshotId"]
    needed = [
        f"arn:aws:ec2:{HOME}::image/{image}", f"arn:aws:ec2:{HOME}::snapshot/{snapshot}", f"arn:aws:ec2:{AWAY}::image/*",
        f"arn:aws:ec2:{AWAY}::snapshot/*",
    ]
    ec2 = user.server.ec2(AWAY)
    call = {"Name": f"copy {uuid.uuid4().hex}", "SourceImageId": image, "SourceRegion": HOME}
    for missing in needed:
        user.may(allow("ec2:CopyImage", [arn for arn in needed if arn != missing]))
        with refused("UnauthorizedOperation", missing.replace("*", "\\*"), status=403):
            ec2.copy_image(**call)
    user.may(allow("ec2:CopyImage", needed))
    with refused("UnauthorizedOperation", "ec2:CreateTags", status=403):
        ec2.copy_image(**call, TagSpecifications=[{"ResourceType": "image", "Tags": [{"Key": "a", "Value": "b"}]}])
    with refused("DryRunOperation", status=412):
        ec2.copy_image(**call, DryRun=True)
    copied = ec2.copy_image(**call)["ImageId"]
    server.ec2(AWAY).get_waiter("image_available").wait(ImageIds=[copied], WaiterConfig={"Delay": 1, "MaxAttempts": 100})
    server.ec2(AWAY).deregister_image(ImageId=copied, DeleteAssociatedSnapshots=True)


# Roles and sessions --------------------------------------------------------------------------------------------------


def test_a_role_of_another_account(server, other_account):
    """Both sides must agree: the role's policy and the caller's own."""
    iam = server.client("iam")
    name, stranger = f"role-{uuid.uuid4().hex[:12]}", User(other_account, other_account.client("iam"))
    trust = document({"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{other_account.account}:root"}, "Action": "sts:AssumeRole"})
    arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    iam.put_role_policy(RoleName=name, PolicyName="read", PolicyDocument=document(allow("ec2:Describe*")))
    sts = stranger.server.client("sts")
    with refused("AccessDenied", "sts:AssumeRole", status=403):
        sts.assume_role(RoleArn=arn, RoleSessionName="one")
    stranger.may(allow("sts:AssumeRole", arn))
    session = accounts.seen_by_session(server, sts.assume_role(RoleArn=arn, RoleSessionName="one")["Credentials"])
    assert session.client("sts").get_caller_identity()["Arn"] == f"arn:aws:sts::{server.account}:assumed-role/{name}/one"
    session.ec2().describe_images(Owners=["self"])
    with refused("UnauthorizedOperation", f"User: arn:aws:sts::{server.account}:assumed-role/{name}/one is not", status=403):
        session.ec2().enable_ebs_encryption_by_default()
    limited = sts.assume_role(RoleArn=arn, RoleSessionName="two", Policy=document(allow("ec2:DescribeSnapshots")))["Credentials"]
    limited = accounts.seen_by_session(server, limited)
    limited.ec2().describe_snapshots(OwnerIds=["self"])
    with refused("UnauthorizedOperation", "because no session policy allows the ec2:DescribeImages action", status=403):
        limited.ec2().describe_images(Owners=["self"])


# Organizations -------------------------------------------------------------------------------------------------------


def test_a_service_control_policy_holds_for_the_root_user_too(server, new_account):
    member, organizations = new_account(), server.client("organizations")
    policy = organizations.create_policy(
        Name=f"scp-{uuid.uuid4().hex[:8]}", Description="", Type="SERVICE_CONTROL_POLICY", Content=document(deny("ec2:DescribeImages"))
    )["Policy"]["PolicySummary"]["Id"]
    member.ec2().describe_images(Owners=["self"])
    organizations.attach_policy(PolicyId=policy, TargetId=member.account)
    with refused("UnauthorizedOperation", "with an explicit deny in a service control policy", status=403):
        member.ec2().describe_images(Owners=["self"])
    organizations.detach_policy(PolicyId=policy, TargetId=member.account)
    member.ec2().describe_images(Owners=["self"])


# The network ---------------------------------------------------------------------------------------------------------


def test_key_pairs_are_allowed_by_name(server, user):
    name = f"key-{uuid.uuid4().hex[:12]}"
    user.may(allow(["ec2:CreateKeyPair", "ec2:DeleteKeyPair"], f"arn:aws:ec2:{HOME}:{server.account}:key-pair/{name}*"))
    made = user.server.ec2().create_key_pair(KeyName=f"{name}-1", KeyType="ed25519")
    with refused("UnauthorizedOperation", "key-pair/another because", status=403):
        user.server.ec2().create_key_pair(KeyName="another", KeyType="ed25519")
    user.server.ec2().delete_key_pair(KeyPairId=made["KeyPairId"])
    with refused("InvalidKeyPair.NotFound"):
        server.ec2().describe_key_pairs(KeyNames=[f"{name}-1"])


def test_rules_are_allowed_by_group_and_by_tag(server, user):
    ec2, mark = server.ec2(), uuid.uuid4().hex
    tags = [{"ResourceType": "security-group", "Tags": [{"Key": "team", "Value": mark}]}]
    mine, other = (
        ec2.create_security_group(GroupName=f"{prefix}-{mark}", Description="text", TagSpecifications=given)["GroupId"]
        for prefix, given in (("mine", tags), ("other", []))
    )
    user.may(allow("ec2:AuthorizeSecurityGroupIngress", Condition={"StringEquals": {"aws:ResourceTag/team": mark}}), allow(
        "ec2:AuthorizeSecurityGroupIngress", f"arn:aws:ec2:{HOME}:{server.account}:security-group-rule/*",
    ))
    rule = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "CidrIp": "10.0.0.0/8"}
    user.server.ec2().authorize_security_group_ingress(GroupId=mine, **rule)
    # By its name it is the same group.
    user.server.ec2().authorize_security_group_ingress(GroupName=f"mine-{mark}", **{**rule, "FromPort": 23, "ToPort": 23})
    for reference in ({"GroupId": other}, {"GroupName": f"other-{mark}"}):
        with refused("UnauthorizedOperation", f"security-group/{other} because", status=403):
            user.server.ec2().authorize_security_group_ingress(**reference, **rule)
    assert len(ec2.describe_security_groups(GroupIds=[mine])["SecurityGroups"][0]["IpPermissions"]) == 2
    assert ec2.describe_security_groups(GroupIds=[other])["SecurityGroups"][0]["IpPermissions"] == []


# Buckets -------------------------------------------------------------------------------------------------------------


def test_a_bucket_lets_another_account_in(server, other_account, bucket):
    s3, theirs = server.s3(), other_account.s3()
    s3.put_object(Bucket=bucket, Key="shared/a", Body=b"bytes")
    s3.put_object(Bucket=bucket, Key="own/a", Body=b"bytes")
    for call in (lambda: theirs.get_object(Bucket=bucket, Key="shared/a"), lambda: theirs.list_objects_v2(Bucket=bucket)):
        with refused("AccessDenied", "^Access Denied$", status=403):
            call()
    principal = {"AWS": other_account.account}
    s3.put_bucket_policy(Bucket=bucket, Policy=document(
        allow(["s3:GetObject", "s3:PutObject"], f"arn:aws:s3:::{bucket}/shared/*", Principal=principal),
        allow("s3:ListBucket", f"arn:aws:s3:::{bucket}", Principal=principal, Condition={"StringLike": {"s3:prefix": "shared/*"}}),
    ))
    assert theirs.get_object(Bucket=bucket, Key="shared/a")["Body"].read() == b"bytes"
    theirs.put_object(Bucket=bucket, Key="shared/b", Body=b"theirs")
    assert s3.get_object(Bucket=bucket, Key="shared/b")["Body"].read() == b"theirs"
    assert [found["Key"] for found in theirs.list_objects_v2(Bucket=bucket, Prefix="shared/")["Contents"]] == ["shared/a", "shared/b"]
    for call in (
        lambda: theirs.get_object(Bucket=bucket, Key="own/a"), lambda: theirs.list_objects_v2(Bucket=bucket),
        lambda: theirs.delete_object(Bucket=bucket, Key="shared/a"), lambda: theirs.delete_bucket_policy(Bucket=bucket),
        lambda: theirs.copy_object(Bucket=bucket, Key="shared/c", CopySource=f"{bucket}/own/a"),
    ):
        with refused("AccessDenied", status=403):
            call()
    # A user of theirs needs both.
    stranger = User(other_account, other_account.client("iam"))
    with refused("AccessDenied", status=403):
        stranger.server.s3().get_object(Bucket=bucket, Key="shared/a")
    stranger.may(allow("s3:GetObject", f"arn:aws:s3:::{bucket}/*"))
    assert stranger.server.s3().get_object(Bucket=bucket, Key="shared/a")["Body"].read() == b"bytes"


def test_a_user_of_the_own_account_needs_either(server, user, bucket):
    s3 = server.s3()
    s3.put_object(Bucket=bucket, Key="a", Body=b"bytes")
    with refused("AccessDenied", "because no identity-based policy allows the s3:GetObject action", status=403):
        user.server.s3().get_object(Bucket=bucket, Key="a")
    s3.put_bucket_policy(Bucket=bucket, Policy=document(allow("s3:GetObject", f"arn:aws:s3:::{bucket}/*", Principal={"AWS": user.arn})))
    assert user.server.s3().get_object(Bucket=bucket, Key="a")["Body"].read() == b"bytes"
    s3.delete_bucket_policy(Bucket=bucket)
    user.may(allow("s3:GetObject", f"arn:aws:s3:::{bucket}/a"))
    assert user.server.s3().get_object(Bucket=bucket, Key="a")["Body"].read() == b"bytes"


# Keys ----------------------------------------------------------------------------------------------------------------


def test_a_key_lets_another_account_in(server, other_account):
    kms, theirs = server.kms(), other_account.kms()
    key = kms.create_key()["KeyMetadata"]
    sealed = kms.encrypt(KeyId=key["Arn"], Plaintext=b"secret")["CiphertextBlob"]
    for call in (lambda: theirs.encrypt(KeyId=key["Arn"], Plaintext=b"x"), lambda: theirs.decrypt(CiphertextBlob=sealed)):
        with refused("AccessDeniedException"):
            call()
    own = json.loads(kms.get_key_policy(KeyId=key["KeyId"])["Policy"])["Statement"]
    use = allow(["kms:Encrypt", "kms:Decrypt"], Principal={"AWS": f"arn:aws:iam::{other_account.account}:root"})
    kms.put_key_policy(KeyId=key["KeyId"], Policy=document(*own, use))
    assert theirs.decrypt(CiphertextBlob=sealed)["Plaintext"] == b"secret"
    blob = theirs.encrypt(KeyId=key["Arn"], Plaintext=b"x")["CiphertextBlob"]
    assert kms.decrypt(CiphertextBlob=blob)["Plaintext"] == b"x"
    with refused("AccessDeniedException"):
        theirs.schedule_key_deletion(KeyId=key["Arn"])
    stranger = User(other_account, other_account.client("iam"))
    with refused("AccessDeniedException", "because no identity-based policy allows the kms:Decrypt action"):
        stranger.server.kms().decrypt(CiphertextBlob=sealed)
    stranger.may(allow("kms:Decrypt", key["Arn"]))
    assert stranger.server.kms().decrypt(CiphertextBlob=sealed)["Plaintext"] == b"secret"


def test_a_grant_lets_a_user_in_for_one_context(server, user):
    kms, theirs = server.kms(), user.server.kms()
    key, context = kms.create_key()["KeyMetadata"]["KeyId"], {"of": "a"}
    sealed = kms.encrypt(KeyId=key, Plaintext=b"secret", EncryptionContext=context)["CiphertextBlob"]
    with refused("AccessDeniedException"):
        theirs.decrypt(CiphertextBlob=sealed, EncryptionContext=context)
    kms.create_grant(
        KeyId=key, GranteePrincipal=user.arn, Operations=["Decrypt"], Constraints={"EncryptionContextSubset": context}
    )
    assert theirs.decrypt(CiphertextBlob=sealed, EncryptionContext=context)["Plaintext"] == b"secret"
    with refused("AccessDeniedException"):
        theirs.decrypt(CiphertextBlob=sealed, EncryptionContext={"of": "b"})
    with refused("AccessDeniedException"):
        theirs.encrypt(KeyId=key, Plaintext=b"x", EncryptionContext=context)


# What goes ------------------------------------------------------------------------------------------------------------


def test_a_key_that_goes_signs_no_more(iam, user):
    user.may(allow("ec2:*"))
    ec2 = user.server.ec2()
    ec2.describe_images(Owners=["self"])
    key = iam.list_access_keys(UserName=user.name)["AccessKeyMetadata"][0]["AccessKeyId"]
    iam.update_access_key(UserName=user.name, AccessKeyId=key, Status="Inactive")
    with refused("AuthFailure", status=401):
        ec2.describe_images(Owners=["self"])
    iam.update_access_key(UserName=user.name, AccessKeyId=key, Status="Active")
    ec2.describe_images(Owners=["self"])
    iam.delete_access_key(UserName=user.name, AccessKeyId=key)
    with refused("AuthFailure", status=401):
        ec2.describe_images(Owners=["self"])


# Keys behind services ------------------------------------------------------------------------------------------------


def test_what_a_service_does_with_a_key_the_caller_must_be_allowed(server, user, bucket):
    """A user who may put and get objects, and may not use the key that they are sealed with."""
    key = server.kms().create_key()["KeyMetadata"]["Arn"]
    sealed = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": key}
    server.s3().put_object(Bucket=bucket, Key="a", Body=b"bytes", **sealed)
    objects = allow(["s3:GetObject", "s3:PutObject"], f"arn:aws:s3:::{bucket}/*")
    user.may(objects)
    s3 = user.server.s3()
    with refused("AccessDenied", "kms:Decrypt", status=403):
        s3.get_object(Bucket=bucket, Key="a")
    with refused("AccessDenied", "kms:GenerateDataKey", status=403):
        s3.put_object(Bucket=bucket, Key="b", Body=b"x", **sealed)
    through = {"StringEquals": {"kms:ViaService": f"s3.{HOME}.amazonaws.com"}}
    user.may(objects, allow(["kms:Decrypt", "kms:GenerateDataKey"], key, Condition=through))
    assert s3.get_object(Bucket=bucket, Key="a")["Body"].read() == b"bytes"
    s3.put_object(Bucket=bucket, Key="b", Body=b"x", **sealed)
    with refused("AccessDeniedException"):
        user.server.kms().generate_data_key(KeyId=key, KeySpec="AES_256")
    # The key that S3 manages is for whoever may use S3.
    user.may(objects)
    s3.put_object(Bucket=bucket, Key="c", Body=b"x", ServerSideEncryption="aws:kms")
    assert s3.get_object(Bucket=bucket, Key="c")["Body"].read() == b"x"
