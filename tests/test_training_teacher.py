"""A finished model's probabilities as targets of another training."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from inference.emotion import EmotionModel
from inference.manifest import ModelError
from tests.generated_faces import tiny_config, write_tiny_data
from tests.model_factory import SIZE, write_model
from training.architectures import build
from training.augmentation import resize
from training.config import ITSELF
from training.data import read_data
from training.datasets import one_hot
from training.export import describe_beginning
from training.teacher import Teacher
from training.train import train


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models")
    write_model(folder / "grey", temperature=0.5)
    write_model(folder / "colour", channels=3)
    return folder


@pytest.fixture(scope="module")
def data_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny_data(tmp_path_factory.mktemp("data"))


def some_faces(count: int, size: int) -> NDArray[np.uint8]:
    return np.random.default_rng(1).integers(0, 256, (count, size, size, 1), dtype=np.uint8)


def test_the_teacher_says_what_the_served_model_says(models: Path) -> None:
    faces = some_faces(5, 48)
    expected = EmotionModel.load(models / "grey").predict(resize(faces, SIZE))
    taught = Teacher(models / "grey", weight=1.0).probabilities(faces)
    np.testing.assert_allclose(taught, expected, atol=1e-5)


@pytest.mark.parametrize(("name", "channels"), [("grey", 3), ("colour", 1)])
def test_a_teacher_of_other_channels_gets_them(models: Path, name: str, channels: int) -> None:
    face = some_faces(3, SIZE)
    in_its_own = np.repeat(face, 4 - channels, axis=-1)
    in_others = np.repeat(face, channels, axis=-1)
    teacher = Teacher(models / name, weight=1.0)
    np.testing.assert_allclose(
        teacher.probabilities(in_others), teacher.probabilities(in_its_own), atol=1e-3
    )


def test_its_probabilities_are_a_part_of_the_targets(models: Path) -> None:
    faces, targets = some_faces(4, SIZE), one_hot(np.arange(4))
    teacher = Teacher(models / "grey", weight=0.25)
    blended = teacher.blend(faces, targets)
    np.testing.assert_allclose(
        blended, 0.75 * targets + 0.25 * teacher.probabilities(faces), atol=1e-6
    )
    np.testing.assert_allclose(blended.sum(axis=1), 1, atol=1e-5)


def test_a_training_asks_it_about_the_changed_faces_of_each_batch(
    models: Path, data_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("training.teacher.MODELS_DIR", models)
    config = tiny_config(teacher="grey", teacher_weight=0.25)
    assert describe_beginning(config) == "scratch, distilled from grey"
    data = read_data(config, data_folder)
    assert data.teacher
    asked: list[NDArray[np.uint8]] = []
    blend = data.teacher.blend

    def listen(faces: NDArray[np.uint8], targets: NDArray[np.float32]) -> NDArray[np.float32]:
        asked.append(faces)
        return blend(faces, targets)

    monkeypatch.setattr(data.teacher, "blend", listen)
    history = train(config, data, tmp_path / "taught")
    sizes = [faces.shape[1] for faces in asked]
    assert len(asked) == config.epochs * (len(data.training) // config.batch_size)
    assert sizes[0] == config.stage_at(0).size
    assert sizes[-1] == config.size
    plain = resize(data.training.images, config.size)
    assert not any(np.array_equal(asked[-1][0], face) for face in plain)
    alone = train(config, replace(data, teacher=None), tmp_path / "alone")
    assert history[-1].loss != alone[-1].loss


def test_a_mirrored_teacher_says_the_same_of_a_face_and_its_mirror_image(models: Path) -> None:
    faces = some_faces(3, SIZE)
    mirrored = faces[:, :, ::-1]
    plain = Teacher(models / "grey", weight=1.0)
    both = Teacher(models / "grey", weight=1.0, mirrored=True)
    said = both.probabilities(faces)
    assert not np.allclose(plain.probabilities(faces), plain.probabilities(mirrored), atol=1e-6)
    np.testing.assert_allclose(said, both.probabilities(mirrored), atol=1e-6)
    mean = (plain.probabilities(faces) + plain.probabilities(mirrored)) / 2
    np.testing.assert_allclose(said, mean, atol=1e-6)


def test_a_model_that_teaches_itself_is_the_one_that_training_begins_with(
    data_folder: Path, tmp_path: Path
) -> None:
    first = tiny_config("compact_base")
    network = build(first.architecture, **first.options)
    base = write_model(
        tmp_path / "base",
        network=network,
        architecture="compact",
        input={"size": first.size, "channels": 1, "preprocessing": "standardise"},
    )
    config = tiny_config(initial_weights="compact_base", teacher=ITSELF, teacher_weight=0.75)
    assert describe_beginning(config).endswith("dlib's (CC0), taught by its own mirrored answers")
    with pytest.raises(ValueError, match="name its folder with --backbone, also to go on"):
        read_data(config, data_folder)
    data = read_data(config, data_folder, base)
    assert data.teacher
    faces = some_faces(2, SIZE)
    expected = Teacher(base, weight=0.75, mirrored=True).probabilities(faces)
    np.testing.assert_array_equal(data.teacher.probabilities(faces), expected)
    assert len(train(config, data, tmp_path / "run", base)) == config.epochs


def test_an_unknown_teacher_lists_the_models(
    models: Path, data_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("training.teacher.MODELS_DIR", models)
    with pytest.raises(ModelError, match=r"no model 'nobody'.*colour, grey"):
        read_data(tiny_config(teacher="nobody", teacher_weight=0.5), data_folder)
