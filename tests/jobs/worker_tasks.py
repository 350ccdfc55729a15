"""Work for worker processes that needs no TensorFlow."""

import os
import time
from pathlib import Path

import numpy as np

from explorer.jobs.questions import Answer
from resnext.errors import InputError


def nap(request, arrays, progress):
    progress("napping")
    time.sleep(request["seconds"])
    while request.get("gate") and not Path(request["gate"]).exists():
        time.sleep(0.01)
    return Answer({"name": request.get("name")}, {name: 2 * a for name, a in arrays.items()})


def surroundings(request, arrays, progress):
    return Answer(
        {
            "pid": os.getpid(),
            "threads": os.environ["TF_NUM_INTRAOP_THREADS"],
            "cards": os.environ["CUDA_VISIBLE_DEVICES"],
        }
    )


def write(request, arrays, progress):
    folder = Path(request["folder"])
    (folder / "file").write_bytes(b"model")
    progress(str(folder))
    time.sleep(request.get("seconds", 0))
    return Answer({"path": str(folder / "file")})


def refuse(request, arrays, progress):
    raise InputError("The number must be 1. Received 2.")


def fail(request, arrays, progress):
    raise KeyError("ours")


def fill(request, arrays, progress):
    return Answer({"sum": float(np.ones(200 * 2**20, np.uint8).sum())})


def end(request, arrays, progress):
    print("The last words.", flush=True)
    os._exit(3)
