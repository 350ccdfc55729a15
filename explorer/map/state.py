"""What can be shared of a map: what is open, what is selected, its colours and heights."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Self

LEVELS = ("stages", "blocks", "layers", "paths")
COLOURS = ("kind", "params", "macs", "activations", "memory", "field", "time")
SIZES = ("even", "params", "macs", "activations", "memory")

# Names in an address; the form belongs to the network, not to the map.
_QUERY = {"open": "open", "at": "selected", "colour": "colour", "size": "size"}
_CHOICES = {"open": LEVELS, "colour": COLOURS, "size": SIZES}
_MOST = 4000  # characters of an address that are worth reading


@dataclass(frozen=True)
class MapState:
    """A view of a map.

    Attributes:
        open: A level (``stages``, ``blocks``, ``layers`` or ``paths``), then the boxes that
            are not as the level says: ``stages,stage1,stage2/block2+``.
        selected: Place of what is selected, such as ``stage1/block1/conv2``; or empty.
        network: Position of the network that holds it, among those side by side.
        form: Implementation of the paths that is shown; empty for the network's own.
        colour: One of `COLOURS`: by kind of layer, or heat by a measure.
        size: One of `SIZES`: the measure that the boxes' heights show.
    """

    open: str = "stages"
    selected: str = ""
    network: int = 0
    form: str = ""
    colour: str = "kind"
    size: str = "even"

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON types."""
        return asdict(self)

    @classmethod
    def from_dict(cls, plain: Any) -> Self:
        """A state from what a browser sent: what is not of the right kind is left out."""
        if not isinstance(plain, Mapping):
            return cls()
        known: dict[str, Any] = {}
        for field in fields(cls):
            value = plain.get(field.name)
            if type(value) is type(field.default) and len(str(value)) <= _MOST:
                known[field.name] = value
        state = cls(**known)
        colour = state.colour if state.colour in COLOURS else "kind"
        size = state.size if state.size in SIZES else "even"
        return replace(state, colour=colour, size=size, network=max(0, state.network))

    def to_query(self) -> dict[str, str]:
        """The parts of an address that reopen this view; nothing for what is as it begins."""
        start = MapState()
        values = {key: getattr(self, name) for key, name in _QUERY.items()}
        return {k: v for k, v in values.items() if v != getattr(start, _QUERY[k])}

    @classmethod
    def from_query(cls, query: Mapping[str, str | None]) -> tuple[dict[str, Any], dict[str, str]]:
        """The fields that an address asks for, and by key the rules that refused values break.

        Args:
            query: Parts of the address; None for one that was taken away. Whether the networks
                have what is selected is for the caller to check.
        """
        fields: dict[str, Any] = {}
        refused: dict[str, str] = {}
        for key in _QUERY.keys() & query.keys():
            text = query[key] or ""
            choices = _CHOICES.get(key, ())
            if text and choices and (text.split(",")[0] if key == "open" else text) not in choices:
                refused[key] = f"one of {', '.join(choices)}"
            elif len(text) > _MOST:
                refused[key] = f"at most {_MOST} characters long"
            default = getattr(cls(), _QUERY[key])
            fields[_QUERY[key]] = default if key in refused else text or default
        return fields, refused


QUERY_KEYS = tuple(_QUERY)
