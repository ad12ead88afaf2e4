"""Requests per second and latencies of one request that is sent over and over: wrk with a signature that is valid for minutes."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

CONNECTIONS = 8
SCRIPT = """
wrk.method = %s
wrk.body = %s
%s
done = function(summary, latency, requests)
  io.write(string.format("FOUND %%f %%f %%f %%d\\n", summary.requests / (summary.duration / 1e6),
    latency:percentile(50) / 1e6, latency:percentile(99) / 1e6,
    summary.errors.status + summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout))
end
"""


@dataclass
class Load:
    """Calls per second; seconds that half, and all but one in a hundred of the calls took at most."""

    rate: float
    p50: float
    p99: float


def replay(
    url: str, headers: dict[str, str], body: bytes, seconds: float, folder: Path, *, method: str = "POST", connections: int = CONNECTIONS
) -> Load | None:
    """Nothing when wrk is missing."""
    if shutil.which("wrk") is None:
        return None
    # wrk adds a Host of its own unless it finds one that is written like that.
    headers = {"Host" if name == "host" else name: value for name, value in headers.items()}
    lines = "\n".join(f"wrk.headers[{json.dumps(name)}] = {json.dumps(value)}" for name, value in headers.items())
    script = folder / "replay.lua"
    script.write_text(SCRIPT % (json.dumps(method), json.dumps(body.decode()), lines))
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds:g}s", "--timeout", "120s", "-s", str(script), url]
    output = subprocess.run(command, capture_output=True, text=True).stdout
    found = re.search(r"FOUND ([\d.]+) ([\d.]+) ([\d.]+) (\d+)", output)
    if found is None or int(found[4]) > 0:
        sys.exit(f"bench: {url} did not answer each call:\n{output}")
    return Load(float(found[1]), float(found[2]), float(found[3]))
