"""Who the client is, where proxies stand before the site."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

Application = Callable[[Any, Any, Any], Awaitable[Any]]


class TrustedProxies:
    """Puts the client's own address and scheme into the scope of every request and socket.

    count: the site's own proxies. Each appends to X-Forwarded-For the address that it was
    called from, so the client's is so many places from the right; whatever stands further left
    was written by the client and is not believed. Without proxies no header is.
    """

    def __init__(self, application: Application, count: int) -> None:
        self._application = application
        self._count = count

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> Any:
        if self._count and scope["type"] in ("http", "websocket"):
            scope = {**scope, **self._told_by_proxies(scope)}
        return await self._application(scope, receive, send)

    def _told_by_proxies(self, scope: dict[str, Any]) -> dict[str, Any]:
        told: dict[str, Any] = {}
        hops = _values(scope, b"x-forwarded-for")
        if len(hops) >= self._count:
            told["client"] = [hops[-self._count], 0]
        schemes = _values(scope, b"x-forwarded-proto")
        if schemes:
            secure = schemes[-1].lower() in ("https", "wss")
            plain, safe = ("http", "https") if scope["type"] == "http" else ("ws", "wss")
            told["scheme"] = safe if secure else plain
        return told


def _values(scope: dict[str, Any], name: bytes) -> list[str]:
    """All values of a header that may stand several times, each with commas."""
    lines = [value.decode("latin-1") for key, value in scope["headers"] if key == name]
    return [part.strip() for part in ",".join(lines).split(",") if part.strip()]
