"""A configuration's network, and what it gives for faces in memory."""

from typing import Final

import keras
import numpy as np
from numpy.typing import NDArray

from inference.preprocessing import PREPROCESSINGS
from training.architectures import build, find
from training.augmentation import Look, resize
from training.config import TrainingConfig
from training.fused import fuse_normalisation

PREDICT_CHUNK: Final = 256
PREDICT_PIXELS: Final = PREDICT_CHUNK * 64 * 64
"""Pixels in one chunk at most, so that large pictures do not fill the memory."""


def build_model(config: TrainingConfig) -> keras.Model:
    """The configuration's network with fresh weights."""
    return build(config.architecture, **config.options)


def build_for_training(config: TrainingConfig) -> keras.Model:
    """The same network, with the same weights in the same order, in the configuration's
    precision; its logits are float32 in any."""
    served = keras.config.dtype_policy()
    keras.config.set_dtype_policy(config.precision)
    try:
        return fuse_normalisation(build_model(config))
    finally:
        keras.config.set_dtype_policy(served)


def channels_of(config: TrainingConfig) -> int:
    """1 where the preprocessing takes grey faces, 3 for BGR."""
    return PREPROCESSINGS[preprocessing_of(config)].channels


def preprocessing_of(config: TrainingConfig) -> str:
    """The name of the configuration's preprocessing, or else of its architecture's."""
    return config.preprocessing or find(config.architecture).preprocessing


def look_at(config: TrainingConfig, size: int) -> Look:
    """How the configuration's network sees a face at a picture size."""
    return Look(size, PREPROCESSINGS[preprocessing_of(config)].prepare)


def predict_logits(model: keras.Model, faces: NDArray[np.uint8], look: Look) -> NDArray[np.float32]:
    """(N, S, S, C) faces to (N, 7) logits, in chunks."""
    chunk = max(1, min(PREDICT_CHUNK, PREDICT_PIXELS // look.size**2))
    chunks = [
        keras.ops.convert_to_numpy(
            model.predict_on_batch(look.prepare(resize(faces[start : start + chunk], look.size)))
        )
        for start in range(0, len(faces), chunk)
    ]
    return np.concatenate(chunks)
