"""Students without people: real HTTP, real sockets, real JPEG frames out of video files."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
import urllib.parse
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, Final

import httpx
import numpy as np
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus, WebSocketException
from websockets.typing import Origin

from inference.video import UnreadableFile, sample_video, webcam_jpeg
from sessions.demo.browser import Browser, Plan, SimulationError
from sessions.live.protocol import VERSION

FRAMES_PER_S: Final = 5
"""Frames kept for each second of video."""
MAX_FRAMES: Final = 600
ANSWER_WITHIN_S: Final = 20.0
STORED_WITHIN_S: Final = 5.0
PING_EVERY_S: Final = 2.0
RECONNECT_S: Final = 0.5
BROKEN: Final = 1006
RETURNING: Final = frozenset({1001, BROKEN, 1011, 4012, 4014, 4500})
"""Codes of closed connections whose pages come back."""

OnAnswer = Callable[[str, float], object]
"""Called after every answered frame: the answer's type, and seconds since it was sent."""
Film = Callable[[float], bytes]
"""What a camera shows so many seconds after its first frame, as a JPEG."""


@dataclass(slots=True)
class Outcome:
    """What all students together sent and got; rtt_s in seconds, one for each result."""

    sent: int = 0
    answered: int = 0
    shed: int = 0
    stored: int = 0
    reconnects: int = 0
    rtt_s: list[float] = field(default_factory=list)
    errors: Counter[str] = field(default_factory=Counter)
    first_at: float | None = None
    last_at: float = 0.0

    def summary(self) -> dict[str, Any]:
        """The figures by the names that scripts read; rtt_ms values are null without answers."""
        percentiles = np.percentile(self.rtt_s, (50, 95, 99)) * 1000 if self.rtt_s else [None] * 3
        took = self.last_at - (self.first_at or self.last_at)
        return {
            "sent": self.sent,
            "answered": self.answered,
            "shed": self.shed,
            "reconnects": self.reconnects,
            "stored": self.stored,
            "rtt_ms": {
                name: None if value is None else round(float(value), 1)
                for name, value in zip(("p50", "p95", "p99"), percentiles, strict=True)
            },
            "frames_per_second": round(self.answered / took, 2) if took > 0 else 0.0,
            "errors": self.errors.total(),
            "errors_by_code": dict(self.errors),
        }


def read_frames(path: Path) -> list[bytes]:
    """JPEG frames of a video as a browser sends them, FRAMES_PER_S for each second.

    Raises SimulationError for a file that is missing or no video.
    """
    try:
        pictures = islice(sample_video(path, FRAMES_PER_S), MAX_FRAMES)
        return [webcam_jpeg(image) for _, image in pictures]
    except UnreadableFile:
        raise SimulationError(f"{path} is not there or is no video that OpenCV can read.") from None


class SimulatedStudent:
    """One student without a person: joins, sends frames on schedule, one at a time.

    film: what its camera shows; None for one without a camera. delay_s: after the others' start.
    browser: of one that has joined before.
    """

    def __init__(
        self,
        plan: Plan,
        name: str,
        film: Film | None,
        delay_s: float,
        outcome: Outcome,
        browser: Browser | None = None,
    ) -> None:
        self._plan = plan
        self._name = name
        self._film = film
        self._delay_s = delay_s
        self._outcome = outcome
        self._pace_s = 0.0
        self._not_before = 0.0
        self.browser = browser or Browser(plan)

    def join(self) -> None:
        self.browser.join(self._name)

    async def attend(self, begin_at: float, on_answer: OnAnswer) -> None:
        """Send frames from begin_at (of time.monotonic) on; what fails is counted.

        As a page does, it connects again where the connection breaks, until its time is over.
        """
        begin_at += self._delay_s
        while True:
            try:
                async with self._connect() as socket:
                    await self._attend(socket, begin_at, on_answer)
                return
            except ConnectionClosed as closed:
                code = closed.rcvd.code if closed.rcvd else BROKEN
                problem, may_return = f"closed_{code}", code in RETURNING
            except (OSError, WebSocketException, ValueError) as error:
                # TimeoutError is an OSError.
                problem = type(error).__name__
                may_return = isinstance(error, (ConnectionError, InvalidStatus))
            if not may_return or time.monotonic() >= begin_at + self._plan.seconds:
                self._outcome.errors[problem] += 1
                return
            self._outcome.reconnects += 1
            await asyncio.sleep(RECONNECT_S)

    def _connect(self) -> connect:
        parts = urllib.parse.urlsplit(self._plan.url)
        scheme = "wss" if parts.scheme == "https" else "ws"
        return connect(
            f"{scheme}://{parts.netloc}{parts.path}/ws/class/{self._plan.code}/",
            origin=Origin(f"{parts.scheme}://{parts.netloc}"),
            additional_headers={"Cookie": self.browser.cookies},
            compression=None,
            local_addr=(self.browser.address, 0) if self.browser.address else None,
            open_timeout=ANSWER_WITHIN_S,
        )

    async def _attend(self, socket: ClientConnection, begin_at: float, on_answer: OnAnswer) -> None:
        await socket.send(json.dumps({"type": "hello", "version": VERSION}))
        await _receive(socket, "hello")
        ends_at = begin_at + self._plan.seconds
        state = "missing" if self._film is None else "on"
        await socket.send(json.dumps({"type": "camera", "state": state}))
        if self._film is None:
            await self._wait(socket, ends_at, ends_at)
            return
        for number in range(max(1, round(self._plan.seconds * self._plan.fps))):
            due_at = begin_at + number / self._plan.fps
            # Credit of one: who had to wait for an answer longer than that leaves frames out.
            if time.monotonic() > due_at + 1 / self._plan.fps:
                continue
            if not await self._wait(socket, due_at, ends_at):
                return
            on_answer(*await self._send_frame(socket, self._film(number / self._plan.fps)))

    async def _wait(self, socket: ClientConnection, due_at: float, ends_at: float) -> bool:
        """Wait for the next frame's time; False where it would come after the end.

        It hears what the server says meanwhile, and says something now and then itself, so that
        the server knows who is there.
        """
        ping_at = time.monotonic() + PING_EVERY_S
        while (now := time.monotonic()) < (until := max(due_at, self._not_before)):
            if until > ends_at:
                return False
            if now >= ping_at:
                await socket.send(json.dumps({"type": "ping"}))
                ping_at = now + PING_EVERY_S
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(min(until, ping_at) - now):
                    self._keep_pace(json.loads(await socket.recv()))
        return True

    def _keep_pace(self, message: dict[str, Any]) -> None:
        if message["type"] == "pace":
            self._pace_s = message["interval_s"]
            self._not_before = time.monotonic() + message["wait_s"]

    async def _send_frame(self, socket: ClientConnection, frame: bytes) -> tuple[str, float]:
        """The answer's type, and after how many seconds it came."""
        outcome = self._outcome
        sent_at = time.monotonic()
        outcome.first_at = min(outcome.first_at or sent_at, sent_at)
        outcome.sent += 1
        self._not_before = sent_at + self._pace_s
        await socket.send(frame)
        answer = await self._answer(socket)
        outcome.last_at = time.monotonic()
        took_s = outcome.last_at - sent_at
        if answer["type"] == "result":
            outcome.answered += 1
            outcome.rtt_s.append(took_s)
        elif answer["type"] == "shed":
            outcome.shed += 1
        else:
            outcome.errors[answer["code"]] += 1
        return answer["type"], took_s

    async def _answer(self, socket: ClientConnection) -> dict[str, Any]:
        """The answer to a frame; a pace that comes before it is kept to from then on."""
        while True:
            message = await _receive(socket, "result", "error", "shed", "pace")
            if message["type"] != "pace":
                return message
            self._keep_pace(message)


async def _receive(socket: ClientConnection, *types: str) -> dict[str, Any]:
    """The next message of one of these types; pushes in between are passed over."""
    async with asyncio.timeout(ANSWER_WITHIN_S):
        while True:
            message: dict[str, Any] = json.loads(await socket.recv())
            if message.get("type") in types:
                return message


async def simulate(plan: Plan, videos: Sequence[Sequence[bytes]], on_answer: OnAnswer) -> Outcome:
    """Have a class take part. videos: frames, shared out among the students in turn.

    Raises SimulationError when the students cannot join; what goes wrong later is counted in the
    outcome.
    """
    outcome = Outcome()
    students = [
        SimulatedStudent(
            plan,
            f"Simulated {number + 1:02d}",
            # Spread over the video, so that two students show different moments of it.
            film_of(videos[number % len(videos)], number / plan.students),
            number / plan.students / plan.fps,
            outcome,
        )
        for number in range(plan.students)
    ]
    for student in students:
        await asyncio.to_thread(student.join)
    begin_at = time.monotonic() + 0.5
    async with asyncio.TaskGroup() as group:
        for student in students:
            group.create_task(student.attend(begin_at, on_answer))
    browsers = [student.browser for student in students]
    outcome.stored = await asyncio.to_thread(count_stored, browsers, outcome.answered)
    return outcome


def film_of(frames: Sequence[bytes], offset: float) -> Film:
    """A video that runs again and again. offset: the part of it that it begins with, 0 to 1."""
    first = round(len(frames) * offset)
    return lambda second: frames[(first + round(second * FRAMES_PER_S)) % len(frames)]


def count_stored(browsers: Sequence[Browser], expected: int) -> int:
    """Samples that the server has stored of all; it is given a moment to store the last ones."""
    deadline = time.monotonic() + STORED_WITHIN_S
    stored = -1
    while stored != expected and (stored < 0 or time.monotonic() < deadline):
        stored = 0
        for browser in browsers:
            with contextlib.suppress(httpx.HTTPError):
                stored += browser.stored()
        if stored != expected:
            time.sleep(0.25)
    return stored
