"""Users, groups, access keys, passwords and the account, through boto3 and the AWS command line as the root user."""

from __future__ import annotations

import csv
import io
import json
import uuid

import boto3
import pytest
from botocore.config import Config
from ferry_server import HOME
from patience import eventually
from refusals import refused

PASSWORD = "Correct-horse-1"


@pytest.fixture(scope="module")
def iam(server):
    return server.client("iam", validate=False)


@pytest.fixture
def name():
    return f"user-{uuid.uuid4().hex[:12]}"


@pytest.fixture
def user(iam, name):
    return iam.create_user(UserName=name, Path="/staff/", Tags=[{"Key": "team", "Value": "a"}])["User"]


def client_of(server, key, service, region=HOME):
    """A client that signs with a key of a user."""
    return boto3.client(
        service, region_name=region, endpoint_url=server.endpoint, aws_access_key_id=key["AccessKeyId"],
        aws_secret_access_key=key["SecretAccessKey"], config=Config(retries={"total_max_attempts": 1}),
    )


def test_the_life_of_a_user(server, iam, name, user):
    assert user["Arn"] == f"arn:aws:iam::{server.account}:user/staff/{name}"
    assert user["UserId"].startswith("AIDA") and len(user["UserId"]) == 21
    assert iam.get_user(UserName=name.upper())["User"] == user
    with refused("EntityAlreadyExists", f"User with name {name} already exists.", status=409):
        iam.create_user(UserName=name)
    listed = iam.list_users(PathPrefix="/staff/")["Users"]
    assert {k: v for k, v in user.items() if k != "Tags"} in listed, "a listing tells no tags"
    iam.update_user(UserName=name, NewUserName=f"{name}-new", NewPath="/")
    with refused("NoSuchEntity", f"The user with name {name} cannot be found.", status=404):
        iam.get_user(UserName=name)
    renamed = iam.get_user(UserName=f"{name}-new")["User"]
    assert (renamed["UserId"], renamed["Path"], renamed["Tags"]) == (user["UserId"], "/", user["Tags"])
    iam.tag_user(UserName=f"{name}-new", Tags=[{"Key": "Team", "Value": "b"}, {"Key": "x", "Value": ""}])
    assert iam.list_user_tags(UserName=f"{name}-new")["Tags"] == [{"Key": "Team", "Value": "b"}, {"Key": "x", "Value": ""}]
    iam.untag_user(UserName=f"{name}-new", TagKeys=["TEAM"])
    assert iam.list_user_tags(UserName=f"{name}-new")["Tags"] == [{"Key": "x", "Value": ""}]
    iam.delete_user(UserName=f"{name}-new")
    with refused("NoSuchEntity", status=404):
        iam.delete_user(UserName=f"{name}-new")


def test_the_root_user_is_told_without_a_name(server, iam):
    root = iam.get_user()["User"]
    assert root["Arn"] == f"arn:aws:iam::{server.account}:root" and root["UserId"] == server.account and root["CreateDate"]


@pytest.mark.parametrize(
    ("options", "code", "message"),
    [
        ({}, "ValidationError", "Value at 'userName' failed to satisfy constraint: Member must not be null"),
        ({"UserName": "a b"}, "ValidationError", r"at 'userName' failed to satisfy constraint: Member must satisfy regular expression pattern"),
        ({"UserName": "a" * 65}, "ValidationError", "length less than or equal to 64"),
        ({"UserName": "é"}, "ValidationError", "regular expression"),
        ({"UserName": "a", "Path": "a/"}, "ValidationError", "at 'path'"),
        ({"UserName": "a", "Tags": [{"Key": "k", "Value": "1"}, {"Key": "K", "Value": "2"}]}, "InvalidInput", "Duplicate tag keys"),
        ({"UserName": "a", "Tags": [{"Key": "aws:k", "Value": "1"}]}, "InvalidInput", "reserved"),
        ({"UserName": "a", "Tags": [{"Key": f"k{n}", "Value": ""} for n in range(51)]}, "ValidationError", "less than or equal to 50"),
    ],
)
def test_users_that_are_not_made(iam, options, code, message):
    with refused(code, message):
        iam.create_user(**options)
    with refused("NoSuchEntity", status=404):
        iam.get_user(UserName="a")


def test_pages(iam, name):
    names = [f"{name}-{n}" for n in range(5)]
    for each in names:
        iam.create_user(UserName=each, Path=f"/{name}/")
    pages = list(iam.get_paginator("list_users").paginate(PathPrefix=f"/{name}/", PaginationConfig={"PageSize": 2}))
    assert [len(page["Users"]) for page in pages] == [2, 2, 1]
    assert [u["UserName"] for page in pages for u in page["Users"]] == names
    marker = pages[0]["Marker"]
    for listing, options in ((iam.list_users, {}), (iam.list_groups, {}), (iam.list_users, {"PathPrefix": "/x/"})):
        with refused("InvalidInput", "Marker"):
            listing(Marker=marker, **options)
    for size in (0, 1001):
        with refused("ValidationError", "maxItems"):
            iam.list_users(MaxItems=size)


def test_groups(server, iam, name, user):
    group = iam.create_group(GroupName=f"g-{name}", Path="/g/")["Group"]
    assert group["Arn"] == f"arn:aws:iam::{server.account}:group/g/g-{name}" and group["GroupId"].startswith("AGPA")
    with refused("EntityAlreadyExists", "Group with name", status=409):
        iam.create_group(GroupName=f"G-{name}")
    for _ in range(2):
        iam.add_user_to_group(GroupName=f"g-{name}", UserName=name)
    assert [u["UserName"] for u in iam.get_group(GroupName=f"g-{name}")["Users"]] == [name]
    assert iam.list_groups_for_user(UserName=name)["Groups"] == [group]
    with refused("DeleteConflict", "Cannot delete entity, must remove users from group first.", status=409):
        iam.delete_group(GroupName=f"g-{name}")
    with refused("DeleteConflict", "must remove users from group first", status=409):
        iam.delete_user(UserName=name)
    iam.update_group(GroupName=f"g-{name}", NewGroupName=f"h-{name}")
    iam.remove_user_from_group(GroupName=f"h-{name}", UserName=name)
    with refused("NoSuchEntity", status=404):
        iam.remove_user_from_group(GroupName=f"h-{name}", UserName=name)
    assert f"h-{name}" in [g["GroupName"] for g in iam.list_groups(PathPrefix="/g/")["Groups"]]
    iam.delete_group(GroupName=f"h-{name}")
    with refused("NoSuchEntity", f"The group with name h-{name} cannot be found.", status=404):
        iam.get_group(GroupName=f"h-{name}")


def test_a_users_key_signs_until_it_may_not(server, iam, name, user):
    key = iam.create_access_key(UserName=name)["AccessKey"]
    assert key["AccessKeyId"].startswith("AKIA") and key["Status"] == "Active" and key["UserName"] == name
    sts = client_of(server, key, "sts")
    identity = sts.get_caller_identity()
    assert (identity["Arn"], identity["UserId"], identity["Account"]) == (user["Arn"], user["UserId"], server.account)

    def used():
        return iam.get_access_key_last_used(AccessKeyId=key["AccessKeyId"])

    eventually(lambda: used()["AccessKeyLastUsed"]["ServiceName"] == "sts", "the use of the key")
    assert used()["UserName"] == name and used()["AccessKeyLastUsed"]["Region"] == HOME
    other = iam.create_access_key(UserName=name)["AccessKey"]["AccessKeyId"]
    assert iam.get_access_key_last_used(AccessKeyId=other)["AccessKeyLastUsed"] == {"ServiceName": "N/A", "Region": "N/A"}
    with refused("LimitExceeded", "Cannot exceed quota for AccessKeysPerUser: 2", status=409):
        iam.create_access_key(UserName=name)
    iam.update_access_key(UserName=name, AccessKeyId=key["AccessKeyId"], Status="Inactive")
    with refused("InvalidClientTokenId", status=403):
        sts.get_caller_identity()
    iam.update_access_key(UserName=name, AccessKeyId=key["AccessKeyId"], Status="Active")
    assert sts.get_caller_identity()["Arn"] == user["Arn"]
    iam.update_user(UserName=name, NewUserName=f"{name}-new")
    assert sts.get_caller_identity()["Arn"] == f"{user['Arn']}-new"
    statuses = {k["AccessKeyId"]: k["Status"] for k in iam.list_access_keys(UserName=f"{name}-new")["AccessKeyMetadata"]}
    assert statuses == {key["AccessKeyId"]: "Active", other: "Active"}
    with refused("DeleteConflict", "must delete access keys first", status=409):
        iam.delete_user(UserName=f"{name}-new")
    iam.delete_access_key(UserName=f"{name}-new", AccessKeyId=key["AccessKeyId"])
    with refused("InvalidClientTokenId", status=403):
        sts.get_caller_identity()
    with refused("NoSuchEntity", status=404):
        iam.delete_access_key(UserName=f"{name}-new", AccessKeyId=key["AccessKeyId"])


def test_keys_of_the_root_user(server, iam):
    key = iam.create_access_key()["AccessKey"]
    assert client_of(server, key, "sts").get_caller_identity()["Arn"] == f"arn:aws:iam::{server.account}:root"
    assert key["AccessKeyId"] in [k["AccessKeyId"] for k in iam.list_access_keys()["AccessKeyMetadata"]]
    iam.delete_access_key(AccessKeyId=key["AccessKeyId"])
    with refused("InvalidClientTokenId", status=403):
        client_of(server, key, "sts").get_caller_identity()


def test_passwords(iam, name, user):
    with refused("NoSuchEntity", f"Login Profile for User {name} cannot be found.", status=404):
        iam.get_login_profile(UserName=name)
    with refused("PasswordPolicyViolation"):
        iam.create_login_profile(UserName=name, Password="short")
    profile = iam.create_login_profile(UserName=name, Password=PASSWORD, PasswordResetRequired=True)["LoginProfile"]
    assert profile == iam.get_login_profile(UserName=name)["LoginProfile"] and profile["PasswordResetRequired"]
    with refused("EntityAlreadyExists", status=409):
        iam.create_login_profile(UserName=name, Password=PASSWORD)
    iam.update_login_profile(UserName=name, PasswordResetRequired=False)
    assert not iam.get_login_profile(UserName=name)["LoginProfile"]["PasswordResetRequired"]
    with refused("DeleteConflict", "must delete login profile first", status=409):
        iam.delete_user(UserName=name)
    with refused("InvalidUserType"):
        iam.change_password(OldPassword=PASSWORD, NewPassword=PASSWORD + "2")
    iam.delete_login_profile(UserName=name)
    iam.delete_user(UserName=name)


def test_the_account(fresh_server):
    iam = fresh_server.client("iam", validate=False)
    with refused("NoSuchEntity", f"The Password Policy with domain name {fresh_server.account} cannot be found.", status=404):
        iam.get_account_password_policy()
    iam.update_account_password_policy(MinimumPasswordLength=12, RequireNumbers=True, MaxPasswordAge=90)
    policy = iam.get_account_password_policy()["PasswordPolicy"]
    assert (policy["MinimumPasswordLength"], policy["RequireNumbers"], policy["ExpirePasswords"]) == (12, True, True)
    assert "PasswordReusePrevention" not in policy and not policy["RequireSymbols"]
    with refused("ValidationError", "minimumPasswordLength"):
        iam.update_account_password_policy(MinimumPasswordLength=5)
    iam.create_user(UserName="ann")
    with refused("PasswordPolicyViolation", "at least 12"):
        iam.create_login_profile(UserName="ann", Password="abcdef1")
    iam.create_access_key(UserName="ann")
    iam.delete_account_password_policy()
    with refused("NoSuchEntity", status=404):
        iam.delete_account_password_policy()
    iam.create_account_alias(AccountAlias="a-shop")
    assert iam.list_account_aliases()["AccountAliases"] == ["a-shop"]
    with refused("EntityAlreadyExists", status=409):
        iam.create_account_alias(AccountAlias="a-shop")
    with refused("ValidationError"):
        iam.create_account_alias(AccountAlias="A--shop")
    iam.delete_account_alias(AccountAlias="a-shop")
    assert iam.list_account_aliases()["AccountAliases"] == []
    summary = iam.get_account_summary()["SummaryMap"]
    assert (summary["Users"], summary["UsersQuota"], summary["AccountAccessKeysPresent"], summary["AccountMFAEnabled"]) == (1, 5000, 1, 0)
    assert iam.generate_credential_report()["State"] == "COMPLETE"
    report = list(csv.DictReader(io.StringIO(iam.get_credential_report()["Content"].decode())))
    assert [(line["user"], line["access_key_1_active"]) for line in report] == [("<root_account>", "true"), ("ann", "true")]
    # All of it is there after a restart.
    fresh_server.kill()
    fresh_server.start()
    assert [u["UserName"] for u in fresh_server.client("iam").list_users()["Users"]] == ["ann"]


def test_what_ferry_has_not_is_an_empty_list(iam, name, user):
    assert iam.list_ssh_public_keys(UserName=name)["SSHPublicKeys"] == []
    assert iam.list_mfa_devices(UserName=name)["MFADevices"] == []
    assert iam.list_service_specific_credentials(UserName=name)["ServiceSpecificCredentials"] == []
    assert iam.list_virtual_mfa_devices()["VirtualMFADevices"] == []
    assert iam.list_signing_certificates(UserName=name)["Certificates"] == []
    assert iam.list_server_certificates(PathPrefix="/a/")["ServerCertificateMetadataList"] == []
    assert iam.list_saml_providers()["SAMLProviderList"] == []
    for listing in (iam.list_ssh_public_keys, iam.list_mfa_devices, iam.list_service_specific_credentials, iam.list_signing_certificates):
        with refused("NoSuchEntity", status=404):
            listing(UserName="nobody-at-all")


def test_the_aws_command_line(aws, name):
    aws("iam", "create-user", "--user-name", name, "--tags", "Key=a,Value=b")
    aws("iam", "wait", "user-exists", "--user-name", name)
    key = json.loads(aws("iam", "create-access-key", "--user-name", name, "--output", "json").stdout)["AccessKey"]
    aws("iam", "create-login-profile", "--user-name", name, "--password", PASSWORD)
    aws("iam", "delete-login-profile", "--user-name", name)
    aws("iam", "delete-access-key", "--user-name", name, "--access-key-id", key["AccessKeyId"])
    aws("iam", "delete-user", "--user-name", name)
    assert "NoSuchEntity" in aws("iam", "get-user", "--user-name", name, check=False).stderr
