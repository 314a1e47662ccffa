import csv
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from tests.conftest import ROOT
from tests.generated_faces import tiny_config, write_tiny_data
from training.checkpoint import CheckpointError, read_history
from training.train import TrainingData, main, read_data, train

CONFIG_SOURCE = "from tests.generated_faces import tiny_config\nCONFIG = tiny_config()\n"


@pytest.fixture(scope="module")
def data_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny_data(tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="module")
def data(data_folder: Path) -> TrainingData:
    return read_data(tiny_config(), data_folder)


@pytest.fixture(scope="module")
def whole(data: TrainingData, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a training that was never interrupted."""
    folder = tmp_path_factory.mktemp("whole")
    train(tiny_config(), data, folder)
    return folder


def test_targets_blend_labels_with_the_votes_that_there_are(data: TrainingData) -> None:
    row = data.training.names.index("Training_ferTr0000.png")
    np.testing.assert_allclose(data.targets[row], [0.8, 0, 0.2, 0, 0, 0, 0], atol=1e-6)
    np.testing.assert_allclose(np.delete(data.targets, row, axis=0).max(axis=1), 1)


def test_training_lowers_the_loss_and_logs_each_epoch(whole: Path) -> None:
    history = read_history(whole)
    assert [record.epoch for record in history] == [1, 2, 3]
    assert [record.size for record in history] == [32, 32, 48]
    assert history[-1].loss < history[0].loss
    assert history[-1].accuracy > history[0].accuracy
    assert history[-1].learning_rate == pytest.approx(0, abs=1e-6)
    with (whole / "log.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [float(row["loss"]) for row in rows] == [record.loss for record in history]
    assert (whole / "best.npz").is_file()


def test_a_killed_training_goes_on_to_the_same_weights(
    whole: Path, data: TrainingData, data_folder: Path, tmp_path: Path
) -> None:
    source = tmp_path / "tiny.py"
    source.write_text(CONFIG_SOURCE)
    killed = tmp_path / "killed"
    command = [sys.executable, "-m", "training.train", str(source)]
    process = subprocess.Popen(
        [*command, "--data", str(data_folder), "--run-dir", str(killed)], cwd=ROOT
    )
    deadline = time.monotonic() + 120
    while not (killed / "checkpoint.npz").exists() and time.monotonic() < deadline:
        assert process.poll() is None
        time.sleep(0.02)
    process.kill()
    process.wait()
    assert len(read_history(killed)) < 3
    train(tiny_config(), data, killed)
    with (
        np.load(killed / "checkpoint.npz") as resumed,
        np.load(whole / "checkpoint.npz") as expected,
    ):
        assert resumed.files == expected.files
        for name in set(expected.files) - {"header"}:
            np.testing.assert_allclose(resumed[name], expected[name], rtol=1e-3, atol=1e-5)


def test_a_finished_training_is_not_repeated(whole: Path, data: TrainingData) -> None:
    assert train(tiny_config(), data, whole) == read_history(whole)


def test_a_run_of_another_configuration_is_refused(whole: Path, data: TrainingData) -> None:
    with pytest.raises(CheckpointError, match="another configuration"):
        train(tiny_config(seed=2), data, whole)


def test_an_unknown_configuration_and_missing_data_are_explained(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["no_such_config"]) == 2
    assert "known: compact" in capsys.readouterr().err
    assert main(["compact", "--data", str(tmp_path)]) == 2
    assert "fer2013_train.zip does not exist" in capsys.readouterr().err
