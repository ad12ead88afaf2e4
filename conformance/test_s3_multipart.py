"""Multipart uploads by boto3, and the checksums of objects, whole and in parts."""

from __future__ import annotations

import base64
import hashlib
import io
from concurrent.futures import ThreadPoolExecutor

import pytest
from boto3.s3.transfer import TransferConfig
from buckets import BLOCK, PART, content, keys, make_bucket, read, upload_parts
from disk_files import disk_file
from refusals import refused
from s3_request import CHECKSUMS, S3Request

ALGORITHMS = list(CHECKSUMS)
TYPES = [
    ("CRC32", "COMPOSITE"), ("CRC32C", "COMPOSITE"), ("SHA1", "COMPOSITE"), ("SHA256", "COMPOSITE"), ("CRC32", "FULL_OBJECT"),
    ("CRC32C", "FULL_OBJECT"), ("CRC64NVME", "FULL_OBJECT"),
]


@pytest.fixture(scope="module")
def bucket(server):
    return make_bucket(server)


@pytest.fixture
def own_bucket(server):
    return make_bucket(server)


@pytest.fixture(scope="module")
def parts():
    """Two parts, the first as small as it may be, none of them of whole blocks."""
    return [content("part 1", PART + 3), content("part 2", BLOCK + 1)]


def complete(server, bucket, key, upload, done, **options):
    return server.s3().complete_multipart_upload(
        Bucket=bucket, Key=key, UploadId=upload, MultipartUpload={"Parts": done}, **options
    )


def tag_of(parts: list[bytes]) -> str:
    joined = b"".join(hashlib.md5(part).digest() for part in parts)
    return f'"{hashlib.md5(joined).hexdigest()}-{len(parts)}"'


def test_upload_file_of_30_megabytes(server, own_bucket, tmp_path):
    data = content("a file", 30 << 20)
    (tmp_path / "file").write_bytes(data)
    config = TransferConfig(multipart_threshold=8 << 20, multipart_chunksize=8 << 20)
    server.s3().upload_file(str(tmp_path / "file"), own_bucket, "file", Config=config, ExtraArgs={"Metadata": {"kept": "1"}})
    head = server.s3().head_object(Bucket=own_bucket, Key="file")
    assert (head["ContentLength"], head["Metadata"]) == (len(data), {"kept": "1"})
    assert head["ETag"] == tag_of([data[start : start + (8 << 20)] for start in range(0, len(data), 8 << 20)])
    server.s3().download_file(own_bucket, "file", str(tmp_path / "back"), Config=config)
    assert (tmp_path / "back").read_bytes() == data
    assert server.s3().list_multipart_uploads(Bucket=own_bucket).get("Uploads", []) == []


def test_parts_make_the_object_that_they_say(server, own_bucket, parts):
    s3 = server.s3()
    s3.put_object(Bucket=own_bucket, Key="key", Body=b"before")
    upload = s3.create_multipart_upload(Bucket=own_bucket, Key="key", ContentType="text/x", Metadata={"m": "1"}, Tagging="a=1")["UploadId"]
    done = upload_parts(server, own_bucket, "key", upload, parts)
    assert [part["ETag"] for part in done] == [f'"{hashlib.md5(part).hexdigest()}"' for part in parts]
    assert read(server, own_bucket, "key") == b"before"
    answer = complete(server, own_bucket, "key", upload, done)
    assert (answer["Bucket"], answer["Key"], answer["ETag"]) == (own_bucket, "key", tag_of(parts))
    data = b"".join(parts)
    assert read(server, own_bucket, "key") == data
    head = s3.head_object(Bucket=own_bucket, Key="key")
    assert (head["ContentType"], head["Metadata"], head["TagCount"], head["ETag"]) == ("text/x", {"m": "1"}, 1, tag_of(parts))
    for start in (0, PART - 1, PART + 2, PART + 3, PART + 4, len(data) - 2):
        assert read(server, own_bucket, "key", Range=f"bytes={start}-{start + 5}") == data[start : start + 6]
    for number, part in enumerate(parts, 1):
        got = s3.get_object(Bucket=own_bucket, Key="key", PartNumber=number)
        assert got["Body"].read() == part
        assert got["PartsCount"] == 2
    with refused("InvalidPartNumber", status=416):
        s3.get_object(Bucket=own_bucket, Key="key", PartNumber=3)
    with refused("NoSuchUpload", status=404):
        s3.list_parts(Bucket=own_bucket, Key="key", UploadId=upload)


def test_some_parts_with_gaps_and_written_twice(server, own_bucket, parts):
    s3 = server.s3()
    upload = s3.create_multipart_upload(Bucket=own_bucket, Key="key")["UploadId"]
    numbers = {3: parts[0], 7: b"not chosen", 10_000: parts[1]}
    s3.upload_part(Bucket=own_bucket, Key="key", UploadId=upload, PartNumber=3, Body=b"written over")
    done = [
        {"PartNumber": number, "ETag": s3.upload_part(Bucket=own_bucket, Key="key", UploadId=upload, PartNumber=number, Body=data)["ETag"]}
        for number, data in numbers.items()
    ]
    complete(server, own_bucket, "key", upload, [done[0], done[2]])
    assert read(server, own_bucket, "key") == b"".join(parts)


def test_wrong_completions_are_refused_and_leave_the_upload(server, own_bucket, parts):
    s3 = server.s3()
    s3.put_object(Bucket=own_bucket, Key="key", Body=b"before")
    upload = s3.create_multipart_upload(Bucket=own_bucket, Key="key")["UploadId"]
    done = upload_parts(server, own_bucket, "key", upload, [*parts, b"small", b"last"])
    tag = f'"{hashlib.md5(b"other").hexdigest()}"'
    for code, wrong in [
        ("InvalidPart", [{**done[0], "ETag": tag}]),
        ("InvalidPart", [done[0], {"PartNumber": 9, "ETag": tag}]),
        ("InvalidPartOrder", [done[1], done[0]]),
        ("InvalidPartOrder", [done[0], done[0]]),
        ("EntityTooSmall", [done[2], done[3]]),
        ("MalformedXML", []),
    ]:
        with refused(code):
            complete(server, own_bucket, "key", upload, wrong)
        assert read(server, own_bucket, "key") == b"before"
    with refused("PreconditionFailed", status=412):
        complete(server, own_bucket, "key", upload, done[:2], IfNoneMatch="*")
    with refused("NoSuchUpload", status=404):
        complete(server, own_bucket, "another", upload, done[:2])
    with refused("NoSuchUpload", status=404):
        complete(server, own_bucket, "key", "none", done[:2])
    with refused("InvalidRequest"):
        complete(server, own_bucket, "key", upload, done[:2], MpuObjectSize=len(parts[0]))
    assert read(server, own_bucket, "key") == b"before"
    complete(server, own_bucket, "key", upload, done[:2], MpuObjectSize=sum(map(len, parts)))
    assert read(server, own_bucket, "key") == b"".join(parts)


@pytest.mark.parametrize("number", ["0", "10001", "-1", "one"])
def test_part_numbers_have_bounds(server, own_bucket, number):
    upload = server.s3().create_multipart_upload(Bucket=own_bucket, Key="key")["UploadId"]
    answer = S3Request("PUT", f"/{own_bucket}/key", f"partNumber={number}&uploadId={upload}", body=b"x").signed(server).send(server)
    assert (answer.status, answer.code) == (400, "InvalidArgument"), str(answer)
    assert server.s3().list_parts(Bucket=own_bucket, Key="key", UploadId=upload).get("Parts", []) == []


def test_abort(server, own_bucket):
    s3 = server.s3()
    upload = s3.create_multipart_upload(Bucket=own_bucket, Key="key")["UploadId"]
    [part] = upload_parts(server, own_bucket, "key", upload, [b"part"])
    for _ in range(2):
        s3.abort_multipart_upload(Bucket=own_bucket, Key="key", UploadId=upload)
    for call in (
        lambda: s3.abort_multipart_upload(Bucket=own_bucket, Key="key", UploadId="none"),
        lambda: s3.abort_multipart_upload(Bucket=own_bucket, Key="another", UploadId=upload),
        lambda: s3.upload_part(Bucket=own_bucket, Key="key", UploadId=upload, PartNumber=1, Body=b"part"),
        lambda: complete(server, own_bucket, "key", upload, [part]),
    ):
        with refused("NoSuchUpload", status=404):
            call()
    assert keys(server, own_bucket) == []


def answered(answer) -> dict:
    """What an answer says, without what is new in each."""
    return {name: value for name, value in answer.items() if name != "ResponseMetadata"}


@pytest.mark.parametrize("kind", ["plain", "sealed", "versions"])
def test_a_completion_asked_for_again_is_answered_the_same(server, own_bucket, parts, kind):
    """SDKs ask again by themselves when an answer is lost."""
    s3 = server.s3()
    if kind == "versions":
        s3.put_bucket_versioning(Bucket=own_bucket, VersioningConfiguration={"Status": "Enabled"})
    options = {"ServerSideEncryption": "aws:kms"} if kind == "sealed" else {}
    upload = s3.create_multipart_upload(Bucket=own_bucket, Key="key", ChecksumAlgorithm="SHA256", **options)["UploadId"]
    done = upload_parts(server, own_bucket, "key", upload, parts, ChecksumAlgorithm="SHA256")
    first = complete(server, own_bucket, "key", upload, done)
    assert first["ETag"] == tag_of(parts) and first["ChecksumSHA256"].endswith("-2")
    assert ("VersionId" in first, "SSEKMSKeyId" in first) == (kind == "versions", kind == "sealed")
    assert answered(complete(server, own_bucket, "key", upload, done)) == answered(first)
    # The condition was for the first time: now there is the object that it made.
    assert answered(complete(server, own_bucket, "key", upload, done, IfNoneMatch="*")) == answered(first)
    for other in ([done[0]], [done[0], {**done[1], "ETag": f'"{"0" * 32}"'}]):
        with refused("NoSuchUpload", status=404):
            complete(server, own_bucket, "key", upload, other)
    with refused("NoSuchUpload", status=404):
        complete(server, own_bucket, "another", upload, done)
    # To abort it is too late, which is no error either.
    s3.abort_multipart_upload(Bucket=own_bucket, Key="key", UploadId=upload)
    assert read(server, own_bucket, "key") == b"".join(parts)
    assert len(s3.list_object_versions(Bucket=own_bucket)["Versions"]) == 1
    # Asked for again after others have written, it tells of the past and changes nothing.
    s3.put_object(Bucket=own_bucket, Key="key", Body=b"newer")
    assert answered(complete(server, own_bucket, "key", upload, done)) == answered(first)
    assert read(server, own_bucket, "key") == b"newer"


def test_completions_at_once_are_all_answered_the_same(server, own_bucket, parts):
    for number in range(4):
        upload = server.s3().create_multipart_upload(Bucket=own_bucket, Key="key")["UploadId"]
        done = upload_parts(server, own_bucket, "key", upload, [f"small {number}".encode()])
        with ThreadPoolExecutor(6) as pool:
            answers = list(pool.map(lambda _: answered(complete(server, own_bucket, "key", upload, done)), range(6)))
        assert answers == [answers[0]] * 6
        assert read(server, own_bucket, "key") == f"small {number}".encode()


@pytest.mark.parametrize("condition", ["If-None-Match", "If-Match"])
def test_a_key_that_changes_during_a_conditional_upload_is_a_conflict(server, own_bucket, condition):
    s3 = server.s3()
    s3.put_object(Bucket=own_bucket, Key="key", Body=b"before")
    upload = s3.create_multipart_upload(Bucket=own_bucket, Key="key")["UploadId"]
    done = upload_parts(server, own_bucket, "key", upload, [b"part"])
    if condition == "If-None-Match":
        with refused("PreconditionFailed", status=412):
            complete(server, own_bucket, "key", upload, done, IfNoneMatch="*")
        s3.delete_object(Bucket=own_bucket, Key="key")
        headers = {condition: "*"}
    else:
        headers = {condition: s3.put_object(Bucket=own_bucket, Key="key", Body=b"meanwhile")["ETag"]}
    document = f"<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>{done[0]['ETag']}</ETag></Part></CompleteMultipartUpload>"
    request = S3Request("POST", f"/{own_bucket}/key", f"uploadId={upload}", headers, document.encode())
    answer = request.signed(server).send(server)
    assert (answer.status, answer.code) == (409, "ConditionalRequestConflict"), str(answer)
    assert (answer.texts("Condition"), answer.texts("Key")) == ([condition], ["key"]), str(answer)
    assert keys(server, own_bucket) == ([] if condition == "If-None-Match" else ["key"])
    # What is said to be done then: begin anew.
    s3.abort_multipart_upload(Bucket=own_bucket, Key="key", UploadId=upload)
    upload = s3.create_multipart_upload(Bucket=own_bucket, Key="key")["UploadId"]
    done = upload_parts(server, own_bucket, "key", upload, [b"again"])
    complete(server, own_bucket, "key", upload, done, **{condition.replace("-", ""): headers[condition]})
    assert read(server, own_bucket, "key") == b"again"


@pytest.mark.parametrize("page", [1, 2, 1000])
def test_parts_are_listed_in_pages(server, own_bucket, page):
    s3 = server.s3()
    upload = s3.create_multipart_upload(Bucket=own_bucket, Key="key", ChecksumAlgorithm="SHA256")["UploadId"]
    done = upload_parts(server, own_bucket, "key", upload, [f"part {n}".encode() for n in range(5)], ChecksumAlgorithm="SHA256")
    pages = list(s3.get_paginator("list_parts").paginate(Bucket=own_bucket, Key="key", UploadId=upload, PaginationConfig={"PageSize": page}))
    found = [entry for answer in pages for entry in answer["Parts"]]
    assert [{name: part[name] for name in ("PartNumber", "ETag", "ChecksumSHA256")} for part in found] == done
    assert [part["Size"] for part in found] == [6] * 5
    assert all(len(answer["Parts"]) <= page and answer["ChecksumAlgorithm"] == "SHA256" for answer in pages)


@pytest.mark.parametrize("page", [1, 2, 1000])
def test_uploads_are_listed_in_pages(server, own_bucket, page):
    s3 = server.s3()
    made = [(key, s3.create_multipart_upload(Bucket=own_bucket, Key=key)["UploadId"]) for key in ("b/1", "a", "b/2", "a", "c d+")]

    def listed(**options):
        pages = s3.get_paginator("list_multipart_uploads").paginate(Bucket=own_bucket, PaginationConfig={"PageSize": page}, **options)
        return [(entry["Key"], entry["UploadId"]) for answer in pages for entry in answer.get("Uploads", [])]

    found = listed()
    assert [key for key, _ in found] == ["a", "a", "b/1", "b/2", "c d+"] and sorted(found) == sorted(made)
    assert [key for key, _ in listed(Prefix="b/")] == ["b/1", "b/2"]


def test_a_part_that_is_copied(server, own_bucket):
    s3, source = server.s3(), content("source", PART + 3 * BLOCK)
    s3.put_object(Bucket=own_bucket, Key="source +", Body=source)
    upload = s3.create_multipart_upload(Bucket=own_bucket, Key="key")["UploadId"]
    where = {"Bucket": own_bucket, "Key": "key", "UploadId": upload, "CopySource": {"Bucket": own_bucket, "Key": "source +"}}
    whole = s3.upload_part_copy(**where, PartNumber=1)["CopyPartResult"]["ETag"]
    some = s3.upload_part_copy(**where, PartNumber=2, CopySourceRange=f"bytes=77-{BLOCK + 99}")["CopyPartResult"]["ETag"]
    assert some == f'"{hashlib.md5(source[77 : BLOCK + 100]).hexdigest()}"'
    rule = "^The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the zero-based offsets of the first and"
    for wrong, code, message in [
        (f"bytes=0-{len(source)}", "InvalidArgument", f"^Range specified is not valid for source object of size: {len(source)}$"),
        (f"bytes={len(source)}-{len(source) + 9}", "InvalidRequest", "^The specified copy range is invalid for the source object size$"),
        ("bytes=5-", "InvalidArgument", rule), ("bytes=9-5", "InvalidArgument", rule), ("nonsense", "InvalidArgument", rule),
    ]:
        with refused(code, message):
            s3.upload_part_copy(**where, PartNumber=3, CopySourceRange=wrong)
    with refused("PreconditionFailed", status=412):
        s3.upload_part_copy(**where, PartNumber=3, CopySourceIfNoneMatch="*")
    complete(server, own_bucket, "key", upload, [{"PartNumber": 1, "ETag": whole}, {"PartNumber": 2, "ETag": some}])
    s3.delete_object(Bucket=own_bucket, Key="source +")
    assert read(server, own_bucket, "key") == source + source[77 : BLOCK + 100]


def test_a_managed_copy_in_parts(server, own_bucket):
    """boto3 copies a large object by its parts."""
    data = content("managed", 11 << 20)
    server.s3().put_object(Bucket=own_bucket, Key="source", Body=data)
    config = TransferConfig(multipart_threshold=5 << 20, multipart_chunksize=5 << 20)
    server.s3().copy({"Bucket": own_bucket, "Key": "source"}, own_bucket, "copy", Config=config)
    assert read(server, own_bucket, "copy") == data


def test_an_object_of_parts_is_copied_whole(server, own_bucket, parts):
    s3 = server.s3()
    upload = s3.create_multipart_upload(Bucket=own_bucket, Key="key")["UploadId"]
    complete(server, own_bucket, "key", upload, upload_parts(server, own_bucket, "key", upload, parts))
    s3.copy_object(Bucket=own_bucket, Key="copy", CopySource={"Bucket": own_bucket, "Key": "key"})
    s3.delete_object(Bucket=own_bucket, Key="key")
    assert read(server, own_bucket, "copy") == b"".join(parts)


# Checksums -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("algorithm", ALGORITHMS)
@pytest.mark.parametrize("size", [0, 9, BLOCK + 7])
def test_a_checksum_in_a_header_is_proven_and_kept(server, own_bucket, algorithm, size):
    s3, data, field = server.s3(), content(algorithm, size), f"Checksum{algorithm}"
    right = CHECKSUMS[algorithm](data)
    put = s3.put_object(Bucket=own_bucket, Key="key", Body=data, **{field: right})
    assert (put[field], put["ChecksumType"]) == (right, "FULL_OBJECT")
    got = s3.head_object(Bucket=own_bucket, Key="key", ChecksumMode="ENABLED")
    assert (got[field], got["ChecksumType"]) == (right, "FULL_OBJECT")
    assert field not in s3.head_object(Bucket=own_bucket, Key="key")
    [entry] = s3.list_objects_v2(Bucket=own_bucket)["Contents"]
    assert (entry["ChecksumAlgorithm"], entry["ChecksumType"]) == ([algorithm], "FULL_OBJECT")
    wrong = CHECKSUMS[algorithm](data + b"!")
    with refused("BadDigest"):
        s3.put_object(Bucket=own_bucket, Key="key", Body=data, Metadata={"new": "1"}, **{field: wrong})
    with refused("BadDigest"):
        s3.put_object(Bucket=own_bucket, Key="other", Body=data, **{field: wrong})
    with refused("InvalidRequest"):
        s3.put_object(Bucket=own_bucket, Key="other", Body=data, **{field: "nonsense"})
    assert keys(server, own_bucket) == ["key"]
    assert s3.head_object(Bucket=own_bucket, Key="key")["Metadata"] == {}


def test_content_md5(server, own_bucket):
    s3 = server.s3()

    def encoded(data):
        return base64.b64encode(hashlib.md5(data).digest()).decode()

    s3.put_object(Bucket=own_bucket, Key="key", Body=b"bytes", ContentMD5=encoded(b"bytes"))
    with refused("BadDigest"):
        s3.put_object(Bucket=own_bucket, Key="other", Body=b"bytes", ContentMD5=encoded(b"other"))
    with refused("InvalidDigest"):
        s3.put_object(Bucket=own_bucket, Key="other", Body=b"bytes", ContentMD5="nonsense")
    assert keys(server, own_bucket) == ["key"]


def test_two_checksums_contradict_each_other(server, own_bucket):
    headers = {f"x-amz-checksum-{name.lower()}": CHECKSUMS[name](b"x") for name in ("CRC32", "SHA1")}
    answer = S3Request("PUT", f"/{own_bucket}/key", headers=headers, body=b"x").signed(server).send(server)
    assert (answer.status, answer.code) == (400, "InvalidRequest"), str(answer)
    assert keys(server, own_bucket) == []


@pytest.mark.parametrize(("algorithm", "kind"), TYPES)
def test_checksums_of_parts_make_that_of_the_object(server, own_bucket, parts, algorithm, kind):
    s3, field = server.s3(), f"Checksum{algorithm}"
    made = s3.create_multipart_upload(Bucket=own_bucket, Key="key", ChecksumAlgorithm=algorithm, ChecksumType=kind)
    assert (made["ChecksumAlgorithm"], made["ChecksumType"]) == (algorithm, kind)
    upload, done = made["UploadId"], []
    for number, data in enumerate(parts, 1):
        where = {"Bucket": own_bucket, "Key": "key", "UploadId": upload, "PartNumber": number, "Body": data}
        with refused("BadDigest"):
            s3.upload_part(**where, **{field: CHECKSUMS[algorithm](data + b"!")})
        part = s3.upload_part(**where, **{field: CHECKSUMS[algorithm](data)})
        done.append({"PartNumber": number, "ETag": part["ETag"], field: part[field]})
    with refused("InvalidPart"):
        complete(server, own_bucket, "key", upload, [{**done[0], field: CHECKSUMS[algorithm](b"other")}, done[1]])
    whole = CHECKSUMS[algorithm](b"".join(parts))
    composite = CHECKSUMS[algorithm](b"".join(base64.b64decode(part[field]) for part in done)) + "-2"
    expected = whole if kind == "FULL_OBJECT" else composite
    with refused("BadDigest"):
        complete(server, own_bucket, "key", upload, done, **{field: CHECKSUMS[algorithm](b"other") + ("-2" if kind == "COMPOSITE" else "")})
    answer = complete(server, own_bucket, "key", upload, done, **{field: expected})
    assert (answer[field], answer["ChecksumType"]) == (expected, kind)
    head = s3.head_object(Bucket=own_bucket, Key="key", ChecksumMode="ENABLED")
    assert (head[field], head["ChecksumType"]) == (expected, kind)


def test_a_checksum_of_another_algorithm_than_the_uploads_is_refused(server, own_bucket):
    upload = server.s3().create_multipart_upload(Bucket=own_bucket, Key="key", ChecksumAlgorithm="SHA256")["UploadId"]
    with refused("InvalidRequest", "expected checksum Type: sha256, actual checksum Type: crc32"):
        server.s3().upload_part(Bucket=own_bucket, Key="key", UploadId=upload, PartNumber=1, Body=b"x", ChecksumAlgorithm="CRC32")
    [part] = upload_parts(server, own_bucket, "key", upload, [b"x"], ChecksumAlgorithm="SHA256")
    with refused("InvalidRequest", "expected checksum Type: sha256, actual checksum Type: crc32"):
        complete(server, own_bucket, "key", upload, [part], ChecksumCRC32=CHECKSUMS["CRC32"](b"x"))
    assert keys(server, own_bucket) == []


@pytest.mark.parametrize(("algorithm", "kind"), [("SHA256", "FULL_OBJECT"), ("SHA1", "FULL_OBJECT"), ("CRC64NVME", "COMPOSITE")])
def test_types_that_an_algorithm_has_not(server, own_bucket, algorithm, kind):
    with refused("InvalidRequest"):
        server.s3().create_multipart_upload(Bucket=own_bucket, Key="key", ChecksumAlgorithm=algorithm, ChecksumType=kind)


@pytest.mark.parametrize("size", [0, 9, BLOCK + 7])
def test_without_a_checksum_s3_computes_its_own(server, own_bucket, size):
    s3, data = server.s3(), content("unchecked", size)
    right = CHECKSUMS["CRC64NVME"](data)
    answer = S3Request("PUT", f"/{own_bucket}/key", body=data).signed(server).send(server)
    assert answer.status == 200, str(answer)
    assert (answer.headers["x-amz-checksum-crc64nvme"], answer.headers["x-amz-checksum-type"]) == (right, "FULL_OBJECT")
    got = s3.get_object(Bucket=own_bucket, Key="key", ChecksumMode="ENABLED")
    assert (got["Body"].read(), got["ChecksumCRC64NVME"], got["ChecksumType"]) == (data, right, "FULL_OBJECT")
    s3.copy_object(Bucket=own_bucket, Key="copy", CopySource={"Bucket": own_bucket, "Key": "key"})
    assert s3.head_object(Bucket=own_bucket, Key="copy", ChecksumMode="ENABLED")["ChecksumCRC64NVME"] == right


def put_unchecked(server, bucket, upload, number, data):
    """A part as a client sends it that knows no checksums."""
    request = S3Request("PUT", f"/{bucket}/key", f"partNumber={number}&uploadId={upload}", body=data).signed(server)
    answer = request.send(server)
    assert answer.status == 200, str(answer)
    return answer


def test_an_upload_without_an_algorithm_has_the_checksum_of_s3(server, own_bucket, parts):
    """Whether its parts come with checksums of their own or without."""
    s3, right = server.s3(), CHECKSUMS["CRC64NVME"](b"".join(parts))
    for part_is_checked in (False, True):
        made = s3.create_multipart_upload(Bucket=own_bucket, Key="key")
        assert "ChecksumAlgorithm" not in made
        upload, done = made["UploadId"], []
        for number, data in enumerate(parts, 1):
            if part_is_checked:
                part = s3.upload_part(Bucket=own_bucket, Key="key", UploadId=upload, PartNumber=number, Body=data, ChecksumAlgorithm="SHA1")
                done.append({"PartNumber": number, "ETag": part["ETag"], "ChecksumSHA1": part["ChecksumSHA1"]})
            else:
                answer = put_unchecked(server, own_bucket, upload, number, data)
                # Nobody asked for it: it is told of the object alone.
                assert not [name for name in answer.headers if name.startswith("x-amz-checksum-")]
                done.append({"PartNumber": number, "ETag": answer.headers["etag"], "ChecksumCRC64NVME": CHECKSUMS["CRC64NVME"](data)})
        assert not [name for part in s3.list_parts(Bucket=own_bucket, Key="key", UploadId=upload)["Parts"] for name in part if "Checksum" in name]
        if not part_is_checked:
            with refused("InvalidPart"):
                complete(server, own_bucket, "key", upload, [{**done[0], "ChecksumCRC64NVME": CHECKSUMS["CRC64NVME"](b"other")}, done[1]])
        with refused("BadDigest"):
            complete(server, own_bucket, "key", upload, done, ChecksumCRC64NVME=CHECKSUMS["CRC64NVME"](b"other"))
        answer = complete(server, own_bucket, "key", upload, done, ChecksumCRC64NVME=right)
        assert (answer["ChecksumCRC64NVME"], answer["ChecksumType"]) == (right, "FULL_OBJECT")
        head = s3.head_object(Bucket=own_bucket, Key="key", ChecksumMode="ENABLED")
        assert (head["ChecksumCRC64NVME"], head["ChecksumType"]) == (right, "FULL_OBJECT")


@pytest.mark.parametrize(("algorithm", "kind"), TYPES)
def test_a_part_without_a_checksum_gets_that_of_its_upload(server, own_bucket, parts, algorithm, kind):
    s3, field = server.s3(), f"Checksum{algorithm}"
    upload = s3.create_multipart_upload(Bucket=own_bucket, Key="key", ChecksumAlgorithm=algorithm, ChecksumType=kind)["UploadId"]
    values = [CHECKSUMS[algorithm](data) for data in parts]
    answers = [put_unchecked(server, own_bucket, upload, number, data) for number, data in enumerate(parts, 1)]
    assert [answer.headers[f"x-amz-checksum-{algorithm.lower()}"] for answer in answers] == values
    assert [part[field] for part in s3.list_parts(Bucket=own_bucket, Key="key", UploadId=upload)["Parts"]] == values
    done = [{"PartNumber": number, "ETag": answer.headers["etag"]} for number, answer in enumerate(answers, 1)]
    answer = complete(server, own_bucket, "key", upload, done)
    composite = CHECKSUMS[algorithm](b"".join(base64.b64decode(value) for value in values)) + "-2"
    assert (answer[field], answer["ChecksumType"]) == (CHECKSUMS[algorithm](b"".join(parts)) if kind == "FULL_OBJECT" else composite, kind)


# Attributes ----------------------------------------------------------------------------------------------------------

ATTRIBUTES = ["ETag", "Checksum", "ObjectParts", "StorageClass", "ObjectSize"]


def attributes(server, bucket, key, names=ATTRIBUTES, **options):
    answer = server.s3(validate=False).get_object_attributes(Bucket=bucket, Key=key, ObjectAttributes=names, **options)
    return {name: value for name, value in answer.items() if name in ATTRIBUTES}


def test_attributes_of_an_object(server, own_bucket):
    server.s3().put_object(Bucket=own_bucket, Key="key", Body=b"bytes", ChecksumAlgorithm="SHA256")
    everything = {
        "ETag": hashlib.md5(b"bytes").hexdigest(), "StorageClass": "STANDARD", "ObjectSize": 5,
        "Checksum": {"ChecksumSHA256": CHECKSUMS["SHA256"](b"bytes"), "ChecksumType": "FULL_OBJECT"},
    }
    assert attributes(server, own_bucket, "key") == everything
    for name in ATTRIBUTES:
        assert attributes(server, own_bucket, "key", [name]) == {key: value for key, value in everything.items() if key == name}
    with refused("InvalidArgument", "Invalid attribute name"):
        attributes(server, own_bucket, "key", ["ETag", "Colour"])
    with refused("InvalidArgument"):
        attributes(server, own_bucket, "key", MaxParts=-1)
    answer = S3Request("GET", f"/{own_bucket}/key", "attributes").signed(server).send(server)
    assert (answer.status, answer.code) == (400, "InvalidArgument"), str(answer)
    with refused("NoSuchKey", status=404):
        attributes(server, own_bucket, "none")


@pytest.mark.parametrize("page", [1, 2, 1000])
def test_attributes_of_the_parts_of_an_object(server, own_bucket, page):
    parts = [content("attributes 1", PART), content("attributes 2", PART + 1), b"last"]
    upload = server.s3().create_multipart_upload(Bucket=own_bucket, Key="key", ChecksumAlgorithm="SHA1")["UploadId"]
    complete(server, own_bucket, "key", upload, upload_parts(server, own_bucket, "key", upload, parts, ChecksumAlgorithm="SHA1"))
    found, marker, more = [], 0, True
    while more:
        answer = attributes(server, own_bucket, "key", ["ObjectParts"], MaxParts=page, PartNumberMarker=marker)["ObjectParts"]
        assert (answer["TotalPartsCount"], answer["PartNumberMarker"], answer["MaxParts"]) == (3, marker, page)
        found += answer["Parts"]
        marker, more = answer["NextPartNumberMarker"], answer["IsTruncated"]
    expected = [
        {"PartNumber": number, "Size": len(data), "ChecksumSHA1": CHECKSUMS["SHA1"](data)} for number, data in enumerate(parts, 1)
    ]
    assert found == expected
    whole = attributes(server, own_bucket, "key", ["ETag", "Checksum", "ObjectSize"])
    assert (f'"{whole["ETag"]}"', whole["ObjectSize"]) == (tag_of(parts), sum(map(len, parts)))
    assert whole["Checksum"]["ChecksumType"] == "COMPOSITE" and whole["Checksum"]["ChecksumSHA1"].endswith("-3")


# A large object ------------------------------------------------------------------------------------------------------


@pytest.mark.large
def test_two_gib_by_parts(start_server, tmp_path):
    """upload_file and download_file of a file with holes, compared byte for byte; the server's memory is watched when it stops."""
    server, step = start_server(), 16 << 20
    pieces = {at: content(f"piece {at}", (1 << 20) + 77) for at in range(0, 2 << 30, step)}
    file = disk_file(tmp_path / "large", (2 << 30) + 12_345, pieces)
    bucket = make_bucket(server)
    config = TransferConfig(multipart_threshold=8 << 20, multipart_chunksize=32 << 20, max_concurrency=4)
    server.s3().upload_file(str(file), bucket, "large", Config=config)
    head = server.s3().head_object(Bucket=bucket, Key="large")
    assert head["ContentLength"] == file.stat().st_size and head["ETag"].endswith('-65"')
    server.s3().download_file(bucket, "large", str(tmp_path / "back"), Config=config)
    with file.open("rb") as left, (tmp_path / "back").open("rb") as right:
        while block := left.read(step):
            assert right.read(step) == block
        assert right.read(1) == b""


def test_upload_of_a_stream_without_a_known_length(server, own_bucket):
    class Pipe(io.RawIOBase):
        """A file that cannot seek."""

        def __init__(self, data):
            self._data = io.BytesIO(data)

        def readable(self):
            return True

        def readinto(self, buffer):
            return self._data.readinto(buffer)

    data = content("a pipe", 6 << 20)
    config = TransferConfig(multipart_threshold=5 << 20, multipart_chunksize=5 << 20)
    server.s3().upload_fileobj(Pipe(data), own_bucket, "key", Config=config)
    assert read(server, own_bucket, "key") == data
