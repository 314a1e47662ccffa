"""What becomes of a server that is asked for more than it can, and of it afterwards. Pure."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from sessions.demo.capacity.figures import percentiles_ms
from sessions.demo.simulation import Outcome

CALM_S: Final = 8.0
CROWD_S: Final = 30.0
TOLD_WITHIN_S: Final = 8.0
"""Until everybody has kept to the pace that the crowd is told; shares are counted afterwards."""
AFTER_S: Final = 15.0
SLOW_S: Final = 0.5
GAP_S: Final = 1.6
"""Between two results of a student who sends one frame a second."""


@dataclass(slots=True)
class Answers:
    """Of one student: (moment, type, seconds since the frame was sent) of each answer."""

    all: list[tuple[float, str, float]] = field(default_factory=list)

    def note(self, kind: str, took_s: float) -> None:
        """An answer has come."""
        self.all.append((time.monotonic(), kind, took_s))

    @property
    def results(self) -> list[float]:
        """Moments of frames that were looked at."""
        return [at for at, kind, _ in self.all if kind == "result"]


@dataclass(frozen=True, slots=True)
class Overload:
    """students: while it was too much. rtt_ms: of frames answered then. least, most: answered of
    one student, once all had been told to slow down. recovery_s: after it, until those who stayed
    got every frame answered in time. lost: answered and not stored. memory_mb: more than before.
    """

    students: int
    sent: int
    answered: int
    shed: int
    rtt_ms: dict[str, float | None]
    least: int
    most: int
    recovery_s: float
    lost: int
    memory_mb: float


def overload_of(
    answers: Sequence[Answers],
    calm: int,
    crowd_at: float,
    memory_mb: float,
    outcome: Outcome,
    stored: int,
) -> Overload:
    """answers: the first `calm` stayed from beginning to end. crowd_at: when the others came."""
    ends_at = crowd_at + CROWD_S
    during = [[a for a in one.all if crowd_at <= a[0] < ends_at] for one in answers]
    results = [[a for a in one if a[1] == "result"] for one in during]
    told_at = crowd_at + TOLD_WITHIN_S
    counts = [sum(at >= told_at for at, _, _ in one) for one in results]
    return Overload(
        students=len(answers),
        sent=sum(map(len, during)),
        answered=sum(map(len, results)),
        shed=sum(a[1] == "shed" for one in during for a in one),
        rtt_ms=percentiles_ms([took for one in results for _, _, took in one]),
        least=min(counts),
        most=max(counts),
        recovery_s=round(max(recovery_s(one, ends_at) for one in answers[:calm]), 1),
        lost=outcome.answered - stored,
        memory_mb=round(memory_mb, 1),
    )


def recovery_s(answers: Answers, ends_at: float) -> float:
    """Seconds from the end of the crowd until every frame of this student is answered in time.

    Until the last answer that was slow, that was none, or that came after a gap.
    """
    bad_until = ends_at
    before = None
    for at, kind, took_s in answers.all:
        is_bad = kind != "result" or took_s > SLOW_S
        has_gap = before is not None and at - before > GAP_S
        before = at
        if at > ends_at and (is_bad or has_gap):
            bad_until = at
    return bad_until - ends_at
