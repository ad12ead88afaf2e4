"""The console in Chromium: what people do there day by day, with scripts, without, and by the keyboard alone."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable, Iterator

import accounts
import browsers
import images
import people
import pytest
from axe_playwright_python.sync_playwright import Axe
from browsers import SHOTS, Plain
from disks import Disk
from ferry_server import AWAY, HOME, THIRD, FerryServer, binary
from patience import HANG, eventually
from playwright.sync_api import Browser, Locator, Page, expect

expect.set_options(timeout=HANG * 1000)

WIDTHS = (360, 800, 1440)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with browsers.chromium() as started:
        yield started


def push(server: FerryServer, folder, name: str, mebibytes: int = 4) -> str:
    """By the command line, as people do it."""
    disk = folder / f"{name}.img"
    disk.write_bytes(b"".join(Disk.made(name, 2 * mebibytes).blocks[index] for index in range(2 * mebibytes)))
    done = subprocess.run(
        [str(binary()), "push", str(disk), "--name", name, "--quiet"], env=server.shell_environment(), capture_output=True, text=True, timeout=HANG
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split()[0]


def told(page: Page, text: str) -> Locator:
    """What the page says, once: scripts say it to screen readers as well."""
    return page.locator("#main").get_by_text(text)


def choose(page: Page, *regions: str) -> None:
    for region in regions:
        page.get_by_label(region, exact=True).check()


def copies_of(page: Page) -> dict[str, str]:
    """The states of an image's copies, by Region, as its page has them."""
    rows = page.locator("#image-copies tbody tr")
    cells = [row.locator("td, th").all_inner_texts() for row in rows.all()]
    return {row[0]: re.sub(r"\W", "", row[3]) for row in cells}


def test_the_story(browser: Browser, start_server: Callable[..., FerryServer], tmp_path) -> None:
    """Sign in, see an image come, copy it to two Regions, watch both, see the picture, deregister the source, and the copies stay."""
    # Slow enough that the bars are seen to move, whatever the machine.
    server = start_server(arguments=("--bandwidth", f"{HOME}:{AWAY}=8Mbit/s", "--bandwidth", f"{HOME}:{THIRD}=8Mbit/s"))
    with browsers.window(browser, server) as window:
        page = window.sign_in()
        expect(told(page, "There is no image yet")).to_be_visible()
        page.get_by_role("link", name="Images").click()
        image = push(server, tmp_path, "story", 16)
        # Without a look anew.
        expect(page.get_by_role("link", name="story", exact=True)).to_be_visible()
        page.get_by_role("link", name="story", exact=True).click()
        page.get_by_role("link", name="Copy", exact=True).click()
        expect(page.get_by_label("AMI copy description")).to_have_value(f"[Copied {image} from {HOME}]")
        choose(page, AWAY, THIRD)
        page.get_by_role("button", name="Estimate").click()
        expect(page.get_by_text("16 MiB of 16 MiB will move").first).to_be_visible()
        expect(told(page, "Nothing stands in the way.")).to_have_count(2)
        shoot(page, "story-copy")
        page.get_by_role("button", name="Copy", exact=True).click()
        expect(told(page, "The copies are under way")).to_be_visible()
        for region in (AWAY, THIRD):
            bar = page.get_by_role("progressbar", name=f"Copied to {region}")
            eventually(lambda bar=bar: 0 < int(bar.get_attribute("value") or 0) < 100, f"the copy to {region} is on its way")
        expect(page.locator("#image-copies .state.good")).to_have_count(2)
        assert copies_of(page) == {AWAY: "available", THIRD: "available"}
        expect(page.locator("#image-copies").get_by_text("16 MiB in")).to_have_count(2)

        page.get_by_role("link", name="Overview").click()
        expect(page.locator("svg .arrows path")).to_have_count(2)
        shoot(page, "story-picture")

        window.open(f"{HOME}/images/{image}")
        page.get_by_role("link", name="Deregister").click()
        page.get_by_label(re.compile("to go on")).fill("story")
        page.get_by_role("button", name="Deregister").click()
        expect(told(page, "The image is deregistered.")).to_be_visible()
        window.open("all/images")
        for region in (AWAY, THIRD):
            [copy] = server.ec2(region).describe_images(Owners=["self"])["Images"]
            assert (copy["State"], copy["SourceImageId"]) == ("available", image)
            expect(page.get_by_role("row").filter(has_text=copy["ImageId"])).to_have_count(1)

        page.get_by_role("button", name="Sign out").click()
        expect(told(page, "You are signed out.")).to_be_visible()
        window.open("all/images")
        expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_the_same_without_scripts(browser: Browser, start_server: Callable[..., FerryServer], tmp_path) -> None:
    server = start_server()
    image = push(server, tmp_path, "plain")
    with browsers.window(browser, server, java_script_enabled=False) as window:
        page = window.sign_in()
        page.get_by_role("link", name="Images").click()
        page.get_by_role("link", name="plain", exact=True).click()
        page.get_by_role("link", name="Copy", exact=True).click()
        choose(page, AWAY, THIRD)
        page.get_by_role("button", name="Estimate").click()
        expect(told(page, "Nothing stands in the way.")).to_have_count(2)
        page.get_by_role("button", name="Copy", exact=True).click()
        expect(told(page, "The copies are under way")).to_be_visible()

        def arrived() -> bool:
            page.reload()
            return list(copies_of(page).values()) == ["available"] * 2

        eventually(arrived, "both copies are there")
        page.get_by_role("link", name="Overview").click()
        expect(page.locator("svg .arrows path")).to_have_count(2)
        window.open(f"{HOME}/images/{image}/deregister")
        page.get_by_label(re.compile("to go on")).fill("another")
        page.get_by_role("button", name="Deregister").click()
        expect(told(page, "Nothing was changed")).to_be_visible()
        page.get_by_label(re.compile("to go on")).fill("plain")
        page.get_by_role("button", name="Deregister").click()
        expect(told(page, "The image is deregistered.")).to_be_visible()
        page.get_by_role("button", name="Sign out").click()
        expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_the_same_by_the_keyboard_alone(browser: Browser, start_server: Callable[..., FerryServer], tmp_path) -> None:
    server = start_server()
    image = push(server, tmp_path, "keys")
    with browsers.window(browser, server) as window:
        page = window.open()
        assert server.credentials is not None

        def reach(what: str) -> None:
            """Tab by tab to what has the name, and it is seen where one is."""
            for _ in range(200):
                page.keyboard.press("Tab")
                named = page.evaluate(
                    "() => { const e = document.activeElement; return e.getAttribute('aria-label') || (e.labels && e.labels[0] ? e.labels[0].textContent : e.textContent) }"
                )
                if named.strip() == what:
                    outline = page.evaluate("() => getComputedStyle(document.activeElement).outlineStyle")
                    assert outline != "none", f"nothing shows that {what} has the focus"
                    return
            raise AssertionError(f"no Tab leads to {what}")

        reach("Access key ID")
        page.keyboard.type(server.credentials.access_key)
        reach("Secret access key")
        page.keyboard.type(server.credentials.secret_key)
        page.keyboard.press("Enter")
        page.get_by_role("heading", name="Overview").wait_for()
        page.keyboard.press("?")
        expect(page.get_by_role("dialog")).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_be_hidden()
        page.keyboard.type("gi")
        page.get_by_role("heading", name="Images").wait_for()
        reach("keys")
        page.keyboard.press("Enter")
        page.get_by_role("heading", name="keys").wait_for()
        reach("Copy")
        page.keyboard.press("Enter")
        page.get_by_role("heading", name="Copy keys").wait_for()
        reach(AWAY)
        page.keyboard.press("Space")
        reach("Copy")
        page.keyboard.press("Enter")
        expect(page.locator("#image-copies .state.good")).to_have_count(1)
        reach("Deregister")
        page.keyboard.press("Enter")
        page.get_by_role("heading", name="Deregister keys?").wait_for()
        reach("Type keys to go on")
        page.keyboard.type("keys")
        page.keyboard.press("Enter")
        expect(told(page, "The image is deregistered.")).to_be_visible()
    assert server.ec2().describe_images(Owners=["self"])["Images"] == []
    assert image


def test_a_page_outlives_the_server(browser: Browser, start_server: Callable[..., FerryServer], tmp_path) -> None:
    """The session is a row, and the page asks again by itself: what is new is seen without a look anew."""
    server = start_server(arguments=browsers.on_one_port())
    with browsers.window(browser, server) as window:
        page = window.sign_in()
        page.get_by_role("link", name="Images").click()
        expect(told(page, "There is no image here yet")).to_be_visible()
        page.evaluate("() => { window.kept = true }")
        server.kill()
        expect(page.locator("main.stale")).to_be_visible()
        server.start()
        push(server, tmp_path, "after")
        expect(page.get_by_role("link", name="after", exact=True)).to_be_visible()
        expect(page.locator("main.stale")).to_have_count(0)
        assert page.evaluate("() => window.kept") is True


@pytest.fixture(scope="module")
def furnished(server: FerryServer, snapshot: str) -> dict[str, str]:
    """Addresses of all pages, with something on each."""
    image = images.register(server, snapshot, name=images.unused_name("furnished"), Description="an image to look at")
    server.ec2().create_tags(Resources=[image], Tags=[{"Key": "team", "Value": "images"}])
    copy = images.copied(server, image)["ImageId"]
    volume = server.ec2().create_volume(Size=1, AvailabilityZone=f"{HOME}a", SnapshotId=snapshot)["VolumeId"]
    server.ec2().modify_image_attribute(ImageId=image, LaunchPermission={"Add": [{"UserId": "210987654321"}]})
    bucket = f"furnished-{volume[4:12]}"
    server.s3().create_bucket(Bucket=bucket)
    server.s3().put_object(Bucket=bucket, Key="folder/a long <key>", Body=b"x", Tagging="team=images")
    bucket_at = f"{HOME}/buckets/{bucket}"
    image_at, snapshot_at, volume_at = f"{HOME}/images/{image}", f"{HOME}/snapshots/{snapshot}", f"{HOME}/volumes/{volume}"
    return {
        "columns": "all/images?search=furnished&column=id&column=description&column=deprecation", "disable": f"{image_at}/disable",
        "deprecate": f"{image_at}/deprecate", "selected": f"selected-images?do=deregister&image={HOME}/{image}",
        "share-several": f"selected-images?do=share&image={HOME}/{image}", "tags": f"{HOME}/tags/{image}",
        "permissions": f"{HOME}/permissions/{image}", "recycle-bin": "all/recycle-bin", "snapshot": snapshot_at,
        "snapshot-image": f"{snapshot_at}/image", "snapshot-lock": f"{snapshot_at}/lock", "volumes": "all/volumes", "volume": volume_at,
        "volume-modify": f"{volume_at}/modify", "volume-delete": f"{volume_at}/delete", "new-volume": f"{HOME}/new-volume",
        "upload": f"{HOME}/upload", "server": "server", "buckets": "buckets", "new-bucket": "new-bucket", "bucket": bucket_at,
        "folder": f"{bucket_at}?prefix=folder/", "object": f"{bucket_at}/object?key=folder/a%20long%20%3Ckey%3E",
        "upload-object": f"{bucket_at}/upload?key=folder/", "delete-object": f"{bucket_at}/delete-object?key=folder/x",
        "overview": "?search=furnished", "images": "all/images?search=furnished", "image": f"{HOME}/images/{image}",
        "copied": f"{AWAY}/images/{copy}", "copy": f"{HOME}/images/{image}/copy", "deregister": f"{HOME}/images/{image}/deregister",
        "launch": f"{HOME}/images/{image}/launch", "snapshots": f"{HOME}/snapshots", "instances": "all/instances",
        "sessions": "sessions", "sign-out": "sign-out", "nothing": "nothing/there",
        **people.made(server).pages, **people.keys(server), **people.organization(server, accounts.created(server).account),
    }


def shoot(page: Page, name: str) -> None:
    SHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SHOTS / f"{name}.png", full_page=True)


def report(page: Page) -> str:
    results = Axe().run(page)
    return results.generate_report() if results.violations_count else ""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(browser: Browser, server: FerryServer, furnished: dict[str, str], scheme: str) -> None:
    with browsers.window(browser, server, color_scheme=scheme) as window:
        found = {}
        page = window.open()
        found["sign-in"] = report(page)
        window.sign_in()
        for name, path in furnished.items():
            window.open(path)
            for details in page.locator("details").all():
                details.evaluate("(element) => { element.open = true }")
            found[name] = report(page)
    assert {name: what for name, what in found.items() if what} == {}


@pytest.mark.parametrize("width", WIDTHS)
def test_pages_fit_the_window(browser: Browser, server: FerryServer, furnished: dict[str, str], width: int) -> None:
    """Nothing stands out of the window at the side, and each page is a picture for people to look at."""
    with browsers.window(browser, server, viewport={"width": width, "height": 900}) as window:
        page = window.open()
        shoot(page, f"sign-in-{width}")
        window.sign_in()
        for name, path in furnished.items():
            window.open(path)
            shoot(page, f"{name}-{width}")
            assert page.evaluate("() => document.documentElement.scrollWidth") <= width, f"{name} is wider than {width} pixels"


def test_what_pages_weigh(server: FerryServer, furnished: dict[str, str]) -> None:
    """With everything that belongs to them: the list of images less than 100 KB, none more than 200 KB."""
    plain = Plain(server).sign_in()
    for name, path in furnished.items():
        text = plain.get(path).text
        files = re.findall(r'(?:src|href)="([^"]*/files/[^"]*)"', text)
        assert len(files) == (4 if name == "upload" else 3), "styles, script and icon"
        weight = sum(len(body.encode()) for body in [text, *(plain.get(file).text for file in files)])
        assert weight < (100_000 if name == "images" else 200_000), name


def test_ids_are_copied_by_a_click(browser: Browser, server: FerryServer, furnished: dict[str, str]) -> None:
    with browsers.window(browser, server, permissions=["clipboard-read", "clipboard-write"]) as window:
        window.sign_in()
        page = window.open(furnished["image"])
        image = furnished["image"].split("/")[-1]
        page.get_by_role("button", name=f"Copy {image}").first.click()
        eventually(lambda: page.evaluate("() => navigator.clipboard.readText()") == image, "the id is in the clipboard")


def test_times_are_the_viewers_with_utc_beside(browser: Browser, server: FerryServer, furnished: dict[str, str]) -> None:
    with browsers.window(browser, server) as window:
        window.sign_in()
        context = browser.new_context(timezone_id="Asia/Kolkata", locale="en-US", storage_state=window.page.context.storage_state())
        page = context.new_page()
        page.goto(server.endpoint + browsers.CONSOLE + furnished["image"])
        image = server.ec2().describe_images(ImageIds=[furnished["image"].split("/")[-1]])["Images"][0]
        utc = image["CreationDate"][:16].replace("T", " ") + " UTC"
        text = page.locator("time").first.inner_text()
        assert f"({utc})" in text and text != f"({utc})", text
        context.close()


def test_a_search_for_a_snapshot(browser: Browser, server: FerryServer, snapshot: str) -> None:
    with browsers.window(browser, server) as window:
        window.sign_in()
        page = window.open(f"{HOME}/snapshots")
        page.get_by_placeholder("snap-id or description").fill(snapshot)
        page.get_by_role("button", name="Search").click()
        expect(page.locator("tbody tr")).to_have_count(1)
        expect(page.locator("tbody tr")).to_contain_text(snapshot)
