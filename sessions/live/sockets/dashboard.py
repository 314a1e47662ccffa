"""The teacher's socket: the whole session once, then what changed, at most once a second."""

from __future__ import annotations

import asyncio
import time
from datetime import datetime
from typing import Any, Final

from channels.db import database_sync_to_async
from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from sessions.live import protocol
from sessions.live.news import dashboard_group, moment
from sessions.live.protocol import CloseCode, Ping, ProtocolError
from sessions.live.publisher import publisher
from sessions.live.snapshot import Snapshot, elapsed_seconds, load_snapshot
from sessions.live.sockets.base import LiveConsumer
from sessions.live.state import ClassState, Person

TICK_S: Final = 1.0


class DashboardConsumer(LiveConsumer):
    """One open dashboard of one session; only connect() uses the database."""

    ticker: asyncio.Task[None] | None = None
    state: ClassState | None = None
    started_at: datetime | None = None

    async def connect(self) -> None:
        """Let the session's owner in and send the whole session so far."""
        await self.accept()
        self.session_id: int = self.scope["url_route"]["kwargs"]["pk"]
        user = self.scope["user"]
        if not user.is_authenticated:
            await self.finish(CloseCode.NOT_ALLOWED, "Sign in to see this session.")
            return
        # Before the database is read, so that no news is lost in between.
        await self.join(dashboard_group(self.session_id))
        snapshot = await database_sync_to_async(load_snapshot)(
            user, self.session_id, timezone.now()
        )
        if snapshot is None:
            await self.finish(CloseCode.NO_SUCH_SESSION, "You have no such session.")
            return
        await self._begin(snapshot)

    async def _begin(self, snapshot: Snapshot) -> None:
        session = snapshot.session
        self.session_state: str = session.state
        self.started_at = session.started_at
        self.state = ClassState(session.interval_s)
        self.state.update(snapshot.people, time.time())
        # This process knows more of its own students than the database does.
        known = self.state.ids()
        own = [one for one in publisher.people(self.session_id) if one.id in known]
        self.state.update(own, time.time())
        await self.say(self._snapshot(snapshot))
        if self.session_state == "ended":
            await self.say(protocol.ended(self._report_url()))
        else:
            self.ticker = asyncio.create_task(self._tick(self.state))

    def _snapshot(self, snapshot: Snapshot) -> protocol.Message:
        assert self.state is not None
        session = snapshot.session
        now = time.time()
        self.state.tick(now)
        ended_at = session.ended_at or timezone.now()
        elapsed = elapsed_seconds(session.started_at, ended_at)
        return {
            "type": "snapshot",
            "now": elapsed,
            "session": {
                "id": session.pk,
                "title": session.title,
                "state": session.state,
                "interval_s": session.interval_s,
                "planned_minutes": session.planned_minutes,
                "elapsed_s": elapsed,
            },
            "policy": settings.POLICY,
            "series": snapshot.series,
            "participants": [
                {**view, "trail": snapshot.trails.get(view["id"], [])}
                for view in self.state.views(now)
            ],
        }

    async def clean_up(self) -> None:
        if self.ticker:
            self.ticker.cancel()
        await super().clean_up()

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """A dashboard may ping; anything else makes no sense."""
        if self.is_closing:
            return
        try:
            if not isinstance(protocol.parse((text_data or "")[: protocol.MAX_TEXT]), Ping):
                raise ProtocolError("A dashboard sends nothing but pings.")
        except ProtocolError as error:
            await self.say(protocol.bad_message(str(error)))
        else:
            await self.say(protocol.pong())

    async def _tick(self, state: ClassState) -> None:
        while True:
            await asyncio.sleep(TICK_S)
            tick = state.tick(time.time())
            is_live = self.session_state == "live"
            if is_live or tick["participants"] or tick["removed"]:
                now = elapsed_seconds(self.started_at, timezone.now())
                await self.say({"type": "tick", "now": now, "state": self.session_state, **tick})

    # News from the students' sockets and from pages -----------------------------------------

    async def class_news(self, event: dict[str, Any]) -> None:
        """What a process knows of its students."""
        if self.state:
            people = [Person.from_news(news) for news in event["people"]]
            self.state.update(people, time.time())

    async def participant_gone(self, event: dict[str, Any]) -> None:
        """A participant left, or deleted its data."""
        if self.state and event["deleted"]:
            self.state.remove(event["participant_id"])

    async def class_changed(self, event: dict[str, Any]) -> None:
        """The session started or ended."""
        self.session_state = event["state"]
        self.started_at = moment(event["started_at"])
        if self.session_state != "ended":
            await self.say(protocol.session_state(self.session_state))
            return
        if self.ticker:
            self.ticker.cancel()
        await self.say(protocol.ended(self._report_url()))

    def _report_url(self) -> str:
        return reverse("session_report", args=[self.session_id])
