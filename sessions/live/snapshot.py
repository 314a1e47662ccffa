"""The whole session so far, for a dashboard that opens late or is reloaded. Uses the database."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, cast

from django.contrib.auth.models import User

from inference.engagement import level_of
from inference.facing import Direction
from inference.labels import EMOTIONS
from sessions.live.dashboard_messages import Series, TrailPoint
from sessions.live.people import Presence
from sessions.live.protocol import rounded
from sessions.live.state import (
    HEARD_WITHIN_S,
    HERE_AT_LEAST_S,
    HERE_INTERVALS,
    ClassState,
    bucket_view,
)
from sessions.live.tallies import KEPT_SLOTS, Slots
from sessions.models import ClassSession, Connection, Participant, Sample
from sessions.reports.buckets import COLUMNS, Sums, bucket_of, width_for
from sessions.reports.records import stays_in
from sessions.reports.tally import seconds_by_slot

MAX_BUCKETS: Final = 600
TRAIL_S: Final = 300
TRAIL_WIDTH_S: Final = 10
RECENT_S: Final = 15
"""Seconds whose samples may come as news, too: the recorder and the news are a beat apart."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A session as the database has it at one moment.

    trails: by participant, over the last five minutes. second: of the session, now. sums,
    connected_s: of the last buckets, which still change. known: participant and second of the
    samples of the last seconds.
    """

    session: ClassSession
    second: int
    series: Series
    people: list[Presence]
    trails: dict[int, list[TrailPoint]]
    sums: dict[int, dict[int, Sums]]
    connected_s: dict[int, float]
    known: tuple[tuple[int, int], ...]

    def state(self, now: float) -> ClassState:
        """What a dashboard goes on from; now: in seconds since the epoch."""
        width, interval = self.series.width_s, self.session.interval_s
        slots = Slots(width, interval, self.sums, self.connected_s, self.known)
        state = ClassState(interval, slots, self.second)
        state.update(self.people, now)
        return state


def load_snapshot(user: User, session_id: int, now: datetime) -> Snapshot | None:
    """Read a session in seven queries; None where it does not exist or is somebody else's."""
    session = ClassSession.objects.taught_by(user).filter(pk=session_id).first()
    if session is None:
        return None
    second = elapsed_seconds(session.started_at, session.ended_at or now)
    width = width_for(second, session.interval_s, MAX_BUCKETS)
    samples = Sample.objects.filter(session=session)
    sums: dict[int, dict[int, Sums]] = {}
    for participant_id, slot, *row in samples.sums_by_time(width):
        sums.setdefault(slot, {})[participant_id] = Sums.of_row(row[:COLUMNS])
    people = _people(session, now, second)
    connected_s = _connected_s(session, people, second, width, max(sums, default=-1))
    last = len(connected_s) - 1 - KEPT_SLOTS
    return Snapshot(
        session=session,
        second=second,
        series=_series(width, session.interval_s, sums, connected_s),
        people=people,
        trails=_trails(session, second),
        sums={slot: own for slot, own in sums.items() if slot >= last},
        connected_s={slot: value for slot, value in enumerate(connected_s) if slot >= last},
        known=tuple(samples.between(second - RECENT_S, second + 1).seconds()),
    )


def elapsed_seconds(started_at: datetime | None, now: datetime) -> int:
    """Whole seconds since the start; 0 before it."""
    return 0 if started_at is None else max(0, int((now - started_at).total_seconds()))


def _connected_s(
    session: ClassSession, people: Sequence[Presence], second: int, width: int, last_slot: int
) -> list[float]:
    """Seconds that all students together were connected, in each bucket up to now."""
    if session.started_at is None:
        return []
    present = {one.connection for one in people if one.connected}
    until = session.started_at + timedelta(seconds=second)
    moments: dict[int, list[tuple[datetime, datetime]]] = {}
    for key, participant_id, opened, seen in Connection.objects.of_session(session).open_to_seen():
        # Those still open were written down a few seconds ago.
        stay = (opened, until if key in present else seen)
        moments.setdefault(participant_id, []).append(stay)
    stays = [stay for own in moments.values() for stay in stays_in(own, session, second)]
    return seconds_by_slot(stays, width, max(second // width, last_slot) + 1)


def _series(
    width: int,
    interval_s: float,
    sums: dict[int, dict[int, Sums]],
    connected_s: Sequence[float],
) -> Series:
    """Buckets with a connection or a sample; the others are left out."""
    views = [
        bucket_view(bucket_of(slot * width, list(sums.get(slot, {}).values()), seconds, interval_s))
        for slot, seconds in enumerate(connected_s)
        if seconds or slot in sums
    ]
    return Series(
        width_s=width,
        t=[view.t for view in views],
        engagement=[view.engagement for view in views],
        facing=[view.facing for view in views],
        coverage=[view.coverage for view in views],
        samples=[view.samples for view in views],
        usable=[view.usable for view in views],
        expected=[view.expected for view in views],
        emotions={name: [view.emotions.get(name) for view in views] for name in EMOTIONS},
    )


def _trails(session: ClassSession, second: int) -> dict[int, list[TrailPoint]]:
    first = max(0, second - TRAIL_S) // TRAIL_WIDTH_S * TRAIL_WIDTH_S
    rows = (
        Sample.objects.filter(session=session)
        .between(first, second + 1)
        .by_participant_and_time(TRAIL_WIDTH_S)
    )
    trails: dict[int, list[TrailPoint]] = {}
    for row in rows:
        point = (row["bucket"] * TRAIL_WIDTH_S, rounded(row["mean_engagement"]))
        trails.setdefault(row["participant_id"], []).append(point)
    return trails


def _people(session: ClassSession, now: datetime, second: int) -> list[Presence]:
    window = math.ceil(max(HERE_AT_LEAST_S, HERE_INTERVALS * session.interval_s))
    latest: dict[int, Sample] = {}
    faces: dict[int, float] = {}
    recent = Sample.objects.filter(session=session).between(second - window, second + 1)
    for sample in recent.order_by("at"):
        latest[sample.participant_id] = sample
        if sample.is_usable:
            faces[sample.participant_id] = sample.at.timestamp()
    people = Participant.objects.filter(session=session).present().with_last_connection()
    return [
        _presence(one, latest.get(one.pk), faces.get(one.pk), now) for one in people.in_join_order()
    ]


def _presence(one: Any, sample: Sample | None, face_at: float | None, now: datetime) -> Presence:
    """one: a Participant annotated with its latest connection and when it was seen."""
    is_seen = one.seen_at is not None and now - one.seen_at < timedelta(seconds=HEARD_WITHIN_S)
    return Presence(
        id=one.pk,
        name=one.display_name,
        simulated=one.is_simulated,
        connection=one.newest_connection or 0,
        connected=is_seen and one.left_at is None,
        camera=one.camera,
        faces=sample.faces if sample else 0,
        face_at=face_at,
        probabilities=_probabilities(sample),
        engagement=sample.engagement if sample else None,
        level=level_of(sample.engagement) if sample and sample.engagement is not None else None,
        direction=cast("Direction | None", sample.direction) if sample else None,
        label=(sample.emotion or None) if sample else None,
    )


def _probabilities(sample: Sample | None) -> tuple[float, ...] | None:
    values = [] if sample is None else [v for v in sample.probabilities if v is not None]
    return tuple(values) if len(values) == len(EMOTIONS) else None
