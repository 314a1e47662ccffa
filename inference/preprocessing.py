"""The way from a face in a picture to the model's input; training and serving both use it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

FLAT_DEVIATION: Final = 4.0
"""Grey levels: a flatter face is not stretched further, or its noise would be amplified."""

LEVEL_DEVIATION: Final = 54.0
"""Grey levels, as the faces of FER2013 have on average."""

VGGFACE2_MEAN: Final = (91.4953, 103.8827, 131.0912)
"""Blue, green, red: the mean of VGGFace2, as the published weights were trained with."""


def crop_face(
    image: NDArray[np.uint8],
    box: tuple[int, int, int, int],
    size: int,
    scale: float = 1.0,
    channels: int = 1,
) -> NDArray[np.uint8]:
    """Cut the square around a face box and bring it to the model's size.

    image: (H, W, 3) BGR. box: x, y, w, h in pixels; it may reach beyond the picture,
    and what lies outside repeats the border. scale: the square's side over the box's
    longer side. channels: 1 for grey, 3 for BGR. Returns (size, size, channels). Raises
    ValueError for a box with no area and for another number of channels.
    """
    x, y, w, h = box
    if w <= 0 or h <= 0:
        raise ValueError(f"a face box needs a width and a height, got {box}")
    if channels not in (1, 3):
        raise ValueError(f"a face has 1 channel (grey) or 3 (BGR), got {channels}")
    side = max(1, round(max(w, h) * scale))
    patch = cv2.getRectSubPix(image, (side, side), (x + (w - 1) / 2, y + (h - 1) / 2))
    if channels == 1:
        patch = cv2.cvtColor(patch, cv2.COLOR_BGR2GRAY)
    interpolation = cv2.INTER_AREA if side > size else cv2.INTER_CUBIC
    face = cv2.resize(patch, (size, size), interpolation=interpolation)
    return np.asarray(face, np.uint8).reshape(size, size, channels)


def standardise(faces: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Give each face zero mean and unit deviation, which takes out exposure and contrast.

    faces: (N, H, W, C), 0 to 255. Returns float32 of the same shape.
    """
    pixels = faces.astype(np.float32)
    axes = (1, 2, 3)
    mean = pixels.mean(axis=axes, keepdims=True)
    deviation = np.maximum(pixels.std(axis=axes, keepdims=True), FLAT_DEVIATION)
    return np.asarray((pixels - mean) / deviation, np.float32)


def vggface2(faces: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Take VGGFace2's mean from each channel, as its published weights want it.

    faces: (N, H, W, 3) BGR, 0 to 255. Returns float32 of the same shape.
    """
    return faces.astype(np.float32) - np.asarray(VGGFACE2_MEAN, np.float32)


def levelled(faces: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Grey faces of even exposure and contrast for a network that takes colour.

    faces: (N, H, W, 1), 0 to 255. Returns (N, H, W, 3) float32, three equal channels with
    zero mean and a deviation of 54 grey levels.
    """
    return np.repeat(standardise(faces) * LEVEL_DEVIATION, 3, axis=-1)


@dataclass(frozen=True, slots=True)
class Preprocessing:
    """What a manifest's input.preprocessing names. channels: of the faces that prepare takes."""

    channels: int
    prepare: Callable[[NDArray[np.uint8]], NDArray[np.float32]]


PREPROCESSINGS: Final[Mapping[str, Preprocessing]] = MappingProxyType(
    {
        "levelled": Preprocessing(1, levelled),
        "standardise": Preprocessing(1, standardise),
        "vggface2": Preprocessing(3, vggface2),
    }
)
"""Every preprocessing by the name that manifests use."""
