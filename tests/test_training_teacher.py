"""A finished model's probabilities as targets of another training."""

from pathlib import Path

import numpy as np
import pytest

from inference.emotion import EmotionModel
from inference.manifest import ModelError
from tests.generated_faces import tiny_config, write_tiny_data
from tests.model_factory import SIZE, write_model
from training.augmentation import resize
from training.data import read_data
from training.export import describe_beginning
from training.teacher import teach


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models")
    write_model(folder / "grey", temperature=0.5)
    write_model(folder / "colour", channels=3)
    return folder


@pytest.fixture(scope="module")
def data_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny_data(tmp_path_factory.mktemp("data"))


def test_the_teacher_sees_each_face_and_its_mirror_image(models: Path) -> None:
    faces = np.random.default_rng(1).integers(0, 256, (5, 48, 48, 1), dtype=np.uint8)
    served = EmotionModel.load(models / "grey")
    small = resize(faces, SIZE)
    expected = (served.predict(small) + served.predict(small[:, :, ::-1])) / 2
    np.testing.assert_allclose(teach(models / "grey", faces), expected, atol=0.01)


@pytest.mark.parametrize(("name", "channels"), [("grey", 3), ("colour", 1)])
def test_a_teacher_of_other_channels_gets_them(models: Path, name: str, channels: int) -> None:
    face = np.random.default_rng(1).integers(0, 256, (3, SIZE, SIZE, 1), dtype=np.uint8)
    in_its_own = np.repeat(face, 4 - channels, axis=-1)
    in_others = np.repeat(face, channels, axis=-1)
    np.testing.assert_allclose(
        teach(models / name, in_others), teach(models / name, in_its_own), atol=1e-3
    )


def test_its_probabilities_are_a_part_of_the_targets(
    models: Path, data_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("training.data.MODELS_DIR", models)
    alone = read_data(tiny_config(), data_folder)
    config = tiny_config(teacher="grey", teacher_weight=0.25)
    taught = read_data(config, data_folder)
    expected = 0.75 * alone.targets + 0.25 * teach(models / "grey", alone.training.images)
    np.testing.assert_allclose(taught.targets, expected, atol=1e-6)
    np.testing.assert_allclose(taught.targets.sum(axis=1), 1, atol=1e-5)
    assert describe_beginning(config) == "scratch, distilled from grey"


def test_an_unknown_teacher_lists_the_models(
    models: Path, data_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("training.data.MODELS_DIR", models)
    with pytest.raises(ModelError, match=r"no model 'nobody'.*colour, grey"):
        read_data(tiny_config(teacher="nobody", teacher_weight=0.5), data_folder)
