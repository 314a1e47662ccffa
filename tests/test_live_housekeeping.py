"""What is ended and deleted by itself."""

from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import Settings

from sessions.live import housekeeping
from sessions.live.housekeeping import Housekeeping, end_forgotten, purge_expired
from sessions.models import ClassSession, Connection, Course, Sample, Student
from tests.classroom import until
from tests.factories import make_course, make_participant, make_sample, make_session, make_student


@pytest.mark.django_db
def test_sessions_older_than_the_site_keeps_them_are_purged(settings: Settings) -> None:
    settings.RETENTION_DAYS = 30
    now = timezone.now()
    old = make_session(state="ended", ended_at=now - timedelta(days=31))
    make_sample(make_participant(old))
    kept = make_session(state="ended", ended_at=now - timedelta(days=29))
    live = make_session(state="live", started_at=now - timedelta(days=40))
    assert purge_expired() == 1
    assert set(ClassSession.objects.all()) == {kept, live}
    assert Sample.objects.count() == 0


@pytest.mark.django_db
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
    assert end_forgotten() == 2
    forgotten.refresh_from_db()
    empty.refresh_from_db()
    assert forgotten.ended_at == now - timedelta(hours=19)
    assert empty.ended_at == began
    assert set(ClassSession.objects.live()) == {busy, fresh}


@pytest.mark.finding(19)
@pytest.mark.django_db
def test_planned_sessions_and_lists_that_nobody_used_are_purged(settings: Settings) -> None:
    settings.RETENTION_DAYS = 30
    old = timezone.now() - timedelta(days=31)
    over, used, new = make_course(), make_course(), make_course()
    for one in (over, used):
        make_student(one, created_at=old)
    fresh = make_student(new)
    for one in (over, used, new):
        Course.objects.filter(pk=one.pk).update(created_at=old)
    make_session(over, state="planned", created_at=old)
    kept = make_session(used, state="planned")
    assert purge_expired() == 1
    assert list(ClassSession.objects.all()) == [kept]
    assert {student.course for student in Student.objects.all()} == {used, new}
    # A list that was just made for an old course is no old list.
    assert Student.objects.filter(pk=fresh.pk).exists()


@pytest.mark.finding(20)
@pytest.mark.django_db(transaction=True)
def test_tidying_up_has_a_thread_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(housekeeping, "ERASE_AGAIN_S", 0.05)
    # A database in memory refuses a writer while this thread reads: it is tried again.
    monkeypatch.setattr(housekeeping, "TIDY_EVERY_S", 0.3)
    old = timezone.now() - timedelta(days=3651)
    make_session(state="ended", started_at=old - timedelta(hours=1), ended_at=old)
    kept = make_session(state="ended")
    keeping = Housekeeping()
    keeping.start()
    until(lambda: ClassSession.objects.count() == 1)
    keeping.stop()
    assert ClassSession.objects.get() == kept
