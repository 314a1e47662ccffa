"""The whole session so far, for a dashboard that opens late or is reloaded. Uses the database."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.contrib.auth.models import User
from django.db.models import Max

from inference.labels import EMOTIONS
from sessions.live.state import HEARD_WITHIN_S, HERE_AT_LEAST_S, HERE_INTERVALS, Person
from sessions.models import ClassSession, Participant, Sample

WIDTHS_S: Final = (1, 2, 5, 10, 15, 30, 60, 120, 300)
MAX_BUCKETS: Final = 600
TRAIL_S: Final = 300
TRAIL_WIDTH_S: Final = 10


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A session as the database has it at one moment.

    series: t (starts of buckets, seconds of the session) and one list each for engagement,
    samples, usable and every emotion's mean probability. trails: by participant, pairs of
    second and mean engagement over the last five minutes.
    """

    session: ClassSession
    series: dict[str, Any]
    people: list[Person]
    trails: dict[int, list[tuple[int, float | None]]]


def load_snapshot(user: User, session_id: int, now: datetime) -> Snapshot | None:
    """Read a session in five queries; None where it does not exist or is somebody else's."""
    session = ClassSession.objects.owned_by(user).filter(pk=session_id).first()
    if session is None:
        return None
    second = elapsed_seconds(session.started_at, session.ended_at or now)
    return Snapshot(
        session=session,
        series=_series(session, second),
        people=_people(session, now, second),
        trails=_trails(session, second),
    )


def elapsed_seconds(started_at: datetime | None, now: datetime) -> int:
    """Whole seconds since the start; 0 before it."""
    return 0 if started_at is None else max(0, int((now - started_at).total_seconds()))


def bucket_width(interval_s: float, second: int) -> int:
    """Seconds of a bucket: no shorter than the interval, and not too many buckets."""
    least = max(math.ceil(interval_s), math.ceil(second / MAX_BUCKETS))
    return next((width for width in WIDTHS_S if width >= least), WIDTHS_S[-1])


def _series(session: ClassSession, second: int) -> dict[str, Any]:
    width = bucket_width(session.interval_s, second)
    rows = list(Sample.objects.filter(session=session).by_time(width))
    return {
        "width_s": width,
        "t": [row["bucket"] * width for row in rows],
        "engagement": [_rounded(row["mean_engagement"]) for row in rows],
        "samples": [row["samples"] for row in rows],
        "usable": [row["usable"] for row in rows],
        "emotions": {name: [_rounded(row[f"mean_{name}"]) for row in rows] for name in EMOTIONS},
    }


def _trails(session: ClassSession, second: int) -> dict[int, list[tuple[int, float | None]]]:
    first = max(0, second - TRAIL_S) // TRAIL_WIDTH_S * TRAIL_WIDTH_S
    rows = (
        Sample.objects.filter(session=session)
        .between(first, second + 1)
        .by_participant_and_time(TRAIL_WIDTH_S)
    )
    trails: dict[int, list[tuple[int, float | None]]] = {}
    for row in rows:
        point = (row["bucket"] * TRAIL_WIDTH_S, _rounded(row["mean_engagement"]))
        trails.setdefault(row["participant_id"], []).append(point)
    return trails


def _people(session: ClassSession, now: datetime, second: int) -> list[Person]:
    window = math.ceil(max(HERE_AT_LEAST_S, HERE_INTERVALS * session.interval_s))
    latest: dict[int, Sample] = {}
    faces: dict[int, float] = {}
    recent = Sample.objects.filter(session=session).between(second - window, second + 1)
    for sample in recent.order_by("at"):
        latest[sample.participant_id] = sample
        if sample.is_usable:
            faces[sample.participant_id] = sample.at.timestamp()
    people = (
        Participant.objects.filter(session=session)
        .annotate(connection=Max("connections__pk"), seen_at=Max("connections__last_seen_at"))
        .in_join_order()
    )
    return [_person(one, latest.get(one.pk), faces.get(one.pk), now) for one in people]


def _person(one: Any, sample: Sample | None, face_at: float | None, now: datetime) -> Person:
    """one: a Participant annotated with its latest connection and when it was seen."""
    is_seen = one.seen_at is not None and now - one.seen_at < timedelta(seconds=HEARD_WITHIN_S)
    return Person(
        id=one.pk,
        name=one.display_name,
        simulated=one.is_simulated,
        connection=one.connection or 0,
        connected=is_seen and one.left_at is None,
        camera=one.camera,
        faces=sample.faces if sample else 0,
        face_at=face_at,
        probabilities=_probabilities(sample),
        engagement=sample.engagement if sample else None,
    )


def _probabilities(sample: Sample | None) -> tuple[float, ...] | None:
    values = [] if sample is None else [v for v in sample.probabilities if v is not None]
    return tuple(values) if len(values) == len(EMOTIONS) else None


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
