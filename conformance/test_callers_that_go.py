"""A role, a session and an account that go while a copy of theirs is under way: the copy goes on, and who began it signs no more."""

from __future__ import annotations

import json

import accounts
import images
import snapshots
from disks import Disk
from ferry_server import AWAY, HOME
from patience import eventually
from refusals import refused
from test_key_goes import ended, moved


def test_a_copy_goes_on_when_who_began_it_goes(start_server):
    """As in EC2, what a call has begun is the account's: no state of its caller is asked again."""
    server = start_server(arguments=("--bandwidth", f"{HOME}:{AWAY}=1MiB/s"))
    member = accounts.seen_by(server, accounts.created(server, "member"))
    disk = Disk.made("callers go", 16)
    image = images.register(member, snapshots.upload(member, disk))
    iam = member.client("iam")
    statement = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{member.account}:root"}, "Action": "sts:AssumeRole"}
    policy = {"Effect": "Allow", "Action": "ec2:*", "Resource": "*"}
    role = iam.create_role(RoleName="copier", AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": statement}))["Role"]
    iam.put_role_policy(RoleName="copier", PolicyName="own", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": policy}))
    keys = member.client("sts").assume_role(RoleArn=role["Arn"], RoleSessionName="copies")["Credentials"]
    copier = accounts.seen_by_session(server, keys, member.account)
    copy = images.copy(copier, image)
    [snapshot] = images.snapshots_of(images.describe(copier, AWAY, copy))
    eventually(lambda: moved(member, snapshot), "some of it has arrived")
    iam.delete_role_policy(RoleName="copier", PolicyName="own")
    with refused("UnauthorizedOperation", "because no identity-based policy allows", status=403):
        copier.ec2(AWAY).describe_images(ImageIds=[copy])
    iam.delete_role(RoleName="copier")
    with refused("AuthFailure", status=401):
        copier.ec2(AWAY).describe_images(ImageIds=[copy])
    assert ended(member, copy)["State"] == "available"
    snapshots.assert_holds(member, AWAY, snapshot, disk)
    # A closed account: all of its keys are refused in all Regions and services, and its sessions are.
    session = accounts.seen_by_session(server, member.client("sts").get_session_token()["Credentials"], member.account)
    server.client("organizations").close_account(AccountId=member.account)
    for view in (member, session):
        for region in (HOME, AWAY):
            with refused("AuthFailure", status=401):
                view.ec2(region).describe_images(Owners=["self"])
        with refused("UnrecognizedClientException"):
            view.kms().list_keys()
        with refused("InvalidClientTokenId", status=403):
            view.client("sts").get_caller_identity()
