"""Known convolutions put into a residual network of 3x3 convolutions: a compact or a sprout."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import keras
import numpy as np
from numpy.typing import NDArray

from inference.network import load_network
from inference.preprocessing import LEVEL_DEVIATION
from training.architectures.compact import TWIN
from training.statistics import channel_statistics


class Layer(NamedTuple):
    """A convolution and what follows it: shift + scale * (convolution + bias).

    kernel: (H, W, in, out); the others (out,).
    """

    kernel: NDArray[np.float32]
    bias: NDArray[np.float32]
    scale: NDArray[np.float32]
    shift: NDArray[np.float32]


class OtherNetworkError(ValueError):
    """A model that another network cannot begin with; the message says which can."""


def convolutions(
    model: keras.Model,
) -> list[tuple[keras.layers.Conv2D, keras.layers.BatchNormalization]]:
    """Each convolution with its normalisation, from input to output, but those between twins."""
    return [
        (layer, model.get_layer(layer.name.replace("_conv", "_norm")))
        for layer in model.layers
        if isinstance(layer, keras.layers.Conv2D) and TWIN not in layer.name
    ]


def load_compact(folder: Path, model: keras.Model, faces: NDArray[np.float32]) -> None:
    """Put the blocks of a finished compact into a sprout, which has fewer and no twins, in place.

    folder: as training.export wrote it. faces: (N, S, S, 3), for place_layers. The first
    kernel, for standardised grey, becomes one for levelled faces. Raises
    ModelError for an unusable folder and OtherNetworkError for a model that is no compact,
    or one of other widths or fewer blocks.
    """
    manifest, trained = load_network(folder)
    if manifest.architecture != "compact":
        raise OtherNetworkError(
            f"{folder} is a {manifest.architecture}; a sprout begins with a compact"
        )
    _check_shapes(folder, trained, model)
    layers = [_effect(trained, conv.name) for conv, _ in convolutions(model)]
    grey = layers[0].kernel / (3 * LEVEL_DEVIATION)
    layers[0] = layers[0]._replace(kernel=np.repeat(grey, 3, axis=2))
    place_layers(model, layers, faces)


def load_finished(folder: Path, model: keras.Model) -> None:
    """Put all weights of a finished compact into one of the same layers, in place.

    folder: as training.export wrote it. Where the network has twins and the finished one has
    none, what they say to each other stays fresh. Raises ModelError for an unusable folder and
    OtherNetworkError for another network.
    """
    _, trained = load_network(folder)
    found, wanted = (
        {variable.path: variable for variable in network.weights} for network in (trained, model)
    )
    shapes = {name: tuple(variable.shape) for name, variable in found.items()}
    for name in [*wanted, *found]:
        fits = name in wanted and shapes.get(name) == tuple(wanted[name].shape)
        fresh = TWIN in name and name not in found
        if not fits and not fresh:
            there = tuple(wanted[name].shape) if name in wanted else "none"
            raise OtherNetworkError(
                f"{folder}: {name} is {shapes.get(name, 'missing')}, this network has "
                f"{there}; a training begins with all of a model of the same architecture"
            )
    for name, variable in found.items():
        wanted[name].assign(variable.numpy())


def place_layers(model: keras.Model, layers: Sequence[Layer], faces: NDArray[np.float32]) -> None:
    """Let each convolution of a network do what a known one does, in place.

    Their fixed scales become a batch normalisation that does the same: for that, the
    statistics of every convolution are measured on faces, (N, S, S, C) preprocessed. Kernels
    are then scaled to the spread of fresh ones, which normalisation hides from the output,
    as the learning rate counts in units of it.
    """
    pairs = convolutions(model)
    for (conv, norm), layer in zip(pairs, layers, strict=True):
        conv.set_weights([layer.kernel])
        still = np.full(len(layer.scale), 1 - norm.epsilon, np.float32)
        norm.set_weights([layer.scale, layer.shift, -layer.bias, still])
    measured = channel_statistics(model, [conv.output for conv, _ in pairs], faces)
    for (conv, norm), layer, (mean, variance) in zip(pairs, layers, measured, strict=True):
        fresh = np.sqrt(2 / np.prod(layer.kernel.shape[:3])) / layer.kernel.std()
        conv.set_weights([layer.kernel * fresh])
        deviation = np.sqrt(variance + norm.epsilon / fresh**2)
        norm.set_weights(
            [
                layer.scale * deviation,
                layer.shift + layer.scale * (mean + layer.bias),
                mean * fresh,
                variance * fresh**2,
            ]
        )


def _check_shapes(folder: Path, trained: keras.Model, model: keras.Model) -> None:
    """Beyond the first convolution, whose channels become those of a picture in colour."""
    known = {conv.name: conv.kernel.shape for conv, _ in convolutions(trained)}
    for conv, _ in convolutions(model)[1:]:
        if known.get(conv.name) != conv.kernel.shape:
            raise OtherNetworkError(
                f"{folder} is a compact whose {conv.name} is "
                f"{known.get(conv.name, 'missing')}; a sprout needs {conv.kernel.shape}"
            )


def _effect(trained: keras.Model, name: str) -> Layer:
    """What a trained convolution and its normalisation do in a lesson."""
    norm = trained.get_layer(name.replace("_conv", "_norm"))
    gamma, beta, mean, variance = norm.get_weights()
    scale = gamma / np.sqrt(variance + norm.epsilon)
    return Layer(trained.get_layer(name).get_weights()[0], -mean, scale, beta)
