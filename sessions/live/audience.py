"""The dashboards of one session in one process."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Awaitable, Callable
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from sessions.live.agreement import SessionTruth, may_watch
from sessions.live.people import Presence
from sessions.live.protocol import CloseCode, RoomShown
from sessions.live.tallies import Row
from sessions.live.tasks import Tasks

if TYPE_CHECKING:
    from sessions.live.sockets.dashboard import DashboardSocket

logger = logging.getLogger(__name__)

RECENT_NEWS: Final = 10
"""News so young may not be in the database yet when a dashboard opens."""

Ask = Callable[..., Awaitable[Any]]


class Audience:
    """Owned by the event loop, as its live class is. told_lately: the latest rows of seconds."""

    def __init__(self, session_id: int, tasks: Tasks) -> None:
        self.dashboards: set[DashboardSocket] = set()
        self.told_lately: deque[list[Row]] = deque(maxlen=RECENT_NEWS)
        self._session_id = session_id
        self._tasks = tasks

    def shown(self) -> set[int]:
        """Numbers of the participants that any dashboard shows."""
        return {key for dashboard in self.dashboards for key in dashboard.shown()}

    def take_in(self, people: list[Presence], seconds: list[Row]) -> None:
        """News of the students, of this process or another."""
        self.told_lately.append(seconds)
        for dashboard in self.dashboards:
            dashboard.take_in(people, seconds)

    def forget(self, participant_id: int) -> None:
        """A participant deleted its data, or was taken out."""
        for dashboard in self.dashboards:
            dashboard.forget(participant_id)

    def tick(self, trouble: list[str], truth: SessionTruth, room: RoomShown | None) -> None:
        """Let every dashboard say what changed."""
        for dashboard in list(self.dashboards):
            self._tasks.spawn(partial(dashboard.tick, trouble, truth, room), "tick")

    def tell_state(self, state: str) -> None:
        """The session has started or ended."""
        for dashboard in list(self.dashboards):
            self._tasks.spawn(partial(dashboard.tell_state, state), "state")

    def close_silent(self, before: float, reason: str) -> None:
        """Close those that were not heard since then, of time.monotonic()."""
        for dashboard in list(self.dashboards):
            if dashboard.heard_at < before:
                close = partial(dashboard.finish, CloseCode.SILENT, reason)
                self._tasks.spawn(close, "farewell")

    async def check(self, ask: Ask, user_id: int | None = None) -> None:
        """Close the dashboards of those who may not watch any more; of one user, or of all.

        ask: Runtime.database. While the database is away everybody stays.
        """
        for dashboard in list(self.dashboards):
            if user_id is not None and dashboard.user_id != user_id:
                continue
            try:
                allowed = await ask(may_watch, dashboard.login_key, self._session_id)
            except Exception as error:
                logger.warning("A dashboard could not be authorised again: %s", error)
                continue
            if not allowed:
                await dashboard.finish(CloseCode.NOT_ALLOWED, "Sign in to see this session.")
