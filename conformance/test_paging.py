"""Paging: MaxResults is honoured, and following NextToken to the end shows each thing once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import images
import pytest
import snapshots
from disks import Disk
from ferry_server import HOME, THIRD
from refusals import refused

COUNT = 137


@pytest.fixture(scope="module")
def many(server):
    """137 images of one snapshot, in a Region that other tests use little."""
    snapshot = snapshots.upload(server, Disk.made("paging", 1), THIRD)
    with ThreadPoolExecutor(4) as pool:
        made = pool.map(lambda n: images.register(server, snapshot, THIRD, name=f"paging-{n:03d}"), range(COUNT))
        return set(made)


@pytest.fixture(scope="module")
def many_snapshots(server):
    """27 empty snapshots that a tag tells from all others."""

    def make(n):
        return snapshots.upload(server, Disk(1, {}), THIRD, Tags=[{"Key": "paging", "Value": f"{n:02d}"}])

    with ThreadPoolExecutor(4) as pool:
        return set(pool.map(make, range(27)))


PAGING = [{"Name": "name", "Values": ["paging-*"]}]


def pages(call, result, size, **options):
    """Every page, each checked against the size asked for."""
    token, found = None, []
    while True:
        answer = call(MaxResults=size, **options, **({"NextToken": token} if token else {}))
        assert len(answer[result]) <= size
        found.append(answer[result])
        token = answer.get("NextToken")
        if not token:
            return found


@pytest.mark.parametrize("size", [5, 50, 100, 136, 137, 138, 1000])
def test_images_page_by_page(server, many, size):
    found = pages(server.ec2(THIRD).describe_images, "Images", size, Filters=PAGING)
    ids = [image["ImageId"] for page in found for image in page]
    assert sorted(ids) == sorted(many)
    assert len(found) <= COUNT // size + 2


def test_pages_are_full_while_there_is_more(server, many):
    found = pages(server.ec2(THIRD).describe_images, "Images", 50, Owners=["self"], Filters=PAGING)
    assert [len(page) for page in found if page] == [50, 50, 37]


def test_botos_own_paginator(server, many):
    paginator = server.ec2(THIRD).get_paginator("describe_images")
    found = paginator.paginate(Filters=PAGING, PaginationConfig={"PageSize": 20}).build_full_result()["Images"]
    assert sorted(image["ImageId"] for image in found) == sorted(many)


def test_without_max_results_there_is_one_page(server, many):
    answer = server.ec2(THIRD).describe_images(Filters=PAGING)
    assert {image["ImageId"] for image in answer["Images"]} == many
    assert not answer.get("NextToken")


def test_images_that_come_and_go_between_pages_do_not_disturb_the_others(server):
    ec2 = server.ec2(HOME)
    snapshot = snapshots.upload(server, Disk.made("coming and going", 1))
    stay = {images.register(server, snapshot, name=f"between-stay-{n:02d}") for n in range(20)}
    go = [images.register(server, snapshot, name=f"between-go-{n:02d}") for n in range(10)]
    wanted = [{"Name": "name", "Values": ["between-*"]}]
    answer = ec2.describe_images(Filters=wanted, MaxResults=7)
    seen = [image["ImageId"] for image in answer["Images"]]
    while answer.get("NextToken"):
        if go:
            ec2.deregister_image(ImageId=go.pop())
        images.register(server, snapshot, name=images.unused_name("between-new"))
        answer = ec2.describe_images(Filters=wanted, MaxResults=7, NextToken=answer["NextToken"])
        seen += [image["ImageId"] for image in answer["Images"]]
        assert len(seen) < 200, "paging does not end"
    assert len(seen) == len(set(seen))
    assert stay <= set(seen)


@pytest.mark.parametrize("size", [5, 10, 1000])
def test_snapshots_page_by_page(server, many_snapshots, size):
    tagged = [{"Name": "tag-key", "Values": ["paging"]}]
    found = pages(server.ec2(THIRD).describe_snapshots, "Snapshots", size, Filters=tagged)
    assert sorted(snapshot["SnapshotId"] for page in found for snapshot in page) == sorted(many_snapshots)


@pytest.mark.parametrize("size", [5, 10, 1000])
def test_tags_page_by_page(server, many_snapshots, size):
    keys = [{"Name": "key", "Values": ["paging"]}]
    found = pages(server.ec2(THIRD).describe_tags, "Tags", size, Filters=keys)
    assert sorted(tag["ResourceId"] for page in found for tag in page) == sorted(many_snapshots)


@pytest.mark.parametrize("token", ["nonsense", "AAAA", "e30=", "%00", "'; drop table images; --"])
def test_token_that_nobody_gave(server, many, token):
    ec2 = server.ec2(THIRD)
    for call in (ec2.describe_images, ec2.describe_snapshots, ec2.describe_tags):
        with refused(("InvalidNextToken", "InvalidParameterValue")):
            call(MaxResults=10, NextToken=token)


def test_token_of_another_call(server, many):
    token = server.ec2(THIRD).describe_images(Filters=PAGING, MaxResults=5)["NextToken"]
    with refused(("InvalidNextToken", "InvalidParameterValue")):
        server.ec2(THIRD).describe_snapshots(MaxResults=5, NextToken=token)


@pytest.mark.parametrize("size", [0, -1])
def test_page_of_no_size(server, size):
    for call in (server.ec2(THIRD).describe_images, server.ec2(THIRD).describe_snapshots):
        with refused("InvalidParameterValue"):
            call(MaxResults=size)


def test_max_results_with_ids(server, many, many_snapshots):
    with refused("InvalidParameterCombination", "^The parameter ImageIds cannot be used with the parameter MaxResults$"):
        server.ec2(THIRD).describe_images(ImageIds=[next(iter(many))], MaxResults=10)
    with refused("InvalidParameterCombination", "^The parameter SnapshotIds cannot be used with the parameter MaxResults$"):
        server.ec2(THIRD).describe_snapshots(SnapshotIds=[next(iter(many_snapshots))], MaxResults=10)
