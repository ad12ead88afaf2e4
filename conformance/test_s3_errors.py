"""Errors of S3 byte by byte: the message and the elements that S3 sends with each code, from requests that meet them."""

from __future__ import annotations

import base64
import hashlib

import pytest
from buckets import make_bucket, unused_bucket
from ferry_server import HOME
from s3_request import S3Request


@pytest.fixture(scope="module")
def bucket(server):
    name = make_bucket(server)
    server.s3().put_object(Bucket=name, Key="key", Body=b"0123456789")
    return name


def told(server, method, path, query="", headers=None, body=b"", **signing) -> tuple[int, dict[str, str]]:
    """Status and elements of the answer, without the ids of the request."""
    answer = S3Request(method, path, query, headers=dict(headers or {}), body=body).signed(server, **signing).send(server)
    elements = [(child.tag, child.text) for child in answer.xml]
    assert [name for name, _ in elements[-2:]] == ["RequestId", "HostId"] and answer.xml.tag == "Error", str(answer)
    return answer.status, dict(elements[:-2])


def test_what_is_not_there(server, bucket):
    none = unused_bucket()
    missing = {"Code": "NoSuchBucket", "Message": "The specified bucket does not exist", "BucketName": none}
    for method, path, query in [
        ("GET", none, ""), ("GET", f"{none}/key", ""), ("PUT", f"{none}/key", ""), ("DELETE", none, ""), ("GET", none, "versions"),
        ("GET", none, "encryption"), ("POST", f"{none}/key", "uploads"), ("GET", none, "lifecycle"), ("GET", none, "location"),
    ]:
        assert told(server, method, f"/{path}", query) == (404, missing), (method, path, query)
    source = {"x-amz-copy-source": f"{none}/other"}
    assert told(server, "PUT", f"/{bucket}/key", headers=source) == (404, missing)
    no_key = {"Code": "NoSuchKey", "Message": "The specified key does not exist.", "Key": "a b&c"}
    assert told(server, "GET", f"/{bucket}/a%20b%26c") == (404, no_key)
    assert told(server, "PUT", f"/{bucket}/key", headers={"x-amz-copy-source": f"{bucket}/a%20b%26c"}) == (404, no_key)
    upload = {
        "Code": "NoSuchUpload", "UploadId": "none",
        "Message": "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.",
    }
    for method, query in [("GET", "uploadId=none"), ("PUT", "partNumber=1&uploadId=none"), ("DELETE", "uploadId=none")]:
        assert told(server, method, f"/{bucket}/key", query) == (404, upload)


@pytest.mark.parametrize(("query", "code", "message"), [
    ("policy", "NoSuchBucketPolicy", "The bucket policy does not exist"),
    ("tagging", "NoSuchTagSet", "The TagSet does not exist"),
    ("cors", "NoSuchCORSConfiguration", "The CORS configuration does not exist"),
    ("lifecycle", "NoSuchLifecycleConfiguration", "The lifecycle configuration does not exist"),
    ("website", "NoSuchWebsiteConfiguration", "The specified bucket does not have a website configuration"),
    ("replication", "ReplicationConfigurationNotFoundError", "The replication configuration was not found"),
    ("object-lock", "ObjectLockConfigurationNotFoundError", "Object Lock configuration does not exist for this bucket"),
])
def test_what_is_not_set(server, bucket, query, code, message):
    assert told(server, "GET", f"/{bucket}", query) == (404, {"Code": code, "Message": message, "BucketName": bucket})


def test_conditions_and_ranges(server, bucket):
    failed = {"Code": "PreconditionFailed", "Message": "At least one of the pre-conditions you specified did not hold"}
    path, old = f"/{bucket}/key", "Mon, 03 Jan 2000 00:00:00 GMT"
    for method, headers, condition in [
        ("GET", {"If-Match": '"none"'}, "If-Match"), ("GET", {"If-Unmodified-Since": old}, "If-Unmodified-Since"),
        ("PUT", {"If-None-Match": "*"}, "If-None-Match"), ("PUT", {"If-Match": '"none"'}, "If-Match"), ("DELETE", {"If-Match": '"none"'}, "If-Match"),
        ("PUT", {"x-amz-copy-source": f"{bucket}/key", "x-amz-copy-source-if-match": "none"}, "x-amz-copy-source-If-Match"),
    ]:
        target = f"/{bucket}/copy" if "x-amz-copy-source" in headers else path
        assert told(server, method, target, headers=headers) == (412, failed | {"Condition": condition})
    assert told(server, "GET", path, headers={"Range": "bytes=10-20"}) == (416, {
        "Code": "InvalidRange", "Message": "The requested range is not satisfiable", "RangeRequested": "bytes=10-20", "ActualObjectSize": "10",
    })
    assert told(server, "GET", path, "partNumber=2") == (416, {
        "Code": "InvalidPartNumber", "Message": "The requested partnumber is not satisfiable", "PartNumberRequested": "2", "ActualPartCount": "1",
    })


def test_what_may_not_be_done(server, bucket):
    told_method = {"Code": "MethodNotAllowed", "Message": "The specified method is not allowed against this resource."}
    assert told(server, "PATCH", f"/{bucket}/key") == (405, told_method | {"Method": "PATCH", "ResourceType": "OBJECT"})
    assert told(server, "DELETE", f"/{bucket}", "location") == (405, told_method | {"Method": "DELETE", "ResourceType": "BUCKET"})
    not_empty = {"Code": "BucketNotEmpty", "Message": "The bucket you tried to delete is not empty", "BucketName": bucket}
    assert told(server, "DELETE", f"/{bucket}") == (409, not_empty)
    invalid = {"Code": "InvalidBucketName", "Message": "The specified bucket is not valid.", "BucketName": "Upper"}
    assert told(server, "PUT", "/Upper") == (400, invalid)
    long = {"Code": "KeyTooLongError", "Message": "Your key is too long", "Size": "1025", "MaxSizeAllowed": "1024"}
    assert told(server, "PUT", f"/{bucket}/{'k' * 1025}") == (400, long)
    argument = {"Code": "InvalidArgument", "ArgumentName": "max-keys", "ArgumentValue": "many"}
    status, found = told(server, "GET", f"/{bucket}", "max-keys=many")
    assert status == 400 and argument.items() <= found.items()


def test_documents_and_bodies(server, bucket):
    status, found = told(server, "PUT", f"/{bucket}", "tagging", body=b"<Tagging><Set/></Tagging>")
    assert (status, found["Code"], found["Message"]) == (
        400, "MalformedXML", "The XML you provided was not well-formed or did not validate against our published schema",
    )
    assert found["additionalMessage"] == "Tagging has no element Set"
    body, other = b"sent", base64.b64encode(hashlib.md5(b"other").digest()).decode()
    assert told(server, "PUT", f"/{bucket}/bad", headers={"Content-MD5": other}, body=body) == (400, {
        "Code": "BadDigest", "Message": "The Content-MD5 you specified did not match what we received.", "ExpectedDigest": other,
        "CalculatedDigest": base64.b64encode(hashlib.md5(body).digest()).decode(),
    })
    assert told(server, "PUT", f"/{bucket}/bad", headers={"Content-MD5": "none"}, body=body) == (400, {
        "Code": "InvalidDigest", "Message": "The Content-MD5 you specified was invalid.", "Content-MD5": "none",
    })
    declared = hashlib.sha256(b"other").hexdigest()
    assert told(server, "PUT", f"/{bucket}/bad", body=body, payload=declared) == (400, {
        "Code": "XAmzContentSHA256Mismatch", "Message": "The provided 'x-amz-content-sha256' header does not match what was computed.",
        "ClientComputedContentSHA256": declared, "S3ComputedContentSHA256": hashlib.sha256(body).hexdigest(),
    })


def test_parts_that_do_not_make_an_object(server, bucket):
    s3 = server.s3()
    upload = s3.create_multipart_upload(Bucket=bucket, Key="parts")["UploadId"]
    tags = [s3.upload_part(Bucket=bucket, Key="parts", UploadId=upload, PartNumber=number, Body=b"small")["ETag"] for number in (1, 2)]

    def complete(*parts):
        listed = "".join(f"<Part><PartNumber>{number}</PartNumber><ETag>{tag}</ETag></Part>" for number, tag in parts)
        body = f"<CompleteMultipartUpload>{listed}</CompleteMultipartUpload>".encode()
        return told(server, "POST", f"/{bucket}/parts", f"uploadId={upload}", body=body)

    assert complete((1, tags[0]), (2, tags[1])) == (400, {
        "Code": "EntityTooSmall", "Message": "Your proposed upload is smaller than the minimum allowed size", "ProposedSize": "5",
        "MinSizeAllowed": "5242880", "PartNumber": "1", "ETag": tags[0].strip('"'),
    })
    assert complete((2, tags[1]), (1, tags[0])) == (400, {
        "Code": "InvalidPartOrder", "UploadId": upload,
        "Message": "The list of parts was not in ascending order. Parts must be ordered by part number.",
    })
    status, found = complete((3, "none"))
    assert (status, found.pop("additionalMessage")) == (400, "Part 3 was not uploaded, or with another tag")
    assert found == {
        "Code": "InvalidPart", "UploadId": upload, "PartNumber": "3", "ETag": "none",
        "Message": "One or more of the specified parts could not be found.  The part may not have been uploaded, or the specified entity tag "
        "may not match the part's entity tag.",
    }


def test_a_wrong_signature_is_told_what_was_signed(server, bucket):
    """So that whoever writes a client sees where it signs something else."""
    request = S3Request("GET", f"/{bucket}/a%20key", "prefix=x&acl").signed(server)
    authorization = request.headers["Authorization"]
    request.headers["Authorization"] = authorization[:-64] + "0" * 64
    answer = request.send(server)
    found = {child.tag: child.text for child in answer.xml}
    assert [child.tag for child in answer.xml] == [
        "Code", "Message", "AWSAccessKeyId", "StringToSign", "SignatureProvided", "StringToSignBytes", "CanonicalRequest",
        "CanonicalRequestBytes", "RequestId", "HostId",
    ]
    assert (answer.status, found["Code"], found["AWSAccessKeyId"]) == (403, "SignatureDoesNotMatch", server.credentials.access_key)
    lines = found["CanonicalRequest"].split("\n")
    assert lines[:3] == ["GET", f"/{bucket}/a%20key", "acl=&prefix=x"]
    assert lines[-1] == request.headers["X-Amz-Content-SHA256"]
    algorithm, time, scope, digest = found["StringToSign"].split("\n")
    assert (algorithm, time, digest) == (
        "AWS4-HMAC-SHA256", request.headers["X-Amz-Date"], hashlib.sha256(found["CanonicalRequest"].encode()).hexdigest(),
    )
    assert scope == f"{time[:8]}/{HOME}/s3/aws4_request"
    assert found["SignatureProvided"] == "0" * 64
    for name in ("StringToSign", "CanonicalRequest"):
        assert bytes.fromhex(found[f"{name}Bytes"].replace(" ", "")).decode() == found[name]
    assert server.credentials.secret_key not in answer.body.decode()
