"""One client token, one copy: replays, mismatches, many requests at once, and the scope of a token."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor

import images
import pytest
from botocore.exceptions import ClientError
from ferry_server import AWAY, HOME, THIRD
from refusals import refused


def by_name(server, region, name):
    return server.ec2(region).describe_images(Filters=[{"Name": "name", "Values": [name]}])["Images"]


@pytest.fixture
def request_of(image):
    def build(**options):
        settings = {"Name": images.unused_name("token"), "SourceImageId": image, "SourceRegion": HOME, "ClientToken": str(uuid.uuid4())}
        return {**settings, **options}

    return build


def test_same_request_again_gives_the_same_image(server, request_of):
    ec2, request = server.ec2(AWAY), request_of(Description="one", CopyImageTags=True)
    first = ec2.copy_image(**request)["ImageId"]
    assert ec2.copy_image(**request)["ImageId"] == first
    images.wait_available(server, AWAY, first)
    assert ec2.copy_image(**request)["ImageId"] == first
    assert [found["ImageId"] for found in by_name(server, AWAY, request["Name"])] == [first]


@pytest.mark.parametrize(
    "changed",
    [
        {"Name": "another-name-altogether"},
        {"Description": "now with one"},
        {"SourceImageId": "ami-0123456789abcdef0"},
        {"SourceRegion": THIRD},
        {"CopyImageTags": True},
        {"TagSpecifications": [{"ResourceType": "image", "Tags": [{"Key": "a", "Value": "b"}]}]},
        {"SnapshotCopyCompletionDurationMinutes": 15},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_same_token_with_another_parameter_is_refused(server, request_of, changed):
    ec2, request = server.ec2(AWAY), request_of()
    first = ec2.copy_image(**request)["ImageId"]
    with refused("IdempotentParameterMismatch"):
        ec2.copy_image(**{**request, **changed})
    assert [found["ImageId"] for found in by_name(server, AWAY, request["Name"])] == [first]
    assert by_name(server, AWAY, "another-name-altogether") == []


def test_eight_requests_at_once_with_one_token_make_one_image(server, request_of):
    ec2 = server.ec2(AWAY)
    for _ in range(5):
        request = request_of()
        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(lambda _: ec2.copy_image(**request)["ImageId"], range(8)))
        assert len(set(answers)) == 1
        assert [found["ImageId"] for found in by_name(server, AWAY, request["Name"])] == answers[:1]


def test_eight_requests_at_once_for_one_name_make_one_image(server, image):
    name = images.unused_name("race")

    def ask(_):
        try:
            return images.copy(server, image, Name=name)
        except ClientError as error:
            return error.response["Error"]["Code"]

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(ask, range(8)))
    assert sorted(answer == "InvalidAMIName.Duplicate" for answer in answers) == [False] + [True] * 7
    assert len(by_name(server, AWAY, name)) == 1


def test_token_belongs_to_one_region(server, request_of):
    request = request_of()
    here = server.ec2(AWAY).copy_image(**request)["ImageId"]
    there = server.ec2(THIRD).copy_image(**request)["ImageId"]
    assert here != there


def test_tokens_are_case_sensitive(server, request_of):
    lower, upper = request_of(ClientToken="token-a"), request_of(ClientToken="TOKEN-A")
    ec2 = server.ec2(AWAY)
    assert ec2.copy_image(**lower)["ImageId"] != ec2.copy_image(**upper)["ImageId"]


def test_image_id_as_token_is_fine(server, image, request_of):
    """The publisher of the NixOS images uses the source's id as the token of each Region."""
    request = request_of(ClientToken=image)
    copies = {server.ec2(region).copy_image(**request)["ImageId"] for region in (AWAY, THIRD) for _ in range(2)}
    assert len(copies) == 2


@pytest.mark.parametrize("length", [1, 64, 128])
def test_token_of_any_length_up_to_the_models_bound(server, request_of, length):
    request = request_of(ClientToken=f"{length:03d}" + "t" * 125)
    request["ClientToken"] = request["ClientToken"][:length]
    server.ec2(AWAY).copy_image(**request)


def test_token_past_the_bound_is_refused(server, request_of):
    with refused("InvalidParameterValue"):
        server.ec2(AWAY, validate=False).copy_image(**request_of(ClientToken="t" * 129))


def test_replay_of_a_copy_whose_name_is_taken_by_itself_is_no_duplicate(server, request_of):
    """A client that lost the answer retries: it must get its image, not InvalidAMIName.Duplicate."""
    request = request_of()
    first = server.ec2(AWAY).copy_image(**request)["ImageId"]
    assert server.ec2(AWAY).copy_image(**request)["ImageId"] == first
    with refused("InvalidAMIName.Duplicate"):
        server.ec2(AWAY).copy_image(**{**request, "ClientToken": str(uuid.uuid4())})


def test_refused_request_does_not_use_up_its_token(server, request_of):
    request = request_of()
    with refused("InvalidAMIID.NotFound"):
        server.ec2(AWAY).copy_image(**{**request, "SourceImageId": "ami-0123456789abcdef0"})
    assert server.ec2(AWAY).copy_image(**request)["ImageId"].startswith("ami-")
