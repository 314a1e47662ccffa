"""The dashboards of one session in one process."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Awaitable, Callable
from functools import partial
from typing import TYPE_CHECKING, Any, Final, cast

from sessions.live.agreement import SessionTruth, may_watch
from sessions.live.alert_records import store_change
from sessions.live.alerts import Alerts, Change, Key
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
        self._alerts: Alerts | None = None
        self._pending: list[tuple[int, Change]] = []

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
        """Let every dashboard say what changed, and look what should be pointed out."""
        for dashboard in list(self.dashboards):
            self._tasks.spawn(partial(dashboard.tick, trouble, truth, room), "tick")
        self._watch(truth)

    def _watch(self, truth: SessionTruth) -> None:
        """By the eyes of any dashboard: nobody is alerted who does not look."""
        board = next((one for one in self.dashboards if one.state is not None), None)
        if board is None or truth.state != "live" or truth.start is None:
            self._alerts = None
            return
        if self._alerts is None:
            self._alerts = Alerts(truth.rules)
            raised = {(one.kind, one.participant): one.second for one in truth.alerts}
            self._alerts.adopt(cast("dict[Key, float]", raised))
        self._alerts.rules = truth.rules
        now_s = truth.start.elapsed_s()
        changes = self._alerts.observe(now_s, board.seen(truth.voice.view(now_s)))
        self._pending += [(int(now_s), change) for change in changes]

    async def store_alerts(self, ask: Ask) -> None:
        """Store what was raised and what is over; ask: Runtime.database.

        While the database is away it waits for the next call.
        """
        while self._pending:
            second, change = self._pending[0]
            try:
                await ask(store_change, self._session_id, second, change)
            except Exception as error:
                logger.warning("An alert waits to be stored: %s", error)
                return
            self._pending.pop(0)

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
                await dashboard.finish(
                    CloseCode.NOT_ALLOWED, "You may not see this session now. Sign in again."
                )
