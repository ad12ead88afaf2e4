"""What an operator does: TLS, one server a folder, an index made anew, a scrub that finds damage and says whom it hurts."""

from __future__ import annotations

import shutil
import subprocess

import boto3
import images
import pytest
import snapshots
from botocore.config import Config
from disks import Disk
from ferry_server import AWAY, HOME, FerryServer, binary
from patience import HANG


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(binary()), *arguments], capture_output=True, text=True, timeout=HANG)


def test_tls(tmp_path, start_server):
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed: no certificate to serve with")
    certificate, key = tmp_path / "certificate.pem", tmp_path / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
        + ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(key), "-out", str(certificate)],
        check=True,
        capture_output=True,
    )
    server = start_server(arguments=("--tls-certificate", str(certificate), "--tls-key", str(key)))
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
    assert last.startswith(f"ferry serve: cannot listen on {address}: Address already in use. ") and "--listen" in last
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
    assert "3 damaged, 3 mended" in mended.stdout
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
    assert "1 damaged, 0 mended" in lost.stdout
    assert snapshot in lost.stdout
    server.start()
    snapshots.upload(server, disk)
    snapshots.assert_holds(server, HOME, snapshot, disk)
    server.stop()
    assert run("scrub", "--data", str(server.data)).returncode == 0
