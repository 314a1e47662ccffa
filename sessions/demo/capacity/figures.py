"""The figures of a load, and which loads a server carries. Pure."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

P95_MS: Final = 500.0
"""A frame is answered within this time, or the load is too much."""
LEAST_ANSWERED: Final = 0.97
"""Of the frames that students want to send: who is told to slow down is not carried."""
CLOSE_ENOUGH: Final = 1.1
FIRST: Final = 25


@dataclass(frozen=True, slots=True)
class Point:
    """One load. wanted: frames that all students would send. cpu: of 1.0 for one core kept busy.

    rtt_ms, dashboard_ms: percentiles; dashboard_ms is from an answer until a dashboard counts its
    frame. None where nothing was measured. least, most: frames answered of one student.
    """

    students: int
    wanted: int
    sent: int
    answered: int
    shed: int
    errors: int
    stored: int
    frames_per_second: float
    rtt_ms: dict[str, float | None]
    dashboard_ms: dict[str, float | None]
    cpu_server: float
    cpu_generator: float
    memory_mb: float
    least: int
    most: int

    @property
    def is_carried(self) -> bool:
        """Every frame sent in time, answered, stored; see P95_MS and LEAST_ANSWERED."""
        p95 = self.rtt_ms["p95"]
        return (
            self.shed == self.errors == 0
            and self.stored == self.answered
            and self.answered >= LEAST_ANSWERED * self.wanted
            and p95 is not None
            and p95 <= P95_MS
        )


def percentiles_ms(seconds: Sequence[float]) -> dict[str, float | None]:
    """p50, p95 and p99."""
    names = ("p50", "p95", "p99")
    if not seconds:
        return dict.fromkeys(names)
    found = np.percentile(seconds, (50, 95, 99)) * 1000
    return {name: round(float(value), 1) for name, value in zip(names, found, strict=True)}


def delays_s(answered: Sequence[float], shown: Sequence[tuple[float, int]]) -> list[float]:
    """How long each frame was answered before a dashboard counted it.

    answered: moments of the answers. shown: moments, and how many frames were counted then. Frames
    are counted in the order of their answers; those never shown are left out.
    """
    counts = [count for _, count in shown]
    found = []
    for number, at in enumerate(sorted(answered), start=1):
        place = bisect_left(counts, number)
        if place < len(shown):
            found.append(max(0.0, shown[place][0] - at))
    return found


def find_most(measure: Callable[[int], Point], most: int, first: int = FIRST) -> list[Point]:
    """Measure rising loads until one is too much, then between; the curve, by students.

    Ends where the largest load that is carried and the smallest that is not lie within
    CLOSE_ENOUGH of each other, or at most students.
    """
    points: list[Point] = []
    students = min(first, most)
    while True:
        points.append(measure(students))
        carried = max((p.students for p in points if p.is_carried), default=0)
        failed = min((p.students for p in points if not p.is_carried), default=None)
        if failed is None:
            if carried >= most:
                break
            students = min(most, 2 * carried)
        elif failed <= max(1, carried) * CLOSE_ENOUGH or failed - carried <= 1:
            break
        else:
            students = (carried + failed) // 2
    return sorted(points, key=lambda point: point.students)


def most_carried(curve: Sequence[Point]) -> int:
    """Students of the largest load that is carried, and no smaller one is not; 0 for none."""
    most = 0
    for point in curve:
        if not point.is_carried:
            break
        most = point.students
    return most


def summary(curve: Sequence[Point], seed_per_s: float, limit_per_s: float) -> dict[str, Any]:
    """students, and the frames a second of that load over the seed's loop and the pipeline's."""
    students = most_carried(curve)
    reached = next((p.frames_per_second for p in curve if p.students == students), 0.0)
    return {
        "students": students,
        "frames_per_second": reached,
        "seed_frames_per_second": seed_per_s,
        "limit_frames_per_second": limit_per_s,
        "ratio_to_seed": round(reached / seed_per_s, 2),
        "ratio_to_limit": round(reached / limit_per_s, 2),
    }
