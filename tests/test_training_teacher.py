"""A finished model's probabilities as targets of another training."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from inference.manifest import ModelError
from inference.runtimes.on_tensorflow import TensorFlow
from tests.generated_faces import tiny_config, write_tiny_data
from tests.model_factory import SIZE, write_model
from training.augmentation import Batch, resize
from training.data import read_data
from training.datasets import one_hot
from training.lineage import describe_beginning
from training.loop import train
from training.teacher import Teacher, Teachers


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


def batch_of(faces: NDArray[np.uint8], targets: NDArray[np.float32]) -> Batch:
    pictures = faces.astype(np.float32)
    return Batch((1, 0, 0), faces, pictures, targets, np.ones(len(faces), np.float32))


def test_the_teacher_says_what_the_served_model_says(models: Path) -> None:
    faces = some_faces(5, 48)
    expected = TensorFlow().emotion_model(models / "grey").predict(resize(faces, SIZE))
    taught = Teacher(models / "grey").probabilities(faces)
    np.testing.assert_allclose(taught, expected, atol=1e-5)


@pytest.mark.parametrize(("name", "channels"), [("grey", 3), ("colour", 1)])
def test_a_teacher_of_other_channels_gets_them(models: Path, name: str, channels: int) -> None:
    face = some_faces(3, SIZE)
    in_its_own = np.repeat(face, 4 - channels, axis=-1)
    in_others = np.repeat(face, channels, axis=-1)
    teacher = Teacher(models / name)
    np.testing.assert_allclose(
        teacher.probabilities(in_others), teacher.probabilities(in_its_own), atol=1e-3
    )


def test_the_teachers_mean_is_a_part_of_the_targets(models: Path) -> None:
    faces, targets = some_faces(4, SIZE), one_hot(np.arange(4))
    first, second = Teacher(models / "grey"), Teacher(models / "colour", mirrored=True)
    blended = Teachers([first, second], 0.25).blend(batch_of(faces, targets))
    mean = (first.probabilities(faces) + second.probabilities(faces)) / 2
    np.testing.assert_allclose(blended, 0.75 * targets + 0.25 * mean, atol=1e-6)
    np.testing.assert_allclose(blended.sum(axis=1), 1, atol=1e-5)


def test_teachers_that_remember_are_asked_about_a_view_once(models: Path) -> None:
    batch = batch_of(some_faces(4, SIZE), one_hot(np.arange(4)))
    other = batch_of(some_faces(2, SIZE), one_hot(np.arange(2)))
    asked = Teachers([Teacher(models / "grey")], 0.5)
    remembering = Teachers([Teacher(models / "grey")], 0.5, remembering=True)
    expected = asked.blend(batch)
    np.testing.assert_array_equal(remembering.blend(batch), expected)
    again = batch._replace(faces=other.faces)
    np.testing.assert_array_equal(remembering.blend(again), expected)
    unknown = batch._replace(view=(1, 0, 1), faces=batch.faces[::-1])
    np.testing.assert_allclose(remembering.blend(unknown), asked.blend(unknown))


def test_in_half_precision_a_teacher_says_nearly_the_same(models: Path) -> None:
    faces = some_faces(4, SIZE)
    whole, half = (Teacher(models / "grey", precision=p) for p in ("float32", "mixed_bfloat16"))
    said = half.probabilities(faces)
    np.testing.assert_allclose(said, whole.probabilities(faces), atol=0.02)
    assert not np.array_equal(said, whole.probabilities(faces))


def test_a_training_asks_it_about_the_changed_faces_of_each_batch(
    models: Path, data_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    named = tuple(tiny_config(name) for name in ("grey", "colour"))
    config = tiny_config(epochs=2, teachers=named, teacher_weight=0.25)
    assert describe_beginning(config) == "scratch; taught by grey and colour"
    data = read_data(config, data_folder, models)
    assert data.teachers
    asked: list[NDArray[np.uint8]] = []
    blend = data.teachers.blend

    def listen(batch: Batch) -> NDArray[np.float32]:
        asked.append(batch.faces)
        return blend(batch)

    monkeypatch.setattr(data.teachers, "blend", listen)
    history = train(config, data, tmp_path / "taught")
    sizes = [faces.shape[1] for faces in asked]
    assert len(asked) == config.epochs * (len(data.training) // config.batch_size)
    assert sizes[0] == config.stage_at(0).size
    assert sizes[-1] == config.size
    plain = resize(data.training.images, config.size)
    assert not any(np.array_equal(asked[-1][0], face) for face in plain)
    alone = train(config, replace(data, teachers=None), tmp_path / "alone")
    assert history[-1].loss != alone[-1].loss


def test_a_mirrored_teacher_says_the_same_of_a_face_and_its_mirror_image(models: Path) -> None:
    faces = some_faces(3, SIZE)
    mirrored = faces[:, :, ::-1]
    plain = Teacher(models / "grey")
    both = Teacher(models / "grey", mirrored=True)
    said = both.probabilities(faces)
    assert not np.allclose(plain.probabilities(faces), plain.probabilities(mirrored), atol=1e-6)
    np.testing.assert_allclose(said, both.probabilities(mirrored), atol=1e-6)
    mean = (plain.probabilities(faces) + plain.probabilities(mirrored)) / 2
    np.testing.assert_allclose(said, mean, atol=1e-6)


def test_an_unknown_teacher_lists_the_models(models: Path, data_folder: Path) -> None:
    named = tuple(tiny_config(name) for name in ("grey", "nobody"))
    with pytest.raises(ModelError, match=r"no model 'nobody'.*colour, grey"):
        read_data(tiny_config(teachers=named, teacher_weight=0.5), data_folder, models)
