"""Two and three accounts: what one shares the others see, use and copy, and nothing else. The tables of docs/behaviour/sharing.md, by boto3."""

from __future__ import annotations

import accounts
import images
import pytest
import snapshots
from ferry_server import AWAY, HOME
from kms_keys import make_key
from refusals import dry_run, refused, refused_by_ebs

STORAGE = "You do not have permission to access the storage of this ami"


@pytest.fixture(scope="module")
def bob(server):
    return accounts.seen_by(server, accounts.created(server))


@pytest.fixture(scope="module")
def carol(server):
    return accounts.seen_by(server, accounts.created(server))


@pytest.fixture
def shared(server, disk, bob):
    """An image that is shared with Bob, and its snapshot, which is not."""
    snapshot = snapshots.upload(server, disk)
    image = images.register(server, snapshot)
    server.ec2(HOME).modify_image_attribute(ImageId=image, LaunchPermission={"Add": [{"UserId": bob.account}]})
    return image, snapshot


def share_storage(server, snapshot, **whom):
    server.ec2(HOME).modify_snapshot_attribute(SnapshotId=snapshot, CreateVolumePermission={"Add": [whom]})


def listed(viewer, **parameters):
    return {image["ImageId"] for image in viewer.ec2(HOME).describe_images(**parameters)["Images"]}


def listed_snapshots(viewer, **parameters):
    return {snapshot["SnapshotId"] for snapshot in viewer.ec2(HOME).describe_snapshots(**parameters)["Snapshots"]}


def test_what_is_not_shared_is_not_there(server, bob, own_image, snapshot):
    ec2 = bob.ec2(HOME)
    assert own_image not in listed(bob) and snapshot not in listed_snapshots(bob)
    assert listed_snapshots(bob, SnapshotIds=[snapshot]) == set()
    for call in (
        lambda: ec2.describe_images(ImageIds=[own_image]),
        lambda: ec2.describe_image_attribute(ImageId=own_image, Attribute="description"),
        lambda: ec2.modify_image_attribute(ImageId=own_image, Description={"Value": "x"}),
        lambda: ec2.reset_image_attribute(ImageId=own_image, Attribute="launchPermission"),
        lambda: ec2.cancel_image_launch_permission(ImageId=own_image),
        lambda: ec2.deregister_image(ImageId=own_image),
        lambda: ec2.create_tags(Resources=[own_image], Tags=[{"Key": "a", "Value": "b"}]),
        lambda: ec2.copy_image(Name=images.unused_name(), SourceImageId=own_image, SourceRegion=HOME),
        lambda: ec2.create_store_image_task(ImageId=own_image, Bucket="some-bucket"),
        lambda: ec2.export_image(ImageId=own_image, DiskImageFormat="RAW", S3ExportLocation={"S3Bucket": "some-bucket"}),
    ):
        with refused("InvalidAMIID.NotFound", rf"^The image id '\[{own_image}\]' does not exist$"):
            call()
    for call in (
        lambda: ec2.describe_snapshot_attribute(SnapshotId=snapshot, Attribute="createVolumePermission"),
        lambda: ec2.modify_snapshot_attribute(SnapshotId=snapshot, CreateVolumePermission={"Add": [{"Group": "all"}]}),
        lambda: ec2.reset_snapshot_attribute(SnapshotId=snapshot, Attribute="createVolumePermission"),
        lambda: ec2.delete_snapshot(SnapshotId=snapshot),
        lambda: ec2.copy_snapshot(SourceSnapshotId=snapshot, SourceRegion=HOME),
        lambda: ec2.create_tags(Resources=[snapshot], Tags=[{"Key": "a", "Value": "b"}]),
        lambda: images.register(bob, snapshot),
    ):
        with refused("InvalidSnapshot.NotFound"):
            call()
    for call in (
        lambda: bob.ebs(HOME).list_snapshot_blocks(SnapshotId=snapshot),
        lambda: bob.ebs(HOME).list_changed_blocks(SecondSnapshotId=snapshot),
        lambda: bob.ebs(HOME).start_snapshot(VolumeSize=1, ParentSnapshotId=snapshot),
    ):
        with refused_by_ebs("ResourceNotFoundException", "SNAPSHOT_NOT_FOUND", status=404):
            call()


def test_what_is_shared_is_seen_and_not_owned(server, bob, carol, shared):
    image, snapshot = shared
    ec2 = bob.ec2(HOME)
    [seen] = ec2.describe_images(ImageIds=[image])["Images"]
    assert (seen["OwnerId"], seen["Public"]) == (server.account, False)
    assert image in listed(bob) and image in listed(bob, ExecutableUsers=["self"]) and image in listed(bob, Owners=[server.account])
    assert image not in listed(bob, Owners=["self"]) and image not in listed(bob, ExecutableUsers=["all"])
    assert image in listed(server, ExecutableUsers=[bob.account]) and image not in listed(carol)
    for call in (
        lambda: ec2.describe_image_attribute(ImageId=image, Attribute="launchPermission"),
        lambda: ec2.modify_image_attribute(ImageId=image, LaunchPermission={"Add": [{"UserId": carol.account}]}),
        lambda: ec2.reset_image_attribute(ImageId=image, Attribute="launchPermission"),
        lambda: ec2.deregister_image(ImageId=image),
    ):
        with refused("AuthFailure", f"^Not authorized for image:{image}$"):
            call()
    with dry_run():
        ec2.cancel_image_launch_permission(ImageId=image, DryRun=True)
    assert ec2.cancel_image_launch_permission(ImageId=image)["Return"] is True
    assert image not in listed(bob)


@pytest.mark.parametrize("region", [HOME, AWAY])
def test_a_copy_needs_the_storage(server, bob, disk, shared, region):
    image, snapshot = shared
    server.ec2(HOME).create_tags(Resources=[image], Tags=[{"Key": "whose", "Value": "the owner's"}, {"Key": "ec2:SharedTag/whose", "Value": "the owner's"}])
    bob.ec2(HOME).create_tags(Resources=[image], Tags=[{"Key": "whose", "Value": "Bob's"}])
    with refused("InvalidRequest", f"^{STORAGE}$"):
        images.copy(bob, image, region=region)
    share_storage(server, snapshot, UserId=bob.account)
    copy = images.copy(bob, image, region=region, CopyImageTags=True)
    images.wait_available(bob, region, copy)
    copied = images.describe(bob, region, copy)
    assert (copied["OwnerId"], copied["SourceImageId"], copied["SourceImageRegion"]) == (bob.account, image, HOME)
    assert copied["Tags"] == [{"Key": "whose", "Value": "Bob's"}]
    [copied_snapshot] = images.snapshots_of(copied)
    snapshots.assert_holds(bob, region, copied_snapshot, disk)
    with refused("InvalidAMIID.NotFound"):
        images.describe(server, region, copy)
    # It is Bob's own, whatever becomes of the source.
    server.ec2(HOME).deregister_image(ImageId=image, DeleteAssociatedSnapshots=True)
    snapshots.assert_holds(bob, region, copied_snapshot, disk)


def test_public_images_and_snapshots(server, bob, carol, disk, shared):
    image, snapshot = shared
    server.ec2(HOME).modify_image_attribute(ImageId=image, LaunchPermission={"Add": [{"Group": "all"}]})
    share_storage(server, snapshot, Group="all")
    assert image in listed(carol, ExecutableUsers=["all"]) and image in listed(carol, Filters=[{"Name": "is-public", "Values": ["true"]}])
    assert images.describe(carol, HOME, image)["Public"] is True
    assert snapshot in listed_snapshots(carol, RestorableByUserIds=["all"])
    # Blocks of public snapshots are not read directly; a copy's are.
    with refused_by_ebs("ResourceNotFoundException", "SNAPSHOT_NOT_FOUND", status=404):
        carol.ebs(HOME).list_snapshot_blocks(SnapshotId=snapshot)
    copy = carol.ec2(HOME).copy_snapshot(SourceSnapshotId=snapshot, SourceRegion=HOME)["SnapshotId"]
    snapshots.wait_completed(carol, HOME, copy)
    snapshots.assert_holds(carol, HOME, copy, disk)
    server.ec2(HOME).reset_image_attribute(ImageId=image, Attribute="launchPermission")
    assert image not in listed(carol)


def test_blocks_of_shared_snapshots_are_read(server, bob, disk, snapshot):
    share_storage(server, snapshot, UserId=bob.account)
    snapshots.assert_holds(bob, HOME, snapshot, disk)
    server.ec2(HOME).reset_snapshot_attribute(SnapshotId=snapshot, Attribute="createVolumePermission")
    with refused_by_ebs("ResourceNotFoundException", "SNAPSHOT_NOT_FOUND", status=404):
        bob.ebs(HOME).list_snapshot_blocks(SnapshotId=snapshot)


def test_an_encrypted_copy_needs_the_key(server, bob, disk):
    key = make_key(server)
    snapshot = snapshots.upload(server, disk, Encrypted=True, KmsKeyArn=key["Arn"])
    image = images.register(server, snapshot)
    server.ec2(HOME).modify_image_attribute(ImageId=image, LaunchPermission={"Add": [{"UserId": bob.account}]})
    share_storage(server, snapshot, UserId=bob.account)
    with refused("InvalidParameterValue", "Given key ID is not accessible"):
        images.copy(bob, image)
    with refused_by_ebs("AccessDeniedException", "DEPENDENCY_ACCESS_DENIED", status=403):
        bob.ebs(HOME).list_snapshot_blocks(SnapshotId=snapshot)
    server.kms(HOME).create_grant(
        KeyId=key["KeyId"], GranteePrincipal=f"arn:aws:iam::{bob.account}:root", Operations=["Decrypt", "DescribeKey", "CreateGrant"]
    )
    copy = images.copy(bob, image)
    images.wait_available(bob, AWAY, copy)
    [copied] = images.snapshots_of(images.describe(bob, AWAY, copy))
    assert f":{bob.account}:key/" in snapshots.describe(bob, AWAY, copied)["KmsKeyId"]
    snapshots.assert_holds(bob, AWAY, copied, disk)


def test_sharing_with_an_organization_and_its_units(server, bob, carol, disk):
    organizations = server.client("organizations", HOME)
    organization = organizations.describe_organization()["Organization"]["Arn"]
    [root] = organizations.list_roots()["Roots"]
    unit = organizations.create_organizational_unit(ParentId=root["Id"], Name=images.unused_name("unit"))["OrganizationalUnit"]
    image = images.register(server, snapshots.upload(server, disk))
    change = server.ec2(HOME).modify_image_attribute
    change(ImageId=image, LaunchPermission={"Add": [{"OrganizationalUnitArn": unit["Arn"]}]})
    assert image not in listed(bob)
    organizations.move_account(AccountId=bob.account, SourceParentId=root["Id"], DestinationParentId=unit["Id"])
    assert image in listed(bob, ExecutableUsers=["self"]) and image not in listed(carol)
    organizations.move_account(AccountId=bob.account, SourceParentId=unit["Id"], DestinationParentId=root["Id"])
    assert image not in listed(bob)
    change(ImageId=image, LaunchPermission={"Add": [{"OrganizationArn": organization}]})
    assert image in listed(bob) and image in listed(carol)


def test_allowed_images(server, carol, disk):
    image = images.register(server, snapshots.upload(server, disk))
    server.ec2(HOME).modify_image_attribute(ImageId=image, LaunchPermission={"Add": [{"UserId": carol.account}]})
    ec2 = carol.ec2(HOME)
    ec2.replace_image_criteria_in_allowed_images_settings(ImageCriteria=[{"ImageProviders": ["amazon"]}])
    ec2.enable_allowed_images_settings(AllowedImagesSettingsState="audit-mode")
    assert images.describe(carol, HOME, image)["ImageAllowed"] is False
    ec2.enable_allowed_images_settings(AllowedImagesSettingsState="enabled")
    assert image not in listed(carol)
    with refused("InvalidAMIID.NotFound"):
        images.describe(carol, HOME, image)
    with refused("InvalidAMIID.NotFound"):
        images.copy(carol, image, region=HOME)
    ec2.disable_allowed_images_settings()
    assert images.describe(carol, HOME, image)["ImageAllowed"] is True
