"""The default network: what clients look up before they launch something, and that there is no other."""

from __future__ import annotations

import ipaddress
import uuid

import botocore.session
import pytest
from ferry_server import AWAY, HOME
from refusals import dry_run, refused


def only(found: list) -> dict:
    assert len(found) == 1, found
    return found[0]


def by(name: str, *values: str) -> list[dict]:
    return [{"Name": name, "Values": list(values)}]


@pytest.fixture
def vpc(server):
    return only(server.ec2().describe_vpcs()["Vpcs"])


def test_the_default_vpc(server, vpc):
    ec2 = server.ec2()
    assert vpc["IsDefault"] and vpc["State"] == "available" and vpc["CidrBlock"] == "172.31.0.0/16" and vpc["OwnerId"] == server.account
    assert vpc["CidrBlockAssociationSet"][0]["CidrBlockState"] == {"State": "associated"} and vpc["InstanceTenancy"] == "default"
    # Terraform and Packer spell the filter each in their own way.
    for filters in (by("isDefault", "true"), by("is-default", "true"), by("vpc-id", vpc["VpcId"]), by("cidr", "172.31.*")):
        assert ec2.describe_vpcs(Filters=filters)["Vpcs"] == [vpc]
    assert ec2.describe_vpcs(Filters=by("isDefault", "false"))["Vpcs"] == []
    assert ec2.describe_vpcs(VpcIds=[vpc["VpcId"]])["Vpcs"] == [vpc]
    for attribute, member, value in [
        ("enableDnsSupport", "EnableDnsSupport", True), ("enableDnsHostnames", "EnableDnsHostnames", True),
        ("enableNetworkAddressUsageMetrics", "EnableNetworkAddressUsageMetrics", False),
    ]:
        answer = ec2.describe_vpc_attribute(VpcId=vpc["VpcId"], Attribute=attribute)
        assert answer[member] == {"Value": value} and answer["VpcId"] == vpc["VpcId"]
    with dry_run():
        ec2.describe_vpc_attribute(VpcId=vpc["VpcId"], Attribute="enableDnsSupport", DryRun=True)
    with refused("InvalidParameterValue"):
        server.ec2(validate=False).describe_vpc_attribute(VpcId=vpc["VpcId"], Attribute="colour")


def test_ids_are_of_an_account_and_a_region(server, other_account, start_server):
    ids = [only(one.ec2(region).describe_vpcs()["Vpcs"])["VpcId"] for one in (server, other_account) for region in (HOME, AWAY)]
    assert len(set(ids)) == 4
    assert only(server.ec2().describe_vpcs()["Vpcs"])["VpcId"] == ids[0]
    for other in ids[1:]:
        with refused("InvalidVpcID.NotFound", f"^The vpc ID '{other}' does not exist$"):
            server.ec2().describe_vpcs(VpcIds=[other])
        with refused("InvalidVpcID.NotFound"):
            server.ec2().describe_vpc_attribute(VpcId=other, Attribute="enableDnsSupport")
        with refused("InvalidVpcID.NotFound"):
            server.ec2().create_tags(Resources=[other], Tags=[{"Key": "a", "Value": "b"}])


def test_a_restart_keeps_the_ids(start_server):
    server = start_server()
    before = server.ec2().describe_subnets()["Subnets"]
    server.stop()
    server.start()
    assert server.ec2().describe_subnets()["Subnets"] == before


def test_a_subnet_in_each_zone(server, vpc, new_account):
    ec2 = server.ec2()
    assert {one["AvailableIpAddressCount"] for one in new_account().ec2().describe_subnets()["Subnets"]} == {4091}
    subnets = ec2.describe_subnets(Filters=by("vpc-id", vpc["VpcId"]))["Subnets"]
    zones = {zone["ZoneName"]: zone["ZoneId"] for zone in ec2.describe_availability_zones()["AvailabilityZones"]}
    assert {one["AvailabilityZone"]: one["AvailabilityZoneId"] for one in subnets} == zones
    blocks = [ipaddress.ip_network(one["CidrBlock"]) for one in subnets]
    whole = ipaddress.ip_network(vpc["CidrBlock"])
    assert all(block.prefixlen == 20 and block.subnet_of(whole) for block in blocks) and len(set(blocks)) == len(blocks)
    for one in subnets:
        taken = len(ec2.describe_network_interfaces(Filters=by("subnet-id", one["SubnetId"]))["NetworkInterfaces"])
        assert one["DefaultForAz"] and one["MapPublicIpOnLaunch"] and one["State"] == "available"
        assert one["AvailableIpAddressCount"] == 4091 - taken
        assert one["SubnetArn"] == f"arn:aws:ec2:{HOME}:{server.account}:subnet/{one['SubnetId']}"
        for filters in (
            by("availability-zone", one["AvailabilityZone"]), by("availabilityZone", one["AvailabilityZone"]), by("subnet-id", one["SubnetId"]),
            by("cidr-block", one["CidrBlock"]), by("default-for-az", "true") + by("availability-zone-id", one["AvailabilityZoneId"]),
        ):
            assert ec2.describe_subnets(Filters=filters)["Subnets"] == [one]
    assert ec2.describe_subnets(SubnetIds=[subnets[1]["SubnetId"]])["Subnets"] == [subnets[1]]
    with refused("InvalidSubnetID.NotFound", "^The subnet ID 'subnet-0ffffffffffffffff' does not exist$"):
        ec2.describe_subnets(SubnetIds=[subnets[0]["SubnetId"], "subnet-0ffffffffffffffff"])


def test_what_belongs_to_it(server, vpc):
    ec2, of_vpc = server.ec2(), by("vpc-id", vpc["VpcId"])
    gateway = only(ec2.describe_internet_gateways(Filters=by("attachment.vpc-id", vpc["VpcId"]))["InternetGateways"])
    assert gateway["Attachments"] == [{"State": "available", "VpcId": vpc["VpcId"]}]
    table = only(ec2.describe_route_tables(Filters=of_vpc + by("association.main", "true"))["RouteTables"])
    assert {route["DestinationCidrBlock"]: route["GatewayId"] for route in table["Routes"]} == {
        "172.31.0.0/16": "local", "0.0.0.0/0": gateway["InternetGatewayId"],
    }
    assert table["Associations"][0]["Main"] and table["VpcId"] == vpc["VpcId"]
    acl = only(ec2.describe_network_acls(Filters=of_vpc + by("default", "true"))["NetworkAcls"])
    subnets = {one["SubnetId"] for one in ec2.describe_subnets()["Subnets"]}
    assert acl["IsDefault"] and {one["SubnetId"] for one in acl["Associations"]} == subnets
    assert sorted((entry["Egress"], entry["RuleNumber"], entry["RuleAction"]) for entry in acl["Entries"]) == [
        (False, 100, "allow"), (False, 32767, "deny"), (True, 100, "allow"), (True, 32767, "deny"),
    ]
    options = only(ec2.describe_dhcp_options(DhcpOptionsIds=[vpc["DhcpOptionsId"]])["DhcpOptions"])
    assert {one["Key"]: one["Values"][0]["Value"] for one in options["DhcpConfigurations"]}["domain-name-servers"] == "AmazonProvidedDNS"
    for call, parameter, code in [
        (ec2.describe_internet_gateways, "InternetGatewayIds", "InvalidInternetGatewayID.NotFound"),
        (ec2.describe_route_tables, "RouteTableIds", "InvalidRouteTableID.NotFound"), (ec2.describe_network_acls, "NetworkAclIds", "InvalidNetworkAclID.NotFound"),
        (ec2.describe_dhcp_options, "DhcpOptionsIds", "InvalidDhcpOptionID.NotFound"),
    ]:
        with refused(code):
            call(**{parameter: ["nonsense"]})
        with refused("InvalidParameterValue"):
            call(Filters=by("colour", "red"))


def test_account_attributes(server, vpc):
    ec2 = server.ec2()
    found = {one["AttributeName"]: one["AttributeValues"][0]["AttributeValue"] for one in ec2.describe_account_attributes()["AccountAttributes"]}
    assert found["default-vpc"] == vpc["VpcId"] and found["supported-platforms"] == "VPC" and found["vpc-max-security-groups-per-interface"] == "5"
    [one] = ec2.describe_account_attributes(AttributeNames=["default-vpc"])["AccountAttributes"]
    assert one["AttributeName"] == "default-vpc"
    with refused("InvalidParameterValue"):
        server.ec2(validate=False).describe_account_attributes(AttributeNames=["colour"])


def test_there_are_no_addresses_and_no_interfaces(server, vpc):
    ec2 = server.ec2()
    assert ec2.describe_addresses(Filters=by("domain", "vpc"))["Addresses"] == []
    assert ec2.describe_network_interfaces(Filters=by("group-id", "sg-0ffffffffffffffff"))["NetworkInterfaces"] == []
    for call, parameters, code in [
        (ec2.describe_addresses, {"PublicIps": ["192.0.2.1"]}, "InvalidAddress.NotFound"),
        (ec2.describe_addresses, {"AllocationIds": ["eipalloc-12345678"]}, "InvalidAllocationID.NotFound"),
        (ec2.describe_network_interfaces, {"NetworkInterfaceIds": ["eni-12345678"]}, "InvalidNetworkInterfaceID.NotFound"),
        (ec2.describe_network_interfaces, {"NetworkInterfaceIds": ["nonsense"]}, "InvalidNetworkInterfaceId.Malformed"),
        (ec2.describe_network_interfaces, {"Filters": by("colour", "red")}, "InvalidParameterValue"),
        (ec2.describe_addresses, {"Filters": by("colour", "red")}, "InvalidParameterValue"),
        (ec2.describe_network_interfaces, {"NextToken": "nonsense"}, "InvalidNextToken"),
    ]:
        with refused(code):
            call(**parameters)


def test_its_parts_are_tagged(new_account):
    account = new_account()
    ec2, mark = account.ec2(), uuid.uuid4().hex
    vpc = only(ec2.describe_vpcs()["Vpcs"])
    parts = [
        (ec2.describe_vpcs, "Vpcs", "VpcId"), (ec2.describe_subnets, "Subnets", "SubnetId"), (ec2.describe_route_tables, "RouteTables", "RouteTableId"),
        (ec2.describe_internet_gateways, "InternetGateways", "InternetGatewayId"), (ec2.describe_network_acls, "NetworkAcls", "NetworkAclId"),
        (ec2.describe_dhcp_options, "DhcpOptions", "DhcpOptionsId"),
    ]
    ids = [call()[member][0][key] for call, member, key in parts]
    ec2.create_tags(Resources=ids, Tags=[{"Key": "mark", "Value": mark}])
    for (call, member, key), one in zip(parts, ids):
        found = only(call(Filters=by("tag:mark", mark))[member])
        assert found[key] == one and found["Tags"] == [{"Key": "mark", "Value": mark}]
    kinds = {tag["ResourceType"] for tag in ec2.describe_tags()["Tags"]}
    assert kinds == {"vpc", "subnet", "route-table", "internet-gateway", "network-acl", "dhcp-options"}
    ec2.delete_tags(Resources=ids)
    assert ec2.describe_tags()["Tags"] == [] and only(ec2.describe_vpcs()["Vpcs"]) == vpc


ABSENT = [
    "AllocateAddress", "AssociateRouteTable", "AttachInternetGateway", "CreateDefaultVpc", "CreateNatGateway", "CreateNetworkInterface", "CreateRoute",
    "CreateSubnet", "CreateVpc", "CreateVpcEndpoint", "DeleteVpc", "DescribeNatGateways", "DescribeVpcEndpoints", "DescribeVpcPeeringConnections",
    "ModifySubnetAttribute", "ModifyVpcAttribute", "ReleaseAddress",
]


@pytest.mark.parametrize("action", ABSENT)
def test_there_is_no_other_network(server, action):
    from signed_request import EC2_VERSION, FORM, Request, form

    model = botocore.session.get_session().get_service_model("ec2")
    assert action in model.operation_names
    body = form({"Action": action, "Version": EC2_VERSION})
    answer = Request(headers={"Content-Type": FORM}, body=body).signed(server).send(server)
    assert answer.code == "UnsupportedOperation" and answer.status == 400 and action in answer.message
