"""How many frames a second the analysis can answer, from the batches it has done. Pure."""

from __future__ import annotations

import math
from typing import Final

MEMORY_S: Final = 5.0
"""Of work: what lies so far back counts a third."""
SURE_FOR_S: Final = 3.0
"""Without a large batch for so long, the analysis may have become faster meanwhile."""
DRIFT_PER_S: Final = 0.05


class Capacity:
    """Takes in large batches only: a small one is slow for each frame, and no sign of load."""

    def __init__(self) -> None:
        self._frames = 0.0
        self._seconds = 0.0
        self._noted_at = -math.inf

    def note(self, frames: int, seconds: float, now: float) -> None:
        """Take in a batch that took so long. now: seconds of any one clock."""
        kept = math.exp(-seconds / MEMORY_S)
        self._frames = self._frames * kept + frames
        self._seconds = self._seconds * kept + seconds
        self._noted_at = now

    def per_s(self, now: float) -> float | None:
        """Frames a second; None before the first large batch.

        It grows while no large batch comes: who sends less because of it would otherwise never
        learn that the server has become faster.
        """
        if self._seconds <= 0:
            return None
        unsure_s = max(0.0, now - self._noted_at - SURE_FOR_S)
        # Bounded: a night without a class must not overflow.
        return self._frames / self._seconds * math.exp(min(50.0, DRIFT_PER_S * unsure_s))
