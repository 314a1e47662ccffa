"""The analysis of one serving process: a pipeline, its batcher, and pictures to try out."""

from __future__ import annotations

import asyncio
import logging
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from inference import recorded
from inference.batcher import Batcher, Shed
from inference.emotion import EmotionModel
from inference.manifest import ModelError, available_models, find_model
from inference.pictures import PictureResult, analyse_picture
from inference.pipeline import FrameResult, Pipeline
from inference.runtimes import Runtime, load_detector, make_runtime
from inference.stages import Stages

logger = logging.getLogger(__name__)

PICTURE_WAIT_S: Final = 10.0
CLASSES_FIRST_S: Final = 3.0
CLASSES_FIRST: Final = "The classes need the whole server now. Try again later."
TOO_MANY_PICTURES: Final = "Too many pictures wait to be analysed."


@dataclass(frozen=True, slots=True)
class Options:
    """What is served.

    model: a folder of models_dir, None where only presence may be counted. detector, runtime:
    names in inference.runtimes. compiled: the folder of models made for this site. max_bytes,
    max_pixels: of a frame. recorded: whether a frame that brings its answer along gets that one
    (inference.recorded), as in a demonstration.
    """

    models_dir: Path
    model: str | None
    detector: str
    runtime: str
    compiled: Path
    max_bytes: int
    max_pixels: int
    recorded: bool = False


class Service:
    """Made once a process; warm() before anything else, stop() at the end.

    stages: where the time of its frames goes.
    """

    def __init__(self, options: Options) -> None:
        self.stages = Stages()
        self._options = options
        self._lock = threading.Lock()
        self._runtime: Runtime | None = None
        self._pipeline: Pipeline | None = None
        self._batcher: Batcher | None = None
        self._others: list[EmotionModel] | None = None
        # One thread: pictures that teachers try out, and of rooms' cameras, leave the rest of the
        # machine to the classes.
        self._pictures = ThreadPoolExecutor(1, thread_name_prefix="picture")

    def warm(self) -> None:
        """Load everything and run the model once; is_ready afterwards. Takes seconds.

        Raises ModelError or DetectorError when the options name a model or file that cannot be
        used; a later call tries again.
        """
        with self._lock:
            if self._batcher is not None:
                return
            runtime = make_runtime(self._options.runtime, self._options.compiled)
            pipeline = self._make_pipeline(runtime)
            pipeline.warm()
            batcher = Batcher(pipeline, pipeline.workers, stages=self.stages)
            batcher.start()
            self._runtime, self._pipeline, self._batcher = runtime, pipeline, batcher
        logger.warning("Serving %s", self.description())

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
        if self._options.recorded:
            with_emotion = self._options.model is not None
            if seen := recorded.read(jpeg, with_emotion=with_emotion):
                return seen
        return await self._batcher.analyse(jpeg, group=group, member=member)

    def analyse_picture(
        self, jpeg: bytes, max_bytes: int, max_pixels: int, *, every_model: bool = False
    ) -> PictureResult:
        """Every face of one picture, a whole JPEG; blocks until its turn has come and it is done.

        every_model: by all models in models_dir, the served one first. Raises FrameError for a
        picture that cannot be read, and Shed before warm(), after PICTURE_WAIT_S, and while
        classes send more than can be answered at once: they go first.
        """
        if self._batcher is not None and not self._batcher.wait_for_room(CLASSES_FIRST_S):
            raise Shed(CLASSES_FIRST)
        return _wait(self._picture_job(jpeg, max_bytes, max_pixels, every_model))

    def count_faces(self, jpeg: bytes) -> int:
        """How many usable faces a frame has, of one who wants to join; raises as analyse_room()."""
        limits = self._options.max_bytes, self._options.max_pixels
        job = self._picture_job(jpeg, *limits, every_model=False, faces_alone=True)
        return len(_wait(job).faces)

    async def analyse_room(self, jpeg: bytes) -> PictureResult:
        """Every face of a frame of a room's camera.

        Raises FrameError for a frame that cannot be read, and Shed before warm() and after
        PICTURE_WAIT_S.
        """
        limits = self._options.max_bytes, self._options.max_pixels
        job = self._picture_job(jpeg, *limits, every_model=False)
        try:
            return await asyncio.wait_for(asyncio.wrap_future(job), PICTURE_WAIT_S)
        except TimeoutError:
            raise Shed(TOO_MANY_PICTURES) from None

    def _picture_job(
        self,
        jpeg: bytes,
        max_bytes: int,
        max_pixels: int,
        every_model: bool,
        faces_alone: bool = False,
    ) -> Future[PictureResult]:
        if self._pipeline is None or self._runtime is None:
            raise Shed("The model is still being loaded.")
        pipeline, runtime = self._pipeline, self._runtime

        def analyse() -> PictureResult:
            models = [pipeline.model] if pipeline.model and not faces_alone else []
            if every_model and models:
                models += self._other_models(runtime)
            return analyse_picture(jpeg, pipeline.detector, models, max_bytes, max_pixels)

        return self._pictures.submit(analyse)

    def _other_models(self, runtime: Runtime) -> list[EmotionModel]:
        """Those that are not served, loaded at the first use; one that is damaged is left out."""
        if self._others is None:
            self._others = []
            for name in available_models(self._options.models_dir):
                if name == self._options.model:
                    continue
                try:
                    model = runtime.emotion_model(find_model(self._options.models_dir, name))
                except ModelError as error:
                    logger.warning("%s is not compared: %s", name, error)
                else:
                    self._others.append(model)
        return self._others

    def capacity(self) -> float | None:
        """Frames a second that can be answered; None while that is unknown."""
        return None if self._batcher is None else self._batcher.capacity()

    def description(self) -> str:
        """What is served, for people; before warm() nothing is."""
        if self._pipeline is None or self._runtime is None:
            return "nothing yet"
        model = self._options.model or "presence alone"
        detector, runtime = self._pipeline.detector.name, self._runtime
        return f"{model}, faces by {detector}, on {runtime.name} ({runtime.precision})"

    def state(self) -> dict[str, Any]:
        """For probes: ready, healthy, model; once ready also detector, runtime, precision and
        the batcher's counters."""
        if self._pipeline is None or self._batcher is None or self._runtime is None:
            return {"ready": False, "healthy": False, "model": self._options.model}
        stats = self._batcher.stats()
        return {
            "ready": True,
            "healthy": self._batcher.is_healthy,
            "model": self._options.model,
            "detector": self._pipeline.detector.name,
            "runtime": self._runtime.name,
            "precision": self._runtime.precision,
            **stats,
        }

    def stop(self) -> None:
        """Shed what waits and end the threads: one inside TensorFlow can crash the exit."""
        self._pictures.shutdown(wait=False, cancel_futures=True)
        with self._lock:
            if self._batcher is not None:
                self._batcher.stop()

    def _make_pipeline(self, runtime: Runtime) -> Pipeline:
        options = self._options
        model = None
        if options.model is not None:
            model = runtime.emotion_model(find_model(options.models_dir, options.model))
        detector = load_detector(options.detector, runtime)
        return Pipeline(model, detector, options.max_bytes, options.max_pixels, self.stages)


def _wait(job: Future[PictureResult]) -> PictureResult:
    """Raises Shed after PICTURE_WAIT_S."""
    try:
        return job.result(PICTURE_WAIT_S)
    except TimeoutError:
        job.cancel()
        raise Shed(TOO_MANY_PICTURES) from None
