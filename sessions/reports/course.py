"""The figures of a course: each session a point, from minutes alone. Five queries."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.conf import settings
from django.utils import timezone

from inference.engagement import INDEX_1, Level
from sessions.models import ClassSession, Course, Minute
from sessions.reports.attendance import Register, registers
from sessions.reports.buckets import class_engagement, coverage
from sessions.reports.intervals import Interval, of_mean, of_share
from sessions.reports.levels import LEVELS, level_by
from sessions.reports.tally import MIN_USABLE

LEAST_SESSIONS: Final = 3
"""A weekday's or an hour's mean is of so many sessions at least."""
DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True, slots=True)
class CourseSession:
    """One session that was held.

    engagements: each student's own mean, 0 to 1, of whom enough was seen, by number; who is not on
    the list has a number below 0. engagement: of the class. interval: of that, None of too few.
    levels: students by the level of their mean. little: those who came, of whom too little was
    seen. coverage: None where next to nothing was expected. attendance: of the list.
    """

    session_id: int
    title: str
    started_at: datetime
    is_simulated: bool
    definition: str
    engagements: Mapping[int, float]
    engagement: float | None
    interval: Interval | None
    levels: Mapping[Level, int]
    little: int
    coverage: float | None
    attendance: Interval | None

    @property
    def present(self) -> int:
        """Of the list, who came."""
        return round(self.attendance.value * self.attendance.n) if self.attendance else 0

    @property
    def seen(self) -> int:
        return len(self.engagements)

    @property
    def engaged(self) -> int:
        """Students who were engaged or very engaged."""
        return self.levels["very"] + self.levels["engaged"]


@dataclass(frozen=True, slots=True)
class Slot:
    """The sessions of a weekday, or of an hour of the day. Means are None of too few sessions."""

    label: str
    sessions: int
    engagement: float | None
    attendance: float | None


@dataclass(frozen=True, slots=True)
class CourseReport:
    """A course's sessions, the earliest first.

    definition: of engagement, by which weekdays and hours are compared: that of the last session.
    """

    course_id: int
    name: str
    with_emotion: bool
    listed: int
    sessions: tuple[CourseSession, ...]
    definition: str
    by_weekday: tuple[Slot, ...]
    by_hour: tuple[Slot, ...]

    @property
    def definitions(self) -> tuple[str, ...]:
        return tuple(sorted({one.definition for one in self.sessions}))

    @property
    def simulated(self) -> int:
        return sum(one.is_simulated for one in self.sessions)


def course_report(course: Course) -> CourseReport:
    with_emotion = settings.POLICY == "emotion"
    students = list(course.students.all())
    held = list(ClassSession.objects.filter(course=course).held())
    seen = _seen(held)
    sessions = tuple(
        _of_session(register, seen.get(register.session.pk, {}), len(students), with_emotion)
        for register in registers(held, students)
    )
    definition = sessions[-1].definition if sessions else ""
    alike = [one for one in sessions if one.definition == definition]
    return CourseReport(
        course_id=course.pk,
        name=course.name,
        with_emotion=with_emotion,
        listed=len(students),
        sessions=sessions,
        definition=definition,
        by_weekday=_slots(alike, lambda at: at.weekday(), lambda day: DAYS[day]),
        by_hour=_slots(alike, lambda at: at.hour, lambda hour: f"{hour}:00"),
    )


Seen = tuple[int, int, float]
"""Usable and measured samples, and the sum of their engagement."""


def _seen(sessions: Sequence[ClassSession]) -> dict[int, dict[int, Seen]]:
    """By session and student; one who is not on the list is the number of the record, negative."""
    found: dict[int, dict[int, Seen]] = {}
    rows = Minute.objects.filter(session__in=[one.pk for one in sessions]).engagement_by_student()
    for session_id, participant_id, student_id, *counts in rows:
        own = found.setdefault(session_id, {})
        key = -participant_id if student_id is None else student_id
        before = own.get(key, (0, 0, 0.0))
        usable, measured, total = (old + new for old, new in zip(before, counts, strict=True))
        own[key] = (int(usable), int(measured), total)
    return found


def _of_session(
    register: Register, seen: Mapping[int, Seen], listed: int, with_emotion: bool
) -> CourseSession:
    session = register.session
    assert session.started_at is not None, "it was held"
    engagements = {
        key: total / measured
        for key, (_, measured, total) in seen.items()
        if with_emotion and measured >= MIN_USABLE
    }
    levels: dict[Level, int] = dict.fromkeys(LEVELS, 0)
    for value in engagements.values():
        levels[level_by(value, session.definition == INDEX_1)] += 1
    expected = sum(row.attended_s for row in register.rows) / session.interval_s
    came = sum(row.is_present for row in register.rows if row.on_list)
    return CourseSession(
        session_id=session.pk,
        title=session.title,
        started_at=session.started_at,
        is_simulated=session.is_simulated,
        definition=session.definition,
        engagements=engagements,
        engagement=class_engagement(engagements.values()),
        interval=of_mean(list(engagements.values())),
        levels=levels,
        little=max(0, register.present - len(engagements)) if with_emotion else 0,
        coverage=coverage(sum(usable for usable, _, _ in seen.values()), expected),
        attendance=of_share(came, listed),
    )


def _slots(
    sessions: Iterable[CourseSession],
    key: Callable[[datetime], int],
    label: Callable[[int], str],
) -> tuple[Slot, ...]:
    groups: dict[int, list[CourseSession]] = {}
    for one in sessions:
        groups.setdefault(key(timezone.localtime(one.started_at)), []).append(one)
    return tuple(_slot(label(place), groups[place]) for place in sorted(groups))


def _slot(label: str, own: Sequence[CourseSession]) -> Slot:
    is_enough = len(own) >= LEAST_SESSIONS
    shares = [one.attendance.value if one.attendance else None for one in own]
    return Slot(
        label=label,
        sessions=len(own),
        engagement=class_engagement(one.engagement for one in own) if is_enough else None,
        attendance=class_engagement(shares) if is_enough else None,
    )
