"""KMS keys as things: their states, names, policies, rotation, grants and tags, driven by boto3 and the AWS command line."""

from __future__ import annotations

import base64
import contextlib
import datetime
import itertools
import json
import random
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import botocore.exceptions
import pytest
from ferry_server import AWAY, HOME
from kms_keys import make_key, named, unused_alias
from patience import eventually
from refusals import refused
from signed_request import kms_request

UUID = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"


@pytest.fixture
def kms(server):
    return server.kms()


@pytest.fixture
def key(server):
    return make_key(server)


def state(kms, key) -> str:
    return kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"]["KeyState"]


def ids(pages, name: str, member: str) -> list[str]:
    return [element[member] for page in pages for element in page[name]]


# Keys ----------------------------------------------------------------------------------------------------------------


def test_a_new_key(server, kms):
    made = kms.create_key(Description="for backups", Tags=[{"TagKey": "team", "TagValue": "storage"}])["KeyMetadata"]
    assert re.fullmatch(UUID, made["KeyId"])
    assert made["Arn"] == f"arn:aws:kms:{HOME}:{server.account}:key/{made['KeyId']}"
    expected = {
        "AWSAccountId": server.account, "Enabled": True, "Description": "for backups", "KeyUsage": "ENCRYPT_DECRYPT",
        "KeyState": "Enabled", "Origin": "AWS_KMS", "KeyManager": "CUSTOMER", "KeySpec": "SYMMETRIC_DEFAULT",
        "CustomerMasterKeySpec": "SYMMETRIC_DEFAULT", "EncryptionAlgorithms": ["SYMMETRIC_DEFAULT"], "MultiRegion": False,
    }
    assert {name: made[name] for name in expected} == expected
    assert re.fullmatch("[0-9a-f]{64}", made["CurrentKeyMaterialId"])
    age = datetime.datetime.now(datetime.UTC) - made["CreationDate"]
    assert datetime.timedelta(0) <= age + datetime.timedelta(seconds=1) < datetime.timedelta(minutes=1)
    assert kms.describe_key(KeyId=made["KeyId"])["KeyMetadata"] == made
    assert kms.list_resource_tags(KeyId=made["KeyId"])["Tags"] == [{"TagKey": "team", "TagValue": "storage"}]


def test_a_key_lives_in_its_region(server, key):
    away = server.kms(AWAY)
    with refused("NotFoundException", f"Key 'arn:aws:kms:{AWAY}:{server.account}:key/{key['KeyId']}' does not exist"):
        away.describe_key(KeyId=key["KeyId"])
    with refused("NotFoundException", f"^Invalid arn {HOME}$"):
        away.describe_key(KeyId=key["Arn"])
    assert key["KeyId"] not in ids(away.get_paginator("list_keys").paginate(), "Keys", "KeyId")


def test_every_name_finds_the_key(server, kms, key):
    for name in named(server, key).values():
        assert kms.describe_key(KeyId=name)["KeyMetadata"]["KeyId"] == key["KeyId"]


@pytest.mark.parametrize(
    ("name", "code", "message"),
    [
        ("no-key", "NotFoundException", "^Invalid keyId 'no-key'$"),
        ("1234abcd-12ab-34cd-56ef-1234567890ab", "NotFoundException", "^Key 'arn:aws:kms:.*' does not exist$"),
        ("alias/nowhere", "NotFoundException", "^Alias arn:aws:kms:.*:alias/nowhere is not found.$"),
        ("arn:aws:s3:::bucket", "InvalidArnException", "Invalid arn"),
        (f"arn:aws:kms:{HOME}:999999999999:key/1234abcd-12ab-34cd-56ef-1234567890ab", "AccessDeniedException", "is not authorized to perform"),
    ],
)
def test_names_that_find_nothing(kms, name, code, message):
    with refused(code, message):
        kms.describe_key(KeyId=name)


def test_what_takes_no_alias(server, kms, key):
    names = named(server, key)
    for call in (kms.enable_key, kms.disable_key, kms.get_key_policy, kms.list_resource_tags, kms.list_grants, kms.schedule_key_deletion):
        with refused("NotFoundException", "Invalid keyId"):
            call(KeyId=names["alias"])
        with refused("InvalidArnException", "Key Aliases are not supported for this operation"):
            call(KeyId=names["alias arn"])


def test_keys_page_by_page(server, kms):
    made = {make_key(server)["KeyId"] for _ in range(5)}
    pages = list(kms.get_paginator("list_keys").paginate(PaginationConfig={"PageSize": 2}))
    found = ids(pages, "Keys", "KeyId")
    assert made <= set(found)
    assert len(found) == len(set(found))
    assert all(len(page["Keys"]) == 2 for page in pages[:-1])
    assert [page["Truncated"] for page in pages] == [True] * (len(pages) - 1) + [False]
    assert "NextMarker" not in pages[-1]
    arn = {entry["KeyId"]: entry["KeyArn"] for page in pages for entry in page["Keys"]}
    assert all(arn[key] == f"arn:aws:kms:{HOME}:{server.account}:key/{key}" for key in made)


def test_bad_markers_and_limits(server, kms, key):
    with refused("InvalidMarkerException"):
        kms.list_keys(Marker="nonsense")
    marker = kms.list_keys(Limit=1).get("NextMarker") or (make_key(server), kms.list_keys(Limit=1)["NextMarker"])[1]
    with refused("InvalidMarkerException"):
        kms.list_aliases(Marker=marker)
    with refused("InvalidMarkerException"):
        server.kms(AWAY).list_keys(Marker=marker)
    for limit in (0, 1001):
        with refused("ValidationException"):
            server.kms(validate=False).list_keys(Limit=limit)


def test_descriptions(kms, key):
    kms.update_key_description(KeyId=key["KeyId"], Description="other ☃")
    assert kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"]["Description"] == "other ☃"
    kms.update_key_description(KeyId=key["KeyId"], Description="")
    assert kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"]["Description"] == ""
    with refused("ValidationException"):
        kms.update_key_description(KeyId=key["KeyId"], Description="d" * 8193)


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        ({"MultiRegion": True}, "UnsupportedOperationException"),
        ({"Origin": "EXTERNAL"}, "UnsupportedOperationException"),
        ({"CustomKeyStoreId": "cks-1234567890abcdef0"}, "UnsupportedOperationException"),
        ({"KeySpec": "SM2", "KeyUsage": "SIGN_VERIFY"}, "UnsupportedOperationException"),
        ({"KeySpec": "HMAC_224", "KeyUsage": "GENERATE_VERIFY_MAC"}, "UnsupportedOperationException"),
        ({"KeySpec": "ECC_SECG_P256K1", "KeyUsage": "SIGN_VERIFY"}, "UnsupportedOperationException"),
        ({"KeySpec": "ML_DSA_44", "KeyUsage": "SIGN_VERIFY"}, "UnsupportedOperationException"),
        ({"KeySpec": "ECC_NIST_EDWARDS25519", "KeyUsage": "KEY_AGREEMENT"}, "ValidationException"),
        ({"KeySpec": "AES_17"}, "ValidationException"),
        ({"KeySpec": "RSA_2048"}, "ValidationException"),
        ({"KeySpec": "HMAC_256", "KeyUsage": "ENCRYPT_DECRYPT"}, "ValidationException"),
        ({"KeySpec": "SYMMETRIC_DEFAULT", "CustomerMasterKeySpec": "SYMMETRIC_DEFAULT"}, "ValidationException"),
        ({"Tags": [{"TagKey": "aws:x", "TagValue": ""}]}, "TagException"),
        ({"Tags": [{"TagKey": "k", "TagValue": "1"}, {"TagKey": "k", "TagValue": "2"}]}, "TagException"),
        ({"Tags": [{"TagKey": f"k{number}", "TagValue": ""} for number in range(51)]}, "TagException"),
        ({"Policy": "{}"}, "MalformedPolicyDocumentException"),
        ({"NoSuchMember": 1}, "ValidationException"),
    ],
)
def test_keys_that_are_not_made(server, parameters, code):
    before = len(ids(server.kms().get_paginator("list_keys").paginate(), "Keys", "KeyId"))
    if "NoSuchMember" in parameters:
        answer = kms_request("CreateKey", parameters).signed(server, "kms").send(server)
        assert (answer.status, answer.code) == (400, code)
        assert "NoSuchMember" in answer.message
    else:
        with refused(code):
            server.kms(validate=False).create_key(**parameters)
    assert len(ids(server.kms().get_paginator("list_keys").paginate(), "Keys", "KeyId")) == before


# States --------------------------------------------------------------------------------------------------------------


def test_disable_and_enable(kms, key):
    blob = kms.encrypt(KeyId=key["KeyId"], Plaintext=b"secret")["CiphertextBlob"]
    kms.disable_key(KeyId=key["KeyId"])
    described = kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"]
    assert (described["KeyState"], described["Enabled"]) == ("Disabled", False)
    for call in (
        lambda: kms.encrypt(KeyId=key["KeyId"], Plaintext=b"x"),
        lambda: kms.decrypt(CiphertextBlob=blob),
        lambda: kms.re_encrypt(CiphertextBlob=blob, DestinationKeyId=key["KeyId"]),
        lambda: kms.generate_data_key(KeyId=key["KeyId"], KeySpec="AES_256"),
        lambda: kms.enable_key_rotation(KeyId=key["KeyId"]),
        lambda: kms.rotate_key_on_demand(KeyId=key["KeyId"]),
        lambda: kms.create_grant(KeyId=key["KeyId"], GranteePrincipal="arn:aws:iam::123456789012:user/a", Operations=["Decrypt"]),
    ):
        with refused("DisabledException", f"^{key['Arn']} is disabled.$"):
            call()
    kms.disable_key(KeyId=key["KeyId"])
    kms.enable_key(KeyId=key["KeyId"])
    assert state(kms, key) == "Enabled"
    assert kms.decrypt(CiphertextBlob=blob)["Plaintext"] == b"secret"


def test_deletion_is_scheduled_and_cancelled(kms, key):
    blob = kms.encrypt(KeyId=key["KeyId"], Plaintext=b"secret")["CiphertextBlob"]
    answer = kms.schedule_key_deletion(KeyId=key["KeyId"], PendingWindowInDays=7)
    assert (answer["KeyId"], answer["KeyState"], answer["PendingWindowInDays"]) == (key["Arn"], "PendingDeletion", 7)
    week = answer["DeletionDate"] - datetime.datetime.now(datetime.UTC)
    assert datetime.timedelta(days=6, hours=23) < week <= datetime.timedelta(days=7)
    described = kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"]
    assert (described["KeyState"], described["DeletionDate"]) == ("PendingDeletion", answer["DeletionDate"])
    assert kms.get_key_rotation_status(KeyId=key["KeyId"])["KeyRotationEnabled"] is False
    kms.get_key_policy(KeyId=key["KeyId"])
    for call in (
        lambda: kms.encrypt(KeyId=key["KeyId"], Plaintext=b"x"),
        lambda: kms.decrypt(CiphertextBlob=blob),
        lambda: kms.enable_key(KeyId=key["KeyId"]),
        lambda: kms.disable_key(KeyId=key["KeyId"]),
        lambda: kms.schedule_key_deletion(KeyId=key["KeyId"]),
        lambda: kms.create_alias(AliasName=unused_alias(), TargetKeyId=key["KeyId"]),
        lambda: kms.tag_resource(KeyId=key["KeyId"], Tags=[{"TagKey": "k", "TagValue": "v"}]),
        lambda: kms.update_key_description(KeyId=key["KeyId"], Description="late"),
    ):
        with refused("KMSInvalidStateException", f"^{key['Arn']} is pending deletion.$"):
            call()
    assert kms.cancel_key_deletion(KeyId=key["KeyId"])["KeyId"] == key["Arn"]
    assert state(kms, key) == "Disabled"
    assert "DeletionDate" not in kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"]
    with refused("KMSInvalidStateException", "is not pending deletion"):
        kms.cancel_key_deletion(KeyId=key["KeyId"])
    kms.enable_key(KeyId=key["KeyId"])
    assert kms.decrypt(CiphertextBlob=blob)["Plaintext"] == b"secret"


def test_the_window_of_a_deletion(server, kms, key):
    for days in (6, 31):
        with refused("ValidationException"):
            kms.schedule_key_deletion(KeyId=key["KeyId"], PendingWindowInDays=days)
    assert state(kms, key) == "Enabled"
    assert kms.schedule_key_deletion(KeyId=key["KeyId"])["PendingWindowInDays"] == 30


# Aliases -------------------------------------------------------------------------------------------------------------


def test_an_alias_moves_and_goes(server, kms, key):
    other, name = make_key(server), unused_alias()
    kms.create_alias(AliasName=name, TargetKeyId=key["Arn"])
    [entry] = kms.list_aliases(KeyId=key["KeyId"])["Aliases"]
    assert (entry["AliasName"], entry["TargetKeyId"]) == (name, key["KeyId"])
    assert entry["AliasArn"] == f"arn:aws:kms:{HOME}:{server.account}:{name}"
    kms.update_alias(AliasName=name, TargetKeyId=other["KeyId"])
    assert kms.list_aliases(KeyId=key["KeyId"])["Aliases"] == []
    assert kms.describe_key(KeyId=name)["KeyMetadata"]["KeyId"] == other["KeyId"]
    kms.delete_alias(AliasName=name)
    with refused("NotFoundException"):
        kms.describe_key(KeyId=name)
    assert state(kms, other) == "Enabled"
    for call in (lambda: kms.delete_alias(AliasName=name), lambda: kms.update_alias(AliasName=name, TargetKeyId=key["KeyId"])):
        with refused("NotFoundException", f"Alias arn:aws:kms:{HOME}:{server.account}:{name} is not found."):
            call()


def test_aliases_page_by_page(server, kms, key):
    names = [unused_alias() for _ in range(5)]
    for name in names:
        kms.create_alias(AliasName=name, TargetKeyId=key["KeyId"])
    everything = ids(kms.get_paginator("list_aliases").paginate(PaginationConfig={"PageSize": 2}), "Aliases", "AliasName")
    assert set(names) <= set(everything) and len(everything) == len(set(everything))
    own = ids(kms.get_paginator("list_aliases").paginate(KeyId=key["KeyId"], PaginationConfig={"PageSize": 2}), "Aliases", "AliasName")
    assert own == sorted(names)


def test_aliases_of_services_are_listed_before_their_keys_are_made(fresh_server):
    """As in KMS: without a target, until DescribeKey, an encrypted snapshot or an object asks for the key."""
    kms = fresh_server.kms()
    names = ["alias/aws/ebs", "alias/aws/s3"]
    arns = [f"arn:aws:kms:{HOME}:{fresh_server.account}:{name}" for name in names]
    assert kms.list_aliases()["Aliases"] == [{"AliasName": name, "AliasArn": arn} for name, arn in zip(names, arns, strict=True)]
    key = make_key(fresh_server)
    for name in ("alias/a", "alias/z"):
        kms.create_alias(AliasName=name, TargetKeyId=key["KeyId"])
    pages = list(kms.get_paginator("list_aliases").paginate(PaginationConfig={"PageSize": 1}))
    assert ids(pages, "Aliases", "AliasName") == ["alias/a", *names, "alias/z"]
    assert ids([kms.list_aliases(KeyId=key["KeyId"])], "Aliases", "AliasName") == ["alias/a", "alias/z"]
    made = [kms.describe_key(KeyId=name)["KeyMetadata"]["KeyId"] for name in names]
    assert [alias["TargetKeyId"] for alias in kms.list_aliases()["Aliases"]] == [key["KeyId"], *made, key["KeyId"]]


def test_aliases_that_are_not_made(server, kms, key):
    taken = unused_alias()
    kms.create_alias(AliasName=taken, TargetKeyId=key["KeyId"])
    cases = [
        (taken, key["KeyId"], "AlreadyExistsException"), ("alias/aws/mine", key["KeyId"], "NotAuthorizedException"),
        ("alias/a:b", key["KeyId"], "ValidationException"), ("no-prefix", key["KeyId"], "ValidationException"), ("alias/with space", key["KeyId"], "ValidationException"),
        ("alias/" + "a" * 251, key["KeyId"], "ValidationException"), ("alias/", key["KeyId"], "ValidationException"),
        (unused_alias(), "1234abcd-12ab-34cd-56ef-1234567890ab", "NotFoundException"),
        (unused_alias(), taken, "ValidationException"), (unused_alias(), f"arn:aws:kms:{HOME}:{server.account}:{taken}", "ValidationException"),
    ]
    for name, target, code in cases:
        with refused(code):
            server.kms(validate=False).create_alias(AliasName=name, TargetKeyId=target)
    assert ids([kms.list_aliases(KeyId=key["KeyId"])], "Aliases", "AliasName") == [taken]


def test_what_kms_says_of_names_that_cannot_be(server, kms, key):
    """The words that clients match on; of the names that AWS keeps for itself it says nothing."""
    taken = unused_alias()
    kms.create_alias(AliasName=taken, TargetKeyId=key["KeyId"])
    with refused("ValidationException", "^alias/a:b contains invalid characters for an alias$"):
        kms.create_alias(AliasName="alias/a:b", TargetKeyId=key["KeyId"])
    for call in (
        lambda: kms.create_alias(AliasName="alias/aws/x", TargetKeyId=key["KeyId"]),
        lambda: kms.update_alias(AliasName="alias/aws/ebs", TargetKeyId=key["KeyId"]), lambda: kms.delete_alias(AliasName="alias/aws/ebs"),
    ):
        with refused("NotAuthorizedException", "^$"):
            call()
    for call in (kms.create_alias, kms.update_alias):
        with refused("ValidationException", "^Aliases must refer to keys. Not aliases$"):
            call(AliasName=taken, TargetKeyId=taken)
    with refused("AlreadyExistsException", f"^An alias with the name arn:aws:kms:{HOME}:{server.account}:{taken} already exists$"):
        kms.create_alias(AliasName=taken, TargetKeyId=key["KeyId"])
    missing = "1234abcd-12ab-34cd-56ef-1234567890ab"
    for call in (
        lambda: kms.create_alias(AliasName=unused_alias(), TargetKeyId=missing), lambda: kms.update_alias(AliasName=taken, TargetKeyId=missing),
        lambda: kms.enable_key(KeyId=missing), lambda: kms.encrypt(KeyId=missing, Plaintext=b"x"),
    ):
        with refused("NotFoundException", f"^Key 'arn:aws:kms:{HOME}:{server.account}:key/{missing}' does not exist$"):
            call()


def test_an_alias_stays_with_keys_of_one_kind(server, kms, key):
    name = unused_alias()
    kms.create_alias(AliasName=name, TargetKeyId=key["KeyId"])
    mac = make_key(server, KeySpec="HMAC_256", KeyUsage="GENERATE_VERIFY_MAC")
    with refused("ValidationException"):
        kms.update_alias(AliasName=name, TargetKeyId=mac["KeyId"])


def test_the_key_that_is_managed_for_ebs(server, kms):
    managed = kms.describe_key(KeyId="alias/aws/ebs")["KeyMetadata"]
    assert (managed["KeyManager"], managed["KeyState"]) == ("AWS", "Enabled")
    assert kms.describe_key(KeyId="alias/aws/ebs")["KeyMetadata"] == managed
    assert kms.get_key_rotation_status(KeyId=managed["KeyId"])["KeyRotationEnabled"] is True
    policy = json.loads(kms.get_key_policy(KeyId=managed["KeyId"])["Policy"])
    assert policy["Statement"][0]["Condition"]["StringEquals"]["kms:ViaService"] == f"ec2.{HOME}.amazonaws.com"
    for call in (
        lambda: kms.put_key_policy(KeyId=managed["KeyId"], Policy=json.dumps(policy)),
        lambda: kms.schedule_key_deletion(KeyId=managed["KeyId"]),
        lambda: kms.disable_key(KeyId=managed["KeyId"]),
        lambda: kms.update_key_description(KeyId=managed["KeyId"], Description="mine"),
        lambda: kms.create_alias(AliasName=unused_alias(), TargetKeyId=managed["KeyId"]),
        lambda: kms.encrypt(KeyId="alias/aws/ebs", Plaintext=b"x"),
        lambda: kms.generate_data_key(KeyId="alias/aws/ebs", KeySpec="AES_256"),
    ):
        with refused("AccessDeniedException", "is not authorized to perform: kms:"):
            call()


# Policies ------------------------------------------------------------------------------------------------------------


def root_statement(server, action="kms:*"):
    return {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{server.account}:root"}, "Action": action, "Resource": "*"}


def test_policies(server, kms, key):
    assert kms.list_key_policies(KeyId=key["KeyId"])["PolicyNames"] == ["default"]
    standard = json.loads(kms.get_key_policy(KeyId=key["KeyId"], PolicyName="default")["Policy"])
    assert standard["Statement"][0]["Principal"] == {"AWS": f"arn:aws:iam::{server.account}:root"}
    text = json.dumps({"Version": "2012-10-17", "Statement": [root_statement(server), root_statement(server, ["kms:Decrypt"])]}, indent=3)
    kms.put_key_policy(KeyId=key["KeyId"], PolicyName="default", Policy=text)
    assert kms.get_key_policy(KeyId=key["KeyId"])["Policy"] == text
    with refused("NotFoundException"):
        kms.get_key_policy(KeyId=key["KeyId"], PolicyName="other")


def test_policies_that_are_refused(server, kms, key):
    before = kms.get_key_policy(KeyId=key["KeyId"])["Policy"]
    statement = root_statement(server)
    documents = [
        "no json", "[]", "{}", json.dumps({"Statement": []}), json.dumps({"Version": "2013-01-01", "Statement": statement}),
        json.dumps({"Statement": {**statement, "Effect": "Maybe"}}), json.dumps({"Statement": {**statement, "Principal": "me"}}),
        json.dumps({"Statement": {name: value for name, value in statement.items() if name != "Action"}}),
        # These would lock the account out.
        json.dumps({"Statement": root_statement(server, "kms:Decrypt")}), json.dumps({"Statement": {**statement, "Effect": "Deny"}}),
        json.dumps({"Statement": {**statement, "Principal": {"AWS": "arn:aws:iam::999999999999:root"}}}),
    ]
    for document in documents:
        with refused("MalformedPolicyDocumentException"):
            kms.put_key_policy(KeyId=key["KeyId"], Policy=document)
    with refused("LimitExceededException"):
        kms.put_key_policy(KeyId=key["KeyId"], Policy=json.dumps({"Statement": statement, "Id": "i" * 32768}))
    assert kms.get_key_policy(KeyId=key["KeyId"])["Policy"] == before
    locked = json.dumps({"Statement": root_statement(server, "kms:Decrypt")})
    kms.put_key_policy(KeyId=key["KeyId"], Policy=locked, BypassPolicyLockoutSafetyCheck=True)
    with refused("AccessDeniedException", "because no resource-based policy allows the kms:GetKeyPolicy action"):
        kms.get_key_policy(KeyId=key["KeyId"])


# Rotation ------------------------------------------------------------------------------------------------------------


def test_rotation_status(server, kms, key):
    status = kms.get_key_rotation_status(KeyId=key["KeyId"])
    assert status["KeyRotationEnabled"] is False and "NextRotationDate" not in status
    kms.enable_key_rotation(KeyId=key["KeyId"])
    status = kms.get_key_rotation_status(KeyId=key["KeyId"])
    assert (status["KeyRotationEnabled"], status["RotationPeriodInDays"], status["KeyId"]) == (True, 365, key["Arn"])
    kms.enable_key_rotation(KeyId=key["KeyId"], RotationPeriodInDays=90)
    status = kms.get_key_rotation_status(KeyId=key["KeyId"])
    ahead = status["NextRotationDate"] - datetime.datetime.now(datetime.UTC)
    assert status["RotationPeriodInDays"] == 90 and datetime.timedelta(days=89) < ahead <= datetime.timedelta(days=90)
    kms.disable_key_rotation(KeyId=key["KeyId"])
    assert kms.get_key_rotation_status(KeyId=key["KeyId"])["KeyRotationEnabled"] is False
    for days in (89, 2561):
        with refused("ValidationException"):
            server.kms(validate=False).enable_key_rotation(KeyId=key["KeyId"], RotationPeriodInDays=days)


def test_what_was_encrypted_before_a_rotation_opens_after_it(kms, key):
    materials, blobs = [], []
    for number in range(4):
        answer = kms.generate_data_key(KeyId=key["KeyId"], KeySpec="AES_256")
        materials.append(answer["KeyMaterialId"])
        blobs.append((answer["CiphertextBlob"], answer["Plaintext"]))
        assert kms.rotate_key_on_demand(KeyId=key["KeyId"])["KeyId"] == key["Arn"]
    assert len(set(materials)) == 4
    for (blob, plain), material in zip(blobs, materials, strict=True):
        opened = kms.decrypt(CiphertextBlob=blob)
        assert (opened["Plaintext"], opened["KeyMaterialId"]) == (plain, material)
    rotations = list(kms.get_paginator("list_key_rotations").paginate(KeyId=key["KeyId"], PaginationConfig={"PageSize": 3}))
    entries = [entry for page in rotations for entry in page["Rotations"]]
    assert [entry["RotationType"] for entry in entries] == ["ON_DEMAND"] * 4
    assert [entry["KeyMaterialState"] for entry in entries] == ["NON_CURRENT"] * 3 + ["CURRENT"]
    everything = kms.list_key_rotations(KeyId=key["KeyId"], IncludeKeyMaterial="ALL_KEY_MATERIAL")["Rotations"]
    assert everything[0]["KeyMaterialId"] == key["CurrentKeyMaterialId"] == materials[0] and "RotationDate" not in everything[0]
    assert everything[1:] == entries
    assert kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"]["CurrentKeyMaterialId"] == entries[-1]["KeyMaterialId"]


def test_a_key_is_rotated_on_demand_25_times(kms, key):
    for _ in range(25):
        kms.rotate_key_on_demand(KeyId=key["KeyId"])
    with refused("LimitExceededException"):
        kms.rotate_key_on_demand(KeyId=key["KeyId"])


def test_only_symmetric_encryption_keys_rotate(server, kms):
    mac = make_key(server, KeySpec="HMAC_256", KeyUsage="GENERATE_VERIFY_MAC")
    assert kms.get_key_rotation_status(KeyId=mac["KeyId"])["KeyRotationEnabled"] is False
    for call in (kms.enable_key_rotation, kms.disable_key_rotation, kms.rotate_key_on_demand, kms.list_key_rotations):
        with refused("UnsupportedOperationException"):
            call(KeyId=mac["KeyId"])


# Grants --------------------------------------------------------------------------------------------------------------

GRANTEE, RETIRING = "arn:aws:iam::123456789012:role/worker", "arn:aws:iam::123456789012:role/owner"


def test_grants(server, kms, key):
    context = {"aws:ebs:id": "vol-1", "Zone": "ä"}
    made = kms.create_grant(
        KeyId=key["KeyId"], GranteePrincipal=GRANTEE, RetiringPrincipal=RETIRING, Operations=["Decrypt", "GenerateDataKey"],
        Constraints={"EncryptionContextEquals": context}, Name="disk",
    )
    assert re.fullmatch("[0-9a-f]{64}", made["GrantId"])
    [listed] = kms.list_grants(KeyId=key["KeyId"])["Grants"]
    assert {name: value for name, value in listed.items() if name != "CreationDate"} == {
        "KeyId": key["Arn"], "GrantId": made["GrantId"], "Name": "disk", "GranteePrincipal": GRANTEE, "RetiringPrincipal": RETIRING,
        "IssuingAccount": f"arn:aws:iam::{server.account}:root", "Operations": ["Decrypt", "GenerateDataKey"],
        "Constraints": {"EncryptionContextEquals": context},
    }
    again = kms.create_grant(
        KeyId=key["KeyId"], GranteePrincipal=GRANTEE, RetiringPrincipal=RETIRING, Operations=["GenerateDataKey", "Decrypt"],
        Constraints={"EncryptionContextEquals": context}, Name="disk",
    )
    assert again["GrantId"] == made["GrantId"]
    # A token goes along with a call, and one that is no token does not.
    kms.encrypt(KeyId=key["KeyId"], Plaintext=b"x", GrantTokens=[made["GrantToken"]])
    with refused("InvalidGrantTokenException"):
        kms.encrypt(KeyId=key["KeyId"], Plaintext=b"x", GrantTokens=["nonsense"])
    kms.revoke_grant(KeyId=key["KeyId"], GrantId=made["GrantId"])
    assert kms.list_grants(KeyId=key["KeyId"])["Grants"] == []
    with refused("NotFoundException", "Grant ID"):
        kms.revoke_grant(KeyId=key["KeyId"], GrantId=made["GrantId"])


def test_grants_are_filtered_and_paged(kms, key):
    def grant(grantee: str, **more) -> str:
        return kms.create_grant(KeyId=key["KeyId"], GranteePrincipal=grantee, Operations=["Encrypt"], **more)["GrantId"]

    mine = [grant(GRANTEE) for _ in range(5)]
    other = grant("arn:aws:iam::123456789012:user/b", Constraints={"EncryptionContextSubset": {"a": "b"}})
    pages = list(kms.get_paginator("list_grants").paginate(KeyId=key["KeyId"], PaginationConfig={"PageSize": 2}))
    assert sorted(ids(pages, "Grants", "GrantId")) == sorted([*mine, other])
    found = kms.get_paginator("list_grants").paginate(KeyId=key["KeyId"], GranteePrincipal=GRANTEE, PaginationConfig={"PageSize": 2})
    assert sorted(ids(found, "Grants", "GrantId")) == sorted(mine)
    assert ids([kms.list_grants(KeyId=key["KeyId"], GrantId=other)], "Grants", "GrantId") == [other]


def test_grants_are_retired(kms, key):
    principal = "arn:aws:iam::123456789012:role/retires-three"
    made = [
        kms.create_grant(KeyId=key["KeyId"], GranteePrincipal=GRANTEE, RetiringPrincipal=principal, Operations=["Decrypt"]) for _ in range(3)
    ]
    pages = kms.get_paginator("list_retirable_grants").paginate(RetiringPrincipal=principal, PaginationConfig={"PageSize": 2})
    assert sorted(ids(pages, "Grants", "GrantId")) == sorted(grant["GrantId"] for grant in made)
    kms.retire_grant(GrantToken=made[0]["GrantToken"])
    kms.retire_grant(KeyId=key["Arn"], GrantId=made[1]["GrantId"])
    assert ids([kms.list_retirable_grants(RetiringPrincipal=principal)], "Grants", "GrantId") == [made[2]["GrantId"]]
    with refused("InvalidGrantTokenException"):
        kms.retire_grant(GrantToken=made[0]["GrantToken"])
    with refused("ValidationException"):
        kms.retire_grant(KeyId=key["Arn"])
    with refused("InvalidGrantIdException"):
        kms.retire_grant(KeyId=key["Arn"], GrantId="nonsense")


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        ({"Operations": ["Sign"]}, "ValidationException"),
        ({"Operations": ["Fly"]}, "ValidationException"),
        ({"Operations": []}, "ValidationException"),
        ({"GranteePrincipal": "somebody"}, "InvalidArnException"),
        ({"Name": "with space"}, "ValidationException"),
        ({"Constraints": {"EncryptionContextEquals": {"a": "b"}, "EncryptionContextSubset": {"a": "b"}}}, "ValidationException"),
    ],
)
def test_grants_that_are_not_made(server, kms, key, parameters, code):
    with refused(code):
        server.kms(validate=False).create_grant(**{"KeyId": key["KeyId"], "GranteePrincipal": GRANTEE, "Operations": ["Decrypt"], **parameters})
    assert kms.list_grants(KeyId=key["KeyId"])["Grants"] == []


# Tags ----------------------------------------------------------------------------------------------------------------


def test_tags(server, kms, key):
    tags = [{"TagKey": f"k{number:02}", "TagValue": f"v{number}"} for number in range(5)]
    kms.tag_resource(KeyId=key["KeyId"], Tags=tags)
    kms.tag_resource(KeyId=key["Arn"], Tags=[{"TagKey": "k00", "TagValue": "new"}])
    pages = kms.get_paginator("list_resource_tags").paginate(KeyId=key["KeyId"], PaginationConfig={"PageSize": 2})
    assert [tag for page in pages for tag in page["Tags"]] == [{"TagKey": "k00", "TagValue": "new"}, *tags[1:]]
    kms.untag_resource(KeyId=key["KeyId"], TagKeys=["k00", "k01", "absent"])
    assert kms.list_resource_tags(KeyId=key["KeyId"])["Tags"] == tags[2:]
    with refused("TagException", "^Too many tags$"):
        kms.tag_resource(KeyId=key["KeyId"], Tags=[{"TagKey": f"more{number}", "TagValue": ""} for number in range(48)])
    with refused("TagException"):
        kms.tag_resource(KeyId=key["KeyId"], Tags=[{"TagKey": "aws:x", "TagValue": ""}])
    assert kms.list_resource_tags(KeyId=key["KeyId"])["Tags"] == tags[2:]
    # They are no tags of EC2's.
    assert all(tag["ResourceId"] != key["KeyId"] for page in server.ec2().get_paginator("describe_tags").paginate() for tag in page["Tags"])


# The command line ----------------------------------------------------------------------------------------------------


def test_the_command_line(aws, tmp_path):
    made = json.loads(aws("kms", "create-key", "--description", "by hand", "--tags", "TagKey=a,TagValue=b").stdout)["KeyMetadata"]
    alias = unused_alias()
    aws("kms", "create-alias", "--alias-name", alias, "--target-key-id", made["KeyId"])
    (tmp_path / "plain").write_bytes(b"\x00\xffsecret")
    sealed = json.loads(
        aws("kms", "encrypt", "--key-id", alias, "--plaintext", f"fileb://{tmp_path}/plain", "--encryption-context", "a=b,c=d").stdout
    )["CiphertextBlob"]
    (tmp_path / "sealed").write_bytes(base64.b64decode(sealed))
    opened = json.loads(aws("kms", "decrypt", "--ciphertext-blob", f"fileb://{tmp_path}/sealed", "--encryption-context", "c=d,a=b").stdout)
    assert base64.b64decode(opened["Plaintext"]) == b"\x00\xffsecret"
    wrong = aws("kms", "decrypt", "--ciphertext-blob", f"fileb://{tmp_path}/sealed", check=False)
    assert wrong.returncode != 0 and "InvalidCiphertextException" in wrong.stderr
    assert alias in aws("kms", "list-aliases", "--query", "Aliases[].AliasName").stdout
    aws("kms", "schedule-key-deletion", "--key-id", made["KeyId"], "--pending-window-in-days", "7")
    assert "PendingDeletion" in aws("kms", "describe-key", "--key-id", alias).stdout


# Restarts ------------------------------------------------------------------------------------------------------------


@dataclass
class Acknowledged:
    """What the server has said is done, of one worker's keys."""

    key: str
    states: list[str] = field(default_factory=lambda: ["Enabled"])
    blobs: list[bytes] = field(default_factory=list)
    aliases: list[str] = field(default_factory=list)
    rotations: int = 0


def work(kms, done: Acknowledged, chance: random.Random) -> None:
    """Changes and uses a key until the server is gone. A state that was asked for and not acknowledged may hold or not."""
    with contextlib.suppress(botocore.exceptions.ConnectionError, botocore.exceptions.HTTPClientError):
        for number in itertools.count():
            match chance.randrange(5):
                case 0:
                    done.states.append("Disabled")
                    kms.disable_key(KeyId=done.key)
                    done.states = ["Disabled"]
                    done.states.append("Enabled")
                    kms.enable_key(KeyId=done.key)
                    done.states = ["Enabled"]
                case 1 if done.rotations < 24:
                    kms.rotate_key_on_demand(KeyId=done.key)
                    done.rotations += 1
                case 2:
                    name = f"alias/{done.key}/{number}" if number < 40 else None
                    if name:
                        kms.create_alias(AliasName=name, TargetKeyId=done.key)
                        done.aliases.append(name)
                case _:
                    done.blobs.append(kms.encrypt(KeyId=done.key, Plaintext=b"%d" % len(done.blobs))["CiphertextBlob"])


@pytest.mark.parametrize("round_number", range(4))
def test_what_was_acknowledged_survives_kill_9(start_server, seed, round_number):
    server = start_server()
    chance = random.Random(f"{seed}/{round_number}")
    tasks = [Acknowledged(server.kms().create_key()["KeyMetadata"]["KeyId"]) for _ in range(4)]
    with ThreadPoolExecutor(len(tasks)) as pool:
        running = [pool.submit(work, server.kms(), done, random.Random(f"{seed}/{round_number}/{index}")) for index, done in enumerate(tasks)]
        enough = chance.randrange(10, 400)
        eventually(lambda: all(done.blobs for done in tasks) and sum(len(done.blobs) for done in tasks) >= enough, "work is done", pause=0.001)
        server.kill()
    for task in running:
        task.result()
    kms = server.start().kms()
    for done in tasks:
        assert state(kms, {"KeyId": done.key}) in done.states
        kms.enable_key(KeyId=done.key)
        for number, blob in enumerate(done.blobs):
            assert kms.decrypt(CiphertextBlob=blob)["Plaintext"] == b"%d" % number
        assert set(done.aliases) <= set(ids(kms.get_paginator("list_aliases").paginate(KeyId=done.key), "Aliases", "AliasName"))
        assert len(kms.list_key_rotations(KeyId=done.key)["Rotations"]) - done.rotations in (0, 1)
    with refused("InvalidCiphertextException"):
        kms.decrypt(CiphertextBlob=tasks[0].blobs[0][:-1] + bytes([tasks[0].blobs[0][-1] ^ 1]))
