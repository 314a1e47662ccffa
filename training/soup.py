"""The mean of the weights of trainings that began as one (a model soup)."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from inference.manifest import find_model
from inference.network import load_network
from training.config import TrainingConfig
from training.network import build_model

Weights = list[NDArray[np.float32]]


def companions_of(config: TrainingConfig, finished: Path) -> list[Weights]:
    """The weights of each model in averaged_with, in the network's order.

    finished: the folder of the earlier steps' models. Raises ModelError for one that is not
    there, ValueError for one of another shape.
    """
    if not config.averaged_with:
        return []
    shapes = [weight.shape for weight in build_model(config).weights]
    companions = []
    for step in config.averaged_with:
        weights = load_network(find_model(finished, step.name))[1].get_weights()
        if [weight.shape for weight in weights] != shapes:
            raise ValueError(
                f"{step.name} is another network than {config.name}; "
                "averaged_with takes models of the same one"
            )
        companions.append(weights)
    return companions


def mean_weights(members: Sequence[Weights]) -> Weights:
    """The mean, array by array.

    Trainings that began as one end in one valley of the loss, whose middle is better than its
    sides (Wortsman and others, "Model soups", 2022). Normalisation wants its statistics
    anew: those of the mean are not the mean of those.
    """
    return [np.mean(arrays, axis=0) for arrays in zip(*members, strict=True)]
