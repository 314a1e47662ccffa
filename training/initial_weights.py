"""A training's beginning put into its network: from a published file or an earlier model."""

import logging
import os
from pathlib import Path
from typing import Final

import keras
import numpy as np
from numpy.typing import NDArray

from inference.fetch import CATALOGUE, FetchError, fetch
from inference.paths import REPOSITORY
from training.augmentation import resize
from training.backbone import load_backbone
from training.beginnings import DLIB, FirstBlocks, Grown, Published, Scratch, earlier_step
from training.config import TrainingConfig
from training.dlib_weights import load_dlib
from training.growth import load_sprout
from training.network import look_at
from training.residual_weights import load_compact, load_finished

MEASURED_FACES: Final = 512
"""Training faces on which the statistics of a normalisation are measured."""

logger = logging.getLogger(__name__)


def source_of(config: TrainingConfig, finished: Path, backbone: Path | None) -> Path | None:
    """The file or model folder that the training begins with; None from scratch.

    finished: the folder of the earlier steps' models. backbone: the published file; without it
    the file is fetched into DATA_DIR/models, as `manage.py fetch_models` does. Raises
    ValueError where it cannot be fetched.
    """
    if isinstance(config.beginning, Published):
        return backbone or _fetched(config.beginning)
    step = earlier_step(config.beginning)
    return finished / step.name if step else None


def load_beginning(
    config: TrainingConfig, source: Path, model: keras.Model, faces: NDArray[np.uint8]
) -> None:
    """Put the configuration's beginning into its network, in place.

    source: as source_of gives it. faces: those of the training, (N, S, S, C). Raises
    ValueError for a source of another kind.
    """
    look = look_at(config, config.size)
    some = np.random.default_rng(config.seed).permutation(len(faces))[:MEASURED_FACES]
    prepared = look.prepare(resize(faces[some], look.size))
    match config.beginning:
        case Scratch():
            raise ValueError(f"{config.name} begins from scratch, not with {source}")
        case Published() as published if published == DLIB:
            load_dlib(source, model, prepared)
        case Published():
            load_backbone(source, model)
        case FirstBlocks():
            load_compact(source, model, prepared)
        case Grown():
            load_sprout(source, model, prepared)
        case _:
            load_finished(source, model)


def _fetched(published: Published) -> Path:
    download = CATALOGUE[published.download]
    data = Path(os.environ.get("DATA_DIR") or REPOSITORY / "data").expanduser()
    target = data / "models" / download.file
    if not target.is_file():
        logger.info("fetching %s, licence: %s", target, download.licence)
    try:
        fetch(download, target.parent)
    except (FetchError, OSError) as error:
        raise ValueError(f"{error} Or name the file with --backbone.") from None
    return target
