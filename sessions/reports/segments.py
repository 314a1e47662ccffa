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

from sessions.models import ClassSession, Marker
from sessions.reports.buckets import COLUMNS, Sums, class_engagement, coverage, is_enough
from sessions.reports.intervals import of_mean
from sessions.reports.records import Record, stored_in
from sessions.reports.tally import seconds_within
from sessions.reports.window import Window

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
    made: list[Segment] = []
    before: tuple[float | None, ...] = ()
    for one in parts_of(session, window, markers, students, bucket_s, with_emotion):
        made.append(
            Segment(
                one.start_s,
                one.end_s,
                one.number,
                one.kind,
                one.label,
                class_engagement(one.engagements),
                class_engagement(one.facings),
                one.coverage,
                _change(before, one.engagements),
            )
        )
        before = one.engagements
    return tuple(made)


@dataclass(frozen=True, slots=True)
class Part:
    """A segment by student, in the order of the records: None for too little data."""

    start_s: int
    end_s: int
    number: int
    kind: str
    label: str
    coverage: float | None
    engagements: tuple[float | None, ...]
    facings: tuple[float | None, ...]


def parts_of(
    session: ClassSession,
    window: Window,
    markers: Sequence[Marker],
    students: Sequence[Record],
    bucket_s: int,
    with_emotion: bool,
) -> list[Part]:
    """What students were like in each segment, of which there is at least one; one query."""
    borders = _borders(markers, window)
    starts = [start for start, *_ in borders]
    pieces = _pieces_of_cut_buckets(session, window, starts, bucket_s)
    by_student = [_by_segment(one, pieces, starts, bucket_s) for one in students]
    made = []
    for place, (start_s, end_s, number, kind, label) in enumerate(borders):
        sums = [parts[place] for parts in by_student]
        connected_s = sum(seconds_within(one.stays, start_s, end_s) for one in students)
        usable, expected = sum(one.usable for one in sums), connected_s / session.interval_s
        told = with_emotion and is_enough(usable, expected)
        made.append(
            Part(
                start_s,
                end_s,
                number,
                kind,
                label,
                coverage(usable, expected),
                tuple(one.mean_engagement if told else None for one in sums),
                tuple(one.mean_facing if told else None for one in sums),
            )
        )
    return made


def _borders(markers: Sequence[Marker], window: Window) -> list[tuple[int, int, int, str, str]]:
    """Start, end, number, kind and label of each segment that lasts a second or more."""
    starts = [
        (one.second, number, str(one.kind), one.label) for number, one in enumerate(markers, 1)
    ]
    if not starts or starts[0][0] > window.start_s:
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
    found = of_mean(own_changes(before, after))
    return None if found is None else Change(found.value, found.low, found.high, found.n)


def own_changes(before: Sequence[float | None], after: Sequence[float | None]) -> list[float]:
    """Of the students that were seen in both; both in the same order of students."""
    return [
        new - old
        for old, new in zip(before, after, strict=False)
        if old is not None and new is not None
    ]
