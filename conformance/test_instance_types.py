"""The types of machines, as clients look them up before they launch one."""

from __future__ import annotations

import pytest
from refusals import refused


def test_named_types_are_described_whole(server):
    ec2 = server.client("ec2")
    types = ec2.describe_instance_types(InstanceTypes=["t3.micro", "t4g.nano", "t3.micro"])["InstanceTypes"]
    assert [kind["InstanceType"] for kind in types] == ["t3.micro", "t4g.nano"]
    micro, nano = types
    assert micro["BurstablePerformanceSupported"] and micro["CurrentGeneration"] and not micro["BareMetal"]
    assert micro["VCpuInfo"]["DefaultVCpus"] == 2 and micro["MemoryInfo"]["SizeInMiB"] == 1024
    assert micro["ProcessorInfo"]["SupportedArchitectures"] == ["x86_64"]
    assert micro["SupportedBootModes"] == ["legacy-bios", "uefi"] and nano["SupportedBootModes"] == ["uefi"]
    assert micro["NetworkInfo"]["EnaSupport"] == "required" and not micro["InstanceStorageSupported"]


def test_pages_hold_each_type_once(server):
    ec2 = server.client("ec2")
    paged = [
        kind["InstanceType"]
        for page in ec2.get_paginator("describe_instance_types").paginate(PaginationConfig={"PageSize": 7})
        for kind in page["InstanceTypes"]
    ]
    assert paged == [kind["InstanceType"] for kind in ec2.describe_instance_types()["InstanceTypes"]]
    assert len(paged) == len(set(paged)) > 50


def test_filters(server):
    ec2 = server.client("ec2")
    filters = [{"Name": "burstable-performance-supported", "Values": ["true"]}, {"Name": "instance-type", "Values": ["*.nano"]}]
    found = ec2.describe_instance_types(Filters=filters)["InstanceTypes"]
    assert [kind["InstanceType"] for kind in found] == ["t2.nano", "t3.nano", "t3a.nano", "t4g.nano"]


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        ({"InstanceTypes": ["t3.micro", "t9.giant"]}, "InvalidInstanceType"),
        ({"InstanceTypes": ["t3.micro"], "MaxResults": 10}, "InvalidParameterCombination"),
        ({"MaxResults": 4}, "InvalidParameterValue"),
        ({"MaxResults": 101}, "InvalidParameterValue"),
        ({"Filters": [{"Name": "colour", "Values": ["red"]}]}, "InvalidParameterValue"),
        ({"NextToken": "nonsense"}, "InvalidNextToken"),
    ],
)
def test_refusals(server, parameters, code):
    ec2 = server.client("ec2", validate=False)
    with refused(code):
        ec2.describe_instance_types(**parameters)


def test_offerings(server):
    ec2 = server.client("ec2")
    wanted = [{"Name": "instance-type", "Values": ["t3.micro"]}]
    by_region = ec2.describe_instance_type_offerings(Filters=wanted)["InstanceTypeOfferings"]
    assert by_region == [{"InstanceType": "t3.micro", "LocationType": "region", "Location": ec2.meta.region_name}]
    zones = [zone["ZoneName"] for zone in ec2.describe_availability_zones()["AvailabilityZones"]]
    by_zone = ec2.describe_instance_type_offerings(LocationType="availability-zone", Filters=wanted)["InstanceTypeOfferings"]
    assert [offering["Location"] for offering in by_zone] == zones
    assert ec2.describe_instance_type_offerings(LocationType="outpost")["InstanceTypeOfferings"] == []
    pages = ec2.get_paginator("describe_instance_type_offerings").paginate(PaginationConfig={"PageSize": 50})
    assert sum(len(page["InstanceTypeOfferings"]) for page in pages) == len(ec2.describe_instance_types()["InstanceTypes"])
    with refused("InvalidParameterValue"):
        ec2.describe_instance_type_offerings(LocationType="moon")
