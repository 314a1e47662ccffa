"""How a face looks as one figure: the concentration index, and a label that does not flicker.

Sharma et al., "Student Engagement Detection Using Emotion Analysis, Eye Tracking and Head
Movement with Machine Learning" (arXiv 1909.12913), give each emotion a weight and multiply it
with the probability of the dominant one. That product jumps when two emotions are close and
sinks when the model is unsure. Here it is the sum over all seven, which is its expectation.
"""

import math
from collections import deque
from collections.abc import Sequence
from typing import Final

from inference.labels import EMOTIONS, most_probable

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
SUM_TOLERANCE: Final = 0.01

LABEL_S: Final = 8.0
"""Seconds that a label is the mean of."""
LEAST: Final = 0.4
"""The mean probability that a label needs."""
LEAD: Final = 0.1
"""How much more than the next one it needs."""
STAY: Final = 0.1
"""How much less it may have once it is shown."""
MIXED: Final = "mixed"


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


class LabelTrack:
    """One student's emotion over LABEL_S seconds: a name of EMOTIONS, MIXED, or None."""

    def __init__(self) -> None:
        self._seen: deque[tuple[float, tuple[float, ...]]] = deque()
        self._label: str | None = None

    def update(self, at_s: float, probabilities: tuple[float, ...] | None) -> str | None:
        """Take in one frame's probabilities, None where no emotion is claimed; the label then.

        at_s: from any one clock.
        """
        if probabilities is not None:
            self._seen.append((at_s, probabilities))
        while self._seen and not 0 <= at_s - self._seen[0][0] < LABEL_S:
            self._seen.popleft()
        self._label = self._choose()
        return self._label

    def _choose(self) -> str | None:
        if not self._seen:
            return None
        columns = zip(*(values for _, values in self._seen), strict=True)
        means = [sum(column) / len(self._seen) for column in columns]
        if self._label in EMOTIONS:
            own = means[EMOTIONS.index(self._label)]
            if own >= LEAST - STAY and own >= max(means) - STAY:
                return self._label
        first, second = sorted(means, reverse=True)[:2]
        return most_probable(means) if first >= LEAST and first - second >= LEAD else MIXED
