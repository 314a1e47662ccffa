"""What the students of a session said themselves, in two queries."""

from __future__ import annotations

from dataclasses import dataclass

from sessions.models import CheckIn, ClassSession, Signal
from sessions.reports.window import Window

KINDS = tuple(Signal.Kind.values)


@dataclass(frozen=True, slots=True)
class CheckInRow:
    """One question. counts: of the answers 1 to 5. mean: 1 to 5, None without answers.

    closed_s: None while it is open. is_random: asked by the site at a random moment.
    """

    second: int
    closed_s: int | None
    question: str
    counts: tuple[int, ...]
    is_random: bool

    @property
    def answers(self) -> int:
        return sum(self.counts)

    @property
    def mean(self) -> float | None:
        total = sum(value * count for value, count in enumerate(self.counts, 1))
        return total / self.answers if self.answers else None


@dataclass(frozen=True, slots=True)
class VoiceReport:
    """signs: by kind, the seconds at which one was given, in order; nobody is named."""

    check_ins: tuple[CheckInRow, ...]
    signs: dict[str, tuple[int, ...]]

    @property
    def has_data(self) -> bool:
        return bool(self.check_ins or any(self.signs.values()))


def voice_report(session: ClassSession, window: Window) -> VoiceReport:
    """Of a stretch of one session."""
    rows = [
        CheckInRow(
            row.second,
            row.closed_second,
            row.question,
            tuple(getattr(row, f"answered_{value}") for value in range(1, 6)),
            row.is_random,
        )
        for row in CheckIn.objects.filter(session=session).with_counts()
        if window.holds(row.second)
    ]
    signs: dict[str, list[int]] = {kind: [] for kind in KINDS}
    for kind, second in Signal.objects.filter(session=session).values_list("kind", "second"):
        if window.holds(second):
            signs[kind].append(second)
    told = {kind: tuple(seconds) for kind, seconds in signs.items()}
    return VoiceReport(tuple(rows), told)
