"""The teacher's socket: the whole session once, then what changed, once a second."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Final

from django.conf import settings
from django.urls import reverse
from msgspec import UNSET
from msgspec.structs import asdict, replace

from sessions.live import protocol
from sessions.live.agreement import Markers, SessionTruth, may_watch
from sessions.live.alerts import Seen
from sessions.live.dashboard_messages import Ask, MarkerView, Tick, VoiceView, WatchedSession
from sessions.live.dashboard_messages import Snapshot as SnapshotMessage
from sessions.live.live_class import LiveClass
from sessions.live.people import Presence
from sessions.live.protocol import (
    CloseCode,
    Fault,
    Ping,
    Pong,
    ProtocolError,
    RoomShown,
    SessionState,
)
from sessions.live.runtime import Runtime
from sessions.live.snapshot import Snapshot, load_snapshot
from sessions.live.sockets.base import LiveSocket
from sessions.live.state import ClassState

MOST_OF_A_USER: Final = 20
"""Dashboards of one teacher: some forgotten tabs, and no program that opens them for ever."""


class DashboardSocket(LiveSocket):
    """One open dashboard of one session; only connect() uses the database."""

    name = "dashboard's socket"
    live: LiveClass | None = None
    state: ClassState | None = None
    login_key: str
    user_id: int
    session_id: int

    def __init__(self, runtime: Runtime) -> None:
        super().__init__(runtime)
        self._early: list[list[Presence]] = []
        self._markers: Markers | None = None

    async def enter(self) -> None:
        """Let the session's owner in and send the whole session so far."""
        self.session_id = self.scope["url_route"]["kwargs"]["pk"]
        user, self.login_key = self.scope["user"], self.scope["session"].session_key
        if not user.is_authenticated:
            await self.finish(CloseCode.NOT_ALLOWED, "Sign in to see this session.")
            return
        self.user_id = user.pk
        if self.runtime.dashboards_of(user.pk) >= MOST_OF_A_USER:
            await self.finish(CloseCode.BUSY, "Close a dashboard in another tab, then reload.")
            return
        await self._open(user)

    async def _open(self, user: Any) -> None:
        live = None
        # Nothing is opened for who may not watch it.
        if await self.runtime.database(may_watch, self.login_key, self.session_id):
            live = await self.runtime.live_class(self.session_id)
        if live is None:
            await self.finish(CloseCode.NO_SUCH_SESSION, "You have no such session.")
            return
        # Before the database is read, so that no news is lost in between.
        live.audience.dashboards.add(self)
        self.live = live
        read = self.runtime.database(load_snapshot, user, self.session_id, live.moment())
        snapshot = await read
        if snapshot is None:
            await self.finish(CloseCode.NO_SUCH_SESSION, "You have no such session.")
        elif not self.is_closing:
            await self._begin(live, snapshot)

    async def _begin(self, live: LiveClass, snapshot: Snapshot) -> None:
        now = live.moment().timestamp()
        state = snapshot.state(now)
        # This process knows more of its own students than the database does.
        known = state.ids()
        own = [one for one in live.people.values() if one.id in known]
        state.update(own, now)
        for seconds in live.audience.told_lately:
            state.count(seconds)
        message = self._snapshot(live, state, snapshot)
        self.state = state
        for people in self._early:
            self.take_in(people, [])
        await self.say(message)
        if live.state == "ended":
            await self.tell_state("ended")

    def _snapshot(self, live: LiveClass, state: ClassState, snapshot: Snapshot) -> SnapshotMessage:
        session = snapshot.session
        elapsed = int(session.elapsed.total_seconds())
        state.tick(live.elapsed_s(), live.moment().timestamp())
        return SnapshotMessage(
            now=elapsed,
            session=WatchedSession(
                id=session.pk,
                title=session.title,
                state=session.state,
                interval_s=session.interval_s,
                planned_minutes=session.planned_minutes,
                elapsed_s=elapsed,
            ),
            policy=settings.POLICY,
            series=snapshot.series,
            participants=[
                replace(view, trail=snapshot.trails.get(view.id, []))
                for view in state.views(live.moment().timestamp())
            ],
        )

    async def clean_up(self) -> None:
        if self.live is not None:
            self.live.audience.dashboards.discard(self)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """A dashboard may ping; anything else makes no sense."""
        if self.is_closing:
            return
        try:
            if not isinstance(protocol.parse((text_data or "")[: protocol.MAX_TEXT]), Ping):
                raise ProtocolError("A dashboard sends nothing but pings.")
        except ProtocolError as error:
            await self.say(Fault("bad_message", str(error)))
        else:
            await self.say(Pong())

    # What the live class tells it -----------------------------------------------------------

    def take_in(self, people: list[Presence], seconds: list[Any]) -> None:
        """News of the students; what comes before the snapshot waits for it."""
        if self.state is None or self.live is None:
            self._early.append(people)
            return
        self.state.update(people, self.live.moment().timestamp())
        self.state.count(seconds)

    def forget(self, participant_id: int) -> None:
        """The participant's data was deleted."""
        if self.state is not None:
            self.state.remove(participant_id)

    def shown(self) -> Collection[int]:
        """Numbers of the participants shown."""
        return () if self.state is None else self.state.ids()

    def seen(self, voice: VoiceView) -> Seen:
        """The class as alerts look at it; once the snapshot is sent."""
        assert self.state is not None, "only a dashboard that has begun sees the class"
        assert self.live is not None, "so it has a class"
        return self.state.seen(self.live.moment().timestamp(), voice.lately["confused"])

    async def tick(self, trouble: list[str], truth: SessionTruth, room: RoomShown | None) -> None:
        """Say what changed in the last second."""
        with self.runtime.stages.measure("publish"):
            await self._tell_changes(trouble, truth, room)

    async def _tell_changes(
        self, trouble: list[str], truth: SessionTruth, room: RoomShown | None
    ) -> None:
        if self.state is None or self.live is None or self.live.state == "ended":
            return
        now = self.live.elapsed_s()
        changes = self.state.tick(now, self.live.moment().timestamp())
        has_marked, self._markers = truth.markers != self._markers, truth.markers
        await self.say(
            Tick(
                **asdict(changes),
                now=int(now),
                state=self.live.state,
                trouble=trouble,
                asks=[Ask(key, name) for key, name in truth.asks],
                room=room,
                voice=truth.voice.view(now),
                alerts=list(truth.alerts),
                markers=[MarkerView(*one) for one in truth.markers] if has_marked else UNSET,
            )
        )

    async def tell_state(self, state: str) -> None:
        """The session has started or ended."""
        if state == "ended":
            report = reverse("session_report", args=[self.session_id])
            await self.say(SessionState(state, report))
        else:
            await self.say(SessionState(state))
