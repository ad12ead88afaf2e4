"""ImportSnapshot, ImportImage and ExportImage: disks in objects become snapshots and images, and images become objects."""

from __future__ import annotations

import hashlib
import random
import subprocess
import tarfile

import images
import pytest
import snapshots
from botocore.exceptions import ClientError
from buckets import make_bucket
from disks import Disk
from ferry_server import AWAY, HOME
from patience import eventually
from refusals import dry_run, refused

MIB = 1 << 20


@pytest.fixture(scope="module")
def raw(tmp_path_factory, seed):
    """A disk of 40 MiB and a bit, with holes."""
    path = tmp_path_factory.mktemp("import") / "disk.raw"
    with path.open("wb") as file:
        for place in (0, 9 * MIB, 33 * MIB):
            file.seek(place)
            file.write(random.Random(f"{seed} {place}").randbytes(3 * MIB))
        file.truncate(40 * MIB + 512)
    return path


@pytest.fixture(scope="module")
def bucket(server):
    return make_bucket(server)


def converted(raw, name, *options):
    """The disk in another format."""
    path = raw.with_name(name)
    if not path.exists():
        subprocess.run(["qemu-img", "convert", "-f", "raw", *options, str(raw), str(path)], check=True)
    return path


FORMATS = {
    "RAW": ("disk.raw", ()),
    "VMDK": ("disk.vmdk", ("-O", "vmdk", "-o", "subformat=streamOptimized")),
    "VHD": ("disk.vhd", ("-O", "vpc", "-o", "subformat=dynamic,force_size=on")),
    "VHDX": ("disk.vhdx", ("-O", "vhdx")),
}


def put(server, bucket, path, key=None):
    server.s3().upload_file(str(path), bucket, key or path.name)
    return {"S3Bucket": bucket, "S3Key": key or path.name}


def snapshot_task(server, task):
    [found] = server.ec2().describe_import_snapshot_tasks(ImportTaskIds=[task])["ImportSnapshotTasks"]
    return found["SnapshotTaskDetail"]


def ended(server, task, describe=snapshot_task):
    def end():
        detail = describe(server, task)
        assert detail["Status"] in ("active", "completed", "deleting", "deleted"), detail
        return detail if detail["Status"] in ("completed", "deleted") else None

    return eventually(end, f"{task} ended")


def disk_of(server, snapshot, length, region=HOME):
    """The bytes of a snapshot, read block by block, and that zeros follow."""
    ebs = server.ebs(region)
    page = ebs.list_snapshot_blocks(SnapshotId=snapshot)
    assert page["VolumeSize"] == 1
    found = bytearray(1 << 30)
    for block in page["Blocks"]:
        data = ebs.get_snapshot_block(SnapshotId=snapshot, BlockIndex=block["BlockIndex"], BlockToken=block["BlockToken"])["BlockData"].read()
        found[block["BlockIndex"] * 524_288:(block["BlockIndex"] + 1) * 524_288] = data
    assert not any(found[length:length + 8 * MIB])
    return bytes(found[:length])


@pytest.mark.parametrize("says", [True, False], ids=["named", "found out"])
@pytest.mark.parametrize("name", FORMATS)
def test_every_format_becomes_the_same_snapshot(server, bucket, raw, name, says):
    file, options = FORMATS[name]
    place = put(server, bucket, raw if name == "RAW" else converted(raw, file, *options))
    container = {"UserBucket": place, **({"Format": name.lower()} if says else {})}
    begun = server.ec2().import_snapshot(
        DiskContainer=container, Description="a disk", RoleName="vmimport",
        TagSpecifications=[{"ResourceType": "import-snapshot-task", "Tags": [{"Key": "of", "Value": name}]}],
    )
    assert begun["ImportTaskId"].startswith("import-snap-") and begun["Tags"] == [{"Key": "of", "Value": name}]
    detail = ended(server, begun["ImportTaskId"])
    assert detail["Status"] == "completed", detail
    assert detail["UserBucket"] == place and not detail["Encrypted"]
    [snapshot] = server.ec2().describe_snapshots(SnapshotIds=[detail["SnapshotId"]])["Snapshots"]
    assert (snapshot["State"], snapshot["VolumeId"], snapshot["VolumeSize"]) == ("completed", "vol-ffffffff", 1)
    want = raw.read_bytes()
    found = disk_of(server, detail["SnapshotId"], len(want))
    assert hashlib.sha256(found).digest() == hashlib.sha256(want).digest()


def test_imported_snapshot_is_the_one_that_is_pushed(server, bucket, raw):
    """The waiter of boto3, a URL, tags that filters find."""
    put(server, bucket, raw)
    tag = {"Key": "Name", "Value": "by-url"}
    task = server.ec2().import_snapshot(
        DiskContainer={"Url": f"s3://{bucket}/{raw.name}", "Format": "RAW"},
        TagSpecifications=[{"ResourceType": "import-snapshot-task", "Tags": [tag]}],
    )["ImportTaskId"]
    server.ec2().get_waiter("snapshot_imported").wait(ImportTaskIds=[task], WaiterConfig={"Delay": 1, "MaxAttempts": 60})
    found = server.ec2().describe_import_snapshot_tasks(Filters=[{"Name": "tag:Name", "Values": ["by-url"]}])["ImportSnapshotTasks"]
    assert [each["ImportTaskId"] for each in found] == [task]
    assert server.ec2().describe_import_snapshot_tasks(Filters=[{"Name": "tag:Name", "Values": ["none"]}])["ImportSnapshotTasks"] == []
    image = images.register(server, snapshot_task(server, task)["SnapshotId"])
    assert images.describe(server, HOME, images.register(server, snapshot_task(server, task)["SnapshotId"]))["State"] == "available"
    server.ec2().create_tags(Resources=[task, image], Tags=[{"Key": "later", "Value": "yes"}])


@pytest.mark.parametrize(
    "form",
    ["https://{bucket}.s3.{region}.amazonaws.com/{key}", "https://s3.{region}.amazonaws.com/{bucket}/{key}", "https://{bucket}.s3.amazonaws.com/{key}",
     "https://s3-{region}.amazonaws.com/{bucket}/{key}", "https://{bucket}.s3.dualstack.{region}.amazonaws.com/{key}",
     "https://{bucket}.localhost:4566/{key}", "https://127.0.0.1/{bucket}/{key}", "https://S3.{region}.Amazonaws.com:443/{bucket}/{key}"],
)
def test_addresses_of_objects_are_encoded(server, bucket, form):
    """What the console of S3 and SDKs show of an object: its key percent-encoded, and a plus that is a plus."""
    key = "disks of 2026/fedora+x ä%20.raw"
    server.s3().put_object(Bucket=bucket, Key=key, Body=bytes(MIB))
    encoded = "disks%20of%202026/fedora+x%20%C3%A4%2520.raw"
    url = form.format(bucket=bucket, region=HOME, key=encoded)
    for container in ({"Url": url}, {"Url": f"s3://{bucket}/{key}"}):
        with dry_run():
            server.ec2().import_snapshot(DiskContainer={"Format": "RAW", **container}, DryRun=True)
        with dry_run():
            server.ec2().import_image(DiskContainers=[{"Format": "RAW", **container}], DryRun=True)
    # It is read as it is meant, and as nothing else.
    with refused("InvalidParameterValue", f"s3://{bucket}/disks%20of%202026/fedora"):
        server.ec2().import_snapshot(DiskContainer={"Url": f"s3://{bucket}/{encoded}"}, DryRun=True)


@pytest.mark.parametrize(
    "url",
    ["https://example.com/depot/disk.raw", "https://depot.s3.example.com/disk.raw", "https://s3.us-east-1.amazonaws.com/depot", "s3://depot",
     "https://depot.s3.us-east-1.amazonaws.com/", "https://depot.s3.us-east-1.amazonaws.com/disk%2.raw", "ftp://s3.amazonaws.com/depot/disk.raw",
     "https://depot.s3.us-east-1.amazonaws.com/disk.raw?versionId=1", "s3:///disk.raw", "https://ec2.us-east-1.amazonaws.com/depot/disk.raw", "disk.raw"],
)
def test_what_is_no_address_of_an_object(server, url):
    for call in (
        lambda: server.ec2().import_snapshot(DiskContainer={"Url": url}), lambda: server.ec2().import_image(DiskContainers=[{"Url": url}]),
    ):
        with refused("InvalidParameterValue", r"for parameter DiskContainer(\.1)?\.Url is invalid. Expected s3://bucket/key"):
            call()


def test_encrypted_import(server, bucket, raw):
    place = put(server, bucket, raw)
    key = server.kms().create_key()["KeyMetadata"]["Arn"]
    task = server.ec2().import_snapshot(DiskContainer={"UserBucket": place, "Format": "RAW"}, Encrypted=True, KmsKeyId=key)
    detail = ended(server, task["ImportTaskId"])
    assert detail["Encrypted"] and detail["KmsKeyId"] == key
    assert disk_of(server, detail["SnapshotId"], raw.stat().st_size) == raw.read_bytes()
    with refused("InvalidParameterDependency"):
        server.ec2().import_snapshot(DiskContainer={"UserBucket": place}, KmsKeyId=key)


def test_licences_are_not_to_be_had(server, bucket):
    container = {"Format": "raw", "UserBucket": {"S3Bucket": bucket, "S3Key": "disk"}}
    for cause, options in (
        ("License Manager", {"LicenseSpecifications": [{"LicenseConfigurationArn": "arn:aws:license-manager:us-east-1:1:license-configuration:a"}]}),
        ("UsageOperation=RunInstances:0002", {"UsageOperation": "RunInstances:0002"}),
    ):
        with refused("UnsupportedOperation", cause):
            server.ec2().import_image(DiskContainers=[container], **options)


def test_what_is_refused_at_once(server, bucket, raw):
    put(server, bucket, raw)

    def refuse(code, cause, **container):
        with refused(code, cause):
            server.ec2().import_snapshot(DiskContainer=container)

    refuse("InvalidParameterValue", "cannot be read", UserBucket={"S3Bucket": bucket, "S3Key": "gone"})
    refuse("InvalidParameterValue", "cannot be read", UserBucket={"S3Bucket": "no-such-bucket-at-all", "S3Key": "x"})
    refuse("InvalidParameterValue", "expected", UserBucket={"S3Bucket": bucket, "S3Key": raw.name}, Format="qcow2")
    refuse("InvalidParameterValue", "expected", UserBucket={"S3Bucket": bucket, "S3Key": raw.name}, Format="OVA")
    refuse("InvalidParameterValue", "Expected s3://", Url="file:///etc/passwd")
    refuse("MissingParameter", "DiskContainer", Description="nothing")
    with refused("InvalidParameterValue", "local to the Region"):
        server.ec2(AWAY).import_snapshot(DiskContainer={"UserBucket": {"S3Bucket": bucket, "S3Key": raw.name}})
    with dry_run():
        server.ec2().import_snapshot(DiskContainer={"UserBucket": {"S3Bucket": bucket, "S3Key": raw.name}}, DryRun=True)
    with refused("InvalidConversionTaskId.Malformed"):
        server.ec2().describe_import_snapshot_tasks(ImportTaskIds=["import-what"])
    with refused("InvalidConversionTaskId"):
        server.ec2().describe_import_snapshot_tasks(ImportTaskIds=["import-snap-0123456789abcdef0"])


def test_one_token_is_one_task(server, bucket, raw):
    place = put(server, bucket, raw)
    first, second = (server.ec2().import_snapshot(DiskContainer={"UserBucket": place}, ClientToken="import-once") for _ in range(2))
    assert first["ImportTaskId"] == second["ImportTaskId"]
    with refused("IdempotentParameterMismatch"):
        server.ec2().import_snapshot(DiskContainer={"UserBucket": place}, Description="other", ClientToken="import-once")
    ended(server, first["ImportTaskId"])


def test_a_disk_that_is_none_fails_with_its_cause(server, bucket, raw, tmp_path):
    """Damaged, of another format than it is said to be, and one that would pull a file of the server into the snapshot."""
    vmdk = converted(raw, *("disk.vmdk", *FORMATS["VMDK"][1]))
    (tmp_path / "cut.vmdk").write_bytes(vmdk.read_bytes()[:2 * MIB])
    (tmp_path / "thief.vmdk").write_text(
        '# Disk DescriptorFile\nversion=1\nCID=fffffffe\nparentCID=ffffffff\ncreateType="monolithicFlat"\nRW 8 FLAT "/etc/passwd" 0\n'
    )
    for path, name in ((tmp_path / "cut.vmdk", "VMDK"), (raw, "VHD"), (tmp_path / "thief.vmdk", "VMDK")):
        place = put(server, bucket, path)
        detail = ended(server, server.ec2().import_snapshot(DiskContainer={"UserBucket": place, "Format": name})["ImportTaskId"])
        assert detail["Status"] == "deleted", path
        assert detail["StatusMessage"].startswith("ClientError: Disk validation failed"), detail
        assert "SnapshotId" not in detail and "/scratch" not in detail["StatusMessage"]
    assert not [path for path in (server.data / "regions" / HOME / "scratch").glob("*")]


def test_cancelled_import_leaves_nothing(server, bucket, raw):
    place = put(server, bucket, raw)
    before = {each["SnapshotId"] for each in server.ec2().describe_snapshots(OwnerIds=["self"])["Snapshots"]}
    outcomes = set()
    for _ in range(4):
        task = server.ec2().import_snapshot(DiskContainer={"UserBucket": place, "Format": "RAW"})["ImportTaskId"]
        try:
            answer = server.ec2().cancel_import_task(ImportTaskId=task, CancelReason="a test")
            assert (answer["PreviousState"], answer["State"]) == ("active", "deleting")
        except ClientError as error:
            assert error.response["Error"]["Code"] == "IncorrectState"
        outcomes.add(ended(server, task)["Status"])
        if ended(server, task)["Status"] == "completed":
            before.add(snapshot_task(server, task)["SnapshotId"])
            with refused("IncorrectState"):
                server.ec2().cancel_import_task(ImportTaskId=task)
        else:
            # Asked again, after the answer was lost.
            again = server.ec2().cancel_import_task(ImportTaskId=task)
            assert (again["PreviousState"], again["State"]) == ("deleted", "deleted")
    assert outcomes <= {"completed", "deleted"}
    assert {each["SnapshotId"] for each in server.ec2().describe_snapshots(OwnerIds=["self"])["Snapshots"]} == before


def image_task(server, task):
    [found] = server.ec2().describe_import_image_tasks(ImportTaskIds=[task])["ImportImageTasks"]
    return found


def test_disks_become_an_image(server, bucket, raw):
    place = put(server, bucket, converted(raw, "disk.vmdk", *FORMATS["VMDK"][1]))
    other = put(server, bucket, raw)
    begun = server.ec2().import_image(
        DiskContainers=[{"Format": "VMDK", "UserBucket": place}, {"Format": "RAW", "UserBucket": other}],
        Architecture="x86_64", Platform="Linux", BootMode="uefi", Description="a machine", LicenseType="BYOL",
    )
    task = ended(server, begun["ImportTaskId"], image_task)
    assert task["Status"] == "completed", task
    found = images.describe(server, HOME, task["ImageId"])
    assert (found["State"], found["Architecture"], found["BootMode"], found["Name"]) == ("available", "x86_64", "uefi", begun["ImportTaskId"])
    assert [mapping["DeviceName"] for mapping in found["BlockDeviceMappings"]] == ["/dev/sda1", "/dev/sdb"]
    assert [detail["SnapshotId"] for detail in task["SnapshotDetails"]] == images.snapshots_of(found)
    for snapshot in images.snapshots_of(found):
        assert disk_of(server, snapshot, raw.stat().st_size) == raw.read_bytes()


def test_devices_have_names_of_their_own(server, bucket, raw):
    place = put(server, bucket, raw)
    with refused("InvalidBlockDeviceMapping", "more than one"):
        server.ec2().import_image(DiskContainers=[{"UserBucket": place, "DeviceName": "/dev/sda1"}] * 2)
    begun = server.ec2().import_image(DiskContainers=[{"UserBucket": place, "DeviceName": "/dev/sdb"}, {"UserBucket": place}])
    task = ended(server, begun["ImportTaskId"], image_task)
    found = images.describe(server, HOME, task["ImageId"])
    assert [mapping["DeviceName"] for mapping in found["BlockDeviceMappings"]] == ["/dev/sdb", "/dev/sdc"]


def test_ova_becomes_an_image(server, bucket, raw, tmp_path):
    vmdk = converted(raw, "disk.vmdk", *FORMATS["VMDK"][1])
    envelope = f"""<?xml version="1.0"?>
<Envelope xmlns="http://schemas.dmtf.org/ovf/envelope/1" xmlns:ovf="http://schemas.dmtf.org/ovf/envelope/1">
<References><File ovf:id="file1" ovf:href="disk.vmdk" ovf:size="{vmdk.stat().st_size}"/></References>
<DiskSection><Info/><Disk ovf:diskId="d1" ovf:fileRef="file1" ovf:capacity="{raw.stat().st_size}"/></DiskSection>
</Envelope>"""
    (tmp_path / "machine.ovf").write_text(envelope)
    with tarfile.open(tmp_path / "machine.ova", "w", format=tarfile.USTAR_FORMAT) as archive:
        archive.add(tmp_path / "machine.ovf", "machine.ovf")
        archive.add(vmdk, "disk.vmdk")
    place = put(server, bucket, tmp_path / "machine.ova")
    task = ended(server, server.ec2().import_image(DiskContainers=[{"Format": "ova", "UserBucket": place}])["ImportTaskId"], image_task)
    assert task["Status"] == "completed", task
    [snapshot] = images.snapshots_of(images.describe(server, HOME, task["ImageId"]))
    assert disk_of(server, snapshot, raw.stat().st_size) == raw.read_bytes()


def export_task(server, task):
    [found] = server.ec2().describe_export_image_tasks(ExportImageTaskIds=[task])["ExportImageTasks"]
    return found


@pytest.mark.parametrize("name", ["RAW", "VMDK", "VHD"])
def test_export_is_the_disk(server, bucket, raw, tmp_path, name):
    place = put(server, bucket, raw)
    snapshot = ended(server, server.ec2().import_snapshot(DiskContainer={"UserBucket": place, "Format": "RAW"})["ImportTaskId"])["SnapshotId"]
    image = images.register(server, snapshot)
    begun = server.ec2().export_image(
        ImageId=image, DiskImageFormat=name, S3ExportLocation={"S3Bucket": bucket, "S3Prefix": "exports/"}, RoleName="vmimport",
        ClientToken=f"export {name}",
    )
    task = ended(server, begun["ExportImageTaskId"], export_task)
    assert task["Status"] == "completed", task
    key = f"exports/{begun['ExportImageTaskId']}.{name.lower()}"
    server.s3().download_file(bucket, key, str(tmp_path / "product"))
    if name == "RAW":
        product = tmp_path / "product"
    else:
        product = tmp_path / "product.raw"
        form = {"VMDK": "vmdk", "VHD": "vpc"}[name]
        subprocess.run(["qemu-img", "convert", "-f", form, "-O", "raw", str(tmp_path / "product"), str(product)], check=True)
    with product.open("rb") as file:
        assert file.read(raw.stat().st_size) == raw.read_bytes()
    assert product.stat().st_size == 1 << 30
    server.s3().delete_object(Bucket=bucket, Key=key)


def test_export_is_refused(server, bucket, image):
    place = {"S3Bucket": bucket}
    with refused("InvalidParameterValue", "cannot be used"):
        server.ec2().export_image(ImageId=image, DiskImageFormat="RAW", S3ExportLocation={"S3Bucket": "no-such-bucket-at-all"})
    with refused("InvalidParameterValue", "expected RAW"):
        server.ec2().export_image(ImageId=image, DiskImageFormat="OVA", S3ExportLocation=place)
    with refused("InvalidAMIID.NotFound"):
        server.ec2().export_image(ImageId="ami-0123456789abcdef0", DiskImageFormat="RAW", S3ExportLocation=place)
    with refused("InvalidExportTaskID.NotFound"):
        server.ec2().cancel_export_task(ExportTaskId="export-ami-0123456789abcdef0")


def test_kill_9_while_disks_are_imported(start_server, raw):
    """Every task that was acknowledged ends, with a snapshot that equals its disk, and no scratch file stays."""
    server = start_server()
    bucket = make_bucket(server)
    place = put(server, bucket, converted(raw, "disk.vmdk", *FORMATS["VMDK"][1]))
    tasks = []
    for _ in range(3):
        tasks.append(server.ec2().import_snapshot(DiskContainer={"UserBucket": place, "Format": "VMDK"})["ImportTaskId"])
        server.kill()
        server.start()
    for task in tasks:
        detail = ended(server, task)
        assert detail["Status"] == "completed", detail
        assert disk_of(server, detail["SnapshotId"], raw.stat().st_size) == raw.read_bytes()
    assert not list((server.data / "regions" / HOME / "scratch").glob("*"))


def test_an_image_is_never_left_without_its_disk(server, bucket):
    """A snapshot that an import names may be deleted while it runs: then the import fails."""
    server.s3().put_object(Bucket=bucket, Key="second.raw", Body=b"x" * (8 << 20))
    for number in range(4):
        snapshot = snapshots.upload(server, Disk.made(f"deleted while imported {number}", 1))
        containers = [{"SnapshotId": snapshot}, {"Format": "RAW", "UserBucket": {"S3Bucket": bucket, "S3Key": "second.raw"}}]
        task = server.ec2().import_image(DiskContainers=containers)["ImportTaskId"]

        def described():
            return server.ec2().describe_import_image_tasks(ImportTaskIds=[task])["ImportImageTasks"][0]

        if number:
            eventually(lambda: described()["Status"] != "active" or described().get("Progress", "0") != "0", "it is under way")
        try:
            server.ec2().delete_snapshot(SnapshotId=snapshot)
            deleted = True
        except ClientError as error:
            assert error.response["Error"]["Code"] == "InvalidSnapshot.InUse"
            deleted = False
        ended = eventually(lambda: described() if described()["Status"] in ("completed", "deleted") else None, "it has ended")
        if deleted:
            assert ended["Status"] == "deleted" and snapshot in ended["StatusMessage"], ended
        else:
            assert ended["Status"] == "completed"
