"""A finished model that says of each changed training face what it sees in it (distillation).

Student and teacher see the same picture, after Beyer and others, "Knowledge distillation: a
good teacher is patient and consistent", 2022: what a teacher says of the unchanged training
faces is partly what it has memorised of them.
"""

from pathlib import Path
from typing import Self

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.manifest import find_model
from inference.network import load_network
from inference.paths import MODELS_DIR
from inference.preprocessing import PREPROCESSINGS
from training.augmentation import Look
from training.config import ITSELF, TrainingConfig
from training.metrics import softmax
from training.network import predict_logits


class Teacher:
    """A finished model as a teacher.

    folder: of the model. weight: its part in the targets, 0 to 1. mirrored: whether it says
    the mean for a face and its mirror image, which is right more often than what it says of
    one alone. Raises ModelError.
    """

    def __init__(self, folder: Path, weight: float, *, mirrored: bool = False) -> None:
        self._manifest, self._network = load_network(folder)
        preprocessing = PREPROCESSINGS[self._manifest.preprocessing]
        self._look = Look(self._manifest.size, preprocessing.prepare)
        self._weight = weight
        self._mirrored = mirrored

    @classmethod
    def of(cls, config: TrainingConfig, beginning: Path | None) -> Self | None:
        """The one that a configuration names; None where it names none.

        beginning: the model that the training begins with. Raises ValueError where that is
        to teach and is not given.
        """
        if config.teacher is None:
            return None
        if config.teacher == ITSELF:
            if beginning is None:
                raise ValueError(
                    f"{config.name} is taught by the model that it begins with: name its "
                    "folder with --backbone, also to go on after a kill"
                )
            return cls(beginning, config.teacher_weight, mirrored=True)
        return cls(find_model(MODELS_DIR, config.teacher), config.teacher_weight)

    def probabilities(self, faces: NDArray[np.uint8]) -> NDArray[np.float32]:
        """(N, S, S, C) faces, grey or BGR, to (N, 7) probabilities at the model's temperature."""
        seen = _with_channels(faces, self._manifest.channels)
        said = self._said(seen)
        if not self._mirrored:
            return said
        return np.asarray((said + self._said(seen[:, :, ::-1])) / 2, np.float32)

    def blend(self, faces: NDArray[np.uint8], targets: NDArray[np.float32]) -> NDArray[np.float32]:
        """The (N, 7) targets of (N, S, S, C) faces with the teacher's part in them."""
        taught = self.probabilities(faces)
        return np.asarray((1 - self._weight) * targets + self._weight * taught, np.float32)

    def _said(self, faces: NDArray[np.uint8]) -> NDArray[np.float32]:
        logits = predict_logits(self._network, faces, self._look)
        return np.asarray(softmax(logits, self._manifest.temperature), np.float32)


def _with_channels(faces: NDArray[np.uint8], channels: int) -> NDArray[np.uint8]:
    if faces.shape[-1] == channels:
        return faces
    if channels == 3:
        return np.repeat(faces, 3, axis=-1)
    grey = [cv2.cvtColor(face, cv2.COLOR_BGR2GRAY) for face in faces]
    return np.asarray(grey, np.uint8)[..., None]
