from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django.fixtures import Settings

from sessions import services
from sessions.models import ClassSession, Connection, Participant, Sample
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


def test_starting_or_ending_twice_changes_nothing() -> None:
    session = services.start_session(make_session(state="planned"))
    assert services.start_session(session).started_at == session.started_at
    ended = services.end_session(session)
    assert services.end_session(ended).ended_at == ended.ended_at


def test_an_ended_session_does_not_start_again() -> None:
    with pytest.raises(services.NotAllowed, match="Create a new one"):
        services.start_session(make_session(state="ended"))


def test_a_planned_session_cannot_be_ended() -> None:
    with pytest.raises(services.NotAllowed, match="not started"):
        services.end_session(make_session(state="planned"))


def test_a_live_session_is_not_archived() -> None:
    session = make_session(state="live")
    with pytest.raises(services.NotAllowed, match="End it before"):
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


def test_joining_gives_a_token_of_which_only_the_hash_is_stored() -> None:
    participant, token = services.join(make_session(), "Ada")
    assert participant.display_name == "Ada"
    assert token not in Participant.objects.get().token_hash
    assert participant.consented_at is not None


def test_joining_from_the_roster_takes_the_name_of_the_student() -> None:
    session = make_session()
    student = make_student(session.course, "Grace")
    participant, _ = services.join(session, "anything", student)
    assert participant.display_name == "Grace"
    assert participant.student == student


def test_a_student_of_another_course_is_refused() -> None:
    with pytest.raises(services.NotAllowed, match="not on the list"):
        services.join(make_session(), "", make_student())


@pytest.mark.parametrize("archived", [False, True])
def test_nobody_joins_a_closed_session(archived: bool) -> None:
    session = make_session(state="planned" if archived else "ended")
    if archived:
        services.archive_session(session)
    with pytest.raises(services.NotAllowed, match="has ended"):
        services.join(session, "Ada")


def test_a_session_that_a_program_filled_takes_nobody_else_in(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(services, "MOST_PARTICIPANTS", 2)
    session, other = make_session(), make_session()
    for name in ("Ada", "Ben"):
        services.join(session, name)
    with pytest.raises(services.NotAllowed, match="full"):
        services.join(session, "Cas")
    assert session.participants.count() == 2
    services.join(other, "Cas")


def test_leaving_keeps_what_was_recorded() -> None:
    participant = make_participant()
    make_sample(participant)
    services.leave(participant)
    participant.refresh_from_db()
    assert participant.left_at is not None
    assert Sample.objects.count() == 1


def test_deleting_takes_every_sample_of_one_participant_and_no_other() -> None:
    session = make_session()
    gone, stays = make_participant(session), make_participant(session)
    make_sample(gone)
    make_sample(stays)
    services.delete_participant(gone)
    assert list(Participant.objects.all()) == [stays]
    assert [sample.participant for sample in Sample.objects.all()] == [stays]


def test_sessions_older_than_the_site_keeps_them_are_purged(settings: Settings) -> None:
    settings.RETENTION_DAYS = 30
    now = timezone.now()
    old = make_session(state="ended", ended_at=now - timedelta(days=31))
    make_sample(make_participant(old))
    kept = make_session(state="ended", ended_at=now - timedelta(days=29))
    live = make_session(state="live", started_at=now - timedelta(days=40))
    assert services.purge_expired() == 1
    assert set(ClassSession.objects.all()) == {kept, live}
    assert Sample.objects.count() == 0


def test_a_session_left_open_ends_when_somebody_was_last_there() -> None:
    now = timezone.now()
    began = now - timedelta(hours=20)
    forgotten, empty = make_session(started_at=began), make_session(started_at=began)
    busy, fresh = make_session(started_at=began), make_session()
    for session, hours in ((forgotten, 19), (busy, 0.1)):
        last_seen = now - timedelta(hours=hours)
        Connection.objects.create(
            participant=make_participant(session), opened_at=began, last_seen_at=last_seen
        )
    assert services.end_forgotten() == 2
    forgotten.refresh_from_db()
    empty.refresh_from_db()
    assert forgotten.ended_at == now - timedelta(hours=19)
    assert empty.ended_at == began
    assert set(ClassSession.objects.live()) == {busy, fresh}


def test_a_course_of_the_same_name_belongs_to_each_teacher_alone() -> None:
    first, second = make_teacher(), make_teacher()
    assert services.course_named(first, "Art") == services.course_named(first, "Art")
    assert services.course_named(first, "Art") != services.course_named(second, "Art")
    assert make_course(first) != make_course(second)
