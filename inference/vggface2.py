"""The published VGGFace2 ResNet-50 weights file: what it must hold, and the first difference.

rcmalli_vggface_tf_notop_resnet50.h5 is Keras 2's legacy HDF5: the attribute layer_names, one
group a layer, in it the weights under their full names. Keras 3 refuses these layer names
(they hold a slash), so the file is read with h5py alone.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

import h5py
import numpy as np

STAGES: Final = ((2, 3, 64), (3, 4, 128), (4, 6, 256), (5, 3, 512))
"""Stage, its blocks, and the width inside a block; a block gives four times as many channels."""

NORMALISATION: Final = ("gamma", "beta", "moving_mean", "moving_variance")


class Weight(NamedTuple):
    """One array of the file: its layer, its full name and its shape."""

    layer: str
    name: str
    shape: tuple[int, ...]


def published_layout() -> Iterator[Weight]:
    """The 265 arrays of the published file, 23,561,152 numbers, in the order of the network."""
    yield from _convolution("conv1/7x7_s2", 7, 3, 64)
    given = 64
    for stage, blocks, width in STAGES:
        for block in range(1, blocks + 1):
            name = f"conv{stage}_{block}"
            yield from _convolution(f"{name}_1x1_reduce", 1, given, width)
            yield from _convolution(f"{name}_3x3", 3, width, width)
            yield from _convolution(f"{name}_1x1_increase", 1, width, 4 * width)
            if block == 1:
                yield from _convolution(f"{name}_1x1_proj", 1, given, 4 * width)
            given = 4 * width


def first_difference(path: Path) -> str | None:
    """Compare a file with the published layout.

    Returns the first difference in words, None where there is none: every array is there
    under its name, in its shape and finite, and no other layer has weights. That the numbers
    are the published ones it cannot tell.
    """
    try:
        with h5py.File(path, "r") as file:
            return _missing_or_misshapen(file) or _surplus(file)
    except (OSError, KeyError, ValueError, TypeError, RuntimeError) as error:
        return f"it is no whole HDF5 file of weights ({error})"


def _convolution(layer: str, side: int, given: int, filters: int) -> Iterator[Weight]:
    """A convolution without bias and the batch normalisation that follows it."""
    yield Weight(layer, f"{layer}/kernel:0", (side, side, given, filters))
    for name in NORMALISATION:
        yield Weight(f"{layer}/bn", f"{layer}/bn/{name}:0", (filters,))


def _missing_or_misshapen(file: h5py.File) -> str | None:
    for layer, name, shape in published_layout():
        path = f"{layer}/{name}"
        found = file.get(path)
        if not isinstance(found, h5py.Dataset):
            return f"{name} is missing"
        if found.shape != shape:
            return f"{name} has the shape {found.shape}, the published file {shape}"
        if not np.isfinite(found[()]).all():
            return f"{name} holds what is no finite number"
    return None


def _surplus(file: h5py.File) -> str | None:
    """The first array of a layer that the file names beyond the published ones."""
    known = {weight.name for weight in published_layout()}
    for layer in _texts(file, "layer_names"):
        for name in _texts(file[layer], "weight_names"):
            if name not in known:
                return f"{name} is not in the published file"
    return None


def _texts(group: h5py.Group, attribute: str) -> list[str]:
    values = group.attrs[attribute]
    return [value.decode() if isinstance(value, bytes) else str(value) for value in values]
