"""Zips by people who may mean harm: measured before they are listed."""

from __future__ import annotations

import io
import warnings
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

BYTES_PER_FILE = 160  # of a listing: a name of about a hundred characters


class TooManyFiles(ValueError):
    """A zip lists more files than it may; the message says how many it may."""


@contextmanager
def open_zip(path: Path, most: int) -> Iterator[zipfile.ZipFile]:
    """Open a zip of a bounded number of files, and close it.

    Raises:
        TooManyFiles: It lists more than `most` files, or takes as much for their names.
        zipfile.BadZipFile: It is no zip; `zipfile` raises others, too.
    """
    with warnings.catch_warnings(), _Measured(path, most) as file:
        warnings.simplefilter("ignore")
        with zipfile.ZipFile(file) as archive:
            file.is_listed = True
            yield archive


class _Measured(io.BufferedReader):
    """A file that `zipfile` reads the listing from, which takes 70 times its bytes in memory."""

    def __init__(self, path: Path, most: int) -> None:
        super().__init__(io.FileIO(path))
        self.is_listed, self._most = False, most

    def read(self, size: int | None = -1, /) -> bytes:
        if self.is_listed:
            return super().read(size)
        most = self._most * BYTES_PER_FILE + 2**16  # and the longest comment
        data = super().read(most + 1 if size is None or size < 0 else min(size, most + 1))
        if len(data) > most or data.count(b"PK\1\2") > self._most:
            raise TooManyFiles(
                f"a zip may list {self._most:,} files here, with {BYTES_PER_FILE} bytes for each"
            )
        return data
