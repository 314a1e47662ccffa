"""The FER+ votes: ten people's opinions on each picture of FER2013, joined by its name."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Final

import numpy as np
from numpy.typing import NDArray

from training.datasets.records import DatasetError, Faces, Picture, one_hot
from training.datasets.tables import rows

VOTE_COLUMNS: Final = ("anger", "disgust", "fear", "happiness", "neutral", "sadness", "surprise")
"""The columns of FER+ in the order of EMOTIONS; contempt, unknown and no-face are left out."""

Votes = Mapping[str, NDArray[np.float32]]


def read_votes(path: Path) -> dict[str, NDArray[np.float32]]:
    """Read fer2013new.csv: the seven emotions' share of the FER+ votes.

    The key is the image's name without its ending. An image for which nobody chose one of
    the seven is left out. Raises DatasetError for a missing file, missing columns and a
    count that is no number.
    """
    if not path.is_file():
        raise DatasetError(f"{path} is not a file; expected the FER+ votes, fer2013new.csv")
    votes: dict[str, NDArray[np.float32]] = {}
    for place, row in rows(path, {"Image name", *VOTE_COLUMNS}):
        try:
            counts = np.array([float(row[column]) for column in VOTE_COLUMNS], np.float32)
        except ValueError:
            raise DatasetError(f"{place}: the votes are not all numbers") from None
        if row["Image name"] and counts.sum() > 0:
            votes[PurePosixPath(row["Image name"]).stem] = counts / counts.sum()
    return votes


def blend_votes(pictures: Sequence[Picture], votes: Votes, weight: float) -> list[Picture]:
    """Mix each picture's own label with the FER+ votes for it.

    votes: by what follows the first underscore of the picture's name, without ending.
    weight: 0 for the label alone to 1 for the votes alone; a picture without votes keeps
    its label.
    """
    blended = []
    for picture in pictures:
        share = _share(picture.name, votes)
        if share is not None:
            mixed = (1 - weight) * picture.distribution + weight * share
            picture = replace(picture, distribution=mixed)
        blended.append(picture)
    return blended


def shares(faces: Faces, votes: Votes, weight: float) -> NDArray[np.float64]:
    """How much of all targets each emotion has: (7,), summing to 1.

    votes, weight: as for blend_votes, of which these are the targets.
    """
    targets = one_hot(faces.labels).astype(np.float64)
    for row, name in enumerate(faces.names):
        share = _share(name, votes)
        if share is not None:
            targets[row] = (1 - weight) * targets[row] + weight * share
    return np.asarray(targets.mean(axis=0))


def majority(names: Sequence[str], votes: Votes) -> NDArray[np.int64]:
    """The emotion with most votes for each picture, by name: (N,) indices into EMOTIONS.

    -1 where there are no votes or where two emotions have equally many.
    """
    labels = np.full(len(names), -1, np.int64)
    for row, name in enumerate(names):
        share = _share(name, votes)
        if share is not None and np.count_nonzero(share == share.max()) == 1:
            labels[row] = share.argmax()
    return labels


def _share(name: str, votes: Votes) -> NDArray[np.float32] | None:
    return votes.get(PurePosixPath(name).stem.partition("_")[2])
