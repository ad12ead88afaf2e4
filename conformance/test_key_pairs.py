"""Key pairs: what is made, what is taken, how they are named and told, and that ssh-keygen uses what clients get."""

from __future__ import annotations

import base64
import hashlib
import subprocess
import uuid

import pytest
from ferry_server import AWAY, HOME
from patience import HANG
from refusals import dry_run, refused


def run(*command: str, **options) -> str:
    result = subprocess.run(command, capture_output=True, timeout=HANG, check=True, stdin=subprocess.DEVNULL, **options)
    return result.stdout.decode()


def unused() -> str:
    return f"key {uuid.uuid4().hex[:12]}"


@pytest.fixture
def keygen(tmp_path):
    """Makes a key pair on this side. Gives the path of its private half."""

    def make(*options: str, name: str = "made"):
        path = tmp_path / name
        run("ssh-keygen", "-q", "-N", "", "-C", "ann@example", "-f", str(path), *options)
        return path

    return make


def described(server, name: str, region: str = HOME, **options) -> dict:
    [pair] = server.ec2(region).describe_key_pairs(KeyNames=[name], **options)["KeyPairs"]
    return pair


def saved(path, text: str) -> str:
    path.write_text(text)
    path.chmod(0o600)
    return str(path)


@pytest.mark.parametrize("kind", [None, "rsa", "ed25519"])
def test_a_private_key_is_usable(server, tmp_path, kind):
    name = unused()
    made = server.ec2().create_key_pair(KeyName=name, **({"KeyType": kind} if kind else {}))
    begin = "-----BEGIN OPENSSH PRIVATE KEY-----\n" if kind == "ed25519" else "-----BEGIN RSA PRIVATE KEY-----\n"
    assert made["KeyMaterial"].startswith(begin) and made["KeyName"] == name
    file = saved(tmp_path / "key", made["KeyMaterial"])
    public = run("ssh-keygen", "-y", "-f", file).split()[:2]
    shown = described(server, name, IncludePublicKey=True)
    assert shown["PublicKey"] == f"{' '.join(public)} {name}" and shown["KeyType"] == (kind or "rsa")
    assert shown["KeyPairId"] == made["KeyPairId"] and shown["KeyFingerprint"] == made["KeyFingerprint"]
    assert "PublicKey" not in described(server, name) and "KeyMaterial" not in shown
    if kind == "ed25519":
        expected = base64.b64encode(hashlib.sha256(base64.b64decode(public[1])).digest()).decode()
    else:
        der = subprocess.run(
            ["openssl", "pkcs8", "-in", file, "-inform", "PEM", "-outform", "DER", "-topk8", "-nocrypt"], capture_output=True, timeout=HANG, check=True,
        ).stdout
        expected = hashlib.sha1(der).hexdigest()
        expected = ":".join(expected[place:place + 2] for place in range(0, 40, 2))
    assert made["KeyFingerprint"] == expected


def test_the_private_half_is_nowhere(start_server):
    server = start_server()
    made = server.ec2().create_key_pair(KeyName="once", KeyType="ed25519")["KeyMaterial"]
    lines = [line.encode() for line in made.splitlines()[1:-1]]
    raw = base64.b64decode(b"".join(lines))
    public = raw[raw.index(b"ssh-ed25519", 60) + 15:][:32]
    place = raw.rindex(public)
    seed = raw[place - 32:place]
    assert len(seed) == 32
    server.stop()
    files = [path for path in server.data.rglob("*") if path.is_file()]
    assert files
    for path in files:
        content = path.read_bytes()
        assert seed not in content and all(line not in content for line in lines[1:]), path
    assert all(line.decode() not in server.log_text() for line in lines)
    server.start()


def test_keys_are_taken_in_every_form(server, keygen):
    path = keygen("-t", "rsa", "-b", "3072", "-m", "PEM")
    public = path.with_suffix(".pub").read_bytes()
    der = subprocess.run(["openssl", "rsa", "-in", str(path), "-pubout", "-outform", "DER"], capture_output=True, timeout=HANG, check=True).stdout
    forms = [
        public, public.strip(), run("ssh-keygen", "-e", "-f", f"{path}.pub").encode(), run("ssh-keygen", "-e", "-m", "PKCS8", "-f", f"{path}.pub").encode(),
        der, base64.b64encode(der), base64.encodebytes(der),
    ]
    digest = hashlib.md5(der).hexdigest()
    for form in forms:
        name = unused()
        taken = server.ec2().import_key_pair(KeyName=name, PublicKeyMaterial=form)
        assert taken["KeyFingerprint"] == ":".join(digest[place:place + 2] for place in range(0, 32, 2)), form
        assert described(server, name, IncludePublicKey=True)["PublicKey"] == f"{' '.join(public.decode().split()[:2])} {name}"

    curve = keygen("-t", "ed25519", name="curve").with_suffix(".pub").read_bytes()
    name = unused()
    taken = server.ec2().import_key_pair(KeyName=name, PublicKeyMaterial=curve)
    assert taken["KeyFingerprint"] == base64.b64encode(hashlib.sha256(base64.b64decode(curve.split()[1])).digest()).decode()
    assert described(server, name)["KeyType"] == "ed25519"


@pytest.mark.parametrize("material", [b"x", b"ssh-rsa AAAA", b"ssh-dss AAAA", b'command="id" ssh-rsa AAAA', b"\x30\x82\xff\xff", b"A" * 20_000])
def test_what_is_no_key_is_refused(server, material):
    name = unused()
    with refused("InvalidKey.Format"):
        server.ec2().import_key_pair(KeyName=name, PublicKeyMaterial=material)
    with refused("InvalidKeyPair.NotFound"):
        server.ec2().describe_key_pairs(KeyNames=[name])


def test_ecdsa_keys_are_refused(server, keygen):
    public = keygen("-t", "ecdsa").with_suffix(".pub").read_bytes()
    with refused("InvalidKey.Format", "^Key is not in valid OpenSSH public key format$"):
        server.ec2().import_key_pair(KeyName=unused(), PublicKeyMaterial=public)


def test_a_name_stands_for_one_key_of_a_region(server, keygen):
    ec2, name = server.ec2(), unused()
    made = ec2.create_key_pair(KeyName=name)
    public = keygen("-t", "ed25519").with_suffix(".pub").read_bytes()
    with refused("InvalidKeyPair.Duplicate", f"^The keypair '{name}' already exists"):
        ec2.create_key_pair(KeyName=name)
    with refused("InvalidKeyPair.Duplicate"):
        ec2.import_key_pair(KeyName=name, PublicKeyMaterial=public)
    server.ec2(AWAY).import_key_pair(KeyName=name, PublicKeyMaterial=public)
    assert described(server, name)["KeyFingerprint"] == made["KeyFingerprint"] != described(server, name, AWAY)["KeyFingerprint"]


def test_deleting(server):
    ec2, first, second = server.ec2(), unused(), unused()
    made = [ec2.create_key_pair(KeyName=name, KeyType="ed25519") for name in (first, second)]
    assert "Tags" not in made[0] and described(server, first)["Tags"] == []
    with dry_run():
        ec2.delete_key_pair(KeyName=first, DryRun=True)
    assert described(server, first)
    gone = ec2.delete_key_pair(KeyName=first)
    assert gone["Return"] and gone["KeyPairId"] == made[0]["KeyPairId"]
    assert ec2.delete_key_pair(KeyPairId=made[1]["KeyPairId"])["KeyPairId"] == made[1]["KeyPairId"]
    for name in (first, second):
        with refused("InvalidKeyPair.NotFound", f"^The key pair '{name}' does not exist$"):
            ec2.describe_key_pairs(KeyNames=[name])
        # As good as deleted.
        assert "KeyPairId" not in ec2.delete_key_pair(KeyName=name)
    assert ec2.delete_key_pair(KeyPairId="key-0ffffffffffffffff")["Return"]
    with refused("InvalidKeyPair.NotFound"):
        ec2.describe_key_pairs(KeyPairIds=["key-0ffffffffffffffff"])


def test_filters_and_tags(server):
    ec2, name, mark = server.ec2(), unused(), uuid.uuid4().hex
    tags = [{"Key": "mark", "Value": mark}]
    made = ec2.create_key_pair(KeyName=name, KeyType="ed25519", TagSpecifications=[{"ResourceType": "key-pair", "Tags": tags}])
    assert made["Tags"] == tags
    for filter in [("tag:mark", mark), ("key-name", name), ("key-pair-id", made["KeyPairId"]), ("fingerprint", made["KeyFingerprint"])]:
        found = ec2.describe_key_pairs(Filters=[{"Name": filter[0], "Values": [filter[1]]}])["KeyPairs"]
        assert [pair["KeyName"] for pair in found] == [name], filter
    ec2.create_tags(Resources=[made["KeyPairId"]], Tags=[{"Key": "more", "Value": "1"}])
    assert {tag["Key"] for tag in described(server, name)["Tags"]} == {"mark", "more"}
    found = ec2.describe_tags(Filters=[{"Name": "resource-id", "Values": [made["KeyPairId"]]}])["Tags"]
    assert {(tag["Key"], tag["ResourceType"]) for tag in found} == {("mark", "key-pair"), ("more", "key-pair")}
    ec2.delete_key_pair(KeyName=name)
    assert ec2.describe_tags(Filters=[{"Name": "resource-id", "Values": [made["KeyPairId"]]}])["Tags"] == []
    with refused("InvalidKeyPair.NotFound"):
        ec2.create_tags(Resources=[made["KeyPairId"]], Tags=tags)


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        ({"KeyName": ""}, "MissingParameter"), ({"KeyName": "a\nssh-rsa AAAA"}, "InvalidParameterValue"), ({"KeyName": "k" * 256}, "InvalidParameterValue"),
        ({"KeyName": " k"}, "InvalidParameterValue"), ({"KeyName": "k", "KeyType": "dsa"}, "InvalidParameterValue"),
        ({"KeyName": "k", "KeyFormat": "der"}, "InvalidParameterValue"), ({"KeyName": "k", "KeyFormat": "ppk"}, "UnsupportedOperation"),
        ({"KeyName": "k", "TagSpecifications": [{"ResourceType": "image", "Tags": []}]}, "InvalidParameterValue"),
    ],
)
def test_refusals(server, parameters, code):
    with refused(code):
        server.ec2(validate=False).create_key_pair(**parameters)
    assert parameters["KeyName"] not in {pair["KeyName"] for pair in server.ec2().describe_key_pairs()["KeyPairs"]}


def test_dry_runs_make_nothing(server, keygen):
    ec2, name = server.ec2(), unused()
    with dry_run():
        ec2.create_key_pair(KeyName=name, DryRun=True)
    with dry_run():
        ec2.import_key_pair(KeyName=name, PublicKeyMaterial=keygen("-t", "ed25519").with_suffix(".pub").read_bytes(), DryRun=True)
    with refused("InvalidKeyPair.NotFound"):
        ec2.describe_key_pairs(KeyNames=[name])


def test_others_see_nothing_of_it(server, other_account):
    name = unused()
    made = server.ec2().create_key_pair(KeyName=name, KeyType="ed25519")
    ec2 = other_account.ec2()
    for question in ({"KeyNames": [name]}, {"KeyPairIds": [made["KeyPairId"]]}):
        with refused("InvalidKeyPair.NotFound"):
            ec2.describe_key_pairs(**question)
    assert name not in {pair["KeyName"] for pair in ec2.describe_key_pairs()["KeyPairs"]}
    assert "KeyPairId" not in ec2.delete_key_pair(KeyPairId=made["KeyPairId"])
    assert described(server, name)
