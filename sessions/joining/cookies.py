"""Who a browser is in a session: a secret token in a signed cookie, one a session."""

from collections.abc import Mapping
from typing import Final

from django.conf import settings
from django.core import signing
from django.http import HttpResponse

from sessions.codes import hash_token
from sessions.models import Participant

SALT: Final = "participant"
ASKING_SALT: Final = "asking"
ROOM_SALT: Final = "room"
ASKING_FOR_S: Final = 3600
ROOM_FOR_S: Final = 24 * 3600
DAY_S: Final = 24 * 3600
LONGEST_S: Final = 400 * DAY_S
"""Browsers keep no cookie longer."""


def cookie_name(code: str) -> str:
    return f"participant_{code}"


def asking_cookie_name(code: str) -> str:
    return f"asking_{code}"


def room_cookie_name(code: str) -> str:
    return f"room_{code}"


def kept_for_s() -> int:
    """As long as the record can be there: the site keeps it so many days after the session."""
    return min(LONGEST_S, (settings.RETENTION_DAYS + 2) * DAY_S)


def set_participant_cookie(response: HttpResponse, code: str, token: str) -> None:
    """Let the browser be the participant with this token; renewed with every visit."""
    _set(response, cookie_name(code), signing.dumps(token, salt=SALT), kept_for_s())


def set_asking_cookie(response: HttpResponse, code: str, token: str) -> None:
    """Let the browser be the one that asks to go on as a participant."""
    _set(response, asking_cookie_name(code), signing.dumps(token, salt=ASKING_SALT), ASKING_FOR_S)


def set_room_cookie(response: HttpResponse, code: str, key: str) -> None:
    """Let the browser be the room's camera of the session with this key."""
    _set(response, room_cookie_name(code), signing.dumps(key, salt=ROOM_SALT), ROOM_FOR_S)


def _set(response: HttpResponse, name: str, value: str, max_age_s: int) -> None:
    response.set_cookie(
        name,
        value,
        max_age=max_age_s,
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )


def signed_token(cookies: Mapping[str, str], code: str) -> str | None:
    """The secret token that this browser has for the session; None for no or a forged cookie.

    Asks no database. How long the token is good is said by the record, which is deleted.
    """
    return _read(cookies.get(cookie_name(code)), SALT)


def asking_token(cookies: Mapping[str, str], code: str) -> str | None:
    """The token with which this browser asks to go on as somebody; None without."""
    return _read(cookies.get(asking_cookie_name(code)), ASKING_SALT)


def room_key(cookies: Mapping[str, str], code: str) -> str | None:
    """The key with which this browser is the room's camera; None without."""
    return _read(cookies.get(room_cookie_name(code)), ROOM_SALT)


def _read(value: str | None, salt: str) -> str | None:
    if not value:
        return None
    try:
        return str(signing.loads(value, salt=salt))
    except signing.BadSignature:
        return None


def participant_from_cookies(cookies: Mapping[str, str], code: str) -> Participant | None:
    """The participant of the session with this code; None for no or a forged cookie."""
    token = signed_token(cookies, code)
    if token is None:
        return None
    return Participant.objects.with_token(hash_token(token)).filter(session__code=code).first()
