"""Two accounts, three users and a role, and every row of what EC2 says of copying an image and of its other operations: who may, and with which code and
text everybody else is refused (docs/behaviour/copying-images.md, images.md, image-life.md, sharing.md)."""

from __future__ import annotations

import json
import uuid

import accounts
import images
import pytest
import snapshots
from disks import Disk
from ferry_server import AWAY, HOME, Credentials
from refusals import dry_run, refused

STORAGE = "^You do not have permission to access the storage of this ami$"
EVERYTHING = {"Effect": "Allow", "Action": "*", "Resource": "*"}
READING = {"Effect": "Allow", "Action": ["ec2:Describe*", "ec2:Get*"], "Resource": "*"}
NEVER = "ami-0123456789abcdef9"


def user(server, statement):
    """A user of an account that may do what a statement says."""
    iam, name = server.client("iam"), f"row-{uuid.uuid4().hex[:8]}"
    iam.create_user(UserName=name)
    iam.put_user_policy(UserName=name, PolicyName="row", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": statement}))
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return accounts.seen_by(server, Credentials(key["AccessKeyId"], key["SecretAccessKey"], server.account))


def role(server, by):
    """A role of an account that may do everything, as a user of it has assumed it."""
    iam, name = server.client("iam"), f"row-{uuid.uuid4().hex[:8]}"
    trust = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": server.account}, "Action": "sts:AssumeRole"}]}
    arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
    iam.put_role_policy(RoleName=name, PolicyName="row", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": EVERYTHING}))
    return accounts.seen_by_session(server, by.client("sts").assume_role(RoleArn=arn, RoleSessionName="row")["Credentials"], server.account)


class Cast:
    """The owner's account with a user who makes images and one who reads; the other account with a user and a role."""

    def __init__(self, server):
        self.owner, self.other = server, accounts.seen_by(server, accounts.created(server))
        self.maker, self.reader = user(self.owner, EVERYTHING), user(self.owner, READING)
        self.buyer = user(self.other, EVERYTHING)
        self.robot = role(self.other, self.buyer)
        self.disk = Disk.made("rows", 3)
        ec2 = self.owner.ec2()
        ec2.disable_image_block_public_access()
        ec2.disable_snapshot_block_public_access()

    def image(self, *, image=(), storage=()):
        """An image over a snapshot of its own, each shared with whom it says."""
        snapshot = snapshots.upload(self.owner, self.disk)
        made = images.register(self.maker, snapshot)
        for whom in image:
            self.owner.ec2().modify_image_attribute(ImageId=made, LaunchPermission={"Add": [whom]})
        for whom in storage:
            self.owner.ec2().modify_snapshot_attribute(SnapshotId=snapshot, CreateVolumePermission={"Add": [whom]})
        return made

    @property
    def them(self):
        return {"UserId": self.other.account}


@pytest.fixture(scope="module")
def cast(server):
    return Cast(server)


def copy(caller, image, **options):
    return caller.ec2(AWAY).copy_image(Name=images.unused_name("row"), SourceImageId=image, SourceRegion=HOME, **options)["ImageId"]


def gone(image):
    return f"^The image ID '{image}' is no longer available$"


def absent(image):
    return rf"^The image id '\[{image}\]' does not exist$"


# Copying: the sources -------------------------------------------------------------------------------------------------


def test_ones_own_image_is_copied_by_its_state(cast):
    ec2 = cast.owner.ec2()
    plain, deprecated, disabled, dropped, binned = (cast.image() for _ in range(5))
    ec2.enable_image_deprecation(ImageId=deprecated, DeprecateAt="2035-01-01T00:00:00Z")
    ec2.disable_image(ImageId=disabled)
    ec2.deregister_image(ImageId=dropped)
    period = {"RetentionPeriodValue": 1, "RetentionPeriodUnit": "DAYS"}
    rule = cast.owner.client("rbin").create_rule(ResourceType="EC2_IMAGE", RetentionPeriod=period)["Identifier"]
    ec2.deregister_image(ImageId=binned)
    cast.owner.client("rbin").delete_rule(Identifier=rule)
    for image in (plain, deprecated):
        images.wait_available(cast.owner, AWAY, copy(cast.maker, image))
    for image in (disabled, dropped, binned):
        with refused("InvalidAMIID.Unavailable", None if image == disabled else gone(image)):
            copy(cast.maker, image)
    for image in (plain, deprecated, disabled, dropped, binned):
        with refused("UnauthorizedOperation", f"ec2:CopyImage on resource: arn:aws:ec2:{HOME}::image/{image} because no identity-based policy", status=403):
            copy(cast.reader, image)


@pytest.mark.parametrize("who", ["buyer", "robot"])
def test_anothers_image_is_copied_by_who_has_image_and_storage(cast, who):
    caller, everybody = getattr(cast, who), {"Group": "all"}
    for shares in ({"image": [cast.them]}, {"image": [everybody]}):
        image = cast.image(**shares)
        with refused("InvalidRequest", STORAGE):
            copy(caller, image)
        cast.owner.ec2().deregister_image(ImageId=image)
    for shares in ({"image": [cast.them], "storage": [cast.them]}, {"image": [everybody], "storage": [everybody]}):
        image = cast.image(**shares)
        made = images.wait_available(caller, AWAY, copy(caller, image))
        assert (made["OwnerId"], made["Public"], made["SourceImageId"]) == (cast.other.account, False, image)
        snapshots.assert_holds(caller, AWAY, images.snapshots_of(made)[0], cast.disk)
        cast.owner.ec2().deregister_image(ImageId=image)
        with refused("InvalidAMIID.NotFound", absent(image)):
            copy(caller, image)
    for image in (cast.image(), cast.image(storage=[cast.them]), NEVER):
        with refused("InvalidAMIID.NotFound", absent(image)):
            copy(caller, image)
    with refused("InvalidAMIID.Malformed", r'^Invalid id: "ami-nothing" \(expecting "ami-\.\.\."\)$'):
        copy(caller, "ami-nothing")


def test_allowed_images_are_all_that_there_is(cast):
    image = cast.image(image=[cast.them], storage=[cast.them])
    other = cast.other.ec2()
    other.replace_image_criteria_in_allowed_images_settings(ImageCriteria=[{"ImageProviders": ["amazon"]}])
    for region in (HOME, AWAY):
        cast.other.ec2(region).enable_allowed_images_settings(AllowedImagesSettingsState="enabled")
    try:
        for caller in (cast.buyer, cast.robot):
            with refused("InvalidAMIID.NotFound", absent(image)):
                copy(caller, image)
    finally:
        for region in (HOME, AWAY):
            cast.other.ec2(region).disable_allowed_images_settings()
    images.wait_available(cast.buyer, AWAY, copy(cast.buyer, image))


# The other operations -------------------------------------------------------------------------------------------------

# By their names in policies: the owner's to do, each as a dry run.
OWNERS = {
    "DeregisterImage": lambda ec2, image: ec2.deregister_image(ImageId=image, DryRun=True),
    "ModifyImageAttribute": lambda ec2, image: ec2.modify_image_attribute(ImageId=image, Description={"Value": "x"}, DryRun=True),
    "ModifyImageAttribute, sharing": lambda ec2, image: ec2.modify_image_attribute(ImageId=image, LaunchPermission={"Add": [{"Group": "all"}]}, DryRun=True),
    "ResetImageAttribute": lambda ec2, image: ec2.reset_image_attribute(ImageId=image, Attribute="launchPermission", DryRun=True),
    "EnableImageDeprecation": lambda ec2, image: ec2.enable_image_deprecation(ImageId=image, DeprecateAt="2035-01-01T00:00:00Z", DryRun=True),
    "DisableImageDeprecation": lambda ec2, image: ec2.disable_image_deprecation(ImageId=image, DryRun=True),
    "DisableImage": lambda ec2, image: ec2.disable_image(ImageId=image, DryRun=True),
    "EnableImageDeregistrationProtection": lambda ec2, image: ec2.enable_image_deregistration_protection(ImageId=image, DryRun=True),
    "DisableImageDeregistrationProtection": lambda ec2, image: ec2.disable_image_deregistration_protection(ImageId=image, DryRun=True),
    "CreateImageUsageReport": lambda ec2, image: ec2.create_image_usage_report(ImageId=image, ResourceTypes=[{"ResourceType": "ec2:Instance"}], DryRun=True),
}


@pytest.mark.parametrize("operation", OWNERS)
def test_an_operation_is_the_owners(cast, operation):
    call, action = OWNERS[operation], operation.split(",")[0]
    image, hidden, dropped = cast.image(image=[cast.them]), cast.image(), cast.image(image=[cast.them])
    cast.owner.ec2().deregister_image(ImageId=dropped)
    with dry_run():
        call(cast.maker.ec2(), image)
    with refused("UnauthorizedOperation", f"User: [^ ]* is not authorized to perform: ec2:{action} on resource: arn:aws:ec2:{HOME}::image/{image} ", status=403):
        call(cast.reader.ec2(), image)
    for caller in (cast.buyer, cast.robot):
        with refused("AuthFailure", f"^Not authorized for image:{image}$"):
            call(caller.ec2(), image)
        with refused("InvalidAMIID.NotFound", absent(hidden)):
            call(caller.ec2(), hidden)
    for caller in (cast.maker, cast.buyer, cast.robot):
        with refused("InvalidAMIID.Malformed", r'^Invalid id: "image" \(expecting "ami-\.\.\."\)$'):
            call(caller.ec2(), "image")
        with refused("InvalidAMIID.NotFound", absent(NEVER)):
            call(caller.ec2(), NEVER)
    with refused("InvalidAMIID.Unavailable", gone(dropped)):
        call(cast.maker.ec2(), dropped)


def test_what_is_described_is_what_is_seen(cast):
    """DescribeImages by who asks: own, shared, public, deprecated and disabled images."""
    ec2, everybody = cast.owner.ec2(), {"Group": "all"}
    own, shared, public, late, off = cast.image(), cast.image(image=[cast.them]), cast.image(image=[everybody]), cast.image(image=[cast.them]), cast.image(image=[cast.them])
    ec2.disable_image(ImageId=off)
    all_of_them = {own, shared, public, late, off}

    def seen(caller, **asked):
        return {image["ImageId"] for image in caller.ec2().describe_images(**asked)["Images"]} & all_of_them

    for caller in (cast.maker, cast.reader):
        assert seen(caller) == all_of_them - {off} and seen(caller, IncludeDisabled=True) == all_of_them
        assert seen(caller, Owners=["self"]) == all_of_them - {off}
    for caller in (cast.buyer, cast.robot):
        assert seen(caller) == seen(caller, IncludeDisabled=True) == {shared, public, late}
        assert seen(caller, ExecutableUsers=["self"]) == {shared, late} and seen(caller, ExecutableUsers=["all"]) == {public}
        assert seen(caller, Owners=["self"]) == set() and seen(caller, Owners=[cast.owner.account]) == {shared, public, late}
        for image in (own, off, NEVER):
            with refused("InvalidAMIID.NotFound", absent(image)):
                caller.ec2().describe_images(ImageIds=[image])
        with refused("InvalidAMIID.NotFound", r"^The image ids '\[.*, .*\]' do not exist$"):
            caller.ec2().describe_images(ImageIds=[own, NEVER])
    # What was deregistered is left out, and no error.
    ec2.deregister_image(ImageId=own)
    assert cast.maker.ec2().describe_images(ImageIds=[own])["Images"] == []


def test_attributes_are_read_by_who_may(cast):
    image, hidden = cast.image(image=[cast.them]), cast.image()
    for caller in (cast.maker, cast.reader):
        shares = caller.ec2().describe_image_attribute(ImageId=image, Attribute="launchPermission")["LaunchPermissions"]
        assert shares == [cast.them]
    with refused("AuthFailure", "^Unauthorized attempt to access restricted resource$"):
        cast.maker.ec2().describe_image_attribute(ImageId=image, Attribute="blockDeviceMapping")
    for caller in (cast.buyer, cast.robot):
        ec2 = caller.ec2()
        for attribute in ("launchPermission", "blockDeviceMapping"):
            with refused("AuthFailure", f"^Not authorized for image:{image}$"):
                ec2.describe_image_attribute(ImageId=image, Attribute=attribute)
        with refused("InvalidAMIID.NotFound", absent(hidden)):
            ec2.describe_image_attribute(ImageId=hidden, Attribute="description")
        with refused("AuthFailure", f"^Not authorized for image:{image}$"):
            ec2.get_image_ancestry(ImageId=image)
    # Whom it was shared with takes itself out; the reader may not, and the owner is not there to be taken out.
    with refused("UnauthorizedOperation", "ec2:CancelImageLaunchPermission", status=403):
        cast.reader.ec2().cancel_image_launch_permission(ImageId=image)
    cast.robot.ec2().cancel_image_launch_permission(ImageId=image)
    for caller in (cast.buyer, cast.robot):
        with refused("InvalidAMIID.NotFound", absent(image)):
            caller.ec2().describe_images(ImageIds=[image])


def test_registering_needs_the_snapshot(cast):
    snapshot, shared = (snapshots.upload(cast.owner, cast.disk) for _ in range(2))
    cast.owner.ec2().modify_snapshot_attribute(SnapshotId=shared, CreateVolumePermission={"Add": [cast.them]})
    with refused("UnauthorizedOperation", "ec2:RegisterImage on resource", status=403):
        images.register(cast.reader, snapshot)
    for caller in (cast.buyer, cast.robot):
        with refused("InvalidSnapshot.NotFound", f"^The snapshot '{snapshot}' does not exist"):
            images.register(caller, snapshot)
        assert images.describe(caller, HOME, images.register(caller, shared))["OwnerId"] == cast.other.account
    name = images.unused_name("row")
    made = images.register(cast.maker, snapshot, name=name)
    with refused("InvalidAMIName.Duplicate", f"^AMI name {name} is already in use by AMI {made}$"):
        images.register(cast.maker, snapshot, name=name)
    # Another account's names are its own.
    images.register(cast.buyer, shared, name=name)
    with refused("InvalidAMIName.Malformed", "^AMI names must be between 3 and 128 characters long"):
        images.register(cast.maker, snapshot, name="a!b")
    # What an image stands on is deleted by nobody, and by its owner's when the image has gone.
    with refused("InvalidSnapshot.InUse", f"^The snapshot {snapshot} is currently in use by {made}$"):
        cast.maker.ec2().delete_snapshot(SnapshotId=snapshot)
    cast.maker.ec2().deregister_image(ImageId=made)
    with refused("InvalidAMIID.Unavailable", gone(made)):
        cast.maker.ec2().deregister_image(ImageId=made)
    cast.maker.ec2().delete_snapshot(SnapshotId=snapshot)


def test_switches_hold_for_every_user(cast):
    """Protection, disabling and blocked sharing are the account's: no user of it gets past, and no other account sees them."""
    ec2, image = cast.owner.ec2(), cast.image(image=[cast.them])
    ec2.enable_image_deregistration_protection(ImageId=image)
    with refused("OperationNotPermitted"):
        cast.maker.ec2().deregister_image(ImageId=image)
    ec2.disable_image_deregistration_protection(ImageId=image)
    cast.maker.ec2().disable_image(ImageId=image)
    for caller in (cast.buyer, cast.robot):
        with refused("InvalidAMIID.NotFound", absent(image)):
            copy(caller, image)
    cast.maker.ec2().enable_image(ImageId=image)
    # It comes back, and its shares do not.
    assert ec2.describe_image_attribute(ImageId=image, Attribute="launchPermission")["LaunchPermissions"] == []
    before = cast.buyer.ec2().get_image_block_public_access_state()["ImageBlockPublicAccessState"]
    ec2.enable_image_block_public_access(ImageBlockPublicAccessState="block-new-sharing")
    try:
        with refused("OperationNotPermitted", "^You can't publicly share this image because block public access for AMIs is enabled for this account"):
            cast.maker.ec2().modify_image_attribute(ImageId=image, LaunchPermission={"Add": [{"Group": "all"}]})
        assert cast.buyer.ec2().get_image_block_public_access_state()["ImageBlockPublicAccessState"] == before
    finally:
        ec2.disable_image_block_public_access()


def test_the_bin_is_the_accounts(cast):
    image = cast.image(image=[cast.them])
    period = {"RetentionPeriodValue": 1, "RetentionPeriodUnit": "DAYS"}
    rule = cast.owner.client("rbin").create_rule(ResourceType="EC2_IMAGE", RetentionPeriod=period)["Identifier"]
    try:
        cast.maker.ec2().deregister_image(ImageId=image)
    finally:
        cast.owner.client("rbin").delete_rule(Identifier=rule)
    assert [found["ImageId"] for found in cast.maker.ec2().list_images_in_recycle_bin(ImageIds=[image])["Images"]] == [image]
    with refused("UnauthorizedOperation", "ec2:RestoreImageFromRecycleBin", status=403):
        cast.reader.ec2().restore_image_from_recycle_bin(ImageId=image)
    for caller in (cast.buyer, cast.robot):
        assert caller.ec2().list_images_in_recycle_bin()["Images"] == []
        with refused("InvalidAMIID.NotFound"):
            caller.ec2().restore_image_from_recycle_bin(ImageId=image)
    cast.maker.ec2().restore_image_from_recycle_bin(ImageId=image)
    # Its shares come back with it.
    assert images.describe(cast.buyer, HOME, image)["ImageId"] == image
