"""The weights of finished models averaged with those of a training."""

from pathlib import Path

import numpy as np
import pytest

from inference.manifest import ModelError
from inference.network import load_network
from tests.generated_faces import tiny_config, write_tiny_data
from training.checkpoint import AVERAGED
from training.config import Stage, TrainingConfig
from training.data import read_data
from training.datasets import read_fer2013
from training.export import export
from training.lineage import describe_beginning
from training.loop import train
from training.soup import mean_weights

STAGES = (Stage(epochs=1, size=48),)
OTHER = tiny_config("other", stages=STAGES, seed=2)


@pytest.fixture(scope="module")
def data_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny_data(tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="module")
def models(data_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the finished model "other"."""
    folder = tmp_path_factory.mktemp("models")
    train(OTHER, read_data(OTHER, data_folder), folder / "run")
    faces = read_fer2013(data_folder / "faces", "PublicTest")
    export(OTHER, folder / "run", faces, faces, folder)
    return folder


def kernels(
    config: TrainingConfig, data_folder: Path, models: Path, run: Path
) -> dict[str, np.ndarray]:
    train(config, read_data(config, data_folder, models), run)
    with np.load(run / AVERAGED) as weights:
        return {name: weights[name] for name in weights.files if name.endswith("kernel")}


def test_the_mean_is_taken_array_by_array() -> None:
    members = [[np.full((2, 3), value, np.float32), np.zeros(4, np.float32)] for value in (1, 2, 6)]
    kernel, bias = mean_weights(members)
    np.testing.assert_allclose(kernel, np.full((2, 3), 3.0))
    np.testing.assert_array_equal(bias, np.zeros(4))


def test_what_is_served_is_the_mean_of_the_training_and_its_companion(
    models: Path, data_folder: Path, tmp_path: Path
) -> None:
    alone = kernels(tiny_config(stages=STAGES), data_folder, models, tmp_path / "alone")
    together = tiny_config(stages=STAGES, averaged_with=(OTHER,))
    mixed = kernels(together, data_folder, models, tmp_path / "together")
    network = load_network(models / "other")[1]
    other = {variable.path: np.asarray(variable) for variable in network.weights}
    assert alone.keys() == mixed.keys()
    for name, kernel in mixed.items():
        np.testing.assert_allclose(kernel, (alone[name] + other[name]) / 2, atol=1e-6)
        assert not np.array_equal(alone[name], other[name])


def test_the_artefact_says_what_it_was_averaged_with() -> None:
    config = tiny_config(averaged_with=(OTHER, tiny_config("another")))
    assert describe_beginning(config) == "scratch; averaged with other and another"


def test_one_that_is_not_there_is_refused_before_training(models: Path, data_folder: Path) -> None:
    with pytest.raises(ModelError, match=r"no model 'nobody'.*other"):
        read_data(tiny_config(averaged_with=(tiny_config("nobody"),)), data_folder, models)


def test_one_of_another_network_is_refused_before_training(models: Path, data_folder: Path) -> None:
    wider = tiny_config("wider", widths=(8, 8, 8, 24), averaged_with=(OTHER,))
    with pytest.raises(ValueError, match="other is another network than wider"):
        read_data(wider, data_folder, models)
