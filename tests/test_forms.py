from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from sessions import services
from sessions.joining.names import folded
from sessions.models import ClassSession, Course
from sessions.teaching.forms import CourseForm, SessionForm
from sessions.teaching.roster import MAX_ROSTER, Entry, RosterForm, parse_roster
from tests.factories import (
    make_course,
    make_participant,
    make_session,
    make_student,
    make_teacher,
)

pytestmark = pytest.mark.django_db

SESSION = {"title": "Session", "planned_minutes": "50", "interval_s": "1", "show_engagement": "on"}


def roster(course: Course, names: str, **more: str) -> RosterForm:
    return RosterForm({"names": names, **more}, course=course)


def test_a_course_name_is_unique_for_its_owner_only() -> None:
    course = make_course(name="Biology")
    again = CourseForm({"name": "Biology"}, instance=Course(owner=course.owner))
    assert "already" in str(again.errors["name"])
    assert CourseForm({"name": "Biology"}, instance=Course(owner=make_teacher())).is_valid()
    assert CourseForm({"name": "Biology"}, instance=course).is_valid()


def test_a_first_session_names_its_course() -> None:
    teacher = make_teacher()
    form = SessionForm({**SESSION, "new_course": "Biology"}, owner=teacher)
    assert "course" not in form.fields
    assert form.is_valid()
    assert form.save().course.name == "Biology"
    assert "new_course" in SessionForm(SESSION, owner=make_teacher()).errors


def test_a_session_takes_one_course_chosen_or_new() -> None:
    course = make_course()
    both = SessionForm(
        {**SESSION, "course": str(course.pk), "new_course": "Other"}, owner=course.owner
    )
    assert "not both" in str(both.errors["new_course"])
    neither = SessionForm(SESSION, owner=course.owner)
    assert "Choose a course" in str(neither.errors["course"])


def test_naming_a_known_course_as_new_uses_it() -> None:
    course = make_course(name="Biology")
    form = SessionForm({**SESSION, "new_course": "Biology"}, owner=course.owner)
    assert form.is_valid()
    assert form.save().course == course


def test_a_session_cannot_be_put_into_another_teachers_course() -> None:
    course = make_course()
    mine = make_course()
    form = SessionForm({**SESSION, "course": str(course.pk)}, owner=mine.owner)
    assert "course" in form.errors


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("interval_s", "0.1"),
        ("interval_s", "61"),
        ("interval_s", "nan"),
        ("planned_minutes", "0"),
        ("planned_minutes", "601"),
        ("title", " "),
    ],
)
def test_odd_values_of_a_session_are_refused(field: str, value: str) -> None:
    course = make_course()
    data = {**SESSION, "course": str(course.pk), field: value}
    assert field in SessionForm(data, owner=course.owner).errors


def test_course_and_interval_of_a_started_session_stay() -> None:
    session = make_session(state="live", interval_s=2)
    other = make_course(session.course.owner)
    data = {**SESSION, "title": "New", "course": str(other.pk), "interval_s": "5"}
    form = SessionForm(data, instance=session, owner=session.course.owner)
    assert form.is_valid()
    form.save()
    stored = ClassSession.objects.get(pk=session.pk)
    assert (stored.title, stored.course, stored.interval_s) == ("New", session.course, 2)


def test_the_course_of_a_planned_session_stays_once_its_students_have_joined() -> None:
    session = make_session(state="planned")
    assert "course" in SessionForm(instance=session, owner=session.course.owner).fields
    make_participant(session, student=make_student(session.course))
    assert "course" not in SessionForm(instance=session, owner=session.course.owner).fields


def test_engagement_is_no_question_under_the_presence_policy(settings: Settings) -> None:
    settings.POLICY = "presence"
    assert "show_engagement" not in SessionForm(owner=make_teacher()).fields


def test_a_roster_is_made_to_match_the_lines() -> None:
    course = make_course()
    make_student(course, "Anna")
    make_student(course, "Ben")
    form = roster(course, "  Ben \r\n\r\nClara  Maria\nben\n")
    assert form.is_valid()
    assert form.save() == (1, 1)
    assert [student.name for student in course.students.all()] == ["Ben", "Clara Maria"]


@pytest.mark.parametrize(
    "line", ["Ada; ada@school.org", "Ada\tada@school.org", " Ada ;ada@school.org"]
)
def test_a_second_column_is_what_other_systems_call_the_student(line: str) -> None:
    course = make_course()
    make_student(course, "Ben", identifier="old")
    form = roster(course, f"{line}\nBen; b17")
    assert form.is_valid()
    form.save()
    stored = {one.name: one.identifier for one in course.students.all()}
    assert stored == {"Ada": "ada@school.org", "Ben": "b17"}
    again = RosterForm(course=course)
    assert again.fields["names"].initial == "Ada; ada@school.org\nBen; b17"


def test_a_line_without_a_name_is_told() -> None:
    assert "Line 2 has no name" in str(roster(make_course(), "Ada\n; b17").errors)
    assert parse_roster("Ada;") == [Entry("Ada", "")]


def test_removing_a_name_with_history_asks_first_and_keeps_the_sessions_record() -> None:
    course = make_course()
    anna = make_student(course, "Anna")
    participant = make_participant(make_session(course), student=anna, display_name="Anna")
    form = roster(course, "Ben")
    assert not form.is_valid()
    assert form.with_history == [anna]
    assert course.students.get() == anna
    sure = roster(course, "Ben", confirm_removal="on")
    assert sure.is_valid()
    sure.save()
    participant.refresh_from_db()
    assert participant.student is None
    assert participant.display_name == "Anna"


def test_a_roster_refuses_names_too_long_and_too_many() -> None:
    course = make_course()
    assert "80 characters" in str(roster(course, "x" * 81).errors)
    many = "\n".join(f"Student {number}" for number in range(MAX_ROSTER + 1))
    assert str(MAX_ROSTER) in str(roster(course, many).errors)


@given(st.lists(st.text(max_size=90), max_size=8).map("\n".join))
def test_any_text_becomes_distinct_clean_names_or_a_refusal(text: str) -> None:
    try:
        entries = parse_roster(text)
    except ValidationError:
        return
    names = [entry.name for entry in entries]
    assert len({folded(name) for name in names}) == len(names)
    assert all(name == " ".join(name.split()) and 0 < len(name) <= 80 for name in names)


@pytest.mark.finding(8)
@pytest.mark.parametrize("name", ["Ada\u202e", "Ada\u2066", "A\x07da", "\u200b"])
def test_a_roster_refuses_what_the_join_form_refuses_and_names_the_line(name: str) -> None:
    errors = str(roster(make_course(), f"Ben\n{name}\nClara").errors)
    assert "Line 2" in errors


@pytest.mark.finding(20)
def test_editing_a_session_while_somebody_starts_it_does_not_undo_the_start() -> None:
    session = make_session(state="planned", interval_s=1)
    data = {**SESSION, "title": "New", "interval_s": "5", "course": str(session.course_id)}
    form = SessionForm(data, instance=session, owner=session.course.owner)
    assert form.is_valid()
    services.start_session(ClassSession.objects.get(pk=session.pk))
    saved = form.save()
    stored = ClassSession.objects.get(pk=session.pk)
    assert (stored.title, stored.state, stored.interval_s) == ("New", "live", 1)
    assert saved.is_live
    assert stored.started_at is not None


def planned(at: str, zone: str = "", **more: str) -> SessionForm:
    data = {**SESSION, "new_course": "Biology", "scheduled_at": at, "zone": zone, **more}
    return SessionForm(data, owner=make_teacher())


@pytest.mark.parametrize(
    ("zone", "hour"), [("", 8), ("Europe/Berlin", 7), ("America/New_York", 13), ("No/Where", 8)]
)
def test_a_time_is_meant_in_the_zone_of_who_types_it(zone: str, hour: int) -> None:
    form = planned("2099-01-12T08:30", zone)
    assert form.is_valid()
    at = form.save().scheduled_at
    assert at == datetime(2099, 1, 12, hour, 30, tzinfo=UTC)


def test_a_time_that_is_over_or_none_at_all_is_refused_and_none_is_needed() -> None:
    assert "is over" in str(planned("2020-01-12T08:30").errors["scheduled_at"])
    assert "scheduled_at" in planned("tomorrow").errors
    form = planned("")
    assert form.is_valid()
    assert form.save().scheduled_at is None


def test_a_session_planned_for_earlier_can_still_be_edited() -> None:
    session = make_session(state="planned", scheduled_at=datetime(2020, 1, 12, 8, tzinfo=UTC))
    data = {**SESSION, "course": str(session.course_id), "scheduled_at": "2020-01-12T09:00"}
    form = SessionForm(
        {**data, "zone": "Europe/Berlin"}, instance=session, owner=session.course.owner
    )
    assert form.is_valid(), form.errors
    assert form.save().scheduled_at == session.scheduled_at


def test_the_same_lesson_again_is_planned_for_the_same_time_of_a_week_to_come() -> None:
    past = timezone.now() - timedelta(days=15)
    session = make_session(state="ended", scheduled_at=past)
    assert services.duplicate_session(session).scheduled_at == past + timedelta(weeks=3)
    session.scheduled_at = soon = timezone.now() + timedelta(days=2)
    assert services.duplicate_session(session).scheduled_at == soon + timedelta(weeks=1)


def test_planned_sessions_are_listed_by_when_they_are() -> None:
    course, now = make_course(), timezone.now()
    for title, days in (("later", 3), ("soon", 1), ("sooner", 0.5)):
        at = now + timedelta(days=days)
        make_session(course, "planned", title=title, scheduled_at=at)
    make_session(course, "planned", title="any time")
    make_session(course, "live", title="now")
    make_session(course, "ended", title="over")
    titles = [session.title for session in ClassSession.objects.live_first()]
    assert titles == ["now", "sooner", "soon", "later", "any time", "over"]
