"""The analysis by threads of this process."""

from __future__ import annotations

from inference.analysis import Models, Options, Served
from inference.batcher import Batcher
from inference.loaded import Loaded
from inference.pictures import PictureResult
from inference.pipeline import FrameResult
from inference.stages import Stages


class AnalysisHere:
    """See inference.analysis.Analysis. Raises as Loaded does."""

    def __init__(self, options: Options, stages: Stages) -> None:
        self._loaded = Loaded(options, stages)
        pipeline = self._loaded.pipeline
        self._batcher = Batcher(pipeline, pipeline.workers, stages=stages)
        self._batcher.start()

    @property
    def served(self) -> Served:
        """See Analysis."""
        return self._loaded.served

    async def analyse(self, jpeg: bytes, *, group: int, member: int) -> FrameResult:
        """See Analysis."""
        return await self._batcher.analyse(jpeg, group=group, member=member)

    def picture(
        self, jpeg: bytes, max_bytes: int, max_pixels: int, models: Models
    ) -> PictureResult:
        """See Analysis. From one thread at a time."""
        return self._loaded.picture(jpeg, max_bytes, max_pixels, models)

    @property
    def is_healthy(self) -> bool:
        """See Analysis."""
        return self._batcher.is_healthy

    def wait_for_room(self, within_s: float) -> bool:
        """See Analysis."""
        return self._batcher.wait_for_room(within_s)

    def capacity(self) -> float | None:
        """See Analysis."""
        return self._batcher.capacity()

    def stats(self) -> dict[str, int | float]:
        """See Analysis."""
        return self._batcher.stats()

    def stop(self) -> None:
        """See Analysis. A thread inside TensorFlow can crash the interpreter's exit."""
        self._batcher.stop()
