"""From stored samples to the figures of a report, in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.utils import timezone

from inference.engagement import INDEX_1
from inference.labels import EMOTIONS
from sessions.minutes import MINUTE_S
from sessions.models import ClassSession, Marker, Minute
from sessions.reports.agreement import Agreement, session_agreement
from sessions.reports.alerts import AlertRow, alerts_of
from sessions.reports.buckets import (
    WIDTHS_S,
    Bucket,
    Sums,
    bucket_of,
    coverage,
    is_enough,
    width_for,
)
from sessions.reports.disputes import DisputeReport, dispute_report
from sessions.reports.records import Record, records_of
from sessions.reports.room import RoomReport, room_report
from sessions.reports.segments import Segment, segments_of
from sessions.reports.tally import ClassTally, Tally, attended, seconds_by_slot
from sessions.reports.voice import VoiceReport, voice_report
from sessions.reports.window import Window, by_minutes, whole

MIN_BUCKET_S: Final = 5
BY_MINUTE_FROM_S: Final = 900
"""A longer stretch is told by minute, as it is stored summed up; a shorter one from its samples."""
MAX_BUCKETS: Final = 300
MIN_CELL_S: Final = 60
MAX_CELLS: Final = 180
SETTLES_IN: Final = timedelta(seconds=3)
"""The recorder writes once a second, of each process that students are connected to."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One student over one stretch of time; engagement None where too little was seen."""

    engagement: float | None
    coverage: float | None


@dataclass(frozen=True, slots=True)
class StudentRow:
    """One student of a session; several records of the same student are one row.

    participant_ids: of those records, the first joined first.
    """

    participant_ids: tuple[int, ...]
    student_id: int | None
    name: str
    is_simulated: bool
    tally: Tally
    cells: tuple[Cell, ...]

    @property
    def participant_id(self) -> int:
        """By which the row is known: that of the first record."""
        return self.participant_ids[0]


@dataclass(frozen=True, slots=True)
class Provenance:
    """What made the estimates of a session, each by name: models, face detectors, definitions of
    engagement. Detectors are not known of samples of before they were stored."""

    models: tuple[str, ...] = ()
    detectors: tuple[str, ...] = ()
    definitions: tuple[str, ...] = ()

    @classmethod
    def of(cls, rows: Iterable[tuple[str, str, str, bool]], with_emotion: bool) -> Provenance:
        """From the rows of MinuteQuerySet.provenance()."""
        known = list(rows)
        detectors = {detector for _, detector, _, _ in known if detector}
        if not with_emotion:
            return cls(detectors=tuple(sorted(detectors)))
        models = {model for model, _, _, _ in known if model}
        definitions = {by or INDEX_1 for _, _, by, measured in known if measured}
        return cls(*(tuple(sorted(names)) for names in (models, detectors, definitions)))


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
    window: Window
    """The stretch that all figures are of."""
    with_emotion: bool
    """Whether emotion and engagement are reported; False under the presence policy."""
    provenance: Provenance
    bucket_s: int
    buckets: tuple[Bucket, ...]
    cell_s: int
    first_cell: int
    """The cells of the students begin with this one."""
    students: tuple[StudentRow, ...]
    """By name."""
    total: ClassTally
    markers: tuple[Marker, ...]
    segments: tuple[Segment, ...]
    voice: VoiceReport
    alerts: tuple[AlertRow, ...]
    disputes: DisputeReport
    agreement: Agreement | None
    """None under the presence policy."""
    room: RoomReport | None
    """What the room's camera counted; not part of any other figure."""
    is_thinned: bool
    """Whether the samples are deleted and only minutes stored."""
    generated_at: datetime

    @property
    def length_s(self) -> float:
        """Of the stretch, in seconds."""
        return self.window.length_s

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


def widths_for(length_s: float, interval_s: float, is_thinned: bool = False) -> tuple[int, int]:
    """Seconds of a bucket, and of a cell, which is made of whole buckets.

    Each is at least two sampling intervals wide, or lines would break between two samples.
    is_thinned: whether only minutes are stored.
    """
    two = 2 * interval_s
    least = MINUTE_S if is_thinned or length_s > BY_MINUTE_FROM_S else MIN_BUCKET_S
    bucket_s = width_for(length_s, max(least, two), MAX_BUCKETS)
    whole = tuple(width for width in WIDTHS_S if width % bucket_s == 0)
    return bucket_s, width_for(length_s, max(MIN_CELL_S, two), MAX_CELLS, whole)


def session_report(session: ClassSession, window: Window | None = None) -> SessionReport:
    """Report a session, or a stretch of it, in eleven queries; markers, and disputes, take one
    more each.

    Its course must be loaded.
    """
    with_emotion = settings.POLICY == "emotion"
    length_s, is_thinned = session.elapsed.total_seconds(), session.thinned_at is not None
    window = window or whole(length_s)
    if is_thinned:
        window = by_minutes(window, length_s)
    bucket_s, cell_s = widths_for(window.length_s, session.interval_s, is_thinned)
    records = records_of(session, window, bucket_s)
    markers = tuple(one for one in session.markers.all() if window.holds(one.second))
    students = tuple(_row(one, session, window, bucket_s, cell_s, with_emotion) for one in records)
    return SessionReport(
        session_id=session.pk,
        title=session.title,
        course=session.course.name,
        started_at=session.started_at,
        ended_at=session.ended_at,
        is_live=session.is_live,
        is_simulated=session.is_simulated,
        interval_s=session.interval_s,
        window=window,
        with_emotion=with_emotion,
        provenance=Provenance.of(Minute.objects.filter(session=session).provenance(), with_emotion),
        bucket_s=bucket_s,
        buckets=buckets_of(records, window, bucket_s, session.interval_s, with_emotion),
        cell_s=cell_s,
        first_cell=window.start_s // cell_s,
        students=students,
        total=ClassTally(tuple(row.tally for row in students), session.interval_s),
        markers=markers,
        segments=segments_of(session, window, markers, records, bucket_s, with_emotion),
        voice=voice_report(session, window),
        alerts=alerts_of(session, window),
        disputes=dispute_report(session, window, records),
        agreement=session_agreement(session.pk, window) if with_emotion else None,
        room=room_report(session, window, bucket_s, with_emotion),
        is_thinned=is_thinned,
        generated_at=timezone.now(),
    )


def _row(
    record: Record,
    session: ClassSession,
    window: Window,
    bucket_s: int,
    cell_s: int,
    with_emotion: bool,
) -> StudentRow:
    first = record.people[0]
    cells: dict[int, Sums] = {}
    for slot, sums in record.sums.items():
        cells.setdefault(slot * bucket_s // cell_s, Sums()).add(sums)
    whole = Sums()
    for sums in cells.values():
        whole.add(sums)
    connected_s = seconds_by_slot(record.stays, cell_s, _slots(window, cell_s, cells))
    first_cell = window.start_s // cell_s
    return StudentRow(
        participant_ids=tuple(one.pk for one in record.people),
        student_id=first.student_id,
        name=first.display_name,
        is_simulated=all(one.is_simulated for one in record.people),
        tally=Tally(
            length_s=window.length_s,
            interval_s=session.interval_s,
            attended_s=attended(record.stays),
            samples=whole.samples,
            usable=whole.usable,
            measured=whole.measured if with_emotion else 0,
            engagement_sum=whole.engagement if with_emotion else 0.0,
            faced=whole.faced if with_emotion else 0,
            facing_sum=whole.facing if with_emotion else 0.0,
            emotion_counts=tuple(record.emotion_counts) if with_emotion else (0,) * len(EMOTIONS),
        ),
        cells=tuple(
            _cell(cells.get(slot, Sums()), seconds / session.interval_s, with_emotion)
            for slot, seconds in enumerate(connected_s)
            if slot >= first_cell
        ),
    )


def _cell(sums: Sums, expected: float, with_emotion: bool) -> Cell:
    told = with_emotion and is_enough(sums.usable, expected)
    return Cell(sums.mean_engagement if told else None, coverage(sums.usable, expected))


def buckets_of(
    records: Sequence[Record],
    window: Window,
    width_s: int,
    interval_s: float,
    with_emotion: bool,
) -> tuple[Bucket, ...]:
    stays = [stay for one in records for stay in one.stays]
    slots = _slots(window, width_s, (slot for one in records for slot in one.sums))
    return tuple(
        bucket_of(
            slot * width_s,
            [one.sums[slot] for one in records if slot in one.sums],
            seconds,
            interval_s,
            with_emotion,
        )
        for slot, seconds in enumerate(seconds_by_slot(stays, width_s, slots))
        if slot >= window.start_s // width_s
    )


def _slots(window: Window, width_s: int, used: Iterable[int]) -> int:
    """How many slots hold the session up to the stretch's end, and every sample of it, a late
    last one included."""
    return max([*used, window.last_s // width_s if window.length_s else -1]) + 1
