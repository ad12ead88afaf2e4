"""How many results the calls that describe tasks give a page, and ImportImage's kinds of licence."""

from __future__ import annotations

import images
import pytest
from buckets import make_bucket
from refusals import refused

MOST = {
    "describe_store_image_tasks": 200,
    "describe_export_image_tasks": 500,
    "describe_import_image_tasks": 1000,
    "describe_import_snapshot_tasks": 1000,
}


@pytest.mark.parametrize("call", MOST)
def test_sizes_of_a_page_of_tasks(server, call):
    describe, most = getattr(server.ec2(validate=False), call), MOST[call]
    for size in (1, 4, 5, most):
        describe(MaxResults=size)
    told = r"^Value \( {} \) for parameter maxResults is invalid\. Expecting a value {} than or equal to {}\.$"
    for size in (0, -1):
        with refused("InvalidParameterValue", told.format(size, "greater", 1)):
            describe(MaxResults=size)
    for size in (most + 1, 100_000):
        with refused("InvalidParameterValue", told.format(size, "less", most)):
            describe(MaxResults=size)


def test_other_listings_keep_their_sizes(server):
    for call in ("describe_images", "describe_snapshots", "describe_tags"):
        with refused("InvalidParameterValue", "greater than or equal to 5"):
            getattr(server.ec2(validate=False), call)(MaxResults=4)


def test_tasks_in_pages_of_one(server, snapshot):
    ec2, bucket = server.ec2(), make_bucket(server)
    wanted = [{"Name": "bucket", "Values": [bucket]}]
    made = [images.register(server, snapshot) for _ in range(3)]
    for image in made:
        ec2.create_store_image_task(ImageId=image, Bucket=bucket)
    found, options = [], {}
    while True:
        answer = ec2.describe_store_image_tasks(Filters=wanted, MaxResults=1, **options)
        assert len(answer["StoreImageTaskResults"]) <= 1
        found += [task["AmiId"] for task in answer["StoreImageTaskResults"]]
        if not answer.get("NextToken"):
            break
        options = {"NextToken": answer["NextToken"]}
    assert sorted(found) == sorted(made)


@pytest.mark.parametrize("licence", ["AWS", "BYOL", "Auto"])
def test_kinds_of_licence(server, licence):
    ec2, bucket = server.ec2(), make_bucket(server)
    server.s3().put_object(Bucket=bucket, Key="disk.raw", Body=bytes(1 << 20))
    disks = [{"Format": "RAW", "UserBucket": {"S3Bucket": bucket, "S3Key": "disk.raw"}}]
    assert ec2.import_image(DiskContainers=disks, LicenseType=licence)["LicenseType"] == licence
    with refused("InvalidParameterValue", "AWS or BYOL or Auto"):
        ec2.import_image(DiskContainers=disks, LicenseType="Perhaps")
