"""The register: who was there, late, early, absent; and the layouts that other systems take."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from sessions.models import ClassSession, Connection, Participant
from sessions.reports.attendance import Register, registers
from sessions.reports.attendance_csv import LAYOUTS
from tests.factories import (
    make_course,
    make_participant,
    make_sample,
    make_session,
    make_student,
    make_teacher,
)
from tests.known_session import add_stay

pytestmark = pytest.mark.django_db
LENGTH_S = 3000


def attend(
    session: ClassSession, name: str, *stays: tuple[int, int], on_list: bool = True
) -> Participant:
    known = session.course.students.filter(name=name).first() if on_list else None
    person = make_participant(session, display_name=name, student=known)
    for start, end in stays:
        add_stay(person, start, end)
    return person


@pytest.fixture
def session() -> ClassSession:
    """Fifty minutes; Dora is absent, and Eve stands on no list."""
    course = make_course(make_teacher())
    for name in ("Ada King", "Ben", "Carl", "Dora"):
        make_student(course, name, identifier=f"{name.split()[0].lower()}@school.org")
    session = make_session(course, state="ended", title="Waves; =1")
    assert session.ended_at is not None
    session.started_at = session.ended_at - timedelta(seconds=LENGTH_S)
    session.save()
    make_sample(attend(session, "Ada King", (0, 1000), (900, LENGTH_S)), 5)
    attend(session, "Ada King", (100, 2000))
    attend(session, "Ben", (700, 2990))
    attend(session, "Carl", (10, 2000))
    attend(session, "Eve", (0, LENGTH_S), on_list=False)
    return session


def register(session: ClassSession) -> Register:
    (found,) = registers([session], list(session.course.students.all()))
    return found


def test_every_student_of_the_list_is_in_it_once(session: ClassSession) -> None:
    rows = {row.name: row for row in register(session).rows}
    assert list(rows) == ["Ada King", "Ben", "Carl", "Dora", "Eve"]
    assert [row.status for row in rows.values()] == [
        "present", "late", "left early", "absent", "present",
    ]  # fmt: skip
    ada, ben, carl, dora, eve = rows.values()
    assert (ada.attended_s, ada.devices, ada.had_camera) == (LENGTH_S, 2, True)
    assert (ben.late_s, ben.early_s, ben.had_camera) == (700, 10, False)
    assert carl.early_s == 1000
    assert carl.share == pytest.approx(1990 / LENGTH_S)
    assert (dora.late_s, dora.early_s, dora.attended_s, dora.devices) == (None, None, 0, 0)
    assert (eve.on_list, eve.student_id) == (False, None)
    assert register(session).present == 4


def test_who_comes_late_and_leaves_early_is_both() -> None:
    session = make_session(make_course(), state="ended")
    for name, stay in (("Ada", (301, 302)), ("Ben", (299, 302)), ("Carl", (0, 0))):
        attend(session, name, stay, on_list=False)
    session.ended_at = session.started_at and session.started_at + timedelta(seconds=900)
    session.save()
    assert [row.status for row in register(session).rows] == [
        "late, left early", "left early", "absent",
    ]  # fmt: skip


def test_one_who_joined_and_never_connected_was_absent(session: ClassSession) -> None:
    attend(session, "Dora")
    assert {row.name: row.status for row in register(session).rows}["Dora"] == "absent"


def test_it_takes_two_queries_whatever_the_sessions(
    session: ClassSession, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    others = [make_session(session.course, state="ended") for _ in range(5)]
    attend(others[0], "Ben", (0, 600))
    students = list(session.course.students.all())
    with django_assert_num_queries(2):
        found = registers([session, *others], students)
    assert [one.present for one in found] == [4, 1, 0, 0, 0, 0]


@pytest.fixture
def owner(client: Client, session: ClassSession) -> Client:
    client.force_login(session.course.owner)
    return client


def rows_of(owner: Client, session: ClassSession, layout: str) -> list[list[str]]:
    answer = owner.get(reverse("session_attendance", args=[session.pk, layout]))
    assert answer.headers["Content-Disposition"].endswith(f'-attendance-{layout}.csv"')
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))


def test_the_whole_register_as_csv(owner: Client, session: ClassSession) -> None:
    head, *rows = rows_of(owner, session, "all")
    named = [dict(zip(head, row, strict=True)) for row in rows]
    assert [row["status"] for row in named] == [
        "present", "late", "left early", "absent", "present",
    ]  # fmt: skip
    assert named[0]["session"] == "Waves;' =1"
    assert (named[1]["late_minutes"], named[1]["minutes"]) == ("11.7", "38.2")
    assert (named[3]["late_minutes"], named[3]["devices"]) == ("", "0")


def test_moodle_takes_a_user_and_its_own_letters(owner: Client, session: ClassSession) -> None:
    assert rows_of(owner, session, "moodle") == [
        ["user", "scantime", "status", "name"],
        ["ada@school.org", "", "P", "Ada King"],
        ["ben@school.org", "", "L", "Ben"],
        ["carl@school.org", "", "P", "Carl"],
        ["dora@school.org", "", "A", "Dora"],
    ]


def test_canvas_takes_an_assignment_with_points(owner: Client, session: ClassSession) -> None:
    head, points, first, *_, last = rows_of(owner, session, "canvas")
    assert head[:5] == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section"]
    assert head[5].startswith("Attendance: Waves")
    assert (points[0], points[5]) == ("    Points Possible", "100")
    assert (first[0], first[3], first[5]) == ("King, Ada", "ada@school.org", "100")
    assert (last[0], last[5]) == ("Dora", "0")


def test_classroom_s_sheet_has_date_and_points_above(owner: Client, session: ClassSession) -> None:
    head, date, points, first, *_ = rows_of(owner, session, "classroom")
    assert head[:3] == ["Last Name", "First Name", "Email Address"]
    assert session.started_at is not None
    assert date == ["Date", "", "", f"{session.started_at:%Y-%m-%d}"]
    assert points == ["Points", "", "", "100"]
    assert first == ["King", "Ada", "ada@school.org", "100"]


def test_a_course_is_students_by_sessions(owner: Client, session: ClassSession) -> None:
    second = make_session(session.course, state="ended", title="Sound")
    attend(second, "Dora", (0, 600))
    page = owner.get(reverse("course_attendance", args=[session.course_id])).content.decode()
    assert "Left early" in page
    assert "1 of 4" in page
    answer = owner.get(reverse("course_attendance_csv", args=[session.course_id]))
    head, *rows = csv.reader(io.StringIO(answer.content.decode("utf-8-sig")))
    assert len(head) == 5
    assert {row[0]: row[2:4] for row in rows} == {
        "Ada King": ["P", "A"],
        "Ben": ["L", "A"],
        "Carl": ["E", "A"],
        "Dora": ["A", "P"],
        "Eve": ["P", ""],
    }


def test_the_report_shows_it(owner: Client, session: ClassSession) -> None:
    page = owner.get(reverse("session_report", args=[session.pk])).content.decode()
    assert "Attendance register" in page
    assert "(4 of 5)" in page
    assert all(reverse("session_attendance", args=[session.pk, one]) in page for one in LAYOUTS)


def test_before_the_start_there_is_none(client: Client) -> None:
    session = make_session(state="planned")
    client.force_login(session.course.owner)
    assert client.get(reverse("session_attendance", args=[session.pk, "all"])).status_code == 404
    page = client.get(reverse("course_attendance", args=[session.course_id])).content.decode()
    assert "No session of this course has begun yet." in page


@pytest.mark.parametrize(
    "name", ["session_attendance", "course_attendance", "course_attendance_csv"]
)
def test_strangers_and_colleagues_see_nothing(
    client: Client, session: ClassSession, name: str
) -> None:
    arguments = [session.pk, "all"] if name == "session_attendance" else [session.course_id]
    address = reverse(name, args=arguments)
    assert "/accounts/login/" in client.get(address).headers["Location"]
    client.force_login(make_teacher())
    assert client.get(address).status_code == 404
    assert Connection.objects.exists()


def test_another_layout_does_not_exist(owner: Client, session: ClassSession) -> None:
    assert owner.get(reverse("session_attendance", args=[session.pk, "pdf"])).status_code == 404
