"""Every output of random networks, as fingerprints: are two versions the same byte for byte?

    python benchmarks/compare_outputs.py --write before.json    # in one checkout
    python benchmarks/compare_outputs.py --against before.json  # in another: says what differs
    ... --against before.json --undo    # but for two changes that were made on purpose

The changes of ``--undo``: in JSON and CSV ``params`` was what is now ``total_params``; and numbers
with a unit rounded halves to even and did not round up to the next unit.

It goes through the command, whose flags and formats are contracts: summary at each level, in each
format and convention, compare, the graph as DOT and JSON, the map as JSON and HTML. The HTML holds
the map's program too, so it is compared only with --html.
"""

from __future__ import annotations

import argparse
import contextlib
import csv
import hashlib
import io
import json
import random
import re
import sys
import tempfile
import unittest.mock
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from explorer.cli import main as command

FORMS = ("grouped", "split", "concatenated", "aggregated")
COUNTS = ("torchvision", "timm", "mmcls", "calflops", "torchinfo")
NAMES = ("resnext50_32x4d", "resnext29_8x64d", "resnet50", "mini_resnext", "zoo50")


def network(rng: random.Random) -> list[str]:
    """A name and options; some break a rule, and the sentence about it is an output, too."""
    name = rng.choice(NAMES)
    options = [name]
    if name in NAMES[:3]:
        if rng.random() < 0.6:
            blocks = [str(rng.randint(1, 4)) for _ in range(rng.randint(1, 5))]
            options += ["--blocks", ",".join(blocks)]
        if rng.random() < 0.6:
            options += ["--width", str(rng.randint(1, 40))]
    if rng.random() < 0.6:
        options += ["--cardinality", str(rng.choice((1, 2, 3, 4, 8, 16, 32)))]
    if rng.random() < 0.5:
        options += ["--input", f"{rng.randint(8, 256)}x{rng.randint(8, 256)}x{rng.randint(1, 4)}"]
    if rng.random() < 0.3:
        options += ["--classes", str(rng.randint(1, 2000))]
    if rng.random() < 0.4:
        options += ["--form", rng.choice(FORMS)]
    return options


def commands(options: list[str], rng: random.Random, folder: Path, html: bool) -> list[list[str]]:
    """What is asked of one network."""
    count = ["--count", rng.choice(COUNTS)]
    found = [
        ["summary", *options, *count, "--by", level, "--format", form]
        for level in ("stage", "block", "layer")
        for form in ("table", "json", "csv", "markdown")
    ]
    found += [["graph", *options, "--level", level] for level in ("model", "stage", "block")]
    found.append(["graph", *options, "-o", str(folder / "graph.json")])
    found.append(["map", *options, "-o", str(folder / "map.json")])
    if html:
        found.append(["map", *options, "-o", str(folder / "map.html")])
    found += [
        ["compare", options[0], rng.choice(NAMES), *count, "--format", form]
        for form in ("table", "json", "csv", "markdown")
    ]
    return found


def former_scaled(number: float, steps: tuple[tuple[float, str], ...], plain: str = "") -> str:
    """A number with a unit as it was written before halves were rounded up."""
    for step, unit in steps:
        if abs(number) >= step:
            value = number / step
            digits = 2 if abs(value) < 10 else 1 if abs(value) < 100 else 0
            return f"{value:,.{digits}f}{unit}"
    return f"{number:,}{plain}"


def former_params(text: str) -> str:
    """JSON or CSV with ``total_params`` under its former name, ``params``."""
    between = r'((?:,\s*"\w*trainable_params\w*": -?\d+)*)'
    pair = rf'"params": -?[\d.]+{between},\s*"total_params": (-?[\d.]+)'
    text = re.sub(pair, r'"params": \2\1', text)
    status, _, table = text.partition("\n")
    if "total_params," not in table.partition("\n")[0]:
        return text
    rows = list(csv.reader(io.StringIO(table)))
    for end in ("", "_difference"):
        if f"total_params{end}" in rows[0]:
            old, now = rows[0].index(f"params{end}"), rows[0].index(f"total_params{end}")
            names = [name for name in rows[0] if name != f"total_params{end}"]
            rows = [[*row[:old], row[now], *row[old + 1 : now], *row[now + 1 :]] for row in rows]
            rows[0] = names
    written = io.StringIO()
    csv.writer(written, lineterminator="\n").writerows(rows)
    return f"{status}\n{written.getvalue()}"


def output(arguments: list[str], folder: Path, undo: bool = False) -> bytes:
    """What a command printed and wrote, and how it ended."""
    text = io.StringIO()
    with contextlib.redirect_stdout(text), contextlib.redirect_stderr(text):
        try:
            status = command(arguments)
        except SystemExit as ended:
            status = ended.code
    written = b"".join(path.read_bytes() for path in sorted(folder.iterdir())).decode()
    for path in folder.iterdir():
        path.unlink()
    # What was written is compared itself; its size is left out of the message.
    printed = re.sub(r"\([\d,]+ bytes\)", "", text.getvalue().replace(str(folder), ""))
    found = f"{status}\n{printed}{written}"
    return (former_params(found) if undo else found).encode()


def fingerprints(networks: int, seed: int, html: bool, undo: bool) -> dict[str, str]:
    """For each command its output's hash."""
    found = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for number in range(networks):
            rng = random.Random(f"{seed}/{number}")
            for arguments in commands(network(rng), rng, folder, html):
                key = re.sub(r"\S*/", "", " ".join(arguments))
                data = output(arguments, folder, undo)
                found[key] = f"{len(data)} {hashlib.sha256(data).hexdigest()[:16]}"
    return found


def main() -> int:
    """Write the fingerprints, or compare them with earlier ones."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--networks", type=int, default=500)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--html", action="store_true")
    parser.add_argument("--write", type=Path, metavar="FILE")
    parser.add_argument("--against", type=Path, metavar="FILE")
    parser.add_argument("--undo", action="store_true", help="undo what was changed on purpose")
    arguments = parser.parse_args()
    undo = contextlib.nullcontext()
    if arguments.undo:
        undo = unittest.mock.patch("explorer.formatting.numbers._scaled", former_scaled)
    with undo:
        now = fingerprints(arguments.networks, arguments.seed, arguments.html, arguments.undo)
    if arguments.write:
        arguments.write.write_text(json.dumps(now, indent=0))
    if not arguments.against:
        return 0
    before = json.loads(arguments.against.read_text())
    differ = [key for key in now if before.get(key) != now[key]]
    print(f"{len(now):,} outputs of {arguments.networks} networks, {len(differ):,} differ")
    for key in differ[:40]:
        print(f"  {key}: {before.get(key)} -> {now[key]}")
    return int(bool(differ))


if __name__ == "__main__":
    raise SystemExit(main())
