"""The table of the rooms: which packages there are, on which floor, and which may import which.

    python tests/rooms.py --write    draws it anew in ARCHITECTURE.md

A room is a package with all that is in it, or one of its parts that is listed here by itself. An
arrow is an import, at the top of a file or inside a function; it must point to a lower floor.
"""

from __future__ import annotations

import ast
import sys
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[1]

# From the top floor down; each room with what it is for.
FLOORS: tuple[dict[str, str], ...] = (
    {
        "explorer.app": "the pages, the only room that imports Streamlit",
        "explorer.cli": "the commands",
        "explorer.notebook": "networks in a notebook",
    },
    {
        "explorer.sweeps": "many runs at one cost: plan, start, results",
        "explorer.export": "files and code to take along: reports, Keras and PyTorch code, ONNX",
        "explorer.lesson": "what the lesson computes and draws",
        "explorer.graphviz": "DOT, SVG, PNG",
    },
    {
        "explorer.cost": "memory and time of a step, roofline, search under a budget",
        "explorer.charts": "Plotly figures and pictures",
        "explorer.map": "the map: its data in Python, its drawing in JavaScript",
    },
    {
        "explorer.analysis": "report, conventions, comparison, tables; labels, colours",
        "explorer.training.runs": "runs as folders: store, queue, quotas, supervisor",
    },
    {
        "explorer.building": "building the Keras model in a separate process",
        "explorer.foreign": "other people's models as data",
        "explorer.training.data": "images",
        "explorer.training.engine": "one run from the inside: recipe, network, loop",
        "resnext.zoo": "the zoo's three programs",
    },
    {
        "explorer.jobs": "processes, files, text of others",
        "resnext.keras": "from descriptions to Keras",
    },
    {
        "explorer.formatting": "values as text",
        "resnext": "spec, names, layers, network, graph",
    },
)
ROOMS = {room: floor for floor, rooms in enumerate(reversed(FLOORS), 1) for room in rooms}

# What a user of the library imports from; it takes names from every room, lazily where it can.
SURFACES = {
    "explorer",
    "explorer.__main__",
    "explorer.training",
    "resnext.__init__",
    "resnext.resnext",
    "resnext.resnext_c",
    "resnext.resnext_cifar10",
}


def modules() -> dict[str, Path]:
    """Every module of the product by its dotted name."""
    found = {}
    for top in ("explorer", "resnext"):
        for path in (ROOT / top).rglob("*.py"):
            parts = path.relative_to(ROOT).with_suffix("").parts
            found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    assert found
    return found


def room_of(module: str) -> str | None:
    """The room that a module belongs to; None for a surface.

    Raises:
        LookupError: It is in none.
    """
    if module in SURFACES or module == "resnext":
        return None
    fitting = [room for room in ROOMS if module == room or module.startswith(f"{room}.")]
    if not fitting:
        raise LookupError(f"{module} is in no room of tests/rooms.py")
    return max(fitting, key=len)


@cache
def tree(path: Path) -> ast.Module:
    """A file's syntax tree."""
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def statements(path: Path) -> list[ast.Import | ast.ImportFrom]:
    """All that a file imports, also inside functions."""
    return [one for one in ast.walk(tree(path)) if isinstance(one, (ast.Import, ast.ImportFrom))]


def imports(module: str, known: dict[str, Path]) -> Iterator[str]:
    """Our own modules that a module imports, also inside functions."""
    for node in statements(known[module]):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif node.module:
            inner = [f"{node.module}.{alias.name}" for alias in node.names]
            names = [name if name in known else node.module for name in inner]
        yield from (name for name in names if name in known and name != module)


def arrows() -> dict[tuple[str, str], list[str]]:
    """Pairs of rooms, and the imports of modules that make each an arrow."""
    known, found = modules(), defaultdict(list)
    for module in sorted(known):
        here = room_of(module)
        for name in imports(module, known):
            # What the core's surface gives is the core's.
            there = "resnext" if name == "resnext" else room_of(name)
            if here and there and here != there:
                found[here, there].append(f"{module} imports {name}")
    return dict(found)


def circles() -> list[str]:
    """Circles of modules, each as one line; there should be none."""
    known = modules()
    graph = {module: sorted(set(imports(module, known)) - {"resnext"}) for module in known}
    state: dict[str, int] = {}
    found: list[str] = []

    def visit(module: str, way: tuple[str, ...]) -> None:
        state[module] = 1
        for name in graph[module]:
            if state.get(name) == 1:
                found.append(" -> ".join((*way[way.index(name) :], name)))
            elif name not in state:
                visit(name, (*way, name))
        state[module] = 2

    for module in sorted(known):
        if module not in state:
            visit(module, (module,))
    return found


def drawing() -> str:
    """The floors from the top down, with the arrows of each room."""
    below = defaultdict(list)
    for here, there in sorted(arrows()):
        below[here].append(there.removeprefix("explorer."))
    lines = []
    for floor, rooms in zip(range(len(FLOORS), 0, -1), FLOORS):
        lines.append(f"{'─' * 3} floor {floor} {'─' * 82}"[:96])
        for room, purpose in rooms.items():
            lines.append(f"{room.removeprefix('explorer.'):<17} {purpose}")
            if below[room]:
                lines.append(f"{'':<17}   ↓ {', '.join(below[room])}")
    return "\n".join(lines)


def written(text: str) -> str:
    """ARCHITECTURE.md with the drawing in its place."""
    start, end = "<!-- rooms -->\n", "<!-- /rooms -->"
    head, _, rest = text.partition(start)
    _, _, tail = rest.partition(end)
    return f"{head}{start}```\n{drawing()}\n```\n{end}{tail}"


if __name__ == "__main__":
    page = ROOT / "ARCHITECTURE.md"
    text = written(page.read_text(encoding="utf-8"))
    if "--write" in sys.argv:
        page.write_text(text, encoding="utf-8")
    else:
        print(drawing())
