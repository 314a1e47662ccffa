"""How a model bears the fixed set of corrupted faces (training.corruption)."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from inference.emotion import EmotionModel
from training.augmentation import resize, with_channels
from training.corruption import CORRUPTIONS, SEVERITIES, corrupted
from training.datasets import FACE_SIZE, Faces, Picture, decode
from training.measuring import predict
from training.metrics import score

COLOURS: Final = 3


@dataclass(frozen=True, slots=True)
class Accuracies:
    """accuracy, balanced_accuracy (the mean recall of the emotions that there are): 0 to 1."""

    accuracy: float
    balanced_accuracy: float


@dataclass(frozen=True, slots=True)
class Robustness:
    """plain: of the same faces before. kinds: by kind, then by severity."""

    plain: Accuracies
    kinds: dict[str, dict[float, Accuracies]]

    @property
    def mean(self) -> Accuracies:
        """The mean over all kinds and severities, without the plain faces."""
        parts = [part for by_severity in self.kinds.values() for part in by_severity.values()]
        return Accuracies(
            float(np.mean([part.accuracy for part in parts])),
            float(np.mean([part.balanced_accuracy for part in parts])),
        )


def stored_faces(pictures: list[Picture]) -> Faces:
    """Faces as the fixed set corrupts them: in colour, at the 48 pixels that FER2013 has.

    So all models see the same pictures, whatever their size and channels.
    """
    return decode(pictures, FACE_SIZE, COLOURS)


def measure_robustness(model: EmotionModel, stored: Faces) -> Robustness:
    """Measure a model on stored faces, plain and each kind at each severity.

    What was corrupted is then brought to the model's size and channels.
    """
    return Robustness(
        plain=_measure(model, stored, "plain"),
        kinds={
            kind: {
                severity: _measure(model, _suffered(stored, kind, severity), f"{kind} {severity}")
                for severity in SEVERITIES
            }
            for kind in CORRUPTIONS
        },
    )


def as_dictionary(robustness: Robustness) -> dict[str, Any]:
    """For JSON: plain, mean, and kinds by name and severity."""
    return {
        "plain": _figures(robustness.plain),
        "mean": _figures(robustness.mean),
        "kinds": {
            kind: {str(severity): _figures(part) for severity, part in parts.items()}
            for kind, parts in robustness.kinds.items()
        },
    }


def _figures(part: Accuracies) -> dict[str, float]:
    return {"accuracy": part.accuracy, "balanced_accuracy": part.balanced_accuracy}


def _suffered(faces: Faces, kind: str, severity: float) -> Faces:
    return Faces(corrupted(faces.images, kind, severity), faces.labels, faces.names)


def _measure(model: EmotionModel, faces: Faces, doing: str) -> Accuracies:
    images = resize(with_channels(faces.images, model.channels), model.size)
    scores = score(predict(model, Faces(images, faces.labels, faces.names), doing), faces.labels)
    return Accuracies(scores.accuracy, scores.balanced_accuracy)
