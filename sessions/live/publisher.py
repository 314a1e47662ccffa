"""What this process knows of its students, told to the dashboards at most once a second."""

from __future__ import annotations

import asyncio
import logging
import time
from typing import Final

from channels.layers import get_channel_layer

from inference.engagement import EngagementTrack
from sessions.live.news import dashboard_group
from sessions.live.state import Person

logger = logging.getLogger(__name__)

BEAT_S: Final = 1.0
EVERYBODY_S: Final = 5.0
"""How often everybody connected is told of, changed or not, so that silence means gone."""
LINGER_S: Final = 30.0
"""How long a class without connections is remembered, for those who come back."""


class _Class:
    """One session's students in this process."""

    def __init__(self) -> None:
        self.people: dict[int, Person] = {}
        self.tracks: dict[int, EngagementTrack] = {}
        self.changed: set[int] = set()
        self.told_all_at = 0.0
        self.task: asyncio.Task[None] | None = None

    def news(self, now: float) -> list[Person]:
        """Those to tell of now; they count as told."""
        if now - self.told_all_at >= EVERYBODY_S:
            self.changed.update(key for key, one in self.people.items() if one.connected)
            self.told_all_at = now
        told = [self.people[key] for key in self.changed if key in self.people]
        self.changed.clear()
        return told


class Publisher:
    """Owned by the event loop: call it from there only."""

    def __init__(self) -> None:
        self._classes: dict[int, _Class] = {}

    def update(self, session_id: int, person: Person) -> None:
        """Remember a person and tell the dashboards with the next beat.

        News about an older connection than the known one is let be: the newer one is open.
        """
        known = self._class(session_id)
        before = known.people.get(person.id)
        if before is not None and person.connection < before.connection:
            return
        known.people[person.id] = person
        known.changed.add(person.id)

    def forget(self, session_id: int, participant_id: int) -> None:
        """Drop all that is known of a participant who deleted its data."""
        known = self._class(session_id)
        known.people.pop(participant_id, None)
        known.tracks.pop(participant_id, None)

    def person(self, session_id: int, participant_id: int) -> Person | None:
        known = self._classes.get(session_id)
        return known.people.get(participant_id) if known else None

    def people(self, session_id: int) -> list[Person]:
        """Everybody this process knows in a session."""
        known = self._classes.get(session_id)
        return list(known.people.values()) if known else []

    def track(self, session_id: int, participant_id: int) -> EngagementTrack:
        """The participant's smoothed engagement, which outlives a lost connection."""
        return self._class(session_id).tracks.setdefault(participant_id, EngagementTrack())

    def _class(self, session_id: int) -> _Class:
        known = self._classes.get(session_id)
        if known is None:
            known = self._classes[session_id] = _Class()
            known.task = asyncio.create_task(self._beat(session_id, known))
        return known

    async def _beat(self, session_id: int, known: _Class) -> None:
        """Tell the dashboards each second until nobody has been connected for a while."""
        connected_at = time.monotonic()
        while time.monotonic() - connected_at < LINGER_S:
            await asyncio.sleep(BEAT_S)
            if any(person.connected for person in known.people.values()):
                connected_at = time.monotonic()
            try:
                await _tell(session_id, known.news(time.monotonic()))
            except Exception:
                logger.exception("The dashboards of session %s could not be told", session_id)
        del self._classes[session_id]


async def _tell(session_id: int, people: list[Person]) -> None:
    if not people:
        return
    layer = get_channel_layer()
    assert layer is not None, "settings.CHANNEL_LAYERS always names one"
    await layer.group_send(
        dashboard_group(session_id),
        {"type": "class.news", "people": [person.to_news() for person in people]},
    )


publisher: Final = Publisher()
