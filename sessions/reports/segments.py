"""The stretches between a session's markers, compared.

A stretch is compared with the one before it by the students that were seen in both: the mean of
their own changes, with a bootstrap interval over students (Efron and Tibshirani, 1993).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from sessions.models import ClassSession, Marker, Sample
from sessions.reports.buckets import COLUMNS, Sums, class_engagement, coverage, is_enough
from sessions.reports.records import Record
from sessions.reports.tally import seconds_within
from sessions.reports.window import Window

LEAST_STUDENTS: Final = 5
"""That a change is told of: the interval of fewer says nothing."""
RESAMPLES: Final = 2000
LEVEL: Final = 0.95
START: Final = "Start"


@dataclass(frozen=True, slots=True)
class Change:
    """mean, low, high: of the students' changes of engagement, -1 to 1, and its 95 % interval.
    students: seen in both stretches."""

    mean: float
    low: float
    high: float
    students: int

    @property
    def is_clear(self) -> bool:
        """Whether the interval leaves out no change at all."""
        return self.low > 0 or self.high < 0


@dataclass(frozen=True, slots=True)
class Segment:
    """From start_s to end_s, seconds of the session.

    number, kind: of the marker that began it, 0 and empty at the start. engagement, facing: means
    over students, None for too little data. change: against the segment before, None for too few
    students.
    """

    start_s: int
    end_s: int
    number: int
    kind: str
    label: str
    engagement: float | None
    facing: float | None
    coverage: float | None
    change: Change | None


def segments_of(
    session: ClassSession,
    window: Window,
    markers: Sequence[Marker],
    students: Sequence[Record],
    bucket_s: int,
    with_emotion: bool,
) -> tuple[Segment, ...]:
    """The segments of a session, none without markers; one query where there are some."""
    if not markers:
        return ()
    interval_s = session.interval_s
    borders = _borders(markers, window)
    seconds = _seconds_of_cut_buckets(session, [start for start, *_ in borders], bucket_s)
    made: list[Segment] = []
    before: list[float | None] = []
    for start_s, end_s, number, kind, label in borders:
        sums = [_within(one, seconds, start_s, end_s, bucket_s) for one in students]
        connected_s = sum(seconds_within(one.stays, start_s, end_s) for one in students)
        usable, expected = sum(one.usable for one in sums), connected_s / interval_s
        told = with_emotion and is_enough(usable, expected)
        means = [one.mean_engagement if told else None for one in sums]
        made.append(
            Segment(
                start_s,
                end_s,
                number,
                kind,
                label,
                class_engagement(means),
                class_engagement(one.mean_facing for one in sums) if told else None,
                coverage(usable, expected),
                _change(before, means),
            )
        )
        before = means
    return tuple(made)


def _borders(markers: Sequence[Marker], window: Window) -> list[tuple[int, int, int, str, str]]:
    """Start, end, number, kind and label of each segment that lasts a second or more."""
    starts = [
        (one.second, number, str(one.kind), one.label) for number, one in enumerate(markers, 1)
    ]
    if starts[0][0] > window.start_s:
        starts.insert(0, (window.start_s, 0, "", START))
    ends = [one[0] for one in starts[1:]] + [max(int(window.end_s), starts[-1][0])]
    return [
        (start, end, number, kind, label)
        for (start, number, kind, label), end in zip(starts, ends, strict=True)
        if end > start
    ]


Seconds = dict[int, dict[int, Sums]]
"""By participant and second, of the buckets that a border cuts."""


def _seconds_of_cut_buckets(
    session: ClassSession, borders: Sequence[int], bucket_s: int
) -> Seconds:
    starts = sorted({border - border % bucket_s for border in borders if border % bucket_s})
    found: Seconds = {}
    own = Sample.objects.filter(session=session).within_any(starts, bucket_s)
    for participant_id, second, *row in own.sums_by_time(1) if starts else ():
        found.setdefault(participant_id, {})[second] = Sums.of_row(row[:COLUMNS])
    return found


def _within(student: Record, seconds: Seconds, start_s: int, end_s: int, bucket_s: int) -> Sums:
    """A student's samples from start_s to end_s: whole buckets, and the seconds of cut ones."""
    whole = Sums()
    for slot, one in student.sums.items():
        if start_s <= slot * bucket_s and (slot + 1) * bucket_s <= end_s:
            whole.add(one)
    cut = {border // bucket_s for border in (start_s, end_s) if border % bucket_s}
    for person in student.people:
        for second, one in seconds.get(person.pk, {}).items():
            if second // bucket_s in cut and start_s <= second < end_s:
                whole.add(one)
    return whole


def _change(before: Sequence[float | None], after: Sequence[float | None]) -> Change | None:
    changes = np.array(
        [
            new - old
            for old, new in zip(before, after, strict=False)
            if old is not None and new is not None
        ]
    )
    if len(changes) < LEAST_STUDENTS:
        return None
    # The same figures give the same interval.
    drawn = np.random.default_rng(0).choice(changes, (RESAMPLES, len(changes)))
    tail = (1 - LEVEL) / 2
    low, high = np.quantile(drawn.mean(axis=1), (tail, 1 - tail))
    return Change(float(changes.mean()), float(low), float(high), len(changes))
