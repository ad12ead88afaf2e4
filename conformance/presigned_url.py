"""The PresignedUrl of a CopySnapshot, signed by hand: as the SDKs make it, and in every wrong way."""

from __future__ import annotations

import datetime
import urllib.parse
from collections.abc import Mapping

import botocore.auth
from botocore.awsrequest import AWSRequest
from ferry_server import Credentials
from signed_request import EC2_VERSION, now


class _Signer(botocore.auth.SigV4Auth):
    """Signs nothing but the host, as a URL does."""

    def headers_to_sign(self, request):
        return botocore.auth.HTTPHeaders.from_pairs([("host", urllib.parse.urlsplit(request.url).netloc)])


def presigned_url(
    credentials: Credentials,
    parameters: Mapping[str, str],
    *,
    endpoint: str,
    region: str,
    service: str = "ec2",
    method: str = "GET",
    expires: int | None = 3600,
    when: datetime.datetime | None = None,
) -> str:
    """`expires` None is the form of Go's SDK, which names no life."""
    stamp = (when or now()).strftime("%Y%m%dT%H%M%SZ")
    query = {
        "Version": EC2_VERSION,
        **parameters,
        "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
        "X-Amz-Credential": f"{credentials.access_key}/{stamp[:8]}/{region}/{service}/aws4_request",
        "X-Amz-Date": stamp,
        "X-Amz-SignedHeaders": "host",
    }
    if expires is not None:
        query["X-Amz-Expires"] = str(expires)
    url = f"{endpoint}/?{urllib.parse.urlencode(sorted(query.items()), quote_via=urllib.parse.quote)}"
    request = AWSRequest(method=method, url=url)
    request.context["timestamp"] = stamp
    signer = _Signer(credentials, service, region)
    signature = signer.signature(signer.string_to_sign(request, signer.canonical_request(request)), request)
    return f"{url}&X-Amz-Signature={signature}"
