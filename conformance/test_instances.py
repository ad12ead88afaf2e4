"""Instances through boto3: launched, described, changed and ended, and what is refused. An account of their own keeps their subnets and quota
apart from other tests'.

The guests have an empty disk: they run, and find nothing to boot. What is asked of states here holds for `pending` and for `running`."""

from __future__ import annotations

import base64
import datetime
import json
import uuid

import accounts
import images
import pytest
import snapshots
from disks import Disk
from ferry_server import AWAY, HOME, Credentials
from refusals import dry_run, refused

ALIVE = ("pending", "running")
UNKNOWN = "i-0123456789abcdef0"
NO_IMAGE = "ami-0123456789abcdef0"


@pytest.fixture(scope="module")
def mine(server):
    """An account of this file's own."""
    return accounts.seen_by(server, accounts.created(server))


@pytest.fixture(scope="module")
def ec2(mine):
    return mine.ec2(HOME)


@pytest.fixture(scope="module")
def snapshot(mine):
    return snapshots.upload(mine, Disk.made("instances", 1))


@pytest.fixture(scope="module")
def image(mine, snapshot):
    return images.register(mine, snapshot, EnaSupport=True)


def launch(ec2, image, count=1, **options):
    return ec2.run_instances(**{"ImageId": image, "MinCount": count, "MaxCount": count, "InstanceType": "t3.nano", **options})


@pytest.fixture
def launched(ec2, image):
    """Launches instances, which are terminated when the test is over."""
    made = []

    def run(**options):
        answer = launch(ec2, options.pop("image", image), options.pop("count", 1), **options)
        made.extend(one["InstanceId"] for one in answer["Instances"])
        return answer["Instances"]

    yield run
    left = [one for one in made if described(ec2, one)["State"]["Name"] in ALIVE]
    for one in left:
        ec2.modify_instance_attribute(InstanceId=one, DisableApiTermination={"Value": False})
    if left:
        ec2.terminate_instances(InstanceIds=left)


def described(ec2, instance):
    [reservation] = ec2.describe_instances(InstanceIds=[instance])["Reservations"]
    [told] = reservation["Instances"]
    return told


def by(name, *values):
    return [{"Name": name, "Values": list(values)}]


def attribute(ec2, instance, name):
    answer = ec2.describe_instance_attribute(InstanceId=instance, Attribute=name)
    assert answer["InstanceId"] == instance
    return answer[name[0].upper() + name[1:]]


def count(ec2):
    pages = ec2.get_paginator("describe_instances").paginate(Filters=by("instance-state-name", *ALIVE))
    return sum(len(reservation["Instances"]) for page in pages for reservation in page["Reservations"])


def test_a_launch(ec2, image, snapshot, mine, launched):
    tags = [{"Key": "Name", "Value": "web"}]
    asked = {
        "KeyName": "launch", "UserData": "#!/bin/sh\necho hello\n", "Monitoring": {"Enabled": True}, "EbsOptimized": True,
        "InstanceInitiatedShutdownBehavior": "terminate", "DisableApiStop": True, "EnclaveOptions": {"Enabled": False},
        "CreditSpecification": {"CpuCredits": "standard"}, "Placement": {"AvailabilityZone": f"{HOME}b", "Tenancy": "default"},
        "MetadataOptions": {"HttpTokens": "required", "HttpPutResponseHopLimit": 3, "InstanceMetadataTags": "enabled"},
        "SecurityGroups": ["default"],
        "TagSpecifications": [{"ResourceType": kind, "Tags": tags} for kind in ("instance", "volume", "network-interface")],
    }
    ec2.create_key_pair(KeyName="launch", KeyType="ed25519")
    with dry_run():
        launch(ec2, image, **asked, DryRun=True)
    [made] = launched(**asked)
    assert made["State"] == {"Code": 0, "Name": "pending"} and made["StateTransitionReason"] == ""
    told = described(ec2, made["InstanceId"])
    expected = {
        "ImageId": image, "InstanceType": "t3.nano", "KeyName": "launch", "AmiLaunchIndex": 0, "Architecture": "x86_64", "EnaSupport": True,
        "EbsOptimized": True, "Hypervisor": "xen", "VirtualizationType": "hvm", "RootDeviceName": "/dev/xvda", "RootDeviceType": "ebs",
        "Tags": tags, "PublicDnsName": "", "SourceDestCheck": True, "CpuOptions": {"CoreCount": 1, "ThreadsPerCore": 2},
        "CurrentInstanceBootMode": "legacy-bios", "EnclaveOptions": {"Enabled": False}, "HibernationOptions": {"Configured": False},
        "Monitoring": {"State": "enabled"}, "PlatformDetails": "Linux/UNIX", "UsageOperation": "RunInstances",
    }
    assert {name: told.get(name) for name in expected} == expected
    assert told["State"]["Name"] in ALIVE and isinstance(told["LaunchTime"], datetime.datetime)
    assert told["LaunchTime"].microsecond == 0 == told["NetworkInterfaces"][0]["Attachment"]["AttachTime"].microsecond
    assert told["BlockDeviceMappings"][0]["Ebs"]["AttachTime"].microsecond == 0
    assert told["Placement"]["AvailabilityZone"] == f"{HOME}b" and told["Placement"]["Tenancy"] == "default"
    assert told["MetadataOptions"] == {
        "State": "applied", "HttpTokens": "required", "HttpPutResponseHopLimit": 3, "HttpEndpoint": "enabled", "HttpProtocolIpv6": "disabled",
        "InstanceMetadataTags": "enabled",
    }
    assert told["PrivateIpAddress"].startswith("172.31.") and told["PublicIpAddress"].startswith("127.")
    assert told["PrivateDnsName"] == f"ip-{told['PrivateIpAddress'].replace('.', '-')}.ec2.internal"
    [group] = told["SecurityGroups"]
    assert group["GroupName"] == "default"
    # The volume, with its tags.
    [device] = told["BlockDeviceMappings"]
    assert device["DeviceName"] == "/dev/xvda" and device["Ebs"]["DeleteOnTermination"] is True
    [volume] = ec2.describe_volumes(Filters=by("attachment.instance-id", made["InstanceId"]))["Volumes"]
    assert volume["VolumeId"] == device["Ebs"]["VolumeId"] and volume["State"] == "in-use" and volume["Tags"] == tags
    assert volume["SnapshotId"] == snapshot and volume["Attachments"][0]["Device"] == "/dev/xvda"
    with refused("VolumeInUse", f"^Volume {volume['VolumeId']} is currently attached to {made['InstanceId']}$"):
        ec2.delete_volume(VolumeId=volume["VolumeId"])
    # The interface, by itself and with the instance.
    [card] = told["NetworkInterfaces"]
    assert card["Attachment"]["DeviceIndex"] == 0 and card["Attachment"]["DeleteOnTermination"] is True
    [interface] = ec2.describe_network_interfaces(NetworkInterfaceIds=[card["NetworkInterfaceId"]])["NetworkInterfaces"]
    assert interface["Attachment"]["InstanceId"] == made["InstanceId"] and interface["TagSet"] == tags and interface["Status"] == "in-use"
    for name in ("MacAddress", "PrivateIpAddress", "SubnetId", "VpcId", "Groups", "PrivateIpAddresses"):
        assert interface[name] == card[name]
    assert interface["Association"]["PublicIp"] == told["PublicIpAddress"]
    [subnet] = ec2.describe_subnets(SubnetIds=[told["SubnetId"]])["Subnets"]
    assert subnet["AvailableIpAddressCount"] < 4091 and subnet["AvailabilityZone"] == f"{HOME}b"
    # Attributes.
    assert base64.b64decode(attribute(ec2, made["InstanceId"], "userData")["Value"]) == asked["UserData"].encode()
    for name, value in [
        ("instanceType", "t3.nano"), ("disableApiTermination", False), ("disableApiStop", True), ("rootDeviceName", "/dev/xvda"),
        ("instanceInitiatedShutdownBehavior", "terminate"), ("sourceDestCheck", True), ("ebsOptimized", True), ("enaSupport", True),
    ]:
        assert attribute(ec2, made["InstanceId"], name)["Value"] in (value, str(value).lower())
    assert ec2.describe_instance_attribute(InstanceId=made["InstanceId"], Attribute="groupSet")["Groups"] == told["SecurityGroups"]
    assert ec2.describe_instance_attribute(InstanceId=made["InstanceId"], Attribute="blockDeviceMapping")["BlockDeviceMappings"]
    [credits] = ec2.describe_instance_credit_specifications(InstanceIds=[made["InstanceId"]])["InstanceCreditSpecifications"]
    assert credits == {"InstanceId": made["InstanceId"], "CpuCredits": "standard"}
    # What it was launched of knows.
    assert images.describe(mine, HOME, image)["LastLaunchedTime"]
    ec2.delete_key_pair(KeyName="launch")
    assert described(ec2, made["InstanceId"])["KeyName"] == "launch"


def test_interfaces_as_clients_describe_them(ec2, launched):
    """Ansible, Packer and Terraform send the interface in the list; old clients, in the request itself."""
    [subnet] = ec2.describe_subnets(Filters=by("availability-zone", f"{HOME}c"))["Subnets"]
    group = ec2.create_security_group(GroupName=f"web-{uuid.uuid4().hex[:8]}", Description="of a test")["GroupId"]
    [made] = launched(NetworkInterfaces=[{
        "DeviceIndex": 0, "SubnetId": subnet["SubnetId"], "Groups": [group], "AssociatePublicIpAddress": False, "DeleteOnTermination": True,
        "Description": "a card",
    }])
    told = described(ec2, made["InstanceId"])
    assert "PublicIpAddress" not in told and told["SubnetId"] == subnet["SubnetId"]
    assert [one["GroupId"] for one in told["SecurityGroups"]] == [group]
    assert told["NetworkInterfaces"][0]["Description"] == "a card" and "Association" not in told["NetworkInterfaces"][0]
    with refused("DependencyViolation", "has a dependent object"):
        ec2.delete_security_group(GroupId=group)
    [other] = launched(SubnetId=subnet["SubnetId"], SecurityGroupIds=[group], PrivateIpAddress=subnet["CidrBlock"].replace("0/20", "77"))
    assert other["PrivateIpAddress"] == subnet["CidrBlock"].replace("0/20", "77")
    with refused("InvalidIPAddress.InUse"):
        launched(SubnetId=subnet["SubnetId"], PrivateIpAddress=other["PrivateIpAddress"])
    found = ec2.describe_network_interfaces(Filters=by("group-id", group))["NetworkInterfaces"]
    assert {one["Attachment"]["InstanceId"] for one in found} == {made["InstanceId"], other["InstanceId"]}
    [tagged] = [one for one in found if one["Attachment"]["InstanceId"] == made["InstanceId"]]
    ec2.create_tags(Resources=[tagged["NetworkInterfaceId"], made["InstanceId"]], Tags=[{"Key": "a", "Value": "b"}])
    assert len(ec2.describe_network_interfaces(Filters=by("tag:a", "b"))["NetworkInterfaces"]) == 1
    assert described(ec2, made["InstanceId"])["Tags"] == [{"Key": "a", "Value": "b"}]
    ec2.modify_instance_attribute(InstanceId=made["InstanceId"], Groups=[ec2.describe_security_groups(GroupNames=["default"])["SecurityGroups"][0]["GroupId"]])
    assert described(ec2, made["InstanceId"])["SecurityGroups"][0]["GroupName"] == "default"


def test_devices_of_a_launch(ec2, launched):
    [made] = launched(BlockDeviceMappings=[
        {"DeviceName": "/dev/xvda", "Ebs": {"VolumeSize": 12, "VolumeType": "gp3", "Iops": 3500, "DeleteOnTermination": False}},
        {"DeviceName": "/dev/sdf", "Ebs": {"VolumeSize": 3, "Encrypted": True}},
        {"DeviceName": "/dev/sdg", "NoDevice": ""},
        {"DeviceName": "/dev/sdh", "VirtualName": "ephemeral0"},
    ])
    told = {one["DeviceName"]: one["Ebs"] for one in described(ec2, made["InstanceId"])["BlockDeviceMappings"]}
    assert {name: one["DeleteOnTermination"] for name, one in told.items()} == {"/dev/xvda": False, "/dev/sdf": False}
    volumes = {one["VolumeId"]: one for one in ec2.describe_volumes(VolumeIds=[one["VolumeId"] for one in told.values()])["Volumes"]}
    root, data = volumes[told["/dev/xvda"]["VolumeId"]], volumes[told["/dev/sdf"]["VolumeId"]]
    assert (root["Size"], root["VolumeType"], root["Iops"], root["Encrypted"]) == (12, "gp3", 3500, False)
    assert (data["Size"], data["VolumeType"], data["Encrypted"]) == (3, "gp2", True) and data["KmsKeyId"]
    ec2.modify_instance_attribute(
        InstanceId=made["InstanceId"], BlockDeviceMappings=[{"DeviceName": "/dev/xvda", "Ebs": {"DeleteOnTermination": True}}]
    )
    [device] = [one for one in described(ec2, made["InstanceId"])["BlockDeviceMappings"] if one["DeviceName"] == "/dev/xvda"]
    assert device["Ebs"]["DeleteOnTermination"] is True
    with refused("InvalidInstanceAttributeValue", "^No device is currently mapped at /dev/sdz$"):
        ec2.modify_instance_attribute(
            InstanceId=made["InstanceId"], BlockDeviceMappings=[{"DeviceName": "/dev/sdz", "Ebs": {"DeleteOnTermination": True}}]
        )


def test_a_token_launches_once(ec2, image, launched):
    token = uuid.uuid4().hex
    first = launched(count=2, ClientToken=token)
    again = launched(count=2, ClientToken=token)
    assert [one["InstanceId"] for one in again] == [one["InstanceId"] for one in first] and first[0]["ClientToken"] == token
    with refused("IdempotentParameterMismatch"):
        launch(ec2, image, 1, ClientToken=token)


@pytest.mark.parametrize(("code", "message", "options"), [
    ("InvalidAMIID.NotFound", f"^The image id '\\[{NO_IMAGE}\\]' does not exist$", {"ImageId": NO_IMAGE}),
    ("InvalidAMIID.Malformed", None, {"ImageId": "ami-1"}),
    ("UnsupportedOperation", "Systems Manager", {"ImageId": "resolve:ssm:/debian"}),
    ("InvalidParameterValue", "^Invalid value 't9.nano' for InstanceType.$", {"InstanceType": "t9.nano"}),
    ("InvalidParameterValue", "The architecture 'arm64' of the specified instance type does not match", {"InstanceType": "t4g.nano"}),
    ("InvalidParameterCombination", None, {"InstanceType": "m5.large", "CreditSpecification": {"CpuCredits": "standard"}}),
    ("InvalidParameterValue", "MinCount may not exceed maxCount", {"MinCount": 2, "MaxCount": 1}),
    ("InvalidParameterValue", None, {"MinCount": 0, "MaxCount": 1}),
    ("VcpuLimitExceeded", "vCPU limit of 64", {"MinCount": 33, "MaxCount": 33}),
    ("InvalidKeyPair.NotFound", "^The key pair 'none' does not exist$", {"KeyName": "none"}),
    ("InvalidGroup.NotFound", None, {"SecurityGroupIds": ["sg-0ffffffffffffffff"]}),
    ("InvalidParameterCombination", None, {"SecurityGroupIds": ["sg-0ffffffffffffffff"], "SecurityGroups": ["default"]}),
    ("InvalidSubnetID.NotFound", None, {"SubnetId": "subnet-0ffffffffffffffff"}),
    ("InvalidParameterValue", "zone", {"Placement": {"AvailabilityZone": f"{AWAY}a"}}),
    ("UnsupportedOperation", "Placement.GroupName", {"Placement": {"GroupName": "close"}}),
    ("UnsupportedOperation", "Tenancy=dedicated", {"Placement": {"Tenancy": "dedicated"}}),
    ("InvalidParameterValue", "limited to 16384 bytes", {"UserData": "x" * 16_385}),
    ("InvalidParameterValue", "Invalid IAM Instance Profile name", {"IamInstanceProfile": {"Name": "none"}}),
    ("InvalidParameterValue", "HttpPutResponseHopLimit", {"MetadataOptions": {"HttpPutResponseHopLimit": 65}}),
    ("InvalidParameterValue", None, {"MetadataOptions": {"HttpProtocolIpv6": "enabled"}}),
    ("UnsupportedOperation", "EnclaveOptions.Enabled=true", {"EnclaveOptions": {"Enabled": True}}),
    ("UnsupportedOperation", "HibernationOptions", {"HibernationOptions": {"Configured": True}}),
    ("UnsupportedOperation", "LaunchTemplate", {"LaunchTemplate": {"LaunchTemplateName": "a"}}),
    ("UnsupportedOperation", "InstanceMarketOptions", {"InstanceMarketOptions": {"MarketType": "spot"}}),
    ("UnsupportedOperation", "CpuOptions", {"CpuOptions": {"CoreCount": 2, "ThreadsPerCore": 1}}),
    ("UnsupportedOperation", "one network interface", {"NetworkInterfaces": [{"DeviceIndex": 0}, {"DeviceIndex": 1}]}),
    ("UnsupportedOperation", "DeleteOnTermination=false", {"NetworkInterfaces": [{"DeviceIndex": 0, "DeleteOnTermination": False}]}),
    ("UnsupportedOperation", "EnaQueueCount", {"NetworkInterfaces": [{"DeviceIndex": 0, "EnaQueueCount": 2}]}),
    ("UnsupportedOperation", "Ipv6Addresses", {"NetworkInterfaces": [{"DeviceIndex": 0, "Ipv6Addresses": [{"Ipv6Address": "fd00::1"}]}]}),
    ("UnsupportedOperation", "PrimaryIpv6", {"NetworkInterfaces": [{"DeviceIndex": 0, "PrimaryIpv6": True}]}),
    ("UnsupportedOperation", "beside the primary", {"NetworkInterfaces": [{"PrivateIpAddresses": [{"PrivateIpAddress": "172.31.0.9"}]}]}),
    ("UnsupportedOperation", "AmdSevSnp=enabled", {"CpuOptions": {"AmdSevSnp": "enabled"}}),
    ("UnsupportedOperation", "AvailabilityZone", {"BlockDeviceMappings": [{"DeviceName": "/dev/sdf", "Ebs": {"VolumeSize": 1, "AvailabilityZone": "a"}}]}),
    ("UnsupportedOperation", "Outposts", {"BlockDeviceMappings": [{"DeviceName": "/dev/sdf", "Ebs": {"VolumeSize": 1, "OutpostArn": "a"}}]}),
    ("InvalidParameterValue", "EbsCardIndex", {"BlockDeviceMappings": [{"DeviceName": "/dev/sdf", "Ebs": {"VolumeSize": 1, "EbsCardIndex": 1}}]}),
    (
        "InvalidParameterCombination", "volumeInitializationRate",
        {"BlockDeviceMappings": [{"DeviceName": "/dev/sdf", "Ebs": {"VolumeSize": 1, "VolumeInitializationRate": 200}}]},
    ),
    ("InvalidParameterCombination", None, {"NetworkInterfaces": [{"DeviceIndex": 0}], "SecurityGroups": ["default"]}),
    ("InvalidParameterValue", "taggable", {"TagSpecifications": [{"ResourceType": "image", "Tags": [{"Key": "a", "Value": "b"}]}]}),
    ("InvalidBlockDeviceMapping", "is smaller than snapshot", {"BlockDeviceMappings": [{"DeviceName": "/dev/xvda", "Ebs": {"VolumeSize": 0}}]}),
    ("InvalidBlockDeviceMapping", "root device", {"BlockDeviceMappings": [{"DeviceName": "/dev/xvda", "NoDevice": ""}]}),
    (
        "MissingParameter", "^The request must contain the parameter size or snapshotId$",
        {"BlockDeviceMappings": [{"DeviceName": "/dev/sdf", "Ebs": {"VolumeType": "gp3"}}]},
    ),
    ("MissingParameter", "^The request must contain the parameter ebs$", {"BlockDeviceMappings": [{"DeviceName": "/dev/sdf"}]}),
    ("InvalidParameterDependency", "KmsKeyId", {"BlockDeviceMappings": [{"DeviceName": "/dev/sdf", "Ebs": {"VolumeSize": 1, "KmsKeyId": "a"}}]}),
    ("InvalidParameterValue", "not a valid EBS device name", {"BlockDeviceMappings": [{"DeviceName": "sofa", "Ebs": {"VolumeSize": 1}}]}),
    ("InvalidSnapshot.NotFound", None, {"BlockDeviceMappings": [{"DeviceName": "/dev/sdf", "Ebs": {"SnapshotId": "snap-0ffffffffffffffff"}}]}),
])
def test_launches_that_are_refused(mine, image, code, message, options):
    ec2 = mine.ec2(HOME, validate=False)
    before, volumes = count(ec2), {one["VolumeId"] for one in ec2.describe_volumes()["Volumes"]}
    for is_dry in (True, False):
        with refused(code, message):
            launch(ec2, image, **options, DryRun=is_dry)
    # Those of instances that other tests have terminated go meanwhile.
    assert count(ec2) == before and {one["VolumeId"] for one in ec2.describe_volumes()["Volumes"]} <= volumes


def test_the_primary_address_in_a_list_and_the_rate_of_a_volume(ec2, launched):
    """Other ways to say what is to be had."""
    address = {"PrivateIpAddress": "172.31.0.77", "Primary": True}
    [subnet] = [one for one in ec2.describe_subnets()["Subnets"] if one["CidrBlock"].startswith("172.31.0.")]
    device = {"DeviceName": "/dev/xvda", "Ebs": {"VolumeInitializationRate": 200}}
    interface = {"DeviceIndex": 0, "SubnetId": subnet["SubnetId"], "PrivateIpAddresses": [address]}
    [made] = launched(NetworkInterfaces=[interface], BlockDeviceMappings=[device])
    assert made["PrivateIpAddress"] == "172.31.0.77"
    [volume] = ec2.describe_volumes(Filters=by("attachment.instance-id", made["InstanceId"]))["Volumes"]
    assert volume["VolumeInitializationRate"] == 200


def test_images_that_cannot_be_launched(ec2, mine, server, snapshot, other_account):
    old = images.register(mine, snapshot)
    with refused("InvalidParameterCombination", "Elastic Network Adapter"):
        launch(ec2, old)
    firmware = images.register(mine, snapshot, EnaSupport=True, BootMode="uefi")
    with refused("Unsupported", "boot mode 'uefi'"):
        launch(ec2, firmware, InstanceType="t2.micro")
    with refused("InvalidAMIID.NotFound"):
        launch(mine.ec2(AWAY), old)
    with refused("InvalidAMIID.NotFound"):
        launch(other_account.ec2(HOME), old)
    ec2.disable_image(ImageId=old)
    with refused("InvalidAMIID.Unavailable"):
        launch(ec2, old, InstanceType="t2.micro")
    ec2.enable_image(ImageId=old)
    ec2.deregister_image(ImageId=old)
    with refused("InvalidAMIID.Unavailable"):
        launch(ec2, old, InstanceType="t2.micro")
    tokens = images.register(mine, snapshot, EnaSupport=True, ImdsSupport="v2.0")
    [made] = launch(ec2, tokens)["Instances"]
    assert (made["MetadataOptions"]["HttpTokens"], made["MetadataOptions"]["HttpPutResponseHopLimit"]) == ("required", 2)
    ec2.terminate_instances(InstanceIds=[made["InstanceId"]])


def test_allowed_images_and_shared_ones(server, mine, snapshot):
    others = accounts.seen_by(server, accounts.created(server))
    shared = images.register(mine, snapshot, EnaSupport=True)
    mine.ec2(HOME).modify_image_attribute(ImageId=shared, LaunchPermission={"Add": [{"UserId": others.credentials.account}]})
    theirs = others.ec2(HOME)
    # Whose image it is stays its owner's; what is made of it is the launcher's.
    [made] = launch(theirs, shared)["Instances"]
    [volume] = theirs.describe_volumes()["Volumes"]
    assert volume["SnapshotId"] == snapshot and "LastLaunchedTime" not in images.describe(others, HOME, shared)
    theirs.terminate_instances(InstanceIds=[made["InstanceId"]])
    theirs.replace_image_criteria_in_allowed_images_settings(ImageCriteria=[{"ImageProviders": ["111122223333"]}])
    theirs.enable_allowed_images_settings(AllowedImagesSettingsState="enabled")
    with refused("InvalidAMIID.NotFound"):
        launch(theirs, shared)


def test_pages_and_filters(ec2, launched):
    made = launched(count=6)
    ids = {one["InstanceId"] for one in made}
    ec2.create_tags(Resources=sorted(ids), Tags=[{"Key": "of", "Value": "pages"}])
    pages = list(ec2.get_paginator("describe_instances").paginate(Filters=by("tag:of", "pages"), PaginationConfig={"PageSize": 5}))
    assert [sum(len(one["Instances"]) for one in page["Reservations"]) for page in pages] == [5, 1]
    assert {one["InstanceId"] for page in pages for reservation in page["Reservations"] for one in reservation["Instances"]} == ids
    told = described(ec2, made[0]["InstanceId"])

    def found(name, value):
        answer = ec2.describe_instances(Filters=by(name, value) + by("tag:of", "pages"))
        return {one["InstanceId"] for reservation in answer["Reservations"] for one in reservation["Instances"]}

    one = {told["InstanceId"]}
    assert found("private-ip-address", told["PrivateIpAddress"]) == one and found("ip-address", told["PublicIpAddress"]) == one
    assert found("network-interface.network-interface-id", told["NetworkInterfaces"][0]["NetworkInterfaceId"]) == one
    assert found("block-device-mapping.volume-id", told["BlockDeviceMappings"][0]["Ebs"]["VolumeId"]) == one
    assert found("instance-type", "t3.*") == ids and found("instance-type", "m5.*") == set()
    assert found("instance-state-name", "terminated") == set()
    with refused("InvalidParameterCombination", "^The parameter instancesSet cannot be used with the parameter maxResults$"):
        ec2.describe_instances(InstanceIds=sorted(ids), MaxResults=5)
    with refused("InvalidParameterValue", "^The filter 'colour' is invalid$"):
        found("colour", "red")
    for call in (lambda: ec2.describe_instances(InstanceIds=[UNKNOWN]), lambda: ec2.describe_instance_status(InstanceIds=[UNKNOWN])):
        with refused("InvalidInstanceID.NotFound", f"^The instance ID '{UNKNOWN}' does not exist$"):
            call()
    with refused("InvalidInstanceID.Malformed"):
        ec2.describe_instances(InstanceIds=["nonsense"])
    statuses = ec2.describe_instance_status(InstanceIds=sorted(ids), IncludeAllInstances=True)["InstanceStatuses"]
    assert {one["InstanceId"] for one in statuses} == ids
    for status in statuses:
        assert status["InstanceStatus"]["Status"] == ("ok" if status["InstanceState"]["Name"] == "running" else "not-applicable")


def test_states_and_protections(ec2, mine, launched):
    [made] = launched(DisableApiTermination=True)
    one = made["InstanceId"]
    with refused(
        "OperationNotPermitted",
        f"^The instance '{one}' may not be terminated. Modify its 'disableApiTermination' instance attribute and try again.$",
    ):
        ec2.terminate_instances(InstanceIds=[one])
    [other] = launched()
    # All or none.
    with refused("OperationNotPermitted"):
        ec2.terminate_instances(InstanceIds=[other["InstanceId"], one])
    assert described(ec2, other["InstanceId"])["State"]["Name"] in ALIVE
    with refused("InvalidInstanceID.NotFound"):
        ec2.terminate_instances(InstanceIds=[other["InstanceId"], UNKNOWN])
    for call in (ec2.start_instances, ec2.stop_instances, ec2.terminate_instances, ec2.reboot_instances):
        with refused("InvalidInstanceID.NotFound"):
            call(InstanceIds=[UNKNOWN])
        with refused("InvalidParameterCombination", "^No instances specified$"):
            call(InstanceIds=[])
    # One that is on its way stays so.
    [change] = ec2.start_instances(InstanceIds=[other["InstanceId"]])["StartingInstances"]
    assert change["CurrentState"] == change["PreviousState"] and change["CurrentState"]["Name"] in ALIVE
    with refused("UnsupportedHibernationConfiguration"):
        ec2.stop_instances(InstanceIds=[other["InstanceId"]], Hibernate=True)
    with dry_run():
        ec2.terminate_instances(InstanceIds=[other["InstanceId"]], DryRun=True)
    [change] = ec2.terminate_instances(InstanceIds=[other["InstanceId"]])["TerminatingInstances"]
    assert change["PreviousState"]["Name"] in ALIVE and change["CurrentState"]["Name"] in ("shutting-down", "terminated")
    with refused("IncorrectInstanceState"):
        ec2.start_instances(InstanceIds=[other["InstanceId"]])
    told = described(ec2, other["InstanceId"])
    assert told["StateReason"]["Code"] == "Client.UserInitiatedShutdown" and told["StateTransitionReason"].startswith("User initiated (")


def test_attributes(ec2, mine, launched):
    [made] = launched()
    one = {"InstanceId": made["InstanceId"]}
    with dry_run():
        ec2.modify_instance_attribute(**one, DisableApiStop={"Value": True}, DryRun=True)
    assert attribute(ec2, made["InstanceId"], "disableApiStop") == {"Value": False}
    ec2.modify_instance_attribute(**one, DisableApiStop={"Value": True})
    assert attribute(ec2, made["InstanceId"], "disableApiStop") == {"Value": True}
    # The older way to say the same.
    ec2.modify_instance_attribute(**one, Attribute="instanceInitiatedShutdownBehavior", Value="terminate")
    assert attribute(ec2, made["InstanceId"], "instanceInitiatedShutdownBehavior") == {"Value": "terminate"}
    for code, change in [
        ("IncorrectInstanceState", {"InstanceType": {"Value": "t3.micro"}}),
        ("IncorrectInstanceState", {"UserData": {"Value": b"text"}}),
        ("InvalidParameterCombination", {"DisableApiStop": {"Value": True}, "DisableApiTermination": {"Value": True}}),
        ("InvalidParameterCombination", {}),
        ("UnsupportedOperation", {"SourceDestCheck": {"Value": False}}),
        ("UnsupportedOperation", {"Kernel": {"Value": "aki-1"}}),
        ("InvalidParameterValue", {"InstanceInitiatedShutdownBehavior": {"Value": "sleep"}}),
        ("InvalidGroup.NotFound", {"Groups": ["sg-0ffffffffffffffff"]}),
    ]:
        with refused(code):
            ec2.modify_instance_attribute(**one, **change)
    with refused("InvalidParameterValue", "^Value \\(shoeSize\\) for parameter attribute is invalid. Unknown attribute.$"):
        ec2.describe_instance_attribute(**one, Attribute="shoeSize")
    ec2.reset_instance_attribute(**one, Attribute="sourceDestCheck")
    with refused("UnsupportedOperation"):
        ec2.reset_instance_attribute(**one, Attribute="kernel")
    options = ec2.modify_instance_metadata_options(**one, HttpTokens="required", HttpPutResponseHopLimit=7)["InstanceMetadataOptions"]
    assert (options["HttpTokens"], options["HttpPutResponseHopLimit"]) == ("required", 7)
    assert described(ec2, made["InstanceId"])["MetadataOptions"] == options
    with refused("InvalidParameterCombination"):
        ec2.modify_instance_metadata_options(**one, HttpEndpoint="disabled", HttpTokens="optional")
    [monitoring] = ec2.monitor_instances(InstanceIds=[made["InstanceId"]])["InstanceMonitorings"]
    assert monitoring == {"InstanceId": made["InstanceId"], "Monitoring": {"State": "pending"}}
    assert described(ec2, made["InstanceId"])["Monitoring"] == {"State": "enabled"}
    ec2.unmonitor_instances(InstanceIds=[made["InstanceId"]])
    assert described(ec2, made["InstanceId"])["Monitoring"] == {"State": "disabled"}
    for call in (ec2.get_console_output, ec2.get_console_screenshot):
        with refused("InvalidInstanceID.NotFound"):
            call(InstanceId=UNKNOWN)


def test_volumes_of_instances(ec2, launched):
    [made] = launched(Placement={"AvailabilityZone": f"{HOME}a"})
    one, [root] = made["InstanceId"], made["BlockDeviceMappings"]
    here = ec2.create_volume(AvailabilityZone=f"{HOME}a", Size=1)["VolumeId"]
    there = ec2.create_volume(AvailabilityZone=f"{HOME}b", Size=1)["VolumeId"]
    for code, call in [
        ("InvalidInstanceID.NotFound", lambda: ec2.attach_volume(VolumeId=here, InstanceId=UNKNOWN, Device="/dev/sdf")),
        ("InvalidVolume.NotFound", lambda: ec2.attach_volume(VolumeId="vol-0123456789abcdef0", InstanceId=one, Device="/dev/sdf")),
        (("VolumeInUse", "IncorrectState"), lambda: ec2.attach_volume(VolumeId=root["Ebs"]["VolumeId"], InstanceId=one, Device="/dev/sdf")),
        (("InvalidVolume.ZoneMismatch", "IncorrectState"), lambda: ec2.attach_volume(VolumeId=there, InstanceId=one, Device="/dev/sdf")),
        ("OperationNotPermitted", lambda: ec2.detach_volume(VolumeId=root["Ebs"]["VolumeId"])),
        ("IncorrectState", lambda: ec2.detach_volume(VolumeId=here)),
    ]:
        with refused(code):
            call()
    for volume in (here, there):
        ec2.delete_volume(VolumeId=volume)


def test_permissions(mine, image):
    """Each resource of a launch is asked for, its tags too, and the role that it passes."""
    iam, name = mine.client("iam"), f"launcher-{uuid.uuid4().hex[:8]}"
    iam.create_user(UserName=name)
    key = iam.create_access_key(UserName=name)["AccessKey"]
    theirs = accounts.seen_by(mine, Credentials(key["AccessKeyId"], key["SecretAccessKey"], mine.credentials.account)).ec2(HOME)
    trust = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}]}
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
    profile = iam.create_instance_profile(InstanceProfileName=name)["InstanceProfile"]
    iam.add_role_to_instance_profile(InstanceProfileName=name, RoleName=name)

    def allow(*statements):
        document = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Resource": "*", **one} for one in statements]}
        iam.put_user_policy(UserName=name, PolicyName="own", PolicyDocument=json.dumps(document))

    small = {"Action": "ec2:RunInstances", "Condition": {"StringLikeIfExists": {"ec2:InstanceType": "t3.*"}}}
    tags = [{"ResourceType": "instance", "Tags": [{"Key": "a", "Value": "b"}]}]
    with refused("UnauthorizedOperation", "ec2:RunInstances", 403):
        launch(theirs, image, DryRun=True)
    allow(small)
    with dry_run():
        launch(theirs, image, DryRun=True)
    with refused("UnauthorizedOperation", "ec2:RunInstances", 403):
        launch(theirs, image, InstanceType="m5.large", DryRun=True)
    with refused("UnauthorizedOperation", "ec2:CreateTags", 403):
        launch(theirs, image, TagSpecifications=tags, DryRun=True)
    with refused("UnauthorizedOperation", "iam:PassRole", 403):
        launch(theirs, image, IamInstanceProfile={"Arn": profile["Arn"]}, DryRun=True)
    allow(
        small, {"Action": "ec2:CreateTags"}, {"Action": "ec2:TerminateInstances", "Condition": {"StringEquals": {"aws:ResourceTag/a": "b"}}},
        {"Action": "iam:PassRole", "Resource": role, "Condition": {"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}}},
    )
    [made] = launch(theirs, image, TagSpecifications=tags, IamInstanceProfile={"Name": name})["Instances"]
    assert made["IamInstanceProfile"] == {"Arn": profile["Arn"], "Id": profile["InstanceProfileId"]}
    [plain] = launch(theirs, image)["Instances"]
    with refused("UnauthorizedOperation", "ec2:TerminateInstances", 403):
        theirs.terminate_instances(InstanceIds=[plain["InstanceId"]])
    theirs.terminate_instances(InstanceIds=[made["InstanceId"]])
    mine.ec2(HOME).terminate_instances(InstanceIds=[plain["InstanceId"]])


def test_nobody_sees_anothers(ec2, other_account, launched):
    [made] = launched()
    theirs = other_account.ec2(HOME)
    for call in (
        lambda: theirs.describe_instances(InstanceIds=[made["InstanceId"]]), lambda: theirs.terminate_instances(InstanceIds=[made["InstanceId"]]),
        lambda: theirs.create_tags(Resources=[made["InstanceId"]], Tags=[{"Key": "a", "Value": "b"}]),
        lambda: theirs.describe_instance_attribute(InstanceId=made["InstanceId"], Attribute="userData"),
        lambda: theirs.modify_instance_metadata_options(InstanceId=made["InstanceId"], HttpTokens="optional"),
    ):
        with refused("InvalidInstanceID.NotFound"):
            call()
    with refused("InvalidNetworkInterfaceID.NotFound"):
        theirs.describe_network_interfaces(NetworkInterfaceIds=[made["NetworkInterfaces"][0]["NetworkInterfaceId"]])
