"""The root key as an operator meets it: made at first start, kept elsewhere, a passphrase, lost, wrong, replaced; and in no log."""

from __future__ import annotations

import base64
import re
import stat
import subprocess
from pathlib import Path

import pytest
from ferry_server import FerryServer, binary
from patience import HANG

PASSPHRASE = "correct horse battery staple"


def write_secret(path: Path, text: str) -> Path:
    path.touch(mode=0o600)
    path.write_text(text)
    return path


def encrypt(server: FerryServer) -> bytes:
    kms = server.kms()
    return kms.encrypt(KeyId=kms.create_key()["KeyMetadata"]["KeyId"], Plaintext=b"secret")["CiphertextBlob"]


def opens(server: FerryServer, blob: bytes) -> bool:
    return server.kms().decrypt(CiphertextBlob=blob)["Plaintext"] == b"secret"


def rotate(server: FerryServer, *options: str | Path, check: bool = True) -> subprocess.CompletedProcess[str]:
    command = [str(binary()), "rotate-root-key", "--data", str(server.data), *map(str, options)]
    result = subprocess.run(command, capture_output=True, text=True, timeout=HANG, stdin=subprocess.DEVNULL)
    assert (result.returncode == 0) == check, f"{command}: {result.returncode}\n{result.stdout}{result.stderr}"
    return result


def refuses_to_start(server: FerryServer, message: str) -> None:
    with pytest.raises(AssertionError, match=message):
        server.start()


def test_made_at_first_start_and_said_so(start_server):
    server = start_server()
    file = server.data / "root.key"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert re.fullmatch(r"[0-9a-f]{64}\n", file.read_text())
    [said] = [line for line in server.log_text().splitlines() if "Created the root key" in line]
    assert "notice" in said and str(file) in said
    blob = encrypt(server)
    server.stop()
    server.start()
    # The log goes on in the same file: it was made once.
    assert server.log_text().count("Created the root key") == 1
    assert opens(server, blob)


def test_lost_wrong_or_open_to_others(start_server):
    server = start_server()
    blob = encrypt(server)
    server.stop()
    file = server.data / "root.key"
    kept = file.read_text()
    file.unlink()
    refuses_to_start(server, "is missing")
    assert not file.exists()
    write_secret(file, "ab" * 32)
    refuses_to_start(server, "is not the root key of this data folder")
    file.write_text(kept)
    file.chmod(0o644)
    refuses_to_start(server, "chmod 600")
    file.chmod(0o600)
    server.start()
    assert opens(server, blob)


def test_a_file_elsewhere(start_server, tmp_path):
    file = write_secret(tmp_path / "elsewhere.key", "0F" * 32 + "\n")
    server = start_server(arguments=("--root-key", str(file)))
    assert not (server.data / "root.key").exists()
    blob = encrypt(server)
    server.stop()
    server.arguments = ()
    refuses_to_start(server, "name the key file with --root-key")
    server.arguments = ("--root-key", str(file))
    server.start()
    assert opens(server, blob)


def test_a_passphrase_from_a_file_and_from_the_environment(start_server, tmp_path):
    file = write_secret(tmp_path / "passphrase", PASSPHRASE + "\n")
    server = start_server(arguments=("--root-passphrase-file", str(file)))
    assert not (server.data / "root.key").exists()
    blob = encrypt(server)
    server.stop()
    server.arguments = ()
    refuses_to_start(server, "FERRY_ROOT_PASSPHRASE")
    server.environment = {"FERRY_ROOT_PASSPHRASE": "correct horse battery stable"}
    refuses_to_start(server, "not the passphrase")
    server.environment = {"FERRY_ROOT_PASSPHRASE": PASSPHRASE}
    server.start()
    assert opens(server, blob)
    # Where other processes of the user look, it is gone.
    assert PASSPHRASE.encode() not in Path(f"/proc/{server.pid}/environ").read_bytes()


def test_the_secret_of_the_root_account_is_taken_out_of_the_environment_and_sealed(start_server):
    secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
    server = start_server(environment={"FERRY_ROOT_ACCESS_KEY_ID": "AKIDEXAMPLE", "FERRY_ROOT_SECRET_ACCESS_KEY": secret})
    assert server.credentials.secret_key == secret
    assert server.ec2().describe_images()["Images"] == []
    assert secret.encode() not in Path(f"/proc/{server.pid}/environ").read_bytes()
    files = [path for path in server.data.rglob("*") if path.is_file() and path.name != "credentials"]
    assert not [path for path in files if secret.encode() in path.read_bytes()]
    assert secret not in server.log_text()


def test_a_short_passphrase_is_refused(tmp_path):
    server = FerryServer(tmp_path / "data", environment={"FERRY_ROOT_PASSPHRASE": "short"})
    refuses_to_start(server, "at least 12 bytes")


def test_replaced(start_server, tmp_path):
    server = start_server()
    blob = encrypt(server)
    first = (server.data / "root.key").read_text()
    assert "is locked" in rotate(server, check=False).stderr
    server.stop()
    assert re.search(r"[1-9]\d* key materials are sealed under the new one", rotate(server).stdout)
    second = (server.data / "root.key").read_text()
    assert first != second
    assert opens(server.start(), blob)
    server.stop()

    file = write_secret(tmp_path / "elsewhere.key", "0f" * 32)
    rotate(server, "--new-root-key", file)
    assert not (server.data / "root.key").exists()
    passphrase = write_secret(tmp_path / "passphrase", PASSPHRASE)
    assert "is missing" in rotate(server, "--new-passphrase-file", passphrase, check=False).stderr
    rotate(server, "--root-key", file, "--new-passphrase-file", passphrase)
    server.arguments = ("--root-passphrase-file", str(passphrase))
    assert opens(server.start(), blob)
    server.stop()
    rotate(server, "--root-passphrase-file", passphrase)
    server.arguments = ()
    assert opens(server.start(), blob)
    assert (server.data / "root.key").read_text() not in (first, second)


def test_options_that_exclude_each_other(tmp_path):
    for command in (["serve"], ["gc"], ["rotate-root-key"]):
        options = ["--root-key", "a", "--root-passphrase-file", "b"]
        result = subprocess.run([str(binary()), *command, "--data", str(tmp_path / "none"), *options], capture_output=True, text=True, timeout=HANG)
        assert result.returncode == 64, result.stderr
    result = subprocess.run([str(binary()), "rotate-root-key", "--data", str(tmp_path / "none")], capture_output=True, text=True, timeout=HANG)
    assert result.returncode == 64 and not (tmp_path / "none").exists()


def test_no_secret_is_logged(start_server):
    """With everything logged that can be: neither the root key, nor what was encrypted, nor a data key, in any spelling."""
    server = start_server(arguments=("--log-level", "trace"))
    kms = server.kms()
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    plain = b"what nobody else may know"
    blob = kms.encrypt(KeyId=key, Plaintext=plain)["CiphertextBlob"]
    kms.decrypt(CiphertextBlob=blob)
    secrets = [plain, kms.generate_data_key(KeyId=key, KeySpec="AES_256")["Plaintext"], kms.generate_random(NumberOfBytes=32)["Plaintext"]]
    secrets.append(kms.generate_data_key_pair(KeyId=key, KeyPairSpec="ECC_NIST_P256")["PrivateKeyPlaintext"])
    secrets.append(bytes.fromhex((server.data / "root.key").read_text()))
    with pytest.raises(Exception, match="InvalidCiphertext"):
        kms.decrypt(CiphertextBlob=blob[:-1] + b"\0" if blob[-1] else blob[:-1] + b"\1")
    log = server.log_text()
    assert "Encrypt" in log
    for secret in secrets:
        for text in (secret.hex(), secret.hex().upper(), base64.b64encode(secret).decode(), str(list(secret))[1:-1]):
            assert text[:24] not in log
    # Nor in the folder, but for the root key in its file.
    for file in server.data.rglob("*"):
        if file.is_file() and file.name != "root.key":
            content = file.read_bytes()
            assert not any(secret in content or secret.hex().encode() in content for secret in secrets), file
