"""dlib's published face recognition weights, read into the compact network.

dlib_face_recognition_resnet_model_v1.dat (Davis King, CC0, trained on 3 million faces) is a
serialised C++ object: layer by layer from the input, a tag, then a tensor of little-endian
float32 behind a header of packed integers. Its normalisation is frozen: a scale and a shift.
"""

import math
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final, NamedTuple

import keras
import numpy as np
from numpy.typing import NDArray

from training.architectures.compact import EPSILON, convolutions

TAG: Final = re.compile(rb"\x05con_4|\x07affine_")
TENSOR_VERSION: Final = 2
CONTRAST: Final = 0.22
"""The deviation of a face's pixels in dlib's units, (value - mean) / 256; 1 when standardised."""
CHUNK: Final = 64


Statistics = tuple[list[NDArray[np.float64]], list[NDArray[np.float64]]]


class Layer(NamedTuple):
    """A convolution and what follows it: shift + scale * (convolution + bias)."""

    kernel: NDArray[np.float32]
    bias: NDArray[np.float32]
    scale: NDArray[np.float32]
    shift: NDArray[np.float32]


class DlibWeightsError(ValueError):
    """A file that does not hold the published network; the message names the first difference."""


def load_dlib(path: Path, model: keras.Model, faces: NDArray[np.float32]) -> None:
    """Put dlib's weights into a compact network, in place.

    The last level of the file and its descriptor are left out. dlib's frozen normalisation
    becomes a batch normalisation that does the same: for that, the statistics of every
    convolution are measured on faces, (N, S, S, 1) standardised. Kernels are then scaled to
    the spread of fresh ones, which normalisation hides from the output, as the learning
    rate counts in units of it. Raises DlibWeightsError for a file that is missing or has
    other layers; the model is then unchanged.
    """
    pairs = convolutions(model)
    shapes = [conv.kernel.shape for conv, _ in pairs]
    read = read_layers(path, shapes)
    for (conv, norm), layer in zip(pairs, read, strict=True):
        conv.set_weights([layer.kernel])
        still = np.full(len(layer.scale), 1 - EPSILON, np.float32)
        norm.set_weights([layer.scale, layer.shift, -layer.bias, still])
    means, variances = _statistics(model, [conv.output for conv, _ in pairs], faces)
    for (conv, norm), layer, mean, variance in zip(pairs, read, means, variances, strict=True):
        fresh = np.sqrt(2 / np.prod(layer.kernel.shape[:3])) / layer.kernel.std()
        conv.set_weights([layer.kernel * fresh])
        deviation = np.sqrt(variance + EPSILON / fresh**2)
        norm.set_weights(
            [
                layer.scale * deviation,
                layer.shift + layer.scale * (mean + layer.bias),
                mean * fresh,
                variance * fresh**2,
            ]
        )


def read_layers(path: Path, shapes: Sequence[tuple[int, ...]]) -> list[Layer]:
    """The file's first layers, as kernels of these shapes, (H, W, in, out).

    The first kernel sees red, green and blue; for one grey channel they are summed. Raises
    DlibWeightsError.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise DlibWeightsError(
            f"{path} cannot be read ({error.strerror}); "
            "fetch the published weights with `manage.py fetch_models dlib_face`"
        ) from None
    tensors = [_tensor(data, tag.end()) for tag in TAG.finditer(data)]
    if len(tensors) < 2 * len(shapes):
        raise DlibWeightsError(
            f"{path} is not dlib's face network: it has {len(tensors) // 2} convolutions with "
            f"their scales, expected at least {len(shapes)}"
        )
    return [
        _layer(path, number, shape, tensors[2 * number], tensors[2 * number + 1])
        for number, shape in enumerate(shapes)
    ]


def _layer(
    path: Path,
    number: int,
    shape: tuple[int, ...],
    convolution: NDArray[np.float32],
    affine: NDArray[np.float32],
) -> Layer:
    height, width, given, filters = shape
    colours = 3 if number == 0 else 1
    size = height * width * given * colours * filters
    if (len(convolution), len(affine)) != (size + filters, 2 * filters):
        raise DlibWeightsError(
            f"{path} is not dlib's face network: convolution {number + 1} has "
            f"{len(convolution)} numbers and {len(affine)} of its scale and shift, expected "
            f"{size + filters} and {2 * filters}"
        )
    kernel = convolution[:size].reshape(filters, given * colours, height, width)
    if number == 0:
        kernel = kernel.sum(axis=1, keepdims=True) * np.float32(CONTRAST)
    return Layer(
        np.ascontiguousarray(kernel.transpose(2, 3, 1, 0)),
        convolution[size:],
        affine[:filters],
        affine[filters:],
    )


def _tensor(data: bytes, at: int) -> NDArray[np.float32]:
    """The tensor whose header begins here, flat; empty where there is none."""
    header = []
    for _ in range(5):
        length = data[at] if at < len(data) else 0
        header.append(int.from_bytes(data[at + 1 : at + 1 + length], "little"))
        at += 1 + length
    version, *sides = header
    count = math.prod(sides)
    if version != TENSOR_VERSION or not 0 < count <= (len(data) - at) // 4:
        return np.empty(0, np.float32)
    return np.frombuffer(data, "<f4", count, at)


def _statistics(
    model: keras.Model, outputs: list[keras.KerasTensor], faces: NDArray[np.float32]
) -> Statistics:
    """Mean and variance of each channel of each output over all faces and places."""
    watched = keras.Model(model.input, outputs)
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
    means = [total / count for total, count in zip(sums, counts, strict=True)]
    variances = [
        np.maximum(square / count - mean**2, 0)
        for square, count, mean in zip(squares, counts, means, strict=True)
    ]
    return means, variances
