"""One copy of the analysis, in a process of its own on some machine of the cluster."""

from __future__ import annotations

import asyncio
import logging
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

from ray import serve

from inference.analysis import Models, Options, Served
from inference.frames import FrameError
from inference.loaded import Loaded
from inference.pictures import PictureResult
from inference.pipeline import FrameResult
from inference.stages import Sums

logger = logging.getLogger(__name__)

MAX_BATCH: Final = 16
MAX_WAIT_S: Final = 0.005
LIMIT_S: Final = 10.0
"""A batch that takes longer hangs: Serve then replaces the replica."""


@dataclass(frozen=True, slots=True)
class Answer:
    """seen: None where the analysis failed. seconds: its share of each stage, by name."""

    seen: FrameResult | FrameError | None
    seconds: dict[str, float]


def _frames_of(calls: list[list[bytes]]) -> int:
    return sum(map(len, calls))


class Replica:
    """What Ray Serve deploys; Serve gathers batches of calls, and one is looked at at a time."""

    def __init__(self, options: Options) -> None:
        self._times = Sums()
        self._loaded = Loaded(options, self._times)
        self._frames = ThreadPoolExecutor(1, thread_name_prefix="batch")
        self._pictures = ThreadPoolExecutor(1, thread_name_prefix="picture")
        self._began: float | None = None

    async def analyse(self, frames: list[bytes]) -> list[Answer]:
        """A call's answers, in the same order, when the batch that it is in comes to its end."""
        arrived = time.monotonic()
        answers, began = await self._batch(frames)
        return [
            Answer(answer.seen, {"queue": began - arrived, **answer.seconds}) for answer in answers
        ]

    @serve.batch(
        max_batch_size=MAX_BATCH, batch_wait_timeout_s=MAX_WAIT_S, batch_size_fn=_frames_of
    )
    async def _batch(self, calls: list[list[bytes]]) -> list[tuple[list[Answer], float]]:
        frames = [frame for call in calls for frame in call]
        began = self._began = time.monotonic()
        try:
            loop = asyncio.get_running_loop()
            seen = iter(await loop.run_in_executor(self._frames, self._look_at, frames))
        finally:
            self._began = None
        seconds = {stage: sum_ / len(frames) for stage, sum_ in self._times.take().items()}
        return [([Answer(next(seen), seconds) for _ in call], began) for call in calls]

    def _look_at(self, frames: list[bytes]) -> list[FrameResult | FrameError | None]:
        """When a batch fails, each frame alone, so that one frame fails no other."""
        try:
            return [*self._loaded.pipeline.analyse(frames)]
        except Exception:
            logger.exception("A batch of %d frames failed", len(frames))
        if len(frames) == 1:
            return [None]
        return [one for frame in frames for one in self._look_at([frame])]

    async def picture(
        self, jpeg: bytes, max_bytes: int, max_pixels: int, models: Models
    ) -> PictureResult | FrameError:
        """Every face of one picture; see inference.analysis.Analysis."""
        loop = asyncio.get_running_loop()
        look = self._loaded.picture
        try:
            return await loop.run_in_executor(
                self._pictures, look, jpeg, max_bytes, max_pixels, models
            )
        except FrameError as error:
            return error

    def describe(self) -> Served:
        """What this replica looks at frames with."""
        return self._loaded.served

    def check_health(self) -> None:
        """Asked by Serve, which replaces a replica that raises. Raises RuntimeError."""
        began = self._began
        if began is not None and time.monotonic() - began > LIMIT_S:
            raise RuntimeError(f"A batch has taken more than {LIMIT_S:.0f} s")
