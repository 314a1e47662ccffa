"""A course's minutes, and a session's samples, as Parquet: for programs that read tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, BinaryIO, Final

import pyarrow as pa
import pyarrow.parquet as pq
from django.conf import settings
from django.utils import timezone

from inference.labels import EMOTIONS
from sessions.models import ClassSession, Minute, Sample
from sessions.querysets.minutes import COUNTED, EMOTION_COUNTS, EMOTION_SUMS
from sessions.reports.facts import NOTE, PRESENCE_NOTE

ROWS_AT_ONCE: Final = 20_000
"""Of one group: what is in memory at a time."""
TEXT: Final = pa.dictionary(pa.int32(), pa.string())
COUNT: Final = pa.int32()
SHARE: Final = pa.float32()

Columns = tuple[tuple[str, Any, str], ...]
"""Name, type, and the field of the model."""

WHO: Final[Columns] = (
    ("session", pa.int64(), "session_id"),
    ("participant", pa.int64(), "participant_id"),
    ("student", pa.int64(), "participant__student_id"),
    ("name", TEXT, "participant__display_name"),
    ("simulated", pa.bool_(), "participant__is_simulated"),
    ("second", COUNT, "second"),
)
MINUTES: Final[Columns] = (
    *((name, COUNT, name) for name in COUNTED[:2]),
    ("detector", TEXT, "detector"),
)
MINUTES_ESTIMATED: Final[Columns] = (
    ("measured", COUNT, "measured"),
    ("engagement_sum", pa.float64(), "engagement_sum"),
    ("faced", COUNT, "faced"),
    ("facing_sum", pa.float64(), "facing_sum"),
    ("estimated", COUNT, "estimated"),
    *((name, pa.float64(), name) for name in EMOTION_SUMS),
    *((name, COUNT, name) for name in EMOTION_COUNTS),
    ("model", TEXT, "model_name"),
    ("definition", TEXT, "definition"),
)
SAMPLES: Final[Columns] = (
    ("at", pa.timestamp("us", tz="UTC"), "at"),
    ("faces", COUNT, "faces"),
    ("detector", TEXT, "detector"),
)
SAMPLES_ESTIMATED: Final[Columns] = (
    *((name, SHARE, name) for name in (*EMOTIONS, "expression", "facing", "engagement")),
    *((name, TEXT, name) for name in ("emotion", "direction", "definition")),
    ("model", TEXT, "model_name"),
)


def write_minutes(file: BinaryIO, sessions: Sequence[ClassSession]) -> None:
    """Of all these sessions, in their order."""
    columns = _columns(MINUTES, MINUTES_ESTIMATED)
    own = Minute.objects.filter(session__in=[one.pk for one in sessions])
    rows = own.order_by("session", "participant", "second", "pk")
    _write(file, columns, rows.values_list(*(field for _, _, field in columns)).iterator())


def write_samples(file: BinaryIO, session: ClassSession) -> None:
    """Of one session, in order of time."""
    columns = _columns(SAMPLES, SAMPLES_ESTIMATED)
    rows = Sample.objects.filter(session=session).in_order()
    _write(file, columns, rows.values_list(*(field for _, _, field in columns)).iterator())


def _columns(always: Columns, estimated: Columns) -> Columns:
    return (*WHO, *always, *(estimated if settings.POLICY == "emotion" else ()))


def _write(file: BinaryIO, columns: Columns, rows: Iterable[tuple[Any, ...]]) -> None:
    schema = pa.schema([(name, kind) for name, kind, _ in columns], metadata=_said())
    with pq.ParquetWriter(file, schema, compression="zstd") as writer:
        for group in _groups(iter(rows)):
            arrays = [
                pa.array(values, kind)
                for values, (_, kind, _) in zip(zip(*group, strict=True), columns, strict=True)
            ]
            writer.write_table(pa.Table.from_arrays(arrays, schema=schema))


def _groups(rows: Iterator[tuple[Any, ...]]) -> Iterator[list[tuple[Any, ...]]]:
    while group := list(islice(rows, ROWS_AT_ONCE)):
        yield group


def _said() -> dict[str, str]:
    """What every export says of itself."""
    return {
        "note": NOTE if settings.POLICY == "emotion" else PRESENCE_NOTE,
        "policy": settings.POLICY,
        "time_zone": str(timezone.get_current_timezone()),
        "generated_at": timezone.now().isoformat(timespec="seconds"),
        "definitions": "docs/engagement.md",
    }
