"""Made-up samples into the database by the hundred thousand: past the ORM, which takes a minute."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import UTC, timedelta
from typing import Any, Final

import numpy as np
from django.db import connection

from inference.engagement import INDEX_2
from inference.labels import EMOTIONS
from sessions.demo.history import Floats, Seen
from sessions.models import Participant, Sample

MODEL_NAME: Final = "simulated"
"""Instead of a model's name: no model saw anybody."""
COLUMNS: Final = (
    "session_id", "participant_id", "at", "second", "faces", *EMOTIONS, "emotion", "engagement",
    "model_name", "detector", "definition", "expression", "facing", "direction",
)  # fmt: skip
DIGITS: Final = 8
"""Of what is stored, after the point."""
NULL: Final = r"\N"
"""In what PostgreSQL reads; an empty cell is an empty text."""

Row = tuple[str | float | None, ...]


def store(participant: Participant, seen: Seen) -> None:
    """Store what was seen of one whose session has begun; minutes are not touched."""
    rows = list(_rows(participant, seen))
    table = Sample._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            text = io.StringIO()
            csv.writer(text).writerows(
                [NULL if cell is None else cell for cell in row] for row in rows
            )
            with cursor.copy(
                f"COPY {table} ({', '.join(COLUMNS)}) FROM STDIN (FORMAT csv, NULL '{NULL}')"
            ) as copy:
                copy.write(text.getvalue())
            return
        marks = ", ".join(["%s"] * len(COLUMNS))
        cursor.executemany(f"INSERT INTO {table} ({', '.join(COLUMNS)}) VALUES ({marks})", rows)


def _rows(participant: Participant, seen: Seen) -> Iterator[Row]:
    start = participant.session.started_at
    if start is None:
        raise ValueError("a session that has not started has no history")
    zone = "" if connection.vendor == "sqlite" else "+00"
    for second, faces, values, expression, facing, engagement, turned in zip(
        seen.second.tolist(),
        seen.faces.tolist(),
        _known(seen.probabilities),
        *map(_known, (seen.expression, seen.facing, seen.engagement)),
        seen.turned.tolist(),
        strict=True,
    ):
        at = (start + timedelta(seconds=second)).astimezone(UTC)
        is_estimated, is_measured = values[0] is not None, engagement is not None
        yield (
            participant.session_id,
            participant.pk,
            f"{at:%Y-%m-%d %H:%M:%S.%f}{zone}",
            int(second),
            faces,
            *values,
            EMOTIONS[values.index(max(values))] if is_estimated else "",
            engagement,
            MODEL_NAME if is_measured else "",
            MODEL_NAME,
            INDEX_2 if is_measured else None,
            expression,
            facing,
            ("turned" if turned else "facing") if facing is not None else None,
        )


def _known(values: Floats) -> list[Any]:
    """As lists, with None for NaN."""
    known = np.round(values, DIGITS).astype(object)
    known[np.isnan(values)] = None
    return list(known.tolist())
