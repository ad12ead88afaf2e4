"""Encryption as EC2 and EBS direct tell of it: settings, parameters, rules, answers. test_sealed_bytes.py has the bytes."""

from __future__ import annotations

import images
import pytest
import snapshots
from ferry_server import AWAY, HOME
from kms_keys import make_key, named
from patience import eventually
from refusals import dry_run, refused, refused_by_ebs

MANAGED = "alias/aws/ebs"


@pytest.fixture
def settings(fresh_server):
    """A server whose settings the test may change."""
    return fresh_server.ec2(AWAY)


def test_encryption_by_default_is_a_setting_of_the_region(fresh_server, settings):
    assert settings.get_ebs_encryption_by_default()["EbsEncryptionByDefault"] is False
    assert settings.enable_ebs_encryption_by_default()["EbsEncryptionByDefault"] is True
    assert settings.get_ebs_encryption_by_default()["EbsEncryptionByDefault"] is True
    assert fresh_server.ec2(HOME).get_ebs_encryption_by_default()["EbsEncryptionByDefault"] is False
    assert settings.disable_ebs_encryption_by_default()["EbsEncryptionByDefault"] is False
    assert settings.get_ebs_encryption_by_default()["EbsEncryptionByDefault"] is False


def test_default_key(fresh_server, settings):
    assert settings.get_ebs_default_kms_key_id()["KmsKeyId"] == MANAGED
    key = make_key(fresh_server, AWAY)
    for name in named(fresh_server, key, AWAY).values():
        assert settings.modify_ebs_default_kms_key_id(KmsKeyId=name)["KmsKeyId"] == key["Arn"]
        assert settings.get_ebs_default_kms_key_id()["KmsKeyId"] == key["Arn"]
        assert settings.reset_ebs_default_kms_key_id()["KmsKeyId"] == MANAGED
        assert settings.get_ebs_default_kms_key_id()["KmsKeyId"] == MANAGED


def test_default_key_must_be_usable(fresh_server, settings):
    disabled = make_key(fresh_server, AWAY)
    fresh_server.kms(AWAY).disable_key(KeyId=disabled["KeyId"])
    with refused("InvalidKMSKey.InvalidState", f"{disabled['Arn']} is disabled"):
        settings.modify_ebs_default_kms_key_id(KmsKeyId=disabled["Arn"])
    signing = make_key(fresh_server, AWAY, KeyUsage="GENERATE_VERIFY_MAC", KeySpec="HMAC_256")
    for name in ("alias/none", "nonsense", make_key(fresh_server, HOME)["Arn"], signing["Arn"]):
        with refused("InvalidParameterValue", "^Given key ID is not accessible: "):
            settings.modify_ebs_default_kms_key_id(KmsKeyId=name)
    assert settings.get_ebs_default_kms_key_id()["KmsKeyId"] == MANAGED


def test_dry_runs_change_nothing(fresh_server, settings):
    key = make_key(fresh_server, AWAY)
    with dry_run():
        settings.enable_ebs_encryption_by_default(DryRun=True)
    with dry_run():
        settings.modify_ebs_default_kms_key_id(KmsKeyId=key["Arn"], DryRun=True)
    assert settings.get_ebs_encryption_by_default()["EbsEncryptionByDefault"] is False
    assert settings.get_ebs_default_kms_key_id()["KmsKeyId"] == MANAGED


def copied_snapshot(server, image):
    """The one snapshot of a finished copy, as DescribeSnapshots shows it."""
    copy = images.wait_available(server, AWAY, image)
    [snapshot] = images.snapshots_of(copy)
    [mapping] = copy["BlockDeviceMappings"]
    found = snapshots.describe(server, AWAY, snapshot)
    assert mapping["Ebs"]["Encrypted"] is found["Encrypted"]
    return found


@pytest.mark.parametrize("form", ["id", "arn", "alias", "alias arn"])
def test_copy_under_a_key_by_any_of_its_names(server, image, form):
    key = make_key(server, AWAY)
    name = named(server, key, AWAY)[form]
    found = copied_snapshot(server, images.copy(server, image, Encrypted=True, KmsKeyId=name))
    assert found["Encrypted"] is True and found["KmsKeyId"] == key["Arn"]
    assert len(found["DataEncryptionKeyId"]) == 32
    ec2 = server.ec2(AWAY)
    for value, expected in (("true", True), ("false", False)):
        ids = {s["SnapshotId"] for s in ec2.describe_snapshots(Filters=[{"Name": "encrypted", "Values": [value]}])["Snapshots"]}
        assert (found["SnapshotId"] in ids) is expected


def test_copies_under_one_key_share_a_data_key(server, image):
    key = make_key(server, AWAY)["Arn"]
    found = [copied_snapshot(server, images.copy(server, image, Encrypted=True, KmsKeyId=key)) for _ in range(2)]
    other = copied_snapshot(server, images.copy(server, image, Encrypted=True))
    assert found[0]["DataEncryptionKeyId"] == found[1]["DataEncryptionKeyId"] != other["DataEncryptionKeyId"]


def test_encrypted_never_becomes_open(server, image):
    encrypted = images.copied(server, image, Encrypted=True)["ImageId"]
    with refused("InvalidRequest", "is encrypted. Creating unencrypted copy from an encrypted snapshot is not supported."):
        images.copy(server, encrypted, AWAY, HOME, Encrypted=False)
    again = images.copied(server, encrypted, AWAY, HOME)
    assert all(mapping["Ebs"]["Encrypted"] for mapping in again["BlockDeviceMappings"])


def test_key_that_cannot_be_used_is_refused(server, image):
    key = make_key(server, AWAY)
    server.kms(AWAY).disable_key(KeyId=key["KeyId"])
    with refused("InvalidKMSKey.InvalidState", f"{key['Arn']} is disabled"):
        images.copy(server, image, Encrypted=True, KmsKeyId=key["Arn"])
    with refused("InvalidParameterValue", "^Given key ID is not accessible: "):
        images.copy(server, image, Encrypted=True, KmsKeyId="alias/none")


def test_encrypted_snapshot_leaves_its_region_with_a_presigned_url(server, snapshot):
    encrypted = server.ec2(HOME).copy_snapshot(SourceRegion=HOME, SourceSnapshotId=snapshot, Encrypted=True)["SnapshotId"]
    snapshots.wait_completed(server, HOME, encrypted)
    wanted = {"SourceRegion": HOME, "SourceSnapshotId": encrypted}
    for url in ("", "http://127.0.0.1:1/", "http://127.0.0.1:1/?Action=CopySnapshot", "nonsense"):
        with refused(("InvalidParameterValue", "MissingParameter"), "PresignedUrl"):
            server.ec2(AWAY).copy_snapshot(**wanted, PresignedUrl=url or "x")
    # boto3 adds the right one by itself.
    copy = server.ec2(AWAY).copy_snapshot(**wanted)["SnapshotId"]
    snapshots.wait_completed(server, AWAY, copy)
    assert snapshots.describe(server, AWAY, copy)["Encrypted"] is True


def test_uploaded_under_a_key(server):
    key = make_key(server, HOME)["Arn"]
    ebs = server.ebs(HOME)
    started = ebs.start_snapshot(VolumeSize=1, Encrypted=True, KmsKeyArn=key)
    assert started["KmsKeyArn"] == key
    ebs.complete_snapshot(SnapshotId=started["SnapshotId"], ChangedBlocksCount=0)
    snapshots.wait_completed(server, HOME, started["SnapshotId"])
    child = ebs.start_snapshot(VolumeSize=1, ParentSnapshotId=started["SnapshotId"])
    assert child["KmsKeyArn"] == key


def test_upload_whose_parameters_contradict(server):
    ebs = server.ebs(HOME)
    key = make_key(server, HOME)["Arn"]
    for options in ({"KmsKeyArn": key}, {"KmsKeyArn": key, "Encrypted": False}):
        with refused_by_ebs("ValidationException", "INVALID_PARAMETER_VALUE"):
            ebs.start_snapshot(VolumeSize=1, **options)
    with refused_by_ebs("ValidationException", "INVALID_CUSTOMER_KEY"):
        ebs.start_snapshot(VolumeSize=1, Encrypted=True, KmsKeyArn="alias/none")


def test_registered_empty_volume_says_whether_it_is_encrypted(server, snapshot):
    root = {"DeviceName": "/dev/xvda", "Ebs": {"SnapshotId": snapshot}}
    empty = [{"DeviceName": f"/dev/xvd{letter}", "Ebs": {"VolumeSize": 1, "Encrypted": value}} for letter, value in (("b", True), ("c", False))]
    image = images.register(server, snapshot, BlockDeviceMappings=[root, *empty])
    found = images.describe(server, HOME, image)
    assert [mapping["Ebs"]["Encrypted"] for mapping in found["BlockDeviceMappings"]] == [False, True, False]
    filters = [{"Name": "block-device-mapping.encrypted", "Values": ["true"]}]
    assert image in {i["ImageId"] for i in server.ec2(HOME).describe_images(Filters=filters)["Images"]}


def test_registration_takes_no_key_and_no_encryption_beside_a_snapshot(server, snapshot):
    for changed in ({"Encrypted": True}, {"Encrypted": False}, {"KmsKeyId": "alias/mine"}):
        with refused("InvalidParameterCombination"):
            images.register(server, snapshot, BlockDeviceMappings=[{"DeviceName": "/dev/xvda", "Ebs": {"SnapshotId": snapshot, **changed}}])


def test_late_key_checks_fail_the_copy_with_its_reason(start_server, disk):
    server = start_server(arguments=("--late-key-checks",))
    snapshot = snapshots.upload(server, disk)
    image = images.register(server, snapshot)
    key = make_key(server, AWAY)
    server.kms(AWAY).disable_key(KeyId=key["KeyId"])
    copy = images.copy(server, image, Encrypted=True, KmsKeyId=key["Arn"])

    def failed():
        found = images.describe(server, AWAY, copy)
        return found if found["State"] == "failed" else None

    found = eventually(failed, f"{copy} failed")
    assert found["StateReason"]["Code"] == "Client.InvalidKMSKey.InvalidState"
    for name in (snapshot, key["Arn"]):
        assert name in found["StateReason"]["Message"]
