"""Samples by month, on PostgreSQL: a month that has been thinned goes as one table. Blocking.

SQLite has one table for all. What falls into no month lies in the table of the rest, so that
nothing is refused, whatever a clock says.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Final

from django.db import connection, transaction

from sessions.models import Sample

TABLE: Final = Sample._meta.db_table
REST: Final = f"{TABLE}_rest"
NAME: Final = re.compile(rf"{TABLE}_(\d{{4}})_(\d{{2}})")


def add_month(at: datetime) -> None:
    """Make the table of this moment's month, where there is none yet."""
    if connection.vendor != "postgresql":
        return
    first = _month(at)
    name = f"{TABLE}_{first:%Y_%m}"
    bounds = (first, _next(first))
    with transaction.atomic(), connection.cursor() as cursor:
        # Two processes that find it missing make it once.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [TABLE])
        cursor.execute("SELECT to_regclass(%s)", [name])
        if cursor.fetchone()[0] is not None:
            return
        cursor.execute(
            f"CREATE TABLE {name} (LIKE {TABLE} INCLUDING DEFAULTS INCLUDING CONSTRAINTS)"
        )
        cursor.execute(
            f"WITH moved AS (DELETE FROM {REST} WHERE at >= %s AND at < %s RETURNING *) "
            f"INSERT INTO {name} SELECT * FROM moved",
            bounds,
        )
        cursor.execute(
            f"ALTER TABLE {TABLE} ATTACH PARTITION {name} FOR VALUES FROM (%s) TO (%s)", bounds
        )


def tidy_months(now: datetime) -> None:
    """Make the tables of this month and the next, and drop empty ones of the past."""
    if connection.vendor != "postgresql":
        return
    add_month(now)
    add_month(_next(_month(now)))
    for name in months():
        year, month = map(int, NAME.fullmatch(name).groups())  # type: ignore[union-attr]
        if datetime(year, month, 1, tzinfo=UTC) < _month(now):
            _drop_empty(name)


def months() -> list[str]:
    """The tables of months, the earliest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT inhrelid::regclass::text FROM pg_inherits "
            "WHERE inhparent = to_regclass(%s) ORDER BY 1",
            [TABLE],
        )
        return [name for (name,) in cursor.fetchall() if NAME.fullmatch(name)]


def _drop_empty(name: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SELECT EXISTS (SELECT 1 FROM {name})")
        if cursor.fetchone()[0]:
            return
        # Nobody writes into it between the look and the drop.
        cursor.execute(f"LOCK TABLE {name} IN ACCESS EXCLUSIVE MODE")
        cursor.execute(f"SELECT EXISTS (SELECT 1 FROM {name})")
        if not cursor.fetchone()[0]:
            cursor.execute(f"DROP TABLE {name}")


def _month(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def _next(first: datetime) -> datetime:
    return _month(first + timedelta(days=32))
