"""What the console keeps out: forged forms, foreign pages, markup in names, other accounts, and more streams than it has places."""

from __future__ import annotations

import html.parser
import http.client
import json
import re
import socket
import subprocess
import threading
import urllib.parse
import uuid

import accounts
import browsers
import images
import people
import pytest
import snapshots
from botocore.exceptions import ClientError
from browsers import CONSOLE, Plain
from disks import Disk
from ferry_server import AWAY, HOME, Credentials, FerryServer, binary
from patience import HANG, eventually

# What would run, close or open something if it were taken for markup: with a mark on the quotation mark, too, which makes one character of both.
MARKUP = [
    '"><svg onload=alert(1)>', "'><script>alert(1)</script>", '"\u0301 onmouseover="alert(1)', "</textarea></title><img src=x onerror=alert(1)>",
    "{{title}} {{{content}}} {{> token}}", "<\u0301script>alert(1)</script>", "\u202e\u2066gnp.exe", "&lt;b&gt;",
]


@pytest.fixture
def plain(server: FerryServer) -> Plain:
    return Plain(server).sign_in()


class Elements(html.parser.HTMLParser):
    """The elements of a page, and those that no template of the console has."""

    def __init__(self) -> None:
        super().__init__()
        self.strange: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = dict(attributes)
        if tag in ("script", "img", "iframe", "object", "embed", "base", "b", "style") and not (given.get("src") or "").startswith(CONSOLE):
            self.strange.append(f"{tag} {given}")
        if tag == "svg" and given.get("class") != "picture":
            self.strange.append(f"{tag} {given}")
        for name in given:
            if name.startswith("on") or name == "style" or not re.fullmatch(r"[a-z][a-z0-9-]*", name):
                self.strange.append(f"{tag} {given}")
        for name in ("href", "action", "src", "formaction"):
            if name in given and not (given[name] or "").startswith((CONSOLE, "#")):
                self.strange.append(f"{tag} {given}")


def exists(server: FerryServer, image: str, region: str = HOME) -> bool:
    try:
        return bool(server.ec2(region).describe_images(ImageIds=[image])["Images"])
    except ClientError:
        return False


def test_every_answer_keeps_out_what_is_foreign(plain: Plain, own_image: str) -> None:
    stranger = Plain(plain.server)
    answers = [
        stranger.get("sign-in"), stranger.get("files/console.js"), stranger.get(""), stranger.get("nothing"), plain.get(""),
        plain.get("all/images"), plain.get(f"{HOME}/images/{own_image}"), plain.get("nothing"), plain.post("sign-out", token="x"),
    ]
    for answer in answers:
        policy = dict(part.strip().split(" ", 1) for part in answer.headers["Content-Security-Policy"].split(";"))
        assert policy == {
            "default-src": "'none'", "script-src": "'self'", "style-src": "'self'", "img-src": "'self'", "connect-src": "'self'",
            "form-action": "'self'", "frame-ancestors": "'none'", "base-uri": "'none'",
        }
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["X-Frame-Options"] == "DENY"
    for answer in answers[4:]:
        assert answer.headers["Cache-Control"] == "no-store"


def test_no_page_has_anything_inline(plain: Plain, own_image: str) -> None:
    for path in ("", "all/images", f"{HOME}/images/{own_image}", f"{HOME}/images/{own_image}/copy", "all/instances", "sessions", "all/volumes", f"{HOME}/tags/{own_image}",
                 f"{HOME}/permissions/{own_image}", f"{HOME}/images/{own_image}/disable", "all/recycle-bin", f"{HOME}/new-volume"):
        text = plain.get(path).text
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:", text, re.IGNORECASE)
        assert re.findall(r"<script[^>]*>(.*?)</script>", text, re.DOTALL) == [""]


def test_the_cookie_is_out_of_reach(server: FerryServer) -> None:
    stranger = Plain(server)
    assert server.credentials is not None
    answer = stranger.post(
        "sign-in", {"by": "key", "access-key-id": server.credentials.access_key, "secret-access-key": server.credentials.secret_key}
    )
    cookie = answer.headers["Set-Cookie"]
    assert {"HttpOnly", "SameSite=Strict", "Path=/"} <= {part.strip() for part in cookie.split(";")}
    [value] = [value for name, value in stranger.cookies.items() if name.startswith("ferry-console")]
    assert re.fullmatch(r"[0-9a-f]{64}", value)
    for path in ("", "sessions", "all/images"):
        text = stranger.get(path).text
        assert value not in text and server.credentials.secret_key not in text
    assert server.credentials.secret_key not in server.log_text() and value not in server.log_text()


def test_signing_in_makes_a_session_of_its_own(server: FerryServer) -> None:
    """A cookie that somebody else has put there is not the one that is signed in."""
    stranger = Plain(server)
    stranger.get("sign-in")
    [name] = stranger.cookies
    planted = name.replace("sign-in", "console")
    stranger.cookies[planted] = "a" * 64
    stranger.sign_in()
    assert stranger.cookies[planted] != "a" * 64
    assert Plain(server, {planted: "a" * 64}).get("all/images").status == 303


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec_Fetch_Site": "cross-site"}, {"Sec_Fetch_Site": "same-site"}, {"Sec_Fetch_Site": "none"}, {"Origin": "http://evil.example"},
        {"Origin": "null"},
    ],
)
def test_forms_of_other_sites_change_nothing(plain: Plain, own_image: str, headers: dict[str, str]) -> None:
    path = f"{HOME}/images/{own_image}/deregister"
    name = images.describe(plain.server, HOME, own_image)["Name"]
    token = plain.get(path).token
    refused = plain.ask("POST", path, [("form-token", token), ("word", name)], **headers)
    assert (refused.status, refused.codes) == (403, ["FormNotOurs"])
    assert exists(plain.server, own_image)


def test_forms_without_the_sessions_token_change_nothing(plain: Plain, own_image: str) -> None:
    path = f"{HOME}/images/{own_image}/deregister"
    name = images.describe(plain.server, HOME, own_image)["Name"]
    other = Plain(plain.server).sign_in()
    stranger = Plain(plain.server)
    for token in ("", "0" * 64, other.get(path).token, stranger.get("sign-in").token):
        refused = plain.post(path, {"word": name}, token=token)
        assert (refused.status, refused.codes) == (403, ["FormNotOurs"])
    assert exists(plain.server, own_image)
    # And with it, once: what was sent is not sent again with the same effect.
    token = plain.get(path).token
    assert plain.post(path, {"word": name}, token=token).status == 303
    assert not exists(plain.server, own_image)
    assert plain.post(path, {"word": name}, token=token).status in (400, 404)


def test_a_session_that_has_ended_does_nothing(plain: Plain, own_image: str) -> None:
    path = f"{HOME}/images/{own_image}/deregister"
    name = images.describe(plain.server, HOME, own_image)["Name"]
    token = plain.get(path).token
    kept = dict(plain.cookies)
    assert plain.post("sign-out").status == 303
    plain.cookies = kept
    gone = plain.post(path, {"word": name}, token=token)
    assert (gone.status, gone.location) == (303, CONSOLE + "sign-in")
    assert exists(plain.server, own_image)
    assert plain.get("live/all/images").status == 403


def test_one_may_end_ones_own_sessions_alone(plain: Plain, other_account: FerryServer) -> None:
    second, foreign = Plain(plain.server).sign_in(), Plain(other_account).sign_in()
    ids = re.findall(r'name="session" value="([0-9a-f]{64})"', plain.get("sessions").text)
    assert ids
    assert not set(ids) & set(re.findall(r"[0-9a-f]{64}", foreign.get("sessions").text))
    for session in ids:
        assert foreign.post("sessions", {"session": session}).status == 404
    assert second.get("all/images").status == 200
    for session in ids:
        assert plain.post("sessions", {"session": session}).status in (303, 404)
    assert second.get("all/images").status == 303
    assert plain.get("all/images").status == 200


def test_markup_is_text_everywhere(plain: Plain, snapshot: str, new_account) -> None:
    server = plain.server
    ec2 = server.ec2()
    for text in MARKUP:
        image = images.register(server, snapshot, Description=text)
        ec2.create_tags(Resources=[image], Tags=[{"Key": text[:127], "Value": text}, {"Key": "Name", "Value": text}])
        copy = images.copied(server, image, Description=text)["ImageId"]
        volume = ec2.create_volume(
            Size=1, AvailabilityZone=f"{HOME}a",
            TagSpecifications=[{"ResourceType": "volume", "Tags": [{"Key": text[:127], "Value": text}, {"Key": "Name", "Value": text}]}],
        )["VolumeId"]
        taken = ec2.create_snapshot(
            VolumeId=volume, Description=text, TagSpecifications=[{"ResourceType": "snapshot", "Tags": [{"Key": "Name", "Value": text}]}]
        )["SnapshotId"]
        pages = {
            path: plain.get(path).text
            for path in (
                f"{HOME}/images/{image}", f"{AWAY}/images/{copy}", f"{HOME}/images/{image}/copy", f"{HOME}/images/{image}/launch",
                f"{HOME}/images/{image}/deregister", "all/images?search=" + urllib.parse.quote(text),
                "?search=" + urllib.parse.quote(text), "all/snapshots?search=" + urllib.parse.quote(text),
                f"{HOME}/images/" + urllib.parse.quote(text, safe=""), f"{HOME}/tags/{image}", f"{HOME}/permissions/{image}",
                f"{HOME}/images/{image}/disable", f"{HOME}/images/{image}/deprecate?at=" + urllib.parse.quote(text),
                f"selected-images?do=deregister&image={HOME}/{image}", f"{HOME}/images?column=description&column=key&search=tag",
                f"{HOME}/volumes", f"{HOME}/volumes/{volume}", f"{HOME}/volumes/{volume}/modify", f"{HOME}/tags/{volume}",
                f"{HOME}/snapshots/{taken}", f"{HOME}/snapshots/{taken}/image", f"{HOME}/snapshots/{taken}/copy",
                f"{HOME}/new-volume?snapshot=" + urllib.parse.quote(text), "all/volumes?search=" + urllib.parse.quote(text),
            )
        }
        pages["form"] = plain.post(f"{HOME}/images/{image}/copy", {"name": text, "description": text, "minutes": text, "to": text}).text
        pages["tags-form"] = plain.post(f"{HOME}/tags/{image}", {"key": text, "value": text * 40}).text
        pages["share-form"] = plain.post(f"{HOME}/permissions/{image}", {"partner": text}).text
        pages["volume-form"] = plain.post(f"{HOME}/new-volume", {"name": text, "snapshot": text, "zone": text, "key": text}).text
        pages["sign-in"] = Plain(server).post("sign-in", {"by": "password", "account": text, "user": text, "password": text}).text
        for path, page in pages.items():
            elements = Elements()
            elements.feed(page)
            assert elements.strange == [], path
        ec2.deregister_image(ImageId=image)
        ec2.delete_volume(VolumeId=volume)
        server.ec2(AWAY).deregister_image(ImageId=copy)


def test_markup_of_identities_is_text_everywhere(plain: Plain, new_account) -> None:
    owner = new_account()
    iam, fresh = owner.client("iam"), Plain(owner).sign_in()
    # What IAM lets stand in a path has neither spaces nor marks: what is left would still close and open something.
    for text in ('"><svg/onload=alert(1)>', "'><script>alert(1)</script>", "{{title}}{{{content}}}", "&lt;b&gt;"):
        made = people.made(owner, path=f"/{text}/", description=text, password=False)
        iam.put_user_policy(
            UserName=made.user, PolicyName="said",
            PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [{"Sid": "a", "Effect": "Allow", "Action": "s3:*", "Resource": f"arn:aws:s3:::{text}"}]}),
        )
        pages = {path: fresh.get(path) for path in [*made.pages.values(), f"users/{made.user}/policies/said"]}
        for name, path in made.pages.items():
            if name not in ("create-user", "create-role", "create-policy", "create-inline", "no-user", "policies"):
                assert pages[path].status == 200, name
        for path, page in pages.items():
            check_is_text(path, page.text)
    user = f"users/{made.user}"
    for text in MARKUP:
        fields = {
            "name": text, "path": text, "description": text, "trust": text, "document": text, "actions": text, "resources": text, "attach": text,
            "group": text, "tag-key": text, "tag-value": text, "key": text, "policy": text, "version": text, "word": text, "user": text, "act": text,
        }
        for path, act in [
            (user, "attach"), (user, "join"), (user, "tag"), (user, "untag"), (user, "delete-key"), (user, "delete-inline"), (user, text),
            (f"{user}/delete", "delete"), ("create/users", "create"), ("create/roles", "create"), ("create-policy", "simulate"),
            ("create-policy", "save"), (f"{user}/create-policy", "save"), (f"policies/{people.quoted(made.policy_arn)}", "delete-version"),
            (f"policies/{people.quoted(made.policy_arn)}/edit", "simulate"), (f"roles/{made.role}/trust", "save"),
        ]:
            check_is_text(path, fresh.post(path, {**fields, "do": act}).text)
        for path in ("users?search=", "roles?search=", "groups?search=", "policies?search=", "policies?show=", "users?next=", "users/", "policies/"):
            check_is_text(path, fresh.get(path + people.quoted(text)).text)


def test_markup_of_keys_and_accounts_is_text_everywhere(plain: Plain, new_account) -> None:
    server = plain.server
    organizations = server.client("organizations")
    account = new_account().account
    root = organizations.list_roots()["Roots"][0]["Id"]
    for text in MARKUP:
        pages = list(people.keys(server, description=text).values())
        if text.isascii():
            # What Organizations lets stand in a name.
            unit = organizations.create_organizational_unit(ParentId=root, Name=f"{text} {uuid.uuid4().hex[:6]}")["OrganizationalUnit"]["Id"]
            accounts.created(server, f"{text[:40]} {uuid.uuid4().hex[:6]}")
            pages += ["accounts", f"units/{unit}", f"units/{root}", "units"]
        for path in pages:
            check_is_text(path, plain.get(path).text)
        fields = {
            "name": text, "email": text, "alias": text, "description": text, "document": text, "days": text, "word": text, "account": text, "role": text,
            "title": text, "parent": text, "control": text, "policy": text, "grant": text, "region": text, "tag-key": text, "tag-value": text,
        }
        key = pages[1]
        for path, act in [
            (key, "alias"), (key, "delete-alias"), (key, "revoke"), (key, "rotate-every"), (key, "tag"), (f"{key}/policy", "save"),
            (f"{key}/delete", "delete"), ("create/key", "create"), ("create/account", "create"), (f"accounts/{account}", "move"),
            (f"accounts/{account}", "attach-control"), (f"accounts/{account}/close", "close"), ("switch-role", "switch"), (f"units/{root}", "delete"),
        ]:
            check_is_text(path, plain.post(path, {**fields, "do": act}).text)
        for path in ("all/keys?search=", "accounts?search=", "accounts?next=", "accounts/", "units/", "switch-role?role=", f"{HOME}/keys/", "control-policies/"):
            check_is_text(path, plain.get(path + people.quoted(text)).text)


def test_a_password_that_may_not_be_changed_stays(server: FerryServer) -> None:
    """Nobody needs to be allowed to set the one that must be set; a policy that denies it counts, and the page says so."""
    user, iam = uuid.uuid4().hex, server.client("iam")
    iam.create_user(UserName=user)
    iam.create_login_profile(UserName=user, Password="First-word-1", PasswordResetRequired=True)
    deny = {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "iam:ChangePassword", "Resource": "*"}]}
    iam.put_user_policy(UserName=user, PolicyName="deny", PolicyDocument=json.dumps(deny))
    fields = {"by": "password", "account": server.account, "user": user, "password": "First-word-1"}
    for more in ({}, {"new-password": "Second-word-2", "must-change": "yes"}):
        refused = Plain(server).post("sign-in", {**fields, **more})
        assert (refused.status, refused.codes) == (403, ["AccessDenied"]) and "iam:ChangePassword" in refused.text
    # Who does not know the password learns nothing of it.
    assert Plain(server).post("sign-in", {**fields, "password": "wrong"}).codes == ["SignInFailed"]
    iam.delete_user_policy(UserName=user, PolicyName="deny")
    assert Plain(server).post("sign-in", {**fields, "new-password": "Second-word-2", "must-change": "yes"}).status == 303


def test_a_policy_can_keep_from_the_console(server: FerryServer) -> None:
    user, iam = uuid.uuid4().hex, server.client("iam")
    iam.create_user(UserName=user)
    key = iam.create_access_key(UserName=user)["AccessKey"]
    mine = accounts.seen_by(server, Credentials(key["AccessKeyId"], key["SecretAccessKey"], server.account))

    def link() -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(binary()), "console", "--json"], env=mine.shell_environment(), capture_output=True, text=True, timeout=HANG
        )

    assert link().returncode == 0
    deny = {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "ferry:CreateConsoleLink", "Resource": "*"}]}
    iam.put_user_policy(UserName=user, PolicyName="deny", PolicyDocument=json.dumps(deny))
    refused = link()
    assert refused.returncode != 0 and "ferry:CreateConsoleLink" in refused.stderr and "explicit deny" in refused.stderr


def check_is_text(path: str, page: str) -> None:
    elements = Elements()
    elements.feed(page)
    assert elements.strange == [], path


@pytest.mark.parametrize(
    "place",
    [
        "https://evil.example/", "//evil.example/", "/\\evil.example", CONSOLE + "../../bucket/page.html?X-Amz-Signature=1",
        CONSOLE + "%2e%2e/%2e%2e/bucket/page.html", CONSOLE + ".\t./../bucket", "javascript:alert(1)", CONSOLE + "\\..\\", CONSOLE + "sign-out/..",
    ]
)
def test_signing_in_leads_nowhere_else(server: FerryServer, place: str) -> None:
    assert server.credentials is not None
    stranger = Plain(server)
    token = stranger.get("sign-in").token
    fields = {
        "by": "key", "access-key-id": server.credentials.access_key, "secret-access-key": server.credentials.secret_key, "to": place,
    }
    answer = stranger.post("sign-in", fields, token=token)
    assert (answer.status, answer.location) == (303, CONSOLE)


def test_who_comes_to_a_page_first_is_led_back(server: FerryServer) -> None:
    stranger = Plain(server)
    led = stranger.get("all/images?search=x")
    assert led.status == 303
    place = urllib.parse.parse_qs(urllib.parse.urlsplit(led.location).query)["to"][0]
    assert place == CONSOLE + "all/images?search=x"
    assert server.credentials is not None
    fields = {
        "by": "key", "access-key-id": server.credentials.access_key, "secret-access-key": server.credentials.secret_key, "to": place,
    }
    assert stranger.post("sign-in", fields).location == place


def test_a_browser_at_the_root_is_led_to_the_console_and_clients_are_not(server: FerryServer) -> None:
    stranger = Plain(server)
    assert stranger.get("/", Accept="text/html,*/*").location == CONSOLE
    assert stranger.get("/").status == 403
    assert stranger.get("/?Action=DescribeImages", Accept="text/html").status in (400, 401, 403)


@pytest.mark.parametrize("method", ["PUT", "DELETE", "OPTIONS", "PATCH", "TRACE"])
def test_other_methods_are_none(plain: Plain, method: str) -> None:
    assert plain.ask(method, "all/images").status == 405


@pytest.mark.parametrize(
    "path",
    [
        "files/../console.js", "files/%2e%2e%2fconsole.js", "files/console.css%00", "files/..", "..%2f..%2fetc%2fpasswd", "all/images/x",
        "moon/images", f"{HOME}/images/%00", f"{HOME}/images/ami-0/copy/again", "live/sign-in", "live/live/all/images",
        "%F0%9F%9A%A2/images", "a" * 4000,
    ],
)
def test_odd_paths_are_no_pages(plain: Plain, path: str) -> None:
    answer = plain.get(path)
    assert answer.status in (400, 404)
    assert "root:" not in answer.text


def test_a_form_that_is_too_long_is_refused(plain: Plain, own_image: str) -> None:
    refused = plain.post(f"{HOME}/images/{own_image}/copy", {"description": "x" * 200_000})
    assert refused.status in (400, 413)


def test_a_wrong_sign_in_tells_nothing(server: FerryServer) -> None:
    """The same words for a key that there is none of, a wrong secret, an account, a user or a password."""
    assert server.credentials is not None
    user = uuid.uuid4().hex
    iam = server.client("iam")
    iam.create_user(UserName=user)
    iam.create_login_profile(UserName=user, Password="Correct-horse-1")
    try:
        attempts = [
            {"by": "key", "access-key-id": server.credentials.access_key, "secret-access-key": "x" * 40},
            {"by": "key", "access-key-id": "AKIAXXXXXXXXXXXXXXXX", "secret-access-key": server.credentials.secret_key},
            {"by": "password", "account": server.account, "user": user, "password": "wrong"},
            {"by": "password", "account": server.account, "user": "nobody", "password": "Correct-horse-1"},
            {"by": "password", "account": "000000000000", "user": user, "password": "Correct-horse-1"},
            {"by": "password", "account": server.account, "user": user, "password": ""},
        ]
        texts = set()
        for fields in attempts:
            stranger = Plain(server)
            refused = stranger.post("sign-in", fields)
            assert (refused.status, refused.codes) == (403, ["SignInFailed"])
            assert not any(name.startswith("ferry-console") for name in stranger.cookies)
            texts.add(re.search(r'role="alert">\s*<p>(.*?)</p>', refused.text, re.DOTALL)[1])  # type: ignore[index]
        assert len(texts) == 1
        signed_in = Plain(server)
        right = signed_in.post("sign-in", {"by": "password", "account": server.account, "user": user, "password": "Correct-horse-1"})
        assert (right.status, right.location) == (303, CONSOLE)
        assert f"{user} @" in signed_in.get("sessions").text
        # It may do what the user may: nothing.
        assert "UnauthorizedOperation" in signed_in.get(f"{HOME}/images").text
        # And it ends with the user.
        iam.delete_login_profile(UserName=user)
        iam.delete_user(UserName=user)
        assert signed_in.get("sessions").status == 303
    finally:
        for undo in (lambda: iam.delete_login_profile(UserName=user), lambda: iam.delete_user(UserName=user)):
            try:
                undo()
            except ClientError:
                pass


def test_guessing_a_password_is_stopped(start_server) -> None:
    server = start_server()
    codes = []
    for _ in range(30):
        refused = Plain(server).post("sign-in", {"by": "password", "account": server.account, "user": "someone", "password": "guess"})
        codes += refused.codes
        if codes[-1] == "TooManyAttempts":
            assert refused.status == 429
            break
    assert codes[0] == "SignInFailed" and codes[-1] == "TooManyAttempts"
    # Who has a key gets in meanwhile.
    Plain(server).sign_in()


def test_a_password_that_must_be_changed_is(server: FerryServer) -> None:
    user = uuid.uuid4().hex
    iam = server.client("iam")
    iam.create_user(UserName=user)
    iam.create_login_profile(UserName=user, Password="First-word-1", PasswordResetRequired=True)
    stranger = Plain(server)
    fields = {"by": "password", "account": server.account, "user": user, "password": "First-word-1"}
    asked = stranger.post("sign-in", fields)
    assert (asked.status, asked.codes) == (400, ["PasswordChangeRequired"])
    assert 'name="new-password"' in asked.text
    short = stranger.post("sign-in", {**fields, "new-password": "x", "must-change": "yes"})
    assert short.status == 400 and short.codes == ["PasswordPolicyViolation"]
    done = stranger.post("sign-in", {**fields, "new-password": "Second-word-2", "must-change": "yes"})
    assert (done.status, done.location) == (303, CONSOLE)
    assert Plain(server).post("sign-in", fields).status == 403


def test_a_link_signs_in_once(ferry, server: FerryServer) -> None:
    link = json.loads(ferry("console", "--json").stdout)["link"]
    path = urllib.parse.urlsplit(link).path
    assert link.startswith(server.endpoint + CONSOLE + "sign-in/")
    # Whatever looks at a link beforehand does not use it up.
    Plain(server).get(path)
    first, second = Plain(server), Plain(server)
    assert first.post(path).status == 303
    assert first.get("all/images").status == 200
    late = second.post(path, token=second.get("sign-in").token)
    assert (late.status, late.codes) == (403, ["LinkOver"])
    assert path.split("/")[-1] not in server.log_text()
    # And is no cookie.
    [name] = [name for name in first.cookies if name.startswith("ferry-console")]
    assert Plain(server, {name: path.split("/")[-1]}).get("all/images").status == 303


class Stream:
    """What a page listens to."""

    def __init__(self, plain: Plain, path: str) -> None:
        address = urllib.parse.urlsplit(plain.server.endpoint)
        self.connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=HANG)
        cookie = "; ".join(f"{name}={value}" for name, value in plain.cookies.items())
        self.connection.request("GET", CONSOLE + "live/" + path, headers={"Cookie": cookie})
        self.response = self.connection.getresponse()

    def event(self) -> tuple[str, str]:
        name, data = "", []
        while True:
            line = self.response.readline().decode().rstrip("\n")
            if line.startswith("event: "):
                name = line[7:]
            elif line.startswith("data: "):
                data.append(line[6:])
            elif not line and name:
                return name, "\n".join(data)

    def close(self) -> None:
        self.connection.close()


def test_a_stream_ends_with_its_session(plain: Plain) -> None:
    stream = Stream(plain, "all/images")
    assert stream.event()[0] == "part"
    plain.post("sign-out")
    while (event := stream.event())[0] == "part":
        pass
    assert event[0] == "over"
    stream.close()


def test_a_stream_tells_nothing_of_other_accounts(plain: Plain, other_account: FerryServer, snapshot: str) -> None:
    foreign = Plain(other_account).sign_in()
    streams = [Stream(foreign, path) for path in ("all/images", "", "all/snapshots")]
    for stream in streams:
        stream.event()
    name = images.unused_name("secret")
    image = images.register(plain.server, snapshot, name=name)
    mine = Stream(plain, "all/images")
    while image not in mine.event()[1]:
        pass
    mine.close()
    # The other's streams go on, and say so by what happens there, without a word of this.
    own = images.register(
        other_account, snapshots.upload(other_account, Disk.made("of another account", 1)), name=images.unused_name("own"), region=HOME
    )
    told = ""
    while own not in told:
        told += streams[0].event()[1]
    assert image not in told and name not in told
    for stream in streams:
        stream.close()
    assert foreign.get(f"{HOME}/images/{image}").status in (400, 404)




def test_there_are_only_so_many_streams(start_server) -> None:
    server = start_server()
    plain = Plain(server).sign_in()
    streams = [Stream(plain, "all/images") for _ in range(16)]
    assert {stream.response.status for stream in streams} == {200}
    refused = plain.get("live/all/images")
    assert refused.status == 503 and refused.headers["Retry-After"] and "Too many pages" in refused.text
    # Pages, and others of the account and elsewhere, are none the worse.
    iam = server.client("iam")
    iam.create_user(UserName="other")
    key = iam.create_access_key(UserName="other")["AccessKey"]
    colleague = Plain(accounts.seen_by(server, Credentials(key["AccessKeyId"], key["SecretAccessKey"], server.account))).sign_in()
    stream = Stream(colleague, "all/images")
    assert stream.response.status == 200
    stream.close()
    assert plain.get("all/images").status == 200
    other = Plain(accounts.seen_by(server, accounts.created(server))).sign_in()
    stream = Stream(other, "all/images")
    assert stream.response.status == 200
    stream.close()
    for stream in streams:
        stream.close()
    eventually(lambda: free(plain), "the places are free again")


def free(plain: Plain) -> bool:
    stream = Stream(plain, "all/images")
    status = stream.response.status
    stream.close()
    return status == 200


def test_the_server_stops_though_pages_are_open(start_server) -> None:
    """`start_server` stops it, and a stop that has to cut anything off takes longer than a test has."""
    server = start_server(arguments=browsers.on_one_port())
    plain = Plain(server).sign_in()
    stream = Stream(plain, "all/images")
    stream.event()
    reader = threading.Thread(target=stream.response.read)
    reader.start()
    server.stop()
    reader.join()
    assert "Cut off" not in server.log_text()
    server.start()
    # The session is still there.
    assert plain.get("all/images").status == 200


def test_heads_have_no_bodies(plain: Plain, own_image: str) -> None:
    for path in ("", "all/images", "nothing", f"{HOME}/images/{own_image}", "files/console.js", "moon/images"):
        assert plain.ask("HEAD", path).text == ""
        # What follows on the connection is an answer of its own.
        address = urllib.parse.urlsplit(plain.server.endpoint)
        with socket.create_connection((address.hostname, address.port), timeout=HANG) as connection:
            head = f"HEAD {CONSOLE}{path} HTTP/1.1\r\nHost: {address.netloc}\r\n\r\n"
            connection.sendall((head + head.replace("HTTP/1.1\r\n", "HTTP/1.1\r\nConnection: close\r\n")).encode())
            answers = b"".join(iter(lambda: connection.recv(65536), b""))
        assert answers.count(b"HTTP/1.1 ") == 2 and b"<html" not in answers


def test_of_two_cookies_none_counts(plain: Plain, other_account: FerryServer) -> None:
    """One of them may have been put there by another server of the same host, whose cookies are this one's too."""
    [name] = [name for name in plain.cookies if name.startswith("ferry-console")]
    other = Plain(other_account).sign_in().cookies[name]
    for cookies in (f"{name}={other}; {name}={plain.cookies[name]}", f"{name}={plain.cookies[name]}; {name}={other}"):
        assert Plain(plain.server).get("all/images", Cookie=cookies).status == 303


def test_what_stands_in_a_bucket_is_no_page_of_the_console(plain: Plain) -> None:
    """A browser keeps it apart, in an origin of nobody, whoever signed the link."""
    s3 = plain.server.s3()
    bucket = f"pages-{uuid.uuid4().hex[:12]}"
    s3.create_bucket(Bucket=bucket)
    s3.put_object(Bucket=bucket, Key="x.html", Body=b"<script>1</script>", ContentType="text/html")
    link = s3.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": "x.html"})
    for target in (link, link[:-4] + "0000"):
        answer = Plain(plain.server).get(target[len(plain.server.endpoint):])
        policy = answer.headers["Content-Security-Policy"]
        assert policy.startswith("sandbox") and "allow-same-origin" not in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
    s3.delete_object(Bucket=bucket, Key="x.html")
    s3.delete_bucket(Bucket=bucket)


def test_sessions_of_a_role_are_not_the_root_users(plain: Plain) -> None:
    """A role that may do nothing, and has a link, neither sees nor ends what others have begun."""
    name = uuid.uuid4().hex
    iam = plain.server.client("iam")
    trust = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": plain.server.account}, "Action": "sts:AssumeRole"}]}
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
    user = iam.create_user(UserName=name)["User"]
    allow = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": role}]}
    iam.put_user_policy(UserName=name, PolicyName="assume", PolicyDocument=json.dumps(allow))
    key = iam.create_access_key(UserName=name)["AccessKey"]
    as_user = accounts.seen_by(plain.server, Credentials(key["AccessKeyId"], key["SecretAccessKey"], plain.server.account))
    session = as_user.client("sts").assume_role(RoleArn=role, RoleSessionName="xy")["Credentials"]
    as_role = accounts.seen_by_session(plain.server, session)
    done = subprocess.run(
        [str(binary()), "console", "--json"], env=as_role.shell_environment(), capture_output=True, text=True, timeout=HANG
    )
    assert done.returncode == 0, done.stderr
    path = urllib.parse.urlsplit(json.loads(done.stdout)["link"]).path
    guest = Plain(plain.server)
    assert f"{name}/xy" in guest.get(path).text
    assert guest.post(path).status == 303
    mine = re.findall(r'name="session" value="([0-9a-f]{64})"', Plain(plain.server).sign_in().get("sessions").text)
    page = guest.get("sessions").text
    assert not any(session in page for session in mine)
    for session in mine[:3]:
        assert guest.post("sessions", {"session": session}).status == 404
    assert plain.get("all/images").status == 200
    assert user["UserName"] == name


def test_signing_in_is_told_in_the_log(plain: Plain) -> None:
    Plain(plain.server).post("sign-in", {"by": "password", "account": plain.server.account, "user": uuid.uuid4().hex, "password": "guess"})
    log = plain.server.log_text()
    assert re.search(r"account=\d{12} address=127\.0\.0\.1 principal=root .*way=access key.*Signed in to the console", log)
    assert "Refused a sign-in to the console" in log and "guess" not in log


def test_a_change_is_told_in_the_log_as_any_other(plain: Plain, own_image: str) -> None:
    name = images.describe(plain.server, HOME, own_image)["Name"]
    assert plain.post(f"{HOME}/images/{own_image}/deregister", {"word": name}).status == 303
    told = [line for line in plain.server.log_text().splitlines() if "DeregisterImage" in line and own_image in line]
    assert len(told) == 1 and f"account={plain.server.account}" in told[0] and "address=127.0.0.1" in told[0]
