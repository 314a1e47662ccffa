"""Doors of a student's private link, for tests."""

from django.urls import reverse

from sessions.codes import hash_token
from sessions.models import ClassSession, Participant
from tests.known_session import KnownSession, make_known_session

TOKEN = "anns-own-token"


def known_by_link() -> KnownSession:
    """Ann has the token."""
    known = make_known_session()
    Participant.objects.filter(pk=known.ann.pk).update(token_hash=hash_token(TOKEN))
    return known


def at(name: str, session: ClassSession, *rest: object, token: str = TOKEN) -> str:
    return reverse(name, args=[session.code, token, *rest])
