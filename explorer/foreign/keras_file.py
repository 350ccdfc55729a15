"""The config inside a ``.keras`` file, read as data: nothing in the file is executed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from explorer.foreign.keras_layer import KerasConfigError
from explorer.jobs.zips import TooManyFiles, open_zip

MAX_CONFIG_BYTES = 32 * 2**20
MAX_VALUES = 4_000_000  # a network of ours has 120 to a layer
MAX_MEMBERS = 1000
_ENCRYPTED = 0x1


def read_config(path: str | Path) -> dict[str, Any]:
    """The JSON config of a ``.keras`` file, which is a zip that holds ``config.json``.

    Raises:
        KerasConfigError: There is no such file, it is not a ``.keras`` file, or is damaged.
    """
    path = Path(path)
    try:
        with open_zip(path, MAX_MEMBERS) as archive:
            info = archive.getinfo("config.json")
            if info.file_size > MAX_CONFIG_BYTES or info.flag_bits & _ENCRYPTED:
                raise KerasConfigError(
                    f"A model's config must be plain and at most {MAX_CONFIG_BYTES:,} bytes. "
                    f"Received {info.file_size:,} bytes in {path.name!r}."
                )
            with archive.open(info) as file:
                text = file.read(MAX_CONFIG_BYTES + 1)
        # Each may take a hundred times its text in memory.
        values = text.count(b",") + 4 * (text.count(b"{") + text.count(b"["))
        if values > MAX_VALUES:
            raise KerasConfigError(
                f"A model's config may have about {MAX_VALUES:,} values. "
                f"Received {values:,} in {path.name!r}."
            )
        config = json.loads(text)
    except KerasConfigError:
        raise
    except OSError as error:
        raise KerasConfigError(f"{path.name!r} cannot be read: {error.strerror}.") from None
    except KeyError:
        raise KerasConfigError(
            f"A .keras file must hold config.json. Received {path.name!r}, which does not."
        ) from None
    except TooManyFiles as error:
        raise KerasConfigError(f"{path.name!r} cannot be read: {error}.") from None
    except Exception:  # zipfile raises a dozen kinds on damaged files, zlib.error among them
        raise KerasConfigError(
            f"A .keras file must be a zip with JSON in config.json. Received {path.name!r}, "
            "which is something else or damaged."
        ) from None
    if not isinstance(config, dict):
        raise KerasConfigError(f"The config in {path.name!r} must be a JSON object.")
    return config
