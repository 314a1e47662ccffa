"""How sure a figure of a few students is: 95 % intervals. Pure.

The same figures give the same interval: chance is drawn from a fixed seed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Final

import numpy as np
from numpy.typing import NDArray

LEAST: Final = 5
"""Students; the interval of fewer says nothing."""
RESAMPLES: Final = 2000
LEVEL: Final = 0.95
NORMAL: Final = 1.959964
"""Of the normal distribution, for LEVEL."""


@dataclass(frozen=True, slots=True)
class Interval:
    """A figure with its 95 % interval. n: students behind it."""

    value: float
    low: float
    high: float
    n: int

    @property
    def is_clear(self) -> bool:
        """Of a difference: whether the interval leaves out no difference at all."""
        return self.low > 0 or self.high < 0


def of_mean(values: Sequence[float]) -> Interval | None:
    """Of the mean over students, by bootstrap (Efron and Tibshirani, 1993); None of too few."""
    if len(values) < LEAST:
        return None
    return _interval(float(np.mean(values)), _means(values), len(values))


def of_difference(one: Sequence[float], other: Sequence[float]) -> Interval | None:
    """Of the mean of the other group less that of the one, by bootstrap in each."""
    if min(len(one), len(other)) < LEAST:
        return None
    value = float(np.mean(other) - np.mean(one))
    return _interval(value, _means(other, 1) - _means(one, 0), min(len(one), len(other)))


def of_share(count: int, of: int) -> Interval | None:
    """Of a share of students, 0 to 1 (Wilson 1927); None of none."""
    if not of:
        return None
    share, square = count / of, NORMAL**2 / of
    middle = (share + square / 2) / (1 + square)
    half = NORMAL * sqrt(share * (1 - share) / of + square / (4 * of)) / (1 + square)
    return Interval(share, max(0.0, middle - half), min(1.0, middle + half), of)


def _means(values: Sequence[float], seed: int = 0) -> NDArray[np.float64]:
    known = np.asarray(values, np.float64)
    drawn = np.random.default_rng(seed).choice(known, (RESAMPLES, len(known)))
    means: NDArray[np.float64] = drawn.mean(axis=1)
    return means


def _interval(value: float, drawn: NDArray[np.float64], n: int) -> Interval:
    tail = (1 - LEVEL) / 2
    low, high = np.quantile(drawn, (tail, 1 - tail))
    return Interval(value, float(low), float(high), n)
