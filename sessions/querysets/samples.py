"""Questions about what was recorded."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any, TypeAlias

from django.contrib.auth.models import User
from django.db.models import (
    Avg,
    Case,
    Count,
    F,
    Max,
    Q,
    QuerySet,
    Sum,
    Value,
    When,
)
from django.db.models.expressions import Combinable

from inference.labels import EMOTIONS
from sessions.querysets.taught import taught_by

if TYPE_CHECKING:
    from sessions.models import RoomSample, Sample

Rows: TypeAlias = "QuerySet[Any, Any]"
"""Grouped rows: dictionaries, or tuples where the method says so."""

USABLE = Q(faces__gt=0)
"""A sample with a usable face; the others are "away"."""

EMOTION_SUMS: dict[str, Any] = {f"sum_{emotion}": Sum(emotion) for emotion in EMOTIONS}
EMOTION_COUNTS: dict[str, Any] = {
    f"{emotion}_count": Count("pk", filter=Q(emotion=emotion)) for emotion in EMOTIONS
}


class SampleQuerySet(QuerySet["Sample"]):
    def taught_by(self, user: User) -> SampleQuerySet:
        return self.filter(taught_by(user, "session__course"))

    def of_session(self, session_id: int) -> SampleQuerySet:
        return self.filter(session=session_id)

    def usable(self) -> SampleQuerySet:
        return self.filter(USABLE)

    def moments_of(self, samples: Sequence[Sample]) -> QuerySet[Sample, tuple[int, datetime]]:
        """(participant, moment) of those stored in the stretch of time of these samples."""
        moments = [sample.at for sample in samples]
        return self.filter(
            participant__in={sample.participant_id for sample in samples},
            at__gte=min(moments),
            at__lte=max(moments),
        ).values_list("participant_id", "at")

    def between(self, first_second: int, last_second: int) -> SampleQuerySet:
        """Samples from first_second (included) to last_second (excluded) of the session."""
        return self.filter(second__gte=first_second, second__lt=last_second)

    def within_any(self, starts: Sequence[int], length_s: int) -> SampleQuerySet:
        """Samples of the stretches of length_s seconds that begin at these seconds."""
        stretches = (Q(second__gte=start, second__lt=start + length_s) for start in starts)
        return self.filter(reduce(or_, stretches, Q(pk__in=())))

    def sums_by_time(self, width_s: int) -> QuerySet[Sample, tuple[Any, ...]]:
        """Each participant in buckets of width_s seconds, as sums that add up.

        Rows: participant, bucket, then as sessions.reports.buckets.Sums has it, then the seven
        counts by dominant emotion.
        """
        return self._sums(F("second") / width_s)

    def sums_by_stretch(self, starts: Sequence[int]) -> QuerySet[Sample, tuple[Any, ...]]:
        """The same in the stretches that begin at these seconds, in order; the bucket is the
        number of the stretch, from 0. What is before the first one counts to it."""
        ends = enumerate(starts[1:])
        cases = [When(second__lt=end, then=Value(number)) for number, end in ends]
        return self._sums(Case(*cases, default=Value(len(starts) - 1)))

    def _sums(self, bucket: Combinable) -> QuerySet[Sample, tuple[Any, ...]]:
        return (
            self.annotate(bucket=bucket)
            .values("participant_id", "bucket")
            .annotate(
                samples=Count("pk"),
                usable=Count("pk", filter=USABLE),
                measured=Count("engagement"),
                engagement_sum=Sum("engagement"),
                faced=Count("facing"),
                facing_sum=Sum("facing"),
                estimated=Count(EMOTIONS[0]),
                **EMOTION_SUMS,
                **EMOTION_COUNTS,
            )
            .order_by("participant_id", "bucket")
            .values_list(
                "participant_id", "bucket", "samples", "usable", "measured", "engagement_sum",
                "faced", "facing_sum", "estimated", *EMOTION_SUMS, *EMOTION_COUNTS,
            )
        )  # fmt: skip

    def by_participant_and_time(self, width_s: int) -> Rows:
        """Each participant's mean engagement in buckets of width_s seconds."""
        return (
            self.annotate(bucket=F("second") / width_s)
            .values("participant_id", "bucket")
            .annotate(mean_engagement=Avg("engagement"))
            .order_by("participant_id", "bucket")
        )

    def seconds(self) -> QuerySet[Sample, tuple[int, int]]:
        """(participant, second) of each."""
        return self.values_list("participant_id", "second")

    def in_order(self) -> SampleQuerySet:
        return self.order_by("second", "pk")


class RoomSampleQuerySet(QuerySet["RoomSample"]):
    def of_session(self, session_id: int) -> RoomSampleQuerySet:
        return self.filter(session=session_id)

    def between(self, first_second: int, last_second: int) -> RoomSampleQuerySet:
        """From first_second (included) to last_second (excluded) of the session."""
        return self.filter(second__gte=first_second, second__lt=last_second)

    def means_by_time(self, width_s: int) -> QuerySet[RoomSample, tuple[Any, ...]]:
        """Buckets of width_s seconds. Rows: bucket, number of frames, a name of the model and of
        the detector, then means over the frames: faces, share facing, the seven probabilities.
        """
        columns = ("faces", "facing", *EMOTIONS)
        return (
            self.annotate(bucket=F("second") / width_s)
            .values("bucket")
            .annotate(
                frames=Count("pk"),
                model=Max("model_name"),
                found_by=Max("detector"),
                **{f"mean_{column}": Avg(column) for column in columns},
            )
            .order_by("bucket")
            .values_list(
                "bucket", "frames", "model", "found_by", *(f"mean_{column}" for column in columns)
            )
        )

    def in_order(self) -> RoomSampleQuerySet:
        return self.order_by("second", "at")
