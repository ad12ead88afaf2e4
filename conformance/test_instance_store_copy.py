"""CopyImage of instance-store images: the bucket that Ferry creates, the bundle in it, its independence, and what is refused."""

from __future__ import annotations

import json
import random
import re
import subprocess
import sys

import bundles
import images
import packs
import pytest
from ferry_server import AWAY, HOME, FerryServer, binary
from patience import HANG, eventually
from refusals import dry_run, refused

REGIONS = (AWAY, "eu-west-1")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("bundles")


@pytest.fixture(scope="module")
def user(folder):
    return bundles.identity(folder, "user")


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """One of its own: nobody has copied an instance-store image here before."""
    running = FerryServer(tmp_path_factory.mktemp("instance-store") / "data").start()
    yield running
    running.stop()


@pytest.fixture(scope="module")
def disk(folder, seed):
    return bundles.disk(folder / "disk", seed)


@pytest.fixture(scope="module")
def bundle(server, folder, user, disk):
    return bundles.make(disk, user, bundles.certificate(server, folder), folder / "bundle", "--kernel", "aki-919dcaf8")


def register(server, location, **options):
    image = bundles.register(server, location, **options)
    images.wait_available(server, HOME, image)
    return image


@pytest.fixture(scope="module")
def source(server, bundle):
    return register(server, bundle.upload(server))


def buckets(server):
    return {bucket["Name"] for bucket in server.client("s3", HOME).list_buckets()["Buckets"] if bucket["Name"].startswith("amis-for-")}


def fetch(server, image, region, folder):
    """The bundle of an image, in a folder."""
    bucket, key = image["ImageLocation"].split("/", 1)
    prefix = key.rsplit("/", 1)[0] + "/"
    s3 = server.client("s3", region)
    folder.mkdir()
    for entry in s3.list_objects_v2(Bucket=bucket, Prefix=prefix)["Contents"]:
        s3.download_file(bucket, entry["Key"], str(folder / entry["Key"][len(prefix):]))
    return folder


def unbundle(folder, user, to):
    command = [binary(), "unbundle", folder / "image.manifest.xml", "--to", to, "--key", user.with_suffix(".key")]
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, timeout=HANG)
    assert done.returncode == 0, done.stderr
    return to.read_bytes()


def test_nothing_that_is_refused_makes_a_bucket(server, source):
    with refused("InvalidParameterCombination", "Encrypted"):
        images.copy(server, source, Encrypted=True)
    with refused("InvalidParameterCombination", "instance-store"):
        images.copy(server, source, Encrypted=True, KmsKeyId="alias/aws/ebs")
    with refused("InvalidParameterCombination", "SnapshotCopyCompletionDurationMinutes"):
        images.copy(server, source, SnapshotCopyCompletionDurationMinutes=15)
    with refused("InvalidAMIName.Malformed"):
        images.copy(server, source, Name="a bad name!")
    with refused("InvalidAMIID.NotFound"):
        images.copy(server, "ami-0123456789abcdef0")
    with dry_run():
        images.copy(server, source, DryRun=True)
    assert buckets(server) == set()


def test_each_region_gets_one_bucket(server, source, disk, user, folder):
    """Two copies into each of two Regions: the right name, found again, and every bundle opens to the same disk."""
    made = {}
    for region in REGIONS:
        copies = [images.copied(server, source, region=region, Description="a copy") for _ in range(2)]
        for number, copy in enumerate(copies):
            assert copy["RootDeviceType"] == "instance-store"
            assert copy["OwnerId"] == server.account and copy["Description"] == "a copy"
            assert (copy["SourceImageId"], copy["SourceImageRegion"]) == (source, HOME)
            assert "StateReason" not in copy and not copy["Public"]
            bucket, key = copy["ImageLocation"].split("/", 1)
            assert re.fullmatch(rf"amis-for-{server.account}-in-{region}-[a-z0-9]{{8}}", bucket)
            assert key == f"{copy['ImageId']}/image.manifest.xml"
            made.setdefault(region, set()).add(bucket)
            opened = unbundle(fetch(server, copy, region, folder / f"{region}-{number}"), user, folder / f"{region}-{number}.img")
            assert opened == disk.read_bytes()
    assert all(len(names) == 1 for names in made.values())
    assert buckets(server) == set().union(*made.values())
    for region, [bucket] in made.items():
        s3 = server.client("s3", region)
        assert s3.head_bucket(Bucket=bucket)["BucketRegion"] == region
        [rule] = s3.get_bucket_ownership_controls(Bucket=bucket)["OwnershipControls"]["Rules"]
        assert rule == {"ObjectOwnership": "BucketOwnerPreferred"}


def test_kernel_has_the_id_of_the_region(server, source):
    assert images.copied(server, source, region="us-west-2")["KernelId"] == "aki-fc8f11cc"
    copy = images.copied(server, source, region="eu-west-1")
    assert copy["KernelId"] == "aki-52a34525"
    bucket, key = copy["ImageLocation"].split("/", 1)
    manifest = server.client("s3", "eu-west-1").get_object(Bucket=bucket, Key=key)["Body"].read().decode()
    assert bundles.element("kernel_id", manifest) == "<kernel_id>aki-52a34525</kernel_id>"


def test_copy_outlives_its_source_and_can_be_copied_back(server, bundle, disk, user, folder):
    location = bundle.upload(server)
    source = register(server, location)
    copy = images.copied(server, source)
    server.ec2(HOME).deregister_image(ImageId=source)
    bucket, s3 = location.split("/")[0], server.client("s3", HOME)
    for entry in s3.list_objects_v2(Bucket=bucket)["Contents"]:
        s3.delete_object(Bucket=bucket, Key=entry["Key"])
    s3.delete_bucket(Bucket=bucket)
    back = images.copied(server, copy["ImageId"], source=AWAY, region=HOME)
    assert unbundle(fetch(server, back, HOME, folder / "back"), user, folder / "back.img") == disk.read_bytes()


def test_copy_within_the_region(server, source, disk, user, folder):
    copy = images.copied(server, source, source=HOME, region=HOME)
    assert copy["ImageLocation"].startswith(f"amis-for-{server.account}-in-{HOME}-")
    assert unbundle(fetch(server, copy, HOME, folder / "within"), user, folder / "within.img") == disk.read_bytes()


def test_a_copy_is_registered_again_from_its_location(server, source):
    """What lands in the bucket is a bundle like any other: the Region opens it."""
    copy = images.copied(server, source)
    again = server.ec2(AWAY).register_image(Name=images.unused_name("again"), ImageLocation=copy["ImageLocation"], VirtualizationType="hvm")
    images.wait_available(server, AWAY, again["ImageId"])


def test_permissions_are_not_carried_and_tags_are_when_asked(server, bundle):
    source = register(server, bundle.upload(server), TagSpecifications=[
        {"ResourceType": "image", "Tags": [{"Key": "stage", "Value": "test"}]}
    ])
    assert images.copied(server, source).get("Tags", []) == []
    assert images.copied(server, source, CopyImageTags=True)["Tags"] == [{"Key": "stage", "Value": "test"}]


def test_one_token_makes_one_copy(server, source):
    name = images.unused_name("once")
    first, second = (images.copy(server, source, Name=name, ClientToken="a-token") for _ in range(2))
    assert first == second
    with refused("IdempotentParameterMismatch"):
        images.copy(server, source, Name=images.unused_name("other"), ClientToken="a-token")
    images.wait_available(server, AWAY, first)


def test_deregistering_leaves_the_copied_bundle(server, source):
    copy = images.copied(server, source)
    server.ec2(AWAY).deregister_image(ImageId=copy["ImageId"])
    bucket, key = copy["ImageLocation"].split("/", 1)
    assert server.client("s3", AWAY).head_object(Bucket=bucket, Key=key)["ContentLength"] > 0


def test_a_bundle_that_is_gone_or_changed_is_the_reason(server, bundle):
    location = bundle.upload(server)
    source = register(server, location)
    bucket, s3 = location.split("/")[0], server.client("s3", HOME)
    s3.put_object(Bucket=bucket, Key="web/disk.part.01", Body=bundle.parts["disk.part.01"][::-1])
    copy = images.copy(server, source)

    def failed():
        found = images.describe(server, AWAY, copy)
        assert found["State"] in ("pending", "failed")
        return found if found["State"] == "failed" else None

    reason = eventually(failed, f"{copy} failed")["StateReason"]
    assert reason["Code"] == "Client.InvalidManifest" and "disk.part.01" in reason["Message"]
    s3.delete_object(Bucket=bucket, Key="web/disk.part.01")
    with refused("InvalidRequest", "You do not have permission to access the storage of this ami"):
        images.copy(server, source)


def test_second_copy_of_a_bundle_stores_nothing(server, source):
    """Equal parts are there already; what is new is a manifest."""
    images.copied(server, source)

    before = packs.packed_bytes(server, AWAY)
    images.copied(server, source)
    assert packs.packed_bytes(server, AWAY) - before < 64 << 10


def test_aws_command_line(server, source):
    """`aws ec2 copy-image`, its waiter and the description of what came, as anybody types them."""

    def aws(*arguments):
        command = [sys.executable, "-m", "awscli", "ec2", *arguments, "--region", "eu-west-1", "--output", "json"]
        done = subprocess.run(command, env=server.shell_environment(), capture_output=True, text=True, timeout=HANG)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout) if done.stdout else None

    name = images.unused_name("typed")
    copy = aws("copy-image", "--source-region", HOME, "--source-image-id", source, "--name", name)["ImageId"]
    aws("wait", "image-available", "--image-ids", copy)
    [found] = aws("describe-images", "--image-ids", copy, "--filters", "Name=root-device-type,Values=instance-store")["Images"]
    assert (found["Name"], found["SourceImageId"]) == (name, source)


def test_a_sealed_bundle_is_sealed_where_it_arrives(server, bundle):
    """Parts under a KMS key go under alias/aws/s3 of the other Region, parts under S3's own key under S3's own."""
    for options, algorithm in (({"ServerSideEncryption": "aws:kms"}, "aws:kms"), ({"ServerSideEncryption": "AES256"}, "AES256")):
        location = bundle.upload(server)
        bucket, s3 = location.split("/")[0], server.client("s3", HOME)
        for part in bundle.parts:
            s3.copy_object(Bucket=bucket, Key=f"web/{part}", CopySource=f"{bucket}/web/{part}", MetadataDirective="REPLACE", **options)
        copy = images.copied(server, register(server, location))
        place, key = copy["ImageLocation"].split("/", 1)
        part = server.client("s3", AWAY).head_object(Bucket=place, Key=f"{copy['ImageId']}/disk.part.00")
        assert part["ServerSideEncryption"] == algorithm
        if algorithm == "aws:kms":
            alias = server.kms(AWAY).describe_key(KeyId="alias/aws/s3")["KeyMetadata"]["Arn"]
            assert part["SSEKMSKeyId"] == alias


def test_kill_9_while_bundles_are_copied(start_server, user, seed, tmp_path):
    """At any moment: every acknowledged copy ends available, opens to its disk, and the scrub finds nothing."""
    server = start_server()
    disk = bundles.disk(tmp_path / "disk", seed)
    made = bundles.make(disk, user, bundles.certificate(server, tmp_path), tmp_path / "bundle")
    source = register(server, made.upload(server))
    dice = random.Random(f"bundles {seed}")
    copies = []
    for _ in range(6):
        copies += [images.copy(server, source) for _ in range(dice.randint(1, 3))]
        # The kill comes at a step of the copy, not at a time: after so many looks at how it is.
        for _ in range(dice.randint(0, 12)):
            images.describe(server, AWAY, copies[-1])
        server.kill()
        server.start()
    for number, copy in enumerate(copies):
        found = images.wait_available(server, AWAY, copy)
        folder = fetch(server, found, AWAY, tmp_path / f"copy-{number}")
        assert unbundle(folder, user, tmp_path / "opened") == disk.read_bytes()
        (tmp_path / "opened").unlink()
    [bucket] = buckets(server)
    server.stop()
    result = subprocess.run([binary(), "scrub", "--data", server.data], capture_output=True, text=True, timeout=HANG)
    assert result.returncode == 0, result.stdout + result.stderr
    server.start()


def test_du_tells_of_the_bundle(server, source, disk, bundle):
    told = subprocess.run([binary(), "du", "--json", "--data", server.data, source], capture_output=True, text=True, timeout=HANG)
    assert told.returncode == 0 and told.stderr == "", told.stderr
    [entry] = json.loads(told.stdout)
    assert (entry["id"], entry["type"], entry["region"]) == (source, "image", HOME)
    assert entry["sizeBytes"] == disk.stat().st_size
    assert entry["dataBytes"] == sum(map(len, bundle.parts.values()))
    assert entry["aloneBytes"] == entry["sharedBytes"] == 0
