"""Channels of more equal greatness, by which 8 bits for all of them lose less.

After Nagel, van Baalen, Blankevoort and Welling, "Data-Free Quantization Through Weight
Equalization and Bias Correction", 2019: what is divided in a channel before a ReLU is multiplied in
the kernels after it, so that the network answers as before. By real inputs instead of by weights.
"""

from dataclasses import dataclass, field
from typing import Final

import keras
import numpy as np
from keras import layers, ops
from numpy.typing import NDArray

from training.inputs import BATCH, inputs_of

POWER: Final = 0.5
"""Of a channel's greatness: half of the difference stays, half goes to the kernels."""
FLAT: Final = 1e-3
"""A channel below it is left as it is."""
FURTHEST: Final = 10.0
NEAR: Final = 1e-3

PASSING: Final = (
    layers.Activation,
    layers.Add,
    layers.Dropout,
    layers.GlobalAveragePooling2D,
    layers.MaxPooling2D,
)
"""What scales its output as its inputs are scaled; of activations ReLU alone is used."""


@dataclass(eq=False, slots=True)
class Channels:
    """Channels that sums tie together. makers: normalisations. takers: layers with kernels."""

    makers: set[layers.Layer] = field(default_factory=set)
    takers: list[layers.Layer] = field(default_factory=list)


def equalise_channels(network: keras.Model, pixels: NDArray[np.float32]) -> None:
    """Scale the channels by what (N, S, S, C) prepared faces make of them.

    The answers stay the same. network: convolutions, each followed by a batch normalisation,
    joined by ReLU, pooling and sums, as in a ResNet. Raises ValueError for another, which is then
    of no more use.
    """
    before = ops.convert_to_numpy(network(pixels[:BATCH], training=False))
    _scale_all(network, pixels)
    after = ops.convert_to_numpy(network(pixels[:BATCH], training=False))
    if not np.allclose(after, before, rtol=NEAR, atol=NEAR):
        raise ValueError(
            f"{network.name} is not built like a ResNet, so its channels cannot be scaled for int8."
        )


def _scale_all(network: keras.Model, pixels: NDArray[np.float32]) -> None:
    found = _channels(network)
    convolutions = [
        taker for each in found for taker in each.takers if isinstance(taker, layers.Conv2D)
    ]
    if not convolutions:
        return
    greatest = {layer.name: np.zeros(layer.kernel.shape[-2]) for layer in convolutions}
    for values in inputs_of(network, convolutions, pixels):
        for layer, value in zip(convolutions, values, strict=True):
            seen = value.max(axis=(0, 1, 2))
            greatest[layer.name] = np.maximum(greatest[layer.name], seen)
    for each in found:
        heights = [greatest[taker.name] for taker in each.takers if taker.name in greatest]
        if heights:
            _scale(each, np.max(heights, axis=0))


def _scale(channels: Channels, greatest: NDArray[np.float64]) -> None:
    alive = greatest > FLAT
    scale = np.ones_like(greatest)
    if alive.any():
        middle = np.exp(np.log(greatest[alive]).mean())
        scale[alive] = (greatest[alive] / middle) ** POWER
    scale = scale.clip(1 / FURTHEST, FURTHEST)
    for maker in channels.makers:
        maker.gamma.assign(maker.gamma / scale)
        maker.beta.assign(maker.beta / scale)
    for taker in channels.takers:
        taker.kernel.assign(taker.kernel * scale[:, None])


def _channels(network: keras.Model) -> list[Channels]:
    """Of all layers with kernels but those that take what no normalisation made."""
    found: list[Channels] = []
    for layer in network.layers:
        makers = _makers(layer.input) if hasattr(layer, "kernel") else set()
        if makers:
            tied = [each for each in found if each.makers & makers]
            joined = Channels(makers, [layer])
            for each in tied:
                found.remove(each)
                joined.makers |= each.makers
                joined.takers += each.takers
            found.append(joined)
    return found


def _makers(tensor: keras.KerasTensor) -> set[layers.Layer]:
    """The normalisations that a tensor's channels come from; none where something else makes it."""
    layer = tensor._keras_history.operation
    if isinstance(layer, layers.BatchNormalization):
        return {layer}
    if not isinstance(layer, PASSING) or getattr(layer, "activation", keras.activations.relu) != (
        keras.activations.relu
    ):
        return set()
    inputs = layer.input if isinstance(layer.input, list) else [layer.input]
    parts = [_makers(each) for each in inputs]
    return set.union(*parts) if all(parts) else set()
