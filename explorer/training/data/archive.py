"""The files of a tar, gzipped or not, as a stream: no path in it is ever written to the disk."""

from __future__ import annotations

import io
import tarfile
import zlib
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO, Any

from explorer.training.data.errors import DataError

MAX_TAR_BYTES = 384 * 2**20  # unpacked, headers included; CIFAR-10's has 177
MAX_HEADER_BYTES = 256 * 2**10  # of all members together
MAX_MEMBERS = 100
MAX_GZIP_PARTS = 10_000
PIECE = 2**16  # bytes at a time


def is_tar(path: Path) -> bool:
    """Return whether a file can be opened as a tar."""
    try:
        with _open_tar(path):
            return True
    except (tarfile.TarError, EOFError, OSError, ValueError, zlib.error):
        return False


def members(path: Path) -> Generator[tuple[str, int, IO[bytes]], None, None]:
    """Yield name without folders, size in bytes, and content of each file of a tar.

    A content can be read until the next file is asked for.

    Raises:
        DataError: The archive is damaged, or has too many files, bytes, or bytes of headers.
    """
    try:
        with _open_tar(path) as (archive, stream):
            headers = end = 0
            for count, member in enumerate(archive, start=1):
                if count > MAX_MEMBERS:
                    raise DataError(
                        f"an archive may hold {MAX_MEMBERS} files, CIFAR-10's batches among them; "
                        "images of other data must be in a zip or a folder"
                    )
                headers += member.offset_data - end
                end = archive.offset
                stream.most = end + MAX_HEADER_BYTES - headers
                file = archive.extractfile(member) if member.isfile() else None
                if file is not None:
                    with io.BufferedReader(_InPieces(file), PIECE) as pieces:
                        yield PurePosixPath(member.name).name, member.size, pieces
    except DataError:
        raise
    except Exception as error:  # a forged header can raise anything
        raise DataError(f"{path.name} is damaged or cut short ({error})") from None


@contextmanager
def _open_tar(path: Path) -> Iterator[tuple[tarfile.TarFile, _Bounded]]:
    """Open a tar as a stream of bounded headers: `tarfile` reads one of any length into memory."""
    with path.open("rb") as file:
        packed = file.read(2) == b"\x1f\x8b"
        file.seek(0)
        bounded = _Bounded(_Gunzipped(file) if packed else file)
        with tarfile.open(fileobj=bounded, mode="r|", bufsize=PIECE) as archive:  # type: ignore[call-overload]
            yield archive, bounded


class _InPieces(io.RawIOBase):
    """A file in a tar, read in pieces because `tarfile` copies what it reads three times."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._file.read(min(len(buffer), PIECE))
        buffer[: len(data)] = data
        return len(data)


class _Gunzipped:
    """What a gzip unpacks to. `gzip` takes minutes for millions of empty parts."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file, self._packed, self._parts = file, b"", 1
        self._unpacker = zlib.decompressobj(wbits=31)

    def read(self, size: int) -> bytes:
        pieces = []
        while size > 0:
            self._packed = self._packed or self._file.read(PIECE)
            if not self._packed:
                break
            if self._unpacker.eof:
                self._unpacker, self._parts = zlib.decompressobj(wbits=31), self._parts + 1
                if self._parts > MAX_GZIP_PARTS:
                    raise DataError(f"a gzip may have {MAX_GZIP_PARTS:,} parts at most")
            pieces.append(self._unpacker.decompress(self._packed, size))
            self._packed = self._unpacker.unconsumed_tail or self._unpacker.unused_data
            size -= len(pieces[-1])
        return b"".join(pieces)


class _Bounded:
    """A stream that ends when a tar is too long, or its headers are."""

    def __init__(self, stream: Any) -> None:
        self._stream, self._at = stream, 0
        self.most = MAX_HEADER_BYTES  # bytes read, up to the header that is next

    def read(self, size: int) -> bytes:
        if self._at + size > MAX_TAR_BYTES:
            raise DataError(f"an archive must unpack to {MAX_TAR_BYTES // 2**20} MiB at most")
        if self._at > self.most:
            raise DataError(f"the headers of an archive may have {MAX_HEADER_BYTES:,} bytes in all")
        data: bytes = self._stream.read(size)
        self._at += len(data)
        return data
