"""What visitors are told while the database or Redis is away: at once, and when to come back."""

from __future__ import annotations

import asyncio
import logging
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from redis.exceptions import RedisError

from sessions.live.probes import Probes
from sessions.site.headers import RETRY_AFTER

logger = logging.getLogger(__name__)

RETRY_AFTER_S: Final = 5
PATIENCE_S: Final = 4.0
"""Of a request that began before the outage was noticed."""
LOOK_EVERY_S: Final = 0.5
NOT_ASKING: Final = ("/static/", "/healthz", "/readyz", "/metrics", "/favicon.ico")
"""Addresses that ask no database."""
AWAY: Final = (OperationalError, InterfaceError, RedisError)

Application = Callable[[Any, Any, Any], Awaitable[Any]]


def _page(name: str) -> bytes:
    """Read once, at the start: a page of failure needs nothing that can fail."""
    return (Path(settings.BASE_DIR) / "templates" / name).read_bytes()


UNAVAILABLE: Final = _page("503.html")
FAILURE: Final = _page("500.html")
HEADERS: Final = {RETRY_AFTER: str(RETRY_AFTER_S), "Cache-Control": "no-store"}


def server_error(request: HttpRequest) -> HttpResponse:
    """Django's handler of unforeseen errors: 503 where a store is away, else 500."""
    if isinstance(sys.exc_info()[1], AWAY):
        return HttpResponse(UNAVAILABLE, status=503, headers=HEADERS)
    return HttpResponse(FAILURE, status=500)


class OutageGuard:
    """Answers 503 for pages while the database does not answer, before a thread is tied up.

    The probes notice an outage within seconds. A request that hangs since before then is
    answered too; its thread ends whenever the database lets it.
    """

    def __init__(self, application: Application, probes: Probes) -> None:
        self._application = application
        self._probes = probes

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] != "http" or scope["path"].startswith(NOT_ASKING):
            await self._application(scope, receive, send)
        elif not self._probes.database.ok:
            await _say_unavailable(send)
        else:
            await self._watch(scope, receive, send)

    async def _watch(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        answer = _Answer(send)
        task = asyncio.ensure_future(self._application(scope, receive, answer.send))
        began = time.monotonic()
        try:
            while not task.done():
                await asyncio.wait({task}, timeout=LOOK_EVERY_S)
                if answer.has_begun or self._probes.database.ok:
                    continue
                if time.monotonic() - began > PATIENCE_S and not task.done():
                    answer.is_given_up = True
                    await _say_unavailable(send)
                    break
        finally:
            if not task.done():
                task.cancel()
        if task.done() and not task.cancelled():
            task.result()


class _Answer:
    """Passes on what the application sends, until it is given up."""

    def __init__(self, send: Any) -> None:
        self._send = send
        self.has_begun = False
        self.is_given_up = False

    async def send(self, message: dict[str, Any]) -> None:
        if self.is_given_up:
            return
        self.has_begun = True
        await self._send(message)


async def _say_unavailable(send: Any) -> None:
    headers = [(name.lower().encode(), value.encode()) for name, value in HEADERS.items()]
    headers += [
        (b"content-type", b"text/html; charset=utf-8"),
        (b"content-length", str(len(UNAVAILABLE)).encode()),
    ]
    await send({"type": "http.response.start", "status": 503, "headers": headers})
    await send({"type": "http.response.body", "body": UNAVAILABLE})
