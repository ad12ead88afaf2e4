"""The AWS command line, unmodified, on buckets and objects."""

from __future__ import annotations

import json
import urllib.request

import pytest
from buckets import content, keys, make_bucket, read, unused_bucket
from ferry_server import AWAY
from patience import HANG


@pytest.fixture
def tree(tmp_path):
    """A folder with files of many sizes, one of them uploaded in parts."""
    files = {"a.txt": b"small", "empty": b"", "deep/er/b c+.raw": content("deep", 700_000), "deep/large.raw": content("large", 9 << 20)}
    for name, data in files.items():
        path = tmp_path / "from" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return files


def files_in(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_life_of_a_bucket(server, aws, tmp_path, tree):
    bucket = unused_bucket()
    assert aws("s3", "mb", f"s3://{bucket}").stdout == f"make_bucket: {bucket}\n"
    assert bucket in aws("s3", "ls").stdout

    aws("s3", "cp", str(tmp_path / "from/deep/large.raw"), f"s3://{bucket}/one", "--content-type", "application/x-raw", "--metadata", "by=cli")
    head = server.s3().head_object(Bucket=bucket, Key="one")
    assert (head["ContentType"], head["Metadata"], head["ETag"][-3:]) == ("application/x-raw", {"by": "cli"}, '-2"')
    aws("s3", "cp", f"s3://{bucket}/one", str(tmp_path / "back"))
    assert (tmp_path / "back").read_bytes() == tree["deep/large.raw"]
    aws("s3", "cp", f"s3://{bucket}/one", f"s3://{bucket}/two")
    assert read(server, bucket, "two") == tree["deep/large.raw"]
    aws("s3", "mv", f"s3://{bucket}/two", f"s3://{bucket}/three")
    assert keys(server, bucket) == ["one", "three"]

    aws("s3", "sync", str(tmp_path / "from"), f"s3://{bucket}/tree")
    assert keys(server, bucket) == ["one", "three", *sorted(f"tree/{name}" for name in tree)]
    assert aws("s3", "sync", str(tmp_path / "from"), f"s3://{bucket}/tree").stdout == ""
    aws("s3", "sync", f"s3://{bucket}/tree", str(tmp_path / "to"))
    assert files_in(tmp_path / "to") == tree

    listing = aws("s3", "ls", f"s3://{bucket}/tree/").stdout
    assert "PRE deep/" in listing and "a.txt" in listing and "large.raw" not in listing
    everything = aws("s3", "ls", "--recursive", "--summarize", f"s3://{bucket}/tree/").stdout
    assert "Total Objects: 4" in everything and f"Total Size: {sum(map(len, tree.values()))}" in everything

    (tmp_path / "from/a.txt").unlink()
    aws("s3", "sync", "--delete", str(tmp_path / "from"), f"s3://{bucket}/tree")
    assert "tree/a.txt" not in keys(server, bucket)

    link = aws("s3", "presign", f"s3://{bucket}/tree/deep/er/b c+.raw", "--expires-in", "60").stdout.strip()
    with urllib.request.urlopen(link, timeout=HANG) as answer:
        assert answer.read() == tree["deep/er/b c+.raw"]

    refused = aws("s3", "rb", f"s3://{bucket}", check=False)
    assert refused.returncode != 0 and "BucketNotEmpty" in refused.stderr
    aws("s3", "rm", f"s3://{bucket}/tree/empty")
    aws("s3", "rm", "--recursive", f"s3://{bucket}/tree")
    assert keys(server, bucket) == ["one", "three"]
    aws("s3", "rb", "--force", f"s3://{bucket}")
    assert bucket not in aws("s3", "ls").stdout


def test_through_pipes(server, aws, tmp_path):
    bucket = make_bucket(server)
    server.s3().put_object(Bucket=bucket, Key="key", Body=b"to the pipe\n")
    assert aws("s3", "cp", f"s3://{bucket}/key", "-").stdout == "to the pipe\n"


def test_a_bucket_of_another_region(server, aws, tmp_path):
    bucket = unused_bucket()
    aws("s3", "mb", f"s3://{bucket}", "--region", AWAY)
    assert server.s3(AWAY).head_bucket(Bucket=bucket)["BucketRegion"] == AWAY
    (tmp_path / "file").write_bytes(b"away")
    aws("s3", "cp", str(tmp_path / "file"), f"s3://{bucket}/key", "--region", AWAY)
    # Asked in the wrong Region, the command line finds the right one by itself.
    aws("s3", "cp", f"s3://{bucket}/key", str(tmp_path / "back"))
    assert (tmp_path / "back").read_bytes() == b"away"


def test_s3api(server, aws, tmp_path):
    bucket, data = unused_bucket(), content("s3api", 600_000)
    (tmp_path / "file").write_bytes(data)

    def call(*arguments):
        out = aws("s3api", *arguments, "--output", "json").stdout
        return json.loads(out) if out.strip() else {}

    made = call("create-bucket", "--bucket", bucket, "--region", AWAY, "--create-bucket-configuration", f"LocationConstraint={AWAY}")
    assert made["Location"] == f"/{bucket}"
    assert call("get-bucket-location", "--bucket", bucket, "--region", AWAY) == {"LocationConstraint": AWAY}
    where = ("--bucket", bucket, "--region", AWAY)
    call("put-bucket-versioning", *where, "--versioning-configuration", "Status=Enabled")
    put = call("put-object", *where, "--key", "key", "--body", str(tmp_path / "file"), "--checksum-algorithm", "SHA256")
    assert put["ChecksumSHA256"] and put["VersionId"]
    got = call("get-object", *where, "--key", "key", "--range", "bytes=10-19", str(tmp_path / "part"))
    assert (tmp_path / "part").read_bytes() == data[10:20] and got["ContentRange"] == "bytes 10-19/600000"
    attributes = call("head-object", *where, "--key", "key", "--checksum-mode", "ENABLED")
    assert (attributes["ChecksumSHA256"], attributes["ContentLength"]) == (put["ChecksumSHA256"], len(data))
    marker = call("delete-object", *where, "--key", "key")
    assert marker["DeleteMarker"] is True
    versions = call("list-object-versions", *where)
    assert [entry["VersionId"] for entry in versions["Versions"]] == [put["VersionId"]]
    assert [entry["VersionId"] for entry in versions["DeleteMarkers"]] == [marker["VersionId"]]
    for version in (put["VersionId"], marker["VersionId"]):
        call("delete-object", *where, "--key", "key", "--version-id", version)
    call("delete-bucket", *where)
    gone = aws("s3api", "head-bucket", *where, check=False)
    assert gone.returncode != 0 and "404" in gone.stderr


def test_encryption_is_asked_for_and_stays(server, aws, tmp_path, tree):
    """In one piece and in parts, and in copies to which it is said again."""
    bucket = make_bucket(server)
    for name in ("a.txt", "deep/large.raw"):
        for key, options, expected in (("own", ["--sse"], "AES256"), ("kms", ["--sse", "aws:kms"], "aws:kms")):
            aws("s3", "cp", str(tmp_path / "from" / name), f"s3://{bucket}/{key}/{name}", *options)
            aws("s3", "cp", f"s3://{bucket}/{key}/{name}", f"s3://{bucket}/{key}/copy", *options)
            for there in (f"{key}/{name}", f"{key}/copy"):
                assert server.s3().head_object(Bucket=bucket, Key=there)["ServerSideEncryption"] == expected
                aws("s3", "cp", f"s3://{bucket}/{there}", str(tmp_path / "back"))
                assert (tmp_path / "back").read_bytes() == tree[name]
