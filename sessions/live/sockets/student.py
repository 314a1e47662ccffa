"""The students' socket: frames come in, answers go out; docs/protocol.md describes it."""

from __future__ import annotations

import math
import time
from typing import Final

from django.conf import settings

from sessions.joining.admission import Admission, Refusal, Refused, admit
from sessions.joining.cookies import signed_token
from sessions.live import protocol
from sessions.live.live_class import LiveClass
from sessions.live.pacing import Frame
from sessions.live.protocol import (
    CloseCode,
    ParticipantFacts,
    SessionFacts,
    Shed,
    StudentMessage,
    Welcome,
)
from sessions.live.sockets.frames import FrameSocket, limits
from sessions.site.limits import may_guess

CLOSE_CODES: Final[dict[Refusal, CloseCode]] = {
    Refusal.STRANGER: CloseCode.NOT_ALLOWED,
    Refusal.ENDED: CloseCode.ENDED,
    Refusal.LEFT: CloseCode.GONE,
    Refusal.REMOVED: CloseCode.REMOVED,
}


class StudentSocket(FrameSocket):
    """One connection of one participant. me, live: once the participant is let in.

    turn_at: when its last frame that was not shed came, of time.monotonic().
    """

    name = "student's socket"
    client = "student"
    me: Admission | None = None
    live: LiveClass
    entered_at: float
    connection_id: int
    turn_at: float = -math.inf

    async def enter(self) -> None:
        """Let a participant in, and close its older connection."""
        code = str(self.scope["url_route"]["kwargs"]["code"])
        if not await self._shows_a_cookie(code):
            return
        try:
            me = await self.runtime.database(admit, self.scope["cookies"], code)
        except Refused as refusal:
            await self.finish(CLOSE_CODES[refusal.reason], str(refusal))
            return
        live = await self.runtime.live_class(me.session_id)
        if live is None:
            await self.finish(CloseCode.ENDED, "This class has ended.")
        elif not live.may_visit(me.participant_id):
            await self.finish(CloseCode.TOO_MANY, "This page connects too often. Wait a minute.")
        elif not self.is_closing:
            self.me, self.live, self.connection_id = me, live, me.connection_id
            self.entered_at = time.monotonic()
            self.begin(live)
            live.enter(self, me)

    async def _shows_a_cookie(self, code: str) -> bool:
        """Without a cookie of ours a code is a guess: answered alike whether there is a class."""
        if signed_token(self.scope["cookies"], code) is not None:
            return True
        # In a thread: the count may be in Redis.
        if await self.runtime.database(may_guess, self.address):
            await self.finish(CloseCode.NOT_ALLOWED, str(Refused(Refusal.STRANGER)))
        else:
            await self.finish(CloseCode.BUSY, "Too many wrong codes from here. Wait a minute.")
        return False

    async def clean_up(self) -> None:
        await super().clean_up()
        if self.me is not None:
            self.live.leave(self, self.me)

    def welcome(self) -> Welcome:
        """See FrameSocket."""
        assert self.me is not None, "nobody else says hello"
        me, live = self.me, self.live
        return Welcome(
            version=protocol.VERSION,
            session=SessionFacts(me.title, live.state, live.interval_s, live.show_engagement),
            participant=ParticipantFacts(me.participant_id, me.name),
            limits=limits(),
            policy=settings.POLICY,
        )

    def welcomed(self) -> None:
        """See FrameSocket."""
        assert self.me is not None, "nobody else says hello"
        self.live.greet(self, self.me)

    def camera(self, state: str) -> None:
        """See FrameSocket."""
        assert self.me is not None, "nobody else has a camera"
        self.live.camera(self.me, state)

    async def analyse(self, frame: Frame) -> StudentMessage:
        """See FrameSocket."""
        assert self.me is not None, "nobody else sends frames"
        before, self.turn_at = self.turn_at, time.monotonic()
        answer = await self.live.analyse(self.me, frame)
        if isinstance(answer, Shed):
            self.turn_at = before
        return answer
