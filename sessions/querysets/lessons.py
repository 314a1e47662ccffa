"""Questions about courses, their students and sessions."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeAlias

from django.apps import apps
from django.contrib.auth.models import User
from django.db.models import (
    Case,
    Count,
    Exists,
    F,
    Max,
    OuterRef,
    Q,
    QuerySet,
    When,
)
from django.db.models.functions import Coalesce

from sessions.querysets.taught import taught_by

if TYPE_CHECKING:
    from sessions.models import ClassSession, Course, Student  # noqa: F401 (named in strings)

Rows: TypeAlias = "QuerySet[Any, Any]"
"""Grouped rows: dictionaries, or tuples where the method says so."""


class CourseQuerySet(QuerySet["Course"]):
    def owned_by(self, user: User) -> CourseQuerySet:
        """Those that go when the user goes."""
        return self.filter(owner=user)

    def taught_by(self, user: User) -> CourseQuerySet:
        return self.filter(taught_by(user, "pk"))

    def invited_by(self, token_hash: str, now: datetime) -> Course | None:
        """The course whose open invitation this is."""
        return self.filter(invitation_hash=token_hash, invited_until__gt=now).first()

    def last_used_by(self, user: User) -> Course | None:
        """The one of the teacher's newest session, or else the newest without any."""
        newest = self.taught_by(user).annotate(newest=Max("sessions__created_at"))
        return newest.order_by(F("newest").desc(nulls_last=True), "-pk").first()

    def for_list(self) -> CourseQuerySet:
        return self.annotate(
            session_count=Count("sessions", distinct=True),
            student_count=Count("students", distinct=True),
            last_session_at=Max("sessions__started_at"),
        ).order_by("name")


class StudentQuerySet(QuerySet["Student"]):
    def taught_by(self, user: User) -> StudentQuerySet:
        return self.filter(taught_by(user, "course"))

    def expired(self, limit: datetime) -> StudentQuerySet:
        """Those put on the list before the limit whose course has no session left."""
        return self.filter(created_at__lt=limit, course__sessions=None)

    def for_list(self) -> StudentQuerySet:
        return self.annotate(session_count=Count("participations__session", distinct=True))

    def with_history(self) -> StudentQuerySet:
        """Those who have taken part in a session, with how many as session_count."""
        listed = self.annotate(session_count=Count("participations__session", distinct=True))
        return listed.filter(session_count__gt=0)


class ClassSessionQuerySet(QuerySet["ClassSession"]):
    def owned_by(self, user: User) -> ClassSessionQuerySet:
        """Those that go when the user goes."""
        return self.filter(course__owner=user)

    def taught_by(self, user: User) -> ClassSessionQuerySet:
        return self.filter(taught_by(user, "course"))

    def matching(self, text: str) -> ClassSessionQuerySet:
        """Those with the text in their title, or in their course's name."""
        return self.filter(Q(title__icontains=text) | Q(course__name__icontains=text))

    def live(self) -> ClassSessionQuerySet:
        return self.filter(state="live")

    def joinable(self) -> ClassSessionQuerySet:
        return self.filter(state__in=("planned", "live"), archived_at=None)

    def current(self) -> ClassSessionQuerySet:
        """Those not archived, the latest first."""
        return self.filter(archived_at=None).order_by("-created_at")

    def held(self) -> ClassSessionQuerySet:
        """Those that have begun, the earliest first."""
        return self.exclude(started_at=None).order_by("started_at", "pk")

    def live_first(self) -> ClassSessionQuerySet:
        """Live, then planned, the soonest first, then ended, the latest first."""
        return self.order_by(
            Case(When(state="live", then=0), When(state="planned", then=1), default=2),
            Case(When(state="planned", then="scheduled_at")).asc(nulls_last=True),
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

    def to_thin(self, limit: datetime) -> ClassSessionQuerySet:
        """Those that ended before the limit and still have samples."""
        # By name: models import this file.
        samples = apps.get_model("class_sessions", "Sample")._default_manager
        has_samples = Exists(samples.filter(session=OuterRef("pk")))
        return self.filter(has_samples, state="ended", ended_at__lt=limit)

    def to_rebuild(self) -> ClassSessionQuerySet:
        """Those that have ended, whose samples are all there."""
        return self.filter(state="ended", thinned_at=None)

    def expired(self, limit: datetime) -> ClassSessionQuerySet:
        """Those that ended before the limit, and planned ones that were made before it."""
        return self.filter(
            Q(state="ended", ended_at__lt=limit) | Q(state="planned", created_at__lt=limit)
        )
