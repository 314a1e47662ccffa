"""What a room's camera counted in a session, in one query."""

from __future__ import annotations

from dataclasses import dataclass

from inference.labels import EMOTIONS
from sessions.models import ClassSession, RoomSample
from sessions.reports.window import Window


@dataclass(frozen=True, slots=True)
class RoomBucket:
    """A stretch that begins at start_s. frames: analysed pictures. coverage: these over the
    expected ones, at most 1. faces, facing, emotions: means over pictures, the latter two None
    where nothing is known."""

    start_s: int
    frames: int
    coverage: float
    faces: float
    facing: float | None
    emotions: tuple[float, ...] | None


@dataclass(frozen=True, slots=True)
class RoomReport:
    """buckets: those with pictures, in order, of width_s seconds. models, detectors: by name.

    coverage: pictures over the expected ones of the whole session, at most 1. faces, facing:
    means over all pictures.
    """

    width_s: int
    buckets: tuple[RoomBucket, ...]
    frames: int
    coverage: float
    faces: float
    facing: float | None
    models: tuple[str, ...]
    detectors: tuple[str, ...]


def room_report(
    session: ClassSession, window: Window, width_s: int, with_emotion: bool
) -> RoomReport | None:
    """The room of a stretch; None where no camera saw it. width_s: seconds of a bucket."""
    samples = RoomSample.objects.filter(session=session)
    if not window.is_whole:
        samples = samples.between(window.start_s, window.last_s + 1)
    rows = list(samples.means_by_time(width_s))
    if not rows:
        return None
    buckets = tuple(
        _bucket(slot * width_s, width_s, session.interval_s, frames, values, with_emotion)
        for slot, frames, _, _, *values in rows
    )
    frames = sum(bucket.frames for bucket in buckets)
    facing = [(one.facing, one.frames) for one in buckets if one.facing is not None]
    return RoomReport(
        width_s=width_s,
        buckets=buckets,
        frames=frames,
        coverage=_coverage(frames, window.length_s, session.interval_s),
        faces=sum(one.faces * one.frames for one in buckets) / frames,
        facing=sum(share * count for share, count in facing) / sum(count for _, count in facing)
        if facing
        else None,
        models=tuple(sorted({row[2] for row in rows if row[2] and with_emotion})),
        detectors=tuple(sorted({row[3] for row in rows})),
    )


def _bucket(
    start_s: int,
    width_s: int,
    interval_s: float,
    frames: int,
    values: list[float | None],
    with_emotion: bool,
) -> RoomBucket:
    faces, facing, *emotions = values
    is_known = with_emotion and len(emotions) == len(EMOTIONS) and None not in emotions
    return RoomBucket(
        start_s=start_s,
        frames=frames,
        coverage=_coverage(frames, width_s, interval_s),
        faces=faces or 0.0,
        facing=facing if with_emotion else None,
        emotions=tuple(value or 0.0 for value in emotions) if is_known else None,
    )


def _coverage(frames: int, seconds: float, interval_s: float) -> float:
    return min(1.0, frames * interval_s / max(seconds, interval_s))
