"""A course's minutes, and a session's samples, as Parquet: for programs that read tables."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any, BinaryIO, Final, Self

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
OF_MINUTE: Final[Columns] = (
    *((name, COUNT, name) for name in COUNTED[:2]),
    ("detector", TEXT, "detector"),
)
OF_MINUTE_ESTIMATED: Final[Columns] = (
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
OF_SAMPLE: Final[Columns] = (
    ("at", pa.timestamp("us", tz="UTC"), "at"),
    ("faces", COUNT, "faces"),
    ("detector", TEXT, "detector"),
)
OF_SAMPLE_ESTIMATED: Final[Columns] = (
    *((name, SHARE, name) for name in (*EMOTIONS, "expression", "facing", "engagement")),
    *((name, TEXT, name) for name in ("emotion", "direction", "definition")),
    ("model", TEXT, "model_name"),
)


@dataclass(frozen=True, slots=True)
class Kind:
    """What a row is. always, estimated: its columns, the latter not under the presence policy."""

    model: type[Minute] | type[Sample]
    order: tuple[str, ...]
    always: Columns
    estimated: Columns


MINUTES: Final = Kind(Minute, ("participant", "second", "pk"), OF_MINUTE, OF_MINUTE_ESTIMATED)
SAMPLES: Final = Kind(Sample, ("second", "pk"), OF_SAMPLE, OF_SAMPLE_ESTIMATED)


class Table:
    """A Parquet file that grows session by session, a group of rows at a time. Blocking."""

    def __init__(self, file: BinaryIO, kind: Kind) -> None:
        """file: need not be one that is sought in. kind: MINUTES or SAMPLES."""
        with_emotion = settings.POLICY == "emotion"
        self._kind = kind
        self._columns = (*WHO, *kind.always, *(kind.estimated if with_emotion else ()))
        fields = [(name, column) for name, column, _ in self._columns]
        self._schema = pa.schema(fields, metadata=_said())
        self._writer = pq.ParquetWriter(file, self._schema, compression="zstd")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._writer.close()

    def write(self, session: ClassSession) -> None:
        """Add all rows of a session."""
        own = self._kind.model.objects.filter(session=session).order_by(*self._kind.order)
        rows = own.values_list(*(field for _, _, field in self._columns))
        for group in _groups(rows.iterator(ROWS_AT_ONCE)):
            arrays = [
                pa.array(values, column)
                for values, (_, column, _) in zip(
                    zip(*group, strict=True), self._columns, strict=True
                )
            ]
            self._writer.write_table(pa.Table.from_arrays(arrays, schema=self._schema))


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
