"""Whom the students' socket lets in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.utils import timezone

from sessions.joining.codes import normalise_code
from sessions.joining.cookies import participant_from_cookies
from sessions.live.protocol import CloseCode
from sessions.models import ClassSession, Connection, Participant

REFUSALS: Final = {
    CloseCode.NOT_ALLOWED: "You have not joined this class yet. Open its link and join.",
    CloseCode.NO_SUCH_SESSION: "There is no class with this code. Check the code.",
    CloseCode.ENDED: "This class has ended.",
    CloseCode.GONE: "You have left this class. Join it again to take part.",
}


class Refused(Exception):
    """The connection is not let in; code says why, and so does the message."""

    def __init__(self, code: CloseCode) -> None:
        super().__init__(REFUSALS[code])
        self.code = code


@dataclass(frozen=True, slots=True)
class Admission:
    """All that a connection needs to know of its participant and session, read once."""

    session_id: int
    code: str
    title: str
    state: str
    started_at: datetime | None
    interval_s: float
    show_engagement: bool
    participant_id: int
    name: str
    is_simulated: bool
    camera: str
    connection_id: int


def clean_code(typed: str) -> str:
    """The join code, which may become part of a group's name. Raises Refused for what is none."""
    code = normalise_code(typed)
    if not (code.isascii() and code.isalnum() and len(code) <= 12):
        raise Refused(CloseCode.NO_SUCH_SESSION)
    return code


def admit(cookies: Mapping[str, str], code: str) -> Admission:
    """Find the participant by its cookie and note that it is connected. Uses the database.

    Raises Refused for no such session, a stranger, an ended session, and one who has left.
    """
    session = ClassSession.objects.filter(code=code).first()
    if session is None:
        raise Refused(CloseCode.NO_SUCH_SESSION)
    participant = participant_from_cookies(cookies, code)
    if participant is None:
        raise Refused(CloseCode.NOT_ALLOWED)
    if not session.is_joinable:
        raise Refused(CloseCode.ENDED)
    if participant.left_at is not None:
        raise Refused(CloseCode.GONE)
    return _admission(session, participant)


def _admission(session: ClassSession, participant: Participant) -> Admission:
    now = timezone.now()
    stay = Connection.objects.create(participant=participant, opened_at=now, last_seen_at=now)
    return Admission(
        session_id=session.pk,
        code=session.code,
        title=session.title,
        state=session.state,
        started_at=session.started_at,
        interval_s=session.interval_s,
        show_engagement=session.show_engagement,
        participant_id=participant.pk,
        name=participant.display_name,
        is_simulated=participant.is_simulated,
        camera=participant.camera,
        connection_id=stay.pk,
    )
