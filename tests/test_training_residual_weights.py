"""What begins with a finished compact: a sprout, in colour, and a compact, with all of it."""

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from inference.labels import EMOTIONS
from inference.manifest import ModelError
from inference.network import load_network
from inference.preprocessing import LEVEL_DEVIATION, standardise
from tests.conftest import ROOT
from tests.generated_faces import tiny_config, write_tiny_data
from tests.model_factory import write_model
from training.architectures import build
from training.beginnings import Finished, FirstBlocks
from training.config import Stage
from training.data import read_data
from training.initial_weights import load_beginning
from training.network import build_for_training
from training.residual_weights import OtherNetworkError, convolutions, load_compact, load_finished

COMPACT = ROOT / "models" / "compact"


@pytest.fixture(scope="module")
def grey() -> np.ndarray[Any, np.dtype[np.float32]]:
    rng = np.random.default_rng(4)
    return standardise(rng.integers(0, 256, (8, 48, 48, 1), dtype=np.uint8))


def in_colour(grey: Any) -> Any:
    """Faces as a sprout takes them, at twice the size, with the usual contrast."""
    compact = build("compact")
    doubled = keras.Model(compact.input, compact.get_layer("stem_conv").input)(grey)
    return np.repeat(keras.ops.convert_to_numpy(doubled), 3, axis=-1) * LEVEL_DEVIATION


@pytest.fixture(scope="module")
def begun(grey: Any) -> keras.Model:
    sprout = build("sprout")
    load_compact(COMPACT, sprout, in_colour(grey))
    return sprout


def outputs(model: keras.Model, layer: str, faces: Any) -> Any:
    part = keras.Model(model.input, model.get_layer(layer).output)
    return keras.ops.convert_to_numpy(part(faces, training=False))


def test_its_first_layer_sees_what_that_of_compact_sees(begun: keras.Model, grey: Any) -> None:
    compact = load_network(COMPACT)[1]
    # The mirror images of its twins come after the faces.
    expected = outputs(compact, "stem_norm", grey)[: len(grey)]
    found = outputs(begun, "stem_norm", in_colour(grey))
    # A sprout pads its picture by two pixels, which is one place after the stride.
    side = expected.shape[1]
    np.testing.assert_allclose(found[:, 1 : side + 1, 1 : side + 1], expected, atol=1e-2)


def test_each_of_its_kernels_is_one_of_compact_at_the_scale_of_fresh_ones(
    begun: keras.Model,
) -> None:
    compact = load_network(COMPACT)[1]
    for conv, _ in convolutions(begun)[1:]:
        ours, theirs = (
            np.asarray(model.get_layer(conv.name).get_weights()[0]) for model in (begun, compact)
        )
        np.testing.assert_allclose(ours / ours.std(), theirs / theirs.std(), atol=1e-4)
        assert ours.std() == pytest.approx(np.sqrt(2 / np.prod(ours.shape[:3])), rel=0.01)


def test_a_configuration_begins_with_the_folder_of_compact(tmp_path: Path) -> None:
    config = tiny_config(
        architecture="sprout",
        widths=(),
        blocks=(),
        beginning=FirstBlocks(tiny_config("begun", widths=(), blocks=())),
        stages=(Stage(epochs=2, size=32),),
    )
    sprout = build("sprout")
    fresh = sprout.get_layer("level4_block2_second_conv").get_weights()[0].copy()
    faces = read_data(config, write_tiny_data(tmp_path)).training.images
    load_beginning(config, COMPACT, sprout, faces)
    assert not np.allclose(sprout.get_layer("level4_block2_second_conv").get_weights()[0], fresh)
    assert sprout.predict_on_batch(np.zeros((1, 32, 32, 3), np.float32)).shape == (1, len(EMOTIONS))


def test_another_model_is_refused(tmp_path: Path, grey: Any) -> None:
    folder = write_model(tmp_path / "other")
    with pytest.raises(OtherNetworkError, match="other is a tiny; a sprout begins with a compact"):
        load_compact(folder, build("sprout"), in_colour(grey))
    with pytest.raises(ModelError):
        load_compact(tmp_path / "nowhere", build("sprout"), in_colour(grey))


def test_a_compact_of_other_widths_is_refused_by_its_first_difference(tmp_path: Path) -> None:
    narrow = build("compact", widths=(8, 8, 8, 16))
    folder = write_model(tmp_path / "narrow", network=narrow, architecture="compact")
    message = r"is \(3, 3, 8, 8\); a sprout needs \(3, 3, 32, 32\)"
    with pytest.raises(OtherNetworkError, match=f"narrow is a compact whose .* {message}"):
        load_compact(folder, build("sprout"), np.zeros((2, 32, 32, 3), np.float32))


def test_a_compact_begins_with_all_weights_of_another_one(tmp_path: Path, grey: Any) -> None:
    config = tiny_config(widths=(), blocks=(), twins=True, beginning=Finished(tiny_config("begun")))
    model = build_for_training(config)
    load_beginning(config, COMPACT, model, np.zeros((0, 48, 48, 1), np.uint8))
    expected = load_network(COMPACT)[1].predict_on_batch(grey)
    np.testing.assert_allclose(model.predict_on_batch(grey), expected, atol=1e-4)


def test_fresh_twins_give_the_mean_of_a_face_and_its_mirror_image(
    tmp_path: Path, grey: Any
) -> None:
    alone = build("compact", widths=(8, 8, 8, 16), blocks=(1, 1, 1, 1))
    folder = write_model(tmp_path / "alone", network=alone, architecture="compact")
    twins = build("compact", widths=(8, 8, 8, 16), blocks=(1, 1, 1, 1), twins=True)
    load_finished(folder, twins)
    alone = load_network(folder)[1]  # with its kernels in half precision
    mirrored = np.ascontiguousarray(grey[:, :, ::-1])
    expected = (alone.predict_on_batch(grey) + alone.predict_on_batch(mirrored)) / 2
    np.testing.assert_allclose(twins.predict_on_batch(grey), expected, atol=1e-5)


def test_a_compact_of_other_layers_is_refused_and_nothing_is_changed(tmp_path: Path) -> None:
    narrow = build("compact", widths=(8, 8, 8, 16))
    model = build("compact")
    before = model.get_weights()
    folder = write_model(tmp_path / "narrow", network=narrow, architecture="compact")
    message = r"narrow: stem_conv/kernel is \(7, 7, 1, 8\), this network has \(7, 7, 1, 32\)"
    with pytest.raises(OtherNetworkError, match=message):
        load_finished(folder, model)
    other = write_model(tmp_path / "other")
    with pytest.raises(OtherNetworkError, match="stem_conv/kernel is missing"):
        load_finished(other, model)
    for now, then in zip(model.get_weights(), before, strict=True):
        np.testing.assert_array_equal(now, then)
