"""The stretch of a session that a report is about. No database."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from sessions.minutes import MINUTE_S
from sessions.reports.tally import Stay

FROM: Final = "from"
TO: Final = "to"
"""Names in a page's address, seconds of the session each."""


class BadWindow(ValueError):
    """A stretch that makes no sense; the message says what to choose from."""


@dataclass(frozen=True, slots=True)
class Window:
    """From start_s to before end_s, seconds of the session. is_whole: all of it, and what came
    late."""

    start_s: int
    end_s: float
    is_whole: bool

    @property
    def length_s(self) -> float:
        return self.end_s - self.start_s

    @property
    def is_of_minutes(self) -> bool:
        """Whether it cuts no minute, so that what is stored by minute is enough."""
        return self.is_whole or self.start_s % MINUTE_S == 0 == self.end_s % MINUTE_S

    @property
    def last_s(self) -> int:
        """The last second in it."""
        return int(self.end_s) if self.is_whole else math.ceil(self.end_s) - 1

    def holds(self, second: int) -> bool:
        """Whether something at this second is in it; the whole session holds what came late."""
        return self.is_whole or self.start_s <= second < self.end_s

    def clip(self, stays: list[Stay]) -> list[Stay]:
        """The parts of the stays that lie in it."""
        if self.is_whole:
            return stays
        cut = [(max(start, self.start_s), min(end, self.end_s)) for start, end in stays]
        return [(start, end) for start, end in cut if end > start]


def whole(length_s: float) -> Window:
    """The whole of a session that lasted so long."""
    return Window(0, length_s, True)


def window_of(query: Mapping[str, str], length_s: float) -> Window:
    """What an address asks for; the whole where it asks for nothing.

    Raises BadWindow for anything but whole seconds in order, and for a stretch after the end.
    """
    everything = whole(length_s)
    if FROM not in query and TO not in query:
        return everything
    last = str(math.ceil(length_s))
    start, end = _second(query.get(FROM, "0")), _second(query.get(TO, last))
    if start is None or end is None or start >= min(end, length_s):
        raise BadWindow(
            "There is no such stretch: choose two times of the session, the earlier one first."
        )
    return Window(start, min(end, math.ceil(length_s)), False)


def by_minutes(window: Window, length_s: float) -> Window:
    """The whole minutes that a stretch lies in."""
    if window.is_of_minutes:
        return window
    start_s = window.start_s - window.start_s % MINUTE_S
    end_s = MINUTE_S * math.ceil(window.end_s / MINUTE_S)
    if start_s == 0 and end_s >= length_s:
        return whole(length_s)
    return Window(start_s, end_s, False)


def _second(text: str) -> int | None:
    return int(text[:9]) if text.isascii() and text.isdigit() else None
