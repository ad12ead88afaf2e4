"""What one account has of machines (instances, volumes, key pairs, groups, consoles, user data), seen by another: no answer tells it from what was
never there, and none holds an id, a name or a text of it.

The calls are made from the service model: every action that the server has is asked about every member that names a thing, with the rest of the
request the caller's own. A new action is asked without a line here, unless it needs a value that `REQUESTS` does not have; then the test says so.
"""

from __future__ import annotations

import base64
import json
import re
import uuid

import accounts
import botocore.session
import guests
import images
import pytest
import snapshots
from disks import Disk
from ferry_server import HOME, Credentials
from refusals import refused
from service_coverage import ABSENT, EC2_VERSION, ask_ec2, flatten, wire_name
from signed_request import FORM, Request, form

MODEL = botocore.session.get_session().get_service_model("ec2")
SECRET = "vault-" + uuid.uuid4().hex

# What a member of a request names, by its last word on the wire.
KINDS = {
    "ImageId": "image", "SourceImageId": "image", "SnapshotId": "snapshot", "SourceSnapshotId": "snapshot", "VolumeId": "volume",
    "ExcludeDataVolumeId": "root_volume", "InstanceId": "instance", "GroupId": "group", "SecurityGroupId": "group",
    "SecurityGroupRuleId": "rule", "KeyPairId": "key_pair", "SubnetId": "subnet", "VpcId": "vpc", "RouteTableId": "route_table",
    "InternetGatewayId": "gateway", "NetworkAclId": "acl", "DhcpOptionsId": "options", "NetworkInterfaceId": "interface",
    "ReportId": "report", "ImportTaskId": "import_task", "KeyName": "key",
    "BlockDeviceMapping.1.Ebs.VolumeId": "root_volume",
}
# Those that take a thing of any kind.
ANY = {"ResourceId": ("image", "snapshot", "volume", "instance", "group", "rule", "key_pair", "subnet", "vpc", "interface", "report", "import_task")}

# What requests need beside what the model says is required; in braces what the caller has. A list stands for several requests.
PERMISSION = {"IpPermissions.1.IpProtocol": "tcp", "IpPermissions.1.FromPort": "1", "IpPermissions.1.ToPort": "1"}
GROUP_RULES = {"GroupId": "{group}", **PERMISSION, "IpPermissions.1.IpRanges.1.CidrIp": "10.0.0.0/8"}
REQUESTS = {
    "AssociateIamInstanceProfile": {"InstanceId": "{instance}", "IamInstanceProfile.Name": "profile"},
    "AttachVolume": {"Device": "/dev/sdp", "InstanceId": "{instance}", "VolumeId": "{volume}"},
    "AuthorizeSecurityGroupEgress": GROUP_RULES, "AuthorizeSecurityGroupIngress": GROUP_RULES,
    "CopyImage": {"Name": "copied", "SourceImageId": "{image}", "SourceRegion": HOME},
    "CopySnapshot": {"SourceSnapshotId": "{snapshot}", "SourceRegion": HOME},
    "CreateImage": {"InstanceId": "{instance}", "Name": "made"},
    "CreateImageUsageReport": {"ImageId": "{image}", "ResourceType.1.ResourceType": "ec2:Instance"},
    "CreateSecurityGroup": {"GroupName": "made", "GroupDescription": "text"},
    "CreateSnapshots": {"InstanceSpecification.InstanceId": "{instance}"},
    "CreateStoreImageTask": {"ImageId": "{image}", "Bucket": "no-such-bucket-of-anybody"},
    "CreateTags": {"ResourceId.1": "{volume}", "Tag.1.Key": "a", "Tag.1.Value": "b"},
    "CreateVolume": {"AvailabilityZone": f"{HOME}a", "SnapshotId": "{snapshot}"},
    "DeleteTags": {"ResourceId.1": "{volume}", "Tag.1.Key": "a"},
    "DescribeImageAttribute": {"ImageId": "{image}", "Attribute": ("description", "launchPermission", "blockDeviceMapping")},
    "DescribeImageReferences": {"ImageId.1": "{image}", "IncludeAllResourceTypes": "true"},
    "DescribeInstanceAttribute": {
        "InstanceId": "{instance}",
        "Attribute": ("userData", "instanceType", "groupSet", "blockDeviceMapping", "disableApiTermination", "rootDeviceName"),
    },
    "DescribeSnapshotAttribute": {"SnapshotId": "{snapshot}", "Attribute": "createVolumePermission"},
    "DescribeVolumeAttribute": {"VolumeId": "{volume}", "Attribute": "autoEnableIO"},
    "DescribeVpcAttribute": {"VpcId": "{vpc}", "Attribute": "enableDnsSupport"},
    "DetachVolume": {"VolumeId": "{root_volume}"},
    "EnableImageDeprecation": {"ImageId": "{image}", "DeprecateAt": "2030-01-01T00:00:00Z"},
    "ExportImage": {"ImageId": "{image}", "DiskImageFormat": "RAW", "S3ExportLocation.S3Bucket": "no-such-bucket-of-anybody"},
    "LockSnapshot": {"SnapshotId": "{snapshot}", "LockMode": "governance", "LockDuration": "1"},
    "ModifyImageAttribute": {"ImageId": "{image}", "Description.Value": "x"},
    "ModifyInstanceAttribute": {"InstanceId": "{instance}", "DisableApiStop.Value": "false"},
    "ModifyInstanceCreditSpecification": {"InstanceCreditSpecification.1.CpuCredits": "unlimited"},
    "ModifyInstanceMetadataOptions": {"InstanceId": "{instance}", "HttpTokens": "required"},
    "ModifySecurityGroupRules": {
        "GroupId": "{group}", "SecurityGroupRule.1.SecurityGroupRuleId": "{rule}", "SecurityGroupRule.1.SecurityGroupRule.IpProtocol": "tcp",
        "SecurityGroupRule.1.SecurityGroupRule.FromPort": "2", "SecurityGroupRule.1.SecurityGroupRule.ToPort": "2",
        "SecurityGroupRule.1.SecurityGroupRule.CidrIpv4": "10.0.0.0/8",
    },
    "ModifySnapshotAttribute": {
        "SnapshotId": "{snapshot}", "Attribute": "createVolumePermission", "OperationType": "add", "UserId.1": "{account}",
    },
    "ModifySnapshotTier": {"SnapshotId": "{snapshot}", "StorageTier": "archive"},
    "ModifyVolume": {"VolumeId": "{volume}", "Size": "3"},
    "ModifyVolumeAttribute": {"VolumeId": "{volume}", "AutoEnableIO.Value": "true"},
    "RegisterImage": {
        "Name": "registered", "RootDeviceName": "/dev/sda1", "BlockDeviceMapping.1.DeviceName": "/dev/sda1",
        "BlockDeviceMapping.1.Ebs.SnapshotId": "{snapshot}",
    },
    "ResetImageAttribute": {"ImageId": "{image}", "Attribute": "launchPermission"},
    "ResetInstanceAttribute": {"InstanceId": "{instance}", "Attribute": "sourceDestCheck"},
    "ResetSnapshotAttribute": {"SnapshotId": "{snapshot}", "Attribute": "createVolumePermission"},
    "RestoreSnapshotTier": {"SnapshotId": "{snapshot}", "TemporaryRestoreDays": "1"},
    "RevokeSecurityGroupEgress": GROUP_RULES, "RevokeSecurityGroupIngress": GROUP_RULES,
    "RunInstances": {"ImageId": "{image}", "MinCount": "1", "MaxCount": "1", "InstanceType": "t3.nano"},
    "UpdateSecurityGroupRuleDescriptionsEgress": {**GROUP_RULES, "IpPermissions.1.IpRanges.1.Description": "x"},
    "UpdateSecurityGroupRuleDescriptionsIngress": {**GROUP_RULES, "IpPermissions.1.IpRanges.1.Description": "x"},
}
# What leaves are worth nothing without, and what they do not go with.
NO_RULE = dict.fromkeys(("IpPermissions.1.IpRanges.1.CidrIp", "IpPermissions.1.IpRanges.1.Description"))
NO_RULES = NO_RULE | dict.fromkeys(PERMISSION)
COMPANIONS = {
    "BlockDeviceMapping.1.Ebs.SnapshotId": {"BlockDeviceMapping.1.DeviceName": "/dev/sdf"},
    "BlockDeviceMapping.1.Ebs.VolumeId": {"BlockDeviceMapping.1.DeviceName": "/dev/xvda", "BlockDeviceMapping.1.Ebs.DeleteOnTermination": "true", "DisableApiStop.Value": None},
    "GroupId.1": {"DisableApiStop.Value": None},
    "NetworkInterface.1.SubnetId": {"NetworkInterface.1.DeviceIndex": "0"},
    "NetworkInterface.1.SecurityGroupId.1": {"NetworkInterface.1.DeviceIndex": "0"},
    "IpPermissions.1.Groups.1.GroupId": NO_RULE,
    "SecurityGroupRuleId.1": NO_RULES,
    "SecurityGroupRuleDescription.1.SecurityGroupRuleId": NO_RULES | {"SecurityGroupRuleDescription.1.Description": "x"},
}
# Questions to which the owner is told the same of its own thing and of none: nothing is proven by these.
ALIKE = {
    # EC2 deletes a key pair that is not there.
    ("DeleteKeyPair", "KeyName"), ("DeleteKeyPair", "KeyPairId"),
    # The task is of a snapshot, the rule of ingress, and nothing is in the bin.
    ("DescribeImportImageTasks", "ImportTaskId.1"), ("RevokeSecurityGroupEgress", "SecurityGroupRuleId.1"),
    ("UpdateSecurityGroupRuleDescriptionsEgress", "SecurityGroupRuleDescription.1.SecurityGroupRuleId"),
    ("ListImagesInRecycleBin", "ImageId.1"), ("ListSnapshotsInRecycleBin", "SnapshotId.1"), ("RestoreImageFromRecycleBin", "ImageId"),
    ("RestoreSnapshotFromRecycleBin", "SnapshotId"), ("DescribeStoreImageTasks", "ImageId.1"),
    # Each instance has an answer of its own, and a dry run has none.
    ("ModifyInstanceCreditSpecification", "InstanceCreditSpecification.1.InstanceId"),
    # Not in Ferry, whatever is named.
    ("RunInstances", "NetworkInterface.1.NetworkInterfaceId"), ("RunInstances", "Placement.GroupId"),
}


class Holder:
    """An account with one of everything, each named after a secret."""

    def __init__(self, server, secret):
        self.server, self.account, self.secret = server, server.account, secret
        ec2, tags = server.ec2(), [{"Key": secret, "Value": secret}]
        self.snapshot = snapshots.upload(server, Disk.made(secret, 2), Description=secret, Tags=tags)
        self.image = images.register(server, self.snapshot, name=f"image {secret}", Description=secret, EnaSupport=True)
        pair = ec2.create_key_pair(KeyName=f"key-{secret}", TagSpecifications=[{"ResourceType": "key-pair", "Tags": tags}])
        self.key, self.key_pair, self.fingerprint = pair["KeyName"], pair["KeyPairId"], pair["KeyFingerprint"]
        self.group = ec2.create_security_group(GroupName=f"group-{secret}", Description=secret)["GroupId"]
        rules = ec2.authorize_security_group_ingress(GroupId=self.group, IpProtocol="tcp", FromPort=1, ToPort=1, CidrIp="10.0.0.0/8")
        self.rule = rules["SecurityGroupRules"][0]["SecurityGroupRuleId"]
        self.instance = guests.launch(
            server, self.image, KeyName=self.key, SecurityGroupIds=[self.group], UserData=f"#!/bin/sh\n# {secret}\n", ClientToken=secret,
            TagSpecifications=[{"ResourceType": kind, "Tags": tags} for kind in ("instance", "volume", "network-interface")],
        )
        told = guests.described(server, self.instance)
        self.vpc, self.subnet, self.address = told["VpcId"], told["SubnetId"], told["PublicIpAddress"]
        self.interface, self.mac = told["NetworkInterfaces"][0]["NetworkInterfaceId"], told["NetworkInterfaces"][0]["MacAddress"]
        self.root_volume = told["BlockDeviceMappings"][0]["Ebs"]["VolumeId"]
        self.volume = ec2.create_volume(AvailabilityZone=f"{HOME}a", Size=1, ClientToken=secret)["VolumeId"]
        for _ in range(5):
            ec2.create_volume(AvailabilityZone=f"{HOME}a", Size=1, TagSpecifications=[{"ResourceType": "volume", "Tags": tags}])
        self.route_table = ec2.describe_route_tables()["RouteTables"][0]["RouteTableId"]
        self.gateway = ec2.describe_internet_gateways()["InternetGateways"][0]["InternetGatewayId"]
        self.acl = ec2.describe_network_acls()["NetworkAcls"][0]["NetworkAclId"]
        self.options = ec2.describe_dhcp_options()["DhcpOptions"][0]["DhcpOptionsId"]
        self.report = ec2.create_image_usage_report(ImageId=self.image, ResourceTypes=[{"ResourceType": "ec2:Instance"}])["ReportId"]
        server.client("iam").create_instance_profile(InstanceProfileName="profile")
        container = {"Format": "raw", "UserBucket": {"S3Bucket": "no-such-bucket-of-anybody", "S3Key": "disk"}}
        server.s3().create_bucket(Bucket=f"b-{secret[:40]}")
        server.s3().put_object(Bucket=f"b-{secret[:40]}", Key="disk", Body=bytes(512))
        container["UserBucket"]["S3Bucket"] = f"b-{secret[:40]}"
        self.import_task = ec2.import_snapshot(DiskContainer=container, Description=secret)["ImportTaskId"]

    def named(self, text):
        return re.sub(r"\{(\w+)\}", lambda found: getattr(self, found[1]), text)

    @property
    def names(self):
        """What no answer to another may hold."""
        things = [getattr(self, kind) for kind in (*set(KINDS.values()), "root_volume", "fingerprint", "mac", "address")]
        return [self.secret, self.account, *things]


@pytest.fixture(scope="module")
def victim(server):
    return Holder(accounts.seen_by(server, accounts.created(server)), SECRET)


@pytest.fixture(scope="module")
def thief(server):
    return Holder(accounts.seen_by(server, accounts.created(server)), "thief-" + uuid.uuid4().hex)


def user_of(holder, *statements):
    """A user of the account with a policy, or with none."""
    iam, name = holder.server.client("iam"), f"user-{uuid.uuid4().hex[:8]}"
    iam.create_user(UserName=name)
    if statements:
        iam.put_user_policy(UserName=name, PolicyName="own", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": list(statements)}))
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return accounts.seen_by(holder.server, Credentials(key["AccessKeyId"], key["SecretAccessKey"], holder.account))


def role_of(holder, trusted):
    """A role of the account that may do everything in it, and that another account is trusted with."""
    iam, name = holder.server.client("iam"), f"role-{uuid.uuid4().hex[:8]}"
    trust = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": trusted}, "Action": "sts:AssumeRole"}]}
    arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
    everything = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    iam.put_role_policy(RoleName=name, PolicyName="all", PolicyDocument=json.dumps(everything))
    return arn


ALL = {"Effect": "Allow", "Action": "*", "Resource": "*"}


@pytest.fixture(scope="module")
def callers(thief):
    """Whoever there is in the thief's account."""
    role = role_of(thief, thief.account)
    by = user_of(thief, ALL)
    narrow = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["ec2:Describe*", "ec2:Get*"], "Resource": "*"}]})
    sts = by.client("sts")
    sessions = [sts.assume_role(RoleArn=role, RoleSessionName="thief", **more)["Credentials"] for more in ({}, {"Policy": narrow})]
    return {
        "the root user": thief.server, "a user without permissions": user_of(thief), "a user": by,
        "a role": accounts.seen_by_session(thief.server, sessions[0], thief.account),
        "a narrow session": accounts.seen_by_session(thief.server, sessions[1], thief.account),
    }


def ask(server, action, parameters):
    body = form({"Action": action, "Version": EC2_VERSION, **parameters})
    return Request(headers={"Content-Type": FORM}, body=body).signed(server).send(server)


def outcome(server, action, parameters, *ids):
    """What a call was answered, without the ids that it named and what is new each time."""
    answer = ask(server, action, parameters)
    text = f"{answer.status} {answer.body.decode()}"
    for one in ids:
        text = text.replace(one, "ID")
    return re.sub(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}|[A-Za-z0-9_-]{100,}|\d{4}-\d\d-\d\dT[\d:.]+Z", "…", text)


def unlike(text):
    """An id of the same form that nothing has."""
    return re.sub(r"[0-9a-f]{8,}$", lambda found: uuid.uuid4().hex[: len(found[0])], text)


@pytest.fixture(scope="module")
def actions(server):
    """Those that the server has."""
    answers = {name: ask_ec2(server, name, {}) for name in MODEL.operation_names}
    return [name for name, answer in answers.items() if answer.code != "InvalidAction" and not ABSENT.match(answer.message)]


class AnyValue:
    """For `flatten`: the names of leaves alone count."""

    def scalar(self, name, shape):
        return ""


def questions(actions):
    """Every action with every leaf that names a thing: the action, the rest of its request, the leaf, and the kind of the thing."""
    for action in actions:
        shape = MODEL.operation_model(action).input_shape
        for member, of in (shape.members if shape else {}).items():
            for leaf in flatten(member, of, AnyValue(), wire_name(member, of)):
                last = [part for part in leaf.split(".") if not part.isdigit()][-1]
                named = KINDS.get(leaf) or KINDS.get(last)
                for kind in ANY.get(last, (named,) if named else ()):
                    # A name to give is no thing, and the VPC that stands beside a group is passed over: the group's id says it.
                    if kind == "key" and action in ("CreateKeyPair", "ImportKeyPair") or leaf.endswith(".Groups.1.VpcId"):
                        continue
                    for request in variants(action):
                        rest = {name: value for name, value in (request | COMPANIONS.get(leaf, {})).items() if value is not None}
                        # A leaf takes the place of what the request has of the same kind.
                        yield action, {name: value for name, value in rest.items() if name != leaf}, leaf, kind


def variants(action):
    request = REQUESTS.get(action, {})
    lists = [name for name, value in request.items() if isinstance(value, tuple)]
    if not lists:
        return [request]
    return [{**request, lists[0]: value} for value in request[lists[0]]]


def test_what_is_anothers_is_as_if_it_were_not(victim, thief, callers, actions):
    told, alike, asked = [], set(), 0
    for action, rest, leaf, kind in questions(actions):
        real, never = getattr(victim, kind), unlike(getattr(victim, kind))
        own = {name: victim.named(value) for name, value in rest.items()} | ({} if READING.match(action) else {"DryRun": "true"})
        if outcome(victim.server, action, {**own, leaf: real}, real) == outcome(victim.server, action, {**own, leaf: never}, never):
            alike.add((action, leaf))
        request = {name: thief.named(value) for name, value in rest.items()}
        for name, caller in callers.items():
            # EC2 leaves the snapshots of others out, and refuses an id that nothing has: so its reference says.
            if action == "DescribeSnapshots":
                assert any(word in outcome(caller, action, {leaf: real}) for word in ("<snapshotSet/>", "UnauthorizedOperation"))
                continue
            asked += 1
            found, missing = outcome(caller, action, {**request, leaf: real}, real), outcome(caller, action, {**request, leaf: never}, never)
            if found != missing or any(one in found for one in victim.names):
                told.append(f"{action} {leaf}, {name}:\n  theirs: {found}\n  none's: {missing}")
    assert not told, "\n".join(told)
    # A new action may need a value in `REQUESTS`, without which it says nothing of the thing.
    assert alike == ALIKE
    assert asked > 500
    assert_untouched(victim)


def assert_untouched(victim):
    told = guests.described(victim.server, victim.instance)
    assert told["State"]["Name"] == "running" and {"Key": SECRET, "Value": SECRET} in told["Tags"]
    assert [group["GroupId"] for group in told["SecurityGroups"]] == [victim.group] and told["MetadataOptions"]["HttpTokens"] == "optional"
    [volume] = victim.server.ec2().describe_volumes(VolumeIds=[victim.volume])["Volumes"]
    assert volume["State"] == "available" and volume["Size"] == 1


READING = re.compile("(Describe|List|Get)")


def test_no_listing_holds_anything_of_it(victim, callers, actions):
    """Whole, and with each filter that the model tells of, for all that could be known of the other's things."""
    asked = 0
    for action in filter(READING.match, actions):
        operation = MODEL.operation_model(action)
        required = [member for member in operation.input_shape.required_members if member not in REQUESTS.get(action, {})]
        if required:
            continue
        filters = operation.input_shape.members.get("Filters")
        documented = re.findall(r"<code>([a-z][a-z0-9:.-]*)</code> ?-", filters.documentation) if filters is not None else []
        requests = [{}] + [
            {"Filter.1.Name": name, **{f"Filter.1.Value.{number}": value for number, value in enumerate([*victim.names, "*"], 1)}}
            for name in [*documented, f"tag:{SECRET}"] if filters is not None
        ]
        for request in requests:
            for name in ("the root user", "a narrow session"):
                caller = callers[name]
                text = ask(caller, action, request).body.decode()
                asked += 1
                held = [one for one in victim.names if one in text]
                # A refusal of an unknown filter may say its name, which the caller has sent.
                assert not held or "InvalidParameterValue" in text and held == [SECRET], f"{action} {request}, {name}: {held} in {text[:2000]}"
    assert asked > 500


def test_pages_and_client_tokens_are_each_accounts_own(victim, thief):
    pages = {
        "describe_volumes": {"MaxResults": 5}, "describe_security_group_rules": {"MaxResults": 5}, "describe_tags": {"MaxResults": 5},
    }
    for call, options in pages.items():
        for _ in range(3):
            if "NextToken" in (page := getattr(victim.server.ec2(), call)(**options)):
                break
            victim.server.ec2().authorize_security_group_ingress(
                GroupId=victim.group, IpPermissions=[
                    {"IpProtocol": "tcp", "FromPort": port, "ToPort": port, "IpRanges": [{"CidrIp": "10.0.0.0/8"}]} for port in range(100, 105)
                ],
            )
        with refused(("InvalidNextToken", "InvalidParameterValue")) as theirs:
            getattr(thief.server.ec2(), call)(**options, NextToken=page["NextToken"])
        with refused(("InvalidNextToken", "InvalidParameterValue")) as nobodys:
            getattr(thief.server.ec2(), call)(**options, NextToken="AAAA" + page["NextToken"][4:])
        plain = [json.dumps(one.value.response["Error"]).replace(page["NextToken"][4:], "") for one in (theirs, nobodys)]
        assert plain[0].replace(page["NextToken"][:4], "AAAA") == plain[1]
    # A token that another has used is a new one.
    made = thief.server.ec2().create_volume(AvailabilityZone=f"{HOME}b", Size=2, ClientToken=SECRET)
    assert made["VolumeId"] != victim.volume and made["Size"] == 2
    [launched] = thief.server.ec2().run_instances(
        ImageId=thief.image, InstanceType="t3.nano", MinCount=1, MaxCount=1, ClientToken=SECRET
    )["Instances"]
    assert launched["InstanceId"] != victim.instance and launched["ImageId"] == thief.image
    thief.server.ec2().terminate_instances(InstanceIds=[launched["InstanceId"]])


def test_a_session_of_its_role_sees_what_its_policy_lets_it(victim, thief):
    """A role of the victim's account that trusts the thief's, for one instance alone: of the others it learns nothing, not even whether they are."""
    role = role_of(victim, thief.account)
    other = guests.launch(victim.server, victim.image, UserData=f"another {SECRET}")
    one = f"arn:aws:ec2:{HOME}:{victim.account}:instance/{victim.instance}"
    narrow = {"Effect": "Allow", "Action": ["ec2:GetConsoleOutput", "ec2:DescribeInstanceAttribute", "ec2:StopInstances"], "Resource": one}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [narrow]})
    answer = user_of(thief, ALL).client("sts").assume_role(RoleArn=role, RoleSessionName="guest", Policy=policy)
    session = accounts.seen_by_session(thief.server, answer["Credentials"], victim.account)
    ec2 = session.ec2()
    value = ec2.describe_instance_attribute(InstanceId=victim.instance, Attribute="userData")["UserData"]["Value"]
    assert SECRET in base64.b64decode(value).decode()
    assert ec2.get_console_output(InstanceId=victim.instance)["InstanceId"] == victim.instance
    for action, parameters in (
        ("GetConsoleOutput", {}), ("GetConsoleScreenshot", {}), ("DescribeInstanceAttribute", {"Attribute": "userData"}),
        ("StopInstances", {}), ("TerminateInstances", {}), ("ModifyInstanceAttribute", {"DisableApiStop.Value": "true"}),
    ):
        name = "InstanceId.1" if action in ("StopInstances", "TerminateInstances") else "InstanceId"
        never = unlike(other)
        told = outcome(session, action, {**parameters, name: other}, other)
        assert told == outcome(session, action, {**parameters, name: never}, never)
        assert "UnauthorizedOperation" in told and SECRET not in told
    with refused("UnauthorizedOperation", status=403):
        ec2.describe_instances()
    victim.server.ec2().terminate_instances(InstanceIds=[other])


def test_each_guest_is_told_of_itself(victim, thief):
    """The metadata of a guest is asked at a socket of its own, and has nothing of another's."""
    for own, other in ((victim, thief), (thief, victim)):
        document = guests.metadata(own.server, own.instance, "dynamic/instance-identity/document")
        told = json.loads(document)
        assert (told["accountId"], told["instanceId"], told["imageId"]) == (own.account, own.instance, own.image)
        texts = [guests.metadata(own.server, own.instance, path) for path in ("user-data", "meta-data/public-keys/0/openssh-key", "meta-data/mac")]
        assert own.secret in texts[0] and texts[2].strip() == own.mac
        assert not [name for name in other.names for text in [document, *texts] if name in text]
    folder = guests.folder(victim.server, victim.instance)
    assert folder.stat().st_mode & 0o077 == 0
