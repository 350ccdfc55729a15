"""What a visitor of a host may see and do, and who a visitor is."""

from __future__ import annotations

import inspect
import re
import stat
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from explorer.training.engine.errors import RunError
from explorer.training.engine.recipe import Recipe
from explorer.training.runs import identity
from explorer.training.runs.snapshot import RunSnapshot
from explorer.training.runs.store import RunStore
from explorer.training.runs.visitors import Visitor, VisitorRuns
from resnext import ResNeXtSpec

UPLOAD = "/srv/host of mine/.uploads/alice-/x.zip"
WITH_A_RUN = [
    name
    for name, method in vars(VisitorRuns).items()
    if inspect.isfunction(method)
    and not name.startswith("_")
    and inspect.signature(method).parameters.get("run") is not None
    and inspect.signature(method).parameters["run"].annotation == "str"
]


@pytest.fixture
def hosted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RESNEXT_HOSTED", "1")
    monkeypatch.setattr("explorer.training.runs.scheduler.tick", lambda store: None)


@pytest.fixture
def run(store: RunStore, tiny: ResNeXtSpec, quick: Recipe) -> str:
    return store.create(tiny, quick, UPLOAD, owner="alice")


def ask(runs: VisitorRuns, name: str, run: str) -> object:
    arguments = [run, "pause"] if name == "request" else [run]
    return getattr(runs, name)(*arguments)


def test_every_way_to_a_run_is_known() -> None:
    assert {"snapshot", "log", "model_path", "batch", "delete", "share"} < {*WITH_A_RUN}


@pytest.mark.usefixtures("hosted")
@pytest.mark.parametrize("name", WITH_A_RUN)
@pytest.mark.parametrize(
    "visitor", [Visitor("bob"), Visitor(), Visitor("bob", "", frozenset({""}))]
)
def test_nothing_of_a_run_is_another_visitors(
    store: RunStore, run: str, name: str, visitor: Visitor
) -> None:
    with pytest.raises(RunError, match="there is no run"):
        ask(VisitorRuns(store, visitor), name, run)
    assert VisitorRuns(store, visitor).list() == []
    assert store.state(run).state == "queued"


@pytest.mark.usefixtures("hosted")
def test_the_owner_sees_and_changes_the_run(store: RunStore, run: str) -> None:
    mine = VisitorRuns(store, Visitor("alice"))
    assert [each.id for each in mine.list()] == [run]
    mine.request(run, "pause")
    mine.request(run, "resume")
    mine.delete(run)
    assert store.ids() == []


@pytest.mark.parametrize("name", WITH_A_RUN)
def test_at_home_every_run_is_ones_own(store: RunStore, run: str, name: str) -> None:
    ask(VisitorRuns(store, Visitor()), name, run)


@pytest.mark.usefixtures("hosted")
def test_a_link_shows_a_run_until_its_owner_ends_it(store: RunStore, run: str) -> None:
    mine = VisitorRuns(store, Visitor("alice"))
    token = mine.share(run)
    assert mine.share(run) == token  # one link for a run, however often it is asked for
    assert len(bytes.fromhex(token)) * 8 == 128
    assert run not in token

    guest = VisitorRuns(store, Visitor("bob", tokens=frozenset({"0" * 32, token})))
    assert guest.shared_by([token]) == [run]
    seen = guest.list()[0]
    assert (seen.owner, seen.share, seen.address) == ("", "", "")
    assert (seen.source, seen.data_name) == ("upload x.zip", "upload x.zip, 200 images")
    assert guest.export_csv(run)
    for name in ("log", "delete", "share", "stop_sharing", "request"):
        with pytest.raises(RunError, match="only the person"):
            ask(guest, name, run)

    mine.stop_sharing(run)
    with pytest.raises(RunError, match="there is no run"):
        guest.snapshot(run)
    assert guest.list() == []
    assert guest.shared_by([token]) == []
    assert mine.share(run) != token


@pytest.mark.usefixtures("hosted")
def test_a_damaged_run_is_its_owners_and_names_no_folder(store: RunStore, run: str) -> None:
    (store.folder(run) / "spec.json").unlink()
    reasons = VisitorRuns(store, Visitor("alice")).damaged()
    assert "spec.json" in reasons[run]
    assert str(store.root) not in reasons[run]
    other = VisitorRuns(store, Visitor("bob"))
    assert other.damaged() == {}
    with pytest.raises(RunError):
        other.delete(run)
    VisitorRuns(store, Visitor("alice")).delete(run)
    assert store.ids() == []


@pytest.mark.usefixtures("hosted")
def test_a_log_names_no_folder(store: RunStore, run: str) -> None:
    text = f'File "{store.folder(run).resolve()}/log.txt", line 3\nat /opt/a/b.py: 3.5 images/s'
    (store.folder(run) / "log.txt").write_text(text)
    log = VisitorRuns(store, Visitor("alice")).log(run)
    assert log == f'File "{run}/log.txt", line 3\nat b.py: 3.5 images/s'


def test_a_cookie_is_good_only_as_it_was_signed(tmp_path: Path) -> None:
    cookie = identity.new_cookie(tmp_path)
    visitor, _, signature = cookie.partition(".")
    assert identity.visitor_of(tmp_path, cookie) == visitor
    assert identity.new_cookie(tmp_path) != cookie
    changed = f"{'0' if visitor[0] != '0' else '1'}{visitor[1:]}.{signature}"
    other = identity.new_cookie(tmp_path / "other")
    for bad in ("", ".", visitor, f"{visitor}.", changed, other, f"{cookie}0", "é.\udc80"):
        assert identity.visitor_of(tmp_path, bad) == ""


def test_the_secret_is_kept_for_its_owner_alone(tmp_path: Path) -> None:
    cookie = identity.new_cookie(tmp_path)
    assert stat.S_IMODE((tmp_path / ".secret").stat().st_mode) == 0o600
    identity._kept_secret.cache_clear()  # as after a restart
    assert identity.visitor_of(tmp_path, cookie)


def test_the_secret_is_made_once_by_many(tmp_path: Path) -> None:
    together, made = threading.Barrier(16), []

    def make() -> None:
        together.wait()
        made.append(identity._kept_secret.__wrapped__(tmp_path))

    threads = [threading.Thread(target=make) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({*made}) == 1
    assert [path.name for path in tmp_path.iterdir()] == [".secret"]


def test_the_secret_of_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RESNEXT_SECRET", "s" * 32)
    assert identity.visitor_of(tmp_path / "b", identity.new_cookie(tmp_path / "a"))
    assert not list(tmp_path.iterdir())
    monkeypatch.setenv("RESNEXT_SECRET", "short")
    with pytest.raises(RunError, match="at least 32 characters; received 5"):
        identity.new_cookie(tmp_path)


def test_an_address_is_kept_as_a_code(tmp_path: Path) -> None:
    code = identity.address_code(tmp_path, "203.0.113.7")
    assert code == identity.address_code(tmp_path, "203.0.113.7") != ""
    assert code != identity.address_code(tmp_path, "203.0.113.8")
    assert re.fullmatch("[0-9a-f]{16}", code)
    assert code != identity.address_code(tmp_path / "another host", "203.0.113.7")
    first, second = "2001:db8::1", "2001:db8::ffff:2"  # one connection
    assert identity.address_code(tmp_path, first) == identity.address_code(tmp_path, second)
    assert identity.address_code(tmp_path, "2001:db8:1::1") != identity.address_code(
        tmp_path, first
    )
    for none in (None, "", "unknown", "203.0.113.7, 10.0.0.1"):
        assert identity.address_code(tmp_path, none) == ""


def test_a_trusted_proxy_must_be_an_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RESNEXT_TRUSTED_PROXY", "127.0.0.1, 10.0.0.0/8")
    assert identity.trusted_proxies() == ["127.0.0.1", "10.0.0.0/8"]
    for bad in ("*", "proxy.example", "10.0.0.1/8"):
        monkeypatch.setenv("RESNEXT_TRUSTED_PROXY", bad)
        with pytest.raises(RunError, match="received"):
            identity.trusted_proxies()


@pytest.mark.usefixtures("hosted")
def test_two_who_share_a_run_at_once_get_one_link(
    store: RunStore, run: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    both, read = threading.Barrier(2), RunStore.snapshot

    def read_together(self: RunStore, run: str) -> RunSnapshot:
        snapshot = read(self, run)
        both.wait(60)
        return snapshot

    monkeypatch.setattr(RunStore, "snapshot", read_together)
    with ThreadPoolExecutor(2) as pool:
        tabs = [VisitorRuns(RunStore(store.root), Visitor("alice")) for _ in range(2)]
        first, second = pool.map(lambda tab: tab.share(run), tabs)
    assert first == second


def test_an_address_has_one_code_in_ipv4_and_ipv6(tmp_path: Path) -> None:
    """Two stacks write 192.0.2.1 as ::ffff:192.0.2.1; all of those are in one /64 network."""
    one, other = (identity.address_code(tmp_path, f"192.0.2.{n}") for n in (1, 2))
    assert identity.address_code(tmp_path, "::ffff:192.0.2.1") == one
    assert identity.address_code(tmp_path, "::ffff:192.0.2.2") == other != one
