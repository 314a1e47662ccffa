"""Many samples at once by PostgreSQL's COPY, which takes a fraction of an INSERT's time. Blocking.

Source: https://www.postgresql.org/docs/current/populate.html
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from django.db import connection

from sessions.models import Sample

TABLE: Final = Sample._meta.db_table
FIELDS: Final = [field for field in Sample._meta.concrete_fields if not field.primary_key]
COLUMNS: Final = ", ".join(str(field.column) for field in FIELDS)


def copy_in(samples: Sequence[Sample]) -> None:
    """Store new samples; they stay without keys. Raises as bulk_create() does."""
    # What COPY says at its end is said outside the cursor's own methods.
    with (
        connection.wrap_database_errors,
        connection.cursor() as cursor,
        cursor.copy(f"COPY {TABLE} ({COLUMNS}) FROM STDIN") as copy,
    ):
        for sample in samples:
            copy.write_row(_row(sample))


def _row(sample: Sample) -> list[object]:
    return [
        field.get_db_prep_save(field.pre_save(sample, add=True), connection) for field in FIELDS
    ]
