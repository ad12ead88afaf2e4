"""moto's server with as many images, in a virtual environment of its own: the peer of DescribeImages and of buckets."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench import load
from bench.calls import Connection
from bench.server import HOME, ROOT

VERSION = "5.2.1"
ENVIRONMENT = ROOT / ".venv-moto"
IMAGE = "ami-0fefefefefefefefe"


def python() -> Path | None:
    """The interpreter that has moto, installed when it is not there yet; none when that fails."""
    interpreter = ENVIRONMENT / "bin" / "python"
    if interpreter.exists() and subprocess.run([interpreter, "-c", "import moto, flask, moto.s3.models"], capture_output=True).returncode == 0:
        return interpreter
    print(f"bench: installing moto {VERSION} into {ENVIRONMENT.name}", file=sys.stderr)
    made = subprocess.run(["/usr/bin/python3", "-m", "venv", ENVIRONMENT], capture_output=True).returncode == 0
    install = [interpreter, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", f"moto[ec2,s3,server]=={VERSION}"]
    if not made or subprocess.run(install, capture_output=True).returncode != 0:
        print("bench: moto could not be installed and is left out", file=sys.stderr)
        return None
    return interpreter


@contextmanager
def server(*arguments: str) -> Iterator[Connection | None]:
    """moto's server as `emulator_server.py` fills it; none where it cannot be had."""
    interpreter = python()
    if interpreter is None:
        yield None
        return
    command = [interpreter, ROOT / "bench" / "emulator_server.py", *arguments]
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        assert process.stdout is not None
        endpoint = process.stdout.readline().strip()
        if not endpoint:
            print("bench: moto's server did not start and is left out", file=sys.stderr)
        yield Connection(endpoint, "AKIAIOSFODNN7EXAMPLE", "secret") if endpoint else None
    finally:
        process.kill()
        process.wait()


def rates(folder: Path, count: int, rounds: int, seconds: float) -> list[float]:
    """Calls per second of DescribeImages by id, once for each round."""
    with server("images", str(count), HOME, IMAGE) as calls:
        if calls is None:
            return []
        body = calls.form("DescribeImages", {"ImageId_1": IMAGE})
        if calls.state(IMAGE, HOME) != "available":
            sys.exit("bench: moto's server does not know its image")
        headers = calls.signed("POST", "/", HOME, "ec2", {"content-type": "application/x-www-form-urlencoded"}, body)
        found = [load.replay(f"http://{calls.host}", headers, body, seconds, folder) for _ in range(rounds)]
        return [one.rate for one in found if one is not None]
