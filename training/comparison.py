"""Two models on the same faces: how far apart they are, and where."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from inference.labels import EMOTIONS

RESAMPLES: Final = 10_000
INTERVAL: Final = 0.95


@dataclass(frozen=True, slots=True)
class Outcomes:
    """Faces of one emotion by which of the two models is right."""

    both: int
    first_alone: int
    second_alone: int
    neither: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """difference: the second's accuracy less the first's. low, high: its 95 % interval.

    outcomes: by emotion.
    """

    difference: float
    low: float
    high: float
    outcomes: dict[str, Outcomes]


def compare(
    first: NDArray[np.floating],
    second: NDArray[np.floating],
    labels: NDArray[np.integer],
    seed: int = 0,
) -> Comparison:
    """Compare two models' (N, 7) probabilities for the same faces with (N,) labels, N above 0.

    The interval is the percentile bootstrap over faces (Efron and Tibshirani 1993), paired: both
    models are judged on each drawn face.
    """
    hits = first.argmax(axis=1) == labels, second.argmax(axis=1) == labels
    gains = hits[1].astype(np.int64) - hits[0]
    low, high = _interval(gains, seed)
    return Comparison(
        difference=float(gains.mean()),
        low=low,
        high=high,
        outcomes={
            emotion: _outcomes(hits[0][labels == index], hits[1][labels == index])
            for index, emotion in enumerate(EMOTIONS)
        },
    )


def _interval(gains: NDArray[np.int64], seed: int) -> tuple[float, float]:
    """Of the mean of (N,) values of -1, 0 and 1."""
    number = len(gains)
    shares = np.bincount(gains + 1, minlength=3) / number
    # Drawing N faces with replacement is drawing how many of them lose, tie and win.
    drawn = np.random.default_rng(seed).multinomial(number, shares, RESAMPLES)
    means = (drawn[:, 2] - drawn[:, 0]) / number
    low, high = np.quantile(means, ((1 - INTERVAL) / 2, (1 + INTERVAL) / 2))
    return float(low), float(high)


def _outcomes(first: NDArray[np.bool_], second: NDArray[np.bool_]) -> Outcomes:
    return Outcomes(
        both=int((first & second).sum()),
        first_alone=int((first & ~second).sum()),
        second_alone=int((~first & second).sum()),
        neither=int((~first & ~second).sum()),
    )
