"""What a visitor may see and do: pages reach the runs only through `VisitorRuns`.

At home every run is the person's own. On a host a run is seen by the visitor who started it, and
by anyone who opened the link that its owner made; only its owner changes it or reads its log.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from explorer.jobs.processes import ROOT
from explorer.jobs.text import without_folders
from explorer.training.data.sources import WORDS, source_name
from explorer.training.engine.errors import RunError
from explorer.training.engine.recipe import Recipe
from explorer.training.runs import scheduler
from explorer.training.runs.pictures import BatchView, EpochView
from explorer.training.runs.quotas import check_owner, limits
from explorer.training.runs.snapshot import RunSnapshot
from explorer.training.runs.store import RunStore
from explorer.training.runs.uploads import save_upload
from resnext import ResNeXtSpec

Ids = list[str]
Snapshots = list[RunSnapshot]


@dataclass(frozen=True)
class Visitor:
    """Someone who looks at a page.

    Attributes:
        id: As in the signed cookie; "" at home.
        address: Code of the network address, or "" if no trusted proxy reports it.
        tokens: Of the links to other visitors' runs that this visitor has opened.
    """

    id: str = ""
    address: str = ""
    tokens: frozenset[str] = frozenset()


class VisitorRuns:
    """The runs of a store as one visitor may see and change them.

    A run that the visitor may not see is one that does not exist: each method with a `run`, its
    id, raises `RunError` for both.
    """

    def __init__(self, store: RunStore, visitor: Visitor) -> None:
        self._store = store
        self._visitor = visitor

    def is_mine(self, run: RunSnapshot) -> bool:
        """Return whether the visitor may change a run and read its log."""
        try:
            check_owner(run, self._visitor.id)
        except RunError:
            return False
        return True

    def may_see(self, run: RunSnapshot) -> bool:
        """Return whether the visitor may see a run."""
        return self.is_mine(run) or _opens(self._visitor.tokens, run)

    def list(self) -> Snapshots:
        """Return snapshots, without curves, of all runs that the visitor may see, newest first."""
        return [self._shown(run) for run in self._store.list() if self.may_see(run)]

    def snapshot(self, run: str) -> RunSnapshot:
        """Return a run as it is now."""
        return self._shown(self._seen(run))

    def damaged(self) -> dict[str, str]:
        """Return the visitor's runs that cannot be read, by id, each with the reason."""
        hosted, reasons = limits().hosted, self._store.damaged(self._store.list())
        return {
            run: self.without_folders(reason)
            for run, reason in reasons.items()
            if not hosted or self._owns(run)
        }

    def export_csv(self, run: str) -> str:
        """Return the whole history as CSV."""
        return self._store.export_csv(self._seen(run).id)

    def model_path(self, run: str) -> Path | None:
        """Return the `.keras` file of a run, or None if there is none."""
        return self._store.model_path(self._seen(run).id)

    def batch(self, run: str) -> BatchView | None:
        """Return a recent training batch with the network's predictions, or None."""
        return self._store.batch(self._seen(run).id)

    def epoch(self, run: str, number: int | None = None) -> EpochView | None:
        """Return the confusion matrix and mistakes of an epoch, from 1; by default the last."""
        return self._store.epoch(self._seen(run).id, number)

    def log(self, run: str) -> str:
        """Return the end of what the processes of an own run printed."""
        return self.without_folders(self._store.log(self._owned(run).id))

    def start(
        self,
        networks: Sequence[tuple[ResNeXtSpec, str | None]],
        recipe: Recipe,
        source: str,
    ) -> Ids:
        """Start a run for each network, all or none, as `scheduler.start_all` does."""
        who = self._visitor
        return scheduler.start_all(self._store, networks, recipe, source, who.id, who.address)

    def save_upload(self, name: str, data: bytes) -> str:
        """Keep an uploaded archive and return its path, the source of runs on it."""
        return save_upload(self._store, name, data, self._visitor.id, self._visitor.address)

    def request(self, run: str, want: str) -> None:
        """Ask an own run to `pause`, `resume` or `stop`."""
        owned = self._owned(run).id
        if want == "resume":
            scheduler.resume(self._store, owned)
        else:
            scheduler.halt(self._store, owned, want)

    def delete(self, run: str) -> None:
        """Remove an own run and all its files; it may be damaged."""
        if limits().hosted and not self._owns(run):
            self._owned(run)
        self._store.delete(run)

    def share(self, run: str) -> str:
        """Return the token that lets anyone see an own run, made if there is none yet."""
        return self._store.share(self._owned(run).id)

    def stop_sharing(self, run: str) -> None:
        """Let nobody else see an own run: its links no longer work."""
        self._store.stop_sharing(self._owned(run).id)

    def shared_by(self, tokens: Iterable[str]) -> Ids:
        """Return the ids of the runs that one of these tokens opens."""
        given = list(tokens)
        return [run.id for run in self._store.list() if _opens(given, run)]

    def tick(self) -> None:
        """Advance the queue of all visitors."""
        scheduler.tick(self._store)

    def without_folders(self, text: str) -> str:
        """Return a text in which, on a host, no folder of the server is named."""
        if not limits().hosted:
            return text
        return without_folders(text, [self._store.root.resolve(), ROOT, Path.home()])

    def _owns(self, run: str) -> bool:
        return bool(self._visitor.id) and self._store.owner(run) == self._visitor.id

    def _seen(self, run: str) -> RunSnapshot:
        found = self._store.snapshot(run)
        if not self.may_see(found):
            raise RunError(f"there is no run {run!r}")
        return found

    def _owned(self, run: str) -> RunSnapshot:
        found = self._seen(run)
        check_owner(found, self._visitor.id)
        return found

    def _shown(self, run: RunSnapshot) -> RunSnapshot:
        """Without the server's folders; a link does not show its run's owner, upload or token."""
        if not limits().hosted:
            return run
        notes = tuple(map(self.without_folders, run.notes))
        run = replace(run, reason=self.without_folders(run.reason), notes=notes)
        if self.is_mine(run):
            return run
        source = run.source if run.source in WORDS else source_name(run.source)
        return replace(run, owner="", address="", share="", source=source)


def _opens(tokens: Iterable[str], run: RunSnapshot) -> bool:
    share = run.share.encode()
    return bool(share) and any(
        hmac.compare_digest(token.encode("utf-8", "replace"), share) for token in tokens
    )
