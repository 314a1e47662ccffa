"""How a connection's frames are let in and answered: a rate, one slot, answers in order. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sessions.live.dashboard_messages import Message


class RateLimiter:
    """A token bucket: rate tokens flow in each second, up to burst; each use takes one."""

    def __init__(self, rate: float, burst: float, now: float) -> None:
        """now: seconds of any one clock, here and in allow()."""
        if rate <= 0 or burst < 1:
            raise ValueError(f"rate must be above 0 and burst at least 1, got {rate} and {burst}")
        self._rate = rate
        self._burst = burst
        self._tokens = burst
        self._at = now

    def allow(self, now: float) -> bool:
        """Take a token if there is one. A clock that runs backwards adds none."""
        self._tokens = min(self._burst, self._tokens + max(0.0, now - self._at) * self._rate)
        self._at = max(self._at, now)
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame that waits. seq counts the frames of its connection from 1.

    received, waits_since: of time.perf_counter(), when its message came and was looked over.
    """

    seq: int
    jpeg: bytes
    at: datetime
    received: float = 0.0
    waits_since: float = 0.0


class Slot:
    """Room for one waiting frame: a newer one takes the place of an older one."""

    def __init__(self) -> None:
        self._frame: Frame | None = None

    def put(self, frame: Frame) -> Frame | None:
        """Let the frame wait; returns the one it replaces."""
        replaced, self._frame = self._frame, frame
        return replaced

    def take(self) -> Frame | None:
        frame, self._frame = self._frame, None
        return frame


class Answers:
    """Brings answers into the order of their frames: one is held back until those before it."""

    def __init__(self) -> None:
        self._next = 1
        self._held: dict[int, Message] = {}

    def add(self, seq: int, answer: Message) -> list[Message]:
        """Take the one answer to frame seq; returns what may be sent now, in order.

        Raises ValueError for a frame that has its answer already.
        """
        if seq < self._next or seq in self._held:
            raise ValueError(f"frame {seq} has been answered already")
        self._held[seq] = answer
        ready = []
        while self._next in self._held:
            ready.append(self._held.pop(self._next))
            self._next += 1
        return ready
