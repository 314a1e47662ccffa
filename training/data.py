"""A configuration's data: the training faces with their targets, and those for validation."""

import logging
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from inference.labels import EMOTIONS
from training.config import TrainingConfig
from training.datasets import (
    Faces,
    balancing_weights,
    blend_votes,
    decode,
    distributions,
    duplicates,
    read_fer2013,
    read_sources,
    read_votes,
)
from training.network import channels_of
from training.soup import Weights, companions_of
from training.teacher import Teachers, teachers_of
from training.workspace import FINISHED

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class TrainingData:
    """Training faces with soft targets (N, 7) and weights (N,), and PublicTest's faces.

    teachers: who add to the targets of each batch. companions: the weights of finished models
    that those to serve are averaged with.
    """

    training: Faces
    targets: NDArray[np.float32]
    weights: NDArray[np.float32]
    validation: Faces
    teachers: Teachers | None
    companions: list[Weights]


def read_data(config: TrainingConfig, folder: Path, finished: Path = FINISHED) -> TrainingData:
    """Read the files that the configuration names; DatasetError for what is unusable.

    finished: the folder of the earlier steps' models, which teach and are averaged with.
    Pictures that are in the training data and in PublicTest are reported in the log.
    """
    size, channels = config.data.face_size, channels_of(config)
    pictures = read_sources(config.data.training, folder)
    if config.data.vote_weight:
        votes = read_votes(folder / config.data.votes)
        pictures = blend_votes(pictures, votes, config.data.vote_weight)
    targets = distributions(pictures)
    training = decode(pictures, size, channels)
    balanced = config.data.balance != "none"
    data = TrainingData(
        training=training,
        targets=smooth(targets, config.label_smoothing),
        weights=balancing_weights(targets) if balanced else np.ones(len(targets), np.float32),
        validation=read_fer2013(folder / config.data.testing, "PublicTest", size, channels),
        teachers=teachers_of(config, finished),
        companions=companions_of(config, finished),
    )
    _report_duplicates(data)
    return data


def smooth(targets: NDArray[np.float32], part: float) -> NDArray[np.float32]:
    """Spread a part, 0 to 1, of each (N, 7) target evenly over all emotions."""
    if part == 0:
        return targets
    return np.asarray((1 - part) * targets + part / len(EMOTIONS), np.float32)


def _report_duplicates(data: TrainingData) -> None:
    pairs = duplicates(data.training, data.validation)
    if pairs:
        first, second = pairs[0]
        logger.warning(
            "%d pictures of PublicTest are in the training data too, such as %s (there %s): "
            "PublicTest's figures are a little too good",
            len(pairs),
            second,
            first,
        )
