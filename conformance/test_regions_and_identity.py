"""DescribeRegions, DescribeAvailabilityZones, GetCallerIdentity, and the health endpoint."""

from __future__ import annotations

import re

import pytest
from ferry_server import AWAY, HOME, REGIONS, THIRD
from refusals import refused
from signed_request import Request, ec2_call


def test_regions(server):
    found = server.ec2(AWAY).describe_regions()["Regions"]
    assert sorted(region["RegionName"] for region in found) == sorted(REGIONS)
    assert all(region["OptInStatus"] == "opt-in-not-required" for region in found)
    assert all(region["Endpoint"] for region in found)


def test_regions_by_name_and_filter(server):
    ec2 = server.ec2(HOME)
    assert [region["RegionName"] for region in ec2.describe_regions(RegionNames=[THIRD])["Regions"]] == [THIRD]
    named = ec2.describe_regions(Filters=[{"Name": "region-name", "Values": ["us-*"]}])["Regions"]
    assert {region["RegionName"] for region in named} == {region for region in REGIONS if region.startswith("us-")}
    assert len(ec2.describe_regions(AllRegions=True)["Regions"]) >= len(REGIONS)
    with refused(("InvalidParameterValue", "InvalidRegion")):
        ec2.describe_regions(RegionNames=["mars-north-1"])


def test_availability_zones(server):
    found = server.ec2(AWAY).describe_availability_zones(Filters=[{"Name": "state", "Values": ["available"]}])["AvailabilityZones"]
    assert found
    for zone in found:
        assert re.fullmatch(rf"{AWAY}[a-z]", zone["ZoneName"])
        assert zone["RegionName"] == AWAY
        assert zone["State"] == "available"
        assert zone["ZoneType"] == "availability-zone"
        assert zone["ZoneId"]


@pytest.mark.parametrize("region", REGIONS)
def test_caller_identity(server, region):
    answer = server.client("sts", region).get_caller_identity()
    assert answer["Account"] == server.account
    assert answer["Arn"] == f"arn:aws:iam::{server.account}:root"
    assert answer["UserId"]


def test_health_needs_no_signature(server):
    answer = Request("GET", "/_ferry/health").send(server)
    assert answer.status == 200
    assert answer.headers["content-type"].startswith("application/json")
    assert answer.json["status"] == "ok"
    assert sorted(answer.json["regions"]) == sorted(REGIONS)
    assert answer.json["version"]


def test_request_ids_are_fresh(server):
    ids = {ec2_call(server, "DescribeRegions").texts("requestId")[0] for _ in range(5)}
    assert len(ids) == 5
    assert all(re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", found) for found in ids)
