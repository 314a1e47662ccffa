"""Storing off the event loop: in bulk, once, whatever the database does meanwhile."""

import asyncio
import sqlite3
from contextlib import closing
from copy import copy
from datetime import timedelta
from pathlib import Path

import pytest
from asgiref.sync import sync_to_async
from django.db import connection
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from sessions.live.counters import Counters
from sessions.live.journal import Entries, Journal
from sessions.live.recorder import MAX_BATCH, Recorder
from sessions.models import Connection, Participant, Sample
from tests.classroom import Pupil, Teacher, empty_frame, until
from tests.factories import make_participant, make_session
from tests.server import running_server

# The keys of other tables are only checked where a transaction ends.
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("brisk")]


def sample(participant: Participant, second: int = 0) -> Sample:
    return Sample(
        session_id=participant.session_id,
        participant_id=participant.pk,
        at=timezone.now(),
        second=second,
        faces=0,
    )


@pytest.fixture
def counts() -> Counters:
    return Counters()


@pytest.fixture
def recorder(counts: Counters) -> Recorder:
    return Recorder(None, counts)


def seconds_stored() -> list[int]:
    return list(Sample.objects.order_by("second").values_list("second", flat=True))


def test_samples_are_stored_in_bulk(
    recorder: Recorder, counts: Counters, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    participant = make_participant()
    for second in range(50):
        recorder.add(sample(participant, second))
    assert recorder.waiting == 50
    with django_assert_max_num_queries(5):
        recorder.flush()
    assert seconds_stored() == list(range(50))
    assert recorder.waiting == 0
    assert counts.read()["samples_stored"] == 50


def test_more_than_a_batch_is_stored_whole(recorder: Recorder) -> None:
    participant = make_participant()
    for second in range(MAX_BATCH + 5):
        recorder.add(sample(participant, second))
    recorder.flush()
    assert Sample.objects.count() == MAX_BATCH + 5


def test_nothing_waiting_asks_nothing(
    recorder: Recorder, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(0):
        recorder.flush()


def test_a_deleted_participant_does_not_come_back_and_the_others_are_stored(
    recorder: Recorder, counts: Counters
) -> None:
    session = make_session()
    stays, goes = make_participant(session), make_participant(session)
    for second in range(5):
        recorder.add(sample(stays, second))
        recorder.add(sample(goes, second))
    Participant.objects.filter(pk=goes.pk).delete()
    recorder.flush()
    assert set(Sample.objects.values_list("participant_id", flat=True)) == {stays.pk}
    assert seconds_stored() == [0, 1, 2, 3, 4]
    assert counts.read()["samples_stored"] == 5
    assert counts.read()["samples_dropped"] == 5


def test_a_full_buffer_keeps_the_newest(counts: Counters) -> None:
    participant = make_participant()
    recorder = Recorder(None, counts, max_waiting=3)
    for second in range(5):
        recorder.add(sample(participant, second))
    recorder.flush()
    assert seconds_stored() == [2, 3, 4]
    assert counts.read()["samples_dropped"] == 2


def test_connections_are_seen_until_they_close(recorder: Recorder) -> None:
    long_ago = timezone.now() - timedelta(minutes=5)
    first, second = (
        Connection.objects.create(
            participant=make_participant(), opened_at=long_ago, last_seen_at=long_ago
        )
        for _ in range(2)
    )
    closed_at = long_ago + timedelta(minutes=2)
    recorder.opened(first.pk, timezone.now)
    recorder.opened(second.pk, timezone.now)
    recorder.closed(second.pk, closed_at)
    recorder.flush()
    first.refresh_from_db()
    second.refresh_from_db()
    assert timezone.now() - first.last_seen_at < timedelta(seconds=10)
    assert second.last_seen_at == closed_at


def test_the_latest_camera_state_is_stored(recorder: Recorder) -> None:
    participant = make_participant()
    recorder.camera(participant.pk, "on")
    recorder.camera(participant.pk, "paused")
    recorder.flush()
    participant.refresh_from_db()
    assert participant.camera == "paused"


def test_the_thread_stores_each_second_and_the_rest_at_the_end(recorder: Recorder) -> None:
    participant = make_participant()
    recorder.start()
    recorder.start()
    recorder.add(sample(participant, 1))
    until(lambda: Sample.objects.count() == 1)
    recorder.add(sample(participant, 2))
    recorder.stop()
    assert seconds_stored() == [1, 2]


def test_a_database_that_is_away_is_waited_for(
    recorder: Recorder, counts: Counters, caplog: pytest.LogCaptureFixture
) -> None:
    """The table is renamed, which both databases answer like a lost one: by an error."""
    participant = make_participant()
    rename = "ALTER TABLE {} RENAME TO {}"
    table = Sample._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(rename.format(table, "away"))
    try:
        recorder.start()
        recorder.add(sample(participant, 1))
        until(lambda: "Storing failed; 1 samples wait" in caplog.text)
        recorder.add(sample(participant, 2))
    finally:
        with connection.cursor() as cursor:
            cursor.execute(rename.format("away", table))
    until(lambda: recorder.waiting == 0)
    recorder.stop()
    assert seconds_stored() == [1, 2]
    assert counts.read() | {"samples_stored": 2, "samples_dropped": 0} == counts.read()


@pytest.mark.finding(14)
def test_a_bad_row_is_dropped_alone_and_named(
    recorder: Recorder, counts: Counters, caplog: pytest.LogCaptureFixture
) -> None:
    participant = make_participant()
    for second in range(20):
        recorder.add(sample(participant, second))
    bad = sample(participant, 20)
    bad.engagement = "much"
    recorder.add(bad)
    recorder.add(sample(participant, 21))
    recorder.flush()
    assert seconds_stored() == [*range(20), 21]
    assert counts.read()["samples_dropped"] == 1
    assert f"participant {participant.pk}" in caplog.text
    assert "much" not in caplog.text


@pytest.mark.finding(14)
def test_a_repeat_is_stored_once(recorder: Recorder, counts: Counters) -> None:
    """As after a connection that was lost at its COMMIT: nobody knows whether it was stored."""
    participant = make_participant()
    samples = [sample(participant, second) for second in range(10)]
    for _ in range(2):
        for one in samples:
            recorder.add(copy(one))
        recorder.flush()
    recorder.add(sample(participant, 10))
    recorder.flush()
    assert seconds_stored() == list(range(11))
    assert counts.read()["samples_repeated"] == 10
    assert counts.read()["samples_dropped"] == 0


@pytest.mark.finding(15)
def test_what_is_under_way_counts_as_waiting(
    recorder: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[int] = []
    monkeypatch.setattr(recorder._inserter, "insert", lambda samples: seen.append(recorder.waiting))
    recorder.add(sample(make_participant()))
    recorder.flush()
    assert seen == [1]
    assert recorder.waiting == 0


def keep_for_later(folder: Path, participant: Participant, stay: Connection) -> Recorder:
    recorder = Recorder(folder, Counters())
    recorder.start()
    for second in range(5):
        recorder.add(sample(participant, second))
    recorder.camera(participant.pk, "paused")
    recorder.closed(stay.pk, stay.opened_at + timedelta(minutes=3))
    recorder.stop()
    return recorder


@pytest.mark.finding(15)
def test_what_cannot_be_stored_at_the_end_is_stored_once_at_the_next_start(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    participant = make_participant()
    began = timezone.now()
    stay = Connection.objects.create(participant=participant, opened_at=began, last_seen_at=began)
    table = Sample._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} RENAME TO away")
    try:
        keep_for_later(tmp_path / "journal", participant, stay)
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER TABLE away RENAME TO {table}")
    assert "5 samples wait in the journal" in caplog.text
    (file,) = (tmp_path / "journal").iterdir()
    assert file.stat().st_mode & 0o077 == 0
    kept = file.read_bytes()
    for _ in range(2):
        # The second time as if the process had died between storing and deleting the file.
        file.write_bytes(kept)
        recorder = Recorder(tmp_path / "journal", Counters())
        recorder.start()
        until(lambda: not file.exists())
        recorder.stop()
    assert seconds_stored() == list(range(5))
    participant.refresh_from_db()
    stay.refresh_from_db()
    assert participant.camera == "paused"
    assert stay.last_seen_at == began + timedelta(minutes=3)


@pytest.mark.finding(15)
def test_a_damaged_line_of_the_journal_is_left_out(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    participant = make_participant()
    path = Journal(tmp_path).write(Entries([sample(participant, n) for n in range(3)]))
    lines = path.read_text().splitlines()
    path.write_text("\n".join([lines[0], lines[1][:20], '{"second": 1}', lines[2]]))
    recorder = Recorder(tmp_path, Counters())
    recorder.start()
    until(lambda: not path.exists())
    recorder.stop()
    assert seconds_stored() == [0, 2]
    assert "Line 2" in caplog.text


async def test_a_thread_that_met_the_unforeseen_goes_on(
    monkeypatch: pytest.MonkeyPatch, recorder: Recorder
) -> None:
    def end_the_thread() -> None:
        monkeypatch.undo()
        raise SystemExit

    monkeypatch.setattr(recorder, "flush", end_the_thread)
    recorder.start()
    participant = await sync_to_async(make_participant)()
    recorder.add(sample(participant))
    await asyncio.to_thread(until, lambda: recorder.waiting == 0)
    assert recorder.state()["alive"]
    assert recorder.is_storing
    recorder.stop()


@pytest.mark.finding(15)
async def test_a_server_that_is_ended_while_the_database_is_locked_loses_nothing() -> None:
    with running_server(POLICY="presence") as server:
        pupil = Pupil(server, Teacher(server).open_session().code)
        answered = 0
        async with pupil.socket() as socket:
            answered += (await socket.frame(empty_frame()))["type"] == "result"
            until(lambda: pupil.stored == 1)
            path = server.environ["DATABASE_URL"].removeprefix("sqlite:///")
            with closing(sqlite3.connect(path, isolation_level=None)) as other:
                other.execute("BEGIN IMMEDIATE")
                for _ in range(10):
                    answered += (await socket.frame(empty_frame()))["type"] == "result"
                await asyncio.to_thread(server.stop)
                other.execute("ROLLBACK")
        assert answered == 11
        assert server.query("select count(*) from class_sessions_sample") == [(1,)]
        assert "10 samples wait in the journal" in server.log
        server.start()
        server.wait_until_ready()
        until(lambda: pupil.stored == answered)
