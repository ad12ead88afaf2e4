"""Runs in moto's virtual environment: moto's own application and server, its memory filled with clones of one image.

Arguments: how many images, the Region, the id that one of them has. The first line of output is the server's URL.
"""

from __future__ import annotations

import copy
import logging
import sys

from moto.core import DEFAULT_ACCOUNT_ID
from moto.ec2.models import ec2_backends
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import make_server


def main() -> None:
    count, region, known = int(sys.argv[1]), sys.argv[2], sys.argv[3]
    backend = ec2_backends[DEFAULT_ACCOUNT_ID][region]
    like = backend.register_image(name="many", description="")
    like.state = "available"
    for number in range(count):
        image = copy.copy(like)
        image.id = known if number == count // 2 else f"ami-1{number:016x}"
        image.name = f"many-{number:06d}"
        backend.amis[image.id] = image
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = make_server("127.0.0.1", 0, DomainDispatcherApplication(create_backend_app), threaded=True)
    print(f"http://127.0.0.1:{server.port}", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
