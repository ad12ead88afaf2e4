"""Users, groups, roles and policies for the pages of the console, and the addresses of those pages."""

from __future__ import annotations

import json
import urllib.parse
import uuid
from dataclasses import dataclass

from ferry_server import HOME, FerryServer
from identities import document


def quoted(text: str) -> str:
    """As a part of an address."""
    return urllib.parse.quote(text, safe="")


def trust(account: str) -> str:
    """Whom the account itself allows it may take on the role."""
    statement = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{account}:root"}, "Action": "sts:AssumeRole"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


@dataclass
class People:
    """One of each, with something of everything that its page shows."""

    user: str
    group: str
    role: str
    policy: str
    policy_arn: str
    inline: str

    @property
    def pages(self) -> dict[str, str]:
        arn = quoted(self.policy_arn)
        return {
            "users": "users", "user": f"users/{self.user}", "create-user": "create/users", "delete-user": f"users/{self.user}/delete",
            "groups": "groups", "group": f"groups/{self.group}", "roles": "roles", "role": f"roles/{self.role}", "create-role": "create/roles",
            "trust": f"roles/{self.role}/trust", "policies": "policies?show=All", "policy": f"policies/{arn}", "edit-policy": f"policies/{arn}/edit",
            "delete-policy": f"policies/{arn}/delete", "create-policy": "create-policy",
            "inline-policy": f"users/{self.user}/policies/{self.inline}", "create-inline": f"users/{self.user}/create-policy",
            "no-user": "users/nobody-is-called-so",
        }


def made(server: FerryServer, path: str = "/", description: str = "what it is for", tag: str = "images", password: bool = True) -> People:
    iam = server.client("iam")
    name = uuid.uuid4().hex[:12]
    people = People(f"ann-{name}", f"builders-{name}", f"reader-{name}", f"read-{name}", "", f"own-{name}")
    tags = [{"Key": "team", "Value": tag}]
    arn = iam.create_policy(
        PolicyName=people.policy, Description=description, PolicyDocument=json.dumps(document("ec2:Describe*")), Tags=tags
    )["Policy"]["Arn"]
    people.policy_arn = arn
    iam.create_policy_version(PolicyArn=arn, PolicyDocument=json.dumps(document("ec2:DescribeImages")), SetAsDefault=True)
    iam.create_user(UserName=people.user, Path=path, Tags=tags)
    iam.create_group(GroupName=people.group, Path=path)
    iam.create_role(
        RoleName=people.role, Path=path, Description=description, AssumeRolePolicyDocument=trust(server.account), Tags=tags
    )
    iam.add_user_to_group(UserName=people.user, GroupName=people.group)
    iam.attach_user_policy(UserName=people.user, PolicyArn=arn)
    iam.attach_group_policy(GroupName=people.group, PolicyArn=arn)
    iam.attach_role_policy(RoleName=people.role, PolicyArn=arn)
    iam.put_user_policy(UserName=people.user, PolicyName=people.inline, PolicyDocument=json.dumps(document("ec2:CopyImage")))
    iam.put_role_policy(RoleName=people.role, PolicyName=people.inline, PolicyDocument=json.dumps(document("ec2:CopyImage")))
    iam.create_access_key(UserName=people.user)
    if password:
        iam.create_login_profile(UserName=people.user, Password="Correct-horse-1")
    return people


def keys(server: FerryServer, description: str = "what it is for", tag: str = "images") -> dict[str, str]:
    """A KMS key with an alias, a tag and a grant, and the addresses of its pages."""
    kms = server.kms(HOME)
    key = kms.create_key(Description=description, Tags=[{"TagKey": "team", "TagValue": tag}])["KeyMetadata"]["KeyId"]
    kms.create_alias(AliasName=f"alias/images-{uuid.uuid4().hex[:12]}", TargetKeyId=key)
    kms.create_grant(KeyId=key, GranteePrincipal=f"arn:aws:iam::{server.account}:root", Operations=["Decrypt"], Name="to-read")
    return {
        "keys": f"{HOME}/keys", "key": f"{HOME}/keys/{key}", "create-key": f"create/key?region={HOME}", "key-policy": f"{HOME}/keys/{key}/policy",
        "delete-key": f"{HOME}/keys/{key}/delete",
    }


def organization(server: FerryServer, account: str) -> dict[str, str]:
    """The addresses of the pages of an account of the organization, and of a unit and a policy."""
    organizations = server.client("organizations")
    root = organizations.list_roots()["Roots"][0]["Id"]
    unit = organizations.create_organizational_unit(ParentId=root, Name=f"unit-{uuid.uuid4().hex[:8]}")["OrganizationalUnit"]["Id"]
    return {
        "accounts": "accounts", "account": f"accounts/{account}", "close-account": f"accounts/{account}/close", "create-account": "create/account",
        "units": "units", "root": f"units/{root}", "unit": f"units/{unit}", "control-policy": "control-policies/p-FullAWSAccess",
        "switch-role": f"switch-role?account={account}&role=OrganizationAccountAccessRole", "switch-back": "switch-back",
    }
