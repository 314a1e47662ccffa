"""The networks that a process has loaded, and what it looks at with them."""

from __future__ import annotations

import logging

from inference.analysis import Models, Options, Served
from inference.emotion import EmotionModel
from inference.manifest import ModelError, available_models, find_model
from inference.pictures import PictureResult, analyse_picture
from inference.pipeline import Pipeline
from inference.runtimes import load_detector, make_runtime
from inference.stages import Timer

logger = logging.getLogger(__name__)


class Loaded:
    """Loads and warms a pipeline, which takes seconds; stages takes its times down.

    Raises ModelError or DetectorError when the options name a model or file that cannot be used.
    """

    def __init__(self, options: Options, stages: Timer) -> None:
        self._options = options
        self._runtime = make_runtime(options.runtime, options.compiled, options.threads)
        self._others: list[EmotionModel] | None = None
        model = None
        if options.model is not None:
            model = self._runtime.emotion_model(find_model(options.models_dir, options.model))
        detector = load_detector(options.detector, self._runtime)
        limits = options.max_bytes, options.max_pixels
        self.pipeline = Pipeline(model, detector, *limits, stages, options.threads)
        self.pipeline.warm()
        precision = (model or self._runtime).precision
        self.served = Served(detector.name, self._runtime.name, precision)

    def picture(
        self, jpeg: bytes, max_bytes: int, max_pixels: int, models: Models
    ) -> PictureResult:
        """Every face of one picture; see Analysis. From one thread at a time."""
        served = self.pipeline.model
        asked = [served] if served and models != "none" else []
        if asked and models == "every":
            asked += self._other_models()
        return analyse_picture(jpeg, self.pipeline.detector, asked, max_bytes, max_pixels)

    def _other_models(self) -> list[EmotionModel]:
        """Those that are not served, loaded at the first use; one that is damaged is left out."""
        if self._others is None:
            self._others = []
            for name in available_models(self._options.models_dir):
                if name == self._options.model:
                    continue
                folder = find_model(self._options.models_dir, name)
                try:
                    model = self._runtime.emotion_model(folder)
                except ModelError as error:
                    logger.warning("%s is not compared: %s", name, error)
                else:
                    self._others.append(model)
        return self._others
