"""Files made to do harm: what becomes of each, how long it takes and how much memory.

    python benchmarks/refused_files.py [--root FOLDER] [--most SECONDS] [--json FILE]

Every file is made here, read in a process of its own as the pages and the command read it, and
ended after `--most` seconds. Memory is the peak of that whole process, its imports included.
`--root` names a checkout of another version to measure. The goal for a refused file: 2 s, 500 MB;
the seconds are those of the processor, its children's included, as the machine may be busy.
"""

from __future__ import annotations

import argparse
import gzip
import io
import json
import os
import pickle
import struct
import subprocess
import sys
import tarfile
import tempfile
import time
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

HERE = Path(__file__).resolve()
GOAL_SECONDS, GOAL_MB = 2.0, 500


def png(width: int, height: int, more: bytes = b"") -> bytes:
    """A black PNG of one bit for each pixel, packed a thousandfold."""
    packer = zlib.compressobj(9)
    row = bytes(1 + (width + 7) // 8)
    rows = max(1, 2**20 // len(row))
    body = [packer.compress(row * min(rows, height - at)) for at in range(0, height, rows)]
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    pixels = chunk(b"IDAT", b"".join([*body, packer.flush()]))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + more + pixels + chunk(b"IEND", b"")


def chunk(kind: bytes, data: bytes) -> bytes:
    """One piece of a PNG."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def jpeg(head: bytes = b"", scans: int = 1, side: int = 4000) -> bytes:
    """A progressive JPEG whose last scan is repeated."""
    from PIL import Image

    file = io.BytesIO()
    Image.new("L", (side, side)).save(file, "JPEG", progressive=True)
    data = file.getvalue()
    last = data[data.rindex(b"\xff\xda") : -2]
    return data[:2] + head + data[2:-2] + last * (scans - 1) + data[-2:]


def tar(path: Path, members: list[tuple[str, bytes, dict[str, str]]]) -> None:
    """A gzipped tar."""
    with tarfile.open(path, "w:gz", format=tarfile.PAX_FORMAT, compresslevel=6) as archive:
        for name, data, extra in members:
            info = tarfile.TarInfo(name)
            info.size, info.pax_headers = len(data), extra
            archive.addfile(info, io.BytesIO(data))


def batches(path: Path, data: bytes) -> None:
    """A tar with one CIFAR-10 batch."""
    tar(path, [("cifar-10-batches-py/data_batch_1", data, {})])


def packed(path: Path, data: bytes) -> None:
    """A ``.keras`` file with any config."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("config.json", data)


def many_members(path: Path, count: int) -> None:
    """A zip with empty images, without the cost of `zipfile` for each."""
    name = b"train/a/%07d.png"
    local, central = [], []
    for number in range(count):
        here = name % number
        local.append(struct.pack("<4s5H3I2H", b"PK\3\4", 20, 0, 0, 0, 33, 0, 0, 0, len(here), 0))
        local.append(here)
        at = number * (30 + len(here))
        entry = (b"PK\1\2", 20, 20, 0, 0, 0, 33, 0, 0, 0, len(here), 0, 0, 0, 0, 0, at, here)
        central.append(struct.pack(f"<4s6H3I5H2I{len(here)}s", *entry))
    start, size = sum(map(len, local)), sum(map(len, central))
    end = struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, 65535, 65535, size, start, 0)
    path.write_bytes(b"".join([*local, *central, end]))


def layer(kind: str, name: str, config: dict[str, object], sources: list[str]) -> dict[str, object]:
    """One layer of a functional model."""
    calls = [[[source, 0, 0, {}] for source in sources]] if sources else []
    return {"class_name": kind, "config": {"name": name, **config}, "inbound_nodes": calls}


def functional(path: Path, reads: list[list[int]]) -> None:
    """A model of additions, each of which reads the layers of these numbers."""
    names = [f"l{number}" for number in range(len(reads) + 1)]
    layers = [layer("InputLayer", "l0", {"batch_shape": [None, 4, 4, 1]}, [])]
    for number, sources in enumerate(reads, start=1):
        layers.append(layer("Add", names[number], {}, [names[n] for n in sources]))
    ends = {"input_layers": [["l0", 0, 0]], "output_layers": [[names[-1], 0, 0]]}
    config = {"name": "m", "layers": layers, **ends}
    packed(path, json.dumps({"class_name": "Functional", "config": config}).encode())


def forged(opcodes: bytes) -> bytes:
    """A pickle of a dict that says no more than these opcodes."""
    return b"\x80\x02}" + opcodes + b"."


EPS = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 32 32\n0 1 20000000 {pop} for\nshowpage\n"


def wide(count: int) -> list[list[int]]:
    """Layers that each read all before them."""
    return [list(range(number)) for number in range(1, count + 1)]


def records(count: int) -> dict[str, str]:
    """Entries of one header."""
    return {f"k{number}": "v" for number in range(count)}


FILES: dict[str, tuple[str, Callable[[Path], object]]] = {
    "EPS with PostScript inside": ("image", lambda p: p.write_bytes(EPS)),
    "PNG, 1x49,000,000": ("image", lambda p: p.write_bytes(png(1, 49_000_000))),
    "PNG, 20,000x20,000": ("image", lambda p: p.write_bytes(png(20_000, 20_000))),
    "PNG, 1x24,000,000": ("image", lambda p: p.write_bytes(png(1, 24_000_000))),
    "PNG, 5 million empty chunks": (
        "image", lambda p: p.write_bytes(png(32, 32, chunk(b"aaAa", b"") * 5_000_000))),
    "JPEG, 1,000 scans": ("image", lambda p: p.write_bytes(jpeg(scans=1000))),
    "JPEG, 60 MB of padding": ("image", lambda p: p.write_bytes(jpeg(b"\xff" * (60 * 2**20)))),
    "JPEG, 15 million empty comments": (
        "image", lambda p: p.write_bytes(jpeg(b"\xff\xfe\0\2" * 15_000_000))),
    "tar, header of 500 MB": (
        "data", lambda p: tar(p, [("a", b"", {"comment": "x" * (500 * 2**20)})])),
    "tar, header of 300,000 records": ("data", lambda p: tar(p, [("a", b"", records(300_000))])),
    "tar, 100,000 entries": ("data", lambda p: tar(p, [(f"{n}", b"", {}) for n in range(100_000)])),
    "tar, 900 MB in one file": ("data", lambda p: tar(p, [("a", bytes(900 * 2**20), {})])),
    "gzip, 3 million empty parts": (
        "data", lambda p: p.write_bytes(gzip.compress(b"") * 3_000_000)),
    "batch of 250 MB": (
        "data", lambda p: batches(p, pickle.dumps({b"data": bytes(250 * 2**20)}))),
    "batch of 1,900,000 opcodes": (
        "data", lambda p: batches(p, forged(b"K\1" + b"20" * 950_000 + b"K\1s"))),
    "batch with far places": ("data", lambda p: batches(p, forged(b"r\0\xca\x9a;" * 10))),
    "zip, 400,000 images": ("data", lambda p: many_members(p, 400_000)),
    "zip, 2,100,000 images": ("data", lambda p: many_members(p, 2_100_000)),
    ".keras, 60 MB of {}": ("model", lambda p: packed(p, b"[" + b"{}," * 20_000_000 + b"{}]")),
    ".keras, 15 MB of {}": ("model", lambda p: packed(p, b"[" + b"{}," * 5_000_000 + b"{}]")),
    ".keras, 15 MB of short texts": (
        "model", lambda p: packed(p, b"[" + b'"ab",' * 3_000_000 + b"1]")),
    ".keras, 99,999 layers": ("model", lambda p: functional(p, [[n] for n in range(99_998)])),
    ".keras, 100,000 members": ("model", lambda p: many_members(p, 100_000)),
    ".keras, dense graph of 650 layers, drawn": ("drawing", lambda p: functional(p, wide(650))),
}  # fmt: skip


def read(kind: str, path: Path) -> None:
    """Do what the program does with a file of this kind."""
    if kind == "image":
        from explorer.lesson.samples import fit

        fit(path.read_bytes(), (224, 224, 3))
    elif kind == "data":
        from explorer.training.data import load_dataset

        load_dataset(str(path))
    else:
        from explorer.analysis.report import analyse
        from explorer.foreign.keras_graph import graph_of_keras
        from explorer.graphviz.dot import render, to_dot

        graph = graph_of_keras(path)
        analyse(graph)
        if kind == "drawing":
            render(to_dot(graph, "full"))


def read_here(kind: str, path: Path) -> None:
    """Read a file, and print what came of it as JSON."""

    started, busy = time.perf_counter(), os.times()
    try:
        read(kind, path)
        outcome, words = "read", ""
    except Exception as error:
        outcome, words = type(error).__name__, str(error)
    seconds = time.perf_counter() - started
    cpu = sum(os.times()[:4]) - sum(busy[:4])
    # Not ru_maxrss, which a process takes over from the one that started it.
    peak = Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0]
    row = {
        "outcome": outcome,
        "words": words,
        "seconds": seconds,
        "cpu": cpu,
        "mb": int(peak) / 1024,
    }
    print(json.dumps(row))


def measure(root: Path, kind: str, path: Path, most: float) -> dict[str, object]:
    """One row of the table, from a process of its own."""
    command = [sys.executable, str(HERE), "--root", str(root), "--read", kind, str(path)]
    try:
        done = subprocess.run(command, capture_output=True, timeout=most, check=False)
    except subprocess.TimeoutExpired:
        return {"outcome": "ended", "words": "", "seconds": most, "cpu": most, "mb": float("nan")}
    if done.returncode:
        words = done.stderr.decode(errors="replace").strip().splitlines()[-1:]
        return {
            "outcome": "died",
            "words": "".join(words),
            "seconds": 0.0,
            "cpu": 0.0,
            "mb": float("nan"),
        }
    row: dict[str, object] = json.loads(done.stdout.splitlines()[-1])
    return row


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--root", type=Path, default=HERE.parents[1])
    parser.add_argument("--most", type=float, default=60)
    parser.add_argument("--only", default="", help="measure files whose name holds this")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--read", nargs=2, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    sys.path.insert(0, str(arguments.root.resolve()))
    if arguments.read:
        read_here(arguments.read[0], Path(arguments.read[1]))
        return
    rows: dict[str, dict[str, object]] = {}
    print(f"{'file':<42}{'size':>10}{'seconds':>9}{'CPU':>7}{'peak MB':>9}  outcome")
    with tempfile.TemporaryDirectory() as folder:
        for number, (name, (kind, make)) in enumerate(FILES.items()):
            if arguments.only not in name:
                continue
            path = Path(folder) / str(number)
            make(path)
            size = path.stat().st_size
            row = {"bytes": size, **measure(arguments.root, kind, path, arguments.most)}
            path.unlink()
            rows[name] = row
            late = row["cpu"] > GOAL_SECONDS or not row["mb"] < GOAL_MB  # type: ignore[operator]
            print(
                f"{name:<42}{size / 1e6:>7.1f} MB{row['seconds']:>9.2f}{row['cpu']:>7.2f}"
                f"{row['mb']:>9.0f}"
                f"  {row['outcome']}{'  MISSED' if late else ''}",
                flush=True,
            )
            print(f"    {str(row['words'])[:150]}") if row["words"] else None
    if arguments.json:
        arguments.json.write_text(json.dumps(rows, indent=1) + "\n")


if __name__ == "__main__":
    main()
