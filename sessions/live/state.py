"""The class as a dashboard shows it, put together from the news of all processes. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from inference.engagement import RANKS
from sessions.live.alerts import Seen
from sessions.live.dashboard_messages import BucketView, Changes, ParticipantView, Status
from sessions.live.people import Presence
from sessions.live.protocol import by_emotion, rounded
from sessions.live.tallies import Row, Slots
from sessions.reports.buckets import Bucket, class_emotions, class_engagement, coverage

HERE_INTERVALS: Final = 3
HERE_AT_LEAST_S: Final = 5.0
HEARD_WITHIN_S: Final = 15.0
"""A process tells of everybody connected every few seconds; in silence this long they are gone."""


class ClassState:
    """Merges news about people, and says what changed since the last tick."""

    def __init__(self, interval_s: float, slots: Slots, at_s: float) -> None:
        """interval_s: how often each camera is sampled. at_s: the second of the session."""
        self._here_s = max(HERE_AT_LEAST_S, HERE_INTERVALS * interval_s)
        self._slots = slots
        self._at_s = at_s
        self._people: dict[int, Presence] = {}
        self._heard: dict[int, float] = {}
        self._removed: dict[int, int] = {}
        self._told: dict[int, ParticipantView] = {}

    def update(self, people: Iterable[Presence], now: float) -> None:
        """Take in news heard now; what is about an older or a removed connection is let be."""
        for person in people:
            known = self._people.get(person.id)
            if known is not None and person.connection < known.connection:
                continue
            if person.connection <= self._removed.get(person.id, -1):
                continue
            self._removed.pop(person.id, None)
            self._people[person.id] = person
            self._heard[person.id] = now

    def remove(self, participant_id: int) -> None:
        """Forget a participant that was deleted or taken out, whatever late news says.

        One that is let in again has a newer connection.
        """
        self._slots.forget(participant_id)
        known = self._people.pop(participant_id, None)
        if known is not None:
            self._removed[participant_id] = known.connection
        self._heard.pop(participant_id, None)

    def ids(self) -> frozenset[int]:
        return frozenset(self._people)

    def status(self, person: Presence, now: float) -> Status:
        """Whether the student is here, and if not, why."""
        if not person.connected or now - self._heard[person.id] > HEARD_WITHIN_S:
            return "offline"
        if person.camera == "paused":
            return "paused"
        if person.camera != "on":
            return "no_camera"
        seen = person.face_at is not None and now - person.face_at <= self._here_s
        return "here" if seen else "away"

    def views(self, now: float) -> list[ParticipantView]:
        """Everybody as the dashboard shows them, in the order in which they became known."""
        return [self._view(person, now) for person in self._people.values()]

    def seen(self, now: float, confused: int) -> Seen:
        """The class as alerts look at it. confused: students."""
        views = self.views(now)
        known = [view for view in views if view.level is not None]
        return Seen(
            known=len(known),
            engaged=sum(view.level != "not" for view in known),
            coverage=coverage(*self._slots.lately()),
            away=frozenset(view.id for view in views if view.status == "away"),
            confused=confused,
        )

    def count(self, rows: Iterable[Row]) -> None:
        """Take in what happened in single seconds; see sessions.live.tallies."""
        self._slots.count(row for row in rows if row[0] not in self._removed)

    def tick(self, at_s: float, now: float) -> Changes:
        """The class now, and what changed since the last tick: people, and buckets of its series.

        at_s: seconds of the session. now: as in update().
        """
        views = {view.id: view for view in self.views(now)}
        changed = [view for key, view in views.items() if self._told.get(key) != view]
        removed = sorted(self._told.keys() - views.keys())
        self._told = views
        connected = sum(view.status != "offline" for view in views.values())
        self._slots.pass_time(self._at_s, at_s, connected)
        self._at_s = max(self._at_s, at_s)
        here = [self._people[view.id] for view in views.values() if view.status == "here"]
        return Changes(
            connected=connected,
            faces=len(here),
            levels={level: sum(one.level == level for one in here) for level in RANKS},
            turned=sum(one.direction == "turned" for one in here),
            engagement=rounded(class_engagement(one.engagement for one in here)),
            coverage=rounded(coverage(*self._slots.lately())),
            emotions=by_emotion(class_emotions(one.probabilities for one in here)),
            buckets=[bucket_view(bucket) for bucket in self._slots.changed()],
            participants=changed,
            removed=removed,
        )

    def _view(self, person: Presence, now: float) -> ParticipantView:
        status = self.status(person, now)
        is_here = status == "here"
        value = person.engagement if is_here else None
        return ParticipantView(
            id=person.id,
            name=person.name,
            simulated=person.simulated,
            status=status,
            emotion=person.label if is_here else None,
            direction=person.direction if is_here else None,
            engagement=None if value is None else round(value, 3),
            level=person.level if is_here else None,
            faces=person.faces if status in ("here", "away") else 0,
        )


def bucket_view(bucket: Bucket) -> BucketView:
    """A bucket as a dashboard takes it."""
    return BucketView(
        t=bucket.start_s,
        samples=bucket.samples,
        usable=bucket.usable,
        expected=round(bucket.expected, 2),
        coverage=rounded(bucket.coverage),
        engagement=rounded(bucket.engagement),
        facing=rounded(bucket.facing),
        emotions=by_emotion(bucket.emotions),
    )
