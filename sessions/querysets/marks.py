"""Questions about markers, check-ins and signals."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING

from django.apps import apps
from django.contrib.auth.models import User
from django.db.models import Avg, Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from sessions.querysets.taught import taught_by

if TYPE_CHECKING:
    from sessions.models import Alert, Answer, CheckIn, Marker, Signal  # noqa: F401 (named in strings)


class MarkerQuerySet(QuerySet["Marker"]):
    def taught_by(self, user: User) -> MarkerQuerySet:
        return self.filter(taught_by(user, "session__course"))

    def of_sessions(self, session_ids: Collection[int]) -> MarkerQuerySet:
        return self.filter(session__in=session_ids)


class AlertQuerySet(QuerySet["Alert"]):
    def taught_by(self, user: User) -> AlertQuerySet:
        return self.filter(taught_by(user, "session__course"))

    def raised_in(self, session_ids: Collection[int]) -> AlertQuerySet:
        """Those that are not over."""
        return self.filter(session__in=session_ids, ended_second=None)


class CheckInQuerySet(QuerySet["CheckIn"]):
    def taught_by(self, user: User) -> CheckInQuerySet:
        return self.filter(taught_by(user, "session__course"))

    def open_in(self, session_ids: Collection[int]) -> CheckInQuerySet:
        """Those that can be answered now."""
        return self.filter(session__in=session_ids, closed_second=None)

    def with_counts(self) -> CheckInQuerySet:
        """Each with how many answered 1 to 5, as answered_1 to answered_5."""
        counts = {
            f"answered_{value}": Count("answers", filter=Q(answers__value=value))
            for value in range(1, 6)
        }
        return self.annotate(**counts)


class AnswerQuerySet(QuerySet["Answer"]):
    def compared(self) -> list[tuple[int, int | None, int, float | None]]:
        """Participant, student, value, and the participant's mean engagement in the minute
        before, which is kept with the answer where the samples are gone; in order of time."""
        return list(
            self.annotate(before=Coalesce("estimated", _mean_of_the_minute_before()))
            .order_by("second", "pk")
            .values_list("participant_id", "participant__student_id", "value", "before")
        )

    def keep_estimates(self) -> None:
        """Store with each answer what it is compared with, before the samples go."""
        self.update(estimated=_mean_of_the_minute_before())


def _mean_of_the_minute_before() -> Subquery:
    """Of an answer's participant: the mean engagement."""
    # By name: models import this file.
    samples = apps.get_model("class_sessions", "Sample")._default_manager
    before = samples.filter(
        participant=OuterRef("participant"),
        second__gt=OuterRef("second") - 60,
        second__lte=OuterRef("second"),
        engagement__isnull=False,
    )
    mean = before.order_by().values("participant").annotate(mean=Avg("engagement"))
    return Subquery(mean.values("mean"))


class SignalQuerySet(QuerySet["Signal"]):
    def of_sessions(self, session_ids: Collection[int]) -> SignalQuerySet:
        return self.filter(session__in=session_ids)

    def hands_up(self) -> SignalQuerySet:
        """Hands that are raised now."""
        return self.filter(
            kind="hand", ended_second=None, participant__left_at=None, participant__removed_at=None
        )

    def since(self, at: datetime) -> SignalQuerySet:
        return self.filter(at__gte=at)

    def signs(self) -> SignalQuerySet:
        """All but raised hands: those that are counted without a name."""
        return self.exclude(kind="hand")
