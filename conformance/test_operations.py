"""What an operator does: TLS, one server a folder, an index made anew, a scrub that finds damage and says whom it hurts."""

from __future__ import annotations

import os
import subprocess

import boto3
import images
import packs
import pytest
import snapshots
import tls
from botocore.config import Config
from botocore.exceptions import ClientError
from buckets import BLOCK, content, make_bucket
from disks import Disk, noise
from ferry_server import AWAY, HOME, FerryServer, binary
from patience import HANG


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(binary()), *arguments], capture_output=True, text=True, timeout=HANG)


def test_tls(tmp_path, start_server):
    certificate, arguments = tls.certificate(tmp_path)
    server = start_server(arguments=arguments)
    assert server.endpoint.startswith("https://")
    session = boto3.Session(server.credentials.access_key, server.credentials.secret_key, region_name=HOME)
    once = Config(retries={"total_max_attempts": 1})
    trusting = session.client("sts", endpoint_url=server.endpoint, verify=str(certificate))
    assert trusting.get_caller_identity()["Account"] == server.account
    with pytest.raises(Exception, match="CERTIFICATE_VERIFY_FAILED|certificate verify failed"):
        session.client("sts", endpoint_url=server.endpoint, config=once).get_caller_identity()


def test_one_server_a_folder(fresh_server):
    second = run("serve", "--data", str(fresh_server.data), "--listen", "127.0.0.1:0")
    assert second.returncode == 1
    assert "another ferry" in second.stderr
    assert fresh_server.client("sts").get_caller_identity()["Account"] == fresh_server.account
    rebuild = run("rebuild-index", "--data", str(fresh_server.data))
    assert rebuild.returncode != 0
    assert "another ferry" in rebuild.stderr


def test_an_address_that_is_taken_is_named(fresh_server, tmp_path):
    address = fresh_server.endpoint.removeprefix("http://")
    second = run("serve", "--data", str(tmp_path / "second"), "--listen", address)
    assert second.returncode == 1
    last = second.stderr.splitlines()[-1]
    assert last.startswith(f"ferry: cannot listen on {address}: Address already in use. ") and "--listen" in last
    assert not (tmp_path / "second" / "endpoint").exists()


def test_the_index_is_made_anew_from_the_packs_alone(tmp_path):
    server = FerryServer(tmp_path / "data").start()
    disk = Disk.made("an index", 12)
    snapshot = snapshots.upload(server, disk)
    server.stop()
    for file in (server.data / "regions" / HOME).glob("index.sqlite*"):
        file.unlink()
    rebuilt = run("rebuild-index", "--data", str(server.data))
    assert rebuilt.returncode == 0, rebuilt.stdout + rebuilt.stderr
    server.start()
    snapshots.assert_holds(server, HOME, snapshot, disk)
    server.stop()


def test_scrub_beside_the_server_finds_a_flipped_byte_and_names_whom_it_hurts(fresh_server):
    hurt = snapshots.upload(fresh_server, Disk.made("hurt", 3))
    [pack] = (fresh_server.data / "regions" / HOME / "packs").glob("*.pack")
    # Inside of the frame that was written last, the root of the first snapshot's block map.
    place = pack.stat().st_size - 40
    whole = snapshots.upload(fresh_server, Disk.made("whole", 3))
    assert run("scrub", "--data", str(fresh_server.data)).returncode == 0
    flip(pack, place)
    scrub = run("scrub", "--data", str(fresh_server.data))
    assert scrub.returncode == 1
    assert hurt in scrub.stdout
    assert whole not in scrub.stdout


def flip(pack, place: int) -> None:
    with pack.open("r+b") as file:
        file.seek(place)
        byte = file.read(1)[0]
        file.seek(place)
        file.write(bytes([byte ^ 1]))


def test_scrub_mends_damage_from_another_region(tmp_path):
    server = FerryServer(tmp_path / "data").start()
    disk = Disk.made("mended", 6)
    snapshot = snapshots.upload(server, disk)
    [copy] = images.snapshots_of(images.copied(server, images.register(server, snapshot)))
    busy = run("scrub", "--repair", "--data", str(server.data))
    assert busy.returncode != 0
    assert "another ferry" in busy.stderr
    server.stop()

    [pack] = (server.data / "regions" / HOME / "packs").glob("*.pack")
    size = pack.stat().st_size
    # A copy of the header, a block, and the root that was written last.
    for place in (20, 8192 + 90, size - 40):
        flip(pack, place)
    assert run("scrub", "--data", str(server.data)).returncode == 1
    mended = run("scrub", "--repair", "--data", str(server.data))
    assert mended.returncode == 0, mended.stdout + mended.stderr
    assert "3 damaged, 3 repaired" in mended.stdout
    assert run("scrub", "--data", str(server.data)).returncode == 0
    server.start()
    snapshots.assert_holds(server, HOME, snapshot, disk)
    snapshots.assert_holds(server, AWAY, copy, disk)
    server.stop()


def test_damage_that_cannot_be_mended_goes_when_the_disk_is_pushed_again(tmp_path):
    server = FerryServer(tmp_path / "data").start()
    disk = Disk.made("pushed again", 6)
    snapshot = snapshots.upload(server, disk)
    server.stop()
    [pack] = (server.data / "regions" / HOME / "packs").glob("*.pack")
    flip(pack, 8192 + 90)
    lost = run("scrub", "--repair", "--data", str(server.data))
    assert lost.returncode == 1
    assert "1 damaged, 0 repaired" in lost.stdout
    assert snapshot in lost.stdout
    server.start()
    snapshots.upload(server, disk)
    snapshots.assert_holds(server, HOME, snapshot, disk)
    server.stop()
    assert run("scrub", "--data", str(server.data)).returncode == 0


def damage(index, how: str) -> None:
    data = bytearray(index.read_bytes())
    if how == "garbage head":
        data[:100] = os.urandom(100)
    elif how == "cut in half":
        del data[len(data) // 2 :]
    else:
        # The second page: the root of the first table, which is always in use.
        data[4096 : 4096 + 64] = os.urandom(64)
    index.write_bytes(data)


@pytest.mark.parametrize("command", ["serve", "rebuild-index"])
def test_a_damaged_index_is_set_aside_and_made_anew(tmp_path, command):
    server = FerryServer(tmp_path / "data").start()
    disk = Disk.made("a damaged index", 12)
    snapshot = snapshots.upload(server, disk)
    server.stop()
    index = server.data / "regions" / HOME / "index.sqlite"
    for number, how in enumerate(("garbage head", "cut in half", "garbage inside"), 1):
        damage(index, how)
        looked = run("scrub", "--data", str(server.data))
        assert looked.returncode == 1
        assert str(index) in looked.stderr and "ferry rebuild-index" in looked.stderr, looked.stderr
        if command == "rebuild-index":
            rebuilt = run("rebuild-index", "--data", str(server.data))
            assert rebuilt.returncode == 0, rebuilt.stdout + rebuilt.stderr
            assert f"index.sqlite.damaged-{number}" in rebuilt.stdout
        server.start()
        snapshots.assert_holds(server, HOME, snapshot, disk)
        server.stop()
        assert index.with_name(f"index.sqlite.damaged-{number}").exists(), how
        if command == "serve":
            assert server.log_text().count("it is set aside and made anew") == number
        assert run("scrub", "--data", str(server.data)).returncode == 0


def test_a_pack_that_is_gone_is_damage(tmp_path):
    server = FerryServer(tmp_path / "data").start()
    snapshot = snapshots.upload(server, Disk.made("its pack goes", 4))
    image = images.register(server, snapshot)
    bucket = make_bucket(server)
    server.s3().put_object(Bucket=bucket, Key="a/key", Body=b"bytes")
    [gone] = packs.packs(server, HOME)
    server.stop()
    # A process makes a pack of its own.
    server.start()
    other = Disk.made("its pack stays", 4)
    whole = snapshots.upload(server, other)
    server.stop()
    gone.unlink()
    for _ in range(2):
        rebuilt = run("rebuild-index", "--data", str(server.data))
        assert rebuilt.returncode == 1
        for hurt in (snapshot, image, f"s3://{bucket}/a/key"):
            assert hurt in rebuilt.stdout, rebuilt.stdout
        assert whole not in rebuilt.stdout
    assert run("scrub", "--data", str(server.data)).returncode == 1
    server.start()
    snapshots.assert_holds(server, HOME, whole, other)
    server.stop()


def test_damage_is_an_error_and_in_the_log(fresh_server):
    """An object or a block that cannot be read is answered with 500 and not with a part of it, and the log says where it stands."""
    server = fresh_server
    bucket = make_bucket(server)
    server.s3().put_object(Bucket=bucket, Key="damaged", Body=content("damaged", 3 * BLOCK))
    snapshot = snapshots.upload(server, Disk(1, {0: noise("damaged", 7)}))
    [listed] = snapshots.list_blocks(server, HOME, snapshot)
    [pack] = (server.data / "regions" / HOME / "packs").glob("*.pack")
    for frame in packs.frames(server, HOME):
        if frame.kind != 1 or frame.offset == packs.FIRST:
            flip(pack, frame.offset + 90)
    with pytest.raises(ClientError) as refused:
        server.s3().get_object(Bucket=bucket, Key="damaged")
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 500
    request = refused.value.response["ResponseMetadata"]["HTTPHeaders"]["x-amz-request-id"]
    [line] = [line for line in server.log_text().splitlines() if request in line and "pack" in line]
    assert f"s3://{bucket}/damaged" in line and pack.stem in line and "offset" in line, line
    [block] = [frame for frame in packs.frames(server, HOME) if frame.kind == 1][-1:]
    flip(pack, block.offset + 90)
    with pytest.raises(ClientError) as refused:
        server.ebs(HOME).get_snapshot_block(SnapshotId=snapshot, BlockIndex=0, BlockToken=listed["BlockToken"])
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 500
    request = refused.value.response["ResponseMetadata"]["HTTPHeaders"]["x-amzn-requestid"]
    [line] = [line for line in server.log_text().splitlines() if request in line and "pack" in line]
    assert snapshot in line and pack.stem in line and str(block.offset) in line, line


def test_an_answer_that_is_cut_off_is_in_the_log(fresh_server):
    """What cannot be read behind the first piece comes too late for the status."""
    server = fresh_server
    bucket = make_bucket(server)
    body = content("cut off", 4 * BLOCK)
    # Blocks of a body are stored in any order; those that are new now are not its first.
    server.s3().put_object(Bucket=bucket, Key="its first block", Body=body[:BLOCK])
    known = {frame.offset for frame in packs.frames(server, HOME)}
    server.s3().put_object(Bucket=bucket, Key="cut off", Body=body)
    [pack] = (server.data / "regions" / HOME / "packs").glob("*.pack")
    later = [frame for frame in packs.frames(server, HOME) if frame.kind == 1 and frame.offset not in known][1]
    flip(pack, later.offset + 90)
    answer = server.s3().get_object(Bucket=bucket, Key="cut off")
    with pytest.raises(Exception, match="(?i)incomplete|broken|read"):
        answer["Body"].read()
    request = answer["ResponseMetadata"]["HTTPHeaders"]["x-amz-request-id"]
    [line] = [line for line in server.log_text().splitlines() if request in line and "pack" in line]
    assert "cut off" in line and pack.stem in line and str(later.offset) in line, line
    first = server.s3().get_object(Bucket=bucket, Key="cut off", Range=f"bytes=0-{BLOCK - 1}")["Body"].read()
    assert first == body[:BLOCK]
