"""dlib's published face recognition weights, read into the networks that are made like it.

dlib_face_recognition_resnet_model_v1.dat (Davis King, CC0, trained on 3 million faces) is a
serialised C++ object: layer by layer from the input, a tag, then a tensor of little-endian
float32 behind a header of packed integers. Its normalisation is frozen: a scale and a shift.
"""

import math
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import keras
import numpy as np
from numpy.typing import NDArray

from training.residual_weights import Layer, convolutions, place_layers

TAG: Final = re.compile(rb"\x05con_4|\x07affine_")
TENSOR_VERSION: Final = 2
BLOCKS: Final = (3, 4, 3, 3)
"""Of the levels that are read, as published; a network may have fewer of each."""
LAYER: Final = re.compile(r"level(\d)_block(\d)_(first|second)_conv")
CONTRAST: Final = 0.22
"""The deviation of a face's pixels in dlib's units, (value - mean) / 256; 1 when standardised."""


class DlibWeightsError(ValueError):
    """A file that does not hold the published network; the message names the first difference."""


def load_dlib(path: Path, model: keras.Model, faces: NDArray[np.float32]) -> None:
    """Put dlib's weights into a compact network, in place, as place_layers does.

    The first blocks of each level are taken; the last level of the file and its descriptor
    are left out. faces: (N, S, S, 1), standardised. Raises DlibWeightsError for a file that
    is missing or has other layers; the model is then unchanged.
    """
    pairs = convolutions(model)
    read = read_layers(path, {_position(conv.name): conv.kernel.shape for conv, _ in pairs})
    place_layers(model, read, faces)


def read_layers(path: Path, shapes: Mapping[int, tuple[int, ...]]) -> list[Layer]:
    """Some of the file's convolutions as kernels (H, W, in, out) of these shapes.

    shapes: by position in the file, from 0. The first kernel sees red, green and blue; it
    comes summed, for standardised grey. Raises DlibWeightsError.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise DlibWeightsError(
            f"{path} cannot be read ({error.strerror}); "
            "fetch the published weights with `manage.py fetch_models dlib_face`"
        ) from None
    tensors = [_tensor(data, tag.end()) for tag in TAG.finditer(data)]
    wanted = max(shapes) + 1
    if len(tensors) < 2 * wanted:
        raise DlibWeightsError(
            f"{path} is not dlib's face network: it has {len(tensors) // 2} convolutions with "
            f"their scales, expected at least {wanted}"
        )
    return [
        _layer(path, position, shape, tensors[2 * position], tensors[2 * position + 1])
        for position, shape in shapes.items()
    ]


def _position(name: str) -> int:
    """Where the file has a layer of ours."""
    found = LAYER.fullmatch(name)
    if found is None:
        return 0
    level, block = int(found[1]), int(found[2])
    before = sum(BLOCKS[: level - 1]) + block - 1
    return 1 + 2 * before + (found[3] == "second")


def _layer(
    path: Path,
    position: int,
    shape: tuple[int, ...],
    convolution: NDArray[np.float32],
    affine: NDArray[np.float32],
) -> Layer:
    height, width, given, filters = shape
    given = 3 if position == 0 else given
    size = height * width * given * filters
    if (len(convolution), len(affine)) != (size + filters, 2 * filters):
        raise DlibWeightsError(
            f"{path} is not dlib's face network: convolution {position + 1} has "
            f"{len(convolution)} numbers and {len(affine)} of its scale and shift, expected "
            f"{size + filters} and {2 * filters}"
        )
    kernel = convolution[:size].reshape(filters, given, height, width)
    if position == 0:
        kernel = np.asarray(kernel.sum(axis=1, keepdims=True) * CONTRAST, np.float32)
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
