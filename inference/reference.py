"""Answers of TensorFlow that a model's folder keeps, for other runtimes to be held to."""

import zipfile
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.labels import EMOTIONS
from inference.manifest import ModelError

FILE: Final = "reference.npz"
COUNT: Final = 16
GRIDS: Final = (4, 8, 16)
"""Places a side of the random fields that a picture is the sum of."""


def reference_faces(size: int, channels: int) -> NDArray[np.uint8]:
    """(16, size, size, channels) pictures, nobody's and always the same: smooth random fields."""
    rng = np.random.default_rng(0)
    pictures = []
    for _ in range(COUNT):
        fields = [
            cv2.resize(
                rng.normal(0, 1 / grid, (grid, grid, channels)).astype(np.float32),
                (size, size),
                interpolation=cv2.INTER_CUBIC,
            ).reshape(size, size, channels)
            for grid in GRIDS
        ]
        picture = np.sum(fields, axis=0)
        low, high = picture.min(), picture.max()
        pictures.append(np.round(255 * (picture - low) / (high - low)))
    return np.asarray(pictures, np.uint8)


def write_reference(
    folder: Path, faces: NDArray[np.uint8], probabilities: NDArray[np.float32]
) -> None:
    """Keep a model's (N, 7) answers to (N, S, S, C) faces."""
    np.savez_compressed(folder / FILE, faces=faces, probabilities=probabilities)


def read_reference(folder: Path) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    """Faces and probabilities. Raises ModelError for a file that is missing or not of that kind."""
    path = folder / FILE
    again = "Make it: python -m training.reference " + str(folder)
    try:
        with np.load(path, allow_pickle=False) as file:
            faces, probabilities = file["faces"], file["probabilities"]
    except FileNotFoundError:
        raise ModelError(f"{path} is missing, so its answers cannot be checked. {again}") from None
    except (ValueError, KeyError, OSError, EOFError, zipfile.BadZipFile) as error:
        raise ModelError(f"{path} holds no reference answers ({error}). {again}") from None
    fits = faces.ndim == 4 and len(faces) > 0 and faces.dtype == np.uint8
    if not fits or probabilities.shape != (len(faces), len(EMOTIONS)):
        raise ModelError(
            f"{path} holds faces {faces.shape} and answers {probabilities.shape}. {again}"
        )
    return faces, probabilities.astype(np.float32)
