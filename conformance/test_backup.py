"""`ferry backup` and `ferry restore` as an operator uses them: beside a server that is killed, and killed themselves."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

import pytest
from ferry_server import HOME, FerryServer, binary


def ferry(*arguments, expect: int = 0) -> str:
    done = subprocess.run([binary(), *map(str, arguments)], capture_output=True, text=True, timeout=120, stdin=subprocess.DEVNULL)
    assert done.returncode == expect, f"{arguments}: {done.returncode}\n{done.stdout}{done.stderr}"
    return done.stdout + done.stderr


def push(server: FerryServer, path, name: str) -> str:
    return ferry("push", path, "--name", name, "--data", server.data, "--region", HOME, "--quiet").strip()


def pull(server: FerryServer, image: str, path) -> bytes:
    ferry("pull", image, path, "--data", server.data, "--region", HOME, "--quiet")
    return path.read_bytes()


@pytest.fixture
def kept(tmp_path, start_server):
    """A server with a disk, the disk's bytes, and its image."""
    disk = tmp_path / "disk.raw"
    disk.write_bytes(os.urandom(8 << 20))
    server = start_server()
    return server, disk, push(server, disk, "kept")


def restored(server: FerryServer, backup, tmp_path) -> FerryServer:
    data = tmp_path / "restored"
    tmp_path.mkdir(exist_ok=True)
    assert "root key" in ferry("restore", backup, "--data", data)
    (data / "root.key").touch(mode=0o600)
    (data / "root.key").write_text((server.data / "root.key").read_text())
    return FerryServer(data, regions=server.regions).start()


def test_a_backup_of_a_running_server_and_the_way_back(kept, tmp_path):
    server, disk, image = kept
    backup = tmp_path / "backup"
    ferry("backup", backup, "--data", server.data)
    assert not list(backup.rglob("root.key"))
    server.kill()
    again = restored(server, backup, tmp_path)
    try:
        # The access key is the one of before.
        assert again.credentials == server.credentials
        assert pull(again, image, tmp_path / "back.raw") == disk.read_bytes()
    finally:
        again.stop()
    # The folder that was backed up goes on as well.
    server.start()


def test_kill_9_of_backup_restore_and_server(kept, tmp_path):
    """Wherever a run is cut off, the backup of before is there, and what runs next finishes it."""
    server, disk, image = kept
    backup, data = tmp_path / "backup", tmp_path / "restored"
    ferry("backup", backup, "--data", server.data)
    more = push(server, disk, "more")
    # Each line that it writes is a place to be cut off at.
    lines = ferry("backup", backup, "--data", server.data).count("\n")
    for place in range(1, lines, 3):
        run = subprocess.Popen([binary(), "backup", backup, "--data", server.data], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        for _ in range(place):
            run.stderr.readline()
        run.send_signal(signal.SIGKILL)
        run.wait()
        run.stderr.close()
    server.kill()
    run = subprocess.Popen([binary(), "restore", backup, "--data", data], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    run.stderr.readline()
    run.send_signal(signal.SIGKILL)
    run.wait()
    run.stderr.close()
    again = restored(server, backup, tmp_path)
    try:
        for name in (image, more):
            assert pull(again, name, tmp_path / f"{name}.raw") == disk.read_bytes()
        assert "0 damaged" in ferry("scrub", "--data", data)
    finally:
        again.stop()
    server.start()


def flip(pack: Path) -> None:
    """Of a disk of random bytes, the middle of the pack is the middle of a block."""
    content = bytearray(pack.read_bytes())
    content[len(content) // 2] ^= 1
    pack.write_bytes(content)


def packs(folder: Path) -> list[Path]:
    return [pack for pack in folder.rglob("*.pack") if pack.stat().st_size > 1 << 20]


def test_a_damaged_backup_is_mended_or_restored_as_far_as_it_goes(kept, tmp_path):
    server, disk, image = kept
    server.stop()
    backup, data = tmp_path / "backup", tmp_path / "restored"
    ferry("backup", backup, "--data", server.data)
    (copy,) = packs(backup)
    flip(copy)
    refusal = ferry("restore", backup, "--data", data, expect=1)
    assert str(copy) in refusal and "--accept-damage" in refusal and "--check" in refusal
    assert "run ferry restore again" in ferry("scrub", "--data", data, expect=1)
    assert str(copy) in ferry("restore", backup, "--data", data, "--accept-damage", expect=1)
    assert "snapshot snap-" in ferry("scrub", "--data", data, expect=1)
    shutil.copy(server.data / "root.key", data / "root.key")
    FerryServer(data, regions=server.regions).start().stop()

    assert "mended" in ferry("backup", backup, "--data", server.data, "--check")
    again = restored(server, backup, tmp_path / "whole")
    try:
        assert pull(again, image, tmp_path / "back.raw") == disk.read_bytes()
    finally:
        again.stop()
    server.start()


def test_a_backup_says_what_was_damaged_before(kept, tmp_path):
    server, _, _ = kept
    server.stop()
    (pack,) = packs(server.data)
    flip(pack)
    backup = tmp_path / "backup"
    for _ in range(2):
        said = ferry("backup", backup, "--data", server.data, expect=1)
        assert f"pack {pack.stem}" in said and "snapshot snap-" in said and "the backup is made" in said
    ferry("restore", backup, "--data", tmp_path / "restored", expect=1)
    flip(pack)
    ferry("backup", tmp_path / "other", "--data", server.data)
    server.start()


def test_places_that_cannot_be_used_are_named_in_words(kept, tmp_path):
    server, _, _ = kept
    file, pipe = tmp_path / "file", tmp_path / "pipe"
    file.touch()
    os.mkfifo(pipe)
    for place, reason in {file: "Not a directory", "/dev/full": "Not a directory", pipe: "Not a directory", tmp_path / ("x" * 300): "name too long"}.items():
        for said in (
            ferry("backup", place, "--data", server.data, expect=1),
            ferry("restore", place, "--data", tmp_path / "new", expect=1),
        ):
            assert reason in said and str(place) in said and "Error Domain" not in said
    whole = tmp_path / "whole"
    ferry("backup", whole, "--data", server.data)
    assert "Not a directory" in ferry("restore", whole, "--data", file, expect=1)
    (whole / "ferry-backup.json").write_text("")
    assert "move this file away" in ferry("backup", whole, "--data", server.data, expect=1)


def test_lost_rows_are_missed_and_said_so(kept, tmp_path):
    server, disk, image = kept
    server.stop()
    rows = server.data / "regions" / HOME / "region.sqlite"
    saved = rows.rename(tmp_path / "saved.sqlite")
    with pytest.raises(AssertionError, match="region.sqlite is missing"):
        server.start()
    for command in ("gc", "scrub", "rebuild-index", "du", "recover"):
        assert f"ferry recover --begin-anew {HOME}" in ferry(command, "--data", server.data, expect=1)
    assert not rows.exists(), "nothing was made anew"
    saved.rename(rows)
    ferry("recover", "--data", server.data)
    server.start()
    assert pull(server, image, tmp_path / "back.raw") == disk.read_bytes()


def test_a_folder_that_can_only_be_read(kept):
    """As a snapshot of a volume is mounted; also of a server that was killed and left its logs."""
    server, _, _ = kept
    # Made by now: this waits for it.
    assert "BEGIN CERTIFICATE" in ferry("certificate", "--region", HOME, "--data", server.data)
    server.kill()
    # Root may write anywhere, so the commands run as somebody else then, in a place that he can reach.
    place = Path(tempfile.mkdtemp(prefix="ferry-read-only-"))
    environment = {**os.environ, "TMPDIR": str(place)}
    user = {"user": 65534, "group": 65534, "extra_groups": []} if os.getuid() == 0 else {}
    try:
        data, backup = place / "data", place / "backup"
        shutil.copytree(server.data, data)
        backup.mkdir()
        for path in [place, backup, data, *data.rglob("*")]:
            if user:
                os.chown(path, 65534, 65534)
            if path not in (place, backup):
                path.chmod(0o500 if path.is_dir() else 0o400)
        before = {path: path.read_bytes() for path in data.rglob("*") if path.is_file()}
        said = ""
        for command in (["scrub"], ["du"], ["certificate", "--region", HOME], ["recover"], ["backup", str(backup)]):
            done = subprocess.run([binary(), *command, "--data", data], capture_output=True, text=True, timeout=120, cwd=place, env=environment, **user)
            assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
            said += done.stdout
        assert "0 damaged" in said and "BEGIN CERTIFICATE" in said
        assert {path: path.read_bytes() for path in data.rglob("*") if path.is_file()} == before
    finally:
        for path in [place, *place.rglob("*")]:
            if path.is_dir():
                path.chmod(0o700)
        shutil.rmtree(place)
    server.start()
