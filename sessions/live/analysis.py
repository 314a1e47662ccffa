"""What analyses the frames, as the settings say."""

from __future__ import annotations

from django.conf import settings

from inference.analysis import Analysis, Options
from inference.here import AnalysisHere
from inference.on_ray.private import prepare
from inference.paths import COMPILED
from inference.stages import Stages


def options(threads: int = 0) -> Options:
    """What is served. threads: cores that it may use, 0 for all."""
    return Options(
        models_dir=settings.MODELS_DIR,
        model=settings.EMOTION_MODEL if settings.POLICY == "emotion" else None,
        detector=settings.FACE_DETECTOR,
        runtime=settings.INFERENCE_RUNTIME,
        compiled=settings.DATA_DIR / COMPILED,
        max_bytes=settings.FRAME_MAX_BYTES,
        max_pixels=settings.FRAME_MAX_PIXELS,
        recorded=settings.RECORDED_FRAMES,
        threads=threads,
    )


def analysis(options: Options, stages: Stages) -> Analysis:
    """Loaded here, or found on Ray; takes seconds. Raises as AnalysisHere does."""
    if settings.INFERENCE == "ray":
        prepare(settings.DATA_DIR)
        # Ray is not among what every site needs (requirements-ray.txt).
        from inference.on_ray.client import AnalysisOnRay

        return AnalysisOnRay(settings.RAY_ADDRESS, stages)
    return AnalysisHere(options, stages)
