"""A student's steps through the join pages with Django's test client."""

from typing import Protocol

from django.core import signing
from django.test import Client
from django.urls import reverse

from sessions.joining.cookies import SALT, cookie_name
from sessions.models import ClassSession, Participant

JOIN_AS_ADA = {"display_name": "Ada", "consent": "on"}


def page(name: str, session: ClassSession) -> str:
    return reverse(name, args=[session.code])


def sign_in(client: Client, session: ClassSession, token: str) -> None:
    client.cookies[cookie_name(session.code)] = signing.dumps(token, salt=SALT)


def joined(client: Client, session: ClassSession) -> Participant:
    """Let the client join over HTTP; returns what was stored."""
    client.post(page("join_session", session), JOIN_AS_ADA)
    return Participant.objects.filter(session=session).latest("pk")


class HasContent(Protocol):
    content: bytes


def text(response: HasContent) -> str:
    return " ".join(response.content.decode().split())
