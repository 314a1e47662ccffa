import csv
import dataclasses
from pathlib import Path

import numpy as np
import pytest

from tests.generated_faces import tiny_config, write_tiny_data
from training.augmentation import Augmentation
from training.beginnings import VGGFACE2
from training.checkpoint import CheckpointError, EpochRecord, read_history
from training.config import Stage, TrainingConfig
from training.data import TrainingData, read_data, smooth
from training.loop import has_stalled, is_served, train
from training.train import main


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


def test_smoothing_spreads_a_part_of_the_targets(data_folder: Path, data: TrainingData) -> None:
    smoothed = read_data(tiny_config(label_smoothing=0.14), data_folder).targets
    np.testing.assert_allclose(smoothed, 0.86 * data.targets + 0.02, atol=1e-6)
    assert smooth(data.targets, 0) is data.targets


def test_without_balance_all_weights_are_one(data_folder: Path, data: TrainingData) -> None:
    assert (data.weights == 1).all()
    balanced = tiny_config(data=dataclasses.replace(tiny_config().data, balance="weights"))
    weights = read_data(balanced, data_folder).weights
    assert weights.mean() == pytest.approx(1)
    assert weights.min() < weights.max()


def test_pictures_that_are_in_two_splits_are_reported(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder = write_tiny_data(tmp_path)
    original = folder / "faces" / "train" / "sad" / "Training_ferTr5000.png"
    twin = folder / "faces" / "test" / "sad" / "PublicTest_twin.png"
    twin.write_bytes(original.read_bytes())
    read_data(tiny_config(), folder)
    assert "1 pictures of PublicTest are in the training data too" in caplog.text
    assert f"{twin.name} (there {original.name})" in caplog.text


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
    assert (whole / "averaged.npz").is_file()
    page = (whole / "curves.html").read_text("utf-8")
    assert "Complete after 3 epochs" in page
    assert all(f"<td>{record.loss:.4f}</td>" in page for record in history)


def test_tensorboard_gets_every_figure_of_each_epoch(whole: Path) -> None:
    import tensorflow as tf
    from tensorflow.core.util import event_pb2

    found = {}
    for file in sorted((whole / "tensorboard").iterdir()):
        for record in tf.data.TFRecordDataset(str(file)).as_numpy_iterator():
            event = event_pb2.Event.FromString(record)
            for value in event.summary.value:
                found[value.tag, event.step] = float(tf.make_ndarray(value.tensor))
    for record in read_history(whole):
        assert found["loss", record.epoch] == pytest.approx(record.loss)
        assert found["public_accuracy", record.epoch] == pytest.approx(record.public_accuracy)


def test_a_stage_may_change_the_faces_in_its_own_way(data: TrainingData, tmp_path: Path) -> None:
    unchanged = Augmentation(flip=0, rotation=0, scale=0, shift=0, erase=0)
    one, same, other = (
        train(
            tiny_config(stages=(Stage(1, 32, augmentation=given),), warmup_epochs=0),
            data,
            tmp_path / name,
        )[0].loss
        for name, given in (
            ("one", None),
            ("same", tiny_config().augmentation),
            ("other", unchanged),
        )
    )
    assert one == same != other


def records(*accuracies: float, size: int = 48) -> list[EpochRecord]:
    return [EpochRecord(1, size, 0.1, 1.0, 0.5, 1.0, accuracy, 1.0) for accuracy in accuracies]


@pytest.mark.parametrize(
    ("history", "stalled"),
    [
        (records(0.5, 0.4), False),
        (records(0.5, 0.4, 0.5), True),
        (records(0.5, 0.4, 0.6), False),
        (records(0.5, 0.6, 0.4, 0.5), True),
        ([*records(0.9, size=32), *records(0.5, 0.4)], False),
    ],
)
def test_training_stops_after_epochs_at_the_served_size_that_are_no_better(
    history: list[EpochRecord], stalled: bool
) -> None:
    assert has_stalled(history, tiny_config(patience=2)) is stalled
    assert not has_stalled(history, tiny_config())


def test_without_patience_the_end_of_the_schedule_is_served_with_it_the_best_epoch() -> None:
    better, worse = records(0.5, 0.4, 0.6), records(0.5, 0.6, 0.4)
    assert is_served(better, tiny_config())
    assert is_served(worse, tiny_config())
    assert is_served(better, tiny_config(patience=5))
    assert not is_served(worse, tiny_config(patience=5))
    assert not is_served([*worse, *records(0.9, size=32)], tiny_config())


@pytest.fixture
def fine_tuning() -> TrainingConfig:
    return tiny_config(
        architecture="vggface2_resnet50",
        widths=(),
        blocks=(),
        beginning=VGGFACE2,
        stages=(Stage(epochs=9, size=48),),
        frozen_epochs=3,
        fine_tuning_rate=0.01,
        patience=1,
    )


def test_frozen_epochs_do_not_stop_a_training(fine_tuning: TrainingConfig) -> None:
    assert not has_stalled(records(0.5, 0.4, 0.3, 0.2), fine_tuning)
    assert has_stalled(records(0.5, 0.4, 0.3, 0.2, 0.2), fine_tuning)


def test_a_frozen_epoch_is_not_served_even_where_it_is_the_best(
    fine_tuning: TrainingConfig,
) -> None:
    assert not is_served(records(0.5, 0.4, 0.6), fine_tuning)
    assert is_served(records(0.5, 0.4, 0.6, 0.2), fine_tuning)


def test_an_interrupted_training_goes_on_to_the_same_weights(
    whole: Path, data: TrainingData, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Right after each checkpoint; a killed process is in test_training_recipes.py."""

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("training.loop.write_log", interrupt)
        for epochs in (1, 2):
            with pytest.raises(KeyboardInterrupt):
                train(tiny_config(), data, tmp_path)
            assert len(read_history(tmp_path)) == epochs
    train(tiny_config(), data, tmp_path)
    with (
        np.load(tmp_path / "checkpoint.npz") as resumed,
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


def test_an_unknown_recipe_and_missing_data_are_explained(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["no_such_recipe"]) == 2
    assert "known: compact" in capsys.readouterr().err
    assert (
        main(["compact", "--data", str(tmp_path), "--runs", str(tmp_path), "--backbone", "b.dat"])
        == 2
    )
    assert "fer2013_train.zip does not exist" in capsys.readouterr().err
