"""STS through boto3: temporary keys in every service, what is told of them, and what is refused."""

from __future__ import annotations

import base64
import datetime

import accounts
import pytest
from ferry_server import Credentials, FerryServer
from refusals import refused
from signed_request import FORM, STS_VERSION, Request, form

ROLE = "OrganizationAccountAccessRole"


def assume(server: FerryServer, account: str, **more) -> dict:
    request = {"RoleArn": f"arn:aws:iam::{account}:role/{ROLE}", "RoleSessionName": "builder", **more}
    return server.client("sts").assume_role(**request)


@pytest.fixture
def session(server, other_account) -> FerryServer:
    """The shared server, as a session of the second account's role sees it."""
    answer = assume(server, other_account.account)
    return accounts.seen_by_session(server, answer["Credentials"], other_account.account)


def changed(view: FerryServer, **what: str) -> FerryServer:
    kept = view.credentials
    values = {"access_key": kept.access_key, "secret_key": kept.secret_key, "account": kept.account, "token": kept.token, **what}
    return accounts.seen_by(view, Credentials(**values))


def test_the_management_account_works_in_a_new_one(server, other_account):
    answer = assume(server, other_account.account)
    keys, role = answer["Credentials"], answer["AssumedRoleUser"]
    assert keys["AccessKeyId"].startswith("ASIA") and "PackedPolicySize" not in answer
    left = keys["Expiration"] - datetime.datetime.now(datetime.UTC)
    assert datetime.timedelta(minutes=55) < left <= datetime.timedelta(hours=1)
    assert role["Arn"] == f"arn:aws:sts::{other_account.account}:assumed-role/{ROLE}/builder"
    view = accounts.seen_by_session(server, keys, other_account.account)
    identity = view.client("sts").get_caller_identity()
    assert identity["Account"] == other_account.account
    assert identity["Arn"] == role["Arn"] and identity["UserId"] == role["AssumedRoleId"]
    assert identity["UserId"].startswith("AROA") and identity["UserId"].endswith(":builder")


def test_a_member_account_is_not_let_into_others(server, other_account, new_account):
    third = new_account()
    for account in [third.account, server.account, "000000000000"]:
        with refused("AccessDenied", f"not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::{account}:role/{ROLE}", status=403):
            assume(other_account, account)


def test_a_token_that_is_not_the_keys_is_refused_by_each_service_in_its_words(session, server, other_account):
    other = assume(server, other_account.account)["Credentials"]
    for view in [changed(session, token=other["SessionToken"]), changed(session, token="nonsense")]:
        with refused("InvalidClientTokenId", status=403):
            view.client("sts").get_caller_identity()
        with refused("InvalidClientTokenId", status=403):
            view.client("iam").list_signing_certificates()
        with refused("AuthFailure", status=401):
            view.ec2().describe_regions()
        with refused("InvalidToken", status=400):
            view.s3().list_buckets()
        with refused("UnrecognizedClientException"):
            view.kms().list_keys()
        with refused("UnrecognizedClientException", status=403):
            view.ebs().start_snapshot(VolumeSize=1)
        with refused("UnrecognizedClientException"):
            view.client("organizations").describe_organization()
    with refused("SignatureDoesNotMatch", status=403):
        changed(session, secret_key="x" * 40).client("sts").get_caller_identity()
    with refused("InvalidClientTokenId", status=403):
        changed(session, token=None).client("sts").get_caller_identity()


def test_root_users_get_temporary_keys_for_an_hour_at_most(other_account):
    sts = other_account.client("sts")
    keys = sts.get_session_token(DurationSeconds=7200)["Credentials"]
    assert keys["Expiration"] - datetime.datetime.now(datetime.UTC) <= datetime.timedelta(hours=1)
    view = accounts.seen_by_session(other_account, keys, other_account.account)
    assert view.client("sts").get_caller_identity()["Arn"] == f"arn:aws:iam::{other_account.account}:root"
    with refused("AccessDenied", "session credentials", status=403):
        view.client("sts").get_session_token()
    with refused("AccessDenied", "session credentials", status=403):
        view.client("sts").get_federation_token(Name="guest")
    with refused("InvalidClientTokenId", status=403):
        view.client("iam").list_signing_certificates()


def test_whom_an_account_vouches_for_is_told_apart(other_account):
    policy = '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"ec2:Describe*","Resource":"*"}}'
    answer = other_account.client("sts").get_federation_token(Name="guest", Policy=policy, DurationSeconds=900)
    assert answer["FederatedUser"]["Arn"] == f"arn:aws:sts::{other_account.account}:federated-user/guest"
    assert 0 < answer["PackedPolicySize"] <= 100
    view = accounts.seen_by_session(other_account, answer["Credentials"], other_account.account)
    identity = view.client("sts").get_caller_identity()
    assert identity["Arn"] == answer["FederatedUser"]["Arn"]
    assert identity["UserId"] == answer["FederatedUser"]["FederatedUserId"] == f"{other_account.account}:guest"
    with refused("AccessDenied", status=403):
        view.client("sts").get_access_key_info(AccessKeyId=answer["Credentials"]["AccessKeyId"])


def test_the_account_of_a_key_is_told(server, other_account):
    sts = server.client("sts")
    temporary = assume(server, other_account.account)["Credentials"]["AccessKeyId"]
    for key, account in [(other_account.credentials.access_key, other_account), (temporary, other_account), (server.credentials.access_key, server)]:
        assert sts.get_access_key_info(AccessKeyId=key)["Account"] == account.account
    with refused("ValidationError"):
        sts.get_access_key_info(AccessKeyId="AKIAUNKNOWNUNKNOWNX")


def test_a_message_that_is_none_is_not_decoded(server):
    with refused("InvalidAuthorizationMessageException"):
        server.client("sts").decode_authorization_message(EncodedMessage=base64.b64encode(b"nonsense").decode())


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        ({"RoleArn": "arn:aws:iam::123456789012:user/ann"}, "ValidationError"),
        ({"RoleArn": "short"}, "ValidationError"),
        ({"RoleSessionName": "a b"}, "ValidationError"),
        ({"RoleSessionName": "a"}, "ValidationError"),
        ({"DurationSeconds": "899"}, "ValidationError"),
        ({"DurationSeconds": "3601"}, "ValidationError"),
        ({"DurationSeconds": "43201"}, "ValidationError"),
        ({"ExternalId": "a"}, "ValidationError"),
        ({"Policy": "{}"}, "MalformedPolicyDocument"),
        ({"Policy": "x" * 2049}, "ValidationError"),
        ({"SerialNumber": "arn:aws:iam::123456789012:mfa/ann", "TokenCode": "123456"}, "AccessDenied"),
        ({"ProvidedContexts.member.1.ProviderArn": "arn:aws:sts::aws:contextProvider/x"}, "ValidationError"),
        ({"TransitiveTagKeys.member.1": "team"}, "ValidationError"),
        ({"Tags.member.1.Key": "aws:team", "Tags.member.1.Value": "x"}, "ValidationError"),
        ({"Moon": "full"}, "UnknownParameter"),
    ],
)
def test_what_is_no_request_is_refused(server, other_account, parameters, code):
    right = {"RoleArn": f"arn:aws:iam::{other_account.account}:role/{ROLE}", "RoleSessionName": "builder"}
    body = form({"Action": "AssumeRole", "Version": STS_VERSION, **right, **parameters})
    answer = Request(headers={"Content-Type": FORM}, body=body).signed(server, "sts").send(server)
    assert (answer.code, 400 <= answer.status < 500) == (code, True), str(answer)


def test_temporary_keys_hold_after_a_restart_and_end_with_their_account(start_server):
    server = start_server()
    member = accounts.created(server, "member")
    view = accounts.seen_by_session(server, assume(server, member.account)["Credentials"], member.account)
    server.stop()
    server.start()
    view = accounts.seen_by(server, view.credentials)
    assert view.client("sts").get_caller_identity()["Account"] == member.account
    server.client("organizations").close_account(AccountId=member.account)
    with refused("InvalidClientTokenId", status=403):
        view.client("sts").get_caller_identity()
    with refused("AccessDenied", status=403):
        assume(server, member.account)


def test_the_command_line_takes_temporary_keys(session, ferry):
    told = ferry("accounts", on=session, expect=1).stderr
    assert "listing the accounts" in told and ("not authorized" in told or "don't have permissions" in told)
