"""The room's camera of a session: which device may be it. Uses the database."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from sessions import news
from sessions.codes import new_token
from sessions.errors import NotAllowed
from sessions.joining.admission import Refusal, Refused
from sessions.joining.cookies import room_key
from sessions.models import ClassSession


@dataclass(frozen=True, slots=True)
class RoomAdmission:
    """What the room's connection needs to know of its session, read once."""

    session_id: int
    title: str
    room_key: str


def allow_room(session: ClassSession) -> None:
    """Let devices be the room's camera by a new link; an older link is good no longer.

    Raises NotAllowed for a session that has ended.
    """
    if not session.is_joinable:
        raise NotAllowed("This session has ended, so no camera can see its room.")
    _set_key(session, new_token())


def end_room(session: ClassSession) -> None:
    """There is no room's camera any longer; what was recorded stays."""
    _set_key(session, "")


def _set_key(session: ClassSession, key: str) -> None:
    session.room_key = key
    session.save(update_fields=["room_key"])
    news.session_changed(session)


def room_with(code: str, key: str) -> ClassSession | None:
    """The session of this code whose room's camera shows this key; None for a wrong key too."""
    session = ClassSession.objects.filter(code=code).select_related("course").first()
    if session is None or not session.room_key:
        return None
    return session if secrets.compare_digest(session.room_key.encode(), key.encode()) else None


def admit_room(cookies: Mapping[str, str], code: str) -> RoomAdmission:
    """Find the session whose room's camera this browser is.

    Raises Refused: for a stranger and for a code that no class has alike, and for an ended
    session.
    """
    key = room_key(cookies, code)
    session = None if key is None else room_with(code, key)
    if session is None:
        raise Refused(Refusal.NO_ROOM)
    if not session.is_joinable:
        raise Refused(Refusal.ENDED)
    return RoomAdmission(session.pk, session.title, session.room_key)
