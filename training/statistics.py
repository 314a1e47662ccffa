"""Means and variances of channels inside a network, for a normalisation that is set anew."""

from collections.abc import Sequence
from typing import Final

import keras
import numpy as np
from numpy.typing import NDArray

CHUNK: Final = 64
REFRESHED_ON: Final = 4096
"""Faces that suffice for the statistics of a finished network."""
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


def refresh_normalisation(model: keras.Model, faces: NDArray[np.float32]) -> None:
    """Estimate the statistics of all batch normalisation anew on unchanged faces, in place.

    faces: (N, S, S, C) as the model takes them, at least one. Averaged weights are no network
    whose statistics training has seen (Izmailov and others, "Averaging weights leads to wider
    optima", 2018), and changed faces have others than those in a lesson.
    """
    norms = [n for n in model.layers if isinstance(n, keras.layers.BatchNormalization)]
    drops = [n for n in model.layers if isinstance(n, keras.layers.Dropout)]
    before = [norm.momentum for norm in norms], [drop.rate for drop in drops]
    chunks = [faces[start : start + CHUNK] for start in range(0, len(faces), CHUNK)]
    # A last chunk of few faces would count as much as a full one.
    full = [chunk for chunk in chunks if len(chunk) == CHUNK] or chunks
    for drop in drops:
        drop.rate = 0.0
    for index, chunk in enumerate(full):
        for norm in norms:
            norm.momentum = index / (index + 1)
        model(chunk, training=True)
    for norm, momentum in zip(norms, before[0], strict=True):
        norm.momentum = momentum
    for drop, rate in zip(drops, before[1], strict=True):
        drop.rate = rate
