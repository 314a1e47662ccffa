"""A made-up semester: a course with many sessions, for a look at trends and for measuring pages."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Final

import numpy as np
from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from sessions import minutes
from sessions.codes import hash_token, new_token
from sessions.demo.history import Person, samples_of
from sessions.demo.storing import store
from sessions.live.partitions import add_month
from sessions.models import (
    Answer,
    CheckIn,
    ClassSession,
    Connection,
    Course,
    Marker,
    Participant,
    Signal,
    Student,
)
from sessions.services import course_named

COURSE: Final = "Semester (simulated)"
FIRST: Final = ("Ada", "Ben", "Cleo", "Dan", "Elif", "Finn", "Gia", "Hugo", "Ines", "Jon")
LAST: Final = ("Novak", "Okafor", "Martin", "Weiss", "Demir", "Haddad", "Lim", "Santos")
SPARE: Final = 2
"""Students on the list beside those who come: somebody is absent each time."""
BEGINS: Final = (time(8, 0), time(10, 0), time(13, 30))
TOPICS: Final = ("Review", "New topic", "Exercises", "Summary")
QUESTIONS: Final = ("Clear?", "How is it going?")


@dataclass(frozen=True, slots=True)
class Size:
    """Of the semester; each session has so many students and samples each interval."""

    sessions: int = 40
    students: int = 30
    minutes: int = 50
    interval_s: float = 1.0

    @property
    def length_s(self) -> int:
        return 60 * self.minutes


def make_semester(owner: User, size: Size) -> Iterator[ClassSession]:
    """Make a course and its sessions, the earliest first, each as soon as it is stored.

    One on each weekday, the last one yesterday. The course gets a number where its name is taken.
    """
    names = {course.name for course in Course.objects.owned_by(owner)}
    taken = sum(name.startswith(COURSE) for name in names)
    course = course_named(owner, f"{COURSE} {taken + 1}" if taken else COURSE)
    students = Student.objects.bulk_create(
        Student(course=course, name=name) for name in _names(size.students + SPARE)
    )
    tiredness = np.random.default_rng(0).uniform(-0.25, 0.4, len(students))
    for number, day in enumerate(_weekdays(size.sessions)):
        rng = np.random.default_rng(number + 1)
        yield _session(course, students, tiredness, number, day, size, rng)


def _names(count: int) -> list[str]:
    names = [f"{first} {last}" for last in LAST for first in FIRST]
    return [names[n] if n < len(names) else f"{names[n % len(names)]} {n}" for n in range(count)]


def _weekdays(count: int) -> list[datetime]:
    """So many beginnings, the earliest first."""
    day, found = timezone.localdate(), list[datetime]()
    while len(found) < count:
        day -= timedelta(days=1)
        if day.weekday() < 5:
            at = BEGINS[day.toordinal() % len(BEGINS)]
            found.append(timezone.make_aware(datetime.combine(day, at)))
    return found[::-1]


@transaction.atomic
def _session(
    course: Course,
    students: list[Student],
    tiredness: np.ndarray[tuple[int, ...], np.dtype[np.float64]],
    number: int,
    start: datetime,
    size: Size,
    rng: np.random.Generator,
) -> ClassSession:
    session = ClassSession.objects.create(
        course=course,
        title=f"Lesson {number + 1}",
        planned_minutes=size.minutes,
        interval_s=size.interval_s,
        is_simulated=True,
        state=ClassSession.State.ENDED,
        created_at=start,
        started_at=start,
        ended_at=start + timedelta(seconds=size.length_s),
    )
    here = sorted(rng.permutation(len(students))[: size.students])
    lesson = float(rng.normal(-0.1, 0.08))
    people = [
        _person(students[place], float(tiredness[place]) + lesson, size.length_s, rng)
        for place in here
    ]
    participants = _participants(session, [students[place] for place in here], people)
    with_emotion = settings.POLICY == "emotion"
    add_month(start)
    for participant, person in zip(participants, people, strict=True):
        store(participant, samples_of(person, size.interval_s, rng, with_emotion=with_emotion))
    minutes.rebuild(session.pk)
    _mark(session, size.length_s)
    _ask(session, participants, people, size.length_s, rng)
    return session


def _person(student: Student, tiredness: float, length_s: int, rng: np.random.Generator) -> Person:
    """One in twelve comes late, one in twelve leaves early."""
    begin, end = float(rng.uniform(0, 30)), float(length_s)
    if rng.random() < 1 / 12:
        begin = float(rng.uniform(0.06, 0.2)) * length_s
    if rng.random() < 1 / 12:
        end = float(rng.uniform(0.7, 0.9)) * length_s
    return Person(student.name, ((begin, end),), True, tiredness, float(rng.uniform(0.02, 0.2)))


def _participants(
    session: ClassSession, students: list[Student], people: list[Person]
) -> list[Participant]:
    start = session.started_at
    assert start is not None, "it has just been given"
    participants = Participant.objects.bulk_create(
        Participant(
            session=session,
            student=student,
            display_name=student.name,
            token_hash=hash_token(new_token()),
            consented_at=start + timedelta(seconds=person.stays[0][0]),
            joined_at=start + timedelta(seconds=person.stays[0][0]),
            left_at=start + timedelta(seconds=person.stays[-1][1]),
            camera=Participant.Camera.ON,
            is_simulated=True,
        )
        for student, person in zip(students, people, strict=True)
    )
    Connection.objects.bulk_create(
        Connection(
            participant=participant,
            opened_at=start + timedelta(seconds=opened),
            last_seen_at=start + timedelta(seconds=closed),
        )
        for participant, person in zip(participants, people, strict=True)
        for opened, closed in person.stays
    )
    return participants


def _mark(session: ClassSession, length_s: int) -> None:
    """Four topics, and a break in the middle."""
    marks = [(length_s * place // 4, "topic", text) for place, text in enumerate(TOPICS)]
    marks.append((length_s * 11 // 24, "break", ""))
    Marker.objects.bulk_create(
        Marker(session=session, second=second, kind=kind, text=text)
        for second, kind, text in sorted(marks)
    )


def _ask(
    session: ClassSession,
    participants: list[Participant],
    people: list[Person],
    length_s: int,
    rng: np.random.Generator,
) -> None:
    """Two check-ins, which the awake answer better; some are confused after the first topic."""
    for place, question in enumerate(QUESTIONS, 1):
        second = length_s * place // 3
        asked = CheckIn.objects.create(
            session=session, question=question, second=second, closed_second=second + 60
        )
        Answer.objects.bulk_create(
            Answer(
                check_in=asked,
                participant=participant,
                value=int(np.clip(round(4.2 - 4 * person.tiredness + rng.normal(0, 0.7)), 1, 5)),
                second=second + int(rng.integers(3, 50)),
            )
            for participant, person in zip(participants, people, strict=True)
            if rng.random() < 0.8 and person.stays[0][0] < second < person.stays[-1][1] - 60
        )
    start = session.started_at
    assert start is not None, "it has just been given"
    for participant in participants:
        if rng.random() < 0.2:
            second = int(rng.integers(length_s // 4, length_s // 2))
            Signal.objects.create(
                session=session,
                participant=participant,
                kind=Signal.Kind.CONFUSED,
                at=start + timedelta(seconds=second),
                second=second,
            )
