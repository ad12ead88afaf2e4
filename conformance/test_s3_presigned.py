"""Links to objects: Signature Version 4 and 2, by boto3 and by hand."""

from __future__ import annotations

import base64
import datetime
import hashlib
import http.client
import time
import urllib.parse

import pytest
from buckets import content, keys, make_bucket, read
from ferry_server import AWAY, HOME
from patience import HANG
from s3_request import S3Request, crc32, presigned_v2
from signed_request import Answer, now

VERSIONS = ["s3v4", "s3"]
DATA = content("presigned", 600_000)


@pytest.fixture
def bucket(server):
    name = make_bucket(server)
    server.s3().put_object(Bucket=name, Key="a key+", Body=DATA)
    return name


def follow(link: str, method: str = "GET", body: bytes = b"", headers: dict[str, str] | None = None) -> Answer:
    """Follows a link as any HTTP client does, knowing nothing of S3."""
    parts = urllib.parse.urlsplit(link)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=HANG)
    try:
        connection.request(method, f"{parts.path}?{parts.query}", body or None, headers or {})
        response = connection.getresponse()
        return Answer(response.status, {name.lower(): value for name, value in response.getheaders()}, response.read())
    finally:
        connection.close()


def link(server, version: str, operation: str, region: str = HOME, expires: int = 60, **parameters) -> str:
    made = server.s3(region, signature_version=version).generate_presigned_url(operation, Params=parameters, ExpiresIn=expires)
    assert ("X-Amz-Signature" in made) == (version == "s3v4")
    return made


@pytest.mark.parametrize("version", VERSIONS)
def test_get(server, bucket, version):
    got = follow(link(server, version, "get_object", Bucket=bucket, Key="a key+"))
    assert (got.status, got.body) == (200, DATA), str(got)
    part = follow(link(server, version, "get_object", Bucket=bucket, Key="a key+"), headers={"Range": "bytes=5-9"})
    assert (part.status, part.body) == (206, DATA[5:10])
    named = follow(link(server, version, "get_object", Bucket=bucket, Key="a key+", ResponseContentType="text/plain"))
    assert (named.status, named.headers["content-type"]) == (200, "text/plain")
    head = follow(link(server, version, "head_object", Bucket=bucket, Key="a key+"), "HEAD")
    assert (head.status, head.headers["content-length"], head.body) == (200, str(len(DATA)), b"")


@pytest.mark.parametrize("version", VERSIONS)
def test_put(server, bucket, version):
    put = follow(link(server, version, "put_object", Bucket=bucket, Key="put"), "PUT", DATA)
    assert put.status == 200, str(put)
    assert read(server, bucket, "put") == DATA


@pytest.mark.parametrize("version", VERSIONS)
def test_a_link_is_for_its_method_alone(server, bucket, version):
    got = link(server, version, "get_object", Bucket=bucket, Key="a key+")
    for method in ("PUT", "DELETE"):
        answer = follow(got, method, b"other")
        assert answer.status in (400, 403) and answer.xml.tag == "Error", str(answer)
    assert read(server, bucket, "a key+") == DATA


@pytest.mark.parametrize("version", VERSIONS)
def test_a_changed_link_is_refused(server, bucket, version):
    server.s3().put_object(Bucket=bucket, Key="b", Body=b"another")
    made = link(server, version, "get_object", Bucket=bucket, Key="a key+")
    for changed in (
        made.replace("a%20key%2B", "b"), made.replace("Expires=", "Expires=1"), made + "&response-content-type=text/html",
        made.replace("Signature=", "Signature=0")[: len(made)],
    ):
        assert changed != made
        answer = follow(changed)
        assert answer.status in (400, 403), str(answer)
        assert answer.code in ("SignatureDoesNotMatch", "AccessDenied", "AuthorizationQueryParametersError"), str(answer)


def test_an_expired_link_is_refused(server, bucket):
    old = S3Request("GET", f"/{bucket}/a%20key%2B").presigned(server, expires=60, when=now() - datetime.timedelta(minutes=2)).send(server)
    assert (old.status, old.code, old.message) == (403, "AccessDenied", "Request has expired"), str(old)
    path = f"/{bucket}/a%20key%2B"
    old = follow(f"{server.endpoint}{path}?{presigned_v2(server, 'GET', path, int(time.time()) - 1)}")
    assert (old.status, old.code, old.message) == (403, "AccessDenied", "Request has expired"), str(old)
    assert follow(f"{server.endpoint}{path}?{presigned_v2(server, 'GET', path, int(time.time()) + 60)}").body == DATA


def test_version_2_is_led_to_the_region_of_its_bucket(server):
    """A link of Version 2 names no Region."""
    bucket = make_bucket(server, AWAY)
    server.s3(AWAY).put_object(Bucket=bucket, Key="key", Body=b"away")
    assert follow(link(server, "s3", "get_object", AWAY, Bucket=bucket, Key="key")).body == b"away"
    assert follow(link(server, "s3", "get_object", HOME, Bucket=bucket, Key="key")).body == b"away"


@pytest.mark.parametrize("version", VERSIONS)
def test_headers_that_the_link_covers(server, bucket, version):
    """The one who follows has to send them, as they are in the link."""
    made = link(server, version, "put_object", Bucket=bucket, Key="typed", ContentType="text/plain", Metadata={"by": "link"})
    headers = {"Content-Type": "text/plain", "x-amz-meta-by": "link"}
    wrong = follow(made, "PUT", b"x", {**headers, "Content-Type": "text/html"})
    assert (wrong.status, wrong.code) == (403, "SignatureDoesNotMatch"), str(wrong)
    assert keys(server, bucket) == ["a key+"]
    right = follow(made, "PUT", b"x", headers)
    assert right.status == 200, str(right)
    head = server.s3().head_object(Bucket=bucket, Key="typed")
    assert (head["ContentType"], head["Metadata"]) == ("text/plain", {"by": "link"})


def test_headers_in_the_query(server, bucket):
    """The SDKs for Go and JavaScript put x-amz- headers into the query of a link."""
    query = urllib.parse.urlencode({"x-amz-meta-by": "query", "x-amz-tagging": "a=1", "x-amz-checksum-crc32": crc32(DATA)})
    put = S3Request("PUT", f"/{bucket}/hoisted", query, body=DATA).presigned(server).send(server)
    assert put.status == 200, str(put)
    head = server.s3().head_object(Bucket=bucket, Key="hoisted", ChecksumMode="ENABLED")
    assert (head["Metadata"], head["TagCount"], head["ChecksumCRC32"]) == ({"by": "query"}, 1, crc32(DATA))
    other = S3Request("PUT", f"/{bucket}/hoisted", query, body=DATA[1:]).presigned(server).send(server)
    assert (other.status, other.code) == (400, "BadDigest"), str(other)
    assert read(server, bucket, "hoisted") == DATA


def conditional(server, method, path, query, *, body=b"", headers=None, sent=None):
    """Follows a link that has conditions in its query, as JavaScript's SDK makes it; `sent` are headers beside it that it does not cover."""
    request = S3Request(method, path, urllib.parse.urlencode(query), headers or {}, body).presigned(server)
    request.headers |= sent or {}
    return request.send(server)


PAST, FUTURE = "Thu, 01 Jan 2015 00:00:00 GMT", "Thu, 01 Jan 2099 00:00:00 GMT"
OTHER = f'"{"0" * 32}"'


@pytest.mark.parametrize(
    ("method", "conditions", "status"),
    [
        ("PUT", {"If-None-Match": "*"}, 412), ("PUT", {"If-Match": OTHER}, 412), ("PUT", {"if-none-match": "*"}, 412),
        ("GET", {"If-None-Match": "*"}, 304), ("GET", {"If-Match": OTHER}, 412), ("GET", {"If-Unmodified-Since": PAST}, 412),
        ("GET", {"If-Modified-Since": FUTURE}, 200), ("GET", {"If-Modified-Since": PAST}, 200), ("HEAD", {"If-Match": OTHER}, 412),
        ("HEAD", {"If-None-Match": "*"}, 304), ("DELETE", {"If-Match": OTHER}, 412),
    ],
)
def test_conditions_in_the_query_of_a_link_count(server, bucket, method, conditions, status):
    body = b"overwritten" if method == "PUT" else b""
    answer = conditional(server, method, f"/{bucket}/a%20key%2B", conditions, body=body)
    assert answer.status == status, str(answer)
    # Whoever follows the link cannot take the condition out by a header of his own.
    for sent in ("", FUTURE if "Since" in next(iter(conditions)) else '"another"'):
        if status in (304, 412):
            again = conditional(server, method, f"/{bucket}/a%20key%2B", conditions, body=body, sent={next(iter(conditions)): sent})
            assert again.status == status, str(again)
    assert read(server, bucket, "a key+") == DATA


def test_conditions_in_the_query_of_links_that_write(server, bucket):
    tag = server.s3().head_object(Bucket=bucket, Key="a key+")["ETag"]
    create = {"If-None-Match": "*"}
    assert [conditional(server, "PUT", f"/{bucket}/new", create, body=b"1").status for _ in range(2)] == [200, 412]
    assert conditional(server, "PUT", f"/{bucket}/a%20key%2B", {"If-Match": tag}, body=b"2").status == 200
    copy = {"x-amz-copy-source": f"{bucket}/new", **create}
    assert [conditional(server, "PUT", f"/{bucket}/copy", copy).status for _ in range(2)] == [200, 412]
    upload = server.s3().create_multipart_upload(Bucket=bucket, Key="new")["UploadId"]
    part = server.s3().upload_part(Bucket=bucket, Key="new", UploadId=upload, PartNumber=1, Body=b"3")["ETag"]
    document = f"<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>{part}</ETag></Part></CompleteMultipartUpload>".encode()
    refused = conditional(server, "POST", f"/{bucket}/new", {"uploadId": upload, **create}, body=document)
    assert (refused.status, refused.code) == (412, "PreconditionFailed"), str(refused)
    assert [read(server, bucket, key) for key in ("new", "a key+", "copy")] == [b"1", b"2", b"1"]


def test_a_digest_in_the_query_of_a_link_counts(server, bucket):
    digest = {"Content-MD5": base64.b64encode(hashlib.md5(b"right").digest()).decode()}
    answer = conditional(server, "PUT", f"/{bucket}/digest", digest, body=b"wrong")
    assert (answer.status, answer.code) == (400, "BadDigest"), str(answer)
    assert conditional(server, "PUT", f"/{bucket}/digest", digest, body=b"right").status == 200
    assert read(server, bucket, "digest") == b"right"


def test_a_condition_that_version_2_does_not_cover_is_refused(server, bucket):
    path = f"/{bucket}/a%20key%2B"
    answer = follow(f"{server.endpoint}{path}?{presigned_v2(server, 'PUT', path, int(time.time()) + 60)}&If-None-Match=*", "PUT", b"x")
    assert (answer.status, answer.code) == (400, "AuthorizationQueryParametersError"), str(answer)
    assert read(server, bucket, "a key+") == DATA


def test_a_header_beside_a_link_must_be_signed(server, bucket):
    made = S3Request("PUT", f"/{bucket}/open", body=b"x").presigned(server)
    made.headers["x-amz-meta-by"] = "a stranger"
    answer = made.send(server)
    assert (answer.status, answer.code) == (403, "AccessDenied"), str(answer)
    assert keys(server, bucket) == ["a key+"]


ESCAPED = ["version%49d={old}", "%61cl", "%74agging", "policyStatus", "prefix=a", "x-amz-meta-a%3Ab=c", "response-content-type=a%26versionId%3D{old}"]


@pytest.mark.parametrize("added", ESCAPED)
def test_nothing_is_added_to_a_link_of_version_2(server, added):
    """Version 2 leaves most of the query out of the signature: what it leaves out is not obeyed, however it is spelled."""
    bucket = make_bucket(server)
    server.s3().put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    old = server.s3().put_object(Bucket=bucket, Key="key", Body=b"secret")["VersionId"]
    server.s3().put_object(Bucket=bucket, Key="key", Body=DATA)
    path = f"/{bucket}/key"
    made = f"{server.endpoint}{path}?{presigned_v2(server, 'GET', path, int(time.time()) + 60)}"
    assert follow(made).body == DATA
    answer = follow(f"{made}&{added.format(old=old)}")
    assert answer.status in (400, 403) and b"secret" not in answer.body, str(answer)


def test_a_put_link_of_version_2_stays_a_put(server, bucket):
    path = f"/{bucket}/a%20key%2B"
    made = f"{server.endpoint}{path}?{presigned_v2(server, 'PUT', path, int(time.time()) + 60)}"
    tags = b"<Tagging><TagSet><Tag><Key>a</Key><Value>1</Value></Tag></TagSet></Tagging>"
    for added in ("tagging", "%74agging", "a%63l", "x-amz-acl=public-read"):
        answer = follow(f"{made}&{added}", "PUT", tags)
        assert answer.status in (400, 403), str(answer)
    assert server.s3().get_object_tagging(Bucket=bucket, Key="a key+")["TagSet"] == []
    assert read(server, bucket, "a key+") == DATA


@pytest.mark.parametrize("version", VERSIONS)
def test_a_parameter_that_is_there_twice_is_refused(server, bucket, version):
    """A signature sorts parameters: which of two is first is not covered."""
    path = f"/{bucket}/a%20key%2B"
    query = "response-content-type=text/a&response-content-type=text/b"
    if version == "s3v4":
        answer = S3Request("GET", path, query).signed(server).send(server)
    else:
        answer = follow(f"{server.endpoint}{path}?{query}&{presigned_v2(server, 'GET', path, int(time.time()) + 60)}")
    assert answer.status in (400, 403) and answer.xml.tag == "Error", str(answer)
