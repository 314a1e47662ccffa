"""One model's answers to one set of faces: what results and reports are made of."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.crops import CropScores
from training.datasets import Faces
from training.measuring import FerPlus, compare_votes
from training.metrics import Scores, score
from training.robustness import Robustness


@dataclass(frozen=True, slots=True, eq=False)
class Evaluation:
    """A model, measured.

    name, title: the model's. data: in words. faces: N, as the data labels them. probabilities:
    (N, 7) as served, with the temperature applied. majorities: (N,) by FER+, -1 where there is
    none; None without votes. robustness: None where it was not measured. crops: none where they
    were not looked at.
    """

    name: str
    title: str
    data: str
    faces: Faces
    probabilities: NDArray[np.float32]
    temperature: float
    majorities: NDArray[np.int64] | None = None
    robustness: Robustness | None = None
    crops: tuple[CropScores, ...] = ()

    @property
    def scores(self) -> Scores:
        return score(self.probabilities, self.faces.labels)

    @property
    def ferplus(self) -> FerPlus | None:
        """None without votes."""
        if self.majorities is None:
            return None
        return compare_votes(self.probabilities, self.majorities)
