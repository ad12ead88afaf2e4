"""Bodies in chunks: over https with checksums behind them, as boto3 sends by default, and by hand in each mode of signing."""

from __future__ import annotations

import hashlib
import json
import ssl
import urllib.error
import urllib.request

import pytest
import tls
from boto3.s3.transfer import TransferConfig
from buckets import BLOCK, SIZES, content, keys, make_bucket, read
from ferry_server import FerryServer
from s3_request import CHECKSUMS, MODES, SIGNED, SIGNED_TRAILER, UNSIGNED_TRAILER, S3Request, crc32, crc64nvme


@pytest.fixture(scope="module")
def secure(tmp_path_factory):
    """A server that speaks TLS; clients trust its certificate."""
    folder = tmp_path_factory.mktemp("tls")
    certificate, arguments = tls.certificate(folder)
    running = FerryServer(folder / "data", arguments=arguments, certificate=certificate).start()
    yield running
    running.stop()


@pytest.fixture
def sent(secure):
    """The headers of every request that the client sends over TLS."""
    seen: list[dict[str, str]] = []
    events = secure.s3().meta.events
    events.register("before-send.s3", lambda request, **_: seen.append({name.lower(): text(value) for name, value in request.headers.items()}), "spy")
    yield seen
    events.unregister("before-send.s3", unique_id="spy")


def text(value) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


@pytest.mark.parametrize("algorithm", ["CRC32", "SHA1", "SHA256"])
@pytest.mark.parametrize("size", SIZES)
def test_put_over_https_with_a_trailer(secure, sent, size, algorithm):
    bucket, data = make_bucket(secure), content("over https", size)
    sent.clear()
    secure.s3().put_object(Bucket=bucket, Key="key", Body=data, ChecksumAlgorithm=algorithm)
    assert sent[0]["x-amz-content-sha256"] == UNSIGNED_TRAILER and sent[0]["x-amz-trailer"] == f"x-amz-checksum-{algorithm.lower()}"
    assert read(secure, bucket, "key") == data
    head = secure.s3().head_object(Bucket=bucket, Key="key", ChecksumMode="ENABLED")
    assert head[f"Checksum{algorithm}"] == CHECKSUMS[algorithm](data)
    # How the bytes came is not what they are.
    assert "ContentEncoding" not in head


def test_upload_file_over_https(secure, sent, tmp_path):
    bucket, data = make_bucket(secure), content("a file over https", 30 << 20)
    (tmp_path / "file").write_bytes(data)
    sent.clear()
    config = TransferConfig(multipart_threshold=8 << 20, multipart_chunksize=8 << 20)
    secure.s3().upload_file(str(tmp_path / "file"), bucket, "key", Config=config, ExtraArgs={"ContentEncoding": "gzip"})
    assert sum(headers.get("x-amz-content-sha256") == UNSIGNED_TRAILER for headers in sent) == 4
    secure.s3().download_file(bucket, "key", str(tmp_path / "back"))
    assert (tmp_path / "back").read_bytes() == data
    assert secure.s3().head_object(Bucket=bucket, Key="key")["ContentEncoding"] == "gzip"


def test_crc64nvme_in_a_trailer_over_https(secure):
    bucket, data = make_bucket(secure), content("nvme", BLOCK + 3)
    trailer = {"x-amz-checksum-crc64nvme": crc64nvme(data)}
    put = S3Request("PUT", f"/{bucket}/key").chunked(secure, UNSIGNED_TRAILER, [data], trailer).send(secure)
    assert put.status == 200 and put.headers["x-amz-checksum-crc64nvme"] == crc64nvme(data), str(put)
    assert read(secure, bucket, "key") == data
    assert secure.s3().head_object(Bucket=bucket, Key="key", ChecksumMode="ENABLED")["ChecksumCRC64NVME"] == crc64nvme(data)


# By hand -------------------------------------------------------------------------------------------------------------


def chunks(sizes: list[int]) -> list[bytes]:
    return [content(f"chunk {number}", size) for number, size in enumerate(sizes)]


def trailer_of(mode: str, data: bytes) -> dict[str, str] | None:
    return None if mode == SIGNED else {"x-amz-checksum-crc32": crc32(data)}


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("sizes", [[], [1], [65_536], [65_536] * 9 + [5], [BLOCK, 8192, BLOCK + 1]])
def test_chunks_make_the_object(server, mode, sizes):
    bucket, parts = make_bucket(server), chunks(sizes)
    data = b"".join(parts)
    put = S3Request("PUT", f"/{bucket}/key").chunked(server, mode, parts, trailer_of(mode, data)).send(server)
    assert put.status == 200, str(put)
    assert put.headers["etag"] == f'"{hashlib.md5(data).hexdigest()}"'
    assert read(server, bucket, "key") == data
    if mode != SIGNED:
        assert server.s3().head_object(Bucket=bucket, Key="key", ChecksumMode="ENABLED")["ChecksumCRC32"] == crc32(data)


SPOILT = [
    (SIGNED, "chunk", ("SignatureDoesNotMatch",)),
    (SIGNED, "last chunk", ("SignatureDoesNotMatch",)),
    (SIGNED, "length", ("IncompleteBody",)),
    (SIGNED_TRAILER, "chunk", ("SignatureDoesNotMatch",)),
    (SIGNED_TRAILER, "last chunk", ("SignatureDoesNotMatch",)),
    (SIGNED_TRAILER, "trailer", ("SignatureDoesNotMatch", "InvalidRequest")),
    (SIGNED_TRAILER, "trailer signature", ("SignatureDoesNotMatch",)),
    (SIGNED_TRAILER, "length", ("IncompleteBody",)),
    (UNSIGNED_TRAILER, "trailer", ("InvalidRequest",)),
    (UNSIGNED_TRAILER, "length", ("IncompleteBody",)),
    (UNSIGNED_TRAILER, "end", ("IncompleteBody", "MalformedTrailerError")),
]


@pytest.mark.parametrize(("mode", "spoil", "codes"), SPOILT)
@pytest.mark.parametrize("there", [False, True])
def test_a_wrong_body_stores_nothing(server, mode, spoil, codes, there):
    bucket, parts = make_bucket(server), chunks([BLOCK, 8192, 100])
    if there:
        server.s3().put_object(Bucket=bucket, Key="key", Body=b"before")
    request = S3Request("PUT", f"/{bucket}/key").chunked(server, mode, parts, trailer_of(mode, b"".join(parts)), spoil=spoil)
    answer = request.send(server)
    assert 400 <= answer.status < 500 and answer.code in codes, str(answer)
    assert keys(server, bucket) == (["key"] if there else [])
    if there:
        assert read(server, bucket, "key") == b"before"


@pytest.mark.parametrize("mode", [UNSIGNED_TRAILER, SIGNED_TRAILER])
def test_a_wrong_checksum_in_a_trailer_stores_nothing(server, mode):
    """Rightly signed: the client itself says other bytes than it sends."""
    bucket, parts = make_bucket(server), chunks([BLOCK, 100])
    answer = S3Request("PUT", f"/{bucket}/key").chunked(server, mode, parts, trailer_of(mode, b"other")).send(server)
    assert (answer.status, answer.code) == (400, "BadDigest"), str(answer)
    assert keys(server, bucket) == []


@pytest.mark.parametrize("mode", MODES)
def test_a_byte_that_changes_on_the_way_stores_nothing(server, mode):
    bucket, parts = make_bucket(server), chunks([BLOCK, 100])
    request = S3Request("PUT", f"/{bucket}/key").chunked(server, mode, parts, trailer_of(mode, b"".join(parts)))
    place = len(request.body) // 2
    request.body = request.body[:place] + bytes([request.body[place] ^ 1]) + request.body[place + 1 :]
    answer = request.send(server)
    assert 400 <= answer.status < 500 and answer.code in ("SignatureDoesNotMatch", "BadDigest"), str(answer)
    assert keys(server, bucket) == []


def test_a_part_in_chunks(server):
    bucket, parts = make_bucket(server), chunks([BLOCK, 100])
    data = b"".join(parts)
    upload = server.s3().create_multipart_upload(Bucket=bucket, Key="key")["UploadId"]
    where = f"partNumber=1&uploadId={upload}"
    wrong = S3Request("PUT", f"/{bucket}/key", where).chunked(server, SIGNED, parts, spoil="chunk").send(server)
    assert wrong.code == "SignatureDoesNotMatch", str(wrong)
    assert server.s3().list_parts(Bucket=bucket, Key="key", UploadId=upload).get("Parts", []) == []
    right = S3Request("PUT", f"/{bucket}/key", where).chunked(server, SIGNED, parts).send(server)
    assert right.status == 200, str(right)
    parts_done = {"Parts": [{"PartNumber": 1, "ETag": right.headers["etag"]}]}
    server.s3().complete_multipart_upload(Bucket=bucket, Key="key", UploadId=upload, MultipartUpload=parts_done)
    assert read(server, bucket, "key") == data


def test_an_unknown_mode_is_refused(server):
    bucket = make_bucket(server)
    answer = S3Request("PUT", f"/{bucket}/key", body=b"x").signed(server, payload="STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD").send(server)
    assert (answer.status, answer.code) == (501, "NotImplemented"), str(answer)
    assert keys(server, bucket) == []


def test_a_body_without_a_length_is_refused(server):
    bucket = make_bucket(server)
    request = S3Request("PUT", f"/{bucket}/key", body=b"1\r\nx\r\n0\r\n\r\n").signed(server, payload="UNSIGNED-PAYLOAD")
    request.headers["Transfer-Encoding"] = "chunked"
    answer = request.send(server)
    assert (answer.status, answer.code) == (411, "MissingContentLength"), str(answer)
    assert keys(server, bucket) == []


def test_policies_ask_for_the_version_of_tls(secure):
    bucket, s3 = make_bucket(secure), secure.s3()
    s3.put_object(Bucket=bucket, Key="key", Body=b"bytes")
    statement = {
        "Effect": "Deny", "Principal": "*", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{bucket}/*",
        "Condition": {"NumericLessThan": {"s3:TlsVersion": "1.3"}},
    }
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps({"Version": "2012-10-17", "Statement": statement}))
    link = s3.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": "key"})
    for version, expected in [(ssl.TLSVersion.TLSv1_2, 403), (ssl.TLSVersion.TLSv1_3, 200)]:
        context = ssl.create_default_context(cafile=str(secure.certificate))
        context.minimum_version = context.maximum_version = version
        try:
            with urllib.request.urlopen(link, context=context) as answer:
                status = answer.status
        except urllib.error.HTTPError as error:
            status = error.code
        assert status == expected, version
