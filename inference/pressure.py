"""How much slower frames should come, from how many had to be shed. Pure."""

from __future__ import annotations

from typing import Final

CALM_S: Final = 5.0
"""So long without a shed frame before frames may come faster again."""
STEP_UP: Final = 1.5
STEP_DOWN: Final = 0.95
MOST: Final = 20.0
TOLERATED: Final = 0.01
"""Share of frames: one that is shed now and then is no reason to slow down."""


class Pressure:
    """Additive knowledge only: what was offered and what was shed since the last look.

    value: 1.0 without need; 2.0 asks for half as many frames.
    """

    def __init__(self) -> None:
        self.value = 1.0
        self._offered = 0
        self._shed = 0
        self._shed_at = float("-inf")

    def update(self, offered: int, shed: int, now: float) -> float:
        """Take in counts since the start, about once a second; returns the new value.

        now: seconds of any one clock.
        """
        more, lost = offered - self._offered, shed - self._shed
        self._offered, self._shed = offered, shed
        if lost > TOLERATED * more:
            self._shed_at = now
            self.value = min(MOST, self.value * min(STEP_UP, more / max(1, more - lost)))
        elif now - self._shed_at > CALM_S:
            self.value = max(1.0, self.value * STEP_DOWN)
        return self.value
