"""Who a browser is in a session: a secret token in a signed cookie, one a session."""

from collections.abc import Mapping

from django.conf import settings
from django.core import signing
from django.http import HttpResponse

from sessions.joining.codes import hash_token
from sessions.models import Participant

SALT = "participant"
MAX_AGE_S = 24 * 3600


def cookie_name(code: str) -> str:
    return f"participant_{code}"


def set_participant_cookie(response: HttpResponse, participant: Participant, token: str) -> None:
    response.set_cookie(
        cookie_name(participant.session.code),
        signing.dumps(token, salt=SALT),
        max_age=MAX_AGE_S,
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )


def participant_from_cookies(cookies: Mapping[str, str], code: str) -> Participant | None:
    """The participant of the session with this code; None for no, a forged or an old cookie."""
    value = cookies.get(cookie_name(code))
    if not value:
        return None
    try:
        token = signing.loads(value, salt=SALT, max_age=MAX_AGE_S)
    except signing.BadSignature:
        return None
    return Participant.objects.with_token(hash_token(token)).filter(session__code=code).first()
