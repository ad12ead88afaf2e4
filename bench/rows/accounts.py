"""A Region of 100,000 images that fifty accounts have: what DescribeImages finds in one account's eyes, beside moto's server."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

from bench import emulator, load, populate
from bench.calls import BLOCK, Connection
from bench.context import Bench
from bench.report import Row
from bench.server import HOME, Server

ACCOUNTS = 50
PAGE = 1000
FORM = {"content-type": "application/x-www-form-urlencoded"}


def rows(bench: Bench) -> list[Row]:
    count = 10_000 if bench.quick else 100_000
    seconds = 2 if bench.quick else 5
    place = bench.folder / "accounts"
    place.mkdir()
    caller, owners, ids = filled(place, count)
    # By name; each with what Ferry and what moto's server is asked, which has no pages.
    wanted = ids[count // 2]
    with Server(place) as server:
        calls = server.connection()
        tagged = [image for number, image in enumerate(ids) if number % 10_000 == 0]
        calls.ec2("CreateTags", HOME, **{f"ResourceId_{n}": image for n, image in enumerate(tagged, 1)}, Tag_1_Key="wanted", Tag_1_Value="yes")
        name = {"Filter_1_Name": "name", "Filter_1_Value_1": f"many-{count // 2:06d}"}
        tag = {"Filter_1_Name": "tag:wanted", "Filter_1_Value_1": "yes"}
        shared = {"ExecutableBy_1": "self"}
        asked = {
            "by id": ({"ImageId_1": wanted}, {"ImageId_1": emulator.IMAGE}),
            "by name": (name, name),
            "by tag": (tag, tag),
            "the first page of all": ({"MaxResults": PAGE}, {}),
            "the last page of all": (last_page(calls, {}, count), {}),
            "the first page of what is shared": ({**shared, "MaxResults": PAGE}, shared),
            "the last page of what is shared": (last_page(calls, shared, len(ids) // 50), shared),
        }
        found = {title: Row(f"DescribeImages {title}, {count:,} images of {ACCOUNTS} accounts", unit="calls/s") for title in asked}
        for title, (ours, _) in asked.items():
            # A page is a thousand images: one after the other, as of moto's server.
            found[title].samples = slow_rates(calls, ours, 10) if "MaxResults" in ours else rates(bench, calls, ours, seconds)
            found[title].used(server.peak_memory())
    with emulator.server("accounts", str(count), HOME, emulator.IMAGE, ",".join(owners), caller) as peer:
        for title, (_, theirs) in asked.items():
            samples = [] if peer is None else slow_rates(peer, theirs, 20 if title == "by id" else 3)
            found[title].beside("moto's server", samples, at_least=20)
    shutil.rmtree(place)
    return list(found.values())


def filled(place: Path, count: int) -> tuple[str, list[str], list[str]]:
    """A stopped server's folder: the caller, all owners, and the images, which these have in turn. All but the caller's are public."""
    with Server(place) as server:
        calls = server.connection()
        caller = calls.query("sts", "2011-06-15", "GetCallerIdentity").findtext(".//Account") or ""
        like = calls.register(calls.put_disk(1, {0: b"\x01" * BLOCK}, HOME), "many", HOME)
    owners = [caller, *(f"{number:012d}" for number in range(100_000_000_001, 100_000_000_000 + ACCOUNTS))]
    ids = populate.images(server.data, HOME, count, like=like, owners=owners)
    others = [image for number, image in enumerate(ids) if number % ACCOUNTS != 0]
    populate.share(server.data, HOME, {"all": others, caller: ids[1::ACCOUNTS]})
    return caller, owners, ids


def last_page(calls: Connection, parameters: dict, count: int) -> dict:
    """The request of the last page."""
    asked, found = {**parameters, "MaxResults": PAGE}, 0
    while True:
        answer = calls.ec2("DescribeImages", HOME, **asked)
        found += len(answer.findall("imagesSet/item"))
        token = answer.findtext("nextToken")
        if not token:
            break
        asked = {**asked, "NextToken": token}
    # The image that the others are clones of is there too.
    if not count <= found <= count + 1:
        raise RuntimeError(f"bench: {found} images were listed in place of {count}")
    return asked


def rates(bench: Bench, calls: Connection, parameters: dict, seconds: float) -> list[float]:
    """Calls per second, once for each round."""
    body = calls.form("DescribeImages", parameters)
    samples = []
    for _ in range(bench.rounds):
        headers = calls.signed("POST", "/", HOME, "ec2", FORM, body)
        found = load.replay(f"http://{calls.host}", headers, body, seconds, bench.folder)
        if found is not None:
            samples.append(found.rate)
    return samples


def slow_rates(calls: Connection, parameters: dict, count: int) -> list[float]:
    """The same of calls that take long: by the time of each of a few, one after the other, without reading what was answered."""
    body = calls.form("DescribeImages", parameters)
    samples = []
    for _ in range(count):
        headers = calls.signed("POST", "/", HOME, "ec2", FORM, body)
        begun = time.perf_counter()
        calls.send("POST", "/", headers, body)
        samples.append(1 / (time.perf_counter() - begun))
    return samples
