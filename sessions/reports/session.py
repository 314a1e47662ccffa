"""From stored samples to the figures of a report, in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.utils import timezone

from inference.labels import EMOTIONS
from sessions.models import ClassSession, Connection, Participant, Sample
from sessions.reports.tally import Stay, Tally, attended, merged, seconds_by_slot

WIDTHS_S: Final = (5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600)
MAX_BUCKETS: Final = 300
CELL_WIDTHS_S: Final = (60, 120, 300, 600, 1800, 3600)
MAX_CELLS: Final = 180
SETTLES_IN: Final = timedelta(seconds=3)
"""The recorder writes once a second, of each process that students are connected to."""
MIN_SHARE: Final = 0.1
"""A mean over a stretch of time needs faces in this share of the samples expected in it."""


@dataclass(frozen=True, slots=True)
class Bucket:
    """The class over one stretch of time."""

    start_s: int
    samples: int
    usable: int
    expected: float
    engagement: float | None
    emotions: tuple[float, ...] | None
    """Mean probabilities in the order of EMOTIONS."""

    @property
    def coverage(self) -> float | None:
        return min(1.0, self.usable / self.expected) if self.expected else None


@dataclass(frozen=True, slots=True)
class Cell:
    """One student over one stretch of time; engagement None where too little was seen."""

    engagement: float | None
    coverage: float | None


@dataclass(frozen=True, slots=True)
class StudentRow:
    """One participant of a session."""

    participant_id: int
    student_id: int | None
    name: str
    is_simulated: bool
    tally: Tally
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class SessionReport:
    """All figures of one session; a live one is reported up to now."""

    session_id: int
    title: str
    course: str
    started_at: datetime | None
    ended_at: datetime | None
    is_live: bool
    is_simulated: bool
    interval_s: float
    length_s: float
    with_emotion: bool
    """Whether emotion and engagement are reported; False under the presence policy."""
    models: tuple[str, ...]
    bucket_s: int
    buckets: tuple[Bucket, ...]
    cell_s: int
    students: tuple[StudentRow, ...]
    """By name."""
    total: Tally
    generated_at: datetime

    @property
    def has_data(self) -> bool:
        return self.total.samples > 0

    @property
    def is_settling(self) -> bool:
        """Whether the session ended so lately that its last samples may not be stored yet."""
        return self.ended_at is not None and self.generated_at - self.ended_at < SETTLES_IN

    @property
    def simulated_students(self) -> int:
        return sum(row.is_simulated for row in self.students)


def width_for(
    length_s: float,
    interval_s: float,
    widths: Sequence[int] = WIDTHS_S,
    most: int = MAX_BUCKETS,
) -> int:
    """The narrowest of the widths (seconds) with which the length needs at most so many.

    Each is at least two sampling intervals wide, or lines would break between two samples.
    """
    fitting = (width for width in widths if length_s <= width * most and width >= 2 * interval_s)
    return next(fitting, widths[-1])


def session_report(session: ClassSession) -> SessionReport:
    """Report a session in six queries, however many its students; its course must be loaded."""
    with_emotion = settings.POLICY == "emotion"
    length = session.elapsed.total_seconds()
    bucket_s = width_for(length, session.interval_s)
    cell_s = width_for(length, session.interval_s, CELL_WIDTHS_S, MAX_CELLS)
    samples = Sample.objects.filter(session=session)
    stays = stays_by_participant(session, length)
    rows = {row["bucket"]: row for row in samples.by_time(bucket_s)}
    students = _students(session, length, stays, cell_s, with_emotion)
    return SessionReport(
        session_id=session.pk,
        title=session.title,
        course=session.course.name,
        started_at=session.started_at,
        ended_at=session.ended_at,
        is_live=session.is_live,
        is_simulated=session.is_simulated,
        interval_s=session.interval_s,
        length_s=length,
        with_emotion=with_emotion,
        models=tuple(samples.model_names()) if with_emotion else (),
        bucket_s=bucket_s,
        buckets=_buckets(
            rows,
            seconds_by_slot(
                [stay for own in stays.values() for stay in own],
                bucket_s,
                _slots(length, bucket_s, rows),
            ),
            bucket_s,
            session.interval_s,
            with_emotion,
        ),
        cell_s=cell_s,
        students=students,
        total=Tally.sum((row.tally for row in students), length, session.interval_s),
        generated_at=timezone.now(),
    )


def _students(
    session: ClassSession,
    length_s: float,
    stays: dict[int, list[Stay]],
    cell_s: int,
    with_emotion: bool,
) -> tuple[StudentRow, ...]:
    samples = Sample.objects.filter(session=session)
    tallies = {row["participant_id"]: row for row in samples.tallies()}
    cells = {
        (row["participant_id"], row["bucket"]): row
        for row in samples.by_participant_and_time(cell_s)
    }
    slots = _slots(length_s, cell_s, (slot for _, slot in cells))
    result = []
    for person in Participant.objects.filter(session=session):
        own = stays.get(person.pk, [])
        row = tallies.get(person.pk)
        result.append(
            StudentRow(
                participant_id=person.pk,
                student_id=person.student_id,
                name=person.display_name,
                is_simulated=person.is_simulated,
                tally=tally_of(row, session, length_s, own, with_emotion),
                cells=_cells(
                    [cells.get((person.pk, slot)) for slot in range(slots)],
                    seconds_by_slot(own, cell_s, slots),
                    session.interval_s,
                    with_emotion,
                ),
            )
        )
    return tuple(sorted(result, key=lambda row: (row.name.casefold(), row.participant_id)))


def stays_by_participant(session: ClassSession, length_s: float) -> dict[int, list[Stay]]:
    """When each was connected, in seconds of the session, without overlaps, in one query."""
    moments: dict[int, list[tuple[datetime, datetime]]] = {}
    for person_id, opened, seen in Connection.objects.filter(participant__session=session).stays():
        moments.setdefault(person_id, []).append((opened, seen))
    return {person_id: stays_in(own, session, length_s) for person_id, own in moments.items()}


def stays_in(
    moments: Iterable[tuple[datetime, datetime]], session: ClassSession, length_s: float
) -> list[Stay]:
    """Connections as seconds of the session, without overlaps; none before it begins."""
    if session.started_at is None:
        return []
    start = session.started_at
    return merged(
        (
            ((opened - start).total_seconds(), (seen - start).total_seconds())
            for opened, seen in moments
        ),
        length_s,
    )


def tally_of(
    row: dict[str, Any] | None,
    session: ClassSession,
    length_s: float,
    stays: list[Stay],
    with_emotion: bool,
) -> Tally:
    """A participant's counts (a row of tallies(), None without samples) with the attendance."""
    row = row or {}
    return Tally(
        length_s=length_s,
        interval_s=session.interval_s,
        attended_s=attended(stays),
        samples=row.get("samples", 0),
        usable=row.get("usable", 0),
        measured=row.get("measured", 0) if with_emotion else 0,
        engagement_sum=(row.get("engagement_sum") or 0.0) if with_emotion else 0.0,
        emotion_counts=tuple(
            row.get(f"{name}_count", 0) if with_emotion else 0 for name in EMOTIONS
        ),
    )


def _slots(length_s: float, width_s: int, used: Iterable[int]) -> int:
    """How many slots hold the session and every sample, a late last one included."""
    return max([*used, int(length_s // width_s) if length_s else -1]) + 1


def _is_enough(usable: int, expected: float) -> bool:
    return usable > 0 and usable >= MIN_SHARE * expected


def _buckets(
    rows: dict[int, dict[str, Any]],
    connected_s: list[float],
    width_s: int,
    interval_s: float,
    with_emotion: bool,
) -> tuple[Bucket, ...]:
    result = []
    for slot, seconds in enumerate(connected_s):
        row = rows.get(slot, {})
        usable = row.get("usable", 0)
        expected = seconds / interval_s
        told = with_emotion and _is_enough(usable, expected)
        means = tuple(row[f"mean_{name}"] for name in EMOTIONS) if told else (None,)
        result.append(
            Bucket(
                start_s=slot * width_s,
                samples=row.get("samples", 0),
                usable=usable,
                expected=expected,
                engagement=row["mean_engagement"] if told else None,
                emotions=None if None in means else means,
            )
        )
    return tuple(result)


def _cells(
    rows: Sequence[dict[str, Any] | None],
    connected_s: list[float],
    interval_s: float,
    with_emotion: bool,
) -> tuple[Cell, ...]:
    result = []
    for row, seconds in zip(rows, connected_s, strict=True):
        usable = row["usable"] if row else 0
        expected = seconds / interval_s
        told = with_emotion and row is not None and _is_enough(usable, expected)
        result.append(
            Cell(
                engagement=row["mean_engagement"] if row is not None and told else None,
                coverage=min(1.0, usable / expected) if expected else None,
            )
        )
    return tuple(result)
