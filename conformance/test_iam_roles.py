"""Roles, instance profiles and OpenID Connect providers through boto3, as the root user of an account."""

from __future__ import annotations

import json
import urllib.parse
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from ferry_server import AWAY
from identities import TRUST, pages
from refusals import refused
from signed_request import FORM, IAM_VERSION, Request, form
from test_authorization import User, allow

# What a person writes: blanks, an order of members that is no machine's, a line's end.
WRITTEN = json.dumps({"Statement": TRUST["Statement"], "Version": "2012-10-17"}, indent=3) + "\n"


@pytest.fixture(scope="module")
def iam(server):
    return server.client("iam")


@pytest.fixture
def name():
    return f"roles-{uuid.uuid4().hex[:12]}"


@pytest.fixture
def role(iam, name):
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(TRUST))
    return name


def test_a_role_from_its_making_to_its_end(server, iam, name):
    made = iam.create_role(
        RoleName=name, Path="/team/a/", AssumeRolePolicyDocument=json.dumps(TRUST), Description="for a test", MaxSessionDuration=7200,
        PermissionsBoundary="arn:aws:iam::aws:policy/PowerUserAccess", Tags=[{"Key": "Team", "Value": "a"}],
    )["Role"]
    assert made["Arn"] == f"arn:aws:iam::{server.account}:role/team/a/{name}"
    assert made["RoleId"].startswith("AROA") and len(made["RoleId"]) == 21
    assert made["AssumeRolePolicyDocument"] == TRUST
    # IAM is one for all Regions.
    found = server.client("iam", AWAY).get_role(RoleName=name)["Role"]
    assert found.pop("RoleLastUsed") == {}
    assert found == {**made, "Description": "for a test", "MaxSessionDuration": 7200}
    assert found["PermissionsBoundary"] == {
        "PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": "arn:aws:iam::aws:policy/PowerUserAccess",
    }
    assert found["Tags"] == [{"Key": "Team", "Value": "a"}]

    iam.update_role(RoleName=name, Description="", MaxSessionDuration=3600)
    assert "Description" not in iam.get_role(RoleName=name)["Role"]
    assert iam.update_role_description(RoleName=name, Description="ünlike")["Role"]["Description"] == "ünlike"
    assert iam.get_role(RoleName=name)["Role"]["MaxSessionDuration"] == 3600
    iam.delete_role_permissions_boundary(RoleName=name)
    assert "PermissionsBoundary" not in iam.get_role(RoleName=name)["Role"]
    iam.delete_role(RoleName=name)
    with refused("NoSuchEntity", f"^The role with name {name} cannot be found.$", status=404):
        iam.get_role(RoleName=name)


def test_documents_come_back_to_the_letter(server, iam, role):
    iam.update_assume_role_policy(RoleName=role, PolicyDocument=WRITTEN)
    body = form({"Action": "GetRole", "Version": IAM_VERSION, "RoleName": role})
    [escaped] = Request(headers={"Content-Type": FORM}, body=body).signed(server, "iam").send(server).texts("AssumeRolePolicyDocument")
    assert urllib.parse.unquote(escaped) == WRITTEN
    assert " " not in escaped and "+" not in escaped


def test_what_is_wrong_is_refused(iam, name):
    good = {"RoleName": name, "AssumeRolePolicyDocument": json.dumps(TRUST)}
    with refused("MalformedPolicyDocument"):
        iam.create_role(**{**good, "AssumeRolePolicyDocument": "{"})
    with refused("MalformedPolicyDocument", "AssumeRole policy may only specify STS AssumeRole actions."):
        iam.create_role(**{**good, "AssumeRolePolicyDocument": json.dumps(TRUST).replace("sts:AssumeRole", "s3:GetObject")})
    for wrong in ({"RoleName": "a b"}, {"RoleName": "a" * 65}, {"Path": "team"}, {"MaxSessionDuration": 43201},
                  {"Description": "d" * 1001}):
        with refused("ValidationError", next(iter(wrong))[1:]):
            iam.create_role(**{**good, **wrong})
    with refused("NoSuchEntity", "does not exist or is not attachable", status=404):
        iam.create_role(**good, PermissionsBoundary="arn:aws:iam::aws:policy/NothingOfTheKind")
    with refused("InvalidInput", "aws:"):
        iam.create_role(**good, Tags=[{"Key": "aws:a", "Value": "b"}])
    with refused("NoSuchEntity", status=404):
        iam.get_role(RoleName=name)
    iam.create_role(**good)
    with refused("EntityAlreadyExists", f"^Role with name {name.upper()} already exists.$", status=409):
        iam.create_role(**{**good, "RoleName": name.upper()})


def test_lists_page(iam, name):
    names = [f"{name}-{number}" for number in range(5)]
    for each in names:
        iam.create_role(RoleName=each, Path=f"/{name}/", AssumeRolePolicyDocument=json.dumps(TRUST), Tags=[{"Key": "a", "Value": "b"}])
    listed = pages(iam, "list_roles", "Roles", PathPrefix=f"/{name}/")
    assert [each["RoleName"] for each in listed] == names
    assert all(each["AssumeRolePolicyDocument"] == TRUST and "Tags" not in each and "RoleLastUsed" not in each for each in listed)
    first = iam.list_roles(PathPrefix=f"/{name}/", MaxItems=1)
    with refused("InvalidInput"):
        iam.list_roles(PathPrefix="/", Marker=first["Marker"])


def test_tags(iam, role):
    iam.tag_role(RoleName=role, Tags=[{"Key": key, "Value": key.upper()} for key in "cab"])
    iam.tag_role(RoleName=role, Tags=[{"Key": "A", "Value": "again"}])
    assert pages(iam, "list_role_tags", "Tags", RoleName=role) == [
        {"Key": "A", "Value": "again"}, {"Key": "b", "Value": "B"}, {"Key": "c", "Value": "C"},
    ]
    iam.untag_role(RoleName=role, TagKeys=["B", "nothing"])
    assert [tag["Key"] for tag in iam.list_role_tags(RoleName=role)["Tags"]] == ["A", "c"]
    with refused("LimitExceeded", status=409):
        iam.tag_role(RoleName=role, Tags=[{"Key": f"k{number}", "Value": ""} for number in range(49)])
    assert len(iam.list_role_tags(RoleName=role)["Tags"]) == 2


def test_instance_profiles(server, iam, role, name):
    profile = iam.create_instance_profile(InstanceProfileName=name, Path="/web/", Tags=[{"Key": "a", "Value": "b"}])["InstanceProfile"]
    assert profile["Arn"] == f"arn:aws:iam::{server.account}:instance-profile/web/{name}" and profile["Roles"] == []
    iam.add_role_to_instance_profile(InstanceProfileName=name, RoleName=role)
    found = iam.get_instance_profile(InstanceProfileName=name)["InstanceProfile"]
    assert [each["RoleName"] for each in found["Roles"]] == [role] and found["Tags"] == [{"Key": "a", "Value": "b"}]
    assert [each["InstanceProfileName"] for each in iam.list_instance_profiles_for_role(RoleName=role)["InstanceProfiles"]] == [name]
    assert [each["InstanceProfileName"] for each in iam.list_instance_profiles(PathPrefix="/web/")["InstanceProfiles"] if each["Roles"]] == [name]
    with refused("LimitExceeded", "InstanceSessionsPerInstanceProfile: 1", status=409):
        iam.add_role_to_instance_profile(InstanceProfileName=name, RoleName=role)
    with refused("DeleteConflict", "remove roles from instance profile first", status=409):
        iam.delete_role(RoleName=role)
    with refused("DeleteConflict", status=409):
        iam.delete_instance_profile(InstanceProfileName=name)
    iam.untag_instance_profile(InstanceProfileName=name, TagKeys=["a"])
    iam.tag_instance_profile(InstanceProfileName=name, Tags=[{"Key": "c", "Value": "d"}])
    assert iam.list_instance_profile_tags(InstanceProfileName=name)["Tags"] == [{"Key": "c", "Value": "d"}]
    iam.remove_role_from_instance_profile(InstanceProfileName=name, RoleName=role)
    iam.delete_instance_profile(InstanceProfileName=name)
    with refused("NoSuchEntity", f"^Instance Profile {name} cannot be found.$", status=404):
        iam.get_instance_profile(InstanceProfileName=name)


def test_of_many_at_once_one_makes_the_role(server, name):
    def make(_):
        try:
            return server.client("iam").create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]["RoleId"]
        except server.client("iam").exceptions.EntityAlreadyExistsException:
            return None

    with ThreadPoolExecutor(4) as pool:
        assert len([made for made in pool.map(make, range(4)) if made]) == 1


def test_openid_connect_providers(server, iam, name):
    url, thumbprint = f"{name}.example.com/issuer", "0123456789abcdef0123456789ABCDEF01234567"
    arn = iam.create_open_id_connect_provider(
        Url=f"https://{url}", ClientIDList=["sts.amazonaws.com"], ThumbprintList=[thumbprint], Tags=[{"Key": "a", "Value": "b"}],
    )["OpenIDConnectProviderArn"]
    assert arn == f"arn:aws:iam::{server.account}:oidc-provider/{url}"
    with refused("EntityAlreadyExists", f"^Provider with url https://{url} already exists.$", status=409):
        iam.create_open_id_connect_provider(Url=f"https://{url}")
    iam.add_client_id_to_open_id_connect_provider(OpenIDConnectProviderArn=arn, ClientID="other, with a comma")
    iam.add_client_id_to_open_id_connect_provider(OpenIDConnectProviderArn=arn, ClientID="other, with a comma")
    iam.remove_client_id_from_open_id_connect_provider(OpenIDConnectProviderArn=arn, ClientID="sts.amazonaws.com")
    iam.update_open_id_connect_provider_thumbprint(OpenIDConnectProviderArn=arn, ThumbprintList=["f" * 40])
    iam.tag_open_id_connect_provider(OpenIDConnectProviderArn=arn, Tags=[{"Key": "c", "Value": "d"}])
    iam.untag_open_id_connect_provider(OpenIDConnectProviderArn=arn, TagKeys=["a"])
    found = iam.get_open_id_connect_provider(OpenIDConnectProviderArn=arn)
    assert found["Url"] == url and found["ClientIDList"] == ["other, with a comma"] and found["ThumbprintList"] == ["f" * 40]
    assert found["Tags"] == iam.list_open_id_connect_provider_tags(OpenIDConnectProviderArn=arn)["Tags"] == [{"Key": "c", "Value": "d"}]
    assert arn in [each["Arn"] for each in iam.list_open_id_connect_providers()["OpenIDConnectProviderList"]]
    iam.delete_open_id_connect_provider(OpenIDConnectProviderArn=arn)
    with refused("NoSuchEntity", status=404):
        iam.get_open_id_connect_provider(OpenIDConnectProviderArn=arn)
    for wrong in ("http://a.example.com", "https://a.example.com:8443/x", "https://a.example.com?x=y", "https:///x"):
        with refused("InvalidInput"):
            iam.create_open_id_connect_provider(Url=wrong)
    with refused(("InvalidInput", "ValidationError")):
        iam.create_open_id_connect_provider(Url=f"https://{name}.example.com", ThumbprintList=["z" * 40])
    with refused("AccessDenied", status=403):
        iam.get_open_id_connect_provider(OpenIDConnectProviderArn=arn.replace(server.account, "999999999999"))


def test_passing_a_role_tells_to_whom_and_for_what(server, iam, role, name):
    iam.create_instance_profile(InstanceProfileName=name)
    profile = iam.get_instance_profile(InstanceProfileName=name)["InstanceProfile"]["Arn"]
    user = User(server, iam)
    request = {"InstanceProfileName": name, "RoleName": role}
    for service, resource in [("lambda.amazonaws.com", profile), ("ec2.amazonaws.com", "arn:aws:ec2:*:*:instance/*")]:
        condition = {"StringEquals": {"iam:PassedToService": service}, "ArnLike": {"iam:AssociatedResourceArn": resource}}
        user.may(allow("iam:AddRoleToInstanceProfile"), allow("iam:PassRole", Condition=condition))
        with refused("AccessDenied", "iam:PassRole", status=403):
            user.server.client("iam").add_role_to_instance_profile(**request)
    condition = {"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}, "ArnLike": {"iam:AssociatedResourceArn": profile}}
    user.may(allow("iam:AddRoleToInstanceProfile"), allow("iam:PassRole", Condition=condition))
    user.server.client("iam").add_role_to_instance_profile(**request)


def test_service_linked_roles_are_refused_with_what_to_do(iam):
    with refused("InvalidInput", "make a role with CreateRole"):
        iam.create_service_linked_role(AWSServiceName="autoscaling.amazonaws.com", Description="of Terraform", CustomSuffix="a")
    with refused("ValidationError"):
        iam.create_service_linked_role(AWSServiceName="no service!")


def test_which_policies_give_access_to_a_service(iam, role, name):
    arn, services = iam.get_role(RoleName=role)["Role"]["Arn"], ["s3", "ec2", "kms"]
    policy = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:Get*", "Resource": "*"}}
    iam.put_role_policy(RoleName=role, PolicyName="inline", PolicyDocument=json.dumps(policy))
    managed = "arn:aws:iam::aws:policy/AmazonEC2ReadOnlyAccess"
    iam.attach_role_policy(RoleName=role, PolicyArn=managed)
    told = iam.list_policies_granting_service_access(Arn=arn, ServiceNamespaces=services)
    assert not told["IsTruncated"]
    assert [grant["ServiceNamespace"] for grant in told["PoliciesGrantingServiceAccess"]] == services
    inline = {"PolicyName": "inline", "PolicyType": "INLINE", "EntityType": "ROLE", "EntityName": role}
    assert [grant["Policies"] for grant in told["PoliciesGrantingServiceAccess"]] == [
        [inline], [{"PolicyName": "AmazonEC2ReadOnlyAccess", "PolicyType": "MANAGED", "PolicyArn": managed}], [],
    ]
    with refused("NoSuchEntity", status=404):
        iam.list_policies_granting_service_access(Arn=arn + "x", ServiceNamespaces=services)
    with refused("InvalidInput"):
        iam.list_policies_granting_service_access(Arn="arn:aws:s3:::a-bucket", ServiceNamespaces=services)
    first = iam.list_policies_granting_service_access(Arn=arn, ServiceNamespaces=[f"service-{number}" for number in range(150)])
    assert first["IsTruncated"] and len(first["PoliciesGrantingServiceAccess"]) == 100
    rest = iam.list_policies_granting_service_access(
        Arn=arn, ServiceNamespaces=[f"service-{number}" for number in range(150)], Marker=first["Marker"])
    assert not rest["IsTruncated"] and rest["PoliciesGrantingServiceAccess"][0]["ServiceNamespace"] == "service-100"
