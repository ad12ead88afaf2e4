"""What conditions of policies can ask of EC2's calls: about what is there, and about what is to be made as it will be."""

from __future__ import annotations

import json
import uuid

import accounts
import images
import pytest
import snapshots
from disks import Disk
from ferry_server import HOME, Credentials
from refusals import refused


@pytest.fixture(scope="module")
def iam(server):
    return server.client("iam")


@pytest.fixture(scope="module")
def caller(server, iam):
    """A user, and what it may do: given a statement's action, resource and condition."""
    name = f"conditions-{uuid.uuid4().hex[:8]}"
    iam.create_user(UserName=name)
    key = iam.create_access_key(UserName=name)["AccessKey"]
    user = accounts.seen_by(server, Credentials(key["AccessKeyId"], key["SecretAccessKey"], server.account))

    def may(action, kind, condition):
        """All, but the action on things of a kind alone where a condition holds."""
        others = {"Effect": "Allow", "Action": "*", "NotResource": f"arn:aws:ec2:*:*:{kind}/*"}
        rest = {"Effect": "Allow", "NotAction": action, "Resource": "*"}
        asked = {"Effect": "Allow", "Action": action, "Resource": f"arn:aws:ec2:*:*:{kind}/*", "Condition": condition}
        document = {"Version": "2012-10-17", "Statement": [others, rest, asked]}
        iam.put_user_policy(UserName=name, PolicyName="conditions", PolicyDocument=json.dumps(document))
        return user

    return may


@pytest.fixture(scope="module")
def disk(server):
    return snapshots.upload(server, Disk.made("conditions", 4))


def expect(caller, action, kind, condition, call, refuses):
    """The call of a user who may do it where a condition holds: by a dry run, which is let in or refused."""
    ec2 = caller(action, kind, condition).ec2()
    if refuses:
        with refused("UnauthorizedOperation", f"is not authorized to perform: {action} on resource: arn:aws:ec2:[^ ]*{kind}/", status=403):
            call(ec2)
    else:
        with refused("DryRunOperation", status=412):
            call(ec2)


def test_a_volume_is_asked_about_as_it_will_be(server, caller, disk):
    zone = {"AvailabilityZone": f"{HOME}a", "DryRun": True}
    arn = f"arn:aws:ec2:{HOME}::snapshot/{disk}"
    for condition, holds, fails in (
        ({"StringEquals": {"ec2:VolumeType": "gp3"}}, {"VolumeType": "gp3", "Size": 1}, {"Size": 1}),
        ({"StringEquals": {"ec2:VolumeType": "gp2"}}, {"Size": 1}, {"VolumeType": "gp3", "Size": 1}),
        ({"NumericLessThanEquals": {"ec2:VolumeSize": "4"}}, {"Size": 4}, {"Size": 5}),
        ({"NumericEquals": {"ec2:VolumeSize": "1"}}, {"SnapshotId": disk}, {"SnapshotId": disk, "Size": 2}),
        ({"NumericLessThan": {"ec2:VolumeIops": "4000"}}, {"VolumeType": "gp3", "Size": 9}, {"VolumeType": "gp3", "Size": 9, "Iops": 4000}),
        ({"NumericEquals": {"ec2:VolumeThroughput": "125"}}, {"VolumeType": "gp3", "Size": 1}, {"VolumeType": "gp3", "Size": 1, "Throughput": 126}),
        ({"Bool": {"ec2:Encrypted": "true"}}, {"Size": 1, "Encrypted": True}, {"Size": 1}),
        ({"ArnEquals": {"ec2:ParentSnapshot": arn}}, {"SnapshotId": disk}, {"Size": 1}),
        ({"Null": {"ec2:ParentSnapshot": "true"}}, {"Size": 1}, {"SnapshotId": disk}),
        ({"StringEquals": {"ec2:AvailabilityZone": f"{HOME}a"}}, {"Size": 1}, {"Size": 1, "AvailabilityZone": f"{HOME}b"}),
        ({"StringEquals": {"aws:RequestTag/team": "a"}}, {"Size": 1, "TagSpecifications": tagged("volume", "a")}, {"Size": 1}),
    ):
        for sent, refuses in ((holds, False), (fails, True)):
            expect(caller, "ec2:CreateVolume", "volume", condition, lambda ec2, sent=sent: ec2.create_volume(**zone | sent), refuses)
    # An account that encrypts by default makes encrypted ones, whatever a request says.
    ec2 = server.ec2()
    ec2.enable_ebs_encryption_by_default()
    try:
        expect(caller, "ec2:CreateVolume", "volume", {"Bool": {"ec2:Encrypted": "true"}}, lambda ec2: ec2.create_volume(**zone, Size=1), False)
    finally:
        ec2.disable_ebs_encryption_by_default()


def tagged(kind, team):
    return [{"ResourceType": kind, "Tags": [{"Key": "team", "Value": team}]}]


def test_snapshots_and_images_are_asked_about_as_they_will_be(server, caller, disk):
    volume = server.ec2().create_volume(AvailabilityZone=f"{HOME}a", Size=3)["VolumeId"]
    parent = f"arn:aws:ec2:{HOME}:{server.account}:volume/{volume}"
    image = images.register(server, disk)
    devices = [{"DeviceName": "/dev/sda1", "Ebs": {"SnapshotId": disk}}]
    register = lambda ec2: ec2.register_image(Name="a name", RootDeviceName="/dev/sda1", BlockDeviceMappings=devices, DryRun=True)  # noqa: E731
    snapshot = lambda ec2: ec2.create_snapshot(VolumeId=volume, DryRun=True)  # noqa: E731
    copy = lambda ec2, **sent: ec2.copy_snapshot(SourceSnapshotId=disk, SourceRegion=HOME, DryRun=True, **sent)  # noqa: E731
    for action, kind, condition, call, refuses in (
        ("ec2:CreateSnapshot", "snapshot", {"ArnEquals": {"ec2:ParentVolume": parent}}, snapshot, False),
        ("ec2:CreateSnapshot", "snapshot", {"ArnEquals": {"ec2:ParentVolume": parent + "0"}}, snapshot, True),
        ("ec2:CreateSnapshot", "snapshot", {"NumericEquals": {"ec2:VolumeSize": "3"}}, snapshot, False),
        ("ec2:CreateSnapshot", "volume", {"StringEquals": {"ec2:VolumeID": volume}}, snapshot, False),
        ("ec2:RegisterImage", "image", {"StringEquals": {"ec2:Owner": server.account}}, register, False),
        ("ec2:RegisterImage", "image", {"StringEquals": {"ec2:RootDeviceType": "instance-store"}}, register, True),
        ("ec2:RegisterImage", "snapshot", {"StringEquals": {"ec2:Owner": server.account}, "NumericEquals": {"ec2:VolumeSize": "1"}}, register, False),
        ("ec2:DeregisterImage", "image", {"Bool": {"ec2:Public": "true"}}, lambda ec2: ec2.deregister_image(ImageId=image, DryRun=True), True),
        ("ec2:DeregisterImage", "image", {"Bool": {"ec2:Public": "false"}}, lambda ec2: ec2.deregister_image(ImageId=image, DryRun=True), False),
    ):
        expect(caller, action, kind, condition, call, refuses)
    # Of a copy both are asked about, the source as it is and the copy as it will be.
    for sent, refuses in (({"Encrypted": True}, False), ({}, True)):
        may = caller("ec2:CopySnapshot", "snapshot", {"Bool": {"ec2:Encrypted": "true"}})
        with refused("UnauthorizedOperation", f"on resource: arn:aws:ec2:{HOME}::snapshot/{disk}", status=403):
            copy(may.ec2(), **sent)
        may = caller("ec2:CopySnapshot", "snapshot", {"ArnLikeIfExists": {"ec2:ParentSnapshot": f"arn:aws:ec2:*:*:snapshot/{disk}"}, "Null": {"ec2:VolumeSize": "false"}})
        with refused("DryRunOperation", status=412):
            copy(may.ec2(), **sent)


def test_locks_and_attributes_are_asked_about(server, caller, disk):
    lock = lambda ec2, **sent: ec2.lock_snapshot(SnapshotId=disk, LockMode="governance", DryRun=True, **sent)  # noqa: E731
    short = {"NumericLessThan": {"ec2:SnapshotLockDuration": "50"}}
    expect(caller, "ec2:LockSnapshot", "snapshot", short, lambda ec2: lock(ec2, LockDuration=49), False)
    expect(caller, "ec2:LockSnapshot", "snapshot", short, lambda ec2: lock(ec2, LockDuration=51), True)
    # However long it is said to be.
    expect(caller, "ec2:LockSnapshot", "snapshot", short, lambda ec2: lock(ec2, ExpirationDate="2199-01-01T00:00:00Z"), True)
    volume = server.ec2().create_volume(AvailabilityZone=f"{HOME}a", Size=1)["VolumeId"]
    change = lambda ec2: ec2.modify_volume_attribute(VolumeId=volume, AutoEnableIO={"Value": True}, DryRun=True)  # noqa: E731
    expect(caller, "ec2:ModifyVolumeAttribute", "volume", {"StringEquals": {"ec2:Attribute/AutoEnableIO": "true"}}, change, False)
    expect(caller, "ec2:ModifyVolumeAttribute", "volume", {"StringEquals": {"ec2:Attribute": "Description"}}, change, True)


def test_parts_of_the_network_are_asked_about(server, caller):
    vpc = server.ec2().describe_vpcs()["Vpcs"][0]["VpcId"]
    arn = f"arn:aws:ec2:{HOME}:{server.account}:vpc/{vpc}"
    group = server.ec2().create_security_group(GroupName=f"asked-{uuid.uuid4().hex[:8]}", Description="text")["GroupId"]
    make = lambda ec2: ec2.create_security_group(GroupName="another", Description="text", DryRun=True)  # noqa: E731
    pair = lambda ec2, **sent: ec2.create_key_pair(KeyName="asked", DryRun=True, **sent)  # noqa: E731
    expect(caller, "ec2:CreateSecurityGroup", "security-group", {"ArnEquals": {"ec2:Vpc": arn}}, make, False)
    expect(caller, "ec2:CreateSecurityGroup", "vpc", {"StringEquals": {"ec2:VpcID": vpc}}, make, False)
    expect(caller, "ec2:CreateSecurityGroup", "vpc", {"StringEquals": {"ec2:Tenancy": "dedicated"}}, make, True)
    delete = lambda ec2: ec2.delete_security_group(GroupId=group, DryRun=True)  # noqa: E731
    expect(caller, "ec2:DeleteSecurityGroup", "security-group", {"ArnEquals": {"ec2:Vpc": arn + "0"}}, delete, True)
    expect(caller, "ec2:DeleteSecurityGroup", "security-group", {"ArnEquals": {"ec2:Vpc": arn}}, delete, False)
    expect(caller, "ec2:CreateKeyPair", "key-pair", {"StringEquals": {"ec2:KeyPairType": "ed25519"}}, lambda ec2: pair(ec2, KeyType="ed25519"), False)
    expect(caller, "ec2:CreateKeyPair", "key-pair", {"StringEquals": {"ec2:KeyPairType": "ed25519"}}, pair, True)
