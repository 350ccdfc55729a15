"""A process that decodes images: an order as JSON comes in, names that failed and pixels go out.

    python -m explorer.training.data.decoder

It imports no TensorFlow, so that a core decodes while another imports it.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from explorer.training.data.images import ImageListing, decode_here


def main() -> int:
    """Decode what standard input asks for; end early if whoever asked is gone."""
    if hasattr(os, "nice"):
        os.nice(5)  # whoever asked imports TensorFlow meanwhile, which takes longer
    order = json.loads(sys.stdin.buffer.read())
    parent = os.getppid()
    listing = ImageListing(Path(order["path"]), (), (), ())
    images, failed = decode_here(
        listing, order["names"], tuple(order["size"]), 1, lambda: os.getppid() == parent
    )
    sys.stdout.buffer.write(json.dumps(failed).encode() + b"\n")
    sys.stdout.buffer.write(images.data)
    return 0


if __name__ == "__main__":
    sys.exit(main())
