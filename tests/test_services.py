from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.models import User
from django.utils import timezone
from pytest_django.fixtures import Settings

from sessions import services
from sessions.errors import NotAllowed
from sessions.live.agreement import read_truths
from sessions.models import ClassSession, Connection, Sample, Student
from tests.factories import (
    make_course,
    make_participant,
    make_sample,
    make_session,
    make_student,
    make_teacher,
)

pytestmark = pytest.mark.django_db


def test_a_session_goes_from_planned_to_live_to_ended() -> None:
    session = make_session(state="planned")
    session = services.start_session(session)
    assert session.is_live
    assert session.started_at is not None
    session = services.end_session(session)
    assert session.state == ClassSession.State.ENDED
    assert session.ended_at is not None
    assert session.started_at is not None
    assert session.ended_at >= session.started_at


def test_a_session_keeps_the_definition_of_engagement_that_it_was_made_with(
    settings: Settings,
) -> None:
    newer = make_session(state="planned")
    settings.ENGAGEMENT_DEFINITION = "index-1"
    older = services.start_session(make_session(state="planned"))
    settings.ENGAGEMENT_DEFINITION = "index-2"
    truths = read_truths([newer.pk, older.pk])
    assert (truths[newer.pk].definition, truths[older.pk].definition) == ("index-2", "index-1")


def test_starting_or_ending_twice_changes_nothing() -> None:
    session = services.start_session(make_session(state="planned"))
    assert services.start_session(session).started_at == session.started_at
    ended = services.end_session(session)
    assert services.end_session(ended).ended_at == ended.ended_at


def test_an_ended_session_does_not_start_again() -> None:
    with pytest.raises(NotAllowed, match="Create a new one"):
        services.start_session(make_session(state="ended"))


def test_a_planned_session_cannot_be_ended() -> None:
    with pytest.raises(NotAllowed, match="not started"):
        services.end_session(make_session(state="planned"))


def test_a_live_session_is_not_archived() -> None:
    session = make_session(state="live")
    with pytest.raises(NotAllowed, match="End it before"):
        services.archive_session(session)
    session.refresh_from_db()
    assert session.archived_at is None


def test_archive_and_restore() -> None:
    session = make_session(state="ended")
    services.archive_session(session)
    assert list(ClassSession.objects.archived()) == [session]
    assert list(ClassSession.objects.current()) == []
    services.restore_session(session)
    assert list(ClassSession.objects.current()) == [session]


def test_a_course_of_the_same_name_belongs_to_each_teacher_alone() -> None:
    first, second = make_teacher(), make_teacher()
    assert services.course_named(first, "Art") == services.course_named(first, "Art")
    assert services.course_named(first, "Art") != services.course_named(second, "Art")
    assert make_course(first) != make_course(second)


@pytest.mark.finding(20)
def test_archiving_waits_for_a_start_and_then_refuses() -> None:
    """The object was read before somebody else started the session."""
    stale = make_session(state="planned")
    services.start_session(stale)
    with pytest.raises(NotAllowed, match="End it before"):
        services.archive_session(stale)
    stored = ClassSession.objects.get(pk=stale.pk)
    assert (stored.state, stored.archived_at) == ("live", None)


@pytest.mark.finding(16)
@pytest.mark.parametrize("hours", [-1, 1])
def test_the_length_of_a_session_does_not_follow_a_clock_that_is_set(hours: int) -> None:
    session = services.start_session(make_session(state="planned"))
    with time_machine.travel(timezone.now() + timedelta(hours=hours)):
        ended = services.end_session(session)
    assert 0 <= ended.elapsed.total_seconds() < 30


@pytest.mark.finding(16)
def test_who_waited_is_there_from_the_start_though_the_clock_was_set_back() -> None:
    session = make_session(state="planned")
    participant = make_participant(session)
    later = timezone.now() + timedelta(hours=1)
    stay = Connection.objects.create(participant=participant, opened_at=later, last_seen_at=later)
    session = services.start_session(session)
    stay.refresh_from_db()
    assert stay.opened_at == session.started_at


@pytest.mark.finding(19)
def test_a_teacher_deletes_a_session_with_all_its_records() -> None:
    gone, kept = make_session(), make_session()
    for session in (gone, kept):
        make_sample(make_participant(session))
    services.delete_session(gone)
    assert list(ClassSession.objects.all()) == [kept]
    assert list(Sample.objects.values_list("session", flat=True)) == [kept.pk]


@pytest.mark.finding(19)
def test_a_teacher_deletes_the_account_with_everything_in_it() -> None:
    teacher, colleague = make_teacher(), make_teacher()
    for owner in (teacher, colleague):
        course = make_course(owner)
        make_student(course)
        make_sample(make_participant(make_session(course)))
    services.delete_account(teacher)
    assert list(User.objects.all()) == [colleague]
    assert [model.objects.count() for model in (ClassSession, Student, Sample)] == [1, 1, 1]
