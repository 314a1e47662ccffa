"""The way from a face in a picture to the model's input; training and serving both use it."""

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

FLAT_DEVIATION: Final = 4.0
"""Grey levels: a flatter face is not stretched further, or its noise would be amplified."""


def crop_face(
    image: NDArray[np.uint8], box: tuple[int, int, int, int], size: int, scale: float = 1.0
) -> NDArray[np.uint8]:
    """Cut the square around a face box and bring it to the model's size, in grey.

    image: (H, W, 3) BGR. box: x, y, w, h in pixels; it may reach beyond the picture,
    and what lies outside repeats the border. scale: the square's side over the box's
    longer side. Returns (size, size, 1). Raises ValueError for a box with no area.
    """
    x, y, w, h = box
    if w <= 0 or h <= 0:
        raise ValueError(f"a face box needs a width and a height, got {box}")
    side = max(1, round(max(w, h) * scale))
    patch = cv2.getRectSubPix(image, (side, side), (x + (w - 1) / 2, y + (h - 1) / 2))
    grey = cv2.cvtColor(patch, cv2.COLOR_BGR2GRAY)
    interpolation = cv2.INTER_AREA if side > size else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(grey, (size, size), interpolation=interpolation))[..., None]


def standardise(faces: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Give each face zero mean and unit deviation, which takes out exposure and contrast.

    faces: (N, H, W, C), 0 to 255. Returns float32 of the same shape.
    """
    pixels = faces.astype(np.float32)
    axes = (1, 2, 3)
    mean = pixels.mean(axis=axes, keepdims=True)
    deviation = np.maximum(pixels.std(axis=axes, keepdims=True), FLAT_DEVIATION)
    return (pixels - mean) / deviation
