"""Deprecation, disabling and deregistration protection of images, and the attributes that can be changed, through boto3."""

from __future__ import annotations

import datetime

import images
import pytest
from ferry_server import AWAY, HOME
from refusals import dry_run, refused

NOW = datetime.datetime.now(datetime.UTC)


def found(server, image, **options):
    return server.ec2(HOME).describe_images(ImageIds=[image], **options)["Images"]


def test_deprecation_is_kept_to_the_minute(server, own_image):
    ec2 = server.ec2(HOME)
    asked = (NOW + datetime.timedelta(days=30)).replace(second=31, microsecond=0)
    assert ec2.enable_image_deprecation(ImageId=own_image, DeprecateAt=asked)["Return"] is True
    expected = asked.replace(second=0) + datetime.timedelta(minutes=1)
    [image] = found(server, own_image)
    assert image["DeprecationTime"] == expected.strftime("%Y-%m-%dT%H:%M:00.000Z")
    assert ec2.disable_image_deprecation(ImageId=own_image)["Return"] is True
    assert "DeprecationTime" not in found(server, own_image)[0]


@pytest.mark.parametrize("days", [-1, 3660], ids=["past", "more than ten years"])
def test_deprecation_has_bounds(server, own_image, days):
    with refused("InvalidParameterValue", "DeprecateAt"):
        server.ec2(HOME).enable_image_deprecation(ImageId=own_image, DeprecateAt=NOW + datetime.timedelta(days=days))
    assert "DeprecationTime" not in found(server, own_image)[0]


def test_disabled_image(server, snapshot, own_image):
    ec2 = server.ec2(HOME)
    name = found(server, own_image)[0]["Name"]
    assert ec2.disable_image(ImageId=own_image)["Return"] is True
    assert found(server, own_image) == []
    assert own_image not in [image["ImageId"] for image in ec2.describe_images(Owners=["self"])["Images"]]
    [image] = found(server, own_image, IncludeDisabled=True)
    assert image["State"] == "disabled"
    listed = ec2.describe_images(Filters=[{"Name": "state", "Values": ["disabled"]}], IncludeDisabled=True)["Images"]
    assert own_image in [image["ImageId"] for image in listed]
    with refused("InvalidAMIID.Unavailable"):
        images.copy(server, own_image)
    with refused("InvalidAMIName.Duplicate"):
        images.register(server, snapshot, name=name)
    with refused("InvalidSnapshot.InUse"):
        ec2.delete_snapshot(SnapshotId=snapshot)
    assert ec2.enable_image(ImageId=own_image)["Return"] is True
    assert found(server, own_image)[0]["State"] == "available"


def test_protected_image(server, own_image):
    ec2 = server.ec2(HOME)
    assert found(server, own_image)[0]["DeregistrationProtection"] == "disabled"
    assert ec2.enable_image_deregistration_protection(ImageId=own_image)["Return"] == "enabled-without-cooldown"
    assert found(server, own_image)[0]["DeregistrationProtection"] == "enabled-without-cooldown"
    told = ec2.describe_image_attribute(ImageId=own_image, Attribute="deregistrationProtection")
    assert told["DeregistrationProtection"] == {"Value": "enabled-without-cooldown"}
    with refused("OperationNotPermitted"):
        ec2.deregister_image(ImageId=own_image)
    assert ec2.disable_image_deregistration_protection(ImageId=own_image)["Return"] == "disabled"
    ec2.deregister_image(ImageId=own_image)
    assert found(server, own_image) == []


def test_protection_with_a_cooldown_outlasts_its_end(server, own_image):
    ec2 = server.ec2(HOME)
    assert ec2.enable_image_deregistration_protection(ImageId=own_image, WithCooldown=True)["Return"] == "enabled-with-cooldown"
    assert ec2.disable_image_deregistration_protection(ImageId=own_image)["Return"].startswith("disabled, effective after 20")
    with refused("OperationNotPermitted", "holds until"):
        ec2.deregister_image(ImageId=own_image)


CALLS = {
    "enable_image_deprecation": {"DeprecateAt": NOW + datetime.timedelta(days=1)},
    "disable_image_deprecation": {},
    "disable_image": {},
    "enable_image": {},
    "enable_image_deregistration_protection": {},
    "disable_image_deregistration_protection": {},
    "get_image_ancestry": {},
}


@pytest.mark.parametrize("call", CALLS)
def test_ids_are_checked_and_dry_runs_change_nothing(server, own_image, call):
    send = getattr(server.ec2(HOME, validate=False), call)
    before = found(server, own_image, IncludeDisabled=True)
    with refused("InvalidAMIID.Malformed"):
        send(ImageId="ami-xyz", **CALLS[call])
    with refused("InvalidAMIID.NotFound"):
        send(ImageId="ami-0123456789abcdef0", **CALLS[call])
    with refused("MissingParameter"):
        send(**CALLS[call])
    if call != "get_image_ancestry":
        with dry_run():
            send(ImageId=own_image, DryRun=True, **CALLS[call])
    assert found(server, own_image, IncludeDisabled=True) == before
    server.ec2(HOME).deregister_image(ImageId=own_image)
    with refused("InvalidAMIID.Unavailable"):
        send(ImageId=own_image, **CALLS[call])


def test_imds_support_can_be_required_and_not_taken_back(server, own_image):
    ec2 = server.ec2(HOME, validate=False)
    assert "ImdsSupport" not in found(server, own_image)[0]
    with refused("InvalidParameterValue"):
        ec2.modify_image_attribute(ImageId=own_image, ImdsSupport={"Value": "v1.0"})
    with refused("InvalidParameterCombination"):
        ec2.modify_image_attribute(ImageId=own_image, ImdsSupport={"Value": "v2.0"}, Description={"Value": "both"})
    ec2.modify_image_attribute(ImageId=own_image, ImdsSupport={"Value": "v2.0"})
    assert found(server, own_image)[0]["ImdsSupport"] == "v2.0"
    copy = images.copied(server, own_image)
    assert copy["ImdsSupport"] == "v2.0"


def test_product_codes_are_refused(server, own_image):
    with refused("UnsupportedOperation"):
        server.ec2(HOME).modify_image_attribute(ImageId=own_image, ProductCodes=["0123456789"])


# Queries ---------------------------------------------------------------------------------------------------------------


def test_ancestry(server, own_image):
    copy = images.copied(server, own_image)["ImageId"]
    server.ec2(HOME).deregister_image(ImageId=own_image)
    entries = server.ec2(AWAY).get_image_ancestry(ImageId=copy)["ImageAncestryEntries"]
    assert [entry["ImageId"] for entry in entries] == [copy, own_image]
    assert entries[0]["SourceImageId"] == own_image and entries[0]["SourceImageRegion"] == HOME
    assert "SourceImageId" not in entries[1]
    assert all("CreationDate" in entry for entry in entries)


def test_nothing_refers_to_images(server, own_image):
    ec2 = server.ec2(HOME, validate=False)
    assert ec2.describe_image_references(ImageIds=[own_image], IncludeAllResourceTypes=True)["ImageReferences"] == []
    options = [
        {"ResourceType": "ec2:Instance", "ResourceTypeOptions": [{"OptionName": "state-name", "OptionValues": ["running"]}]},
        {"ResourceType": "ec2:LaunchTemplate", "ResourceTypeOptions": [{"OptionName": "version-depth", "OptionValues": ["20"]}]},
    ]
    assert ec2.describe_image_references(ImageIds=[own_image], ResourceTypes=options)["ImageReferences"] == []
    with refused("MissingParameter"):
        ec2.describe_image_references(ImageIds=[own_image])
    with refused("MissingParameter"):
        ec2.describe_image_references(IncludeAllResourceTypes=True)
    with refused("InvalidParameterCombination"):
        ec2.describe_image_references(ImageIds=[own_image], IncludeAllResourceTypes=True, ResourceTypes=options)
    with refused("InvalidAMIID.NotFound"):
        ec2.describe_image_references(ImageIds=["ami-0123456789abcdef0"], IncludeAllResourceTypes=True)
    for wrong in (
        {"ResourceType": "ec2:Moon"},
        {"ResourceType": "ssm:Parameter", "ResourceTypeOptions": [{"OptionName": "version-depth", "OptionValues": ["1"]}]},
        {"ResourceType": "ec2:LaunchTemplate", "ResourceTypeOptions": [{"OptionName": "version-depth", "OptionValues": ["0"]}]},
    ):
        with refused("InvalidParameterValue"):
            ec2.describe_image_references(ImageIds=[own_image], ResourceTypes=[wrong])


def test_usage_reports(server, own_image):
    ec2 = server.ec2(HOME)
    tags = [{"ResourceType": "image-usage-report", "Tags": [{"Key": "asked", "Value": "by a test"}]}]
    kinds = [{"ResourceType": "ec2:Instance"}, {"ResourceType": "ec2:LaunchTemplate"}]
    report = ec2.create_image_usage_report(
        ImageId=own_image, ResourceTypes=kinds, AccountIds=[server.account], TagSpecifications=tags
    )["ReportId"]
    assert report.startswith("amiur-")
    ec2.get_waiter("image_usage_report_available").wait(ReportIds=[report])
    [told] = ec2.describe_image_usage_reports(ReportIds=[report])["ImageUsageReports"]
    assert told["ImageId"] == own_image and told["AccountIds"] == [server.account] and told["State"] == "available"
    assert told["Tags"] == tags[0]["Tags"]
    assert told["ExpirationTime"] - told["CreationTime"] == datetime.timedelta(days=30)
    assert [kind["ResourceType"] for kind in told["ResourceTypes"]] == ["ec2:Instance", "ec2:LaunchTemplate"]
    assert told["ResourceTypes"][1]["ResourceTypeOptions"] == [{"OptionName": "version-depth", "OptionValues": ["20"]}]
    assert [each["ReportId"] for each in ec2.describe_image_usage_reports(ImageIds=[own_image])["ImageUsageReports"]] == [report]
    assert ec2.describe_image_usage_report_entries(ReportIds=[report])["ImageUsageReportEntries"] == []
    assert ec2.delete_image_usage_report(ReportId=report)["Return"] is True
    with refused("InvalidImageUsageReportId.NotFound"):
        ec2.describe_image_usage_reports(ReportIds=[report])
    with refused("InvalidParameterValue"):
        ec2.create_image_usage_report(ImageId=own_image, ResourceTypes=[{"ResourceType": "ssm:Parameter"}])


def test_command_line_knows_a_disabled_image(server, ferry, own_image):
    """It is out of use, and still there: it can be listed and removed."""
    name = found(server, own_image)[0]["Name"]
    server.ec2(HOME).disable_image(ImageId=own_image)
    listed = [line for line in ferry("images").stdout.splitlines() if name in line]
    assert len(listed) == 1 and "disabled" in listed[0]
    ferry("rm", own_image, "--keep-snapshots")
    assert found(server, own_image, IncludeDisabled=True) == []
