"""The console's pages of users, groups, roles and policies."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Iterator

import accounts
import browsers
import people
import pytest
from botocore.exceptions import ClientError
from browsers import Plain
from ferry_server import HOME, Credentials, FerryServer
from identities import document
from patience import HANG
from people import People, quoted
from playwright.sync_api import Browser, Locator, Page, expect

expect.set_options(timeout=HANG * 1000)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with browsers.chromium() as started:
        yield started


@pytest.fixture
def plain(server: FerryServer) -> Plain:
    return Plain(server).sign_in()


@pytest.fixture
def made(server: FerryServer) -> People:
    return people.made(server)


@pytest.fixture
def quick(server: FerryServer) -> People:
    """The same in less time: a password takes much to hash."""
    return people.made(server, password=False)


def told(page: Page, text: str) -> Locator:
    return page.locator("#main").get_by_text(text)


def section(page: Page, title: str) -> Locator:
    return page.locator("section").filter(has=page.get_by_role("heading", name=title, exact=True))


def refused(answer: browsers.Answer, code: str, status: int = 400) -> None:
    assert answer.status == status and code in answer.codes, (answer.status, answer.codes)


def story(browser: Browser, server: FerryServer, scripts: bool) -> None:
    """An administrator makes a policy, tries it, makes a user and gives it the policy, a key and a password, and takes all of it away again."""
    iam = server.client("iam")
    name = uuid.uuid4().hex[:12]
    with browsers.window(browser, server, java_script_enabled=scripts) as window:
        page = window.sign_in()
        page.get_by_role("link", name="Users", exact=True).click()
        page.get_by_role("link", name="Policies", exact=True).click()
        page.get_by_role("link", name="Create policy").click()
        page.get_by_label("Policy name").fill(f"copy-{name}")
        statements = [
            {"Sid": "Copy", "Effect": "Allow", "Action": "ec2:CopyImage", "Resource": "*"},
            {"Sid": "Never", "Effect": "Deny", "Action": "ec2:DeregisterImage", "Resource": "*"},
        ]
        text = json.dumps({"Version": "2012-10-17", "Statement": statements}, indent=2)
        page.get_by_label("Policy document").fill(text)
        page.get_by_label("Actions to simulate").fill("ec2:CopyImage\nec2:DeregisterImage\nec2:RunInstances")
        page.get_by_role("button", name="Simulate").click()
        rows = page.get_by_role("region", name="This document alone").get_by_role("row")
        expect(rows).to_have_count(4)
        expect(rows.nth(1)).to_contain_text("Allowed")
        expect(rows.nth(1)).to_contain_text("this document, lines 4 to 9")
        expect(rows.nth(2)).to_contain_text("Explicitly denied")
        expect(rows.nth(2)).to_contain_text("this document, lines 10 to 15")
        expect(rows.nth(3)).to_contain_text("Implicitly denied")
        # Nothing is there yet, and what was typed stays.
        assert not [one for one in iam.list_policies(Scope="Local")["Policies"] if one["PolicyName"] == f"copy-{name}"]
        expect(page.get_by_label("Policy document")).to_have_value(text)
        page.get_by_role("button", name="Create policy").click()
        expect(page.get_by_role("heading", name=f"copy-{name}")).to_be_visible()

        window.open("users")
        page.get_by_role("link", name="Create user").click()
        page.get_by_label("User name").fill(f"ann-{name}")
        page.get_by_role("button", name="Create user").click()
        expect(page.get_by_role("heading", name=f"ann-{name}")).to_be_visible()
        page.get_by_label("Policy to attach").fill(f"copy-{name}")
        page.get_by_role("button", name="Attach policy").click()
        expect(section(page, "Attached policies").get_by_role("link", name=f"copy-{name}")).to_be_visible()

        page.get_by_role("button", name="Create access key").click()
        expect(page.get_by_role("heading", name="A new access key")).to_be_visible()
        key, secret = page.locator("#main dd .id").all_inner_texts()
        page.get_by_role("link", name="I have kept it").click()
        expect(page.get_by_role("heading", name=f"ann-{name}")).to_be_visible()
        assert secret not in page.content()
        user = accounts.seen_by(server, Credentials(key, secret, server.account))
        assert user.client("sts").get_caller_identity()["Arn"].endswith(f":user/ann-{name}")
        section(page, "Access keys").get_by_role("button", name=f"Deactivate {key}").click()
        expect(section(page, "Access keys").get_by_text("inactive")).to_be_visible()

        page.get_by_label("New password").fill("Correct-horse-1")
        page.get_by_label("Must set another at the next sign-in").uncheck()
        page.get_by_role("button", name="Set password").click()
        expect(section(page, "Password").get_by_text("There is one.")).to_be_visible()
        signed_in = Plain(server)
        fields = {"by": "password", "account": server.account, "user": f"ann-{name}", "password": "Correct-horse-1"}
        assert signed_in.post("sign-in", fields).status == 303

        page.get_by_role("link", name="Delete", exact=True).click()
        word = page.get_by_label(re.compile("to go on"))
        word.fill("somebody")
        page.get_by_role("button", name="Delete user").click()
        expect(told(page, "Nothing was changed")).to_be_visible()
        word.fill(f"ann-{name}")
        page.get_by_role("button", name="Delete user").click()
        # As IAM has it: what still has something stays.
        expect(page.get_by_role("alert")).to_contain_text("DeleteConflict")
        page.get_by_label(re.compile("Delete what belongs to it")).check()
        page.get_by_role("button", name="Delete user").click()
        expect(told(page, "It is deleted.")).to_be_visible()
        assert signed_in.get("sessions").status == 303
        with pytest.raises(ClientError, match="NoSuchEntity"):
            iam.get_user(UserName=f"ann-{name}")

        window.open(f"policies/{quoted(f'arn:aws:iam::{server.account}:policy/copy-{name}')}/delete")
        page.get_by_label(re.compile("to go on")).fill(f"copy-{name}")
        page.get_by_role("button", name="Delete policy").click()
        expect(told(page, "It is deleted.")).to_be_visible()


def test_the_story(browser: Browser, server: FerryServer) -> None:
    story(browser, server, scripts=True)


def test_the_same_without_scripts(browser: Browser, server: FerryServer) -> None:
    story(browser, server, scripts=False)


def test_lists_are_searched_and_come_in_pages(plain: Plain, new_account) -> None:
    owner = new_account()
    iam = owner.client("iam")
    fresh = Plain(owner).sign_in()
    empty = fresh.get("users").text
    assert "There is no user yet" in empty and "aws iam create-user" in empty
    for number in range(103):
        iam.create_user(UserName=f"user-{number:03}")
    first = fresh.get("users").text
    names = re.findall(r'href="/_ferry/console/users/(user-\d+)"', first)
    assert names == [f"user-{number:03}" for number in range(100)]
    [following] = re.findall(r'<a href="([^"]*next=[^"]*)">Next page', first)
    last = fresh.get(following.replace("&amp;", "&")).text
    assert re.findall(r"users/(user-\d+)\"", last) == ["user-100", "user-101", "user-102"]
    assert "Next page" not in last and "First page" in last
    found = fresh.get("users?search=R-10").text
    assert re.findall(r"users/(user-\d+)\"", found) == ["user-100", "user-101", "user-102"]
    assert "No name has “moon” in it" in fresh.get("users?search=moon").text
    cut = fresh.get("users?search=user").text
    assert "More than 100 match" in cut and len(re.findall(r"users/user-\d+\"", cut)) == 100
    # And nothing of another account.
    assert "user-000" not in plain.get("users?search=user-000").text.replace("“user-000”", "").replace('value="user-000"', "")


def test_what_the_forms_of_a_user_do(plain: Plain, made: People) -> None:
    iam, path = plain.server.client("iam"), f"users/{made.user}"
    plain.post(path, {"do": "detach", "policy": made.policy_arn})
    assert iam.list_attached_user_policies(UserName=made.user)["AttachedPolicies"] == []
    refused(plain.post(path, {"do": "attach", "attach": "nothing-is-called-so"}), "NoSuchEntity", 404)
    plain.post(path, {"do": "attach", "attach": made.policy})
    assert [one["PolicyName"] for one in iam.list_attached_user_policies(UserName=made.user)["AttachedPolicies"]] == [made.policy]
    plain.post(path, {"do": "leave", "member-of": made.group})
    assert iam.list_groups_for_user(UserName=made.user)["Groups"] == []
    plain.post(path, {"do": "join", "group": made.group})
    assert [one["GroupName"] for one in iam.list_groups_for_user(UserName=made.user)["Groups"]] == [made.group]
    plain.post(path, {"do": "tag", "tag-key": "stage", "tag-value": "test"})
    plain.post(path, {"do": "untag", "key": "team"})
    assert iam.list_user_tags(UserName=made.user)["Tags"] == [{"Key": "stage", "Value": "test"}]
    # A password that the account's rules forbid, one that is good, and none.
    refused(plain.post(path, {"do": "set-password", "has-password": "yes", "new-password": "x"}), "PasswordPolicyViolation")
    assert plain.post(path, {"do": "set-password", "has-password": "yes", "new-password": "Second-word-2", "must-change": "on"}).status == 303
    assert iam.get_login_profile(UserName=made.user)["LoginProfile"]["PasswordResetRequired"] is True
    for act, fields, word, gone in [
        ("remove-password", {}, made.user, lambda: iam.get_login_profile(UserName=made.user)),
        ("delete-inline", {"policy": made.inline}, made.inline, lambda: iam.get_user_policy(UserName=made.user, PolicyName=made.inline)),
    ]:
        asked = plain.post(path, {"do": act, **fields})
        assert asked.status == 200 and "to go on" in asked.text
        refused(plain.post(path, {"do": act, **fields, "word": "another"}), "NotConfirmed")
        gone()
        assert plain.post(path, {"do": act, **fields, "word": word}).status == 303
        with pytest.raises(ClientError, match="NoSuchEntity"):
            gone()
    [key] = [one["AccessKeyId"] for one in iam.list_access_keys(UserName=made.user)["AccessKeyMetadata"]]
    plain.post(path, {"do": "deactivate-key", "key": key})
    assert iam.list_access_keys(UserName=made.user)["AccessKeyMetadata"][0]["Status"] == "Inactive"
    plain.post(path, {"do": "activate-key", "key": key})
    assert plain.post(path, {"do": "delete-key", "key": key, "word": key}).status == 303
    assert iam.list_access_keys(UserName=made.user)["AccessKeyMetadata"] == []
    refused(plain.post(path, {"do": "dance"}), "MissingParameter")


def test_what_the_forms_of_groups_and_roles_do(plain: Plain, quick: People) -> None:
    iam = plain.server.client("iam")
    plain.post(f"groups/{quick.group}", {"do": "remove", "member": quick.user})
    assert iam.get_group(GroupName=quick.group)["Users"] == []
    plain.post(f"groups/{quick.group}", {"do": "add", "user": quick.user})
    assert [user["UserName"] for user in iam.get_group(GroupName=quick.group)["Users"]] == [quick.user]
    role = f"roles/{quick.role}"
    plain.post(role, {"do": "duration", "seconds": "14400"})
    assert iam.get_role(RoleName=quick.role)["Role"]["MaxSessionDuration"] == 14400
    refused(plain.post(f"{role}/trust", {"document": "{"}), "MalformedPolicyDocument")
    changed = json.loads(people.trust(plain.server.account))
    changed["Statement"][0]["Sid"] = "Changed"
    assert plain.post(f"{role}/trust", {"document": json.dumps(changed, indent=2).replace("\n", "\r\n")}).status == 303
    assert iam.get_role(RoleName=quick.role)["Role"]["AssumeRolePolicyDocument"] == changed
    assert "to go on" in plain.post(role, {"do": "revoke"}).text
    assert plain.post(role, {"do": "revoke", "word": quick.role}).status == 303
    statement = iam.get_role_policy(RoleName=quick.role, PolicyName="AWSRevokeOlderSessions")["PolicyDocument"]["Statement"][0]
    assert statement["Effect"] == "Deny" and "aws:TokenIssueTime" in statement["Condition"]["DateLessThan"]
    for path, name, gone in [
        (role, quick.role, lambda: iam.get_role(RoleName=quick.role)), (f"groups/{quick.group}", quick.group, lambda: iam.get_group(GroupName=quick.group)),
    ]:
        refused(plain.post(f"{path}/delete", {"word": name}), "DeleteConflict", 409)
        assert plain.post(f"{path}/delete", {"word": name, "with": "on"}).status == 303
        with pytest.raises(ClientError, match="NoSuchEntity"):
            gone()


def test_a_policy_has_versions(plain: Plain, quick: People) -> None:
    iam, path = plain.server.client("iam"), f"policies/{quoted(quick.policy_arn)}"
    page = plain.get(path).text
    # Laid out in lines, whatever it came as.
    assert "&quot;Action&quot;: &quot;ec2:DescribeImages&quot;," in page and quick.user in page and quick.role in page and quick.group in page
    assert "ec2:Describe*" in plain.get(f"{path}?version=v1").text
    edited = json.dumps(document("ec2:CopyImage"), indent=2)
    assert plain.post(f"{path}/edit", {"do": "save", "document": edited, "default": "on"}).status == 303
    assert iam.get_policy(PolicyArn=quick.policy_arn)["Policy"]["DefaultVersionId"] == "v3"
    plain.post(path, {"do": "set-default", "version": "v1"})
    assert iam.get_policy(PolicyArn=quick.policy_arn)["Policy"]["DefaultVersionId"] == "v1"
    assert plain.post(path, {"do": "delete-version", "version": "v2", "word": "v2"}).status == 303
    assert [one["VersionId"] for one in iam.list_policy_versions(PolicyArn=quick.policy_arn)["Versions"]] == ["v3", "v1"]
    refused(plain.post(f"{path}/edit", {"do": "save", "document": '{"Version": "2012-10-17"}'}), "MalformedPolicyDocument")
    plain.post(path, {"do": "detach", "holders": "roles", "name": quick.role})
    assert iam.list_attached_role_policies(RoleName=quick.role)["AttachedPolicies"] == []
    refused(plain.post(f"{path}/delete", {"word": quick.policy}), "DeleteConflict", 409)
    assert plain.post(f"{path}/delete", {"word": quick.policy, "with": "on"}).status == 303
    with pytest.raises(ClientError, match="NoSuchEntity"):
        iam.get_policy(PolicyArn=quick.policy_arn)


def test_the_simulator_answers_for_the_user_as_well(plain: Plain, quick: People) -> None:
    path = f"users/{quick.user}/policies/{quick.inline}"
    deny = {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "ec2:DescribeImages", "Resource": "*"}]}
    answer = plain.post(path, {"do": "simulate", "document": json.dumps(deny), "actions": "ec2:DescribeImages\r\nec2:CopyImage"})
    alone, together = answer.text.split("With the policies of", 1)
    assert answer.status == 200
    assert ("Explicitly denied" in alone, "Allowed" in alone, "Implicitly denied" in alone) == (True, False, True)
    # What is saved allows to copy.
    assert "Explicitly denied" in together and "Allowed" in together
    refused(plain.post(path, {"do": "simulate", "document": "{}", "actions": ""}), "MissingParameter")
    refused(plain.post(path, {"do": "simulate", "document": "no policy", "actions": "ec2:CopyImage"}), "InvalidInput")
    many = "\n".join(f"ec2:A{number}" for number in range(51))
    refused(plain.post(path, {"do": "simulate", "document": "{}", "actions": many}), "LimitExceeded")
    kept = plain.server.client("iam").get_user_policy(UserName=quick.user, PolicyName=quick.inline)["PolicyDocument"]
    assert kept == document("ec2:CopyImage")
    assert plain.post(path, {"do": "save", "document": json.dumps(deny)}).status == 303
    assert plain.server.client("iam").get_user_policy(UserName=quick.user, PolicyName=quick.inline)["PolicyDocument"] == deny


def test_who_may_not_is_told_so_and_sees_the_rest(server: FerryServer, made: People) -> None:
    iam = server.client("iam")
    allow = document(["iam:GetUser", "iam:ListAccessKeys"])
    iam.put_user_policy(UserName=made.user, PolicyName=made.inline, PolicyDocument=json.dumps(allow))
    iam.detach_user_policy(UserName=made.user, PolicyArn=made.policy_arn)
    user = Plain(server)
    fields = {"by": "password", "account": server.account, "user": made.user, "password": "Correct-horse-1"}
    assert user.post("sign-in", fields).status == 303
    page = user.get(f"users/{made.user}")
    assert page.status == 200 and "AKIA" in page.text
    assert set(page.codes) == {"AccessDenied", "AccessDeniedException"} and "iam:ListUserPolicies" in page.text
    refused(user.get("users"), "AccessDenied", 403)
    # The rule is the API's: the form is refused as the call is.
    refused(user.post(f"users/{made.user}", {"do": "create-key"}), "AccessDenied", 403)
    assert len(iam.list_access_keys(UserName=made.user)["AccessKeyMetadata"]) == 1
    refused(user.post("create/users", {"name": "intruder"}), "AccessDenied", 403)


@pytest.mark.parametrize(
    "path", ["users/nobody", "groups/none", "roles/none", "policies/arn%3Aaws%3Aiam%3A%3Aaws%3Apolicy%2FNone", "moons/x/delete", "create/moons"]
)
def test_what_is_not_there_is_told_so(plain: Plain, path: str) -> None:
    assert plain.get(path).status == 404


def test_the_secret_is_told_once(plain: Plain, quick: People) -> None:
    answer = plain.post(f"users/{quick.user}", {"do": "create-key"})
    key, secret = re.findall(r'data-copy="([^"]+)"', answer.text)
    assert answer.headers["Cache-Control"] == "no-store" and len(secret) == 40
    assert secret not in plain.get(f"users/{quick.user}").text and key in plain.get(f"users/{quick.user}").text
    assert secret not in plain.server.log_text()


def test_a_user_may_have_the_name_of_a_page(plain: Plain) -> None:
    iam = plain.server.client("iam")
    for name in ("images", "create", "delete", "sign-in"):
        iam.create_user(UserName=name)
        page = plain.get(f"users/{name}")
        assert page.status == 200 and f"user/{name}<" in page.text
        assert plain.post(f"users/{name}/delete", {"word": name}).status == 303


def test_forms_without_the_token_change_nothing(plain: Plain, quick: People) -> None:
    iam = plain.server.client("iam")
    for path, fields in [
        (f"users/{quick.user}", {"do": "create-key"}), (f"users/{quick.user}/delete", {"word": quick.user, "with": "on"}),
        ("create/users", {"name": f"forged-{quick.user}"}),
        (f"policies/{quoted(quick.policy_arn)}/edit", {"do": "save", "document": json.dumps(document("*")), "default": "on"}),
    ]:
        refused(plain.post(path, fields, token="0" * 64), "FormNotOurs", 403)
    assert iam.get_policy(PolicyArn=quick.policy_arn)["Policy"]["DefaultVersionId"] == "v2"
    assert len(iam.list_access_keys(UserName=quick.user)["AccessKeyMetadata"]) == 1


# Sessions of users.


def signed_in(server: FerryServer, user: str, password: str = "Correct-horse-1") -> Plain:
    plain = Plain(server)
    fields = {"by": "password", "account": server.account, "user": user, "password": password}
    assert plain.post("sign-in", fields).status == 303
    return plain


def allow(server: FerryServer, made: People, *statements: dict) -> None:
    """What the user may do, and nothing else."""
    iam = server.client("iam")
    if iam.list_attached_user_policies(UserName=made.user)["AttachedPolicies"]:
        iam.detach_user_policy(UserName=made.user, PolicyArn=made.policy_arn)
    text = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
    iam.put_user_policy(UserName=made.user, PolicyName=made.inline, PolicyDocument=text)


def test_an_administrator_ends_the_sessions_of_a_user(plain: Plain, made: People) -> None:
    path = f"users/{made.user}"
    assert "The user is signed in nowhere." in plain.get(path).text
    first, second = signed_in(plain.server, made.user), signed_in(plain.server, made.user)
    ids = re.findall(r'name="session" value="([0-9a-f]{64})"', plain.get(path).text)
    assert len(ids) == 2
    refused(plain.post(path, {"do": "end-session", "session": "0" * 64}), "NoSuchEntity")
    own = re.findall(r'name="session" value="([0-9a-f]{64})"', Plain(plain.server).sign_in().get("sessions").text)
    # One that is another's is none of the user's.
    refused(plain.post(path, {"do": "end-session", "session": own[0]}), "NoSuchEntity")
    assert plain.post(path, {"do": "end-session", "session": ids[0]}).status == 303
    assert sorted(one.get("sessions").status for one in (first, second)) == [200, 303]
    assert plain.post(path, {"do": "end-sessions"}).status == 303
    assert [one.get("sessions").status for one in (first, second)] == [303, 303]
    assert plain.get("sessions").status == 200
    assert "EndConsoleSessions" in plain.server.log_text()


def test_who_may_end_sessions_is_said_by_policies(server: FerryServer, made: People) -> None:
    other = people.made(server)
    target = signed_in(server, other.user)
    arn = f"arn:aws:iam::{server.account}:user/{other.user}"
    allow(server, made, {"Effect": "Allow", "Action": ["iam:GetUser", "ferry:ListConsoleSessions"], "Resource": arn})
    watcher = signed_in(server, made.user)
    page = watcher.get(f"users/{other.user}").text
    [session] = re.findall(r'name="session" value="([0-9a-f]{64})"', page)
    for fields in ({"do": "end-session", "session": session}, {"do": "end-sessions"}):
        refused(watcher.post(f"users/{other.user}", fields), "AccessDeniedException")
    assert target.get("sessions").status == 200
    # Not of whom the policy does not name, itself included.
    assert "ferry:ListConsoleSessions" in watcher.get(f"users/{made.user}").text or watcher.get(f"users/{made.user}").status == 403
    allow(server, made, {"Effect": "Allow", "Action": ["iam:GetUser", "ferry:*ConsoleSessions"], "Resource": arn})
    assert watcher.post(f"users/{other.user}", {"do": "end-sessions"}).status == 303
    assert target.get("sessions").status == 303


# Roles.


def test_switching_role_and_back(browser: Browser, server: FerryServer, made: People, new_account) -> None:
    owner = new_account()
    role = people.made(owner)
    trusting = json.dumps({
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{server.account}:root"}, "Action": "sts:AssumeRole"}],
    })
    owner.client("iam").update_assume_role_policy(RoleName=role.role, PolicyDocument=trusting)
    owner.client("iam").put_role_policy(RoleName=role.role, PolicyName=role.inline, PolicyDocument=json.dumps(document("iam:ListUsers")))
    arn = f"arn:aws:iam::{owner.account}:role/{role.role}"
    allow(server, made, {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": arn}, {"Effect": "Allow", "Action": "iam:ListGroups", "Resource": "*"})
    with browsers.window(browser, server) as window:
        page = window.open()
        page.get_by_label("Account ID or alias").fill(server.account)
        page.get_by_label("User name").fill(made.user)
        page.get_by_label("Password", exact=True).fill("Correct-horse-1")
        page.get_by_role("button", name="Sign in with the password").click()
        page.get_by_role("link", name="Switch role").click()
        page.get_by_label("Account ID").fill(owner.account)
        page.get_by_label("Role name").fill("none-is-called-so")
        page.get_by_role("button", name="Switch role").click()
        expect(page.get_by_role("alert")).to_contain_text("AccessDenied")
        page.get_by_label("Role name").fill(role.role)
        page.get_by_label("Display name").fill("<b>shop</b>")
        page.get_by_role("button", name="Switch role").click()
        expect(told(page, "You act as the role now.")).to_be_visible()
        expect(page.get_by_role("banner")).to_contain_text("<b>shop</b>")
        expect(page.get_by_role("banner")).to_contain_text(f"{role.role}/{made.user} @ {owner.account}")
        window.open("users")
        expect(page.get_by_role("link", name=role.user)).to_be_visible()
        window.open("groups")
        expect(page.get_by_role("alert")).to_contain_text("AccessDenied")
        page.get_by_role("button", name="Switch back").click()
        expect(told(page, "You act as yourself again.")).to_be_visible()
        expect(page.get_by_role("banner")).to_contain_text(f"{made.user} @ {server.account}")
        window.open("groups")
        expect(page.get_by_role("alert")).to_have_count(0)


def test_a_switched_session_ends_with_the_one_that_it_began_from(server: FerryServer, made: People) -> None:
    iam = server.client("iam")
    allow(server, made, {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*"})
    switch = {"account": server.account, "role": made.role}

    def switched() -> Plain:
        plain = signed_in(server, made.user)
        assert plain.post("switch-role", switch).status == 303
        assert f"{made.role}/{made.user} @" in plain.get("sessions").text
        return plain

    plain = switched()
    cookies = dict(plain.cookies)
    assert plain.post("sign-out").status == 303
    assert not any("role" in name for name in plain.cookies)
    assert Plain(server, cookies).get("sessions").status == 303
    # From one role to another one goes as oneself: the role itself may assume nothing.
    plain = switched()
    assert plain.post("switch-role", switch).status == 303
    # Whose role goes is oneself again; who goes is nobody.
    iam.delete_role_policy(RoleName=made.role, PolicyName=made.inline)
    iam.detach_role_policy(RoleName=made.role, PolicyArn=made.policy_arn)
    iam.delete_role(RoleName=made.role)
    assert f"{made.user} @" in plain.get("sessions").text
    assert Plain(server).sign_in().post(f"users/{made.user}", {"do": "end-sessions"}).status == 303
    assert plain.get("sessions").status == 303


@pytest.mark.parametrize(
    "fields", [{"account": "12", "role": "x"}, {"account": "111122223333", "role": ""}, {"account": "111122223333", "role": "a:b/../c"}, {}]
)
def test_what_is_no_role_is_refused(plain: Plain, fields: dict[str, str]) -> None:
    answer = plain.post("switch-role", fields)
    assert answer.status in (400, 403) and answer.codes
    assert "root user @" in plain.get("sessions").text


def test_switching_takes_a_form_of_this_session(plain: Plain, quick: People) -> None:
    fields = {"account": plain.server.account, "role": quick.role}
    refused(plain.post("switch-role", fields, token="0" * 64), "FormNotOurs", 403)
    refused(plain.post("switch-back", token="0" * 64), "FormNotOurs", 403)
    # What an address says is filled in, and nothing more.
    page = plain.get(f"switch-role?account={plain.server.account}&role={quick.role}")
    assert page.status == 200 and f'value="{quick.role}"' in page.text and "root user @" in page.text


# KMS keys.


def test_the_life_of_a_key(browser: Browser, server: FerryServer) -> None:
    kms, name = server.kms(HOME), uuid.uuid4().hex[:12]
    with browsers.window(browser, server, java_script_enabled=False) as window:
        window.sign_in()
        page = window.open(f"{HOME}/keys")
        page.get_by_role("link", name="Create key").click()
        page.get_by_label("Alias").fill(f"story-{name}")
        page.get_by_label("Description").fill("for the story")
        page.get_by_role("button", name="Create key").click()
        expect(told(page, "It is made.")).to_be_visible()
        key = kms.describe_key(KeyId=f"alias/story-{name}")["KeyMetadata"]["KeyId"]
        expect(page.get_by_role("heading", name=key)).to_be_visible()
        page.get_by_role("button", name="Disable", exact=True).click()
        expect(page.locator(".state", has_text="disabled")).to_be_visible()
        assert kms.describe_key(KeyId=key)["KeyMetadata"]["KeyState"] == "Disabled"
        page.get_by_role("button", name="Enable", exact=True).click()
        page.get_by_role("button", name="Enable rotation").click()
        expect(told(page, "New material every 365 days")).to_be_visible()
        page.get_by_role("link", name="Edit key policy").click()
        text = json.loads(page.get_by_label("Policy document").input_value())
        text["Statement"][0]["Sid"] = "Changed"
        page.get_by_label("Policy document").fill(json.dumps(text))
        page.get_by_role("button", name="Save").click()
        expect(told(page, "Changed")).to_be_visible()
        page.get_by_role("link", name="Schedule deletion").click()
        word = page.get_by_label(re.compile("to go on"))
        word.fill("another")
        page.get_by_role("button", name="Schedule deletion").click()
        expect(told(page, "Nothing was changed")).to_be_visible()
        word.fill(key)
        page.get_by_label(re.compile("Waiting period")).fill("7")
        page.get_by_role("button", name="Schedule deletion").click()
        expect(page.locator(".state", has_text="pending deletion")).to_be_visible()
        assert kms.describe_key(KeyId=key)["KeyMetadata"]["KeyState"] == "PendingDeletion"
        page.get_by_role("button", name="Cancel deletion").click()
        expect(page.locator(".state", has_text="disabled")).to_be_visible()
        window.open(f"all/keys?search=story-{name}")
        expect(page.locator("tbody tr")).to_have_count(1)


def test_what_the_forms_of_a_key_do(plain: Plain) -> None:
    kms = plain.server.kms(HOME)
    path = people.keys(plain.server)["key"]
    key = path.split("/")[-1]
    refused(plain.post(path, {"do": "alias", "alias": "a b"}), "ValidationException")
    name = f"more-{key[:8]}"
    assert plain.post(path, {"do": "alias", "alias": name}).status == 303
    refused(plain.post("create/key", {"region": HOME, "alias": name}), "AlreadyExistsException")
    before = len(kms.list_keys()["Keys"])
    refused(plain.post("create/key", {"region": HOME, "alias": "a b"}), "ValidationException")
    assert len(kms.list_keys()["Keys"]) == before, "what is refused leaves no key"
    assert plain.post(path, {"do": "delete-alias", "name": f"alias/{name}", "word": f"alias/{name}"}).status == 303
    assert f"alias/{name}" not in [one["AliasName"] for one in kms.list_aliases(KeyId=key)["Aliases"]]
    plain.post(path, {"do": "describe", "description": "another"})
    assert kms.describe_key(KeyId=key)["KeyMetadata"]["Description"] == "another"
    plain.post(path, {"do": "tag", "tag-key": "stage", "tag-value": "test"})
    plain.post(path, {"do": "untag", "key": "team"})
    assert kms.list_resource_tags(KeyId=key)["Tags"] == [{"TagKey": "stage", "TagValue": "test"}]
    [grant] = [one["GrantId"] for one in kms.list_grants(KeyId=key)["Grants"]]
    assert plain.post(path, {"do": "revoke", "grant": grant}).status == 200
    assert plain.post(path, {"do": "revoke", "grant": grant, "word": grant}).status == 303
    assert kms.list_grants(KeyId=key)["Grants"] == []
    plain.post(path, {"do": "rotate"})
    assert len(kms.list_key_rotations(KeyId=key)["Rotations"]) == 1
    refused(plain.post(path, {"do": "rotate-every", "days": "often"}), "ValidationException")
    refused(plain.post(f"{path}/policy", {"document": "{"}), "MalformedPolicyDocumentException")
    refused(plain.post(f"{path}/delete", {"word": key, "days": "3"}), "ValidationException")
    assert kms.describe_key(KeyId=key)["KeyMetadata"]["KeyState"] == "Enabled"


# Accounts.


def test_accounts_are_created_limited_and_closed(browser: Browser, server: FerryServer) -> None:
    organizations, name = server.client("organizations"), uuid.uuid4().hex[:12]
    with browsers.window(browser, server, java_script_enabled=False) as window:
        window.sign_in()
        page = window.open("accounts")
        page.get_by_role("link", name="Create account").click()
        page.get_by_label("Account name").fill(f"shop-{name}")
        page.get_by_label("Email address").fill(f"{name}@example.com")
        page.get_by_role("button", name="Create account").click()
        expect(page.get_by_role("heading", name=f"shop-{name}")).to_be_visible()
        account = page.locator("dd .id").first.inner_text()
        assert organizations.describe_account(AccountId=account)["Account"]["Name"] == f"shop-{name}"
        page.get_by_role("button", name="Create root access key").click()
        key, secret = page.locator("#main dd .id").all_inner_texts()
        member = accounts.seen_by(server, Credentials(key, secret, account))
        assert member.client("sts").get_caller_identity()["Account"] == account
        page.get_by_role("link", name="I have kept it").click()

        window.open("units")
        page.get_by_role("link", name="Root", exact=True).click()
        page.get_by_label("Name of a new unit").fill(f"unit-{name}")
        page.get_by_role("button", name="Create unit").click()
        expect(page.get_by_role("heading", name=f"unit-{name}")).to_be_visible()
        unit = page.locator("dd .id").first.inner_text()
        window.open(f"accounts/{account}")
        page.get_by_label("Move to").fill(unit)
        page.get_by_role("button", name="Move account").click()
        assert organizations.list_parents(ChildId=account)["Parents"][0]["Id"] == unit
        window.open("units")
        expect(told(page, f"Root / unit-{name}")).to_be_visible()

        window.open(f"accounts?search={name}")
        page.get_by_role("link", name=f"shop-{name}").click()
        page.get_by_role("link", name="Close account").click()
        page.get_by_label(re.compile("to go on")).fill("111122223333")
        page.get_by_role("button", name="Close account").click()
        expect(told(page, "Nothing was changed")).to_be_visible()
        page.get_by_label(re.compile("to go on")).fill(account)
        page.get_by_role("button", name="Close account").click()
        expect(told(page, "The account is closed.")).to_be_visible()
        assert organizations.describe_account(AccountId=account)["Account"]["Status"] == "SUSPENDED"


def test_only_the_management_account_sees_the_others(new_account) -> None:
    member = new_account()
    plain = Plain(member).sign_in()
    for path in ("accounts", "units", f"accounts/{member.account}", "control-policies/p-FullAWSAccess"):
        refused(plain.get(path), "AccessDeniedException")
    refused(plain.post("create/account", {"name": "mine", "email": "mine@example.com"}), "AccessDeniedException")


def test_policies_over_an_account(plain: Plain, new_account) -> None:
    account, organizations = new_account().account, plain.server.client("organizations")
    name = f"limit-{account}"
    control = organizations.create_policy(
        Name=name, Description="nothing of IAM", Type="SERVICE_CONTROL_POLICY",
        Content=json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "iam:*", "Resource": "*"}]}),
    )["Policy"]["PolicySummary"]["Id"]
    path = f"accounts/{account}"
    assert plain.post(path, {"do": "attach-control", "control": control}).status == 303
    page = plain.get(path).text
    assert name in page and "nothing of IAM" in page
    assert account in plain.get(f"control-policies/{control}").text
    refused(plain.post(path, {"do": "attach-control", "control": control}), "DuplicatePolicyAttachmentException")
    assert plain.post(path, {"do": "detach-control", "policy": control}).status == 303
    assert control not in [one["Id"] for one in organizations.list_policies_for_target(TargetId=account, Filter="SERVICE_CONTROL_POLICY")["Policies"]]
    organizations.delete_policy(PolicyId=control)
