from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from sessions.live.counters import Counters
from sessions.live.recorder import MAX_BATCH, Recorder
from sessions.models import ClassSession, Connection, Participant, Sample
from tests.classroom import until
from tests.factories import make_participant, make_session

# The keys of other tables are only checked where a transaction ends.
pytestmark = pytest.mark.django_db(transaction=True)


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
    return Recorder(counts=counts)


def seconds_stored() -> list[int]:
    return list(Sample.objects.order_by("second").values_list("second", flat=True))


def test_samples_are_stored_in_bulk(
    recorder: Recorder, counts: Counters, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    participant = make_participant()
    for second in range(50):
        recorder.add(sample(participant, second))
    assert recorder.waiting == 50
    with django_assert_max_num_queries(4):
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
    recorder = Recorder(max_waiting=3, counts=counts)
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
    recorder.opened(first.pk)
    recorder.opened(second.pk)
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


def test_the_thread_deletes_what_has_expired(recorder: Recorder) -> None:
    old = timezone.now() - timedelta(days=settings.RETENTION_DAYS + 1)
    make_session(state="ended", started_at=old - timedelta(hours=1), ended_at=old)
    kept = make_session(state="ended")
    recorder.start()
    until(lambda: ClassSession.objects.count() == 1)
    recorder.stop()
    assert ClassSession.objects.get() == kept


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
