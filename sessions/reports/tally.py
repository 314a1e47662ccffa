"""Counts that add up, and the shares that follow from them; no database."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from math import ceil
from typing import Final

from inference.labels import EMOTIONS, most_probable
from sessions.reports.buckets import class_emotions, class_engagement, coverage

MIN_USABLE: Final = 10
"""A mean over fewer usable samples is too little data, and is not given."""

Stay = tuple[float, float]
"""From and to, in seconds of the session."""


@dataclass(frozen=True, slots=True)
class Tally:
    """What was counted of a participant or a student in one session."""

    length_s: float
    interval_s: float
    attended_s: float = 0.0
    samples: int = 0
    usable: int = 0
    measured: int = 0
    """Samples with an engagement value."""
    engagement_sum: float = 0.0
    emotion_counts: tuple[int, ...] = (0,) * len(EMOTIONS)
    """Samples by dominant emotion, in the order of EMOTIONS."""
    faced: int = 0
    """Samples of which it is known how much the student faced the screen."""
    facing_sum: float = 0.0

    @classmethod
    def sum(cls, tallies: Iterable[Tally], length_s: float, interval_s: float) -> Tally:
        """All counts of the same student added up."""
        result = cls(length_s, interval_s)
        for one in tallies:
            result = replace(
                result,
                attended_s=result.attended_s + one.attended_s,
                samples=result.samples + one.samples,
                usable=result.usable + one.usable,
                measured=result.measured + one.measured,
                engagement_sum=result.engagement_sum + one.engagement_sum,
                faced=result.faced + one.faced,
                facing_sum=result.facing_sum + one.facing_sum,
                emotion_counts=tuple(map(int.__add__, result.emotion_counts, one.emotion_counts)),
            )
        return result

    def with_attended(self, seconds: float) -> Tally:
        return replace(self, attended_s=seconds)

    @property
    def attendance(self) -> float | None:
        """Share of the session attended, 0 to 1; None for a session that has not begun."""
        return min(1.0, self.attended_s / self.length_s) if self.length_s else None

    @property
    def expected(self) -> float:
        """Samples to expect from the time attended."""
        return self.attended_s / self.interval_s

    @property
    def coverage(self) -> float | None:
        """Usable samples over those expected; see sessions.reports.buckets."""
        return coverage(self.usable, self.expected)

    @property
    def engagement(self) -> float | None:
        """Mean engagement, 0 to 1; None for too little data."""
        return self.engagement_sum / self.measured if self.measured >= MIN_USABLE else None

    @property
    def facing(self) -> float | None:
        """Mean share of the time facing the screen; None for too little data, or where unknown."""
        return self.facing_sum / self.faced if self.faced >= MIN_USABLE else None

    @property
    def emotion_shares(self) -> tuple[float, ...] | None:
        """Share of samples by dominant emotion, in the order of EMOTIONS; None for too little."""
        total = sum(self.emotion_counts)
        if total < MIN_USABLE:
            return None
        return tuple(count / total for count in self.emotion_counts)

    @property
    def dominant(self) -> tuple[str, float] | None:
        """The most frequent emotion and its share; None for too little data."""
        return most_frequent(self.emotion_shares)


@dataclass(frozen=True, slots=True)
class ClassTally:
    """A class in one session, from its students; each of them counts the same in every mean."""

    students: tuple[Tally, ...]
    interval_s: float

    @property
    def attended_s(self) -> float:
        """Seconds connected, of everybody together."""
        return sum(one.attended_s for one in self.students)

    @property
    def samples(self) -> int:
        return sum(one.samples for one in self.students)

    @property
    def usable(self) -> int:
        return sum(one.usable for one in self.students)

    @property
    def emotion_counts(self) -> tuple[int, ...]:
        """Samples by dominant emotion, in the order of EMOTIONS."""
        counts = (one.emotion_counts for one in self.students)
        return tuple(map(sum, zip(*counts, strict=True))) or (0,) * len(EMOTIONS)

    @property
    def coverage(self) -> float | None:
        return coverage(self.usable, self.attended_s / self.interval_s)

    @property
    def engagement(self) -> float | None:
        """Mean over the students of whom enough was seen, 0 to 1; None where there is none."""
        return class_engagement(one.engagement for one in self.students)

    @property
    def facing(self) -> float | None:
        """Mean over the students of whom enough is known, 0 to 1; None where there is none."""
        return class_engagement(one.facing for one in self.students)

    @property
    def emotion_shares(self) -> tuple[float, ...] | None:
        """Mean over students of their shares by dominant emotion; None for too little data."""
        return class_emotions(one.emotion_shares for one in self.students)

    @property
    def dominant(self) -> tuple[str, float] | None:
        """The most frequent emotion and its share; None for too little data."""
        return most_frequent(self.emotion_shares)


def most_frequent(shares: tuple[float, ...] | None) -> tuple[str, float] | None:
    """The emotion with the largest share, and that share."""
    if shares is None:
        return None
    return most_probable(shares), max(shares)


def merged(stays: Iterable[Stay], length_s: float) -> list[Stay]:
    """The stays cut to the session, in order, with those that overlap joined."""
    result: list[Stay] = []
    for start, end in sorted(stays):
        start, end = max(0.0, start), min(length_s, end)
        if end <= start:
            continue
        if result and start <= result[-1][1]:
            result[-1] = (result[-1][0], max(result[-1][1], end))
        else:
            result.append((start, end))
    return result


def attended(stays: Iterable[Stay]) -> float:
    """Seconds connected, of stays without overlaps."""
    return sum(end - start for start, end in stays)


def seconds_within(stays: Iterable[Stay], start_s: float, end_s: float) -> float:
    """Seconds connected from start_s to end_s, of stays without overlaps."""
    return sum(max(0.0, min(end, end_s) - max(start, start_s)) for start, end in stays)


def seconds_by_slot(stays: Iterable[Stay], width_s: int, slots: int) -> list[float]:
    """Seconds connected in each of the slots of width_s seconds; several people's add up."""
    result = [0.0] * slots
    for start, end in stays:
        for slot in range(int(start // width_s), min(slots, ceil(end / width_s))):
            low, high = slot * width_s, (slot + 1) * width_s
            result[slot] += max(0.0, min(end, high) - max(start, low))
    return result
