"""What becomes of the encryption of a copy, cell by cell: the action, the source, `Encrypted`, `KmsKeyId`, encryption by default, and
whether the copy leaves its Region. Afterwards the data folder is read as somebody without a key would read it."""

from __future__ import annotations

import hashlib
import itertools
import re
from collections import Counter
from dataclasses import dataclass

import images
import packs
import pytest
import snapshots
from disks import BLOCK, Disk, noise
from ferry_server import AWAY, HOME, THIRD, FerryServer
from kms_keys import make_key
from refusals import refused

# Under what the copy is: nothing, the account's default key, the key of the call, the source's own, alias/aws/ebs.
OPEN, DEFAULT, NAMED, SAME, MANAGED = "open", "default", "named", "same", "managed"


@dataclass(frozen=True)
class Refusal:
    code: str
    message: str


NEEDS_ENCRYPTED = Refusal("InvalidParameterDependency", r"^The parameter KmsKeyId requires the parameter Encrypted to be set\.$")
NEVER_OPEN = Refusal(
    "InvalidRequest", r"^Snapshot SOURCE is encrypted\. Creating unencrypted copy from an encrypted snapshot is not supported\.$"
)
NEVER_FALSE = Refusal("InvalidParameterValue", "^The parameter Encrypted cannot be set to false")

# Of `Encrypted` and whether a key is given: what an open and an encrypted source become. Of four outcomes, the first two are those
# without encryption by default, within the Region and into another, and the last two those with it.
COPY_IMAGE = {
    (None, False): ((OPEN, OPEN, DEFAULT, DEFAULT), (SAME, MANAGED, DEFAULT, DEFAULT)),
    (True, False): ((DEFAULT,) * 4, (SAME, DEFAULT, SAME, DEFAULT)),
    (False, False): ((OPEN, OPEN, DEFAULT, DEFAULT), (NEVER_OPEN,) * 4),
    (None, True): ((NEEDS_ENCRYPTED,) * 4,) * 2,
    (True, True): ((NAMED,) * 4,) * 2,
    (False, True): ((NEEDS_ENCRYPTED,) * 4,) * 2,
}
OUTCOMES = {"CopyImage": COPY_IMAGE, "CopySnapshot": {**COPY_IMAGE, (False, False): ((NEVER_FALSE,) * 4,) * 2}}

SOURCES = ("open", "managed", "customer")
CELLS = list(itertools.product(OUTCOMES, SOURCES, (None, True, False), (False, True), (False, True), (HOME, AWAY)))


def named(value: object) -> str:
    return {None: "absent", True: "yes", False: "no", HOME: "here", AWAY: "elsewhere"}.get(value, str(value))


class Matrix:
    """A server with a source of each kind in the home Region, and two keys in each Region: the default one, and another to name."""

    def __init__(self, server: FerryServer) -> None:
        self.server = server
        self.disks = {kind: Disk(1, {index * 5: noise(f"matrix {kind}", index) for index in range(3)}) for kind in SOURCES}
        self.keys = {(DEFAULT, region): make_key(server, region)["Arn"] for region in (HOME, AWAY)}
        self.keys |= {(NAMED, region): make_key(server, region)["Arn"] for region in (HOME, AWAY)}
        options = {"open": {}, "managed": {"Encrypted": True}, "customer": {"Encrypted": True, "KmsKeyArn": make_key(server)["Arn"]}}
        self.snapshots = {kind: snapshots.upload(server, self.disks[kind], **options[kind]) for kind in SOURCES}
        self.images = {kind: images.register(server, snapshot) for kind, snapshot in self.snapshots.items()}
        for region in (HOME, AWAY):
            self.keys[MANAGED, region] = server.kms(region).describe_key(KeyId="alias/aws/ebs")["KeyMetadata"]["Arn"]
            server.ec2(region).modify_ebs_default_kms_key_id(KmsKeyId=self.keys[DEFAULT, region])
        self.source_keys = {kind: snapshots.describe(server, HOME, snapshot).get("KmsKeyId") for kind, snapshot in self.snapshots.items()}
        assert self.source_keys["open"] is None and self.source_keys["managed"] == self.keys[MANAGED, HOME]

    def set_default(self, region: str, is_on: bool) -> None:
        ec2 = self.server.ec2(region)
        ec2.enable_ebs_encryption_by_default() if is_on else ec2.disable_ebs_encryption_by_default()

    def copy(self, action: str, kind: str, region: str, options: dict) -> str:
        """The finished copy's snapshot."""
        if action == "CopyImage":
            found = images.copied(self.server, self.images[kind], region=region, **options)
            [snapshot] = images.snapshots_of(found)
            [mapping] = found["BlockDeviceMappings"]
            assert mapping["Ebs"]["Encrypted"] is snapshots.describe(self.server, region, snapshot)["Encrypted"]
            return snapshot
        wanted = {"SourceRegion": HOME, "SourceSnapshotId": self.snapshots[kind]}
        snapshot = self.server.ec2(region).copy_snapshot(**wanted, **options)["SnapshotId"]
        return snapshots.wait_completed(self.server, region, snapshot)["SnapshotId"]

    def count(self, region: str) -> int:
        return len(self.server.ec2(region).describe_snapshots(OwnerIds=["self"])["Snapshots"])


@pytest.fixture(scope="module")
def matrix(tmp_path_factory: pytest.TempPathFactory):
    running = FerryServer(tmp_path_factory.mktemp("matrix") / "data").start()
    yield Matrix(running)
    running.stop()


@pytest.mark.parametrize(("action", "kind", "encrypted", "has_key", "is_on", "region"), CELLS, ids=named)
def test_cell(matrix: Matrix, action, kind, encrypted, has_key, is_on, region):
    outcome = OUTCOMES[action][encrypted, has_key][kind != "open"][2 * is_on + (region != HOME)]
    options = {"Encrypted": encrypted} if encrypted is not None else {}
    if has_key:
        options["KmsKeyId"] = matrix.keys[NAMED, region]
    matrix.set_default(region, is_on)
    if isinstance(outcome, Refusal):
        before = matrix.count(region)
        with refused(outcome.code, outcome.message.replace("SOURCE", re.escape(matrix.snapshots[kind]))):
            matrix.copy(action, kind, region, options)
        assert matrix.count(region) == before
        return
    snapshot = matrix.copy(action, kind, region, options)
    found = snapshots.describe(matrix.server, region, snapshot)
    key = None if outcome == OPEN else matrix.source_keys[kind] if outcome == SAME else matrix.keys[outcome, region]
    assert (found["Encrypted"], found.get("KmsKeyId")) == (key is not None, key)
    assert ("DataEncryptionKeyId" in found) is (key is not None)
    snapshots.assert_holds(matrix.server, region, snapshot, matrix.disks[kind])


def test_image_of_open_and_encrypted_disks_keeps_each_as_it_is(matrix: Matrix):
    matrix.set_default(HOME, False)
    devices = [
        {"DeviceName": f"/dev/xvd{letter}", "Ebs": {"SnapshotId": matrix.snapshots[kind]}} for letter, kind in zip("abc", SOURCES)
    ]
    image = images.register(matrix.server, matrix.snapshots["open"], BlockDeviceMappings=devices)
    copy = images.copied(matrix.server, image, region=HOME)
    found = [snapshots.describe(matrix.server, HOME, snapshot).get("KmsKeyId") for snapshot in images.snapshots_of(copy)]
    assert found == [matrix.source_keys[kind] for kind in SOURCES]
    with refused("InvalidRequest", f"{matrix.snapshots['managed']}|{matrix.snapshots['customer']}"):
        images.copy(matrix.server, image, region=HOME, Encrypted=False)
    under_one = images.copied(matrix.server, image, region=HOME, Encrypted=True, KmsKeyId=matrix.keys[NAMED, HOME])
    found = {snapshots.describe(matrix.server, HOME, snapshot)["KmsKeyId"] for snapshot in images.snapshots_of(under_one)}
    assert found == {matrix.keys[NAMED, HOME]}


def test_nothing_of_a_sealed_disk_is_readable_without_its_key(matrix: Matrix):
    """Every frame is opened with what stands in its pack. The open disk is found that way: the search would find the others."""
    for region in (HOME, AWAY):
        matrix.set_default(region, False)
        for kind in SOURCES:
            matrix.copy("CopyImage", kind, region, {})
    digests = {kind: {hashlib.sha256(data).digest() for data in disk.blocks.values()} for kind, disk in matrix.disks.items()}
    for region in (HOME, AWAY):
        found = packs.frames(matrix.server, region)
        readable = packs.readable_digests(found)
        assert digests["open"] <= readable
        for kind in ("managed", "customer"):
            assert readable.isdisjoint(digests[kind])
    assert_nowhere(matrix.server, matrix.disks["managed"])
    assert_nowhere(matrix.server, matrix.disks["customer"])


def test_an_open_disk_that_was_encrypted_on_its_way_is_sealed_where_it_arrives(matrix: Matrix):
    server, disk = matrix.server, matrix.disks["open"]
    key = make_key(server, THIRD)["Arn"]
    image = images.copied(server, matrix.images["open"], region=THIRD, Encrypted=True, KmsKeyId=key)
    snapshots.assert_holds(server, THIRD, *images.snapshots_of(image), disk)
    found = packs.frames(server, THIRD)
    assert len(found) > len(disk.blocks) and all(frame.domain != packs.OPEN for frame in found)
    assert packs.readable_digests(found).isdisjoint(hashlib.sha256(data).digest() for data in disk.blocks.values())


def test_equal_blocks_under_two_keys_do_not_look_equal(matrix: Matrix):
    """The same disks under two keys: no address and no payload under one is another's."""
    for kind, role in itertools.product(SOURCES, (DEFAULT, NAMED)):
        matrix.copy("CopySnapshot", kind, AWAY, {"Encrypted": True, "KmsKeyId": matrix.keys[role, AWAY]})
    found = [frame for frame in packs.frames(matrix.server, AWAY) if frame.kind == packs.BLOCK_KIND]
    blocks = sum(len(disk.blocks) for disk in matrix.disks.values())
    domains = Counter(frame.domain for frame in found)
    assert [count for _, count in domains.most_common(2)] == [blocks, blocks], "two keys hold all three disks"
    for look in (lambda frame: frame.address, lambda frame: hashlib.sha256(frame.sealed).digest()):
        assert len({look(frame) for frame in found}) == len(found)


def assert_nowhere(server: FerryServer, disk: Disk) -> None:
    """Neither bytes of the disk nor the digest of a block stand in any file of the data folder."""
    pieces = [data[place : place + 64] for data in disk.blocks.values() for place in range(0, BLOCK, BLOCK // 8)]
    digests = [hashlib.sha256(data) for data in disk.blocks.values()]
    wanted = [*pieces, *(digest.digest() for digest in digests), *(digest.hexdigest().encode() for digest in digests)]
    files = [path for path in server.data.rglob("*") if path.is_file()]
    assert any(path.suffix == ".pack" for path in files) and any(path.suffix == ".sqlite" for path in files)
    for path in files:
        content = path.read_bytes()
        assert not any(piece in content for piece in wanted), path
