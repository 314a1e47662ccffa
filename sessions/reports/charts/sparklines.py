"""Small lines of a session's engagement for lists."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from django.conf import settings
from django.core.cache import cache
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from sessions.models import ClassSession, Sample

POINTS: Final = 24
SLOT_S: Final = 15
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
    slots: dict[int, dict[int, tuple[float, int]]] = {session.pk: {} for session in missing}
    if missing:
        for row in Sample.objects.filter(session__in=missing).by_session_and_time(SLOT_S):
            if row["measured"]:
                pair = (row["engagement_sum"], row["measured"])
                slots[row["session_id"]][row["bucket"]] = pair
    lines = {session.pk: _line(slots[session.pk], session.interval_s) for session in missing}
    cache.set_many({key: lines[pk] for key, pk in keys.items() if pk in lines}, CACHE_S)
    return result | lines


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


def _line(slots: dict[int, tuple[float, int]], interval_s: float) -> list[float | None]:
    if not slots:
        return []
    length = max(slots) + 1
    # No point is narrower than two sampling intervals, or the line would break between two.
    points = max(1, min(POINTS, length, int(length * SLOT_S / (2 * interval_s))))
    sums = [0.0] * points
    counts = [0] * points
    for slot, (total, count) in slots.items():
        sums[slot * points // length] += total
        counts[slot * points // length] += count
    return [s / n if n else None for s, n in zip(sums, counts, strict=True)]


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
