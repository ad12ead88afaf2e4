"""Organizations through boto3: the tree of accounts and units, service control policies, tags, paging and refusals."""

from __future__ import annotations

import json
import uuid

import accounts
import pytest
from refusals import refused

DENIAL = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "ec2:CopyImage", "Resource": "*"}]})
SCP = "SERVICE_CONTROL_POLICY"


@pytest.fixture
def organizations(server):
    return server.client("organizations")


@pytest.fixture
def root(organizations):
    return organizations.list_roots()["Roots"][0]["Id"]


def named(kind: str) -> str:
    return f"{kind}-{uuid.uuid4().hex[:10]}"


def new_account(organizations, **more) -> str:
    name = named("account")
    asked = organizations.create_account(AccountName=name, Email=f"{name}@example.com", **more)["CreateAccountStatus"]
    assert asked["State"] == "IN_PROGRESS" and "AccountId" not in asked
    done = organizations.describe_create_account_status(CreateAccountRequestId=asked["Id"])["CreateAccountStatus"]
    assert done["State"] == "SUCCEEDED" and done["CompletedTimestamp"] >= done["RequestedTimestamp"]
    return done["AccountId"]


def new_unit(organizations, parent: str, **more) -> str:
    return organizations.create_organizational_unit(ParentId=parent, Name=named("unit"), **more)["OrganizationalUnit"]["Id"]


def test_the_organization_is_there_and_managed_by_the_root_account(server, organizations):
    found = organizations.describe_organization()["Organization"]
    assert found["MasterAccountId"] == server.account
    assert found["MasterAccountArn"] == f"arn:aws:organizations::{server.account}:account/{found['Id']}/{server.account}"
    assert found["FeatureSet"] == "ALL" and found["AvailablePolicyTypes"] == [{"Type": SCP, "Status": "ENABLED"}]
    with refused("AlreadyInOrganizationException"):
        organizations.create_organization(FeatureSet="ALL")
    roots = organizations.list_roots()["Roots"]
    assert [root["PolicyTypes"] for root in roots] == [[{"Type": SCP, "Status": "ENABLED"}]]
    assert organizations.list_delegated_administrators()["DelegatedAdministrators"] == []
    assert organizations.list_aws_service_access_for_organization()["EnabledServicePrincipals"] == []


def test_what_there_is_not_says_so(server, organizations, other_account):
    """Reads of invitations, delegated administrators and the organization's own policy, and the organization stays."""
    assert organizations.list_handshakes_for_organization()["Handshakes"] == []
    assert organizations.list_handshakes_for_account(Filter={"ActionType": "INVITE"})["Handshakes"] == []
    assert other_account.client("organizations").list_handshakes_for_account()["Handshakes"] == []
    assert organizations.list_delegated_administrators()["DelegatedAdministrators"] == []
    with refused("AccountNotRegisteredException"):
        organizations.list_delegated_services_for_account(AccountId=other_account.account)
    with refused("AccountNotFoundException"):
        organizations.list_delegated_services_for_account(AccountId="123456789012")
    with refused("ResourcePolicyNotFoundException"):
        organizations.describe_resource_policy()
    with refused("OrganizationNotEmptyException", "^The organization isn't empty"):
        organizations.delete_organization()
    raw = server.client("organizations", validate=False)
    with refused("InvalidInputException"):
        raw.list_handshakes_for_organization(Filter={"ActionType": "WAVE"})
    for call in (
        other_account.client("organizations").list_handshakes_for_organization, other_account.client("organizations").describe_resource_policy,
        other_account.client("organizations").delete_organization,
        lambda: other_account.client("organizations").list_delegated_services_for_account(AccountId=server.account),
    ):
        with refused("AccessDeniedException"):
            call()


def test_an_organization_without_other_accounts_stays_too(fresh_server):
    organizations = fresh_server.client("organizations")
    with refused("ConstraintViolationException", "there as long as the server is"):
        organizations.delete_organization()
    assert organizations.describe_organization()["Organization"]["MasterAccountId"] == fresh_server.account


def test_an_account_is_created_moved_and_closed(server, organizations, root):
    account = new_account(organizations, Tags=[{"Key": "team", "Value": "ci"}])
    organization = organizations.describe_organization()["Organization"]["Id"]
    described = organizations.describe_account(AccountId=account)["Account"]
    assert described["Arn"] == f"arn:aws:organizations::{server.account}:account/{organization}/{account}"
    assert (described["Status"], described["State"], described["JoinedMethod"]) == ("ACTIVE", "ACTIVE", "CREATED")
    assert described["Paths"] == [f"{organization}/{root}/{account}/"]
    assert organizations.list_tags_for_resource(ResourceId=account)["Tags"] == [{"Key": "team", "Value": "ci"}]

    unit = new_unit(organizations, root)
    organizations.move_account(AccountId=account, SourceParentId=root, DestinationParentId=unit)
    assert organizations.list_parents(ChildId=account)["Parents"] == [{"Id": unit, "Type": "ORGANIZATIONAL_UNIT"}]
    assert organizations.list_parents(ChildId=unit)["Parents"] == [{"Id": root, "Type": "ROOT"}]
    assert organizations.list_children(ParentId=unit, ChildType="ACCOUNT")["Children"] == [{"Id": account, "Type": "ACCOUNT"}]
    assert [found["Id"] for found in organizations.list_accounts_for_parent(ParentId=unit)["Accounts"]] == [account]
    with refused("SourceParentNotFoundException"):
        organizations.move_account(AccountId=account, SourceParentId=root, DestinationParentId=unit)
    with refused("DestinationParentNotFoundException"):
        organizations.move_account(AccountId=account, SourceParentId=unit, DestinationParentId="ou-none-12345678")
    with refused("DuplicateAccountException"):
        organizations.move_account(AccountId=account, SourceParentId=unit, DestinationParentId=unit)
    with refused("OrganizationalUnitNotEmptyException"):
        organizations.delete_organizational_unit(OrganizationalUnitId=unit)

    organizations.close_account(AccountId=account)
    assert organizations.describe_account(AccountId=account)["Account"]["Status"] == "SUSPENDED"
    with refused("AccountAlreadyClosedException"):
        organizations.close_account(AccountId=account)
    with refused("ConstraintViolationException") as caught:
        organizations.close_account(AccountId=server.account)
    assert caught.value.response["Reason"] == "CANNOT_CLOSE_MANAGEMENT_ACCOUNT"


def test_an_address_is_of_one_account_only(organizations):
    address = f"{named('taken')}@example.com"
    for name, state in [("one", "SUCCEEDED"), ("two", "FAILED")]:
        asked = organizations.create_account(AccountName=name, Email=address)["CreateAccountStatus"]["Id"]
        done = organizations.describe_create_account_status(CreateAccountRequestId=asked)["CreateAccountStatus"]
        assert done["State"] == state
    assert done["FailureReason"] == "EMAIL_ALREADY_EXISTS" and "AccountId" not in done
    pages = organizations.get_paginator("list_create_account_status").paginate(States=["FAILED"])
    assert asked in [request["Id"] for page in pages for request in page["CreateAccountStatuses"]]


def test_units_are_named_once_under_a_parent_and_five_deep(organizations, root):
    parent = root
    for _ in range(5):
        parent = new_unit(organizations, parent)
    with refused("ConstraintViolationException") as caught:
        new_unit(organizations, parent)
    assert caught.value.response["Reason"] == "OU_DEPTH_LIMIT_EXCEEDED"
    one, other = new_unit(organizations, root), new_unit(organizations, root)
    name = organizations.describe_organizational_unit(OrganizationalUnitId=one)["OrganizationalUnit"]["Name"]
    with refused("DuplicateOrganizationalUnitException"):
        organizations.update_organizational_unit(OrganizationalUnitId=other, Name=name)
    renamed = organizations.update_organizational_unit(OrganizationalUnitId=other, Name=named("new"))["OrganizationalUnit"]
    pages = organizations.get_paginator("list_organizational_units_for_parent").paginate(ParentId=root, PaginationConfig={"PageSize": 1})
    assert renamed in [unit for page in pages for unit in page["OrganizationalUnits"]]
    organizations.delete_organizational_unit(OrganizationalUnitId=other)
    with refused("OrganizationalUnitNotFoundException"):
        organizations.describe_organizational_unit(OrganizationalUnitId=other)


def test_policies_are_attached_to_places_of_the_tree(organizations, root):
    unit = new_unit(organizations, root)
    made = organizations.create_policy(Content=DENIAL, Description="none", Name=named("policy"), Type=SCP, Tags=[])["Policy"]
    policy = made["PolicySummary"]["Id"]
    assert json.loads(made["Content"]) == json.loads(DENIAL) and made["PolicySummary"]["AwsManaged"] is False
    with refused("DuplicatePolicyException"):
        organizations.create_policy(Content=DENIAL, Description="", Name=made["PolicySummary"]["Name"], Type=SCP)
    organizations.attach_policy(PolicyId=policy, TargetId=unit)
    with refused("DuplicatePolicyAttachmentException"):
        organizations.attach_policy(PolicyId=policy, TargetId=unit)
    attached = organizations.list_policies_for_target(TargetId=unit, Filter=SCP)["Policies"]
    assert {found["Id"] for found in attached} == {policy, "p-FullAWSAccess"}
    targets = organizations.list_targets_for_policy(PolicyId=policy)["Targets"]
    assert [(target["TargetId"], target["Type"]) for target in targets] == [(unit, "ORGANIZATIONAL_UNIT")]
    pages = organizations.get_paginator("list_policies").paginate(Filter=SCP, PaginationConfig={"PageSize": 1})
    assert {policy, "p-FullAWSAccess"} <= {found["Id"] for page in pages for found in page["Policies"]}
    assert organizations.list_policies(Filter="TAG_POLICY")["Policies"] == []
    changed = organizations.update_policy(PolicyId=policy, Description="changed")["Policy"]
    assert changed["PolicySummary"]["Description"] == "changed" and changed["Content"] == made["Content"]
    with refused("PolicyInUseException"):
        organizations.delete_policy(PolicyId=policy)
    organizations.detach_policy(PolicyId=policy, TargetId=unit)
    with refused("PolicyNotAttachedException"):
        organizations.detach_policy(PolicyId=policy, TargetId=unit)
    with refused("ConstraintViolationException", "last policy") as caught:
        organizations.detach_policy(PolicyId="p-FullAWSAccess", TargetId=unit)
    assert caught.value.response["Reason"] == "MIN_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED"
    organizations.delete_policy(PolicyId=policy)
    with refused("PolicyNotFoundException"):
        organizations.describe_policy(PolicyId=policy)
    with refused("MalformedPolicyDocumentException"):
        organizations.create_policy(Content="{}", Description="", Name=named("wrong"), Type=SCP)
    with refused("PolicyTypeNotAvailableForOrganizationException"):
        organizations.create_policy(Content="{}", Description="", Name=named("wrong"), Type="TAG_POLICY")


def test_policies_can_be_switched_off_and_on(start_server):
    organizations = start_server().client("organizations")
    root = organizations.list_roots()["Roots"][0]["Id"]
    with refused("PolicyTypeAlreadyEnabledException"):
        organizations.enable_policy_type(RootId=root, PolicyType=SCP)
    assert organizations.disable_policy_type(RootId=root, PolicyType=SCP)["Root"]["PolicyTypes"] == []
    with refused("PolicyTypeNotEnabledException"):
        organizations.disable_policy_type(RootId=root, PolicyType=SCP)
    assert organizations.list_policies_for_target(TargetId=root, Filter=SCP)["Policies"] == []
    assert organizations.enable_policy_type(RootId=root, PolicyType=SCP)["Root"]["PolicyTypes"] == [{"Type": SCP, "Status": "ENABLED"}]
    assert [found["Id"] for found in organizations.list_policies_for_target(TargetId=root, Filter=SCP)["Policies"]] == ["p-FullAWSAccess"]


def test_tags_of_all_that_can_have_them(organizations, root):
    policy = organizations.create_policy(Content=DENIAL, Description="", Name=named("policy"), Type=SCP)["Policy"]["PolicySummary"]["Id"]
    for resource in [root, new_unit(organizations, root), new_account(organizations), policy]:
        organizations.tag_resource(ResourceId=resource, Tags=[{"Key": "a", "Value": "1"}, {"Key": "b", "Value": ""}])
        organizations.tag_resource(ResourceId=resource, Tags=[{"Key": "a", "Value": "2"}])
        tags = organizations.list_tags_for_resource(ResourceId=resource)["Tags"]
        assert tags == [{"Key": "a", "Value": "2"}, {"Key": "b", "Value": ""}]
        organizations.untag_resource(ResourceId=resource, TagKeys=["a", "b", "c"])
        assert organizations.list_tags_for_resource(ResourceId=resource)["Tags"] == []
    with refused("TargetNotFoundException"):
        organizations.tag_resource(ResourceId="000000000000", Tags=[{"Key": "a", "Value": "1"}])
    with refused("InvalidInputException") as caught:
        organizations.tag_resource(ResourceId=root, Tags=[{"Key": "aws:a", "Value": "1"}])
    assert caught.value.response["Reason"] == "INVALID_SYSTEM_TAGS_PARAMETER"


@pytest.mark.parametrize(
    ("action", "request_", "reason"),
    [
        ("describe_account", {"AccountId": "12345"}, "INVALID_PATTERN"),
        ("describe_account", {}, "INPUT_REQUIRED"),
        ("list_accounts", {"MaxResults": 21}, "MAX_VALUE_EXCEEDED"),
        ("list_accounts", {"NextToken": "nonsense"}, "INVALID_NEXT_TOKEN"),
        ("list_children", {"ParentId": "r-abcd", "ChildType": "BUCKET"}, "INVALID_ENUM"),
        ("create_account", {"AccountName": "x", "Email": "no address"}, "INVALID_PATTERN"),
        ("create_account", {"AccountName": "", "Email": "a@example.com"}, "MIN_LENGTH_EXCEEDED"),
        ("list_policies", {"Filter": "NO_POLICY"}, "INVALID_ENUM"),
    ],
)
def test_what_is_no_value_is_refused_with_a_reason(server, action, request_, reason):
    with refused("InvalidInputException") as caught:
        getattr(server.client("organizations", validate=False), action)(**request_)
    assert caught.value.response["Reason"] == reason


def test_a_member_account_sees_the_organization_and_nothing_else(server, other_account):
    organizations = other_account.client("organizations")
    assert organizations.describe_organization()["Organization"]["MasterAccountId"] == server.account
    for action, request in [
        ("list_accounts", {}), ("list_roots", {}), ("describe_account", {"AccountId": other_account.account}),
        ("close_account", {"AccountId": other_account.account}), ("list_policies", {"Filter": SCP}),
        ("create_account", {"AccountName": "x", "Email": "x@example.com"}),
    ]:
        with refused("AccessDeniedException", "You don't have permissions to access this resource"):
            getattr(organizations, action)(**request)


def test_a_closed_account_is_out(server, new_account):
    member = new_account()
    assert member.client("sts").get_caller_identity()["Account"] == member.account
    server.client("organizations").close_account(AccountId=member.account)
    with refused("InvalidClientTokenId", status=403):
        member.client("sts").get_caller_identity()
    with refused("AuthFailure", status=401):
        member.ec2().describe_images(Owners=["self"])
    with refused("InvalidAccessKeyId", status=403):
        member.s3().list_buckets()
    with refused("UnrecognizedClientException"):
        member.kms().list_keys()


def test_hundreds_of_accounts_are_listed_moved_and_found(fresh_server, ferry):
    """Each once, over pages; what is asked about one of them does not read the others."""
    organizations = fresh_server.client("organizations")
    root = organizations.list_roots()["Roots"][0]["Id"]
    unit = new_unit(organizations, root)
    made = [new_account(organizations) for _ in range(300)]
    for account in made[::3]:
        organizations.move_account(AccountId=account, SourceParentId=root, DestinationParentId=unit)

    def listed(operation, **where):
        pages = organizations.get_paginator(operation).paginate(**where)
        return [account["Id"] for page in pages for account in page["Accounts"]]

    everybody = listed("list_accounts")
    assert sorted(everybody) == sorted([*made, fresh_server.account])
    assert sorted(listed("list_accounts_for_parent", ParentId=unit)) == sorted(made[::3])
    assert sorted(listed("list_accounts_for_parent", ParentId=root)) == sorted(set(everybody) - set(made[::3]))
    assert {account["accountId"] for account in json.loads(ferry("accounts", "--json", on=fresh_server).stdout)} == set(everybody)
    assert organizations.describe_account(AccountId=made[-1])["Account"]["Status"] == "ACTIVE"


def test_accounts_hold_after_a_restart(start_server):
    server = start_server()
    member = accounts.created(server, "stays")
    server.stop()
    server.start()
    assert accounts.seen_by(server, member).client("sts").get_caller_identity()["Account"] == member.account
    listed = server.client("organizations").list_accounts()["Accounts"]
    assert {account["Id"] for account in listed} == {member.account, server.account}
