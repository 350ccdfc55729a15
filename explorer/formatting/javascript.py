"""Our JavaScript modules as one text, for places that take no files: no build step, no tools.

The modules of a folder import each other by lines of one form,
``import { a, b } from "../model/x.js";``, and export functions, classes and constants where
these begin a line.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable

_IMPORT = re.compile(r"""^import \{([^}]*)\} from ["'](\.[^"']+)\.js["'];\n""", re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:async )?(?:function\*?|const|class) ([\w$]+))", re.MULTILINE)

Read = Callable[[str], str]  # the text of a file of the folder, by its name


def library(entry: str, read: Read) -> str:
    """The module ``entry`` and all that it imports as one; what it exports are plain names.

    Each module becomes a function that is called once and returns its exports, so that names
    which are private to modules cannot clash.

    Raises:
        ValueError: Modules import each other in a circle, or in another form.
    """
    parts: list[str] = []
    _collect(entry, read, parts, set(), ())
    names = ", ".join(_EXPORT.findall(read(f"{entry}.js")))
    return "".join(parts) + f"const {{ {names} }} = {_constant(entry)};\n"


def component(entry: str, read: Read) -> str:
    """The same with ``entry`` as it is: its default export is what a Streamlit component needs."""
    parts: list[str] = []
    text = _linked(entry, read, parts, set(), ())
    return "".join(parts) + text


def _collect(
    name: str, read: Read, parts: list[str], done: set[str], above: tuple[str, ...]
) -> None:
    if name in above:
        raise ValueError(f"Modules must not import in a circle. Received {(*above, name)}.")
    if name in done:
        return
    text = _linked(name, read, parts, done, above)
    names = ", ".join(_EXPORT.findall(text))
    body = _EXPORT.sub("", text)
    if left := re.search(r"^(?:import|export)\b.*", body, re.MULTILINE):
        raise ValueError(f"Imports and exports must have the form above. Received {left[0]!r}.")
    parts.append(f"const {_constant(name)} = (() => {{\n{body}return {{ {names} }};\n}})();\n")
    done.add(name)


def _linked(name: str, read: Read, parts: list[str], done: set[str], above: tuple[str, ...]) -> str:
    """A module whose imports are assignments; the modules that it imports are added before."""

    def assignment(match: re.Match[str]) -> str:
        other = posixpath.normpath(posixpath.join(posixpath.dirname(name), match[2]))
        _collect(other, read, parts, done, (*above, name))
        return f"const {{{match[1].replace(' as ', ': ')}}} = {_constant(other)};\n"

    return _IMPORT.sub(assignment, read(f"{name}.js"))


def _constant(name: str) -> str:
    """The constant that holds a module's exports: ``$model_search_session``."""
    return "$" + re.sub(r"\W", "_", name)
