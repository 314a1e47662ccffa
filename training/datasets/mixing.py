"""Which data set gives which emotions, and what balances them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from inference.labels import EMOTIONS
from training.datasets.fer2013 import fer2013_pictures
from training.datasets.folders import affectnet_pictures, folder_pictures
from training.datasets.records import Picture, check_no_empty_class

READERS: Final[dict[str, Callable[[Path], list[Picture]]]] = {
    "affectnet": affectnet_pictures,
    "fer2013": lambda path: fer2013_pictures(path, "Training"),
    "folders": folder_pictures,
}


@dataclass(frozen=True, slots=True)
class Source:
    """One data set's part in a training.

    kind: a name in READERS. path: in the data folder. emotions: what is taken from it.
    Raises ValueError for another kind and for a word that is no emotion.
    """

    kind: str
    path: str
    emotions: tuple[str, ...] = EMOTIONS

    def __post_init__(self) -> None:
        if self.kind not in READERS:
            raise ValueError(
                f"a source's kind is one of {', '.join(sorted(READERS))}; got {self.kind!r}"
            )
        unknown = [emotion for emotion in self.emotions if emotion not in EMOTIONS]
        if unknown or not self.emotions:
            raise ValueError(
                f"a source's emotions are among {', '.join(EMOTIONS)}; got {self.emotions}"
            )


def read_sources(sources: Sequence[Source], folder: Path) -> list[Picture]:
    """The training pictures of every source, one source after the other.

    Raises DatasetError as the readers do, for an emotion that a source should give and has
    no picture of, and for an emotion that the whole mixture lacks.
    """
    pictures: list[Picture] = []
    for source in sources:
        path = folder / source.path
        wanted = {EMOTIONS.index(emotion) for emotion in source.emotions}
        part = [p for p in READERS[source.kind](path) if int(p.distribution.argmax()) in wanted]
        check_no_empty_class(part, source.emotions, str(path))
        pictures += part
    check_no_empty_class(pictures, EMOTIONS, "the mixture of all sources")
    return pictures


def balancing_weights(targets: NDArray[np.float32]) -> NDArray[np.float32]:
    """A weight for each of (N, 7) targets, so that every emotion counts the same in all.

    An emotion's weight is inverse to its share of the targets; a soft target has the mean of
    its emotions' weights. The weights' mean is 1.
    """
    shares = targets.sum(axis=0) / len(targets)
    weights = targets @ (1 / (len(EMOTIONS) * np.maximum(shares, 1e-12)))
    return np.asarray(weights / weights.mean(), np.float32)
