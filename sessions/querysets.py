"""Questions that pages and exports ask of the database, named by purpose."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeAlias

from django.contrib.auth.models import User
from django.db.models import Avg, Case, Count, F, Max, Q, QuerySet, Sum, When
from django.db.models.functions import Coalesce

from inference.labels import EMOTIONS

if TYPE_CHECKING:
    from sessions.models import (  # noqa: F401 (named in strings: models import this file)
        ClassSession,
        Connection,
        Course,
        Participant,
        Sample,
        Student,
        Takeover,
    )

Rows: TypeAlias = "QuerySet[Any, Any]"
"""Grouped rows: dictionaries, or tuples where the method says so."""

USABLE = Q(faces__gt=0)
"""A sample with a usable face; the others are "away"."""

EMOTION_MEANS: dict[str, Any] = {f"mean_{emotion}": Avg(emotion) for emotion in EMOTIONS}
EMOTION_COUNTS: dict[str, Any] = {
    f"{emotion}_count": Count("pk", filter=Q(emotion=emotion)) for emotion in EMOTIONS
}


class CourseQuerySet(QuerySet["Course"]):
    def owned_by(self, user: User) -> CourseQuerySet:
        return self.filter(owner=user)

    def for_list(self) -> CourseQuerySet:
        return self.annotate(
            session_count=Count("sessions", distinct=True),
            student_count=Count("students", distinct=True),
            last_session_at=Max("sessions__started_at"),
        ).order_by("name")


class StudentQuerySet(QuerySet["Student"]):
    def owned_by(self, user: User) -> StudentQuerySet:
        return self.filter(course__owner=user)

    def for_list(self) -> StudentQuerySet:
        return self.annotate(session_count=Count("participations__session", distinct=True))

    def with_history(self) -> StudentQuerySet:
        """Those who have taken part in a session, with how many as session_count."""
        listed = self.annotate(session_count=Count("participations__session", distinct=True))
        return listed.filter(session_count__gt=0)


class ClassSessionQuerySet(QuerySet["ClassSession"]):
    def owned_by(self, user: User) -> ClassSessionQuerySet:
        return self.filter(course__owner=user)

    def live(self) -> ClassSessionQuerySet:
        return self.filter(state="live")

    def joinable(self) -> ClassSessionQuerySet:
        return self.filter(state__in=("planned", "live"), archived_at=None)

    def current(self) -> ClassSessionQuerySet:
        """Those not archived, the latest first."""
        return self.filter(archived_at=None).order_by("-created_at")

    def live_first(self) -> ClassSessionQuerySet:
        """Live, then planned, then ended; the latest first in each."""
        return self.order_by(
            Case(When(state="live", then=0), When(state="planned", then=1), default=2),
            F("started_at").desc(nulls_first=True),
            "-created_at",
        )

    def archived(self) -> ClassSessionQuerySet:
        return self.exclude(archived_at=None).order_by("-created_at")

    def for_list(self) -> ClassSessionQuerySet:
        return self.select_related("course").annotate(participant_count=Count("participants"))

    def left_open(self, limit: datetime) -> Rows:
        """Keys of live sessions where nobody has been since the limit, with the last moment."""
        return (
            self.live()
            .filter(started_at__lt=limit)
            .values_list("pk")
            .annotate(left=Coalesce(Max("participants__connections__last_seen_at"), "started_at"))
            .filter(left__lt=limit)
        )

    def ended_before(self, moment: datetime) -> ClassSessionQuerySet:
        return self.filter(state="ended", ended_at__lt=moment)


class ParticipantQuerySet(QuerySet["Participant"]):
    def owned_by(self, user: User) -> ParticipantQuerySet:
        return self.filter(session__course__owner=user)

    def with_token(self, token_hash: str) -> ParticipantQuerySet:
        return self.filter(token_hash=token_hash).select_related("session")

    def of_sessions(self, session_ids: Collection[int]) -> ParticipantQuerySet:
        return self.filter(session__in=session_ids)

    def with_newest_connection(self) -> ParticipantQuerySet:
        """Each with newest_connection, the number of the latest one; None without any."""
        return self.annotate(newest_connection=Max("connections__pk"))

    def in_join_order(self) -> ParticipantQuerySet:
        return self.order_by("joined_at", "pk")


class TakeoverQuerySet(QuerySet["Takeover"]):
    def of_sessions(self, session_ids: Collection[int]) -> TakeoverQuerySet:
        """Those that wait for the teacher's word, the first asked first."""
        return self.filter(participant__session__in=session_ids).select_related("participant")


class ConnectionQuerySet(QuerySet["Connection"]):
    def stays(self) -> QuerySet[Connection, tuple[int, datetime, datetime]]:
        """(participant, from, to) of every stay, each participant's in order of time."""
        return self.order_by("participant_id", "opened_at").values_list(
            "participant_id", "opened_at", "last_seen_at"
        )


class SampleQuerySet(QuerySet["Sample"]):
    def owned_by(self, user: User) -> SampleQuerySet:
        return self.filter(session__course__owner=user)

    def usable(self) -> SampleQuerySet:
        return self.filter(USABLE)

    def between(self, first_second: int, last_second: int) -> SampleQuerySet:
        """Samples from first_second (included) to last_second (excluded) of the session."""
        return self.filter(second__gte=first_second, second__lt=last_second)

    def by_time(self, width_s: int) -> Rows:
        """The class in buckets of width_s seconds: bucket, samples, usable, engagement, means."""
        return (
            self.annotate(bucket=F("second") / width_s)
            .values("bucket")
            .annotate(
                samples=Count("pk"),
                usable=Count("pk", filter=USABLE),
                mean_engagement=Avg("engagement"),
                **EMOTION_MEANS,
            )
            .order_by("bucket")
        )

    def by_participant_and_time(self, width_s: int) -> Rows:
        """Each participant in buckets of width_s seconds: mean engagement and counts."""
        return (
            self.annotate(bucket=F("second") / width_s)
            .values("participant_id", "bucket")
            .annotate(
                samples=Count("pk"),
                usable=Count("pk", filter=USABLE),
                mean_engagement=Avg("engagement"),
            )
            .order_by("participant_id", "bucket")
        )

    def tallies(self) -> Rows:
        """Each participant's counts and sum of engagement, which can be added up further."""
        return (
            self.values("participant_id")
            .annotate(
                samples=Count("pk"),
                usable=Count("pk", filter=USABLE),
                measured=Count("engagement"),
                engagement_sum=Sum("engagement"),
                **EMOTION_COUNTS,
            )
            .order_by("participant_id")
        )

    def by_session_and_time(self, width_s: int) -> Rows:
        """Each session in buckets of width_s seconds: sum and number of engagement values."""
        return (
            self.annotate(bucket=F("second") / width_s)
            .values("session_id", "bucket")
            .annotate(measured=Count("engagement"), engagement_sum=Sum("engagement"))
            .order_by("session_id", "bucket")
        )

    def model_names(self) -> QuerySet[Sample, str]:
        """The names of the models that made these estimates."""
        return (
            self.exclude(model_name="")
            .order_by("model_name")
            .values_list("model_name", flat=True)
            .distinct()
        )

    def in_order(self) -> SampleQuerySet:
        return self.order_by("second", "pk")
