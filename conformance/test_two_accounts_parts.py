"""What one account has of volumes, networks and instances, of identities and of the organization, tried by a user, a role and the root user of another
that it is not shared with: no answer tells it from what was never there."""

from __future__ import annotations

import json
import uuid

import accounts
import pytest
import snapshots
from botocore.exceptions import ClientError
from buckets import make_bucket
from disks import Disk
from ferry_server import HOME
from kms_keys import make_key
from test_two_accounts import outcome, unlike

SECRET = "hidden-" + uuid.uuid4().hex
EVERYTHING = json.dumps({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}})


class Victim:
    """An account with one of everything, each named after the secret."""

    def __init__(self, server):
        self.server = server
        ec2, iam = server.ec2(), server.client("iam")
        tags = lambda kind: [{"ResourceType": kind, "Tags": [{"Key": SECRET, "Value": SECRET}]}]  # noqa: E731
        self.snapshot = snapshots.upload(server, Disk.made(SECRET, 2))
        self.volume = ec2.create_volume(AvailabilityZone=f"{HOME}a", SnapshotId=self.snapshot, TagSpecifications=tags("volume"))["VolumeId"]
        pair = ec2.create_key_pair(KeyName=SECRET, TagSpecifications=tags("key-pair"))
        self.pair, self.fingerprint = pair["KeyPairId"], pair["KeyFingerprint"]
        self.group = ec2.create_security_group(GroupName=SECRET, Description=SECRET, TagSpecifications=tags("security-group"))["GroupId"]
        network = ec2.describe_vpcs()["Vpcs"][0]
        self.vpc, self.subnet = network["VpcId"], ec2.describe_subnets()["Subnets"][0]["SubnetId"]
        rules = [{"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "192.0.2.0/24", "Description": SECRET}]}]
        self.rule = ec2.authorize_security_group_ingress(GroupId=self.group, IpPermissions=rules)["SecurityGroupRules"][0]["SecurityGroupRuleId"]
        self.bucket, self.key = make_bucket(server), make_key(server, Description=SECRET)["Arn"]
        server.s3().put_object(Bucket=self.bucket, Key=SECRET, Body=b"secret", Tagging=f"{SECRET}=1")
        for number in range(6):
            ec2.create_volume(AvailabilityZone=f"{HOME}a", Size=1, TagSpecifications=tags("volume"))
            server.s3().put_object(Bucket=self.bucket, Key=f"{number}", Body=b"")
        self.volumes_page = ec2.describe_volumes(MaxResults=5)["NextToken"]
        self.objects_page = server.s3().list_objects_v2(Bucket=self.bucket, MaxKeys=2)["NextContinuationToken"]
        self.session = server.client("sts").get_session_token()["Credentials"]
        trust = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}]}
        trust["Statement"][0]["Condition"] = {"StringEquals": {"sts:ExternalId": SECRET}}
        self.role = iam.create_role(RoleName=f"role-{SECRET[:30]}", AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]


@pytest.fixture(scope="module")
def victim(server):
    return Victim(accounts.seen_by(server, accounts.created(server)))


@pytest.fixture(scope="module")
def other(server):
    return accounts.seen_by(server, accounts.created(server))


@pytest.fixture(scope="module", params=["root", "user", "role"])
def thief(request, other):
    """Another account, as its root user, as a user and as a role that may do everything."""
    if request.param == "root":
        return other
    iam, name = other.client("iam"), f"thief-{uuid.uuid4().hex[:8]}"
    if request.param == "user":
        iam.create_user(UserName=name)
        iam.put_user_policy(UserName=name, PolicyName="all", PolicyDocument=EVERYTHING)
        key = iam.create_access_key(UserName=name)["AccessKey"]
        return accounts.seen_by(other, accounts.Credentials(key["AccessKeyId"], key["SecretAccessKey"], other.account))
    iam.create_user(UserName=name)
    trust = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": other.account}, "Action": "sts:AssumeRole"}]}
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
    iam.put_role_policy(RoleName=name, PolicyName="all", PolicyDocument=EVERYTHING)
    iam.put_user_policy(UserName=name, PolicyName="all", PolicyDocument=EVERYTHING)
    key = iam.create_access_key(UserName=name)["AccessKey"]
    user = accounts.seen_by(other, accounts.Credentials(key["AccessKeyId"], key["SecretAccessKey"], other.account))
    session = user.client("sts").assume_role(RoleArn=role, RoleSessionName="thief")["Credentials"]
    keys = accounts.Credentials(session["AccessKeyId"], session["SecretAccessKey"], other.account, session["SessionToken"])
    return accounts.seen_by(other, keys)


def by_id(victim, thief):
    """Calls about one thing that is named: each with what it names."""
    ec2, iam, sts, s3 = thief.ec2(), thief.client("iam"), thief.client("sts"), thief.s3()
    organizations, own = thief.client("organizations"), make_bucket(thief)
    tag = lambda id: {"Resources": [id], "Tags": [{"Key": "a", "Value": "b"}]}  # noqa: E731
    volume = {
        "describe": lambda id: ec2.describe_volumes(VolumeIds=[id]), "status": lambda id: ec2.describe_volume_status(VolumeIds=[id]),
        "attribute": lambda id: ec2.describe_volume_attribute(VolumeId=id, Attribute="autoEnableIO"), "modifications": lambda id: ec2.describe_volumes_modifications(VolumeIds=[id]),
        "modify": lambda id: ec2.modify_volume(VolumeId=id, Size=9), "delete": lambda id: ec2.delete_volume(VolumeId=id), "tag": lambda id: ec2.create_tags(**tag(id)),
        "set": lambda id: ec2.modify_volume_attribute(VolumeId=id, AutoEnableIO={"Value": True}), "io": lambda id: ec2.enable_volume_io(VolumeId=id),
        "snapshot": lambda id: ec2.create_snapshot(VolumeId=id), "detach": lambda id: ec2.detach_volume(VolumeId=id),
        "attach": lambda id: ec2.attach_volume(VolumeId=id, InstanceId="i-0123456789abcdef0", Device="/dev/sdf"),
        "filtered": lambda id: ec2.describe_volumes(Filters=[{"Name": "volume-id", "Values": [id]}]), "untag": lambda id: ec2.delete_tags(**tag(id)),
        "snapshots of it": lambda id: ec2.describe_snapshots(Filters=[{"Name": "volume-id", "Values": [id]}]),
    }
    group = {
        "describe": lambda id: ec2.describe_security_groups(GroupIds=[id]), "delete": lambda id: ec2.delete_security_group(GroupId=id), "tag": lambda id: ec2.create_tags(**tag(id)),
        "rules": lambda id: ec2.describe_security_group_rules(Filters=[{"Name": "group-id", "Values": [id]}]),
        "open": lambda id: ec2.authorize_security_group_ingress(GroupId=id, IpProtocol="tcp", FromPort=1, ToPort=1, CidrIp="0.0.0.0/0"),
        "close": lambda id: ec2.revoke_security_group_ingress(GroupId=id, IpProtocol="tcp", FromPort=22, ToPort=22, CidrIp="192.0.2.0/24"),
        "referred to": lambda id: ec2.authorize_security_group_ingress(GroupId=ours(ec2), IpPermissions=[{"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": id}]}]),
    }
    simulate = lambda arn: iam.simulate_custom_policy(PolicyInputList=[EVERYTHING], ActionNames=["s3:GetObject", "sts:AssumeRole"], ResourceArns=[arn])  # noqa: E731
    return [
        *((f"volume, {name}", call, victim.volume) for name, call in volume.items()), *((f"group, {name}", call, victim.group) for name, call in group.items()),
        ("snapshot, as a volume", lambda id: ec2.create_volume(AvailabilityZone=f"{HOME}a", SnapshotId=id), victim.snapshot),
        ("snapshot, tier", lambda id: ec2.modify_snapshot_tier(SnapshotId=id, StorageTier="archive"), victim.snapshot),
        ("snapshot, restored", lambda id: ec2.restore_snapshot_tier(SnapshotId=id, PermanentRestore=True), victim.snapshot),
        ("snapshot, tiers", lambda id: ec2.describe_snapshot_tier_status(Filters=[{"Name": "snapshot-id", "Values": [id]}]), victim.snapshot),
        ("pair", lambda id: ec2.describe_key_pairs(KeyPairIds=[id]), victim.pair), ("pair deleted", lambda id: ec2.delete_key_pair(KeyPairId=id), victim.pair),
        ("rule", lambda id: ec2.describe_security_group_rules(SecurityGroupRuleIds=[id]), victim.rule), ("vpc", lambda id: ec2.describe_vpcs(VpcIds=[id]), victim.vpc),
        ("vpc attribute", lambda id: ec2.describe_vpc_attribute(VpcId=id, Attribute="enableDnsSupport"), victim.vpc),
        ("subnet", lambda id: ec2.describe_subnets(SubnetIds=[id]), victim.subnet), ("subnet tagged", lambda id: ec2.create_tags(**tag(id)), victim.subnet),
        ("group in the vpc", lambda id: ec2.create_security_group(GroupName=f"g{uuid.uuid4().hex[:8]}", Description="d", VpcId=id, DryRun=True), victim.vpc),
        ("key of a volume", lambda id: ec2.create_volume(AvailabilityZone=f"{HOME}a", Size=1, Encrypted=True, KmsKeyId=id), victim.key),
        ("role", lambda id: sts.assume_role(RoleArn=id, RoleSessionName="thief"), victim.role), ("role, guessed", lambda id: sts.assume_role(RoleArn=id, RoleSessionName="thief", ExternalId="guess"), victim.role),
        ("simulated role", simulate, victim.role), ("simulated object", simulate, f"arn:aws:s3:::{victim.bucket}/{SECRET}"),
        ("account", lambda id: organizations.describe_account(AccountId=id), victim.server.account), ("parents", lambda id: organizations.list_parents(ChildId=id), victim.server.account),
        ("closed", lambda id: organizations.close_account(AccountId=id), victim.server.account), ("tags of it", lambda id: organizations.list_tags_for_resource(ResourceId=id), victim.server.account),
        ("object", lambda id: s3.get_object_tagging(Bucket=victim.bucket, Key=id), SECRET), ("versions", lambda id: s3.list_object_versions(Bucket=victim.bucket, Prefix=id), SECRET),
        ("attributes", lambda id: s3.get_object_attributes(Bucket=victim.bucket, Key=id, ObjectAttributes=["ETag"]), SECRET),
        ("part", lambda id: s3.upload_part_copy(Bucket=own, Key="k", UploadId=s3.create_multipart_upload(Bucket=own, Key="k")["UploadId"], PartNumber=1, CopySource={"Bucket": victim.bucket, "Key": id}), SECRET),
    ]


def ours(ec2):
    return ec2.create_security_group(GroupName=f"g{uuid.uuid4().hex[:12]}", Description="ours")["GroupId"]


def test_what_is_not_shared_is_as_if_it_were_not(victim, thief):
    told = []
    for name, call, real in by_id(victim, thief):
        never = unlike(real) if not real.isdigit() else "999999999999"
        found, missing = (outcome(lambda call=call, id=id: call(id), id) for id in (real, never))
        if found != missing or SECRET in found.replace(real, ""):
            told.append(f"{name}:\n  theirs: {found}\n  none's: {missing}")
    assert not told, "\n".join(told)
    # And nothing was done to it.
    ec2 = victim.server.ec2()
    assert ec2.describe_volumes(VolumeIds=[victim.volume])["Volumes"][0]["Size"] == 1
    assert len(ec2.describe_security_group_rules(SecurityGroupRuleIds=[victim.rule])["SecurityGroupRules"]) == 1
    assert ec2.describe_key_pairs(KeyPairIds=[victim.pair])["KeyPairs"][0]["KeyName"] == SECRET


def test_no_listing_holds_anything_of_it(victim, thief):
    ec2, organizations = thief.ec2(), thief.client("organizations")
    named = [{"Name": "tag-key", "Values": [SECRET]}]
    for call in (
        lambda: ec2.describe_volumes(), lambda: ec2.describe_volumes(Filters=named), lambda: ec2.describe_volume_status(), lambda: ec2.describe_volumes_modifications(),
        lambda: ec2.describe_key_pairs(), lambda: ec2.describe_key_pairs(Filters=[{"Name": "fingerprint", "Values": [victim.fingerprint]}]),
        lambda: ec2.describe_security_groups(), lambda: ec2.describe_security_group_rules(), lambda: ec2.describe_security_groups(Filters=[{"Name": "vpc-id", "Values": [victim.vpc]}]),
        lambda: ec2.describe_vpcs(), lambda: ec2.describe_subnets(), lambda: ec2.describe_snapshot_tier_status(), lambda: ec2.describe_tags(), lambda: ec2.describe_instances(),
        lambda: ec2.describe_network_interfaces(), lambda: ec2.describe_addresses(), lambda: ec2.describe_images(), lambda: thief.client("iam").list_users(),
        lambda: thief.client("service-quotas").list_requested_service_quota_change_history(), lambda: organizations.list_accounts(), lambda: organizations.list_roots(),
        lambda: organizations.list_policies(Filter="SERVICE_CONTROL_POLICY"), lambda: organizations.list_create_account_status(),
    ):
        text = outcome(call)
        held = [one for one in (SECRET, victim.volume, victim.group, victim.pair, victim.vpc, victim.subnet, victim.server.account) if one in text]
        assert not held, f"{held} in {text[:2000]}"


def test_tokens_of_another_are_worth_nothing(victim, thief):
    pages = {
        "volumes": lambda: thief.ec2().describe_volumes(MaxResults=5, NextToken=victim.volumes_page),
        "objects": lambda: thief.s3().list_objects_v2(Bucket=make_bucket(thief), ContinuationToken=victim.objects_page),
    }
    for name, call in pages.items():
        text = outcome(call)
        assert SECRET not in text and victim.volume not in text, f"{name}: {text}"
    # The session of the one under the secret of the other, and the other way round.
    keys = accounts.Credentials(thief.credentials.access_key, thief.credentials.secret_key, thief.account, victim.session["SessionToken"])
    mixed = accounts.Credentials(victim.session["AccessKeyId"], thief.credentials.secret_key, thief.account, victim.session["SessionToken"])
    for credentials in (keys, mixed):
        with pytest.raises(ClientError) as refused:
            accounts.seen_by(thief, credentials).ec2().describe_volumes()
        assert refused.value.response["Error"]["Code"] in ("AuthFailure", "InvalidClientTokenId", "SignatureDoesNotMatch")
        assert victim.server.account not in json.dumps(refused.value.response["Error"])
