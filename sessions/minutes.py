"""Samples summed up by student and minute: added as samples arrive, rebuilt from them, cut.

All of it is SQL that SQLite and PostgreSQL both read: a sum that is added to in place, and one
pass over a session's samples. Blocking.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Final

from django.db import connection, transaction

from inference.labels import EMOTIONS
from sessions.models import Minute, Sample
from sessions.querysets.minutes import KEY, SUMMED

MINUTE_S: Final = 60
TABLE: Final = Minute._meta.db_table
SAMPLES: Final = Sample._meta.db_table
COLUMNS: Final = ("session_id", *KEY, *SUMMED)
ROWS_AT_ONCE: Final = 500
"""Rows of one statement: below SQLite's bound of 32,766 values."""

Key = tuple[int, int, int, str, str, str]
"""Session, then KEY."""


def add(samples: Iterable[Sample]) -> None:
    """Add stored samples to their minutes; in the transaction that stores them."""
    sums: dict[Key, list[float]] = defaultdict(lambda: [0.0] * len(SUMMED))
    for sample in samples:
        total = sums[_key(sample)]
        for place, value in enumerate(_row(sample)):
            total[place] += value
    # In order, so that two processes never wait for each other's rows.
    rows: list[tuple[float | str, ...]] = [(*key, *total) for key, total in sorted(sums.items())]
    for start in range(0, len(rows), ROWS_AT_ONCE):
        _upsert(rows[start : start + ROWS_AT_ONCE])


def _upsert(rows: Sequence[tuple[float | str, ...]]) -> None:
    marks = ", ".join(f"({', '.join(['%s'] * len(COLUMNS))})" for _ in rows)
    added = ", ".join(f"{name} = {TABLE}.{name} + excluded.{name}" for name in SUMMED)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {TABLE} ({', '.join(COLUMNS)}) VALUES {marks} "
            f"ON CONFLICT ({', '.join(KEY)}) DO UPDATE SET {added}",
            [value for row in rows for value in row],
        )


def _key(sample: Sample) -> Key:
    minute = sample.second - sample.second % MINUTE_S
    by = (sample.model_name or "", sample.detector or "", sample.definition or "")
    return sample.session_id, sample.participant_id, minute, *by


def _row(sample: Sample) -> tuple[float, ...]:
    return (
        1,
        sample.faces > 0,
        sample.engagement is not None,
        sample.engagement or 0.0,
        sample.facing is not None,
        sample.facing or 0.0,
        sample.angry is not None,
        *(value or 0.0 for value in sample.probabilities),
        *(sample.emotion == name for name in EMOTIONS),
    )


# From stored samples ----------------------------------------------------------------------------

SUMS: Final = (
    "COUNT(*)",
    "COUNT(CASE WHEN faces > 0 THEN 1 END)",
    "COUNT(engagement)",
    "COALESCE(SUM(engagement), 0)",
    "COUNT(facing)",
    "COALESCE(SUM(facing), 0)",
    f"COUNT({EMOTIONS[0]})",
    *(f"COALESCE(SUM({name}), 0)" for name in EMOTIONS),
    *(f"COUNT(CASE WHEN emotion = '{name}' THEN 1 END)" for name in EMOTIONS),
)
"""SUMMED of a group of samples."""


def rebuild(session_id: int, cuts: Sequence[int] = ()) -> None:
    """Make a session's minutes anew from its samples, cut at these seconds too.

    Not for a session whose samples were deleted, nor while it is recorded.
    """
    start = f"second - second %% {MINUTE_S}"
    inside = sorted({cut for cut in cuts if cut % MINUTE_S})
    if inside:
        # The latest of the minute's begin and the cuts before the sample.
        cases = " ".join(
            f"WHEN second >= {cut:d} AND second < {cut - cut % MINUTE_S + MINUTE_S:d} THEN {cut:d}"
            for cut in reversed(inside)
        )
        start = f"CASE {cases} ELSE {start} END"
    by = ("session_id", "participant_id", start, "model_name", "COALESCE(detector, '')",
          "COALESCE(definition, '')")  # fmt: skip
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {TABLE} WHERE session_id = %s", [session_id])
        cursor.execute(
            f"INSERT INTO {TABLE} ({', '.join(COLUMNS)}) SELECT {', '.join((*by, *SUMS))} "
            f"FROM {SAMPLES} WHERE session_id = %s GROUP BY {', '.join(by)}",
            [session_id],
        )
