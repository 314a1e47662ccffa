"""The analysis of one serving process: a pipeline, its batcher, and pictures to try out."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from inference.batcher import Batcher, Shed
from inference.detection import load_detector
from inference.manifest import find_model
from inference.pipeline import FrameResult, PictureResult, Pipeline

if TYPE_CHECKING:
    from inference.emotion import EmotionModel

PICTURE_WAIT_S: Final = 10.0


@dataclass(frozen=True, slots=True)
class Options:
    """What is served.

    model: a folder of models_dir, None where only presence may be counted. yunet: the face
    detector's file, None for the Haar cascade inside OpenCV. max_bytes, max_pixels: of a frame.
    """

    models_dir: Path
    model: str | None
    yunet: Path | None
    max_bytes: int
    max_pixels: int


class Service:
    """Made once a process; warm() before anything else, stop() at the end."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._lock = threading.Lock()
        self._pipeline: Pipeline | None = None
        self._batcher: Batcher | None = None
        # One thread: pictures that teachers try out leave the rest of the machine to the classes.
        self._pictures = ThreadPoolExecutor(1, thread_name_prefix="picture")

    def warm(self) -> None:
        """Load everything and run the model once; is_ready afterwards. Takes seconds.

        Raises ModelError or DetectorError when the options name a model or file that cannot be
        used; a later call tries again.
        """
        with self._lock:
            if self._batcher is not None:
                return
            pipeline = self._make_pipeline()
            pipeline.warm()
            batcher = Batcher(pipeline, pipeline.workers)
            batcher.start()
            self._pipeline, self._batcher = pipeline, batcher

    @property
    def is_ready(self) -> bool:
        """Whether frames are answered without waiting for a model."""
        return self._batcher is not None

    @property
    def is_healthy(self) -> bool:
        """Whether frames are answered: ready, and the last batch came to an end."""
        return self._batcher is not None and self._batcher.is_healthy

    @property
    def restarts(self) -> int:
        """How often the analysis had to be started again."""
        return 0 if self._batcher is None else int(self._batcher.stats()["restarts"])

    async def analyse(self, jpeg: bytes, *, group: int, member: int) -> FrameResult:
        """Analyse one frame of a member (a participant) of a group (a session).

        Raises FrameError, Shed and AnalysisFailed as Batcher.analyse does.
        """
        if self._batcher is None:
            raise Shed("The server is starting; send the next frame as usual.")
        return await self._batcher.analyse(jpeg, group=group, member=member)

    def analyse_picture(self, jpeg: bytes, max_bytes: int, max_pixels: int) -> PictureResult:
        """Every face of one picture, a whole JPEG; blocks until its turn has come and it is done.

        Raises FrameError for one that cannot be read, and Shed before warm() and after
        PICTURE_WAIT_S.
        """
        if self._pipeline is None:
            raise Shed("The model is still being loaded.")
        job = self._pictures.submit(self._pipeline.analyse_all_faces, jpeg, max_bytes, max_pixels)
        try:
            return job.result(PICTURE_WAIT_S)
        except TimeoutError:
            job.cancel()
            raise Shed("Too many pictures wait to be analysed.") from None

    def capacity(self) -> float | None:
        """Frames a second that can be answered; None while that is unknown."""
        return None if self._batcher is None else self._batcher.capacity()

    def state(self) -> dict[str, Any]:
        """For probes: ready, healthy, model, detector, and the batcher's counters once ready."""
        if self._pipeline is None or self._batcher is None:
            return {"ready": False, "healthy": False, "model": self._options.model}
        stats = self._batcher.stats()
        return {
            "ready": True,
            "healthy": self._batcher.is_healthy,
            "model": self._options.model,
            "detector": self._pipeline.detector.name,
            **stats,
        }

    def stop(self) -> None:
        """Shed what waits and end the threads: one inside TensorFlow can crash the exit."""
        self._pictures.shutdown(wait=False, cancel_futures=True)
        with self._lock:
            if self._batcher is not None:
                self._batcher.stop()

    def _make_pipeline(self) -> Pipeline:
        options = self._options
        return Pipeline(
            self._load_model(options.model) if options.model is not None else None,
            load_detector(options.yunet),
            options.max_bytes,
            options.max_pixels,
        )

    def _load_model(self, name: str) -> EmotionModel:
        folder = find_model(self._options.models_dir, name)
        # Imported here: it imports TensorFlow, which those who never warm up do without.
        from inference.emotion import EmotionModel

        return EmotionModel.load(folder)
