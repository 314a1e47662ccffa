"""On PostgreSQL samples lie in a table a month, which goes when it is empty.

On SQLite these are not collected: test_storage_postgres.py runs them.
"""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db import connection

from sessions.live.partitions import REST, add_month, months, tidy_months
from sessions.models import Sample
from tests.factories import make_participant, make_sample, make_session

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("no_months")]
MAY = datetime(2024, 5, 31, 23, 30, tzinfo=UTC)
JULY = datetime(2024, 7, 1, 8, 0, tzinfo=UTC)


def table_of(sample: Sample) -> str:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tableoid::regclass::text FROM class_sessions_sample WHERE id = %s", [sample.pk]
        )
        return str(cursor.fetchone()[0])


@pytest.fixture
def no_months() -> None:
    with connection.cursor() as cursor:
        for name in months():
            cursor.execute(f"DROP TABLE {name}")


def recorded(at: datetime, second: int = 0) -> Sample:
    return make_sample(make_participant(make_session(started_at=at)), second)


def test_what_lay_in_the_rest_moves_into_its_month() -> None:
    before = recorded(MAY)
    assert table_of(before) == REST
    add_month(MAY)
    add_month(MAY)
    assert months() == ["class_sessions_sample_2024_05"]
    assert table_of(before) == "class_sessions_sample_2024_05"
    # The hour after is June, which has no table.
    after = recorded(MAY, 3600)
    assert table_of(after) == REST
    assert Sample.objects.count() == 2
    assert after.pk > before.pk


def test_a_past_month_goes_when_it_is_empty() -> None:
    kept = recorded(MAY)
    add_month(MAY)
    add_month(datetime(2024, 6, 15, tzinfo=UTC))
    tidy_months(JULY)
    names = [f"class_sessions_sample_2024_{month}" for month in ("05", "07", "08")]
    assert months() == names
    kept.delete()
    tidy_months(JULY)
    assert months() == names[1:]


def test_a_sample_is_still_stored_once_and_goes_with_its_participant() -> None:
    add_month(MAY)
    sample = recorded(MAY)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conname FROM pg_constraint WHERE conrelid = %s::regclass",
            [Sample._meta.db_table],
        )
        names = {name for (name,) in cursor.fetchall()}
    assert "sample_once" in names
    sample.participant.delete()
    assert not Sample.objects.exists()
