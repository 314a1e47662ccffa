"""Deletions: in small steps, and gone from the database's files."""

import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest

from sessions.models import ClassSession, Sample
from sessions.site import erasure
from sessions.site.erasure import delete_sessions
from tests.classroom import Pupil, Teacher, until
from tests.factories import make_participant, make_sample, make_session
from tests.server import change, running_server


@pytest.mark.finding(20)
@pytest.mark.django_db
def test_samples_go_in_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(erasure, "SLICE", 2)
    session = make_session()
    participant = make_participant(session)
    for second in range(5):
        make_sample(participant, second)
    delete_sessions([session.pk])
    assert not Sample.objects.exists()
    assert not ClassSession.objects.exists()


@pytest.mark.finding(20)
def test_others_write_while_very_much_is_deleted() -> None:
    """Somebody who writes ten times a second beside it waits for no step longer than a moment."""
    with running_server(POLICY="presence") as server:
        Pupil(server, Teacher(server).open_session().code)
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
        pupil = Pupil(server, Teacher(server).open_session().code, name)
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
