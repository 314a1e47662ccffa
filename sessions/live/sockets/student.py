"""The students' socket: frames come in, answers go out; docs/protocol.md describes it."""

from __future__ import annotations

import asyncio
import time
from typing import Final

from django.conf import settings

from inference.frames import FrameError, inspect_jpeg
from sessions.joining.admission import Admission, Refusal, Refused, admit
from sessions.joining.cookies import signed_token
from sessions.live import protocol
from sessions.live.live_class import LiveClass
from sessions.live.pacing import Answers, Frame, RateLimiter, Slot
from sessions.live.protocol import (
    Camera,
    CloseCode,
    Fault,
    Hello,
    Limits,
    ParticipantFacts,
    Pong,
    ProtocolError,
    SessionFacts,
    SessionState,
    StudentMessage,
    Welcome,
)
from sessions.live.runtime import Runtime
from sessions.live.sockets.base import LiveSocket
from sessions.site.limits import may_guess

HELLO_WITHIN_S: Final = 10.0
PATIENCE: Final = 50
"""Faulty or too fast frames, or bad messages, in a burst, before the socket is closed."""
PATIENCE_PER_S: Final = 1.0

CLOSE_CODES: Final[dict[Refusal, CloseCode]] = {
    Refusal.STRANGER: CloseCode.NOT_ALLOWED,
    Refusal.ENDED: CloseCode.ENDED,
    Refusal.LEFT: CloseCode.GONE,
    Refusal.REMOVED: CloseCode.REMOVED,
}


class StudentSocket(LiveSocket):
    """One connection of one participant.

    receive() looks at a message and returns at once; a task of this connection has the frames
    analysed, one at a time. Only connect() uses the database.
    """

    name = "student's socket"
    me: Admission | None = None
    live: LiveClass | None = None
    entered_at: float
    connection_id: int

    def __init__(self, runtime: Runtime) -> None:
        super().__init__(runtime)
        now = time.monotonic()
        rate = settings.FRAME_RATE_LIMIT
        self.greeted = False
        self.seq = 0
        self.slot = Slot()
        self.answers = Answers()
        self.frames_allowed = RateLimiter(rate, 2 * rate, now)
        self.faults_allowed = RateLimiter(PATIENCE_PER_S, PATIENCE, now)
        self.waiting = asyncio.Event()
        self.work: list[asyncio.Task[None]] = []

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
            self._begin(live, me)

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

    def _begin(self, live: LiveClass, me: Admission) -> None:
        self.me, self.live, self.connection_id = me, live, me.connection_id
        self.entered_at = time.monotonic()
        tasks = self.runtime.tasks
        self.work = [
            tasks.spawn(self._analyse_frames, "frames of a student", self._frames_end),
            tasks.spawn(self._expect_hello, "hello of a student"),
        ]
        self.runtime.counters.add("connections_opened")
        live.enter(self, me)

    async def clean_up(self) -> None:
        if self.me is None or self.live is None:
            return
        for task in self.work:
            task.cancel()
        self.runtime.counters.add("connections_closed")
        self.live.leave(self, self.me)

    # What the student sends ----------------------------------------------------------------

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """Take one message: a frame if it is binary, else a message of the protocol."""
        if self.is_closing or self.me is None or self.live is None:
            return
        if text_data is not None:
            await self._receive_text(self.live, self.me, text_data)
        elif not self.greeted:
            await self._refuse_greeting("Say hello before the first frame.")
        elif bytes_data is not None:
            await self._receive_frame(self.live, bytes_data)

    async def _receive_text(self, live: LiveClass, me: Admission, text: str) -> None:
        if len(text) > protocol.MAX_TEXT:
            await self.finish(
                CloseCode.TOO_BIG,
                f"A text message has at most {protocol.MAX_TEXT} characters. "
                "Send a frame as a binary message.",
            )
            return
        try:
            message = protocol.parse(text)
            if isinstance(message, Hello) == self.greeted:
                raise ProtocolError("Say hello once, and before anything else.")
        except ProtocolError as error:
            await self._bad_message(str(error))
            return
        if isinstance(message, Hello):
            await self._greet(live, me, message)
        elif isinstance(message, Camera):
            live.camera(me, message.state)
        else:
            await self.say(Pong())

    async def _bad_message(self, reason: str) -> None:
        self.runtime.counters.add("messages_refused")
        if not self.greeted:
            await self._refuse_greeting(reason)
            return
        await self.say(Fault("bad_message", reason))
        await self._note_fault("Too many messages make no sense.")

    async def _refuse_greeting(self, reason: str) -> None:
        await self.finish(CloseCode.BAD_HELLO, f"{reason} Reload the page.")

    async def _expect_hello(self) -> None:
        await asyncio.sleep(HELLO_WITHIN_S)
        if not self.greeted:
            await self._refuse_greeting("No hello came.")

    async def _greet(self, live: LiveClass, me: Admission, message: Hello) -> None:
        if message.version != protocol.VERSION:
            await self._refuse_greeting(f"This server speaks version {protocol.VERSION}.")
            return
        self.greeted = True
        await self.say(
            Welcome(
                version=protocol.VERSION,
                session=SessionFacts(me.title, live.state, live.interval_s, live.show_engagement),
                participant=ParticipantFacts(me.participant_id, me.name),
                limits=Limits(
                    settings.FRAME_MAX_BYTES,
                    settings.FRAME_MAX_PIXELS,
                    settings.FRAME_RATE_LIMIT,
                ),
                policy=settings.POLICY,
            )
        )

    async def tell_state(self, state: str) -> None:
        """The session has started or ended."""
        await self.say(SessionState(state))
        if state == "ended":
            await self.finish(CloseCode.ENDED, "This class has ended.")

    # Frames --------------------------------------------------------------------------------

    async def _receive_frame(self, live: LiveClass, jpeg: bytes) -> None:
        """Refuse the frame, or let it wait in the place of an older one."""
        self.seq += 1
        self.runtime.counters.add("frames_received")
        if not self.frames_allowed.allow(time.monotonic()):
            rate = settings.FRAME_RATE_LIMIT
            await self._refuse_faulty(live, "too_fast", f"Send at most {rate} frames a second.")
            return
        if live.state != "live":
            await self._answer(
                self.seq, live.refuse(self.seq, "not_live", "The class has not started yet.")
            )
            return
        try:
            inspect_jpeg(jpeg, settings.FRAME_MAX_BYTES, settings.FRAME_MAX_PIXELS)
        except FrameError as error:
            await self._refuse_faulty(live, error.code, str(error))
            return
        replaced = self.slot.put(Frame(self.seq, jpeg, live.moment()))
        if replaced:
            await self._answer(
                replaced.seq, live.shed(replaced.seq, "A newer frame took its place.")
            )
        self.waiting.set()

    async def _refuse_faulty(self, live: LiveClass, code: str, reason: str) -> None:
        await self._answer(self.seq, live.refuse(self.seq, code, reason))
        await self._note_fault("Too many frames could not be used.")

    async def _analyse_frames(self) -> None:
        """Have frames analysed, one at a time, for as long as the connection is open."""
        assert self.live is not None and self.me is not None  # noqa: PT018 (no test)
        while True:
            await self.waiting.wait()
            self.waiting.clear()
            frame = self.slot.take()
            if frame:
                await self._answer(frame.seq, await self.live.analyse(self.me, frame))

    def _frames_end(self) -> None:
        """The task above never ends by itself: if it did, the page must not wait for ever."""
        if not self.is_closing:
            self.runtime.tasks.spawn(self.fail, "farewell")

    async def _answer(self, seq: int, answer: StudentMessage) -> None:
        for ready in self.answers.add(seq, answer):
            await self.say(ready)

    async def _note_fault(self, reason: str) -> None:
        if not self.faults_allowed.allow(time.monotonic()):
            await self.finish(CloseCode.TOO_MANY, f"{reason} Reload the page to go on.")
