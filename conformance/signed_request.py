"""HTTP requests signed by botocore and sent byte by byte, for everything that a well-behaved client would not send."""

from __future__ import annotations

import contextlib
import datetime
import http.client
import json
import re
import ssl
import urllib.parse
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import botocore.auth
from botocore.awsrequest import AWSRequest
from ferry_server import HOME, ROOT, Credentials, FerryServer
from patience import HANG

FORM = "application/x-www-form-urlencoded; charset=utf-8"
EC2_VERSION = "2016-11-15"
STS_VERSION = "2011-06-15"
IAM_VERSION = "2010-05-08"


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes = field(repr=False)

    @property
    def xml(self) -> ElementTree.Element:
        return ElementTree.fromstring(self.body)

    @property
    def json(self) -> dict:
        return json.loads(self.body)

    @property
    def code(self) -> str | None:
        """The error code, wherever the service's dialect has it."""
        kind = self.headers.get("x-amzn-errortype")
        if kind:
            return kind.split(":")[0]
        if self.body.startswith(b"{") and "__type" in self.json:
            return self.json["__type"]
        with contextlib.suppress(ElementTree.ParseError):
            for element in self.xml.iter():
                if local(element) == "Code":
                    return element.text
        return None

    @property
    def message(self) -> str:
        if self.body.startswith(b"{"):
            return self.json.get("Message") or self.json.get("message") or ""
        return next((element.text or "" for element in self.xml.iter() if local(element) == "Message"), "")

    def texts(self, name: str) -> list[str]:
        """The texts of every element of that name."""
        return [element.text or "" for element in self.xml.iter() if local(element) == name]

    def __str__(self) -> str:
        return f"HTTP {self.status} {self.body[:600].decode(errors='replace')}"


def local(element: ElementTree.Element) -> str:
    return element.tag.rpartition("}")[2]


@dataclass
class Request:
    """A request as it goes over the wire. Signing fills in headers; whatever is changed afterwards is not signed."""

    method: str = "POST"
    path: str = "/"
    query: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def target(self) -> str:
        return self.path + (f"?{self.query}" if self.query else "")

    def signed(
        self,
        server: FerryServer,
        service: str = "ec2",
        region: str = HOME,
        *,
        when: datetime.datetime | None = None,
        credentials: Credentials | None = None,
        expires: int | None = None,
    ) -> Request:
        """Signs with headers or, when `expires` is given, with the query string."""
        keys = credentials or server.credentials
        assert keys is not None
        url = server.endpoint + self.target
        carrier = AWSRequest(method=self.method, url=url, data=self.body, headers=dict(self.headers))
        signer = botocore.auth.SigV4Auth if expires is None else botocore.auth.SigV4QueryAuth
        options = {} if expires is None else {"expires": expires}
        with clock_set_to(when):
            signer(_Keys(keys), service, region, **options).add_auth(carrier)
        self.headers = dict(carrier.headers.items())
        parts = urllib.parse.urlsplit(carrier.url)
        self.query = parts.query
        return self

    def send(self, server: FerryServer, timeout: float = HANG) -> Answer:
        return exchange(server, self.method, self.target, self.headers, self.body, timeout)


def exchange(server: FerryServer, method: str, target: str, headers: Mapping[str, str], body: bytes, timeout: float) -> Answer:
    """Sends a request as it stands."""
    address = urllib.parse.urlsplit(server.endpoint)
    if address.scheme == "https":
        trust = ssl.create_default_context(cafile=server.certificate)
        connection = http.client.HTTPSConnection(address.hostname or "", address.port, timeout=timeout, context=trust)
    else:
        connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=timeout)
    try:
        connection.putrequest(method, target, skip_host="Host" in headers, skip_accept_encoding=True)
        for name, value in headers.items():
            connection.putheader(name, value)
        if "Content-Length" not in headers and "Transfer-Encoding" not in headers:
            connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body)
        response = connection.getresponse()
        return Answer(response.status, {name.lower(): value for name, value in response.getheaders()}, response.read())
    finally:
        connection.close()


class _Keys:
    """Credentials in the attributes that botocore reads."""

    def __init__(self, credentials: Credentials) -> None:
        self.access_key, self.secret_key, self.token = credentials.access_key, credentials.secret_key, credentials.token


@contextlib.contextmanager
def clock_set_to(when: datetime.datetime | None):
    """Lets botocore sign as if it were `when`."""
    if when is None:
        yield
        return
    original = botocore.auth.get_current_datetime
    botocore.auth.get_current_datetime = lambda *arguments, **options: when.replace(tzinfo=None)
    try:
        yield
    finally:
        botocore.auth.get_current_datetime = original


def now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC)


def registered_services() -> list[str]:
    """The services that Ferry speaks, as signatures name them."""
    listed = (ROOT / "Sources/API/Requests/ServiceRegistry.swift").read_text()
    return sorted(name.lower() for name in re.findall(r"(\w+)Service\.self", listed))


def form(parameters: Mapping[str, str] | Iterable[tuple[str, str]]) -> bytes:
    return urllib.parse.urlencode(parameters).encode()


def ec2_request(action: str, parameters: Mapping[str, str] | None = None, *, version: str = EC2_VERSION) -> Request:
    return Request(headers={"Content-Type": FORM}, body=form({"Action": action, "Version": version, **(parameters or {})}))


def ec2_call(server: FerryServer, action: str, parameters: Mapping[str, str] | None = None, *, region: str = HOME) -> Answer:
    return ec2_request(action, parameters).signed(server, region=region).send(server)


def sts_request(action: str = "GetCallerIdentity") -> Request:
    return Request(headers={"Content-Type": FORM}, body=form({"Action": action, "Version": STS_VERSION}))


def kms_request(action: str, members: Mapping[str, object] | bytes) -> Request:
    return json_request(f"TrentService.{action}", members)


def organizations_request(action: str, members: Mapping[str, object] | bytes) -> Request:
    return json_request(f"AWSOrganizationsV20161128.{action}", members)


def json_request(target: str, members: Mapping[str, object] | bytes) -> Request:
    headers = {"X-Amz-Target": target, "Content-Type": "application/x-amz-json-1.1"}
    return Request(headers=headers, body=members if isinstance(members, bytes) else json.dumps(members).encode())


def assert_ec2_error(answer: Answer, code: str, status: int = 400, message: str | None = None) -> None:
    """An error in EC2's own shape: the capitals of RequestID, no namespace, one error."""
    assert answer.status == status, str(answer)
    root = answer.xml
    assert root.tag == "Response", str(answer)
    assert root.findtext("Errors/Error/Code") == code, str(answer)
    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", root.findtext("RequestID") or ""), str(answer)
    if message is not None:
        assert re.search(message, root.findtext("Errors/Error/Message") or ""), str(answer)
