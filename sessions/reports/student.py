"""From stored samples to the figures of a student across a course."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings

from inference.labels import EMOTIONS
from sessions.models import ClassSession, Connection, Dispute, Minute, Participant, Student
from sessions.reports.records import stays_in
from sessions.reports.tally import Stay, Tally, attended, merged


@dataclass(frozen=True, slots=True)
class SessionOfStudent:
    """What is known of a student in one session."""

    session_id: int
    title: str
    started_at: datetime | None
    is_simulated: bool
    definition: str
    tally: Tally
    disputed_s: float
    """Seconds that the student calls wrong; what overlaps counts once."""


@dataclass(frozen=True, slots=True)
class StudentReport:
    """A student across the sessions of a course, the earliest first."""

    student_id: int
    name: str
    course_id: int
    course: str
    sessions_held: int
    sessions: tuple[SessionOfStudent, ...]
    with_emotion: bool

    @property
    def has_data(self) -> bool:
        return any(row.tally.samples for row in self.sessions)


def student_report(student: Student) -> StudentReport:
    """Report a student in five queries, however many the sessions; its course must be loaded."""
    with_emotion = settings.POLICY == "emotion"
    people = Participant.objects.filter(
        student=student, session__started_at__isnull=False
    ).select_related("session")
    rows = {
        row["participant_id"]: row
        for row in Minute.objects.filter(participant__student=student).tallies()
    }
    moments: dict[int, list[tuple[datetime, datetime]]] = {}
    for person_id, opened, seen in Connection.objects.filter(participant__student=student).stays():
        moments.setdefault(person_id, []).append((opened, seen))
    wrong: dict[int, list[tuple[float, float]]] = {}
    for person_id, *stretch in Dispute.objects.filter(participant__student=student).stretches():
        wrong.setdefault(person_id, []).append((stretch[0], stretch[1]))
    by_session: dict[int, tuple[ClassSession, list[Participant]]] = {}
    for person in people:
        by_session.setdefault(person.session_id, (person.session, []))[1].append(person)
    sessions = []
    for session, own in by_session.values():
        length = session.elapsed.total_seconds()
        stays = stays_in([m for one in own for m in moments.get(one.pk, [])], session, length)
        tally = Tally.sum(
            (tally_of(rows.get(one.pk), session, length, [], with_emotion) for one in own),
            length,
            session.interval_s,
        ).with_attended(attended(stays))
        sessions.append(
            SessionOfStudent(
                session.pk,
                session.title,
                session.started_at,
                session.is_simulated,
                session.definition,
                tally,
                attended(merged((one for who in own for one in wrong.get(who.pk, [])), length)),
            )
        )
    return StudentReport(
        student_id=student.pk,
        name=student.name,
        course_id=student.course_id,
        course=student.course.name,
        sessions_held=ClassSession.objects.filter(course=student.course)
        .exclude(started_at=None)
        .count(),
        sessions=tuple(sorted(sessions, key=lambda one: (str(one.started_at), one.session_id))),
        with_emotion=with_emotion,
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
        faced=row.get("faced", 0) if with_emotion else 0,
        facing_sum=(row.get("facing_sum") or 0.0) if with_emotion else 0.0,
        emotion_counts=tuple(
            row.get(f"{name}_count", 0) if with_emotion else 0 for name in EMOTIONS
        ),
    )
