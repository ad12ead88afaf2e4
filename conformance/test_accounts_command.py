"""`ferry accounts`: accounts listed and created from the command line."""

from __future__ import annotations

import json

import accounts
from ferry_command import FAILED, MISUSED
from ferry_server import Credentials


def test_an_account_is_created_with_a_key_of_its_root_user(server, ferry):
    made = json.loads(ferry("accounts", "create", "builds", "--email", "builds@example.com", "--json").stdout)
    assert sorted(made) == ["accessKeyId", "accountId", "secretAccessKey"]
    member = accounts.seen_by(server, Credentials(made["accessKeyId"], made["secretAccessKey"], made["accountId"]))
    identity = member.client("sts").get_caller_identity()
    assert (identity["Account"], identity["Arn"]) == (made["accountId"], f"arn:aws:iam::{made['accountId']}:root")
    listed = json.loads(ferry("accounts", "--json").stdout)
    found = next(account for account in listed if account["accountId"] == made["accountId"])
    assert found == {"accountId": made["accountId"], "name": "builds", "email": "builds@example.com", "status": "ACTIVE"}
    assert made["secretAccessKey"] not in server.log_text()
    # The address is taken now.
    assert "another account has the address" in ferry("accounts", "create", "more", "--email", "Builds@example.com", expect=FAILED).stderr


def test_accounts_are_listed_page_after_page(server, ferry):
    names = [f"listed {number}" for number in range(21)]
    for name in names:
        accounts.created(server, name)
    table = ferry("accounts").stdout
    assert table.splitlines()[0].split() == ["ACCOUNT", "NAME", "EMAIL", "STATUS"]
    assert all(name in table for name in names)
    assert server.account in ferry("accounts", "list", "--quiet").stdout.split()


def test_a_member_account_neither_lists_nor_creates(other_account, ferry):
    assert "You don't have permissions" in ferry("accounts", on=other_account, expect=FAILED).stderr
    assert "You don't have permissions" in ferry("accounts", "create", "mine", on=other_account, expect=FAILED).stderr


def test_what_is_no_name_or_address_is_refused(ferry):
    assert "1 to 50 characters" in ferry("accounts", "create", "x" * 51, expect=MISUSED).stderr
    assert "not an email address" in ferry("accounts", "create", "x", "--email", "x", expect=MISUSED).stderr


def test_an_operator_with_the_root_key_gets_a_new_access_key(start_server, ferry):
    server = start_server()
    lost = server.credentials
    assert "another ferry works" in ferry("recover", "--data", server.data, "--new-access-key", on=server, expect=FAILED).stderr
    server.stop()
    told = ferry("recover", "--data", server.data, "--new-access-key", on=server)
    server.start()
    assert server.account == lost.account and server.credentials.access_key != lost.access_key
    assert server.credentials.access_key in told.stdout and server.credentials.access_key in told.stderr
    assert server.credentials.secret_key not in told.stdout + told.stderr
    assert server.client("sts").get_caller_identity()["Account"] == lost.account
    # The one before it goes on until somebody deletes it.
    assert accounts.seen_by(server, lost).client("sts").get_caller_identity()["Account"] == lost.account
    assert server.client("organizations").list_accounts()["Accounts"][0]["Id"] == lost.account
