"""Two browsers for the console: real Chromium, and one that follows links and sends forms over HTTP and can be told to do it wrong."""

from __future__ import annotations

import html
import http.client
import os
import re
import socket
import urllib.parse
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from ferry_server import ROOT, FerryServer
from patience import HANG
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

CONSOLE = "/_ferry/console/"
# Where the pictures of the pages go, for people to look at.
SHOTS = Path(os.environ.get("FERRY_SCREENSHOTS", ROOT / ".build" / "test-results" / "console"))


def on_one_port() -> tuple[str, ...]:
    """Arguments for a server that is at the same address when it is started again: browsers come back to it."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return ("--listen", f"127.0.0.1:{taken.getsockname()[1]}")


@contextmanager
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
        )
        yield browser
        browser.close()


@dataclass
class Window:
    """A page of Chromium, and what it had to complain about."""

    page: Page
    server: FerryServer
    complaints: list[str] = field(default_factory=list)

    def open(self, path: str = "") -> Page:
        self.page.goto(self.server.endpoint + CONSOLE + path)
        return self.page

    def sign_in(self) -> Page:
        credentials = self.server.credentials
        assert credentials is not None
        page = self.open()
        page.get_by_label("Access key ID").fill(credentials.access_key)
        page.get_by_label("Secret access key").fill(credentials.secret_key)
        page.get_by_role("button", name="Sign in", exact=True).click()
        page.get_by_role("heading", name="Overview").wait_for()
        return page


@contextmanager
def window(browser: Browser, server: FerryServer, **options: object) -> Iterator[Window]:
    """A browser of its own, with no cookies yet. It must not complain of a script or of what the page may not load."""
    context: BrowserContext = browser.new_context(timezone_id="UTC", locale="en-US", **options)  # type: ignore[arg-type]
    context.set_default_timeout(HANG * 1000)
    page = context.new_page()
    made = Window(page, server)
    page.on("pageerror", lambda error: made.complaints.append(str(error)))
    page.on("console", lambda said: made.complaints.append(said.text) if "Content Security Policy" in said.text else None)
    yield made
    context.close()
    assert made.complaints == []


@dataclass
class Answer:
    status: int
    headers: http.client.HTTPMessage
    text: str

    @property
    def location(self) -> str:
        return self.headers.get("Location", "")

    @property
    def token(self) -> str:
        """What the forms of the page carry."""
        found = re.search(r'name="form-token" value="([0-9a-f]+)"', self.text)
        assert found, self.text[:2000]
        return found[1]

    @property
    def codes(self) -> list[str]:
        """Of what was refused."""
        return [html.unescape(code) for code in re.findall(r'<p class="small"><code>([^<]*)</code>', self.text)]


@dataclass
class Plain:
    """Neither scripts nor styles: cookies, links and forms."""

    server: FerryServer
    cookies: dict[str, str] = field(default_factory=dict)

    def connection(self) -> http.client.HTTPConnection:
        address = urllib.parse.urlsplit(self.server.endpoint)
        return http.client.HTTPConnection(address.hostname or "", address.port, timeout=HANG)

    def cookie(self) -> str:
        return "; ".join(f"{name}={value}" for name, value in self.cookies.items())

    @contextmanager
    def reading(self, path: str) -> Iterator[http.client.HTTPResponse]:
        """An answer that is read as it comes, and cut off where that ends."""
        connection = self.connection()
        try:
            connection.request("GET", CONSOLE + path, headers={"Cookie": self.cookie()})
            yield connection.getresponse()
        finally:
            connection.close()

    def ask(
        self, method: str, path: str, fields: list[tuple[str, str]] | None = None, body: bytes | str | None = None, **headers: str
    ) -> Answer:
        connection = self.connection()
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.cookies:
            sent.setdefault("Cookie", self.cookie())
        if fields is not None:
            body = urllib.parse.urlencode(fields)
            sent["Content-Type"] = "application/x-www-form-urlencoded"
        try:
            connection.request(method, path if path.startswith("/") else CONSOLE + path, body, sent)
            response = connection.getresponse()
            answer = Answer(response.status, response.headers, response.read().decode())
        finally:
            connection.close()
        for cookie in answer.headers.get_all("Set-Cookie") or []:
            name, value = cookie.split(";")[0].split("=", 1)
            self.cookies[name] = value
            if not value:
                del self.cookies[name]
        return answer

    def get(self, path: str, **headers: str) -> Answer:
        return self.ask("GET", path, **headers)

    def post(self, path: str, fields: dict[str, str] | None = None, token: str | None = None, **headers: str) -> Answer:
        """Sends a form with the token that the page itself gives, or another."""
        token = self.get(path).token if token is None else token
        return self.ask("POST", path, [("form-token", token), *(fields or {}).items()], **headers)

    def sign_in(self) -> Plain:
        credentials = self.server.credentials
        assert credentials is not None
        answer = self.post(
            "sign-in", {"by": "key", "access-key-id": credentials.access_key, "secret-access-key": credentials.secret_key}
        )
        assert (answer.status, answer.location) == (303, CONSOLE), answer.text
        return self
