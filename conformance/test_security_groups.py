"""Security groups and their rules: every form in which clients ask, what is refused, and that a refused call changes nothing."""

from __future__ import annotations

import concurrent.futures
import uuid

import pytest
from ferry_server import HOME
from refusals import dry_run, refused

ALL_OUT = {"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}], "Ipv6Ranges": [], "PrefixListIds": [], "UserIdGroupPairs": []}


def unused() -> str:
    return f"group {uuid.uuid4().hex[:12]}"


def made(server, name: str | None = None, **options) -> str:
    return server.ec2().create_security_group(GroupName=name or unused(), Description="text", **options)["GroupId"]


@pytest.fixture
def group(server):
    return made(server)


def described(server, group: str) -> dict:
    [found] = server.ec2().describe_security_groups(GroupIds=[group])["SecurityGroups"]
    return found


def rules(server, group: str) -> dict[str, dict]:
    found = server.ec2().describe_security_group_rules(Filters=[{"Name": "group-id", "Values": [group]}])["SecurityGroupRules"]
    return {rule["SecurityGroupRuleId"]: rule for rule in found}


def tcp(port: int, *blocks: str, last: int | None = None, **more) -> dict:
    return {"IpProtocol": "tcp", "FromPort": port, "ToPort": last or port, "IpRanges": [{"CidrIp": block} for block in blocks], **more}


def shown(permissions: list[dict]) -> list[tuple]:
    return [
        (
            one["IpProtocol"], one.get("FromPort"), one.get("ToPort"), [span["CidrIp"] for span in one["IpRanges"]],
            [span["CidrIpv6"] for span in one["Ipv6Ranges"]], [pair["GroupId"] for pair in one["UserIdGroupPairs"]],
        )
        for one in permissions
    ]


# Groups --------------------------------------------------------------------------------------------------------------


def test_a_new_group_lets_everything_out_and_nothing_in(server):
    ec2, name, mark = server.ec2(), unused(), uuid.uuid4().hex
    tags = [{"Key": "mark", "Value": mark}]
    answer = ec2.create_security_group(
        GroupName=name + " ", Description="a-zA-Z0-9. _-:/()#,@[]+=&;{}!$*", TagSpecifications=[{"ResourceType": "security-group", "Tags": tags}],
    )
    group = answer["GroupId"]
    assert answer["Tags"] == tags and answer["SecurityGroupArn"] == f"arn:aws:ec2:{HOME}:{server.account}:security-group/{group}"
    found = described(server, group)
    assert found["GroupName"] == name and found["OwnerId"] == server.account and found["Tags"] == tags
    assert found["IpPermissions"] == [] and found["IpPermissionsEgress"] == [ALL_OUT]
    [vpc] = ec2.describe_vpcs(Filters=[{"Name": "isDefault", "Values": ["true"]}])["Vpcs"]
    assert found["VpcId"] == vpc["VpcId"]
    with refused("InvalidGroup.Duplicate", f"^The security group '{name}' already exists for VPC '{vpc['VpcId']}'$"):
        made(server, name, VpcId=vpc["VpcId"])
    for filter in [("group-name", name), ("tag:mark", mark), ("group-id", group)]:
        [one] = ec2.describe_security_groups(Filters=[{"Name": filter[0], "Values": [filter[1]]}])["SecurityGroups"]
        assert one["GroupId"] == group
    assert ec2.describe_security_groups(GroupNames=[name])["SecurityGroups"] == [found]
    [rule] = rules(server, group).values()
    assert rule["IsEgress"] and (rule["IpProtocol"], rule["FromPort"], rule["ToPort"], rule["CidrIpv4"]) == ("-1", -1, -1, "0.0.0.0/0")


def test_every_account_has_a_default_group(new_account):
    account = new_account()
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: account.ec2().describe_security_groups()["SecurityGroups"], range(8)))
    [group] = answers[0]
    assert all(answer == [group] for answer in answers)
    assert (group["GroupName"], group["Description"]) == ("default", "default VPC security group")
    assert shown(group["IpPermissions"]) == [("-1", None, None, [], [], [group["GroupId"]])]
    assert group["IpPermissionsEgress"] == [ALL_OUT]
    assert group["IpPermissions"][0]["UserIdGroupPairs"] == [{"UserId": account.account, "GroupId": group["GroupId"]}]
    for reference in ({"GroupId": group["GroupId"]}, {"GroupName": "default"}):
        with refused("CannotDelete", "cannot be deleted by a user$"):
            account.ec2().delete_security_group(**reference)
    # Its rules are the account's to change.
    account.ec2().revoke_security_group_egress(GroupId=group["GroupId"], IpPermissions=group["IpPermissionsEgress"])
    assert described(account, group["GroupId"])["IpPermissionsEgress"] == []


def test_the_default_group_is_there_for_who_asks_by_id_first(new_account):
    account = new_account()
    with dry_run():
        account.ec2().describe_security_groups(GroupNames=["default"], DryRun=True)
    account.ec2().authorize_security_group_ingress(GroupName="default", IpPermissions=[tcp(22, "10.0.0.0/8")])
    [group] = account.ec2().describe_security_groups(GroupNames=["default"])["SecurityGroups"]
    assert len(group["IpPermissions"]) == 2


def test_deleting(server, group):
    ec2, other = server.ec2(), made(server)
    ec2.authorize_security_group_ingress(GroupId=other, IpPermissions=[{"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": group}]}])
    with refused("DependencyViolation", f"^resource {group} has a dependent object$"):
        ec2.delete_security_group(GroupId=group)
    with dry_run():
        ec2.delete_security_group(GroupId=other, DryRun=True)
    gone = ec2.delete_security_group(GroupId=other)
    assert gone["Return"] and gone["GroupId"] == other
    ec2.delete_security_group(GroupName=described(server, group)["GroupName"])
    for one in (group, other):
        with refused("InvalidGroup.NotFound", f"^The security group '{one}' does not exist$"):
            ec2.describe_security_groups(GroupIds=[one])
        with refused("InvalidGroup.NotFound"):
            ec2.delete_security_group(GroupId=one)
    assert rules(server, group) == {}


def test_a_group_may_be_about_itself_and_goes_all_the_same(server, group):
    server.ec2().authorize_security_group_ingress(GroupId=group, IpPermissions=[{"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": group}]}])
    server.ec2().delete_security_group(GroupId=group)


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        ({"GroupName": ""}, "MissingParameter"), ({"GroupName": "default"}, "InvalidParameterValue"), ({"GroupName": "sg-12345678"}, "InvalidParameterValue"),
        ({"GroupName": "g" * 256}, "InvalidParameterValue"), ({"GroupName": "gröup"}, "InvalidParameterValue"),
        ({"GroupName": "g", "Description": ""}, "MissingParameter"), ({"GroupName": "g", "Description": "it's"}, "InvalidParameterValue"),
        ({"GroupName": "g", "Description": "d" * 256}, "InvalidParameterValue"), ({"GroupName": "g", "VpcId": "vpc-0ffffffffffffffff"}, "InvalidVpcID.NotFound"),
        ({"GroupName": "g", "VpcId": "nonsense"}, "InvalidVpcID.NotFound"),
        ({"GroupName": "g", "TagSpecifications": [{"ResourceType": "key-pair", "Tags": [{"Key": "a", "Value": "b"}]}]}, "InvalidParameterValue"),
    ],
)
def test_groups_that_are_refused(server, parameters, code):
    with refused(code):
        server.ec2(validate=False).create_security_group(**{"Description": "text", **parameters})
    with refused("InvalidGroup.NotFound"):
        server.ec2().describe_security_groups(GroupNames=["g"])


def test_dry_runs_make_nothing(server, group):
    name = unused()
    with dry_run():
        made(server, name, DryRun=True)
    with dry_run():
        server.ec2().authorize_security_group_ingress(GroupId=group, IpPermissions=[tcp(22, "10.0.0.0/8")], DryRun=True)
    [rule], before = rules(server, group), described(server, group)
    for call, parameters in [
        (server.ec2().authorize_security_group_egress, {"IpPermissions": [tcp(22, "10.0.0.0/8")]}),
        (server.ec2().revoke_security_group_egress, {"SecurityGroupRuleIds": [rule]}),
        (server.ec2().modify_security_group_rules, {"SecurityGroupRules": [{"SecurityGroupRuleId": rule, "SecurityGroupRule": {"IpProtocol": "-1", "CidrIpv4": "10.0.0.0/8"}}]}),
        (server.ec2().delete_security_group, {}),
    ]:
        with dry_run():
            call(GroupId=group, **parameters, DryRun=True)
    assert described(server, group) == before and list(rules(server, group)) == [rule]
    with refused("InvalidGroup.NotFound", f"^The security group '{name}' does not exist in default VPC 'vpc-"):
        server.ec2().describe_security_groups(GroupNames=[name])
    assert described(server, group)["IpPermissions"] == []


def test_pages(new_account):
    account = new_account()
    groups = {made(account) for _ in range(11)}
    paged = [
        one["GroupId"]
        for page in account.ec2().get_paginator("describe_security_groups").paginate(PaginationConfig={"PageSize": 5})
        for one in page["SecurityGroups"]
    ]
    assert len(paged) == len(set(paged)) == 12 and groups < set(paged)
    assert [one["GroupId"] for one in account.ec2().describe_security_groups()["SecurityGroups"]] == paged
    found = [
        rule["SecurityGroupRuleId"]
        for page in account.ec2().get_paginator("describe_security_group_rules").paginate(PaginationConfig={"PageSize": 5})
        for rule in page["SecurityGroupRules"]
    ]
    assert len(found) == len(set(found)) == 13
    with refused("InvalidParameterValue"):
        account.ec2(validate=False).describe_security_groups(MaxResults=4)


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        ({"GroupIds": ["nonsense"]}, "InvalidGroupId.Malformed"), ({"GroupIds": ["sg-0ffffffffffffffff"]}, "InvalidGroup.NotFound"),
        ({"GroupNames": ["none"]}, "InvalidGroup.NotFound"), ({"GroupNames": ["default"], "MaxResults": 5}, "InvalidParameterCombination"),
        ({"Filters": [{"Name": "colour", "Values": ["red"]}]}, "InvalidParameterValue"), ({"NextToken": "nonsense"}, "InvalidNextToken"),
    ],
)
def test_descriptions_that_are_refused(server, parameters, code):
    with refused(code):
        server.ec2().describe_security_groups(**parameters)


# Rules ---------------------------------------------------------------------------------------------------------------


def test_rules_in_every_form(server, group):
    ec2, other = server.ec2(), made(server, name := unused())
    flat = ec2.authorize_security_group_ingress(GroupId=group, IpProtocol="TCP", FromPort=22, ToPort=22, CidrIp="100.68.0.18/18")
    [rule] = flat["SecurityGroupRules"]
    assert flat["Return"] and rule["CidrIpv4"] == "100.68.0.0/18" and rule["IpProtocol"] == "tcp" and not rule["IsEgress"]
    assert rule["GroupId"] == group and rule["GroupOwnerId"] == server.account
    assert rule["SecurityGroupRuleArn"].endswith(f":security-group-rule/{rule['SecurityGroupRuleId']}")
    tags = [{"Key": "a", "Value": "b"}]
    nested = ec2.authorize_security_group_ingress(
        GroupId=group,
        IpPermissions=[
            tcp(80, "0.0.0.0/0", "10.0.0.0/8", Ipv6Ranges=[{"CidrIpv6": "2001:DB8::1/32", "Description": "documents"}]),
            {"IpProtocol": "udp", "FromPort": 53, "ToPort": 54, "UserIdGroupPairs": [{"GroupId": other, "UserId": server.account, "Description": "others"}]},
            {"IpProtocol": "icmp", "FromPort": 8, "ToPort": -1, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]},
            {"IpProtocol": "58", "Ipv6Ranges": [{"CidrIpv6": "::/0"}]},
            {"IpProtocol": "50", "IpRanges": [{"CidrIp": "192.0.2.1/32"}]},
        ],
        TagSpecifications=[{"ResourceType": "security-group-rule", "Tags": tags}],
    )["SecurityGroupRules"]
    assert len(nested) == 7 and all(rule["Tags"] == tags for rule in nested)
    ec2.authorize_security_group_ingress(GroupName=described(server, group)["GroupName"], SourceSecurityGroupName=name)
    assert shown(described(server, group)["IpPermissions"]) == [
        ("-1", None, None, [], [], [other]), ("50", None, None, ["192.0.2.1/32"], [], []), ("icmp", 8, -1, ["0.0.0.0/0"], [], []),
        ("icmpv6", -1, -1, [], ["::/0"], []), ("tcp", 22, 22, ["100.68.0.0/18"], [], []), ("tcp", 80, 80, ["0.0.0.0/0", "10.0.0.0/8"], ["2001:db8::/32"], []),
        ("udp", 53, 54, [], [], [other]),
    ]
    by_id = rules(server, group)
    referring = [one for one in by_id.values() if one.get("ReferencedGroupInfo", {}).get("GroupId") == other]
    assert {(one["IpProtocol"], one.get("Description")) for one in referring} == {("udp", "others"), ("-1", None)}
    assert [one["SecurityGroupRuleId"] for one in ec2.describe_security_group_rules(Filters=[{"Name": "tag:a", "Values": ["b"]}, {"Name": "group-id", "Values": [group]}])["SecurityGroupRules"]] == sorted(one["SecurityGroupRuleId"] for one in nested)
    # What was told of a group can be sent back to take it all away.
    told = described(server, group)["IpPermissions"]
    gone = ec2.revoke_security_group_ingress(GroupId=group, IpPermissions=told)
    assert gone["Return"] and gone.get("UnknownIpPermissions", []) == []
    assert {rule["SecurityGroupRuleId"] for rule in gone["RevokedSecurityGroupRules"]} == {key for key, one in by_id.items() if not one["IsEgress"]}
    assert described(server, group)["IpPermissions"] == []


def test_egress(server, group):
    ec2 = server.ec2()
    ec2.revoke_security_group_egress(GroupId=group, IpPermissions=[ALL_OUT])
    assert described(server, group)["IpPermissionsEgress"] == []
    [rule] = ec2.authorize_security_group_egress(GroupId=group, IpPermissions=[tcp(443, "0.0.0.0/0")])["SecurityGroupRules"]
    assert rule["IsEgress"] and shown(described(server, group)["IpPermissionsEgress"]) == [("tcp", 443, 443, ["0.0.0.0/0"], [], [])]
    assert described(server, group)["IpPermissions"] == []
    # A rule of the other direction is not this one's to take away.
    with refused("InvalidSecurityGroupRuleId.NotFound"):
        ec2.revoke_security_group_ingress(GroupId=group, SecurityGroupRuleIds=[rule["SecurityGroupRuleId"]])
    ec2.revoke_security_group_egress(GroupId=group, SecurityGroupRuleIds=[rule["SecurityGroupRuleId"]])
    assert rules(server, group) == {}
    with refused("UnsupportedOperation"):
        ec2.authorize_security_group_egress(GroupId=group, IpProtocol="tcp", FromPort=1, ToPort=1, CidrIp="0.0.0.0/0")


def test_duplicates(server, group):
    ec2 = server.ec2()
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[tcp(22, "0.0.0.0/0", "100.68.0.0/18")])
    text = '^the specified rule "peer: 0.0.0.0/0, TCP, from port: 22, to port: 22, ALLOW" already exists$'
    with refused("InvalidPermission.Duplicate", text):
        ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[tcp(23, "0.0.0.0/0"), tcp(22, "0.0.0.0/0")])
    with refused("InvalidPermission.Duplicate"):
        ec2.authorize_security_group_ingress(GroupId=group, IpProtocol="6", FromPort=22, ToPort=22, CidrIp="100.68.0.18/18")
    with refused("InvalidParameterValue", "^The same permission must not appear multiple times$"):
        ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[tcp(24, "10.0.0.0/8", "10.1.0.0/8")])
    assert shown(described(server, group)["IpPermissions"]) == [("tcp", 22, 22, ["0.0.0.0/0", "100.68.0.0/18"], [], [])]


def test_revoking_what_is_not_there(server, group):
    """No error in a default VPC: what was not found is told."""
    ec2 = server.ec2()
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[tcp(22, "0.0.0.0/0")])
    answer = ec2.revoke_security_group_ingress(GroupId=group, IpPermissions=[tcp(22, "0.0.0.0/0"), tcp(23, "0.0.0.0/0")])
    assert shown(answer["UnknownIpPermissions"]) == [("tcp", 23, 23, ["0.0.0.0/0"], [], [])]
    assert len(answer["RevokedSecurityGroupRules"]) == 1 and described(server, group)["IpPermissions"] == []
    with refused("InvalidSecurityGroupRuleId.NotFound"):
        ec2.revoke_security_group_ingress(GroupId=group, SecurityGroupRuleIds=["sgr-0ffffffffffffffff"])
    with refused("InvalidSecurityGroupRuleId.Malformed"):
        ec2.revoke_security_group_ingress(GroupId=group, SecurityGroupRuleIds=["nonsense"])


def test_rules_are_changed(server, group):
    ec2 = server.ec2()
    one, two = (
        rule["SecurityGroupRuleId"]
        for rule in ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[tcp(1, "0.0.0.0/0"), tcp(2, "0.0.0.0/0")])["SecurityGroupRules"]
    )

    def change(rule, **content):
        return {"SecurityGroupRuleId": rule, "SecurityGroupRule": {"IpProtocol": "tcp", "CidrIpv4": "0.0.0.0/0", **content}}

    # They exchange what they say.
    ec2.modify_security_group_rules(GroupId=group, SecurityGroupRules=[change(one, FromPort=2, ToPort=2, Description="two"), change(two, FromPort=1, ToPort=1)])
    found = rules(server, group)
    assert (found[one]["FromPort"], found[one]["Description"], found[two]["FromPort"]) == (2, "two", 1)
    with refused("InvalidPermission.Duplicate"):
        ec2.modify_security_group_rules(GroupId=group, SecurityGroupRules=[change(one, FromPort=1, ToPort=1)])
    for parameters, code in [
        ({"FromPort": 3, "ToPort": 3, "CidrIpv6": "::/0"}, "InvalidParameterValue"), ({"FromPort": 9, "ToPort": 3}, "InvalidParameterValue"),
        ({"FromPort": 3, "ToPort": 3, "Description": "it's"}, "InvalidParameterValue"), ({"FromPort": 3, "ToPort": 3, "PrefixListId": "pl-1"}, "UnsupportedOperation"),
    ]:
        with refused(code):
            ec2.modify_security_group_rules(GroupId=group, SecurityGroupRules=[change(two, FromPort=7, ToPort=7), change(one, **parameters)])
    for rule, code in [("sgr-0ffffffffffffffff", "InvalidSecurityGroupRuleId.NotFound"), ("nonsense", "InvalidSecurityGroupRuleId.Malformed")]:
        with refused(code):
            ec2.modify_security_group_rules(GroupId=group, SecurityGroupRules=[change(rule, FromPort=7, ToPort=7)])
    assert rules(server, group) == found
    ec2.modify_security_group_rules(GroupId=group, SecurityGroupRules=[{"SecurityGroupRuleId": one, "SecurityGroupRule": {"IpProtocol": "-1", "ReferencedGroupId": group}}])
    changed = rules(server, group)[one]
    assert changed["ReferencedGroupInfo"]["GroupId"] == group and "CidrIpv4" not in changed and "Description" not in changed


def test_rules_are_described_anew(server, group):
    ec2 = server.ec2()
    [rule] = ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[tcp(22, "0.0.0.0/0")])["SecurityGroupRules"]
    key = rule["SecurityGroupRuleId"]
    described_rule = {**tcp(22), "IpRanges": [{"CidrIp": "0.0.0.0/0", "Description": "ssh"}]}
    assert ec2.update_security_group_rule_descriptions_ingress(GroupId=group, IpPermissions=[described_rule])["Return"]
    assert rules(server, group)[key]["Description"] == "ssh"
    assert described(server, group)["IpPermissions"][0]["IpRanges"] == [{"CidrIp": "0.0.0.0/0", "Description": "ssh"}]
    by_id = [{"SecurityGroupRuleId": key, "Description": "by id"}]
    ec2.update_security_group_rule_descriptions_ingress(GroupId=group, SecurityGroupRuleDescriptions=by_id)
    assert rules(server, group)[key]["Description"] == "by id"
    with refused("InvalidPermission.NotFound", "^The specified rule does not exist in this security group.$"):
        ec2.update_security_group_rule_descriptions_ingress(GroupId=group, IpPermissions=[described_rule, tcp(23, "0.0.0.0/0")])
    with refused("InvalidSecurityGroupRuleId.NotFound"):
        ec2.update_security_group_rule_descriptions_egress(GroupId=group, SecurityGroupRuleDescriptions=by_id)
    with refused("MissingParameter"):
        ec2.update_security_group_rule_descriptions_egress(GroupId=group)
    assert rules(server, group)[key]["Description"] == "by id"
    ec2.update_security_group_rule_descriptions_ingress(GroupId=group, IpPermissions=[tcp(22, "0.0.0.0/0")])
    assert "Description" not in rules(server, group)[key]


@pytest.mark.parametrize(
    ("permission", "code"),
    [
        ({"IpProtocol": "tcp", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}, "InvalidParameterValue"), (tcp(80, "0.0.0.0/0", last=22), "InvalidParameterValue"),
        (tcp(70_000, "0.0.0.0/0"), "InvalidParameterValue"), (tcp(22), "MissingParameter"), (tcp(22, "10.0.0.0"), "InvalidParameterValue"),
        (tcp(22, "10.0.0.0/33"), "InvalidParameterValue"), (tcp(22, "::/0"), "InvalidParameterValue"), (tcp(22, "anyone"), "InvalidParameterValue"),
        (tcp(22, Ipv6Ranges=[{"CidrIpv6": "10.0.0.0/8"}]), "InvalidParameterValue"), ({"IpProtocol": "nonsense", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}, "InvalidParameterValue"),
        ({"IpRanges": [{"CidrIp": "0.0.0.0/0"}]}, "MissingParameter"), (tcp(22, UserIdGroupPairs=[{"GroupId": "sg-0ffffffffffffffff"}]), "InvalidGroup.NotFound"),
        (tcp(22, UserIdGroupPairs=[{"GroupName": "none of these"}]), "InvalidGroup.NotFound"), (tcp(22, UserIdGroupPairs=[{"GroupId": "x"}]), "InvalidGroupId.Malformed"),
        (tcp(22, PrefixListIds=[{"PrefixListId": "pl-12345678"}]), "UnsupportedOperation"),
        (tcp(22, UserIdGroupPairs=[{"GroupId": "sg-0ffffffffffffffff", "VpcPeeringConnectionId": "pcx-12345678"}]), "UnsupportedOperation"),
        ({**tcp(22), "IpRanges": [{"CidrIp": "0.0.0.0/0", "Description": "naïve"}]}, "InvalidParameterValue"),
        (tcp(22, UserIdGroupPairs=[{"GroupName": "default", "UserId": "210987654321"}]), "InvalidGroup.NotFound"),
        (tcp(22, UserIdGroupPairs=[{"GroupName": "default", "UserId": "nonsense"}]), "InvalidGroup.NotFound"),
        (tcp(22, UserIdGroupPairs=[{"GroupName": "default", "VpcId": "vpc-0ffffffffffffffff"}]), "InvalidVpcID.NotFound"),
    ],
)
def test_rules_that_are_refused(server, group, permission, code):
    with refused(code):
        server.ec2(validate=False).authorize_security_group_ingress(GroupId=group, IpPermissions=[tcp(1, "0.0.0.0/0"), permission])
    assert described(server, group)["IpPermissions"] == []


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        ({}, "MissingParameter"), ({"IpPermissions": [tcp(1, "0.0.0.0/0")], "IpProtocol": "-1", "CidrIp": "0.0.0.0/0"}, "InvalidParameterValue"),
        ({"IpProtocol": "tcp", "FromPort": 1, "ToPort": 1}, "MissingParameter"), ({"CidrIp": "0.0.0.0/0"}, "MissingParameter"),
        ({"SourceSecurityGroupName": "default", "IpProtocol": "tcp"}, "InvalidParameterValue"),
        ({"SourceSecurityGroupName": "default", "SourceSecurityGroupOwnerId": "123456789012"}, "UnsupportedOperation"),
    ],
)
def test_parameters_that_are_refused(server, group, parameters, code):
    with refused(code):
        server.ec2(validate=False).authorize_security_group_ingress(GroupId=group, **parameters)
    assert described(server, group)["IpPermissions"] == []
    with refused("MissingParameter"):
        server.ec2(validate=False).authorize_security_group_ingress(IpPermissions=[tcp(1, "0.0.0.0/0")])


def test_sixty_rules_in_each_direction_and_family(server, group):
    ec2 = server.ec2()
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[tcp(port, "0.0.0.0/0") for port in range(1, 61)])
    for more in (tcp(61, "0.0.0.0/0"), tcp(61, UserIdGroupPairs=[{"GroupId": group}])):
        with refused("RulesPerSecurityGroupLimitExceeded"):
            ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[more])
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[tcp(port, Ipv6Ranges=[{"CidrIpv6": "::/0"}]) for port in range(1, 61)])
    ec2.authorize_security_group_egress(GroupId=group, IpPermissions=[tcp(port, "0.0.0.0/0") for port in range(1, 60)])
    with refused("RulesPerSecurityGroupLimitExceeded"):
        ec2.authorize_security_group_egress(GroupId=group, IpPermissions=[tcp(60, "0.0.0.0/0")])
    assert len(rules(server, group)) == 180


def test_quotas_bound_the_groups(server, new_account):
    account = new_account()
    found = {quota["QuotaCode"]: quota["Value"] for quota in account.client("service-quotas").list_service_quotas(ServiceCode="vpc")["Quotas"]}
    assert found == {"L-E79EC296": 2500, "L-0EA8095F": 60, "L-2AFB9258": 5}


def test_tags_of_groups_and_rules(server, group):
    ec2 = server.ec2()
    [rule] = rules(server, group)
    ec2.create_tags(Resources=[group, rule], Tags=[{"Key": "a", "Value": "b"}])
    kinds = {tag["ResourceId"]: tag["ResourceType"] for tag in ec2.describe_tags(Filters=[{"Name": "resource-id", "Values": [group, rule]}])["Tags"]}
    assert kinds == {group: "security-group", rule: "security-group-rule"}
    assert rules(server, group)[rule]["Tags"] == described(server, group)["Tags"] == [{"Key": "a", "Value": "b"}]
    ec2.delete_tags(Resources=[rule], Tags=[{"Key": "a"}])
    assert rules(server, group)[rule]["Tags"] == []
    ec2.delete_security_group(GroupId=group)
    assert ec2.describe_tags(Filters=[{"Name": "resource-id", "Values": [group, rule]}])["Tags"] == []
    for one, code in ((group, "InvalidGroup.NotFound"), (rule, "InvalidSecurityGroupRuleId.NotFound")):
        with refused(code):
            ec2.create_tags(Resources=[one], Tags=[{"Key": "a", "Value": "b"}])


def test_others_see_nothing_of_it(server, other_account, group):
    ec2, [rule] = other_account.ec2(), rules(server, group)
    for call in (
        lambda: ec2.describe_security_groups(GroupIds=[group]), lambda: ec2.delete_security_group(GroupId=group),
        lambda: ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[tcp(1, "0.0.0.0/0")]),
        lambda: ec2.authorize_security_group_ingress(GroupName="default", IpPermissions=[tcp(1, UserIdGroupPairs=[{"GroupId": group, "UserId": server.account}])]),
        lambda: ec2.create_tags(Resources=[group], Tags=[{"Key": "a", "Value": "b"}]),
    ):
        with refused("InvalidGroup.NotFound", f"^The security group '{group}' does not exist$"):
            call()
    with refused("InvalidSecurityGroupRuleId.NotFound"):
        ec2.describe_security_group_rules(SecurityGroupRuleIds=[rule])
    assert group not in {one["GroupId"] for one in ec2.describe_security_groups()["SecurityGroups"]}
    assert ec2.describe_security_group_rules(Filters=[{"Name": "group-id", "Values": [group]}])["SecurityGroupRules"] == []
