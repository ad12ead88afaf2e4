"""Service Quotas through boto3, and `ferry quotas`, with which the operator decides."""

from __future__ import annotations

import json

import images
import snapshots
from disks import Disk
from ferry_command import FAILED, MISUSED
from ferry_server import AWAY, HOME
from refusals import refused

IMAGES = {"ServiceCode": "ec2", "QuotaCode": "L-B665C33B"}


def test_quotas_are_listed_with_their_defaults(server):
    client = server.client("service-quotas", HOME)
    services = [service["ServiceCode"] for service in client.list_services()["Services"]]
    assert {"ec2", "ebs", "iam", "kms", "s3", "rbin"} <= set(services)
    for service in services:
        pages = client.get_paginator("list_service_quotas").paginate(ServiceCode=service, PaginationConfig={"PageSize": 3})
        listed = [quota for page in pages for quota in page["Quotas"]]
        assert [quota["QuotaCode"] for quota in listed] == sorted({quota["QuotaCode"] for quota in listed})
        for quota in listed:
            default = client.get_aws_default_service_quota(ServiceCode=service, QuotaCode=quota["QuotaCode"])["Quota"]
            assert default["Value"] == quota["Value"] and default["QuotaName"] == quota["QuotaName"]
    quota = client.get_service_quota(**IMAGES)["Quota"]
    assert (quota["QuotaName"], quota["Value"], quota["Adjustable"], quota["GlobalQuota"]) == ("AMIs", 50000, True, False)
    assert quota["QuotaArn"] == f"arn:aws:servicequotas:{HOME}:{server.account}:ec2/L-B665C33B"
    assert client.list_service_quotas(ServiceCode="ec2", QuotaAppliedAtLevel="RESOURCE")["Quotas"] == []


def test_what_is_not_there_and_what_is_malformed_is_refused(server):
    client = server.client("service-quotas", HOME, validate=False)
    with refused("NoSuchResourceException"):
        client.get_service_quota(ServiceCode="ec2", QuotaCode="L-00000000")
    with refused("NoSuchResourceException"):
        client.list_service_quotas(ServiceCode="lambda")
    with refused("NoSuchResourceException"):
        client.get_requested_service_quota_change(RequestId="no-such-request")
    with refused("InvalidPaginationTokenException"):
        client.list_service_quotas(ServiceCode="ec2", NextToken="bm9uZQ==")
    for wrong in ({"ServiceCode": "ec2"}, {**IMAGES, "QuotaCode": "L_1"}, {**IMAGES, "ContextId": "arn:aws:s3:::bucket"}):
        with refused("IllegalArgumentException"):
            client.get_service_quota(**wrong)
    with refused("IllegalArgumentException", "greater than the current quota value"):
        client.request_service_quota_increase(**IMAGES, DesiredValue=50000.0)
    with refused("UnknownOperationException"):
        client.list_tags_for_resource(ResourceARN=f"arn:aws:servicequotas:{HOME}:{server.account}:ec2/L-B665C33B")


def test_a_request_is_decided_by_the_operator(server, new_account, ferry):
    member = new_account()
    client = member.client("service-quotas", HOME)
    asked = client.request_service_quota_increase(**IMAGES, DesiredValue=60000.0)["RequestedQuota"]
    assert (asked["Status"], asked["DesiredValue"]) == ("PENDING", 60000)
    assert json.loads(asked["Requester"])["accountId"] == member.account
    with refused("ResourceAlreadyExistsException"):
        client.request_service_quota_increase(**IMAGES, DesiredValue=70000.0)
    [waiting] = [request for request in json.loads(ferry("quotas", "requests", "--json").stdout) if request["accountId"] == member.account]
    assert (waiting["requestId"], waiting["quota"], waiting["desiredValue"]) == (asked["Id"], "ec2/L-B665C33B", 60000)
    # Whose quota it is does not decide.
    assert "You don't have permissions" in ferry("quotas", "grant", asked["Id"], on=member, expect=FAILED).stderr
    assert "APPROVED" in ferry("quotas", "grant", asked["Id"]).stdout
    assert client.get_requested_service_quota_change(RequestId=asked["Id"])["RequestedQuota"]["Status"] == "APPROVED"
    assert client.get_service_quota(**IMAGES)["Quota"]["Value"] == 60000
    assert member.client("service-quotas", AWAY).get_service_quota(**IMAGES)["Quota"]["Value"] == 50000
    more = client.request_service_quota_increase(**IMAGES, DesiredValue=70000.0)["RequestedQuota"]
    assert "DENIED" in ferry("quotas", "deny", more["Id"]).stdout
    assert "decided already" in ferry("quotas", "grant", more["Id"], expect=FAILED).stderr
    assert client.get_service_quota(**IMAGES)["Quota"]["Value"] == 60000
    history = client.list_requested_service_quota_change_history_by_quota(**IMAGES)["RequestedQuotas"]
    assert [(request["Id"], request["Status"]) for request in history] == [(more["Id"], "DENIED"), (asked["Id"], "APPROVED")]
    pages = client.get_paginator("list_requested_service_quota_change_history").paginate(PaginationConfig={"PageSize": 1})
    assert [request["Id"] for page in pages for request in page["RequestedQuotas"]] == [more["Id"], asked["Id"]]


def test_the_operator_sets_a_quota_and_it_holds(server, new_account, ferry):
    member = new_account()
    assert "AMIs (ec2/L-B665C33B)" in ferry("quotas", "set", member.account, "L-B665C33B", "0").stdout
    [set_] = [quota for quota in json.loads(ferry("quotas", "--account", member.account, "--json").stdout) if quota["name"] == "AMIs"]
    assert (set_["value"], set_["default"], set_["scope"]) == (0, 50000, "region")
    with refused("ResourceLimitExceeded", "quota of 0 for the number of images allowed in this Region"):
        images.register(member, import_free_snapshot(member))
    assert ferry("quotas", "set", "12", "L-B665C33B", "0", expect=MISUSED).stderr
    assert "cannot be changed" in ferry("quotas", "set", member.account, "F-RETENTIONRULES", "9", expect=FAILED).stderr
    assert "You don't have permissions" in ferry("quotas", on=member, expect=FAILED).stderr


def test_throughput_of_time_based_copies_is_granted(server, new_account, ferry):
    member, path = new_account(), {"ServiceCode": "ebs", "QuotaCode": "L-E137849C"}
    client = member.client("service-quotas", AWAY)
    quota = client.get_service_quota(**path)["Quota"]
    assert (quota["Value"], quota["Adjustable"]) == (2000, True)
    snapshot = snapshots.upload(member, Disk.made("time-based quota", 3))

    def copy():
        return member.ec2(AWAY).copy_snapshot(SourceSnapshotId=snapshot, SourceRegion=HOME, CompletionDurationMinutes=15)["SnapshotId"]

    ferry("quotas", "set", member.account, "L-E137849C", "0", "--region", AWAY)
    assert client.get_service_quota(**path)["Quota"]["Value"] == 0
    with refused("ResourceLimitExceeded", "^The throughput of time-based copies from"):
        copy()
    asked = client.request_service_quota_increase(**path, DesiredValue=5000.0)["RequestedQuota"]
    ferry("quotas", "grant", asked["Id"])
    assert client.get_service_quota(**path)["Quota"]["Value"] == 5000
    snapshots.wait_completed(member, AWAY, copy())


def test_iam_tells_what_was_granted(server, new_account, ferry):
    member = new_account()
    ferry("quotas", "set", member.account, "iam/L-F4A5425F", "1")
    iam = member.client("iam")
    assert iam.get_account_summary()["SummaryMap"]["GroupsQuota"] == 1
    iam.create_group(GroupName="first")
    with refused("LimitExceeded", "Cannot exceed quota for GroupsPerAccount: 1", status=409):
        iam.create_group(GroupName="second")


def test_only_the_management_account_changes_the_throttling_of_all(other_account, ferry):
    assert "You don't have permissions" in ferry("throttling", "off", on=other_account, expect=FAILED).stderr


def import_free_snapshot(server) -> str:
    ebs = server.client("ebs", HOME)
    snapshot = ebs.start_snapshot(VolumeSize=1)["SnapshotId"]
    ebs.complete_snapshot(SnapshotId=snapshot, ChangedBlocksCount=0)
    server.ec2(HOME).get_waiter("snapshot_completed").wait(SnapshotIds=[snapshot], WaiterConfig={"Delay": 1, "MaxAttempts": 30})
    return snapshot
