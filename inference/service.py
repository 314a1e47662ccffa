"""The one batcher of a process, wired to Django's settings."""

from __future__ import annotations

import atexit
import functools
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Final

from django.conf import settings

from inference.batcher import Batcher, Shed
from inference.detection import load_detector
from inference.manifest import Manifest, ModelError, find_model, read_manifest
from inference.pipeline import PictureResult, Pipeline

if TYPE_CHECKING:
    from inference.emotion import EmotionModel

PICTURE_WAIT_S: Final = 10.0

_lock = threading.Lock()
_ready = threading.Event()
_made: tuple[Pipeline, Batcher] | None = None
# One thread: pictures that teachers try out leave the rest of the machine to the classes.
_pictures = ThreadPoolExecutor(1, thread_name_prefix="picture")


def get_batcher() -> Batcher:
    """The process's batcher, running. The first call loads the model, which takes seconds.

    Raises ModelError or DetectorError when the settings name a model or file that cannot be
    used; a later call tries again.
    """
    return _get()[1]


def analyse_picture(jpeg: bytes) -> PictureResult:
    """Every face of one picture, a whole JPEG; blocks until its turn has come and it is done.

    Raises FrameError for one that cannot be read, Shed after PICTURE_WAIT_S, and what
    get_batcher raises.
    """
    limits = settings.PICTURE_MAX_BYTES, settings.PICTURE_MAX_PIXELS
    job = _pictures.submit(_get()[0].analyse_all_faces, jpeg, *limits)
    try:
        return job.result(PICTURE_WAIT_S)
    except TimeoutError:
        job.cancel()
        raise Shed("Too many pictures wait to be analysed.") from None


def warm() -> None:
    """Load everything and run the model once; is_ready() is true afterwards.

    Raises as get_batcher does.
    """
    _get()[0].warm()
    _ready.set()


def is_ready() -> bool:
    """Whether warm() has finished: frames are answered without waiting for a model."""
    return _ready.is_set()


def model_manifest(name: str) -> Manifest | None:
    """What a model of this site says about itself; None where it cannot be read. Read once."""
    try:
        return _manifest(settings.MODELS_DIR, name)
    except ModelError:
        return None


def served_manifest() -> Manifest | None:
    """The manifest of the emotion model in use; None where no emotion is estimated."""
    return model_manifest(settings.EMOTION_MODEL) if settings.POLICY == "emotion" else None


@functools.cache
def _manifest(models_dir: Path, name: str) -> Manifest:
    return read_manifest(find_model(models_dir, name))


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
