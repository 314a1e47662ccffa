import json
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from pytest_django import Settings

from sessions.models import (
    Answer,
    CheckIn,
    ClassSession,
    Course,
    Marker,
    Minute,
    Participant,
    Sample,
)
from sessions.reports.attendance import registers
from sessions.reports.session import session_report
from tests.factories import make_teacher

pytestmark = pytest.mark.django_db
SMALL = ("--sessions=3", "--students=4", "--minutes=5", "--interval=2")


def seeded(*options: str) -> Course:
    out = StringIO()
    call_command("seed_semester", *SMALL, "--json", *options, stdout=out)
    told = json.loads(out.getvalue())
    course = Course.objects.get(name=told["course"])
    assert told["course_url"] == course.get_absolute_url()
    assert told["sessions"] == 3
    assert told["samples"] == Sample.objects.filter(session__course=course).count()
    return course


def test_a_semester_is_marked_as_simulated_and_lies_on_weekdays() -> None:
    course = seeded()
    sessions = ClassSession.objects.filter(course=course).held()
    assert all(one.is_simulated and one.state == "ended" for one in sessions)
    assert not Participant.objects.filter(is_simulated=False).exists()
    days = [timezone.localtime(one.started_at) for one in sessions]
    assert all(day.weekday() < 5 for day in days)
    assert len({day.date() for day in days}) == 3
    assert max(days) < timezone.localtime()


def test_it_has_absences_markers_and_answers_and_its_minutes_are_those_of_its_samples() -> None:
    course = seeded()
    sessions = list(ClassSession.objects.filter(course=course).held())
    for register in registers(sessions, list(course.students.all())):
        assert [row.is_present for row in register.rows].count(False) == 2
    assert Marker.objects.filter(session=sessions[0], kind="break").count() == 1
    assert CheckIn.objects.filter(session__in=sessions).count() == 6
    assert Answer.objects.exists()
    assert Minute.objects.recorded() == Sample.objects.count()
    report = session_report(sessions[-1])
    assert len(report.segments) == 5
    assert report.total.engagement is not None
    assert timedelta(minutes=5).total_seconds() == report.length_s


def test_a_second_one_has_a_name_of_its_own() -> None:
    teacher = make_teacher("ada@example.org")
    first, second = (seeded("--teacher=ADA@example.org") for _ in range(2))
    assert first != second
    assert first.owner == second.owner == teacher


def test_without_emotion_there_are_faces_only(settings: Settings) -> None:
    settings.POLICY = "presence"
    seeded()
    assert Sample.objects.usable().exists()
    assert not Sample.objects.exclude(engagement=None, happy=None, emotion="").exists()


@pytest.mark.parametrize(
    ("option", "said"),
    [
        ("--sessions=0", "--sessions is 0; choose 1 to 400"),
        ("--students=9999", "choose 1 to 500"),
        ("--minutes=1", "choose 5 to 300"),
        ("--interval=0", "choose 0.2 to 60 seconds"),
        ("--teacher=nobody@example.org", "no account of nobody@example.org"),
    ],
)
def test_what_makes_no_sense_is_said(option: str, said: str) -> None:
    with pytest.raises(CommandError, match=said):
        call_command("seed_semester", option)
    assert not Course.objects.exists()


def test_on_a_public_site_it_is_for_accounts_of_the_site_only(settings: Settings) -> None:
    settings.IS_PUBLIC = True
    with pytest.raises(CommandError, match="Name an account of the site with --teacher"):
        call_command("seed_semester")
