"""What sockets with a camera share: a hello, one frame at a time, one answer to each."""

from __future__ import annotations

import asyncio
import time
from datetime import datetime
from typing import ClassVar, Final, Protocol

from django.conf import settings

from inference.frames import FrameError, inspect_jpeg
from sessions.live import protocol
from sessions.live.dashboard_messages import Message
from sessions.live.looking import Looking
from sessions.live.pacing import Answers, Frame, RateLimiter, Slot
from sessions.live.protocol import (
    Camera,
    CloseCode,
    Fault,
    Hello,
    Limits,
    Pong,
    ProtocolError,
    SessionState,
)
from sessions.live.runtime import Runtime
from sessions.live.sockets.base import LiveSocket

HELLO_WITHIN_S: Final = 10.0
PATIENCE: Final = 50
"""Faulty or too fast frames, or bad messages, in a burst, before the socket is closed."""
PATIENCE_PER_S: Final = 1.0


class Place(Protocol):
    """Where the frames go: a live class, or its room."""

    looking: Looking

    @property
    def state(self) -> str: ...

    def moment(self) -> datetime: ...


class FrameSocket(LiveSocket):
    """One connection with a camera at its other end.

    receive() looks at a message and returns at once; a task of this connection has the frames
    analysed, one at a time. Only enter() uses the database.
    """

    client: ClassVar[str]
    """Who is at the other end."""
    place: Place | None = None

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

    def welcome(self) -> Message:
        """The answer to a hello."""
        raise NotImplementedError

    def welcomed(self) -> None:
        """The hello is answered: whatever else is to be said at the beginning."""

    def camera(self, state: str) -> None:
        """The client says why there are frames, or none."""
        raise NotImplementedError

    async def analyse(self, frame: Frame) -> Message:
        """Have a frame looked at, and return the one answer to it."""
        raise NotImplementedError

    def begin(self, place: Place) -> None:
        """The client is let in: take its messages from now on."""
        self.place = place
        tasks = self.runtime.tasks
        self.work = [
            tasks.spawn(self._analyse_frames, f"frames of a {self.client}", self._frames_end),
            tasks.spawn(self._expect_hello, f"hello of a {self.client}"),
        ]
        self.runtime.counters.add("connections_opened")

    async def clean_up(self) -> None:
        if self.place is None:
            return
        for task in self.work:
            task.cancel()
        self.runtime.counters.add("connections_closed")

    # What the client sends -------------------------------------------------------------------

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """Take one message: a frame if it is binary, else a message of the protocol."""
        if self.is_closing or self.place is None:
            return
        if text_data is not None:
            await self._receive_text(text_data)
        elif not self.greeted:
            await self._refuse_greeting("Say hello before the first frame.")
        elif bytes_data is not None:
            await self._receive_frame(self.place, bytes_data)

    async def _receive_text(self, text: str) -> None:
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
            await self._greet(message)
        elif isinstance(message, Camera):
            self.camera(message.state)
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

    async def _greet(self, message: Hello) -> None:
        if message.version != protocol.VERSION:
            await self._refuse_greeting(f"This server speaks version {protocol.VERSION}.")
            return
        self.greeted = True
        await self.say(self.welcome())
        self.welcomed()

    async def tell_state(self, state: str) -> None:
        """The session has started or ended."""
        await self.say(SessionState(state))
        if state == "ended":
            await self.finish(CloseCode.ENDED, "This class has ended.")

    # Frames ----------------------------------------------------------------------------------

    async def _receive_frame(self, place: Place, jpeg: bytes) -> None:
        """Refuse the frame, or let it wait in the place of an older one."""
        received = time.perf_counter()
        self.seq += 1
        self.runtime.counters.add("frames_received")
        if not self.frames_allowed.allow(time.monotonic()):
            rate = settings.FRAME_RATE_LIMIT
            await self._refuse_faulty(place, "too_fast", f"Send at most {rate} frames a second.")
            return
        if place.state != "live":
            refusal = place.looking.refuse(self.seq, "not_live", "The class has not started yet.")
            await self._answer(self.seq, refusal)
            return
        try:
            inspect_jpeg(jpeg, settings.FRAME_MAX_BYTES, settings.FRAME_MAX_PIXELS)
        except FrameError as error:
            await self._refuse_faulty(place, error.code, str(error))
            return
        waits_since = time.perf_counter()
        self.runtime.stages.note("socket", waits_since - received)
        older = self.slot.put(Frame(self.seq, jpeg, place.moment(), received, waits_since))
        if older:
            shed = place.looking.shed(older.seq, "A newer frame took its place.")
            await self._answer(older.seq, shed)
        self.waiting.set()

    async def _refuse_faulty(self, place: Place, code: str, reason: str) -> None:
        await self._answer(self.seq, place.looking.refuse(self.seq, code, reason))
        await self._note_fault("Too many frames could not be used.")

    async def _analyse_frames(self) -> None:
        """Have frames analysed, one at a time, for as long as the connection is open."""
        while True:
            await self.waiting.wait()
            self.waiting.clear()
            frame = self.slot.take()
            if frame:
                await self._have_analysed(frame)

    async def _have_analysed(self, frame: Frame) -> None:
        stages = self.runtime.stages
        stages.note("slot", time.perf_counter() - frame.waits_since)
        answer = await self.analyse(frame)
        with stages.measure("answer"):
            await self._answer(frame.seq, answer)
        stages.note("whole", time.perf_counter() - frame.received)

    def _frames_end(self) -> None:
        """The task above never ends by itself: if it did, the page must not wait for ever."""
        if not self.is_closing:
            self.runtime.tasks.spawn(self.fail, "farewell")

    async def _answer(self, seq: int, answer: Message) -> None:
        for ready in self.answers.add(seq, answer):
            await self.say(ready)

    async def _note_fault(self, reason: str) -> None:
        if not self.faults_allowed.allow(time.monotonic()):
            await self.finish(CloseCode.TOO_MANY, f"{reason} Reload the page to go on.")


def limits() -> Limits:
    """What a frame may have at most, and how many may come in a second."""
    return Limits(settings.FRAME_MAX_BYTES, settings.FRAME_MAX_PIXELS, settings.FRAME_RATE_LIMIT)
