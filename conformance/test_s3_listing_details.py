"""What S3's reference says of listings, parts and tags beyond the common case."""

from __future__ import annotations

import base64

import pytest
from buckets import BLOCK, PART, content, make_bucket, placed_in, unused_bucket, upload_parts
from ferry_server import AWAY, HOME
from refusals import refused
from s3_request import CHECKSUMS, S3Request


@pytest.fixture
def own_bucket(server):
    return make_bucket(server)


def complete(server, bucket, upload, done, **options):
    return server.s3(validate=False).complete_multipart_upload(
        Bucket=bucket, Key="key", UploadId=upload, MultipartUpload={"Parts": done}, **options
    )


# Uploads -------------------------------------------------------------------------------------------------------------

TREE = ["a", "b/1", "b/2", "b/2", "b/c/3", "d", "d", "d/4", "e+f/5", "e f/6", "g//h", "z"]


@pytest.fixture(scope="module")
def tree(server):
    """Uploads, some of them of one key, and those of a key by their ids."""
    name = make_bucket(server)
    made = [(key, server.s3().create_multipart_upload(Bucket=name, Key=key)["UploadId"]) for key in TREE]
    return name, sorted(made, key=lambda upload: (upload[0].encode(), upload[1]))


def expected(made, prefix, delimiter, key_marker="", id_marker=""):
    """Uploads and common prefixes as the definition of the listing has them."""
    found, prefixes = [], []
    for key, upload in made:
        if not key.startswith(prefix) or key < key_marker or (key == key_marker and (not id_marker or upload <= id_marker)):
            continue
        head, separator, _ = key[len(prefix) :].partition(delimiter) if delimiter else (key, "", "")
        if not separator:
            found.append((key, upload))
        elif prefix + head + separator not in prefixes:
            prefixes.append(prefix + head + separator)
    return found, prefixes


@pytest.mark.parametrize("page", [1, 2, 3, 1000])
@pytest.mark.parametrize(("prefix", "delimiter"), [("", ""), ("", "/"), ("b/", "/"), ("b", "/"), ("", "+"), ("e", ""), ("g/", "/"), ("", "no"), ("x", "/")])
def test_uploads_with_prefix_delimiter_and_pages(server, tree, prefix, delimiter, page):
    bucket, made = tree
    paginator = server.s3().get_paginator("list_multipart_uploads")
    pages = list(paginator.paginate(Bucket=bucket, Prefix=prefix, Delimiter=delimiter, PaginationConfig={"PageSize": page}))
    found = [(entry["Key"], entry["UploadId"]) for answer in pages for entry in answer.get("Uploads", [])]
    prefixes = [entry["Prefix"] for answer in pages for entry in answer.get("CommonPrefixes", [])]
    assert (found, prefixes) == expected(made, prefix, delimiter)
    for answer in pages:
        count = len(answer.get("Uploads", [])) + len(answer.get("CommonPrefixes", []))
        assert count <= page and answer["MaxUploads"] == page and answer["Bucket"] == bucket
        assert answer["IsTruncated"] == (answer is not pages[-1])
        assert answer is pages[-1] or count == page
        assert answer.get("Delimiter", "") == delimiter


def test_markers_of_uploads(server, tree):
    bucket, made = tree
    ids = [upload for key, upload in made if key == "d"]

    def listed(**options):
        answer = server.s3().list_multipart_uploads(Bucket=bucket, **options)
        prefixes = [entry["Prefix"] for entry in answer.get("CommonPrefixes", [])]
        return [(entry["Key"], entry["UploadId"]) for entry in answer.get("Uploads", [])], prefixes

    assert listed(KeyMarker="d") == expected(made, "", "", "d")
    assert listed(KeyMarker="d", UploadIdMarker=ids[0]) == expected(made, "", "", "d", ids[0])
    assert listed(KeyMarker="d", UploadIdMarker=ids[0], Delimiter="/") == expected(made, "", "/", "d", ids[0])
    # Without a key the marker of an upload says nothing, and a key before the prefix passes over nothing of it.
    assert listed(UploadIdMarker=ids[0]) == (made, [])
    assert listed(KeyMarker="a", UploadIdMarker="f" * 48, Prefix="b/") == expected(made, "b/", "")
    # A marker within a common prefix is behind it.
    for options in ({}, {"UploadIdMarker": made[1][1]}):
        uploads, prefixes = listed(KeyMarker="b/1", Delimiter="/", **options)
        assert (uploads[0][0], prefixes) == ("d", ["d/", "e f/", "e+f/", "g/"])


def test_the_next_markers_of_uploads_are_those_of_the_last_one(server, tree):
    """Also on the last page, as S3 has them; none of an upload where the page ends with a common prefix."""
    bucket, made = tree
    for options, markers in [
        ({}, ["z", made[-1][1]]), ({"max-uploads": "1"}, [made[0][0], made[0][1]]), ({"max-uploads": "2", "delimiter": "/"}, ["b/", ""]),
        ({"prefix": "none"}, ["", ""]), ({"max-uploads": "0"}, ["", ""]),
    ]:
        query = "&".join(f"{name}={value.replace('/', '%2F')}" for name, value in sorted({**options, "uploads": ""}.items()))
        answer = S3Request("GET", f"/{bucket}", query).signed(server).send(server)
        assert [answer.texts(name)[0] for name in ("NextKeyMarker", "NextUploadIdMarker")] == markers, str(answer)


def test_many_uploads_behind_one_prefix(server, own_bucket):
    """A page is one entry, and goes on behind all that the entry stands for."""
    s3 = server.s3()
    for number in range(40):
        s3.create_multipart_upload(Bucket=own_bucket, Key=f"many/{number:03d}")
    upload = s3.create_multipart_upload(Bucket=own_bucket, Key="z")["UploadId"]
    first = s3.list_multipart_uploads(Bucket=own_bucket, Delimiter="/", MaxUploads=1)
    assert (first["CommonPrefixes"], first["IsTruncated"], first["NextKeyMarker"]) == ([{"Prefix": "many/"}], True, "many/")
    assert first["NextUploadIdMarker"] == "" and "Uploads" not in first
    second = s3.list_multipart_uploads(Bucket=own_bucket, Delimiter="/", MaxUploads=1, KeyMarker="many/")
    assert [entry["UploadId"] for entry in second["Uploads"]] == [upload] and not second["IsTruncated"]


def test_uploads_are_encoded_when_asked(server, tree):
    answer = S3Request("GET", f"/{tree[0]}", "delimiter=%2F&encoding-type=url&prefix=e&uploads").signed(server).send(server)
    assert answer.texts("EncodingType") == ["url"], answer
    assert [entry for entry in answer.texts("Prefix") if entry != "e"] == ["e+f/", "e%2Bf/"]


@pytest.mark.parametrize("marker", ["-1", "one", "99999999999"])
def test_a_part_number_marker_is_a_number(server, own_bucket, marker):
    upload = server.s3().create_multipart_upload(Bucket=own_bucket, Key="key")["UploadId"]
    answer = S3Request("GET", f"/{own_bucket}/key", f"part-number-marker={marker}&uploadId={upload}").signed(server).send(server)
    assert (answer.status, answer.code) == (400, "InvalidArgument"), str(answer)
    assert answer.texts("ArgumentName") == ["part-number-marker"]


def test_what_a_completion_says_of_the_whole_must_hold(server, own_bucket):
    for algorithm, kind, other in (("CRC32", "COMPOSITE", "FULL_OBJECT"), ("CRC32", "FULL_OBJECT", "COMPOSITE"), (None, "FULL_OBJECT", "COMPOSITE")):
        options = {"ChecksumAlgorithm": algorithm, "ChecksumType": kind} if algorithm else {}
        upload = server.s3().create_multipart_upload(Bucket=own_bucket, Key="key", **options)["UploadId"]
        done = upload_parts(server, own_bucket, "key", upload, [b"x"], **({"ChecksumAlgorithm": algorithm} if algorithm else {}))
        with refused("BadDigest"):
            complete(server, own_bucket, upload, done, ChecksumType=other)
        with refused("InvalidRequest"):
            complete(server, own_bucket, upload, done, ChecksumType="HALF_OBJECT")
        for size in (0, 2):
            with refused("InvalidRequest"):
                complete(server, own_bucket, upload, done, MpuObjectSize=size)
        assert complete(server, own_bucket, upload, done, ChecksumType=kind, MpuObjectSize=1)["ChecksumType"] == kind


# Parts of objects ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("algorithm", "kind"), [("SHA256", "COMPOSITE"), ("CRC32", "COMPOSITE"), ("CRC32", "FULL_OBJECT")])
def test_a_part_has_its_own_checksum(server, own_bucket, algorithm, kind):
    s3, field, parts = server.s3(), f"Checksum{algorithm}", [content("one", PART + 3), content("two", BLOCK + 1)]
    upload = s3.create_multipart_upload(Bucket=own_bucket, Key="key", ChecksumAlgorithm=algorithm, ChecksumType=kind)["UploadId"]
    complete(server, own_bucket, upload, upload_parts(server, own_bucket, "key", upload, parts, ChecksumAlgorithm=algorithm))
    for number, data in enumerate(parts, 1):
        where = {"Bucket": own_bucket, "Key": "key", "PartNumber": number}
        for answer in (s3.head_object(**where, ChecksumMode="ENABLED"), s3.get_object(**where, ChecksumMode="ENABLED")):
            assert (answer[field], answer["ChecksumType"], answer["PartsCount"]) == (CHECKSUMS[algorithm](data), kind, 2)
            assert answer["ContentLength"] == len(data)
        assert answer["Body"].read() == data
        assert field not in s3.head_object(**where)


@pytest.mark.parametrize("number", [2, 3, 10_000])
def test_a_part_that_is_not_there(server, own_bucket, number):
    s3 = server.s3()
    s3.put_object(Bucket=own_bucket, Key="key", Body=b"whole", ChecksumAlgorithm="SHA256")
    with refused("InvalidPartNumber", status=416):
        s3.get_object(Bucket=own_bucket, Key="key", PartNumber=number)
    with refused("416", status=416):
        s3.head_object(Bucket=own_bucket, Key="key", PartNumber=number)
    whole = s3.get_object(Bucket=own_bucket, Key="key", PartNumber=1, ChecksumMode="ENABLED")
    assert (whole["Body"].read(), whole["ChecksumSHA256"]) == (b"whole", CHECKSUMS["SHA256"](b"whole"))
    assert "PartsCount" not in whole


def test_an_object_of_one_empty_part(server, own_bucket):
    s3 = server.s3()
    upload = s3.create_multipart_upload(Bucket=own_bucket, Key="key", ChecksumAlgorithm="SHA256")["UploadId"]
    complete(server, own_bucket, upload, upload_parts(server, own_bucket, "key", upload, [b""], ChecksumAlgorithm="SHA256"))
    got = s3.get_object(Bucket=own_bucket, Key="key", PartNumber=1, ChecksumMode="ENABLED")
    assert (got["Body"].read(), got["PartsCount"], got["ChecksumSHA256"]) == (b"", 1, CHECKSUMS["SHA256"](b""))
    with refused("InvalidPartNumber", status=416):
        s3.get_object(Bucket=own_bucket, Key="key", PartNumber=2)
    told = s3.get_object_attributes(Bucket=own_bucket, Key="key", ObjectAttributes=["ObjectParts", "ObjectSize"])
    assert (told["ObjectSize"], told["ObjectParts"]["TotalPartsCount"]) == (0, 1)
    assert [(part["PartNumber"], part["Size"], part["ChecksumSHA256"]) for part in told["ObjectParts"]["Parts"]] == [(1, 0, CHECKSUMS["SHA256"](b""))]


def test_an_object_whose_last_part_is_empty(server, own_bucket):
    s3, data = server.s3(), content("before nothing", PART)
    upload = s3.create_multipart_upload(Bucket=own_bucket, Key="key", ChecksumAlgorithm="CRC32")["UploadId"]
    complete(server, own_bucket, upload, upload_parts(server, own_bucket, "key", upload, [data, b""], ChecksumAlgorithm="CRC32"))
    for number, part in enumerate([data, b""], 1):
        got = s3.get_object(Bucket=own_bucket, Key="key", PartNumber=number, ChecksumMode="ENABLED")
        assert (got["Body"].read(), got["PartsCount"], got["ChecksumCRC32"]) == (part, 2, CHECKSUMS["CRC32"](part))
    whole = base64.b64decode(CHECKSUMS["CRC32"](data)) + base64.b64decode(CHECKSUMS["CRC32"](b""))
    head = s3.head_object(Bucket=own_bucket, Key="key", ChecksumMode="ENABLED")
    assert head["ChecksumCRC32"] == f"{CHECKSUMS['CRC32'](whole)}-2"


# Buckets -------------------------------------------------------------------------------------------------------------


def listed(server, **options):
    answer = server.s3().list_buckets(**options)
    return [bucket["Name"] for bucket in answer["Buckets"]], answer


def test_filters_of_buckets_come_before_the_limit(server):
    prefix = unused_bucket("filtered")
    names = {f"{prefix}-{letter}": HOME if letter in "ac" else AWAY for letter in "abcd"} | {prefix: HOME}
    for name, region in names.items():
        server.s3(region).create_bucket(Bucket=name, **placed_in(region))
    found, answer = listed(server, Prefix=prefix)
    assert found == sorted(names) and answer["Prefix"] == prefix
    assert "Prefix" not in listed(server)[1]
    for region in (HOME, AWAY):
        wanted = sorted(name for name, place in names.items() if place == region)
        assert listed(server, Prefix=prefix, BucketRegion=region)[0] == wanted
        seen, options = [], {}
        while True:
            page, answer = listed(server, Prefix=prefix, BucketRegion=region, MaxBuckets=1, **options)
            seen += page
            if "ContinuationToken" not in answer:
                break
            assert len(page) == 1
            # Opaque, so that nobody takes it for a name.
            assert answer["ContinuationToken"] not in names
            options = {"ContinuationToken": answer["ContinuationToken"]}
        assert seen == wanted
    assert listed(server, Prefix=f"{prefix}-e")[0] == []
    with refused("InvalidArgument", "continuation token"):
        listed(server, Prefix=prefix, ContinuationToken="a")


@pytest.mark.parametrize("size", ["0", "-1", "10001", "many"])
def test_how_many_buckets_a_page_may_have(server, size):
    answer = S3Request("GET", "/", f"max-buckets={size}").signed(server).send(server)
    assert (answer.status, answer.code) == (400, "InvalidArgument"), str(answer)
    assert S3Request("GET", "/", "max-buckets=10000").signed(server).send(server).status == 200


def test_the_place_of_a_bucket_is_told_in_any_region(server):
    for place, asked in ((HOME, AWAY), (AWAY, HOME)):
        bucket = make_bucket(server, place)
        answer = S3Request("GET", f"/{bucket}", "location").signed(server, asked).send(server)
        assert answer.status == 200, str(answer)
        assert (answer.xml.text or "") == ("" if place == "us-east-1" else place)
    answer = S3Request("GET", f"/{unused_bucket()}", "location").signed(server, AWAY).send(server)
    assert (answer.status, answer.code) == (404, "NoSuchBucket"), str(answer)


def configured(server, inside, region=HOME):
    bucket = unused_bucket()
    place = "" if region == "us-east-1" else f"<LocationConstraint>{region}</LocationConstraint>"
    body = f"<CreateBucketConfiguration>{place}{inside}</CreateBucketConfiguration>".encode()
    return bucket, S3Request("PUT", f"/{bucket}", body=body).signed(server, region).send(server)


@pytest.mark.parametrize("region", [HOME, AWAY])
def test_tags_given_with_the_bucket(server, region):
    tags = "<Tags><Tag><Key>stage</Key><Value>a &amp; b</Value></Tag></Tags>"
    bucket, answer = configured(server, tags, region)
    assert (answer.status, answer.code) == (400, "InvalidTag"), str(answer)
    with refused("404", status=404):
        server.s3(region).head_bucket(Bucket=bucket)
    tags = "<Tags><Tag><Key>stage</Key><Value>test</Value></Tag><Tag><Key>empty</Key><Value/></Tag></Tags>"
    bucket, answer = configured(server, tags, region)
    assert answer.status == 200, str(answer)
    expected = [{"Key": "stage", "Value": "test"}, {"Key": "empty", "Value": ""}]
    assert server.s3(region).get_bucket_tagging(Bucket=bucket)["TagSet"] == expected
    bucket, answer = configured(server, "<Tags/>", region)
    with refused("NoSuchTagSet", status=404):
        server.s3(region).get_bucket_tagging(Bucket=bucket)


@pytest.mark.parametrize(
    "inside", ["<Location><Type>AvailabilityZone</Type><Name>use1-az4</Name></Location>", "<Bucket><Type>Directory</Type></Bucket>"]
)
def test_directory_buckets_are_not_implemented(server, inside):
    bucket, answer = configured(server, inside)
    assert (answer.status, answer.code) == (501, "NotImplemented"), str(answer)
    with refused("404", status=404):
        server.s3().head_bucket(Bucket=bucket)


# Tags and tokens -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["a*", "a&b", "a;", "a,b", "a%", "(a)", "a\tb", "\U0001f600"])
def test_characters_that_a_tag_has_not(server, own_bucket, text):
    s3 = server.s3()
    s3.put_object(Bucket=own_bucket, Key="key", Body=b"x")
    for tag in ({"Key": text, "Value": "v"}, {"Key": "k", "Value": text}):
        with refused("InvalidTag"):
            s3.put_object_tagging(Bucket=own_bucket, Key="key", Tagging={"TagSet": [tag]})
        with refused("InvalidTag"):
            s3.put_bucket_tagging(Bucket=own_bucket, Tagging={"TagSet": [tag]})
    assert s3.get_object_tagging(Bucket=own_bucket, Key="key")["TagSet"] == []


def test_characters_that_a_tag_may_have(server, own_bucket):
    tags = [{"Key": "Größe 5+-=._:/@", "Value": "機械 \u0665\u00a0x"}]
    server.s3().put_bucket_tagging(Bucket=own_bucket, Tagging={"TagSet": tags})
    assert server.s3().get_bucket_tagging(Bucket=own_bucket)["TagSet"] == tags


def test_an_empty_continuation_token_is_refused(server, own_bucket):
    answer = S3Request("GET", f"/{own_bucket}", "continuation-token=&list-type=2").signed(server).send(server)
    assert (answer.status, answer.code) == (400, "InvalidArgument"), str(answer)
    assert answer.texts("Message") == ["The continuation token provided is incorrect"]


# Odd requests --------------------------------------------------------------------------------------------------------


def test_keys_that_xml_cannot_carry_do_not_look_alike(server, own_bucket):
    """Without `encoding-type=url` each stands in the document as the reference of its character."""
    for key in ("a%01", "a%02"):
        assert S3Request("PUT", f"/{own_bucket}/{key}", body=b"x").signed(server).send(server).status == 200
    listed = S3Request("GET", f"/{own_bucket}", "list-type=2").signed(server).send(server)
    assert b"<Key>a&#x1;</Key>" in listed.body and b"<Key>a&#x2;</Key>" in listed.body, listed.body


@pytest.mark.parametrize("name", ["x-amz-sdk-checksum-algorithm", "x-amz-checksum-algorithm"])
def test_an_algorithm_that_there_is_not_is_refused(server, own_bucket, name):
    answer = S3Request("PUT", f"/{own_bucket}/key", headers={name: "FOO"}, body=b"x").signed(server).send(server)
    assert (answer.status, answer.code) == (400, "InvalidRequest"), str(answer)
    assert b"[CRC32, CRC32C, CRC64NVME, SHA1, SHA256]" in answer.body


def test_an_algorithm_that_the_checksum_is_not_of_is_refused(server, own_bucket):
    for algorithm, status in (("SHA256", 400), ("crc32", 200)):
        headers = {"x-amz-sdk-checksum-algorithm": algorithm, "x-amz-checksum-crc32": "AAAAAA=="}
        assert S3Request("PUT", f"/{own_bucket}/key", headers=headers).signed(server).send(server).status == status
