"""What the figures of a class mean, in one place for live charts, reports and exports. Pure.

Class engagement of a stretch of time is the mean over students of each student's own mean in
it, so that who is sampled ten times as often does not count ten times; emotions likewise.

Coverage is the usable samples (those with a face) over the expected ones: the time that students
were connected, divided by the sampling interval. Time without a connection expects nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from inference.expression import concentration_index
from inference.labels import EMOTIONS

COLUMNS: Final = 7 + len(EMOTIONS)
"""Of a row of sums: samples, usable, measured, engagement, faced, facing, estimated, seven sums."""
WIDTHS_S: Final = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600)
"""What a stretch of time may last: people count in these."""
MIN_SHARE: Final = 0.1
"""A mean over a stretch of time needs faces in this share of the samples expected in it."""
LEAST_EXPECTED: Final = 0.5
"""Samples; a coverage of less is a matter of chance and is not given."""


@dataclass(slots=True)
class Sums:
    """One student's samples of a stretch, in a form that adds up.

    measured: those with an engagement, which add up to engagement. faced: those of which it is
    known how much the student faced the screen, which add up to facing. estimated: those with
    probabilities, which add up to emotions, in the order of EMOTIONS.
    """

    samples: int = 0
    usable: int = 0
    measured: int = 0
    engagement: float = 0.0
    faced: int = 0
    facing: float = 0.0
    estimated: int = 0
    emotions: list[float] = field(default_factory=lambda: [0.0] * len(EMOTIONS))

    @classmethod
    def of_row(cls, row: Sequence[float | None]) -> Sums:
        """From the fields in their order, the seven sums at the end; see COLUMNS."""
        samples, usable, measured, engagement, faced, facing, estimated, *emotions = (
            value or 0 for value in row
        )
        return cls(
            int(samples),
            int(usable),
            int(measured),
            engagement,
            int(faced),
            facing,
            int(estimated),
            list(emotions),
        )

    def to_row(self) -> list[float]:
        """The opposite of of_row."""
        return [
            self.samples,
            self.usable,
            self.measured,
            self.engagement,
            self.faced,
            self.facing,
            self.estimated,
            *self.emotions,
        ]

    def add(self, other: Sums) -> None:
        """Add more samples of the same student."""
        self.samples += other.samples
        self.usable += other.usable
        self.measured += other.measured
        self.engagement += other.engagement
        self.faced += other.faced
        self.facing += other.facing
        self.estimated += other.estimated
        self.emotions = [
            one + more for one, more in zip(self.emotions, other.emotions, strict=True)
        ]

    @property
    def mean_engagement(self) -> float | None:
        """The student's own mean, 0 to 1; None without any measured sample."""
        return self.engagement / self.measured if self.measured else None

    @property
    def mean_facing(self) -> float | None:
        """The student's own mean, 0 to 1; None where nothing is known of it."""
        return self.facing / self.faced if self.faced else None

    @property
    def mean_emotions(self) -> tuple[float, ...] | None:
        """The student's own mean probabilities; None without any estimate."""
        if not self.estimated:
            return None
        return tuple(value / self.estimated for value in self.emotions)


@dataclass(frozen=True, slots=True)
class Bucket:
    """The class over one stretch of time that begins at start_s.

    expected: samples by the time connected. engagement, facing, emotions: the class's, None for
    too little data, and facing where it is not known.
    """

    start_s: int
    samples: int
    usable: int
    expected: float
    engagement: float | None
    facing: float | None
    emotions: tuple[float, ...] | None

    @property
    def coverage(self) -> float | None:
        return coverage(self.usable, self.expected)

    @property
    def expression(self) -> float | None:
        """The class's concentration index, which is linear in the probabilities."""
        return None if self.emotions is None else concentration_index(self.emotions)


def width_for(length_s: float, least_s: float, most: int, widths: Sequence[int] = WIDTHS_S) -> int:
    """The narrowest of the widths, of least_s seconds or more, that divides a length into most.

    The widest where even that one is not enough.
    """
    fitting = (width for width in widths if width >= least_s and length_s <= width * most)
    return next(fitting, widths[-1])


def coverage(usable: int, expected: float) -> float | None:
    """Usable over expected samples, 0 to 1; None where next to nothing is expected."""
    return min(1.0, usable / expected) if expected > LEAST_EXPECTED else None


def class_engagement(means: Iterable[float | None]) -> float | None:
    """The class's engagement from each student's own mean; None where no student has one."""
    known = [mean for mean in means if mean is not None]
    return sum(known) / len(known) if known else None


def class_emotions(means: Iterable[Sequence[float] | None]) -> tuple[float, ...] | None:
    """The class's seven shares or probabilities from each student's own; None without any."""
    known = [mean for mean in means if mean is not None]
    if not known:
        return None
    return tuple(sum(column) / len(known) for column in zip(*known, strict=True))


def is_enough(usable: int, expected: float) -> bool:
    """Whether a mean over a stretch may be told."""
    return usable > 0 and usable >= MIN_SHARE * expected


def bucket_of(
    start_s: int,
    students: Sequence[Sums],
    connected_s: float,
    interval_s: float,
    with_emotion: bool = True,
) -> Bucket:
    """The class over a stretch, from each student's samples and the time all were connected."""
    usable = sum(one.usable for one in students)
    expected = connected_s / interval_s
    told = with_emotion and is_enough(usable, expected)
    return Bucket(
        start_s=start_s,
        samples=sum(one.samples for one in students),
        usable=usable,
        expected=expected,
        engagement=class_engagement(one.mean_engagement for one in students) if told else None,
        facing=class_engagement(one.mean_facing for one in students) if told else None,
        emotions=class_emotions(one.mean_emotions for one in students) if told else None,
    )
