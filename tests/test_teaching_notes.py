"""The teacher's own notes: plain text, the owner's alone, in no export."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from sessions.models import ClassSession, Student
from sessions.reports.exports.registry import EXPORTS
from tests.factories import make_course, make_session, make_student, make_teacher
from tests.known_session import collected

pytestmark = pytest.mark.django_db
NOTES = "Ada <b>asked</b> about\nphase & =1+1"


@pytest.fixture
def session() -> ClassSession:
    return make_session(make_course(make_teacher()), state="ended")


@pytest.fixture
def student(session: ClassSession) -> Student:
    return make_student(session.course, "Ada")


@pytest.fixture
def teacher(session: ClassSession, client: Client) -> Client:
    client.force_login(session.course.owner)
    return client


def test_notes_on_a_lesson_are_kept_as_written(teacher: Client, session: ClassSession) -> None:
    address = reverse("session_notes", args=[session.pk])
    page = teacher.post(address, {"notes": NOTES.replace("\n", "\r\n")}, follow=True)
    session.refresh_from_db()
    assert session.notes == NOTES
    html = page.content.decode()
    assert "Notes saved." in html
    assert "Ada &lt;b&gt;asked&lt;/b&gt; about" in html
    assert "<b>asked</b>" not in html
    teacher.post(address, {"notes": ""})
    session.refresh_from_db()
    assert session.notes == ""


def test_notes_on_a_student_are_kept(teacher: Client, student: Student) -> None:
    address = reverse("student_notes", args=[student.course_id, student.pk])
    page = teacher.post(address, {"notes": NOTES}, follow=True)
    student.refresh_from_db()
    assert student.notes == NOTES
    assert "phase &amp; =1+1" in page.content.decode()


def test_too_long_ones_change_nothing_and_say_so(teacher: Client, session: ClassSession) -> None:
    session.notes = "before"
    session.save()
    address = reverse("session_notes", args=[session.pk])
    page = teacher.post(address, {"notes": "x" * 5001}, follow=True)
    assert "5,001 characters are more than 5,000" in page.content.decode()
    session.refresh_from_db()
    assert session.notes == "before"


def test_they_are_in_no_export(teacher: Client, session: ClassSession) -> None:
    session.notes = "a-secret-word"
    session.save()
    for kind in EXPORTS:
        answer: Any = teacher.get(reverse("session_export", args=[session.pk, kind]))
        content = collected(answer.streaming_content) if answer.streaming else answer.content
        assert b"a-secret-word" not in content, kind


def test_strangers_and_colleagues_write_nothing(
    client: Client, session: ClassSession, student: Student
) -> None:
    for address in (
        reverse("session_notes", args=[session.pk]),
        reverse("student_notes", args=[student.course_id, student.pk]),
    ):
        assert "/accounts/login/" in client.post(address, {"notes": "x"}).headers["Location"]
    client.force_login(make_teacher())
    for address in (
        reverse("session_notes", args=[session.pk]),
        reverse("student_notes", args=[student.course_id, student.pk]),
    ):
        assert client.post(address, {"notes": "x"}).status_code == 404
    session.refresh_from_db()
    student.refresh_from_db()
    assert (session.notes, student.notes) == ("", "")
