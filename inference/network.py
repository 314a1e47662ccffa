"""A model's folder as a Keras network, on whichever backend Keras has."""

import zipfile
from pathlib import Path
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from inference.manifest import (
    ARCHITECTURE_FILE,
    WEIGHTS_FILE,
    Manifest,
    ModelError,
    read_manifest,
    verify_files,
)


def load_network(folder: Path) -> tuple[Manifest, keras.Model]:
    """A model's manifest and its network, which gives logits; the files are verified first.

    Raises ModelError, which names the file, and for weights that do not fit the first
    variable that differs.
    """
    manifest = read_manifest(folder)
    verify_files(manifest)
    network = _read_network(folder / ARCHITECTURE_FILE)
    _read_weights(folder / WEIGHTS_FILE, network)
    return manifest, network


def _read_network(path: Path) -> keras.Model:
    try:
        network = keras.models.model_from_json(path.read_text("utf-8"))
    except (ValueError, TypeError, KeyError) as error:
        raise ModelError(f"{path} is no Keras architecture: {error}") from error
    if not isinstance(network, keras.Model):
        raise ModelError(f"{path} is no Keras architecture. Export the model again.")
    return network


def _read_weights(path: Path, network: keras.Model) -> None:
    """Assign one array to each variable by its path; nothing may be missing, over or misshapen."""
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays: dict[str, NDArray[Any]] = dict(file)
    except (ValueError, OSError, zipfile.BadZipFile) as error:
        raise ModelError(f"{path} is no archive of weights: {error}") from error
    for variable in network.weights:
        array = arrays.pop(variable.path, None)
        if array is None:
            raise ModelError(f"{path} has no weights for {variable.path}.")
        if array.shape != tuple(variable.shape):
            raise ModelError(
                f"{path}: {variable.path} has shape {array.shape}, "
                f"the architecture wants {tuple(variable.shape)}."
            )
        variable.assign(array.astype(np.float32))
    if arrays:
        raise ModelError(f"{path} has weights that the architecture has not: {min(arrays)}.")
