"""What webcams and rooms do to a face: for harder training, and for a fixed set to measure with.

The kinds and the idea of a fixed set follow Hendrycks and Dietterich, "Benchmarking Neural
Network Robustness to Common Corruptions and Perturbations", 2019.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

Face = NDArray[np.uint8]
Corruption = Callable[[Face, float, np.random.Generator], Face]
"""(S, S, C) face, severity 0 to 1, generator to a new face of the same shape."""

MOST_AT_ONCE: Final = 3
"""Kinds that one training face suffers."""
SMALLEST_FACE: Final = 16
"""Pixels: from a face that is seen so small, nobody reads an emotion."""


def few_pixels(face: Face, severity: float, rng: np.random.Generator) -> Face:
    """As a face far from the camera, enlarged: down to half of the side, and to 16 pixels."""
    size = face.shape[0]
    small = max(SMALLEST_FACE, round(size * (1 - 0.6 * severity)))
    shrunk = cv2.resize(face, (small, small), interpolation=cv2.INTER_AREA)
    return _like(face, cv2.resize(shrunk, (size, size), interpolation=cv2.INTER_CUBIC))


def defocus(face: Face, severity: float, rng: np.random.Generator) -> Face:
    """A Gaussian blur of up to a 25th of the side."""
    return _like(face, cv2.GaussianBlur(face, (0, 0), 0.3 + face.shape[0] * severity / 25))


def motion(face: Face, severity: float, rng: np.random.Generator) -> Face:
    """A blur along one direction, of up to a sixth of the side."""
    length = max(3, round(face.shape[0] * severity / 6))
    angle = rng.uniform(0, np.pi)
    kernel = np.zeros((length, length), np.float32)
    middle = (length - 1) / 2
    for step in np.linspace(-middle, middle, 4 * length):
        row = round(middle + step * np.sin(angle))
        column = round(middle + step * np.cos(angle))
        kernel[row, column] = 1
    return _like(face, cv2.filter2D(face, -1, kernel / kernel.sum()))


def noise(face: Face, severity: float, rng: np.random.Generator) -> Face:
    """Gaussian noise of up to 24 grey levels, the same in all channels."""
    deviation = 4 + 20 * severity
    return _rounded(face + rng.normal(0, deviation, (*face.shape[:2], 1)))


def low_light(face: Face, severity: float, rng: np.random.Generator) -> Face:
    """An eighth of the light at most, with the noise of a sensor that counts few photons."""
    dark = face * (1 - 0.875 * severity)
    sensor = rng.normal(0, 1, (*face.shape[:2], 1)) * np.sqrt(1 + dark / 8)
    return _rounded(dark + sensor)


def side_light(face: Face, severity: float, rng: np.random.Generator) -> Face:
    """A window beside the face: up to 90 % less light on the other side."""
    size = face.shape[0]
    angle = rng.uniform(0, 2 * np.pi)
    across = np.linspace(-0.5, 0.5, size)
    place = across[None, :] * np.cos(angle) + across[:, None] * np.sin(angle) + 0.5
    return _rounded(face * (1 - 0.9 * severity * np.clip(place, 0, 1))[..., None])


def colour_cast(face: Face, severity: float, rng: np.random.Generator) -> Face:
    """A wrong white balance: each channel up to 40 % stronger or weaker. Grey stays as it is."""
    if face.shape[-1] == 1:
        return face
    return _rounded(face * (1 + 0.4 * severity * rng.uniform(-1, 1, face.shape[-1])))


def jpeg(face: Face, severity: float, rng: np.random.Generator) -> Face:
    """Compressed by a browser on a weak line: quality 60 down to 10."""
    quality = round(60 - 50 * severity)
    written, buffer = cv2.imencode(".jpg", face, [cv2.IMWRITE_JPEG_QUALITY, quality])
    assert written, "OpenCV compresses every picture in memory"
    read = cv2.imdecode(buffer, cv2.IMREAD_GRAYSCALE if face.shape[-1] == 1 else cv2.IMREAD_COLOR)
    assert read is not None, "it has just been written"
    return _like(face, read)


def off_centre(face: Face, severity: float, rng: np.random.Generator) -> Face:
    """A box that misses the face by up to 15 % of the side and is up to 20 % too wide or narrow."""
    size = face.shape[0]
    angle = rng.uniform(0, 2 * np.pi)
    scale = 1 + 0.2 * severity * rng.choice((-1, 1))
    centre = (size - 1) / 2
    shift = 0.15 * severity * size * np.array((np.cos(angle), np.sin(angle)))
    matrix = np.array([[scale, 0, shift[0]], [0, scale, shift[1]]])
    matrix[:, 2] += centre - scale * centre
    warped = cv2.warpAffine(face, matrix, (size, size), borderMode=cv2.BORDER_REPLICATE)
    return _like(face, warped)


def occlusion(face: Face, severity: float, rng: np.random.Generator) -> Face:
    """A hand, a mask or hair: a blurred patch of the face's own greys over up to a third of it."""
    size = face.shape[0]
    side = max(2, round(size * np.sqrt(0.05 + 0.28 * severity)))
    top, left = rng.integers(0, size - side + 1, 2)
    row, column = rng.integers(0, size - side + 1, 2)
    covered = face.copy()
    patch = cv2.GaussianBlur(face[row : row + side, column : column + side], (0, 0), size / 12)
    covered[top : top + side, left : left + side] = patch.reshape(side, side, -1)
    return covered


CORRUPTIONS: Final[Mapping[str, Corruption]] = MappingProxyType(
    {
        "few_pixels": few_pixels,
        "defocus": defocus,
        "motion": motion,
        "noise": noise,
        "low_light": low_light,
        "side_light": side_light,
        "colour_cast": colour_cast,
        "jpeg": jpeg,
        "off_centre": off_centre,
        "occlusion": occlusion,
    }
)
SEVERITIES: Final = (0.5, 1.0)
"""Of the fixed set: how far each of its kinds goes."""


def corrupted(faces: NDArray[np.uint8], kind: str, severity: float) -> NDArray[np.uint8]:
    """One part of the fixed set: all (N, S, S, C) faces, each by a generator of its number."""
    change = CORRUPTIONS[kind]
    changed = [
        change(face, severity, np.random.default_rng(number)) for number, face in enumerate(faces)
    ]
    return np.asarray(changed, np.uint8)


def corrupt_some(
    faces: NDArray[np.uint8], chance: float, rng: np.random.Generator
) -> NDArray[np.uint8]:
    """For training: with this chance a face of (N, S, S, C) suffers one to three kinds."""
    changed = faces.copy()
    kinds = list(CORRUPTIONS.values())
    for index in np.flatnonzero(rng.random(len(faces)) < chance):
        for kind in rng.choice(len(kinds), rng.integers(1, MOST_AT_ONCE + 1), replace=False):
            changed[index] = kinds[kind](changed[index], rng.random(), rng)
    return changed


def _like(face: Face, changed: NDArray[np.generic]) -> Face:
    """OpenCV drops the channel of grey pictures."""
    return np.asarray(changed, np.uint8).reshape(face.shape)


def _rounded(pixels: NDArray[np.floating]) -> Face:
    return np.asarray(np.clip(np.round(pixels), 0, 255), np.uint8)
