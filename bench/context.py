"""What a row is given: the folder, the disk, the machine's state and the sizes; and how it takes turns with its peers."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.machine import Quiet
from bench.peers import Peers, Step
from bench.server import Server


@dataclass
class Bench:
    folder: Path
    disk: Path
    quiet: Quiet
    peers: Peers
    rounds: int
    quick: bool

    @contextmanager
    def server(self, name: str) -> Iterator[Server]:
        """A server on a data folder of its own, which is gone afterwards."""
        place = self.folder / name
        place.mkdir()
        try:
            with Server(place) as server:
                yield server
        finally:
            shutil.rmtree(place)

    def peer(self, name: str, prepare: Callable[[], Step], *, cold: bool = True) -> None:
        """Times a peer's step, when the peer is there. What it prepares is not timed."""
        if self.peers.has(name):
            step = prepare()
            self.peers.samples.setdefault(name, []).append(self.quiet.timed(step, cold=cold)[0])
