"""A model on the fixed set of corrupted faces: the same pictures for all, then its own size."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from inference.labels import EMOTIONS
from inference.runtimes.on_tensorflow import TensorFlow
from tests.generated_faces import draw_face
from tests.model_factory import SIZE, write_model
from training.augmentation import resize
from training.corruption import CORRUPTIONS, SEVERITIES, corrupted
from training.datasets import Faces, Picture, decode, one_hot
from training.metrics import score
from training.robustness import (
    Accuracies,
    Robustness,
    as_dictionary,
    measure_robustness,
    stored_faces,
)


def picture(label: int, side: int, seed: int = 0) -> Picture:
    face = draw_face(label, np.random.default_rng(seed), side)
    written, data = cv2.imencode(".png", face)
    assert written
    return Picture("a.png", data.tobytes(), one_hot(label), "Training", "here", "here")


@pytest.fixture
def pictures() -> list[Picture]:
    return [picture(label, 48, seed) for seed in range(2) for label in range(len(EMOTIONS))]


def test_faces_are_kept_in_colour_at_48_pixels() -> None:
    stored = stored_faces([picture(0, 96), picture(1, 40)])
    assert stored.images.shape == (2, 48, 48, 3)


@pytest.mark.parametrize("channels", [1, 3])
def test_the_model_sees_what_was_corrupted_at_48_pixels(
    tmp_path: Path, pictures: list[Picture], channels: int
) -> None:
    model = TensorFlow().emotion_model(write_model(tmp_path / "tiny", channels))
    stored = stored_faces(pictures)
    found = measure_robustness(model, stored)
    assert set(found.kinds) == set(CORRUPTIONS)
    for kind, severity in (("motion", 1.0), ("low_light", 0.5)):
        changed = corrupted(stored.images, kind, severity)
        if channels == 1:
            changed = np.stack([grey(face) for face in changed])
        scores = score(model.predict(resize(changed, SIZE)), stored.labels)
        expected = Accuracies(scores.accuracy, scores.balanced_accuracy)
        assert found.kinds[kind][severity] == expected


def grey(face: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return np.asarray(cv2.cvtColor(face, cv2.COLOR_BGR2GRAY), np.uint8)[..., None]


def test_plain_faces_of_48_pixels_get_the_answers_that_they_always_get(
    tmp_path: Path, pictures: list[Picture]
) -> None:
    model = TensorFlow().emotion_model(write_model(tmp_path / "tiny"))
    own: Faces = decode(pictures, SIZE, 1)
    plain = measure_robustness(model, stored_faces(pictures)).plain
    assert plain.accuracy == score(model.predict(own.images), own.labels).accuracy


def test_the_mean_is_over_all_corrupted_faces_and_not_the_plain_ones() -> None:
    kinds = {
        kind: {severity: Accuracies(number / 10, severity / 2) for severity in SEVERITIES}
        for number, kind in enumerate(CORRUPTIONS)
    }
    robustness = Robustness(Accuracies(1.0, 1.0), kinds)
    mean = robustness.mean
    assert (mean.accuracy, mean.balanced_accuracy) == pytest.approx((0.45, 0.375))
    found = as_dictionary(robustness)
    assert found["plain"] == {"accuracy": 1.0, "balanced_accuracy": 1.0}
    assert found["mean"]["accuracy"] == pytest.approx(0.45)
    assert found["kinds"]["jpeg"]["0.5"] == {"accuracy": 0.7, "balanced_accuracy": 0.25}
    assert sum(len(parts) for parts in found["kinds"].values()) == 20
