"""CreateStoreImageTask and CreateRestoreImageTask: an image becomes one object, and an image again, here or in another Ferry."""

from __future__ import annotations

import json
import sqlite3
import struct
import subprocess
import sys
from pathlib import Path

import disks
import images
import pytest
import snapshots
from botocore.exceptions import ClientError
from buckets import make_bucket
from ferry_server import AWAY, HOME
from patience import eventually
from refusals import dry_run, refused

READER = Path(__file__).resolve().parent.parent / "Tests" / "BlocksTests" / "Fixtures" / "read-image-archive"


@pytest.fixture(scope="module")
def bucket(server):
    return make_bucket(server)


@pytest.fixture(scope="module")
def disk(seed):
    return disks.Disk.made(f"stored {seed}", 40, spread=disks.BLOCKS_PER_GIB)


@pytest.fixture(scope="module")
def source(server, disk):
    """An image of two disks, with an ephemeral one and tags."""
    first = snapshots.upload(server, disk, Description="the first", Tags=[{"Key": "disk", "Value": "first"}])
    second = snapshots.upload(server, disks.Disk.made("the second", 3), Description="the second")
    return images.register(
        server, first, Description="to be stored", BootMode="uefi",
        BlockDeviceMappings=[
            {"DeviceName": "/dev/xvda", "Ebs": {"SnapshotId": first, "VolumeType": "gp3", "DeleteOnTermination": False}},
            {"DeviceName": "/dev/xvdb", "Ebs": {"SnapshotId": second, "VolumeSize": 5}},
            {"DeviceName": "/dev/xvdc", "VirtualName": "ephemeral0"},
        ],
        TagSpecifications=[{"ResourceType": "image", "Tags": [{"Key": "stage", "Value": "test"}]}],
    )


@pytest.fixture(scope="module")
def hostile(server, bucket, source):
    """The archive of an image, to be changed."""
    key = store(server, source, f"{bucket}/hostile")
    return server.s3().get_object(Bucket=bucket, Key=key)["Body"].read()


def store(server, image, place, **options):
    key = server.ec2().create_store_image_task(ImageId=image, Bucket=place, **options)["ObjectKey"]
    server.ec2().get_waiter("store_image_task_complete").wait(ImageIds=[image], WaiterConfig={"Delay": 1, "MaxAttempts": 60})
    return key


def restore(server, bucket, key, region=HOME, **options):
    settings = {"Name": images.unused_name("restored"), **options}
    return server.ec2(region).create_restore_image_task(Bucket=bucket, ObjectKey=key, **settings)["ImageId"]


def same_disks(server, one, other, region=HOME, other_server=None):
    """The blocks of both images' snapshots are equal."""
    def contents(running, where, image):
        return [
            snapshots.read_back(running, where, snapshot) for snapshot in images.snapshots_of(images.describe(running, where, image))
        ]

    assert contents(server, HOME, one) == contents(other_server or server, region, other)


def test_image_is_stored_and_restored(server, bucket, source):
    key = store(server, source, bucket, S3ObjectTags=[{"Key": "kind", "Value": "image"}])
    assert key == f"{source}.bin"
    head = server.s3().head_object(Bucket=bucket, Key=key)
    original = images.describe(server, HOME, source)
    assert head["Metadata"]["ami-name"] == original["Name"] and head["Metadata"]["ami-owner-account"] == server.account
    assert server.s3().get_object_tagging(Bucket=bucket, Key=key)["TagSet"] == [{"Key": "kind", "Value": "image"}]
    [task] = server.ec2().describe_store_image_tasks(ImageIds=[source])["StoreImageTaskResults"]
    assert (task["AmiId"], task["Bucket"], task["S3objectKey"]) == (source, bucket, key)
    assert (task["StoreTaskState"], task["ProgressPercentage"]) == ("Completed", 100)
    with refused("InvalidRequest", "already"):
        server.ec2().create_store_image_task(ImageId=source, Bucket=bucket)

    image = restore(server, bucket, key, TagSpecifications=[
        {"ResourceType": "snapshot", "Tags": [{"Key": "disk", "Value": "restored"}, {"Key": "new", "Value": "yes"}]},
    ])
    found = images.wait_available(server, HOME, image)
    assert found["Description"] == "to be stored" and found["BootMode"] == "uefi"
    assert (found["SourceImageId"], found["SourceImageRegion"]) == (source, HOME)
    ancestry = server.ec2().get_image_ancestry(ImageId=image)["ImageAncestryEntries"]
    assert [entry["ImageId"] for entry in ancestry] == [image, source] and all("CreationDate" in entry for entry in ancestry)
    assert found["Tags"] == [{"Key": "stage", "Value": "test"}] and "StateReason" not in found

    def mapping(image):
        return [
            {**each, "Ebs": {key: value for key, value in each["Ebs"].items() if key != "SnapshotId"}} if "Ebs" in each else each
            for each in image["BlockDeviceMappings"]
        ]

    assert mapping(found) == mapping(original)
    assert not set(images.snapshots_of(found)) & set(images.snapshots_of(original))
    for number, snapshot in enumerate(server.ec2().describe_snapshots(SnapshotIds=images.snapshots_of(found))["Snapshots"]):
        assert {tag["Key"]: tag["Value"] for tag in snapshot["Tags"]} == {"disk": "restored", "new": "yes"}
        assert snapshot["VolumeId"] == "vol-ffffffff"
    same_disks(server, source, image)
    server.s3().delete_object(Bucket=bucket, Key=key)
    same_disks(server, source, image)


def test_into_a_path_and_by_its_own_name(server, bucket, source):
    key = store(server, source, f"{bucket}/images/2026")
    assert key == f"images/2026/{source}.bin"
    name = images.describe(server, HOME, source)["Name"]
    with refused("InvalidAMIName.Duplicate"):
        server.ec2().create_restore_image_task(Bucket=bucket, ObjectKey=key)
    listed = server.ec2().describe_store_image_tasks(Filters=[{"Name": "bucket", "Values": [bucket]}])["StoreImageTaskResults"]
    assert key in {task["S3objectKey"] for task in listed}
    assert server.ec2().describe_store_image_tasks(Filters=[{"Name": "task-state", "Values": ["Failed"]}])["StoreImageTaskResults"] == []
    assert images.describe(server, HOME, source)["Name"] == name


def test_another_ferry_restores_it(server, start_server, bucket, source, tmp_path):
    """The object is carried by hand into another deployment, and restored there in another Region."""
    key = f"{source}-elsewhere.bin"
    stored = store(server, source, f"{bucket}/elsewhere")
    server.s3().download_file(bucket, stored, str(tmp_path / key))
    other = start_server("other")
    place = make_bucket(other, AWAY)
    other.s3(AWAY).upload_file(str(tmp_path / key), place, key)
    image = restore(other, place, key, AWAY)
    found = images.wait_available(other, AWAY, image)
    assert found["OwnerId"] == other.account
    same_disks(server, source, image, AWAY, other)


def test_a_program_that_knows_the_documents_alone_reads_it(server, bucket, tmp_path):
    small = disks.Disk(1, {3: disks.text("small", 3)})
    image = images.register(server, snapshots.upload(server, small))
    stored = store(server, image, f"{bucket}/documents")
    server.s3().download_file(bucket, stored, str(tmp_path / "image.bin"))
    done = subprocess.run([sys.executable, str(READER), str(tmp_path / "image.bin"), str(tmp_path)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    with (tmp_path / "disk-0").open("rb") as disk:
        disk.seek(3 * disks.BLOCK)
        assert disk.read(disks.BLOCK) == small.blocks[3]


def test_encryption_is_taken_off_and_put_on(start_server, disk):
    """What is sealed stands without its key in the object; with encryption by default on, what is restored is sealed."""
    server = start_server()
    bucket = make_bucket(server)
    snapshot = snapshots.upload(server, disk, Encrypted=True)
    image = images.register(server, snapshot)
    key = store(server, image, bucket)
    opened = images.wait_available(server, HOME, restore(server, bucket, key))
    server.ec2().enable_ebs_encryption_by_default()
    sealed = images.wait_available(server, HOME, restore(server, bucket, key))
    for found, encrypted in ((opened, False), (sealed, True)):
        assert found["BlockDeviceMappings"][0]["Ebs"]["Encrypted"] is encrypted
        same_disks(server, image, found["ImageId"])


def test_default_encryption_of_the_bucket_counts(server, source):
    bucket = make_bucket(server)
    assert server.s3().head_object(Bucket=bucket, Key=store(server, source, bucket))["ServerSideEncryption"] == "AES256"
    bucket = make_bucket(server)
    rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms"}}
    server.s3().put_bucket_encryption(Bucket=bucket, ServerSideEncryptionConfiguration={"Rules": [rule]})
    key = store(server, source, bucket)
    assert server.s3().head_object(Bucket=bucket, Key=key)["ServerSideEncryption"] == "aws:kms"
    image = restore(server, bucket, key)
    images.wait_available(server, HOME, image)
    same_disks(server, source, image)


def crafted(content, change):
    """An archive with other metadata: its first record, and the checksum of that."""
    length = struct.unpack_from("<I", content, 8 + 4)[0]
    metadata = json.loads(content[28:28 + length])
    change(metadata)
    payload = json.dumps(metadata).encode()
    head = content[8:12] + struct.pack("<I", len(payload)) + content[16:24]
    return content[:8] + head + struct.pack("<I", crc32c(head + payload)) + payload + content[28 + length:]


def crc32c(data):
    value = 0xFFFFFFFF
    for byte in data:
        value ^= byte
        for _ in range(8):
            value = value >> 1 ^ (0x82F63B78 if value & 1 else 0)
    return value ^ 0xFFFFFFFF


HOSTILE = {
    "size": lambda image: image["devices"][0]["volume"].update(sizeGiB=2**31),
    "name twice": lambda image: image["devices"].append(image["devices"][0]),
    "long name": lambda image: image["devices"][1].update(name="x" * 300),
    "no name": lambda image: image["devices"][1].update(name=""),
    "reserved tag": lambda image: image["tags"].append({"key": "aws:x", "value": ""}),
    "many tags": lambda image: image["tags"].extend({"key": f"k{number}", "value": ""} for number in range(60)),
    "description": lambda image: image.update(description="d" * 300),
    "control characters": lambda image: image.update(description="a\x01"),
    "virtual name": lambda image: image["devices"][2].update(virtualName="elsewhere"),
    "volume type": lambda image: image["devices"][0]["volume"].update(type="tape"),
    "spare disk": lambda image: image["disks"].append(image["disks"][0]),
    "version": lambda image: image.update(version=9),
    "root": lambda image: image.update(rootDeviceName="/dev/other"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_register_image_refuses_is_not_restored(server, bucket, hostile, name):
    server.s3().put_object(Bucket=bucket, Key="hostile", Body=crafted(hostile, HOSTILE[name]))
    before = len(server.ec2().describe_snapshots(OwnerIds=["self"])["Snapshots"])
    with pytest.raises(ClientError) as error:
        restore(server, bucket, "hostile")
    assert error.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
    assert len(server.ec2().describe_snapshots(OwnerIds=["self"])["Snapshots"]) == before


def test_crafted_metadata_is_read_when_it_is_right(server, bucket, hostile):
    """So that the others fail for what is wrong with them."""
    server.s3().put_object(Bucket=bucket, Key="hostile", Body=crafted(hostile, lambda image: image.update(description="another")))
    assert images.wait_available(server, HOME, restore(server, bucket, "hostile"))["Description"] == "another"


def test_damage_is_the_reason_and_nothing_stays(server, bucket, source):
    stored = store(server, source, f"{bucket}/damaged")
    content = server.s3().get_object(Bucket=bucket, Key=stored)["Body"].read()
    spoilt = bytearray(content)
    spoilt[len(spoilt) // 2] ^= 1
    for name, data in (("flipped", bytes(spoilt)), ("cut", content[:-100])):
        server.s3().put_object(Bucket=bucket, Key=name, Body=data)
        image = restore(server, bucket, name)

        def failed():
            found = images.describe(server, HOME, image)
            assert found["State"] in ("pending", "failed"), found
            return found if found["State"] == "failed" else None

        found = eventually(failed, f"{image} failed")
        assert found["StateReason"]["Code"] == "Client.InvalidRequest" and "not a whole stored image" in found["StateReason"]["Message"]
        for snapshot in server.ec2().describe_snapshots(SnapshotIds=images.snapshots_of(found))["Snapshots"]:
            assert snapshot["State"] == "error"
    server.s3().put_object(Bucket=bucket, Key="text", Body=b"this is no image")
    with refused("InvalidRequest", "not a stored image"):
        restore(server, bucket, "text")


def test_what_is_refused(server, bucket, source):
    with refused("InvalidParameterValue", "cannot be used"):
        server.ec2().create_store_image_task(ImageId=source, Bucket="no-such-bucket-at-all")
    with refused("InvalidAMIID.NotFound"):
        server.ec2().create_store_image_task(ImageId="ami-0123456789abcdef0", Bucket=bucket)
    with refused("InvalidParameterValue", "cannot be read"):
        restore(server, bucket, "gone")
    elsewhere = make_bucket(server, AWAY)
    with refused("InvalidParameterValue", AWAY):
        server.ec2().create_store_image_task(ImageId=source, Bucket=elsewhere)
    with dry_run():
        server.ec2().create_store_image_task(ImageId=source, Bucket=f"{bucket}/dry", DryRun=True)
    with refused("InvalidParameterValue", "At most 20"):
        server.ec2().describe_store_image_tasks(ImageIds=[source] * 21)


def test_deregistering_the_pending_image_ends_the_restore(server, bucket, source):
    stored = store(server, source, f"{bucket}/cancelled")
    for _ in range(4):
        image = restore(server, bucket, stored)
        found = images.describe(server, HOME, image)
        server.ec2().deregister_image(ImageId=image, DeleteAssociatedSnapshots=True)
        assert server.ec2().describe_images(ImageIds=[image])["Images"] == []
        with refused("InvalidSnapshot.NotFound"):
            server.ec2().describe_snapshots(SnapshotIds=images.snapshots_of(found))


def test_kill_9_while_images_are_stored_and_restored(start_server, disk):
    server = start_server()
    bucket = make_bucket(server)
    image = images.register(server, snapshots.upload(server, disk))
    for round in range(3):
        key = server.ec2().create_store_image_task(ImageId=image, Bucket=f"{bucket}/{round}")["ObjectKey"]
        server.kill()
        server.start()

        def completed(key=key):
            tasks = server.ec2().describe_store_image_tasks()["StoreImageTaskResults"]
            [task] = [task for task in tasks if task["S3objectKey"] == key]
            assert task["StoreTaskState"] != "Failed", task
            return task["StoreTaskState"] == "Completed"

        eventually(completed, "the image is stored")
        restored = restore(server, bucket, key)
        server.kill()
        server.start()
        images.wait_available(server, HOME, restored)
        same_disks(server, image, restored)


def test_the_object_is_there_when_the_task_has_ended_and_not_before(server, source):
    """One transaction: a crash in between would find an object that its task takes for somebody else's."""
    place = make_bucket(server)
    rows = sqlite3.connect(f"file:{server.data}/regions/{HOME}/region.sqlite?mode=ro", uri=True)
    server.ec2().create_store_image_task(ImageId=source, Bucket=place)
    seen = set()

    def ended():
        with rows:
            rows.execute("BEGIN")
            objects = rows.execute("SELECT COUNT(*) FROM objects WHERE bucket = ?", (place,)).fetchone()[0]
            states = rows.execute("SELECT state FROM jobs WHERE kind = 'imageStore' AND work LIKE ?", (f"%{place}%",)).fetchall()
        [(state,)] = states
        seen.add((objects, state))
        return state == "completed"

    eventually(ended, "the image is stored", pause=0)
    rows.close()
    assert seen <= {(0, "active"), (1, "completed")} and (1, "completed") in seen
