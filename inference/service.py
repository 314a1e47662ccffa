"""The analysis of one serving process: its frames, and pictures to try out."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Final

from inference import recorded
from inference.analysis import Analysis, Models, Options, Shed
from inference.here import AnalysisHere
from inference.pictures import PictureResult
from inference.pipeline import FrameResult
from inference.stages import Stages

logger = logging.getLogger(__name__)

PICTURE_WAIT_S: Final = 10.0
CLASSES_FIRST_S: Final = 3.0
CLASSES_FIRST: Final = "The classes need the whole server now. Try again later."
TOO_MANY_PICTURES: Final = "Too many pictures wait to be analysed."


class Service:
    """Made once a process; warm() before anything else, stop() at the end.

    make: what analyses, made by warm(). stages: where the time of its frames goes.
    """

    def __init__(
        self, options: Options, make: Callable[[Options, Stages], Analysis] = AnalysisHere
    ) -> None:
        self.stages = Stages()
        self._options = options
        self._make = make
        self._lock = threading.Lock()
        self._analysis: Analysis | None = None
        # One thread: pictures that teachers try out, and of rooms' cameras, leave the rest of the
        # machine to the classes.
        self._pictures = ThreadPoolExecutor(1, thread_name_prefix="picture")

    def warm(self) -> None:
        """Load everything and run the model once; is_ready afterwards. Takes seconds.

        Raises ModelError or DetectorError when the options name a model or file that cannot be
        used; a later call tries again.
        """
        with self._lock:
            if self._analysis is not None:
                return
            self._analysis = self._make(self._options, self.stages)
        logger.warning("Serving %s", self.description())

    @property
    def is_ready(self) -> bool:
        """Whether frames are answered without waiting for a model."""
        return self._analysis is not None

    @property
    def is_healthy(self) -> bool:
        """Whether frames are answered: ready, and the last batch came to an end."""
        return self._analysis is not None and self._analysis.is_healthy

    @property
    def restarts(self) -> int:
        """How often the analysis had to be started again."""
        return 0 if self._analysis is None else int(self._analysis.stats()["restarts"])

    async def analyse(self, jpeg: bytes, *, group: int, member: int) -> FrameResult:
        """Analyse one frame of a member (a participant) of a group (a session).

        Raises FrameError, Shed and AnalysisFailed as Analysis.analyse does.
        """
        if self._analysis is None:
            raise Shed("The server is starting; send the next frame as usual.")
        if self._options.recorded:
            with_emotion = self._options.model is not None
            if seen := recorded.read(jpeg, with_emotion=with_emotion):
                return seen
        return await self._analysis.analyse(jpeg, group=group, member=member)

    def analyse_picture(
        self, jpeg: bytes, max_bytes: int, max_pixels: int, *, every_model: bool = False
    ) -> PictureResult:
        """Every face of one picture, a whole JPEG; blocks until its turn has come and it is done.

        every_model: by all models in models_dir, the served one first. Raises FrameError for a
        picture that cannot be read, and Shed before warm(), after PICTURE_WAIT_S, and while
        classes send more than can be answered at once: they go first.
        """
        if self._analysis is not None and not self._analysis.wait_for_room(CLASSES_FIRST_S):
            raise Shed(CLASSES_FIRST)
        models: Models = "every" if every_model else "served"
        return _wait(self._picture_job(jpeg, max_bytes, max_pixels, models))

    def count_faces(self, jpeg: bytes) -> int:
        """How many usable faces a frame has, of one who wants to join; raises as analyse_room()."""
        return len(_wait(self._frame_job(jpeg, "none")).faces)

    async def analyse_room(self, jpeg: bytes) -> PictureResult:
        """Every face of a frame of a room's camera.

        Raises FrameError for a frame that cannot be read, and Shed before warm() and after
        PICTURE_WAIT_S.
        """
        job = self._frame_job(jpeg, "served")
        try:
            return await asyncio.wait_for(asyncio.wrap_future(job), PICTURE_WAIT_S)
        except TimeoutError:
            raise Shed(TOO_MANY_PICTURES) from None

    def _frame_job(self, jpeg: bytes, models: Models) -> Future[PictureResult]:
        limits = self._options.max_bytes, self._options.max_pixels
        return self._picture_job(jpeg, *limits, models)

    def _picture_job(
        self, jpeg: bytes, max_bytes: int, max_pixels: int, models: Models
    ) -> Future[PictureResult]:
        if self._analysis is None:
            raise Shed("The model is still being loaded.")
        return self._pictures.submit(self._analysis.picture, jpeg, max_bytes, max_pixels, models)

    def capacity(self) -> float | None:
        """Frames a second that can be answered; None while that is unknown."""
        return None if self._analysis is None else self._analysis.capacity()

    def description(self) -> str:
        """What is served, for people; before warm() nothing is."""
        if self._analysis is None:
            return "nothing yet"
        model = self._options.model or "presence alone"
        served = self._analysis.served
        return f"{model}, faces by {served.detector}, on {served.runtime} ({served.precision})"

    def state(self) -> dict[str, Any]:
        """For probes: ready, healthy, model; once ready also detector, runtime, precision and
        the analysis' counters."""
        if self._analysis is None:
            return {"ready": False, "healthy": False, "model": self._options.model}
        served = self._analysis.served
        return {
            "ready": True,
            "healthy": self._analysis.is_healthy,
            "model": self._options.model,
            "detector": served.detector,
            "runtime": served.runtime,
            "precision": served.precision,
            **self._analysis.stats(),
        }

    def stop(self) -> None:
        """Shed what waits and end the threads."""
        self._pictures.shutdown(wait=False, cancel_futures=True)
        with self._lock:
            if self._analysis is not None:
                self._analysis.stop()


def _wait(job: Future[PictureResult]) -> PictureResult:
    """Raises Shed after PICTURE_WAIT_S."""
    try:
        return job.result(PICTURE_WAIT_S)
    except TimeoutError:
        job.cancel()
        raise Shed(TOO_MANY_PICTURES) from None
