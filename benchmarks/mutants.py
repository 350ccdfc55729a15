"""Do the tests of the core notice small faults? Make mutants, test them, count.

    python benchmarks/mutants.py --mutants 100      # 100 drawn at random, seed 0

A mutant is the product with one operator, comparison or number changed. It is killed if one of the
quick tests of the core fails. Each survivor is printed with its line: either a test is missing
there, or the change makes no difference.
"""

from __future__ import annotations

import argparse
import ast
import copy
import multiprocessing
import os
import random
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

# Imported once, for all the processes that test a mutant.
import hypothesis  # noqa: F401
import numpy  # noqa: F401
import pandas  # noqa: F401
import PIL.Image  # noqa: F401
import pydot  # noqa: F401
import pytest

ROOT = Path(__file__).parents[1]
FOLDERS = ("resnext", "explorer/analysis")
LEFT_OUT = ("resnext/keras/", "resnext/runtime.py", "resnext/version.py", "__init__.py")
# Run in turn until one fails: the nearest and quickest first.
TESTS = (
    ("tests/resnext", "tests/analysis", "--ignore=tests/resnext/keras"),
    ("tests/cli/test_cli_analysis.py", "tests/map", "tests/graphviz", "tests/foreign"),
)
SECONDS = 300
# Arguments that change nothing that is computed.
INERT = {"frozen", "slots", "repr", "maxsize", "indent"}
PROFILE = """
from hypothesis import Phase
settings.register_profile("mutants", phases=(Phase.explicit, Phase.generate), derandomize=True)
"""

SWAPS: dict[type[ast.AST], type[ast.AST]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Add,
    ast.FloorDiv: ast.Mult,
    ast.Div: ast.Mult,
    ast.Mod: ast.Mult,
    ast.Pow: ast.Mult,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.And: ast.Or,
    ast.Or: ast.And,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}


def sources() -> list[Path]:
    """The files that are mutated."""
    found = [path for folder in FOLDERS for path in sorted((ROOT / folder).rglob("*.py"))]
    return [p for p in found if not any(part in p.as_posix() for part in LEFT_OUT)]


def places(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Each place that can be changed: its number in the walk, and what changes there."""
    inert = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.keyword) and node.arg in INERT
    }
    for number, node in enumerate(ast.walk(tree)):
        if id(node) in inert:
            continue
        if isinstance(node, (ast.BinOp, ast.BoolOp)) and type(node.op) in SWAPS:
            yield number, "op"
        elif isinstance(node, ast.Compare) and type(node.ops[0]) in SWAPS:
            yield number, "ops"
        elif isinstance(node, ast.Constant) and type(node.value) in (int, bool):
            yield number, "value"
        elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            yield number, "not"


def mutated(tree: ast.AST, number: int, field: str) -> tuple[str, int]:
    """The source with one place changed, and the line."""
    changed = copy.deepcopy(tree)
    node: Any = list(ast.walk(changed))[number]
    if field == "op":
        node.op = SWAPS[type(node.op)]()
    elif field == "ops":
        node.ops[0] = SWAPS[type(node.ops[0])]()
    elif field == "value":
        node.value = (not node.value) if isinstance(node.value, bool) else node.value + 1
    else:
        node.op = ast.UAdd()
        node.operand = ast.Call(ast.Name("bool", ast.Load()), [node.operand], [])
    return ast.unparse(ast.fix_missing_locations(changed)), node.lineno


def killed(folder: Path, source: Path | None = None) -> bool:
    """Whether a test fails in a copy of the checkout; those named after ``source`` run first."""
    named = sorted(folder.glob(f"tests/*/test_{source.stem}*.py")) if source else []
    return any(fails(folder, tests) for tests in (tuple(map(str, named)), *TESTS) if tests)


def fails(folder: Path, tests: tuple[str, ...]) -> bool:
    """Whether one of these tests fails, or they do not end; forked, so that imports are shared."""
    process = multiprocessing.get_context("fork").Process(target=run_tests, args=(folder, tests))
    process.start()
    process.join(SECONDS)
    if process.exitcode is None:
        process.kill()
        process.join()
    return process.exitcode != 0


def run_tests(folder: Path, tests: tuple[str, ...]) -> None:
    """Run pytest in a copy of the checkout, silently; its status is this process's."""
    os.chdir(folder)
    sys.path.insert(0, str(folder))
    for stream in (1, 2):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream)
    options = [
        "-x",
        "-q",
        "--assert=plain",
        "-p",
        "no:cacheprovider",
        "--hypothesis-profile=mutants",
    ]
    sys.exit(int(pytest.main([*options, "-m", "not slow and not browser", *tests])))


def main() -> int:
    """Count the mutants that the tests notice."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mutants", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    found = []
    texts = {path: path.read_text(encoding="utf-8") for path in sources()}
    for path, text in texts.items():
        tree = ast.parse(text)
        found += [(path, tree, number, field) for number, field in places(tree)]
    chosen = random.Random(arguments.seed).sample(found, min(arguments.mutants, len(found)))
    survivors = 0
    sys.dont_write_bytecode = True
    os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "copy"
        left = shutil.ignore_patterns(".git", ".venv", "node_modules", "__pycache__", ".*cache")
        shutil.copytree(ROOT, folder, ignore=left)
        with (folder / "tests/conftest.py").open("a", encoding="utf-8") as conftest:
            conftest.write(PROFILE)
        assert not killed(folder), "the tests fail without a mutant"
        for path, tree, number, field in chosen:
            target = folder / path.relative_to(ROOT)
            text, line = mutated(tree, number, field)
            target.write_text(text, encoding="utf-8")
            if not killed(folder, path):
                survivors += 1
                original = texts[path].splitlines()[line - 1].strip()
                print(f"survived: {path.relative_to(ROOT)}:{line} {field}: {original}", flush=True)
            target.write_text(texts[path], encoding="utf-8")
    count = len(chosen)
    print(f"{count - survivors} of {count} mutants killed ({1 - survivors / count:.0%}), of")
    print(f"{len(found):,} places in {len(texts)} files")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
