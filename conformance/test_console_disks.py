"""The console's pages of images, snapshots, volumes and objects: what people change there, in Chromium with scripts and without."""

from __future__ import annotations

import html
import json
import re
import subprocess
import urllib.parse
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import accounts
import browsers
import images
import pytest
import snapshots
from browsers import CONSOLE, Answer, Plain
from disks import BLOCK, ZEROS, Disk
from ferry_server import AWAY, HOME, THIRD, Credentials, FerryServer
from patience import HANG
from playwright.sync_api import Browser, Locator, Page, Route, expect

expect.set_options(timeout=HANG * 1000)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with browsers.chromium() as started:
        yield started


def told(page: Page, text: str | re.Pattern[str]) -> Locator:
    return page.locator("#main").get_by_text(text)


def press(page: Page, name: str) -> None:
    page.locator("#main").get_by_role("button", name=name, exact=True).click()


def follow(page: Page, name: str) -> None:
    page.locator("#main").get_by_role("link", name=name, exact=True).click()


def test_several_images_at_once(browser: Browser, start_server: Callable[..., FerryServer]) -> None:
    """Choose columns, check images in the list, share them, deregister them by the word, and bring one back from the Recycle Bin."""
    server = start_server()
    server.client("rbin").create_rule(ResourceType="EC2_IMAGE", RetentionPeriod={"RetentionPeriodValue": 7, "RetentionPeriodUnit": "DAYS"})
    snapshot = snapshots.upload(server, Disk.made("several", 2))
    ids = [images.register(server, snapshot, name=f"several-{number}") for number in range(3)]
    with browsers.window(browser, server) as window:
        window.sign_in()
        page = window.open("all/images")
        page.get_by_text("Columns", exact=True).click()
        page.get_by_label("Architecture", exact=True).check()
        page.get_by_label("Source", exact=True).uncheck()
        press(page, "Show these columns")
        headings = page.locator("#image-rows thead th").all_inner_texts()
        assert "Architecture" in headings and "Source" not in headings
        follow(page, "Name")
        assert page.locator("#image-rows thead th").all_inner_texts() == headings
        # What is checked stays so when the list changes.
        for image in ids[:2]:
            page.get_by_label(f"Choose {image}").check()
        server.ec2().create_tags(Resources=[ids[2]], Tags=[{"Key": "Name", "Value": "changed"}])
        images.register(server, snapshot, name="several-new")
        expect(page.get_by_role("link", name="several-new", exact=True)).to_be_visible()
        press(page, "Share…")
        expect(page.get_by_role("heading", name="Share 2 images")).to_be_visible()
        page.get_by_label("Share with").fill("210987654321")
        page.get_by_label(re.compile("Share the snapshots too")).check()
        press(page, "Share")
        expect(told(page, "It is shared.")).to_be_visible()
        permissions = server.ec2().describe_image_attribute(ImageId=ids[1], Attribute="launchPermission")["LaunchPermissions"]
        assert permissions == [{"UserId": "210987654321"}]
        volumes = server.ec2().describe_snapshot_attribute(SnapshotId=snapshot, Attribute="createVolumePermission")["CreateVolumePermissions"]
        assert volumes == [{"UserId": "210987654321"}]

        for image in ids[:2]:
            page.get_by_label(f"Choose {image}").check()
        press(page, "Copy…")
        page.get_by_label("Destination Region").select_option(AWAY)
        press(page, "Copy")
        expect(told(page, "The copies are under way.")).to_be_visible()
        assert {image["Name"] for image in server.ec2(AWAY).describe_images(Owners=["self"])["Images"]} == {"several-0", "several-1"}

        window.open(f"{HOME}/images")
        for image in ids[:2]:
            page.get_by_label(f"Choose {image}").check()
        press(page, "Deregister…")
        expect(page.get_by_role("listitem").filter(has_text=ids[0])).to_be_visible()
        page.get_by_label(re.compile("to go on")).fill("deregister 3")
        press(page, "Deregister")
        expect(told(page, "Nothing was changed")).to_be_visible()
        page.get_by_label(re.compile("to go on")).fill("deregister 2")
        press(page, "Deregister")
        expect(told(page, "The images are deregistered.")).to_be_visible()
        page.get_by_role("link", name="Recycle Bin").click()
        page.get_by_role("button", name=f"Restore {ids[0]}").click()
        expect(told(page, "It is back from the Recycle Bin.")).to_be_visible()
        assert images.describe(server, HOME, ids[0])["Name"] == "several-0"


def test_the_life_of_an_image_without_scripts(browser: Browser, server: FerryServer, own_image: str) -> None:
    with browsers.window(browser, server, java_script_enabled=False) as window:
        window.sign_in()
        name = images.describe(server, HOME, own_image)["Name"]
        page = window.open(f"{HOME}/images/{own_image}")
        follow(page, "Edit tags")
        page.get_by_label("Key 1", exact=True).fill("team")
        page.get_by_label("Value 1", exact=True).fill("images")
        page.get_by_label("Key 2", exact=True).fill("goes")
        press(page, "Save")
        expect(told(page, "The tags are changed.")).to_be_visible()
        follow(page, "Edit tags")
        row = 1 if page.get_by_label("Key 1", exact=True).input_value() == "goes" else 2
        page.get_by_label(f"Key {row}", exact=True).fill("")
        press(page, "Save")
        assert images.describe(server, HOME, own_image)["Tags"] == [{"Key": "team", "Value": "images"}]

        follow(page, "Edit permissions")
        page.get_by_label("Share with").fill("nobody")
        press(page, "Share")
        expect(told(page, "is nobody to share with")).to_be_visible()
        page.get_by_label("Share with").fill("210987654321")
        press(page, "Share")
        page.get_by_role("button", name="Stop sharing with 210987654321").click()
        expect(told(page, "It is not shared any more.")).to_be_visible()
        follow(page, "Go back")

        follow(page, "Deprecate")
        page.get_by_label("Deprecate at").fill("2031-01-02T03:04")
        press(page, "Deprecate")
        expect(told(page, "To be deprecated")).to_be_visible()
        assert images.describe(server, HOME, own_image)["DeprecationTime"].startswith("2031-01-02T03:04")
        follow(page, "Cancel deprecation")
        press(page, "Cancel deprecation")
        follow(page, "Protect from deregistration")
        press(page, "Protect from deregistration")
        follow(page, "Deregister")
        page.get_by_label(re.compile("to go on")).fill(name)
        press(page, "Deregister")
        expect(page.get_by_role("alert").get_by_text("OperationNotPermitted")).to_be_visible()
        window.open(f"{HOME}/images/{own_image}")
        follow(page, "Take the protection away")
        press(page, "Take the protection away")
        follow(page, "Disable")
        page.get_by_label(re.compile("to go on")).fill(name)
        press(page, "Disable")
        expect(page.locator("#image-state").get_by_text("disabled")).to_be_visible()
        follow(page, "Enable")
        press(page, "Enable")
        expect(page.locator("#image-state").get_by_text("available")).to_be_visible()


def test_deprecated_images_are_a_list(server: FerryServer, own_image: str) -> None:
    plain = Plain(server).sign_in()
    assert own_image not in plain.get(f"{HOME}/images?show=deprecated").text
    server.ec2().enable_image_deprecation(ImageId=own_image, DeprecateAt="2027-01-01T00:00:00Z")
    # To be deprecated is not deprecated.
    assert own_image not in plain.get(f"{HOME}/images?show=deprecated").text


def test_a_volume_from_its_beginning_to_its_end(browser: Browser, server: FerryServer) -> None:
    with browsers.window(browser, server) as window:
        window.sign_in()
        page = window.open(f"{HOME}/volumes")
        page.get_by_role("link", name="Create volume").click()
        page.get_by_label("Name", exact=True).fill("by hand")
        page.get_by_label("Size in GiB").fill("2")
        press(page, "Create volume")
        expect(told(page, "It is made.")).to_be_visible()
        [volume] = server.ec2().describe_volumes(Filters=[{"Name": "tag:Name", "Values": ["by hand"]}])["Volumes"]
        assert (volume["Size"], volume["Encrypted"], volume["VolumeType"]) == (2, False, "gp3")
        expect(page.locator("#volume-state .state.good")).to_have_count(1)
        follow(page, "Modify")
        page.get_by_label("Size in GiB").fill("1")
        press(page, "Modify")
        expect(page.get_by_role("alert").get_by_text("InvalidParameterValue")).to_be_visible()
        page.get_by_label("Size in GiB").fill("3")
        press(page, "Modify")
        expect(told(page, "It is changed.")).to_be_visible()
        follow(page, "Create snapshot")
        page.get_by_label("Description").fill("of a volume")
        press(page, "Create snapshot")
        expect(page.locator("#snapshot-state .state.good")).to_have_count(1)
        [snapshot] = server.ec2().describe_snapshots(Filters=[{"Name": "volume-id", "Values": [volume["VolumeId"]]}])["Snapshots"]

        window.open(f"{HOME}/snapshots/{snapshot['SnapshotId']}")
        follow(page, "Create image")
        name = images.unused_name("of-a-snapshot")
        page.get_by_label("Image name").fill(name)
        press(page, "Create image")
        expect(told(page, "The image is there.")).to_be_visible()
        [image] = server.ec2().describe_images(Filters=[{"Name": "name", "Values": [name]}])["Images"]
        assert image["BlockDeviceMappings"][0]["Ebs"]["SnapshotId"] == snapshot["SnapshotId"]
        window.open(f"{HOME}/snapshots/{snapshot['SnapshotId']}")
        expect(page.get_by_role("link", name=name)).to_be_visible()
        follow(page, "Copy")
        page.get_by_label("Destination Region").select_option(AWAY)
        press(page, "Copy")
        expect(told(page, "The copy is under way.")).to_be_visible()
        expect(page.locator("#snapshot-state .state.good")).to_have_count(1)

        window.open(f"{HOME}/snapshots/{snapshot['SnapshotId']}")
        follow(page, "Delete")
        page.get_by_label(re.compile("to go on")).fill(snapshot["SnapshotId"])
        press(page, "Delete")
        expect(page.get_by_role("alert").get_by_text("InvalidSnapshot.InUse")).to_be_visible()
        server.ec2().deregister_image(ImageId=image["ImageId"])
        page.get_by_label(re.compile("to go on")).fill(snapshot["SnapshotId"])
        press(page, "Delete")
        expect(told(page, "It is deleted.")).to_be_visible()

        window.open(f"{HOME}/volumes/{volume['VolumeId']}")
        follow(page, "Delete")
        page.get_by_label(re.compile("to go on")).fill("another")
        press(page, "Delete")
        expect(told(page, "Nothing was changed")).to_be_visible()
        page.get_by_label(re.compile("to go on")).fill(volume["VolumeId"])
        press(page, "Delete")
        expect(told(page, "It is deleted.")).to_be_visible()
        expect(page.get_by_role("row").filter(has_text=volume["VolumeId"])).to_have_count(0)


def test_a_form_that_is_sent_twice_makes_one_volume(server: FerryServer) -> None:
    plain = Plain(server).sign_in()
    name = uuid.uuid4().hex
    page = plain.get(f"{HOME}/new-volume")
    once = re.search(r'name="once" value="([0-9a-f]+)"', page.text)
    assert once
    fields = {"once": once[1], "name": name, "size": "1", "zone": f"{HOME}a", "type": "gp3"}
    answers = {plain.post(f"{HOME}/new-volume", fields, token=page.token).location for _ in range(2)}
    assert len(answers) == 1
    assert len(server.ec2().describe_volumes(Filters=[{"Name": "tag:Name", "Values": [name]}])["Volumes"]) == 1


def test_a_snapshot_is_locked_and_unlocked(server: FerryServer) -> None:
    plain = Plain(server).sign_in()
    snapshot = snapshots.upload(server, Disk.made(uuid.uuid4().hex, 1))
    path = f"{HOME}/snapshots/{snapshot}"
    # What nobody can undo is asked about once more.
    asked = plain.post(f"{path}/lock", {"mode": "compliance", "days": "1"})
    assert (asked.status, asked.codes) == (400, ["NotConfirmed"])
    assert plain.post(f"{path}/lock", {"mode": "governance", "days": "1"}).status == 303
    refused = plain.post(f"{path}/delete", {"word": snapshot})
    assert refused.status == 400 and refused.codes != ["NotConfirmed"]
    assert plain.post(f"{path}/unlock").status == 303
    assert plain.post(f"{path}/delete", {"word": snapshot}).status == 303


@pytest.mark.parametrize("path", ["{home}/images/{image}/explode", "{home}/tags/eni-1", "{home}/permissions/vol-1", "selected-images?do=explode", "selected-images?do=copy"])
def test_pages_that_are_none(server: FerryServer, own_image: str, path: str) -> None:
    answer = Plain(server).sign_in().get(path.format(home=HOME, image=own_image))
    assert answer.status in (400, 404), answer.text


def test_too_many_at_once_are_refused(server: FerryServer) -> None:
    query = "&".join(f"image={HOME}/ami-{number:017x}" for number in range(51))
    answer = Plain(server).sign_in().get(f"selected-images?do=deregister&{query}")
    assert (answer.status, answer.codes) == (400, ["TooManyImages"])


def disk_file(folder: Path, name: str, blocks: int = 8) -> Path:
    """A raw disk: every other block holds data, and it ends within a block."""
    path = folder / f"{name}.img"
    made = Disk.made(name, blocks).blocks
    with path.open("wb") as file:
        for index in range(0, blocks, 2):
            file.seek(index * BLOCK)
            file.write(made[index])
        file.seek((blocks - 1) * BLOCK)
        file.write(b"the end of it")
    return path


def blocks_of(raw: Path) -> dict[int, bytes]:
    data = raw.read_bytes()
    pieces = {index: data[index * BLOCK : (index + 1) * BLOCK].ljust(BLOCK, b"\0") for index in range((len(data) - 1) // BLOCK + 1)}
    return {index: piece for index, piece in pieces.items() if any(piece)}


def send(page: Page, file: Path, name: str) -> None:
    page.get_by_label("Disk").set_input_files(file)
    page.get_by_label("Image name").fill(name)
    page.locator("#main").get_by_role("button", name="Upload").click()


def uploaded(server: FerryServer, page: Page, name: str) -> str:
    """The snapshot of the image that the page has led to."""
    expect(told(page, "The image is there.")).to_be_visible()
    [image] = server.ec2().describe_images(Filters=[{"Name": "name", "Values": [name]}])["Images"]
    return images.snapshots_of(image)[0]


def test_an_interrupted_upload_goes_on_where_it_was(browser: Browser, server: FerryServer, tmp_path: Path) -> None:
    file, name = disk_file(tmp_path, "interrupted", 24), images.unused_name("uploaded")
    expected = blocks_of(file)
    with browsers.window(browser, server) as window:
        window.sign_in()
        page = window.open(f"{HOME}/upload")
        sent: list[str] = []

        def pass_some(route: Route) -> None:
            if len(sent) < 5:
                sent.append(route.request.url)
                route.continue_()
            else:
                route.fulfill(status=403, json={"Code": "Stopped", "Message": "The way is closed."})

        page.route("**/uploads/*/blocks/*", pass_some)
        send(page, file, name)
        expect(page.get_by_role("alert").get_by_text("The way is closed.")).to_be_visible()
        page.unroute("**/uploads/*/blocks/*")
        page = window.open(f"{HOME}/upload")
        again: list[str] = []
        page.on("request", lambda request: again.append(request.url) if re.search(r"/blocks/\d+$", request.url) else None)
        send(page, file, name)
        snapshot = uploaded(server, page, name)
        assert {url for url in sent if url in again} == set() and len(sent) + len(again) == len(expected)
        assert snapshots.read_back(server, HOME, snapshot) == expected
        # What would be refused at the end is told at the beginning.
        page = window.open(f"{HOME}/upload")
        send(page, file, name)
        expect(page.get_by_role("alert").get_by_text("InvalidAMIName.Duplicate")).to_be_visible()


@pytest.mark.parametrize(
    "options", [["-c"], ["-c", "-o", "cluster_size=2M"], ["-o", "compat=0.10,cluster_size=512"]], ids=["compressed", "large", "old"]
)
def test_a_qcow2_is_read_in_the_browser(browser: Browser, server: FerryServer, tmp_path: Path, options: list[str]) -> None:
    raw, name = disk_file(tmp_path, "qcow2", 9), images.unused_name("qcow2")
    subprocess.run(["qemu-img", "convert", "-f", "raw", "-O", "qcow2", *options, raw, tmp_path / "disk.qcow2"], check=True)
    with browsers.window(browser, server) as window:
        window.sign_in()
        page = window.open(f"{HOME}/upload")
        send(page, tmp_path / "disk.qcow2", name)
        assert snapshots.read_back(server, HOME, uploaded(server, page, name)) == blocks_of(raw)


def test_disks_that_a_browser_cannot_read(browser: Browser, server: FerryServer, tmp_path: Path) -> None:
    raw = disk_file(tmp_path, "foreign", 2)
    made = {
        "over.qcow2": ["create", "-q", "-f", "qcow2", "-b", str(raw), "-F", "raw"], "disk.vmdk": ["convert", "-f", "raw", "-O", "vmdk", str(raw)],
        "zstd.qcow2": ["convert", "-f", "raw", "-O", "qcow2", "-o", "compression_type=zstd", str(raw)],
        "whole.qcow2": ["convert", "-f", "raw", "-O", "qcow2", "-c", str(raw)],
    }
    for name, arguments in made.items():
        subprocess.run(["qemu-img", *arguments, tmp_path / name], check=True)
    whole = (tmp_path / "whole.qcow2").read_bytes()
    (tmp_path / "cut.qcow2").write_bytes(whole[: len(whole) // 3])
    (tmp_path / "empty.img").write_bytes(b"")
    told_of = {
        "over.qcow2": "backing file", "disk.vmdk": "VMDK", "zstd.qcow2": "zstd", "cut.qcow2": "damaged|cut off", "empty.img": "empty",
    }
    before = len(server.ec2().describe_images(Owners=["self"])["Images"])
    with browsers.window(browser, server) as window:
        window.sign_in()
        page = window.open(f"{HOME}/upload")
        for name, words in told_of.items():
            send(page, tmp_path / name, images.unused_name("unread"))
            expect(page.get_by_role("alert").get_by_text(re.compile(words))).to_be_visible()
    assert len(server.ec2().describe_images(Owners=["self"])["Images"]) == before


def test_uploading_without_scripts_says_what_does_it(browser: Browser, server: FerryServer) -> None:
    with browsers.window(browser, server, java_script_enabled=False) as window:
        window.sign_in()
        page = window.open(f"{HOME}/upload")
        expect(told(page, "ferry push disk.qcow2")).to_be_visible()
        expect(page.get_by_role("button", name="Upload")).to_be_hidden()


def test_blocks_come_from_a_page_of_the_console_alone(server: FerryServer, other_account: FerryServer) -> None:
    plain, foreign = Plain(server).sign_in(), Plain(other_account).sign_in()
    snapshot = server.ebs(HOME).start_snapshot(VolumeSize=1)["SnapshotId"]
    path, block = f"{HOME}/uploads/{snapshot}/blocks/0", b"x" * BLOCK
    token = plain.get("sessions").token

    def put(who: Plain, body: bytes, **headers: str) -> Answer:
        return who.ask("POST", path, body=body, **headers)

    for headers in ({}, {"X_Form_Token": "0" * 64}, {"X_Form_Token": foreign.get("sessions").token}, {"X_Form_Token": token, "Origin": "http://evil.example"}):
        assert put(plain, block, **headers).status == 403
    assert put(foreign, block, X_Form_Token=foreign.get("sessions").token).status in (400, 404)
    assert put(plain, block[1:], X_Form_Token=token).status == 400
    assert put(plain, block + b"x", X_Form_Token=token).status == 413
    assert put(plain, block, X_Form_Token=token, x_amz_Checksum="A" * 43 + "=").status == 400
    assert json.loads(plain.get(f"{HOME}/uploads/{snapshot}/blocks").text)["Blocks"] == []
    assert put(plain, block, X_Form_Token=token).status == 200
    assert [block["BlockIndex"] for block in json.loads(plain.get(f"{HOME}/uploads/{snapshot}/blocks").text)["Blocks"]] == [0]
    assert foreign.get(f"{HOME}/uploads/{snapshot}/blocks").status in (400, 404)
    server.ec2().delete_snapshot(SnapshotId=snapshot)


def test_a_snapshot_is_downloaded_as_a_raw_disk(server: FerryServer, other_account: FerryServer) -> None:
    plain = Plain(server).sign_in()
    disk = Disk.made("downloaded", 5, spread=2048)
    snapshot = snapshots.upload(server, disk)
    path = f"{HOME}/snapshots/{snapshot}/raw"
    head = plain.ask("HEAD", path)
    assert (head.headers["Content-Length"], head.headers["Content-Type"]) == (str(1 << 30), "application/octet-stream")
    assert head.headers["Content-Disposition"] == f'attachment; filename="{snapshot}.img"'
    with plain.reading(path) as response:
        for index in range(2048):
            assert response.read(BLOCK) == disk.blocks.get(index, ZEROS), index
        assert response.read() == b""
    # Who goes away in the middle leaves nothing behind that others would feel.
    for _ in range(4):
        with plain.reading(path) as response:
            response.read(BLOCK)
    assert plain.get(f"{HOME}/snapshots/{snapshot}").status == 200
    assert Plain(other_account).sign_in().get(path).status in (400, 403, 404)
    assert Plain(server).get(path).status == 303


# What S3 allows for keys, and browsers, paths, headers and XML do not like.
ODD_KEYS = [
    "plain.txt", "a/b/c.txt", ".", "..", "../../up", "a//b", "/slash", "ends/", "a b+c%20d&e=f?g#h", "quote\"'<script>alert(1)</script>",
    "line\nbreak\r\ttab", "\u202e\u2066gnp.exe", "\u2603" * 341, "x" * 1024, "-", "\\back\\slash", "{{key}}", "nul\u0001byte",
]


@pytest.fixture
def bucket(server: FerryServer) -> Iterator[str]:
    name = f"console-{uuid.uuid4().hex[:12]}"
    server.s3().create_bucket(Bucket=name)
    yield name
    s3 = server.s3()
    for kind in ("Versions", "DeleteMarkers"):
        for row in s3.list_object_versions(Bucket=name).get(kind, []):
            s3.delete_object(Bucket=name, Key=row["Key"], VersionId=row["VersionId"])
    s3.delete_bucket(Bucket=name)


@pytest.mark.parametrize("scripts", [True, False])
def test_objects_come_and_go(browser: Browser, server: FerryServer, tmp_path: Path, scripts: bool) -> None:
    """A bucket from its beginning to its end, with a page in it that would be run if it were shown."""
    name = f"by-hand-{uuid.uuid4().hex[:12]}"
    content = b"<script>document.title = 'run'</script>"
    (tmp_path / "page.html").write_bytes(content)
    with browsers.window(browser, server, java_script_enabled=scripts) as window:
        window.sign_in()
        page = window.open("buckets")
        follow(page, "Create bucket")
        page.get_by_label("Name", exact=True).fill(name)
        page.get_by_label("Region", exact=True).select_option(AWAY)
        press(page, "Create bucket")
        expect(told(page, "It is made.")).to_be_visible()
        assert server.s3(AWAY).get_bucket_location(Bucket=name)["LocationConstraint"] == AWAY
        follow(page, "Upload")
        page.get_by_label("File").set_input_files(tmp_path / "page.html")
        page.get_by_label("Key", exact=True).fill("folder/")
        press(page, "Upload")
        expect(told(page, "The object is there.")).to_be_visible()
        stored = server.s3(AWAY).get_object(Bucket=name, Key="folder/page.html")
        assert (stored["Body"].read(), stored["ContentType"]) == (content, "text/html")
        with page.expect_download() as download:
            follow(page, "Download")
        assert download.value.suggested_filename == "page.html" and Path(download.value.path()).read_bytes() == content
        window.open(f"{AWAY}/buckets/{name}")
        follow(page, "folder/")
        follow(page, "page.html")
        follow(page, "Delete")
        page.get_by_label(re.compile("to go on")).fill("another")
        press(page, "Delete")
        expect(told(page, "Nothing was changed")).to_be_visible()
        page.get_by_label(re.compile("to go on")).fill("folder/page.html")
        press(page, "Delete")
        expect(told(page, "It is deleted.")).to_be_visible()
        window.open(f"{AWAY}/buckets/{name}")
        follow(page, "Delete bucket")
        page.get_by_label(re.compile("to go on")).fill(name)
        press(page, "Delete")
        expect(page.get_by_role("link", name=name, exact=True)).to_have_count(0)


def links(text: str) -> list[str]:
    return [html.unescape(link) for link in re.findall(r'href="([^"]*)"', text)]


def test_every_key_has_its_pages(server: FerryServer, bucket: str) -> None:
    """Listed, shown, downloaded byte by byte and deleted, whatever it is; and nothing of it is markup."""
    s3, plain = server.s3(), Plain(server).sign_in()
    for number, key in enumerate(ODD_KEYS):
        s3.put_object(Bucket=bucket, Key=key, Body=f"bytes {number}".encode(), ContentType="text/html")
    root = f"{CONSOLE}{HOME}/buckets/{bucket}"
    seen, waiting, found = set(), [root], {}
    while waiting:
        page = plain.get(waiting.pop()).text
        assert "<script>alert" not in page
        for link in links(page):
            query = urllib.parse.parse_qs(urllib.parse.urlsplit(link).query)
            if link.startswith(f"{root}/object?"):
                found[query["key"][0]] = link
            elif link.startswith(f"{root}?prefix=") and link not in seen:
                seen.add(link)
                waiting.append(link)
    assert sorted(found) == sorted(ODD_KEYS)
    for number, key in enumerate(ODD_KEYS):
        page = plain.get(found[key])
        assert page.status == 200 and "<script>alert" not in page.text
        [download] = {link for link in links(page.text) if link.startswith(f"{root}/download?")}
        answer = plain.get(download)
        assert answer.text == f"bytes {number}"
        assert answer.headers["Content-Type"] == "application/octet-stream" and answer.headers["X-Content-Type-Options"] == "nosniff"
        assert re.fullmatch(r"attachment; filename=\"[^\"/\\\x00-\x1f]+\"; filename\*=UTF-8''[A-Za-z0-9._~%-]+", answer.headers["Content-Disposition"])
        assert any(policy.startswith("sandbox") for policy in answer.headers.get_all("Content-Security-Policy"))
        [delete] = {link for link in links(page.text) if link.startswith(f"{root}/delete-object?") and "version=" not in link}
        form = plain.get(delete)
        word = html.unescape(re.search(r"Type <strong>(.*?)</strong>", form.text, re.DOTALL)[1])  # type: ignore[index]
        assert plain.post(delete, {"word": word}, token=form.token).status == 303
    assert "Contents" not in s3.list_objects_v2(Bucket=bucket)


def test_versions_and_tags_of_an_object(server: FerryServer, bucket: str) -> None:
    s3, plain = server.s3(), Plain(server).sign_in()
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    first = s3.put_object(Bucket=bucket, Key="x", Body=b"first", Metadata={"made-by": "hand"}, Tagging="team=images")["VersionId"]
    second = s3.put_object(Bucket=bucket, Key="x", Body=b"second")["VersionId"]
    s3.put_object(Bucket=bucket, Key="xy", Body=b"another")
    page = plain.get(f"{HOME}/buckets/{bucket}/object?key=x").text
    assert first in page and second in page and "made-by" not in page
    page = plain.get(f"{HOME}/buckets/{bucket}/object?key=x&version={first}").text
    assert "made-by" in page and "<dt>team</dt><dd>images</dd>" in page
    assert plain.get(f"{HOME}/buckets/{bucket}/download?key=x&version={first}").text == "first"
    assert plain.post(f"{HOME}/buckets/{bucket}/delete-object?key=x", {"word": "x"}).status == 303
    gone = plain.get(f"{HOME}/buckets/{bucket}/object?key=x")
    assert (gone.status, gone.codes) == (404, ["NoSuchKey"]) and "delete marker" in gone.text and second in gone.text
    assert plain.post(f"{HOME}/buckets/{bucket}/delete-object?key=x&version={second}", {"word": "x"}).status == 303
    assert second not in plain.get(f"{HOME}/buckets/{bucket}/object?key=x").text


def multipart(fields: dict[str, str], name: str, content: bytes) -> tuple[bytes, str]:
    parts = [f'--edge\r\nContent-Disposition: form-data; name="{field}"\r\n\r\n{value}\r\n'.encode() for field, value in fields.items()]
    parts.append(f'--edge\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\nContent-Type: text/plain\r\n\r\n'.encode() + content + b"\r\n")
    return b"".join(parts) + b"--edge--\r\n", "multipart/form-data; boundary=edge"


def test_a_file_that_is_too_long_or_no_form_is_refused(server: FerryServer, bucket: str) -> None:
    plain = Plain(server).sign_in()
    path = f"{HOME}/buckets/{bucket}/upload?key="
    token = plain.get(path).token

    def put(fields: dict[str, str], content: bytes) -> Answer:
        body, kind = multipart(fields, "../a;b", content)
        return plain.ask("POST", path, body=body, Content_Type=kind)

    assert put({"form-token": "0" * 64, "as": ""}, b"x").status == 403
    assert put({"form-token": token, "as": ""}, b"x" * (16 << 20 | 1)).codes == ["EntityTooLarge"]
    assert put({"form-token": token, "as": ""}, b"x" * (17 << 20)).status == 413
    assert plain.ask("POST", path, body=b"--edge\r\nnothing", Content_Type="multipart/form-data; boundary=edge").status == 400
    assert plain.post(path, {"as": "x"}, token=token).codes == ["MissingParameter"]
    assert "Contents" not in server.s3().list_objects_v2(Bucket=bucket)
    assert put({"form-token": token, "as": ""}, b"x" * (16 << 20)).status == 303
    assert [row["Key"] for row in server.s3().list_objects_v2(Bucket=bucket)["Contents"]] == ["a;b"]


def test_buckets_of_others_stay_theirs(server: FerryServer, other_account: FerryServer, bucket: str) -> None:
    server.s3().put_object(Bucket=bucket, Key="secret", Body=b"secret")
    foreign = Plain(other_account).sign_in()
    assert bucket not in foreign.get("buckets").text
    for path in ("", "/object?key=secret", "/download?key=secret"):
        answer = foreign.get(f"{HOME}/buckets/{bucket}{path}")
        assert answer.status == 403, path
    assert foreign.post(f"{HOME}/buckets/{bucket}/delete-object?key=secret", {"word": "secret"}).status == 403
    assert foreign.post(f"{HOME}/buckets/{bucket}/delete", {"word": bucket}).status == 403
    assert foreign.post(f"{HOME}/buckets/{bucket}/upload?key=", {"as": "x"}).status == 400
    assert [row["Key"] for row in server.s3().list_objects_v2(Bucket=bucket)["Contents"]] == ["secret"]


def test_long_listings_come_in_pages(server: FerryServer, bucket: str) -> None:
    s3, plain = server.s3(), Plain(server).sign_in()
    for number in range(205):
        s3.put_object(Bucket=bucket, Key=f"many/{number:03}", Body=b"")
    page = plain.get(f"{HOME}/buckets/{bucket}?prefix=many/").text
    assert "many%2F199" in page and "many%2F200" not in page
    [more] = {link for link in links(page) if "next=" in link}
    page = plain.get(more).text
    assert "many%2F204" in page and "many%2F199" not in page


def test_the_health_of_the_server_is_for_the_management_account(start_server: Callable[..., FerryServer]) -> None:
    """Uploads that are open are counted, and whoever is in another account, or may do nothing, sees none of it."""
    server = start_server()
    snapshots.upload(server, Disk.made("healthy", 1))
    server.ebs(HOME).start_snapshot(VolumeSize=1)
    page = Plain(server).sign_in().get("server")
    assert page.status == 200 and "Nothing is late." in page.text
    rows = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row) for row in re.findall(r"<tr>(.*?)</tr>", page.text)]
    uploads = {row[0]: row[4] for row in rows[1:]}
    assert uploads == {HOME: "1, 0 in hand", AWAY: "none", THIRD: "none"}
    assert all(re.search(r"\d.* [GMT]iB", row[1]) for row in rows[1:])
    other = Plain(accounts.seen_by(server, accounts.created(server))).sign_in().get("server")
    assert other.status in (400, 403) and "Uploads" not in other.text and other.codes
    iam = server.client("iam")
    iam.create_user(UserName="nobody")
    key = iam.create_access_key(UserName="nobody")["AccessKey"]
    nobody = Plain(accounts.seen_by(server, Credentials(key["AccessKeyId"], key["SecretAccessKey"], server.account))).sign_in()
    answer = nobody.get("server")
    assert answer.status in (400, 403) and answer.codes == ["AccessDeniedException"]
