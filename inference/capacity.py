"""How many frames a second the analysis can answer, and how many may wait for it. Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

MEMORY_S: Final = 5.0
"""Of work: what lies so far back counts a third."""
MEMORY_OF_SMALL_S: Final = 1.0
"""Small batches leave the analysis idle: there is little work of them, and it counts for more."""
SURE_FOR_S: Final = 2.0
"""Without a large batch for so long, the analysis may have become faster meanwhile."""
DRIFT_PER_S: Final = 0.1


class Capacity:
    """Takes in large batches: a small one is slow for each frame, and no sign of load."""

    def __init__(self) -> None:
        self._frames = 0.0
        self._seconds = 0.0
        self._noted_at = -math.inf

    def note(self, frames: int, seconds: float, now: float) -> None:
        """Take in a batch that took so long. now: seconds of any one clock."""
        self._take_in(frames, seconds, now, MEMORY_S)

    def _take_in(self, frames: int, seconds: float, now: float, memory_s: float) -> None:
        kept = math.exp(-seconds / memory_s)
        self._frames = self._frames * kept + frames
        self._seconds = self._seconds * kept + seconds
        self._noted_at = now

    def note_small(self, frames: int, seconds: float, now: float) -> None:
        """Take in a small batch where even it was faster than what is known: that was too low."""
        known = self.per_s(now)
        if known is not None and frames > known * seconds:
            self._take_in(frames, seconds, now, MEMORY_OF_SMALL_S)

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


@dataclass(frozen=True, slots=True)
class Sizes:
    """What fits into a batch and into the queue before it.

    workers: frames that are looked at side by side: a smaller batch is no quicker. max_batch,
    max_queue: never more. batch_s, queue_s: what must be answered within so many seconds.
    """

    capacity: Capacity
    workers: int
    max_batch: int
    batch_s: float
    max_queue: int
    queue_s: float

    def batch(self, now: float) -> int:
        """Frames of a batch at most."""
        most = self.max_batch
        if self.capacity.per_s(now) is None:
            # On a slow machine the capacity must be known soon.
            most = min(2 * self.workers, most)
        return self._within(self.batch_s, self.workers, most, now)

    def queue(self, now: float) -> int:
        """Frames that may wait."""
        return self._within(self.queue_s, self.batch(now), self.max_queue, now)

    def _within(self, seconds: float, least: int, most: int, now: float) -> int:
        rate = self.capacity.per_s(now)
        return most if rate is None else min(most, max(least, int(rate * seconds)))
