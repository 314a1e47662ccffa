"""In 8 bits where a model's folder says how, near TensorFlow or not at all."""

import logging
from pathlib import Path

import numpy as np
import pytest

from inference.manifest import ModelError, available_models, read_manifest
from inference.paths import MODELS_DIR
from inference.reference import read_reference
from inference.runtimes import on_openvino
from inference.runtimes.int8 import FILE, read_ranges
from inference.runtimes.on_openvino import ROUNDED, TOLERANCE, OpenVino
from tests.data_folder import COMPILED
from tests.model_factory import residual_network, sign, write_model
from training.int8 import find_ranges

PLACES = 6
"""Of the residual network: four convolutions and the two ends of their sum."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = write_model(tmp_path / "residual", network=residual_network())
    ranges = find_ranges(read_manifest(folder), COMPILED, pixels())
    write_ranges(folder, ranges)
    return folder


def pixels() -> np.ndarray:
    return np.random.default_rng(1).normal(0, 1.5, (10, 24, 24, 1)).astype(np.float32)


def write_ranges(folder: Path, ranges: np.ndarray) -> None:
    np.savez(folder / FILE, ranges=ranges)
    sign(folder)


def test_a_model_with_ranges_is_computed_in_8_bits_and_answers_nearly_as_tensorflow(
    folder: Path,
) -> None:
    model = OpenVino(COMPILED).emotion_model(folder)
    assert model.precision == ROUNDED
    faces, expected = read_reference(folder)
    difference = np.abs(model.predict(faces) - expected).max()
    assert 0 < difference <= TOLERANCE


def test_one_without_ranges_is_not(folder: Path) -> None:
    (folder / FILE).unlink()
    sign(folder)
    runtime = OpenVino(COMPILED)
    assert runtime.emotion_model(folder).precision == runtime.precision != ROUNDED


def test_what_moves_the_answers_too_far_is_computed_in_more_bits(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    write_ranges(folder, read_ranges(folder) / 20)
    runtime = OpenVino(COMPILED)
    with caplog.at_level(logging.WARNING):
        model = runtime.emotion_model(folder)
    assert model.precision == runtime.precision != ROUNDED
    assert "off in int8" in caplog.text
    assert on_openvino.TOLERANCE == 0.03


@pytest.mark.parametrize(
    ("ranges", "message"),
    [
        (np.ones((PLACES - 1, 2)) * [-1, 1], r"has 5 ranges, the network 6 places"),
        (np.ones((PLACES, 2)), r"holds no ranges, but \(6, 2\)"),
        (np.full((PLACES, 2), np.nan), "holds no ranges"),
        (np.ones(PLACES), r"holds no ranges, but \(6,\)"),
    ],
)
def test_ranges_that_do_not_fit_are_told_with_what_to_do(
    folder: Path, ranges: np.ndarray, message: str
) -> None:
    write_ranges(folder, ranges)
    with pytest.raises(ModelError, match=rf"{message}.*python -m training\.int8"):
        OpenVino(COMPILED).emotion_model(folder)


def test_a_damaged_file_is_told(folder: Path) -> None:
    (folder / FILE).write_bytes((folder / FILE).read_bytes()[:60])
    with pytest.raises(ModelError, match=r"int8\.npz was altered"):
        OpenVino(COMPILED).emotion_model(folder)
    sign(folder)
    with pytest.raises(ModelError, match="holds no ranges"):
        OpenVino(COMPILED).emotion_model(folder)


def test_a_place_with_two_signs_has_0_on_its_grid(folder: Path) -> None:
    for low, high in read_ranges(folder):
        assert low == 0 or -low / high == pytest.approx(128 / 127, rel=1e-5)


@pytest.mark.parametrize("name", available_models(MODELS_DIR))
def test_of_the_shipped_models_those_in_8_bits_lost_at_most_what_they_may(name: str) -> None:
    manifest = read_manifest(MODELS_DIR / name)
    if FILE not in manifest.files:
        assert name != "vggface2_resnet50"
        return
    ranges = read_ranges(manifest.folder)
    assert (ranges[:, 0] <= 0).all()
    rounded = manifest.int8["PrivateTest"]["accuracy"]
    assert manifest.measured["PrivateTest"]["accuracy"] - rounded <= 0.003
