"""What the database says of live sessions: the truth that every process agrees with. Blocking."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any, cast

from django.conf import settings
from django.contrib.auth import get_user
from django.http import HttpRequest

from inference.engagement import INDEX_2, Definition
from sessions.clock import Start
from sessions.live.alert_records import read_alerts, rules_of
from sessions.live.alerts import Rules
from sessions.live.dashboard_messages import AlertView
from sessions.live.voice import NOBODY, Voice, read_voices
from sessions.models import ClassSession, Marker, Participant, Takeover

Markers = tuple[tuple[int, int, str, str], ...]
"""Id, second, kind and text of each, in order."""


@dataclass(frozen=True, slots=True)
class ParticipantTruth:
    """token_hash: of the browser that this participant is. connection: number of the newest."""

    token_hash: str
    has_left: bool
    is_removed: bool
    connection: int


@dataclass(frozen=True, slots=True)
class SessionTruth:
    """participants: by number; whoever is missing has been deleted. asks: id and name.

    definition: of engagement. room_key: what the room's camera shows, empty without one.
    """

    session_id: int
    state: str
    start: Start | None
    interval_s: float
    show_engagement: bool
    participants: dict[int, ParticipantTruth] = field(default_factory=dict)
    asks: tuple[tuple[int, str], ...] = ()
    definition: Definition = INDEX_2
    room_key: str = ""
    markers: Markers = ()
    voice: Voice = NOBODY
    alerts: tuple[AlertView, ...] = ()
    rules: Rules = field(default_factory=Rules)
    random_check_ins: bool = False

    @property
    def question(self) -> tuple[int | None, str | None]:
        """The check-in that can be answered now, as students are told it."""
        asked = self.voice.check_in
        return (None, None) if asked is None else (asked.id, asked.question)

    @property
    def asks_at_random(self) -> bool:
        """Whether random check-ins have to be asked, or one to be closed."""
        asked = self.voice.check_in
        is_open = asked is not None and asked.random
        return self.state == "live" and (self.random_check_ins or is_open)


def read_truths(session_ids: Collection[int]) -> dict[int, SessionTruth]:
    """The truth of each of the sessions that exist, in eight queries."""
    people: dict[int, dict[int, ParticipantTruth]] = {}
    row: Any
    for row in Participant.objects.of_sessions(session_ids).with_newest_connection():
        people.setdefault(row.session_id, {})[row.pk] = ParticipantTruth(
            row.token_hash,
            row.left_at is not None,
            row.removed_at is not None,
            row.newest_connection or 0,
        )
    asks: dict[int, list[tuple[int, str]]] = {}
    for ask in Takeover.objects.of_sessions(session_ids):
        name = ask.participant.display_name
        asks.setdefault(ask.participant.session_id, []).append((ask.pk, name))
    voices, alerts = read_voices(session_ids), read_alerts(session_ids)
    marks: dict[int, list[tuple[int, int, str, str]]] = {}
    for mark in Marker.objects.of_sessions(session_ids):
        marks.setdefault(mark.session_id, []).append((mark.pk, mark.second, mark.kind, mark.text))
    return {
        session.pk: SessionTruth(
            session.pk,
            session.state,
            session.start,
            session.interval_s,
            session.show_engagement,
            people.get(session.pk, {}),
            tuple(asks.get(session.pk, ())),
            cast(Definition, session.definition),
            session.room_key,
            tuple(marks.get(session.pk, ())),
            voices.get(session.pk, NOBODY),
            alerts.get(session.pk, ()),
            rules_of(session.course),
            session.random_check_ins,
        )
        for session in ClassSession.objects.filter(pk__in=session_ids).select_related("course")
    }


def may_watch(login_key: str, session_id: int) -> bool:
    """Whether the browser with this login is still signed in as the session's owner.

    The login is read anew: signing out, a new password and a blocked account end it.
    """
    request = HttpRequest()
    request.session = import_module(settings.SESSION_ENGINE).SessionStore(login_key)
    user = get_user(request)
    if not user.is_authenticated or not user.is_active:
        return False
    return ClassSession.objects.taught_by(user).filter(pk=session_id).exists()
