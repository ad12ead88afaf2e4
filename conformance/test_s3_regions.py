"""Regions in S3: what a client is told that asks in the wrong one, where a bucket is made, and a server without us-east-1."""

from __future__ import annotations

import time
import urllib.parse

import pytest
from buckets import make_bucket, placed_in, unused_bucket
from conftest import stop_well
from ferry_server import AWAY, HOME, THIRD, FerryServer
from refusals import refused
from s3_request import S3Request, presigned_v2

ELSEWHERE = ("eu-west-1", "us-west-2")


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory):
    """A server without us-east-1, which is what clients sign for that were told no Region."""
    running = FerryServer(tmp_path_factory.mktemp("elsewhere") / "data", regions=ELSEWHERE).start()
    yield running
    stop_well(running)


def create(server, bucket: str, asked: str, place: str | None):
    constraint = "" if place is None else f"<LocationConstraint>{place}</LocationConstraint>"
    body = f"<CreateBucketConfiguration>{constraint}</CreateBucketConfiguration>" if constraint else ""
    return S3Request("PUT", f"/{bucket}", body=body.encode()).signed(server, asked).send(server)


def address_of(server) -> str:
    return urllib.parse.urlsplit(server.endpoint).netloc


# The wrong Region ----------------------------------------------------------------------------------------------------


def test_the_client_is_led_to_the_region_of_the_bucket(server):
    """boto3 follows by the header and the element that name the Region, and the error tells those that do not."""
    bucket = make_bucket(server, AWAY)
    server.s3(AWAY).put_object(Bucket=bucket, Key="key", Body=b"away")
    fresh = server.s3(HOME, user_agent_extra="led")
    assert fresh.get_object(Bucket=bucket, Key="key")["Body"].read() == b"away"
    fresh.put_object(Bucket=bucket, Key="second", Body=b"again")
    assert fresh.head_bucket(Bucket=bucket)["BucketRegion"] == AWAY
    answer = S3Request("GET", f"/{bucket}/key").signed(server, HOME).send(server)
    assert (answer.status, answer.code) == (301, "PermanentRedirect"), str(answer)
    assert answer.headers["x-amz-bucket-region"] == AWAY
    # Some clients send the next request to the endpoint: it must be this server, under the name that they know it by.
    assert [answer.texts(name) for name in ("Bucket", "Region", "Endpoint")] == [[bucket], [AWAY], [address_of(server)]]
    head = S3Request("HEAD", f"/{bucket}/key").signed(server, HOME).send(server)
    assert (head.status, head.headers["x-amz-bucket-region"], head.body) == (301, AWAY, b"")


def test_the_endpoint_of_a_redirect_keeps_the_bucket_in_front(server):
    bucket = make_bucket(server, AWAY)
    host = f"{bucket}.localhost:{urllib.parse.urlsplit(server.endpoint).port}"
    answer = S3Request("GET", "/key", headers={"Host": host}).signed(server, HOME).send(server)
    assert (answer.status, answer.texts("Endpoint")) == (301, [host]), str(answer)


@pytest.mark.parametrize("signed", ["US", "EU", "ap-south-1", "nowhere"])
def test_a_region_that_is_not_served_is_answered_with_the_right_one(server, signed):
    bucket = make_bucket(server, AWAY)
    for path, right in ((f"/{bucket}", AWAY), (f"/{bucket}/key", AWAY), (f"/{unused_bucket()}", HOME), ("/", HOME)):
        answer = S3Request("GET", path).signed(server, signed).send(server)
        assert (answer.status, answer.code, answer.texts("Region")) == (400, "AuthorizationHeaderMalformed", [right]), str(answer)
        assert answer.message == f"The authorization header is malformed; the region '{signed}' is wrong; expecting '{right}'"
        head = S3Request("HEAD", path).signed(server, signed).send(server)
        assert (head.status, head.headers["x-amz-bucket-region"], head.body) == (400, right, b"")
        again = S3Request("GET", path).signed(server, right).send(server)
        assert again.code in (None, "NoSuchKey", "NoSuchBucket"), str(again)
    link = S3Request("GET", f"/{bucket}/key").presigned(server, signed).send(server)
    assert (link.status, link.code, link.texts("Region")) == (400, "AuthorizationQueryParametersError", [AWAY]), str(link)


def test_a_stranger_learns_no_region(server):
    """The signature is verified first."""
    bucket = make_bucket(server, AWAY)
    answer = S3Request("GET", f"/{bucket}").signed(server, "US")
    answer.headers["Authorization"] = answer.headers["Authorization"][:-4] + "0000"
    told = answer.send(server)
    assert (told.status, told.code) == (403, "SignatureDoesNotMatch"), str(told)
    assert "x-amz-bucket-region" not in told.headers and AWAY not in told.body.decode()


# Where a bucket is made ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "place", "region"),
    [(HOME, None, HOME), (HOME, AWAY, AWAY), (HOME, THIRD, THIRD), (AWAY, AWAY, AWAY), (HOME, "EU", "eu-west-1"), ("eu-west-1", "EU", "eu-west-1")],
)
def test_a_bucket_is_made_where_it_is_placed(server, asked, place, region):
    bucket = unused_bucket()
    made = create(server, bucket, asked, place)
    assert made.status == 200, str(made)
    assert server.s3(region).head_bucket(Bucket=bucket)["BucketRegion"] == region
    server.s3(region).put_object(Bucket=bucket, Key="key", Body=b"there")
    # As it was given, told in any Region.
    for anywhere in (HOME, AWAY, THIRD):
        assert server.s3(anywhere).get_bucket_location(Bucket=bucket)["LocationConstraint"] == (None if region == HOME else place)
    listed = {found["Name"]: found["BucketRegion"] for found in server.s3().list_buckets(Prefix=bucket)["Buckets"]}
    assert listed == {bucket: region}
    again = create(server, bucket, asked, place)
    expected = (200, None) if region == HOME else (409, "BucketAlreadyOwnedByYou")
    assert (again.status, again.code) == expected, str(again)


@pytest.mark.parametrize(
    ("asked", "place", "code"),
    [
        (AWAY, None, "IllegalLocationConstraintException"), (AWAY, THIRD, "IllegalLocationConstraintException"),
        (AWAY, "EU", "IllegalLocationConstraintException"), (HOME, HOME, "InvalidLocationConstraint"),
        (AWAY, HOME, "InvalidLocationConstraint"), (HOME, "ap-south-1", "InvalidLocationConstraint"),
        (HOME, "eu-nowhere-9", "InvalidLocationConstraint"), (HOME, "US", "InvalidLocationConstraint"),
    ],
)
def test_a_place_that_cannot_be_is_refused(server, asked, place, code):
    bucket = unused_bucket()
    answer = create(server, bucket, asked, place)
    assert (answer.status, answer.code) == (400, code), str(answer)
    with refused("404", status=404):
        server.s3(asked).head_bucket(Bucket=bucket)


# Without us-east-1 ---------------------------------------------------------------------------------------------------


def test_without_us_east_1_a_bucket_needs_no_place(elsewhere):
    bucket = unused_bucket()
    # The second time is no error either, as in us-east-1.
    assert [create(elsewhere, bucket, "us-east-1", None).status for _ in range(2)] == [200, 200]
    s3 = elsewhere.s3("us-east-1")
    assert s3.get_bucket_location(Bucket=bucket)["LocationConstraint"] == "eu-west-1"
    assert s3.head_bucket(Bucket=bucket)["BucketRegion"] == "eu-west-1"
    assert elsewhere.s3("eu-west-1").head_bucket(Bucket=bucket)["BucketRegion"] == "eu-west-1"


@pytest.mark.parametrize("region", ELSEWHERE)
def test_without_us_east_1_its_signature_leads_to_the_bucket(elsewhere, region):
    bucket = unused_bucket()
    s3 = elsewhere.s3("us-east-1")
    s3.create_bucket(Bucket=bucket, **placed_in(region))
    s3.put_object(Bucket=bucket, Key="key", Body=b"bytes")
    assert elsewhere.s3(region).get_object(Bucket=bucket, Key="key")["Body"].read() == b"bytes"
    assert s3.get_object(Bucket=bucket, Key="key")["Body"].read() == b"bytes"
    assert bucket in [found["Name"] for found in s3.list_buckets()["Buckets"]]
    link = presigned_v2(elsewhere, "GET", f"/{bucket}/key", int(time.time()) + 60)
    assert S3Request("GET", f"/{bucket}/key", link).send(elsewhere).body == b"bytes"
    s3.delete_object(Bucket=bucket, Key="key")
    s3.delete_bucket(Bucket=bucket)
    with refused("404", status=404):
        elsewhere.s3(region).head_bucket(Bucket=bucket)


@pytest.mark.parametrize("region", ELSEWHERE)
def test_without_us_east_1_other_regions_are_answered_with_the_right_one(elsewhere, region):
    bucket = make_bucket(elsewhere, region)
    for path, right in ((f"/{bucket}/key", region), (f"/{unused_bucket()}", "us-east-1"), ("/", "us-east-1")):
        answer = S3Request("GET", path).signed(elsewhere, "US").send(elsewhere)
        assert (answer.status, answer.code, answer.texts("Region")) == (400, "AuthorizationHeaderMalformed", [right]), str(answer)
        again = S3Request("GET", path).signed(elsewhere, right).send(elsewhere)
        assert again.code in (None, "NoSuchKey", "NoSuchBucket"), str(again)
    [other] = set(ELSEWHERE) - {region}
    answer = S3Request("GET", f"/{bucket}/key").signed(elsewhere, other).send(elsewhere)
    assert (answer.status, answer.code, answer.texts("Region")) == (301, "PermanentRedirect", [region]), str(answer)


def test_without_us_east_1_no_other_service_answers_for_it(elsewhere):
    with refused("AuthFailure", status=401):
        elsewhere.ec2("us-east-1").describe_images(Owners=["self"])


# A Region that is served no more --------------------------------------------------------------------------------------


def test_a_bucket_of_a_region_that_the_server_was_started_without(start_server):
    """Whoever asks is not sent in a circle, and the bucket is there again with its Region."""
    server = start_server(regions=(HOME, AWAY))
    bucket = make_bucket(server, AWAY)
    server.s3(AWAY).put_object(Bucket=bucket, Key="key", Body=b"kept")
    server.stop()
    server.regions = (HOME,)
    server.start()
    for signed in (HOME, AWAY, "US"):
        answer = S3Request("GET", f"/{bucket}/key").signed(server, signed).send(server)
        assert (answer.status, answer.code) == (503, "ServiceUnavailable"), str(answer)
        assert AWAY in answer.message and "x-amz-bucket-region" not in answer.headers
    server.stop()
    server.regions = (HOME, AWAY)
    server.start()
    assert server.s3(AWAY).get_object(Bucket=bucket, Key="key")["Body"].read() == b"kept"
