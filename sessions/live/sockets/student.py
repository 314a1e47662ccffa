"""The students' socket: frames come in, answers go out; docs/protocol.md describes it."""

from __future__ import annotations

import asyncio
import logging
import time
from dataclasses import replace
from typing import Any, Final

from channels.db import database_sync_to_async
from django.conf import settings
from django.utils import timezone

from inference import service
from inference.batcher import Shed
from inference.frames import FrameError, inspect_jpeg
from inference.pipeline import FrameResult
from sessions.joining.admission import Admission, Refused, admit, clean_code
from sessions.live import protocol
from sessions.live.counters import counters
from sessions.live.news import class_group, moment, participant_group
from sessions.live.protocol import Camera, CloseCode, Hello, Message, ProtocolError
from sessions.live.publisher import publisher
from sessions.live.recorder import recorder
from sessions.live.samples import sample_of, with_sample
from sessions.live.sockets.base import LiveConsumer
from sessions.live.sockets.pacing import Answers, Frame, RateLimiter, Slot
from sessions.live.state import Person

logger = logging.getLogger(__name__)

HELLO_WITHIN_S: Final = 10.0
PATIENCE: Final = 100
"""Frames too fast, or messages without sense, in a burst, before the socket is closed."""
PATIENCE_PER_S: Final = 1.0


class StudentConsumer(LiveConsumer):
    """One connection of one participant.

    receive() looks at a message and returns at once; a task of this connection has the frames
    analysed, one at a time. Only connect() uses the database.
    """

    me: Admission | None = None

    async def connect(self) -> None:
        """Let a participant in, and close its older connection."""
        await self.accept()
        try:
            code = clean_code(self.scope["url_route"]["kwargs"]["code"])
            # Before the database is read, so that no news is lost in between.
            await self.join(class_group(code))
            self.me = await database_sync_to_async(admit)(self.scope["cookies"], code)
        except Refused as refusal:
            await self.finish(refusal.code, str(refusal))
            return
        await self.join(participant_group(self.me.participant_id))
        await self.channel_layer.group_send(
            participant_group(self.me.participant_id),
            {"type": "connection.opened", "connection_id": self.me.connection_id},
        )
        self._begin(self.me)

    def _begin(self, me: Admission) -> None:
        now = time.monotonic()
        rate = settings.FRAME_RATE_LIMIT
        self.greeted = False
        self.state = me.state
        self.started_at = me.started_at
        self.seq = 0
        self.slot = Slot()
        self.answers = Answers()
        self.frames_allowed = RateLimiter(rate, 2 * rate, now)
        self.faults_allowed = RateLimiter(PATIENCE_PER_S, PATIENCE, now)
        self.waiting = asyncio.Event()
        self.worker = asyncio.create_task(self._work(me))
        self.hello_timer = asyncio.create_task(self._expect_hello())
        counters.add("connections_opened")
        recorder.opened(me.connection_id)
        known = publisher.person(me.session_id, me.participant_id)
        person = known or Person(
            me.participant_id, me.name, me.is_simulated, me.connection_id, True, me.camera
        )
        publisher.update(
            me.session_id, replace(person, connection=me.connection_id, connected=True)
        )

    async def clean_up(self) -> None:
        await super().clean_up()
        me, self.me = self.me, None
        if me is None:
            return
        self.worker.cancel()
        self.hello_timer.cancel()
        counters.add("connections_closed")
        recorder.closed(me.connection_id, timezone.now())
        known = publisher.person(me.session_id, me.participant_id)
        if known and known.connection == me.connection_id:
            publisher.update(me.session_id, replace(known, connected=False))

    # What the student sends ----------------------------------------------------------------

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """Take one message: a frame if it is binary, else a message of the protocol."""
        if self.is_closing or self.me is None:
            return
        if text_data is not None:
            await self._receive_text(self.me, text_data)
        elif not self.greeted:
            await self._refuse_greeting("Say hello before the first frame.")
        elif bytes_data is not None:
            await self._receive_frame(bytes_data)

    async def _receive_text(self, me: Admission, text: str) -> None:
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
            await self._greet(me, message)
        elif isinstance(message, Camera):
            self._note_camera(me, message)
        else:
            await self.say(protocol.pong())

    async def _bad_message(self, reason: str) -> None:
        counters.add("messages_refused")
        if not self.greeted:
            await self._refuse_greeting(reason)
            return
        await self.say(protocol.bad_message(reason))
        await self._note_fault("Too many messages make no sense.")

    async def _refuse_greeting(self, reason: str) -> None:
        await self.finish(CloseCode.BAD_HELLO, f"{reason} Reload the page.")

    async def _expect_hello(self) -> None:
        await asyncio.sleep(HELLO_WITHIN_S)
        if not self.greeted:
            await self._refuse_greeting("No hello came.")

    async def _greet(self, me: Admission, message: Hello) -> None:
        if message.version != protocol.VERSION:
            await self._refuse_greeting(f"This server speaks version {protocol.VERSION}.")
            return
        self.greeted = True
        self.hello_timer.cancel()
        await self.say(
            protocol.hello(
                session={
                    "title": me.title,
                    "state": self.state,
                    "interval_s": me.interval_s,
                    "show_engagement": me.show_engagement,
                },
                participant={"id": me.participant_id, "name": me.name},
                limits={
                    "frame_bytes": settings.FRAME_MAX_BYTES,
                    "frame_pixels": settings.FRAME_MAX_PIXELS,
                    "frames_per_second": settings.FRAME_RATE_LIMIT,
                },
                policy=settings.POLICY,
            )
        )

    def _note_camera(self, me: Admission, message: Camera) -> None:
        recorder.camera(me.participant_id, message.state)
        known = publisher.person(me.session_id, me.participant_id)
        if known:
            publisher.update(me.session_id, replace(known, camera=message.state))

    # Frames --------------------------------------------------------------------------------

    async def _receive_frame(self, jpeg: bytes) -> None:
        """Refuse the frame, or let it wait for the worker in the place of an older one."""
        self.seq += 1
        counters.add("frames_received")
        if not self.frames_allowed.allow(time.monotonic()):
            rate = settings.FRAME_RATE_LIMIT
            await self._refuse(self.seq, "too_fast", f"Send at most {rate} frames a second.")
            await self._note_fault("Too many frames came too fast.")
            return
        if self.state != "live":
            await self._refuse(self.seq, "not_live", "The class has not started yet.")
            return
        try:
            inspect_jpeg(jpeg, settings.FRAME_MAX_BYTES, settings.FRAME_MAX_PIXELS)
        except FrameError as error:
            await self._refuse(self.seq, error.code, str(error))
            return
        replaced = self.slot.put(Frame(self.seq, jpeg, timezone.now()))
        if replaced:
            await self._shed(replaced.seq, "A newer frame took its place.")
        self.waiting.set()

    async def _work(self, me: Admission) -> None:
        """Have frames analysed, one at a time, for as long as the connection is open."""
        while True:
            await self.waiting.wait()
            self.waiting.clear()
            frame = self.slot.take()
            if frame:
                await self._analyse(me, frame)

    async def _analyse(self, me: Admission, frame: Frame) -> None:
        try:
            if not service.is_ready():
                raise Shed("The server is starting; send the next frame as usual.")
            seen = await service.get_batcher().analyse(frame.jpeg)
        except FrameError as error:
            await self._refuse(frame.seq, error.code, str(error))
        except Shed as reason:
            await self._shed(frame.seq, str(reason))
        except Exception:
            logger.exception("A frame of session %s could not be analysed", me.session_id)
            await self._refuse(frame.seq, "failed", "The analysis failed. Send the next frame.")
        else:
            await self._take_in(me, frame, seen)

    async def _take_in(self, me: Admission, frame: Frame, seen: FrameResult) -> None:
        """Store what was seen, tell the dashboards and answer the student."""
        if self.is_closing or self.state != "live" or self.started_at is None:
            return
        track = publisher.track(me.session_id, me.participant_id)
        engagement = track.update(frame.at.timestamp(), seen.engagement)
        recorder.add(sample_of(me, frame.at, self.started_at, seen, engagement))
        known = publisher.person(me.session_id, me.participant_id)
        if known:
            publisher.update(me.session_id, with_sample(known, frame.at, seen, engagement))
        counters.add("frames_answered")
        shown = engagement if me.show_engagement else None
        await self._answer(frame.seq, protocol.result(frame.seq, frame.at, seen, shown))

    async def _refuse(self, seq: int, code: str, reason: str) -> None:
        counters.refuse(code)
        await self._answer(seq, protocol.frame_error(seq, code, reason))

    async def _shed(self, seq: int, reason: str) -> None:
        counters.add("frames_shed")
        await self._answer(seq, protocol.shed(seq, reason))

    async def _answer(self, seq: int, answer: Message) -> None:
        for ready in self.answers.add(seq, answer):
            await self.say(ready)

    async def _note_fault(self, reason: str) -> None:
        if not self.faults_allowed.allow(time.monotonic()):
            await self.finish(CloseCode.TOO_MANY, f"{reason} Reload the page to go on.")

    # News from other sockets and pages -----------------------------------------------------

    async def connection_opened(self, event: dict[str, Any]) -> None:
        """A participant has one connection: the newest."""
        if self.me and event["connection_id"] > self.me.connection_id:
            await self.finish(CloseCode.REPLACED, "You opened this class in another window.")

    async def class_changed(self, event: dict[str, Any]) -> None:
        """The session started or ended."""
        if self.me is None:
            return
        self.state = event["state"]
        self.started_at = moment(event["started_at"])
        await self.say(protocol.session_state(self.state))
        if self.state == "ended":
            await self.finish(CloseCode.ENDED, "This class has ended.")

    async def participant_gone(self, event: dict[str, Any]) -> None:
        """The participant left, or deleted its data."""
        if self.me is None:
            return
        if event["deleted"]:
            publisher.forget(self.me.session_id, self.me.participant_id)
        await self.finish(CloseCode.GONE, "You have left this class.")
