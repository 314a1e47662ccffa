"""When to point something out to the teacher: pure rules with hysteresis and a quiet period.

An alert is raised once its condition has held for a while, is over once the condition has
clearly ceased for a while, and is not raised again soon after. What rests on faces is not judged
while too few of them are seen.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

Kind = Literal["engaged", "coverage", "away", "confused"]
Key = tuple[Kind, int | None]
"""What an alert tells of, and of which participant; None for the class."""

LEAST_KNOWN: Final = 5
"""Students whose level is known: of fewer no share is judged."""
OVER_AFTER_S: Final = 30.0
QUIET_S: Final = 300.0
CLEARLY: Final = 0.1
"""By so much a share must be past its threshold for the alert to be over."""


@dataclass(frozen=True, slots=True)
class Rules:
    """Thresholds of a course; None turns an alert off.

    share: of the known students who are engaged, and coverage: each 0 to 1, told of below it for
    after_s seconds. away_s: seconds a student is away. confused: students within two minutes.
    """

    share: float | None = 0.5
    after_s: float = 120.0
    coverage: float | None = 0.4
    away_s: float | None = 180.0
    confused: int | None = 3


@dataclass(frozen=True, slots=True)
class Seen:
    """The class at one second. known: students with a level; engaged: of these. coverage: None
    where nothing is expected. away: participants who are away now. confused: students."""

    known: int
    engaged: int
    coverage: float | None
    away: frozenset[int]
    confused: int


@dataclass(frozen=True, slots=True)
class Change:
    """An alert that is raised, or over. value: a share, or a number of students or seconds."""

    key: Key
    is_raised: bool
    value: float


@dataclass(slots=True)
class _Watch:
    """since_s: when the condition began to hold, or to be over; of the present phase."""

    since_s: float | None = None
    is_raised: bool = False
    quiet_until_s: float = 0.0


@dataclass(slots=True)
class Alerts:
    """Of one class in one process."""

    rules: Rules
    _watched: dict[Key, _Watch] = field(default_factory=dict)

    def adopt(self, raised: Mapping[Key, float]) -> None:
        """Alerts that were raised before, by another process or another start, and when."""
        for key in raised:
            self._watched.setdefault(key, _Watch(is_raised=True))

    def observe(self, now_s: float, seen: Seen) -> list[Change]:
        """Take in the class at a second of the session; returns what is raised and over."""
        changes = []
        wanted = self._conditions(now_s, seen)
        for key in wanted.keys() | self._watched.keys():
            holds, is_over, value, after_s = wanted.get(key, (False, True, 0.0, 0.0))
            watch = self._watched.setdefault(key, _Watch())
            if change := _step(key, watch, now_s, holds, is_over, value, after_s):
                changes.append(change)
            if not watch.is_raised and watch.since_s is None and now_s >= watch.quiet_until_s:
                del self._watched[key]
        return changes

    def _conditions(self, now_s: float, seen: Seen) -> dict[Key, tuple[bool, bool, float, float]]:
        """By key: whether it holds, whether it is clearly over, its value, and how long it must
        hold."""
        rules = self.rules
        found: dict[Key, tuple[bool, bool, float, float]] = {}
        if rules.coverage is not None and seen.coverage is not None:
            low = seen.coverage < rules.coverage
            over = seen.coverage >= min(1.0, rules.coverage + CLEARLY)
            found["coverage", None] = (low, over, seen.coverage, rules.after_s)
        if rules.share is not None and seen.known >= LEAST_KNOWN and self._is_seen(seen):
            share = seen.engaged / seen.known
            over = share >= min(1.0, rules.share + CLEARLY)
            found["engaged", None] = (share < rules.share, over, share, rules.after_s)
        if rules.confused is not None:
            holds = seen.confused >= rules.confused
            found["confused", None] = (holds, not holds, float(seen.confused), 0.0)
        if rules.away_s is not None:
            for participant in seen.away:
                found["away", participant] = (True, False, rules.away_s, rules.away_s)
        return found

    def _is_seen(self, seen: Seen) -> bool:
        least = 0.0 if self.rules.coverage is None else self.rules.coverage
        return seen.coverage is not None and seen.coverage >= least


def _step(
    key: Key, watch: _Watch, now_s: float, holds: bool, is_over: bool, value: float, after_s: float
) -> Change | None:
    counts = is_over if watch.is_raised else holds
    if not counts:
        watch.since_s = None
        return None
    if watch.since_s is None:
        watch.since_s = now_s
    lasted_s = now_s - watch.since_s
    if watch.is_raised and lasted_s >= OVER_AFTER_S:
        watch.is_raised, watch.since_s = False, None
        watch.quiet_until_s = now_s + QUIET_S
        return Change(key, False, value)
    if not watch.is_raised and lasted_s >= after_s and now_s >= watch.quiet_until_s:
        watch.is_raised, watch.since_s = True, None
        return Change(key, True, value)
    return None
