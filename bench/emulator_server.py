"""Runs in moto's virtual environment: moto's own application and server, its memory filled with clones of one image, or with objects.

The first argument says what with, the others how. The first line of output is the server's URL.
"""

from __future__ import annotations

import copy
import logging
import sys

from moto.core import DEFAULT_ACCOUNT_ID
from moto.ec2.models import ec2_backends
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from moto.s3.models import s3_backends
from werkzeug.serving import make_server


def main() -> None:
    fill = {"images": fill_images, "accounts": fill_accounts, "objects": fill_objects}[sys.argv[1]]
    fill(*sys.argv[2:])
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = make_server("127.0.0.1", 0, DomainDispatcherApplication(create_backend_app), threaded=True)
    print(f"http://127.0.0.1:{server.port}", flush=True)
    server.serve_forever()


def fill_images(count: str, region: str, known: str) -> None:
    """How many images, the Region, the id that one of them has."""
    backend = ec2_backends[DEFAULT_ACCOUNT_ID][region]
    like = backend.register_image(name="many", description="")
    like.state = "available"
    for number in range(int(count)):
        image = copy.copy(like)
        image.id = known if number == int(count) // 2 else f"ami-1{number:016x}"
        image.name = f"many-{number:06d}"
        backend.amis[image.id] = image


def fill_accounts(count: str, region: str, known: str, accounts: str, caller: str) -> None:
    """The same, the images those of several accounts in turn: public, but for the first account's, and each fiftieth shared with the caller too."""
    fill_images(count, region, known)
    owners, tag = accounts.split(","), {"key": "wanted", "value": "yes"}
    backend = ec2_backends[DEFAULT_ACCOUNT_ID][region]
    for number, image in enumerate(list(backend.amis.values())[-int(count):]):
        image.owner_id = owners[number % len(owners)]
        image.launch_permissions = [{"UserId": caller}] if number % 50 == 1 else []
        if number % 10_000 == 0:
            backend.create_tags([image.id], {tag["key"]: tag["value"]})


def fill_objects(count: str, region: str) -> None:
    """How many objects the bucket `many` has, and its Region; `depot` is empty."""
    backend = s3_backends[DEFAULT_ACCOUNT_ID]["aws"]
    backend.create_bucket("depot", region)
    backend.create_bucket("many", region)
    for number in range(int(count)):
        backend.put_object("many", f"folder-{number // 1000:03d}/{number:06d}", b"x")


if __name__ == "__main__":
    main()
