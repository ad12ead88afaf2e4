"""What reaches the server on the wire: every spelling that clients use, and bytes that no client should send."""

from __future__ import annotations

import gzip
import socket
import urllib.parse

import images
import pytest
from ferry_server import AWAY, HOME
from patience import HANG
from refusals import refused
from signed_request import EC2_VERSION, FORM, Request, assert_ec2_error, ec2_call, ec2_request, form, local, sts_request

NAMESPACE = "{http://ec2.amazonaws.com/doc/2016-11-15/}"


def raw(body: bytes) -> Request:
    return Request(headers={"Content-Type": FORM}, body=body)


def call(server, body: bytes, region=HOME):
    return raw(body).signed(server, region=region).send(server)


@pytest.fixture(autouse=True)
def still_serving(server):
    """Whatever was sent, the next request is answered."""
    yield
    assert server.alive
    assert ec2_call(server, "DescribeRegions").status == 200


# The shape of answers ------------------------------------------------------------------------------------------------


def test_success_has_the_action_the_namespace_and_the_request_id(server):
    answer = ec2_call(server, "DescribeRegions")
    assert answer.headers["content-type"].replace(" ", "").lower() == "text/xml;charset=utf-8"
    assert answer.body.startswith(b'<?xml version="1.0" encoding="UTF-8"?>')
    assert answer.xml.tag == f"{NAMESPACE}DescribeRegionsResponse"
    assert local(answer.xml[0]) == "requestId"


def test_errors_have_no_namespace_and_another_spelling(server):
    answer = ec2_call(server, "DescribeImages", {"ImageId.1": "ami-0123456789abcdef0"})
    assert_ec2_error(answer, "InvalidAMIID.NotFound")
    assert answer.headers["content-type"].replace(" ", "").lower() == "text/xml;charset=utf-8"


def test_sts_wraps_its_result(server):
    answer = sts_request().signed(server, "sts").send(server)
    names = [local(element) for element in answer.xml]
    assert answer.xml.tag == "{https://sts.amazonaws.com/doc/2011-06-15/}GetCallerIdentityResponse"
    assert names == ["GetCallerIdentityResult", "ResponseMetadata"]
    assert answer.texts("RequestId")


@pytest.mark.parametrize("encoding", [None, "identity", "gzip", "gzip, deflate"])
def test_nobody_gets_gzip_unasked(server, encoding):
    request = ec2_request("DescribeRegions")
    if encoding:
        request.headers["Accept-Encoding"] = encoding
    answer = request.signed(server).send(server)
    body = answer.body
    if answer.headers.get("content-encoding") == "gzip":
        assert encoding and "gzip" in encoding
        body = gzip.decompress(body)
    assert b"<DescribeRegionsResponse" in body


# Spellings -----------------------------------------------------------------------------------------------------------


def test_parameters_may_come_in_any_order_and_by_get(server, image):
    fields = [("ImageId.1", image), ("Version", EC2_VERSION), ("Action", "DescribeImages")]
    for request in (raw(form(fields)), Request("GET", query=form(fields).decode()), Request("GET", query=form(sorted(fields)).decode())):
        answer = request.signed(server).send(server)
        assert answer.texts("imageId") == [image], str(answer)


def test_plus_and_percent_20_are_both_a_space(server, snapshot):
    for text, spelled in (("a b", "a+b"), ("a  c", "a%20%20c"), ("a+d", "a%2Bd"), ("a+e f", "a%2be%20f")):
        image = images.register(server, snapshot)
        answer = call(server, f"Action=ModifyImageAttribute&Version={EC2_VERSION}&ImageId={image}&Description.Value={spelled}".encode())
        assert answer.status == 200, str(answer)
        assert images.describe(server, HOME, image)["Description"] == text


def test_lists_may_have_gaps_and_large_numbers(server, image, own_image):
    answer = ec2_call(server, "DescribeImages", {"ImageId.7": image, "ImageId.300": own_image})
    assert sorted(answer.texts("imageId")) == sorted([image, own_image])


def test_order_of_a_list_is_that_of_its_numbers(server):
    ids = [f"ami-{number:017x}" for number in range(1, 13)]
    answer = ec2_call(server, "DescribeImages", {f"ImageId.{number}": name for number, name in enumerate(ids, 1)})
    assert_ec2_error(answer, "InvalidAMIID.NotFound", message=rf"'\[{', '.join(ids)}\]'")


@pytest.mark.parametrize("text", ["true", "True", "1"])
def test_true_in_every_spelling(server, text):
    assert_ec2_error(ec2_call(server, "DescribeRegions", {"DryRun": text}), "DryRunOperation", 412)


@pytest.mark.parametrize("text", ["false", "False", "0", ""])
def test_false_in_every_spelling(server, text):
    assert ec2_call(server, "DescribeRegions", {"DryRun": text}).status == 200


def test_empty_parameters_are_absent_ones(server, image):
    """Packer, Terraform and cloud-custodian send what they do not mean, with nothing in it."""
    name = images.unused_name("empty")
    answer = ec2_call(
        server, "CopyImage", region=AWAY,
        parameters={
            "Name": name, "SourceImageId": image, "SourceRegion": HOME, "KmsKeyId": "", "Description": "", "Encrypted": "",
            "DestinationOutpostArn": "", "ClientToken": "", "CopyImageTags": "", "SnapshotCopyCompletionDurationMinutes": "",
            "DestinationAvailabilityZone": "", "DestinationAvailabilityZoneId": "",
        },
    )
    assert answer.status == 200, str(answer)
    answer = ec2_call(server, "DescribeImages", {"MaxResults": "", "NextToken": "", "IncludeDeprecated": ""})
    assert answer.status == 200, str(answer)


@pytest.mark.parametrize("host", ["ec2.eu-west-1.amazonaws.com", "localhost:4566", "ec2.us-east-1.lab", "[::1]:1"])
def test_host_does_not_decide_the_region(server, image, host):
    request = ec2_request("DescribeImages", {"ImageId.1": image})
    request.headers["Host"] = host
    answer = request.signed(server, region=HOME).send(server)
    assert answer.texts("imageId") == [image], str(answer)


@pytest.mark.parametrize("text", ["<&>\"']]>", "ü é ñ 日本語 🚢", "line\nbreak", "  spaces  "])
def test_text_comes_back_as_it_went_in(server, own_image, text):
    ec2 = server.ec2(HOME)
    ec2.modify_image_attribute(ImageId=own_image, Description={"Value": text})
    assert images.describe(server, HOME, own_image)["Description"] == text


@pytest.mark.parametrize("spelled", ["%00", "a%01b", "%1B%5B31m", "%0B", "%EF%BF%BE", "%7F"])
def test_characters_that_xml_cannot_carry(server, own_image, spelled):
    """Refused, or shown in a form that an XML reader takes: never an answer that no client can read."""
    answer = call(server, f"Action=ModifyImageAttribute&Version={EC2_VERSION}&ImageId={own_image}&Description.Value={spelled}".encode())
    assert answer.status == 200 or 400 <= answer.status < 500, str(answer)
    assert answer.xml is not None
    assert images.describe(server, HOME, own_image)["ImageId"] == own_image


# What is not known ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("action", ["RunScheduledInstances", "NoSuchAction", "describeregions", "../etc/passwd", "A" * 5000, "<x>"])
def test_unknown_action(server, action):
    answer = ec2_call(server, action)
    assert_ec2_error(answer, "InvalidAction", 400)
    # One that EC2 has is no slip of who asks for it.
    assert ("It is an action of EC2 that this version of Ferry does not have." in answer.message) == (action == "RunScheduledInstances")


def test_unknown_action_of_sts(server):
    answer = sts_request("NoSuchAction").signed(server, "sts").send(server)
    assert (answer.status, answer.code) == (400, "InvalidAction"), str(answer)


def test_no_action_at_all(server):
    answer = call(server, form({"Version": EC2_VERSION}))
    assert answer.status == 400 and answer.code in ("MissingAction", "MissingParameter", "InvalidAction"), str(answer)


def test_unknown_version(server):
    assert_ec2_error(ec2_request("DescribeRegions", version="1999-01-01").signed(server).send(server), "NoSuchVersion", 400)


def test_unknown_parameters_are_named(server):
    answer = ec2_call(server, "DescribeRegions", {"Colour": "red"})
    assert_ec2_error(answer, "UnknownParameter", message="^The parameter Colour is not recognized$")
    answer = ec2_call(server, "DescribeImages", {"Shape.1.Corners": "4", "Colour": "red", "Owner.1": "self"})
    assert_ec2_error(answer, "UnknownParameter", message=r"^The parameters Colour, Shape\.1\.Corners are not recognized$")


def test_parameters_are_case_sensitive(server, image):
    assert_ec2_error(ec2_call(server, "DescribeImages", {"imageid.1": image}), "UnknownParameter")


def test_request_with_an_unknown_parameter_does_nothing(server, own_image):
    assert_ec2_error(ec2_call(server, "DeregisterImage", {"ImageId": own_image, "Colour": "red"}), "UnknownParameter")
    assert images.describe(server, HOME, own_image)["State"] == "available"


@pytest.mark.parametrize("service", ["kms", "s3", "iam", "nosuch"])
def test_service_that_is_not_there_yet(server, service):
    answer = ec2_request("DescribeRegions").signed(server, service).send(server)
    assert 400 <= answer.status < 500, str(answer)


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS"])
def test_other_methods(server, method):
    request = ec2_request("DescribeRegions")
    request.method = method
    assert 400 <= request.signed(server).send(server).status < 500


# What is no request --------------------------------------------------------------------------------------------------


def test_one_parameter_twice(server, image):
    body = f"Action=DeregisterImage&Version={EC2_VERSION}&ImageId={image}&ImageId=ami-0123456789abcdef0".encode()
    answer = call(server, body)
    assert answer.status == 400, str(answer)
    assert images.describe(server, HOME, image)["State"] == "available"


@pytest.mark.parametrize(
    "body",
    [
        b"Action=DescribeImages&Version=2016-11-15&ImageId.1=%FF%FE",
        b"Action=DescribeImages&Version=2016-11-15&%C3%28=x",
        b"Action=DescribeImages&Version=2016-11-15&Owner.1=\xff",
        b"Action=DescribeImages&Version=2016-11-15&Owner.1=%zz",
        b"Action=DescribeImages&Version=2016-11-15&Owner.1=%4",
        b"Action=DescribeImages&Version=2016-11-15&ImageId.x=ami-12345678",
        b"Action=DescribeImages&Version=2016-11-15&ImageId.-1=ami-12345678",
        b"Action=DescribeImages&Version=2016-11-15&ImageId.99999999999999999999999=ami-12345678",
        b"Action=DescribeImages&Version=2016-11-15&ImageId.1.Value.2=ami-12345678",
        b"Action=DescribeImages&Version=2016-11-15&ImageId=ami-12345678&ImageId.1=ami-12345678",
        b"Action=DescribeImages&Version=2016-11-15&Filter.1.Value.1=x",
        b"Action=DescribeImages&Version=2016-11-15&Filter.1=name",
        b"Action=DescribeImages&Version=2016-11-15&.=x",
        b"Action=DescribeImages&Version=2016-11-15&" + b"A." * 5000 + b"B=x",
        b"Action=DescribeImages&Version=2016-11-15&" + b"N" * 200_000 + b"=x",
        b"Action=DescribeImages&Version=2016-11-15&MaxResults=99999999999999999999999999",
        b"Action=DescribeImages&Version=2016-11-15&MaxResults=5.5",
        b"Action=DescribeImages&Version=2016-11-15&MaxResults=five",
        b"&&&===&&&",
        b"\x00\x01\x02",
        b"<xml/>",
    ],
    ids=lambda body: body[43:83].decode(errors="backslashreplace"),
)
def test_forms_that_make_no_sense(server, body):
    answer = call(server, body)
    assert 400 <= answer.status < 500, str(answer)
    assert answer.xml is not None


def test_empty_body(server):
    assert 400 <= call(server, b"").status < 500


def test_more_parameters_than_anybody_needs(server):
    body = form({"Action": "DescribeImages", "Version": EC2_VERSION, **{f"ImageId.{n}": f"ami-{n:08x}" for n in range(1, 50_001)}})
    answer = call(server, body)
    assert 400 <= answer.status < 500, str(answer)


def test_body_of_64_mib(server):
    """Refused, most likely before it has all arrived; memory is watched over the whole run."""
    request = raw(b"Action=DescribeRegions&Version=2016-11-15&Padding=" + b"x" * (64 * 2**20)).signed(server)
    try:
        answer = request.send(server)
    except (BrokenPipeError, ConnectionResetError):
        return
    assert 400 <= answer.status < 500, str(answer)[:200]


def test_long_query_and_long_headers(server):
    for request in (
        Request("GET", query="Action=DescribeRegions&Version=2016-11-15&Padding=" + "x" * 100_000).signed(server),
        Request("GET", "/_ferry/health", headers={"X-Padding": "x" * 200_000}),
    ):
        try:
            answer = request.send(server)
        except (BrokenPipeError, ConnectionResetError):
            continue
        assert 400 <= answer.status < 500, answer.status


@pytest.mark.parametrize(
    "path",
    ["/nowhere", "/_ferry/nothing", "/snapshots/../../etc/passwd", "//", "/%2e%2e/%2e%2e/etc/passwd", "/snapshots/%00/blocks", "/" + "x" * 8000],
    ids=lambda path: path[:30],
)
def test_paths_that_lead_nowhere(server, path):
    for request in (Request("GET", path), Request("GET", path).signed(server), Request("GET", path).signed(server, "ebs")):
        answer = request.send(server)
        assert 400 <= answer.status < 500, str(answer)
        assert b"root:" not in answer.body


@pytest.mark.parametrize(
    "data",
    [b"\x00" * 1000, b"GET\r\n\r\n", b"POST / HTTP/1.1\r\nContent-Length: -5\r\n\r\n", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
     b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", b"GET / HTTP/9.9\r\nHost: x\r\n\r\n"],
    ids=["zeros", "no version", "negative length", "TLS", "two lengths", "HTTP 9.9"],
)
def test_bytes_that_are_no_http(server, data):
    address = urllib.parse.urlsplit(server.endpoint)
    with socket.create_connection((address.hostname, address.port), timeout=HANG) as connection:
        connection.sendall(data)
        connection.shutdown(socket.SHUT_WR)
        try:
            answer = connection.recv(65536)
        except ConnectionResetError:
            answer = b""
    assert answer == b"" or b" 4" in answer[:16] or b" 505" in answer[:16], answer[:200]


def test_client_that_goes_away_in_the_middle_of_a_body(server):
    address = urllib.parse.urlsplit(server.endpoint)
    for _ in range(20):
        with socket.create_connection((address.hostname, address.port), timeout=HANG) as connection:
            connection.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nAction=")


def test_many_connections_that_say_nothing(server):
    address = urllib.parse.urlsplit(server.endpoint)
    silent = [socket.create_connection((address.hostname, address.port), timeout=HANG) for _ in range(200)]
    try:
        assert ec2_call(server, "DescribeRegions").status == 200
    finally:
        for connection in silent:
            connection.close()


def test_boto_shows_these_errors_as_they_are(server):
    with refused("InvalidAction"):
        server.ec2(HOME).describe_ipams()
