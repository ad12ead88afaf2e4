"""Two accounts, three users and a role, and every row of what EC2 says of copying an image and of its other operations: who may, and with which code and
text everybody else is refused (docs/behaviour/copying-images.md, images.md, image-life.md, sharing.md)."""

from __future__ import annotations

import json
import uuid

import accounts
import images
import pytest
import snapshots
from buckets import make_bucket
from disks import Disk
from ferry_server import AWAY, HOME, Credentials
from kms_keys import make_key
from patience import eventually
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


def test_ones_own_image_is_not_copied_before_it_is_whole(start_server):
    """A pending image, on a link that is so slow that it stays so for minutes, and one that has failed."""
    server = start_server(arguments=("--bandwidth", f"{HOME}:{AWAY}=256KiB/s"))
    key = make_key(server, AWAY)
    image = images.register(server, snapshots.upload(server, Disk.made("rows, slowly", 60)))
    pending, failing = images.copy(server, image), images.copy(server, image, Encrypted=True, KmsKeyId=key["Arn"])

    def again(source):
        images.copy(server, source, source=AWAY, region=HOME)

    for source in (pending, failing):
        assert images.describe(server, AWAY, source)["State"] == "pending"
        with refused("InvalidAMIID.Unavailable", gone(source)):
            again(source)
    server.kms(AWAY).disable_key(KeyId=key["KeyId"])
    eventually(lambda: images.describe(server, AWAY, failing)["State"] == "failed", f"{failing} has failed")
    with refused("InvalidAMIID.Unavailable", gone(failing)):
        again(failing)
    assert server.ec2(HOME).describe_images(Owners=["self"])["Images"][0]["ImageId"] == image


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
    "EnableImage": lambda ec2, image: ec2.enable_image(ImageId=image, DryRun=True),
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


READS = {
    "DescribeImageAttribute": lambda ec2, image: ec2.describe_image_attribute(ImageId=image, Attribute="description"),
    "DescribeImageReferences": lambda ec2, image: ec2.describe_image_references(ImageIds=[image], IncludeAllResourceTypes=True),
    "GetImageAncestry": lambda ec2, image: ec2.get_image_ancestry(ImageId=image),
}


@pytest.mark.parametrize("operation", [*OWNERS, *READS])
def test_what_is_not_allowed_is_not_there_for_any_operation(cast, operation):
    call = {**OWNERS, **READS}[operation]
    image, other = cast.image(image=[cast.them], storage=[cast.them]), cast.other.ec2()
    other.replace_image_criteria_in_allowed_images_settings(ImageCriteria=[{"ImageProviders": ["amazon"]}])
    other.enable_allowed_images_settings(AllowedImagesSettingsState="enabled")
    try:
        for caller in (cast.buyer, cast.robot):
            with refused("InvalidAMIID.NotFound", absent(image)):
                call(caller.ec2(), image)
        other.enable_allowed_images_settings(AllowedImagesSettingsState="audit-mode")
        with refused("AuthFailure", f"^Not authorized for image:{image}$"):
            call(cast.buyer.ec2(), image)
    finally:
        other.disable_allowed_images_settings()


def test_deregistering_deletes_the_snapshots_that_may_be_deleted(cast):
    """Who may not delete a snapshot deregisters its image all the same, and is told of it."""
    maker, image = cast.maker.ec2(), cast.image()
    [snapshot] = images.snapshots_of(images.describe(cast.owner, HOME, image))
    only = user(cast.owner, {"Effect": "Allow", "Action": "ec2:DeregisterImage", "Resource": "*"}).ec2()
    with dry_run():
        only.deregister_image(ImageId=image, DeleteAssociatedSnapshots=True, DryRun=True)
    answer = only.deregister_image(ImageId=image, DeleteAssociatedSnapshots=True)
    assert answer["Return"] and answer["DeleteSnapshotResults"] == [{"SnapshotId": snapshot, "ReturnCode": "missing-permissions"}]
    assert maker.describe_images(ImageIds=[image])["Images"] == [] and snapshots.describe(cast.owner, HOME, snapshot)["State"] == "completed"
    # Each snapshot by itself: one of two.
    first, second = snapshot, snapshots.upload(cast.owner, cast.disk)
    devices = [{"DeviceName": name, "Ebs": {"SnapshotId": one}} for name, one in (("/dev/xvda", first), ("/dev/xvdb", second))]
    both = images.register(cast.maker, first, BlockDeviceMappings=devices)
    but = user(cast.owner, [EVERYTHING, {"Effect": "Deny", "Action": "ec2:DeleteSnapshot", "Resource": f"arn:aws:ec2:*::snapshot/{first}"}]).ec2()
    answer = but.deregister_image(ImageId=both, DeleteAssociatedSnapshots=True)
    assert [(one["SnapshotId"], one["ReturnCode"]) for one in answer["DeleteSnapshotResults"]] == [(first, "missing-permissions"), (second, "success")]
    with refused("InvalidSnapshot.NotFound"):
        snapshots.describe(cast.owner, HOME, second)
    maker.delete_snapshot(SnapshotId=first)


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


# Moving images as objects -----------------------------------------------------------------------------------------------


def test_storing_needs_image_and_storage_by_name(cast):
    """An image of one's own, or shared with the account itself, and its snapshots too."""
    bucket, theirs = make_bucket(cast.owner), make_bucket(cast.other)

    def store(caller, image, into):
        caller.ec2().create_store_image_task(ImageId=image, Bucket=into, DryRun=True)

    everybody = {"Group": "all"}
    own, both, half = cast.image(), cast.image(image=[cast.them], storage=[cast.them]), cast.image(image=[cast.them])
    public, dropped = cast.image(image=[everybody], storage=[everybody]), cast.image()
    cast.owner.ec2().deregister_image(ImageId=dropped)
    with dry_run():
        store(cast.maker, own, bucket)
    with refused("UnauthorizedOperation", f"ec2:CreateStoreImageTask on resource: arn:aws:ec2:{HOME}::image/{own} ", status=403):
        store(cast.reader, own, bucket)
    for caller in (cast.buyer, cast.robot):
        with dry_run():
            store(caller, both, theirs)
        with refused("InvalidRequest", STORAGE):
            store(caller, half, theirs)
        with refused("InvalidRequest", f"^The image {public} is neither the account's own nor shared with it by its id"):
            store(caller, public, theirs)
        for hidden in (own, NEVER):
            with refused("InvalidAMIID.NotFound", absent(hidden)):
                store(caller, hidden, theirs)
        # Another's bucket lets nobody in.
        with refused("UnauthorizedOperation", "s3:PutObject", status=403):
            store(caller, both, bucket)
    with refused("InvalidAMIID.Unavailable", gone(dropped)):
        store(cast.maker, dropped, bucket)
    with refused("InvalidAMIID.Malformed"):
        store(cast.maker, "image", bucket)


def test_exporting_is_the_owners(cast):
    bucket, theirs = make_bucket(cast.owner), make_bucket(cast.other)

    def export(caller, image, into):
        caller.ec2().export_image(ImageId=image, DiskImageFormat="RAW", S3ExportLocation={"S3Bucket": into}, DryRun=True)

    own, shared, dropped = cast.image(), cast.image(image=[cast.them], storage=[cast.them]), cast.image()
    cast.owner.ec2().deregister_image(ImageId=dropped)
    with dry_run():
        export(cast.maker, own, bucket)
    with refused("UnauthorizedOperation", "ec2:ExportImage on resource: ", status=403):
        export(cast.reader, own, bucket)
    for caller in (cast.buyer, cast.robot):
        with refused("AuthFailure", f"^Not authorized for image:{shared}$"):
            export(caller, shared, theirs)
        for hidden in (own, NEVER):
            with refused("InvalidAMIID.NotFound", absent(hidden)):
                export(caller, hidden, theirs)
    with refused("InvalidAMIID.Unavailable", gone(dropped)):
        export(cast.maker, dropped, bucket)


def test_restoring_and_importing_need_the_object(cast):
    """What stands in a bucket is read by who may read it; the result is the caller's."""
    image, bucket, theirs = cast.image(), make_bucket(cast.owner), make_bucket(cast.other)
    key = cast.owner.ec2().create_store_image_task(ImageId=image, Bucket=bucket)["ObjectKey"]
    cast.owner.ec2().get_waiter("store_image_task_complete").wait(ImageIds=[image], WaiterConfig={"Delay": 1, "MaxAttempts": 60})
    cast.owner.s3().put_object(Bucket=bucket, Key="disk.raw", Body=bytes(1 << 20))
    place = {"S3Bucket": bucket, "S3Key": "disk.raw"}
    calls = {
        "CreateRestoreImageTask": lambda ec2: ec2.create_restore_image_task(Bucket=bucket, ObjectKey=key, Name=images.unused_name("row"), DryRun=True),
        "ImportSnapshot": lambda ec2: ec2.import_snapshot(DiskContainer={"Format": "RAW", "UserBucket": place}, DryRun=True),
        "ImportImage": lambda ec2: ec2.import_image(DiskContainers=[{"Format": "RAW", "UserBucket": place}], DryRun=True),
    }
    for action, call in calls.items():
        with dry_run():
            call(cast.maker.ec2())
        with refused("UnauthorizedOperation", f"ec2:{action} on resource: ", status=403):
            call(cast.reader.ec2())
        for caller in (cast.buyer, cast.robot):
            with refused("UnauthorizedOperation", "s3:GetObject", status=403):
                call(caller.ec2())
    # Where the bucket lets them in, what is restored is theirs.
    opened = {"Effect": "Allow", "Principal": {"AWS": cast.other.account}, "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{bucket}/*"}
    cast.owner.s3().put_bucket_policy(Bucket=bucket, Policy=json.dumps({"Version": "2012-10-17", "Statement": [opened]}))
    made = cast.robot.ec2().create_restore_image_task(Bucket=bucket, ObjectKey=key, Name=images.unused_name("row"))["ImageId"]
    found = images.wait_available(cast.robot, HOME, made)
    assert (found["OwnerId"], found["SourceImageId"]) == (cast.other.account, image)
    # Its source is known by its id alone.
    entries = cast.robot.ec2().get_image_ancestry(ImageId=made)["ImageAncestryEntries"]
    assert entries[1:] == [{"ImageId": image}]
    with refused("InvalidParameterValue"):
        cast.robot.ec2().create_restore_image_task(Bucket=theirs, ObjectKey="nothing", DryRun=True)


def test_images_are_made_of_ones_own_instances(cast):
    def create(caller, instance):
        caller.ec2().create_image(InstanceId=instance, Name=images.unused_name("row"), DryRun=True)

    absent_instance = "i-0123456789abcdef9"
    for caller in (cast.maker, cast.buyer, cast.robot):
        with refused("InvalidInstanceID.NotFound", f"^The instance ID '{absent_instance}' does not exist$"):
            create(caller, absent_instance)
        with refused("InvalidInstanceID.Malformed"):
            create(caller, "instance")
    with refused("UnauthorizedOperation", "ec2:CreateImage on resource: ", status=403):
        create(cast.reader, absent_instance)


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
