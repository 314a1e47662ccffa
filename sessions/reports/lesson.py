"""One student's lesson so far, by minute: what the drawer of the live page draws."""

from __future__ import annotations

from typing import Any

from django.conf import settings

from sessions.minutes import MINUTE_S
from sessions.models import Minute, Participant
from sessions.reports.buckets import COLUMNS, MIN_SHARE, Sums


def lesson_of(participant: Participant) -> dict[str, Any]:
    """elapsed_s; minutes, each with its second, engagement and coverage, 0 to 1; markers.

    coverage: of the samples that a whole minute expects, connected or not. engagement: None where
    fewer than MIN_SHARE of them have one, and under the presence policy. The participant's
    session must be loaded.
    """
    session = participant.session
    expected = MINUTE_S / session.interval_s
    minutes = []
    for _, bucket, *row in Minute.objects.filter(participant=participant).sums_by_time(MINUTE_S):
        sums = Sums.of_row(row[:COLUMNS])
        is_known = sums.measured >= MIN_SHARE * expected and settings.POLICY == "emotion"
        minutes.append(
            {
                "second": bucket * MINUTE_S,
                "engagement": round(sums.engagement / sums.measured, 3) if is_known else None,
                "coverage": round(min(1.0, sums.usable / expected), 3),
            }
        )
    markers = session.markers.order_by("second").values("second", "kind", "text")
    elapsed = int(session.elapsed.total_seconds())
    return {"elapsed_s": elapsed, "minutes": minutes, "markers": list(markers)}
