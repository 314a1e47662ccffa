from pathlib import Path

import numpy as np
import pytest

from inference.detection import HaarDetector
from inference.emotion import EmotionModel
from inference.preprocessing import crop_face
from inference.runtimes import load_detector
from inference.runtimes.on_tensorflow import TensorFlow
from tests.conftest import ROOT
from tests.generated_faces import draw_face
from training.crops import FACE_SIDE, crop_scores, paste
from training.datasets import Faces, read_fer2013
from training.measuring import predict


@pytest.fixture(scope="module")
def model() -> EmotionModel:
    return TensorFlow().emotion_model(ROOT / "models" / "compact")


def test_a_pasted_face_lies_unchanged_in_the_middle_of_its_frame() -> None:
    face = draw_face(3, np.random.default_rng(0))[..., None]
    frame = paste(face)
    assert frame.shape == (240, 320, 3)
    box = ((320 - FACE_SIDE) // 2, (240 - FACE_SIDE) // 2, FACE_SIDE, FACE_SIDE)
    difference = crop_face(frame, box, 48).astype(int) - face
    assert np.abs(difference).mean() < 6


def test_a_colour_face_keeps_its_colours() -> None:
    face = np.zeros((48, 48, 3), np.uint8)
    face[..., 2] = 200
    assert (paste(face)[120, 160] == [0, 0, 200]).all()


def test_faces_without_a_find_have_no_accuracy(model: EmotionModel) -> None:
    faces = Faces(np.zeros((3, 48, 48, 1), np.uint8), np.array([0, 1, 2]), ("a", "b", "c"))
    scores = crop_scores(model, faces, predict(model, faces), HaarDetector())
    assert (scores.detector, scores.tried, scores.found) == ("haar", 3, 0)
    assert scores.accuracy is None
    assert scores.own_accuracy is None


def test_a_detectors_crop_costs_little_on_real_faces(model: EmotionModel, shared: Path) -> None:
    every = read_fer2013(shared / "data" / "fer2013_test.zip", "PrivateTest", model.size)
    faces = Faces(every.images[::30], every.labels[::30], every.names[::30])
    yunet = load_detector("yunet", TensorFlow())
    scores = crop_scores(model, faces, predict(model, faces), yunet)
    assert scores.tried == len(faces)
    assert scores.found > 0.85 * scores.tried
    assert scores.accuracy is not None
    assert scores.own_accuracy is not None
    assert scores.accuracy > scores.own_accuracy - 0.15
