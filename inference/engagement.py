"""From emotions to engagement: a published heuristic, and no measure of learning.

Sharma et al., "Student Engagement Detection Using Emotion Analysis, Eye Tracking and Head
Movement with Machine Learning" (arXiv 1909.12913), give each emotion a weight and multiply it
with the probability of the dominant one. That product jumps when two emotions are close and
sinks when the model is unsure. Here it is the sum over all seven, which is its expectation.

A face says little about attention: a student who listens with a still face and one who dreams
with a still face look the same. Show the figure as an estimate, with its coverage, never as a
grade.
"""

import math
from collections.abc import Sequence
from typing import Final

from inference.labels import EMOTIONS

WEIGHTS: Final[dict[str, float]] = {
    "angry": 0.25,
    "disgust": 0.2,
    "fear": 0.3,
    "happy": 0.6,
    "neutral": 0.9,
    "sad": 0.3,
    "surprise": 0.6,
}
"""Each emotion's concentration weight, as the paper and the projects built on it have them."""

ENGAGED_AT: Final = 0.2
"""Engaged from here up, on the scale of engagement(); a concentration index of 0.34."""

TIME_CONSTANT_S: Final = 3.0
MAX_GAP_S: Final = 10.0
SUM_TOLERANCE: Final = 0.01

_LOWEST: Final = min(WEIGHTS.values())
_HIGHEST: Final = max(WEIGHTS.values())


def concentration_index(probabilities: Sequence[float]) -> float:
    """The expected weight of the emotions, from 0.2 (disgust alone) to 0.9 (neutral alone).

    probabilities: seven, in the order of EMOTIONS, summing to 1. Raises ValueError for
    anything else.
    """
    values = [float(value) for value in probabilities]
    if (
        len(values) != len(EMOTIONS)
        or not all(math.isfinite(value) and value >= 0 for value in values)
        or abs(sum(values) - 1) > SUM_TOLERANCE
    ):
        raise ValueError(
            f"expected {len(EMOTIONS)} probabilities that sum to 1, got {list(probabilities)}"
        )
    weighted = sum(p * WEIGHTS[name] for p, name in zip(values, EMOTIONS, strict=True))
    return weighted / sum(values)


def engagement(probabilities: Sequence[float]) -> float:
    """Engagement of one frame, 0 to 1: the concentration index stretched to the whole scale.

    No weight is under 0.2, so the plain index could never fall below the threshold; on this
    scale disgust alone is 0 and neutral alone is 1. Raises ValueError as concentration_index.
    """
    stretched = (concentration_index(probabilities) - _LOWEST) / (_HIGHEST - _LOWEST)
    return min(1.0, max(0.0, stretched))


def smooth(previous: float, value: float, seconds: float) -> float:
    """Move a smoothed value towards a new one, by how much time has passed between them.

    Exponential with TIME_CONSTANT_S, so that a student sampled ten times a second and one
    sampled once a second are smoothed alike. No time, or time running backwards: no change.
    """
    share = -math.expm1(-max(0.0, seconds) / TIME_CONSTANT_S)
    return previous + share * (value - previous)


class EngagementTrack:
    """One student's smoothed engagement."""

    def __init__(self) -> None:
        self._value: float | None = None
        self._at = 0.0

    def update(self, at_seconds: float, value: float | None) -> float | None:
        """Take in one frame's engagement (0 to 1) and return the smoothed one.

        at_seconds: from any one clock. None, for a frame without a usable face, returns None
        and changes nothing. After a gap of more than MAX_GAP_S the track starts afresh.
        """
        if value is None:
            return None
        gap = at_seconds - self._at
        if self._value is None or gap > MAX_GAP_S:
            self._value = value
        else:
            self._value = smooth(self._value, value, gap)
        self._at = at_seconds
        return self._value
