"""What a served model says of labelled faces, and how often it is right."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from inference.emotion import EmotionModel
from training.datasets import Faces
from training.metrics import Scores, score

CHUNK: Final = 256


@dataclass(frozen=True, slots=True)
class FerPlus:
    """Agreement with the FER+ majority over the seven emotions.

    accuracy: 0 to 1, None where no face has a majority. n: the faces that have one.
    """

    accuracy: float | None
    n: int


def predict(model: EmotionModel, faces: Faces, doing: str = "") -> NDArray[np.float32]:
    """The served model's (N, 7) probabilities, each face given to it once, as it is.

    faces: images of the model's size. doing: what the progress bar says beside the model's name.
    Raises ValueError where the size differs.
    """
    if faces.images.shape[1] != model.size:
        raise ValueError(
            f"{model.name} takes faces of {model.size} pixels, got {faces.images.shape[1]}"
        )
    with tqdm(total=len(faces), desc=f"{model.name} {doing}", unit="face", disable=None) as bar:
        chunks = []
        for start in range(0, len(faces), CHUNK):
            chunks.append(model.predict(faces.images[start : start + CHUNK]))
            bar.update(len(chunks[-1]))
    return np.concatenate(chunks)


def evaluate(model: EmotionModel, faces: Faces) -> Scores:
    """Scores of the served model, with nothing averaged around it; raises as predict does."""
    return score(predict(model, faces), faces.labels)


def compare_votes(probabilities: NDArray[np.floating], majorities: NDArray[np.int64]) -> FerPlus:
    """Compare with FER+; a face without votes or with a tie (-1) is left out."""
    known = majorities >= 0
    hits = probabilities.argmax(axis=1)[known] == majorities[known]
    return FerPlus(float(hits.mean()) if known.any() else None, int(known.sum()))
