"""What others have on the server that most tests share.

Which tests ran before on it changes from run to run. A test that counts what is not its own, or expects to find nothing, fails at once
with these there, rather than once in a while.
"""

from __future__ import annotations

import buckets
import guests
import images
import snapshots
from disks import Disk
from ferry_server import AWAY, HOME, FerryServer


def move_in(server: FerryServer) -> None:
    """One of each kind of resource in two Regions, tagged."""
    tags = [{"Key": "owner", "Value": "a neighbour"}]
    for region in (HOME, AWAY):
        ec2 = server.ec2(region)
        snapshot = snapshots.upload(server, Disk.made("neighbours", 1), region, Tags=tags)
        image = images.register(server, snapshot, region, EnaSupport=True)
        volume = ec2.create_volume(AvailabilityZone=f"{region}a", Size=1)["VolumeId"]
        ec2.create_key_pair(KeyName="neighbour")
        group = ec2.create_security_group(GroupName="neighbours", Description="a group of a neighbour")["GroupId"]
        instance = guests.launch(server, image, region, KeyName="neighbour", SecurityGroupIds=[group])
        ec2.stop_instances(InstanceIds=[instance], Force=True)
        guests.wait(server, "instance_stopped", instance, region)
        ec2.create_tags(Resources=[image, volume, group, instance], Tags=tags)
        server.kms(region).create_key(Description="the key of a neighbour")
        buckets.make_bucket(server, region)
    server.client("iam", HOME).create_user(UserName="neighbour")
