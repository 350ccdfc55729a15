"""What is asked of a worker process and what it answers, as plain data, and how both travel."""

from __future__ import annotations

import hashlib
import importlib
import io
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from explorer.jobs.files import file_stamp
from resnext.errors import InputError

Arrays = dict[str, NDArray[Any]]
Progress = Callable[[str], None]


def function_of(name: str) -> Callable[..., Any]:
    """The function that ``package.module:function`` names."""
    module, _, function = name.partition(":")
    found: Callable[..., Any] = getattr(importlib.import_module(module), function)
    return found


@dataclass(frozen=True)
class Question:
    """Work for a worker process.

    Attributes:
        task: ``package.module:function``, called as ``function(request, arrays, progress)``; it
            returns an `Answer` and may report phases with ``progress(text)``.
        request: What it needs, as plain JSON types.
        arrays: The arrays that it needs.
        seconds: The process is ended when the work itself takes longer.
        megabytes: Most memory that the work may take (enforced on Linux).
        reads: Files on whose content the answer depends.
        writes: Whether the answer includes files. Their folder is ``request["folder"]``; it is
            removed when the last job of this question is closed.
        alone: Whether it measures the machine: no other question is worked on meanwhile, and its
            process is new, has every processor, sees a graphics card, and ends with it. Its
            answer is not kept for equal questions.
    """

    task: str
    request: Mapping[str, Any]
    arrays: Mapping[str, NDArray[Any]] = field(default_factory=dict)
    seconds: float = 240.0
    megabytes: int = 6_000
    reads: tuple[Path, ...] = ()
    writes: bool = False
    alone: bool = False

    def key(self) -> str:
        """The same for equal questions about files that have not changed.

        Raises:
            InputError: One of the files cannot be read.
        """
        files = []
        for path in self.reads:
            try:
                files.append(file_stamp(path))
            except OSError as error:
                raise InputError(f"{path.name} cannot be read: {error.strerror}.") from error
        digest = hashlib.sha256(json.dumps([self.task, self.request, files]).encode())
        digest.update(_packed(self.arrays))
        return digest.hexdigest()


@dataclass(frozen=True)
class Answer:
    """What came of the work.

    Attributes:
        values: Plain JSON types.
        arrays: Arrays by name; read-only where several sessions may hold them.
    """

    values: dict[str, Any]
    arrays: Arrays = field(default_factory=dict)


def send(stream: IO[bytes], values: Mapping[str, Any], arrays: Mapping[str, Any]) -> None:
    """Write one message: a line of JSON that ends with the number of bytes that follow it."""
    data = _packed(arrays)
    stream.write(json.dumps([values, len(data)]).encode() + b"\n" + data)
    stream.flush()


def receive(stream: IO[bytes]) -> tuple[dict[str, Any], Arrays]:
    """Read one message.

    Raises:
        EOFError: The other side is gone.
    """
    line = stream.readline()
    if not line.endswith(b"\n"):
        raise EOFError
    values, size = json.loads(line)
    data = stream.read(size)
    if len(data) < size:
        raise EOFError
    if not size:
        return values, {}
    with np.load(io.BytesIO(data), allow_pickle=False) as loaded:
        return values, {name: loaded[name] for name in loaded.files}


def _packed(arrays: Mapping[str, Any]) -> bytes:
    if not arrays:
        return b""
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    return buffer.getvalue()
