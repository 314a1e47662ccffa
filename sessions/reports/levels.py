"""How many students were on which level of engagement, minute by minute. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from inference.engagement import INDEX_1, INDEX_1_ENGAGED, RANKS, Level, level_of
from sessions.reports.session import SessionReport

LEVELS: Final[tuple[Level, ...]] = tuple(sorted(RANKS, key=lambda level: -RANKS[level]))
"""The highest first."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """One cell of time, of report.cell_s seconds.

    counts: students by their level, of their mean in it. little: students who were connected and
    too little seen.
    """

    start_s: int
    counts: dict[Level, int]
    little: int

    @property
    def known(self) -> int:
        """Students whose level is known."""
        return sum(self.counts.values())

    @property
    def engaged(self) -> int:
        """Of these, those who were engaged or very engaged."""
        return self.counts["very"] + self.counts["engaged"]

    @property
    def share(self) -> float | None:
        """Of the known who were engaged; None of too few, half of the connected at least."""
        return self.engaged / self.known if self.known and self.known >= self.little else None


def stretches(report: SessionReport) -> tuple[Stretch, ...]:
    """In order of time, without those in which nobody was there; none under the presence policy."""
    if not report.with_emotion or not report.students:
        return ()
    is_old = report.provenance.definitions == (INDEX_1,)
    made = []
    for place in range(len(report.students[0].cells)):
        counts: dict[Level, int] = dict.fromkeys(LEVELS, 0)
        little = 0
        for row in report.students:
            cell = row.cells[place]
            if cell.engagement is not None:
                counts[level_by(cell.engagement, is_old)] += 1
            elif cell.coverage is not None:
                little += 1
        if little or any(counts.values()):
            start_s = (report.first_cell + place) * report.cell_s
            made.append(Stretch(start_s, counts, little))
    return tuple(made)


def level_by(engagement: float, is_old: bool) -> Level:
    """By index-1 nearly all faces are high: it has two levels."""
    if is_old:
        return "engaged" if engagement >= INDEX_1_ENGAGED else "not"
    return level_of(engagement)
