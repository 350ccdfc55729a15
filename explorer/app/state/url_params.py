"""A network as the query of an address, and back: a link reopens exactly this network."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from explorer.map.vocabulary import FORM_LABELS
from resnext import ResNeXtSpec, SpecError
from resnext.spec import CHOICES

DEFAULT = "resnext50_32x4d"
_NUMBERS = ("cardinality", "width", "classes")
_WORDS = tuple(CHOICES)
_SWITCHES = {"bias": "shortcut_bias", "top": "include_top"}
# Each part comes after those that its rules depend on.
_ORDER = ("stem", "blocks", "cardinality", "width", "input", "classes", *_WORDS[1:], *_SWITCHES)
KEYS = ("network", "blocks", "input", *_NUMBERS, *_WORDS, *_SWITCHES)
_MOST = 100  # characters of a value that are read or shown
MOST_BLOCKS = 400
MOST_PATHS = 3000  # ResNeXt-200 32x4d has 2,112; some 20,000 layers, which take half a second


def to_query(spec: ResNeXtSpec) -> dict[str, str]:
    """The shortest query from which `from_query` makes an equal spec.

    Raises:
        SpecError: The spec has custom groups, which a query cannot give.
    """
    base = _base(spec)
    if spec.groups != base.groups:
        raise SpecError(f"A network with custom groups has no link. Received {spec.name}.")
    query = {} if base.name == DEFAULT and spec.name != DEFAULT else {"network": base.name}
    for name in ("blocks", "input_shape", *_NUMBERS, *_WORDS):
        if spec.groups and name in ("blocks", "width"):
            continue  # they follow from the groups
        value = getattr(spec, name)
        if value == getattr(base, name):
            continue
        joined = {"blocks": "-", "input_shape": "x"}.get(name)
        key = "input" if name == "input_shape" else name
        query[key] = joined.join(map(str, value)) if joined else str(value)
    for key, name in _SWITCHES.items():
        if getattr(spec, name) != getattr(base, name):
            query[key] = "1" if getattr(spec, name) else "0"
    return query


def from_query(query: Mapping[str, str]) -> tuple[ResNeXtSpec, list[str]]:
    """The network that a query asks for, and a note on each part that is not valid.

    Never raises: a part that breaks a rule is noted and left out.
    """
    notes = []
    name = query.get("network", DEFAULT)
    try:
        base = check_size(ResNeXtSpec.from_name(name))
    except SpecError as error:
        notes.append(f"{error} {DEFAULT} is shown instead.")
        base = ResNeXtSpec.from_name(DEFAULT)
    changes: dict[str, Any] = {}
    for key in _ORDER:
        if key not in query:
            continue
        if base.groups and key in ("blocks", "width"):
            notes.append(f"{base.name} has custom groups, which fix the {key}: it is left out.")
            continue
        try:
            field, value = _read(key, query[key])
        except SpecError as error:
            notes.append(f"{error} It is left out.")
        else:
            changes[field] = value
    try:
        return _changed(base, changes), notes
    except SpecError:
        spec, errors = _one_by_one(base, changes)
        return spec, [*notes, *(f"{error} It is left out." for error in errors)]


def _changed(spec: ResNeXtSpec, changes: Mapping[str, Any]) -> ResNeXtSpec:
    return check_size(ResNeXtSpec.from_dict({**_plain(spec), **changes}))


def _one_by_one(
    spec: ResNeXtSpec, changes: dict[str, Any]
) -> tuple[ResNeXtSpec, tuple[SpecError, ...]]:
    """The spec with each change that is valid, and the errors of the others."""
    errors: dict[str, SpecError] = {}
    for _ in range(2):  # a change may become valid after others
        errors = {}
        for field, value in changes.items():
            try:
                spec = _changed(spec, {field: value})
            except SpecError as error:
                errors[field] = error
        changes = {field: changes[field] for field in errors}
    return spec, tuple(errors.values())


def check_size(spec: ResNeXtSpec) -> ResNeXtSpec:
    """The spec, if it is small enough for a page.

    Raises:
        SpecError: It is too large.
    """
    blocks = sum(spec.blocks)
    if blocks > MOST_BLOCKS:
        raise SpecError(f"A page shows at most {MOST_BLOCKS} blocks. Received {blocks:,}.")
    if spec.form != "grouped" and blocks * spec.cardinality > MOST_PATHS:
        raise SpecError(
            f"A page shows at most {MOST_PATHS:,} paths (blocks x cardinality) written one by "
            f"one. Received {blocks * spec.cardinality:,}; choose {FORM_LABELS['grouped']}."
        )
    return spec


def numbers(text: str) -> tuple[int, ...]:
    """``3-4-6-3``, ``3,4,6,3`` or ``224x224x3`` as whole numbers.

    Raises:
        SpecError: The text has another form.
    """
    if len(text) > _MOST or not re.fullmatch(r"[0-9]+([-,x ]+[0-9]+)*", text.strip()):
        raise SpecError(
            "A list of numbers is written like 3-4-6-3 or 224x224x3, in at most "
            f"{_MOST} characters. Received {text[:_MOST]!r}."
        )
    return tuple(int(part) for part in re.findall("[0-9]+", text))


def _read(key: str, text: str) -> tuple[str, Any]:
    """Field and value of one part of a query."""
    if key == "blocks":
        return "blocks", numbers(text)
    if key == "input":
        return "input_shape", numbers(text)
    if key in _SWITCHES:
        if text not in ("0", "1"):
            raise SpecError(f"{key} must be 0 or 1. Received {text[:_MOST]!r}.")
        return _SWITCHES[key], text == "1"
    if key in _WORDS:
        return key, text[:_MOST]
    if len(text) > _MOST or not re.fullmatch("-?[0-9]+", text):
        raise SpecError(
            f"{key} must be a whole number of at most {_MOST} characters. "
            f"Received {text[:_MOST]!r}."
        )
    return key, int(text)


def _base(spec: ResNeXtSpec) -> ResNeXtSpec:
    """The named network that a query starts from: the spec's own if it has a name."""
    try:
        return ResNeXtSpec.from_name("mini_resnext" if spec.groups else spec.name)
    except SpecError:
        return ResNeXtSpec.from_name(DEFAULT)


def _plain(spec: ResNeXtSpec) -> dict[str, Any]:
    """Fields without those that custom groups determine."""
    plain = spec.to_dict()
    if spec.groups:
        del plain["blocks"], plain["width"]
    return plain
