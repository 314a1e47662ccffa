"""vggface2_resnet50 grown from a sprout: the same features, room for more."""

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from tests.model_factory import write_model
from training.architectures import build
from training.growth import grow, load_sprout, plan
from training.residual_weights import OtherNetworkError

WIDTH = 256


def lively(model: keras.Model, seed: int = 4) -> keras.Model:
    """Give every normalisation numbers of its own, as training does."""
    rng = np.random.default_rng(seed)
    for layer in model.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            width = layer.gamma.shape[0]
            layer.set_weights(
                [
                    rng.uniform(0.5, 1.5, width),
                    rng.normal(0, 0.3, width),
                    rng.normal(0, 0.2, width),
                    rng.uniform(0.3, 2, width),
                ]
            )
    return model


@pytest.fixture(scope="module")
def sprout() -> keras.Model:
    keras.utils.set_random_seed(2)
    return lively(build("sprout"))


@pytest.fixture(scope="module")
def faces() -> np.ndarray[Any, np.dtype[np.float32]]:
    rng = np.random.default_rng(5)
    return rng.normal(0, 40, (8, 64, 64, 3)).astype(np.float32)


@pytest.fixture(scope="module")
def grown(sprout: keras.Model, faces: Any) -> keras.Model:
    keras.utils.set_random_seed(3)
    large = build("vggface2_resnet50")
    grow(sprout, large, faces)
    return large


def pooled(model: keras.Model, faces: Any, *, training: bool = False) -> Any:
    part = keras.Model(model.input, model.get_layer("pool").output)
    return keras.ops.convert_to_numpy(part(faces, training=training))


def test_every_bottleneck_takes_over_one_convolution() -> None:
    parts = plan()
    assert len(parts) == 3 + 4 + 6 + 3
    assert len({part.name for part in parts.values()}) == 16
    assert {part.name for part in parts.values() if part.both_signs} == {
        f"level{level}_block{block}_second"
        for level, count in enumerate((1, 2, 3, 2), start=1)
        for block in range(1, count + 1)
    }


@pytest.mark.parametrize("size", [33, 48, 64, 96])
def test_the_large_network_has_the_small_ones_features(
    sprout: keras.Model, grown: keras.Model, size: int
) -> None:
    rng = np.random.default_rng(size)
    faces = rng.normal(0, 40, (3, size, size, 3)).astype(np.float32)
    expected, found = pooled(sprout, faces), pooled(grown, faces)
    assert expected.std() > 0.01
    np.testing.assert_allclose(found[:, :WIDTH], expected, rtol=2e-3, atol=2e-3 * expected.max())


def test_training_begins_with_them(grown: keras.Model, faces: Any) -> None:
    served, trained = (pooled(grown, faces, training=training) for training in (False, True))
    np.testing.assert_allclose(trained, served, rtol=0.02, atol=0.02 * served.max())


def test_the_room_that_is_left_is_fresh_and_alive(grown: keras.Model, faces: Any) -> None:
    fresh = pooled(grown, faces)[:, 2 * WIDTH :]
    assert (fresh.max(axis=0) > 0).mean() > 0.95
    assert 0.1 < fresh.mean() < 10
    assert np.corrcoef(fresh.T[:200]).mean() < 0.5


def test_a_training_begins_with_a_finished_sprout(
    sprout: keras.Model, faces: Any, tmp_path: Path
) -> None:
    folder = write_model(tmp_path / "small", 3, sprout, architecture="sprout")
    large = build("vggface2_resnet50")
    head = large.get_layer("head").get_weights()[0].copy()
    load_sprout(folder, large, faces)
    expected = pooled(sprout, faces)
    # Kernels are stored in half precision.
    np.testing.assert_allclose(
        pooled(large, faces)[:, :WIDTH], expected, rtol=0.02, atol=0.02 * expected.max()
    )
    np.testing.assert_array_equal(large.get_layer("head").get_weights()[0], head)


def test_another_model_is_refused(tmp_path: Path, faces: Any) -> None:
    folder = write_model(tmp_path / "other")
    with pytest.raises(OtherNetworkError, match="other is a tiny, not a sprout"):
        load_sprout(folder, build("vggface2_resnet50"), faces)
