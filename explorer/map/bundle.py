"""Our JavaScript modules as one text, for places that take no files: no build step, no tools.

The modules in ``static/`` import each other by lines of one form,
``import { a, b } from "./x.js";``, and export functions, classes and constants where these
begin a line.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

_IMPORT = re.compile(r"""^import \{([^}]*)\} from ["']\./([\w-]+)\.js["'];\n""", re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:async )?(?:function\*?|const|class) ([\w$]+))", re.MULTILINE)


@cache
def asset(name: str) -> str:
    """The text of a file in ``static/``."""
    return (files(__package__) / "static" / name).read_text(encoding="utf-8")


@cache
def script(entry: str = "app") -> str:
    """The module ``entry`` and all that it imports as one; what it exports are plain names.

    Each module becomes a function that is called once and returns its exports, so that names
    which are private to modules cannot clash.

    Raises:
        ValueError: Modules import each other in a circle, or in another form.
    """
    parts: list[str] = []
    _collect(entry, parts, set(), ())
    names = ", ".join(_EXPORT.findall(asset(f"{entry}.js")))
    return "".join(parts) + f"const {{ {names} }} = ${entry};\n"


@cache
def component_script() -> str:
    """The map as one module with the default export that a Streamlit component needs."""
    text = asset("streamlit.js")
    parts: list[str] = []
    done: set[str] = set()
    for _, name in _IMPORT.findall(text):
        _collect(name, parts, done, ("streamlit",))
    return "".join(parts) + _IMPORT.sub(_taken, text)


def _collect(name: str, parts: list[str], done: set[str], above: tuple[str, ...]) -> None:
    if name in above:
        raise ValueError(f"Modules must not import in a circle. Received {(*above, name)}.")
    if name in done:
        return
    text = asset(f"{name}.js")
    for _, other in _IMPORT.findall(text):
        _collect(other, parts, done, (*above, name))
    names = ", ".join(_EXPORT.findall(text))
    body = _EXPORT.sub("", _IMPORT.sub(_taken, text))
    if left := re.search(r"^(?:import|export)\b.*", body, re.MULTILINE):
        raise ValueError(f"Imports and exports must have the form above. Received {left[0]!r}.")
    parts.append(f"const ${name} = (() => {{\n{body}return {{ {names} }};\n}})();\n")
    done.add(name)


def _taken(match: re.Match[str]) -> str:
    """An import as an assignment."""
    return f"const {{{match[1].replace(' as ', ': ')}}} = ${match[2]};\n"
