"""Whom the students' socket lets in. Uses the database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from sessions.clock import Start
from sessions.joining.cookies import participant_from_cookies
from sessions.models import ClassSession, Connection, Participant


class Refusal(Enum):
    """Why somebody is not let in, in words for people."""

    STRANGER = "You have not joined a class with this code yet. Open its link and join."
    ENDED = "This class has ended."
    LEFT = "You have left this class. Join it again to take part."
    REMOVED = "Your teacher has taken you out of this class."
    NO_ROOM = "This device is not the room's camera of a class with this code."


class Refused(Exception):
    """The connection is not let in; reason says why, and so does the message."""

    def __init__(self, reason: Refusal) -> None:
        super().__init__(reason.value)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Admission:
    """All that a connection needs to know of its participant and session, read once."""

    session_id: int
    code: str
    title: str
    state: str
    start: Start | None
    interval_s: float
    show_engagement: bool
    participant_id: int
    name: str
    is_simulated: bool
    camera: str
    connection_id: int
    token_hash: str


def admit(cookies: Mapping[str, str], code: str) -> Admission:
    """Find the participant by its cookie and note that it is connected.

    Raises Refused: for a stranger and for a code that no class has alike, for an ended session,
    and for one who has left or was removed.
    """
    participant = participant_from_cookies(cookies, code)
    if participant is None:
        raise Refused(Refusal.STRANGER)
    session = participant.session
    if not session.is_joinable:
        raise Refused(Refusal.ENDED)
    if participant.removed_at is not None:
        raise Refused(Refusal.REMOVED)
    if participant.left_at is not None:
        raise Refused(Refusal.LEFT)
    return _admission(session, participant)


def _admission(session: ClassSession, participant: Participant) -> Admission:
    now = session.now()
    stay = Connection.objects.create(participant=participant, opened_at=now, last_seen_at=now)
    return Admission(
        session_id=session.pk,
        code=session.code,
        title=session.title,
        state=session.state,
        start=session.start,
        interval_s=session.interval_s,
        show_engagement=session.show_engagement,
        participant_id=participant.pk,
        name=participant.display_name,
        is_simulated=participant.is_simulated,
        camera=participant.camera,
        connection_id=stay.pk,
        token_hash=participant.token_hash,
    )
