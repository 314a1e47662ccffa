"""The one batcher of a process, wired to Django's settings."""

from __future__ import annotations

import atexit
import threading
from typing import TYPE_CHECKING

from django.conf import settings

from inference.batcher import Batcher
from inference.detection import load_detector
from inference.manifest import find_model
from inference.pipeline import Pipeline

if TYPE_CHECKING:
    from inference.emotion import EmotionModel

_lock = threading.Lock()
_ready = threading.Event()
_made: tuple[Pipeline, Batcher] | None = None


def get_batcher() -> Batcher:
    """The process's batcher, running. The first call loads the model, which takes seconds.

    Raises ModelError or DetectorError when the settings name a model or file that cannot be
    used; a later call tries again.
    """
    return _get()[1]


def warm() -> None:
    """Load everything and run the model once; is_ready() is true afterwards.

    Raises as get_batcher does.
    """
    _get()[0].warm()
    _ready.set()


def is_ready() -> bool:
    """Whether warm() has finished: frames are answered without waiting for a model."""
    return _ready.is_set()


def _get() -> tuple[Pipeline, Batcher]:
    global _made
    with _lock:
        if _made is None:
            pipeline = _make_pipeline()
            batcher = Batcher(pipeline)
            batcher.start()
            # A thread inside TensorFlow while the interpreter ends can crash the process.
            atexit.register(batcher.stop)
            _made = pipeline, batcher
        return _made


def _make_pipeline() -> Pipeline:
    return Pipeline(
        _load_model() if settings.POLICY == "emotion" else None,
        load_detector(settings.YUNET_PATH),
        settings.FRAME_MAX_BYTES,
        settings.FRAME_MAX_PIXELS,
    )


def _load_model() -> EmotionModel:
    folder = find_model(settings.MODELS_DIR, settings.EMOTION_MODEL)
    # Imported here, because every management command imports this file and few need TensorFlow.
    from inference.emotion import EmotionModel

    return EmotionModel.load(folder)
