"""vggface2_resnet50 grown from a sprout: the same features, room for more."""

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from inference.vggface2 import first_difference
from tests.generated_faces import tiny_config, write_tiny_data
from training.architectures import build
from training.backbone import load_backbone
from training.checkpoint import AVERAGED, save_weights
from training.growth import grow, main, plan

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


def test_the_command_writes_a_file_of_the_published_layout(
    sprout: keras.Model, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source, run, target = tmp_path / "small.py", tmp_path / "run", tmp_path / "grown.h5"
    source.write_text(
        "from tests.generated_faces import tiny_config\n"
        "CONFIG = tiny_config(architecture='sprout', widths=(), blocks=())\n"
    )
    arguments = [str(source), str(target), "--data", str(write_tiny_data(tmp_path / "data"))]
    assert main([*arguments, "--run-dir", str(run)]) == 2
    assert "error" in capsys.readouterr().err
    run.mkdir()
    save_weights(run / AVERAGED, sprout)
    assert main([*arguments, "--run-dir", str(run)]) == 0
    assert first_difference(target) is None
    large = build("vggface2_resnet50")
    load_backbone(target, large)
    faces = np.random.default_rng(0).normal(0, 40, (2, 48, 48, 3)).astype(np.float32)
    expected = pooled(sprout, faces)
    np.testing.assert_allclose(
        pooled(large, faces)[:, :WIDTH], expected, rtol=2e-3, atol=2e-3 * expected.max()
    )


def test_a_configuration_of_another_network_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert tiny_config().architecture == "compact"
    assert main(["compact", str(tmp_path / "grown.h5")]) == 2
    assert "compact is no sprout" in capsys.readouterr().err
