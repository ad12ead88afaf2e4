"""What it costs that policies decide: the root user of an account beside a user with ten long policies, one call after the other."""

from __future__ import annotations

import json
import statistics
from collections.abc import Callable

from bench import load
from bench.calls import BLOCK, Connection
from bench.context import Bench
from bench.report import Row
from bench.server import HOME, Server

POLICIES = 10
CHARACTERS = 6144
SLOWER = 1.1
MICROSECONDS = 30
SECONDS = 1
# Method, target, headers and body of a call by whoever has the keys.
Request = Callable[[Connection], tuple[str, str, dict[str, str], bytes]]


def rows(bench: Bench) -> list[Row]:
    with bench.server("authorization") as server:
        root = server.connection()
        snapshot = root.put_disk(1, {0: bytes(range(256)) * (BLOCK // 256)}, HOME)
        image = root.register(snapshot, "described", HOME)
        user = made_user(root, server.endpoint)
        token = root.ebs("GET", f"/snapshots/{snapshot}/blocks", HOME)["Blocks"][0]["BlockToken"]
        found = [
            compared(bench, server, "DescribeImages by id", root, user, lambda calls: describing(calls, image)),
            compared(bench, server, "GetSnapshotBlock", root, user, lambda calls: reading(calls, snapshot, token)),
        ]
        for row in found:
            row.used(server.peak_memory())
    return found


def describing(calls: Connection, image: str) -> tuple[str, str, dict[str, str], bytes]:
    body = calls.form("DescribeImages", {"ImageId_1": image})
    return "POST", "/", calls.signed("POST", "/", HOME, "ec2", {"content-type": "application/x-www-form-urlencoded"}, body), body


def reading(calls: Connection, snapshot: str, token: str) -> tuple[str, str, dict[str, str], bytes]:
    path, query = f"/snapshots/{snapshot}/blocks/0", f"blockToken={token}"
    quoted = query.replace("+", "%2B").replace("/", "%2F")
    quoted = quoted[: len("blockToken=")] + quoted[len("blockToken=") :].replace("=", "%3D")
    return "GET", f"{path}?{quoted}", calls.signed("GET", path, HOME, "ebs", {}, b"", quoted), b""


def compared(bench: Bench, server: Server, name: str, root: Connection, user: Connection, request: Request) -> Row:
    """One connection, so that what one call takes is seen; the two take turns, and the medians of all turns are compared. What others do on the
    machine changes the times, and hardly what the server computes: so its processor time for a call is compared too."""
    row = Row(f"{name} by a user with {POLICIES} policies", note="the median of one call after the other, over one connection")
    theirs: list[float] = []
    computed: dict[Connection, list[float]] = {root: [], user: []}
    for _ in range(max(7, bench.rounds)):
        for calls, samples in ((root, theirs), (user, row.samples)):
            method, target, headers, body = request(calls)
            begun = server.cpu_seconds()
            found = load.replay(f"http://{calls.host}{target}", headers, body, SECONDS, bench.folder, method=method, connections=1)
            if found is None:
                row.note = "wrk is missing"
                return row
            samples.append(found.p50)
            computed[calls].append((server.cpu_seconds() - begun) / (found.rate * SECONDS))
    row.beside("the root user", theirs, at_most=SLOWER)
    added = (statistics.median(row.samples) - statistics.median(theirs)) * 1e6
    row.judge("µs added", added, at_most=MICROSECONDS)
    ours, roots = (statistics.median(computed[calls]) * 1e6 for calls in (user, root))
    row.judge("the root user, processor time", ours / roots, at_most=SLOWER, theirs=roots / 1e6)
    row.judge("µs of processor time added", ours - roots, at_most=MICROSECONDS)
    return row


def made_user(root: Connection, endpoint: str) -> Connection:
    def iam(action: str, **parameters: object):
        return root.query("iam", "2010-05-08", action, **parameters)

    iam("CreateUser", UserName="reader")
    for number in range(POLICIES):
        made = iam("CreatePolicy", PolicyName=f"policy-{number}", PolicyDocument=document(number))
        iam("AttachUserPolicy", UserName="reader", PolicyArn=made.findtext(".//Arn"))
    key = iam("CreateAccessKey", UserName="reader")
    return Connection(endpoint, key.findtext(".//AccessKeyId") or "", key.findtext(".//SecretAccessKey") or "")


def document(number: int) -> str:
    """As long as a policy may be: statements about the same actions, whose conditions hold or not; the last of all lets the user in."""

    def text(statements: list[dict]) -> str:
        return json.dumps({"Version": "2012-10-17", "Statement": statements}, separators=(",", ":"))

    last = {"Effect": "Allow", "Action": ["ec2:Describe*", "ebs:*Block*"], "Resource": "*", "Condition": {"Bool": {"aws:SecureTransport": "false"}}}
    statements = [last]
    while True:
        kind = len(statements)
        statement = {
            "Sid": f"S{number}x{kind}",
            "Effect": "Deny" if kind % 3 == 0 else "Allow",
            "Action": ["ec2:Describe*", "ebs:Get*", "s3:GetObject", f"ec2:Modify{kind}*"],
            "Resource": [f"arn:aws:ec2:us-*-{kind}::snapshot/snap-{number}{kind}*", "arn:aws:ec2:*::image/ami-*" if kind % 3 else f"arn:aws:ec2:*::image/ami-{kind}*"],
            "Condition": {
                "StringLike": {"aws:RequestedRegion": [f"eu-*-{kind}", f"ap-*-{kind}"], "aws:UserAgent": f"*agent-{kind}*"},
                "NotIpAddress": {"aws:SourceIp": [f"10.{number}.{kind}.0/24", f"192.168.{kind}.0/24"]},
            },
        }
        longer = [statement, *statements]
        if len(text(longer)) > CHARACTERS:
            break
        statements = longer
    statements[-1]["Sid"] = "S" + "x" * (CHARACTERS - len(text(statements)) - len(',"Sid":"S"'))
    assert len(text(statements)) == CHARACTERS
    return text(statements)
