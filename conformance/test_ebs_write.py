"""EBS direct, the writing half: StartSnapshot, PutSnapshotBlock, CompleteSnapshot, and every way they are refused."""

from __future__ import annotations

import base64
import datetime
import hashlib
import json
import re
import uuid
from concurrent.futures import ThreadPoolExecutor

import images
import pytest
import snapshots
from disks import BLOCK, Disk, ZEROS, checksum, linear_checksum, noise, text
from ferry_server import AWAY, HOME
from refusals import refused_by_ebs
from signed_request import Request, json_request

UNKNOWN = "snap-0123456789abcdef0"
DATA = text("a block", 0)


@pytest.fixture
def ebs(server):
    return server.ebs(HOME, validate=False)


@pytest.fixture
def pending(ebs):
    """A snapshot of 1 GiB that waits for blocks."""
    return ebs.start_snapshot(VolumeSize=1)["SnapshotId"]


def finished(server, snapshot, blocks):
    assert snapshots.complete(server, HOME, snapshot, blocks)["Status"] in ("pending", "completed")
    snapshots.wait_completed(server, HOME, snapshot)
    snapshots.assert_holds(server, HOME, snapshot, Disk(1, {index: data for index, data in blocks.items() if data != ZEROS}))


# StartSnapshot -------------------------------------------------------------------------------------------------------


def test_start_answers_with_what_it_made(server, ebs):
    tags = [{"Key": "a", "Value": "1"}, {"Key": "b", "Value": ""}]
    answer = ebs.start_snapshot(VolumeSize=7, Description="seven ü", Tags=tags, ClientToken=str(uuid.uuid4()), Timeout=10)
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 201
    assert re.fullmatch(r"snap-[0-9a-f]{17}", answer["SnapshotId"])
    assert answer["OwnerId"] == server.account
    assert answer["Status"] == "pending"
    assert answer["VolumeSize"] == 7
    assert answer["BlockSize"] == BLOCK
    assert answer["Description"] == "seven ü"
    assert sorted(answer["Tags"], key=lambda tag: tag["Key"]) == tags
    assert abs(datetime.datetime.now(datetime.UTC) - answer["StartTime"]) < datetime.timedelta(minutes=1)
    assert "ParentSnapshotId" not in answer and "KmsKeyArn" not in answer
    shown = snapshots.describe(server, HOME, answer["SnapshotId"])
    assert shown["Description"] == "seven ü"
    assert sorted(shown["Tags"], key=lambda tag: tag["Key"]) == tags


def test_start_time_is_a_number_on_the_wire(server):
    body = json.dumps({"VolumeSize": 1}).encode()
    answer = Request("POST", "/snapshots", headers={"Content-Type": "application/json"}, body=body).signed(server, "ebs").send(server)
    assert answer.status == 201, str(answer)
    assert isinstance(answer.json["StartTime"], (int, float))
    assert None not in answer.json.values()


def test_start_again_with_the_same_token_gives_the_same_snapshot(server, ebs):
    request = {"VolumeSize": 1, "Description": "idempotent", "ClientToken": str(uuid.uuid4())}
    first = ebs.start_snapshot(**request)["SnapshotId"]
    again = ebs.start_snapshot(**request)
    assert (again["SnapshotId"], again["Status"]) == (first, "pending")
    blocks = {0: DATA}
    snapshots.put_blocks(server, HOME, first, blocks)
    finished(server, first, blocks)
    after = ebs.start_snapshot(**request)
    assert (after["SnapshotId"], after["Status"]) == (first, "completed"), "a replay tells the status of now"


@pytest.mark.parametrize(
    "changed",
    [{"VolumeSize": 2}, {"Description": "another"}, {"Timeout": 20}, {"Tags": [{"Key": "a", "Value": "b"}]}],
    ids=lambda changed: next(iter(changed)),
)
def test_start_with_a_used_token_and_other_parameters(ebs, changed):
    request = {"VolumeSize": 1, "Description": "idempotent", "ClientToken": str(uuid.uuid4())}
    ebs.start_snapshot(**request)
    with refused_by_ebs("ConflictException", status=409):
        ebs.start_snapshot(**{**request, **changed})


@pytest.mark.parametrize("size", [0, -1, 65_537])
def test_start_with_a_size_that_no_volume_has(ebs, size):
    with refused_by_ebs("ValidationException", ("INVALID_VOLUME_SIZE", "INVALID_PARAMETER_VALUE")):
        ebs.start_snapshot(VolumeSize=size)


@pytest.mark.parametrize("minutes", [9, 4321, 0, -1])
def test_start_with_a_timeout_out_of_bounds(ebs, minutes):
    with refused_by_ebs("ValidationException", "INVALID_PARAMETER_VALUE"):
        ebs.start_snapshot(VolumeSize=1, Timeout=minutes)


@pytest.mark.parametrize("minutes", [10, 60, 4320])
def test_start_with_a_timeout_in_bounds(ebs, minutes):
    ebs.start_snapshot(VolumeSize=1, Timeout=minutes)


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"Description": "d" * 256}, "INVALID_PARAMETER_VALUE"),
        ({"ClientToken": "t" * 256}, "INVALID_PARAMETER_VALUE"),
        ({"Tags": [{"Key": "aws:mine", "Value": ""}]}, "INVALID_TAG"),
        ({"Tags": [{"Key": f"k{n}", "Value": ""} for n in range(51)]}, "INVALID_TAG"),
        ({"Tags": [{"Key": "a", "Value": "1"}, {"Key": "a", "Value": "2"}]}, "INVALID_TAG"),
        ({"ParentSnapshotId": "nonsense"}, "INVALID_SNAPSHOT_ID"),
        ({"ParentSnapshotId": UNKNOWN, "Encrypted": False}, None),
        ({"Encrypted": True, "KmsKeyArn": "arn:aws:kms:us-east-1:123456789012:key/1234"}, None),
    ],
    ids=["long description", "long token", "reserved tag", "51 tags", "tag twice", "malformed parent", "parent and encrypted",
         "encrypted with a key that is not there"],
)
def test_start_refused(ebs, options, reason):
    with refused_by_ebs("ValidationException", reason):
        ebs.start_snapshot(**{"VolumeSize": 1, **options})


def test_start_from_a_parent_that_is_not_there(ebs):
    with refused_by_ebs("ResourceNotFoundException", "SNAPSHOT_NOT_FOUND", 404):
        ebs.start_snapshot(VolumeSize=1, ParentSnapshotId=UNKNOWN)


def test_start_without_a_size(server):
    answer = Request("POST", "/snapshots", headers={"Content-Type": "application/json"}, body=b"{}").signed(server, "ebs").send(server)
    assert (answer.status, answer.code) == (400, "ValidationException"), str(answer)


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'{"VolumeSize": "many"}', b'{"VolumeSize": 1.5}', b"\xff\xfe", b"[" * 100_000])
def test_start_with_a_body_that_is_no_request(server, body):
    answer = Request("POST", "/snapshots", headers={"Content-Type": "application/json"}, body=body).signed(server, "ebs").send(server)
    assert 400 <= answer.status < 500, str(answer)
    assert answer.code, str(answer)


# PutSnapshotBlock ----------------------------------------------------------------------------------------------------


def test_put_answers_with_the_checksum(ebs, pending):
    answer = snapshots.put_block(ebs, pending, 0, DATA, Progress=40)
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 201
    assert answer["Checksum"] == checksum(DATA)
    assert answer["ChecksumAlgorithm"] == "SHA256"


def test_block_may_be_written_again_until_the_end(server, ebs, pending):
    for data in (text("first try", 0), ZEROS, text("last", 0)):
        snapshots.put_block(ebs, pending, 5, data)
    finished(server, pending, {5: text("last", 0)})


def test_blocks_may_come_in_any_order_and_at_both_ends(server, ebs, pending):
    blocks = {index: noise("order", index) for index in (2047, 0, 1023, 1024, 1)}
    for index, data in blocks.items():
        snapshots.put_block(ebs, pending, index, data)
    finished(server, pending, blocks)


def test_zero_blocks_count_and_are_not_stored(server, ebs, pending):
    blocks = {0: ZEROS, 1: DATA, 2: ZEROS}
    snapshots.put_blocks(server, HOME, pending, blocks)
    finished(server, pending, blocks)
    assert snapshots.describe(server, HOME, pending)["FullSnapshotSizeInBytes"] == BLOCK


def test_same_block_twice_at_once(server, ebs, pending):
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: snapshots.put_block(ebs, pending, 3, DATA), range(16)))
    finished(server, pending, {3: DATA})


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"Checksum": checksum(b"another")}, None),
        ({"Checksum": "not base64!"}, None),
        ({"Checksum": "AAAA"}, None),
        ({"ChecksumAlgorithm": "MD5"}, None),
        ({"DataLength": BLOCK - 1}, None),
        ({"DataLength": 0}, None),
        ({"BlockIndex": 2048}, None),
        ({"BlockIndex": -1}, None),
        ({"BlockIndex": 2**63 - 1}, None),
        ({"Progress": 101}, None),
        ({"SnapshotId": "nonsense"}, "INVALID_SNAPSHOT_ID"),
    ],
    ids=["wrong checksum", "no base64", "short checksum", "algorithm", "shorter length", "no length", "index past the end",
         "negative index", "huge index", "progress", "malformed id"],
)
def test_put_refused(server, ebs, pending, changed, reason):
    with refused_by_ebs("ValidationException", reason):
        snapshots.put_block(ebs, **{"snapshot": pending, "index": 0, "data": DATA}, **changed)
    finished(server, pending, {})


@pytest.mark.parametrize("length", [0, 1, 512, BLOCK - 1, BLOCK + 1])
def test_put_of_another_size_than_a_block(server, ebs, pending, length):
    data = (DATA + DATA)[:length]
    with refused_by_ebs("ValidationException"):
        snapshots.put_block(ebs, pending, 0, data)
    finished(server, pending, {})


def test_put_to_a_snapshot_that_is_not_there(ebs):
    with refused_by_ebs("ResourceNotFoundException", "SNAPSHOT_NOT_FOUND", 404):
        snapshots.put_block(ebs, UNKNOWN, 0, DATA)


def test_put_to_a_snapshot_of_another_region(server, pending):
    with refused_by_ebs("ResourceNotFoundException", "SNAPSHOT_NOT_FOUND", 404):
        snapshots.put_block(server.ebs(AWAY), pending, 0, DATA)


def test_put_after_the_end_changes_nothing(server, ebs, pending):
    blocks = {0: DATA}
    snapshots.put_blocks(server, HOME, pending, blocks)
    finished(server, pending, blocks)
    for index in (0, 1):
        with refused_by_ebs("ValidationException"):
            snapshots.put_block(ebs, pending, index, text("too late", index))
    snapshots.assert_holds(server, HOME, pending, Disk(1, blocks))


@pytest.mark.parametrize("index", ["x", "1.5", "%00", "+1", "", "00000000000000000000000000000001x"])
def test_put_to_an_index_that_is_no_number(server, pending, index):
    headers = {
        "x-amz-Data-Length": str(BLOCK), "x-amz-Checksum": checksum(DATA), "x-amz-Checksum-Algorithm": "SHA256",
        "X-Amz-Content-SHA256": "UNSIGNED-PAYLOAD",
    }
    answer = Request("PUT", f"/snapshots/{pending}/blocks/{index}", headers=headers, body=DATA).signed(server, "ebs").send(server)
    assert 400 <= answer.status < 500, str(answer)


# CompleteSnapshot ----------------------------------------------------------------------------------------------------


def test_complete_answers_202_and_pending(server, ebs, pending):
    answer = ebs.complete_snapshot(SnapshotId=pending, ChangedBlocksCount=0)
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 202
    assert answer["Status"] == "pending"
    snapshots.wait_completed(server, HOME, pending)
    assert ebs.complete_snapshot(SnapshotId=pending, ChangedBlocksCount=0)["Status"] == "completed"


def test_complete_without_a_checksum(server, ebs, pending):
    snapshots.put_blocks(server, HOME, pending, {0: DATA})
    ebs.complete_snapshot(SnapshotId=pending, ChangedBlocksCount=1)
    snapshots.wait_completed(server, HOME, pending)


@pytest.mark.parametrize(
    "changed",
    [
        {"ChangedBlocksCount": 1},
        {"ChangedBlocksCount": 3},
        {"ChangedBlocksCount": -1},
        {"Checksum": checksum(b"another")},
        {"Checksum": "not base64!"},
        {"ChecksumAlgorithm": "MD5"},
        {"ChecksumAggregationMethod": "SQUARE"},
        {"SnapshotId": "nonsense"},
    ],
    ids=["too few", "too many", "negative", "wrong checksum", "no base64", "algorithm", "aggregation", "malformed id"],
)
def test_complete_refused_leaves_the_snapshot_open(server, ebs, pending, changed):
    blocks = {1: DATA, 0: text("another", 0)}
    snapshots.put_blocks(server, HOME, pending, blocks)
    request = {
        "SnapshotId": pending, "ChangedBlocksCount": 2, "Checksum": linear_checksum(blocks), "ChecksumAlgorithm": "SHA256",
        "ChecksumAggregationMethod": "LINEAR",
    }
    with refused_by_ebs("ValidationException"):
        ebs.complete_snapshot(**{**request, **changed})
    assert snapshots.describe(server, HOME, pending)["State"] == "pending"
    finished(server, pending, blocks)


def test_complete_with_the_digests_in_the_order_of_arrival_is_refused(server, ebs, pending):
    blocks = {9: text("nine", 0), 2: text("two", 0)}
    snapshots.put_blocks(server, HOME, pending, blocks)
    arrival = hashlib.sha256(b"".join(hashlib.sha256(data).digest() for data in blocks.values())).digest()
    with refused_by_ebs("ValidationException"):
        ebs.complete_snapshot(
            SnapshotId=pending, ChangedBlocksCount=2, Checksum=base64.b64encode(arrival).decode(), ChecksumAlgorithm="SHA256",
            ChecksumAggregationMethod="LINEAR",
        )
    finished(server, pending, blocks)


def test_complete_of_what_is_not_there(ebs):
    with refused_by_ebs("ResourceNotFoundException", "SNAPSHOT_NOT_FOUND", 404):
        ebs.complete_snapshot(SnapshotId=UNKNOWN, ChangedBlocksCount=0)


def test_pending_snapshot_can_be_deleted_and_then_takes_no_blocks(server, ebs, pending):
    snapshots.put_block(ebs, pending, 0, DATA)
    server.ec2(HOME).delete_snapshot(SnapshotId=pending)
    with refused_by_ebs("ResourceNotFoundException", "SNAPSHOT_NOT_FOUND", 404):
        snapshots.put_block(ebs, pending, 1, DATA)


# Parents -------------------------------------------------------------------------------------------------------------


def test_chain_of_parents(server):
    disk = Disk.made("chain", 30, spread=2048)
    newest = snapshots.upload(server, disk)
    history = [(newest, disk)]
    for generation in range(4):
        written = sorted(disk.blocks)[generation * 3:generation * 3 + 5]
        disk = disk.changed(f"chain, generation {generation}", [*written, 2047 - generation])
        changes = {index: disk.blocks[index] for index in [*written, 2047 - generation]}
        newest = snapshots.upload_child(server, newest, disk, changes)
        history.append((newest, disk))
    for name, expected in history:
        snapshots.assert_holds(server, HOME, name, expected)
    for name, _ in history[:-1]:
        server.ec2(HOME).delete_snapshot(SnapshotId=name)
    snapshots.assert_holds(server, HOME, *history[-1])


def test_child_tells_its_parent(server, ebs, snapshot):
    answer = ebs.start_snapshot(VolumeSize=1, ParentSnapshotId=snapshot)
    assert answer["ParentSnapshotId"] == snapshot


def test_parent_has_to_be_completed(ebs, pending):
    with refused_by_ebs("ValidationException"):
        ebs.start_snapshot(VolumeSize=1, ParentSnapshotId=pending)


def test_larger_child_of_a_smaller_parent(server):
    parent = snapshots.upload(server, Disk.made("grown", 4))
    grown = Disk(3, {**Disk.made("grown", 4).blocks, 3 * 2048 - 1: DATA})
    child = snapshots.upload_child(server, parent, grown, {3 * 2048 - 1: DATA})
    snapshots.assert_holds(server, HOME, child, grown)
    image = images.copied(server, images.register(server, child))
    snapshots.assert_holds(server, AWAY, *images.snapshots_of(image), grown)


def uploaded_blocks(server, snapshot, **members):
    return json_request("Ferry.ListUploadedBlocks", {"SnapshotId": snapshot, **members}).signed(server, "ferry", HOME).send(server)


@pytest.mark.parametrize("encrypted", [False, True])
def test_what_has_come_is_listed_as_long_as_more_may_come(server, other_account, ebs, encrypted):
    """With what it hashes to, a block of zeros included."""
    snapshot = ebs.start_snapshot(VolumeSize=1, **({"Encrypted": True} if encrypted else {}))["SnapshotId"]
    blocks = {3: text("listed", 3), 0: text("listed", 0), 7: ZEROS}
    snapshots.put_blocks(server, HOME, snapshot, blocks)
    listed = uploaded_blocks(server, snapshot).json
    assert listed == {"Blocks": [{"BlockIndex": index, "Checksum": checksum(blocks[index])} for index in sorted(blocks)]}
    assert [block["BlockIndex"] for block in uploaded_blocks(server, snapshot, StartingBlockIndex=1).json["Blocks"]] == [3, 7]
    assert uploaded_blocks(server, snapshot, StartingBlockIndex=8).json == {"Blocks": []}
    refused = uploaded_blocks(server, snapshot, StartingBlockIndex=-1)
    assert (refused.status, refused.json["__type"]) == (400, "ValidationException")
    assert uploaded_blocks(other_account, snapshot).json["__type"] == "ResourceNotFoundException"
    assert uploaded_blocks(server, UNKNOWN).json["__type"] == "ResourceNotFoundException"
    finished(server, snapshot, blocks)
    assert uploaded_blocks(server, snapshot).json["__type"] == "ValidationException"
