"""EBS direct, the reading half: ListSnapshotBlocks, ListChangedBlocks, GetSnapshotBlock."""

from __future__ import annotations

import time
import urllib.parse

import pytest
import snapshots
from disks import BLOCK, Disk, ZEROS, checksum, text
from ferry_server import AWAY, HOME
from refusals import refused_by_ebs
from signed_request import Request

UNKNOWN = "snap-0123456789abcdef0"
COUNT = 250


@pytest.fixture(scope="module")
def ebs(server):
    return server.ebs(HOME, validate=False)


@pytest.fixture(scope="module")
def long_disk():
    return Disk.made("long", COUNT, size=4, spread=4 * 2048)


@pytest.fixture(scope="module")
def long(server, long_disk):
    """A snapshot whose list takes three pages."""
    return snapshots.upload(server, long_disk)


@pytest.fixture(scope="module")
def pending(ebs):
    name = ebs.start_snapshot(VolumeSize=1)["SnapshotId"]
    snapshots.put_block(ebs, name, 0, text("pending", 0))
    return name


# ListSnapshotBlocks --------------------------------------------------------------------------------------------------


def test_list_tells_what_the_snapshot_is(ebs, long):
    answer = ebs.list_snapshot_blocks(SnapshotId=long)
    assert answer["BlockSize"] == BLOCK
    assert answer["VolumeSize"] == 4
    days = (answer["ExpiryTime"].timestamp() - time.time()) / 86400
    assert 6.9 < days < 7.1


def test_list_page_by_page(server, ebs, long, long_disk):
    sizes, indexes, options = [], [], {}
    while True:
        answer = ebs.list_snapshot_blocks(SnapshotId=long, MaxResults=100, **options)
        sizes.append(len(answer["Blocks"]))
        indexes += [block["BlockIndex"] for block in answer["Blocks"]]
        assert (answer["BlockSize"], answer["VolumeSize"]) == (BLOCK, 4), "on every page"
        if "NextToken" not in answer:
            break
        options = {"NextToken": answer["NextToken"]}
    assert sizes == [100, 100, 50]
    assert indexes == sorted(long_disk.blocks)


def test_last_page_has_no_token_at_all(server, long):
    """A client in Rust takes an empty token for one more page and never ends."""
    answer = Request("GET", f"/snapshots/{long}/blocks").signed(server, "ebs").send(server)
    assert answer.status == 200, str(answer)
    assert "NextToken" not in answer.json
    assert isinstance(answer.json["ExpiryTime"], (int, float))


def test_list_from_an_index_on(server, long, long_disk):
    indexes = sorted(long_disk.blocks)
    for start in (0, 1, indexes[100], indexes[100] + 1, indexes[-1], indexes[-1] + 1, 4 * 2048 - 1):
        listed = snapshots.list_blocks(server, HOME, long, StartingBlockIndex=start, MaxResults=100)
        assert [block["BlockIndex"] for block in listed] == [index for index in indexes if index >= start]


def test_token_beats_the_starting_index(ebs, long, long_disk):
    first = ebs.list_snapshot_blocks(SnapshotId=long, MaxResults=100)
    second = ebs.list_snapshot_blocks(SnapshotId=long, MaxResults=100, NextToken=first["NextToken"], StartingBlockIndex=0)
    assert [block["BlockIndex"] for block in second["Blocks"]] == sorted(long_disk.blocks)[100:200]


def test_list_of_an_empty_snapshot(server, ebs):
    name = snapshots.upload(server, Disk(1, {}))
    answer = ebs.list_snapshot_blocks(SnapshotId=name)
    assert answer["Blocks"] == [] and "NextToken" not in answer


@pytest.mark.parametrize("size", [1, 99, 10_001, 0, -1])
def test_list_with_a_page_size_out_of_bounds(ebs, long, size):
    with refused_by_ebs("ValidationException", "INVALID_PARAMETER_VALUE"):
        ebs.list_snapshot_blocks(SnapshotId=long, MaxResults=size)


@pytest.mark.parametrize("token", ["nonsense", "AAAA", "ä", "%00"])
def test_list_with_a_token_that_nobody_gave(ebs, long, token):
    with refused_by_ebs("ValidationException", "INVALID_PAGE_TOKEN"):
        ebs.list_snapshot_blocks(SnapshotId=long, NextToken=token)


def test_list_with_the_token_of_another_snapshot(server, ebs, long, long_disk):
    other = snapshots.upload(server, long_disk)
    token = ebs.list_snapshot_blocks(SnapshotId=long, MaxResults=100)["NextToken"]
    with refused_by_ebs("ValidationException", "INVALID_PAGE_TOKEN"):
        ebs.list_snapshot_blocks(SnapshotId=other, MaxResults=100, NextToken=token)


# GetSnapshotBlock ----------------------------------------------------------------------------------------------------


def test_get_answers_with_bytes_and_headers(server, ebs, long, long_disk):
    block = ebs.list_snapshot_blocks(SnapshotId=long)["Blocks"][0]
    query = Request("GET", f"/snapshots/{long}/blocks/{block['BlockIndex']}", f"blockToken={_quoted(block['BlockToken'])}")
    answer = query.signed(server, "ebs").send(server)
    data = long_disk.blocks[block["BlockIndex"]]
    assert answer.status == 200, str(answer)
    assert answer.body == data
    assert answer.headers["x-amz-data-length"] == str(BLOCK)
    assert answer.headers["x-amz-checksum"] == checksum(data)
    assert answer.headers["x-amz-checksum-algorithm"] == "SHA256"
    assert answer.headers["content-length"] == str(BLOCK)
    assert answer.headers["content-type"] == "application/octet-stream"
    assert "content-encoding" not in answer.headers


def test_get_with_the_tokens_of_an_earlier_listing(ebs, long):
    first = ebs.list_snapshot_blocks(SnapshotId=long)["Blocks"][7]
    ebs.list_snapshot_blocks(SnapshotId=long)
    snapshots.get_block(ebs, long, first)


def test_get_with_a_wrong_token(ebs, long, snapshot):
    blocks = ebs.list_snapshot_blocks(SnapshotId=long)["Blocks"]
    foreign = ebs.list_snapshot_blocks(SnapshotId=snapshot)["Blocks"][0]
    for index, token in [
        (blocks[0]["BlockIndex"], "nonsense"),
        (blocks[0]["BlockIndex"], blocks[0]["BlockToken"][:-4] + "AAAA"),
        (blocks[0]["BlockIndex"], blocks[1]["BlockToken"]),
        (blocks[0]["BlockIndex"], foreign["BlockToken"]),
        (blocks[0]["BlockIndex"] + 100_000, blocks[0]["BlockToken"]),
    ]:
        with refused_by_ebs("ValidationException", ("INVALID_BLOCK_TOKEN", "INVALID_BLOCK", "INVALID_PARAMETER_VALUE")):
            ebs.get_snapshot_block(SnapshotId=long, BlockIndex=index, BlockToken=token)


def test_get_without_a_token(server, long, long_disk):
    answer = Request("GET", f"/snapshots/{long}/blocks/{min(long_disk.blocks)}").signed(server, "ebs").send(server)
    assert (answer.status, answer.code) == (400, "ValidationException"), str(answer)


def test_tokens_of_one_region_mean_nothing_in_another(server, ebs, long):
    block = ebs.list_snapshot_blocks(SnapshotId=long)["Blocks"][0]
    with refused_by_ebs("ResourceNotFoundException", "SNAPSHOT_NOT_FOUND", 404):
        server.ebs(AWAY).get_snapshot_block(SnapshotId=long, **block)


# What cannot be read -------------------------------------------------------------------------------------------------


@pytest.fixture(params=["list_snapshot_blocks", "list_changed_blocks", "get_snapshot_block"])
def read(request, ebs):
    """Reads a snapshot with one of the three calls."""

    def send(snapshot):
        if request.param == "list_snapshot_blocks":
            return ebs.list_snapshot_blocks(SnapshotId=snapshot)
        if request.param == "list_changed_blocks":
            return ebs.list_changed_blocks(SecondSnapshotId=snapshot)
        return ebs.get_snapshot_block(SnapshotId=snapshot, BlockIndex=0, BlockToken="AAAA")

    return send


def test_unknown_snapshot_cannot_be_read(read):
    with refused_by_ebs("ResourceNotFoundException", "SNAPSHOT_NOT_FOUND", 404):
        read(UNKNOWN)


def test_malformed_id_cannot_be_read(read):
    with refused_by_ebs("ValidationException", "INVALID_SNAPSHOT_ID"):
        read("nonsense")


def test_pending_snapshot_cannot_be_read(read, pending):
    with refused_by_ebs("ValidationException"):
        read(pending)


def test_deleted_snapshot_cannot_be_read(server, read):
    name = snapshots.upload(server, Disk.made("deleted", 1))
    server.ec2(HOME).delete_snapshot(SnapshotId=name)
    with refused_by_ebs("ResourceNotFoundException", "SNAPSHOT_NOT_FOUND", 404):
        read(name)


# ListChangedBlocks ---------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def family(server):
    """A snapshot, and a child that changed one block, added one and zeroed one."""
    before = Disk.made("family", 6)
    written = {2: text("changed", 2), 100: text("added", 100), 4: ZEROS}
    after = Disk(1, {index: data for index, data in {**before.blocks, **written}.items() if data != ZEROS})
    parent = snapshots.upload(server, before)
    return parent, snapshots.upload_child(server, parent, after, written), before, after


def test_changes_between_two_snapshots(ebs, family):
    parent, child, before, after = family
    answer = ebs.list_changed_blocks(FirstSnapshotId=parent, SecondSnapshotId=child)
    assert (answer["BlockSize"], answer["VolumeSize"]) == (BLOCK, 1)
    changed = {block["BlockIndex"]: block for block in answer["ChangedBlocks"]}
    assert list(changed) == [2, 4, 100]
    tokens = {index: {name for name in block if name != "BlockIndex"} for index, block in changed.items()}
    assert tokens == {2: {"FirstBlockToken", "SecondBlockToken"}, 4: {"FirstBlockToken"}, 100: {"SecondBlockToken"}}
    for name, disk, member in ((parent, before, "FirstBlockToken"), (child, after, "SecondBlockToken")):
        for index, block in changed.items():
            if member in block:
                assert snapshots.get_block(ebs, name, {"BlockIndex": index, "BlockToken": block[member]}) == disk.blocks[index]


def test_changes_backwards(ebs, family):
    parent, child, *_ = family
    answer = ebs.list_changed_blocks(FirstSnapshotId=child, SecondSnapshotId=parent)
    found = {block["BlockIndex"]: set(block) - {"BlockIndex"} for block in answer["ChangedBlocks"]}
    assert found == {2: {"FirstBlockToken", "SecondBlockToken"}, 4: {"SecondBlockToken"}, 100: {"FirstBlockToken"}}


def test_changes_of_a_snapshot_with_itself(ebs, family):
    answer = ebs.list_changed_blocks(FirstSnapshotId=family[0], SecondSnapshotId=family[0])
    assert answer["ChangedBlocks"] == [] and "NextToken" not in answer


def test_changes_without_a_first_snapshot_are_all_blocks(ebs, family):
    _, child, _, after = family
    answer = ebs.list_changed_blocks(SecondSnapshotId=child)
    assert [block["BlockIndex"] for block in answer["ChangedBlocks"]] == sorted(after.blocks)
    assert all("FirstBlockToken" not in block for block in answer["ChangedBlocks"])


def test_changes_from_an_index_on(ebs, family):
    parent, child, *_ = family
    answer = ebs.list_changed_blocks(FirstSnapshotId=parent, SecondSnapshotId=child, StartingBlockIndex=3)
    assert [block["BlockIndex"] for block in answer["ChangedBlocks"]] == [4, 100]


def test_changes_page_by_page(server, ebs, long, long_disk):
    changed = sorted(long_disk.blocks)[:COUNT - 10]
    disk = long_disk.changed("long, changed", changed)
    child = snapshots.upload_child(server, long, disk, {index: disk.blocks[index] for index in changed})
    found, options = [], {}
    while True:
        answer = ebs.list_changed_blocks(FirstSnapshotId=long, SecondSnapshotId=child, MaxResults=100, **options)
        assert len(answer["ChangedBlocks"]) <= 100
        found += [block["BlockIndex"] for block in answer["ChangedBlocks"]]
        if "NextToken" not in answer:
            break
        options = {"NextToken": answer["NextToken"]}
    assert found == changed


def test_changes_between_unrelated_snapshots(server, ebs, long):
    with refused_by_ebs("ValidationException", "UNRELATED_SNAPSHOTS"):
        ebs.list_changed_blocks(FirstSnapshotId=snapshots.upload(server, Disk.made("unrelated", 1)), SecondSnapshotId=long)


def test_changes_since_a_snapshot_that_is_not_there(ebs, long):
    with refused_by_ebs("ResourceNotFoundException", "SNAPSHOT_NOT_FOUND", 404):
        ebs.list_changed_blocks(FirstSnapshotId=UNKNOWN, SecondSnapshotId=long)


def test_changes_with_the_page_token_of_a_list(ebs, long):
    token = ebs.list_snapshot_blocks(SnapshotId=long, MaxResults=100)["NextToken"]
    with refused_by_ebs("ValidationException", "INVALID_PAGE_TOKEN"):
        ebs.list_changed_blocks(SecondSnapshotId=long, MaxResults=100, NextToken=token)


# Paths ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("method", "path"), [("GET", "/snapshots"), ("DELETE", "/snapshots/x"), ("GET", "/snapshots/x/y"), ("PATCH", "/"), ("GET", "/volumes")])
def test_paths_that_are_no_operation(server, method, path):
    answer = Request(method, path).signed(server, "ebs").send(server)
    assert 400 <= answer.status < 500, str(answer)
    assert answer.code in ("UnknownOperationException", "ResourceNotFoundException", "ValidationException"), str(answer)


def _quoted(token: str) -> str:
    return urllib.parse.quote(token, safe="")
