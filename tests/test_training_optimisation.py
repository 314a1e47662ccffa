"""Both optimizers learn, and a stopped training goes on with what its optimizer remembered."""

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.generated_faces import tiny_config, write_tiny_data
from training.augmentation import Batch
from training.checkpoint import read_history
from training.config import Stage, TrainingConfig
from training.data import TrainingData, read_data
from training.loop import train
from training.teacher import Teachers

RATES = {"sgd": 0.1, "adam": 0.01}
every_optimizer = pytest.mark.parametrize("optimizer", sorted(RATES))


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> TrainingData:
    return read_data(tiny_config(), write_tiny_data(tmp_path_factory.mktemp("data")))


def config_with(optimizer: str) -> TrainingConfig:
    return tiny_config(
        stages=(Stage(epochs=3, size=32),),
        optimizer=optimizer,
        learning_rate=RATES[optimizer],
    )


@every_optimizer
def test_it_learns(optimizer: str, data: TrainingData, tmp_path: Path) -> None:
    history = train(config_with(optimizer), data, tmp_path)
    assert history[-1].loss < 0.7 * history[0].loss
    assert history[-1].accuracy > max(0.5, history[0].accuracy)


def test_they_differ(data: TrainingData, tmp_path: Path) -> None:
    one, other = (
        train(dataclasses.replace(config_with("adam"), optimizer=name), data, tmp_path / name)
        for name in ("adam", "sgd")
    )
    assert one[-1].loss != other[-1].loss


class Stopped(Exception):
    pass


class StoppingTeachers(Teachers):
    """Teaches nothing, and stops the training in the middle of its second epoch."""

    def __init__(self) -> None:
        super().__init__([], 0.0)

    def blend(self, batch: Batch) -> NDArray[np.float32]:
        if batch.view[1:] == (1, 5):
            raise Stopped
        return batch.targets


@every_optimizer
def test_a_stopped_training_ends_where_an_uninterrupted_one_does(
    optimizer: str, data: TrainingData, tmp_path: Path
) -> None:
    config, stopped, whole = config_with(optimizer), tmp_path / "stopped", tmp_path / "whole"
    with pytest.raises(Stopped):
        train(config, dataclasses.replace(data, teachers=StoppingTeachers()), stopped)
    assert len(read_history(stopped)) == 1
    train(config, data, stopped)
    train(config, data, whole)
    for name, found, expected in arrays_of(stopped, whole):
        np.testing.assert_allclose(found, expected, rtol=1e-3, atol=1e-5, err_msg=name)


def test_the_moments_of_adam_are_what_it_goes_on_with(data: TrainingData, tmp_path: Path) -> None:
    """Without them the last test's weights would be others: forgetting them is seen."""
    config, stopped, whole = config_with("adam"), tmp_path / "stopped", tmp_path / "whole"
    with pytest.raises(Stopped):
        train(config, dataclasses.replace(data, teachers=StoppingTeachers()), stopped)
    with np.load(stopped / "checkpoint.npz") as file:
        arrays = dict(file)
    moments = [name for name in arrays if name.startswith("optimizer/") and arrays[name].ndim > 1]
    assert moments
    for name in moments:
        arrays[name] = np.zeros_like(arrays[name])
    np.savez(stopped / "checkpoint.npz", **arrays)
    train(config, data, stopped)
    train(config, data, whole)
    assert any(
        not np.allclose(found, expected, rtol=1e-3, atol=1e-5)
        for name, found, expected in arrays_of(stopped, whole)
        if name.startswith("model/")
    )


def arrays_of(
    one: Path, other: Path
) -> Iterator[tuple[str, NDArray[np.floating], NDArray[np.floating]]]:
    """Every array of two checkpoints but their headers, which hold times."""
    with np.load(one / "checkpoint.npz") as first, np.load(other / "checkpoint.npz") as second:
        assert first.files == second.files
        for name in first.files:
            if name != "header":
                yield name, first[name], second[name]
