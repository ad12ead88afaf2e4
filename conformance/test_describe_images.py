"""DescribeImages: which images a question finds. Every filter has a value that finds an image and one that does not."""

from __future__ import annotations

import images
import pytest
import snapshots
from disks import Disk
from ferry_server import AWAY, HOME
from refusals import refused
from signed_request import ec2_call, local


@pytest.fixture(scope="module")
def small(server):
    return snapshots.upload(server, Disk.made("filters", 2, size=1))


@pytest.fixture(scope="module")
def rich(server, small):
    """A copy, so that the fields that only copies have are there too."""
    source = images.register(
        server, small, name="filter-source", EnaSupport=True, SriovNetSupport="simple", BootMode="uefi",
        BlockDeviceMappings=[
            {"DeviceName": "/dev/xvda", "Ebs": {"SnapshotId": small, "VolumeSize": 7, "VolumeType": "gp3", "DeleteOnTermination": True}},
            {"DeviceName": "/dev/sdh", "VirtualName": "ephemeral0"},
        ],
    )
    tags = [{"Key": "Stage", "Value": "live"}, {"Key": "cost:centre", "Value": "a*b"}]
    return images.copied(
        server, source, HOME, HOME, Name="filter-rich.copy", Description="rich in fields",
        TagSpecifications=[{"ResourceType": "image", "Tags": tags}],
    )


@pytest.fixture(scope="module")
def plain(server, small):
    """An old-fashioned image that differs from the rich one in all it can."""
    return images.describe(server, HOME, server.ec2(HOME).register_image(
        Name="filter-plain-copy", Architecture="arm64", RootDeviceName="/dev/sda1", VirtualizationType="paravirtual",
        KernelId="aki-0123456789abcdef0", RamdiskId="ari-0123456789abcdef0",
        BlockDeviceMappings=[
            {"DeviceName": "/dev/sda1", "Ebs": {"SnapshotId": small, "VolumeType": "standard", "DeleteOnTermination": False}}
        ],
    )["ImageId"])


def found(server, *filters: tuple[str, list[str]], region: str = HOME, **options) -> set[str]:
    asked = [{"Name": name, "Values": values} for name, values in filters]
    return {image["ImageId"] for image in server.ec2(region).describe_images(Filters=asked, **options)["Images"]}


# Filter, a value that the rich image has, a value that it has not.
RICH = [
    ("architecture", "x86_64", "arm64"),
    ("block-device-mapping.delete-on-termination", "true", "false"),
    ("block-device-mapping.device-name", "/dev/sdh", "/dev/sdz"),
    ("block-device-mapping.volume-size", "7", "8"),
    ("block-device-mapping.volume-type", "gp3", "io2"),
    ("block-device-mapping.encrypted", "false", "true"),
    ("creation-date", "20*", "19*"),
    ("description", "rich in fields", "Rich in fields"),
    ("ena-support", "true", "false"),
    ("hypervisor", "xen", "ovm"),
    ("image-type", "machine", "kernel"),
    ("is-public", "false", "true"),
    ("name", "filter-rich.copy", "filter-rich-copy"),
    ("root-device-name", "/dev/xvda", "/dev/sda1"),
    ("root-device-type", "ebs", "instance-store"),
    ("source-image-region", HOME, AWAY),
    ("sriov-net-support", "simple", "complex"),
    ("state", "available", "pending"),
    ("tag:Stage", "live", "Live"),
    ("tag:cost:centre", "a\\*b", "a\\*"),
    ("tag-key", "Stage", "stage"),
    ("virtualization-type", "hvm", "paravirtual"),
]
PLAIN = [
    ("architecture", "arm64", "x86_64"),
    ("block-device-mapping.delete-on-termination", "false", "true"),
    ("block-device-mapping.volume-type", "standard", "gp2"),
    ("ena-support", "false", "true"),
    ("kernel-id", "aki-0123456789abcdef0", "aki-00000000000000000"),
    ("ramdisk-id", "ari-0123456789abcdef0", "ari-00000000000000000"),
    ("root-device-name", "/dev/sda1", "/dev/xvda"),
    ("virtualization-type", "paravirtual", "hvm"),
]


@pytest.mark.parametrize(("name", "hit", "miss"), RICH, ids=[row[0] for row in RICH])
def test_filter_on_the_rich_image(server, rich, name, hit, miss):
    assert rich["ImageId"] in found(server, (name, [hit]))
    assert rich["ImageId"] not in found(server, (name, [miss]))


@pytest.mark.parametrize(("name", "hit", "miss"), PLAIN, ids=[row[0] for row in PLAIN])
def test_filter_on_the_plain_image(server, plain, name, hit, miss):
    assert plain["ImageId"] in found(server, (name, [hit]))
    assert plain["ImageId"] not in found(server, (name, [miss]))


def test_filters_by_ids_of_other_things(server, rich, plain, small):
    [copied] = images.snapshots_of(rich)
    both = {rich["ImageId"], plain["ImageId"]}
    for name, hit, expected in [
        ("image-id", rich["ImageId"], {rich["ImageId"]}),
        ("source-image-id", rich["SourceImageId"], {rich["ImageId"]}),
        ("block-device-mapping.snapshot-id", copied, {rich["ImageId"]}),
        ("owner-id", server.account, both),
        ("manifest-location", f"{server.account}/filter-plain-copy", {plain["ImageId"]}),
    ]:
        assert found(server, (name, [hit])) & both == expected, name
        assert found(server, (name, [hit + "0"])) & both == set(), name
    assert {rich["SourceImageId"], plain["ImageId"]} <= found(server, ("block-device-mapping.snapshot-id", [small]))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("free-tier-eligible", "true"),
        ("owner-alias", "amazon"),
        ("platform", "windows"),
        ("product-code", "abc"),
        ("product-code.type", "marketplace"),
        ("source-instance-id", "i-0123456789abcdef0"),
        ("state-reason-code", "Client.InternalError"),
        ("state-reason-message", "no such text in any image"),
        ("image-allowed", "false"),
    ],
)
def test_filter_on_what_no_image_here_has(server, rich, plain, name, value):
    assert found(server, (name, [value])) == set()


def test_filter_by_the_exact_creation_date(server, rich):
    assert rich["ImageId"] in found(server, ("creation-date", [rich["CreationDate"]]))
    assert rich["ImageId"] in found(server, ("creation-date", [rich["CreationDate"][:10] + "*"]))


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("filter-*-copy", {"plain"}),
        ("filter-*copy", {"rich", "plain"}),
        ("filter-????*copy", {"rich", "plain"}),
        ("filter-?????-copy", {"plain"}),
        ("filter-rich?copy", {"rich"}),
        ("filter-rich\\*copy", set()),
        ("filter-plain\\*copy", set()),
        ("*", {"rich", "plain"}),
        ("filter-plain-cop", set()),
        ("FILTER-*", set()),
        ("filter-%", set()),
        ("filter_plain_copy", set()),
        ("filter-[pr]*", set()),
    ],
)
def test_wildcards(server, rich, plain, pattern, expected):
    names = {rich["ImageId"]: "rich", plain["ImageId"]: "plain"}
    assert {names[image] for image in found(server, ("name", [pattern])) if image in names} == expected


@pytest.fixture(scope="module")
def described(server, small):
    """Images whose descriptions hold the very characters that mean something in a pattern."""
    return {text: images.register(server, small, Description=text) for text in ("odd a*b", "odd a?b", "odd axb", "odd a\\b", "odd a%b")}


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("odd a*b", {"odd a*b", "odd a?b", "odd axb", "odd a\\b", "odd a%b"}),
        ("odd a?b", {"odd a*b", "odd a?b", "odd axb", "odd a\\b", "odd a%b"}),
        ("odd a\\*b", {"odd a*b"}),
        ("odd a\\?b", {"odd a?b"}),
        ("odd a\\\\b", {"odd a\\b"}),
        ("odd a%b", {"odd a%b"}),
        ("*\\*b", {"odd a*b"}),
    ],
)
def test_backslash_takes_the_meaning_from_a_wildcard(server, described, pattern, expected):
    hits = found(server, ("description", [pattern]))
    assert {text for text, image in described.items() if image in hits} == expected


def test_values_are_alternatives_and_filters_are_conditions(server, rich, plain):
    both = {rich["ImageId"], plain["ImageId"]}
    assert found(server, ("name", ["filter-rich*", "filter-plain*", "nothing"])) & both == both
    assert found(server, ("name", ["filter-*"]), ("architecture", ["arm64"])) & both == {plain["ImageId"]}
    assert found(server, ("name", ["filter-*"]), ("architecture", ["arm64"]), ("tag-key", ["Stage"])) & both == set()
    assert found(server, ("name", ["filter-*"]), ("name", ["*-copy"])) & both == {plain["ImageId"]}


@pytest.mark.parametrize("name", ["no-such-filter", "Name", "tags:Stage", "image_id"])
def test_unknown_filter(server, name):
    with refused("InvalidParameterValue", f"^The filter '{name}' is invalid$"):
        found(server, (name, ["x"]))


def test_a_filter_without_a_name(server):
    with refused("InvalidParameterValue", "^The filter 'null' is invalid$"):
        server.ec2().describe_images(Filters=[{"Values": ["x"]}])


@pytest.mark.parametrize("name", ["name", "image-id", "tag:Stage", "tag-key", "owner-alias"])
def test_a_filter_without_a_value_finds_nothing(server, rich, name):
    assert found(server, (name, [])) == set()
    assert server.ec2().describe_images(Filters=[{"Name": name}])["Images"] == []


def test_two_hundred_values_are_allowed_and_one_more_is_not(server, rich):
    assert rich["ImageId"] in found(server, ("image-id", [rich["ImageId"]] + [f"ami-{n:017x}" for n in range(199)]))
    with refused("FilterLimitExceeded"):
        found(server, ("image-id", [f"ami-{n:017x}" for n in range(201)]))


def test_owners(server, rich):
    assert rich["ImageId"] in found(server, Owners=["self"])
    assert rich["ImageId"] in found(server, Owners=[server.account])
    assert rich["ImageId"] in found(server, Owners=["amazon", "self"])
    assert found(server, Owners=["amazon"]) == set()
    assert found(server, Owners=["aws-marketplace"]) == set()
    assert found(server, Owners=["999999999999"]) == set()


def test_executable_users_name_those_that_it_is_shared_with(server, rich):
    for user in ("all", "999999999999"):
        assert found(server, ExecutableUsers=[user]) == set()


def test_region_of_the_signature_decides_what_is_seen(server, rich):
    assert rich["ImageId"] in found(server)
    assert rich["ImageId"] not in found(server, region=AWAY)


def test_deprecated_and_disabled_may_be_asked_for(server, rich):
    assert rich["ImageId"] in found(server, IncludeDeprecated=True, IncludeDisabled=True)
    assert rich["ImageId"] in found(server, IncludeDeprecated=False, IncludeDisabled=False)


# By id ---------------------------------------------------------------------------------------------------------------

UNKNOWN, OTHER = "ami-0123456789abcdef0", "ami-0fedcba9876543210"


def test_ids(server, rich, plain):
    wanted = [rich["ImageId"], plain["ImageId"]]
    answer = server.ec2(HOME).describe_images(ImageIds=wanted)["Images"]
    assert sorted(image["ImageId"] for image in answer) == sorted(wanted)
    assert found(server, ("architecture", ["arm64"]), ImageIds=wanted) == {plain["ImageId"]}


def test_id_with_a_filter_that_it_does_not_meet_is_an_empty_list(server, rich):
    """A publishing tool waits this way for a pending image: an error would end it."""
    assert found(server, ("state", ["pending"]), ImageIds=[rich["ImageId"]]) == set()


def test_unknown_ids(server, rich):
    ec2 = server.ec2(HOME)
    with refused("InvalidAMIID.NotFound", rf"^The image id '\[{UNKNOWN}\]' does not exist$"):
        ec2.describe_images(ImageIds=[rich["ImageId"], UNKNOWN])
    with refused("InvalidAMIID.NotFound", rf"^The image ids '\[{UNKNOWN}, {OTHER}\]' do not exist$"):
        ec2.describe_images(ImageIds=[UNKNOWN, OTHER])


def test_eight_digit_ids_are_well_formed(server):
    with refused("InvalidAMIID.NotFound", r"^The image id '\[ami-12345678\]' does not exist$"):
        server.ec2(HOME).describe_images(ImageIds=["ami-12345678"])


@pytest.mark.parametrize("text", ["ami-", "ami-xyz", "snap-0123456789abcdef0", "ami-1234567"])
def test_malformed_ids(server, text):
    with refused("InvalidAMIID.Malformed", f'^Invalid id: "{text}" \\(expecting "ami-\\.\\.\\."\\)$'):
        server.ec2(HOME).describe_images(ImageIds=[text])


def test_deregistered_id_is_an_empty_list_and_deregistering_again_says_unavailable(server, own_image):
    ec2 = server.ec2(HOME)
    ec2.deregister_image(ImageId=own_image)
    assert ec2.describe_images(ImageIds=[own_image])["Images"] == []
    assert own_image not in found(server)
    with refused("InvalidAMIID.Unavailable", f"^The image ID '{own_image}' is no longer available$"):
        ec2.deregister_image(ImageId=own_image)
    with refused("InvalidAMIID.NotFound"):
        ec2.deregister_image(ImageId=UNKNOWN)


# The shape of an answer ----------------------------------------------------------------------------------------------

ALWAYS = [
    "imageId", "imageLocation", "imageState", "imageOwnerId", "creationDate", "isPublic", "architecture", "imageType", "name",
    "description", "rootDeviceType", "rootDeviceName", "blockDeviceMapping", "virtualizationType", "hypervisor",
    "platformDetails", "usageOperation", "enaSupport",
]


def test_what_tools_index_without_looking_is_always_there(server, plain):
    answer = ec2_call(server, "DescribeImages", {"ImageId.1": plain["ImageId"]})
    [item] = next(element for element in answer.xml if local(element) == "imagesSet")
    names = [local(element) for element in item]
    assert [name for name in ALWAYS if name not in names] == []
    assert len(names) == len(set(names)), "an element stands twice"
    by_name = {local(element): element.text for element in item}
    assert by_name["imageState"] == "available"
    assert by_name["rootDeviceType"] == "ebs"
    assert by_name["imageType"] == "machine"
    assert by_name["isPublic"] == "false"
    assert by_name["platformDetails"] == "Linux/UNIX"
    assert by_name["usageOperation"] == "RunInstances"


def test_elements_come_in_the_order_of_the_reference(server, rich):
    order = (
        "imageId imageLocation imageState imageOwnerId creationDate isPublic productCodes architecture imageType kernelId ramdiskId "
        "platform platformDetails usageOperation stateReason imageOwnerAlias name description rootDeviceType rootDeviceName "
        "blockDeviceMapping virtualizationType tagSet hypervisor enaSupport sriovNetSupport bootMode tpmSupport deprecationTime "
        "imdsSupport sourceInstanceId deregistrationProtection lastLaunchedTime imageAllowed sourceImageId sourceImageRegion "
        "freeTierEligible"
    ).split()
    answer = ec2_call(server, "DescribeImages", {"ImageId.1": rich["ImageId"]})
    [item] = next(element for element in answer.xml if local(element) == "imagesSet")
    names = [local(element) for element in item]
    assert [name for name in names if name not in order] == []
    assert sorted(names, key=order.index) == names
