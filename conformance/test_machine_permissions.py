"""Policies as people write them for machines: only small instance types, tokens for the metadata, encrypted volumes, tags at the launch. Everything
is a dry run, which is authorised as the call is."""

from __future__ import annotations

import json

import accounts
import guests
import images
import pytest
import snapshots
from disks import Disk
from ferry_server import HOME, Credentials
from refusals import dry_run, refused

SMALL = "t3.nano"


class Holder:
    """An account with an image, and a user whose policy each test sets."""

    def __init__(self, server):
        self.server, self.root = server, server.ec2()
        self.snapshot = snapshots.upload(server, Disk.made("permissions", 1))
        self.image = images.register(server, self.snapshot, EnaSupport=True)
        self.iam = server.client("iam")
        self.iam.create_user(UserName="launcher")
        key = self.iam.create_access_key(UserName="launcher")["AccessKey"]
        self.user = accounts.seen_by(server, Credentials(key["AccessKeyId"], key["SecretAccessKey"], server.account))

    def allow(self, *statements):
        document = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
        self.iam.put_user_policy(UserName="launcher", PolicyName="own", PolicyDocument=document)

    def arn(self, resource):
        account = "" if resource.startswith(("image/", "snapshot/")) else self.server.account
        return f"arn:aws:ec2:{HOME}:{account}:{resource}"

    def launch(self, **options):
        return self.user.ec2().run_instances(
            **{"ImageId": self.image, "InstanceType": SMALL, "MinCount": 1, "MaxCount": 1, "DryRun": True, **options}
        )


@pytest.fixture(scope="module")
def mine(server):
    return Holder(accounts.seen_by(server, accounts.created(server)))


def allowed(action, resource="*", **condition):
    return statement("Allow", action, resource, **condition)


def denied(action, resource="*", **condition):
    return statement("Deny", action, resource, **condition)


def statement(effect, action, resource, **condition):
    made = {"Effect": effect, "Action": action, "Resource": resource}
    return {**made, "Condition": condition} if condition else made


def unauthorized(action, resource=None):
    return refused("UnauthorizedOperation", f"not authorized to perform: {action} on resource: {resource or ''}", status=403)


EC2 = allowed("ec2:*")


def test_what_a_launch_needs(mine):
    """Each of its resources, and no more."""
    kinds = ("image/*", "instance/*", "network-interface/*", "security-group/*", "subnet/*", "volume/*", "key-pair/*", "snapshot/*")
    key = mine.root.create_key_pair(KeyName="launch")["KeyName"]
    group = mine.root.create_security_group(GroupName="launch", Description="text")["GroupId"]
    extra = {"DeviceName": "/dev/sdf", "Ebs": {"SnapshotId": mine.snapshot}}
    asked = {"KeyName": key, "SecurityGroupIds": [group], "BlockDeviceMappings": [extra]}
    mine.allow(allowed("ec2:RunInstances", [mine.arn(kind) for kind in kinds]))
    with dry_run():
        mine.launch(**asked)
    for kind in kinds:
        mine.allow(allowed("ec2:RunInstances", [mine.arn(other) for other in kinds if other != kind]))
        with unauthorized("ec2:RunInstances", mine.arn(kind).rstrip("*")):
            mine.launch(**asked)
    # Without a key and a snapshot of the request's own, none is asked about.
    mine.allow(allowed("ec2:RunInstances", [mine.arn(kind) for kind in kinds[:6]]))
    with dry_run():
        mine.launch(SecurityGroupIds=[group])
    # The group and the subnet of a launch that names none are the default ones.
    [default] = mine.root.describe_security_groups(GroupNames=["default"])["SecurityGroups"]
    [subnet] = mine.root.describe_subnets(Filters=[{"Name": "availability-zone", "Values": [f"{HOME}b"]}])["Subnets"]
    for resource in (f"security-group/{default['GroupId']}", f"subnet/{subnet['SubnetId']}"):
        mine.allow(EC2, denied("ec2:RunInstances", mine.arn(resource)))
        with unauthorized("ec2:RunInstances", mine.arn(resource)):
            mine.launch(Placement={"AvailabilityZone": f"{HOME}b"})
        with dry_run():
            mine.launch(Placement={"AvailabilityZone": f"{HOME}a"}, SecurityGroupIds=[group])


def test_only_small_types(mine):
    only = {"StringEquals": {"ec2:InstanceType": SMALL}}
    others = ["image/*", "network-interface/*", "security-group/*", "subnet/*", "volume/*"]
    mine.allow(allowed("ec2:RunInstances", mine.arn("instance/*"), **only), allowed("ec2:RunInstances", [mine.arn(one) for one in others]))
    with dry_run():
        mine.launch()
    for other in ("t3.micro", "m5.large"):
        with unauthorized("ec2:RunInstances", mine.arn("instance/")):
            mine.launch(InstanceType=other)
    # One that names none is of the type that it will be.
    with unauthorized("ec2:RunInstances"):
        mine.user.ec2().run_instances(ImageId=mine.image, MinCount=1, MaxCount=1, DryRun=True)
    # Nor can it be made larger afterwards.
    mine.allow(EC2, denied("ec2:ModifyInstanceAttribute", **{"ForAnyValue:StringEquals": {"ec2:Attribute": "InstanceType"}}))
    for change in ({"InstanceType": {"Value": "t3.large"}}, {"Attribute": "instanceType", "Value": "t3.large"}):
        with unauthorized("ec2:ModifyInstanceAttribute"):
            mine.user.ec2().modify_instance_attribute(InstanceId="i-0123456789abcdef0", DryRun=True, **change)
    with refused("InvalidInstanceID.NotFound"):
        mine.user.ec2().modify_instance_attribute(InstanceId="i-0123456789abcdef0", DisableApiStop={"Value": True})


def test_tokens_for_the_metadata(mine):
    mine.allow(EC2, denied("ec2:RunInstances", mine.arn("instance/*"), StringNotEquals={"ec2:MetadataHttpTokens": "required"}))
    with unauthorized("ec2:RunInstances", mine.arn("instance/")):
        mine.launch()
    with unauthorized("ec2:RunInstances"):
        mine.launch(MetadataOptions={"HttpTokens": "optional"})
    with dry_run():
        mine.launch(MetadataOptions={"HttpTokens": "required"})
    # An image that asks for them is launched with them.
    strict = images.register(mine.server, mine.snapshot, EnaSupport=True, ImdsSupport="v2.0")
    with dry_run():
        mine.launch(ImageId=strict)
    with unauthorized("ec2:RunInstances"):
        mine.launch(ImageId=strict, MetadataOptions={"HttpTokens": "optional"})
    # How many hops, and whether there is a service at all.
    mine.allow(EC2, denied("ec2:RunInstances", mine.arn("instance/*"), NumericGreaterThan={"ec2:MetadataHttpPutResponseHopLimit": "1"}))
    with dry_run():
        mine.launch()
    for options in ({"MetadataOptions": {"HttpPutResponseHopLimit": 2}}, {"ImageId": strict}):
        with unauthorized("ec2:RunInstances"):
            mine.launch(**options)
    mine.allow(EC2, denied("ec2:RunInstances", mine.arn("instance/*"), StringEquals={"ec2:MetadataHttpEndpoint": "enabled"}))
    with unauthorized("ec2:RunInstances"):
        mine.launch()
    with dry_run():
        mine.launch(MetadataOptions={"HttpEndpoint": "disabled"})
    # Nor can they be turned off afterwards.
    turned = {"StringNotEquals": {"ec2:Attribute/HttpTokens": "required"}, "Null": {"ec2:Attribute/HttpTokens": "false"}}
    mine.allow(EC2, denied("ec2:ModifyInstanceMetadataOptions", mine.arn("instance/*"), **turned))
    change = mine.user.ec2().modify_instance_metadata_options
    with unauthorized("ec2:ModifyInstanceMetadataOptions"):
        change(InstanceId="i-0123456789abcdef0", HttpTokens="optional")
    for options in ({"HttpTokens": "required"}, {"HttpPutResponseHopLimit": 2}):
        with refused("InvalidInstanceID.NotFound"):
            change(InstanceId="i-0123456789abcdef0", **options)


def test_tags_at_the_launch(mine):
    """A launch must tag, with these keys alone, and nothing can be tagged by itself."""
    launch = allowed("ec2:RunInstances")
    tag = allowed("ec2:CreateTags", mine.arn("*/*"), StringEquals={"ec2:CreateAction": "RunInstances"})
    untagged = denied("ec2:RunInstances", mine.arn("instance/*"), Null={"aws:RequestTag/team": "true"})
    others = denied("ec2:RunInstances", mine.arn("instance/*"), **{"ForAnyValue:StringNotEquals": {"aws:TagKeys": ["team", "Name"]}})
    mine.allow(launch, tag, untagged, others)

    def tags(*keys, kind="instance"):
        return {"TagSpecifications": [{"ResourceType": kind, "Tags": [{"Key": key, "Value": "a"} for key in keys]}]}

    for keys in (("team",), ("team", "Name")):
        with dry_run():
            mine.launch(**tags(*keys))
    with unauthorized("ec2:RunInstances"):
        mine.launch()
    for keys in (("Name",), ("team", "other")):
        with unauthorized("ec2:RunInstances"):
            mine.launch(**tags(*keys))
    with unauthorized("ec2:CreateTags"):
        mine.user.ec2().create_tags(Resources=["i-0123456789abcdef0"], Tags=[{"Key": "team", "Value": "a"}], DryRun=True)
    # Without the permission to tag, or for another action, a launch with tags is refused.
    mine.allow(launch)
    with unauthorized("ec2:CreateTags", mine.arn("instance/")):
        mine.launch(**tags("team"))
    with unauthorized("ec2:CreateTags", mine.arn("volume/")):
        mine.launch(**tags("team", kind="volume"))
    mine.allow(launch, allowed("ec2:CreateTags", mine.arn("*/*"), StringEquals={"ec2:CreateAction": "CreateVolume"}))
    with unauthorized("ec2:CreateTags"):
        mine.launch(**tags("team"))


def test_volumes_of_a_launch(mine):
    """Each volume is asked about as it will be: those of the image, changed by the request, and those that the request adds."""

    def with_device(name="/dev/xvda", **ebs):
        return {"BlockDeviceMappings": [{"DeviceName": name, "Ebs": ebs}]}

    volume = mine.arn("volume/*")
    mine.allow(EC2, allowed("kms:*"), denied("ec2:RunInstances", volume, Bool={"ec2:Encrypted": "false"}))
    with unauthorized("ec2:RunInstances", mine.arn("volume/")):
        mine.launch()
    with unauthorized("ec2:RunInstances"):
        mine.launch(**with_device("/dev/sdf", VolumeSize=1, Encrypted=True))
    with dry_run():
        mine.launch(**with_device(Encrypted=True))
    mine.allow(EC2, denied("ec2:RunInstances", volume, NumericGreaterThan={"ec2:VolumeSize": "8"}))
    with dry_run():
        mine.launch(**with_device("/dev/sdf", VolumeSize=8))
    for options in (with_device("/dev/sdf", VolumeSize=9), with_device(VolumeSize=9)):
        with unauthorized("ec2:RunInstances"):
            mine.launch(**options)
    mine.allow(EC2, denied("ec2:RunInstances", volume, StringNotEquals={"ec2:VolumeType": "gp3"}))
    with unauthorized("ec2:RunInstances"):
        mine.launch()
    with dry_run():
        mine.launch(**with_device(VolumeType="gp3"))
    mine.allow(EC2, denied("ec2:RunInstances", volume, ArnEquals={"ec2:ParentSnapshot": mine.arn(f"snapshot/{mine.snapshot}")}))
    with unauthorized("ec2:RunInstances"):
        mine.launch()
    mine.allow(EC2, denied("ec2:RunInstances", volume, NumericEquals={"ec2:VolumeInitializationRate": "200"}))
    with unauthorized("ec2:RunInstances"):
        mine.launch(**with_device(VolumeInitializationRate=200))
    with dry_run():
        mine.launch(**with_device(VolumeInitializationRate=100))


def test_images_networks_and_keys_of_a_launch(mine):
    """By owner, by tag, by root device, by zone, and by the key's kind."""
    mine.root.create_key_pair(KeyName="kind", KeyType="ed25519")
    for condition, resource, options in (
        ({"StringEquals": {"ec2:Owner": mine.server.account}}, "image/*", {}),
        ({"StringEquals": {"ec2:RootDeviceType": "ebs"}}, "instance/*", {}),
        ({"Bool": {"ec2:AssociatePublicIpAddress": "true"}}, "network-interface/*", {}),
        ({"StringEquals": {"ec2:AvailabilityZone": f"{HOME}c"}}, "instance/*", {"Placement": {"AvailabilityZone": f"{HOME}c"}}),
        ({"StringEquals": {"ec2:AvailabilityZone": f"{HOME}c"}}, "subnet/*", {"Placement": {"AvailabilityZone": f"{HOME}c"}}),
        ({"StringEquals": {"ec2:KeyPairType": "ed25519"}}, "key-pair/*", {"KeyName": "kind"}),
        ({"Bool": {"ec2:EbsOptimized": "true"}}, "instance/*", {"EbsOptimized": True}),
    ):
        mine.allow(EC2, denied("ec2:RunInstances", mine.arn(resource), **condition))
        with unauthorized("ec2:RunInstances", mine.arn(resource).rstrip("*")):
            mine.launch(**options)
    private = {"NetworkInterfaces": [{"DeviceIndex": 0, "AssociatePublicIpAddress": False}]}
    mine.allow(EC2, denied("ec2:RunInstances", mine.arn("network-interface/*"), Bool={"ec2:AssociatePublicIpAddress": "true"}))
    with dry_run():
        mine.launch(**private)
    # By the tag of the image.
    mine.allow(EC2, denied("ec2:RunInstances", mine.arn("image/*"), StringNotEquals={"aws:ResourceTag/approved": "yes"}))
    with unauthorized("ec2:RunInstances", mine.arn("image/")):
        mine.launch()
    mine.root.create_tags(Resources=[mine.image], Tags=[{"Key": "approved", "Value": "yes"}])
    with dry_run():
        mine.launch()


def test_the_role_of_a_launch(mine):
    trust = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}]}
    role = mine.iam.create_role(RoleName="machine", AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
    profile = mine.iam.create_instance_profile(InstanceProfileName="machine")["InstanceProfile"]["Arn"]
    mine.iam.add_role_to_instance_profile(InstanceProfileName="machine", RoleName="machine")
    for named in ({"Name": "machine"}, {"Arn": profile}):
        mine.allow(EC2)
        with unauthorized("iam:PassRole", role):
            mine.launch(IamInstanceProfile=named)
        mine.allow(EC2, allowed("iam:PassRole", role, StringEquals={"iam:PassedToService": "lambda.amazonaws.com"}))
        with unauthorized("iam:PassRole", role):
            mine.launch(IamInstanceProfile=named)
        mine.allow(EC2, allowed("iam:PassRole", role, StringEquals={"iam:PassedToService": "ec2.amazonaws.com"}))
        with dry_run():
            mine.launch(IamInstanceProfile=named)
        # By name or by ARN, a condition sees the ARN.
        only = denied("ec2:RunInstances", mine.arn("instance/*"), ArnEquals={"ec2:InstanceProfile": profile})
        mine.allow(EC2, allowed("iam:PassRole"), only)
        with unauthorized("ec2:RunInstances", mine.arn("instance/")):
            mine.launch(IamInstanceProfile=named)


def test_instances_and_volumes_by_their_tags(mine):
    """Who may act on what is tagged so acts on nothing else, and takes no snapshot of a volume through its instance."""
    tags = [{"ResourceType": "instance", "Tags": [{"Key": "team", "Value": "blue"}]}]
    instance = guests.launch(mine.server, mine.image, TagSpecifications=tags, MetadataOptions={"HttpTokens": "required"})
    [volume] = mine.root.describe_volumes(Filters=[{"Name": "attachment.instance-id", "Values": [instance]}])["Volumes"]
    ec2 = mine.user.ec2()
    blue = {"StringEquals": {"ec2:ResourceTag/team": "blue"}}
    mine.allow(allowed(["ec2:StopInstances", "ec2:RebootInstances", "ec2:TerminateInstances"], mine.arn("instance/*"), **blue))
    for call in (ec2.stop_instances, ec2.reboot_instances, ec2.terminate_instances):
        with dry_run():
            call(InstanceIds=[instance], DryRun=True)
    mine.root.create_tags(Resources=[instance], Tags=[{"Key": "team", "Value": "red"}])
    with unauthorized("ec2:StopInstances", mine.arn(f"instance/{instance}")):
        ec2.stop_instances(InstanceIds=[instance], DryRun=True)
    for key, value in (
        ("ec2:InstanceType", SMALL), ("ec2:MetadataHttpTokens", "required"), ("ec2:RootDeviceType", "ebs"), ("ec2:InstanceID", instance),
        ("ec2:AvailabilityZone", guests.described(mine.server, instance)["Placement"]["AvailabilityZone"]), ("ec2:Tenancy", "default"),
        ("ec2:InstanceMetadataTags", "disabled"), ("ec2:MetadataHttpEndpoint", "enabled"), ("ec2:InstanceMarketType", "on-demand"),
    ):
        mine.allow(EC2, denied("ec2:StopInstances", StringEquals={key: value}))
        with unauthorized("ec2:StopInstances"):
            ec2.stop_instances(InstanceIds=[instance], DryRun=True)
        mine.allow(EC2, denied("ec2:StopInstances", StringEquals={key: "another"}))
        with dry_run():
            ec2.stop_instances(InstanceIds=[instance], DryRun=True)
    # What may not be read by CreateSnapshot may not be by CreateSnapshots.
    mine.root.create_tags(Resources=[volume["VolumeId"]], Tags=[{"Key": "secret", "Value": "yes"}])
    mine.allow(EC2, denied("ec2:CreateSnapshot*", mine.arn("volume/*"), StringEquals={"aws:ResourceTag/secret": "yes"}))
    with unauthorized("ec2:CreateSnapshot", mine.arn(f"volume/{volume['VolumeId']}")):
        ec2.create_snapshot(VolumeId=volume["VolumeId"], DryRun=True)
    with unauthorized("ec2:CreateSnapshots", mine.arn(f"volume/{volume['VolumeId']}")):
        ec2.create_snapshots(InstanceSpecification={"InstanceId": instance}, DryRun=True)
    mine.allow(EC2, denied("ec2:CreateSnapshots", mine.arn("snapshot/*"), NumericEquals={"ec2:VolumeSize": str(volume["Size"])}))
    with unauthorized("ec2:CreateSnapshots", mine.arn("snapshot/")):
        ec2.create_snapshots(InstanceSpecification={"InstanceId": instance}, DryRun=True)
    mine.allow(EC2)
    with dry_run():
        ec2.create_snapshots(InstanceSpecification={"InstanceId": instance}, DryRun=True)
    # The volume's tags come along, and are asked about as those that the call names.
    copying = {"InstanceSpecification": {"InstanceId": instance}, "CopyTagsFromSource": "volume", "DryRun": True}
    given = {"TagSpecifications": [{"ResourceType": "snapshot", "Tags": [{"Key": "secret", "Value": "no"}]}]}
    for policy in ((EC2, denied("ec2:CreateTags")), (allowed("ec2:CreateSnapshots"),)):
        mine.allow(*policy)
        with unauthorized("ec2:CreateTags", mine.arn("snapshot/")):
            ec2.create_snapshots(**copying)
        with dry_run():
            ec2.create_snapshots(InstanceSpecification={"InstanceId": instance}, DryRun=True)
    mine.allow(allowed("ec2:CreateSnapshots"), allowed("ec2:CreateTags", StringEquals={"aws:RequestTag/secret": "yes", "ec2:CreateAction": "CreateSnapshots"}))
    with dry_run():
        ec2.create_snapshots(**copying)
    with unauthorized("ec2:CreateTags"):
        ec2.create_snapshots(**copying, **given)
    # The volume that is to go with its instance, or not.
    change = [{"DeviceName": "/dev/xvda", "Ebs": {"VolumeId": volume["VolumeId"], "DeleteOnTermination": False}}]
    mine.allow(EC2, denied("ec2:ModifyInstanceAttribute", mine.arn("volume/*"), StringEquals={"aws:ResourceTag/secret": "yes"}))
    with unauthorized("ec2:ModifyInstanceAttribute", mine.arn(f"volume/{volume['VolumeId']}")):
        ec2.modify_instance_attribute(InstanceId=instance, BlockDeviceMappings=change, DryRun=True)
    mine.root.terminate_instances(InstanceIds=[instance])


def test_modifying_a_volume(mine):
    volume = mine.root.create_volume(AvailabilityZone=f"{HOME}a", Size=1)["VolumeId"]
    mine.allow(EC2, denied("ec2:ModifyVolume", NumericGreaterThan={"ec2:Attribute/Size": "8"}))
    with dry_run():
        mine.user.ec2().modify_volume(VolumeId=volume, Size=8, DryRun=True)
    with unauthorized("ec2:ModifyVolume"):
        mine.user.ec2().modify_volume(VolumeId=volume, Size=9, DryRun=True)
    mine.root.delete_volume(VolumeId=volume)
