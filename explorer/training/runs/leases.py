"""Which process may write in a run's folder, on whatever host: the one that holds its lease.

A lease is a folder ``RUN/lease/NUMBER`` with ``holder.json`` (who), ``beat`` (touched every few
seconds) and, once its holder is done, ``released``. The newest number counts. Numbers only grow,
so a lease's number is its fencing number, too.

A lease is taken by one `rename` of a folder that was prepared under another name. A rename onto a
folder that is not empty fails, and an NFS server carries out RENAME as one operation, so of many
hosts that take a number one gets it. The others of the operations that hold on NFS give less:
`mkdir` makes a lease that does not say yet whose it is, and `link`, for files only, makes one that
cannot hold what its holder is about to write. `flock` and `O_EXCL` are not used: the one needs a
lock service on every host, the other was no single operation before NFS 3. `filelock` 4 has leases
with a heartbeat, but says itself that two holders may overlap.

A lease is broken by taking the next number, and then removing the older folder with all that is in
it. That is what stops its holder, wherever it is and however long it slept: it publishes a file by
renaming it into its lease's folder and from there to its place, and both fail once that folder is
gone. A check before the write alone would not do, as a process can be stopped between the two.
The curve is appended to, so who takes a lease replaces it by a copy; what the former holder still
appends goes to the file that was replaced.

A holder is late when its last beat is `LATE_SECONDS` old by the clock of the folder. Late is not
dead: it may be a network that is down. A late holder's lease may be broken; one that beats keeps
it. On its own host a holder is known by its process, so that a kill is seen at once.
"""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from enum import Enum
from pathlib import Path

from explorer.jobs import processes
from explorer.jobs.files import read_json, write_json
from explorer.training.engine.errors import RunError
from explorer.training.runs import hosts
from explorer.training.runs.checks import ProcessId, checked
from explorer.training.runs.hosts import FolderClock, Host

BEATS = 6  # that a holder may miss before it is late
LATE_SECONDS = 30.0
VARIABLE = "RESNEXT_LEASE_SECONDS"
REMOVE_SECONDS = 20.0
# A folder in the place; the name is gone (a lost answer of NFS); a handle of a folder that is gone.
_TAKEN = (errno.ENOTEMPTY, errno.EEXIST)
_GONE = (errno.ENOENT, errno.ESTALE, errno.ENOTDIR)


class LeaseHeld(RunError):
    """Another process is at work on the run and is heard of."""


class LeaseLost(Exception):
    """A newer lease was taken: this process must not write in the run's folder any more."""


class Holder(Enum):
    """What is known of a lease's holder."""

    NONE = "nobody holds it"
    HERE = "its process runs"
    HEARD = "it beats"
    LATE = "nothing was heard of it lately"
    DEAD = "its process is gone"


@dataclass(frozen=True)
class Lease:
    """What `holder.json` holds.

    Attributes:
        folder: Name of the run's folder, by which a copy of it is recognised.
        token: Random, by which a taker knows its own lease.
        late: Seconds without a beat after which its holder is late.
        host: Name of its host, and the rest of `explorer.training.runs.hosts.Host`.
        space: Likewise.
        machine: Likewise.
        pid: Process id there.
        identity: What distinguishes it from another process with that id.
    """

    folder: str
    token: str = ""
    late: float = LATE_SECONDS
    host: str = ""
    space: str = ""
    machine: str = ""
    pid: ProcessId | None = None
    identity: str | None = None


def late_seconds() -> float:
    """Return after how many seconds without a beat a holder is late: RESNEXT_LEASE_SECONDS.

    Raises:
        RunError: The variable is not a number from 1 to 3600.
    """
    given = os.environ.get(VARIABLE, "")
    try:
        seconds = float(given or LATE_SECONDS)
    except ValueError:
        seconds = 0.0
    if not 1 <= seconds <= 3600:
        raise RunError(f"{VARIABLE} must be a number from 1 to 3600; received {given!r}")
    return seconds


def newest(folder: Path) -> int:
    """Return the number of a run's newest lease; 0 if there was none.

    Raises:
        OSError: The folder cannot be read.
    """
    try:
        with os.scandir(folder / "lease") as entries:
            return max((int(e.name) for e in entries if e.name.isdecimal()), default=0)
    except OSError as error:
        if error.errno in _GONE:
            return 0
        raise


def lease_of(folder: Path, number: int) -> Lease | None:
    """Return a lease, or None if its holder is done, or it came with a copy of the folder.

    Raises:
        OSError: It cannot be read.
    """
    path = _place(folder, number)
    if (path / "released").exists():
        return None
    try:
        lease = Lease(**checked(read_json(path / "holder.json"), Lease))
    except (ValueError, FileNotFoundError):
        return Lease(folder.name)  # damaged; whether it beats can be seen
    return lease if lease.folder == folder.name else None


def holder(folder: Path, clock: FolderClock, here: Host | None = None) -> Holder:
    """Return what is known of the holder of a run's newest lease.

    Args:
        folder: The run's.
        clock: Of the folder.
        here: The host of who asks.

    Raises:
        OSError: The folder cannot be read.
    """
    here = here or hosts.this_host()
    while True:
        number = newest(folder)
        found = _holder(folder, number, clock, here) if number else Holder.NONE
        if newest(folder) == number:  # else what was read is of a lease that was removed
            return found


def _holder(folder: Path, number: int, clock: FolderClock, here: Host) -> Holder:
    lease = lease_of(folder, number)
    if lease is None:
        return Holder.NONE
    if here.space and lease.space == here.space:
        return Holder.HERE if processes.is_alive(lease.pid, lease.identity) else Holder.DEAD
    if heard_within(_place(folder, number) / "beat", lease.late, clock):
        return Holder.HEARD
    return Holder.DEAD if here.is_restart_of(lease.space, lease.machine) else Holder.LATE


def heard_within(path: Path, seconds: float, clock: FolderClock) -> bool:
    """Return whether a file was changed within so many seconds by the clock of its folder."""
    # The time is read before the file: if we sleep in between, it only looks fresher. And only
    # a time that was just read makes anybody late.
    for now in (clock.about, clock.now):
        asked = now()
        try:
            if asked is None or asked - clock.time_of(path) <= seconds:
                return True
        except FileNotFoundError:
            return False
    return False


class Held:
    """A lease as its holder has it.

    Args:
        folder: The run's.
        number: The lease's.
        clock: Of the folder.
    """

    def __init__(self, folder: Path, number: int, clock: FolderClock | None = None) -> None:
        self.run, self.number = folder, number
        self.folder = _place(folder, number)
        self.lost = threading.Event()
        self._clock = clock or FolderClock(folder)

    def check(self) -> None:
        """Raise `LeaseLost` if a newer lease was taken, or the run is gone."""
        if newest(self.run) != self.number:
            self.lost.set()
            raise LeaseLost(f"lease {self.number} of {self.run.name} was taken over")

    def publish(self, draft: str | Path, path: str | Path) -> None:
        """Move a finished file to its place in the run's folder.

        Raises:
            LeaseLost: A newer lease was taken; nothing was moved.
        """
        self.check()
        passing = self.folder / Path(path).name
        try:
            os.replace(draft, passing)
            os.replace(passing, path)
        except OSError as error:
            if error.errno in _GONE:
                self.check()
            raise

    def discard(self, path: Path) -> None:
        """Remove a file of the run, if it is there.

        Raises:
            LeaseLost: A newer lease was taken; nothing was removed.
        """
        if path.exists():
            doomed = self.folder / f"{path.name}.doomed"
            self.publish(path, doomed)
            doomed.unlink()

    def beat(self) -> None:
        """Say that the holder is at work.

        Raises:
            LeaseLost: A newer lease was taken.
        """
        self.check()
        try:
            self._clock.beat(self.folder / "beat")
        except OSError as error:
            if error.errno in _GONE:
                self.check()
            raise

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Beat in the background; `lost` is set once the lease is."""
        done = threading.Event()
        pause = late_seconds() / BEATS

        def beat() -> None:
            while not done.wait(pause):
                try:
                    self.beat()
                except LeaseLost:
                    return
                except OSError:  # the folder cannot be reached: try again
                    continue

        thread = threading.Thread(target=beat, daemon=True, name="beat")
        thread.start()
        try:
            yield
        finally:
            done.set()

    def release(self) -> None:
        """Let anybody take the next lease."""
        with contextlib.suppress(OSError):
            (self.folder / "released").touch()


def take(
    folder: Path,
    clock: FolderClock | None = None,
    here: Host | None = None,
    pid: int | None = None,
    released: bool = False,
) -> Held:
    """Take the next lease of a run; its former holder writes nothing more.

    Args:
        folder: The run's.
        clock: Of the folder.
        here: The host of the new holder.
        pid: Its process; by default this one.
        released: Only break the former lease, and hold none.

    Raises:
        LeaseHeld: Its holder is heard of, or somebody else was first.
        OSError: The folder cannot be written.
    """
    clock, here, pid = clock or FolderClock(folder), here or hosts.this_host(), pid or os.getpid()
    before = newest(folder)
    found = holder(folder, clock, here)
    if found in (Holder.HERE, Holder.HEARD):
        raise LeaseHeld(f"another process is at work on run {folder.name}")
    held = Held(folder, before + 1, clock)
    token = secrets.token_hex(8)
    draft = held.folder.with_name(f".{held.number}-{token}")
    lease = Lease(
        folder.name, token, late_seconds(), here.name, here.space, here.machine, pid,
        processes.identity(pid),
    )  # fmt: skip
    draft.mkdir(parents=True)
    try:
        write_json(draft / "holder.json", asdict(lease), durable=False)
        (draft / "beat").touch()
        clock.beat(draft / "beat")
        if released:
            (draft / "released").touch()
        _rename(draft, held.folder, token)
        # One who slept between looking and renaming may have been given a number long past.
        held.check()
    except LeaseLost:
        shutil.rmtree(held.folder, ignore_errors=True)
        raise LeaseHeld(f"another process is at work on run {folder.name}") from None
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    _remove_older(folder, held.number)
    return held


def _rename(draft: Path, place: Path, token: str) -> None:
    try:
        os.rename(draft, place)
    except OSError as error:
        # NFS repeats a request whose answer was lost; the second then finds the work done.
        with contextlib.suppress(OSError, ValueError, KeyError):
            if read_json(place / "holder.json")["token"] == token:
                return
        if error.errno in _TAKEN or (os.name == "nt" and place.exists()):
            raise LeaseHeld(f"another process is at work on run {place.parents[1].name}") from None
        raise


def _remove_older(folder: Path, number: int) -> None:
    """Remove all leases before a number, with what their holders are about to write.

    Raises:
        OSError: One cannot be removed.
    """
    end = time.monotonic() + REMOVE_SECONDS
    while True:
        with os.scandir(folder / "lease") as entries:
            older = [Path(e) for e in entries if e.name.isdecimal() and int(e.name) < number]
        for path in older:
            # Its holder may put one more file there while it is emptied: look again.
            shutil.rmtree(path, ignore_errors=time.monotonic() < end)
        if not older:
            return


def _place(folder: Path, number: int) -> Path:
    return folder / "lease" / f"{number:06d}"
