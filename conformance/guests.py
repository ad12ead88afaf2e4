"""Real guests: the disk that they boot from, their consoles, their SSH, and the processes that they are."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
import subprocess
import time
import uuid
from pathlib import Path
from typing import Any

from ferry_server import HOME, ROOT, FerryServer, binary
from patience import HANG, eventually

# What the guest says on its console when it answers.
UP = "FERRY-SSH-IS-UP"

SSH: dict[str, Any] = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "CidrIp": "0.0.0.0/0"}


def boot_disk(architecture: str = "x86_64") -> Path:
    """A small disk that boots, takes its metadata and answers SSH: made once by script/make-image as it is now, and kept."""
    script = ROOT / "script" / "make-image"
    made_by = hashlib.sha256(script.read_bytes() + script.with_name("boot-disk.sh").read_bytes()).hexdigest()[:16]
    disk = ROOT / ".build" / f"guest-{architecture}-{made_by}.raw"
    if not disk.exists():
        disk.parent.mkdir(exist_ok=True)
        draft = disk.with_suffix(f".{os.getpid()}")
        options = ["--arm64"] if architecture == "arm64" else []
        subprocess.run([str(script), *options, str(draft), "256"], check=True, capture_output=True, timeout=HANG)
        draft.rename(disk)
    return disk


def push(server: FerryServer, name: str = "guest", architecture: str = "x86_64", disk: Path | None = None) -> str:
    """A disk as an image, the boot disk when none is named; its id."""
    options = ["--architecture", architecture, "--name", name, "--root-device-name", "/dev/xvda"]
    done = subprocess.run(
        [str(binary()), "push", str(disk or boot_disk(architecture)), *options, "--quiet"],
        env=server.shell_environment(), capture_output=True, text=True, timeout=HANG,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def key_pair(server: FerryServer, folder: Path, region: str = HOME, name: str = "key", kind: str = "ed25519") -> Path:
    """Makes a key pair; the file with its private half, as SSH takes it."""
    file = folder / f"{name}-{region}.pem"
    file.write_text(server.ec2(region).create_key_pair(KeyName=name, KeyType=kind)["KeyMaterial"])
    file.chmod(0o600)
    return file


def open_ssh(server: FerryServer, region: str = HOME) -> None:
    """Lets everybody at the port of SSH of the default group."""
    server.ec2(region).authorize_security_group_ingress(GroupName="default", **SSH)


def ssh_group(server: FerryServer, region: str = HOME) -> str:
    """A group of its own that lets everybody at the port of SSH; its id."""
    ec2 = server.ec2(region)
    group: str = ec2.create_security_group(GroupName=uuid.uuid4().hex, Description="ssh")["GroupId"]
    ec2.authorize_security_group_ingress(GroupId=group, **SSH)
    return group


def launch(server: FerryServer, image: str, region: str = HOME, **options: Any) -> str:
    """Launches one instance and waits until it runs; its id."""
    ec2 = server.ec2(region)
    answer = ec2.run_instances(**{"ImageId": image, "InstanceType": "t3.nano", "MinCount": 1, "MaxCount": 1, **options})
    instance: str = answer["Instances"][0]["InstanceId"]
    wait(server, "instance_running", instance, region)
    return instance


def wait(server: FerryServer, waiter: str, instance: str, region: str = HOME) -> None:
    """As clients do, but looking more often."""
    config = {"Delay": 1, "MaxAttempts": HANG}
    server.ec2(region).get_waiter(waiter).wait(InstanceIds=[instance], WaiterConfig=config)


def described(server: FerryServer, instance: str, region: str = HOME) -> dict[str, Any]:
    answer: dict[str, Any] = server.ec2(region).describe_instances(InstanceIds=[instance])["Reservations"][0]["Instances"][0]
    return answer


def console(server: FerryServer, instance: str, region: str = HOME) -> str:
    answer = server.ec2(region).get_console_output(InstanceId=instance, Latest=True)
    text = answer.get("Output", "")
    try:
        return base64.b64decode(text, validate=True).decode(errors="replace")
    except ValueError:
        # boto3 decodes it.
        return str(text)


def await_console(server: FerryServer, instance: str, text: str, region: str = HOME, times: int = 1) -> str:
    """Waits until the guest has written a text, so many times since it was launched."""
    deadline = time.monotonic() + HANG
    while (told := console(server, instance, region)).count(text) < times:
        assert time.monotonic() < deadline, f"the guest never wrote {text!r}:\n{told}\n{server.log_tail()}"
        time.sleep(0.2)
    return told


def ssh_command(server: FerryServer, instance: str, key: Path, command: str, region: str = HOME, user: str = "root") -> list[str]:
    """What runs a command in the guest."""
    about = described(server, instance, region)
    tags = {tag["Key"]: tag["Value"] for tag in about.get("Tags", [])}
    return [
        "ssh", "-i", str(key), "-p", tags.get("ferry:ssh-port", "22"), "-o", "StrictHostKeyChecking=no",
        "-o", "UserKnownHostsFile=/dev/null", "-o", "BatchMode=yes", "-o", "LogLevel=ERROR", "-o", "ConnectTimeout=60",
        f"{user}@{about['PublicIpAddress']}", command,
    ]


def await_answer(server: FerryServer, instance: str, key: Path, region: str = HOME, user: str = "root") -> None:
    """Waits until SSH lets the key in: the console may tell of the boot before."""
    line = ssh_command(server, instance, key, "true", region, user)

    def answers() -> bool:
        return subprocess.run(line, capture_output=True, stdin=subprocess.DEVNULL, timeout=HANG).returncode == 0

    eventually(answers, f"{instance} answers", pause=0.5)


def ssh(server: FerryServer, instance: str, key: Path, command: str, region: str = HOME, user: str = "root") -> str:
    """Runs a command in the guest."""
    line = ssh_command(server, instance, key, command, region, user)
    done = subprocess.run(line, capture_output=True, text=True, timeout=HANG, stdin=subprocess.DEVNULL)
    assert done.returncode == 0, f"{command}: exit {done.returncode}\n{done.stdout}{done.stderr}"
    return done.stdout


def uptime(server: FerryServer, instance: str, key: Path) -> float:
    """Seconds since the guest was booted."""
    return float(ssh(server, instance, key, "cat /proc/uptime").split()[0])


def folder(server: FerryServer, instance: str, region: str = HOME) -> Path:
    return server.data / "regions" / region / "machines" / instance


def qemu(server: FerryServer, instance: str, region: str = HOME) -> int:
    """The id of its process."""
    return int((folder(server, instance, region) / "qemu.pid").read_text().split()[0])


def is_alive(process: int) -> bool:
    try:
        state = re.search(r"^State:\s+(\S)", Path(f"/proc/{process}/status").read_text(), re.MULTILINE)
    except OSError:
        return False
    return state is not None and state.group(1) not in "ZX"


def processes(data: Path) -> list[int]:
    """The guests and their networks that run for a data folder."""
    found = []
    for record in data.glob("regions/*/machines/*/*.pid"):
        process = int(record.read_text().split()[0])
        if is_alive(process):
            found.append(process)
    return found


def metadata(server: FerryServer, instance: str, path: str, region: str = HOME) -> str:
    """What the instance's own metadata service says, asked at its socket."""
    socket = str(folder(server, instance, region) / "metadata.sock")
    base = ["curl", "--silent", "--show-error", "--fail", "--max-time", str(HANG), "--unix-socket", socket]
    put = [*base, "-X", "PUT", "-H", "X-aws-ec2-metadata-token-ttl-seconds: 60", "http://localhost/latest/api/token"]
    done = subprocess.run(put, capture_output=True, text=True)
    assert done.returncode == 0, f"a token: {done.stderr}"
    token = done.stdout
    get = [*base, "-H", f"X-aws-ec2-metadata-token: {token}", f"http://localhost/latest/{path}"]
    done = subprocess.run(get, capture_output=True, text=True)
    assert done.returncode == 0, f"{path}: {done.stderr}"
    return done.stdout


def metadata_json(server: FerryServer, instance: str, path: str) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(metadata(server, instance, path))
    return answer
