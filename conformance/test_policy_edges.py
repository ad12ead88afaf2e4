"""Where policies end: one thing under two names, parameters in two spellings, what a grant lets its grantee give on, and what a session takes along."""

from __future__ import annotations

import uuid

import accounts
import pytest
from ferry_server import HOME
from refusals import refused
from test_authorization import User, allow, deny, document


@pytest.fixture(scope="module")
def iam(server):
    return server.client("iam")


@pytest.fixture
def user(server, iam):
    return User(server, iam)


@pytest.fixture
def key(server):
    return server.kms().create_key()["KeyMetadata"]["Arn"]


def trust(principal: str, actions="sts:AssumeRole", **members) -> str:
    return document({"Effect": "Allow", "Principal": {"AWS": principal}, "Action": actions, **members})


def made_role(iam, trusted: str, *statements) -> str:
    """The ARN of a role with a name that has a letter which Unicode knows twice."""
    name = f"Keeper-{uuid.uuid4().hex[:12]}"
    arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=trusted)["Role"]["Arn"]
    if statements:
        iam.put_role_policy(RoleName=name, PolicyName="own", PolicyDocument=document(*statements))
    return arn


# Names ---------------------------------------------------------------------------------------------------------------


def other_names(arn: str) -> list[str]:
    path, name = arn.rsplit("/", 1)
    return [f"{path}/{name.upper()}", f"{path}/{name.lower()}", arn.replace("arn:aws:", "arn:aws-cn:"), arn.replace("/K", "/\u212a")]


def test_a_role_is_assumed_by_its_own_name_alone(server, iam, user):
    """Its trust policy, and what denies, know it by no other."""
    foreign = made_role(iam, trust(User(server, iam).arn), allow("*"))
    own = made_role(iam, trust(user.arn), allow("*"))
    sts = user.server.client("sts")
    user.may(allow("sts:*"))
    for arn in [foreign, *other_names(foreign), *other_names(own)]:
        with refused(("AccessDenied", "ValidationError"), status=None):
            sts.assume_role(RoleArn=arn, RoleSessionName="one")
    sts.assume_role(RoleArn=own, RoleSessionName="one")
    user.may(allow("sts:*"), deny("sts:AssumeRole", own))
    for arn in [own, *other_names(own)]:
        with refused(("AccessDenied", "ValidationError"), status=None):
            sts.assume_role(RoleArn=arn, RoleSessionName="one")


def test_a_policy_is_attached_by_its_own_name_alone(server, iam, user):
    admin = iam.create_policy(PolicyName=f"Keys-{uuid.uuid4().hex[:8]}", PolicyDocument=document(allow("*")))["Policy"]["Arn"]
    user.may(allow("iam:*"), deny("iam:AttachUserPolicy", Condition={"ArnEquals": {"iam:PolicyARN": admin}}), deny("iam:CreatePolicyVersion", admin))
    theirs = user.server.client("iam")
    for arn in [admin, *other_names(admin)]:
        for call in (
            lambda arn=arn: theirs.attach_user_policy(UserName=user.name, PolicyArn=arn),
            lambda arn=arn: theirs.create_policy_version(PolicyArn=arn, PolicyDocument=document(allow("*")), SetAsDefault=True),
        ):
            with refused(("AccessDenied", "NoSuchEntity", "InvalidInput"), status=None):
                call()
    assert iam.list_attached_user_policies(UserName=user.name)["AttachedPolicies"] == []
    assert len(iam.list_policy_versions(PolicyArn=admin)["Versions"]) == 1
    iam.attach_user_policy(UserName=user.name, PolicyArn=admin)
    with refused("NoSuchEntity", status=404):
        iam.detach_user_policy(UserName=user.name, PolicyArn=admin.replace("/Keys", "/keys"))
    iam.detach_user_policy(UserName=user.name, PolicyArn=admin)


def test_an_alias_is_taken_from_a_key_by_who_may_use_both(server, user, key):
    kms = server.kms()
    guarded = kms.create_key()["KeyMetadata"]["Arn"]
    name = f"alias/edge-{uuid.uuid4().hex[:8]}"
    kms.create_alias(AliasName=name, TargetKeyId=guarded)
    alias = f"arn:aws:kms:{HOME}:{server.account}:{name}"
    user.may(allow("kms:UpdateAlias", [alias, key]))
    with refused("AccessDeniedException", guarded):
        user.server.kms().update_alias(AliasName=name, TargetKeyId=key)
    user.may(allow("kms:UpdateAlias", [alias, key, guarded]))
    user.server.kms().update_alias(AliasName=name, TargetKeyId=key)
    assert kms.describe_key(KeyId=name)["KeyMetadata"]["Arn"] == key


# Spellings of parameters ---------------------------------------------------------------------------------------------


def test_sharing_is_asked_about_in_every_encoding(server, user, own_image):
    """What is denied to be shared with everybody is, however it is said."""
    keys = ["ec2:Attribute/LaunchPermission/Add/Group", "ec2:Add/group"]
    ec2 = user.server.ec2()
    for condition in keys:
        user.may(allow("ec2:*"), deny("ec2:ModifyImageAttribute", Condition={"StringEquals": {condition: "all"}}))
        for parameters in (
            {"LaunchPermission": {"Add": [{"Group": "all"}]}},
            {"Attribute": "launchPermission", "OperationType": "add", "UserGroups": ["all"]},
            {"OperationType": "add", "UserGroups": ["all"]},
            {"LaunchPermission": {"Add": [{"UserId": "111122223333"}]}, "UserGroups": ["all"]},
        ):
            with refused("UnauthorizedOperation", "explicit deny", status=403):
                ec2.modify_image_attribute(ImageId=own_image, **parameters)
    assert server.ec2().describe_image_attribute(ImageId=own_image, Attribute="launchPermission")["LaunchPermissions"] == []
    ec2.modify_image_attribute(ImageId=own_image, OperationType="add", UserIds=["111122223333"])
    ec2.modify_image_attribute(ImageId=own_image, OperationType="remove", UserGroups=["all"])
    user.may(allow("ec2:ModifyImageAttribute", Condition={"StringEquals": {"ec2:Attribute": "Description"}}))
    ec2.modify_image_attribute(ImageId=own_image, Attribute="description", Value="plain")
    ec2.modify_image_attribute(ImageId=own_image, Value="plain")
    ec2.modify_image_attribute(ImageId=own_image, Description={"Value": "structured"})
    with refused("UnauthorizedOperation", status=403):
        ec2.modify_image_attribute(ImageId=own_image, OperationType="remove", UserIds=["111122223333"])


def test_a_tag_in_two_spellings_is_asked_about_twice(server, user, own_image):
    user.may(allow("ec2:CreateTags", Condition={"StringEquals": {"aws:RequestTag/team": "a"}}))
    ec2 = user.server.ec2()
    for tags in ([("Team", "b"), ("team", "a")], [("team", "a"), ("Team", "b")], [("TEAM", "a"), ("team", "b")]):
        with refused("UnauthorizedOperation", status=403):
            ec2.create_tags(Resources=[own_image], Tags=[{"Key": key, "Value": value} for key, value in tags])
    ec2.create_tags(Resources=[own_image], Tags=[{"Key": "team", "Value": "a"}, {"Key": "stage", "Value": "b"}])


def test_an_empty_parameter_is_none_for_conditions_too(server, iam, user):
    """Who must set a boundary does not pass by an empty one."""
    bound = iam.create_policy(PolicyName=f"bound-{uuid.uuid4().hex[:8]}", PolicyDocument=document(allow("ec2:*")))["Policy"]["Arn"]
    user.may(allow("iam:CreateUser", Condition={"Null": {"iam:PermissionsBoundary": "false"}}))
    theirs = user.server.client("iam")

    def add_empty(params, **_):
        params["body"].setdefault("PermissionsBoundary", "")

    theirs.meta.events.register("before-call.iam.CreateUser", add_empty)
    with refused(("AccessDenied", "ValidationError"), status=None):
        theirs.create_user(UserName=f"unbound-{uuid.uuid4().hex[:8]}")
    theirs.create_user(UserName=f"bound-{uuid.uuid4().hex[:8]}", PermissionsBoundary=bound)


def test_a_policy_with_a_member_twice_is_refused_everywhere(server, iam, user, key):
    twice = '{"Version":"2012-10-17","Statement":{"Effect":"Deny","Effect":"Allow","Action":"%s:*","Resource":"*"%s}}'
    everybody = ',"Principal":"*"'
    with refused("MalformedPolicyDocument", "Duplicate field Effect"):
        iam.put_user_policy(UserName=user.name, PolicyName="twice", PolicyDocument=twice % ("s3", ""))
    with refused("MalformedPolicyDocumentException", "Duplicate field Effect"):
        server.kms().put_key_policy(KeyId=key, Policy=twice % ("kms", everybody))
    bucket = f"edges-{uuid.uuid4().hex[:12]}"
    server.s3().create_bucket(Bucket=bucket)
    with refused("MalformedPolicy", "Duplicate field Effect"):
        server.s3().put_bucket_policy(Bucket=bucket, Policy=twice % ("s3", everybody))


# Grants --------------------------------------------------------------------------------------------------------------


def test_a_grantee_gives_on_no_more_than_it_has(server, iam, user, key):
    kms, theirs, other = server.kms(), user.server.kms(), User(server, iam)
    context = {"of": "a"}
    kms.create_grant(
        KeyId=key, GranteePrincipal=user.arn, Operations=["CreateGrant", "Decrypt"], Constraints={"EncryptionContextSubset": context}
    )

    def give(operations, **constraints):
        return theirs.create_grant(KeyId=key, GranteePrincipal=other.arn, Operations=operations, Constraints=constraints)

    for operations, constraints in (
        (["Encrypt"], {"EncryptionContextSubset": context}), (["Decrypt", "Encrypt"], {"EncryptionContextSubset": context}),
        (["Decrypt"], {}), (["Decrypt"], {"EncryptionContextSubset": {}}), (["Decrypt"], {"EncryptionContextSubset": {"of": "b"}}),
        (["Decrypt"], {"EncryptionContextEquals": {"more": "x"}}),
    ):
        with refused("AccessDeniedException"):
            give(operations, **constraints)
    give(["Decrypt"], EncryptionContextEquals={"of": "a", "more": "x"})
    sealed = {
        name: kms.encrypt(KeyId=key, Plaintext=b"secret", EncryptionContext=context)["CiphertextBlob"]
        for name, context in {"narrow": {"of": "a", "more": "x"}, "wide": {"of": "a"}}.items()
    }
    assert other.server.kms().decrypt(CiphertextBlob=sealed["narrow"], EncryptionContext={"of": "a", "more": "x"})["Plaintext"] == b"secret"
    with refused("AccessDeniedException"):
        other.server.kms().decrypt(CiphertextBlob=sealed["wide"], EncryptionContext={"of": "a"})


def test_a_constraint_without_pairs_is_none_to_conditions_too(server, user, key):
    user.may(allow("kms:CreateGrant", Condition={"StringLike": {"kms:GrantConstraintType": "EncryptionContext*"}}))
    kms, request = user.server.kms(), {"KeyId": key, "GranteePrincipal": user.arn, "Operations": ["Decrypt"]}
    for constraints in ({}, {"EncryptionContextEquals": {}}, {"EncryptionContextSubset": {}, "EncryptionContextEquals": {}}):
        with refused("AccessDeniedException"):
            kms.create_grant(**request, Constraints=constraints)
    grant = kms.create_grant(**request, Constraints={"EncryptionContextSubset": {"of": "a"}, "EncryptionContextEquals": {}})
    [listed] = [found for found in server.kms().list_grants(KeyId=key)["Grants"] if found["GrantId"] == grant["GrantId"]]
    assert listed["Constraints"] == {"EncryptionContextSubset": {"of": "a"}}


def test_a_grant_does_not_lift_what_limits_the_caller(server, iam, user, key):
    role = made_role(iam, trust(user.arn))
    user.may(allow("sts:AssumeRole", role))
    kms = server.kms()
    kms.create_grant(KeyId=key, GranteePrincipal=role, Operations=["Encrypt"])
    sts = user.server.client("sts")

    def session(**more):
        return accounts.seen_by_session(server, sts.assume_role(RoleArn=role, RoleSessionName="one", **more)["Credentials"]).kms()

    session().encrypt(KeyId=key, Plaintext=b"x")
    session(Policy=document(allow("kms:Encrypt"))).encrypt(KeyId=key, Plaintext=b"x")
    limited = session(Policy=document(allow("kms:Decrypt")))
    with refused("AccessDeniedException", "because no session policy allows the kms:Encrypt action"):
        limited.encrypt(KeyId=key, Plaintext=b"x")
    # The session itself is let in by its own name.
    name = role.replace(":iam:", ":sts:").replace(":role/", ":assumed-role/") + "/one"
    kms.create_grant(KeyId=key, GranteePrincipal=name, Operations=["Encrypt"])
    limited.encrypt(KeyId=key, Plaintext=b"x")
    bound = iam.create_policy(PolicyName=f"bound-{uuid.uuid4().hex[:8]}", PolicyDocument=document(allow("ec2:*")))["Policy"]["Arn"]
    other = made_role(iam, trust(user.arn))
    user.may(allow("sts:AssumeRole", other))
    kms.create_grant(KeyId=key, GranteePrincipal=other, Operations=["Encrypt"])
    iam.put_role_permissions_boundary(RoleName=other.rsplit("/", 1)[1], PermissionsBoundary=bound)
    bounded = accounts.seen_by_session(server, sts.assume_role(RoleArn=other, RoleSessionName="one")["Credentials"]).kms()
    with refused("AccessDeniedException", "because no permissions boundary allows the kms:Encrypt action"):
        bounded.encrypt(KeyId=key, Plaintext=b"x")


def test_a_grant_does_not_lift_a_service_control_policy(server, new_account):
    """One that allows what is allowed, and names no key."""
    member, organizations = new_account(), server.client("organizations")
    key = member.kms().create_key()["KeyMetadata"]["Arn"]
    grantee = User(member, member.client("iam"))
    member.kms().create_grant(KeyId=key, GranteePrincipal=grantee.arn, Operations=["Encrypt"])
    grantee.server.kms().encrypt(KeyId=key, Plaintext=b"x")
    policy = organizations.create_policy(
        Name=f"scp-{uuid.uuid4().hex[:8]}", Description="", Type="SERVICE_CONTROL_POLICY", Content=document(allow("iam:*"))
    )["Policy"]["PolicySummary"]["Id"]
    organizations.attach_policy(PolicyId=policy, TargetId=member.account)
    organizations.detach_policy(PolicyId="p-FullAWSAccess", TargetId=member.account)
    with refused("AccessDeniedException", "because no service control policy allows the kms:Encrypt action"):
        grantee.server.kms().encrypt(KeyId=key, Plaintext=b"x")
    organizations.attach_policy(PolicyId="p-FullAWSAccess", TargetId=member.account)


# Sessions ------------------------------------------------------------------------------------------------------------


def test_what_a_session_takes_along_is_asked_of_the_next_role(server, iam, user):
    everything = ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"]
    first = made_role(iam, trust(user.arn, everything), allow("sts:*"))
    user.may(allow("sts:*"))
    sts, request = user.server.client("sts"), {"RoleArn": first, "RoleSessionName": "one"}

    def chained(role: str, **more):
        session = accounts.seen_by_session(server, sts.assume_role(**request, **more)["Credentials"])
        return session.client("sts").assume_role(RoleArn=role, RoleSessionName="two")

    plain, whole = made_role(iam, trust(first)), made_role(iam, trust(first, everything))
    tagged = {"Tags": [{"Key": "Team", "Value": "ci"}], "TransitiveTagKeys": ["team"]}
    chained(plain)
    with refused("AccessDenied", "sts:TagSession", status=403):
        chained(plain, **tagged)
    with refused("AccessDenied", "sts:SetSourceIdentity", status=403):
        chained(plain, SourceIdentity="ann")
    assert chained(whole, SourceIdentity="ann")["SourceIdentity"] == "ann"
    # It is the tag of the new session that conditions ask about.
    asked = {"StringEquals": {"aws:RequestTag/team": "ci"}}
    third = made_role(iam, document(
        {"Effect": "Allow", "Principal": {"AWS": first}, "Action": "sts:AssumeRole"},
        {"Effect": "Allow", "Principal": {"AWS": first}, "Action": "sts:TagSession", "Condition": asked},
    ), allow("sts:AssumeRole"))
    chained(third, **tagged)
    with refused("AccessDenied", "sts:TagSession", status=403):
        chained(third, Tags=[{"Key": "team", "Value": "other"}], TransitiveTagKeys=["team"])


def test_a_ciphertext_is_no_question_about_other_accounts_keys(server, other_account, key):
    """Under a name of another account's, what is there and what is not is the same."""
    theirs = other_account.kms()
    blob = theirs.encrypt(KeyId=theirs.create_key()["KeyMetadata"]["KeyId"], Plaintext=b"x")["CiphertextBlob"]
    alias = f"alias/edge-{uuid.uuid4().hex[:8]}"
    server.kms().create_alias(AliasName=alias, TargetKeyId=key)
    home = key.rsplit(":", 1)[0]
    texts = set()
    for name in (key, f"{home}:key/{uuid.uuid4()}", f"{home}:{alias}", f"{home}:{alias}-x"):
        with refused("IncorrectKeyException") as caught:
            theirs.decrypt(CiphertextBlob=blob, KeyId=name)
        texts.add(caught.value.response["Error"]["Message"])
    assert len(texts) == 1, texts
