"""Tasks that never die unseen: a failure is logged and counted, and kept ones begin again."""

from __future__ import annotations

import asyncio
import logging
import math
import time
from collections.abc import Callable, Coroutine
from typing import Any, Final

from sessions.live.counters import Counters

logger = logging.getLogger(__name__)

AGAIN_AFTER_S: Final = 1.0
SHOWN_FOR_S: Final = 5.0
"""So long an end is shown after the task has begun again: a moment would be overlooked."""

Work = Callable[[], Coroutine[Any, Any, None]]


class Tasks:
    """The tasks of one owner on its event loop; close() ends them all."""

    def __init__(self, counters: Counters) -> None:
        self._counters = counters
        self._tasks: set[asyncio.Task[None]] = set()
        self._is_closing = False
        self._ended_at = -math.inf

    @property
    def is_steady(self) -> bool:
        """Whether no kept task has ended of late."""
        return time.monotonic() - self._ended_at > SHOWN_FOR_S

    def spawn(
        self, work: Work, name: str, on_end: Callable[[], object] = lambda: None
    ) -> asyncio.Task[None]:
        """Run it once. on_end is called when it ended by itself, by failure or cancelled."""
        task = asyncio.create_task(work(), name=name)
        self._tasks.add(task)

        def ended(task: asyncio.Task[None]) -> None:
            self._tasks.discard(task)
            self._note(task)
            on_end()

        task.add_done_callback(ended)
        return task

    def keep(self, work: Work, name: str) -> None:
        """Run it until close(): when it ends for whatever reason it is started again."""

        def again() -> None:
            if not self._is_closing:
                self.note_restart(name)
                self.spawn(_after(AGAIN_AFTER_S, work), name, again)

        self.spawn(work, name, again)

    def note_restart(self, name: str) -> None:
        """What should go on for ever has ended, and is begun again."""
        self._ended_at = time.monotonic()
        self._counters.add("restarts")
        logger.critical("The %s ended; it begins again", name)

    async def close(self) -> None:
        """Cancel all and wait for their ends."""
        self._is_closing = True
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _note(self, task: asyncio.Task[None]) -> None:
        error = None if task.cancelled() else task.exception()
        if error is not None:
            self._counters.add("tasks_failed")
            logger.error("The task %s failed", task.get_name(), exc_info=error)


def _after(seconds: float, work: Work) -> Work:
    async def waited() -> None:
        await asyncio.sleep(seconds)
        await work()

    return waited
