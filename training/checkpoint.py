"""What a killed training needs to go on exactly where it was: one file, replaced whole."""

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import keras
import numpy as np
from numpy.typing import NDArray

FILE: Final = "checkpoint.npz"
AVERAGED: Final = "averaged.npz"


class CheckpointError(ValueError):
    """The run folder's checkpoint is not for this training; the message says what to do."""


@dataclass(frozen=True, slots=True)
class EpochRecord:
    """One line of the log. epoch counts from 1; size in pixels; accuracies 0 to 1."""

    epoch: int
    size: int
    learning_rate: float
    loss: float
    accuracy: float
    public_loss: float
    public_accuracy: float
    seconds: float


def save_checkpoint(
    folder: Path,
    fingerprint: str,
    history: list[EpochRecord],
    model: keras.Model,
    averaged: keras.Model,
) -> None:
    """Write the state of the training after its last epoch, atomically."""
    header = {"fingerprint": fingerprint, "history": [asdict(record) for record in history]}
    arrays = {"header": np.array(json.dumps(header))}
    for name, variables in _parts(model, averaged).items():
        for index, variable in enumerate(variables):
            arrays[f"{name}/{index}"] = keras.ops.convert_to_numpy(variable)
    _write(folder / FILE, arrays)


def load_checkpoint(
    folder: Path, fingerprint: str, model: keras.Model, averaged: keras.Model
) -> list[EpochRecord]:
    """Restore models and optimizer in place; the finished epochs, none for a new run.

    Raises CheckpointError where the folder holds a run of another configuration.
    """
    path = folder / FILE
    if not path.exists():
        return []
    with np.load(path) as arrays:
        header = _header(path, arrays, fingerprint)
        for name, variables in _parts(model, averaged).items():
            for index, variable in enumerate(variables):
                variable.assign(arrays[f"{name}/{index}"])
    return _history(header)


def finished_epochs(folder: Path, fingerprint: str) -> list[EpochRecord]:
    """The finished epochs of this configuration's run, none for a new one.

    Raises CheckpointError where the folder holds a run of another configuration.
    """
    path = folder / FILE
    if not path.exists():
        return []
    with np.load(path) as arrays:
        return _history(_header(path, arrays, fingerprint))


def read_history(folder: Path) -> list[EpochRecord]:
    """The finished epochs of a run; CheckpointError where there is none."""
    path = folder / FILE
    if not path.is_file():
        raise CheckpointError(f"{path} does not exist; train the step first")
    with np.load(path) as arrays:
        return _history(json.loads(str(arrays["header"])))


def save_weights(path: Path, model: keras.Model) -> None:
    """Write a model's weights, by their paths in it, atomically."""
    _write(path, {v.path: keras.ops.convert_to_numpy(v) for v in model.weights})


def load_weights(path: Path, model: keras.Model) -> None:
    """Put weights that a run has kept into a model of the same architecture.

    Raises CheckpointError when the run has not kept them yet.
    """
    if not path.is_file():
        raise CheckpointError(f"{path} does not exist; train until the last stage has begun")
    with np.load(path) as arrays:
        for variable in model.weights:
            variable.assign(arrays[variable.path])


def _header(path: Path, arrays: Mapping[str, NDArray[Any]], fingerprint: str) -> dict[str, Any]:
    header: dict[str, Any] = json.loads(str(arrays["header"]))
    if header["fingerprint"] != fingerprint:
        raise CheckpointError(
            f"{path} belongs to another configuration (or to an earlier version of this one, or "
            "of a step before it); restore that configuration, delete the folder, or choose "
            "another with --runs"
        )
    return header


def _history(header: dict[str, Any]) -> list[EpochRecord]:
    return [EpochRecord(**record) for record in header["history"]]


def _parts(model: keras.Model, averaged: keras.Model) -> dict[str, list[Any]]:
    """All variables with a state that the next step depends on, dropout's seeds included."""
    return {
        "model": list(model.variables),
        "optimizer": list(model.optimizer.variables),
        "averaged": list(averaged.weights),
    }


def _write(path: Path, arrays: dict[str, NDArray[Any]]) -> None:
    temporary = path.with_suffix(".partial")
    with temporary.open("wb") as file:
        np.savez(file, **arrays)  # type: ignore[arg-type]
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
