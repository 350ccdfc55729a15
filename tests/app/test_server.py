"""What a hosted app's server adds to each request."""

import asyncio
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import uvicorn
from streamlit.web.server.starlette.starlette_server import _bind_socket

from explorer.app import server
from explorer.training.runs import identity
from explorer.training.runs.store import default_runs

pytestmark = pytest.mark.slow  # pages


def apart(work):
    """Do it in a thread of its own: a browser of other tests has an event loop in this one."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(work).result()


@pytest.fixture
def hosted(monkeypatch, tmp_path):
    monkeypatch.setenv("RESNEXT_HOSTED", "1")
    monkeypatch.setenv("RESNEXT_RUNS", str(tmp_path / "runs"))


def asked(kind="http", scheme="http", client="203.0.113.7", **headers):
    """The scope that the app saw, and the headers of its answer."""
    seen, sent = [], []

    async def app(scope, receive, send):
        seen.append(scope)
        await send({"type": "http.response.start", "status": 200, "headers": [(b"a", b"b")]})

    async def send(message):
        sent.extend(message["headers"])

    for layer in reversed(server.middleware()):
        app = layer.cls(app, *layer.args, **layer.kwargs)
    plain = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": kind, "scheme": scheme, "client": (client, 1), "headers": plain}
    apart(lambda: asyncio.run(app(scope, None, send)))
    return seen[0], dict(sent)


def test_at_home_nothing_is_added():
    assert server.middleware() == []


@pytest.mark.usefixtures("hosted")
def test_a_new_visitor_gets_a_signed_cookie_and_keeps_it():
    _, answer = asked()
    cookie, *flags = answer[b"set-cookie"].decode().split("; ")
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} < {*flags}
    assert "Secure" not in flags
    assert answer[b"a"] == b"b"
    assert answer[b"referrer-policy"] == b"same-origin"  # a shared link is told to no other site
    assert identity.visitor_of(default_runs(), cookie.partition("=")[2])

    _, answer = asked(cookie=f"other=1; {cookie}")
    assert b"set-cookie" not in answer
    for bad in (f"{cookie}0", "resnext_visitor=alice", "resnext_visitor", "é"):
        assert b"set-cookie" in asked(cookie=bad)[1]
    assert b"; Secure" in asked(scheme="https")[1][b"set-cookie"]
    assert b"set-cookie" not in asked(kind="websocket")[1]


@pytest.mark.usefixtures("hosted")
def test_only_a_trusted_proxy_is_believed_about_an_address(monkeypatch):
    said = {"x_forwarded_for": "6.6.6.6, 198.51.100.9"}
    assert asked(client="10.0.0.5", **said)[0]["client"][0] == "10.0.0.5"
    monkeypatch.setenv("RESNEXT_TRUSTED_PROXY", "10.0.0.0/24")
    assert asked(client="10.0.0.5", **said)[0]["client"][0] == "198.51.100.9"
    assert asked(client="203.0.113.7", **said)[0]["client"][0] == "203.0.113.7"


@pytest.mark.usefixtures("hosted")
@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("RESNEXT_SECRET", "short"),
        ("RESNEXT_TRUSTED_PROXY", "*"),
        ("RESNEXT_MAX_OPEN_RUNS", "many"),
        ("RESNEXT_MAX_RUNS", "0"),
        ("RESNEXT_LEASE_SECONDS", "abc"),
        ("RESNEXT_XLA", "yes"),
    ],
)
def test_a_wrong_variable_is_reported_at_the_start(monkeypatch, variable, value):
    monkeypatch.setenv(variable, value)
    with pytest.raises(SystemExit, match=variable):
        server.middleware()


@pytest.mark.skipif(sys.platform == "win32", reason="uvloop is not made for it")
def test_the_server_sends_small_messages_at_once():
    """Asyncio leaves Nagle's algorithm on for sockets made as Streamlit's: 40 ms for each click."""

    async def app(scope, receive, send):
        raise AssertionError("not called")

    async def option_of_a_connection():
        accepted = asyncio.get_running_loop().create_future()

        class Protocol(asyncio.Protocol):
            def connection_made(self, transport):
                connection = transport.get_extra_info("socket")
                accepted.set_result(connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))

        listening = _bind_socket("127.0.0.1", 0, 1)
        server = await asyncio.get_running_loop().create_server(Protocol, sock=listening)
        async with server:
            _, writer = await asyncio.open_connection(*listening.getsockname())
            try:
                return await asyncio.wait_for(accepted, 10)
            finally:
                writer.close()

    loop_of_the_server = uvicorn.Config(app).get_loop_factory()

    def option():
        with asyncio.Runner(loop_factory=loop_of_the_server) as runner:
            return runner.run(option_of_a_connection())

    assert apart(option) != 0


def test_no_visitor_waits_for_an_import():
    """The first one waited seconds for pandas, Plotly and the pages; now the server's start has."""
    program = """
import gc, sys
from explorer.app import server
from streamlit.testing.v1 import AppTest
assert not gc.get_freeze_count()
server.import_pages().join()
assert gc.get_freeze_count() > 100_000
early = set(sys.modules)
app = AppTest.from_file("streamlit_app.py", default_timeout=120).run()
assert not app.exception, app.exception
late = {name for name in set(sys.modules) - early if name.partition(".")[0] == "explorer"}
assert not late, late
"""
    root = Path(__file__).parents[2]
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    assert not done.returncode, done.stderr
