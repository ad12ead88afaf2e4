"""The PresignedUrl with which an encrypted snapshot leaves its Region: what is taken, what is refused, and that nobody fetches it."""

from __future__ import annotations

import dataclasses
import datetime
import re
import socket

import pytest
import snapshots
from disks import Disk
from ferry_server import AWAY, HOME, THIRD
from patience import eventually
from presigned_url import presigned_url
from refusals import refused
from signed_request import assert_ec2_error, ec2_call, now


@pytest.fixture(scope="module")
def sealed(server):
    """An encrypted snapshot of the home Region and what it holds."""
    disk = Disk.made("leaves with a URL", 3)
    return snapshots.upload(server, disk, Encrypted=True), disk


def url_for(server, snapshot, *, without=(), changed=None, **options):
    """A URL that is right but for what is changed."""
    parameters = {"Action": "CopySnapshot", "SourceRegion": HOME, "SourceSnapshotId": snapshot, "DestinationRegion": AWAY}
    parameters = {name: value for name, value in {**parameters, **(changed or {})}.items() if name not in without}
    settings = {"credentials": server.credentials, "endpoint": server.endpoint, "region": HOME, **options}
    return presigned_url(settings.pop("credentials"), parameters, **settings)


def ago(**span):
    return now() - datetime.timedelta(**span)


def copy(server, snapshot, url, **options):
    return server.ec2(AWAY).copy_snapshot(SourceRegion=HOME, SourceSnapshotId=snapshot, PresignedUrl=url, **options)["SnapshotId"]


TAKEN = {
    "as botocore makes it": lambda server, snapshot: url_for(server, snapshot),
    "as Go makes it, with no life": lambda server, snapshot: url_for(server, snapshot, expires=None),
    "Go's, almost an hour old": lambda server, snapshot: url_for(server, snapshot, expires=None, when=ago(minutes=55)),
    "signed for another host": lambda server, snapshot: url_for(server, snapshot, endpoint=f"https://ec2.{HOME}.amazonaws.com"),
    "with what else the call says": lambda server, snapshot: url_for(
        server, snapshot, changed={"Description": "a/b c+d=é", "Encrypted": "true", "TagSpecification.1.Tag.1.Key": "k"}
    ),
}


@pytest.mark.parametrize("form", TAKEN)
def test_url_that_is_taken(server, sealed, form):
    snapshot, disk = sealed
    copied = copy(server, snapshot, TAKEN[form](server, snapshot))
    assert snapshots.wait_completed(server, AWAY, copied)["Encrypted"] is True
    snapshots.assert_holds(server, AWAY, copied, disk)


def with_keys(server, **changed):
    return dataclasses.replace(server.credentials, **changed)


def flipped(url):
    """The last digit of the signature is another one."""
    return url[:-1] + ("0" if url[-1] != "0" else "1")


# What is wrong with a URL, how it is made, and what the message says of it.
REFUSED = {
    "wrong secret": (lambda s, id: url_for(s, id, credentials=with_keys(s, secret_key="x" * 40)), "signature"),
    "unknown key": (lambda s, id: url_for(s, id, credentials=with_keys(s, access_key="AKIAIOSFODNN7EXAMPLE")), "key of the caller"),
    "wrong signature": (lambda s, id: flipped(url_for(s, id)), "signature"),
    "no signature": (lambda s, id: re.sub("&X-Amz-Signature=.*", "", url_for(s, id)), ""),
    "nothing signed at all": (lambda s, id: f"{s.endpoint}/?Action=CopySnapshot&SourceSnapshotId={id}", "no signature"),
    "changed after signing": (
        lambda s, id: url_for(s, "snap-0123456789abcdef0").replace("snap-0123456789abcdef0", id), "signature"
    ),
    "other host than signed": (lambda s, id: url_for(s, id).replace("127.0.0.1", "127.0.0.2"), "signature"),
    "signed as a POST": (lambda s, id: url_for(s, id, method="POST"), "signature"),
    "other snapshot": (lambda s, id: url_for(s, "snap-0123456789abcdef0"), "SourceSnapshotId"),
    "no snapshot": (lambda s, id: url_for(s, id, without=("SourceSnapshotId",)), "SourceSnapshotId"),
    "other source Region": (lambda s, id: url_for(s, id, changed={"SourceRegion": THIRD}), "SourceRegion"),
    "no source Region": (lambda s, id: url_for(s, id, without=("SourceRegion",)), "SourceRegion"),
    "signed for the destination": (lambda s, id: url_for(s, id, region=AWAY), f"signed for ec2 in {AWAY}"),
    "signed for another service": (lambda s, id: url_for(s, id, service="ebs"), "signed for ebs"),
    "other destination": (lambda s, id: url_for(s, id, changed={"DestinationRegion": THIRD}), "DestinationRegion"),
    "no destination": (lambda s, id: url_for(s, id, without=("DestinationRegion",)), "DestinationRegion"),
    "other action": (lambda s, id: url_for(s, id, changed={"Action": "DescribeSnapshots"}), "Action"),
    "no action": (lambda s, id: url_for(s, id, without=("Action",)), "Action"),
    "expired": (lambda s, id: url_for(s, id, expires=60, when=ago(minutes=30)), ""),
    "Go's, two hours old": (lambda s, id: url_for(s, id, expires=None, when=ago(hours=2)), ""),
    "from the future": (lambda s, id: url_for(s, id, when=ago(minutes=-30)), ""),
    "valid for a month": (lambda s, id: url_for(s, id, expires=2_592_000), "X-Amz-Expires"),
    "valid for no time": (lambda s, id: url_for(s, id, expires=0), "X-Amz-Expires"),
    "no http": (lambda s, id: url_for(s, id).replace("http://", "file://"), "http"),
    "no URL": (lambda s, id: "nonsense", "http"),
}


@pytest.mark.parametrize("wrong", REFUSED)
def test_url_that_is_refused(server, sealed, wrong):
    snapshot, _ = sealed
    make, says = REFUSED[wrong]
    before = count(server)
    with refused("InvalidParameterValue", f"^The parameter PresignedUrl is not valid: .*{says}"):
        copy(server, snapshot, make(server, snapshot))
    with refused("InvalidParameterValue", "PresignedUrl"):
        copy(server, snapshot, make(server, snapshot), DryRun=True)
    assert count(server) == before


def count(server):
    return len(server.ec2(AWAY).describe_snapshots(OwnerIds=["self"])["Snapshots"])


def test_url_that_is_missing(server, sealed):
    snapshot, _ = sealed
    answer = ec2_call(server, "CopySnapshot", {"SourceRegion": HOME, "SourceSnapshotId": snapshot}, region=AWAY)
    assert_ec2_error(answer, "MissingParameter", message="PresignedUrl")


def test_url_is_not_looked_at_where_none_is_needed(server, sealed, snapshot):
    wanted = {"SourceSnapshotId": sealed[0], "SourceRegion": HOME, "PresignedUrl": "nonsense"}
    assert server.ec2(HOME).copy_snapshot(**wanted)["SnapshotId"]
    assert copy(server, snapshot, "nonsense")


def test_url_is_never_fetched(server, sealed):
    """Somebody listens where the URLs point: a good one, one that is refused, and one that is not looked at."""
    snapshot, _ = sealed
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        endpoint = f"http://127.0.0.1:{listener.getsockname()[1]}"
        url = url_for(server, snapshot, endpoint=endpoint)
        copied = copy(server, snapshot, url)
        with refused("InvalidParameterValue", "PresignedUrl"):
            copy(server, snapshot, flipped(url))
        snapshots.wait_completed(server, AWAY, copied)
        same = server.ec2(HOME).copy_snapshot(SourceRegion=HOME, SourceSnapshotId=snapshot, PresignedUrl=url)["SnapshotId"]
        snapshots.wait_completed(server, HOME, same)
        with pytest.raises(BlockingIOError):
            listener.accept()


def test_late_checks_take_the_copy_on_and_fail_it(start_server):
    """EC2's way: a bad URL is found when the copy has been answered."""
    server = start_server(arguments=("--late-key-checks",))
    snapshot = snapshots.upload(server, Disk.made("late", 1), Encrypted=True)
    copied = copy(server, snapshot, flipped(url_for(server, snapshot)))

    def failed():
        found = snapshots.describe(server, AWAY, copied)
        return found if found["State"] == "error" else None

    assert "PresignedUrl" in eventually(failed, f"{copied} failed")["StateMessage"]
