"""Policies of IAM through boto3: managed ones and their versions, what is attached and inline, boundaries, and what tells of them."""

from __future__ import annotations

import json
import uuid

import pytest
from identities import TRUST, document, pages
from refusals import refused

ADMIN = "arn:aws:iam::aws:policy/AdministratorAccess"


@pytest.fixture(scope="module")
def iam(server):
    return server.client("iam")


@pytest.fixture
def name():
    return f"policies-{uuid.uuid4().hex[:12]}"


@pytest.fixture
def role(iam, name):
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(TRUST))
    return name


@pytest.fixture
def policy(iam, name):
    return iam.create_policy(PolicyName=name, PolicyDocument=json.dumps(document()))["Policy"]["Arn"]


def test_a_policy_and_its_versions(server, iam, name):
    made = iam.create_policy(
        PolicyName=name, Path="/team/", PolicyDocument=json.dumps(document()), Description="for a test", Tags=[{"Key": "a", "Value": "b"}],
    )["Policy"]
    arn = made["Arn"]
    assert arn == f"arn:aws:iam::{server.account}:policy/team/{name}" and made["PolicyId"].startswith("ANPA")
    found = iam.get_policy(PolicyArn=arn)["Policy"]
    assert found == {**made, "Description": "for a test"} and found["Tags"] == [{"Key": "a", "Value": "b"}]
    assert found["DefaultVersionId"] == "v1" and found["AttachmentCount"] == found["PermissionsBoundaryUsageCount"] == 0
    assert iam.create_policy_version(PolicyArn=arn, PolicyDocument=json.dumps(document("s3:PutObject")))["PolicyVersion"]["IsDefaultVersion"] is False
    iam.create_policy_version(PolicyArn=arn, PolicyDocument=json.dumps(document("s3:DeleteObject")), SetAsDefault=True)
    assert [(each["VersionId"], each["IsDefaultVersion"]) for each in pages(iam, "list_policy_versions", "Versions", PolicyArn=arn)] == [
        ("v3", True), ("v2", False), ("v1", False),
    ]
    assert iam.get_policy_version(PolicyArn=arn, VersionId="v2")["PolicyVersion"]["Document"] == document("s3:PutObject")
    iam.set_default_policy_version(PolicyArn=arn, VersionId="v2")
    assert iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"] == "v2"
    with refused("DeleteConflict", "^Cannot delete the default version of a policy.$", status=409):
        iam.delete_policy_version(PolicyArn=arn, VersionId="v2")
    with refused("DeleteConflict", "more than one version", status=409):
        iam.delete_policy(PolicyArn=arn)
    for version in ("v1", "v3"):
        iam.delete_policy_version(PolicyArn=arn, VersionId=version)
    iam.delete_policy(PolicyArn=arn)
    with refused("NoSuchEntity", f"^Policy {arn} was not found.$", status=404):
        iam.get_policy(PolicyArn=arn)


def test_what_is_wrong_is_refused(iam, name, policy):
    for wrong in ("{", json.dumps({"Version": "2012-10-17"}), json.dumps(document(Principal="*")), json.dumps(document("no-service"))):
        with refused("MalformedPolicyDocument"):
            iam.create_policy(PolicyName=f"{name}-x", PolicyDocument=wrong)
    with refused("LimitExceeded", "^Cannot exceed quota for PolicySize: 6144$", status=409):
        iam.create_policy(PolicyName=f"{name}-x", PolicyDocument=json.dumps(document(["s3:" + "a" * 60] * 100)))
    # White space is not counted.
    padded = json.dumps(document()).replace(" ", " " * 2000)
    iam.create_policy(PolicyName=f"{name}-padded", PolicyDocument=padded)
    with refused("EntityAlreadyExists", f"^A policy called {name} already exists. Duplicate names are not allowed.$", status=409):
        iam.create_policy(PolicyName=name, PolicyDocument=json.dumps(document()))
    with refused("ValidationError", "policyDocument"):
        iam.create_policy(PolicyName=f"{name}-x", PolicyDocument="\u0100" + json.dumps(document()))
    for arn in ("arn:aws:iam::aws:role/AdministratorAccess", "nothing-of-the-kind-at-all"):
        with refused("InvalidInput", "is not valid"):
            iam.get_policy(PolicyArn=arn)
    with refused("NoSuchEntity", status=404):
        iam.get_policy_version(PolicyArn=policy, VersionId="v2")
    with refused("ValidationError"):
        iam.get_policy_version(PolicyArn=policy, VersionId="2")


def test_what_aws_manages(iam, role):
    admin = iam.get_policy(PolicyArn=ADMIN)["Policy"]
    assert admin["PolicyName"] == "AdministratorAccess" and admin["IsAttachable"]
    granted = iam.get_policy_version(PolicyArn=ADMIN, VersionId=admin["DefaultVersionId"])["PolicyVersion"]["Document"]
    assert granted["Statement"][0] == {"Effect": "Allow", "Action": "*", "Resource": "*"}
    listed = pages(iam, "list_policies", "Policies", Scope="AWS")
    names = [each["PolicyName"] for each in listed]
    assert len(set(names)) == len(names) and {"AdministratorAccess", "ReadOnlyAccess", "AmazonS3FullAccess", "IAMFullAccess"} <= set(names)
    with refused("AccessDenied", "outside your own account", status=403):
        iam.delete_policy(PolicyArn=ADMIN)
    iam.attach_role_policy(RoleName=role, PolicyArn=ADMIN)
    assert role in [each["RoleName"] for each in pages(iam, "list_entities_for_policy", "PolicyRoles", PolicyArn=ADMIN)]
    assert iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"] == [{"PolicyName": "AdministratorAccess", "PolicyArn": ADMIN}]


@pytest.mark.parametrize("kind", ["user", "group", "role"])
def test_attached_and_inline_policies(iam, kind, name, policy):
    title = kind.capitalize()
    more = {"AssumeRolePolicyDocument": json.dumps(TRUST)} if kind == "role" else {}
    holder = {f"{title}Name": name}
    getattr(iam, f"create_{kind}")(**holder, **more)

    def call(operation, **options):
        return getattr(iam, operation.format(kind))(**holder, **options)

    call("attach_{}_policy", PolicyArn=policy)
    call("attach_{}_policy", PolicyArn=ADMIN)
    attached = call("list_attached_{}_policies")["AttachedPolicies"]
    assert sorted(each["PolicyArn"] for each in attached) == sorted([policy, ADMIN])
    assert iam.get_policy(PolicyArn=policy)["Policy"]["AttachmentCount"] == 1
    entities = iam.list_entities_for_policy(PolicyArn=policy, EntityFilter=title)
    assert [each[f"{title}Name"] for each in entities[f"Policy{title}s"]] == [name]
    with refused("DeleteConflict", "^Cannot delete a policy attached to entities.$", status=409):
        iam.delete_policy(PolicyArn=policy)
    with refused("DeleteConflict", "^Cannot delete entity, must detach all policies first.$", status=409):
        call("delete_{}")
    for arn in (policy, ADMIN):
        call("detach_{}_policy", PolicyArn=arn)
    with refused("NoSuchEntity", status=404):
        call("detach_{}_policy", PolicyArn=policy)

    for each in ("one", "two"):
        call("put_{}_policy", PolicyName=each, PolicyDocument=json.dumps(document(Sid=each)))
    assert call("list_{}_policies")["PolicyNames"] == ["one", "two"]
    found = call("get_{}_policy", PolicyName="one")
    assert found["PolicyDocument"] == document(Sid="one") and found[f"{title}Name"] == name
    with refused("DeleteConflict", "^Cannot delete entity, must delete policies first.$", status=409):
        call("delete_{}")
    with refused("LimitExceeded", f"^Maximum policy size of .* bytes exceeded for {kind} {name}$", status=409):
        call("put_{}_policy", PolicyName="three", PolicyDocument=json.dumps(document(["s3:" + "a" * 60] * 170)))
    for each in ("one", "two"):
        call("delete_{}_policy", PolicyName=each)
    with refused("NoSuchEntity", f"^The {kind} policy with name one cannot be found.$", status=404):
        call("get_{}_policy", PolicyName="one")
    call("delete_{}")
    iam.delete_policy(PolicyArn=policy)


@pytest.mark.parametrize("kind", ["user", "role"])
def test_boundaries(iam, kind, name, policy):
    title = kind.capitalize()
    more = {"AssumeRolePolicyDocument": json.dumps(TRUST)} if kind == "role" else {}
    holder = {f"{title}Name": name}
    getattr(iam, f"create_{kind}")(**holder, **more)
    getattr(iam, f"put_{kind}_permissions_boundary")(**holder, PermissionsBoundary=policy)
    assert getattr(iam, f"get_{kind}")(**holder)[title]["PermissionsBoundary"]["PermissionsBoundaryArn"] == policy
    assert iam.get_policy(PolicyArn=policy)["Policy"]["PermissionsBoundaryUsageCount"] == 1
    bounded = iam.list_entities_for_policy(PolicyArn=policy, PolicyUsageFilter="PermissionsBoundary")
    assert [each[f"{title}Name"] for each in bounded[f"Policy{title}s"]] == [name]
    assert policy in [each["Arn"] for each in iam.list_policies(Scope="Local", PolicyUsageFilter="PermissionsBoundary")["Policies"]]
    with refused("DeleteConflict", status=409):
        iam.delete_policy(PolicyArn=policy)
    getattr(iam, f"delete_{kind}_permissions_boundary")(**holder)
    assert "PermissionsBoundary" not in getattr(iam, f"get_{kind}")(**holder)[title]
    iam.delete_policy(PolicyArn=policy)
    getattr(iam, f"delete_{kind}")(**holder)


def test_all_of_an_account(fresh_server):
    iam = fresh_server.client("iam")
    own = iam.create_policy(PolicyName="own", PolicyDocument=json.dumps(document()))["Policy"]["Arn"]
    iam.create_policy_version(PolicyArn=own, PolicyDocument=json.dumps(document("s3:PutObject")))
    iam.create_group(GroupName="team")
    iam.create_user(UserName="ann", Tags=[{"Key": "a", "Value": "b"}])
    iam.add_user_to_group(GroupName="team", UserName="ann")
    iam.attach_group_policy(GroupName="team", PolicyArn=ADMIN)
    for name in ("web", "work"):
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(TRUST))
    iam.create_instance_profile(InstanceProfileName="web")
    iam.add_role_to_instance_profile(InstanceProfileName="web", RoleName="web")
    iam.attach_role_policy(RoleName="web", PolicyArn=own)
    iam.put_role_policy(RoleName="web", PolicyName="inline", PolicyDocument=json.dumps(document("s3:ListBucket")))

    lists = {"UserDetailList": [], "GroupDetailList": [], "RoleDetailList": [], "Policies": []}
    for page in iam.get_paginator("get_account_authorization_details").paginate(PaginationConfig={"PageSize": 1}):
        assert sum(len(page[part]) for part in lists) <= 1
        for part, found in lists.items():
            found += page[part]
    [user], [group], roles, policies = lists.values()
    assert user["UserName"] == "ann" and user["GroupList"] == ["team"] and user["Tags"] == [{"Key": "a", "Value": "b"}]
    assert group["GroupName"] == "team" and [each["PolicyArn"] for each in group["AttachedManagedPolicies"]] == [ADMIN]
    web = next(role for role in roles if role["RoleName"] == "web")
    assert {"web", "work"} <= {role["RoleName"] for role in roles}
    assert web["AssumeRolePolicyDocument"] == TRUST and [each["InstanceProfileName"] for each in web["InstanceProfileList"]] == ["web"]
    assert web["RolePolicyList"] == [{"PolicyName": "inline", "PolicyDocument": document("s3:ListBucket")}]
    # Of AWS's policies only what somebody has.
    assert [each["PolicyName"] for each in policies] == ["own", "AdministratorAccess"]
    assert [(each["VersionId"], each["Document"]["Statement"][0]["Action"]) for each in policies[0]["PolicyVersionList"]] == [
        ("v2", "s3:PutObject"), ("v1", "s3:GetObject"),
    ]
    some = iam.get_account_authorization_details(Filter=["Role", "LocalManagedPolicy"])
    assert some["UserDetailList"] == some["GroupDetailList"] == [] and len(some["Policies"]) == 1


def test_keys_that_policies_ask_about(server, iam, role):
    text = json.dumps(document(Condition={"StringEquals": {"aws:PrincipalTag/Team": "a"}, "IpAddress": {"aws:SourceIp": "192.0.2.0/24"}}))
    assert iam.get_context_keys_for_custom_policy(PolicyInputList=[text])["ContextKeyNames"] == ["aws:PrincipalTag/Team", "aws:SourceIp"]
    iam.put_role_policy(RoleName=role, PolicyName="p", PolicyDocument=json.dumps(document()).replace('"*"', '"arn:aws:s3:::b/${aws:username}"'))
    found = iam.get_context_keys_for_principal_policy(PolicySourceArn=f"arn:aws:iam::{server.account}:role/{role}", PolicyInputList=[text])
    assert found["ContextKeyNames"] == ["aws:PrincipalTag/Team", "aws:SourceIp", "aws:username"]
    with refused("NoSuchEntity", status=404):
        iam.get_context_keys_for_principal_policy(PolicySourceArn=f"arn:aws:iam::{server.account}:role/other/{role}")
    with refused("InvalidInput"):
        iam.get_context_keys_for_custom_policy(PolicyInputList=["{"])


def test_simulations(server, iam, role):
    iam.attach_role_policy(RoleName=role, PolicyArn="arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess")
    iam.put_role_policy(RoleName=role, PolicyName="no", PolicyDocument=json.dumps(document("s3:GetBucketAcl")).replace("Allow", "Deny"))
    actions = ["s3:GetObject", "s3:GetBucketAcl", "s3:PutObject"]
    found = iam.simulate_principal_policy(PolicySourceArn=f"arn:aws:iam::{server.account}:role/{role}", ActionNames=actions)["EvaluationResults"]
    assert [(each["EvalActionName"], each["EvalDecision"]) for each in found] == [
        ("s3:GetObject", "allowed"), ("s3:GetBucketAcl", "explicitDeny"), ("s3:PutObject", "implicitDeny"),
    ]
    assert {each["SourcePolicyId"] for each in found[1]["MatchedStatements"]} == {"no"}
    text = json.dumps(document(Condition={"StringLike": {"s3:prefix": "home/*"}}), indent=2)
    ask = {"PolicyInputList": [text], "ActionNames": ["s3:GetObject"], "ResourceArns": ["arn:aws:s3:::depot/a"]}
    [without] = iam.simulate_custom_policy(**ask)["EvaluationResults"]
    assert (without["EvalDecision"], without["MissingContextValues"]) == ("implicitDeny", ["s3:prefix"])
    entry = {"ContextKeyName": "s3:prefix", "ContextKeyValues": ["home/ann"], "ContextKeyType": "string"}
    [found] = iam.simulate_custom_policy(**ask, ContextEntries=[entry])["EvaluationResults"]
    [match] = found["MatchedStatements"]
    assert found["EvalDecision"] == "allowed" and match["SourcePolicyId"] == "PolicyInputList.1"
    assert match["StartPosition"] == {"Line": 4, "Column": 5} and text.splitlines()[match["EndPosition"]["Line"] - 1].strip() == "}"
    [bounded] = iam.simulate_custom_policy(
        PolicyInputList=[json.dumps(document())], PermissionsBoundaryPolicyInputList=[json.dumps(document("ec2:*"))], ActionNames=["s3:GetObject"],
    )["EvaluationResults"]
    assert bounded["EvalDecision"] == "implicitDeny" and bounded["PermissionsBoundaryDecisionDetail"] == {"AllowedByPermissionsBoundary": False}
    with refused("InvalidInput", "running instances"):
        iam.simulate_custom_policy(**ask, ResourceHandlingOption="EC2-VPC-InstanceStore")
