"""Clients that do not keep up: slow heads, bodies that drip, answers that nobody reads, and a server that has to stop all the same."""

from __future__ import annotations

import contextlib
import re
import resource
import signal
import socket
import ssl
import threading
import urllib.parse

import pytest
import tls
from buckets import content, keys, make_bucket, read
from ferry_server import FerryServer
from patience import HANG, eventually
from s3_request import UNSIGNED, S3Request
from signed_request import FORM, IAM_VERSION, Answer, Request, ec2_call, ec2_request, form, json_request, kms_request, registered_services, sts_request

SHORT = ("--head-timeout", "3", "--stall-timeout", "3", "--idle-timeout", "3")
"""Tests with these wait for what happens then, never for a time."""


def connect(server) -> socket.socket:
    address = urllib.parse.urlsplit(server.endpoint)
    return socket.create_connection((address.hostname or "", address.port or 0), timeout=HANG)


def head(request: Request | S3Request, server, **more: str) -> bytes:
    host = urllib.parse.urlsplit(server.endpoint).netloc
    headers = {"Host": host, **request.headers, **more}
    return "\r\n".join([f"{request.method} {request.target} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items()), "", ""]).encode()


def rest(connection: socket.socket) -> bytes:
    """All that comes until the server ends the connection, however it does."""
    received = b""
    with contextlib.suppress(ConnectionError):
        while piece := connection.recv(65536):
            received += piece
    return received


def logged(server, text: str) -> int:
    return sum(text in line and " warning " in line for line in server.log_text().splitlines())


@pytest.fixture(scope="module")
def hurried(tmp_path_factory):
    """A server with little patience and few places."""
    running = FerryServer(tmp_path_factory.mktemp("hurried") / "data", arguments=(*SHORT, "--max-connections", "64")).start()
    yield running
    running.stop()


def test_a_head_that_does_not_come(hurried):
    with contextlib.ExitStack() as stack:
        connections = [stack.enter_context(connect(hurried)) for _ in range(3)]
        for connection, sent in zip(connections, [b"", b"GET", b"GET / HTTP/1.1\r\nHost: h\r\nX-A: b\r\n"], strict=True):
            connection.sendall(sent)
        assert [rest(connection) for connection in connections] == [b"", b"", b""]
    assert logged(hurried, "did not send a request in time")


def test_a_connection_that_rests(hurried):
    with connect(hurried) as connection:
        connection.sendall(b"GET /_ferry/health HTTP/1.1\r\nHost: h\r\n\r\n")
        assert rest(connection).startswith(b"HTTP/1.1 200")


def test_a_body_that_stops(hurried):
    bucket = make_bucket(hurried)
    for more in ({}, {"Expect": "100-continue"}):
        request = S3Request("PUT", f"/{bucket}/stopped").signed(hurried, payload=UNSIGNED)
        with connect(hurried) as connection:
            connection.sendall(head(request, hurried, **{"Content-Length": "1000000"}, **more))
            if more:
                assert connection.recv(100).startswith(b"HTTP/1.1 100")
            connection.sendall(b"x" * 1000)
            answer = rest(connection)
        assert b"HTTP/1.1 400" in answer and b"<Code>RequestTimeout</Code>" in answer, answer
    assert keys(hurried, bucket) == []
    assert logged(hurried, "too slowly")


SLOW = {
    # A request whose body is read, by service: its answer.
    "ebs": (Request("POST", "/snapshots"), 408, "RequestTimeoutException"),
    "ec2": (ec2_request("DescribeRegions"), 408, "RequestTimeout"),
    "ferry": (json_request("Ferry.DescribeThrottling", {}), 408, "RequestTimeoutException"),
    "iam": (Request(headers={"Content-Type": FORM}, body=form({"Action": "ListUsers", "Version": IAM_VERSION})), 408, "RequestTimeout"),
    "kms": (kms_request("ListKeys", {}), 408, "RequestTimeoutException"),
    "organizations": (json_request("AWSOrganizationsV20161128.ListRoots", {}), 408, "RequestTimeoutException"),
    "rbin": (Request("POST", "/rules"), 408, "RequestTimeoutException"),
    "s3": (S3Request("PUT", ""), 400, "RequestTimeout"),
    "servicequotas": (json_request("ServiceQuotasV20190624.ListServices", {}), 408, "RequestTimeoutException"),
    "sts": (sts_request(), 408, "RequestTimeout"),
}


def test_every_service_has_its_slow_body():
    assert registered_services() == sorted(SLOW)


@pytest.mark.parametrize("service", SLOW)
def test_a_body_that_stops_is_answered_in_the_words_of_the_service(hurried, service):
    """The head is signed for a body of which half comes: what is missing is waited for as long as the server was told."""
    slow, status, code = SLOW[service]
    bucket = make_bucket(hurried) if service == "s3" else ""
    if isinstance(slow, S3Request):
        request: Request | S3Request = S3Request(slow.method, f"/{bucket}/stopped", body=b" " * 2000).signed(hurried)
    else:
        request = Request(slow.method, slow.path, slow.query, dict(slow.headers), slow.body + b" " * 2000).signed(hurried, service)
    with connect(hurried) as connection:
        connection.sendall(head(request, hurried, **{"Content-Length": str(len(request.body))}) + request.body[:1000])
        answer = answered(rest(connection))
    assert (answer.status, answer.code) == (status, code), str(answer)
    if bucket:
        assert keys(hurried, bucket) == []


@pytest.mark.parametrize("action", ["AssumeRoleWithWebIdentity", "DescribeImages"])
def test_the_body_of_a_form_without_a_signature_that_stops(hurried, action):
    """It is read before it is known to be a call of STS in which a token tells who calls, and of no other."""
    request = Request(headers={"Content-Type": FORM}, body=form({"Action": action, "Version": "2011-06-15", "RoleSessionName": "s" * 2000}))
    with connect(hurried) as connection:
        connection.sendall(head(request, hurried, **{"Content-Length": str(len(request.body))}) + request.body[:1000])
        answer = answered(rest(connection))
    assert (answer.status, answer.code) == (408, "RequestTimeout"), str(answer)


def answered(raw: bytes) -> Answer:
    """The last answer on a connection that has ended."""
    first, _, body = raw.partition(b"\r\n\r\n")
    lines = first.decode().split("\r\n")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines[1:])}
    return Answer(int(lines[0].split()[1]), headers, body)


@pytest.mark.parametrize("dripped", [b"1;" + b"e" * 4096, b"0\r\nX-Trailer: "], ids=["chunk extension", "trailer"])
def test_bytes_that_are_no_body(hurried, dripped):
    """A client that sends no end of chunk extensions or trailers sends no body."""
    request = Request(headers={"Content-Type": FORM}).signed(hurried)
    with connect(hurried) as connection:
        connection.sendall(head(request, hurried, **{"Transfer-Encoding": "chunked"}) + dripped)
        assert b"HTTP/1.1 4" in rest(connection)


def test_an_answer_that_nobody_reads(hurried):
    bucket = make_bucket(hurried)
    hurried.s3().put_object(Bucket=bucket, Key="large", Body=content("large", 32 << 20))
    request = S3Request("GET", f"/{bucket}/large").signed(hurried)
    with connect(hurried) as connection:
        connection.sendall(head(request, hurried))
        eventually(lambda: logged(hurried, "did not read their answer"), "the log says so")
        assert len(rest(connection)) < 32 << 20


def test_strangers_do_not_shut_out_others(hurried):
    """More than there are places, each with half a head: whoever comes then is answered all the same."""
    with contextlib.ExitStack() as stack:
        for _ in range(150):
            connection = stack.enter_context(connect(hurried))
            with contextlib.suppress(ConnectionError):
                connection.sendall(b"GET / HTTP/1.1\r\n")
        assert ec2_call(hurried, "DescribeRegions").status == 200
    assert logged(hurried, "have not signed")


def wrongly_signed(server, size: int) -> bytes:
    """The head of a request under a known key and a wrong secret, whose body has to come before that is known."""
    request = kms_request("ListKeys", {}).signed(server, "kms")
    request.headers = {name: value for name, value in request.headers.items() if name.lower() != "x-amz-content-sha256"}
    request.headers["Authorization"] = request.headers["Authorization"][:-4] + "0000"
    return head(request, server, **{"Content-Length": str(size)})


def test_bodies_of_strangers_do_not_shut_out_others(hurried):
    """More than there are places for strangers, each with a whole head and a part of its body."""
    bucket = make_bucket(hurried)
    with contextlib.ExitStack() as stack:
        for _ in range(60):
            connection = stack.enter_context(connect(hurried))
            with contextlib.suppress(ConnectionError):
                connection.sendall(wrongly_signed(hurried, 200_000) + b" " * 1200)
            hurried.s3().list_objects_v2(Bucket=bucket)
            assert ec2_call(hurried, "DescribeRegions").status == 200


def test_the_body_of_a_stranger_has_a_time_of_its_own(hurried):
    """It moves fast enough for whoever is known, and is cut off all the same; that is no refused signature."""
    told = hurried.log_text().count("Refused a signature")
    with connect(hurried) as connection:
        connection.sendall(wrongly_signed(hurried, 200_000))
        ended = threading.Event()

        def drip() -> None:
            with contextlib.suppress(OSError):
                while not ended.wait(0.1):
                    connection.sendall(b" " * 1000)

        dripping = threading.Thread(target=drip)
        dripping.start()
        answer = rest(connection)
        ended.set()
        dripping.join()
    assert (answered(answer).status, answered(answer).code) == (408, "RequestTimeoutException"), answer
    assert hurried.log_text().count("Refused a signature") == told


def test_what_the_head_tells_is_refused_before_the_body(server):
    """A time that is long over, with no word on what the body hashes to."""
    first = wrongly_signed(server, 200_000)
    late = re.sub(rb"20\d{6}(?=T|/)", b"20200101", first).replace(b"\r\n\r\n", b"\r\nExpect: 100-continue\r\n\r\n")
    with connect(server) as connection:
        connection.sendall(late)
        answer = connection.recv(65536)
    assert answer.startswith(b"HTTP/1.1 400") and b"expired" in answer, answer


def test_answers_that_nobody_reads_are_bounded_and_given_back(start_server):
    """250 clients of one object: each gets pieces of it, and none a block of its own for long."""
    server = start_server()
    bucket = make_bucket(server)
    server.s3().put_object(Bucket=bucket, Key="large", Body=content("large", 16 << 20))
    read(server, bucket, "large")
    request = head(S3Request("GET", f"/{bucket}/large").signed(server), server)
    begin = server.memory().now
    with contextlib.ExitStack() as stack:
        connections = [stack.enter_context(connect(server)) for _ in range(250)]
        for connection in connections:
            connection.sendall(request)
        for connection in connections:
            assert connection.recv(12) == b"HTTP/1.1 200"
        assert server.memory().now < begin + (256 << 20)
        # One of the first, whose block was dropped long ago.
        whole = connections[0].makefile("rb")
        while whole.readline().strip():
            pass
        assert whole.read(16 << 20) == content("large", 16 << 20)
        assert read(server, bucket, "large") == content("large", 16 << 20)
    eventually(lambda: server.memory().now < begin + (64 << 20), "the memory is given back")


def test_a_refused_body_is_not_read_to_its_end(hurried):
    bucket = make_bucket(hurried)
    request = S3Request("PUT", f"/{bucket}/refused").signed(hurried, payload=UNSIGNED)
    request.headers["Authorization"] = request.headers["Authorization"][:-4] + "0000"
    with connect(hurried) as connection:
        connection.sendall(head(request, hurried, **{"Content-Length": str(5 << 40)}))
        sent, piece = 0, b"x" * 65536
        answer = b""
        with contextlib.suppress(ConnectionError):
            while sent < 1 << 30:
                connection.sendall(piece)
                sent += len(piece)
        with contextlib.suppress(ConnectionError):
            answer = rest(connection)
    assert sent < 1 << 30
    assert answer == b"" or answer.startswith(b"HTTP/1.1 403")


def test_tls_that_is_never_shaken(tmp_path, start_server):
    certificate, arguments = tls.certificate(tmp_path)
    server = start_server(arguments=(*arguments, *SHORT))
    with connect(server) as connection:
        connection.sendall(b"\x16\x03\x01\x02\x00\x01")
        rest(connection)
    trust = ssl.create_default_context(cafile=certificate)
    with connect(server) as connection, trust.wrap_socket(connection, server_hostname="127.0.0.1") as secure:
        secure.sendall(b"GET /_ferry/health HTTP/1.1\r\nHost: h\r\n\r\n")
        assert secure.recv(100).startswith(b"HTTP/1.1 200")


# Many bodies at once -------------------------------------------------------------------------------------------------


def test_bodies_of_strangers_are_bounded_and_given_back(start_server):
    """300 bodies of 1 MiB under a known key and a wrong secret."""
    server = start_server(arguments=("--stall-timeout", str(HANG)))
    body = form({"Action": "DescribeImages", "Version": "2016-11-15", "Filter.1.Name": "x" * ((1 << 20) - 100)})
    request = Request(headers={"Content-Type": FORM}, body=body).signed(server)
    request.headers["Authorization"] = request.headers["Authorization"][:-4] + "0000"
    begin = server.memory().now
    first = head(request, server, **{"Content-Length": str(len(body))})
    statuses: list[bytes] = []

    def send() -> None:
        with connect(server) as connection:
            with contextlib.suppress(ConnectionError):
                connection.sendall(first + body[:-1])
            barrier.wait(HANG)
            with contextlib.suppress(ConnectionError):
                connection.sendall(body[-1:])
            with contextlib.suppress(ConnectionError):
                statuses.append(connection.recv(12))

    barrier = threading.Barrier(300)
    threads = [threading.Thread(target=send) for _ in range(300)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(statuses) <= {b"HTTP/1.1 401", b"HTTP/1.1 503", b""}, set(statuses)
    assert b"HTTP/1.1 503" in statuses
    assert logged(server, "the bodies of others fill the memory")
    assert ec2_call(server, "DescribeRegions").status == 200
    eventually(lambda: server.memory().now < begin + (64 << 20), "the memory is given back")


def test_a_wrong_signature_is_refused_before_the_body(server):
    """Where the request says what its body hashes to, nothing of the body is read."""
    body = form({"Action": "DescribeRegions", "Version": "2016-11-15"})
    request = Request(headers={"Content-Type": FORM, "X-Amz-Content-SHA256": "0" * 64}, body=body).signed(server)
    request.headers["Authorization"] = request.headers["Authorization"][:-4] + "0000"
    with connect(server) as connection:
        connection.sendall(head(request, server, **{"Content-Length": "1000000", "Expect": "100-continue"}))
        answer = connection.recv(65536)
    assert answer.startswith(b"HTTP/1.1 401"), answer


def test_as_many_connections_as_files_allow(server):
    """The limit on open files is raised as far as it goes."""
    soft, hard = resource.prlimit(server.pid, resource.RLIMIT_NOFILE)
    assert soft == hard


# Stopping ------------------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def dripping_put(server, bucket: str):
    """A PUT that the server waits for, and that never ends."""
    request = S3Request("PUT", f"/{bucket}/dripping").signed(server, payload=UNSIGNED)
    with connect(server) as connection:
        connection.sendall(head(request, server, **{"Content-Length": "2000000", "Expect": "100-continue"}))
        assert connection.recv(100).startswith(b"HTTP/1.1 100")
        connection.sendall(b"x" * 1_500_000)
        yield connection


@contextlib.contextmanager
def unread_get(server, bucket: str):
    """A GET whose answer is begun and not read."""
    server.s3().put_object(Bucket=bucket, Key="large", Body=content("large", 32 << 20))
    with connect(server) as connection:
        connection.sendall(head(S3Request("GET", f"/{bucket}/large").signed(server), server))
        assert connection.recv(12) == b"HTTP/1.1 200"
        yield connection


def test_slow_clients_do_not_hold_up_a_stop(start_server):
    server = start_server(arguments=("--drain-timeout", "1"))
    bucket = make_bucket(server)
    with dripping_put(server, bucket), unread_get(server, bucket), connect(server):
        server.stop()
    assert "Cut off the requests" in server.log_text()
    server.start()
    assert keys(server, bucket) == ["large"]
    assert read(server, bucket, "large") == content("large", 32 << 20)


def test_whoever_is_in_time_may_end(start_server):
    server = start_server(arguments=("--drain-timeout", str(HANG)))
    bucket = make_bucket(server)
    with dripping_put(server, bucket) as connection:
        server.process.send_signal(signal.SIGTERM)
        eventually(lambda: "Stopping" in server.log_text(), "the server stops")
        connection.sendall(b"x" * 500_000)
        assert connection.recv(12) == b"HTTP/1.1 200"
    assert server.process.wait(HANG) == 0
    server.start()
    assert keys(server, bucket) == ["dripping"]


@pytest.mark.parametrize("second", [signal.SIGTERM, signal.SIGINT])
def test_a_second_signal_ends_at_once(start_server, second):
    server = start_server(arguments=("--drain-timeout", str(HANG)))
    bucket = make_bucket(server)
    with dripping_put(server, bucket), unread_get(server, bucket):
        server.process.send_signal(signal.SIGTERM)
        eventually(lambda: "Stopping" in server.log_text(), "the server stops")
        server.process.send_signal(second)
        assert server.process.wait(HANG) == 128 + second
    assert not (server.data / "endpoint").exists()
    server.start()
    assert keys(server, bucket) == ["large"]
    assert read(server, bucket, "large") == content("large", 32 << 20)
