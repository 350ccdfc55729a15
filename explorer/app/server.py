"""The server: its routes, pages imported at its start, a signed cookie for visitors of a host."""

from __future__ import annotations

import gc
import pkgutil
import threading
from collections.abc import Awaitable, Callable, MutableMapping
from http.cookies import CookieError, SimpleCookie
from importlib import import_module
from typing import Any

from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import RedirectResponse
from starlette.routing import Route
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from explorer.training.runs import identity
from explorer.training.runs.quotas import limits
from explorer.training.runs.scheduler import check_settings, max_runs
from explorer.training.runs.store import default_runs
from resnext.errors import UserError

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]
# An address may have the token of a shared run, which other sites must not see.
HEADERS = [(b"referrer-policy", b"same-origin"), (b"x-content-type-options", b"nosniff")]


def middleware() -> list[Middleware]:
    """Return the middleware, the outermost first.

    Raises:
        SystemExit: A variable of the environment has a wrong value; the message says which.
    """
    try:
        if not limits().hosted:
            return []
        max_runs()
        check_settings()
        identity.new_cookie(default_runs())
        proxies = identity.trusted_proxies()
    except UserError as error:
        raise SystemExit(str(error)) from None
    layers = [Middleware(ProxyHeadersMiddleware, trusted_hosts=proxies)] if proxies else []
    return [*layers, Middleware(VisitorCookie)]


def routes() -> list[Route]:
    """Return the addresses that lead to another one.

    Streamlit serves its default page at / alone, and a script that switched to another page would
    run twice for a new visitor.
    """
    return [Route(f"{base}/architecture", _to_the_start) for base in ("", "/{base:path}")]


async def _to_the_start(request: Request) -> RedirectResponse:
    query = request.url.query
    return RedirectResponse("./" + (f"?{query}" if query else ""))


def import_pages() -> threading.Thread:
    """Import the pages while the server starts, so that no visitor waits for it."""
    importer = threading.Thread(target=_import_pages, name="import pages", daemon=True)
    importer.start()
    return importer


def _import_pages() -> None:
    from explorer.app import views
    from explorer.app.components import cardinality_component

    for _, name, _ in pkgutil.iter_modules(views.__path__, f"{views.__name__}."):
        import_module(name)
    cardinality_component.prepare()
    gc.collect()
    gc.freeze()  # Full collections then look only at what visitors have made.


class VisitorCookie:
    """Sets a new cookie for a browser that has none of this host."""

    def __init__(self, app: App) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = list(HEADERS)
        if not identity.visitor_of(default_runs(), _cookie(scope)):
            headers.append((b"set-cookie", _new_cookie(secure=scope["scheme"] == "https")))

        async def send_with_headers(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message["headers"], *headers]}
            await send(message)

        await self.app(scope, receive, send_with_headers)


def _cookie(scope: Scope) -> str:
    lines = [value for name, value in scope["headers"] if name == b"cookie"]
    try:
        jar = SimpleCookie(b"; ".join(lines).decode("latin-1"))
    except CookieError:
        return ""
    return jar[identity.COOKIE].value if identity.COOKIE in jar else ""


def _new_cookie(*, secure: bool) -> bytes:
    parts = [
        f"{identity.COOKIE}={identity.new_cookie(default_runs())}",
        f"Max-Age={identity.COOKIE_SECONDS}",
        "Path=/",
        "HttpOnly",
        "SameSite=Lax",
    ]
    return "; ".join([*parts, "Secure"] if secure else parts).encode()
