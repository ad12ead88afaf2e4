"""IAM's signing certificates, and what they decide: of which bundles an account's images can be made."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import botocore.session
import bundles
import images
import pytest
from ferry_server import AWAY, HOME, FerryServer
from patience import HANG
from refusals import dry_run, refused
from signed_request import FORM, IAM_VERSION, Request, form


@pytest.fixture
def iam(fresh_server):
    return fresh_server.client("iam")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("certificates")


@pytest.fixture(scope="module")
def user(folder):
    return bundles.identity(folder, "user")


@pytest.fixture(scope="module")
def stranger(folder):
    return bundles.identity(folder, "stranger")


def upload(iam, certificate):
    return iam.upload_signing_certificate(CertificateBody=certificate.read_text())["Certificate"]


def listed(iam):
    return iam.list_signing_certificates()["Certificates"]


# The certificates ----------------------------------------------------------------------------------------------------


def test_certificates_come_and_go(fresh_server, iam, user, stranger):
    assert listed(iam) == []
    first = upload(iam, user)
    assert first["Status"] == "Active" and first["CertificateBody"] == user.read_text()
    assert first["UserName"] and first["UploadDate"] and first["CertificateId"].isalnum()
    second = upload(iam, stranger)
    assert listed(iam) == [first, second]
    # The name that listings give is one that may be given back.
    iam.update_signing_certificate(CertificateId=first["CertificateId"], Status="Inactive", UserName=first["UserName"])
    assert listed(iam) == [{**first, "Status": "Inactive"}, second]
    iam.delete_signing_certificate(CertificateId=second["CertificateId"])
    fresh_server.kill()
    fresh_server.start()
    assert listed(fresh_server.client("iam")) == [{**first, "Status": "Inactive"}]


def test_the_aws_command_line(fresh_server, user):
    def aws(*arguments):
        command = [sys.executable, "-m", "awscli", "iam", *arguments, "--output", "text"]
        done = subprocess.run(command, env=fresh_server.shell_environment(), capture_output=True, text=True, timeout=HANG)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    identifier = aws("upload-signing-certificate", "--certificate-body", f"file://{user}", "--query", "Certificate.CertificateId")
    aws("update-signing-certificate", "--certificate-id", identifier, "--status", "Inactive")
    assert aws("list-signing-certificates", "--query", "Certificates[].[CertificateId,Status]") == f"{identifier}\tInactive"
    aws("delete-signing-certificate", "--certificate-id", identifier)
    assert aws("list-signing-certificates", "--query", "Certificates") == ""


def test_what_is_refused_changes_nothing(iam, user, stranger, folder):
    first = upload(iam, user)
    with refused("DuplicateCertificate", first["CertificateId"], status=409):
        upload(iam, user)
    for body in ("text", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----", user.with_suffix(".key").read_text()):
        with refused("MalformedCertificate"):
            iam.upload_signing_certificate(CertificateBody=body)
    with refused("MalformedCertificate", "private key"):
        iam.upload_signing_certificate(CertificateBody=stranger.with_suffix(".key").read_text() + stranger.read_text())
    with refused("ValidationError"):
        iam.upload_signing_certificate(CertificateBody="\x01" + stranger.read_text())
    second = upload(iam, stranger)
    with refused("LimitExceeded", "2", status=409):
        upload(iam, bundles.identity(folder, "third"))
    for call, options in (
        (iam.update_signing_certificate, {"CertificateId": "A" * 32, "Status": "Inactive"}),
        (iam.delete_signing_certificate, {"CertificateId": "A" * 32}),
        (iam.delete_signing_certificate, {"CertificateId": first["CertificateId"], "UserName": "nobody"}),
        (iam.list_signing_certificates, {"UserName": "nobody"}),
    ):
        with refused("NoSuchEntity", status=404):
            call(**options)
    with refused("ValidationError"):
        iam.update_signing_certificate(CertificateId=first["CertificateId"], Status="Expired")
    with refused("InvalidInput"):
        iam.list_signing_certificates(Marker="x")
    assert listed(iam) == [first, second]


def test_what_is_not_there_says_so(fresh_server):
    """Calls that the client library would not send."""
    model = botocore.session.get_session().get_service_model("iam")

    def ask(action, **parameters):
        body = form({"Action": action, "Version": IAM_VERSION, **parameters})
        return Request(headers={"Content-Type": FORM}, body=body).signed(fresh_server, "iam").send(fresh_server)

    codes = {name: ask(name).code for name in model.operation_names}
    present = {name for name, code in codes.items() if code != "InvalidAction"}
    assert present >= {f"{verb}SigningCertificate{'s' * (verb == 'List')}" for verb in ("Delete", "List", "Update", "Upload")}
    assert ask("UploadSigningCertificate", CertificateBody="x" * 16_385).code == "ValidationError"
    assert ask("UploadSigningCertificate").code == "ValidationError"
    assert ask("ListSigningCertificates", MaxItems="1001").code == "ValidationError"
    assert ask("ListSigningCertificates", Path="/").code == "UnknownParameter"
    assert ask("ListSigningCertificates", MaxItems="1").status == 200


# What they decide ----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    """A server whose account has the user's certificate."""
    running = FerryServer(tmp_path_factory.mktemp("signed") / "data").start()
    yield running
    running.stop()


@pytest.fixture(scope="module")
def disk(folder, seed):
    return bundles.disk(folder / "disk", seed)


@pytest.fixture(scope="module")
def bundle(shared, folder, user, disk):
    return bundles.make(disk, user, bundles.certificate(shared, folder), folder / "good")


@pytest.fixture(scope="module")
def strange(shared, folder, stranger, disk):
    return bundles.make(disk, stranger, bundles.certificate(shared, folder), folder / "strange")


@pytest.fixture
def certified(shared, user):
    iam = shared.client("iam")
    identifier = upload(iam, user)["CertificateId"]
    yield identifier
    iam.delete_signing_certificate(CertificateId=identifier)


def test_a_bad_signature_is_refused(shared, bundle, strange, certified):
    before = len(shared.ec2().describe_images(Owners=["self"])["Images"])
    signature = bundles.element("signature", bundle.manifest)
    flipped = signature.replace(signature[-20:-12], f"{int(signature[-20:-12], 16) ^ 1:08x}")
    wrong = {
        "of somebody else": strange,
        "changed behind it": bundle.having("<architecture>x86_64<", "<architecture>i386<"),
        "one bit": bundle.having(signature, flipped),
        "another's": bundle.having(signature, bundles.element("signature", strange.manifest)),
    }
    for what, bad in wrong.items():
        location = bad.upload(shared)
        for options in ({}, {"DryRun": True}):
            with refused("InvalidManifest", "signature of the manifest is of none of the 1 active signing certificates"):
                bundles.register(shared, location, **options)
                pytest.fail(what)
    with refused("InvalidManifest", "is not 128 or more bytes"):
        bundles.register(shared, bundle.having(signature, "<signature>00</signature>").upload(shared))
    assert len(shared.ec2().describe_images(Owners=["self"])["Images"]) == before
    location = bundle.upload(shared)
    with dry_run():
        bundles.register(shared, location, DryRun=True)
    images.wait_available(shared, HOME, bundles.register(shared, location))


def test_only_active_certificates_count(shared, strange, stranger, certified):
    iam = shared.client("iam")
    location = strange.upload(shared)
    iam.update_signing_certificate(CertificateId=certified, Status="Inactive")
    images.wait_available(shared, HOME, bundles.register(shared, location))
    iam.update_signing_certificate(CertificateId=certified, Status="Active")
    with refused("InvalidManifest", "signature"):
        bundles.register(shared, location)
    second = upload(iam, stranger)["CertificateId"]
    images.wait_available(shared, HOME, bundles.register(shared, location))
    iam.delete_signing_certificate(CertificateId=second)


def test_what_the_certificates_do_not_vouch_for_is_not_copied(shared, strange, user):
    """Else the Region would sign, for ever, what the account itself would no longer take."""
    location = strange.upload(shared)
    image = bundles.register(shared, location)
    images.wait_available(shared, HOME, image)
    identifier = upload(shared.client("iam"), user)["CertificateId"]
    for region in (HOME, AWAY):
        with refused("InvalidRequest", "signature"):
            shared.ec2(region).copy_image(SourceImageId=image, SourceRegion=HOME, Name=images.unused_name("signed"))
    shared.client("iam").delete_signing_certificate(CertificateId=identifier)
    copy = shared.ec2(AWAY).copy_image(SourceImageId=image, SourceRegion=HOME, Name=images.unused_name("signed"))["ImageId"]
    images.wait_available(shared, AWAY, copy)


def test_a_copy_is_signed_by_its_region(shared, bundle, user, certified):
    """Nobody but the user has the user's key, so the Region signs what it has verified; and takes it from nobody but the account."""
    source = bundles.register(shared, bundle.upload(shared))
    images.wait_available(shared, HOME, source)
    copy = shared.ec2(AWAY).copy_image(SourceImageId=source, SourceRegion=HOME, Name=images.unused_name("signed"))["ImageId"]
    location = images.wait_available(shared, AWAY, copy)["ImageLocation"]
    bucket, key = location.split("/", 1)
    s3 = shared.client("s3", AWAY)
    manifest = s3.get_object(Bucket=bucket, Key=key)["Body"].read().decode()
    assert f"<user>{shared.account}</user>" in manifest
    shared.ec2(AWAY).deregister_image(ImageId=copy)
    images.wait_available(shared, AWAY, bundles.register(shared, location, region=AWAY))
    s3.put_object(Bucket=bucket, Key=key, Body=manifest.replace(f"<user>{shared.account}<", "<user>000000000000<").encode())
    with refused("InvalidManifest", "signature"):
        bundles.register(shared, location, region=AWAY)


def test_memory_does_not_grow_with_requests(fresh_server, user, folder, disk):
    """A mebibyte of manifest that becomes a tree of many; `stop_well` holds the server to its limit."""
    made = bundles.make(disk, user, bundles.certificate(fresh_server, folder), folder / "large")
    elements = "<x/>" * 12_000
    large = made.having("</manifest>", elements + "<!--" + " " * ((1 << 20) - len(made.manifest) - len(elements) - 100) + "--></manifest>")
    location = large.upload(fresh_server)
    attributed = made.having("</manifest>", '<x a="" b="" c="" d="" e="" f=""/>' * 2_000 + "</manifest>")
    with refused("InvalidManifest", "more than 10000 attributes"):
        bundles.register(fresh_server, attributed.upload(fresh_server))

    ec2 = fresh_server.ec2()

    def ask(_):
        with dry_run():
            ec2.register_image(Name="large", ImageLocation=location, VirtualizationType="hvm", DryRun=True)

    with ThreadPoolExecutor(32) as pool:
        list(pool.map(ask, range(144)))
    assert fresh_server.memory().peak < 200 << 20
