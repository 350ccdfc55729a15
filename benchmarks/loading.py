"""CIFAR-10's official archive: how long it takes to load, and how much memory at the most.

    python benchmarks/loading.py [--root FOLDER] [--archive FILE]

Makes an archive of the official size and layout from random pixels, or reads the one given, in a
process of its own. Memory is what the process grew by from before it was opened to its peak. The
goal is 1.3 times the arrays. `--root` names a checkout of another version to measure.
"""

from __future__ import annotations

import argparse
import io
import json
import pickle
import subprocess
import sys
import tarfile
import tempfile
import time
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve()
GOAL = 1.3
# Their order in the official archive.
BATCHES = ("data_batch_4", "test_batch", "data_batch_3", "data_batch_2", "data_batch_5")


def make(path: Path) -> None:
    """Write an archive as CIFAR-10's authors did: pickles of Python 2, gzipped."""
    rng = np.random.default_rng(0)
    names = [f"class{number}".encode() for number in range(10)]
    with tarfile.open(path, "w:gz", compresslevel=1) as archive:
        add(archive, "batches.meta", {b"label_names": names})
        for name in (*BATCHES, "data_batch_1"):
            pixels = rng.integers(0, 256, (10_000, 3072), dtype=np.uint8)
            labels = rng.integers(0, 10, 10_000).tolist()
            files = [b"image_s_%06d.png" % number for number in range(10_000)]
            batch = {b"data": pixels, b"labels": labels, b"filenames": files}
            add(archive, name, {b"batch_label": name.encode(), **batch})


def add(archive: tarfile.TarFile, name: str, value: object) -> None:
    """Add a pickled batch."""
    data = pickle.dumps(value, protocol=4)
    info = tarfile.TarInfo(f"cifar-10-batches-py/{name}")
    info.size = len(data)
    archive.addfile(info, io.BytesIO(data))


def memory(what: str) -> float:
    """Resident memory of this process in MB: `VmRSS` now, `VmHWM` at its peak."""
    return int(Path("/proc/self/status").read_text().partition(what + ":")[2].split()[0]) / 1024


def load(path: str) -> None:
    """Load an archive here, and print the figures as JSON."""
    from explorer.training.data import load_dataset

    before = memory("VmRSS")
    started = time.perf_counter()
    data = load_dataset(path)
    images = (data.x_train, data.x_val, data.test.images)
    seconds = time.perf_counter() - started
    arrays = sum(part.nbytes for part in images) / 2**20
    peak = memory("VmHWM") - before
    counts = [len(part) for part in images]
    row = {"images": counts, "arrays_mb": arrays, "peak_mb": peak, "seconds": seconds}
    print(json.dumps({**row, "ratio": peak / arrays}))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--root", type=Path, default=HERE.parents[1])
    parser.add_argument("--archive", type=Path)
    parser.add_argument("--load", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    sys.path.insert(0, str(arguments.root.resolve()))
    if arguments.load:
        load(str(arguments.archive))
        return
    with tempfile.TemporaryDirectory() as folder:
        path = arguments.archive or Path(folder) / "cifar-10-python.tar.gz"
        if arguments.archive is None:
            make(path)
        own = [sys.executable, str(HERE), "--root", str(arguments.root), "--archive", str(path)]
        done = subprocess.run([*own, "--load"], capture_output=True, check=True)
        row = json.loads(done.stdout)
    print(json.dumps(row))
    print(f"peak {row['peak_mb']:.0f} MB for arrays of {row['arrays_mb']:.0f} MB: ", end="")
    print(f"{row['ratio']:.2f} times (goal: {GOAL}), in {row['seconds']:.1f} s")


if __name__ == "__main__":
    main()
