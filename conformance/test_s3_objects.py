"""Objects by boto3: bytes, headers, ranges, conditions, copies, deletions, odd keys, listings, versions, tags and ACLs."""

from __future__ import annotations

import datetime
import hashlib
import random
import urllib.parse

import pytest
from buckets import BLOCK, SIZES, content, keys, make_bucket, read
from ferry_server import AWAY, HOME
from refusals import refused
from s3_request import S3Request

EARLIER = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)
LATER = datetime.datetime(2099, 1, 1, tzinfo=datetime.UTC)


@pytest.fixture(scope="module")
def bucket(server):
    return make_bucket(server)


@pytest.fixture
def own_bucket(server):
    """A bucket that holds nothing but what the test puts into it."""
    return make_bucket(server)


@pytest.fixture
def versioned(server):
    name = make_bucket(server)
    server.s3().put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    return name


def md5(data: bytes) -> str:
    return f'"{hashlib.md5(data).hexdigest()}"'


# Bytes ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", SIZES)
def test_bytes_come_back(server, bucket, size):
    s3, data, key = server.s3(), content(f"bytes {size}", size), f"bytes/{size}"
    put = s3.put_object(Bucket=bucket, Key=key, Body=data)
    assert put["ETag"] == md5(data)
    got = s3.get_object(Bucket=bucket, Key=key)
    assert got["Body"].read() == data
    head = s3.head_object(Bucket=bucket, Key=key)
    for answer in (got, head):
        assert (answer["ContentLength"], answer["ETag"], answer["ContentType"]) == (size, md5(data), "binary/octet-stream")
        assert answer["AcceptRanges"] == "bytes"
        assert abs((answer["LastModified"] - datetime.datetime.now(datetime.UTC)).total_seconds()) < 600
    assert "VersionId" not in head


@pytest.mark.parametrize("size", [BLOCK - 1, BLOCK, 3 * BLOCK + 5])
def test_zeros_and_holes_come_back(server, bucket, size):
    """Blocks of zeros are not stored; they are there all the same."""
    for data in (bytes(size), content("a head", 10) + bytes(size - 10), bytes(size - 10) + content("a tail", 10)):
        server.s3().put_object(Bucket=bucket, Key="holes", Body=data)
        assert read(server, bucket, "holes") == data


def test_an_object_replaces_the_one_before(server, own_bucket):
    for data in (b"first", content("second", BLOCK + 1), b"", b"last"):
        server.s3().put_object(Bucket=own_bucket, Key="key", Body=data, Metadata={"size": str(len(data))})
        assert read(server, own_bucket, "key") == data
        assert server.s3().head_object(Bucket=own_bucket, Key="key")["Metadata"] == {"size": str(len(data))}
    assert keys(server, own_bucket) == ["key"]


def test_what_is_not_there(server, bucket):
    s3 = server.s3()
    with refused("NoSuchKey", status=404):
        s3.get_object(Bucket=bucket, Key="never")
    with refused("404", status=404):
        s3.head_object(Bucket=bucket, Key="never")
    with refused("NoSuchBucket", status=404):
        s3.put_object(Bucket="never-made", Key="key", Body=b"")
    s3.put_object(Bucket=bucket, Key="there", Body=b"")
    # There is no version but null in a bucket that keeps none.
    for call in (s3.get_object, s3.delete_object, s3.get_object_tagging, s3.get_object_acl):
        with refused("InvalidArgument", "^Invalid version id specified$"):
            call(Bucket=bucket, Key="there", VersionId="none")
        call(Bucket=bucket, Key="there", VersionId="null")
        s3.put_object(Bucket=bucket, Key="there", Body=b"")


def test_ranges_of_many_kinds(server, bucket, seed):
    data, dice = content("ranges", 3 * BLOCK + 77), random.Random(seed)
    server.s3().put_object(Bucket=bucket, Key="ranges", Body=data)
    edges = [0, 1, BLOCK - 1, BLOCK, BLOCK + 1, 2 * BLOCK, len(data) - 1]
    spans = [(first, last) for first in edges for last in edges if first <= last] + [sorted(dice.sample(range(len(data)), 2)) for _ in range(20)]
    for first, last in spans:
        got = server.s3().get_object(Bucket=bucket, Key="ranges", Range=f"bytes={first}-{last}")
        assert got["Body"].read() == data[first : last + 1], (first, last)
        assert got["ContentRange"] == f"bytes {first}-{last}/{len(data)}"
        assert got["ResponseMetadata"]["HTTPStatusCode"] == 206
    assert read(server, bucket, "ranges", Range="bytes=100-") == data[100:]
    assert read(server, bucket, "ranges", Range="bytes=-100") == data[-100:]
    assert read(server, bucket, "ranges", Range=f"bytes=10-{10 * len(data)}") == data[10:]
    assert read(server, bucket, "ranges", Range=f"bytes=-{10 * len(data)}") == data
    head = server.s3().head_object(Bucket=bucket, Key="ranges", Range="bytes=5-9")
    assert (head["ContentLength"], head["ContentRange"]) == (5, f"bytes 5-9/{len(data)}")
    # The SDK for Java writes the largest number that it knows for an end that it does not know.
    for last in (2**63 - 2, 2**63 - 1, 2**64, 10**40):
        assert read(server, bucket, "ranges", Range=f"bytes=2-{last}") == data[2:]
        assert read(server, bucket, "ranges", Range=f"bytes=-{last}") == data
        with refused("InvalidRange", status=416):
            read(server, bucket, "ranges", Range=f"bytes={last}-")
    # What is no range of bytes is passed over, as RFC 9110 has it.
    for header in ("items=0-1", "bytes=9-5", "bytes=0-1,3-4"):
        assert read(server, bucket, "ranges", Range=header) == data
    for header in (f"bytes={len(data)}-", "bytes=-0"):
        with refused("InvalidRange", status=416):
            read(server, bucket, "ranges", Range=header)


def test_ranges_of_an_empty_object(server, bucket):
    server.s3().put_object(Bucket=bucket, Key="empty", Body=b"")
    for header in ("bytes=0-", "bytes=0-0"):
        with refused("InvalidRange", status=416):
            read(server, bucket, "empty", Range=header)


# Headers -------------------------------------------------------------------------------------------------------------

HEADERS = {
    "CacheControl": "max-age=60", "ContentDisposition": 'attachment; filename="a b.raw"', "ContentEncoding": "gzip", "ContentLanguage": "de",
    "ContentType": "application/x-raw-disk-image",
}


def test_headers_and_metadata_are_given_back(server, bucket):
    s3, metadata = server.s3(), {"made-by": "a test", "numbers": "1, 2,  3", "empty": ""}
    s3.put_object(Bucket=bucket, Key="headers", Body=b"x", Metadata=metadata, Expires=LATER, **HEADERS)
    for answer in (s3.get_object(Bucket=bucket, Key="headers"), s3.head_object(Bucket=bucket, Key="headers")):
        assert {name: answer[name] for name in HEADERS} == HEADERS
        assert answer["Metadata"] == metadata
        assert answer["ExpiresString"] == "Thu, 01 Jan 2099 00:00:00 GMT"
    overridden = s3.get_object(Bucket=bucket, Key="headers", ResponseContentType="text/plain", ResponseCacheControl="no-store")
    assert (overridden["ContentType"], overridden["CacheControl"], overridden["ContentLanguage"]) == ("text/plain", "no-store", "de")


def test_metadata_has_a_limit(server, own_bucket):
    s3 = server.s3()
    s3.put_object(Bucket=own_bucket, Key="key", Metadata={"k": "v" * 2047})
    with refused("MetadataTooLarge"):
        s3.put_object(Bucket=own_bucket, Key="key", Metadata={"k": "v" * 2048})
    assert s3.head_object(Bucket=own_bucket, Key="key")["Metadata"] == {"k": "v" * 2047}


@pytest.mark.parametrize(
    "options",
    [
        {"StorageClass": "GLACIER"}, {"WebsiteRedirectLocation": "/x"}, {"ServerSideEncryption": "aws:kms:dsse"}, {"GrantRead": "id=0123"},
        {"GrantWriteACP": "id=0123"},
    ],
)
def test_what_is_not_implemented_is_refused(server, own_bucket, options):
    with refused("NotImplemented", status=501) as caught:
        server.s3().put_object(Bucket=own_bucket, Key="key", Body=b"x", **options)
    assert caught.value.response["Error"]["Message"]
    assert keys(server, own_bucket) == []


# Conditions ----------------------------------------------------------------------------------------------------------


def test_conditions_of_a_read(server, bucket):
    s3, data = server.s3(), b"conditions"
    tag = s3.put_object(Bucket=bucket, Key="conditions", Body=data)["ETag"]
    other = md5(b"other")
    for right in ({"IfMatch": tag}, {"IfMatch": "*"}, {"IfNoneMatch": other}, {"IfModifiedSince": EARLIER}, {"IfUnmodifiedSince": LATER}):
        assert read(server, bucket, "conditions", **right) == data
        s3.head_object(Bucket=bucket, Key="conditions", **right)
    # A tag outweighs the date beside it.
    assert read(server, bucket, "conditions", IfMatch=tag, IfUnmodifiedSince=EARLIER) == data
    for wrong in ({"IfMatch": other}, {"IfUnmodifiedSince": EARLIER}):
        with refused("PreconditionFailed", status=412):
            read(server, bucket, "conditions", **wrong)
        with refused("412", status=412):
            s3.head_object(Bucket=bucket, Key="conditions", **wrong)
    written = s3.head_object(Bucket=bucket, Key="conditions")["LastModified"]
    for known in ({"IfNoneMatch": tag}, {"IfNoneMatch": "*"}, {"IfModifiedSince": written}, {"IfNoneMatch": tag, "IfModifiedSince": EARLIER}):
        with refused("304", status=304):
            read(server, bucket, "conditions", **known)


def test_conditions_of_a_write(server, own_bucket):
    s3 = server.s3()
    first = s3.put_object(Bucket=own_bucket, Key="key", Body=b"first", IfNoneMatch="*")["ETag"]
    with refused("PreconditionFailed", status=412):
        s3.put_object(Bucket=own_bucket, Key="key", Body=b"second", IfNoneMatch="*")
    with refused("PreconditionFailed", status=412):
        s3.put_object(Bucket=own_bucket, Key="key", Body=b"second", IfMatch=md5(b"other"))
    with refused("NoSuchKey", status=404):
        s3.put_object(Bucket=own_bucket, Key="absent", Body=b"second", IfMatch=first)
    assert (read(server, own_bucket, "key"), keys(server, own_bucket)) == (b"first", ["key"])
    s3.put_object(Bucket=own_bucket, Key="key", Body=b"second", IfMatch=first)
    assert read(server, own_bucket, "key") == b"second"


# Copies --------------------------------------------------------------------------------------------------------------


def test_copies(server, bucket, own_bucket):
    s3, data = server.s3(), content("copies", 2 * BLOCK + 9)
    tag = s3.put_object(Bucket=bucket, Key="source of +copies", Body=data, ContentType="text/x", Metadata={"kept": "yes"})["ETag"]
    source = {"Bucket": bucket, "Key": "source of +copies"}
    copied = s3.copy_object(Bucket=own_bucket, Key="copy", CopySource=source)["CopyObjectResult"]
    assert copied["ETag"] == tag
    s3.copy_object(
        Bucket=own_bucket, Key="replaced", CopySource=source, MetadataDirective="REPLACE", Metadata={"new": "1"}, ContentType="text/y"
    )
    s3.delete_object(**source)
    assert read(server, own_bucket, "copy") == read(server, own_bucket, "replaced") == data
    copy, replaced = (s3.head_object(Bucket=own_bucket, Key=key) for key in ("copy", "replaced"))
    assert (copy["ContentType"], copy["Metadata"]) == ("text/x", {"kept": "yes"})
    assert (replaced["ContentType"], replaced["Metadata"]) == ("text/y", {"new": "1"})


def test_a_copy_onto_itself_must_change_something(server, own_bucket):
    s3, source = server.s3(), {"Bucket": own_bucket, "Key": "key"}
    s3.put_object(Bucket=own_bucket, Key="key", Body=b"bytes", Metadata={"old": "1"})
    with refused("InvalidRequest"):
        s3.copy_object(Bucket=own_bucket, Key="key", CopySource=source)
    s3.copy_object(Bucket=own_bucket, Key="key", CopySource=source, MetadataDirective="REPLACE", Metadata={"new": "1"})
    assert s3.head_object(Bucket=own_bucket, Key="key")["Metadata"] == {"new": "1"}
    assert read(server, own_bucket, "key") == b"bytes"


def test_conditions_of_a_copy(server, own_bucket):
    s3, source = server.s3(), {"Bucket": own_bucket, "Key": "key"}
    tag = s3.put_object(Bucket=own_bucket, Key="key", Body=b"bytes")["ETag"]
    written = s3.head_object(**source)["LastModified"]
    for wrong in (
        {"CopySourceIfMatch": md5(b"other")}, {"CopySourceIfNoneMatch": tag}, {"CopySourceIfModifiedSince": written},
        {"CopySourceIfUnmodifiedSince": EARLIER},
    ):
        with refused("PreconditionFailed", status=412):
            s3.copy_object(Bucket=own_bucket, Key="copy", CopySource=source, **wrong)
    assert keys(server, own_bucket) == ["key"]
    s3.copy_object(Bucket=own_bucket, Key="copy", CopySource=source, CopySourceIfMatch=tag, CopySourceIfUnmodifiedSince=EARLIER)
    assert read(server, own_bucket, "copy") == b"bytes"


@pytest.mark.parametrize("source", ["{}/a+b%2Bc", "/{}/a+b%2Bc", "%2F{}%2Fa+b%2Bc", "{}%2Fa%20b%2Bc", "/{}/a%20b+c", "/{}/a b%2Bc"])
def test_how_clients_write_the_source_of_a_copy(server, own_bucket, source):
    """The encoders of Go and Java write a blank as a plus, and some encode the slashes too."""
    s3 = server.s3()
    for key in ("a b+c", "a b c"):
        s3.put_object(Bucket=own_bucket, Key=key, Body=key.encode())
    headers = {"x-amz-copy-source": source.format(own_bucket)}
    answer = S3Request("PUT", f"/{own_bucket}/copy", headers=headers).signed(server).send(server)
    assert answer.status == 200, str(answer)
    assert read(server, own_bucket, "copy") == (b"a b c" if source.endswith("20b+c") else b"a b+c")


@pytest.mark.parametrize(("sent", "kept"), [
    ("gzip, br", "gzip, br"), ("gzip,br", "gzip,br"), ("aws-chunked, gzip", "gzip"), ("gzip, aws-chunked", "gzip"),
    ("gzip, AWS-chunked ,br , x", "gzip,br , x"), ("aws-chunked", None), ("aws-chunked-not", "aws-chunked-not"),
])
def test_encodings_of_content_keep_their_blanks(server, own_bucket, sent, kept):
    answer = S3Request("PUT", f"/{own_bucket}/key", headers={"Content-Encoding": sent}, body=b"x").signed(server).send(server)
    assert answer.status == 200, str(answer)
    assert server.s3().head_object(Bucket=own_bucket, Key="key").get("ContentEncoding") == kept


def test_copies_of_what_is_not_there(server, own_bucket):
    s3 = server.s3()
    with refused("NoSuchKey", status=404):
        s3.copy_object(Bucket=own_bucket, Key="copy", CopySource={"Bucket": own_bucket, "Key": "never"})
    with refused("NoSuchBucket", status=404):
        s3.copy_object(Bucket=own_bucket, Key="copy", CopySource={"Bucket": "never-made", "Key": "never"})
    with refused("InvalidArgument"):
        s3.copy_object(Bucket=own_bucket, Key="copy", CopySource="no-key")


def test_a_copy_of_a_version(server, versioned, own_bucket):
    s3 = server.s3()
    first = s3.put_object(Bucket=versioned, Key="key", Body=b"first")["VersionId"]
    s3.put_object(Bucket=versioned, Key="key", Body=b"second")
    source = {"Bucket": versioned, "Key": "key", "VersionId": first}
    answer = s3.copy_object(Bucket=own_bucket, Key="copy", CopySource=source)
    assert answer["CopySourceVersionId"] == first
    assert read(server, own_bucket, "copy") == b"first"


# Deletions -----------------------------------------------------------------------------------------------------------


def test_delete(server, own_bucket):
    s3 = server.s3()
    s3.put_object(Bucket=own_bucket, Key="key", Body=b"bytes")
    for _ in range(2):
        answer = s3.delete_object(Bucket=own_bucket, Key="key")
        assert answer["ResponseMetadata"]["HTTPStatusCode"] == 204 and "DeleteMarker" not in answer
        with refused("NoSuchKey", status=404):
            s3.get_object(Bucket=own_bucket, Key="key")


def test_delete_leaves_equal_content(server, own_bucket):
    """Equal bytes are stored once; deleting one object of them does not take them from the other."""
    data = content("equal", 2 * BLOCK)
    for key in ("one", "two"):
        server.s3().put_object(Bucket=own_bucket, Key=key, Body=data)
    server.s3().delete_object(Bucket=own_bucket, Key="one")
    assert read(server, own_bucket, "two") == data


def test_batch_delete(server, own_bucket):
    s3, names = server.s3(), ["plain", "a&b<c>", "übel", "with blank", "never"]
    for name in [*names[:4], "kept"]:
        s3.put_object(Bucket=own_bucket, Key=name, Body=name.encode())
    answer = s3.delete_objects(Bucket=own_bucket, Delete={"Objects": [{"Key": name} for name in names]})
    assert [entry["Key"] for entry in answer["Deleted"]] == names and "Errors" not in answer
    assert keys(server, own_bucket) == ["kept"]
    quiet = s3.delete_objects(Bucket=own_bucket, Delete={"Objects": [{"Key": "kept"}], "Quiet": True})
    assert "Deleted" not in quiet and keys(server, own_bucket) == []


def test_batch_delete_of_a_thousand_and_one_is_refused(server, own_bucket):
    s3 = server.s3()
    s3.put_object(Bucket=own_bucket, Key="0", Body=b"")
    with refused("MalformedXML"):
        s3.delete_objects(Bucket=own_bucket, Delete={"Objects": [{"Key": str(number)} for number in range(1001)]})
    assert keys(server, own_bucket) == ["0"]
    answer = s3.delete_objects(Bucket=own_bucket, Delete={"Objects": [{"Key": str(number)} for number in range(1000)]})
    assert len(answer["Deleted"]) == 1000


# Keys ----------------------------------------------------------------------------------------------------------------

ODD_KEYS = [
    " ", "a b", "a+b", "a%20b", "a%2Fb", "%", "a//b", "/a", "a/", "a/../b", "..", ".", "./a", "a/./b", "grüße/日本語/🚢", "e\u0301", "\u00e9", "a?b&c=d",
    "a#b", "a'b\"c", "a<b>&c", "a\\b", "~tilde*star!(x)", "colon:semi;comma,", "a=b@c$d", "^`{|}[]", "k" * 1024, "ü" * 512, "?versionId=1", "tab\there",
]


def test_odd_keys(server, own_bucket):
    s3 = server.s3()
    for key in ODD_KEYS:
        s3.put_object(Bucket=own_bucket, Key=key, Body=key.encode())
    for key in ODD_KEYS:
        assert read(server, own_bucket, key) == key.encode(), key
    in_order = sorted(ODD_KEYS, key=str.encode)
    assert keys(server, own_bucket) == in_order
    assert [entry["Key"] for entry in s3.list_objects(Bucket=own_bucket)["Contents"]] == in_order
    for key in ODD_KEYS:
        s3.copy_object(Bucket=own_bucket, Key="copy", CopySource={"Bucket": own_bucket, "Key": key})
        assert read(server, own_bucket, "copy") == key.encode(), key
        s3.delete_object(Bucket=own_bucket, Key=key)
    assert keys(server, own_bucket) == ["copy"]


def test_a_key_of_1025_bytes_is_refused(server, own_bucket):
    for key in ("k" * 1025, "ü" * 512 + "k"):
        with refused("KeyTooLongError"):
            server.s3().put_object(Bucket=own_bucket, Key=key, Body=b"")
    assert keys(server, own_bucket) == []


def test_keys_that_xml_cannot_hold_are_listed_encoded(server, own_bucket):
    key = "bell\x07 and \x01"
    server.s3().put_object(Bucket=own_bucket, Key=key, Body=b"odd")
    assert read(server, own_bucket, key) == b"odd"
    assert keys(server, own_bucket) == [key]


def test_a_path_that_is_no_utf8_is_refused(server, own_bucket):
    for path in ("/%FF", "/a%C3", "/%ZZ"):
        answer = S3Request("PUT", f"/{own_bucket}{path}", body=b"x").signed(server).send(server)
        assert answer.status in (400, 403) and answer.code in ("InvalidURI", "SignatureDoesNotMatch"), str(answer)
    assert keys(server, own_bucket) == []


# Listings ------------------------------------------------------------------------------------------------------------

TREE = ["a", "b/1", "b/2", "b/c/3", "d", "d/4", "e+f/5", "e f/6", "g//h", "z"]


@pytest.fixture(scope="module")
def tree(server):
    name = make_bucket(server)
    for key in TREE:
        server.s3().put_object(Bucket=name, Key=key, Body=key.encode())
    return name


def expected(prefix: str, delimiter: str, after: str = "") -> tuple[list[str], list[str]]:
    """Keys and common prefixes as the definition of a listing has them."""
    found, prefixes = [], []
    for key in sorted(TREE, key=str.encode):
        if not key.startswith(prefix) or key <= after:
            continue
        head, separator, _ = key[len(prefix) :].partition(delimiter) if delimiter else (key, "", "")
        if not separator:
            found.append(key)
        elif prefix + head + separator not in prefixes:
            prefixes.append(prefix + head + separator)
    return found, prefixes


@pytest.mark.parametrize("page", [1, 2, 3, 1000])
@pytest.mark.parametrize("operation", ["list_objects", "list_objects_v2"])
@pytest.mark.parametrize(("prefix", "delimiter"), [("", ""), ("", "/"), ("b/", "/"), ("b", "/"), ("", "+"), ("e", ""), ("g/", "/"), ("", "no"), ("x", "/")])
def test_listings_with_prefix_delimiter_and_pages(server, tree, operation, prefix, delimiter, page):
    pages = list(server.s3().get_paginator(operation).paginate(Bucket=tree, Prefix=prefix, Delimiter=delimiter, PaginationConfig={"PageSize": page}))
    found = [entry["Key"] for answer in pages for entry in answer.get("Contents", [])]
    prefixes = [entry["Prefix"] for answer in pages for entry in answer.get("CommonPrefixes", [])]
    assert (found, prefixes) == expected(prefix, delimiter)
    for answer in pages:
        count = len(answer.get("Contents", [])) + len(answer.get("CommonPrefixes", []))
        assert count <= page and answer["MaxKeys"] == page and answer["Name"] == tree and answer["Prefix"] == prefix
        assert answer["IsTruncated"] == (answer is not pages[-1])
        assert operation == "list_objects" or answer["KeyCount"] == count
        assert answer is pages[-1] or count == page


def test_listings_tell_of_their_objects(server, tree):
    [entry] = server.s3().list_objects_v2(Bucket=tree, Prefix="b/c", FetchOwner=True)["Contents"]
    assert (entry["Size"], entry["ETag"], entry["StorageClass"]) == (5, md5(b"b/c/3"), "STANDARD")
    assert len(entry["Owner"]["ID"]) == 64
    assert "Owner" not in server.s3().list_objects_v2(Bucket=tree)["Contents"][0]
    assert "Owner" in server.s3().list_objects(Bucket=tree)["Contents"][0]


def test_start_after_and_marker(server, tree):
    s3 = server.s3()
    assert [entry["Key"] for entry in s3.list_objects_v2(Bucket=tree, StartAfter="b/2")["Contents"]] == expected("", "", "b/2")[0]
    assert [entry["Key"] for entry in s3.list_objects(Bucket=tree, Marker="d")["Contents"]] == expected("", "", "d")[0]
    assert [entry["Key"] for entry in s3.list_objects_v2(Bucket=tree, StartAfter="c")["Contents"]] == expected("", "", "c")[0]


def folded(server, operation, bucket, **options):
    answer = getattr(server.s3(), operation)(Bucket=bucket, Delimiter="/", **options)
    entries = answer.get("Contents", answer.get("Versions", []))
    return [entry["Key"] for entry in entries], [entry["Prefix"] for entry in answer.get("CommonPrefixes", [])]


@pytest.mark.parametrize(("operation", "marker"), [("list_objects", "Marker"), ("list_objects_v2", "StartAfter"), ("list_object_versions", "KeyMarker")])
def test_a_place_within_a_common_prefix_is_behind_it(server, tree, operation, marker):
    rest = (["d", "z"], ["d/", "e f/", "e+f/", "g/"])
    for place in ("b/", "b/1", "b/2", "b/zzz"):
        assert folded(server, operation, tree, **{marker: place}) == rest, place
    assert folded(server, operation, tree, **{marker: "b"}) == (rest[0], ["b/", *rest[1]])
    assert folded(server, operation, tree, Prefix="b/", **{marker: "b/1"}) == (["b/2"], ["b/c/"])
    assert folded(server, operation, tree, Prefix="b/", **{marker: "b/c/2"}) == ([], [])


def test_what_listings_tell_of_themselves(server, tree):
    s3 = server.s3()
    first = s3.list_objects(Bucket=tree, MaxKeys=1)
    assert first["IsTruncated"] and "NextMarker" not in first
    assert s3.list_objects(Bucket=tree, MaxKeys=1, Delimiter="/")["NextMarker"] == "a"
    first = s3.list_objects_v2(Bucket=tree, MaxKeys=1, StartAfter="a")
    assert first["StartAfter"] == "a"
    second = s3.list_objects_v2(Bucket=tree, MaxKeys=1, StartAfter="a", ContinuationToken=first["NextContinuationToken"])
    assert "StartAfter" not in second and second["Contents"][0]["Key"] == "b/2"


def test_times_of_listings_are_those_of_the_objects(server, versioned):
    """In whole seconds: whoever compares the two, as tools that sync do, must find them equal."""
    s3 = server.s3()
    s3.put_object(Bucket=versioned, Key="key", Body=b"x", ChecksumAlgorithm="SHA1")
    time = s3.head_object(Bucket=versioned, Key="key")["LastModified"]
    [version] = s3.list_object_versions(Bucket=versioned)["Versions"]
    assert (version["ChecksumAlgorithm"], version["ChecksumType"]) == (["SHA1"], "FULL_OBJECT")
    copied = s3.copy_object(Bucket=versioned, Key="copy", CopySource={"Bucket": versioned, "Key": "key"})["CopyObjectResult"]["LastModified"]
    assert copied == s3.head_object(Bucket=versioned, Key="copy")["LastModified"]
    listed = [version["LastModified"], *(entry["LastModified"] for entry in s3.list_objects_v2(Bucket=versioned, Prefix="key")["Contents"])]
    assert listed == [time, time]
    upload = s3.create_multipart_upload(Bucket=versioned, Key="parts")["UploadId"]
    s3.upload_part(Bucket=versioned, Key="parts", UploadId=upload, PartNumber=1, Body=b"x")
    times = [
        s3.list_parts(Bucket=versioned, Key="parts", UploadId=upload)["Parts"][0]["LastModified"],
        s3.list_multipart_uploads(Bucket=versioned)["Uploads"][0]["Initiated"],
        next(bucket["CreationDate"] for bucket in s3.list_buckets()["Buckets"] if bucket["Name"] == versioned),
    ]
    assert all(time.microsecond == 0 for time in times)


def test_a_page_of_nothing(server, tree):
    answer = server.s3().list_objects_v2(Bucket=tree, MaxKeys=0)
    assert (answer["KeyCount"], answer["IsTruncated"]) == (0, False)


def test_keys_in_listings_are_encoded_when_asked(server, tree):
    answer = S3Request("GET", f"/{tree}", "encoding-type=url&list-type=2&prefix=e").signed(server).send(server)
    assert answer.texts("EncodingType") == ["url"]
    assert answer.texts("Key") == ["e+f/6", "e%2Bf/5"]
    plain = S3Request("GET", f"/{tree}", "list-type=2&prefix=e").signed(server).send(server)
    assert plain.texts("Key") == ["e f/6", "e+f/5"]


@pytest.mark.parametrize(
    "query", ["max-keys=-1", "max-keys=many", "encoding-type=xml", "continuation-token=%21%21&list-type=2", "version-id-marker=x&versions"]
)
def test_wrong_listings_are_refused(server, tree, query):
    answer = S3Request("GET", f"/{tree}", urllib.parse.quote(query, safe="=&%-")).signed(server).send(server)
    assert (answer.status, answer.code) == (400, "InvalidArgument"), str(answer)


# Versions ------------------------------------------------------------------------------------------------------------


def listed_versions(server, bucket, **options):
    pages = server.s3().get_paginator("list_object_versions").paginate(Bucket=bucket, **options)
    entries = [(entry["Key"], entry["VersionId"], entry["IsLatest"], kind) for page in pages for kind in ("Versions", "DeleteMarkers") for entry in page.get(kind, [])]
    return entries


def test_versions_are_kept(server, versioned):
    s3 = server.s3()
    versions = [s3.put_object(Bucket=versioned, Key="key", Body=f"number {n}".encode())["VersionId"] for n in range(3)]
    assert len(set(versions)) == 3
    assert read(server, versioned, "key") == b"number 2"
    for number, version in enumerate(versions):
        assert read(server, versioned, "key", VersionId=version) == f"number {number}".encode()
        assert s3.head_object(Bucket=versioned, Key="key", VersionId=version)["VersionId"] == version
    assert listed_versions(server, versioned) == [("key", version, version == versions[2], "Versions") for version in reversed(versions)]


def test_markers(server, versioned):
    s3 = server.s3()
    version = s3.put_object(Bucket=versioned, Key="key", Body=b"bytes")["VersionId"]
    answer = s3.delete_object(Bucket=versioned, Key="key")
    assert answer["DeleteMarker"] is True
    marker = answer["VersionId"]
    with refused("NoSuchKey", status=404) as caught:
        s3.get_object(Bucket=versioned, Key="key")
    headers = caught.value.response["ResponseMetadata"]["HTTPHeaders"]
    assert (headers["x-amz-delete-marker"], headers["x-amz-version-id"]) == ("true", marker)
    with refused("MethodNotAllowed", status=405):
        s3.get_object(Bucket=versioned, Key="key", VersionId=marker)
    assert keys(server, versioned) == []
    assert read(server, versioned, "key", VersionId=version) == b"bytes"
    assert sorted(listed_versions(server, versioned)) == sorted([("key", marker, True, "DeleteMarkers"), ("key", version, False, "Versions")])
    gone = s3.delete_object(Bucket=versioned, Key="key", VersionId=marker)
    assert (gone["DeleteMarker"], gone["VersionId"]) == (True, marker)
    assert read(server, versioned, "key") == b"bytes"
    s3.delete_object(Bucket=versioned, Key="key", VersionId=version)
    assert listed_versions(server, versioned) == []


def test_the_version_before_comes_back_when_the_latest_goes(server, versioned):
    s3 = server.s3()
    versions = [s3.put_object(Bucket=versioned, Key="key", Body=bytes([n]))["VersionId"] for n in range(3)]
    s3.delete_object(Bucket=versioned, Key="key", VersionId=versions[2])
    assert read(server, versioned, "key") == b"\1"
    s3.delete_object(Bucket=versioned, Key="key", VersionId=versions[0])
    assert listed_versions(server, versioned) == [("key", versions[1], True, "Versions")]


def test_suspended_versioning_writes_the_null_version(server, own_bucket):
    s3 = server.s3()
    s3.put_object(Bucket=own_bucket, Key="key", Body=b"before")
    s3.put_bucket_versioning(Bucket=own_bucket, VersioningConfiguration={"Status": "Enabled"})
    kept = s3.put_object(Bucket=own_bucket, Key="key", Body=b"kept")["VersionId"]
    assert read(server, own_bucket, "key", VersionId="null") == b"before"
    s3.put_bucket_versioning(Bucket=own_bucket, VersioningConfiguration={"Status": "Suspended"})
    assert "VersionId" not in s3.put_object(Bucket=own_bucket, Key="key", Body=b"after")
    copied = s3.copy_object(Bucket=own_bucket, Key="copy", CopySource={"Bucket": own_bucket, "Key": "key", "VersionId": kept})
    assert "VersionId" not in copied and copied["CopySourceVersionId"] == kept
    s3.delete_object(Bucket=own_bucket, Key="copy", VersionId="null")
    assert s3.head_object(Bucket=own_bucket, Key="key")["VersionId"] == "null"
    assert read(server, own_bucket, "key", VersionId="null") == read(server, own_bucket, "key") == b"after"
    assert read(server, own_bucket, "key", VersionId=kept) == b"kept"
    assert [entry[1:3] for entry in listed_versions(server, own_bucket)] == [("null", True), (kept, False)]
    marker = s3.delete_object(Bucket=own_bucket, Key="key")
    assert (marker["DeleteMarker"], marker["VersionId"]) == (True, "null")
    assert {entry[1:] for entry in listed_versions(server, own_bucket)} == {("null", True, "DeleteMarkers"), (kept, False, "Versions")}


@pytest.mark.parametrize("page", [1, 2, 3, 1000])
def test_versions_are_listed_in_pages(server, versioned, page):
    s3 = server.s3()
    made = [(key, s3.put_object(Bucket=versioned, Key=key, Body=bytes([n]))["VersionId"]) for n in range(3) for key in ("a", "b/1", "b/2", "c d")]
    found = [entry[:2] for entry in listed_versions(server, versioned, PaginationConfig={"PageSize": page})]
    assert found == [entry for key in ("a", "b/1", "b/2", "c d") for entry in reversed(made) if entry[0] == key]
    pages = list(s3.get_paginator("list_object_versions").paginate(Bucket=versioned, Delimiter="/", PaginationConfig={"PageSize": page}))
    assert [entry["Prefix"] for answer in pages for entry in answer.get("CommonPrefixes", [])] == ["b/"]
    assert [entry["Key"] for answer in pages for entry in answer.get("Versions", [])] == ["a"] * 3 + ["c d"] * 3


MADE_UP = "A" * 32


def test_versions_that_are_gone_and_that_never_were(server, versioned):
    s3 = server.s3()
    version = s3.put_object(Bucket=versioned, Key="key", Body=b"x")["VersionId"]
    kept = s3.put_object(Bucket=versioned, Key="key", Body=b"y")["VersionId"]
    # A client repeats what it got no answer to.
    for _ in range(2):
        assert s3.delete_object(Bucket=versioned, Key="key", VersionId=version)["VersionId"] == version
        assert s3.delete_objects(Bucket=versioned, Delete={"Objects": [{"Key": "key", "VersionId": version}]})["Deleted"]
    with refused("NoSuchVersion", "^The specified version does not exist.$", status=404):
        s3.get_object(Bucket=versioned, Key="key", VersionId=version)
    # Those of another key or bucket were never here either.
    for key, other in (("key", MADE_UP), ("another", kept), ("key", "none")):
        with refused("NoSuchVersion", status=404):
            s3.delete_object(Bucket=versioned, Key=key, VersionId=other)
        told = s3.delete_objects(Bucket=versioned, Delete={"Objects": [{"Key": key, "VersionId": other}]})
        assert told["Errors"] == [{"Key": key, "VersionId": other, "Code": "NoSuchVersion", "Message": "The specified version does not exist."}]
    s3.delete_object(Bucket=versioned, Key="key", VersionId="null")
    assert read(server, versioned, "key") == b"y"


def test_a_batch_that_names_versions_where_there_are_none(server, own_bucket):
    s3 = server.s3()
    s3.put_object(Bucket=own_bucket, Key="key", Body=b"x")
    told = s3.delete_objects(Bucket=own_bucket, Delete={"Objects": [{"Key": "key", "VersionId": MADE_UP}]})
    assert [(error["Code"], error["Key"]) for error in told["Errors"]] == [("NoSuchVersion", "key")] and keys(server, own_bucket) == ["key"]


def test_nothing_stands_beside_a_marker(server, versioned):
    s3 = server.s3()
    s3.put_bucket_ownership_controls(Bucket=versioned, OwnershipControls={"Rules": [{"ObjectOwnership": "ObjectWriter"}]})
    s3.put_object(Bucket=versioned, Key="key", Body=b"x")
    marker = s3.delete_object(Bucket=versioned, Key="key")["VersionId"]
    for where in ({}, {"VersionId": marker}):
        for call, options in [
            (s3.get_object_tagging, {}), (s3.put_object_tagging, {"Tagging": {"TagSet": []}}), (s3.delete_object_tagging, {}),
            (s3.get_object_acl, {}), (s3.put_object_acl, {"ACL": "private"}),
        ]:
            with refused("MethodNotAllowed", "^The specified method is not allowed against this resource.$", status=405):
                call(Bucket=versioned, Key="key", **where, **options)
    with refused("InvalidRequest", "may not specifically refer to a delete marker"):
        s3.copy_object(Bucket=versioned, Key="copy", CopySource={"Bucket": versioned, "Key": "key", "VersionId": marker})
    with refused("NoSuchKey", status=404):
        s3.copy_object(Bucket=versioned, Key="copy", CopySource={"Bucket": versioned, "Key": "key"})


def test_batch_delete_of_versions(server, versioned):
    s3 = server.s3()
    versions = [s3.put_object(Bucket=versioned, Key="key", Body=bytes([n]))["VersionId"] for n in range(2)]
    answer = s3.delete_objects(Bucket=versioned, Delete={"Objects": [{"Key": "key", "VersionId": versions[0]}, {"Key": "other"}]})
    by_key = {entry["Key"]: entry for entry in answer["Deleted"]}
    assert by_key["key"]["VersionId"] == versions[0]
    assert by_key["other"]["DeleteMarker"] is True and by_key["other"]["DeleteMarkerVersionId"]
    assert [entry[1] for entry in listed_versions(server, versioned) if entry[0] == "key"] == [versions[1]]


# Tags and ACLs -------------------------------------------------------------------------------------------------------


def test_tags_of_objects(server, own_bucket):
    s3, tags = server.s3(), [{"Key": "a", "Value": "1"}, {"Key": "ü +", "Value": "x=y"}]
    s3.put_object(Bucket=own_bucket, Key="key", Body=b"x", Tagging=urllib.parse.urlencode({tag["Key"]: tag["Value"] for tag in tags}))
    assert s3.get_object_tagging(Bucket=own_bucket, Key="key")["TagSet"] == tags
    assert s3.head_object(Bucket=own_bucket, Key="key")["TagCount"] == 2
    s3.copy_object(Bucket=own_bucket, Key="copy", CopySource={"Bucket": own_bucket, "Key": "key"})
    s3.copy_object(Bucket=own_bucket, Key="new", CopySource={"Bucket": own_bucket, "Key": "key"}, TaggingDirective="REPLACE", Tagging="b=2")
    assert s3.get_object_tagging(Bucket=own_bucket, Key="copy")["TagSet"] == tags
    assert s3.get_object_tagging(Bucket=own_bucket, Key="new")["TagSet"] == [{"Key": "b", "Value": "2"}]
    s3.put_object_tagging(Bucket=own_bucket, Key="key", Tagging={"TagSet": [{"Key": "c", "Value": ""}]})
    assert s3.get_object_tagging(Bucket=own_bucket, Key="key")["TagSet"] == [{"Key": "c", "Value": ""}]
    eleven = {str(n): "" for n in range(11)}
    with refused("BadRequest", "^Object tags cannot be greater than 10$"):
        s3.put_object_tagging(Bucket=own_bucket, Key="key", Tagging={"TagSet": [{"Key": key, "Value": ""} for key in eleven]})
    with refused("BadRequest", "^Object tags cannot be greater than 10$"):
        s3.put_object(Bucket=own_bucket, Key="other", Body=b"x", Tagging=urllib.parse.urlencode(eleven))
    for wrong in ("a=1&a=2", "a=1,b=2", "a=%zz"):
        with refused("InvalidArgument", "^The header 'x-amz-tagging' shall be encoded as UTF-8 then URLEncoded URL query parameters"):
            s3.put_object(Bucket=own_bucket, Key="other", Body=b"x", Tagging=wrong)
    assert s3.get_object_tagging(Bucket=own_bucket, Key="key")["TagSet"] == [{"Key": "c", "Value": ""}]
    s3.delete_object_tagging(Bucket=own_bucket, Key="key")
    assert s3.get_object_tagging(Bucket=own_bucket, Key="key")["TagSet"] == []
    assert "TagCount" not in s3.head_object(Bucket=own_bucket, Key="key")
    with refused("NoSuchKey", status=404):
        s3.get_object_tagging(Bucket=own_bucket, Key="never")


def test_acls_of_objects(server, own_bucket):
    s3 = server.s3()
    s3.put_bucket_ownership_controls(Bucket=own_bucket, OwnershipControls={"Rules": [{"ObjectOwnership": "BucketOwnerPreferred"}]})
    s3.put_object(Bucket=own_bucket, Key="key", Body=b"x", ACL="aws-exec-read")
    first, second = s3.get_object_acl(Bucket=own_bucket, Key="key")["Grants"]
    assert (first["Permission"], second["Permission"]) == ("FULL_CONTROL", "READ")
    # EC2's own canonical id, which S3's documentation gives for this ACL.
    assert second["Grantee"]["ID"] == "6aa5a366c34c1cbe25dc49211496e913e0351eb0e8c37aa3477e40942ec6b97c"
    s3.put_object_acl(Bucket=own_bucket, Key="key", ACL="private")
    assert [grant["Permission"] for grant in s3.get_object_acl(Bucket=own_bucket, Key="key")["Grants"]] == ["FULL_CONTROL"]
    with refused("NotImplemented", status=501):
        s3.put_object_acl(Bucket=own_bucket, Key="key", GrantRead="id=0123")
    with refused("NoSuchKey", status=404):
        s3.get_object_acl(Bucket=own_bucket, Key="never")


# Encryption ----------------------------------------------------------------------------------------------------------


def test_objects_under_a_kms_key(server, own_bucket):
    s3, kms, data = server.s3(), server.kms(), content("sealed", BLOCK + 99)
    key = kms.create_key()["KeyMetadata"]
    sealed = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": key["KeyId"]}
    for answer in (s3.put_object(Bucket=own_bucket, Key="key", Body=data, **sealed), s3.head_object(Bucket=own_bucket, Key="key")):
        assert (answer["ServerSideEncryption"], answer["SSEKMSKeyId"]) == ("aws:kms", key["Arn"])
    s3.put_object(Bucket=own_bucket, Key="open", Body=b"open")
    kms.disable_key(KeyId=key["KeyId"])
    with refused("KMS.DisabledException"):
        s3.get_object(Bucket=own_bucket, Key="key")
    with refused("KMS.DisabledException"):
        s3.put_object(Bucket=own_bucket, Key="another", Body=b"x", **sealed)
    assert read(server, own_bucket, "open") == b"open"
    kms.enable_key(KeyId=key["KeyId"])
    assert read(server, own_bucket, "key") == data
    with refused("KMS.NotFoundException"):
        s3.put_object(Bucket=own_bucket, Key="another", Body=b"x", **{**sealed, "SSEKMSKeyId": "01234567-89ab-cdef-0123-456789abcdef"})
    assert keys(server, own_bucket) == ["key", "open"]


def test_the_default_key_of_a_bucket(server, own_bucket):
    s3, key = server.s3(), server.kms().create_key()["KeyMetadata"]["Arn"]
    rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}}
    s3.put_object(Bucket=own_bucket, Key="before", Body=b"before")
    s3.put_bucket_encryption(Bucket=own_bucket, ServerSideEncryptionConfiguration={"Rules": [rule]})
    s3.put_object(Bucket=own_bucket, Key="after", Body=b"after")
    s3.copy_object(Bucket=own_bucket, Key="copy", CopySource={"Bucket": own_bucket, "Key": "before"})
    upload = s3.create_multipart_upload(Bucket=own_bucket, Key="parts")
    part = s3.upload_part(Bucket=own_bucket, Key="parts", UploadId=upload["UploadId"], PartNumber=1, Body=b"parts")["ETag"]
    parts = {"Parts": [{"PartNumber": 1, "ETag": part}]}
    s3.complete_multipart_upload(Bucket=own_bucket, Key="parts", UploadId=upload["UploadId"], MultipartUpload=parts)
    for name in ("after", "copy", "parts"):
        assert s3.head_object(Bucket=own_bucket, Key=name)["SSEKMSKeyId"] == key, name
    assert s3.head_object(Bucket=own_bucket, Key="before")["ServerSideEncryption"] == "AES256"
    server.kms().disable_key(KeyId=key)
    for name in ("after", "copy", "parts"):
        with refused("KMS.DisabledException"):
            s3.get_object(Bucket=own_bucket, Key=name)
    assert read(server, own_bucket, "before") == b"before"
    server.kms().enable_key(KeyId=key)
    assert [read(server, own_bucket, name) for name in ("after", "copy", "parts")] == [b"after", b"before", b"parts"]


# Regions -------------------------------------------------------------------------------------------------------------


def test_objects_of_two_regions_do_not_meet(server):
    home, away = make_bucket(server, HOME), make_bucket(server, AWAY)
    server.s3(HOME).put_object(Bucket=home, Key="key", Body=b"home")
    server.s3(AWAY).put_object(Bucket=away, Key="key", Body=b"away")
    assert (read(server, home, "key", HOME), read(server, away, "key", AWAY)) == (b"home", b"away")
    assert (keys(server, home, HOME), keys(server, away, AWAY)) == (["key"], ["key"])


def test_objects_outlive_the_server(start_server):
    server = start_server()
    bucket, data = make_bucket(server), content("outlives", 2 * BLOCK + 1)
    server.s3().put_object(Bucket=bucket, Key="key", Body=data, Metadata={"kept": "1"})
    server.stop()
    server.start()
    assert read(server, bucket, "key") == data
    assert server.s3().head_object(Bucket=bucket, Key="key")["Metadata"] == {"kept": "1"}
