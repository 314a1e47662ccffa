"""The stretches between a session's markers, compared.

A stretch is compared with the one before it by the students that were seen in both: the mean of
their own changes, with a bootstrap interval over students (Efron and Tibshirani, 1993).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from math import inf
from typing import Final

import numpy as np

from sessions.models import ClassSession, Marker
from sessions.reports.buckets import COLUMNS, Sums, class_engagement, coverage, is_enough
from sessions.reports.records import Record, stored_in
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
    starts = [start for start, *_ in borders]
    pieces = _pieces_of_cut_buckets(session, window, starts, bucket_s)
    parts = [_by_segment(one, pieces, starts, bucket_s) for one in students]
    made: list[Segment] = []
    before: list[float | None] = []
    for place, (start_s, end_s, number, kind, label) in enumerate(borders):
        sums = [part[place] for part in parts]
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


Pieces = dict[int, dict[int, Sums]]
"""By participant and segment, of the buckets that the start of a segment cuts."""


def _pieces_of_cut_buckets(
    session: ClassSession, window: Window, starts: Sequence[int], bucket_s: int
) -> Pieces:
    cut = sorted({start - start % bucket_s for start in starts if start % bucket_s})
    # From the samples as long as they are there: a minute that is not cut yet tells no pieces.
    own = stored_in(session, window, 1).within_any(cut, bucket_s)
    found: Pieces = {}
    for participant_id, place, *row in own.sums_by_stretch(starts) if cut else ():
        found.setdefault(participant_id, {})[place] = Sums.of_row(row[:COLUMNS])
    return found


def _by_segment(
    student: Record, pieces: Pieces, starts: Sequence[int], bucket_s: int
) -> list[Sums]:
    """A student's samples of each segment: whole buckets, and pieces of cut ones."""
    parts = [Sums() for _ in starts]
    # The last segment holds what came late, too.
    until = [*starts[1:], inf]
    for slot, one in student.sums.items():
        place = bisect_right(starts, slot * bucket_s) - 1
        if place >= 0 and (slot + 1) * bucket_s <= until[place]:
            parts[place].add(one)
    for person in student.people:
        for place, piece in pieces.get(person.pk, {}).items():
            parts[place].add(piece)
    return parts


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
