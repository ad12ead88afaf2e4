"""AssumeRoleWithWebIdentity: boto3 as a CI system's job has it, with a token in a file and no keys. Whose tokens are refused is tried in
`WebIdentityTests`."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import accounts
import boto3
import botocore
import pytest
from botocore.config import Config
from ferry_server import HOME, FerryServer
from patience import HANG
from refusals import refused

URL = "https://ci.example.org/runners"
PROVIDER = URL.removeprefix("https://")


def base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


@dataclass
class Issuer:
    """An identity provider whose key is made by openssl."""

    key: Path

    @classmethod
    def made(cls, folder: Path) -> Issuer:
        key = folder / "issuer.pem"
        subprocess.run(["openssl", "genrsa", "-out", str(key), "2048"], check=True, capture_output=True, timeout=HANG)
        return cls(key)

    def publish(self, file: Path) -> None:
        """The file that `--oidc-keys` takes."""
        told = subprocess.run(
            ["openssl", "rsa", "-in", str(self.key), "-noout", "-modulus"], check=True, capture_output=True, text=True, timeout=HANG
        ).stdout
        modulus = bytes.fromhex(told.strip().removeprefix("Modulus="))
        key = {"kty": "RSA", "use": "sig", "alg": "RS256", "kid": "runners", "n": base64url(modulus), "e": "AQAB"}
        new = file.with_suffix(".new")
        new.write_text(json.dumps({"issuer": URL, "keys": [key]}))
        new.replace(file)

    def token(self, **claims: object) -> str:
        now = int(time.time())
        said = {"iss": URL, "sub": "job:app", "aud": "ferry", "iat": now, "exp": now + 600, **claims}
        header = {"alg": "RS256", "typ": "JWT", "kid": "runners"}
        signed = ".".join(base64url(json.dumps(part).encode()) for part in (header, said))
        result = subprocess.run(
            ["openssl", "dgst", "-sha256", "-sign", str(self.key)], input=signed.encode(), check=True, capture_output=True, timeout=HANG
        )
        return f"{signed}.{base64url(result.stdout)}"


@dataclass
class CI:
    server: FerryServer
    issuer: Issuer
    keys: Path
    member: FerryServer
    """The account that takes the tokens."""

    @property
    def role(self) -> str:
        return f"arn:aws:iam::{self.member.account}:role/ci"

    def assume(self, token: str, **more: object) -> dict:
        # botocore would call again where the keys could not be had.
        config = Config(signature_version=botocore.UNSIGNED, retries={"total_max_attempts": 1})
        sts = boto3.client("sts", endpoint_url=self.server.endpoint, region_name=HOME, config=config)
        request = {"RoleArn": self.role, "RoleSessionName": "build-7", "WebIdentityToken": token, **more}
        return sts.assume_role_with_web_identity(**request)


@pytest.fixture(scope="module")
def ci(tmp_path_factory) -> Iterator[CI]:
    folder = tmp_path_factory.mktemp("oidc")
    issuer = Issuer.made(tmp_path_factory.mktemp("issuer"))
    issuer.publish(folder / "runners.json")
    server = FerryServer(tmp_path_factory.mktemp("ci") / "data", arguments=("--oidc-keys", str(folder))).start()
    yield prepared(server, issuer, folder)
    server.stop()


def prepared(server: FerryServer, issuer: Issuer, folder: Path) -> CI:
    member = accounts.seen_by(server, accounts.created(server, "builds"))
    iam = member.client("iam")
    provider = iam.create_open_id_connect_provider(Url=URL, ClientIDList=["ferry"])["OpenIDConnectProviderArn"]
    statement = {
        "Effect": "Allow", "Principal": {"Federated": provider}, "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {"StringEquals": {f"{PROVIDER}:aud": "ferry"}, "StringLike": {f"{PROVIDER}:sub": "job:*"}},
    }
    iam.create_role(RoleName="ci", AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [statement]}))
    allowed = {"Effect": "Allow", "Action": "ec2:DescribeImages", "Resource": "*", "Condition": {"StringEquals": {f"{PROVIDER}:sub": "job:app"}}}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [allowed]})
    iam.put_role_policy(RoleName="ci", PolicyName="images", PolicyDocument=policy)
    return CI(server, issuer, folder, member)


JOB = """
import boto3, botocore.exceptions
print(boto3.client("sts").get_caller_identity()["Arn"])
print(boto3.client("ec2").describe_images(Owners=["self"])["Images"])
try:
    boto3.client("s3").list_buckets()
except botocore.exceptions.ClientError as error:
    print(error.response["Error"]["Code"])
"""


def test_a_job_works_with_the_token_that_its_system_gives_it(ci, tmp_path):
    token = tmp_path / "token"
    token.write_text(ci.issuer.token())
    environment = {
        "AWS_WEB_IDENTITY_TOKEN_FILE": str(token), "AWS_ROLE_ARN": ci.role, "AWS_ROLE_SESSION_NAME": "build-7",
        "AWS_ENDPOINT_URL": ci.server.endpoint, "AWS_DEFAULT_REGION": HOME, "HOME": str(tmp_path), "PATH": "/usr/bin:/bin",
    }
    result = subprocess.run([sys.executable, "-c", JOB], env=environment, capture_output=True, text=True, timeout=HANG)
    assert result.returncode == 0, result.stderr
    assert result.stdout.split("\n")[:3] == [f"arn:aws:sts::{ci.member.account}:assumed-role/ci/build-7", "[]", "AccessDenied"]


def test_the_token_decides_what_the_session_is(ci):
    answer = ci.assume(ci.issuer.token())
    assert answer["SubjectFromWebIdentityToken"] == "job:app" and answer["Audience"] == "ferry" and answer["Provider"] == URL
    assert answer["AssumedRoleUser"]["Arn"].endswith(":assumed-role/ci/build-7")
    # What the token said of its bearer goes on in the session: another job may not look.
    other = accounts.seen_by_session(ci.server, ci.assume(ci.issuer.token(sub="job:docs"))["Credentials"], ci.member.account)
    with refused("UnauthorizedOperation", status=403):
        other.ec2().describe_images(Owners=["self"])
    # A session policy takes away, and adds nothing.
    nothing = json.dumps({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}})
    limited = accounts.seen_by_session(ci.server, ci.assume(ci.issuer.token(), Policy=nothing)["Credentials"], ci.member.account)
    for refusal, call in [("UnauthorizedOperation", limited.ec2().describe_images), ("AccessDenied", limited.s3().list_buckets)]:
        with refused(refusal, status=403):
            call()


def test_what_is_no_good_is_refused_in_the_words_of_sts(ci):
    for code, status, token in [
        ("AccessDenied", 403, ci.issuer.token(sub="robot:app")),
        ("InvalidIdentityToken", 400, ci.issuer.token(aud="another")),
        ("InvalidIdentityToken", 400, ci.issuer.token()[:-8] + "AAAAAAAA"),
        ("InvalidIdentityToken", 400, "no token at all"),
        ("ExpiredTokenException", 400, ci.issuer.token(exp=int(time.time()) - 3600)),
        ("IDPCommunicationError", 400, ci.issuer.token(iss="https://elsewhere.example.org")),
    ]:
        with refused(code, status=status):
            ci.assume(token)
    with refused("ValidationError", "MaxSessionDuration"):
        ci.assume(ci.issuer.token(), DurationSeconds=7200)


def test_keys_that_go_take_their_tokens_with_them(ci, tmp_path):
    old = ci.issuer.token()
    ci.assume(old)
    new = Issuer.made(tmp_path)
    new.publish(ci.keys / "runners.json")
    with refused("InvalidIdentityToken", status=400):
        ci.assume(old)
    ci.assume(new.token())
    ci.issuer.publish(ci.keys / "runners.json")
    ci.assume(old)
