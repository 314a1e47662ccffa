"""Questions about samples summed up by minute: what pages over more than one session ask."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any, TypeAlias

from django.contrib.auth.models import User
from django.db.models import BooleanField, Case, ExpressionWrapper, F, Q, QuerySet, Sum, Value, When
from django.db.models.expressions import Combinable

from inference.labels import EMOTIONS
from sessions.querysets.taught import taught_by

if TYPE_CHECKING:
    from sessions.models import Minute

Rows: TypeAlias = "QuerySet[Any, Any]"
"""Grouped rows: dictionaries, or tuples where the method says so."""

COUNTED = ("samples", "usable", "measured", "engagement_sum", "faced", "facing_sum", "estimated")
EMOTION_SUMS = tuple(f"{emotion}_sum" for emotion in EMOTIONS)
EMOTION_COUNTS = tuple(f"{emotion}_count" for emotion in EMOTIONS)
SUMMED = (*COUNTED, *EMOTION_SUMS, *EMOTION_COUNTS)
"""What adds up, in the order of sessions.reports.buckets.Sums, then the seven counts."""
KEY = ("participant_id", "second", "model_name", "detector", "definition")


class MinuteQuerySet(QuerySet["Minute"]):
    def taught_by(self, user: User) -> MinuteQuerySet:
        return self.filter(taught_by(user, "session__course"))

    def between(self, first_second: int, last_second: int) -> MinuteQuerySet:
        """Those that begin from first_second (included) to last_second (excluded)."""
        return self.filter(second__gte=first_second, second__lt=last_second)

    def recorded(self) -> int:
        """How many samples they sum up."""
        return self.aggregate(count=Sum("samples"))["count"] or 0

    def within_any(self, starts: Sequence[int], length_s: int) -> MinuteQuerySet:
        """As SampleQuerySet.within_any, by where a row begins."""
        stretches = (Q(second__gte=start, second__lt=start + length_s) for start in starts)
        return self.filter(reduce(or_, stretches, Q(pk__in=())))

    def sums_by_time(self, width_s: int) -> QuerySet[Minute, tuple[Any, ...]]:
        """As SampleQuerySet.sums_by_time; width_s is a multiple of a minute."""
        return self._sums(F("second") / width_s)

    def sums_by_stretch(self, starts: Sequence[int]) -> QuerySet[Minute, tuple[Any, ...]]:
        """As SampleQuerySet.sums_by_stretch; a row counts to where it begins."""
        ends = enumerate(starts[1:])
        cases = [When(second__lt=end, then=Value(number)) for number, end in ends]
        return self._sums(Case(*cases, default=Value(len(starts) - 1)))

    def _sums(self, bucket: Combinable) -> QuerySet[Minute, tuple[Any, ...]]:
        sums = {f"all_{name}": Sum(name) for name in SUMMED}
        return (
            self.annotate(bucket=bucket)
            .values("participant_id", "bucket")
            .annotate(**sums)
            .order_by("participant_id", "bucket")
            .values_list("participant_id", "bucket", *sums)
        )

    def tallies(self) -> Rows:
        """Each participant's counts and sums, by the names of SUMMED, and session_id."""
        return (
            self.values("session_id", "participant_id")
            .annotate(**{name: Sum(name) for name in SUMMED})
            .order_by("session_id", "participant_id")
        )

    def engagement_by_student(self) -> Rows:
        """(session, participant, student, usable, measured, sum of engagement)."""
        sums = {name: Sum(name) for name in ("usable", "measured", "engagement_sum")}
        keys = ("session_id", "participant_id", "participant__student_id")
        grouped: Rows = self.values(*keys).annotate(**sums).order_by(*keys[:2])
        return grouped.values_list(*keys, *sums)

    def means_by_session_and_time(
        self, widths_s: Mapping[int, int]
    ) -> QuerySet[Minute, tuple[int, int, float | None]]:
        """(session, bucket, one participant's mean engagement); widths_s by session."""
        width = Case(*(When(session=pk, then=Value(width)) for pk, width in widths_s.items()))
        return (
            self.filter(measured__gt=0)
            .annotate(bucket=F("second") / width)
            .values("session_id", "bucket", "participant_id")
            .annotate(mean_engagement=Sum("engagement_sum") / Sum("measured"))
            .order_by("session_id", "bucket")
            .values_list("session_id", "bucket", "mean_engagement")
        )

    def provenance(self) -> QuerySet[Minute, tuple[str, str, str, bool]]:
        """Each different (model, detector, definition, whether engagement was estimated)."""
        was_measured = ExpressionWrapper(Q(measured__gt=0), BooleanField())
        return (
            self.annotate(was_measured=was_measured)
            .order_by()
            .values_list("model_name", "detector", "definition", "was_measured")
            .distinct()
        )
