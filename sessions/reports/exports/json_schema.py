"""The form of the JSON export as types, of which its published schema is made. Pure."""

from __future__ import annotations

import inspect
import json
from typing import Any, Final

import msgspec

from inference.engagement import Definition
from sessions.reports.agreement import Agreement
from sessions.reports.alerts import AlertRow
from sessions.reports.disputes import DisputeRow
from sessions.reports.room import RoomReport
from sessions.reports.segments import Segment
from sessions.reports.voice import CheckInRow

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
FILE: Final = "session-export.schema.json"
"""In docs/."""

Cell = str | int | float | bool | None


class Strict(msgspec.Struct, forbid_unknown_fields=True):
    """Base of all parts."""


class Form(Strict):
    """Which form this is."""

    name: str
    version: int


class Simulated(Strict):
    """Whether the session is made up, how many of its students are, and a mark to show."""

    session: bool
    students: int
    mark: str


class About(Strict):
    """The session, and from_s to to_s, the stretch of it that all figures are of."""

    id: int
    title: str
    course: str
    started_at: str | None
    ended_at: str | None
    live: bool
    interval_s: float
    length_s: float
    from_s: float
    to_s: float


class Tallied(Strict):
    """What was counted. Shares, coverage and engagement are 0 to 1; null is too little data."""

    attended_s: float
    samples: int
    usable: int
    coverage: float | None
    engagement: float | None
    facing: float | None
    emotion_shares: tuple[float, ...] | None
    dominant: str | None


class OfClass(Tallied):
    """All students together."""

    students: int


class OneBucket(Strict):
    """The class over width_s seconds from start_s."""

    start_s: int
    samples: int
    usable: int
    expected: float
    coverage: float | None
    engagement: float | None
    facing: float | None
    emotions: tuple[float, ...] | None


class Timeline(Strict):
    """The class over time."""

    width_s: int
    buckets: tuple[OneBucket, ...]


class OneMarker(Strict):
    """The teacher's mark."""

    second: int
    kind: str
    text: str


class Disputed(Strict):
    """What students call wrong, without names."""

    students: int
    disputed_s: float
    connected_s: float
    samples: int
    share: float | None
    rows: tuple[DisputeRow, ...]


class OneStudent(Tallied):
    """One student; participants are all records of theirs, of which participant is the first."""

    participant: int
    participants: tuple[int, ...]
    student: int | None
    name: str
    simulated: bool
    attendance: float | None
    disputed_s: float


class SessionExport(Strict):
    """Everything of one session. minutes and samples are arrays of the columns that minute_fields
    and sample_fields name; samples is empty where single samples are deleted. Times are in UTC."""

    schema: Form
    generated_at: str
    note: str
    simulated: Simulated
    policy: str
    models: tuple[str, ...]
    detectors: tuple[str, ...]
    definitions: tuple[Definition, ...]
    labels: tuple[str, ...]
    time_zone: str
    session: About
    summary: OfClass
    timeline: Timeline
    markers: tuple[OneMarker, ...]
    segments: tuple[Segment, ...]
    check_ins: tuple[CheckInRow, ...]
    signs: dict[str, tuple[int, ...]]
    agreement: Agreement | None
    alerts: tuple[AlertRow, ...]
    disputes: Disputed
    room: RoomReport | None
    students: tuple[OneStudent, ...]
    minute_fields: tuple[str, ...]
    sample_fields: tuple[str, ...]
    minutes: tuple[tuple[Cell, ...], ...]
    samples: tuple[tuple[Cell, ...], ...]


def schema_text() -> str:
    """The content of the file."""
    (whole,), parts = msgspec.json.schema_components([SessionExport], ref_template="#/$defs/{name}")
    for part in parts.values():
        if "description" in part:
            part["description"] = inspect.cleandoc(part["description"])
    content: dict[str, Any] = {
        "$schema": DIALECT,
        "title": "The JSON export of a session, version 1",
        **whole,
        "$defs": parts,
    }
    return json.dumps(content, indent=2) + "\n"
