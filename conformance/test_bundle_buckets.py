"""Bundles by the command line: a disk straight into a bucket, an image of it, the way back, and both gone."""

from __future__ import annotations

import hashlib
import json
import random
import signal
import subprocess
import sys

import buckets
import bundles
import images
import pytest
from faulty_link import FaultyLink, StallingLink
from ferry_command import FAILED, MISUSED
from ferry_server import AWAY, HOME, binary
from patience import HANG
from test_bundle_commands import PEAK

SIZE = 24 << 20


@pytest.fixture(scope="module")
def user(tmp_path_factory):
    folder = tmp_path_factory.mktemp("identities")
    bundles.identity(folder, "stranger")
    return bundles.identity(folder, "user")


@pytest.fixture
def raw(tmp_path, seed):
    return bundles.disk(tmp_path / "disk.raw", seed)


@pytest.fixture
def bundle(server, ferry, raw, user):
    """Bundles the disk; what is said of the result, as JSON."""

    def run(to, *options, expect=0):
        given = ("--cert", user, "--key", user.with_suffix(".key"), "--data", server.data, "--level", "1", "--json")
        done = ferry("bundle", raw, *given, "--to", to, *options, expect=expect)
        return done.stderr if expect else json.loads(done.stdout)

    return run


@pytest.fixture
def image(bundle, server):
    """An instance-store image in a bucket of its own."""
    name = images.unused_name("bundled")
    return bundle(f"s3://{buckets.make_bucket(server)}/web", "--register", "--name", name)


def digest(path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def state(server, image: str):
    return [found["State"] for found in server.ec2().describe_images(ImageIds=[image])["Images"]]


# There and back ------------------------------------------------------------------------------------------------------


def test_a_disk_becomes_an_image_and_comes_back(server, ferry, bundle, raw, user, tmp_path):
    bucket, name = buckets.make_bucket(server), images.unused_name("bundled")
    made = bundle(f"s3://{bucket}/web", "--register", "--name", name, "--description", "of a disk")
    manifest = f"s3://{bucket}/web/disk.raw.manifest.xml"
    assert (made["manifest"], made["parts"], made["diskBytes"], made["name"]) == (manifest, 2, SIZE, name)
    assert buckets.keys(server, bucket) == ["web/disk.raw.manifest.xml", "web/disk.raw.part.00", "web/disk.raw.part.01"]
    found = images.describe(server, HOME, made["imageId"])
    assert (found["State"], found["RootDeviceType"], found["Description"]) == ("available", "instance-store", "of a disk")
    assert found["ImageLocation"] == manifest.removeprefix("s3://")
    text = buckets.read(server, bucket, "web/disk.raw.manifest.xml").decode()
    assert bundles.element("user", text) == f"<user>{server.account}</user>"
    # By its manifest and by its id; every byte of both.
    for number, source in enumerate((manifest, made["imageId"])):
        opened = json.loads(ferry("unbundle", source, f"back{number}", "--key", user.with_suffix(".key"), "--cert", user, "--json").stdout)
        assert opened == {"bundledBytes": made["bundledBytes"], "diskBytes": SIZE, "file": f"back{number}"}
        assert digest(tmp_path / f"back{number}") == digest(raw)
        assert (tmp_path / f"back{number}").stat().st_blocks * 512 < SIZE * 3 / 4


def test_devices_of_the_image_are_those_of_the_mapping(server, bundle):
    def shown(*options):
        made = bundle(f"s3://{buckets.make_bucket(server)}", "--register", "--name", images.unused_name("mapped"), *options)
        found = images.describe(server, HOME, made["imageId"])
        return found.get("RootDeviceName"), [(device["DeviceName"], device["VirtualName"]) for device in found["BlockDeviceMappings"]]

    assert shown() == ("/dev/sda1", [])
    whole = shown("-B", "ami=sda1,root=/dev/sda1,ephemeral0=sdb,swap=sda3")
    assert whole == ("/dev/sda1", [("sdb", "ephemeral0"), ("sda3", "swap")])
    assert shown("--block-device-mapping", "swap=xvdb,root=/dev/xvda") == ("/dev/xvda", [("xvdb", "swap")])
    assert shown("-B", "ami=sda1") == (None, [])


def test_parts_are_readable_by_ec2(server, bundle):
    bucket = buckets.make_open_bucket(server)
    bundle(f"s3://{bucket}")
    for key in buckets.keys(server, bucket):
        grants = server.s3().get_object_acl(Bucket=bucket, Key=key)["Grants"]
        # The canonical id under which EC2 reads.
        assert [grant["Permission"] for grant in grants if grant["Grantee"]["ID"].startswith("6aa5a366")] == ["READ"]


def test_into_another_region(server, ferry, bundle, raw, user, tmp_path):
    """The certificate is that Region's, and reading asks where the bucket is."""
    bucket = buckets.make_bucket(server, AWAY)
    made = bundle(f"s3://{bucket}/web/", "--register", "--name", images.unused_name("away"), "--region", AWAY, "--prefix", "base")
    assert made["region"] == AWAY
    assert images.describe(server, AWAY, made["imageId"])["State"] == "available"
    ferry("unbundle", f"s3://{bucket}/web/base.manifest.xml", "back", "--key", user.with_suffix(".key"), "--region", HOME)
    assert digest(tmp_path / "back") == digest(raw)


def test_quiet_tells_the_one_thing_that_matters(server, ferry, raw, user):
    given = ("--cert", user, "--key", user.with_suffix(".key"), "--data", server.data, "--level", "1", "--quiet")
    place = f"s3://{buckets.make_bucket(server)}"
    assert ferry("bundle", raw, *given, "--to", place).stdout == f"{place}/disk.raw.manifest.xml\n"
    done = ferry("bundle", raw, *given, "--to", place, "--prefix", "b", "--register", "--name", images.unused_name("q"))
    assert done.stdout.startswith("ami-") and done.stderr == ""


def test_bucket_is_made_when_that_is_asked_for(server, bundle):
    bucket = buckets.unused_bucket()
    told = bundle(f"s3://{bucket}/web", expect=FAILED)
    assert f"there is no bucket {bucket}" in told and "--create-bucket" in told
    bundle(f"s3://{bucket}/web", "--create-bucket", "--region", AWAY)
    assert len(buckets.keys(server, bucket, AWAY)) == 3


# What is refused -----------------------------------------------------------------------------------------------------


def test_bucket_is_of_the_region(server, bundle):
    bucket = buckets.make_bucket(server, AWAY)
    told = bundle(f"s3://{bucket}/web", expect=FAILED)
    assert f"is in {AWAY}" in told and f"--region {AWAY}" in told
    assert buckets.keys(server, bucket, AWAY) == []


def test_command_lines_that_say_two_things(bundle, tmp_path):
    assert "s3://BUCKET" in bundle("s3://", expect=MISUSED)
    assert "--register" in bundle("s3://depot/web", "--name", "x", expect=MISUSED)
    assert "--account" in bundle(tmp_path, expect=MISUSED)
    assert "12 digits" in bundle("s3://depot/web", "--account", "12345", expect=MISUSED)
    told = bundle("s3://depot/web", "--register", "--product-codes", "774F4FF8", expect=MISUSED)
    assert "no image with product codes" in told


def test_devices_that_no_image_can_have_are_refused_before_the_upload(server, bundle):
    bucket = buckets.make_bucket(server)
    assert "cannot be mapped" in bundle(f"s3://{bucket}", "--register", "-B", "ami=sda1,ebs1=sdb", expect=MISUSED)
    assert buckets.keys(server, bucket) == []


def test_an_earlier_bundle_is_replaced_only_when_that_is_meant(server, bundle, raw, image):
    bucket = buckets.make_bucket(server)
    bundle(f"s3://{bucket}")
    first = buckets.read(server, bucket, "disk.raw.manifest.xml")
    assert "--force" in bundle(f"s3://{bucket}", expect=FAILED)
    assert buckets.read(server, bucket, "disk.raw.manifest.xml") == first
    bundle(f"s3://{bucket}", "--force")
    assert buckets.read(server, bucket, "disk.raw.manifest.xml") != first
    # Another bundle beneath an image would be a broken image.
    place = image["manifest"].rsplit("/", 1)[0]
    told = bundle(place, "--force", expect=FAILED)
    assert f"{image['imageId']} in {HOME} is registered from {image['manifest']}" in told


def test_a_name_that_is_taken_is_told_before_the_upload(server, bundle, image):
    bucket = buckets.make_bucket(server)
    told = bundle(f"s3://{bucket}", "--register", "--name", image["name"], expect=FAILED)
    assert f"taken by {image['imageId']}" in told
    assert buckets.keys(server, bucket) == []


def test_without_a_data_folder_the_certificate_comes_from_the_server(server, ferry, raw, user):
    """A machine that has the URL and a key makes bundles for each Region."""
    for region in (HOME, AWAY):
        place = f"s3://{buckets.make_bucket(server, region)}"
        given = ("--cert", user, "--key", user.with_suffix(".key"), "--to", place, "--level", "1", "--region", region)
        made = ferry("bundle", raw, *given, "--register", "--name", images.unused_name("remote"), "--quiet").stdout.split()
        assert images.describe(server, region, made[0])["State"] == "available"


def test_a_bundle_that_cannot_be_verified_stays(server, ferry, bundle, user, tmp_path):
    """Made for another Region, the image fails; the bundle is whole, and said to stay."""
    bucket = buckets.make_bucket(server)
    other = bundles.certificate(server, tmp_path, AWAY)
    told = bundle(f"s3://{bucket}", "--register", "--name", images.unused_name("wrong"), "--ec2-cert", other, expect=FAILED)
    assert "do not decrypt" in told and f"stays at s3://{bucket}/disk.raw.manifest.xml" in told
    assert len(buckets.keys(server, bucket)) == 3


def test_what_cannot_be_unbundled(server, ferry, user, image, own_image, tmp_path):
    key, stranger = user.with_suffix(".key"), user.with_name("stranger.key")
    bucket = image["manifest"].split("/")[2]

    def refused(source, cause, *options, key=key):
        assert cause in ferry("unbundle", source, "back", "--key", key, *options, expect=FAILED).stderr
        assert not list(tmp_path.glob("back*"))

    refused(image["imageId"], "made for another one", key=stranger)
    refused(image["manifest"], "signature", "--cert", user.with_name("stranger.pem"))
    refused(own_image, f"ferry pull {own_image}")
    refused(f"s3://{bucket}/web/none.manifest.xml", f"s3://{bucket}/web/none.manifest.xml does not exist")
    refused("s3://no-such-bucket-here/m", "there is no bucket no-such-bucket-here")
    refused("ami-00000000000000000", "InvalidAMIID")
    server.s3().put_object(Bucket=bucket, Key="web/large.xml", Body=b" " * ((1 << 20) + 1))
    refused(f"s3://{bucket}/web/large.xml", "larger than")
    part = buckets.read(server, bucket, "web/disk.raw.part.01")
    server.s3().put_object(Bucket=bucket, Key="web/disk.raw.part.01", Body=part[:-1] + bytes([part[-1] ^ 1]))
    refused(image["imageId"], "Part 1")
    server.s3().delete_object(Bucket=bucket, Key="web/disk.raw.part.01")
    refused(image["imageId"], "disk.raw.part.01 does not exist")
    ferry("unbundle", image["manifest"], "--key", key, expect=MISUSED)


# Cut off -------------------------------------------------------------------------------------------------------------


@pytest.fixture
def interrupted(server, raw, user, tmp_path, seed):
    """Starts a bundling of five parts, whose upload stops in the third one, and gives the process with its link."""
    with raw.open("wb") as file:
        for place in range(45):
            file.write(random.Random(f"{seed} {place}").randbytes(1 << 20))
    started = []

    def start(link, bucket):
        command = [binary(), "bundle", raw, "--cert", user, "--key", user.with_suffix(".key"), "--level", "1", "--to", f"s3://{bucket}/web"]
        command += ["--ec2-cert", bundles.certificate(server, tmp_path)]
        started.append(subprocess.Popen(
            list(map(str, command)), env={**server.shell_environment(), "AWS_ENDPOINT_URL": link.endpoint}, cwd=tmp_path,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        ))
        assert link.stalled.wait(60)
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.communicate()


def test_an_interrupted_upload_takes_its_parts_away(server, interrupted):
    bucket = buckets.make_bucket(server)
    with StallingLink(server.endpoint, "", 0, after=25 << 20) as link:
        process = interrupted(link, bucket)
        assert buckets.keys(server, bucket) == ["web/disk.raw.part.00", "web/disk.raw.part.01"]
        process.send_signal(signal.SIGINT)
        told, error = process.communicate(timeout=HANG)
    assert process.returncode == 130 and told == ""
    assert "unfinished bundle were deleted" in error
    assert buckets.keys(server, bucket) == []


def test_parts_that_cannot_be_taken_away_are_named(server, interrupted):
    bucket = buckets.make_bucket(server)
    with StallingLink(server.endpoint, "", 0, after=25 << 20) as link:
        process = interrupted(link, bucket)
    # Nobody answers any more.
    process.send_signal(signal.SIGINT)
    _, error = process.communicate(timeout=HANG)
    assert process.returncode == 130
    assert "web/disk.raw.part.00, web/disk.raw.part.01, web/disk.raw.part.02" in error
    assert buckets.keys(server, bucket) == ["web/disk.raw.part.00", "web/disk.raw.part.01"]


@pytest.mark.parametrize("one_in", [400, 60])
def test_over_a_bad_link(server, ferry, raw, user, tmp_path, seed, one_in):
    """A bundle that is right, or none; a disk that is right, or none."""
    bucket, key = buckets.make_bucket(server), user.with_suffix(".key")
    given = ("--cert", user, "--key", key, "--level", "1", "--ec2-cert", bundles.certificate(server, tmp_path))
    with FaultyLink(server.endpoint, f"bundle {seed} {one_in}", one_in, ("cut", "truncate", "corrupt", "delay")) as link:
        environment = {**server.shell_environment(), "AWS_ENDPOINT_URL": link.endpoint}

        def run(*arguments):
            command = list(map(str, (binary(), *arguments)))
            return subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True, timeout=HANG)

        bundled = run("bundle", raw, "--to", f"s3://{bucket}", *given)
        assert bundled.returncode in (0, 1), bundled.stderr
        if bundled.returncode == 0:
            opened = run("unbundle", f"s3://{bucket}/disk.raw.manifest.xml", "back", "--key", key)
            assert opened.returncode in (0, 1), opened.stderr
            assert (tmp_path / "back").exists() == (opened.returncode == 0)
            if opened.returncode == 0:
                assert digest(tmp_path / "back") == digest(raw)
    if bundled.returncode == 0:
        ferry("unbundle", f"s3://{bucket}/disk.raw.manifest.xml", "straight", "--key", key)
        assert digest(tmp_path / "straight") == digest(raw)
    else:
        assert "disk.raw.manifest.xml" not in buckets.keys(server, bucket) or "may be there still" in bundled.stderr


def test_memory_does_not_grow_with_the_disk(server, user, tmp_path):
    """192 MiB of data that do not compress, as 20 parts, in less than half of that."""
    raw = tmp_path / "disk.raw"
    with raw.open("wb") as file:
        for place in range(192):
            file.write(random.Random(place).randbytes(1 << 20))
    key, place = user.with_suffix(".key"), f"s3://{buckets.make_bucket(server)}"

    def peak(*arguments) -> int:
        command = [sys.executable, "-S", "-c", PEAK, *map(str, (binary(), *arguments, "--quiet", "--data", server.data))]
        return int(subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True).stdout.split()[-1]) * 1024

    assert peak("bundle", raw, "--cert", user, "--key", key, "--level", "1", "--to", place) < 96 << 20
    assert peak("unbundle", f"{place}/disk.raw.manifest.xml", "back", "--key", key) < 96 << 20
    assert digest(tmp_path / "back") == digest(raw)


# Removing ------------------------------------------------------------------------------------------------------------


def location(image) -> tuple[str, str]:
    bucket, key = image["manifest"].removeprefix("s3://").split("/", 1)
    return bucket, key


def test_rm_takes_the_bundle_and_nothing_else(server, ferry, image):
    bucket, _ = location(image)
    server.s3().put_object(Bucket=bucket, Key="web/disk.raw.part.02", Body=b"of somebody else")
    [removed] = json.loads(ferry("rm", image["imageId"], "--bundle", "--json").stdout)
    assert removed["bundle"] == {"manifest": image["manifest"], "parts": 2, "result": "deleted"}
    assert state(server, image["imageId"]) == []
    assert buckets.keys(server, bucket) == ["web/disk.raw.part.02"]


def test_rm_leaves_the_bundle_and_says_so(server, ferry, image):
    bucket, _ = location(image)
    told = ferry("rm", image["imageId"]).stdout
    assert f"{image['manifest']} and its parts stay" in told and "space" in told
    assert state(server, image["imageId"]) == []
    assert len(buckets.keys(server, bucket)) == 3


def test_rm_refuses_before_anything_is_done(server, ferry, image):
    bucket, key = location(image)
    whole = buckets.read(server, bucket, key)

    def refused(*causes):
        told = ferry("rm", image["imageId"], "--bundle", expect=FAILED).stderr
        assert all(cause in told for cause in causes), told
        assert state(server, image["imageId"]) == ["available"]
        assert "web/disk.raw.part.00" in buckets.keys(server, bucket)

    server.s3().put_object(Bucket=bucket, Key=key, Body=b"<manifest/>")
    refused("cannot be read", "Without --bundle")
    server.s3().delete_object(Bucket=bucket, Key=key)
    refused("does not exist", "Without --bundle")
    server.s3().put_object(Bucket=bucket, Key=key, Body=whole)
    other = server.ec2().register_image(
        Name=images.unused_name("other"), ImageLocation=f"{bucket}/{key}", VirtualizationType="hvm"
    )["ImageId"]
    refused(other, "same manifest")
    ferry("rm", other)
    ferry("rm", image["imageId"], "--bundle")
    assert buckets.keys(server, bucket) == []


def test_rm_bundle_is_not_for_volumes(server, ferry, own_image):
    assert "EBS image" in ferry("rm", own_image, "--bundle", expect=FAILED).stderr
    assert state(server, own_image) == ["available"]
    assert "no bundle" in ferry("rm", "snap-00000000", "--bundle", expect=MISUSED).stderr


def test_rm_gets_over_parts_that_are_gone(server, ferry, image):
    bucket, _ = location(image)
    server.s3().delete_object(Bucket=bucket, Key="web/disk.raw.part.00")
    ferry("rm", image["imageId"], "--bundle")
    assert buckets.keys(server, bucket) == []


# Listing -------------------------------------------------------------------------------------------------------------


def test_images_tells_the_kinds_apart(server, ferry, image, own_image):
    listed = {each["imageId"]: each for each in json.loads(ferry("images", "--json").stdout)}
    bundled, volume = listed[image["imageId"]], listed[own_image]
    assert bundled["type"] == "instance-store" and "sizeGiB" not in bundled
    assert bundled["imageLocation"] == image["manifest"].removeprefix("s3://")
    assert (volume["type"], volume["sizeGiB"]) == ("ebs", 1)
    heading, *rows = (line.split("  ") for line in ferry("images").stdout.splitlines())
    [row] = [[cell.strip() for cell in row if cell] for row in rows if row[0] == image["imageId"]]
    assert [cell.strip() for cell in heading if cell][3:5] == ["TYPE", "VOLUMES"]
    assert row[3:5] == ["instance-store", "-"]


def test_pull_and_diff_say_where_the_disk_is(ferry, image):
    for command in (("pull", image["imageId"], "back"), ("verify", image["imageId"], image["imageId"])):
        told = ferry(*command, expect=FAILED).stderr
        assert "instance-store" in told and "ferry unbundle" in told
