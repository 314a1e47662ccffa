"""Whether the estimate agrees with what students say of themselves: a rank correlation.

An answer to a check-in is compared with the mean engagement of the same student in the minute
before it. Spearman's rank correlation, with a bootstrap interval over students: one student's
answers are not independent of each other (Field and Welsh, 2007).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sessions.models import Answer
from sessions.reports.window import Window

BEFORE_S: Final = 60
LEAST_ANSWERS: Final = 10
LEAST_STUDENTS: Final = 5
"""Of fewer nothing is said."""
RESAMPLES: Final = 2000
LEVEL: Final = 0.95


@dataclass(frozen=True, slots=True)
class Pair:
    """One answer: whose (any key of the student), its value 1 to 5, and the estimate, 0 to 1."""

    student: tuple[str, int]
    value: int
    engagement: float


@dataclass(frozen=True, slots=True)
class Agreement:
    """correlation, low, high: -1 to 1, with the 95 % interval; None where too few answered, or
    all said the same. answers, students: that have an estimate beside them."""

    answers: int
    students: int
    correlation: float | None = None
    low: float | None = None
    high: float | None = None

    @property
    def is_known(self) -> bool:
        return self.low is not None and self.high is not None

    @property
    def is_doubted(self) -> bool:
        """Whether the interval does not leave out that they have nothing to do with each other."""
        return self.low is not None and self.low <= 0


def session_agreement(session_id: int, window: Window) -> Agreement:
    """Of the answers in a stretch of one session, in one query."""
    own = Answer.objects.filter(check_in__session=session_id)
    if not window.is_whole:
        own = own.filter(second__gte=window.start_s, second__lte=window.last_s)
    return agreement_of(_pairs(own.compared()))


def course_agreement(course_id: int) -> Agreement:
    """Of all sessions of a course, in one query; a student of the list is one in all of them."""
    own = Answer.objects.filter(check_in__session__course=course_id)
    return agreement_of(_pairs(own.compared()))


def _pairs(rows: Sequence[tuple[int, int | None, int, float | None]]) -> list[Pair]:
    return [
        Pair(
            ("participant", participant) if student is None else ("student", student),
            value,
            engagement,
        )
        for participant, student, value, engagement in rows
        if engagement is not None
    ]


def agreement_of(pairs: Sequence[Pair]) -> Agreement:
    """The correlation of answers and estimates with its interval."""
    students = sorted({pair.student for pair in pairs})
    if len(pairs) < LEAST_ANSWERS or len(students) < LEAST_STUDENTS:
        return Agreement(len(pairs), len(students))
    values = np.array([(pair.value, pair.engagement) for pair in pairs], float)
    correlation = _spearman(values)
    if correlation is None:
        return Agreement(len(pairs), len(students))
    places = {student: place for place, student in enumerate(students)}
    who = np.array([places[pair.student] for pair in pairs])
    drawn = _resampled(values, who, len(students))
    tail = (1 - LEVEL) / 2
    low, high = np.quantile(drawn, (tail, 1 - tail))
    return Agreement(len(pairs), len(students), correlation, float(low), float(high))


def _resampled(
    values: NDArray[np.float64], who: NDArray[np.int64], students: int
) -> NDArray[np.float64]:
    """The correlations of resamples of students; each answer keeps its rank among all.

    With ranks kept, a resample is a weighting of students, and all are computed at once.
    """
    x, y = _ranks(values[:, 0]), _ranks(values[:, 1])
    # By student: how many, and the sums of which a correlation is made.
    parts = np.zeros((students, 6))
    np.add.at(parts, who, np.column_stack((np.ones_like(x), x, y, x * x, y * y, x * y)))
    # The same answers give the same interval.
    rng = np.random.default_rng(0)
    weights = rng.multinomial(students, np.full(students, 1 / students), RESAMPLES)
    n, sx, sy, sxx, syy, sxy = (weights @ parts).T
    spread = (n * sxx - sx**2) * (n * syy - sy**2)
    # All resampled answers alike: nothing to correlate.
    varied = spread > 1e-9
    correlations: NDArray[np.float64] = (n * sxy - sx * sy)[varied] / np.sqrt(spread[varied])
    return np.clip(correlations, -1, 1)


def _spearman(rows: NDArray[np.float64]) -> float | None:
    """Of (N, 2) values; None where one column is the same throughout."""
    answers, estimates = _ranks(rows[:, 0]), _ranks(rows[:, 1])
    if answers.std() == 0 or estimates.std() == 0:
        return None
    return float(np.corrcoef(answers, estimates)[0, 1])


def _ranks(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """1 for the least; equal values share the mean of their ranks."""
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    return ((last - counts + 1 + last) / 2)[inverse]
