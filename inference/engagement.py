"""From what is seen of a face to engagement: two published heuristics, and no measure of learning.

- index-2: expression times how much the student faces the screen, after Sharma et al. (arXiv
  1909.12913): emotion weight x gaze weight / 4.5, where facing stands in for gaze. Happy and
  facing is 0.67, neutral and facing 1.
- index-1: the expression alone, stretched to the whole scale. Used where facing is not known.

A face says little about attention: a student who listens with a still face and one who dreams
with a still face look the same. Show the figure as an estimate, with its coverage, never as a
grade. docs/engagement.md says what was measured.
"""

import math
from typing import Final, Literal

from inference.expression import WEIGHTS

Definition = Literal["index-1", "index-2"]
Level = Literal["not", "engaged", "very"]

RANKS: Final[dict[Level, int]] = {"not": 0, "engaged": 1, "very": 2}

INDEX_1: Final = "index-1"
INDEX_2: Final = "index-2"
DEFINITIONS: Final = (INDEX_2, INDEX_1)

GAZE: Final = 5.0
"""The gaze weight of one who looks at the screen all the time."""
SCALE: Final = 4.5
"""The greatest product of weights: neutral, facing."""
ENGAGED_FROM: Final = 0.25
VERY_ABOVE: Final = 0.65
INDEX_1_ENGAGED: Final = 0.2
"""Engaged from here up by index-1, which most faces are: a concentration index of 0.34."""
HYSTERESIS: Final = 0.05
"""How far below its threshold a level is left, so that it does not flicker."""

TIME_CONSTANT_S: Final = 3.0

_LOWEST: Final = min(WEIGHTS.values())
_HIGHEST: Final = max(WEIGHTS.values())


def combined(expression: float, facing: float) -> float:
    """index-2, 0 to 1. expression: a concentration index. facing: a share, 0 to 1."""
    return min(1.0, max(0.0, expression * GAZE * facing / SCALE))


def stretched(expression: float) -> float:
    """index-1, 0 to 1: disgust alone is 0 and neutral alone is 1."""
    return min(1.0, max(0.0, (expression - _LOWEST) / (_HIGHEST - _LOWEST)))


def level_of(engagement: float) -> Level:
    """The level that begins with this engagement, 0 to 1."""
    if engagement > VERY_ABOVE:
        return "very"
    return "engaged" if engagement >= ENGAGED_FROM else "not"


def next_level(shown: Level | None, engagement: float) -> Level:
    """The level to show now: a higher one at once, a lower one past the hysteresis."""
    new = level_of(engagement)
    if shown is None or RANKS[new] >= RANKS[shown]:
        return new
    held = level_of(engagement + HYSTERESIS)
    return held if RANKS[held] < RANKS[shown] else shown


def smooth(previous: float, value: float, seconds: float) -> float:
    """Move a smoothed value towards a new one, by how much time has passed between them.

    Exponential with TIME_CONSTANT_S, so that a student sampled ten times a second and one
    sampled once a second are smoothed alike. No time, or time running backwards: no change.
    """
    share = -math.expm1(-max(0.0, seconds) / TIME_CONSTANT_S)
    return previous + share * (value - previous)
