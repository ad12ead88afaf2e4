"""The tools that are measured beside Ferry, each given the same disk and ending with everything on the disk."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from bench.machine import sync_file, sync_folder

# Command and the Debian package that has it.
PACKAGES = {
    "qemu-img": "qemu-utils",
    "rsync": "rsync",
    "casync": "casync",
    "restic": "restic",
    "borg": "borgbackup",
    "wrk": "wrk",
}
Step = Callable[[], object]


def install(packages: dict[str, str] = PACKAGES) -> None:
    """Installs the tools that are missing, when that is possible; those that stay missing are reported as missing."""
    missing = [package for command, package in packages.items() if shutil.which(command) is None]
    if not missing:
        return
    as_root = [] if os.geteuid() == 0 else ["sudo", "-n"]
    if shutil.which("apt-get") is None or (as_root and shutil.which("sudo") is None):
        print(f"bench: not installed and left out: {', '.join(missing)}", file=sys.stderr)
        return
    command = [*as_root, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "install", "-y", "-qq", "--no-install-recommends"]
    for package in missing:
        print(f"bench: installing {package}", file=sys.stderr)
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "stdin": subprocess.DEVNULL}
        if subprocess.run([*command, package], **quiet).returncode != 0:
            subprocess.run([*as_root, "apt-get", "update", "-qq"], **quiet)
            if subprocess.run([*command, package], **quiet).returncode != 0:
                print(f"bench: {package} could not be installed and is left out", file=sys.stderr)


class Peers:
    """The tools on a disk, in a folder that each step finds as the one before it left it: a push goes before a pull."""

    def __init__(self, folder: Path, disk: Path, only: set[str] | None = None) -> None:
        self.folder, self.disk = folder, disk
        self.only = only
        self.samples: dict[str, list[float]] = {}
        folder.mkdir()
        self.environment = {
            **os.environ,
            "RESTIC_PASSWORD": "bench",
            "RESTIC_FROM_PASSWORD": "bench",
            "RESTIC_CACHE_DIR": str(folder / "restic-cache"),
            "RESTIC_PROGRESS_FPS": "0.1",
            "BORG_BASE_DIR": str(folder / "borg-base"),
            "BORG_UNKNOWN_UNENCRYPTED_REPO_ACCESS_IS_OK": "yes",
        }

    def has(self, name: str) -> bool:
        command = "qemu-img" if name.startswith("qemu") else name.split()[0]
        return (self.only is None or command in self.only) and shutil.which(command) is not None

    def run(self, *command: object, cwd: Path | None = None) -> None:
        parts = [str(part) for part in command]
        result = subprocess.run(parts, cwd=cwd, env=self.environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        if result.returncode != 0:
            sys.exit(f"bench: {' '.join(parts)} ended with {result.returncode}\n{result.stderr.decode(errors='replace')}")

    def clear(self, name: str) -> Path:
        """A place for what a step writes: nothing of an earlier round is there."""
        place = self.folder / name
        if place.is_dir():
            shutil.rmtree(place)
        place.unlink(missing_ok=True)
        return place

    # Whole disks, file to file --------------------------------------------------------------------------------------

    def cp(self) -> Step:
        target = self.clear("cp.raw")
        return lambda: (self.run("cp", "--sparse=always", self.disk, target), sync_file(target))

    def qemu(self) -> Step:
        target = self.clear("qemu.raw")
        return lambda: (self.run("qemu-img", "convert", "-f", "raw", "-O", "raw", self.disk, target), sync_file(target))

    def rsync(self) -> Step:
        target = self.clear("rsync.raw")
        return lambda: (self.run("rsync", "--sparse", self.disk, target), sync_file(target))

    def stored_bytes(self, size: int) -> Path:
        """A file as large as the packs' new bytes, of bytes that no layer below can shrink."""
        source = self.clear("stored.bin")
        with source.open("wb") as file:
            for _ in range(size // 2**20 + 1):
                file.write(os.urandom(2**20))
        return source

    def dd(self, source: Path) -> Step:
        target = self.clear("dd.bin")
        return lambda: self.run("dd", f"if={source}", f"of={target}", "bs=1M", "conv=fsync")

    # Into a store, from store to store, and out again ---------------------------------------------------------------

    def restic_backup(self) -> Step:
        repository = self.clear("restic")
        self.clear("restic-cache")
        self.run("restic", "init", "-r", repository)
        return lambda: (self.run("restic", "backup", "-q", "-r", repository, self.disk), sync_folder(self.folder))

    def restic_copy(self) -> Step:
        source, target = self.folder / "restic", self.clear("restic-away")
        self.run("restic", "init", "-r", target, "--from-repo", source, "--copy-chunker-params")
        return lambda: (self.run("restic", "copy", "-q", "-r", target, "--from-repo", source), sync_folder(self.folder))

    def restic_restore(self) -> Step:
        target = self.clear("restic-out")
        return lambda: (
            self.run("restic", "restore", "-q", "-r", self.folder / "restic", "latest", "--target", target),
            sync_folder(self.folder),
        )

    def borg_create(self) -> Step:
        repository = self.clear("borg")
        self.clear("borg-base")
        self.run("borg", "init", "--encryption=none", repository)
        return lambda: (self.run("borg", "create", "--sparse", f"{repository}::disk", self.disk), sync_folder(self.folder))

    def borg_extract(self) -> Step:
        target = self.clear("borg-out")
        target.mkdir()
        return lambda: (self.run("borg", "extract", "--sparse", f"{self.folder / 'borg'}::disk", cwd=target), sync_folder(self.folder))

    def casync_make(self) -> Step:
        store, index = self.clear("casync"), self.clear("disk.caibx")
        return lambda: (self.run("casync", "make", f"--store={store}", index, self.disk), sync_folder(self.folder))

    def casync_extract(self) -> Step:
        target = self.clear("casync.raw")
        command = ("casync", "extract", f"--store={self.folder / 'casync'}", self.folder / "disk.caibx", target)
        return lambda: (self.run(*command), sync_file(target))
