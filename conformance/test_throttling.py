"""Throttling: the profiles of `ferry serve --throttling`, and `ferry throttling`, which shows and changes them."""

from __future__ import annotations

import json

import pytest
from botocore.exceptions import ClientError

# More than any bucket of EC2 holds and gets back while they are made.
MANY = 400


@pytest.fixture
def throttled(start_server):
    return start_server(arguments=("--throttling", "aws"))


def refused(call) -> ClientError:
    for _ in range(MANY):
        try:
            call()
        except ClientError as error:
            return error
    raise AssertionError(f"{MANY} calls were let through")


def test_ec2_refuses_with_its_own_code(throttled):
    # Half a call a second comes back, so the machine would have to take minutes for these.
    error = refused(throttled.ec2().describe_store_image_tasks)
    assert error.response["Error"] == {"Code": "RequestLimitExceeded", "Message": "Request limit exceeded."}
    assert error.response["ResponseMetadata"]["HTTPStatusCode"] == 503
    # Other actions and other Regions have buckets of their own.
    throttled.ec2().describe_images(Owners=["self"])
    throttled.ec2("eu-west-1").describe_store_image_tasks()


def test_the_profile_is_shown_and_changed_while_the_server_runs(throttled, ferry):
    assert ferry("throttling", on=throttled).stdout == "aws\n"
    refused(throttled.ec2().describe_store_image_tasks)
    assert json.loads(ferry("throttling", "off", "--json", on=throttled).stdout) == {"Profile": "off"}
    for _ in range(MANY):
        throttled.ec2().describe_store_image_tasks()
    assert ferry("throttling", "aws", on=throttled).stdout == "aws\n"
    assert "Changed a setting of the server as asked" in throttled.log_text()


def test_a_profile_that_is_not_known_is_refused(throttled, ferry):
    assert "moon" in ferry("throttling", "moon", on=throttled, expect=64).stderr
