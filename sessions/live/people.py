"""Who is in a class, and what of that the dashboards have not been told yet. Pure."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

from inference.engagement import Level
from inference.facing import Direction

EVERYBODY_S: Final = 5.0
"""How often everybody connected is told of, changed or not, so that silence means gone."""


@dataclass(frozen=True, slots=True)
class Presence:
    """What is known of one participant now. Moments are in seconds since the epoch, as
    the session's own clock has them.

    connection: the number of the stay this is about; a higher one is newer. faces,
    probabilities (in the order of EMOTIONS), engagement, its level, direction and label (the
    emotion over seconds): of the latest sample, or of none; see inference.track.Estimate.
    face_at: when a face was last seen.
    """

    id: int
    name: str
    simulated: bool
    connection: int
    connected: bool
    camera: str
    faces: int = 0
    face_at: float | None = None
    probabilities: tuple[float, ...] | None = None
    engagement: float | None = None
    level: Level | None = None
    direction: Direction | None = None
    label: str | None = None

    def to_news(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_news(cls, news: dict[str, Any]) -> Presence:
        """The opposite of to_news(), also after a way through JSON or MessagePack."""
        values = news["probabilities"]
        return cls(**{**news, "probabilities": None if values is None else tuple(values)})


class People(dict[int, Presence]):
    """Everybody known, by the participant's number. Change it by its methods only."""

    def __init__(self) -> None:
        super().__init__()
        self._changed: set[int] = set()
        self._told_all_at = -math.inf

    def know(self, person: Presence) -> None:
        """What is known of a participant from now on."""
        self[person.id] = person
        self._changed.add(person.id)

    def change(self, participant_id: int, **fields: Any) -> None:
        """Change these fields of a participant; one who is not known stays so."""
        known = self.get(participant_id)
        if known is not None:
            self.know(replace(known, **fields))

    def forget(self, participant_id: int) -> None:
        """Know a participant no more."""
        self.pop(participant_id, None)
        self._changed.discard(participant_id)

    def take_news(self, now: float) -> list[dict[str, Any]]:
        """What is new since the last call; now and then everybody. now: of time.monotonic()."""
        if now - self._told_all_at >= EVERYBODY_S:
            self._changed.update(key for key, one in self.items() if one.connected)
            self._told_all_at = now
        news = [self[key].to_news() for key in self._changed]
        self._changed.clear()
        return news
