"""The identity of a visitor of a hosted app: an id that the server makes and signs, in a cookie."""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import ipaddress
import os
import re
import secrets
import tempfile
from functools import lru_cache
from pathlib import Path

from explorer.training.engine.errors import RunError

COOKIE = "resnext_visitor"
COOKIE_SECONDS = 365 * 24 * 3600
MIN_SECRET = 32  # characters of RESNEXT_SECRET
_ID = re.compile(r"[0-9a-f]{32}")


def new_cookie(root: Path) -> str:
    """Return the cookie of a new visitor: an id of 128 random bits and its signature."""
    visitor = secrets.token_hex(16)
    return f"{visitor}.{_sign(root, 'visitor', visitor)}"


def visitor_of(root: Path, cookie: str) -> str:
    """Return the id in a cookie, or "" if this host has not signed it."""
    visitor, _, signature = cookie.partition(".")
    good = _sign(root, "visitor", visitor).encode()
    signed = hmac.compare_digest(good, signature.encode("utf-8", "replace"))
    return visitor if signed and _ID.fullmatch(visitor) else ""


def address_code(root: Path, address: str | None) -> str:
    """Return the code that a run's files hold for a network address, or "" for none.

    The address cannot be computed from it without the host's secret. An IPv6 address counts as
    its /64 network, which is what one connection has.
    """
    try:
        place = ipaddress.ip_address(address or "")
    except ValueError:
        return ""
    if isinstance(place, ipaddress.IPv6Address) and place.ipv4_mapped:
        place = place.ipv4_mapped
    elif isinstance(place, ipaddress.IPv6Address):
        place = ipaddress.IPv6Network((place, 64), strict=False).network_address
    return _sign(root, "address", str(place))[:16]


def trusted_proxies() -> list[str]:
    """Return the proxies that are believed about a visitor's address: RESNEXT_TRUSTED_PROXY.

    Raises:
        RunError: It holds something other than addresses and networks, separated by commas.
    """
    given = os.environ.get("RESNEXT_TRUSTED_PROXY", "")
    proxies = [part.strip() for part in given.split(",") if part.strip()]
    for proxy in proxies:
        try:
            ipaddress.ip_network(proxy)
        except ValueError:
            raise RunError(
                "RESNEXT_TRUSTED_PROXY must be addresses or networks such as 127.0.0.1, "
                f"10.0.0.0/8; received {proxy!r}"
            ) from None
    return proxies


def _sign(root: Path, use: str, text: str) -> str:
    message = f"{use}:{text}".encode("utf-8", "replace")
    return hmac.new(_secret(root), message, hashlib.sha256).hexdigest()


def _secret(root: Path) -> bytes:
    """Return the host's secret.

    Raises:
        RunError: RESNEXT_SECRET is too short.
    """
    given = os.environ.get("RESNEXT_SECRET", "")
    if given and len(given) < MIN_SECRET:
        raise RunError(
            f"RESNEXT_SECRET must have at least {MIN_SECRET} characters; received {len(given)}"
        )
    return given.encode() if given else _kept_secret(root.resolve())


@lru_cache(maxsize=8)
def _kept_secret(root: Path) -> bytes:
    """The secret in the runs' folder, which only this process's user may read."""
    path = root / ".secret"
    with contextlib.suppress(OSError):
        if not path.exists():
            root.mkdir(parents=True, exist_ok=True)
            handle, draft = tempfile.mkstemp(dir=root, prefix=".secret.")  # readable by us alone
            with os.fdopen(handle, "w") as file:
                file.write(secrets.token_hex(32))
            with contextlib.suppress(FileExistsError):  # another process was first
                os.link(draft, path)
            Path(draft).unlink()
        kept = path.read_bytes()
        if len(kept) >= MIN_SECRET:
            return kept
    return secrets.token_bytes(32)  # visitors are known until the server ends
