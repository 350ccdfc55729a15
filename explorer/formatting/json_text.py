"""Values as strict JSON."""

from __future__ import annotations

import json
import math
from typing import Any


def json_text(value: Any, indent: int = 2) -> str:
    """JSON of plain types; NaN and infinities, which JSON cannot write, become null."""
    return json.dumps(finite(value), indent=indent, allow_nan=False)


def finite(value: Any) -> Any:
    """The value with NaN and infinities as None."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: finite(item) for key, item in value.items()}
    return [finite(item) for item in value] if isinstance(value, list | tuple) else value
