"""The config inside a ``.keras`` file, read as data: nothing in the file is executed."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

from explorer.keras_layer import KerasConfigError

MAX_CONFIG_BYTES = 64 * 2**20
_ENCRYPTED = 0x1


def read_config(path: str | Path) -> dict[str, Any]:
    """The JSON config of a ``.keras`` file, which is a zip that holds ``config.json``.

    Raises:
        FileNotFoundError: There is no such file.
        KerasConfigError: It is not a ``.keras`` file, or is damaged.
    """
    path = Path(path)
    try:
        with zipfile.ZipFile(path) as archive:
            info = archive.getinfo("config.json")
            if info.file_size > MAX_CONFIG_BYTES or info.flag_bits & _ENCRYPTED:
                raise KerasConfigError(
                    f"A model's config must be plain and at most {MAX_CONFIG_BYTES:,} bytes. "
                    f"Received {info.file_size:,} bytes in {path.name!r}."
                )
            with archive.open(info) as file:
                text = file.read(MAX_CONFIG_BYTES + 1)
        config = json.loads(text)
    except FileNotFoundError:
        raise
    except KerasConfigError:
        raise
    except OSError as error:
        raise KerasConfigError(f"{path.name!r} cannot be read: {error.strerror}.") from None
    except KeyError:
        raise KerasConfigError(
            f"A .keras file must hold config.json. Received {path.name!r}, which does not."
        ) from None
    except Exception:  # zipfile raises a dozen kinds on damaged files, zlib.error among them
        raise KerasConfigError(
            f"A .keras file must be a zip with JSON in config.json. Received {path.name!r}, "
            "which is something else or damaged."
        ) from None
    if not isinstance(config, dict):
        raise KerasConfigError(f"The config in {path.name!r} must be a JSON object.")
    return config
