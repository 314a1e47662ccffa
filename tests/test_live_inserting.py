"""Storing samples: once, and a bad one dropped alone, without saying what a face showed."""

from datetime import datetime, timedelta
from typing import Any

import psycopg
import pytest
from django.db import OperationalError, connection
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from sessions.live.counters import Counters
from sessions.live.inserting import Inserter
from sessions.models import Participant, Sample
from tests.factories import make_participant

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.finding(14)]


def sample(participant: Participant, number: int = 0, **fields: Any) -> Sample:
    values: dict[str, Any] = {
        "session_id": participant.session_id,
        "participant_id": participant.pk,
        "at": participant.joined_at + timedelta(seconds=number),
        "second": number,
        "faces": 0,
        **fields,
    }
    return Sample(**values)


@pytest.fixture
def counts() -> Counters:
    return Counters()


@pytest.fixture
def inserter(counts: Counters) -> Inserter:
    return Inserter(counts)


BAD: dict[str, dict[str, Any]] = {
    "a word for a number": {"engagement": "secret"},
    "no participant": {"participant_id": None},
    "no session": {"session_id": None},
    "a participant who is gone": {"participant_id": 987_654},
    "no number of faces": {"faces": None},
    "a second before the start": {"second": -5},
    "a number beyond every column": {"second": 10**30},
    "no moment": {"at": None},
    "a moment that is none": {"at": "secret"},
    "a moment of no time zone": {"at": datetime(2026, 1, 1)},
}


@pytest.mark.parametrize("fields", BAD.values(), ids=BAD)
def test_a_bad_row_is_dropped_alone_and_said(
    inserter: Inserter, counts: Counters, caplog: pytest.LogCaptureFixture, fields: dict[str, Any]
) -> None:
    participant = make_participant()
    samples = [sample(participant, second) for second in range(9)]
    moment = samples[4].at + timedelta(milliseconds=1)
    samples.insert(4, sample(participant, **{"happy": 0.123456, "at": moment, **fields}))
    inserter.insert(samples)
    stored = Sample.objects.order_by("second").values_list("second", flat=True)
    assert list(stored) == list(range(9))
    assert counts.read()["samples_dropped"] == 1
    assert counts.read()["samples_stored"] == 9
    (line,) = [record.getMessage() for record in caplog.records]
    assert f"in session {samples[4].session_id} at" in line
    assert "secret" not in line
    assert "0.123456" not in line


def test_the_reason_names_what_was_wrong(
    inserter: Inserter, caplog: pytest.LogCaptureFixture
) -> None:
    inserter.insert([sample(make_participant(), second=-5)])
    assert "IntegrityError (" in caplog.text
    assert "second" in caplog.text


def test_bad_rows_are_found_by_halving(
    inserter: Inserter, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    participant = make_participant()
    samples = [sample(participant, second) for second in range(1000)]
    samples[700].second = -1
    with django_assert_max_num_queries(150):
        inserter.insert(samples)
    assert Sample.objects.count() == 999


def test_twice_in_one_batch_is_once(inserter: Inserter, counts: Counters) -> None:
    participant = make_participant()
    inserter.insert([sample(participant, second) for second in (0, 1, 1, 2, 0)])
    assert Sample.objects.count() == 3
    assert (counts.read()["samples_repeated"], counts.read()["samples_dropped"]) == (2, 0)


def test_an_outage_is_told_and_drops_nothing(inserter: Inserter, counts: Counters) -> None:
    one = sample(make_participant())
    table = Sample._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} RENAME TO away")
    try:
        with pytest.raises(Exception, match=table):
            inserter.insert([one])
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER TABLE away RENAME TO {table}")
    inserter.insert([one])
    assert Sample.objects.count() == 1
    assert counts.read()["samples_dropped"] == 0


def test_the_database_itself_refuses_a_repeat() -> None:
    participant = make_participant()
    now = timezone.now()
    with pytest.raises(Exception, match=r"(?i)unique|sample_once"):
        Sample.objects.bulk_create(sample(participant, at=now) for _ in range(2))


# These run in test_storage_postgres.py: SQLite takes words of any length and has no server.
if connection.vendor == "postgresql":

    def test_a_word_too_long_is_dropped_alone(inserter: Inserter, counts: Counters) -> None:
        participant = make_participant()
        inserter.insert([sample(participant, 0), sample(participant, 1, emotion="much too long")])
        assert Sample.objects.count() == 1
        assert counts.read()["samples_dropped"] == 1

    @pytest.mark.parametrize("is_stored", [True, False], ids=["after it", "before it"])
    def test_a_connection_lost_at_its_commit_stores_once(
        inserter: Inserter, counts: Counters, monkeypatch: pytest.MonkeyPatch, is_stored: bool
    ) -> None:
        """Another session ends this one's connection just before or after the server commits."""
        participant = make_participant()
        samples = [sample(participant, second) for second in range(10)]
        connection.ensure_connection()
        ours: psycopg.Connection[Any] = connection.connection
        commit = ours.commit

        def lose() -> None:
            if is_stored:
                commit()
            with psycopg.connect(ours.info.dsn, autocommit=True) as other:
                other.execute("SELECT pg_terminate_backend(%s, 5000)", [ours.info.backend_pid])
            ours.execute("SELECT 1")

        monkeypatch.setattr(ours, "commit", lose)
        with pytest.raises(OperationalError):
            inserter.insert(samples)
        connection.close()
        assert Sample.objects.count() == (10 if is_stored else 0)
        inserter.insert(samples)
        assert Sample.objects.count() == 10
        assert counts.read()["samples_dropped"] == 0
        inserter.insert([sample(participant, second) for second in range(10, 12)])
        assert Sample.objects.count() == 12
