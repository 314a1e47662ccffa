"""Means and variances of channels inside a network, for a normalisation that is set by hand."""

from collections.abc import Sequence
from typing import Final

import keras
import numpy as np
from numpy.typing import NDArray

CHUNK: Final = 64
Moments = tuple[NDArray[np.float64], NDArray[np.float64]]


def channel_statistics(
    model: keras.Model, outputs: Sequence[keras.KerasTensor], faces: NDArray[np.float32]
) -> list[Moments]:
    """Mean and variance, (C,) each, of every output (N, H, W, C) over all faces and places.

    faces: (N, S, S, C) as the model takes them; normalisation is in inference mode.
    """
    watched = keras.Model(model.input, list(outputs))
    counts = np.zeros(len(outputs))
    sums = [np.zeros(output.shape[-1]) for output in outputs]
    squares = [np.zeros(output.shape[-1]) for output in outputs]
    for start in range(0, len(faces), CHUNK):
        for index, given in enumerate(watched.predict_on_batch(faces[start : start + CHUNK])):
            values = keras.ops.convert_to_numpy(given).astype(np.float64)
            values = values.reshape(-1, values.shape[-1])
            counts[index] += len(values)
            sums[index] += values.sum(axis=0)
            squares[index] += (values**2).sum(axis=0)
    return [
        (total / count, np.maximum(square / count - (total / count) ** 2, 0))
        for total, square, count in zip(sums, squares, counts, strict=True)
    ]
