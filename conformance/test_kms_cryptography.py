"""What KMS does with keys: encrypt, decrypt, data keys, codes and signatures, checked with boto3 and, where there is one, openssl."""

from __future__ import annotations

import hashlib
import hmac
import json
import random
import shutil
import subprocess

import pytest
from ferry_server import AWAY, HOME
from kms_keys import make_key, named
from patience import HANG
from refusals import refused
from signed_request import kms_request


@pytest.fixture
def kms(server):
    return server.kms()


@pytest.fixture(scope="module")
def key(server):
    return make_key(server)


openssl = pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")


# Encrypt and decrypt -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [1, 16, 32, 4095, 4096])
def test_what_is_encrypted_decrypts(kms, key, size, seed):
    plain = random.Random(f"{seed}/{size}").randbytes(size)
    sealed = kms.encrypt(KeyId=key["KeyId"], Plaintext=plain)
    assert (sealed["KeyId"], sealed["EncryptionAlgorithm"]) == (key["Arn"], "SYMMETRIC_DEFAULT")
    assert plain not in sealed["CiphertextBlob"] or size == 1
    # The blob names its key: Decrypt needs no KeyId.
    opened = kms.decrypt(CiphertextBlob=sealed["CiphertextBlob"])
    assert (opened["Plaintext"], opened["KeyId"], opened["KeyMaterialId"]) == (plain, key["Arn"], key["CurrentKeyMaterialId"])


def test_every_name_of_the_key_serves(server, kms, key):
    for name in named(server, key).values():
        blob = kms.encrypt(KeyId=name, Plaintext=b"x")["CiphertextBlob"]
        assert kms.decrypt(CiphertextBlob=blob, KeyId=name)["Plaintext"] == b"x"
        data = kms.generate_data_key(KeyId=name, KeySpec="AES_256")
        assert kms.decrypt(CiphertextBlob=data["CiphertextBlob"])["Plaintext"] == data["Plaintext"]


def test_the_same_again_looks_different(kms, key):
    assert len({kms.encrypt(KeyId=key["KeyId"], Plaintext=b"the same")["CiphertextBlob"] for _ in range(20)}) == 20


def test_the_encryption_context_is_bound(kms, key):
    context = {"aws:ebs:id": "vol-1", "Zone": "ä☃", "empty": ""}
    blob = kms.encrypt(KeyId=key["KeyId"], Plaintext=b"x", EncryptionContext=context)["CiphertextBlob"]
    backwards = dict(reversed(context.items()))
    assert kms.decrypt(CiphertextBlob=blob, EncryptionContext=backwards)["Plaintext"] == b"x"
    wrong = [
        {}, {**context, "more": "1"}, {name: value for name, value in context.items() if name != "empty"}, {**context, "Zone": "Ä☃"},
        {**context, "Zone": "a\u0308☃"}, {name.lower(): value for name, value in context.items()},
    ]
    for other in wrong:
        # KMS says no more.
        with refused("InvalidCiphertextException", "^$"):
            kms.decrypt(CiphertextBlob=blob, EncryptionContext=other)
    with refused("ValidationException"):
        kms.encrypt(KeyId=key["KeyId"], Plaintext=b"x", EncryptionContext={"k": "v" * 8192})


def test_no_changed_byte_decrypts(kms, key, seed):
    """Any byte of the blob, one bit of it: an error, and never other plain text."""
    blob = kms.encrypt(KeyId=key["KeyId"], Plaintext=b"a secret of some length")["CiphertextBlob"]
    chance = random.Random(seed)
    for place in range(len(blob)):
        changed = bytearray(blob)
        changed[place] ^= 1 << chance.randrange(8)
        with refused(("InvalidCiphertextException", "AccessDeniedException")):
            kms.decrypt(CiphertextBlob=bytes(changed))
    for wrong in (blob[:-1], blob + b"\0", blob[1:], b"x", bytes(100), chance.randbytes(6144)):
        with refused("InvalidCiphertextException"):
            kms.decrypt(CiphertextBlob=wrong)


def test_another_key_does_not_decrypt(server, kms, key):
    other = make_key(server)
    blob = kms.encrypt(KeyId=key["KeyId"], Plaintext=b"x")["CiphertextBlob"]
    with refused("IncorrectKeyException"):
        kms.decrypt(CiphertextBlob=blob, KeyId=other["KeyId"])
    with refused("AccessDeniedException", "does not exist in this region"):
        server.kms(AWAY).decrypt(CiphertextBlob=blob)
    swapped = blob[:1] + bytes.fromhex(other["KeyId"].replace("-", "")) + blob[17:]
    with refused("InvalidCiphertextException"):
        kms.decrypt(CiphertextBlob=swapped)


def test_what_is_not_encrypted(server, kms, key):
    with refused("ValidationException"):
        kms.encrypt(KeyId=key["KeyId"], Plaintext=b"x" * 4097)
    with refused("ValidationException"):
        server.kms(validate=False).encrypt(KeyId=key["KeyId"], Plaintext=b"")
    with refused("InvalidKeyUsageException"):
        kms.encrypt(KeyId=key["KeyId"], Plaintext=b"x", EncryptionAlgorithm="RSAES_OAEP_SHA_256")
    mac = make_key(server, KeySpec="HMAC_256", KeyUsage="GENERATE_VERIFY_MAC")
    for call in (
        lambda: kms.encrypt(KeyId=mac["KeyId"], Plaintext=b"x"),
        lambda: kms.generate_data_key(KeyId=mac["KeyId"], KeySpec="AES_256"),
    ):
        with refused("InvalidKeyUsageException", "key usage is GENERATE_VERIFY_MAC which is not valid for"):
            call()


def test_re_encrypt(server, kms, key):
    other = make_key(server)
    blob = kms.encrypt(KeyId=key["KeyId"], Plaintext=b"secret", EncryptionContext={"a": "1"})["CiphertextBlob"]
    moved = kms.re_encrypt(
        CiphertextBlob=blob, SourceEncryptionContext={"a": "1"}, DestinationKeyId=other["KeyId"], DestinationEncryptionContext={"b": "2"}
    )
    assert (moved["SourceKeyId"], moved["KeyId"]) == (key["Arn"], other["Arn"])
    assert (moved["SourceKeyMaterialId"], moved["DestinationKeyMaterialId"]) == (key["CurrentKeyMaterialId"], other["CurrentKeyMaterialId"])
    opened = kms.decrypt(CiphertextBlob=moved["CiphertextBlob"], EncryptionContext={"b": "2"})
    assert (opened["Plaintext"], opened["KeyId"]) == (b"secret", other["Arn"])
    with refused("InvalidCiphertextException"):
        kms.re_encrypt(CiphertextBlob=blob, DestinationKeyId=other["KeyId"])
    with refused("IncorrectKeyException"):
        kms.re_encrypt(
            CiphertextBlob=blob, SourceEncryptionContext={"a": "1"}, SourceKeyId=other["KeyId"], DestinationKeyId=other["KeyId"]
        )


def test_dry_runs(server, kms, key):
    blob = kms.encrypt(KeyId=key["KeyId"], Plaintext=b"x")["CiphertextBlob"]
    calls = [
        lambda: kms.encrypt(KeyId=key["KeyId"], Plaintext=b"x", DryRun=True),
        lambda: kms.decrypt(CiphertextBlob=blob, DryRun=True),
        lambda: kms.re_encrypt(CiphertextBlob=blob, DestinationKeyId=key["KeyId"], DryRun=True),
        lambda: kms.generate_data_key(KeyId=key["KeyId"], KeySpec="AES_256", DryRun=True),
        lambda: kms.generate_data_key_without_plaintext(KeyId=key["KeyId"], KeySpec="AES_256", DryRun=True),
        lambda: kms.generate_data_key_pair(KeyId=key["KeyId"], KeyPairSpec="ECC_NIST_P256", DryRun=True),
        lambda: kms.create_grant(KeyId=key["KeyId"], GranteePrincipal="arn:aws:iam::123456789012:user/a", Operations=["Decrypt"], DryRun=True),
    ]
    for call in calls:
        with refused("DryRunOperationException", status=400):
            call()
    assert kms.list_grants(KeyId=key["KeyId"])["Grants"] == []
    with refused("NotFoundException"):
        kms.encrypt(KeyId="alias/nowhere", Plaintext=b"x", DryRun=True)
    # What the call finds out at its very end its dry run finds out too.
    with refused("InvalidCiphertextException"):
        kms.decrypt(CiphertextBlob=blob, EncryptionContext={"a": "b"}, DryRun=True)
    signer = make_key(server, KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")
    with refused("KMSInvalidSignatureException"):
        kms.verify(KeyId=signer["KeyId"], Message=b"x", Signature=b"x", SigningAlgorithm="ECDSA_SHA_256", DryRun=True)
    # An action that has no dry run in KMS has none here.
    answer = kms_request("DescribeKey", {"KeyId": key["KeyId"], "DryRun": True}).signed(server, "kms").send(server)
    assert (answer.status, answer.code) == (400, "ValidationException")


# Data keys and random bytes ------------------------------------------------------------------------------------------


def test_data_keys(kms, key):
    context = {"aws:ebs:id": "snap-1"}
    for parameters, size in (({"KeySpec": "AES_256"}, 32), ({"KeySpec": "AES_128"}, 16), ({"NumberOfBytes": 1024}, 1024)):
        both = kms.generate_data_key(KeyId=key["KeyId"], EncryptionContext=context, **parameters)
        assert len(both["Plaintext"]) == size and both["KeyId"] == key["Arn"] and both["KeyMaterialId"] == key["CurrentKeyMaterialId"]
        assert kms.decrypt(CiphertextBlob=both["CiphertextBlob"], EncryptionContext=context)["Plaintext"] == both["Plaintext"]
        wrapped = kms.generate_data_key_without_plaintext(KeyId=key["KeyId"], EncryptionContext=context, **parameters)
        assert "Plaintext" not in wrapped
        assert len(kms.decrypt(CiphertextBlob=wrapped["CiphertextBlob"], EncryptionContext=context)["Plaintext"]) == size
    for parameters in ({}, {"KeySpec": "AES_256", "NumberOfBytes": 32}):
        with refused("ValidationException", "^Please specify either number of bytes or key spec.$"):
            kms.generate_data_key(KeyId=key["KeyId"], **parameters)
    with refused("ValidationException"):
        kms.generate_data_key(KeyId=key["KeyId"], NumberOfBytes=1025)


def test_enclaves_get_nothing_in_the_open(kms, key):
    recipient = {"KeyEncryptionAlgorithm": "RSAES_OAEP_SHA_256", "AttestationDocument": b"x"}
    blob = kms.encrypt(KeyId=key["KeyId"], Plaintext=b"x")["CiphertextBlob"]
    for call in (
        lambda: kms.decrypt(CiphertextBlob=blob, Recipient=recipient),
        lambda: kms.generate_data_key(KeyId=key["KeyId"], KeySpec="AES_256", Recipient=recipient),
        lambda: kms.generate_data_key_pair(KeyId=key["KeyId"], KeyPairSpec="ECC_NIST_P256", Recipient=recipient),
        lambda: kms.generate_random(NumberOfBytes=1, Recipient=recipient),
        lambda: kms.derive_shared_secret(KeyId=key["KeyId"], KeyAgreementAlgorithm="ECDH", PublicKey=b"x", Recipient=recipient),
    ):
        with refused("UnsupportedOperationException"):
            call()


def test_random_bytes(server, kms):
    for size in (1, 32, 1024):
        assert len(kms.generate_random(NumberOfBytes=size)["Plaintext"]) == size
    assert len({kms.generate_random(NumberOfBytes=16)["Plaintext"] for _ in range(20)}) == 20
    for size in (0, 1025):
        with refused("ValidationException"):
            server.kms(validate=False).generate_random(NumberOfBytes=size)


# Codes and signatures ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("bits", [256, 384, 512])
def test_macs(server, kms, bits):
    key = make_key(server, KeySpec=f"HMAC_{bits}", KeyUsage="GENERATE_VERIFY_MAC")
    assert key["MacAlgorithms"] == [f"HMAC_SHA_{bits}"]
    parameters = {"KeyId": key["KeyId"], "Message": b"message", "MacAlgorithm": f"HMAC_SHA_{bits}"}
    made = kms.generate_mac(**parameters)
    assert (len(made["Mac"]), made["KeyId"]) == (bits // 8, key["Arn"])
    assert kms.generate_mac(**parameters)["Mac"] == made["Mac"]
    # It is made with a key that nobody but the server has.
    assert made["Mac"] != hmac.new(b"", b"message", f"sha{bits}").digest()
    assert kms.verify_mac(**parameters, Mac=made["Mac"])["MacValid"] is True
    for wrong in ({"Mac": made["Mac"][:-1]}, {"Mac": bytes(bits // 8)}, {"Mac": made["Mac"], "Message": b"massage"}):
        with refused("KMSInvalidMacException", "^$"):
            kms.verify_mac(**{**parameters, **wrong})
    other = "HMAC_SHA_512" if bits == 256 else "HMAC_SHA_256"
    with refused("InvalidKeyUsageException"):
        kms.generate_mac(**{**parameters, "MacAlgorithm": other})
    with refused("UnsupportedOperationException"):
        kms.get_public_key(KeyId=key["KeyId"])


SIGNERS = {
    "RSA_2048": [f"RSASSA_{padding}_SHA_{bits}" for padding in ("PKCS1_V1_5", "PSS") for bits in (256, 384, 512)],
    "RSA_3072": ["RSASSA_PKCS1_V1_5_SHA_384", "RSASSA_PSS_SHA_384"],
    "RSA_4096": ["RSASSA_PKCS1_V1_5_SHA_512", "RSASSA_PSS_SHA_512"],
    "ECC_NIST_P256": ["ECDSA_SHA_256"],
    "ECC_NIST_P384": ["ECDSA_SHA_384"],
    "ECC_NIST_P521": ["ECDSA_SHA_512"],
    "ECC_NIST_EDWARDS25519": ["ED25519_SHA_512"],
    "ML_DSA_65": ["ML_DSA_SHAKE_256"],
    "ML_DSA_87": ["ML_DSA_SHAKE_256"],
}
# What the openssl that is installed knows.
OPENSSL_KNOWS = {"RSA_2048", "RSA_3072", "RSA_4096", "ECC_NIST_P256", "ECC_NIST_P384", "ECC_NIST_P521"}


@pytest.mark.parametrize("spec", SIGNERS)
def test_signatures(server, kms, spec, tmp_path):
    key = make_key(server, KeySpec=spec, KeyUsage="SIGN_VERIFY")
    assert set(SIGNERS[spec]) <= set(key["SigningAlgorithms"]) and "EncryptionAlgorithms" not in key and "CurrentKeyMaterialId" not in key
    public = kms.get_public_key(KeyId=key["KeyId"])
    assert (public["KeySpec"], public["KeyUsage"], public["SigningAlgorithms"]) == (spec, "SIGN_VERIFY", key["SigningAlgorithms"])
    for algorithm in SIGNERS[spec]:
        parameters = {"KeyId": key["KeyId"], "Message": b"a message", "SigningAlgorithm": algorithm}
        signature = kms.sign(**parameters)["Signature"]
        assert kms.verify(**parameters, Signature=signature)["SignatureValid"] is True
        for wrong in ({"Message": b"another"}, {"Signature": signature[:-1] + bytes([signature[-1] ^ 1])}, {"Signature": b"x"}):
            with refused("KMSInvalidSignatureException", "^$"):
                kms.verify(**{**parameters, "Signature": signature, **wrong})
        if shutil.which("openssl") and spec in OPENSSL_KNOWS:
            assert openssl_verifies(tmp_path, public["PublicKey"], b"a message", signature, algorithm)
    with refused("InvalidKeyUsageException"):
        kms.encrypt(KeyId=key["KeyId"], Plaintext=b"x")
    with refused("InvalidKeyUsageException"):
        kms.sign(KeyId=key["KeyId"], Message=b"x", SigningAlgorithm="ECDSA_SHA_256" if spec != "ECC_NIST_P256" else "ECDSA_SHA_384")


def openssl_verifies(folder, der: bytes, message: bytes, signature: bytes, algorithm: str) -> bool:
    for name, content in (("public", der), ("message", message), ("signature", signature)):
        (folder / name).write_bytes(content)
    digest = "sha" + algorithm.rpartition("_")[2]
    command = ["openssl", "dgst", f"-{digest}", "-verify", "public", "-keyform", "DER", "-signature", "signature"]
    if "PSS" in algorithm:
        command += ["-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:digest"]
    return b"Verified OK" in subprocess.run([*command, "message"], cwd=folder, capture_output=True, timeout=HANG).stdout


@pytest.mark.parametrize(
    ("spec", "algorithm"),
    [("ECC_NIST_P256", "ECDSA_SHA_256"), ("ECC_NIST_P384", "ECDSA_SHA_384"), ("ECC_NIST_P521", "ECDSA_SHA_512")]
    + [("RSA_2048", f"RSASSA_{padding}_SHA_{bits}") for padding in ("PKCS1_V1_5", "PSS") for bits in (256, 384, 512)],
)
def test_digests_are_signed(server, kms, tmp_path, spec, algorithm):
    """Code is signed by its digest (MessageType DIGEST): the signature is the message's."""
    key = make_key(server, KeySpec=spec, KeyUsage="SIGN_VERIFY")
    document = b"a long document" * 1000
    digest = hashlib.new(f"sha{algorithm.rpartition('_')[2]}", document).digest()
    checked = {"KeyId": key["KeyId"], "SigningAlgorithm": algorithm}
    signature = kms.sign(**checked, Message=digest, MessageType="DIGEST")["Signature"]
    assert kms.verify(**checked, Signature=signature, Message=digest, MessageType="DIGEST")["SignatureValid"]
    raw = kms.sign(**checked, Message=document[:4096])["Signature"]
    short = hashlib.new(f"sha{algorithm.rpartition('_')[2]}", document[:4096]).digest()
    assert kms.verify(**checked, Signature=raw, Message=short, MessageType="DIGEST")["SignatureValid"]
    with refused("KMSInvalidSignatureException", "^$"):
        kms.verify(**checked, Signature=raw, Message=digest, MessageType="DIGEST")
    # The digest of a digest is another.
    with refused("KMSInvalidSignatureException"):
        kms.verify(**checked, Signature=signature, Message=digest)
    if shutil.which("openssl"):
        public = kms.get_public_key(KeyId=key["KeyId"])["PublicKey"]
        assert openssl_verifies(tmp_path, public, document, signature, algorithm)
    for wrong in (digest[:-1], digest + b"x", b"x"):
        with refused("ValidationException", "^Digest is invalid length for algorithm"):
            kms.sign(**checked, Message=wrong, MessageType="DIGEST")


@pytest.mark.parametrize("spec", ["ECC_NIST_EDWARDS25519", "ML_DSA_65"])
def test_what_signs_messages_alone(server, kms, spec):
    key = make_key(server, KeySpec=spec, KeyUsage="SIGN_VERIFY")
    [algorithm] = SIGNERS[spec]
    with refused("ValidationException", "MessageType DIGEST"):
        kms.sign(KeyId=key["KeyId"], Message=bytes(64), MessageType="DIGEST", SigningAlgorithm=algorithm)
    for other in ({"MessageType": "EXTERNAL_MU"}, {"SigningAlgorithm": "ED25519_PH_SHA_512"}, {"SigningAlgorithm": "SM2DSA"}):
        with refused("UnsupportedOperationException", "is not supported by this version of Ferry"):
            kms.sign(**{"KeyId": key["KeyId"], "Message": bytes(64), "SigningAlgorithm": algorithm, **other})


@pytest.mark.parametrize(("spec", "size", "identifier"), [("ML_DSA_65", 1952, 18), ("ML_DSA_87", 2592, 19)])
def test_public_keys_of_ml_dsa(server, kms, spec, size, identifier):
    """SubjectPublicKeyInfo as RFC 9881 has it: the algorithm's identifier without parameters, and the key as it is."""
    key = make_key(server, KeySpec=spec, KeyUsage="SIGN_VERIFY")
    der = kms.get_public_key(KeyId=key["KeyId"])["PublicKey"]
    head = bytes.fromhex(f"3082{size + 18:04x}300b06096086480165030403{identifier:02x}0382{size + 1:04x}00")
    assert der[: len(head)] == head and len(der) == len(head) + size


CURVES = {"ECC_NIST_P256": ("P-256", 32), "ECC_NIST_P384": ("P-384", 48), "ECC_NIST_P521": ("P-521", 66)}


@openssl
@pytest.mark.parametrize("spec", CURVES)
def test_two_sides_derive_one_secret(server, kms, tmp_path, spec):
    curve, size = CURVES[spec]
    key = make_key(server, KeySpec=spec, KeyUsage="KEY_AGREEMENT")
    assert key["KeyAgreementAlgorithms"] == ["ECDH"] and "SigningAlgorithms" not in key

    def run(*command, input=None):
        return subprocess.run(["openssl", *command], input=input, cwd=tmp_path, capture_output=True, timeout=HANG, check=True).stdout

    run("genpkey", "-algorithm", "EC", "-pkeyopt", f"ec_paramgen_curve:{curve}", "-out", "own.pem")
    own = run("pkey", "-in", "own.pem", "-pubout", "-outform", "DER")
    answer = kms.derive_shared_secret(KeyId=key["KeyId"], KeyAgreementAlgorithm="ECDH", PublicKey=own)
    assert (answer["KeyId"], answer["KeyAgreementAlgorithm"], answer["KeyOrigin"]) == (key["Arn"], "ECDH", "AWS_KMS")
    public = kms.get_public_key(KeyId=key["KeyId"])
    assert public["KeyAgreementAlgorithms"] == ["ECDH"]
    (tmp_path / "theirs.pem").write_bytes(run("pkey", "-pubin", "-inform", "DER", input=public["PublicKey"]))
    assert run("pkeyutl", "-derive", "-inkey", "own.pem", "-peerkey", "theirs.pem") == answer["SharedSecret"]
    assert len(answer["SharedSecret"]) == size
    with refused("DryRunOperationException"):
        kms.derive_shared_secret(KeyId=key["KeyId"], KeyAgreementAlgorithm="ECDH", PublicKey=own, DryRun=True)
    for wrong in (own[:-1], b"x", own[:-1] + bytes([own[-1] ^ 1])):
        with refused("ValidationException", "^PublicKey is no public key"):
            kms.derive_shared_secret(KeyId=key["KeyId"], KeyAgreementAlgorithm="ECDH", PublicKey=wrong)
    with refused("InvalidKeyUsageException"):
        kms.sign(KeyId=key["KeyId"], Message=b"x", SigningAlgorithm="ECDSA_SHA_256")
    signer = make_key(server, KeySpec=spec, KeyUsage="SIGN_VERIFY")
    with refused("InvalidKeyUsageException"):
        kms.derive_shared_secret(KeyId=signer["KeyId"], KeyAgreementAlgorithm="ECDH", PublicKey=own)


@openssl
@pytest.mark.parametrize(("algorithm", "digest", "longest"), [("RSAES_OAEP_SHA_1", "sha1", 214), ("RSAES_OAEP_SHA_256", "sha256", 190)])
def test_rsa_encryption(server, kms, tmp_path, algorithm, digest, longest):
    key = make_key(server, KeySpec="RSA_2048", KeyUsage="ENCRYPT_DECRYPT")
    sealed = kms.encrypt(KeyId=key["KeyId"], Plaintext=b"x" * longest, EncryptionAlgorithm=algorithm)["CiphertextBlob"]
    parameters = {"KeyId": key["KeyId"], "EncryptionAlgorithm": algorithm}
    assert kms.decrypt(CiphertextBlob=sealed, **parameters)["Plaintext"] == b"x" * longest
    with refused("ValidationException"):
        kms.encrypt(Plaintext=b"x" * (longest + 1), **parameters)
    with refused("ValidationException"):
        kms.encrypt(Plaintext=b"x", EncryptionContext={"a": "b"}, **parameters)
    with refused("InvalidCiphertextException"):
        kms.decrypt(CiphertextBlob=sealed[:-1] + bytes([sealed[-1] ^ 1]), **parameters)
    with refused("ValidationException"):
        kms.decrypt(CiphertextBlob=sealed, EncryptionAlgorithm=algorithm)
    # What somebody else encrypts with the public key opens here.
    (tmp_path / "public").write_bytes(kms.get_public_key(KeyId=key["KeyId"])["PublicKey"])
    command = ["openssl", "pkeyutl", "-encrypt", "-pubin", "-keyform", "DER", "-inkey", "public", "-pkeyopt", "rsa_padding_mode:oaep"]
    command += ["-pkeyopt", f"rsa_oaep_md:{digest}"]
    outside = subprocess.run(command, input=b"from outside", cwd=tmp_path, capture_output=True, timeout=HANG, check=True).stdout
    assert kms.decrypt(CiphertextBlob=outside, **parameters)["Plaintext"] == b"from outside"


@pytest.mark.parametrize("spec", ["RSA_2048", "RSA_3072", "ECC_NIST_P256", "ECC_NIST_P384", "ECC_NIST_P521", "ECC_NIST_EDWARDS25519"])
def test_data_key_pairs(kms, key, spec, tmp_path):
    pair = kms.generate_data_key_pair(KeyId=key["KeyId"], KeyPairSpec=spec, EncryptionContext={"a": "b"})
    assert (pair["KeyId"], pair["KeyPairSpec"]) == (key["Arn"], spec)
    opened = kms.decrypt(CiphertextBlob=pair["PrivateKeyCiphertextBlob"], EncryptionContext={"a": "b"})
    assert opened["Plaintext"] == pair["PrivateKeyPlaintext"]
    if shutil.which("openssl"):
        command = ["openssl", "pkey", "-inform", "DER", "-pubout", "-outform", "DER"]
        derived = subprocess.run(command, input=pair["PrivateKeyPlaintext"], capture_output=True, timeout=HANG, check=True).stdout
        assert derived == pair["PublicKey"]
    hidden = kms.generate_data_key_pair_without_plaintext(KeyId=key["KeyId"], KeyPairSpec=spec)
    assert "PrivateKeyPlaintext" not in hidden and hidden["PublicKey"] != pair["PublicKey"]
    assert kms.decrypt(CiphertextBlob=hidden["PrivateKeyCiphertextBlob"])["Plaintext"]


def test_pairs_that_are_not_made(server, kms, key):
    with refused("UnsupportedOperationException"):
        kms.generate_data_key_pair(KeyId=key["KeyId"], KeyPairSpec="ECC_SECG_P256K1")
    with refused("ValidationException"):
        server.kms(validate=False).generate_data_key_pair(KeyId=key["KeyId"], KeyPairSpec="SYMMETRIC_DEFAULT")


# The wire ------------------------------------------------------------------------------------------------------------


def test_the_dialect(server, key):
    answer = kms_request("DescribeKey", {"KeyId": key["KeyId"]}).signed(server, "kms").send(server)
    assert (answer.status, answer.headers["content-type"]) == (200, "application/x-amz-json-1.1")
    assert answer.headers["x-amzn-requestid"]
    assert isinstance(answer.json["KeyMetadata"]["CreationDate"], float)
    failed = kms_request("DescribeKey", {"KeyId": "none"}).signed(server, "kms").send(server)
    assert (failed.status, failed.headers["content-type"]) == (400, "application/x-amz-json-1.1")
    assert set(failed.json) == {"__type", "message"} and failed.json["__type"] == "NotFoundException"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "ValidationException"), (b"{", "SerializationException"), (b"[]", "SerializationException"), (b"\xff", "SerializationException"),
        (b'{"KeyId": 7}', "SerializationException"), (b'{"KeyId": "none", "Extra": {"a": [1]}}', "ValidationException"),
        (b'{"KeyId": "' + b"k" * 3000 + b'"}', "ValidationException"), (b'{"KeyId": "x"}' + b" " * (1 << 18), "SerializationException"),
    ],
)
def test_bodies_that_are_no_requests(server, body, code):
    answer = kms_request("DescribeKey", body).signed(server, "kms").send(server)
    assert (answer.status, answer.code) == (400, code), str(answer)


def test_who_does_not_get_in(server, key):
    unknown = kms_request("NoSuchAction", {}).signed(server, "kms").send(server)
    assert (unknown.status, unknown.code) == (400, "UnknownOperationException")
    unsigned = kms_request("ListKeys", {}).send(server)
    assert (unsigned.status, unsigned.code) == (400, "MissingAuthenticationTokenException")
    changed = kms_request("DescribeKey", {"KeyId": key["KeyId"]}).signed(server, "kms")
    changed.body = changed.body.replace(b"KeyId", b"Keyid")
    refusal = changed.send(server)
    assert (refusal.status, refusal.code) == (400, "InvalidSignatureException")
    elsewhere = kms_request("ListKeys", {}).signed(server, "kms", "mars-north-1").send(server)
    assert (elsewhere.status, elsewhere.code) == (400, "InvalidSignatureException")


def test_a_mistyped_secret_is_not_shown(server, key):
    """Neither in the answer nor in the log."""
    secret = "c2VjcmV0IHRoYXQgaXMgbm90IGJhc2U2NA!"
    for plain in (secret, [secret], {"a": secret}):
        answer = kms_request("Encrypt", {"KeyId": key["KeyId"], "Plaintext": plain}).signed(server, "kms").send(server)
        assert (answer.status, answer.code) == (400, "SerializationException")
        assert secret[:12].encode() not in answer.body
    assert secret[:12] not in server.log_text()


def test_noise_is_refused_and_nothing_breaks(server, key, seed):
    """Mutated requests of every action: each gets a 4xx in KMS's form, or is still right; never a 5xx."""
    chance = random.Random(seed)
    requests = {
        "Decrypt": {"CiphertextBlob": "AQAB", "EncryptionContext": {"a": "b"}}, "Encrypt": {"KeyId": key["KeyId"], "Plaintext": "AAAA"},
        "CreateGrant": {"KeyId": key["KeyId"], "GranteePrincipal": "arn:aws:iam::1:user/a", "Operations": ["Decrypt"], "Constraints": {}},
        "PutKeyPolicy": {"KeyId": key["KeyId"], "Policy": '{"Statement": []}'}, "ListKeys": {"Limit": 10, "Marker": "abcd"},
        "TagResource": {"KeyId": key["KeyId"], "Tags": [{"TagKey": "k", "TagValue": "v"}]}, "CreateAlias": {"AliasName": "alias/x", "TargetKeyId": "y"},
        "Verify": {"KeyId": key["KeyId"], "Message": "AAAA", "Signature": "AAAA", "SigningAlgorithm": "ECDSA_SHA_256"},
        "RetireGrant": {"GrantToken": "AAAA"}, "EnableKeyRotation": {"KeyId": key["KeyId"], "RotationPeriodInDays": 100},
    }
    for _ in range(300):
        action = chance.choice(list(requests))
        body = bytearray(json.dumps(requests[action]).encode())
        for _ in range(chance.randrange(1, 4)):
            place = chance.randrange(len(body))
            match chance.randrange(4):
                case 0: body[place] = chance.randrange(256)
                case 1: del body[place : place + chance.randrange(1, 6)]
                case 2: body[place:place] = chance.choice([b"null", b'"', b"[", b"{}", b"1e999", b"\\ud800", b"\x00", b"-1"])
                case 3: body[place:place] = body[: chance.randrange(1, 8)]
            if not body:
                break
        answer = kms_request(action, bytes(body)).signed(server, "kms").send(server)
        assert answer.status < 500, f"{action} {bytes(body)!r}: {answer}"
        assert answer.status == 200 or answer.code, str(answer)
    assert server.kms(HOME).describe_key(KeyId=key["KeyId"])["KeyMetadata"]["KeyId"] == key["KeyId"]
