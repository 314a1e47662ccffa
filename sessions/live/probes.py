"""Whether the database and the channel layer answer, looked at again and again with patience."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Final

from asgiref.sync import sync_to_async
from channels.layers import get_channel_layer
from django.db import connection

logger = logging.getLogger(__name__)

PROBE_EVERY_S: Final = 1.0
PATIENCE_S: Final = 2.0
GIVEN_UP_AFTER_S: Final = 15.0
"""A thread that hangs so long is left to itself, and another one asks."""
THREADS: Final = 4


@dataclass(slots=True)
class Finding:
    """since: of time.monotonic(), when it began to be so. error: empty while all is well."""

    ok: bool = True
    since: float = 0.0
    error: str = ""

    def take(self, error: str) -> None:
        """Note one more answer, or its absence."""
        ok = not error
        if ok != self.ok or not self.since:
            self.since = time.monotonic()
        self.ok, self.error = ok, error

    def read(self) -> dict[str, Any]:
        """For /readyz: ok, for how many seconds, and why not."""
        since = time.monotonic() - self.since if self.since else 0.0
        return {"ok": self.ok, "since_s": round(since, 1), "error": self.error}


class Probes:
    """run() asks until it is cancelled; who wants to know reads and never waits."""

    def __init__(self) -> None:
        self.database = Finding()
        self.messages = Finding()
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="probe")
        self._asking: asyncio.Future[None] | None = None
        self._asked_at = 0.0

    async def run(self) -> None:
        """Look after both, each second."""
        while True:
            self.database.take(await _error_of(self._ask_database))
            self.messages.take(await _error_of(_ask_layer))
            await asyncio.sleep(PROBE_EVERY_S)

    def stop(self) -> None:
        """End the threads that can be ended."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _ask_database(self) -> None:
        """One question at a time: an outage must not tie up a thread each second."""
        hangs = self._asking is not None and not self._asking.done()
        if not hangs or time.monotonic() - self._asked_at > GIVEN_UP_AFTER_S:
            ask = sync_to_async(_select, thread_sensitive=False, executor=self._threads)
            self._asking, self._asked_at = asyncio.ensure_future(ask()), time.monotonic()
        assert self._asking is not None
        await asyncio.shield(self._asking)


def _select() -> None:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Exception:
        connection.close()
        raise


async def _ask_layer() -> None:
    layer = get_channel_layer()
    assert layer is not None, "settings.CHANNEL_LAYERS always names one"
    await layer.group_send("probes", {"type": "probe"})


async def _error_of(ask: Callable[[], Awaitable[None]]) -> str:
    """Why the question was not answered; empty where it was."""
    try:
        async with asyncio.timeout(PATIENCE_S):
            await ask()
    except TimeoutError:
        return f"no answer within {PATIENCE_S:g} s"
    except Exception as error:
        return f"{type(error).__name__}: {error}"[:200]
    return ""
