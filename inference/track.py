"""One student over time: from what each frame shows to what is stored and told of them."""

from dataclasses import dataclass
from typing import Final

from inference.engagement import (
    INDEX_1,
    INDEX_2,
    Definition,
    Level,
    combined,
    next_level,
    smooth,
    stretched,
)
from inference.expression import LabelTrack, concentration_index
from inference.facing import Direction, FacingTrack
from inference.pipeline import FrameResult

MAX_GAP_S: Final = 10.0
"""How long an expression is carried on; after it, smoothing begins afresh."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """What is estimated of a student at a frame.

    definition: of this engagement, None without one. engagement, facing: 0 to 1. level: of the
    engagement. expression: a concentration index, smoothed. direction: where the student faced
    lately. probabilities: of this frame, in the order of EMOTIONS. label: the emotion over
    seconds, or "mixed". Unknown ones are None: all without a usable face, and the emotions of one
    who is turned away.
    """

    definition: Definition | None = None
    engagement: float | None = None
    level: Level | None = None
    expression: float | None = None
    facing: float | None = None
    direction: Direction | None = None
    probabilities: tuple[float, ...] | None = None
    label: str | None = None


class StudentTrack:
    """One student's estimates. definition: INDEX_1 leaves out where the student faces."""

    def __init__(self, definition: Definition) -> None:
        self._definition = definition
        self._facing = FacingTrack()
        self._label = LabelTrack()
        self._expression: float | None = None
        self._at_s = 0.0
        self._level: Level | None = None

    def update(self, at_s: float, seen: FrameResult) -> Estimate:
        """Take in one frame; at_s from any one clock. A frame without a face changes nothing."""
        pose = seen.pose if self._definition == INDEX_2 else None
        facing = self._facing.update(at_s, pose)
        if not seen.faces:
            return Estimate()
        turned = "turned" in (facing.direction, facing.now)
        probabilities = None if turned else seen.probabilities
        label = self._label.update(at_s, probabilities)
        self._express(at_s, probabilities)
        engagement = self._engagement(facing.share)
        if engagement is not None:
            self._level = next_level(self._level, engagement)
        known = engagement is not None
        return Estimate(
            definition=(INDEX_1 if facing.share is None else INDEX_2) if known else None,
            engagement=engagement,
            level=self._level if known else None,
            expression=self._expression,
            facing=facing.share,
            direction=facing.direction,
            probabilities=probabilities,
            label=None if turned else label,
        )

    def _express(self, at_s: float, probabilities: tuple[float, ...] | None) -> None:
        gap_s = at_s - self._at_s
        if gap_s > MAX_GAP_S:
            self._expression = None
        if probabilities is None:
            return
        value = concentration_index(probabilities)
        if self._expression is not None:
            value = smooth(self._expression, value, gap_s)
        self._expression, self._at_s = value, at_s

    def _engagement(self, facing: float | None) -> float | None:
        if facing == 0.0:
            return 0.0  # whatever the face, which is not seen
        if self._expression is None:
            return None
        if facing is None:
            return stretched(self._expression)
        return combined(self._expression, facing)
