"""What is deleted by itself, and that it is gone from the database's files."""

import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import Settings

from sessions.models import ClassSession, Connection, Course, Sample, Student
from sessions.site import retention
from sessions.site.retention import Housekeeping, end_forgotten, purge_expired
from tests.classroom import Pupil, Teacher, until
from tests.factories import make_course, make_participant, make_sample, make_session, make_student
from tests.server import change, running_server


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
@pytest.mark.django_db
def test_samples_go_in_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "SLICE", 2)
    session = make_session()
    participant = make_participant(session)
    for second in range(5):
        make_sample(participant, second)
    retention.delete_sessions([session.pk])
    assert not Sample.objects.exists()
    assert not ClassSession.objects.exists()


@pytest.mark.finding(20)
@pytest.mark.django_db(transaction=True)
def test_tidying_up_has_a_thread_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "ERASE_AGAIN_S", 0.05)
    old = timezone.now() - timedelta(days=3651)
    make_session(state="ended", started_at=old - timedelta(hours=1), ended_at=old)
    kept = make_session(state="ended")
    keeping = Housekeeping()
    keeping.start()
    until(lambda: ClassSession.objects.count() == 1)
    keeping.stop()
    assert ClassSession.objects.get() == kept


@pytest.mark.finding(20)
def test_others_write_while_very_much_is_deleted() -> None:
    """Somebody who writes ten times a second beside it waits for no step longer than a moment."""
    with running_server(POLICY="presence") as server:
        Pupil(server, Teacher(server).open_lesson().code)
        fill = (
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300000) "
            "INSERT INTO class_sessions_sample "
            "(session_id, participant_id, at, second, faces, emotion, model_name) "
            "SELECT session_id, id, strftime('%Y-%m-%d %H:%M:%f', joined_at, i || ' seconds'), "
            "i, 0, '', '' FROM n, class_sessions_participant"
        )
        end = (
            "UPDATE class_sessions_classsession SET state = 'ended', "
            "ended_at = '2001-01-01 00:00:00'"
        )
        change(server, fill)
        change(server, end)
        waits = []
        with ThreadPoolExecutor(1) as pool:
            purge = pool.submit(server.manage, "purge_expired")
            while not purge.done():
                began = time.monotonic()
                change(server, "UPDATE auth_user SET first_name = 'Ada'")
                waits.append(time.monotonic() - began)
                time.sleep(0.1)
        assert "1 sessions" in purge.result()
        assert server.query("SELECT count(*) FROM class_sessions_sample") == [(0,)]
        assert len(waits) > 10
        assert max(waits) < 1.0


@pytest.mark.finding(19)
async def test_a_deleted_name_is_gone_from_the_files_of_the_database() -> None:
    name = "Xylophonia Quendelbart"
    with running_server(POLICY="presence") as server:
        pupil = Pupil(server, Teacher(server).open_lesson().code, name)
        files = [server.data_dir / f"db.sqlite3{end}" for end in ("", "-wal", "-shm")]

        def is_there() -> bool:
            return any(name.encode() in file.read_bytes() for file in files if file.exists())

        assert is_there()
        with closing(sqlite3.connect(files[0], isolation_level=None)) as reader:
            reader.execute("BEGIN")
            assert reader.execute("SELECT count(*) FROM class_sessions_participant").fetchone()
            began = time.monotonic()
            pupil.delete()
            # Nobody waits for a reader who takes long.
            assert time.monotonic() - began < 3
            assert is_there()
            reader.execute("ROLLBACK")
        until(lambda: not is_there())
