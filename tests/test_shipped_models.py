"""What every folder of models/ must be before it goes to a user."""

import cv2
import numpy as np
import pytest

from inference.labels import EMOTIONS
from inference.manifest import available_models, read_manifest
from inference.paths import MODELS_DIR
from inference.runtimes.on_tensorflow import TensorFlow
from tests.conftest import ROOT

LIMIT_BYTES = 50_000_000
LEAST_ACCURACY = {"fer_cnn": 0.60}
"""Of a plain network, which is there to be compared with; one that may be served needs .66."""
every_model = pytest.mark.parametrize("name", available_models(MODELS_DIR))


@every_model
def test_its_card_gives_the_figures_and_the_beginning_of_its_manifest(name: str) -> None:
    manifest = read_manifest(MODELS_DIR / name)
    card = (manifest.folder / "MODEL_CARD.md").read_text()
    figures = manifest.measured["PrivateTest"]
    assert f"{figures['accuracy']:.1%}" in card
    assert manifest.initial_weights in card
    assert manifest.title in card
    assert "5(1)(f)" in card


@every_model
def test_it_is_better_than_the_worst_that_may_be_shipped(name: str) -> None:
    figures = read_manifest(MODELS_DIR / name).measured["PrivateTest"]
    assert figures["accuracy"] >= LEAST_ACCURACY.get(name, 0.66)
    assert figures["ece"] < 0.04
    assert figures["n"] == 3573


@every_model
def test_it_takes_little_room_and_holds_half_precision(name: str) -> None:
    folder = MODELS_DIR / name
    assert sum(file.stat().st_size for file in folder.iterdir()) < LIMIT_BYTES
    with np.load(folder / "weights.npz") as arrays:
        kernels = [arrays[key] for key in arrays if arrays[key].ndim > 1]
    assert {kernel.dtype for kernel in kernels} == {np.dtype(np.float16)}


@every_model
def test_its_documents_are_there(name: str) -> None:
    for document in ("README.md", "docs/models.md", "docs/training.md"):
        assert f"`{name}`" in (ROOT / document).read_text(), document


@every_model
def test_a_batch_of_faces_gets_the_answers_of_single_ones(name: str) -> None:
    model = TensorFlow().emotion_model(MODELS_DIR / name)
    shape = (3, model.size, model.size, model.channels)
    faces = np.random.default_rng(1).integers(0, 256, shape, dtype=np.uint8)
    faces = np.stack([cv2.GaussianBlur(face, (0, 0), 5).reshape(shape[1:]) for face in faces])
    together = model.predict(faces)
    assert together.shape == (3, len(EMOTIONS))
    np.testing.assert_allclose(together.sum(axis=1), 1, atol=1e-5)
    alone = np.concatenate([model.predict(face[None]) for face in faces])
    np.testing.assert_allclose(together, alone, atol=1e-4)
