"""More accounts than the root account, as the command line makes them."""

from __future__ import annotations

import copy
import json
import subprocess
import uuid

from ferry_server import Credentials, FerryServer, binary
from patience import HANG


def created(server: FerryServer, name: str | None = None) -> Credentials:
    """A new account of the server, and a key of its root user."""
    command = [str(binary()), "accounts", "create", name or f"account-{uuid.uuid4().hex[:12]}", "--json"]
    result = subprocess.run(command, env=server.shell_environment(), capture_output=True, text=True, timeout=HANG)
    assert result.returncode == 0, f"{' '.join(command)}: exit {result.returncode}\n{result.stdout}{result.stderr}"
    made = json.loads(result.stdout)
    return Credentials(made["accessKeyId"], made["secretAccessKey"], made["accountId"])


def seen_by(server: FerryServer, credentials: Credentials) -> FerryServer:
    """The same server with clients of somebody else: of another account, a user, or a session (`token`)."""
    view = copy.copy(server)
    view.credentials = credentials
    view._clients = {}
    return view


def seen_by_session(server: FerryServer, session: dict, account: str | None = None) -> FerryServer:
    """The same server with the clients of the `Credentials` that an action of STS has answered."""
    token = session["SessionToken"]
    return seen_by(server, Credentials(session["AccessKeyId"], session["SecretAccessKey"], account or server.account, token))
