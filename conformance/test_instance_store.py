"""Instance-store images: a bundle in a bucket, registered from its manifest, verified, described."""

from __future__ import annotations

import hashlib
import random
import re
from dataclasses import replace

import bundles
import images
import pytest
from ferry_server import AWAY, HOME
from patience import eventually
from refusals import dry_run, refused


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("bundles")


@pytest.fixture(scope="module")
def user(folder):
    return bundles.identity(folder, "user")


@pytest.fixture(scope="module")
def bundle(server, folder, user, seed):
    given = ("--kernel", "aki-00000001", "--ramdisk", "ari-00000002")
    return bundles.make(bundles.disk(folder / "disk", seed), user, bundles.certificate(server, folder), folder / "bundle", *given)


def failed(server, image, region=HOME):
    """Why the image has failed."""

    def reason():
        found = images.describe(server, region, image)
        assert found["State"] in ("pending", "failed"), f"{image} is {found['State']}"
        return found.get("StateReason")

    return eventually(reason, f"{image} failed")


def test_bundle_becomes_an_image(server, bundle):
    location = bundle.upload(server)
    image = bundles.register(server, location, Name="bundled-web", Description="of a bundle", TagSpecifications=[
        {"ResourceType": "image", "Tags": [{"Key": "stage", "Value": "test"}]}
    ])
    found = images.wait_available(server, HOME, image)
    assert found["RootDeviceType"] == "instance-store"
    assert found["ImageLocation"] == location
    assert found["Architecture"] == "x86_64"
    assert (found["KernelId"], found["RamdiskId"]) == ("aki-00000001", "ari-00000002")
    assert (found["Name"], found["Description"], found["OwnerId"]) == ("bundled-web", "of a bundle", server.account)
    assert found["Tags"] == [{"Key": "stage", "Value": "test"}]
    assert (found["RootDeviceName"], found["BlockDeviceMappings"]) == ("/dev/sda1", [])
    assert "SourceImageId" not in found and "StateReason" not in found
    for attribute, value in (("kernel", "aki-00000001"), ("ramdisk", "ari-00000002")):
        shown = server.ec2().describe_image_attribute(ImageId=image, Attribute=attribute)
        assert shown["KernelId" if attribute == "kernel" else "RamdiskId"] == {"Value": value}


def test_filters_tell_the_two_kinds_apart(server, bundle, image):
    location = bundle.upload(server)
    bundled = bundles.register(server, location)

    def found(name, value):
        return {each["ImageId"] for each in server.ec2().describe_images(Owners=["self"], Filters=[{"Name": name, "Values": [value]}])["Images"]}

    assert bundled in found("root-device-type", "instance-store") and image not in found("root-device-type", "instance-store")
    assert image in found("root-device-type", "ebs") and bundled not in found("root-device-type", "ebs")
    assert found("manifest-location", location) == {bundled}
    assert bundled in found("ramdisk-id", "ari-00000002")


def test_manifest_without_a_mapping_names_no_root_device(server, bundle):
    found = images.describe(server, HOME, bundles.register(server, bundle.mapping().upload(server)))
    assert "RootDeviceName" not in found and found["BlockDeviceMappings"] == []


def test_what_the_caller_says_goes_before_the_manifest(server, bundle):
    # Nobody but the user's certificate could tell that the signature is another's now, and EC2 has it not either.
    mapped = bundle.mapping(("ami", "sda1"), ("root", "/dev/sda1"), ("ephemeral0", "sdb"), ("swap", "sda3")).upload(server)
    plain = images.describe(server, HOME, bundles.register(server, mapped))
    assert plain["RootDeviceName"] == "/dev/sda1"
    assert plain["BlockDeviceMappings"] == [
        {"DeviceName": "sdb", "VirtualName": "ephemeral0"}, {"DeviceName": "sda3", "VirtualName": "swap"}
    ]
    added = [{"DeviceName": "/dev/sdb", "VirtualName": "ephemeral1"}, {"DeviceName": "/dev/sdc", "VirtualName": "ephemeral2"}]
    other = images.describe(server, HOME, bundles.register(
        server, mapped, Architecture="x86_64", KernelId="aki-00000009", RootDeviceName="/dev/sda", BlockDeviceMappings=added
    ))
    assert other["BlockDeviceMappings"] == [{"DeviceName": "sda3", "VirtualName": "swap"}, *added]
    assert (other["KernelId"], other["RamdiskId"], other["RootDeviceName"]) == ("aki-00000009", "ari-00000002", "/dev/sda")


def test_deregistering_leaves_the_bundle(server, bundle):
    location = bundle.upload(server)
    image = bundles.register(server, location, Name="bundled-again")
    images.wait_available(server, HOME, image)
    with refused("InvalidAMIName.Duplicate"):
        bundles.register(server, location, Name="bundled-again")
    assert server.ec2().deregister_image(ImageId=image, DeleteAssociatedSnapshots=True).get("DeleteSnapshotResults", []) == []
    assert server.ec2().describe_images(ImageIds=[image])["Images"] == []
    bucket, key = location.split("/", 1)
    listed = server.client("s3").list_objects_v2(Bucket=bucket)
    assert listed["KeyCount"] == len(bundle.parts) + 1
    assert server.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read() == bundle.manifest.encode()
    images.wait_available(server, HOME, bundles.register(server, location, Name="bundled-again"))


# What is refused at once ---------------------------------------------------------------------------------------------


def refusal(server, location, cause, **options):
    with refused("InvalidManifest", re.escape(cause)):
        bundles.register(server, location, **options)


@pytest.mark.parametrize("location", ["", "bucket", "bucket/", "/bucket/key", "No_Bucket/key", "bucket/a\x07b", "s3://bucket/key"], ids=repr)
def test_location_is_a_bucket_and_a_key(server, location):
    if location:
        refusal(server, location, "bucket/path/image.manifest.xml")
    else:
        with refused("MissingParameter"):
            bundles.register(server, location)


def test_manifest_must_be_there(server, bundle):
    location = bundle.upload(server)
    refusal(server, "no-such-bucket-here/web/image.manifest.xml", "HTTP 404 (Not Found)")
    refusal(server, location + ".gone", "HTTP 404 (Not Found)")
    server.client("s3").delete_object(Bucket=location.split("/")[0], Key="web/image.manifest.xml")
    refusal(server, location, "HTTP 404 (Not Found)")


def test_bucket_is_of_the_region(server, bundle):
    location = bundle.upload(server)
    refusal(server, location, f"the bucket is in {HOME}", region=AWAY)


def test_manifest_must_be_right(server, bundle):
    size = bundles.element("size", bundle.manifest)
    wrong = {
        "not well-formed": bundle.having("</manifest>", ""),
        "is a kernel": bundle.having("<type>machine</type>", "<type>kernel</type><kernel_name>vmlinuz</kernel_name>"),
        "allowed": bundle.having(size, f"<size>{(10 << 30) + 1}</size>"),
        "the manifest says": bundle.having("<bundled_size>", "<bundled_size>1"),
        "leads elsewhere": bundle.having("<filename>disk.part.00<", "<filename>../disk.part.00<"),
        "maps 'elsewhere'": bundle.mapping(("elsewhere", "x")),
        "has no <signature>": bundle.having(bundles.element("signature", bundle.manifest), ""),
    }
    for cause, spoilt in wrong.items():
        refusal(server, spoilt.upload(server), cause)
    refusal(server, bundle.upload(server), "x86_64", Architecture="i386")
    large = bundle.having("</manifest>", "<!--" + " " * (1 << 20) + "--></manifest>")
    refusal(server, large.upload(server), "larger than")


def test_parts_must_be_there_in_their_size(server, bundle):
    refusal(server, bundle.without("disk.part.01").upload(server), "part 1 of the bundle is missing")
    refusal(server, bundle.changed("disk.part.01", lambda part: part[:-16]).upload(server), "the manifest says")


def test_volumes_are_not_mapped(server, bundle, snapshot):
    mapping = [{"DeviceName": "/dev/sdb", "Ebs": {"SnapshotId": snapshot}}]
    with refused("InvalidBlockDeviceMapping"):
        bundles.register(server, bundle.upload(server), BlockDeviceMappings=mapping)


def test_dry_run_reads_the_manifest(server, bundle):
    location = bundle.upload(server)
    with dry_run():
        bundles.register(server, location, Name="never-registered", DryRun=True)
    refusal(server, location + ".gone", "HTTP 404", DryRun=True)
    assert server.ec2().describe_images(Filters=[{"Name": "name", "Values": ["never-registered"]}])["Images"] == []


def test_nothing_was_registered_by_what_was_refused(server, bundle):
    def pending():
        return server.ec2().describe_images(Filters=[{"Name": "state", "Values": ["pending"]}])["Images"]

    eventually(lambda: not pending(), "nothing is pending")
    before = len(server.ec2().describe_images(Owners=["self"])["Images"])
    refusal(server, bundle.without("disk.part.00").upload(server), "part 0")
    assert len(server.ec2().describe_images(Owners=["self"])["Images"]) == before


# What fails when the parts are read ----------------------------------------------------------------------------------


def flipped(part):
    place = len(part) // 2
    return part[:place] + bytes([part[place] ^ 1]) + part[place + 1:]


def test_bad_parts_fail_with_a_cause(server, bundle, folder, user):
    other = bundles.make(folder / "disk", user, bundles.certificate(server, folder, AWAY), folder / "away")
    digest = bundles.element("digest", bundle.manifest)
    wrong = {
        "Part 0": bundle.changed("disk.part.00", flipped),
        "Part 1": bundle.changed("disk.part.01", flipped),
        # The manifest has the digests of what stands there: the whole does not decrypt, or is another disk.
        "do not decrypt": bundle.changed("disk.part.00", flipped, listed=True),
        "SHA-1 of its archive": bundle.having(digest, digest.replace(digest[-20:-9], "0" * 11)),
        "do not decrypt to": other,
    }
    for cause, spoilt in wrong.items():
        image = bundles.register(server, spoilt.upload(server))
        reason = failed(server, image)
        assert reason["Code"] == "Client.InvalidManifest"
        assert cause in reason["Message"], cause
        assert server.ec2().describe_images(Filters=[{"Name": "state-reason-code", "Values": ["Client.InvalidManifest"]}])["Images"]


def test_what_a_wrapped_key_opens_to_cannot_be_told(server, bundle):
    """A key that does not open at all, and one that opens to another, fail alike."""
    key = bundles.element("ec2_encrypted_key", bundle.manifest)
    digits = key[key.index(">") + 1:key.rindex("<")]
    iv = bundles.element("ec2_encrypted_iv", bundle.manifest)
    iv_digits = iv[iv.index(">") + 1:iv.rindex("<")]
    garbage = hashlib.sha512(digits.encode()).hexdigest() * (len(digits) // 128)
    reasons = {
        failed(server, bundles.register(server, spoilt.upload(server)))["Message"]
        for spoilt in (bundle.having(digits, "00" + garbage[2:]), bundle.having(digits, iv_digits))
    }
    assert len(reasons) == 1


# Cut off -------------------------------------------------------------------------------------------------------------


def test_kill_9_after_the_answer(start_server, folder, user, seed, tmp_path):
    server = start_server()
    bundle = bundles.make(bundles.disk(tmp_path / "disk", seed), user, bundles.certificate(server, tmp_path), tmp_path / "bundle")
    good, bad = bundle.upload(server), bundle.changed("disk.part.01", flipped).upload(server)
    registered = bundles.register(server, good), bundles.register(server, bad)
    server.kill()
    server.start()
    images.wait_available(server, HOME, registered[0])
    assert "Part 1" in failed(server, registered[1])["Message"]


def test_deregistered_while_it_is_verified(server, bundle):
    location = bundle.upload(server)
    for _ in range(5):
        image = bundles.register(server, location)
        server.ec2().deregister_image(ImageId=image)
        assert server.ec2().describe_images(ImageIds=[image])["Images"] == []


def test_memory_does_not_grow_with_the_bundle(start_server, user, tmp_path):
    """Three at once of 160 MiB that do not compress, in less than a third of one."""
    server = start_server()
    with (tmp_path / "disk").open("wb") as disk:
        for place in range(160):
            disk.write(random.Random(place).randbytes(1 << 20))
    location = bundles.make(tmp_path / "disk", user, bundles.certificate(server, tmp_path), tmp_path / "bundle").upload(server)
    before = server.memory().peak
    for image in [bundles.register(server, location) for _ in range(3)]:
        images.wait_available(server, HOME, image)
    assert server.memory().peak - before < 48 << 20


def test_no_line_of_the_log_is_forged(fresh_server, folder, user):
    """What users name stands in the causes of failures, and these in the log."""
    made = bundles.make(folder / "disk", user, bundles.certificate(fresh_server, folder), folder / "forged")
    forged = "2030-01-01T00:00:00+0000 error ferry: forged"
    spoilt = made.changed("disk.part.00", flipped).having("disk.part.00", f"\u2028{forged}")
    spoilt = replace(spoilt, parts={f"\u2028{forged}": spoilt.parts["disk.part.00"], "disk.part.01": spoilt.parts["disk.part.01"]})
    assert forged in failed(fresh_server, bundles.register(fresh_server, spoilt.upload(fresh_server)))["Message"]
    log = fresh_server.log_text()
    assert f"\\u{{2028}}{forged}" in log
    assert not any(line.startswith(forged) for line in log.splitlines())
