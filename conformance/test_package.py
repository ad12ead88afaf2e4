"""What script/package makes of the binary under test: it is installed into a root of its own, runs as its service does, copies an image, and
leaves the disks when it is removed."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import socket
import subprocess
from pathlib import Path

import pytest
from disk_files import disk_file
from disks import BLOCK, noise
from ferry_server import AWAY, HOME, ROOT, FerryServer, binary
from patience import HANG

CONF, UNIT = "etc/ferry/ferry.conf", "usr/lib/systemd/system/ferry.service"
DATA = "/var/lib/ferry"


def run(*command, **options) -> str:
    result = subprocess.run([str(part) for part in command], capture_output=True, text=True, timeout=HANG, **options)
    assert result.returncode == 0, f"{command}: exit {result.returncode}\n{result.stdout}\n{result.stderr}"
    return result.stdout


def make_package(out: Path) -> Path:
    run(ROOT / "script" / "package", "--fast", "--binary", binary(), "--out", out)
    return out


@pytest.fixture(scope="module")
def package(tmp_path_factory) -> Path:
    """The folder that script/package fills."""
    return make_package(tmp_path_factory.mktemp("package"))


def only(folder: Path, pattern: str) -> Path:
    [path] = folder.glob(pattern)
    return path


class InstalledRoot:
    """A folder that dpkg takes for the root of a system with the packages of this one, in which maintainer scripts run unchanged."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name in ("var/lib/dpkg/info", "var/lib/dpkg/updates", "var/lib/dpkg/triggers", "etc"):
            (folder / name).mkdir(parents=True)
        shutil.copy("/var/lib/dpkg/status", folder / "var/lib/dpkg/status")
        (folder / "etc/passwd").write_text("root:x:0:0:root:/:/bin/sh\n")
        (folder / "etc/group").write_text("root:x:0:\n")
        (folder / "etc/shadow").write_text("root:*:19000:0:99999:7:::\n")
        (folder / "etc/gshadow").write_text("root:*::\n")

    def __truediv__(self, path: str) -> Path:
        return self.folder / path.lstrip("/")

    def dpkg(self, *arguments) -> str:
        options = [f"--root={self.folder}", "--force-not-root", "--force-script-chrootless", "--log=/dev/null"]
        return run("dpkg", *options, *arguments, env={**os.environ, "PATH": os.environ["PATH"] + ":/usr/sbin:/sbin"})


def install(package: Path, folder: Path) -> InstalledRoot:
    root = InstalledRoot(folder)
    root.dpkg("--install", only(package, "*.deb"))
    return root


@pytest.fixture(scope="module")
def installed(package, tmp_path_factory) -> InstalledRoot:
    """What most tests only look at."""
    return install(package, tmp_path_factory.mktemp("installed") / "root")


def test_what_the_installed_documents_point_to_is_installed(installed):
    place = installed / "usr/share/doc/ferry"
    linked = {}
    for page in place.rglob("*.md"):
        for target in re.findall(r"(?:\]\(|src=\")([^)#\"\s]+)", page.read_text()):
            if ":" not in target:
                linked[f"{page.relative_to(place)} → {target}"] = (page.parent / target).exists()
    assert len(linked) > 100
    # What is of the sources is not installed.
    missing = [name for name, is_there in linked.items() if not is_there]
    assert [name for name in missing if not re.search(r"→ (?:\.\./)*(?:Sources|Tests|conformance|script|packaging|bench)/", name)] == []


@pytest.fixture
def own_root(package, tmp_path) -> InstalledRoot:
    """One that the test may change."""
    return install(package, tmp_path / "root")


def settings(path: Path, section: str = "") -> dict[str, list[str]]:
    """The assignments of a unit's section, or of an environment file; a name may stand several times."""
    text = path.read_text()
    if section:
        text = text.partition(f"[{section}]\n")[2].partition("\n[")[0]
    found: dict[str, list[str]] = {}
    for name, value in re.findall(r"^(\w+)=(.*)$", text, re.MULTILINE):
        found.setdefault(name, []).append(value)
    return found


def service_command(root: InstalledRoot) -> list[str]:
    """What systemd would run, with the paths in that root."""
    unit = settings(root / UNIT, "Service")
    assert unit["EnvironmentFile"] == ["-/" + CONF]
    options = settings(root / CONF)["FERRY_OPTIONS"][0].strip('"')
    [command] = unit["ExecStart"]
    program, *arguments = shlex.split(command.replace("$FERRY_OPTIONS", options))
    return [str(root / program), *(str(root / argument) if argument == DATA else argument for argument in arguments)]


def test_the_installed_service_copies_an_image(own_root, tmp_path):
    conf = own_root / CONF
    assert "--listen 127.0.0.1:4566" in conf.read_text(), "it listens on loopback unless it is told otherwise"
    conf.write_text(conf.read_text().replace("127.0.0.1:4566", "127.0.0.1:0"))
    server = FerryServer(own_root / DATA, log_file=tmp_path / "log", program=tuple(service_command(own_root))).start()
    try:
        environment = {**server.shell_environment(), "PATH": f"{own_root / 'usr/bin'}:{os.environ['PATH']}"}
        data = noise("package", 0)
        disk_file(tmp_path / "disk.raw", BLOCK, {0: data})

        def ferry(*arguments):
            return run("ferry", *arguments, env=environment, cwd=tmp_path)

        pushed = json.loads(ferry("push", "disk.raw", "--name", "packaged", "--json"))
        [copied] = json.loads(ferry("copy", pushed["imageId"], "--from", HOME, "--to", AWAY, "--json"))
        ferry("pull", copied["imageId"], "copy.raw", "--region", AWAY)
        assert (tmp_path / "copy.raw").read_bytes() == data
    finally:
        server.stop()


def test_no_library_of_a_toolchain_is_needed(installed):
    programs = ["usr/bin/ferry", "usr/lib/ferry/ferry-network"]
    needed = re.findall(r"NEEDED.*\[(.+)\]", "".join(run("readelf", "--dynamic", installed / program) for program in programs))
    assert {"libc.so.6", "libslirp.so.0"} <= set(needed)
    assert [name for name in needed if re.search("swift|dispatch|Foundation|BlocksRuntime", name)] == []


def test_the_service_has_a_user_and_few_rights(installed):
    service = settings(installed / UNIT, "Service")
    [user] = service["User"]
    account = next(line.split(":") for line in (installed / "etc/passwd").read_text().splitlines() if line.startswith(f"{user}:"))
    assert account[5] == DATA and account[6].endswith("nologin") and 0 < int(account[2]) < 1000
    for name, value in {"NoNewPrivileges": "yes", "ProtectSystem": "strict", "StateDirectory": "ferry", "CapabilityBoundingSet": ""}.items():
        assert service[name] == [value]
    # seccomp is what guests and their networks give up rights with.
    assert service["SystemCallFilter"] == ["@system-service seccomp", "~@privileged"]
    assert (installed / CONF).stat().st_mode & 0o007 == 0, "it may hold a secret"


def test_removal_keeps_the_configuration_and_purge_the_disks(own_root, package):
    (own_root / CONF).write_text('FERRY_OPTIONS="--listen 127.0.0.1:1"\n')
    (own_root / DATA).mkdir(parents=True)
    own_root.dpkg("--install", only(package, "*.deb"))
    assert '127.0.0.1:1"\n' in (own_root / CONF).read_text(), "a new package leaves what was changed"
    own_root.dpkg("--remove", "ferry")
    assert not (own_root / "usr/bin/ferry").exists()
    assert (own_root / CONF).exists()
    told = own_root.dpkg("--purge", "ferry")
    assert not (own_root / CONF).exists()
    assert (own_root / DATA).is_dir() and DATA in told


def test_the_tarball_has_the_files_of_the_package(installed, package, tmp_path):
    (tmp_path / "unpacked").mkdir()
    run("tar", "-xzf", only(package, "*.tar.gz"), "-C", tmp_path / "unpacked")
    files = {path.relative_to(tmp_path / "unpacked"): path for path in (tmp_path / "unpacked").rglob("*") if path.is_file()}
    assert {"usr/bin/ferry", CONF, UNIT, "usr/share/doc/ferry/copyright"} <= {str(name) for name in files}
    for name, path in files.items():
        assert path.read_bytes() == (installed / str(name)).read_bytes()


def test_the_same_program_makes_the_same_files(package, tmp_path):
    again = make_package(tmp_path / "again")
    assert {path.name for path in again.iterdir()} == {path.name for path in package.iterdir()}
    for path in package.iterdir():
        run("cmp", path, again / path.name)


# What the argument parser says of itself -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def commands() -> dict[str, set[str]]:
    """Each command with its long options."""
    program = json.loads(run(binary(), "--experimental-dump-help"))["command"]
    return {
        command["commandName"]: {
            name["name"] for argument in command["arguments"] if argument["shouldDisplay"] for name in argument.get("names", []) if name["kind"] == "long"
        }
        for command in program["subcommands"]
        if command["commandName"] != "help" and command["shouldDisplay"]
    }


def test_each_command_has_a_manual_page_with_its_options(installed, commands):
    folder = installed / "usr/share/man/man1"
    assert {path.name for path in folder.iterdir()} == {"ferry.1.gz", *(f"ferry-{name}.1.gz" for name in commands)}
    index = run("zcat", folder / "ferry.1.gz").replace("\\-", "-")
    for name, options in commands.items():
        page = run("zcat", folder / f"ferry-{name}.1.gz").replace("\\-", "-")
        assert f"\nferry-{name} - " in page and f"ferry-{name}" in index
        assert {option for option in options if f"--{option}" not in page} == set()
        assert all(ord(character) < 128 for character in page), "roff reads no other characters"
        assert re.findall(r"^[.'](?!(?:TH|SH|TP|PP|B|BR)\b).*", page, re.MULTILINE) == []


def test_shells_complete_the_commands(installed, commands):
    share = installed / "usr/share"
    for place in ("bash-completion/completions/ferry", "zsh/vendor-completions/_ferry", "fish/vendor_completions.d/ferry.fish"):
        text = (share / place).read_text()
        assert {name for name in commands if name not in text} == set()
    run("bash", "-n", share / "bash-completion/completions/ferry")


def test_the_document_of_the_command_line_names_every_option(commands):
    document = (ROOT / "docs" / "command-line.md").read_text()
    known = {f"--{option}" for options in commands.values() for option in options}
    assert {option for option in known if option not in document} == {"--help", "--version"}
    tables = re.findall(r"^\| (`--.+?) \|", document, re.MULTILINE)
    named = {option for cell in tables for option in re.findall(r"--[a-z0-9-]+", cell)}
    assert named and named - known == set()


# The service manager -------------------------------------------------------------------------------------------------------


def test_the_service_manager_is_told_when_the_server_can_be_used(start_server, tmp_path):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        # A short name: those of sockets have at most 107 bytes. In the abstract namespace it needs no file.
        name = f"ferry-{os.getpid()}"
        manager.bind(f"\0{name}")
        manager.settimeout(HANG)
        server = start_server(environment={"NOTIFY_SOCKET": f"@{name}"})
        assert manager.recv(100) == b"READY=1"
        server.ec2().describe_images(Owners=["self"])
        server.process.terminate()
        assert manager.recv(100) == b"STOPPING=1"
        server.process.wait(HANG)
        # What the fixture looks at is a server that runs.
        server.start()
