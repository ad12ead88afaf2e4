"""The machine: its facts, and the state that it is brought into before something is timed."""

from __future__ import annotations

import mmap
import os
import platform
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

DROP_CACHES = Path("/proc/sys/vm/drop_caches")
MIB = 2**20
# Linux's numbers for what Python's mmap does not name everywhere: huge pages, and fill the pages now.
MADV_HUGEPAGE, MADV_POPULATE_WRITE = 14, 23


def facts(folder: Path) -> dict:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    processor = next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), "?")
    system = subprocess.run(["df", "--output=fstype", folder], capture_output=True, text=True).stdout.split()[-1]
    return {
        "processor": processor,
        "cores": os.cpu_count(),
        "memory": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"),
        "fileSystem": system,
        "kernel": platform.release(),
        "load": os.getloadavg()[0],
        "pageCache": "cold" if can_drop_caches() else "warm",
    }


def can_drop_caches() -> bool:
    return os.geteuid() == 0 and os.access(DROP_CACHES, os.W_OK)


class Quiet:
    """Brings the machine into the same state before each timed step.

    Nothing is left to be written, the page cache is dropped (root only), and memory is touched. The last is for virtual
    machines that give free memory back to their host: the first touch of a page that was given back takes microseconds, so
    that what is timed would be the host's memory, and whoever comes second would look faster.
    """

    def __init__(self, memory: int, cold: bool = True) -> None:
        self.memory = memory
        self.cold = cold

    def before(self, *, cold: bool = True) -> None:
        os.sync()
        if cold and self.cold and can_drop_caches():
            DROP_CACHES.write_text("3")
        touch(self.memory)

    def timed(self, action: Callable[[], object], *, cold: bool = True) -> tuple[float, object]:
        """Seconds, and what the action gave."""
        self.before(cold=cold)
        return self.clock(action)

    @staticmethod
    def clock(action: Callable[[], object]) -> tuple[float, object]:
        begun = time.perf_counter()
        result = action()
        return time.perf_counter() - begun, result


def touch(size: int) -> None:
    """Fills `size` bytes of fresh memory and gives them back at once."""
    available = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_AVPHYS_PAGES")
    size = min(size, available * 3 // 4) // (2 * MIB) * 2 * MIB
    if size == 0:
        return
    with mmap.mmap(-1, size) as memory:
        for advice in (MADV_HUGEPAGE, MADV_POPULATE_WRITE):
            try:
                memory.madvise(advice)
            except OSError:  # an older kernel
                pass


def sync_file(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_folder(path: Path) -> None:
    """What the file system of a folder still holds in memory. Everything older was synced before the step was timed."""
    subprocess.run(["sync", "--file-system", path], check=True)
