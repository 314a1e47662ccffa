"""dlib's weights in the compact network: the same features, another normalisation."""

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference.preprocessing import standardise
from tests.dlib_file import Block, random_blocks, write_dlib
from training.architectures import build
from training.dlib_weights import (
    BLOCKS,
    CONTRAST,
    DlibWeightsError,
    load_dlib,
    read_layers,
)
from training.residual_weights import convolutions

TINY: dict[str, Any] = {"widths": (8, 8, 16, 16), "blocks": (1, 1, 1, 1)}


@pytest.fixture(scope="module")
def faces() -> np.ndarray[Any, np.dtype[np.float32]]:
    rng = np.random.default_rng(3)
    return standardise(rng.integers(0, 256, (24, 32, 32, 1), dtype=np.uint8))


def kernel_shapes(model: keras.Model) -> list[tuple[int, ...]]:
    return [tuple(conv.kernel.shape) for conv, _ in convolutions(model)]


@pytest.fixture(scope="module")
def blocks() -> list[Block]:
    """As many as the published file has, which is more than the tiny network takes."""
    return random_blocks(kernel_shapes(build("compact", **{**TINY, "blocks": BLOCKS})))


@pytest.fixture(scope="module")
def file(blocks: list[Block], tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_dlib(tmp_path_factory.mktemp("dlib") / "dlib.dat", blocks)


@pytest.fixture(scope="module")
def loaded(file: Path, faces: np.ndarray[Any, np.dtype[np.float32]]) -> keras.Model:
    model = build("compact", **TINY)
    load_dlib(file, model, faces)
    return model


def outputs(model: keras.Model, layer: str, faces: Any, *, training: bool = False) -> Any:
    part = keras.Model(model.input, model.get_layer(layer).output)
    return keras.ops.convert_to_numpy(part(faces, training=training))


def test_the_published_network_fits_and_has_at_most_six_million_parameters() -> None:
    model = build("compact")
    sizes = [int(np.prod(shape)) + shape[-1] for shape in kernel_shapes(model)]
    # Read off the published file: a convolution's numbers with its bias, the first in colour.
    assert sizes[0] - 32 == 7 * 7 * 32
    assert (
        sizes[1:]
        == [9248] * 6 + [18496] + [36928] * 7 + [73856] + [147584] * 5 + [295168] + [590080] * 5
    )
    assert model.count_params() == 4_403_367


@pytest.mark.parametrize("size", [32, 33, 36, 40, 48, 64])
def test_any_size_from_32_up_gives_seven_logits(size: int) -> None:
    model = build("compact", **TINY)
    faces = np.random.default_rng(size).normal(size=(2, size, size, 1)).astype(np.float32)
    assert model(faces).shape == (2, 7)
    doubled = keras.Model(model.input, model.get_layer("stem_conv").input)(faces)
    expected = keras.layers.UpSampling2D(2, interpolation="bilinear")(faces)
    np.testing.assert_allclose(doubled, expected, atol=1e-5)


def test_features_are_what_dlib_computes(
    loaded: keras.Model, blocks: list[Block], faces: np.ndarray[Any, np.dtype[np.float32]]
) -> None:
    # shift + scale * (convolution + bias), with the frozen affine layer that dlib has.
    doubled = keras.layers.UpSampling2D(2, interpolation="bilinear")(faces * CONTRAST)
    colour = keras.ops.repeat(doubled, 3, axis=-1)
    first = blocks[0]
    stem = keras.ops.conv(colour, first.kernel.transpose(2, 3, 1, 0), strides=2, padding="valid")
    expected = first.shift + first.scale * (keras.ops.convert_to_numpy(stem) + first.bias)
    np.testing.assert_allclose(outputs(loaded, "stem_norm", faces), expected, atol=1e-4)

    before = outputs(loaded, "stem_pool", faces)
    second = blocks[1]
    assert convolutions(loaded)[1][0].name == "level1_block1_first_conv"
    level = keras.ops.conv(before, second.kernel.transpose(2, 3, 1, 0), padding="same")
    expected = second.shift + second.scale * (keras.ops.convert_to_numpy(level) + second.bias)
    found = outputs(loaded, "level1_block1_first_norm", faces)
    np.testing.assert_allclose(found, expected, atol=1e-4)


def test_training_begins_with_the_published_features(
    loaded: keras.Model, faces: np.ndarray[Any, np.dtype[np.float32]]
) -> None:
    """Otherwise the first batch's statistics would replace what dlib learnt."""
    served = outputs(loaded, "level4_block1_relu", faces)
    trained = outputs(loaded, "level4_block1_relu", faces, training=True)
    np.testing.assert_allclose(trained, served, atol=2e-2)


def test_kernels_have_the_spread_of_fresh_ones(loaded: keras.Model) -> None:
    for conv, _ in convolutions(loaded):
        fan_in = np.prod(conv.kernel.shape[:3])
        assert np.std(conv.kernel) == pytest.approx(np.sqrt(2 / fan_in), rel=0.01), conv.name


def test_a_missing_file_says_how_to_get_it(tmp_path: Path) -> None:
    with pytest.raises(DlibWeightsError, match=r"nowhere\.dat cannot be read.*fetch_models"):
        read_layers(tmp_path / "nowhere.dat", {0: (7, 7, 1, 8)})


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda blocks: blocks[:20], "20 convolutions with their scales, expected at least 23"),
        (
            lambda blocks: [*blocks[:2], blocks[2]._replace(bias=blocks[2].bias[1:]), *blocks[3:]],
            "convolution 3 has 583 numbers and 16 of its scale and shift, expected 584 and 16",
        ),
        (
            lambda blocks: [blocks[0]._replace(shift=blocks[0].shift[2:]), *blocks[1:]],
            "convolution 1 has 1184 numbers and 14 of its scale and shift, expected 1184 and 16",
        ),
    ],
)
def test_another_network_is_refused_by_its_first_difference(
    blocks: list[Block], faces: Any, tmp_path: Path, change: Any, message: str
) -> None:
    path = write_dlib(tmp_path / "other.dat", change(blocks))
    model = build("compact", **TINY)
    before = [weights.copy() for weights in model.get_weights()]
    with pytest.raises(DlibWeightsError, match=message):
        load_dlib(path, model, faces)
    for old, new in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)


@given(st.lists(st.one_of(st.binary(max_size=12), st.sampled_from([b"\x05con_4", b"\x07affine_"]))))
def test_no_content_breaks_the_reader(tmp_path_factory: Any, parts: list[bytes]) -> None:
    path = tmp_path_factory.mktemp("any") / "any.dat"
    path.write_bytes(b"".join(parts))
    with pytest.raises(DlibWeightsError, match="is not dlib's face network"):
        read_layers(path, {0: (7, 7, 1, 8)})
