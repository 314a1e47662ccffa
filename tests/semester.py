"""A small course whose every figure is known, for tests of what is told over sessions."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sessions.models import ClassSession, Course, Marker, Student
from tests.factories import make_course, make_participant, make_sample, make_session, make_student
from tests.known_session import add_stay

MONDAY = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
LENGTH_S = 600
STUDENTS = 6


def engagement(student: int, session: int) -> float:
    """Rises by .1 from session to session, and by .05 from student to student."""
    return 0.2 + 0.05 * student + 0.1 * session


def make_semester(sessions: int = 2, course: Course | None = None) -> list[ClassSession]:
    """Sessions a week apart. Of STUDENTS on the list number n misses session n."""
    course = course or make_course(name="Physics")
    students = [make_student(course, f"Student {number}") for number in range(STUDENTS + 1)]
    return [hold(course, students, number) for number in range(sessions)]


def hold(course: Course, students: list[Student], number: int) -> ClassSession:
    """Six of the seven come, each with a face in nine of ten samples; halves of 300 s."""
    start = MONDAY + timedelta(weeks=number)
    session = make_session(
        course,
        state="ended",
        title=f"Lesson {number + 1}",
        interval_s=10,
        started_at=start,
        ended_at=start + timedelta(seconds=LENGTH_S),
    )
    for place, student in enumerate(students):
        if place == number:
            continue
        person = make_participant(session, student=student, display_name=student.name)
        add_stay(person, 0, LENGTH_S)
        for second in range(0, LENGTH_S, 10):
            emotion = "" if second % 100 == 0 else "neutral"
            value = engagement(place, number) if emotion else None
            make_sample(person, second, emotion, engagement=value, definition="index-2")
    for second, text in ((0, "Topic"), (300, f"Exercise {number + 1}")):
        kind = "topic" if second == 0 else "activity"
        Marker.objects.create(session=session, second=second, kind=kind, text=text)
    return session
