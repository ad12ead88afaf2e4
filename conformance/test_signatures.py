"""Requests whose signature is wrong, missing or stale: refused with the code of the service, and without any effect."""

from __future__ import annotations

import dataclasses
import datetime
import hashlib
import hmac
import socket
import urllib.parse

import images
import pytest
import snapshots
from disks import BLOCK, Disk, checksum, text
from ferry_server import AWAY, HOME
from patience import HANG
from signed_request import FORM, Request, assert_ec2_error, ec2_request, form, kms_request, now, sts_request

NOT_VALID = "^AWS was not able to validate the provided access credentials"
MINUTE = datetime.timedelta(minutes=1)


@pytest.fixture
def wrong_secret(server):
    return dataclasses.replace(server.credentials, secret_key="x" * len(server.credentials.secret_key))


@pytest.fixture
def unknown_key(server):
    return dataclasses.replace(server.credentials, access_key="AKIA" + "0" * 16)


def deregister(image) -> Request:
    """A request whose effect would be seen."""
    return ec2_request("DeregisterImage", {"ImageId": image})


@pytest.fixture
def untouched(server, own_image):
    """An image that has to stand when the test is over."""
    before = images.describe(server, HOME, own_image)
    yield own_image
    assert images.describe(server, HOME, own_image) == before


# EC2 -----------------------------------------------------------------------------------------------------------------


def test_right_signature_by_hand_is_accepted(server, own_image):
    answer = deregister(own_image).signed(server).send(server)
    assert answer.status == 200, str(answer)


def test_wrong_secret(server, untouched, wrong_secret):
    assert_ec2_error(deregister(untouched).signed(server, credentials=wrong_secret).send(server), "AuthFailure", 401, NOT_VALID)


def test_unknown_access_key(server, untouched, unknown_key):
    assert_ec2_error(deregister(untouched).signed(server, credentials=unknown_key).send(server), "AuthFailure", 401, NOT_VALID)


def test_changed_body(server, untouched, own_image):
    request = ec2_request("DeregisterImage", {"ImageId": "ami-0123456789abcdef0"}).signed(server)
    request.body = deregister(untouched).body
    assert_ec2_error(request.send(server), "AuthFailure", 401)


def test_changed_path(server, untouched):
    request = deregister(untouched).signed(server)
    request.path = "/elsewhere"
    assert_ec2_error(request.send(server), "AuthFailure", 401)


def test_changed_query(server, untouched):
    request = deregister(untouched).signed(server)
    request.query = "Action=DeregisterImage"
    assert_ec2_error(request.send(server), "AuthFailure", 401)


def test_changed_method(server, untouched):
    request = Request("GET", query=deregister(untouched).body.decode()).signed(server)
    request.method = "POST"
    assert_ec2_error(request.send(server), "AuthFailure", 401)


def test_changed_header(server, untouched):
    request = deregister(untouched).signed(server)
    request.headers["Content-Type"] = "application/x-www-form-urlencoded"
    assert_ec2_error(request.send(server), "AuthFailure", 401)


@pytest.mark.parametrize("minutes", [-16, -24 * 60, 16, 24 * 60])
def test_stale_or_future_date(server, untouched, minutes):
    answer = deregister(untouched).signed(server, when=now() + minutes * MINUTE).send(server)
    assert_ec2_error(answer, "RequestExpired", 400)


@pytest.mark.parametrize("minutes", [-14, 14])
def test_clock_that_is_a_little_off(server, minutes):
    answer = ec2_request("DescribeRegions").signed(server, when=now() + minutes * MINUTE).send(server)
    assert answer.status == 200, str(answer)


def test_refusal_for_the_clock_tells_both_times(server):
    """Clients never correct their clock: this text is the only help that their users get."""
    then = now() - 60 * MINUTE
    answer = ec2_request("DescribeRegions").signed(server, when=then).send(server)
    assert then.strftime("%Y%m%dT%H%M") in answer.message or then.strftime("%Y-%m-%dT%H:%M") in answer.message, str(answer)


def test_unsigned(server, untouched):
    answer = deregister(untouched).send(server)
    assert_ec2_error(answer, "MissingAuthenticationToken", 403, "^Request is missing Authentication Token")


def test_date_that_was_not_signed(server, untouched):
    request = deregister(untouched).signed(server)
    request.headers["X-Amz-Date"] = (now() - MINUTE).strftime("%Y%m%dT%H%M%SZ")
    assert_ec2_error(request.send(server), "AuthFailure", 401)


@pytest.mark.parametrize("region", ["mars-north-1", "us-east-2", ""])
def test_region_that_this_server_has_not(server, untouched, region):
    answer = deregister(untouched).signed(server, region=region).send(server)
    assert answer.status in (400, 401) and answer.code in ("AuthFailure", "IncompleteSignature"), str(answer)
    if region:
        assert_ec2_error(answer, "AuthFailure", 401, f"Credential should be scoped to a valid Region, not '{region}'. The Regions of this Ferry are ")


def test_scope_of_another_region_acts_there(server, untouched):
    """The signature decides where a call acts, not the address that it was sent to."""
    answer = deregister(untouched).signed(server, region=AWAY).send(server)
    assert_ec2_error(answer, "InvalidAMIID.NotFound")


def test_scope_changed_after_signing(server, untouched):
    request = deregister(untouched).signed(server, region=AWAY)
    request.headers["Authorization"] = request.headers["Authorization"].replace(f"/{AWAY}/", f"/{HOME}/")
    assert_ec2_error(request.send(server), "AuthFailure", 401)


def test_unsigned_payload_is_not_for_ec2(server, untouched):
    """A body that no hash covers could be anybody's."""
    request = deregister(untouched)
    request.headers["X-Amz-Content-SHA256"] = "UNSIGNED-PAYLOAD"
    answer = request.signed(server).send(server)
    assert answer.status == 401 and answer.code == "AuthFailure", str(answer)


def _authorization(**changed):
    parts = {"Credential": "AKIA/20260101/us-east-1/ec2/aws4_request", "SignedHeaders": "host;x-amz-date", "Signature": "0" * 64}
    return "AWS4-HMAC-SHA256 " + ", ".join(f"{name}={value}" for name, value in {**parts, **changed}.items() if value is not None)


@pytest.mark.parametrize(
    "header",
    [
        "AWS4-HMAC-SHA256",
        "AWS4-HMAC-SHA256 ,,,",
        "AWS4-HMAC-SHA256 Credential",
        _authorization(Signature=None),
        _authorization(SignedHeaders=None),
        _authorization(Credential=None),
        _authorization(Credential="AKIA/20260101/us-east-1"),
        _authorization(Credential="////"),
        _authorization(Signature="zz"),
        _authorization(SignedHeaders=""),
        "Basic QUtJQTp4",
        "Bearer token",
        "AWS AKIA:signature",
    ],
)
def test_authorization_header_that_is_none(server, untouched, header):
    request = deregister(untouched)
    request.headers |= {"Authorization": header, "X-Amz-Date": now().strftime("%Y%m%dT%H%M%SZ")}
    answer = request.send(server)
    assert answer.status in (400, 401, 403), str(answer)
    assert answer.code in ("IncompleteSignature", "AuthFailure", "MissingAuthenticationToken", "InvalidClientTokenId"), str(answer)


def test_partial_header_has_its_own_code(server, untouched):
    request = deregister(untouched).signed(server)
    request.headers["Authorization"] = request.headers["Authorization"].rpartition(", Signature=")[0]
    assert_ec2_error(request.send(server), "IncompleteSignature", 400)


def test_host_has_to_be_signed(server, untouched):
    """A signature that does not cover the host could be replayed elsewhere."""
    when = now().strftime("%Y%m%dT%H%M%SZ")
    request = deregister(untouched)
    request.headers["X-Amz-Date"] = when
    scope = f"{when[:8]}/{HOME}/ec2/aws4_request"
    canonical = "\n".join(["POST", "/", "", f"x-amz-date:{when}", "", "x-amz-date", hashlib.sha256(request.body).hexdigest()])
    text_to_sign = "\n".join(["AWS4-HMAC-SHA256", when, scope, hashlib.sha256(canonical.encode()).hexdigest()])
    key = f"AWS4{server.credentials.secret_key}".encode()
    for part in scope.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    signature = hmac.digest(key, text_to_sign.encode(), "sha256").hex()
    request.headers["Authorization"] = (
        f"AWS4-HMAC-SHA256 Credential={server.credentials.access_key}/{scope}, SignedHeaders=x-amz-date, Signature={signature}"
    )
    answer = request.send(server)
    assert answer.status in (400, 401, 403) and answer.code in ("AuthFailure", "IncompleteSignature"), str(answer)


# Presigned -----------------------------------------------------------------------------------------------------------


def presigned(server, image, **options) -> Request:
    query = form({"Action": "DeregisterImage", "Version": "2016-11-15", "ImageId": image}).decode()
    return Request("GET", query=query).signed(server, **{"expires": 60, **options})


def test_presigned_get(server, own_image):
    answer = presigned(server, own_image).send(server)
    assert answer.status == 200, str(answer)
    assert server.ec2(HOME).describe_images(ImageIds=[own_image])["Images"] == []


@pytest.mark.parametrize("change", ["ImageId", "X-Amz-Expires", "X-Amz-Date", "X-Amz-Signature", "X-Amz-Credential"])
def test_presigned_and_changed(server, untouched, change):
    request = presigned(server, "ami-0123456789abcdef0" if change == "ImageId" else untouched)
    fields = dict(urllib.parse.parse_qsl(request.query))
    fields[change] = {
        "ImageId": untouched,
        "X-Amz-Expires": "600",
        "X-Amz-Date": (now() - MINUTE / 4).strftime("%Y%m%dT%H%M%SZ"),
        "X-Amz-Signature": "0" * 64,
        "X-Amz-Credential": fields["X-Amz-Credential"].replace(HOME, AWAY),
    }[change]
    request.query = urllib.parse.urlencode(fields)
    assert_ec2_error(request.send(server), "AuthFailure", 401)


def test_presigned_and_expired(server, untouched):
    assert_ec2_error(presigned(server, untouched, when=now() - 2 * MINUTE).send(server), "RequestExpired", 400)


def test_presigned_for_longer_than_the_clock_may_be_off(server):
    """Expiry, not the clock skew, bounds a presigned request."""
    query = form({"Action": "DescribeRegions", "Version": "2016-11-15"}).decode()
    answer = Request("GET", query=query).signed(server, expires=3600, when=now() - 30 * MINUTE).send(server)
    assert answer.status == 200, str(answer)


def test_presigned_for_longer_than_a_week(server, untouched):
    answer = presigned(server, untouched, expires=604_801).send(server)
    assert answer.status in (400, 401, 403), str(answer)


def test_presigned_from_the_future(server, untouched):
    answer = presigned(server, untouched, when=now() + 60 * MINUTE).send(server)
    assert answer.status in (400, 401, 403), str(answer)


# STS -----------------------------------------------------------------------------------------------------------------


def test_sts_has_codes_of_its_own(server, wrong_secret, unknown_key):
    for request, code, status in [
        (sts_request().signed(server, "sts", credentials=wrong_secret), "SignatureDoesNotMatch", 403),
        (sts_request().signed(server, "sts", credentials=unknown_key), "InvalidClientTokenId", 403),
        (sts_request().signed(server, "sts", when=now() - 60 * MINUTE), "SignatureDoesNotMatch", 403),
    ]:
        answer = request.send(server)
        assert (answer.status, answer.code) == (status, code), str(answer)
        assert answer.xml.tag.endswith("ErrorResponse")
    stale = sts_request().signed(server, "sts", when=now() - 60 * MINUTE).send(server)
    assert "Signature expired" in stale.message


# EBS direct ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def pending(server):
    """A snapshot that has to be empty when the test is over."""
    name = server.ebs(HOME).start_snapshot(VolumeSize=1)["SnapshotId"]
    yield name
    snapshots.complete(server, HOME, name, {})
    snapshots.wait_completed(server, HOME, name)
    snapshots.assert_holds(server, HOME, name, Disk(1, {}))


DATA = text("signed", 0)


def put(snapshot, index=0, data=DATA) -> Request:
    headers = {
        "X-Amz-Content-SHA256": "UNSIGNED-PAYLOAD", "x-amz-Data-Length": str(BLOCK), "x-amz-Checksum": checksum(data),
        "x-amz-Checksum-Algorithm": "SHA256", "Content-Type": "application/octet-stream",
    }
    return Request("PUT", f"/snapshots/{snapshot}/blocks/{index}", headers=headers, body=data)


def test_ebs_put_with_an_unsigned_payload(server):
    name = server.ebs(HOME).start_snapshot(VolumeSize=1)["SnapshotId"]
    assert put(name).signed(server, "ebs").send(server).status == 201
    snapshots.complete(server, HOME, name, {0: DATA})
    snapshots.wait_completed(server, HOME, name)
    snapshots.assert_holds(server, HOME, name, Disk(1, {0: DATA}))


def test_unsigned_payload_needs_its_checksum_signed(server, pending):
    """The checksum in the headers stands for the body, so nobody may change it on the way."""
    request = put(pending)
    late = {name: request.headers.pop(name) for name in list(request.headers) if name.lower().startswith("x-amz-checksum")}
    assert late
    request.signed(server, "ebs").headers.update(late)
    answer = request.send(server)
    assert (answer.status, answer.code) == (403, "InvalidSignatureException"), str(answer)


def test_second_host_is_refused(server, untouched):
    request = deregister(untouched).signed(server)
    host = server.endpoint.partition("//")[2]
    address, _, port = host.partition(":")
    lines = ["POST / HTTP/1.1", "Host: evil.example", f"host: {host}", f"Content-Length: {len(request.body)}", "Connection: close"]
    lines += [f"{name}: {value}" for name, value in request.headers.items() if name.lower() not in ("host", "content-length")]
    with socket.create_connection((address, int(port)), timeout=HANG) as connection:
        connection.sendall("\r\n".join(lines).encode() + b"\r\n\r\n" + request.body)
        answer = connection.makefile("rb").read()
    assert answer.startswith(b"HTTP/1.1 400"), answer[:300]


def test_what_a_stranger_sends_does_not_get_into_the_log(start_server):
    """A line break in a credential scope must not begin a line of the log."""
    server = start_server(arguments=("--log-level", "trace"))
    scope = urllib.parse.quote("NOBODY/20260101/x\n2026-11-23T00:00:00+0000 critical ferry: INJECTED/sts/aws4_request", safe="")
    query = f"X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential={scope}&X-Amz-Date=20260101T000000Z&X-Amz-Expires=60"
    query += f"&X-Amz-SignedHeaders=host&X-Amz-Signature={'0' * 64}"
    for path in ("/", "/snapshots"):
        answer = Request(path=path, query=query).send(server)
        assert 400 <= answer.status < 500, str(answer)
    assert "INJECTED" not in server.log_text()


def test_body_that_ends_early_is_the_clients_fault(server):
    host = server.endpoint.partition("//")[2]
    address, _, port = host.partition(":")
    request = Request(body=b"Action=DescribeRegions").signed(server)
    lines = ["POST / HTTP/1.1", f"Host: {host}", "Transfer-Encoding: chunked", "Connection: close"]
    lines += [f"{name}: {value}" for name, value in request.headers.items() if name.lower() not in ("host", "content-length")]
    with socket.create_connection((address, int(port)), timeout=HANG) as connection:
        connection.sendall("\r\n".join(lines).encode() + b"\r\n\r\nzz\r\n")
        answer = connection.makefile("rb").read()
    assert answer.startswith(b"HTTP/1.1 400"), answer[:300]


def test_ebs_put_with_a_hash_of_its_payload(server):
    name = server.ebs(HOME).start_snapshot(VolumeSize=1)["SnapshotId"]
    request = put(name)
    del request.headers["X-Amz-Content-SHA256"]
    assert request.signed(server, "ebs").send(server).status == 201


def test_ebs_refusals(server, pending, wrong_secret, unknown_key):
    moved = put(pending, 0).signed(server, "ebs")
    moved.path = f"/snapshots/{pending}/blocks/1"
    hashed = put(pending)
    del hashed.headers["X-Amz-Content-SHA256"]
    hashed = hashed.signed(server, "ebs")
    hashed.body = text("another body", 0)
    relabelled = put(pending).signed(server, "ebs")
    relabelled.headers["x-amz-Checksum"] = checksum(text("another body", 0))
    relabelled.body = text("another body", 0)
    for request, codes in [
        (put(pending).signed(server, "ebs", credentials=wrong_secret), ("InvalidSignatureException",)),
        (put(pending).signed(server, "ebs", credentials=unknown_key), ("UnrecognizedClientException", "InvalidSignatureException")),
        (put(pending).signed(server, "ebs", when=now() - 60 * MINUTE), ("InvalidSignatureException",)),
        (put(pending).signed(server, "ebs", region="mars-north-1"), ("InvalidSignatureException",)),
        (moved, ("InvalidSignatureException",)),
        (hashed, ("InvalidSignatureException",)),
        (relabelled, ("InvalidSignatureException",)),
        (put(pending), ("MissingAuthenticationTokenException", "MissingAuthenticationToken")),
    ]:
        answer = request.send(server)
        assert answer.status == 403 and answer.code in codes, str(answer)


def test_ebs_signature_of_another_service(server, pending):
    answer = put(pending).signed(server, "ec2").send(server)
    assert 400 <= answer.status < 500, str(answer)


def test_ebs_body_that_the_checksum_does_not_cover(server, pending):
    """With an unsigned payload the block's own checksum is what proves it."""
    request = put(pending).signed(server, "ebs")
    request.body = text("another body", 0)
    answer = request.send(server)
    assert (answer.status, answer.code) == (400, "ValidationException"), str(answer)


def test_form_of_a_post_may_say_its_type_in_other_words(server):
    request = Request(headers={"Content-Type": FORM.upper()}, body=form({"Action": "DescribeRegions", "Version": "2016-11-15"}))
    assert request.signed(server).send(server).status == 200


def test_an_action_of_kms_must_be_signed(server):
    """The action stands in a header, which nobody on the way may add or change."""
    request = kms_request("ListKeys", {})
    target = request.headers.pop("X-Amz-Target")
    request.signed(server, "kms").headers["X-Amz-Target"] = target
    answer = request.send(server)
    assert (answer.status, answer.code) == (400, "IncompleteSignatureException"), str(answer)
    assert "x-amz-target" in answer.message


@pytest.mark.parametrize("path", ["/depot/%zz", "/depot/%ff", "/depot/key?version%4", "/?Action=%"])
def test_a_target_that_cannot_be_read(server, path):
    target, _, query = path.partition("?")
    answer = Request("GET", target, query).send(server)
    assert answer.status == 400 and answer.code in ("InvalidURI", "MalformedQueryString"), str(answer)
