"""`ferry certificate`: each Region has one from its first start on, for everybody who may read the data folder."""

from __future__ import annotations

import subprocess

from ferry_server import AWAY, HOME, REGIONS, binary
from patience import HANG
from signed_request import Request


def certificate(data, *options: str, expect: int = 0) -> str:
    done = subprocess.run([binary(), "certificate", "--data", data, *options], capture_output=True, text=True, timeout=HANG)
    assert done.returncode == expect, done.stderr
    return done.stdout if expect == 0 else done.stderr


def openssl(pem: str, *options: str) -> str:
    return subprocess.run(["openssl", "x509", "-noout", *options], input=pem, capture_output=True, text=True, check=True).stdout


def test_each_region_has_one_that_stays(start_server):
    server = start_server()
    printed = {region: certificate(server.data, "--region", region) for region in REGIONS}
    assert len(set(printed.values())) == len(REGIONS)
    for region, pem in printed.items():
        assert f"CN = Ferry {region}" in openssl(pem, "-subject")
        assert "Key Encipherment" in openssl(pem, "-text")
    server.stop()
    server.start()
    assert certificate(server.data, "--region", AWAY) == printed[AWAY]


def test_it_needs_neither_a_server_nor_the_root_key(start_server):
    server = start_server()
    before = certificate(server.data, "--region", HOME)
    server.kill()
    (server.data / "root.key").rename(server.data.parent / "elsewhere.key")
    assert certificate(server.data, "--region", HOME) == before
    assert "PRIVATE" not in before
    (server.data.parent / "elsewhere.key").rename(server.data / "root.key")
    server.start()


def test_which_region(start_server):
    several = start_server()
    assert HOME in certificate(several.data, expect=64)
    assert "no Region eu-nowhere-9" in certificate(several.data, "--region", "eu-nowhere-9", expect=1)
    one = start_server("one", regions=(AWAY,))
    assert certificate(one.data) == certificate(one.data, "--region", AWAY)


def test_the_server_gives_it_to_everybody(server):
    for region in REGIONS:
        answer = Request("GET", f"/_ferry/certificates/{region}").send(server)
        assert (answer.status, answer.headers["content-type"]) == (200, "application/x-pem-file")
        assert answer.body.decode().strip() == certificate(server.data, "--region", region).strip()
    assert Request("GET", "/_ferry/certificates/mars-north-1").send(server).status == 404
    assert Request("GET", "/_ferry/certificates/").send(server).status == 404
    assert Request("POST", f"/_ferry/certificates/{HOME}").send(server).status == 405
