"""A link between a client and a server that does what bad networks do: cuts, stalls, truncates, corrupts and delays, by a seed."""

from __future__ import annotations

import random
import socket
import threading
from collections import Counter
from dataclasses import dataclass, field
from patience import HANG
from urllib.parse import urlsplit

CHUNK = 65_536
KINDS = ("cut", "truncate", "corrupt", "stall", "delay")


@dataclass
class FaultyLink:
    """A TCP proxy on loopback. One chunk in `one_in` meets a fault; `faults` counts those that happened.

    cut: both ends are closed at once. truncate: half of the chunk passes, then both ends are closed. corrupt: one bit is changed, in
    requests anywhere, for all of them is signed, in answers in the bytes of blocks, which have checksums: against a network that
    changes the rest of an answer there is TLS.
    stall: nothing more passes on this connection, which stays open until the link is closed. delay: the chunk waits a little, so
    that connections overtake one another.
    """

    target: str
    seed: str
    one_in: int
    kinds: tuple[str, ...] = KINDS
    faults: Counter = field(default_factory=Counter)
    endpoint: str = ""

    def __enter__(self) -> FaultyLink:
        parts = urlsplit(self.target)
        self._address = (parts.hostname, parts.port)
        self._dice = random.Random(self.seed)
        self._lock = threading.Lock()
        self._closed = threading.Event()
        self._open: set[socket.socket] = set()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.endpoint = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *error: object) -> None:
        self._closed.set()
        # A thread that waits for a connection notices this, unlike a mere close.
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        with self._lock:
            left = list(self._open)
        for end in left:
            self._close(end)

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            try:
                server = socket.create_connection(self._address, timeout=HANG)
            except OSError:
                client.close()
                continue
            server.settimeout(None)
            with self._lock:
                self._open |= {client, server}
            for source, sink, is_answer in ((client, server, False), (server, client, True)):
                threading.Thread(target=self._pump, args=(source, sink, is_answer), daemon=True).start()

    def _pump(self, source: socket.socket, sink: socket.socket, is_answer: bool) -> None:
        try:
            while chunk := source.recv(CHUNK):
                fault, place = self._draw(len(chunk), is_answer)
                if fault == "cut":
                    break
                if fault == "truncate":
                    sink.sendall(chunk[: len(chunk) // 2])
                    break
                if fault == "corrupt":
                    chunk = chunk[:place] + bytes([chunk[place] ^ 1 << place % 8]) + chunk[place + 1 :]
                if fault == "stall":
                    self._closed.wait()
                    break
                if fault == "delay":
                    self._closed.wait(place % 50 / 1000)
                sink.sendall(chunk)
        except OSError:
            pass  # The other end, or the other direction, has hung up.
        self._close(source)
        self._close(sink)

    def _draw(self, length: int, is_answer: bool) -> tuple[str | None, int]:
        with self._lock:
            if self._dice.randrange(self.one_in) != 0:
                return None, 0
            fault, place = self._dice.choice(self.kinds), self._dice.randrange(length)
            if fault == "corrupt" and is_answer:
                if length < CHUNK // 4:
                    return None, 0
                place = length - 1 - place // 2
            self.faults[fault] += 1
            return fault, place

    def _close(self, end: socket.socket) -> None:
        with self._lock:
            self._open.discard(end)
        try:
            end.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass  # It is closed already.
        end.close()


@dataclass
class StallingLink(FaultyLink):
    """Passes so many bytes of requests, and then nothing more on the connection that brought them; later ones are not held up."""

    after: int = 0
    stalled: threading.Event = field(default_factory=threading.Event)
    _sent: int = 0

    def _draw(self, length: int, is_answer: bool) -> tuple[str | None, int]:
        with self._lock:
            if is_answer or self.stalled.is_set():
                return None, 0
            self._sent += length
            if self._sent <= self.after:
                return None, 0
            self.stalled.set()
            return "stall", 0
