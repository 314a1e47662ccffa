"""Finished models that say of each changed training face what they see in it (distillation).

Student and teachers see the same picture, after Beyer and others, "Knowledge distillation: a
good teacher is patient and consistent", 2022: what a teacher says of the unchanged training
faces is partly what it has memorised of them.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from inference.manifest import find_model
from inference.network import load_network
from inference.preprocessing import PREPROCESSINGS
from training.augmentation import Batch, Look, with_channels
from training.config import TrainingConfig
from training.fused import in_precision
from training.metrics import softmax
from training.network import predict_logits


class Teacher:
    """A finished model as a teacher.

    folder: of the model. mirrored: whether it says the mean for a face and its mirror image,
    which is right more often than what it says of one alone. precision: as of a
    configuration. Raises ModelError.
    """

    def __init__(self, folder: Path, *, mirrored: bool = False, precision: str = "float32") -> None:
        self._manifest, network = load_network(folder)
        self._network = in_precision(network, precision)
        preprocessing = PREPROCESSINGS[self._manifest.preprocessing]
        self._look = Look(self._manifest.size, preprocessing.prepare)
        self._mirrored = mirrored

    def probabilities(self, faces: NDArray[np.uint8]) -> NDArray[np.float32]:
        """(N, S, S, C) faces, grey or BGR, to (N, 7) probabilities at the model's temperature."""
        seen = with_channels(faces, self._manifest.channels)
        if not self._mirrored:
            return self._said(seen)
        said = self._said(np.concatenate((seen, seen[:, :, ::-1])))
        return np.asarray((said[: len(seen)] + said[len(seen) :]) / 2, np.float32)

    def _said(self, faces: NDArray[np.uint8]) -> NDArray[np.float32]:
        logits = predict_logits(self._network, faces, self._look)
        return np.asarray(softmax(logits, self._manifest.temperature), np.float32)


class Teachers:
    """The mean of what finished models say, as a part of the targets.

    weight: that part, 0 to 1. remembering: whether a view that comes again gets the answers
    that it had.
    """

    def __init__(
        self, members: Sequence[Teacher], weight: float, *, remembering: bool = False
    ) -> None:
        self._members = members
        self._weight = weight
        self._remembering = remembering
        self._answers: dict[tuple[int, int, int], NDArray[np.float32]] = {}

    def blend(self, batch: Batch) -> NDArray[np.float32]:
        """The (B, 7) targets of a batch with the teachers' part in them."""
        said = self._answers.get(batch.view)
        if said is None:
            said = np.mean([member.probabilities(batch.faces) for member in self._members], axis=0)
        if self._remembering:
            self._answers[batch.view] = said
        return np.asarray((1 - self._weight) * batch.targets + self._weight * said, np.float32)


def teachers_of(config: TrainingConfig, finished: Path) -> Teachers | None:
    """Those that a configuration names; None where it names none.

    finished: the folder of the earlier steps' models. Raises ModelError.
    """
    if not config.teachers:
        return None
    members = [
        Teacher(
            find_model(finished, step.name),
            mirrored=config.teachers_mirrored,
            precision=config.precision,
        )
        for step in config.teachers
    ]
    return Teachers(members, config.teacher_weight, remembering=config.views > 0)
