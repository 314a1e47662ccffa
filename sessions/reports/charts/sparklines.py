"""Small lines of a session's engagement for lists."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil
from typing import Final

from django.conf import settings
from django.core.cache import cache
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from sessions.minutes import MINUTE_S
from sessions.models import ClassSession, Minute
from sessions.reports.buckets import class_engagement

POINTS: Final = 24
CACHE_S: Final = 600
WIDTH: Final = 120
HEIGHT: Final = 32
MARGIN: Final = 3


def sparklines_for(sessions: Sequence[ClassSession]) -> dict[int, list[float | None]]:
    """Mean engagement (0 to 1) in at most POINTS stretches of each session, by its key.

    None is a stretch without a value; an empty list is a session without any. One query.
    What has ended is kept in the cache for CACHE_S seconds, because its samples are many.
    """
    if settings.POLICY != "emotion":
        return {session.pk: [] for session in sessions}
    keys = {_cache_key(session): session.pk for session in sessions if session.ended_at}
    result = {keys[key]: line for key, line in cache.get_many(keys).items()}
    missing = [session for session in sessions if session.pk not in result]
    lines = _lines(missing) if missing else {}
    cache.set_many({key: lines[pk] for key, pk in keys.items() if pk in lines}, CACHE_S)
    return result | lines


def _lines(sessions: Sequence[ClassSession]) -> dict[int, list[float | None]]:
    widths = {session.pk: _width(session) for session in sessions}
    means: dict[int, dict[int, list[float | None]]] = {pk: {} for pk in widths}
    rows = Minute.objects.filter(session__in=widths).means_by_session_and_time(widths)
    for session_id, bucket, mean in rows:
        means[session_id].setdefault(bucket, []).append(mean)
    return {
        pk: [class_engagement(slots.get(slot, ())) for slot in range(max(slots, default=-1) + 1)]
        for pk, slots in means.items()
    }


def _width(session: ClassSession) -> int:
    """Seconds of a stretch, whole minutes: at most POINTS of them, and each at least two sampling
    intervals."""
    least_s = max(session.elapsed.total_seconds() / POINTS, 2 * session.interval_s)
    return MINUTE_S * max(1, ceil(least_s / MINUTE_S))


def sparkline(values: Sequence[float | None]) -> SafeString:
    """An inline SVG of values from 0 to 1 with gaps at None; it says its mean to a reader."""
    known = [value for value in values if value is not None]
    if not known:
        title = "No engagement data"
        path = f"M{MARGIN} {HEIGHT - MARGIN}H{WIDTH - MARGIN}"
    else:
        title = (
            f"Engagement: mean {sum(known) / len(known):.2f}, "
            f"from {min(known):.2f} to {max(known):.2f}"
        )
        path = _path(values)
    return format_html(
        '<svg class="sparkline" viewBox="0 0 {} {}" role="img" aria-label="{}"><title>{}</title>'
        '<path d="{}" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round"'
        ' stroke-linejoin="round"{}/></svg>',
        WIDTH,
        HEIGHT,
        title,
        title,
        path,
        "" if known else mark_safe(' stroke-dasharray="1 5" opacity="0.6"'),
    )


def _cache_key(session: ClassSession) -> str:
    ended = session.ended_at.timestamp() if session.ended_at else 0
    return f"sparkline:{session.pk}:{ended}"


def _path(values: Sequence[float | None]) -> str:
    step = (WIDTH - 2 * MARGIN) / max(1, len(values) - 1)
    parts = []
    drawing = False
    for index, value in enumerate(values):
        if value is not None:
            x = MARGIN + index * step
            y = HEIGHT - MARGIN - value * (HEIGHT - 2 * MARGIN)
            # A line of no length before each stretch makes a single value a dot.
            parts.append(f"L{x:.1f} {y:.1f}" if drawing else f"M{x:.1f} {y:.1f}h0")
        drawing = value is not None
    return "".join(parts)
