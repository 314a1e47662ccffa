"""Two sessions, or two groups of a session's students, side by side.

Two sessions are aligned by their markers. A segment of one is paired with the first one of the
other, behind the pair before, that has the same label, or else the same kind; what has no pair
stands alone. The difference of a pair is the mean of the own changes of students who were seen in
both, with its bootstrap interval; of two groups it is the difference of their means.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.conf import settings

from sessions.minutes import MINUTE_S
from sessions.models import ClassSession, Marker
from sessions.reports.buckets import Bucket, Sums, class_engagement, coverage, width_for
from sessions.reports.intervals import Interval, of_difference, of_mean
from sessions.reports.records import Record, records_of
from sessions.reports.segments import Part, own_changes, parts_of
from sessions.reports.session import MAX_BUCKETS, buckets_of
from sessions.reports.tally import MIN_USABLE, attended
from sessions.reports.window import Window, whole


@dataclass(frozen=True, slots=True)
class Side:
    """A session, or one group of it.

    whole, parts: all of it, and its segments, by student. keys: of these students, in the same
    order; for those on the list they are the same in two sessions.
    """

    title: str
    session: ClassSession
    window: Window
    bucket_s: int
    buckets: tuple[Bucket, ...]
    whole: Part
    parts: tuple[Part, ...]
    keys: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Pair:
    """A segment of each side, or of one. difference: right less left, -1 to 1; None where it is
    not known."""

    left: Part | None
    right: Part | None
    difference: Interval | None

    @property
    def label(self) -> str:
        one = self.left or self.right
        return one.label if one else ""


@dataclass(frozen=True, slots=True)
class Comparison:
    """pairs: in the order of the lesson. whole: of the two from start to end."""

    left: Side
    right: Side
    whole: Pair
    pairs: tuple[Pair, ...]
    with_emotion: bool


def compare_sessions(left: ClassSession, right: ClassSession) -> Comparison:
    """Two that were held, of one course; ten queries."""
    one = _side(left, left.title, None, tuple(left.markers.all()))
    other = _side(right, right.title, None, tuple(right.markers.all()))
    return Comparison(
        one,
        other,
        whole=_pair_of_sessions(one, other, one.whole, other.whole),
        pairs=tuple(
            _pair_of_sessions(one, other, before, after)
            for before, after in _aligned(one.parts, other.parts)
        ),
        with_emotion=settings.POLICY == "emotion",
    )


def compare_groups(session: ClassSession, chosen: Collection[int]) -> Comparison:
    """The chosen students of the course's list, and the others; eight queries."""
    markers = tuple(session.markers.all())
    left = _side(session, "The group", chosen, markers)
    right = _side(session, "The others", chosen, markers, is_other=True)
    pairs = [
        Pair(one, other, _between(one, other))
        for one, other in zip(left.parts, right.parts, strict=True)
    ]
    return Comparison(
        left,
        right,
        Pair(left.whole, right.whole, _between(left.whole, right.whole)),
        tuple(pairs) if markers else (),
        settings.POLICY == "emotion",
    )


def _side(
    session: ClassSession,
    title: str,
    chosen: Collection[int] | None,
    markers: tuple[Marker, ...],
    *,
    is_other: bool = False,
) -> Side:
    """chosen: the students that count, or with is_other those that do not; None for all."""
    with_emotion = settings.POLICY == "emotion"
    window = whole(session.elapsed.total_seconds())
    bucket_s = width_for(window.length_s, max(MINUTE_S, 2 * session.interval_s), MAX_BUCKETS)
    records = [
        one
        for one in records_of(session, window, bucket_s)
        if chosen is None or (one.people[0].student_id in chosen) != is_other
    ]
    return Side(
        title=title,
        session=session,
        window=window,
        bucket_s=bucket_s,
        buckets=buckets_of(records, window, bucket_s, session.interval_s, with_emotion),
        whole=_whole(records, window, session.interval_s, with_emotion),
        parts=tuple(parts_of(session, window, markers, records, bucket_s, with_emotion)),
        keys=tuple(_key(one) for one in records),
    )


def _key(record: Record) -> int:
    person = record.people[0]
    return -person.pk if person.student_id is None else person.student_id


def _whole(records: Sequence[Record], window: Window, interval_s: float, told: bool) -> Part:
    """All of a side, by student, as the report has it."""
    sums = [Sums() for _ in records]
    for total, one in zip(sums, records, strict=True):
        for part in one.sums.values():
            total.add(part)
    expected = sum(attended(one.stays) for one in records) / interval_s
    return Part(
        start_s=0,
        end_s=int(window.end_s),
        number=0,
        kind="",
        label="The whole lesson",
        coverage=coverage(sum(one.usable for one in sums), expected),
        engagements=tuple(
            one.mean_engagement if told and one.measured >= MIN_USABLE else None for one in sums
        ),
        facings=(),
    )


def _aligned(left: Sequence[Part], right: Sequence[Part]) -> list[tuple[Part | None, Part | None]]:
    pairs: list[tuple[Part | None, Part | None]] = []
    behind = 0
    for part in left:
        rest = range(behind, len(right))
        place = next((at for at in rest if right[at].label == part.label), None)
        if place is None:
            place = next((at for at in rest if right[at].kind == part.kind), None)
        if place is None:
            pairs.append((part, None))
            continue
        pairs += [(None, one) for one in right[behind:place]]
        pairs.append((part, right[place]))
        behind = place + 1
    return pairs + [(None, one) for one in right[behind:]]


def _pair_of_sessions(left: Side, right: Side, one: Part | None, other: Part | None) -> Pair:
    if one is None or other is None or left.session.definition != right.session.definition:
        return Pair(one, other, None)
    after = dict(zip(right.keys, other.engagements, strict=True))
    changes = own_changes(one.engagements, [after.get(key) for key in left.keys])
    return Pair(one, other, of_mean(changes))


def _between(one: Part, other: Part) -> Interval | None:
    return of_difference(*([v for v in part.engagements if v is not None] for part in (one, other)))


def mean_of(part: Part | None) -> float | None:
    """The class's engagement in a segment; None for too little data."""
    return class_engagement(part.engagements) if part else None
