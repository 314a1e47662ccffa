"""Whether a student faces the screen, over seconds and against their own first minutes.

A camera stands where it stands: what counts is how far the head turns from where it mostly was
in the first two minutes, not from the camera.
"""

from collections import deque
from dataclasses import dataclass
from statistics import median
from typing import Final, Literal

from inference.pose import Pose

Direction = Literal["facing", "turned", "down"]

WINDOW_S: Final = 10.0
OWN_S: Final = 120.0
"""How long a student's own direction is learned."""
MAX_ASIDE: Final = (25.0, 20.0)
"""Degrees of yaw and pitch off the camera that one's own direction is learned from: nobody's desk
is further aside, and who is turned away for most of the first minutes still is."""
TURNED: Final = 25.0
"""Degrees of yaw, or of pitch up."""
DOWN: Final = 20.0
"""Degrees of pitch."""
WORTH: Final[dict[Direction, float]] = {"facing": 1.0, "down": 0.5, "turned": 0.0}
"""Looking down counts half: it may be writing."""
TAKES_OVER: Final = 0.6
"""The part of the window that another direction needs to be shown."""

AXES: Final = ("yaw", "pitch")
CAMERA: Final = Pose(0.0, 0.0)
"""Straight towards the camera."""


@dataclass(frozen=True, slots=True)
class Facing:
    """share: 0 to 1, of the last WINDOW_S seconds. direction: shown. now: of the last frame.

    All are None where no pose was known in the window; now also for a frame without one.
    """

    share: float | None
    direction: Direction | None
    now: Direction | None


UNKNOWN: Final = Facing(None, None, None)


def direction_of(pose: Pose, own: Pose = CAMERA) -> Direction:
    """Where a head points, as against its own direction, or the camera."""
    yaw, pitch = pose.yaw - own.yaw, pose.pitch - own.pitch
    if abs(yaw) > TURNED or pitch < -TURNED:
        return "turned"
    return "down" if pitch > DOWN else "facing"


class FacingTrack:
    """One student's direction."""

    def __init__(self) -> None:
        self._began_at: float | None = None
        self._learned: list[Pose] = []
        self._own = CAMERA
        self._window: deque[tuple[float, Direction]] = deque()
        self._shown: Direction | None = None

    def update(self, at_s: float, pose: Pose | None) -> Facing:
        """Take in one frame's pose, None where it is unknown. at_s: from any one clock."""
        now = None if pose is None else self._look(at_s, pose)
        if now is not None:
            self._window.append((at_s, now))
        while self._window and not 0 <= at_s - self._window[0][0] < WINDOW_S:
            self._window.popleft()
        if not self._window:
            self._shown = None
            return UNKNOWN
        seen = [direction for _, direction in self._window]
        share = sum(WORTH[direction] for direction in seen) / len(seen)
        commonest = max(sorted(WORTH), key=seen.count)
        if self._shown is None or seen.count(commonest) >= TAKES_OVER * len(seen):
            self._shown = commonest
        return Facing(share, self._shown, now)

    def _look(self, at_s: float, pose: Pose) -> Direction:
        if self._began_at is None:
            self._began_at = at_s
        is_near = abs(pose.yaw) <= MAX_ASIDE[0] and abs(pose.pitch) <= MAX_ASIDE[1]
        if is_near and at_s - self._began_at <= OWN_S:
            self._learned.append(pose)
            self._own = Pose(
                *(median(getattr(one, axis) for one in self._learned) for axis in AXES)
            )
        return direction_of(pose, self._own)
