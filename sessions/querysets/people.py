"""Questions about who takes part, and when."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING

from django.apps import apps
from django.contrib.auth.models import User
from django.db.models import Exists, Max, OuterRef, QuerySet

from sessions.querysets.taught import taught_by

if TYPE_CHECKING:
    from sessions.models import ClassSession, Connection, Participant, Takeover  # noqa: F401 (named in strings)


class ParticipantQuerySet(QuerySet["Participant"]):
    def taught_by(self, user: User) -> ParticipantQuerySet:
        return self.filter(taught_by(user, "session__course"))

    def with_token(self, token_hash: str) -> ParticipantQuerySet:
        return self.filter(token_hash=token_hash).select_related("session__course")

    def present(self) -> ParticipantQuerySet:
        """Those whom the teacher has not taken out."""
        return self.filter(removed_at=None)

    def removed(self) -> ParticipantQuerySet:
        """Those whom the teacher has taken out, the last first."""
        return self.exclude(removed_at=None).order_by("-removed_at")

    def of_sessions(self, session_ids: Collection[int]) -> ParticipantQuerySet:
        return self.filter(session__in=session_ids)

    def with_newest_connection(self) -> ParticipantQuerySet:
        """Each with newest_connection, the number of the latest one; None without any."""
        return self.annotate(newest_connection=Max("connections__pk"))

    def with_last_connection(self) -> ParticipantQuerySet:
        """Each with newest_connection and seen_at, when any connection of theirs was last seen."""
        return self.with_newest_connection().annotate(seen_at=Max("connections__last_seen_at"))

    def with_camera_used(self) -> ParticipantQuerySet:
        """Each with camera_used: whether any picture of theirs was analysed."""
        # By name: models import this file.
        minutes = apps.get_model("class_sessions", "Minute")._default_manager
        return self.annotate(camera_used=Exists(minutes.filter(participant=OuterRef("pk"))))

    def in_join_order(self) -> ParticipantQuerySet:
        return self.order_by("joined_at", "pk")


class TakeoverQuerySet(QuerySet["Takeover"]):
    def taught_by(self, user: User) -> TakeoverQuerySet:
        return self.filter(taught_by(user, "participant__session__course"))

    def of_sessions(self, session_ids: Collection[int]) -> TakeoverQuerySet:
        """Those that wait for the teacher's word, the first asked first."""
        return self.filter(participant__session__in=session_ids).select_related("participant")


class ConnectionQuerySet(QuerySet["Connection"]):
    def of_session(self, session: ClassSession) -> ConnectionQuerySet:
        return self.filter(participant__session=session)

    def of_sessions(self, session_ids: Collection[int]) -> ConnectionQuerySet:
        return self.filter(participant__session__in=session_ids)

    def open_to_seen(self) -> QuerySet[Connection, tuple[int, int, datetime, datetime]]:
        """(key, participant, from, to) of every stay."""
        return self.values_list("pk", "participant_id", "opened_at", "last_seen_at")

    def stays(self) -> QuerySet[Connection, tuple[int, datetime, datetime]]:
        """(participant, from, to) of every stay, each participant's in order of time."""
        return self.order_by("participant_id", "opened_at").values_list(
            "participant_id", "opened_at", "last_seen_at"
        )
