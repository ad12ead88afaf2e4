"""A Region of 100,000 images: found by id, paged through, and listed in one piece, within the memory that few images take."""

from __future__ import annotations

import http.client
import re
import urllib.parse

import disks
import images
import pytest
import snapshots
from ferry_server import HOME, MEMORY_LIMIT, FerryServer
from patience import HANG
from signed_request import assert_ec2_error, ec2_call, ec2_request, local

from bench import populate

MANY = 100_000
ITEM = re.compile(rb"<imageId>(ami-[0-9a-f]{17})</imageId>")


@pytest.fixture(scope="module")
def crowded(tmp_path_factory):
    """A server with 100,000 images in one Region, and their ids."""
    running = FerryServer(tmp_path_factory.mktemp("crowded") / "data").start()
    like = images.register(running, snapshots.upload(running, disks.Disk.made("many", 1)), name="many", **TAGS)
    running.stop()
    ids = [like, *populate.images(running.data, HOME, MANY - 1, like=like)]
    running.start()
    yield running, ids
    peak = running.memory().peak
    running.stop()
    assert peak < MEMORY_LIMIT, f"the server held {peak / 2**20:.0f} MiB"


TAGS = {"TagSpecifications": [{"ResourceType": "image", "Tags": [{"Key": "crowd", "Value": "yes"}]}]}


def next_page(server, token=None):
    """The ids of a page, and what leads to the next."""
    answer = ec2_call(server, "DescribeImages", {"MaxResults": "1000", **({"NextToken": token} if token else {})}, region=HOME)
    assert answer.status == 200, str(answer)
    following = next((element.text for element in answer.xml if local(element) == "nextToken"), None)
    return [found.decode() for found in ITEM.findall(answer.body)], following


def test_each_is_found_by_its_id(crowded):
    server, ids = crowded
    for image in (ids[0], ids[1], ids[MANY // 2], ids[-1]):
        [found] = server.ec2(HOME).describe_images(ImageIds=[image])["Images"]
        assert found["ImageId"] == image and found["State"] == "available"
        assert found["Tags"] == [{"Key": "crowd", "Value": "yes"}]
        [device] = found["BlockDeviceMappings"]
        assert server.ec2(HOME).describe_snapshots(SnapshotIds=[device["Ebs"]["SnapshotId"]])["Snapshots"]


def test_one_that_is_not_there_is_missed(crowded):
    server, _ = crowded
    answer = ec2_call(server, "DescribeImages", {"ImageId.1": "ami-0123456789abcdef0"}, region=HOME)
    assert_ec2_error(answer, "InvalidAMIID.NotFound")


def test_paging_visits_each_once(crowded):
    server, ids = crowded
    seen, token = [], None
    while True:
        found, token = next_page(server, token)
        seen += found
        if token is None:
            break
    assert len(seen) == MANY
    assert set(seen) == set(ids)


def test_all_in_one_piece_leave_memory_alone(crowded):
    """The answer has some 100 MB: it is read as it comes, and the server never holds it."""
    server, ids = crowded
    before = server.memory().now
    request = ec2_request("DescribeImages").signed(server, region=HOME)
    address = urllib.parse.urlsplit(server.endpoint)
    connection = http.client.HTTPConnection(address.hostname, address.port, timeout=HANG)
    connection.request(request.method, request.target, request.body, request.headers)
    answer = connection.getresponse()
    assert answer.status == 200
    seen, rest, length = set(), b"", 0
    while chunk := answer.read(2**20):
        length += len(chunk)
        rest += chunk
        seen |= set(ITEM.findall(rest))
        rest = rest[-64:]
    connection.close()
    assert rest.rstrip().endswith(b"</DescribeImagesResponse>")
    assert {image.decode() for image in seen} == set(ids)
    peak = server.memory().peak
    assert peak < MEMORY_LIMIT and peak - before < length, f"{length / 2**20:.0f} MiB of answer, peak {peak / 2**20:.0f} MiB"
